//! `irsa_trust::oidc`.

use crate::Entry;
use irsa_trust::oidc::{Algorithm, Discovery, Jwk, Jwks, Jws};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    ("oidc.discovery", |input| {
        let discovery = Discovery::parse(&content(input))?;
        let discovery = match input["issuer"].as_str() {
            Some(issuer) => discovery.of(issuer)?,
            None => discovery,
        };
        Ok(json!({
            "issuer": discovery.issuer,
            "jwks_uri": discovery.jwks_uri,
            "response_types_supported": discovery.response_types_supported,
            "subject_types_supported": discovery.subject_types_supported,
            "id_token_signing_alg_values_supported": discovery.id_token_signing_alg_values_supported,
        }))
    }),
    ("oidc.jwks", |input| {
        let jwks = Jwks::parse(&content(input))?;
        let keys = jwks.keys().iter().map(|key| {
            json!({
                "kid": key.kid(),
                "kty": key.key_type(),
                "use": key.usage(),
                "key_ops": key.operations(),
                "complete": key.is_complete(),
                "certificate_agrees": key.certificate_agrees(),
                "key": key.public_key().map_or_else(|e| e.message().to_owned(), |key| key.name().to_owned()),
            })
        });
        Ok(Value::Array(keys.collect()))
    }),
    // Verifies `jws` with `jwk`, or with the key of `jwks` that its header means; both are JSON texts.
    ("oidc.verify", |input| {
        let jws = Jws::parse(text(input, "jws"))?;
        let key = match input["jwk"].as_str() {
            Some(jwk) => Jwk::parse(jwk.as_bytes())?.public_key()?,
            None => {
                let jwks = Jwks::parse(text(input, "jwks").as_bytes())?;
                jwks.find(Algorithm::parse(jws.alg())?, jws.kid())?.public_key()?
            }
        };
        jws.verify(&key)?;
        let payload = String::from_utf8_lossy(jws.payload());
        Ok(
            json!({ "alg": jws.alg(), "kid": jws.kid(), "critical": jws.has_critical(), "key": key.name(), "payload": payload, "claims": jws.claims().ok() }),
        )
    }),
    // Verifies `signature` over `signed`, both arrays of bytes, with `jwk`, a JSON text.
    ("oidc.verify_signature", |input| {
        let key = Jwk::parse(text(input, "jwk").as_bytes())?.public_key()?;
        key.verify(Algorithm::parse(text(input, "alg"))?, &bytes(&input["signed"]), &bytes(&input["signature"]))?;
        Ok(json!(true))
    }),
];

/// `text`, as a text or as an array of bytes.
fn content(input: &Value) -> Vec<u8> {
    input["text"].as_str().map_or_else(|| bytes(&input["text"]), |text| text.as_bytes().to_vec())
}

fn bytes(value: &Value) -> Vec<u8> {
    value.as_array().into_iter().flatten().map(|byte| byte.as_u64().expect("a byte") as u8).collect()
}

fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    input[name].as_str().unwrap_or_else(|| panic!("no text {name}"))
}
