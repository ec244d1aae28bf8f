//! Where JSON goes in or comes out: trust's judgements, keys, ARNs, partitions, endpoints; and times.

use crate::{api::*, c::*};
use serde_json::{Value, json};
use std::ffi::{CString, c_char, c_int};

type Give = (*mut *mut irsa_buffer, *mut *mut irsa_error);

fn parsed(api: &Api, call: impl FnOnce(Give) -> c_int) -> Outcome {
    let text = api.text(|out, err| call((out, err)))?;
    Ok(serde_json::from_str(&text).expect("JSON"))
}

fn optional(value: &Value) -> Option<CString> {
    value.as_str().map(text)
}

fn pointer(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr())
}

pub fn judge(api: &Api, input: &Value) -> Outcome {
    let document = input.to_string();
    // SAFETY: a text that is good for the call.
    parsed(api, |(out, err)| unsafe { (api.irsa_trust_judge)(view(&document), out, err) })
}

pub fn decide(api: &Api, input: &Value) -> Outcome {
    let document = input.to_string();
    // SAFETY: a text that is good for the call.
    parsed(api, |(out, err)| unsafe { (api.irsa_trust_decide)(view(&document), out, err) })
}

pub fn providers(api: &Api, input: &Value) -> Outcome {
    let document = input.to_string();
    // SAFETY: a text that is good for the call.
    parsed(api, |(out, err)| unsafe { (api.irsa_trust_providers)(view(&document), out, err) })
}

pub fn verify(api: &Api, input: &Value) -> Outcome {
    let said = |name: &str| view(input[name].as_str().expect("a text"));
    // SAFETY: texts that are good for the call.
    parsed(api, |(out, err)| unsafe {
        match input["jwk"].is_string() {
            true => (api.irsa_jws_verify_by)(said("jws"), said("jwk"), out, err),
            false => (api.irsa_jws_verify)(said("jws"), said("jwks"), out, err),
        }
    })
}

pub fn lint(api: &Api, input: &Value) -> Outcome {
    let policy = match &input["policy"] {
        Value::String(text) => text.clone(),
        json => json.to_string(),
    };
    let (partition, account) = (optional(&input["partition"]), optional(&input["account"]));
    let size = input["size"].as_u64().unwrap_or_default() as usize;
    // SAFETY: texts that are good for the call.
    parsed(api, |(out, err)| unsafe {
        (api.irsa_policy_lint)(view(&policy), pointer(&partition), pointer(&account), size, out, err)
    })
}

pub fn jwks(api: &Api, input: &Value) -> Outcome {
    let content = content(input);
    // SAFETY: bytes that are good for the call.
    parsed(api, |(out, err)| unsafe { (api.irsa_jwks_json)(view_bytes(&content), out, err) })
}

pub fn discovery(api: &Api, input: &Value) -> Outcome {
    let (content, issuer) = (content(input), optional(&input["issuer"]));
    // SAFETY: bytes and a text that are good for the call.
    parsed(api, |(out, err)| unsafe { (api.irsa_discovery_json)(view_bytes(&content), pointer(&issuer), out, err) })
}

pub fn role(api: &Api, input: &Value) -> Outcome {
    let arn = text(input["arn"].as_str().expect("arn"));
    // SAFETY: a C string.
    parsed(api, |(out, err)| unsafe { (api.irsa_role_arn_json)(arn.as_ptr(), out, err) })
}

/// Where `service` is, for `{params: {Region, UseFIPS, …}}`.
pub fn endpoint(api: &Api, service: &str, input: &Value) -> Outcome {
    let params = &input["params"];
    let said = |name: &str| view(params[name].as_str().unwrap_or_default());
    let on = |name: &str| u32::from(params[name] == true);
    let mut place = zero::<irsa_endpoint>();
    place.size = size_of::<irsa_endpoint>();
    (place.region, place.url) = (said("Region"), said("Endpoint"));
    (place.fips, place.dual_stack) = (on("UseFIPS"), on("UseDualStack"));
    place.legacy_global = on("UseGlobalEndpoint");
    let (service, subject) = (text(service), optional(&input["role"]));
    // SAFETY: the struct and the texts are good for the call.
    let mut found = parsed(api, |(out, err)| unsafe {
        (api.irsa_endpoint_json)(&raw const place, service.as_ptr(), pointer(&subject), out, err)
    })?;
    if service.as_c_str() != c"sts" {
        let found = found.as_object_mut().expect("an object");
        found.retain(|name, _| name == "url" || name == "signing_region");
    }
    Ok(found)
}

pub fn time_parse(api: &Api, input: &Value) -> Outcome {
    let Some(time) = input["text"].as_str().filter(|time| !time.contains('\0')).map(text) else {
        return Ok(Value::Null);
    };
    let (mut millis, mut nanos) = (0, 0);
    // SAFETY: a C string, and room for the outputs.
    let read =
        api.try_call(|err| unsafe { (api.irsa_time_parse)(time.as_ptr(), &raw mut millis, &raw mut nanos, err) });
    match read {
        Ok(()) => Ok(json!({ "seconds": millis.div_euclid(1000), "nanos": nanos })),
        Err(error) => {
            assert_eq!(error["code"], "c-value", "{error}");
            Ok(Value::Null)
        }
    }
}

fn content(input: &Value) -> Vec<u8> {
    match &input["text"] {
        Value::Array(bytes) => bytes.iter().map(|b| b.as_u64().expect("a byte") as u8).collect(),
        text => text.as_str().expect("a text").as_bytes().to_vec(),
    }
}
