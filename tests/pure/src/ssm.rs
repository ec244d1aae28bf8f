//! `irsa_core::services::ssm`.

use crate::{
    Entry,
    flow::answers,
    services::{credentials, settings},
    sts::{answered, sent},
};
use irsa_core::{
    Error, Mono, Timestamp,
    call::{Call, USER_AGENT},
    flow::Flow,
    services::ssm::{self, Ask, GetParameter, GetParameters, GetParametersByPath, Parameter, Parameters},
    sigv4::KeyCache,
};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    // {action, input} and the environment or the parameters of the rule set.
    ("ssm.endpoint", |given| {
        asked(given, |ask| {
            let endpoint = ask.endpoint(&settings(given, &ssm::SERVICE)?)?;
            Ok(json!({ "url": endpoint.url(), "signing_region": endpoint.signing_region(), "region": ask.region() }))
        })
    }),
    // The signed request, at `now` (seconds).
    ("ssm.request", |given| {
        asked(given, |ask| {
            let now = Timestamp::from_unix(given["now"].as_i64().unwrap_or_default());
            ssm::request(&call(given, ask)?, ask, &credentials(), &mut KeyCache::new(), now).map(|it| sent(&it))
        })
    }),
    ("ssm.read", |given| {
        ssm::read(given["action"].as_str().unwrap_or("GetParameter"), &answered(given)).map(|all| shown(&all))
    }),
    // The flow of the action, with what the host answers to each question; `most` bounds the pages.
    ("ssm.get", |given| {
        let (credentials, input) = (credentials(), &given["input"]);
        let (one, several, path) = (one(input), several(input), path(input));
        let call = asked(given, |ask| call(given, ask))?;
        match given["action"].as_str() {
            Some("GetParameters") => {
                let flow = Flow::new(Mono::NEVER, |io| async move {
                    ssm::get_parameters(&io, &call, &several, &credentials).await.map(|all| shown(&all))
                });
                answers(flow, &given["answers"])
            }
            Some("GetParametersByPath") => {
                let most = given["most"].as_u64().unwrap_or(1000) as usize;
                let flow = Flow::new(Mono::NEVER, |io| async move {
                    let all = ssm::get_parameters_by_path(&io, &call, &path, &credentials, most).await?;
                    Ok(all.iter().map(parameter).collect())
                });
                answers(flow, &given["answers"])
            }
            _ => {
                let flow = Flow::new(Mono::NEVER, |io| async move {
                    ssm::get_parameter(&io, &call, &one, &credentials).await.map(|it| parameter(&it))
                });
                answers(flow, &given["answers"])
            }
        }
    }),
];

fn asked<T>(given: &Value, then: impl FnOnce(Ask<'_>) -> Result<T, Error>) -> Result<T, Error> {
    let input = &given["input"];
    match given["action"].as_str() {
        Some("GetParameters") => then(Ask::Parameters(&several(input))),
        Some("GetParametersByPath") => then(Ask::Path(&path(input))),
        _ => then(Ask::Parameter(&one(input))),
    }
}

fn one(input: &Value) -> GetParameter {
    let mut ask = GetParameter::new(input["Name"].as_str().unwrap_or_default());
    ask.with_decryption = input["WithDecryption"].as_bool().unwrap_or_default();
    ask
}

fn several(input: &Value) -> GetParameters {
    let mut ask = GetParameters::new(input["Names"].as_array().into_iter().flatten().filter_map(Value::as_str));
    ask.with_decryption = input["WithDecryption"].as_bool().unwrap_or_default();
    ask
}

fn path(input: &Value) -> GetParametersByPath {
    let mut ask = GetParametersByPath::new(input["Path"].as_str().unwrap_or_default());
    ask.recursive = input["Recursive"].as_bool().unwrap_or_default();
    ask.with_decryption = input["WithDecryption"].as_bool().unwrap_or_default();
    ask.max_results = input["MaxResults"].as_u64().map(|most| u8::try_from(most).unwrap_or(u8::MAX));
    ask.next_token = input["NextToken"].as_str().map(Box::from);
    ask
}

fn call(given: &Value, ask: Ask<'_>) -> Result<Call, Error> {
    let endpoint = ask.endpoint(&settings(given, &ssm::SERVICE)?)?;
    Ok(Call { endpoint, user_agent: USER_AGENT.into(), seed: 0 })
}

fn shown(all: &Parameters) -> Value {
    json!({
        "Parameters": all.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "InvalidParameters": all.invalid,
        "NextToken": all.next_token,
    })
}

fn parameter(it: &Parameter) -> Value {
    json!({
        "Name": it.name,
        "ARN": it.arn,
        "Type": it.kind.name(),
        "Value": it.value.expose(),
        "Version": it.version,
        "Selector": it.selector,
        "LastModifiedMillis": it.last_modified.map(Timestamp::unix_millis),
        "DataType": it.data_type,
    })
}
