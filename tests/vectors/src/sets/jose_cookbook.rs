//! `jose-cookbook`: the examples of RFC 7520 and its kin. Tokens of public keys verify with the public half of their key
//! and give their payload; HMAC and EdDSA are refused as algorithms; detached payloads, unencoded ones (`crit`) and both
//! JSON serialisations are no tokens that STS takes. Single keys are read as an entry of a key set.

use crate::{Engine, Report, Set, json, same};
use serde_json::{Value, json};
use std::path::Path;

pub const SET: Set = Set { name: "jose-cookbook", run, least: 8 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let folder = folder.join("jose-cookbook");
    for path in super::files(&folder).iter().filter(|path| path.extension().is_some_and(|e| e == "json")) {
        let name = path.strip_prefix(&folder).unwrap_or(path).to_string_lossy().into_owned();
        let data = json(path);
        let outcome = if data["kty"].is_string() { key(engine, &data) } else { signed(engine, &data) };
        report.case(&name, outcome);
    }
    report
}

fn signed(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let alg = case["input"]["alg"].as_str().unwrap_or_default();
    let public = !alg.starts_with("HS") && alg != "EdDSA";
    let set = json!({ "keys": [half(&case["input"]["key"])] }).to_string();
    let mut verify = |jws: String| engine.call("oidc.verify", &json!({ "jws": jws, "jwks": set }));
    for form in ["json", "json_flat"] {
        let token = &case["output"][form];
        if !token.is_null() {
            same(form, json!("jws-malformed"), verify(token.to_string())["error"]["code"].clone())?;
        }
    }
    let Some(compact) = case["output"]["compact"].as_str() else { return Ok(()) };
    let answer = verify(compact.to_owned());
    let detached = compact.split('.').nth(1) == Some("");
    let unencoded = !case["signing"]["protected"]["crit"].is_null();
    match (public, answer["ok"].as_object()) {
        (true, Some(ok)) if !detached && !unencoded => same("payload", &case["input"]["payload"], &ok["payload"]),
        (_, Some(_)) => Err("it was accepted".into()),
        (true, None) if !detached && !unencoded => Err(format!("it was refused: {}", answer["error"])),
        (false, None) if !detached && !unencoded => same("refusal", &json!("jws-algorithm"), &answer["error"]["code"]),
        (_, None) => Ok(()),
    }
}

fn key(engine: &mut dyn Engine, key: &Value) -> Result<(), String> {
    let set = json!({ "keys": [half(key)] }).to_string();
    let read = engine.ok("oidc.jwks", &json!({ "text": set }))?;
    let wanted = match key["kty"].as_str() {
        Some("RSA") => Some("RSA"),
        Some("EC") => key["crv"].as_str().filter(|crv| ["P-256", "P-384", "P-521"].contains(crv)),
        _ => None,
    };
    let entry = &read[0];
    same("kid", &key["kid"], &entry["kid"])?;
    match wanted {
        Some(wanted) => same("key", &json!(wanted), &entry["key"]),
        None if entry["complete"] == false => Ok(()),
        None => Err(format!("a key of {} was taken for complete", key["kty"])),
    }
}

/// Without what is private.
fn half(key: &Value) -> Value {
    let mut key = key.clone();
    if key["kty"] != "oct" {
        for name in ["d", "p", "q", "dp", "dq", "qi"] {
            key.as_object_mut().map(|members| members.remove(name));
        }
    }
    key
}
