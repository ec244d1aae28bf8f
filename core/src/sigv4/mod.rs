//! AWS Signature Version 4: signing and verifying requests.
//!
//! IAM guide, "Create a signed AWS API request"; S3's own rules from the S3 API reference, "Authenticating Requests".
//! [`sign_into`] is the hot path: everything is borrowed, nothing is allocated, the result is written where the caller
//! says. [`sign`] and [`presign`] do the same for a request that a host is to send; [`explain`] shows what was signed;
//! [`verify`] judges a request that was received.
//! Limits: [`HEADER_LIMIT`] headers and [`QUERY_LIMIT`] query parameters, more with scratch of the caller's; 128 path
//! segments where `.`, `..` and `//` are to be resolved; region and service of at most 64 bytes; they and the access key
//! id are visible ASCII without slash and comma.
//! Not here yet: chunked and event-stream signing, signature version 4A.

mod canonical;
mod class;
mod encode;
mod error;
mod explain;
mod header;
mod key;
mod owned;
mod payload;
mod presign;
mod refusal;
mod sha;
mod sign;
mod sink;
#[cfg(test)]
mod tests;
mod verify;

pub use canonical::{HeaderSlot, Scratch};
pub use encode::QuerySlot;
pub(crate) use encode::{append, decoded, length};
pub use error::{Part, SignError};
pub use explain::{Explanation, explain};
pub use header::{Lines, lines};
pub use key::{KeyCache, signing_key};
pub use owned::{presign, sign, sign_head};
pub use payload::{BodyHash, HexHash};
pub use refusal::Refusal;
pub use sign::{sign_into, sign_into_with};
pub use verify::{Verified, Verifying, verify};

use crate::Credentials;
use alloc::sync::Arc;

/// Headers that are signed without scratch.
pub const HEADER_LIMIT: usize = 64;

/// Query parameters that are signed without scratch.
pub const QUERY_LIMIT: usize = 256;

/// The longest life of a presigned request in seconds: 7 days.
pub const EXPIRES_LIMIT: u32 = 604_800;

/// Headers that proxies, meshes and connections change on the way, and that are therefore not signed unless the caller
/// says otherwise. A name that ends in `*` stands for all that begin so.
pub const UNSIGNED_HEADERS: &[&str] = &[
    "baggage",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "sec-websocket-*",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// A request, borrowed, as it is on the wire.
///
/// `headers` gives pairs of name and value, see [`Headers`]. `host` must be among them; names in any case; of one name
/// several, in the order in which they are sent.
#[derive(Clone, Copy)]
pub struct Request<'a, H> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The path, encoded. Empty counts as `/`.
    pub path: &'a str,
    /// The query, encoded, without `?`. Empty where there is none.
    pub query: &'a str,
    /// Name and value of each header.
    pub headers: H,
    /// What is said of the body.
    pub payload: Payload<'a>,
}

/// What gives a request's headers as often as it is asked: an array `[("host", "example.com")]`, a slice's
/// `iter().copied()`, a map over the caller's own list. Values are text or bytes (whatever is sent: HTTP lets them be
/// beyond ASCII and of any encoding).
pub trait Headers<'a> {
    /// Name and value of each, in the order in which they are sent. Names are looked at byte by byte, and so may be any.
    fn each(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])>;
}

impl<'a, H, V> Headers<'a> for H
where
    H: IntoIterator<Item = (&'a str, &'a V)> + Clone,
    V: AsRef<[u8]> + ?Sized + 'a,
{
    #[inline]
    fn each(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.clone().into_iter().map(|(name, value)| (name.as_bytes(), value.as_ref()))
    }
}

/// Without query and headers: a token or a signature may be in them.
impl<H> core::fmt::Debug for Request<'_, H> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { method, path, payload, .. } = self;
        f.debug_struct("Request")
            .field("method", method)
            .field("path", path)
            .field("payload", payload)
            .finish_non_exhaustive()
    }
}

/// What a signature says of the body. This list is complete.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    /// The body itself, to be hashed.
    Bytes(&'a [u8]),
    /// Its SHA-256 in lower-case hexadecimal ([`BodyHash`] makes it of pieces), or a word that S3 knows (`STREAMING-…`).
    Hash(&'a str),
    /// Nothing: `UNSIGNED-PAYLOAD`. S3 and a few others take it, over TLS.
    Unsigned,
}

impl core::fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Hash(hash) => write!(f, "Hash({hash})"),
            Self::Unsigned => f.write_str("Unsigned"),
        }
    }
}

/// What signs: borrowed from [`Credentials`], or from wherever a host keeps the three texts.
#[derive(Clone, Copy)]
pub struct AccessKey<'a> {
    /// `AKIA…` or `ASIA…`.
    pub id: &'a str,
    /// The secret access key.
    pub secret: &'a str,
    /// The session token, where the key is temporary: bytes, since signing looks at each of them anyway.
    pub session_token: Option<&'a [u8]>,
}

impl<'a> From<&'a Credentials> for AccessKey<'a> {
    #[inline]
    fn from(credentials: &'a Credentials) -> Self {
        Self {
            id: credentials.access_key_id(),
            secret: credentials.secret_access_key().expose(),
            session_token: credentials.session_token().map(|token| token.expose().as_bytes()),
        }
    }
}

impl<'a> From<&'a Arc<Credentials>> for AccessKey<'a> {
    #[inline]
    fn from(credentials: &'a Arc<Credentials>) -> Self {
        Self::from(&**credentials)
    }
}

/// Without what is secret.
impl core::fmt::Debug for AccessKey<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let id = crate::credentials::printable_id(self.id);
        f.debug_struct("AccessKey").field("id", &id).finish_non_exhaustive()
    }
}

/// How to sign: who, for what, in which form. Make one with [`Signing::new`] or [`Signing::s3`], then set what differs.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Signing<'a> {
    /// Whose signature it is.
    pub key: AccessKey<'a>,
    /// Such as `eu-central-1`.
    pub region: &'a str,
    /// The service's signing name, such as `secretsmanager`.
    pub service: &'a str,
    /// Where the signature goes. Default: a header.
    pub form: Form,
    /// Whether the session token is under the signature. Default: yes.
    pub session_token: SessionToken,
    /// Adds `x-amz-content-sha256` to a request in header form, as S3 wants it.
    pub content_sha256: bool,
    /// How the path becomes canonical.
    pub path: PathRule,
    /// Which headers are signed. Default: all but [`UNSIGNED_HEADERS`].
    pub signed: SignedHeaders<'a>,
}

impl<'a> Signing<'a> {
    /// As every service but S3 has it: header form, the path encoded twice and normalised.
    pub fn new(key: impl Into<AccessKey<'a>>, region: &'a str, service: &'a str) -> Self {
        Self {
            key: key.into(),
            region,
            service,
            form: Form::Header,
            session_token: SessionToken::Signed,
            content_sha256: false,
            path: PathRule::GENERAL,
            signed: SignedHeaders::AllBut(UNSIGNED_HEADERS),
        }
    }

    /// As S3 has it: header form with `x-amz-content-sha256`, the path encoded once and not normalised.
    pub fn s3(key: impl Into<AccessKey<'a>>, region: &'a str) -> Self {
        Self { content_sha256: true, path: PathRule::S3, ..Self::new(key, region, "s3") }
    }

    /// In query form, for so many seconds (1 to [`EXPIRES_LIMIT`]).
    #[must_use]
    pub fn presigned(mut self, expires: u32) -> Self {
        self.form = Form::Query { expires };
        self
    }
}

/// Where a signature goes. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Into an `authorization` header.
    Header,
    /// Into the query: a presigned URL.
    Query {
        /// Seconds from now on that it is good for, 1 to [`EXPIRES_LIMIT`].
        expires: u32,
    },
}

/// Whether a session token is under the signature. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionToken {
    /// As nearly every service has it.
    Signed,
    /// Added to the signed request, as IoT's WebSockets want it.
    AddedAfter,
}

/// How a path becomes canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathRule {
    /// What becomes of its characters.
    pub encoding: PathEncoding,
    /// `.`, `..` and empty segments are resolved.
    pub normalise: bool,
}

impl PathRule {
    /// Of every service but S3.
    pub const GENERAL: Self = Self { encoding: PathEncoding::Twice, normalise: true };
    /// Of S3, where a key may hold anything.
    pub const S3: Self = Self { encoding: PathEncoding::Once, normalise: false };
}

/// What becomes of a path's characters. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathEncoding {
    /// The path on the wire is encoded once more: `%3A` becomes `%253A`.
    Twice,
    /// Decoded and encoded strictly: `%3a` becomes `%3A`, `@` becomes `%40`. So does S3 itself, whatever is on the wire.
    Once,
    /// As on the wire, where that is visible ASCII. botocore and the CRT sign so for S3 and rely on a path that is
    /// strictly encoded already; S3 refuses it for others, such as one with `@` in it.
    AsIs,
}

/// Which headers are signed. `host` always is, `authorization` never, nor is one that signing itself adds left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedHeaders<'a> {
    /// All but these (lower case; `sec-websocket-*` stands for all that begin so).
    AllBut(&'a [&'a str]),
    /// These alone (lower case).
    Only(&'a [&'a str]),
}
