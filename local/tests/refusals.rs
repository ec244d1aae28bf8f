//! AssumeRoleWithWebIdentity on the wire: what succeeds, and the refusals with AWS's own code and text, as recorded.

mod support;

use irsa_core::arn::ProviderArn;
use irsa_local::{Local, Mint, Provider};
use support::*;

const NOT_AUTHORIZED: &str = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
const NOT_VALIDATED: &str = "The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity \
    documentation for requirements.";
const NO_KEY: &str = "Couldn't retrieve verification key from your identity provider,  please reference \
    AssumeRoleWithWebIdentity documentation for requirements";

#[test]
fn the_pods_token_becomes_credentials() {
    let local = start();
    let answer = exchange_with(&local, &[]).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "text/xml");
    assert_eq!(answer.header("x-amzn-requestid"), answer.text("RequestId"));
    assert!(answer.header("date").ends_with(" GMT"));
    assert!(answer.body.starts_with(
        "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  \
         <AssumeRoleWithWebIdentityResult>\n"
    ));
    let said = |name| answer.text(name);
    assert_eq!(said("Arn"), "arn:aws:sts::111122223333:assumed-role/app/pod-1");
    assert_eq!(said("Provider"), format!("arn:aws:iam::111122223333:oidc-provider/{HOST}"));
    assert_eq!((said("Audience"), said("SubjectFromWebIdentityToken")), ("sts.amazonaws.com".into(), SUBJECT.into()));
    assert!(said("AssumedRoleId").starts_with("AROA") && said("AssumedRoleId").ends_with(":pod-1"));
    let life = answer.credentials().expiration().unwrap().unix() - now().unix();
    assert!((3595..=3600).contains(&life), "{life}");

    // The same as JSON, for who accepts that; and parameters in the query, which AWS takes too.
    let parameters = form(&[
        ("Action", "AssumeRoleWithWebIdentity"),
        ("Version", "2011-06-15"),
        ("RoleArn", ROLE),
        ("RoleSessionName", "pod-2"),
        ("DurationSeconds", "900"),
        ("WebIdentityToken", local.mint(&Mint::default()).unwrap().expose()),
    ]);
    let url = format!("{}/?{parameters}", local.url());
    let json = send(&url, "GET", &[("accept", "application/json")], "").unwrap();
    assert_eq!(json.header("content-type"), "application/json");
    let value: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    let result = &value["AssumeRoleWithWebIdentityResponse"]["AssumeRoleWithWebIdentityResult"];
    assert_eq!(result["AssumedRoleUser"]["Arn"], "arn:aws:sts::111122223333:assumed-role/app/pod-2");
    let life = result["Credentials"]["Expiration"].as_i64().unwrap() - now().unix();
    assert!((895..=900).contains(&life), "{life}");
}

#[test]
fn ten_refusals_in_awss_words() {
    let mut config = config();
    // Another cluster's provider, trusted by a policy of the role's account only for a role that is not asked for here.
    let elsewhere = format!("arn:aws:iam::444455556666:oidc-provider/{HOST}");
    let foreign = trust_for(SUBJECT).replace("111122223333", "444455556666");
    config.roles.push(role(OTHER, &foreign, &[]));
    config.providers = Some(
        [&elsewhere, &elsewhere.replace("444455556666", "111122223333")]
            .map(|arn| Provider {
                arn: ProviderArn::parse(arn).unwrap(),
                client_ids: vec!["sts.amazonaws.com".into()],
                jwks: None,
            })
            .into(),
    );
    let local = Local::start(config).unwrap();
    let mint = Mint::default;
    let missing = |claim: &str| Mint { missing_claims: vec![claim.into()], ..mint() };
    let cases: Vec<(&str, Mint, &str, &str, u16, &str, &str)> = vec![
        (
            "audience",
            Mint { audience: vec!["vault".into()], ..mint() },
            ROLE,
            "InvalidIdentityToken",
            400,
            NOT_VALIDATED,
            "vault",
        ),
        (
            "expired",
            Mint { expired: true, ..mint() },
            ROLE,
            "ExpiredTokenException",
            400,
            "Token expired: current date/time ",
            "",
        ),
        (
            "future",
            Mint { issued_in_future: true, ..mint() },
            ROLE,
            "InvalidIdentityToken",
            400,
            "Token issued in the future: ",
            "",
        ),
        ("tampered", Mint { tampered: true, ..mint() }, ROLE, "InvalidIdentityToken", 400, NOT_VALIDATED, "signature"),
        (
            "foreign key",
            Mint { foreign_key: true, ..mint() },
            ROLE,
            "InvalidIdentityToken",
            400,
            NOT_VALIDATED,
            "signature",
        ),
        (
            "unknown kid",
            Mint { unknown_kid: true, ..mint() },
            ROLE,
            "InvalidIdentityToken",
            400,
            NO_KEY,
            "no key with kid",
        ),
        (
            "other subject",
            Mint { subject: Some("system:serviceaccount:demo:other".into()), ..mint() },
            ROLE,
            "AccessDenied",
            403,
            NOT_AUTHORIZED,
            "trust.json: statement 0 (App): StringEquals",
        ),
        (
            "other account's provider",
            mint(),
            OTHER,
            "AccessDenied",
            403,
            NOT_AUTHORIZED,
            "trust.json: statement 0 (App): Principal",
        ),
        (
            "malformed ARN",
            mint(),
            "arn:aws:iam::::role/app",
            "ValidationError",
            400,
            "Request ARN is invalid",
            "role-arn",
        ),
        ("missing claim", missing("sub"), ROLE, "InvalidIdentityToken", 400, "Missing a required claim: sub", "claims"),
        ("missing claim", missing("aud"), ROLE, "InvalidIdentityToken", 400, "Missing a required claim: aud", "claims"),
        ("missing claim", missing("iat"), ROLE, "InvalidIdentityToken", 400, "Missing a required claim: iat", "claims"),
        ("missing claim", missing("exp"), ROLE, "InvalidIdentityToken", 400, "Missing a required claim: exp", "claims"),
        (
            "unknown issuer",
            Mint { issuer: Some("https://elsewhere.example".into()), ..mint() },
            ROLE,
            "InvalidIdentityToken",
            400,
            "No OpenIDConnect provider found in your account for https://elsewhere.example",
            "provider",
        ),
        (
            "no such role",
            mint(),
            "arn:aws:iam::111122223333:role/App",
            "AccessDenied",
            403,
            NOT_AUTHORIZED,
            "role: there is no role",
        ),
    ];
    for (name, mint, role, code, status, text, why) in &cases {
        let token = local.mint(mint).unwrap();
        let answer = exchange_with(&local, &[("RoleArn", role), ("WebIdentityToken", token.expose())]).unwrap();
        let (got, message) = answer.refusal();
        assert_eq!((got.as_str(), answer.status), (*code, *status), "{name}: {message}");
        match text.strip_suffix(' ') {
            Some(_) => assert!(message.starts_with(text), "{name}: {message}"),
            None => assert_eq!(message, *text, "{name}"),
        }
        assert!(answer.header("x-irsa-why").contains(why), "{name}: {}", answer.header("x-irsa-why"));
        assert_eq!(answer.text("Type"), "Sender");
        assert_eq!(answer.header("x-amzn-requestid"), answer.text("RequestId"));

        // The log says the same, and holds no token.
        let entry = local.log().pop().unwrap();
        assert_eq!((entry.outcome.as_str(), entry.status, entry.user_agent.as_str()), (*code, *status, "test/1"));
        assert_eq!(entry.request_id, answer.header("x-amzn-requestid"));
        let line = entry.to_string() + &entry.to_json().to_string() + &format!("{entry:?}");
        assert!(!token.expose().split('.').any(|part| line.contains(part)), "{name}: {line}");
        // And none of it hindered the next pod.
        assert_eq!(exchange_with(&local, &[]).unwrap().status, 200, "{name}");
    }
    let expired = exchange(&local, &Mint { expired: true, ..mint() }).refusal().1;
    let numbers: Vec<i64> = expired.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert!((now().unix() - 300 - numbers[0]).abs() <= 5, "{expired}");
    assert_eq!(
        expired,
        format!(
            "Token expired: current date/time {} must be before the expiration date/time {}",
            numbers[0], numbers[1]
        )
    );
}

#[test]
fn parameters_are_bounded_as_the_model_says() {
    let local = start();
    let cases = [
        (
            ("RoleSessionName", "x"),
            "Value 'x' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
        ),
        (("DurationSeconds", "899"), "Member must have value greater than or equal to 900"),
        (("WebIdentityToken", "abc"), "Value at 'webIdentityToken' failed to satisfy constraint"),
        (
            ("DurationSeconds", "3601"),
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ),
    ];
    for (parameter, text) in cases {
        let answer = exchange_with(&local, &[parameter]).unwrap();
        let (code, message) = answer.refusal();
        assert_eq!(code, "ValidationError", "{message}");
        assert!(message.contains(text), "{message}");
    }
    let refused = |body: &str| send(local.url(), "POST", &[], body).unwrap().refusal().0;
    assert_eq!(refused("Action=Nothing&Version=2011-06-15"), "InvalidAction");
    assert_eq!(refused("Action=GetCallerIdentity&Version=2010-01-01"), "InvalidAction");
    assert_eq!(refused(""), "MissingAction");
    assert_eq!(refused("a=%"), "MalformedInput");
    assert_eq!(exchange_with(&local, &[("DurationSeconds", "1h")]).unwrap().refusal().0, "MalformedInput");
    assert_eq!(send(local.url(), "POST", &[], &"x".repeat(2 << 20)).map_or(413, |answer| answer.status), 413);
}
