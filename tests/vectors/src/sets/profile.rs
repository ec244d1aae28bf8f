//! `profile`: the shared config and credentials files as the SDKs read them, where they are, and what a profile leads to.
//!
//! The parser (`profile-parser-tests.json`, and the files of `botocore-cfg` and `fuzz-corpus`, which nothing may crash
//! on), locations (`file-location-tests.json`), and chains of roles (`assume-role-tests.json`: run whole, and what STS was
//! asked is compared with the expected chain). Containers, instance metadata, login and tracing belong to sources that are
//! not built yet.

use crate::{Engine, Report, Set, json, same};
use serde_json::{Map, Value, json};
use std::{fs, path::Path};

pub const SET: Set = Set { name: "profile", run, least: 120 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let folder = folder.join("profile");
    let cases = |file: &str| {
        let mut data = json(&folder.join(file));
        let list = if data.is_array() { data } else { data["tests"].take() };
        list.as_array().cloned().unwrap_or_default()
    };
    for case in cases("profile-parser-tests.json") {
        report.case(text(&case["name"]), parser(engine, &case));
    }
    for inputs in ["botocore-cfg", "fuzz-corpus/parse_config_profile", "fuzz-corpus/parse_credentials_profile"] {
        for file in fs::read_dir(folder.join(inputs)).into_iter().flatten().flatten() {
            let content = fs::read(file.path()).unwrap_or_default();
            report.case(&file.path().display().to_string(), survives(engine, &content));
        }
    }
    for case in cases("file-location-tests.json") {
        report.case(text(&case["name"]), location(engine, &case));
    }
    for case in cases("assume-role-tests.json") {
        match not_ours(&case) {
            Some(why) => report.leave_out(text(&case["docs"]), why),
            None => report.case(text(&case["docs"]), chain(engine, &case)),
        }
    }
    for (file, why) in [
        ("ecs-tests.json", "the container source is not built yet"),
        ("imds-endpoint-tests.json", "the instance metadata source is not built yet"),
        ("login-provider-test-cases.json", "the login source is not built yet"),
        ("recursion-detection.json", "irsa calls no other function, so it passes no trace on"),
    ] {
        for (number, case) in cases(file).iter().enumerate() {
            let named = ["name", "docs", "documentation"].into_iter().find_map(|key| case[key].as_str());
            report.leave_out(&format!("{file} {}", named.map_or(number.to_string(), ToOwned::to_owned)), why);
        }
    }
    report
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn parser(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let output = &case["output"];
    let expected = &output["config"];
    let names: Vec<&String> = expected["sso_sessions"].as_object().into_iter().flat_map(Map::keys).collect();
    let files = &case["input"];
    let input = json!({
        "config": files["configFile"],
        "credentials": files["credentialsFile"],
        "sso_sessions": names,
    });
    let answer = engine.call("chain.profiles", &input);
    if let Some(fragment) = output["errorContaining"].as_str() {
        let message = text(&answer["error"]["message"]);
        return match message.to_lowercase().contains(&fragment.to_lowercase()) {
            true => same("code", "profile-syntax", text(&answer["error"]["code"])),
            false => Err(format!("expected an error with “{fragment}”, got {answer}")),
        };
    }
    let got = &answer["ok"];
    same("profiles", values(&expected["profiles"]), values(&got["profiles"]))?;
    same("sso-sessions", values(&expected["sso_sessions"]), values(&got["sso_sessions"]))
}

/// Sections as `{name: {key: value}}`, whether the values stand alone or with their place.
fn values(sections: &Value) -> Value {
    let value = |v: &Value| v.get("value").unwrap_or(v).clone();
    let section = |s: &Value| {
        let pairs = s.as_object().into_iter().flatten().map(|(key, v)| (key.clone(), value(v)));
        Value::Object(pairs.collect())
    };
    Value::Object(sections.as_object().into_iter().flatten().map(|(name, s)| (name.clone(), section(s))).collect())
}

/// As either file: an answer or a typed error, and with both as one and the same file no other outcome.
fn survives(engine: &mut dyn Engine, content: &[u8]) -> Result<(), String> {
    for input in [
        json!({ "config": content }),
        json!({ "credentials": content }),
        json!({ "config": content, "credentials": content }),
    ] {
        let answer = engine.call("chain.profiles", &input);
        let code = text(&answer["error"]["code"]);
        if answer.get("ok").is_none() && !["profile-syntax", "profile-encoding"].contains(&code) {
            return Err(format!("expected sections or an error of the file, got {answer}"));
        }
    }
    Ok(())
}

fn location(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let got = engine.ok("chain.locations", &json!({ "environment": case["environment"] }))?;
    let expected = json!({
        "profile": case["profile"],
        "config": case["configLocation"],
        "credentials": case["credentialsLocation"],
    });
    same("locations", expected, got)
}

/// Why a chain of roles is not run.
fn not_ours(case: &Value) -> Option<&'static str> {
    let steps = case["output"]["ProfileChain"].as_array();
    let profiles = &case["input"]["profiles"];
    let all = || profiles.as_object().into_iter().flatten();
    let configures =
        |key: &str| all().any(|(_, p)| p.as_object().into_iter().flatten().any(|(k, _)| k.starts_with(key)));
    if configures("sso_") {
        return Some("the sso source is not built yet");
    }
    if configures("credential_process") || configures("login_session") {
        return Some("the sources process and login are not built yet");
    }
    let source = steps.and_then(|s| s.first()).map(|s| text(&s["NamedSource"])).unwrap_or_default();
    if ["Ec2InstanceMetadata", "EcsContainer"].contains(&source) {
        return Some("the sources of node and container are not built yet");
    }
    let named = |name: &str| all().any(|(other, p)| other != name && p["source_profile"] == name);
    let keys_and_role = |p: &Value| p.get("aws_access_key_id").is_some() && p.get("source_profile").is_some();
    if steps.is_some() && all().any(|(name, p)| named(name) && keys_and_role(p)) {
        return Some("a source profile with keys and a role: here Java, which irsa follows, assumes the role");
    }
    None
}

const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3VlciJ9.c2lnbmF0dXJl";

fn chain(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let steps = case["output"]["ProfileChain"].as_array().cloned().unwrap_or_default();
    let mut config = String::new();
    for (name, profile) in case["input"]["profiles"].as_object().into_iter().flatten() {
        config += &format!("[profile {name}]\n");
        for (key, value) in profile.as_object().into_iter().flatten() {
            config += &format!("{key} = {}\n", text(value));
        }
    }
    let mut environment = json!({ "HOME": "/h", "AWS_REGION": "us-east-1" });
    let mut files = json!({ "/h/.aws/config": config });
    if let Some(source) = steps.first() {
        if source["NamedSource"] == "Environment" {
            environment["AWS_ACCESS_KEY_ID"] = json!("FROMENVIRONMENT");
            environment["AWS_SECRET_ACCESS_KEY"] = json!("secret");
        }
        if let Some(path) = source["WebIdentityToken"]["web_identity_token_file"].as_str() {
            files[path] = json!(TOKEN);
        }
    }
    let answers: Vec<Value> = (0..steps.len()).map(|step| json!({ "status": 200, "body": assumed(step) })).collect();
    let options = json!({ "profile": case["input"]["selected_profile"] });
    let input = json!({ "environment": environment, "files": files, "options": options, "http": answers });
    let got = engine.ok("chain.resolve", &input)?;
    match case["output"]["Error"].as_str() {
        Some(wanted) => {
            let code = text(&got["result"]["error"]["code"]);
            match CODES.iter().find(|(fragment, _)| wanted.contains(fragment)) {
                Some((_, expected)) => same("code", *expected, code),
                None if code.is_empty() => Err(format!("expected the error “{wanted}”, got {got}")),
                None => Ok(()),
            }
        }
        None => compare(&steps, &got),
    }
}

/// The error of the SDK that the cases come from, and ours.
const CODES: &[(&str, &str)] = &[
    ("both source_profile and credential_source", "role-source-both"),
    ("missing aws_secret_access_key", "keys-incomplete"),
    ("missing aws_access_key_id", "keys-incomplete"),
    ("did not contain credential information", "no-credentials"),
    ("No profiles were defined", "profile-missing"),
    ("infinite loop", "source-profile-cycle"),
    ("`role_arn` was missing", "web-identity-incomplete"),
];

/// Each step's request, and the keys that signed it: those of the step before.
fn compare(steps: &[Value], got: &Value) -> Result<(), String> {
    let mut requests = got["requests"].as_array().into_iter().flatten().enumerate();
    let mut keys = String::new();
    for step in steps {
        let (kind, parameters) = step.as_object().and_then(|s| s.iter().next()).ok_or("an empty step")?;
        let action = match kind.as_str() {
            "AccessKey" => {
                keys = text(&parameters["access_key_id"]).into();
                continue;
            }
            "NamedSource" => {
                keys = "FROMENVIRONMENT".into();
                continue;
            }
            "WebIdentityToken" => "AssumeRoleWithWebIdentity",
            other => other,
        };
        let (number, request) = requests.next().ok_or_else(|| format!("{action} was not asked: {got}"))?;
        asked(request, action, parameters)?;
        let signed = text(&request["authorization"]).contains(&format!("Credential={keys}/"));
        same(&format!("{action} {} signed with {keys:?}", parameters["role_arn"]), !keys.is_empty(), signed)?;
        keys = format!("STEP{number}");
    }
    let credentials = &got["result"]["credentials"];
    same("the keys in the end", keys.as_str(), text(&credentials["access_key_id"]))?;
    if let [only] = steps
        && let Some(account) = only["AccessKey"]["account_id"].as_str()
    {
        same("account", account, text(&credentials["account_id"]))?;
    }
    same("no more requests", None, requests.next())
}

fn asked(request: &Value, action: &str, parameters: &Value) -> Result<(), String> {
    let body = text(&request["body"]);
    let parameter = |name: &str| body.split('&').find(|pair| pair.split('=').next() == Some(name));
    same("action", Some(format!("Action={action}").as_str()), parameter("Action"))?;
    let names = [("RoleArn", "role_arn"), ("ExternalId", "external_id"), ("RoleSessionName", "role_session_name")];
    for (name, key) in names {
        if let Some(value) = parameters[key].as_str() {
            let pair = format!("{name}={}", value.replace(':', "%3A").replace('/', "%2F"));
            same(name, Some(pair.as_str()), parameter(name))?;
        }
    }
    Ok(())
}

fn assumed(step: usize) -> String {
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>STEP{step}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
         <SessionToken>token</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    )
}
