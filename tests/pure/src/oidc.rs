//! `irsa_trust::oidc`.

use crate::Entry;
use irsa_trust::{
    documents,
    oidc::{Algorithm, Jwk, Jwks, Jws},
};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    ("oidc.discovery", |input| documents::discovery(&content(input), input["issuer"].as_str())),
    ("oidc.jwks", |input| documents::jwks(&content(input))),
    // Verifies `jws` with `jwk`, or with the key of `jwks` that its header means; both are JSON texts.
    ("oidc.verify", |input| {
        let token = text(input, "jws");
        let jws = Jws::parse(token)?;
        let key = match input["jwk"].as_str() {
            Some(jwk) => Jwk::parse(jwk.as_bytes())?.public_key()?,
            None => {
                let jwks = Jwks::parse(text(input, "jwks").as_bytes())?;
                jwks.find(Algorithm::parse(jws.alg())?, jws.kid())?.public_key()?
            }
        };
        documents::verified(token, &key)
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
