//! Signed tokens: JWS in compact form, RFC 7515. Strict base64url (section 2: no padding, no left-over bits, no white
//! space); critical header parameters are refused, since none is understood (section 4.1.11).

use super::PublicKey;
use crate::json::{kind, short};
use alloc::{format, string::String, vec::Vec};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use irsa_core::{Code, Error};
use serde_json::{Map, Value};

/// A token taken apart. Nothing about it is verified before [`Jws::verify`] says so.
#[derive(Clone)]
pub struct Jws<'a> {
    signed: &'a str,
    header: Map<String, Value>,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Takes the token apart. The header must be a JSON object with a string `alg`, and a string `kid` if any.
    pub fn parse(token: &'a str) -> Result<Self, Error> {
        let parts = token.split('.').count();
        let three = token.rsplit_once('.').and_then(|(signed, signature)| {
            let (header, payload) = signed.split_once('.')?;
            (!payload.contains('.')).then_some((signed, header, payload, signature))
        });
        let Some((signed, header, payload, signature)) = three else {
            return Err(malformed(format!("{parts} parts between full stops, a signed token has three")));
        };
        let header = decode("header", header)?;
        let header: Value =
            serde_json::from_slice(&header).map_err(|e| malformed(format!("the header is not JSON: {e}")))?;
        let Value::Object(header) = header else {
            return Err(malformed(format!("the header is {}, not an object", kind(&header))));
        };
        if !header.get("alg").is_some_and(Value::is_string) {
            return Err(malformed("the header has no string alg".into()));
        }
        if let Some(kid) = header.get("kid").filter(|kid| !kid.is_string()) {
            return Err(malformed(format!("kid is {}, not a string", kind(kid))));
        }
        Ok(Self { signed, header, payload: decode("payload", payload)?, signature: decode("signature", signature)? })
    }

    /// The header's `alg`, as it stands.
    pub fn alg(&self) -> &str {
        self.header.get("alg").and_then(Value::as_str).unwrap_or_default()
    }

    /// The header's `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    /// True where the header has `crit`: parameters that a verifier must understand, and this one does not.
    pub fn has_critical(&self) -> bool {
        self.header.contains_key("crit")
    }

    /// The payload's bytes. Not verified.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The payload as a JSON object; of duplicate members the last counts. Not verified.
    pub fn claims(&self) -> Result<Map<String, Value>, Error> {
        match serde_json::from_slice(&self.payload) {
            Ok(Value::Object(claims)) => Ok(claims),
            Ok(other) => Err(malformed(format!("the payload is {}, not an object", kind(&other)))),
            Err(e) => Err(malformed(format!("the payload is not JSON: {e}"))),
        }
    }

    /// Verifies the signature with this key, by the header's `alg`.
    pub fn verify(&self, key: &PublicKey) -> Result<(), Error> {
        if self.has_critical() {
            return Err(malformed("the header has crit, and no critical parameter is understood".into()));
        }
        let alg = Algorithm::parse(self.alg())?;
        key.verify(alg, self.signed.as_bytes(), &self.signature)
    }
}

/// The signature algorithms of RFC 7518 section 3.1 that use public keys. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    Es512,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
    ];

    /// Reads a header's `alg`. `none`, HMAC and the unknown are errors that say so.
    pub fn parse(alg: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|a| a.name() == alg);
        known.ok_or_else(|| {
            let why = match alg {
                "HS256" | "HS384" | "HS512" => "is an HMAC, which an issuer's public keys cannot verify",
                _ if alg.eq_ignore_ascii_case("none") => "means that there is no signature",
                _ => "is not one of RS, PS and ES with 256, 384 and 512",
            };
            Error::new(Code::JwsAlgorithm, AT, format!("alg {} {why}", short(alg)))
        })
    }

    /// As in the header: `RS256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
        }
    }

    /// The key type that it needs: `RSA` or `EC`.
    pub fn key_type(self) -> &'static str {
        match self {
            Self::Es256 | Self::Es384 | Self::Es512 => "EC",
            _ => "RSA",
        }
    }
}

fn decode(part: &str, text: &str) -> Result<Vec<u8>, Error> {
    URL_SAFE_NO_PAD.decode(text).map_err(|e| malformed(format!("the {part} is not base64url without padding: {e}")))
}

fn malformed(message: String) -> Error {
    Error::new(Code::JwsMalformed, AT, message)
}

pub(super) const AT: &str = "token";
