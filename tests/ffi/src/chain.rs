//! `chain.resolve`: the flow level, run on files and answers in memory.

use crate::{
    api::*,
    c::*,
    effects::{effect_of, with_answer},
};
use irsa_core::{Timestamp, effect::FileFault};
use irsa_script::Host;
use serde_json::{Value, json};
use std::ffi::{CString, c_char};

pub fn resolve(api: &Api, input: &Value) -> Outcome {
    let mut host = host(input);
    let environment: Vec<CString> = input["environment"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| text(&format!("{name}={}", value.as_str().expect("a text"))))
        .collect();
    let environ: Vec<*const c_char> =
        environment.iter().map(|variable| variable.as_ptr()).chain([std::ptr::null()]).collect();
    let options = &input["options"];
    let arns: Vec<irsa_str> = options["policy_arns"].as_array().into_iter().flatten().map(said).collect();
    let mut chain = zero::<irsa_chain>();
    (chain.size, chain.environment) = (size_of::<irsa_chain>(), environ.as_ptr());
    (chain.region, chain.profile) = (said(&options["region"]), said(&options["profile"]));
    (chain.role_arn, chain.token_file) = (said(&options["role_arn"]), said(&options["token_file"]));
    (chain.session_name, chain.policy) = (said(&options["session_name"]), said(&options["policy"]));
    (chain.policy_arns, chain.policy_arn_count) = (arns.as_ptr(), arns.len());
    (chain.endpoint, chain.user_agent) = (said(&options["endpoint"]), said(&options["user_agent"]));
    chain.seed = input["seed"].as_u64().expect("a seed");
    chain.duration_seconds = options["duration_seconds"].as_u64().unwrap_or_default() as u32;
    chain.strict = options["strict"].as_bool().map_or(0, |strict| if strict { 1 } else { 2 });
    let deadline = host.deadline(input["deadline_ms"].as_u64().unwrap_or(60_000)).0;
    // SAFETY: the chain is good for the call.
    let flow = api.make(api.irsa_flow_free, |out, err| unsafe {
        (api.irsa_flow_new_chain)(&raw const chain, deadline, out, err)
    })?;
    let mut result = match drive(api, flow.at, &mut host) {
        Ok(()) => credentials(api, flow.at)?,
        Err(error) => json!({ "error": error }),
    };
    // SAFETY: the flow is alive.
    let explanation = api.text(|out, err| unsafe { (api.irsa_flow_explain)(flow.at, out, err) })?;
    let mut explanation: Value = serde_json::from_str(&explanation).expect("JSON");
    // The document for people also names the credentials.
    let named = explanation.as_object_mut().and_then(|all| all.remove("credentials")).expect("credentials");
    assert_eq!(named["access_key_id"], result["credentials"]["access_key_id"]);
    if result["error"].is_null() {
        let chosen = explanation["sources"].as_array().into_iter().flatten().find(|it| it["outcome"] == "chosen");
        result["source"] = chosen.expect("a source that was chosen")["source"].clone();
    }
    let requests: Vec<Value> = host
        .requests()
        .iter()
        .map(|request| {
            let named = |name: &str| request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            json!({
                "method": request.method,
                "url": request.url,
                "authorization": named("authorization").map(|(_, value)| value.expose()),
                "body": String::from_utf8_lossy(request.body.expose()),
            })
        })
        .collect();
    Ok(json!({
        "result": result,
        "explanation": explanation,
        "paths": host.paths(),
        "requests": requests,
    }))
}

/// The loop of a program that has files, HTTP and clocks of its own.
fn drive(api: &Api, flow: *mut irsa_flow, host: &mut Host) -> Outcome<()> {
    loop {
        let now = irsa_now { wall_ms: host.now().wall.unix_millis(), mono_ms: host.now().mono.0 };
        let mut effect = std::ptr::null();
        // SAFETY: the flow is alive, and the effect lent until the next call.
        let effect = unsafe {
            api.try_call(|err| (api.irsa_flow_next)(flow, now, &raw mut effect, err))?;
            if effect.is_null() {
                return Ok(());
            }
            effect_of(&*effect)
        };
        let (id, answer) = (effect.id, host.answer(effect));
        with_answer(id, &answer, |answer| {
            // SAFETY: a whole answer.
            api.try_call(|err| unsafe { (api.irsa_flow_answer)(flow, answer, err) })
        })?;
    }
}

fn credentials(api: &Api, flow: *const irsa_flow) -> Outcome {
    // SAFETY: the flow is alive; what is lent is copied before it is freed.
    unsafe {
        let found = api.make(api.irsa_credentials_free, |out, err| (api.irsa_flow_credentials)(flow, out, err))?;
        let end = (api.irsa_credentials_expiration_ms)(found.at);
        let region = of_text((api.irsa_credentials_region)(found.at));
        Ok(json!({
            "credentials": {
                "access_key_id": of_text((api.irsa_credentials_access_key_id)(found.at)),
                "secret_access_key": of_text((api.irsa_credentials_secret_access_key)(found.at)),
                "session_token": of_text((api.irsa_credentials_session_token)(found.at)),
                "account_id": of_text((api.irsa_credentials_account_id)(found.at)),
                "expiration": (end != i64::MAX).then(|| Timestamp::from_unix_millis(end).unix()),
                "source": of_text((api.irsa_credentials_source)(found.at)),
            },
            "region": region.map(|region| json!({ "value": region })),
        }))
    }
}

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
        let headers: Vec<(&str, &str)> = answer["headers"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), value.as_str().expect("a text")))
            .collect();
        let status = answer["status"].as_u64().and_then(|status| u16::try_from(status).ok()).expect("status");
        host = host.http(status, &headers, answer["body"].as_str().unwrap_or_default());
    }
    host
}

fn said(value: &Value) -> irsa_str {
    view(value.as_str().unwrap_or_default())
}
