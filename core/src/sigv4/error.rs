//! Why a request could not be signed. Small and `Copy`, for the hot path; an [`Error`] for people is made from it.

use crate::{Code, Error};
use alloc::format;
use core::fmt;

/// Why a request could not be signed. Nothing of use stands in the output then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// The query has parameters of a signature already: sign the request without them.
    AlreadySigned,
    /// A `%` without two hexadecimal digits, so many bytes into the path. (In a query it stands for itself.)
    Escape {
        /// Offset in bytes.
        offset: usize,
    },
    /// A presigned request must live from 1 to 604,800 seconds (7 days).
    Expires {
        /// What was asked for.
        seconds: u32,
    },
    /// A header's name is no token of RFC 9110, or its value has a control character in it.
    Header {
        /// Its place among the headers, from 0.
        index: usize,
    },
    /// There is no `host` header, and none is signed without one.
    NoHost,
    /// Empty, or with a character that would break the signature's own syntax.
    Unusable {
        /// Which input.
        part: Part,
    },
    /// The output has no room for what would be written.
    TooSmall {
        /// Bytes that are needed.
        needed: usize,
    },
    /// More than the array at hand holds: give scratch, see [`super::sign_into_with`].
    TooManyItems {
        /// [`Part::Headers`], [`Part::Query`] or [`Part::Path`] (segments, where dots are to be resolved).
        part: Part,
        /// How many there may be.
        limit: usize,
    },
}

/// An input of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The access key id.
    AccessKeyId,
    /// The date of a scope.
    Date,
    /// The headers.
    Headers,
    /// The request's method.
    Method,
    /// The path.
    Path,
    /// The payload hash that was given.
    Payload,
    /// The query.
    Query,
    /// The region.
    Region,
    /// The secret access key.
    SecretAccessKey,
    /// The service's name.
    Service,
    /// The session token.
    SessionToken,
}

impl Part {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessKeyId => "access key id",
            Self::Date => "date",
            Self::Headers => "headers",
            Self::Method => "method",
            Self::Path => "path",
            Self::Payload => "payload hash",
            Self::Query => "query",
            Self::Region => "region",
            Self::SecretAccessKey => "secret access key",
            Self::Service => "service",
            Self::SessionToken => "session token",
        }
    }
}

impl SignError {
    /// The code of the [`Error`] that is made from it, without making one.
    pub fn code(self) -> Code {
        match self {
            Self::AlreadySigned => Code::SignAlreadySigned,
            Self::Escape { .. } => Code::SignEscape,
            Self::Expires { .. } => Code::SignExpires,
            Self::Header { .. } => Code::SignHeader,
            Self::NoHost => Code::SignNoHost,
            Self::Unusable { .. } => Code::SignUnusable,
            Self::TooSmall { .. } => Code::SignTooSmall,
            Self::TooManyItems { .. } => Code::SignTooManyItems,
        }
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadySigned => f.write_str("the query holds parameters of a signature (X-Amz-…) already"),
            Self::Escape { offset } => {
                write!(f, "the path has a % without two hexadecimal digits at byte {offset}")
            }
            Self::Expires { seconds } => {
                write!(f, "an expiry of {seconds} seconds; it must be 1 to {}", super::EXPIRES_LIMIT)
            }
            Self::Header { index } => {
                write!(f, "header {index} (from 0) has a name that is no token, or a control character in its value")
            }
            Self::NoHost => f.write_str("there is no host header"),
            Self::Unusable { part } => {
                write!(f, "the {} is empty or has characters that cannot stand in a signature", part.name())
            }
            Self::TooSmall { needed } => write!(f, "the output needs {needed} bytes"),
            Self::TooManyItems { part, limit } => write!(f, "the {} have more than {limit} items", part.name()),
        }
    }
}

impl core::error::Error for SignError {}

impl From<SignError> for Error {
    fn from(e: SignError) -> Self {
        Self::new(e.code(), "sigv4", format!("{e}"))
    }
}
