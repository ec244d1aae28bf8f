//! The discovery document at `<issuer>/.well-known/openid-configuration`. OpenID Connect Discovery 1.0 section 3.

use super::MAX_DOCUMENT;
use crate::json::{kind, short};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use irsa_core::{Code, Error};
use serde_json::{Map, Value};

/// The members that a verifier of ID tokens needs, all of them required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// The issuer, to be compared with `iss` as text.
    pub issuer: String,
    /// Where the key set is.
    pub jwks_uri: String,
    /// Such as `id_token`.
    pub response_types_supported: Vec<String>,
    /// Such as `public`.
    pub subject_types_supported: Vec<String>,
    /// Such as `RS256`.
    pub id_token_signing_alg_values_supported: Vec<String>,
}

impl Discovery {
    /// Reads the document. Unknown members are passed over.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        if text.len() > MAX_DOCUMENT {
            return Err(malformed(format!("{} bytes, the limit is {MAX_DOCUMENT}", text.len())));
        }
        let value: Value = serde_json::from_slice(text).map_err(|e| malformed(format!("not JSON: {e}")))?;
        let Value::Object(document) = value else {
            return Err(malformed(format!("{}, not an object", kind(&value))));
        };
        Ok(Self {
            issuer: string(&document, "issuer")?,
            jwks_uri: string(&document, "jwks_uri")?,
            response_types_supported: strings(&document, "response_types_supported")?,
            subject_types_supported: strings(&document, "subject_types_supported")?,
            id_token_signing_alg_values_supported: strings(&document, "id_token_signing_alg_values_supported")?,
        })
    }

    /// Asserts that the document is that of `issuer`, as text.
    pub fn of(self, issuer: &str) -> Result<Self, Error> {
        if self.issuer == issuer {
            return Ok(self);
        }
        let message = format!("the document says issuer {}, the token says {}", short(&self.issuer), short(issuer));
        Err(Error::new(Code::DiscoveryIssuer, AT, message))
    }
}

fn string(document: &Map<String, Value>, name: &str) -> Result<String, Error> {
    match document.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        other => Err(wrong(name, "a string", other)),
    }
}

fn strings(document: &Map<String, Value>, name: &str) -> Result<Vec<String>, Error> {
    let found = document.get(name);
    let texts = found
        .and_then(Value::as_array)
        .and_then(|items| items.iter().map(|item| item.as_str().map(ToOwned::to_owned)).collect());
    texts.ok_or_else(|| wrong(name, "an array of strings", found))
}

fn wrong(name: &str, wanted: &str, found: Option<&Value>) -> Error {
    match found {
        None => malformed(format!("{name} is missing")),
        Some(Value::Array(_)) => malformed(format!("{name} must be {wanted}")),
        Some(value) => malformed(format!("{name} must be {wanted}, it is {}", kind(value))),
    }
}

fn malformed(message: String) -> Error {
    Error::new(Code::DiscoveryMalformed, AT, message)
}

const AT: &str = "discovery document";
