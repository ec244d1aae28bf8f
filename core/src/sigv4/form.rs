//! Signing in header and in query form, into the caller's buffer.

use super::{
    EXPIRES_LIMIT, Form, HEADER_LIMIT, Payload, QUERY_LIMIT, Request, SessionToken, SignError, Signing,
    canonical::{self, Canonical, HeaderSlot, Scope, Scratch, ToSign},
    encode::{self, QuerySlot},
    error::Part,
    key::KeyCache,
    sha::{Sha256, Sink, hex, sha256},
};
use crate::Timestamp;

/// Signs a request and writes what the signature adds to it; gives the length of that.
///
/// In header form, lines `name: value` that each end in CR LF, ready to stand in an HTTP/1.1 request: first
/// `authorization`, then `x-amz-date`, and where they are due `x-amz-content-sha256` and `x-amz-security-token`;
/// [`lines`] takes them apart. They replace headers of the same name. In query form, the whole query of the presigned
/// URL: the request's own, then the signature's parameters. Nothing is allocated; `keys` saves the derivation of the
/// key from call to call. On an error the content of `out` is of no use.
///
/// ```
/// use irsa_core::{Credentials, Timestamp, sigv4::{KeyCache, Payload, Request, Signing, lines, sign_into}};
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "example");
/// let request = Request {
///     method: "GET",
///     path: "/",
///     query: "Action=ListUsers&Version=2010-05-08",
///     headers: [("host", "iam.amazonaws.com")],
///     payload: Payload::Bytes(b""),
/// };
/// let signing = Signing::new(&credentials, "us-east-1", "iam");
/// let mut out = [0; 512];
/// let now = Timestamp::from_unix(1_440_938_160);
/// let length = sign_into(&request, &signing, &mut KeyCache::new(), now, &mut out)?;
/// let (name, value) = lines(&out[..length]).next().unwrap();
/// assert_eq!(name, "authorization");
/// assert!(value.starts_with(
///     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=host;x-amz-date, Signature="
/// ));
/// # Ok::<(), irsa_core::sigv4::SignError>(())
/// ```
pub fn sign_into<'a, H>(
    request: &Request<'a, H>,
    signing: &Signing<'_>,
    keys: &mut KeyCache,
    now: Timestamp,
    out: &mut [u8],
) -> Result<usize, SignError>
where
    H: IntoIterator<Item = (&'a str, &'a str)> + Clone,
{
    let headers = request.headers.clone().into_iter().take(HEADER_LIMIT + 1).count();
    let query = encode::pieces(request.query).take(QUERY_LIMIT + 1).count();
    if headers > FEW || query > FEW {
        return sign_many(request, signing, keys, now, out);
    }
    let scratch = Scratch { headers: &mut [HeaderSlot::EMPTY; FEW], query: &mut [QuerySlot::EMPTY; FEW] };
    sign_into_with(request, signing, keys, now, scratch, out)
}

/// Most requests have no more; their slots are cheap to make.
const FEW: usize = 16;

#[inline(never)]
fn sign_many<'a, H>(
    request: &Request<'a, H>,
    signing: &Signing<'_>,
    keys: &mut KeyCache,
    now: Timestamp,
    out: &mut [u8],
) -> Result<usize, SignError>
where
    H: IntoIterator<Item = (&'a str, &'a str)> + Clone,
{
    let scratch =
        Scratch { headers: &mut [HeaderSlot::EMPTY; HEADER_LIMIT], query: &mut [QuerySlot::EMPTY; QUERY_LIMIT] };
    sign_into_with(request, signing, keys, now, scratch, out)
}

/// As [`sign_into`], with as many headers and parameters as `scratch` has slots.
pub fn sign_into_with<'a, H>(
    request: &Request<'a, H>,
    signing: &Signing<'_>,
    keys: &mut KeyCache,
    now: Timestamp,
    scratch: Scratch<'_, 'a>,
    out: &mut [u8],
) -> Result<usize, SignError>
where
    H: IntoIterator<Item = (&'a str, &'a str)> + Clone,
{
    run(request, signing, keys, now, scratch, out, |_, _, _| ())
}

/// As [`sign_into_with`]; `show` sees the canonical request, the string to sign and the signature.
pub(super) fn run<'a, H>(
    request: &Request<'a, H>,
    signing: &Signing<'_>,
    keys: &mut KeyCache,
    now: Timestamp,
    scratch: Scratch<'_, 'a>,
    out: &mut [u8],
    show: impl FnOnce(&Canonical<'_>, &ToSign<'_>, &[u8; 64]),
) -> Result<usize, SignError>
where
    H: IntoIterator<Item = (&'a str, &'a str)> + Clone,
{
    let token = check(request.method, &request.payload, signing)?;
    let given = request.headers.clone().into_iter();
    let headers = canonical::headers(given, |name| wanted(name, signing, token.is_some()), scratch.headers)?;
    let query = canonical::query(request.query, |_| true, scratch.query)?;

    let hashed;
    let payload = match request.payload {
        Payload::Bytes(bytes) => {
            hashed = hex(&sha256(bytes));
            &hashed
        }
        Payload::Hash(hash) => hash.as_bytes(),
        Payload::Unsigned => b"UNSIGNED-PAYLOAD",
    };
    let scope = Scope { time: now.basic(), region: signing.region, service: signing.service };
    let (mut own_headers, mut own_query) = ([HeaderSlot::EMPTY; 3], [QuerySlot::EMPTY; 6]);
    let mut canonical = Canonical {
        method: request.method,
        path: request.path,
        rule: signing.path,
        query,
        own_query: &[],
        headers,
        own_headers: &[],
        payload,
    };
    if !canonical.has_host() {
        return Err(SignError::NoHost);
    }

    let key = keys.key(signing.credentials.secret_access_key().expose(), &scope.date(), scope.region, scope.service);
    let signature = |canonical: &Canonical<'_>| {
        let mut sha = Sha256::new();
        canonical.write(&mut sha)?;
        let to_sign = ToSign { scope: &scope, hash: hex(&sha.finish()) };
        let signature = hex(&key.mac(|sha| to_sign.write(sha)));
        Ok((to_sign, signature))
    };

    let mut text = Out { bytes: out, at: 0 };
    let id = signing.credentials.access_key_id();
    let (hole, needed);
    let (to_sign, signature) = match signing.form {
        Form::Header => {
            let mut count = 0;
            let mut add = |name, value| {
                if let Some(slot) = own_headers.get_mut(count) {
                    *slot = HeaderSlot::own(name, value);
                    count += 1;
                }
            };
            if signing.content_sha256 {
                add(CONTENT_SHA256, payload);
            }
            add(DATE, &scope.time);
            if let (Some(token), SessionToken::Signed) = (token, signing.session_token) {
                add(SECURITY_TOKEN, token.as_bytes());
            }
            canonical.own_headers = own_headers.get(..count).unwrap_or_default();

            text.put(b"authorization: AWS4-HMAC-SHA256 Credential=");
            text.put(id.as_bytes());
            text.byte(b'/');
            scope.write(b"/", &mut text);
            text.put(b", SignedHeaders=");
            canonical.names(b";", &mut text);
            text.put(b", Signature=");
            hole = text.skip(64);
            text.put(b"\r\n");
            text.line(DATE, &scope.time);
            if signing.content_sha256 {
                text.line(CONTENT_SHA256, payload);
            }
            if let Some(token) = token {
                text.line(SECURITY_TOKEN, token.as_bytes());
            }
            needed = text.at;
            if needed > text.bytes.len() {
                return Err(SignError::TooSmall { needed });
            }
            signature(&canonical)?
        }
        Form::Query { expires } => {
            if query.iter().any(|slot| QUERY_NAMES.iter().any(|name| slot.is(name))) {
                return Err(SignError::AlreadySigned);
            }
            text.put(request.query.as_bytes());
            if !request.query.is_empty() {
                text.byte(b'&');
            }
            // In canonical order and spelling, so that it can be hashed from where it is written.
            let mut at = [(0, 0, 0); 6];
            let mut count = 0;
            let mut add = |text: &mut Out<'_>, name: &str, value: &mut dyn FnMut(&mut Out<'_>)| {
                if count > 0 {
                    text.byte(b'&');
                }
                let start = text.at;
                text.put(name.as_bytes());
                let equals = text.at;
                text.byte(b'=');
                value(text);
                if let Some(slot) = at.get_mut(count) {
                    *slot = (start, equals, text.at);
                }
                count += 1;
            };
            add(&mut text, "X-Amz-Algorithm", &mut |text| text.put(b"AWS4-HMAC-SHA256"));
            add(&mut text, "X-Amz-Credential", &mut |text| {
                encode::component(id.as_bytes(), text);
                text.put(b"%2F");
                text.put(&scope.date());
                for part in [scope.region, scope.service, "aws4_request"] {
                    text.put(b"%2F");
                    encode::component(part.as_bytes(), text);
                }
            });
            add(&mut text, "X-Amz-Date", &mut |text| text.put(&scope.time));
            add(&mut text, "X-Amz-Expires", &mut |text| text.number(expires));
            if let (Some(token), SessionToken::Signed) = (token, signing.session_token) {
                add(&mut text, "X-Amz-Security-Token", &mut |text| encode::component(token.as_bytes(), text));
            }
            add(&mut text, "X-Amz-SignedHeaders", &mut |text| canonical.names(b"%3B", text));
            if let (Some(token), SessionToken::AddedAfter) = (token, signing.session_token) {
                text.put(b"&X-Amz-Security-Token=");
                encode::component(token.as_bytes(), &mut text);
            }
            text.put(b"&X-Amz-Signature=");
            hole = text.skip(64);
            needed = text.at;
            if needed > text.bytes.len() {
                return Err(SignError::TooSmall { needed });
            }
            for (slot, (start, equals, end)) in own_query.iter_mut().zip(at) {
                let piece = |from: usize, to: usize| text.bytes.get(from..to).unwrap_or_default();
                *slot = QuerySlot::canonical(piece(start, equals), piece(equals + 1, end));
            }
            canonical.own_query = own_query.get(..count).unwrap_or_default();
            let made = signature(&canonical)?;
            show(&canonical, &made.0, &made.1);
            text.fill(hole, &made.1);
            return Ok(needed);
        }
    };
    show(&canonical, &to_sign, &signature);
    text.fill(hole, &signature);
    Ok(needed)
}

const CONTENT_SHA256: &str = "x-amz-content-sha256";
const DATE: &str = "x-amz-date";
const SECURITY_TOKEN: &str = "x-amz-security-token";

/// The parameters of a signature in query form.
pub(super) const QUERY_NAMES: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
];

/// Whether a header of the request is to be signed; what signing adds in its place is not.
fn wanted(name: &[u8], signing: &Signing<'_>, has_token: bool) -> bool {
    let replaced = signing.form == Form::Header
        && (name.eq_ignore_ascii_case(DATE.as_bytes())
            || has_token && name.eq_ignore_ascii_case(SECURITY_TOKEN.as_bytes())
            || signing.content_sha256 && name.eq_ignore_ascii_case(CONTENT_SHA256.as_bytes()));
    !replaced && canonical::chosen(signing.signed, name)
}

/// Refuses what would break the signature's syntax; gives the session token.
fn check<'c>(method: &str, payload: &Payload<'_>, signing: &Signing<'c>) -> Result<Option<&'c str>, SignError> {
    let credentials = signing.credentials;
    let token = credentials.session_token().map(|token| token.expose());
    let visible = |text: &str| !text.is_empty() && text.bytes().fold(true, |so, b| so & (b' ' < b) & (b < 0x7f));
    let in_scope = |text: &str| visible(text) && !text.bytes().any(|b| matches!(b, b'/' | b','));
    let bad = match payload {
        _ if !visible(method) => Part::Method,
        _ if !in_scope(signing.region) => Part::Region,
        _ if !in_scope(signing.service) => Part::Service,
        _ if !in_scope(credentials.access_key_id()) => Part::AccessKeyId,
        _ if credentials.secret_access_key().is_empty() => Part::SecretAccessKey,
        _ if !token.is_none_or(visible) => Part::SessionToken,
        Payload::Hash(hash) if !visible(hash) => Part::Payload,
        _ => {
            return match signing.form {
                Form::Query { expires } if !(1..=EXPIRES_LIMIT).contains(&expires) => {
                    Err(SignError::Expires { seconds: expires })
                }
                _ => Ok(token),
            };
        }
    };
    Err(SignError::Unusable { part: bad })
}

/// A buffer that counts on past its end, so that the length that is needed is known.
struct Out<'o> {
    bytes: &'o mut [u8],
    at: usize,
}

impl Sink for Out<'_> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let end = self.at.saturating_add(bytes.len());
        if let Some(room) = self.bytes.get_mut(self.at..end) {
            room.copy_from_slice(bytes);
        }
        self.at = end;
    }
}

impl Out<'_> {
    /// Leaves room; gives where.
    fn skip(&mut self, count: usize) -> usize {
        let start = self.at;
        self.at += count;
        start
    }

    fn fill(&mut self, hole: usize, bytes: &[u8; 64]) {
        if let Some(room) = self.bytes.get_mut(hole..hole + bytes.len()) {
            room.copy_from_slice(bytes);
        }
    }

    fn line(&mut self, name: &str, value: &[u8]) {
        self.put(name.as_bytes());
        self.put(b": ");
        self.put(value);
        self.put(b"\r\n");
    }

    fn number(&mut self, number: u32) {
        let mut scale = 1_000_000_000;
        while scale > 1 && number < scale {
            scale /= 10;
        }
        while scale > 0 {
            self.byte(b'0' + (number / scale % 10) as u8);
            scale /= 10;
        }
    }
}

/// Takes apart what [`sign_into`] wrote in header form.
pub fn lines(out: &[u8]) -> Lines<'_> {
    Lines { rest: core::str::from_utf8(out).unwrap_or_default() }
}

/// The names and values of [`lines`].
#[derive(Clone)]
pub struct Lines<'a> {
    rest: &'a str,
}

/// Without the lines: a session token may be in them.
impl core::fmt::Debug for Lines<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Lines({} bytes)", self.rest.len())
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (line, rest) = self.rest.split_once("\r\n")?;
        self.rest = rest;
        line.split_once(": ")
    }
}
