//! Every public entry of core and trust behind one call: a name and JSON in, JSON out.
//!
//! Two uses. The vector runner calls it natively and as wasm, so that both are held against the same cases. And built
//! for wasm32-unknown-unknown it must import nothing: what it reaches is pure.
//! A room of core or trust is a file here; its `ENTRIES` name each function as `room.function`.

mod arn;
mod chain;
mod codec;
mod error;
mod federation;
mod findings;
mod flow;
mod glue;
mod keeper;
mod lint;
mod oidc;
mod policy;
mod provider;
mod rds;
mod s3;
mod secret;
mod services;
mod sigv4;
mod ssm;
mod sts;
mod time;
mod token;

use irsa_core::Error;
use serde_json::{Value, json};

/// A name and what it does. `Err` is an irsa error; a case that is written wrongly panics.
pub type Entry = (&'static str, fn(&Value) -> Result<Value, Error>);

/// All rooms.
pub const ROOMS: &[&[Entry]] = &[
    arn::ENTRIES,
    chain::ENTRIES,
    codec::ENTRIES,
    error::ENTRIES,
    federation::ENTRIES,
    findings::ENTRIES,
    flow::ENTRIES,
    keeper::ENTRIES,
    lint::ENTRIES,
    oidc::ENTRIES,
    policy::ENTRIES,
    provider::ENTRIES,
    rds::ENTRIES,
    s3::ENTRIES,
    secret::ENTRIES,
    services::ENTRIES,
    sigv4::ENTRIES,
    ssm::ENTRIES,
    sts::ENTRIES,
    time::ENTRIES,
    token::ENTRIES,
];

/// Calls an entry. Gives `{"ok": …}` or `{"error": {kind, code, at, message, fix, retry, request_id}}`.
pub fn call(name: &str, input: &Value) -> Value {
    let Some((_, entry)) = ROOMS.iter().copied().flatten().find(|(known, _)| *known == name) else {
        return json!({ "unknown": name });
    };
    match entry(input) {
        Ok(value) => json!({ "ok": value }),
        Err(e) => json!({ "error": e.to_json() }),
    }
}
