//! Who signed a request to S3, by irsa's own verifier, and what a policy can ask of it. The body's hash is taken as the
//! header says: s3s holds it against the body as that comes in.

use super::refused;
use crate::{
    call::{Call, Gate},
    session::Session,
    wire::{Refusal, form},
};
use irsa_core::sigv4::{self, Payload, Verifying};
use irsa_trust::policy::Context;
use std::sync::Arc;

pub(super) fn caller(call: &Call, gate: &Gate) -> Result<Arc<Session>, Refusal> {
    let in_query = is_presigned(call);
    let hash = call.header("x-amz-content-sha256");
    if let Some(authorization) = call.header("authorization") {
        if authorization.starts_with("AWS ") {
            return Err(refused::version_2());
        }
        if hash.is_none() && !in_query {
            return Err(refused::no_hash());
        }
    }
    let request = sigv4::Request {
        method: &call.method,
        path: &call.path,
        query: &call.query,
        headers: call.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())),
        payload: hash.map_or(Payload::Unsigned, Payload::Hash),
    };
    match gate.verify(&request, &Verifying::s3(&gate.region), call.now) {
        Ok((session, _)) => Ok(session),
        Err(refusal) => Err(refused::by_verifier(&refusal, in_query)),
    }
}

fn is_presigned(call: &Call) -> bool {
    call.query.split('&').any(|pair| pair.starts_with("X-Amz-Signature="))
}

/// The condition keys of S3's that a request brings, beside those of all services.
pub(super) fn context(call: &Call, caller: &Session, region: &str) -> Context {
    let mut context = call.context(caller, region);
    let mut put = |key: &str, value: &str| context.put("request", key, [value]);
    put("s3:signatureversion", "AWS4-HMAC-SHA256");
    put("s3:authType", if is_presigned(call) { "REST-QUERY-STRING" } else { "REST-HEADER" });
    let query = form::parse(&call.query).unwrap_or_default();
    for name in ["prefix", "delimiter", "max-keys"] {
        if let Some(value) = query.get(name) {
            put(&format!("s3:{name}"), value);
        }
    }
    for (name, value) in &call.headers {
        let known = ["x-amz-acl", "x-amz-content-sha256", "x-amz-copy-source", "x-amz-metadata-directive"];
        if known.contains(&name.as_str())
            || name.starts_with("x-amz-server-side-encryption")
            || name == "x-amz-storage-class"
        {
            put(&format!("s3:{name}"), value);
        }
    }
    context
}
