use super::*;
use serde_json::{Value, json};
use std::{format, string::ToString, vec};

const ARN: &str = "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/1";

fn account() -> Account {
    Account::new("aws", "123456789012")
}

fn run(account: &mut Account, name: &str, input: Value) -> Result<Value, (&'static str, String)> {
    let operation = Operation::parse(name, &input).expect("an operation");
    let answer = operation.and_then(|operation| account.apply(&operation, Timestamp::from_unix(7)));
    answer.map(|answer| answer.to_json()).map_err(|refusal| (refusal.code, refusal.message))
}

fn create(account: &mut Account, url: &str) -> Result<Value, (&'static str, String)> {
    run(account, "CreateOpenIDConnectProvider", json!({ "Url": url }))
}

#[test]
fn a_life() {
    let mut account = account();
    let mut ask = |name: &str, mut input: Value| {
        if name != "CreateOpenIDConnectProvider" {
            input["OpenIDConnectProviderArn"] = json!(ARN);
        }
        run(&mut account, name, input)
    };
    let tags = |pairs: &[(&str, &str)]| -> Value { pairs.iter().map(|(k, v)| json!({"Key": k, "Value": v})).collect() };
    let input = json!({
        "Url": "https://oidc.example/id/1",
        "ClientIDList": ["z", "a", "z"],
        "ThumbprintList": ["A".repeat(40)],
        "Tags": tags(&[("b", "1"), ("B", "2")]),
    });
    let created = ask("CreateOpenIDConnectProvider", input).unwrap();
    assert_eq!(created, json!({"OpenIDConnectProviderArn": ARN, "Tags": tags(&[("B", "2"), ("b", "1")])}));
    for (name, input) in [
        ("AddClientIDToOpenIDConnectProvider", json!({"ClientID": "m"})),
        ("AddClientIDToOpenIDConnectProvider", json!({"ClientID": "m"})),
        ("RemoveClientIDFromOpenIDConnectProvider", json!({"ClientID": "z"})),
        ("RemoveClientIDFromOpenIDConnectProvider", json!({"ClientID": "none"})),
        ("UpdateOpenIDConnectProviderThumbprint", json!({"ThumbprintList": ["B".repeat(40), "b".repeat(40)]})),
        ("TagOpenIDConnectProvider", json!({"Tags": tags(&[("b", "3"), ("c", "")])})),
        ("UntagOpenIDConnectProvider", json!({"TagKeys": ["B", "none"]})),
    ] {
        assert_eq!(ask(name, input), Ok(json!({})), "{name}");
    }
    let got = json!({
        "Url": "oidc.example/id/1",
        "ClientIDList": ["a", "m"],
        "ThumbprintList": ["b".repeat(40), "b".repeat(40)],
        "CreateDate": 7,
        "Tags": tags(&[("b", "3"), ("c", "")]),
    });
    assert_eq!(ask("GetOpenIDConnectProvider", json!({})), Ok(got));
    let page = ask("ListOpenIDConnectProviderTags", json!({"MaxItems": 1})).unwrap();
    assert_eq!(page, json!({"Tags": tags(&[("b", "3")]), "IsTruncated": true, "Marker": "b"}));
    let page = ask("ListOpenIDConnectProviderTags", json!({"MaxItems": 1, "Marker": "b"})).unwrap();
    assert_eq!(page, json!({"Tags": tags(&[("c", "")]), "IsTruncated": false}));
    assert_eq!(ask("ListOpenIDConnectProviders", json!({})), Ok(json!({"OpenIDConnectProviderList": [{"Arn": ARN}]})));
    for _ in 0..2 {
        assert_eq!(ask("DeleteOpenIDConnectProvider", json!({})), Ok(json!({})));
    }
    let refusal = ask("AddClientIDToOpenIDConnectProvider", json!({"ClientID": "m"})).unwrap_err();
    assert_eq!(refusal, ("NoSuchEntity", format!("OpenIDConnect Provider not found for arn {ARN}")));
}

#[test]
fn urls() {
    for (url, stored) in [
        ("https://oidc.example", Ok("oidc.example")),
        ("https://oidc.example/", Ok("oidc.example/")),
        ("https://oidc.example:443", Ok("oidc.example")),
        ("https://oidc.example:443/a/", Ok("oidc.example/a/")),
        ("https://OIDC.example/A", Ok("OIDC.example/A")),
        ("https://oidc.example/a:443", Ok("oidc.example/a:443")),
        ("https://oidc.example:8443", Err("InvalidInput")),
        ("https://oidc.example:", Err("InvalidInput")),
        ("https://oidc.example?", Err("InvalidInput")),
        ("https://oidc.example/a#", Err("InvalidInput")),
        ("http://oidc.example", Err("ValidationError")),
        ("oidc.example", Err("ValidationError")),
        ("https://", Err("ValidationError")),
        ("https:///a", Err("ValidationError")),
        ("https://user@oidc.example", Err("ValidationError")),
        ("https://oidc.example/a b", Err("ValidationError")),
        ("", Err("ValidationError")),
    ] {
        let mut account = account();
        match create(&mut account, url) {
            Ok(_) => assert_eq!(stored, Ok(account.providers().next().unwrap().url.as_str()), "{url}"),
            Err((code, _)) => assert_eq!(stored, Err(code), "{url}"),
        }
    }
    let longest = format!("https://{}", "a".repeat(247));
    assert!(create(&mut account(), &longest).is_ok());
    let (code, message) = create(&mut account(), &format!("{longest}a")).unwrap_err();
    assert_eq!(code, "ValidationError");
    assert!(message.starts_with("1 validation error detected: Value 'https://aaa"), "{message}");
    assert!(
        message.ends_with("at 'url' failed to satisfy constraint: Member must have length less than or equal to 255")
    );
}

#[test]
fn one_provider_a_url_and_a_hundred_an_account() {
    let mut account = account();
    for i in 0..100 {
        create(&mut account, &format!("https://oidc.example/{i}")).unwrap();
    }
    let refused = create(&mut account, "https://oidc.example:443/7").unwrap_err();
    assert_eq!(refused, ("EntityAlreadyExists", "Provider with url https://oidc.example/7 already exists.".into()));
    let refused = create(&mut account, "https://oidc.example/100").unwrap_err();
    assert_eq!(refused, ("LimitExceeded", "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100".into()));
    assert!(create(&mut account.clone().with_quota(101), "https://oidc.example/100").is_ok());
    assert_eq!(account.with_quota(usize::MAX).quota, MOST_PROVIDERS);
}

#[test]
fn bounds_of_lists() {
    let with = |name: &str, list: Value| {
        run(&mut account(), "CreateOpenIDConnectProvider", json!({"Url": "https://oidc.example/id/1", name: list}))
    };
    let print = "b".repeat(40);
    assert!(with("ThumbprintList", json!(vec![&print; 5])).is_ok());
    let refused = with("ThumbprintList", json!(vec![&print; 6])).unwrap_err();
    assert_eq!(refused, ("InvalidInput", "Thumbprint list must contain fewer than 5 entries.".to_string()));
    assert_eq!(with("ThumbprintList", json!([&print[1..]])).unwrap_err().0, "ValidationError");
    let ids = |count: usize| (0..count).map(|i| i.to_string()).collect::<Vec<_>>();
    assert!(with("ClientIDList", json!([ids(100), ids(100)].concat())).is_ok());
    assert_eq!(with("ClientIDList", json!(ids(101))).unwrap_err().0, "LimitExceeded");
    assert!(with("ClientIDList", json!(["a".repeat(255)])).is_ok());
    assert_eq!(with("ClientIDList", json!(["a".repeat(256)])).unwrap_err().0, "ValidationError");
    let tags = |count: usize| -> Value { (0..count).map(|i| json!({"Key": format!("k{i}"), "Value": ""})).collect() };
    assert!(with("Tags", tags(50)).is_ok());
    assert_eq!(with("Tags", tags(51)).unwrap_err().0, "ValidationError");
    assert_eq!(
        with("Tags", json!([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])).unwrap_err().0,
        "InvalidInput"
    );
    for (key, value, right) in
        [("é 1_.:/=+-@", "", true), ("", "", false), ("a*", "", false), ("a", "<", false), ("a", "b\n", false)]
    {
        assert_eq!(with("Tags", json!([{"Key": key, "Value": value}])).is_ok(), right, "{key:?} {value:?}");
    }

    let mut account = account();
    run(
        &mut account,
        "CreateOpenIDConnectProvider",
        json!({"Url": "https://oidc.example/id/1", "ClientIDList": ids(100), "Tags": tags(50)}),
    )
    .unwrap();
    let full = account.clone();
    let mut refused = |name: &str, mut input: Value| {
        input["OpenIDConnectProviderArn"] = json!(ARN);
        run(&mut account, name, input).unwrap_err().0
    };
    assert_eq!(refused("AddClientIDToOpenIDConnectProvider", json!({"ClientID": "more"})), "LimitExceeded");
    assert_eq!(refused("TagOpenIDConnectProvider", json!({"Tags": [{"Key": "more", "Value": ""}]})), "LimitExceeded");
    assert_eq!(refused("UpdateOpenIDConnectProviderThumbprint", json!({"ThumbprintList": []})), "InvalidInput");
    assert_eq!(refused("ListOpenIDConnectProviderTags", json!({"MaxItems": 1001})), "ValidationError");
    assert_eq!(account, full, "a refusal changes nothing");
}

#[test]
fn what_is_missing_is_named_and_other_accounts_are_not_looked_into() {
    let mut account = account();
    create(&mut account, "https://oidc.example/id/1").unwrap();
    let refused = run(&mut account, "RemoveClientIDFromOpenIDConnectProvider", json!({})).unwrap_err();
    assert_eq!(
        refused.1,
        "2 validation errors detected: Value null at 'openIDConnectProviderArn' failed to satisfy constraint: Member \
         must not be null; Value null at 'clientID' failed to satisfy constraint: Member must not be null"
    );
    for arn in
        [ARN.replace("123456789012", "210987654321"), ARN.replace("arn:aws", "arn:aws-cn"), ARN.replace("id/1", "ID/1")]
    {
        let refused =
            run(&mut account, "GetOpenIDConnectProvider", json!({"OpenIDConnectProviderArn": arn})).unwrap_err();
        assert_eq!(refused.0, "NoSuchEntity", "{arn}");
    }
    assert_eq!(Operation::parse("CreateSAMLProvider", &json!({})), None);
    let provider = account.providers().next().unwrap().to_federation();
    assert_eq!((provider.arn.as_str(), provider.url.as_str()), (ARN, "https://oidc.example/id/1"));
}
