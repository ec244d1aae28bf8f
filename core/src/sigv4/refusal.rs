//! Why a request was not taken: for the answer that a server gives, and for people.

use super::{Part, explain::Explanation};
use crate::{Code, Error, Timestamp, time::Span};
use alloc::{
    boxed::Box,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

/// Why a request was not taken. More may come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no signature in it.
    NoAuth,
    /// There is something like a signature in it, but not whole or not well formed.
    Malformed {
        /// What is wrong, in words.
        what: String,
    },
    /// Nobody has that access key id.
    UnknownKey {
        /// As in the request.
        access_key_id: String,
    },
    /// The key is a temporary one, and the request has no session token.
    TokenMissing {
        /// As in the request.
        access_key_id: String,
    },
    /// The session token is not that of the key.
    TokenWrong {
        /// As in the request.
        access_key_id: String,
    },
    /// The credentials have ended.
    CredentialsExpired {
        /// When.
        at: Timestamp,
    },
    /// A presigned request after its end.
    Expired {
        /// When it ended.
        at: Timestamp,
        /// The verifier's time.
        now: Timestamp,
    },
    /// Signed too long ago, or in the future.
    Skewed {
        /// The signer's time.
        signed_at: Timestamp,
        /// The verifier's time.
        now: Timestamp,
        /// Seconds that they may be apart.
        allowed: u32,
    },
    /// Signed for another region or service, or for another day than the request's time.
    Scope {
        /// [`Part::Region`], [`Part::Service`] or [`Part::Date`].
        part: Part,
        /// What it had to be.
        expected: String,
        /// What it is.
        got: String,
    },
    /// Headers that must be under the signature and are not.
    HeadersNotSigned {
        /// Their names in lower case, in the order of the request.
        names: Vec<String>,
    },
    /// The hash of the body is not the one that was signed, or the body had to be signed and is not.
    Payload {
        /// What the request says of the body.
        declared: String,
        /// What it is.
        actual: String,
    },
    /// The signature is another: wrong secret, or the request is not the one that was signed.
    Mismatch {
        /// The stages as they were computed here.
        expected: Box<Explanation>,
        /// The signature in the request.
        got: String,
        /// Signed headers that the request does not have: a proxy may have removed them.
        missing: Vec<String>,
    },
}

impl Refusal {
    /// The code of the [`Error`] that is made from it.
    pub fn code(&self) -> Code {
        match self {
            Self::NoAuth => Code::VerifyNoAuth,
            Self::Malformed { .. } => Code::VerifyMalformed,
            Self::UnknownKey { .. } => Code::VerifyUnknownKey,
            Self::TokenMissing { .. } => Code::VerifyTokenMissing,
            Self::TokenWrong { .. } => Code::VerifyTokenWrong,
            Self::CredentialsExpired { .. } => Code::VerifyCredentialsExpired,
            Self::Expired { .. } => Code::VerifyExpired,
            Self::Skewed { .. } => Code::VerifySkewed,
            Self::Scope { .. } => Code::VerifyScope,
            Self::HeadersNotSigned { .. } => Code::VerifyHeadersNotSigned,
            Self::Payload { .. } => Code::VerifyPayload,
            Self::Mismatch { .. } => Code::VerifyMismatch,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAuth => f.write_str("the request is not signed"),
            Self::Malformed { what } => f.write_str(what),
            Self::UnknownKey { access_key_id } => write!(f, "nobody has the access key id {}", Shown(access_key_id)),
            Self::TokenMissing { access_key_id } => {
                write!(f, "{} is a temporary key, and the request has no session token", Shown(access_key_id))
            }
            Self::TokenWrong { access_key_id } => {
                write!(f, "the session token is not that of {}", Shown(access_key_id))
            }
            Self::CredentialsExpired { at } => write!(f, "the credentials ended at {at}"),
            Self::Expired { at, now } => write!(f, "the presigned request ended at {at}, it is {now}"),
            Self::Skewed { signed_at, now, allowed } => {
                let apart = Span(now.unix() - signed_at.unix());
                write!(f, "signed at {signed_at}, it is {now}: {apart} apart, {} allowed", Span(i64::from(*allowed)))
            }
            Self::Scope { part, expected, got } => {
                write!(f, "signed for the {} {}, expected {expected}", part.name(), Shown(got))
            }
            Self::HeadersNotSigned { names } => {
                write!(f, "there are headers that were not signed: {}", Shown(&names.join(", ")))
            }
            Self::Payload { declared, actual } => {
                write!(f, "the request says {} of its body, which is {actual}", Shown(declared))
            }
            Self::Mismatch { expected, got, missing } => {
                // Whoever reads the whole of it could send the request after all.
                write!(f, "the signature is {}, expected {}", ends(got), ends(&expected.signature))?;
                if !missing.is_empty() {
                    write!(f, "; signed headers that are not in the request: {}", Shown(&missing.join(", ")))?;
                }
                Ok(())
            }
        }
    }
}

impl core::error::Error for Refusal {}

impl From<Refusal> for Error {
    fn from(e: Refusal) -> Self {
        Self::new(e.code(), "sigv4", e.to_string())
    }
}

/// Text of a request, for a message: its beginning, without control characters.
pub(super) struct Shown<'a>(pub &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = self.0.chars();
        for letter in letters.by_ref().take(100) {
            write!(f, "{}", letter.escape_debug())?;
        }
        f.write_str(if letters.next().is_some() { "…" } else { "" })
    }
}

/// Enough of a signature to compare it by eye.
fn ends(signature: &str) -> String {
    match (signature.get(..8), signature.get(58..)) {
        (Some(first), Some(last)) if signature.len() == 64 => format!("{first}…{last}"),
        _ => format!("{} bytes long", signature.len()),
    }
}
