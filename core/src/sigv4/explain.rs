//! What was signed, for people and for answers of the kind of AWS's SignatureDoesNotMatch.

use super::{
    Request, Signing,
    canonical::{Canonical, HeaderSlot, Scratch, ToSign},
    encode::{self, QuerySlot},
    form,
    key::KeyCache,
};
use crate::{Error, Secret, Timestamp};
use alloc::{format, string::String, vec, vec::Vec};

/// The stages of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The canonical request. It may hold the session token: [`Explanation::shown`] leaves that out.
    pub canonical_request: Secret,
    /// The string to sign: the time, the scope, and the hash of the canonical request.
    pub string_to_sign: String,
    /// The signature, 64 hexadecimal digits.
    pub signature: String,
}

impl Explanation {
    pub(super) fn new(canonical: &Canonical<'_>, to_sign: &ToSign<'_>, signature: &[u8; 64]) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_default();
        let (mut request, mut string) = (Vec::new(), Vec::new());
        // It has been hashed already: what could fail has not.
        let _ = canonical.write(&mut request);
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
        for line in self.canonical_request.expose().split_inclusive('\n') {
            for (at, part) in line.split('&').enumerate() {
                if at > 0 {
                    shown.push('&');
                }
                let hidden = ["x-amz-security-token:", "X-Amz-Security-Token="]
                    .into_iter()
                    .find_map(|start| part.strip_prefix(start).map(|token| (start, token)));
                match hidden {
                    Some((start, token)) => {
                        let length = token.trim_end().len();
                        shown.push_str(&format!("{start}<{length} bytes>"));
                        shown.push_str(token.get(length..).unwrap_or_default());
                    }
                    None => shown.push_str(part),
                }
            }
        }
        shown
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
    H: IntoIterator<Item = (&'a str, &'a str)> + Clone,
{
    Ok(signed(request, signing, keys, now)?.1)
}

/// What the signature adds, and its stages, with as much room as it takes. Wipe the bytes: a token may be in them.
pub(super) fn signed<'a, H>(
    request: &Request<'a, H>,
    signing: &Signing<'_>,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<(Vec<u8>, Explanation), Error>
where
    H: IntoIterator<Item = (&'a str, &'a str)> + Clone,
{
    let mut headers = vec![HeaderSlot::EMPTY; request.headers.clone().into_iter().count()];
    let mut query = vec![QuerySlot::EMPTY; encode::pieces(request.query).count()];
    let mut out = Vec::new();
    loop {
        let mut shown = None;
        let scratch = Scratch { headers: &mut headers, query: &mut query };
        let done = form::run(request, signing, keys, now, scratch, &mut out, |canonical, to_sign, signature| {
            shown = Some(Explanation::new(canonical, to_sign, signature));
        });
        match (done, shown) {
            (Err(super::SignError::TooSmall { needed }), _) if needed > out.len() => out = vec![0; needed],
            (Err(e), _) => return Err(e.into()),
            (Ok(_), Some(explanation)) => return Ok((out, explanation)),
            (Ok(_), None) => return Err(Error::bug("sigv4", "signed without a canonical request")),
        }
    }
}
