//! Signing into the caller's buffer: the way that both forms share. The forms are in `header` and `presign`.

use super::{
    AccessKey, EXPIRES_LIMIT, Form, HEADER_LIMIT, Headers, Payload, QUERY_LIMIT, Request, SignError, Signing,
    canonical::{self, Canonical, Chosen, HeaderSlot, Name, Scratch, ToSign},
    class::{self, NOT_IN_SCOPE},
    encode::{self, QuerySlot},
    error::Part,
    header,
    key::{KeyCache, NAME_LIMIT},
    presign,
    sha::{HmacKey, Sha256, hex, sha256},
    sink::Out,
};
use crate::Timestamp;

/// Signs a request and writes what the signature adds to it; gives the length of that.
///
/// In header form, lines `name: value` that each end in CR LF, ready to stand in an HTTP/1.1 request: first
/// `authorization`, then `x-amz-date`, and where they are due `x-amz-content-sha256` and `x-amz-security-token`;
/// [`super::lines`] takes them apart. They replace headers of the same name. In query form, the whole query of the
/// presigned URL: the request's own, then the signature's parameters. Nothing is allocated; `keys` saves the derivation of
/// the key from call to call. On an error the content of `out` is of no use.
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
    H: Headers<'a>,
{
    let headers = request.headers.each().take(FEW + 1).count();
    let query = encode::pieces(request.query).take(FEW + 1).count();
    if headers > FEW || query > FEW {
        return sign_many(request, signing, keys, now, out);
    }
    let headers = &mut [HeaderSlot::EMPTY; FEW];
    if query == 0 {
        return sign_into_with(request, signing, keys, now, Scratch { headers, query: &mut [] }, out);
    }
    let query = &mut [QuerySlot::EMPTY; FEW];
    sign_into_with(request, signing, keys, now, Scratch { headers, query }, out)
}

/// Most requests have no more; making slots for more would cost them time.
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
    H: Headers<'a>,
{
    let headers = &mut [HeaderSlot::EMPTY; HEADER_LIMIT];
    let query = &mut [QuerySlot::EMPTY; QUERY_LIMIT];
    sign_into_with(request, signing, keys, now, Scratch { headers, query }, out)
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
    H: Headers<'a>,
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
    H: Headers<'a>,
{
    let token = check(request.method, &request.payload, signing)?;
    let given = request.headers.each();
    let chosen = Chosen::new(signing.signed);
    let replaced = |name: &Name<'_>| signing.form == Form::Header && header::replaces(signing, token.is_some(), name);
    let wanted = |name: &Name<'a>| chosen.has(name) && !replaced(name);
    let headers = canonical::headers(given, wanted, scratch.headers)?;
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
    let canonical = Canonical {
        method: request.method,
        path: request.path,
        rule: signing.path,
        query,
        own_query: &[],
        headers,
        own_headers: &[],
        names: None,
        payload,
    };
    if !canonical.has_host() {
        return Err(SignError::NoHost);
    }
    let slot = keys
        .slot(signing.key.secret, now, signing.region, signing.service)
        .ok_or(SignError::Unusable { part: Part::Region })?;
    let job = Job { signing, token, time: slot.time(now), scope: slot.scope(), key: &slot.key };
    let out = Out::new(out);
    match signing.form {
        Form::Header => header::write(&job, canonical, out, show),
        Form::Query { expires } => presign::write(&job, expires, canonical, request.query, out, show),
    }
}

/// What a form needs beside the canonical request.
pub(super) struct Job<'x> {
    pub signing: &'x Signing<'x>,
    pub token: Option<&'x [u8]>,
    pub time: [u8; 16],
    pub scope: &'x [u8],
    pub key: &'x HmacKey,
}

impl Job<'_> {
    /// The signature, which `show` sees with its stages.
    pub(super) fn signature(
        &self,
        canonical: &Canonical<'_>,
        show: impl FnOnce(&Canonical<'_>, &ToSign<'_>, &[u8; 64]),
    ) -> Result<[u8; 64], SignError> {
        let to_sign = ToSign { time: &self.time, scope: self.scope, hash: hash(canonical)? };
        let signature = hex(&self.key.mac(|sha| to_sign.write(sha)));
        show(canonical, &to_sign, &signature);
        Ok(signature)
    }
}

/// The hash of a canonical request, in hexadecimal.
pub(super) fn hash(canonical: &Canonical<'_>) -> Result<[u8; 64], SignError> {
    let mut sha = Sha256::new();
    canonical.write(&mut sha)?;
    Ok(hex(&sha.finish()))
}

/// Refuses what would break the signature's syntax; gives the session token.
fn check<'c>(method: &str, payload: &Payload<'_>, signing: &Signing<'c>) -> Result<Option<&'c [u8]>, SignError> {
    let AccessKey { id, secret, session_token: token } = signing.key;
    let visible = |text: &[u8]| !text.is_empty() && class::visible(text);
    let scoped = |text: &str| !text.is_empty() && class::seen(text.as_bytes()) & NOT_IN_SCOPE == 0;
    let part = match payload {
        _ if !visible(method.as_bytes()) => Part::Method,
        _ if !scoped(signing.region) || signing.region.len() > NAME_LIMIT => Part::Region,
        _ if !scoped(signing.service) || signing.service.len() > NAME_LIMIT => Part::Service,
        _ if !scoped(id) => Part::AccessKeyId,
        _ if secret.is_empty() => Part::SecretAccessKey,
        _ if !token.is_none_or(visible) => Part::SessionToken,
        Payload::Hash(hash) if !visible(hash.as_bytes()) => Part::Payload,
        _ => {
            return match signing.form {
                Form::Query { expires } if !(1..=EXPIRES_LIMIT).contains(&expires) => {
                    Err(SignError::Expires { seconds: expires })
                }
                _ => Ok(token),
            };
        }
    };
    Err(SignError::Unusable { part })
}
