//! `irsa_core::services`.

use crate::{
    Entry,
    flow::answers,
    sts::{answered, sent},
};
use irsa_core::{
    Credentials, Error, Mono, Secret, Timestamp,
    call::{Call, Service, USER_AGENT},
    endpoint::{Endpoint, Settings},
    flow::Flow,
    services::{
        Refused,
        secrets_manager::{self, GetSecretValue, SecretValue},
    },
    sigv4::KeyCache,
};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    // By environment variables, or by the parameters of the rule set.
    ("secrets_manager.endpoint", |input| {
        let endpoint = endpoint(input)?;
        Ok(json!({ "url": endpoint.url(), "signing_region": endpoint.signing_region() }))
    }),
    // The signed request for `input`, at `now` (seconds).
    ("secrets_manager.request", |input| {
        let call = Call { endpoint: endpoint(input)?, user_agent: USER_AGENT.into(), seed: 0 };
        let now = Timestamp::from_unix(input["now"].as_i64().unwrap_or_default());
        let mut keys = KeyCache::new();
        secrets_manager::request(&call, &ask(&input["input"]), &credentials(), &mut keys, now)
            .map(|request| sent(&request))
    }),
    // Code and text of any service's refusal; null where it is none.
    ("services.refused", |given| {
        let refused = Refused::of(&answered(given));
        Ok(refused.map_or(Value::Null, |refused| json!({ "code": refused.code, "shown": refused.to_string() })))
    }),
    ("secrets_manager.read", |given| secrets_manager::read(&answered(given)).map(|value| shown(&value))),
    // The flow, with what the host answers to each question: see `flow::answers`.
    ("secrets_manager.get_secret_value", |given| {
        let call = Call { endpoint: endpoint(given)?, user_agent: USER_AGENT.into(), seed: 0 };
        let (ask, credentials) = (ask(&given["input"]), credentials());
        let flow = Flow::new(Mono::NEVER, |io| async move {
            secrets_manager::get_secret_value(&io, &call, &ask, &credentials).await.map(|value| shown(&value))
        });
        answers(flow, &given["answers"])
    }),
];

fn ask(input: &Value) -> GetSecretValue {
    let text = |name: &str| input[name].as_str().map(Box::from);
    let mut ask = GetSecretValue::new(text("SecretId").unwrap_or_default());
    ask.version_id = text("VersionId");
    ask.version_stage = text("VersionStage");
    ask
}

fn endpoint(input: &Value) -> Result<Endpoint, Error> {
    ask(&input["input"]).endpoint(&settings(input, &secrets_manager::SERVICE)?)
}

/// Of a service: by the environment in `env`, or by the parameters of its rule set in `params`.
pub fn settings<'a>(input: &'a Value, service: &Service) -> Result<Settings<'a>, Error> {
    let Some(params) = input["params"].as_object() else {
        return Settings::of_service(|name| input["env"][name].as_str(), service);
    };
    let on = |name: &str| params.get(name).and_then(Value::as_bool).unwrap_or_default();
    let text = |name: &str| params.get(name).and_then(Value::as_str);
    let (fips, dual_stack) = (on("UseFIPS"), on("UseDualStack"));
    Ok(Settings { region: text("Region"), fips, dual_stack, custom: text("Endpoint"), ..Settings::default() })
}

pub fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a vector")
}

/// Those that the input has, else the same as ever.
pub fn given_credentials(input: &Value) -> Credentials {
    let text = |name: &str| input["credentials"][name].as_str();
    let (Some(id), Some(secret)) = (text("access_key_id"), text("secret_access_key")) else { return credentials() };
    let made = Credentials::new(id, secret, "a vector");
    match text("session_token") {
        Some(token) => made.with_session_token(token),
        None => made,
    }
}

fn shown(value: &SecretValue) -> Value {
    json!({
        "ARN": value.arn,
        "Name": value.name,
        "VersionId": value.version_id,
        "VersionStages": value.version_stages,
        "CreatedMillis": value.created.map(Timestamp::unix_millis),
        "SecretString": match &value.value {
            secrets_manager::Value::Text(text) => Some(Secret::expose(text)),
            secrets_manager::Value::Binary(_) => None,
        },
        "bytes": String::from_utf8_lossy(value.value.expose()),
    })
}
