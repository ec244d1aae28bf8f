//! OpenID Connect from the verifier's side: discovery document, key set, signed tokens.
//!
//! OpenID Connect Discovery 1.0, RFC 7515 (JWS), 7517 (JWK), 7518 (algorithms). RS, PS and ES with 256, 384 and 512 in
//! pure Rust; never `none`, never HMAC. What AWS in particular takes and refuses is in [`crate::federation`].
//! Limits: documents of 1 MiB, RSA keys of 2,048 to 8,192 bits.

mod discovery;
mod jwk;
mod jws;
mod x509;

pub use discovery::Discovery;
pub use jwk::{Jwk, Jwks, PublicKey};
pub use jws::{Algorithm, Jws};

/// The largest discovery document or key set that is read, in bytes.
pub const MAX_DOCUMENT: usize = 1 << 20;

#[cfg(test)]
mod tests;
