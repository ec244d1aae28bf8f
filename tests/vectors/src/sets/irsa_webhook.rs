//! `irsa-webhook`: pods as the EKS webhook leaves them. Every container gets the environment and the token volume of the
//! expected patch as its own environment and files, and is resolved: the request to STS must carry the role and the token
//! for the audience and life that were asked for, to the endpoint of the Region that the webhook put in. What a container
//! keeps of its own (a role without a token file) and what is no web identity (container credentials, containers that
//! are skipped) ends in a typed error, and never in a call.

use super::files;
use crate::{Engine, Report, Set, same};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};
use serde_json::{Map, Value, json};
use std::path::Path;

pub const SET: Set = Set { name: "irsa-webhook", run, least: 16 };

const NOW: i64 = 1_795_514_400;
const TEST: &str = "testing.eks.amazonaws.com/";

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let folder = folder.join("irsa-webhook");
    for path in files(&folder).iter().filter(|path| path.extension().is_some_and(|e| e == "yaml")) {
        let name = path.strip_prefix(&folder).unwrap_or(path).to_string_lossy().into_owned();
        let pod = yaml(&std::fs::read_to_string(path).unwrap_or_default());
        let annotations = &pod["metadata"]["annotations"];
        // A case that the webhook's own tests skip has no patch: the pod stays as it is.
        let patch = annotations[format!("{TEST}expectedPatch")].as_str().unwrap_or("[]");
        let patch: Value = serde_json::from_str(patch).unwrap_or_default();
        let mut spec = pod["spec"].clone();
        for step in patch.as_array().into_iter().flatten() {
            match step["path"].as_str().unwrap_or_default() {
                "/spec/volumes/0" => {
                    let mut volumes = vec![step["value"].clone()];
                    volumes.extend(spec["volumes"].as_array().cloned().unwrap_or_default());
                    spec["volumes"] = json!(volumes);
                }
                path => {
                    if let Some(member) = path.strip_prefix("/spec/") {
                        spec[member] = step["value"].clone();
                    }
                }
            }
        }
        let containers =
            ["containers", "initContainers"].map(|kind| spec[kind].as_array().cloned().unwrap_or_default());
        let outcome = containers.iter().flatten().try_for_each(|container| {
            check(engine, &spec, container).map_err(|why| format!("container {}: {why}", container["name"]))
        });
        report.case(&name, outcome);
    }
    report
}

fn check(engine: &mut dyn Engine, spec: &Value, container: &Value) -> Result<(), String> {
    let env: Map<String, Value> = container["env"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|variable| variable["value"].is_string())
        .filter_map(|variable| Some((variable["name"].as_str()?.to_owned(), variable["value"].clone())))
        .collect();
    let tokens = mounted(spec, container, &env);
    let files: Map<String, Value> = tokens.iter().map(|(path, token)| (path.clone(), json!(token))).collect();
    let answered = engine.ok(
        "chain.resolve",
        &json!({ "environment": env, "files": files, "http": [{ "status": 200, "body": ANSWER }], "now": NOW }),
    )?;
    let text = |name: &str| env.get(name).and_then(Value::as_str);
    let requests = answered["requests"].as_array().cloned().unwrap_or_default();
    let (Some(role), Some(file)) = (text("AWS_ROLE_ARN"), text("AWS_WEB_IDENTITY_TOKEN_FILE")) else {
        same("requests without a web identity", 0, requests.len())?;
        let error = &answered["result"]["error"];
        let said = error["message"].as_str().ok_or_else(|| format!("no error: {}", answered["result"]))?;
        // What is configured, a half of it or another source, is named.
        let names = [
            "AWS_ROLE_ARN",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        ];
        let mut set = names.iter().filter(|name| env.contains_key(**name)).peekable();
        let named = set.peek().is_none() || set.any(|name| said.contains(name));
        return if named { Ok(()) } else { Err(format!("{} says {said}", error["code"])) };
    };
    let Some((_, token)) = tokens.iter().find(|(path, _)| path == file) else {
        // A path of the container's own, where the webhook mounts nothing.
        same("requests without a token", 0, requests.len())?;
        return same("code", &json!("token-file-missing"), &answered["result"]["error"]["code"]);
    };
    let [request] = requests.as_slice() else {
        return Err(format!("{} requests: {}", requests.len(), answered["result"]));
    };
    same("method", "POST", request["method"].as_str().unwrap_or_default())?;
    let region = text("AWS_REGION").or(text("AWS_DEFAULT_REGION"));
    same("url", endpoint(role, region), request["url"].as_str().unwrap_or_default().trim_end_matches('/').to_owned())?;
    let form = form(request["body"].as_str().unwrap_or_default());
    same("action", Some("AssumeRoleWithWebIdentity"), form.get("Action").and_then(Value::as_str))?;
    same("role", Some(role), form.get("RoleArn").and_then(Value::as_str))?;
    same("token", Some(token.as_str()), form.get("WebIdentityToken").and_then(Value::as_str))?;
    same("source", "web identity", answered["result"]["source"].as_str().unwrap_or_default())
}

/// The token files that a container sees: each mount of a volume that projects a token. On Windows a path of the kubelet
/// is one of drive C.
fn mounted(spec: &Value, container: &Value, env: &Map<String, Value>) -> Vec<(String, String)> {
    let windows = env.values().any(|value| value.as_str().is_some_and(|text| text.starts_with("C:\\")));
    let mut found = Vec::new();
    for mount in container["volumeMounts"].as_array().into_iter().flatten() {
        let volumes = spec["volumes"].as_array().into_iter().flatten();
        for volume in volumes.filter(|volume| volume["name"] == mount["name"]) {
            for source in volume["projected"]["sources"].as_array().into_iter().flatten() {
                let projected = &source["serviceAccountToken"];
                let (Some(folder), Some(path)) = (mount["mountPath"].as_str(), projected["path"].as_str()) else {
                    continue;
                };
                let whole = format!("{folder}/{path}");
                let whole = if windows { format!("C:{}", whole.replace('/', "\\")) } else { whole };
                found.push((whole, token(projected)));
            }
        }
    }
    found
}

/// A token such as the API server issues for this projection.
fn token(projected: &Value) -> String {
    let expires = NOW + projected["expirationSeconds"].as_i64().unwrap_or(3600);
    let claims = json!({
        "iss": "https://oidc.example/id/A", "sub": "system:serviceaccount:default:default",
        "aud": [projected["audience"]], "iat": NOW, "nbf": NOW, "exp": expires,
    });
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(json!({ "alg": "RS256" }).to_string()), part(claims.to_string()), part("signature".into()))
}

/// The regional endpoint; without a Region that of the role's partition.
fn endpoint(role: &str, region: Option<&str>) -> String {
    let partition = role.split(':').nth(1).unwrap_or_default();
    let region = region.unwrap_or(match partition {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    });
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://sts.{region}.{suffix}")
}

fn form(body: &str) -> Map<String, Value> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'%' => {
                    let digits = [rest.next().unwrap_or_default(), rest.next().unwrap_or_default()];
                    let digits = String::from_utf8_lossy(&digits).into_owned();
                    bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'%'));
                }
                b'+' => bytes.push(b' '),
                byte => bytes.push(byte),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), json!(decode(value)))).collect()
}

/// One YAML document without anchors; plain scalars stay texts, as annotations and variables are.
fn yaml(text: &str) -> Value {
    let mut events = Parser::new_from_str(text);
    loop {
        match events.next() {
            Some(Ok((Event::StreamStart | Event::DocumentStart(_), _))) => {}
            Some(Ok((event, _))) => return node(event, &mut events),
            other => panic!("no document: {other:?}"),
        }
    }
}

fn node<'a>(event: Event<'a>, events: &mut Parser<'a, StrInput<'a>>) -> Value {
    match event {
        Event::Scalar(text, ScalarStyle::Plain, ..) if text.is_empty() || text == "null" => Value::Null,
        Event::Scalar(text, ..) => json!(text),
        Event::SequenceStart(..) => {
            let mut items = Vec::new();
            loop {
                match next(events) {
                    Event::SequenceEnd => return Value::Array(items),
                    event => items.push(node(event, events)),
                }
            }
        }
        Event::MappingStart(..) => {
            let mut members = Map::new();
            while let Event::Scalar(key, ..) = next(events) {
                let event = next(events);
                members.insert(key.into_owned(), node(event, events));
            }
            Value::Object(members)
        }
        other => panic!("not read here: {other:?}"),
    }
}

fn next<'a>(events: &mut Parser<'a, StrInput<'a>>) -> Event<'a> {
    events.next().expect("the document goes on").expect("YAML").0
}

const ANSWER: &str = "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
    <AssumeRoleWithWebIdentityResult><AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/s3-reader/pod</Arn>\
    <AssumedRoleId>AROAEXAMPLE:pod</AssumedRoleId></AssumedRoleUser><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>\
    <SecretAccessKey>IRSACANARY</SecretAccessKey><SessionToken>IRSACANARY</SessionToken>\
    <Expiration>2026-11-24T11:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
    <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>";
