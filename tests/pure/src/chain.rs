//! `irsa_core::chain`: a whole resolution against files and answers that the case brings, and the profile parser.

use crate::Entry;
use irsa_core::{
    Credentials, Secret, Timestamp,
    chain::{
        self, Inputs, Options,
        profile::{Profiles, Section, SharedFile},
    },
    effect::FileFault,
    flow::Flow,
    services::secrets_manager::{self, GetSecretValue},
    sts,
};
use irsa_script::Host;
use serde_json::{Map, Value, json};

pub const ENTRIES: &[Entry] = &[
    // {environment, properties, options, files: {path: text | null (denied)}, http: [{status, headers, body}], now, seed}
    // gives {result: {credentials, source, region} | {error}, explanation, text, requests: [{method, url, body, ...}]}.
    ("chain.resolve", |input| {
        let mut host = host(input);
        let deadline = host.deadline(input["deadline_ms"].as_u64().unwrap_or(60_000));
        let inputs = inputs(input);
        let mut flow = match input["within_a_flow"].as_bool() {
            Some(true) => Flow::new(deadline, |io| async move { chain::resolve_in(&io, &inputs).await }),
            _ => chain::resolve(inputs, deadline),
        };
        let driven = host.drive(&mut flow);
        let result = match &driven {
            Ok(resolved) => json!({
                "credentials": credentials(&resolved.credentials),
                "source": resolved.source.name(),
                "region": resolved.region.as_ref().map(|r| json!({ "value": r.text(), "from": r.from.to_string() })),
                "renewable": resolved.renewable,
            }),
            Err(error) => json!({ "error": error.to_json() }),
        };
        let requests: Vec<Value> = host
            .requests()
            .iter()
            .map(|request| {
                let header = |name: &str| {
                    let mut named = request.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
                    named.next().map(|(_, value)| value.expose().to_owned())
                };
                json!({
                    "method": request.method,
                    "url": request.url,
                    "authorization": header("authorization"),
                    "body": String::from_utf8_lossy(request.body.expose()),
                })
            })
            .collect();
        let explanation = flow.explanation();
        Ok(json!({
            "result": result,
            "explanation": explanation.document(driven.as_ref().ok().map(|resolved| &resolved.credentials)),
            "text": explanation.to_string(),
            "paths": host.paths(),
            "requests": requests,
        }))
    }),
    // The same, and `service`: where calls with what was resolved go.
    ("chain.endpoint", |input| {
        let mut host = host(input);
        let inputs = inputs(input);
        let secrets = input["service"] == "secrets_manager";
        let mut flow = Flow::new(host.deadline(60_000), |io| async move {
            let resolved = chain::resolve_in(&io, &inputs).await?;
            let service = if secrets { secrets_manager::SERVICE } else { sts::STS };
            chain::endpoint(&io, &inputs, &resolved, &service, |settings| match secrets {
                true => GetSecretValue::new("name").endpoint(settings),
                false => sts::Endpoint::resolve(settings, None),
            })
            .await
        });
        let endpoint = host.drive(&mut flow)?;
        Ok(json!({ "url": endpoint.url(), "signing_region": endpoint.signing_region() }))
    }),
    // {environment, properties, options} gives {profile, config, credentials}.
    ("chain.locations", |input| {
        let inputs = inputs(input);
        let [config, credentials] = chain::profile::locations(&inputs);
        Ok(json!({
            "profile": chain::profile::selected(&inputs).text(),
            "config": config.map(|place| place.path),
            "credentials": credentials.map(|place| place.path),
        }))
    }),
    // {config, credentials (each a text or a list of bytes), sso_sessions, services (lists of names)}
    // gives {profiles, sso_sessions, services, notices}, each property as {value, file, line, endpoint_url}.
    ("chain.profiles", |input| {
        let (config, credentials) = (bytes(&input["config"]), bytes(&input["credentials"]));
        let all = Profiles::parse(
            config.as_deref().map(|content| SharedFile { path: "config", content }),
            credentials.as_deref().map(|content| SharedFile { path: "credentials", content }),
        )?;
        let named = |key: &str, get: fn(&Profiles, &str) -> Option<Value>| {
            let names = input[key].as_array().into_iter().flatten().filter_map(Value::as_str);
            names.filter_map(|name| Some((name.to_owned(), get(&all, name)?))).collect::<Map<_, _>>()
        };
        Ok(json!({
            "profiles": all.profiles().map(|(name, s)| (name.to_owned(), section(s))).collect::<Map<_, _>>(),
            "sso_sessions": named("sso_sessions", |all, name| all.sso_session(name).map(section)),
            "services": named("services", |all, name| all.services(name).map(section)),
            "default": all.profile("default").map(section),
            "notices": all.notices(),
        }))
    }),
];

fn host(input: &Value) -> Host {
    let mut host = Host::new();
    if let Some(now) = input["now"].as_i64() {
        host = host.at(Timestamp::from_unix(now));
    }
    for (path, content) in input["files"].as_object().into_iter().flatten() {
        host = match content.as_str() {
            Some(text) => host.file(path, text),
            None => host.fault(path, FileFault::Denied { owner: Some(0), mode: Some(0o600) }),
        };
    }
    for answer in input["http"].as_array().into_iter().flatten() {
        let headers: Vec<(&str, &str)> = answer["headers"].as_object().map(texts).unwrap_or_default();
        let status = answer["status"].as_u64().and_then(|s| u16::try_from(s).ok()).expect("status");
        host = host.http(status, &headers, answer["body"].as_str().unwrap_or_default());
    }
    host
}

fn section(section: &Section) -> Value {
    let property = |(name, p): (&str, &chain::profile::Property)| {
        let value = json!({
            "value": p.value().expose(),
            "file": &**p.file(),
            "line": p.line(),
            "endpoint_url": p.nested("endpoint_url"),
        });
        (name.to_owned(), value)
    };
    Value::Object(section.properties().map(property).collect())
}

fn inputs(input: &Value) -> Inputs {
    let map = |key: &str| input[key].as_object().map(texts).unwrap_or_default();
    let mut inputs = Inputs::new(map("environment").into_iter().map(|(name, value)| (name, Secret::from(value))));
    inputs.properties = map("properties").into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    inputs.seed = input["seed"].as_u64().unwrap_or_default();
    let options = &input["options"];
    let text = |key: &str| options[key].as_str().map(Box::from);
    inputs.options = Options {
        region: text("region"),
        profile: text("profile"),
        role_arn: text("role_arn"),
        token_file: text("token_file"),
        session_name: text("session_name"),
        duration_seconds: options["duration_seconds"].as_u64().and_then(|s| u32::try_from(s).ok()),
        policy: text("policy"),
        policy_arns: options["policy_arns"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|a| a.as_str().map(Box::from))
            .collect(),
        endpoint: text("endpoint"),
        strict: options["strict"].as_bool(),
        user_agent: text("user_agent"),
        flags: options["flags"].as_bool().unwrap_or_default(),
    };
    inputs
}

fn texts(map: &Map<String, Value>) -> Vec<(&str, &str)> {
    map.iter().map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))).collect()
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => Some(text.clone().into_bytes()),
        Value::Array(bytes) => {
            Some(bytes.iter().map(|b| b.as_u64().and_then(|b| u8::try_from(b).ok()).expect("a byte")).collect())
        }
        _ => None,
    }
}

fn credentials(credentials: &Credentials) -> Value {
    json!({
        "access_key_id": credentials.access_key_id(),
        "secret_access_key": credentials.secret_access_key().expose(),
        "session_token": credentials.session_token().map(Secret::expose),
        "account_id": credentials.account_id(),
        "expiration": credentials.expiration().map(Timestamp::unix),
        "source": credentials.source(),
    })
}
