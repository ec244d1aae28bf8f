//! What was signed, for people and for answers of the kind of AWS's SignatureDoesNotMatch.

use super::{
    Headers, Part, Request, SignError, Signing,
    canonical::{Canonical, HeaderSlot, Scratch, ToSign},
    encode::{self, QuerySlot},
    key::KeyCache,
    refusal::Shown,
    sign,
    sink::Length,
};
use crate::{Error, Secret, Timestamp};
use alloc::{format, string::String, vec, vec::Vec};
use core::fmt;
use zeroize::Zeroize;

/// The stages of a signature. Whoever has the signature of a request can send it: `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The canonical request. It may hold the session token: [`Explanation::shown`] leaves that out. Bytes of headers
    /// that are no UTF-8 stand as U+FFFD.
    pub canonical_request: Secret,
    /// The string to sign: the time, the scope, and the hash of the canonical request.
    pub string_to_sign: String,
    /// The signature, 64 hexadecimal digits.
    pub signature: String,
}

impl Explanation {
    pub(super) fn new(canonical: &Canonical<'_>, to_sign: &ToSign<'_>, signature: &[u8; 64]) -> Self {
        // Room for all of it at once: a buffer that grows leaves copies of the token behind.
        let mut length = Length(0);
        // It has been hashed already: what could fail has not.
        let _ = canonical.write(&mut length);
        let mut request = Vec::with_capacity(length.0);
        let _ = canonical.write(&mut request);
        let mut string = Vec::new();
        to_sign.write(&mut string);
        Self {
            canonical_request: text(request).into(),
            string_to_sign: text(string),
            signature: text(signature.to_vec()),
        }
    }

    /// The canonical request without the session token: for a terminal or a log.
    pub fn shown(&self) -> String {
        let mut shown = String::new();
        for (at, line) in self.canonical_request.expose().split_inclusive('\n').enumerate() {
            // The third line is the query.
            if at == 2 {
                for (at, parameter) in line.split('&').enumerate() {
                    shown.push_str(if at == 0 { "" } else { "&" });
                    hide("X-Amz-Security-Token=", parameter, &mut shown);
                }
            } else {
                hide("x-amz-security-token:", line, &mut shown);
            }
        }
        shown
    }
}

/// A header's value may hold bytes that are no text.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| {
        let shown = String::from_utf8_lossy(e.as_bytes()).into_owned();
        e.into_bytes().zeroize();
        shown
    })
}

/// The text, or where it begins so, how much follows.
fn hide(start: &str, text: &str, shown: &mut String) {
    match text.strip_prefix(start) {
        Some(token) => {
            let end = if token.ends_with('\n') { "\n" } else { "" };
            shown.push_str(&format!("{start}<{} bytes>{end}", token.len() - end.len()));
        }
        None => shown.push_str(text),
    }
}

impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { canonical_request, string_to_sign, .. } = self;
        f.debug_struct("Explanation")
            .field("canonical_request", canonical_request)
            .field("string_to_sign", string_to_sign)
            .finish_non_exhaustive()
    }
}

/// The stages of the signature that [`super::sign_into`] would make.
pub fn explain<'a, H>(
    request: &Request<'a, H>,
    signing: &Signing<'_>,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<Explanation, Error>
where
    H: Headers<'a>,
{
    let mut told = None;
    let mut out = signed(request, signing, keys, now, |canonical, to_sign, signature| {
        told = Some(Explanation::new(canonical, to_sign, signature));
    })?;
    out.zeroize();
    told.ok_or_else(|| Error::bug("sigv4", "signed without a canonical request"))
}

/// What the signature adds, in as much room as it takes. Wipe it: a token may be in it.
pub(super) fn signed<'a, H>(
    request: &Request<'a, H>,
    signing: &Signing<'_>,
    keys: &mut KeyCache,
    now: Timestamp,
    mut show: impl FnMut(&Canonical<'_>, &ToSign<'_>, &[u8; 64]),
) -> Result<Vec<u8>, Error>
where
    H: Headers<'a>,
{
    let mut headers = vec![HeaderSlot::EMPTY; request.headers.each().count()];
    let mut query = vec![QuerySlot::EMPTY; encode::pieces(request.query).count()];
    let mut out = Vec::new();
    loop {
        let scratch = Scratch { headers: &mut headers, query: &mut query };
        match sign::run(request, signing, keys, now, scratch, &mut out, &mut show) {
            Err(SignError::TooSmall { needed }) if needed > out.len() => {
                // As much as fitted is in it.
                out.zeroize();
                out = vec![0; needed];
            }
            Err(e) => {
                out.zeroize();
                return Err(with_value(e, request, signing));
            }
            Ok(_) => return Ok(out),
        }
    }
}

/// The error with what it speaks of, where that is no secret.
fn with_value<'a, H>(e: SignError, request: &Request<'a, H>, signing: &Signing<'_>) -> Error
where
    H: Headers<'a>,
{
    let value = match e {
        SignError::Header { index } => {
            request.headers.each().nth(index).and_then(|(name, _)| core::str::from_utf8(name).ok())
        }
        SignError::Escape { .. } => Some(request.path),
        SignError::Unusable { part } => match part {
            Part::AccessKeyId => Some(signing.key.id),
            Part::Method => Some(request.method),
            Part::Region => Some(signing.region),
            Part::Service => Some(signing.service),
            _ => None,
        },
        _ => None,
    };
    let error = Error::from(e);
    match value {
        Some(value) => error.with_more(&format!(": \"{}\"", Shown(value))),
        None => error,
    }
}
