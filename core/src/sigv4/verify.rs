//! Judging a request that was received: who signed it, and if nobody did, why not.
//!
//! Header and query form, as AWS's own front ends take them. IAM guide, "Elements of an AWS API request signature": `host`
//! and every `x-amz-…` header have to be under the signature; `content-type` may be. What is compared with secrets takes the same time wherever
//! they differ. Memory is bounded by the size of the request.

use super::{
    EXPIRES_LIMIT, HEADER_LIMIT, Headers, Part, PathRule, Payload, Request, SessionToken,
    canonical::{self, Canonical, HeaderSlot, Name, ToSign},
    class::{self, NO_TOKEN, UPPER},
    encode::{self, QuerySlot},
    explain::Explanation,
    key::KeyCache,
    presign::QUERY_NAMES,
    refusal::{Refusal, Shown},
    sha::{hex, sha256},
    sign::hash,
};
use crate::{Credentials, Secret, Timestamp, secret::same};
use alloc::{
    borrow::ToOwned,
    boxed::Box,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::borrow::Borrow;

/// What is asked of a request. Make one with [`Verifying::new`] or [`Verifying::s3`], then set what differs.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Verifying<'a> {
    /// The region it must be signed for; `None`: any.
    pub region: Option<&'a str>,
    /// The service it must be signed for; `None`: any.
    pub service: Option<&'a str>,
    /// Seconds that the signer's clock may be off. Default: 900.
    pub skew: u32,
    /// Whether a session token has to be under the signature. Default: yes.
    pub session_token: SessionToken,
    /// How the path becomes canonical.
    pub path: PathRule,
    /// S3's rules for the body: it may be unsigned or in signed chunks, and in a presigned URL it is unsigned. A
    /// `content-md5` has to be signed.
    pub s3_payload: bool,
}

impl<'a> Verifying<'a> {
    /// As every service but S3 has it.
    pub fn new(region: &'a str, service: &'a str) -> Self {
        Self {
            region: Some(region),
            service: Some(service),
            skew: 900,
            session_token: SessionToken::Signed,
            path: PathRule::GENERAL,
            s3_payload: false,
        }
    }

    /// As S3 has it.
    pub fn s3(region: &'a str) -> Self {
        Self { path: PathRule::S3, s3_payload: true, ..Self::new(region, "s3") }
    }
}

/// Who signed, when, for what.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Whose key it was.
    pub access_key_id: String,
    /// The region signed for.
    pub region: String,
    /// The service signed for.
    pub service: String,
    /// The signer's time.
    pub signed_at: Timestamp,
    /// Of a presigned request: how many seconds it lives.
    pub expires: Option<u32>,
    /// The names of the headers under the signature, joined by `;`.
    pub signed_headers: String,
}

/// Judges a request. `lookup` gives the credentials of an access key id, with their session token and end; `now` is the
/// verifier's clock. `request.payload` is the body as received, or its hash where it was hashed on the way.
///
/// The checks run in this order: form, key, session token, credentials' end, scope, time, headers, body, signature.
pub fn verify<'a, H, C>(
    request: &Request<'a, H>,
    verifying: &Verifying<'_>,
    lookup: impl FnOnce(&str) -> Option<C>,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<Verified, Refusal>
where
    H: Headers<'a>,
    C: Borrow<Credentials>,
{
    let claim = Claim::read(request)?;
    let known = lookup(&claim.access_key_id);
    let Some(credentials) = known.as_ref().map(Borrow::borrow) else {
        return Err(Refusal::UnknownKey { access_key_id: claim.access_key_id });
    };
    match (credentials.session_token(), &claim.token) {
        (Some(_), None) => return Err(Refusal::TokenMissing { access_key_id: claim.access_key_id }),
        (expected, got) if expected != got.as_ref() => {
            return Err(Refusal::TokenWrong { access_key_id: claim.access_key_id });
        }
        _ => {}
    }
    if let Some(at) = credentials.expiration().filter(|end| *end <= now) {
        return Err(Refusal::CredentialsExpired { at });
    }
    claim.check_scope(verifying)?;
    claim.check_time(verifying.skew, now)?;
    claim.check_headers(request, verifying)?;
    let hashed = match request.payload {
        Payload::Bytes(bytes) => text(&hex(&sha256(bytes))),
        Payload::Hash(hash) => hash.to_owned(),
        Payload::Unsigned => UNSIGNED.to_owned(),
    };
    let payload = claim.payload(verifying, hashed)?;
    claim.check_signature(request, verifying, credentials, &payload, keys)?;
    Ok(Verified {
        access_key_id: claim.access_key_id,
        region: claim.region,
        service: claim.service,
        signed_at: claim.signed_at,
        expires: claim.expires,
        signed_headers: claim.signed_headers,
    })
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// What a request says of its own signature.
struct Claim {
    access_key_id: String,
    date: String,
    region: String,
    service: String,
    signed_at: Timestamp,
    signed_headers: String,
    signature: String,
    token: Option<Secret>,
    /// `x-amz-content-sha256`, where it is there.
    declared: Option<String>,
    /// In query form.
    expires: Option<u32>,
}

impl Claim {
    fn read<'a, H>(request: &Request<'a, H>) -> Result<Self, Refusal>
    where
        H: Headers<'a>,
    {
        let header = |name: &str| {
            let mut found = request.headers.each().filter(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()));
            match (found.next(), found.next()) {
                (_, Some(_)) => Err(malformed(format!("there are several {name} headers"))),
                (first, None) => {
                    let text = |(_, value)| core::str::from_utf8(value).map(str::trim);
                    first.map(text).transpose().map_err(|_| malformed(format!("the {name} header is no text")))
                }
            }
        };
        let authorization = header("authorization")?;
        let [algorithm, credential, date, expires, token, signed_headers, signature, hash] = parameters(request.query)?;
        let declared = header("x-amz-content-sha256")?.map(Secret::from);
        let in_query = signature.is_some() || algorithm.is_some();
        match authorization {
            Some(_) if in_query => Err(malformed("there is a signature in a header and one in the query".into())),
            Some(value) => {
                let [credential, signed_headers, signature] = authorization_fields(value)?;
                let date = match header("x-amz-date")? {
                    Some(date) => date,
                    None => header("date")?.ok_or_else(|| malformed("there is no x-amz-date header".into()))?,
                };
                let token = header("x-amz-security-token")?.map(Secret::from);
                Self::new(credential, date, signed_headers, signature, token, declared, None)
            }
            None if in_query => {
                let need = |value: &'_ Option<Secret>, name: &str| match value {
                    Some(value) => Ok(value.expose().to_owned()),
                    None => Err(malformed(format!("the query has no {name}"))),
                };
                let algorithm = need(&algorithm, "X-Amz-Algorithm")?;
                if algorithm != ALGORITHM {
                    return Err(malformed(format!("X-Amz-Algorithm is {}, not {ALGORITHM}", Shown(&algorithm))));
                }
                let expires = need(&expires, "X-Amz-Expires")?;
                let expires = expires.parse().ok().filter(|e| (1..=EXPIRES_LIMIT).contains(e)).ok_or_else(|| {
                    malformed(format!("X-Amz-Expires is {}, not 1 to {EXPIRES_LIMIT} seconds", Shown(&expires)))
                })?;
                Self::new(
                    &need(&credential, "X-Amz-Credential")?,
                    &need(&date, "X-Amz-Date")?,
                    &need(&signed_headers, "X-Amz-SignedHeaders")?,
                    &need(&signature, "X-Amz-Signature")?,
                    token,
                    declared.or(hash),
                    Some(expires),
                )
            }
            None => Err(Refusal::NoAuth),
        }
    }

    fn new(
        credential: &str,
        date: &str,
        signed_headers: &str,
        signature: &str,
        token: Option<Secret>,
        declared: Option<Secret>,
        expires: Option<u32>,
    ) -> Result<Self, Refusal> {
        let mut parts = credential.rsplitn(5, '/');
        let [Some("aws4_request"), Some(service), Some(region), Some(day), Some(id)] = [(); 5].map(|()| parts.next())
        else {
            return Err(malformed(format!(
                "the credential {} is not <access key id>/<date>/<region>/<service>/aws4_request",
                Shown(credential)
            )));
        };
        if id.is_empty() || region.is_empty() || service.is_empty() {
            return Err(malformed(format!("the credential {} has an empty part", Shown(credential))));
        }
        let signed_at = Timestamp::parse(date)
            .filter(|time| time.basic() == date.as_bytes())
            .ok_or_else(|| malformed(format!("the date {} is not of the form 20150830T123600Z", Shown(date))))?;
        let names = || signed_headers.split(';');
        let ascending = names().zip(names().skip(1)).all(|(before, name)| before < name);
        let well_formed =
            names().all(|name| !name.is_empty() && class::seen(name.as_bytes()) & (NO_TOKEN | UPPER) == 0);
        if !ascending || !well_formed || names().count() > HEADER_LIMIT {
            return Err(malformed(format!(
                "the signed headers {} are not at most {HEADER_LIMIT} names in lower case and ascending order",
                Shown(signed_headers)
            )));
        }
        Ok(Self {
            access_key_id: id.to_owned(),
            date: day.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            signed_at,
            signed_headers: signed_headers.to_owned(),
            signature: signature.to_owned(),
            token,
            declared: declared.map(|declared| declared.expose().to_owned()),
            expires,
        })
    }

    fn check_scope(&self, verifying: &Verifying<'_>) -> Result<(), Refusal> {
        let day = text(self.signed_at.basic().first_chunk::<8>().unwrap_or(&[0; 8]));
        for (part, expected, got) in [
            (Part::Date, Some(&*day), &self.date),
            (Part::Region, verifying.region, &self.region),
            (Part::Service, verifying.service, &self.service),
        ] {
            if let Some(expected) = expected.filter(|expected| expected != got) {
                return Err(Refusal::Scope { part, expected: expected.to_owned(), got: got.clone() });
            }
        }
        Ok(())
    }

    fn check_time(&self, allowed: u32, now: Timestamp) -> Result<(), Refusal> {
        // In whole seconds, as all of them are written.
        let age = now.unix() - self.signed_at.unix();
        let skew = i64::from(allowed);
        match self.expires {
            Some(expires) if age > i64::from(expires) => {
                Err(Refusal::Expired { at: self.signed_at.plus_millis(i64::from(expires) * 1000), now })
            }
            Some(_) if age >= -skew => Ok(()),
            None if (-skew..=skew).contains(&age) => Ok(()),
            _ => Err(Refusal::Skewed { signed_at: self.signed_at, now, allowed }),
        }
    }

    /// What is sent is what was signed: a header that AWS goes by must not be slipped in on the way.
    fn check_headers<'a, H>(&self, request: &Request<'a, H>, verifying: &Verifying<'_>) -> Result<(), Refusal>
    where
        H: Headers<'a>,
    {
        let signed =
            |name: &[u8]| self.signed_headers.split(';').any(|signed| signed.as_bytes().eq_ignore_ascii_case(name));
        // The hash is the last line of the canonical request; the token has been compared with the key's own.
        let free = |name: &str| match name {
            "x-amz-content-sha256" => true,
            "x-amz-security-token" => verifying.session_token == SessionToken::AddedAfter,
            "content-md5" => !verifying.s3_payload,
            name => !name.starts_with("x-amz-"),
        };
        let mut names: Vec<String> = if signed(b"host") { vec![] } else { vec!["host".to_owned()] };
        for (name, _) in request.headers.each() {
            // Nearly all are signed: only the others cost a copy.
            if !signed(name) {
                let name = String::from_utf8_lossy(name).to_ascii_lowercase();
                if names.len() < HEADER_LIMIT && !free(&name) && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        if names.is_empty() { Ok(()) } else { Err(Refusal::HeadersNotSigned { names }) }
    }

    /// The last line of the canonical request.
    fn payload(&self, verifying: &Verifying<'_>, hashed: String) -> Result<String, Refusal> {
        match &self.declared {
            Some(declared) if *declared == hashed => Ok(hashed),
            Some(declared) if verifying.s3_payload && (declared == UNSIGNED || declared.starts_with("STREAMING-")) => {
                Ok(declared.clone())
            }
            Some(declared) => Err(Refusal::Payload { declared: declared.clone(), actual: hashed }),
            None if verifying.s3_payload && self.expires.is_some() => Ok(UNSIGNED.to_owned()),
            None => Ok(hashed),
        }
    }

    /// Computes the signature that the request ought to have.
    fn check_signature<'a, H>(
        &self,
        request: &Request<'a, H>,
        verifying: &Verifying<'_>,
        credentials: &Credentials,
        payload: &str,
        keys: &mut KeyCache,
    ) -> Result<(), Refusal>
    where
        H: Headers<'a>,
    {
        let bad = |e: super::SignError| malformed(e.to_string());
        let names: Vec<Name<'_>> = self.signed_headers.split(';').map(Name::of).collect();
        let signed = |name: &Name<'_>| names.iter().any(|signed| signed.is(name));
        let mut slots = vec![HeaderSlot::EMPTY; request.headers.each().count()];
        let headers = canonical::headers(request.headers.each(), signed, &mut slots).map_err(bad)?;
        let missing: Vec<&str> = self
            .signed_headers
            .split(';')
            .filter(|name| !request.headers.each().any(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes())))
            .collect();
        let absent: Vec<HeaderSlot<'_>> = missing.iter().map(|name| HeaderSlot::own(name, b"")).collect();
        let in_query = self.expires.is_some();
        let mut slots = vec![QuerySlot::EMPTY; encode::pieces(request.query).count()];
        let counts = |slot: &QuerySlot<'_>| {
            !(in_query && slot.is("X-Amz-Signature")
                || in_query && verifying.session_token == SessionToken::AddedAfter && slot.is("X-Amz-Security-Token"))
        };
        let query = canonical::query(request.query, counts, &mut slots).map_err(bad)?;
        let canonical = Canonical {
            method: request.method,
            path: request.path,
            rule: verifying.path,
            query,
            own_query: &[],
            headers,
            own_headers: &absent,
            names: Some(self.signed_headers.as_bytes()),
            payload: payload.as_bytes(),
        };
        let time = self.signed_at.basic();
        let secret = credentials.secret_access_key().expose();
        let slot = keys
            .slot(secret, self.signed_at, &self.region, &self.service)
            .ok_or_else(|| malformed("the region or the service is too long".into()))?;
        let to_sign = ToSign { time: &time, scope: slot.scope(), hash: hash(&canonical).map_err(bad)? };
        let signature = hex(&slot.key.mac(|sha| to_sign.write(sha)));
        if same(&signature, self.signature.as_bytes()) {
            return Ok(());
        }
        Err(Refusal::Mismatch {
            expected: Box::new(Explanation::new(&canonical, &to_sign, &signature)),
            got: self.signature.clone(),
            missing: missing.into_iter().map(str::to_owned).collect(),
        })
    }
}

/// The values of a signature's parameters, and of S3's `X-Amz-Content-Sha256`.
fn parameters(query: &str) -> Result<[Option<Secret>; 8], Refusal> {
    let mut found: [Option<Secret>; 8] = Default::default();
    let names = QUERY_NAMES.into_iter().chain(["X-Amz-Content-Sha256"]);
    for piece in encode::pieces(query) {
        let value = piece.split_once('=').map_or("", |(_, value)| value);
        let read = QuerySlot::read(piece);
        let known = names.clone().enumerate().find(|(_, known)| read.is(known));
        let Some((slot, name)) = known.and_then(|(at, name)| Some((found.get_mut(at)?, name))) else { continue };
        let value = encode::decoded(value).ok_or_else(|| malformed(format!("{name} is badly encoded")))?;
        if slot.replace(Secret::from(value)).is_some() {
            return Err(malformed(format!("there are several {name} parameters")));
        }
    }
    Ok(found)
}

/// The credential, the signed headers and the signature of an `authorization` header.
fn authorization_fields(value: &str) -> Result<[&str; 3], Refusal> {
    let (algorithm, rest) = value.split_once(' ').unwrap_or((value, ""));
    if algorithm != ALGORITHM {
        return Err(malformed(format!("the authorization is not of the kind {ALGORITHM}")));
    }
    const NAMES: [&str; 3] = ["Credential", "SignedHeaders", "Signature"];
    let mut fields = [None; 3];
    for field in rest.split(',') {
        let (name, value) = field
            .trim()
            .split_once('=')
            .ok_or_else(|| malformed("the authorization has a part that is no name=value".into()))?;
        let slot = NAMES.iter().position(|known| *known == name).and_then(|at| fields.get_mut(at));
        let Some(slot) = slot else { continue };
        if slot.replace(value).is_some() {
            return Err(malformed(format!("the authorization has {name} twice")));
        }
    }
    match fields {
        [Some(credential), Some(signed_headers), Some(signature)] => Ok([credential, signed_headers, signature]),
        _ => {
            let lacking = NAMES.iter().zip(fields).find(|(_, field)| field.is_none()).map_or("", |(name, _)| name);
            Err(malformed(format!("the authorization has no {lacking}")))
        }
    }
}

fn malformed(what: String) -> Refusal {
    Refusal::Malformed { what }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests;
