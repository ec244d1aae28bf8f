//! `sts.response`, `sts.skew` and `token.view`: what STS answers, and what a token says.

use crate::{api::*, c::*};
use serde_json::{Value, json};

/// An answer as the cases have it, for as long as `then` looks at it.
fn with_response<T>(given: &Value, then: impl FnOnce(&irsa_http_response) -> T) -> T {
    let body = match &given["body"] {
        Value::String(text) => text.clone().into_bytes(),
        Value::Array(bytes) => bytes.iter().map(|b| b.as_u64().expect("a byte") as u8).collect(),
        _ => Vec::new(),
    };
    let headers: Vec<irsa_header> = given["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| irsa_header { name: view(name), value: view(value.as_str().unwrap_or_default()) })
        .collect();
    let mut response = zero::<irsa_http_response>();
    response.size = size_of::<irsa_http_response>();
    response.status = given["status"].as_u64().unwrap_or(200) as u32;
    (response.headers, response.header_count) = (headers.as_ptr(), headers.len());
    response.body = view_bytes(&body);
    then(&response)
}

pub fn response(api: &Api, given: &Value) -> Outcome {
    let action = match given["action"].as_str() {
        Some("AssumeRole") => 1,
        Some("AssumeRoleWithWebIdentity") => 2,
        _ => return caller(api, given),
    };
    with_response(given, |response| {
        let mut assumed = std::ptr::null_mut();
        // SAFETY: the answer is good for the call; what is lent is copied before it is freed.
        unsafe {
            let credentials = api.make(api.irsa_credentials_free, |out, err| {
                (api.irsa_sts_assumed_read)(response, action, none(), none(), out, &raw mut assumed, err)
            })?;
            let assumed = api.own(assumed, api.irsa_assumed_free);
            let end = (api.irsa_credentials_expiration_ms)(credentials.at);
            let packed = (api.irsa_assumed_packed_policy_size)(assumed.at);
            Ok(json!({
                "AccessKeyId": of_text((api.irsa_credentials_access_key_id)(credentials.at)),
                "SecretAccessKey": of_text((api.irsa_credentials_secret_access_key)(credentials.at)),
                "SessionToken": of_text((api.irsa_credentials_session_token)(credentials.at)),
                "ExpirationMillis": (end != i64::MAX).then_some(end),
                "Account": of_text((api.irsa_credentials_account_id)(credentials.at)),
                "AssumedRoleId": of_text((api.irsa_assumed_role_id)(assumed.at)),
                "Arn": of_text((api.irsa_assumed_role_arn)(assumed.at)),
                "SubjectFromWebIdentityToken": of_text((api.irsa_assumed_subject)(assumed.at)),
                "Audience": of_text((api.irsa_assumed_audience)(assumed.at)),
                "Provider": of_text((api.irsa_assumed_provider)(assumed.at)),
                "SourceIdentity": of_text((api.irsa_assumed_source_identity)(assumed.at)),
                "PackedPolicySize": (packed >= 0).then_some(packed),
                "RequestId": of_text((api.irsa_assumed_request_id)(assumed.at)),
            }))
        }
    })
}

fn caller(api: &Api, given: &Value) -> Outcome {
    with_response(given, |response| {
        // SAFETY: the answer is good for the call; what is lent is copied before it is freed.
        unsafe {
            let caller = api.make(api.irsa_caller_free, |out, err| (api.irsa_sts_caller_read)(response, out, err))?;
            Ok(json!({
                "Account": of_text((api.irsa_caller_account)(caller.at)),
                "Arn": of_text((api.irsa_caller_arn)(caller.at)),
                "UserId": of_text((api.irsa_caller_user_id)(caller.at)),
                "RequestId": of_text((api.irsa_caller_request_id)(caller.at)),
            }))
        }
    })
}

pub fn skew(api: &Api, given: &Value) -> Outcome {
    let at = |wall: &str, mono: &str| irsa_now {
        wall_ms: given[wall].as_i64().unwrap_or_default(),
        mono_ms: given[mono].as_u64().unwrap_or_default(),
    };
    with_response(given, |response| {
        let mut skew = 0;
        // SAFETY: the answer is good for the call.
        api.try_call(|err| unsafe {
            (api.irsa_response_skew)(
                response,
                at("sent_wall", "sent"),
                at("received_wall", "received"),
                &raw mut skew,
                err,
            )
        })?;
        Ok(if skew == i64::MIN { Value::Null } else { json!(skew) })
    })
}

pub fn token(api: &Api, given: &Value) -> Outcome {
    let audience = given["audience"].as_str().map(text);
    let audience = audience.as_ref().map_or(std::ptr::null(), |audience| audience.as_ptr());
    let now = given["now"].as_i64().unwrap_or_default() * 1000;
    // SAFETY: texts that are good for the calls; what is lent is copied before it is freed.
    unsafe {
        let said = view(given["token"].as_str().expect("a token"));
        let token = api.make(api.irsa_token_free, |out, err| (api.irsa_token_parse)(said, out, err))?;
        let all = api.text(|out, err| (api.irsa_token_json)(token.at, out, err))?;
        let warnings = api.text(|out, err| (api.irsa_token_warnings)(token.at, now, audience, out, err))?;
        let mut all: Value = serde_json::from_str(&all).expect("JSON");
        all["warnings"] = serde_json::from_str(&warnings).expect("JSON");
        Ok(all)
    }
}
