//! The query form: a URL that carries its signature.
//!
//! The signature's parameters are written in canonical order and spelling, so that they are hashed from where they stand
//! in the caller's buffer: the session token is encoded once.

use super::{
    SessionToken, SignError,
    canonical::{Canonical, ToSign},
    encode::{self, QuerySlot},
    sign::Job,
    sink::{Out, Sink},
};

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

/// Signs, and writes the whole query: `query`, then the signature's parameters.
pub(super) fn write(
    job: &Job<'_>,
    expires: u32,
    canonical: Canonical<'_>,
    query: &str,
    mut out: Out<'_>,
    show: impl FnOnce(&Canonical<'_>, &ToSign<'_>, &[u8; 64]),
) -> Result<usize, SignError> {
    if canonical.query.iter().any(|slot| QUERY_NAMES.iter().any(|name| slot.is(name))) {
        return Err(SignError::AlreadySigned);
    }
    let [algorithm, credential, date, life, security_token, signed_headers, signature] = QUERY_NAMES;
    let (token, token_after) = match job.signing.session_token {
        SessionToken::Signed => (job.token, None),
        SessionToken::AddedAfter => (None, job.token),
    };
    if !query.is_empty() {
        out.put(query.as_bytes());
        out.byte(b'&');
    }
    let mut marks = Marks::default();
    marks.name(algorithm, &mut out);
    out.put(b"AWS4-HMAC-SHA256");
    marks.name(credential, &mut out);
    encode::component(job.signing.key.id.as_bytes(), &mut out);
    out.put(b"%2F");
    encode::component(job.scope, &mut out);
    marks.name(date, &mut out);
    out.put(&job.time);
    marks.name(life, &mut out);
    out.number(expires);
    if let Some(token) = token {
        marks.name(security_token, &mut out);
        encode::component(token, &mut out);
    }
    marks.name(signed_headers, &mut out);
    canonical.write_names(&mut encode::Component(&mut out));
    let end = out.length();
    if let Some(token) = token_after {
        out.put(b"&");
        out.put(security_token.as_bytes());
        out.byte(b'=');
        encode::component(token, &mut out);
    }
    out.byte(b'&');
    out.put(signature.as_bytes());
    out.byte(b'=');
    let hole = out.hole();
    let length = out.fitted()?;

    let own = marks.slots(end, &out);
    let mut canonical = canonical;
    canonical.own_query = own.get(..marks.count).unwrap_or_default();
    let signature = job.signature(&canonical, show)?;
    out.fill(hole, &signature);
    Ok(length)
}

/// Where the parameters that are signed stand.
#[derive(Default)]
struct Marks {
    /// Where the name begins and where the value does.
    at: [(usize, usize); 6],
    count: usize,
}

impl Marks {
    fn name(&mut self, name: &str, out: &mut Out<'_>) {
        if self.count > 0 {
            out.byte(b'&');
        }
        let start = out.length();
        out.put(name.as_bytes());
        out.byte(b'=');
        if let Some(mark) = self.at.get_mut(self.count) {
            *mark = (start, out.length());
            self.count += 1;
        }
    }

    fn slots<'o>(&self, end: usize, out: &'o Out<'_>) -> [QuerySlot<'o>; 6] {
        let mut slots = [QuerySlot::EMPTY; 6];
        for (at, (slot, (start, value))) in slots.iter_mut().zip(self.at).take(self.count).enumerate() {
            // A value ends where the `&` before the next name stands.
            let next = if at + 1 < self.count { self.at.get(at + 1).map_or(end, |next| next.0 - 1) } else { end };
            *slot = QuerySlot::canonical(out.part(start, value - 1), out.part(value, next));
        }
        slots
    }
}
