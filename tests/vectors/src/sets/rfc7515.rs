//! `rfc7515`: the signed tokens of RFC 7515 appendix A. Those with a public key verify to the payload given, byte for
//! byte; HMAC and `none` are refused as algorithms; and each with one bit of its signature or payload changed is refused.

use crate::{Engine, Report, Set, json, same};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::path::Path;

pub const SET: Set = Set { name: "rfc7515", run, least: 3 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let data = json(&folder.join("rfc7515/cases.json"));
    for case in data["cases"].as_array().into_iter().flatten() {
        report.case(case["name"].as_str().unwrap_or_default(), check(engine, case));
    }
    report
}

fn check(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let jws = case["jws"].as_str().unwrap_or_default();
    let mut verify = |jws: &str| engine.call("oidc.verify", &json!({ "jws": jws, "jwks": set_of(&case["jwk"]) }));
    let alg = case["alg"].as_str().unwrap_or("none");
    if alg == "none" || alg.starts_with("HS") {
        return same("code", json!("jws-algorithm"), verify(jws)["error"]["code"].clone());
    }
    same("payload", case["payload"].clone(), verify(jws)["ok"]["payload"].clone())?;
    let parts: Vec<&str> = jws.split('.').collect();
    for changed in [1, 2] {
        let mut parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
        let mut bytes = URL_SAFE_NO_PAD.decode(&parts[changed]).expect("base64url");
        bytes[5] ^= 1;
        parts[changed] = URL_SAFE_NO_PAD.encode(bytes);
        same("changed", json!("jws-signature"), verify(&parts.join("."))["error"]["code"].clone())?;
    }
    Ok(())
}

fn set_of(jwk: &Value) -> String {
    json!({ "keys": [jwk] }).to_string()
}
