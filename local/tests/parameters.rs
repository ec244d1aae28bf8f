//! Parameter Store: what is read by name and by path, page by page, and what is refused with which of AWS's codes.

mod support;

use irsa_core::{Credentials, Secret};
use irsa_local::{Config, Local, ParameterValue, StoredParameter};
use serde_json::{Value, json};
use support::*;

const SECURE: &str = "IRSACANARY-local-parameter";
const ARN: &str = "arn:aws:ssm:eu-west-1:111122223333:parameter";

/// The app's role may read below `/app` by name and by path, and nothing else.
fn config() -> Config {
    let read = policy(&format!(
        r#"{{"Sid": "Read", "Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParameters"],
             "Resource": ["{ARN}/app/*", "{ARN}/bare"]}},
           {{"Sid": "Path", "Effect": "Allow", "Action": "ssm:GetParametersByPath", "Resource": "{ARN}/app*"}}"#
    ));
    let mut config = Config::new(vec![app(&trust_for(SUBJECT), &[&read])])
        .with_parameter("/app/db/host", "db.internal")
        .with_parameter("/other/host", "other")
        .with_parameter("bare", "no slash");
    config.region = Some(REGION.into());
    let hosts = ParameterValue::List(vec!["a".into(), "b".into()]);
    config.parameters.push(StoredParameter { name: "/app/hosts".into(), value: hosts });
    let secure = ParameterValue::Secure(SECURE.into());
    config.parameters.push(StoredParameter { name: "/app/db/password".into(), value: secure });
    config
}

fn call(local: &Local, keys: &Credentials, operation: &str, body: &Value) -> Value {
    let answer = ssm(local, keys, operation, &body.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/x-amz-json-1.1");
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn one_by_name_or_arn() {
    let local = Local::start(config()).unwrap();
    let keys = credentials(&local);
    let get = |body: Value| call(&local, &keys, "GetParameter", &body)["Parameter"].clone();
    let host = get(json!({"Name": "/app/db/host"}));
    assert_eq!(
        (&host["Name"], &host["Value"], &host["Type"], &host["Version"], &host["DataType"]),
        (&json!("/app/db/host"), &json!("db.internal"), &json!("String"), &json!(1), &json!("text"))
    );
    assert_eq!(host["ARN"], format!("{ARN}/app/db/host"));
    assert!((now().unix() - host["LastModifiedDate"].as_i64().unwrap()).abs() < 60);
    assert_eq!(get(json!({"Name": format!("{ARN}/app/db/host")})), host);
    let versioned = get(json!({"Name": "/app/db/host:1"}));
    assert_eq!((&versioned["Selector"], &versioned["Value"]), (&json!(":1"), &json!("db.internal")));

    let bare = get(json!({"Name": "bare"}));
    assert_eq!((&bare["Name"], &bare["ARN"]), (&json!("bare"), &json!(format!("{ARN}/bare"))));
    assert_eq!(get(json!({"Name": format!("{ARN}/bare")})), bare);
    assert_eq!(get(json!({"Name": "/app/hosts"}))["Value"], "a,b");

    let name = "/app/db/password";
    let clear = get(json!({"Name": name, "WithDecryption": true}));
    assert_eq!((&clear["Type"], clear["Value"] == SECURE), (&json!("SecureString"), true));
    for body in [json!({"Name": name}), json!({"Name": name, "WithDecryption": false})] {
        let value = get(body)["Value"].as_str().unwrap().to_owned();
        assert!(value.starts_with("AQICAHg") && !value.contains(SECURE), "{value}");
    }
    let entry = local.log().pop().unwrap();
    assert_eq!((entry.operation.as_str(), entry.outcome.as_str()), ("GetParameter", "OK"));
    assert_eq!(entry.access_key_id.as_deref(), Some(keys.access_key_id()));
}

#[test]
fn several_by_name() {
    let local = Local::start(config()).unwrap();
    let keys = credentials(&local);
    let names = json!(["/app/db/password", "/app/none", "/app/db/host", "/app/db/host:2", "a/b"]);
    let answer = call(&local, &keys, "GetParameters", &json!({"Names": names, "WithDecryption": true}));
    let found: Vec<&str> =
        answer["Parameters"].as_array().unwrap().iter().map(|p| p["Value"].as_str().unwrap()).collect();
    assert_eq!(found, [SECURE, "db.internal"]);
    assert_eq!(answer["InvalidParameters"], json!(["/app/none", "/app/db/host:2", "a/b"]));
    // One name that is not allowed, and nothing is given.
    let denied = ssm(&local, &keys, "GetParameters", r#"{"Names": ["/app/db/host", "/other/host"]}"#);
    let (code, text) = denied.refusal();
    assert_eq!(code, "AccessDeniedException");
    assert!(
        text.contains("ssm:GetParameters on resource: ") && text.contains("parameter/other/host because"),
        "{text}"
    );
    let many: Vec<String> = (0..11).map(|n| format!("/app/{n}")).collect();
    for (names, text) in [
        (json!([]), "Value '[]' at 'names' failed to satisfy constraint: Member must have length greater"),
        (json!(many), "at 'names' failed to satisfy constraint: Member must have length less than or equal to 10"),
    ] {
        let (code, message) = ssm(&local, &keys, "GetParameters", &json!({"Names": names}).to_string()).refusal();
        assert!(code == "ValidationException" && message.contains(text), "{message}");
    }
}

#[test]
fn by_path_page_by_page() {
    let mut config = config();
    for n in 0..12 {
        config =
            config.with_parameter(&format!("/app/many/{n:02}"), "x").with_parameter(&format!("/app/m/{n:02}/y"), "y");
    }
    let local = Local::start(config).unwrap();
    let keys = credentials(&local);
    let names = |answer: &Value| -> Vec<String> {
        answer["Parameters"].as_array().unwrap().iter().map(|p| p["Name"].as_str().unwrap().to_owned()).collect()
    };
    let by_path = |body: Value| call(&local, &keys, "GetParametersByPath", &body);
    assert_eq!(names(&by_path(json!({"Path": "/app"}))), ["/app/hosts"]);
    assert_eq!(names(&by_path(json!({"Path": "/app/db/"}))), ["/app/db/host", "/app/db/password"]);
    assert_eq!(names(&by_path(json!({"Path": "/app/m"}))), Vec::<String>::new(), "/app/many is not below it");
    assert_eq!(names(&by_path(json!({"Path": "/app/db/host"}))), Vec::<String>::new());
    let typed =
        json!({"Path": "/app", "Recursive": true, "ParameterFilters": [{"Key": "Type", "Values": ["StringList"]}]});
    assert_eq!(names(&by_path(typed)), ["/app/hosts"]);

    let mut seen = Vec::new();
    let mut question = json!({"Path": "/app/m", "Recursive": true, "MaxResults": 5});
    let mut sizes = Vec::new();
    loop {
        let page = by_path(question.clone());
        sizes.push(names(&page).len());
        seen.extend(names(&page));
        match page.get("NextToken") {
            Some(token) => question["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(sizes, [5, 5, 2]);
    assert_eq!(seen, (0..12).map(|n| format!("/app/m/{n:02}/y")).collect::<Vec<_>>());

    // A page's token is for its own path, and is not to be made up.
    let refused = |body: Value| ssm(&local, &keys, "GetParametersByPath", &body.to_string()).refusal();
    let token = by_path(json!({"Path": "/app/many"}))["NextToken"].clone();
    assert_eq!(names(&by_path(json!({"Path": "/app/many", "NextToken": token}))).len(), 2);
    for body in [
        json!({"Path": "/app/m", "Recursive": true, "NextToken": token}),
        json!({"Path": "/app/many", "NextToken": "AAAA"}),
        json!({"Path": "/app/many", "NextToken": ""}),
    ] {
        assert_eq!(refused(body), ("InvalidNextToken".into(), "The specified token isn't valid.".into()));
    }
    for (size, text) in [
        (
            json!(0),
            "Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            json!(11),
            "Value '11' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 10",
        ),
        (json!(-1), "less than or equal to 10"),
    ] {
        let (code, message) = refused(json!({"Path": "/app", "MaxResults": size}));
        assert!(code == "ValidationException" && message.contains(text), "{message}");
    }
    for path in ["app", "/app/a b", "/app//x"] {
        let (code, message) = refused(json!({"Path": path}));
        assert!(code == "ValidationException" && message.contains("must begin with a forward slash"), "{message}");
    }
    assert_eq!(refused(json!({"Path": "/app", "ParameterFilters": [{"Key": "Label"}]})).0, "InvalidFilterKey");
    // The path is the resource, as it was written.
    let (code, message) = refused(json!({"Path": "/other/", "Recursive": true}));
    assert_eq!(code, "AccessDeniedException");
    assert!(
        message.contains(&format!("ssm:GetParametersByPath on resource: {ARN}/other/ because no identity")),
        "{message}"
    );
}

#[test]
fn refusals_say_why() {
    let local = Local::start(config()).unwrap();
    let keys = credentials(&local);
    let get = |body: &str| ssm(&local, &keys, "GetParameter", body);
    let denied = get(r#"{"Name": "/other/host"}"#);
    assert_eq!((denied.status, denied.header("x-amzn-errortype")), (400, "AccessDeniedException"));
    let me = "arn:aws:sts::111122223333:assumed-role/app/pod-1";
    let action = "ssm:GetParameter";
    let text = format!(
        "User: {me} is not authorized to perform: {action} on resource: {ARN}/other/host because no identity-based \
         policy allows the {action} action"
    );
    assert_eq!(denied.refusal(), ("AccessDeniedException".into(), text));
    assert!(denied.header("x-irsa-why").contains("policy.json: statement 0 (Read): Resource"));

    for (body, code, text) in [
        (r#"{"Name": "/app/none"}"#, "ParameterNotFound", ""),
        (r#"{"Name": "/app/db/host:2"}"#, "ParameterVersionNotFound", "could not find version 2 of /app/db/host."),
        (r#"{"Name": "/app/db/host:live"}"#, "ParameterVersionNotFound", "could not find label live"),
        (r#"{"Name": "/app/db/host:"}"#, "ValidationException", "Invalid parameter name."),
        (r#"{"Name": "app/db/host"}"#, "ValidationException", "Parameter name: can't be prefixed with \"ssm\""),
        (r#"{"Name": "/ssm/x"}"#, "ValidationException", "Parameter name: can't be prefixed"),
        (r#"{"Name": "/app/a b"}"#, "ValidationException", "Parameter name: can't be prefixed"),
        (r#"{"Name": ""}"#, "ValidationException", "1 validation error detected: Value '' at 'name'"),
        ("{}", "ValidationException", "greater than or equal to 1"),
        ("[]", "SerializationException", "not a JSON object"),
        (r#"{"Name": "arn:aws:ssm:eu-west-1:999999999999:parameter/app/db/host"}"#, "ParameterNotFound", ""),
    ] {
        let (got, message) = get(body).refusal();
        assert!(got == code && message.contains(text), "{body}: {got}: {message}");
    }
    assert_eq!(ssm(&local, &keys, "PutParameter", "{}").refusal().0, "UnknownOperationException");

    // The signature is of this service, and the session's own.
    let headers = [("x-amz-target", "AmazonSSM.GetParameter")];
    let elsewhere = signed_with(&local, &keys, (REGION, "secretsmanager"), &headers, "{}", (now(), |_| {}));
    let text = "Credential should be scoped to correct service: 'ssm'.";
    assert_eq!(elsewhere.refusal(), ("InvalidSignatureException".into(), text.into()));
    let other = Credentials::new(keys.access_key_id(), keys.secret_access_key().clone(), "test")
        .with_session_token(Secret::from(format!("{}x", keys.session_token().unwrap().expose())));
    assert_eq!(ssm(&local, &other, "GetParameter", "{}").refusal().0, "UnrecognizedClientException");
    let narrow = policy(r#"{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}"#);
    let limited = exchange_with(&local, &[("Policy", &narrow)]).unwrap().credentials();
    let denied = ssm(&local, &limited, "GetParameter", r#"{"Name": "/app/db/host"}"#);
    assert!(denied.refusal().1.ends_with("because no session policy allows the ssm:GetParameter action"));
}

#[test]
fn what_parameter_store_would_not_take_ends_the_start() {
    for (name, value, text) in [
        ("app/x", "v", "has a / and does not begin with one"),
        ("/aws/x", "v", "begins with aws or ssm"),
        ("/app/x", "", "is empty"),
        ("/app/x", &"v".repeat(8193), "has more than 8192 bytes"),
        ("bare", "again", "is there twice"),
    ] {
        let error = Local::start(config().with_parameter(name, value)).unwrap_err();
        assert!(error.message().contains(text) && error.fix().contains(name), "{error}");
    }
}
