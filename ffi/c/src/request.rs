//! The hot path: a request's signature, from the caller's memory into the caller's memory.
//!
//! AWS Signature Version 4; see `irsa_core::sigv4`. Nothing here allocates unless it fails or takes more than
//! [`LISTED`] names of headers.

use crate::{
    edge::{Headers, RawHeaders, Versioned, bytes, given, no_such, run, slice, slice_mut, str, versioned},
    error::irsa_error,
    keys::irsa_keys,
    types::{irsa_bytes, irsa_header, irsa_str},
};
use irsa_core::{
    Error, Timestamp,
    sigv4::{
        self, AccessKey, Form, KeyCache, PathEncoding, PathRule, Payload, Request, SessionToken, SignedHeaders, Signing,
    },
};
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

/// What a signature says of the body.
#[allow(dead_code, reason = "for the header alone")]
#[repr(C)]
pub enum irsa_payload {
    /// `body` is the body, and is hashed.
    IRSA_PAYLOAD_BODY = 0,
    /// `hash` is its SHA-256 in lower-case hexadecimal, or a word that S3 knows.
    IRSA_PAYLOAD_HASH = 1,
    /// Nothing (`UNSIGNED-PAYLOAD`): S3 and a few others take it, over TLS.
    IRSA_PAYLOAD_UNSIGNED = 2,
}

/// A choice that is the service's own unless the caller makes it.
#[allow(dead_code, reason = "for the header alone")]
#[repr(C)]
pub enum irsa_choice {
    /// As the service wants it: S3 one way, all others the other.
    IRSA_AUTO = 0,
    /// Yes.
    IRSA_YES = 1,
    /// No.
    IRSA_NO = 2,
}

/// How a path becomes canonical.
#[allow(dead_code, reason = "for the header alone")]
#[repr(C)]
pub enum irsa_path {
    /// As the service wants it: S3 once, all others twice.
    IRSA_PATH_AUTO = 0,
    /// Encoded once more than on the wire.
    IRSA_PATH_TWICE = 1,
    /// Decoded and encoded strictly.
    IRSA_PATH_ONCE = 2,
    /// As on the wire.
    IRSA_PATH_AS_IS = 3,
}

/// Which headers are signed. `host` always is, `authorization` never.
#[allow(dead_code, reason = "for the header alone")]
#[repr(C)]
pub enum irsa_signed_headers {
    /// All but those that proxies and connections change (`user-agent`, `connection`, `x-amzn-trace-id`, …).
    IRSA_HEADERS_AUTO = 0,
    /// Those listed alone.
    IRSA_HEADERS_ONLY = 1,
    /// All but those listed.
    IRSA_HEADERS_ALL_BUT = 2,
}

/// A request, as it is on the wire. Zero it, then set `size`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_request {
    /// `sizeof(irsa_request)`.
    pub size: usize,
    /// `GET`, `POST`, …
    pub method: irsa_str,
    /// The path, encoded; empty counts as `/`.
    pub path: irsa_str,
    /// The query, encoded, without `?`; empty where there is none.
    pub query: irsa_str,
    /// The headers, in the order in which they are sent; `host` must be among them, with its port
    /// where that is not the scheme's own.
    pub headers: *const irsa_header,
    /// How many.
    pub header_count: usize,
    /// An `IRSA_PAYLOAD_…`.
    pub payload: u32,
    /// The body, for `IRSA_PAYLOAD_BODY`.
    pub body: irsa_bytes,
    /// The hash, for `IRSA_PAYLOAD_HASH`.
    pub hash: irsa_str,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_request {
    const LEAST: usize = size_of::<Self>();
}

/// How to sign: who, for what, when, in which form. Zero it, then set `size` and what differs; `irsa_credentials_lend`
/// fills in the key.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_signing {
    /// `sizeof(irsa_signing)`.
    pub size: usize,
    /// `AKIA…` or `ASIA…`.
    pub access_key_id: irsa_str,
    /// The secret access key.
    pub secret_access_key: irsa_str,
    /// The session token; empty where the key is not temporary.
    pub session_token: irsa_str,
    /// Such as `eu-central-1`.
    pub region: irsa_str,
    /// The service's signing name, such as `s3` or `execute-api`.
    pub service: irsa_str,
    /// Milliseconds since 1970-01-01T00:00:00Z, by AWS's clock (`irsa_credentials_lend` takes the skew into account).
    /// 0 is 1970, not now.
    pub time_ms: i64,
    /// 0: into headers. 1 to 604,800: into the query, good for so many seconds.
    pub expires: u32,
    /// An `IRSA_…` of `irsa_choice`: whether the header `x-amz-content-sha256` is added, as S3 wants it.
    pub content_sha256: u32,
    /// An `IRSA_PATH_…`.
    pub path: u32,
    /// An `IRSA_…` of `irsa_choice`: whether `.`, `..` and `//` of the path are resolved; S3 wants them kept.
    pub normalise: u32,
    /// Not 0: the session token is added to the signed request, not signed itself, as IoT's WebSockets want it.
    pub token_after: u32,
    /// An `IRSA_HEADERS_…`.
    pub signed_headers: u32,
    /// Names in lower case, for `IRSA_HEADERS_ONLY` and `IRSA_HEADERS_ALL_BUT`.
    pub listed: *const irsa_str,
    /// How many.
    pub listed_count: usize,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_signing {
    const LEAST: usize = size_of::<Self>();
}

/// Signs a request from the caller's memory into the caller's memory: no handle of irsa's but a cache of keys, no
/// allocation.
///
/// In header form `out` then has lines `name: value` that each end in CR LF, ready to stand in an HTTP/1.1 request:
/// `authorization`, `x-amz-date`, and where they are due `x-amz-content-sha256` and `x-amz-security-token`. They replace
/// headers of the same name; `irsa_headers_next` takes them apart. With `expires`, `out` has the whole query of the
/// presigned URL. `length` is what was written; no NUL is.
///
/// `keys` may be NULL: then the key is derived each time, which costs half as much again and an allocation.
/// 2,048 bytes of room are enough for headers, while the session token has less than 1,024 of them, as STS mostly gives it;
/// for a query twice the session token beside the request's own. STS promises no limit: look for `IRSA_SIGN_TOO_SMALL`.
///
/// Errors: `IRSA_SIGN_TOO_SMALL` (then `length` is what is needed, the one output that a failure sets), `IRSA_SIGN_…`,
/// `IRSA_C_…`. After an error the content of `out` is of no use. One thread at a time for one `keys`. Since 0.1.
///
///     irsa_header host = {IRSA_STR("host"), IRSA_STR("iam.amazonaws.com")};
///     irsa_request request = IRSA_ZERO;
///     irsa_signing signing = IRSA_ZERO;
///     char out[2048];
///     size_t length = 0;
///     request.size = sizeof request;
///     request.method = irsa_str_of("GET");
///     request.query = irsa_str_of("Action=ListUsers&Version=2010-05-08");
///     request.headers = &host;
///     request.header_count = 1;
///     signing.size = sizeof signing;
///     signing.access_key_id = irsa_str_of("AKIDEXAMPLE");
///     signing.secret_access_key = irsa_str_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
///     signing.region = irsa_str_of("us-east-1");
///     signing.service = irsa_str_of("iam");
///     signing.time_ms = INT64_C(1440938160000);
///     if (irsa_request_sign(&signing, &request, NULL, out, sizeof out, &length, NULL) == IRSA_OK)
///         fwrite(out, 1, length, stdout);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_request_sign(
    signing: *const irsa_signing,
    request: *const irsa_request,
    keys: Option<&mut irsa_keys>,
    out: *mut c_char,
    room: usize,
    length: Option<&mut MaybeUninit<usize>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_request_sign", err, || {
        // SAFETY: by the header's rules.
        let (signing, request) = unsafe { (versioned(signing, "signing")?, versioned(request, "request")?) };
        // SAFETY: by the header's rules.
        let out = unsafe { slice_mut(out, room, "out") }?;
        let length = given(length, "length")?;
        let mut own;
        let keys = match keys {
            Some(keys) => &mut keys.0,
            None => {
                own = KeyCache::with_slots(1);
                &mut own
            }
        };
        // SAFETY: by the header's rules.
        let (request, listed) = unsafe { (read_raw(&request)?, Listed::read(&signing)?) };
        // SAFETY: by the header's rules.
        let how = unsafe { read_all_but_the_token(&signing, listed.names()) }?;
        match sigv4::sign_into(&request, &how, keys, Timestamp::from_unix_millis(signing.time_ms), out) {
            Ok(written) => {
                length.write(written);
                Ok(())
            }
            Err(error) => {
                match error {
                    sigv4::SignError::TooSmall { needed } => _ = length.write(needed),
                    sigv4::SignError::Unusable { part: sigv4::Part::SessionToken } => {
                        // SAFETY: by the header's rules.
                        unsafe { str(signing.session_token, "signing.session_token") }?;
                    }
                    sigv4::SignError::Header { .. } => _ = request.headers.checked()?,
                    _ => {}
                }
                Err(error.into())
            }
        }
    })
}

/// The request that C lends.
///
/// # Safety
/// The header's rules.
pub(crate) unsafe fn read_request<'a>(request: &irsa_request) -> Result<Request<'a, Headers<'a>>, Error> {
    // SAFETY: by the header's rules.
    let Request { method, path, query, headers, payload } = unsafe { read_raw(request) }?;
    Ok(Request { method, path, query, headers: headers.checked()?, payload })
}

/// As above, but that the names of headers may be any bytes.
///
/// # Safety
/// The header's rules.
#[inline(always)]
unsafe fn read_raw<'a>(request: &irsa_request) -> Result<Request<'a, RawHeaders<'a>>, Error> {
    // SAFETY: by the header's rules.
    unsafe {
        let payload = match request.payload {
            0 => Payload::Bytes(bytes(request.body, "request.body")?),
            1 => Payload::Hash(str(request.hash, "request.hash")?),
            2 => Payload::Unsigned,
            other => return Err(no_such("request.payload", other)),
        };
        Ok(Request {
            method: str(request.method, "request.method")?,
            path: str(request.path, "request.path")?,
            query: str(request.query, "request.query")?,
            headers: RawHeaders::new(request.headers, request.header_count)?,
            payload,
        })
    }
}

/// Names of headers that need no allocation.
const LISTED: usize = 32;

/// The names of headers that are listed, as core takes them.
#[expect(clippy::large_enum_variant, reason = "it lives on the stack, for one call")]
pub(crate) enum Listed<'a> {
    None,
    Few([&'a str; LISTED], usize),
    Many(Vec<&'a str>),
}

impl<'a> Listed<'a> {
    /// # Safety
    /// The header's rules.
    #[inline]
    pub(crate) unsafe fn read(signing: &irsa_signing) -> Result<Self, Error> {
        // SAFETY: by the header's rules.
        let names = unsafe { slice(signing.listed, signing.listed_count, "signing.listed") }?;
        if names.is_empty() {
            return Ok(Self::None);
        }
        // SAFETY: by the header's rules.
        unsafe { Self::some(names) }
    }

    /// # Safety
    /// The header's rules.
    #[inline(never)]
    unsafe fn some(names: &[irsa_str]) -> Result<Self, Error> {
        let mut few = [""; LISTED];
        if names.len() > LISTED {
            // SAFETY: by the header's rules.
            let all = names.iter().map(|name| unsafe { str(*name, "signing.listed") });
            return all.collect::<Result<_, _>>().map(Self::Many);
        }
        for (room, name) in few.iter_mut().zip(names) {
            // SAFETY: by the header's rules.
            *room = unsafe { str(*name, "signing.listed") }?;
        }
        Ok(Self::Few(few, names.len()))
    }

    #[inline]
    pub(crate) fn names(&self) -> &[&'a str] {
        match self {
            Self::None => &[],
            Self::Few(names, count) => names.get(..*count).unwrap_or_default(),
            Self::Many(names) => names,
        }
    }
}

/// How C wants it signed.
///
/// # Safety
/// The header's rules.
pub(crate) unsafe fn read_signing<'a>(given: &irsa_signing, listed: &'a [&'a str]) -> Result<Signing<'a>, Error> {
    // SAFETY: by the header's rules.
    unsafe {
        str(given.session_token, "signing.session_token")?;
        read_all_but_the_token(given, listed)
    }
}

/// As above, but that the token may be any bytes: of all texts it is by far the longest, and signing refuses what is not
/// visible ASCII.
///
/// # Safety
/// The header's rules.
#[inline(always)]
unsafe fn read_all_but_the_token<'a>(given: &irsa_signing, listed: &'a [&'a str]) -> Result<Signing<'a>, Error> {
    // SAFETY: by the header's rules.
    let (key, region, service) = unsafe {
        let token = slice(given.session_token.data.cast::<u8>(), given.session_token.len, "signing.session_token")?;
        let key = AccessKey {
            id: str(given.access_key_id, "signing.access_key_id")?,
            secret: str(given.secret_access_key, "signing.secret_access_key")?,
            session_token: (!token.is_empty()).then_some(token),
        };
        (key, str(given.region, "signing.region")?, str(given.service, "signing.service")?)
    };
    let mut signing =
        if service.starts_with("s3") { Signing::s3(key, region) } else { Signing::new(key, region, service) };
    signing.service = service;
    if given.expires > 0 {
        signing.form = Form::Query { expires: given.expires };
    }
    if given.token_after != 0 {
        signing.session_token = SessionToken::AddedAfter;
    }
    signing.content_sha256 = choice(given.content_sha256, signing.content_sha256, "signing.content_sha256")?;
    signing.path = path_rule(given.path, given.normalise, signing.path, "signing")?;
    match given.signed_headers {
        0 => {}
        1 => signing.signed = SignedHeaders::Only(listed),
        2 => signing.signed = SignedHeaders::AllBut(listed),
        other => return Err(no_such("signing.signed_headers", other)),
    }
    Ok(signing)
}

/// `auto` as the service has it, `within` the struct's name.
#[inline(always)]
pub(crate) fn path_rule(encoding: u32, normalise: u32, auto: PathRule, within: &str) -> Result<PathRule, Error> {
    Ok(PathRule {
        encoding: match encoding {
            0 => auto.encoding,
            1 => PathEncoding::Twice,
            2 => PathEncoding::Once,
            3 => PathEncoding::AsIs,
            other => return Err(no_such(&format!("{within}.path"), other)),
        },
        normalise: match normalise {
            0 => auto.normalise,
            1 => true,
            2 => false,
            other => return Err(no_such(&format!("{within}.normalise"), other)),
        },
    })
}

#[inline]
pub(crate) fn choice(given: u32, auto: bool, name: &str) -> Result<bool, Error> {
    match given {
        0 => Ok(auto),
        1 => Ok(true),
        2 => Ok(false),
        other => Err(no_such(name, other)),
    }
}
