//! The header form: an `authorization` header, and those that go with it.

use super::{
    SessionToken, SignError, Signing,
    canonical::{Canonical, HeaderSlot, Name, ToSign},
    sign::Job,
    sink::{Out, Sink},
};

const CONTENT_SHA256: &str = "x-amz-content-sha256";
const DATE: &str = "x-amz-date";
const SECURITY_TOKEN: &str = "x-amz-security-token";

/// Whether signing writes a header of this name itself.
pub(super) fn replaces(signing: &Signing<'_>, has_token: bool, name: &Name<'_>) -> bool {
    const NAMES: [Name<'_>; 3] = [Name::of(DATE), Name::of(SECURITY_TOKEN), Name::of(CONTENT_SHA256)];
    let [date, token, hash] = &NAMES;
    name.is(date) || has_token && name.is(token) || signing.content_sha256 && name.is(hash)
}

/// Signs, and writes the headers as lines.
pub(super) fn write(
    job: &Job<'_>,
    canonical: Canonical<'_>,
    mut out: Out<'_>,
    show: impl FnOnce(&Canonical<'_>, &ToSign<'_>, &[u8; 64]),
) -> Result<usize, SignError> {
    let mut canonical = canonical;
    let payload = job.signing.content_sha256.then_some(canonical.payload);
    let token = job.token;
    let signed_token = token.filter(|_| job.signing.session_token == SessionToken::Signed);
    // In the order of their names.
    let mut own = [HeaderSlot::EMPTY; 3];
    let mut count = 0;
    for (name, value) in [(CONTENT_SHA256, payload), (DATE, Some(&job.time[..])), (SECURITY_TOKEN, signed_token)] {
        if let (Some(value), Some(slot)) = (value, own.get_mut(count)) {
            *slot = HeaderSlot::own(name, value);
            count += 1;
        }
    }
    canonical.own_headers = own.get(..count).unwrap_or_default();

    out.put(b"authorization: AWS4-HMAC-SHA256 Credential=");
    out.put(job.signing.key.id.as_bytes());
    out.byte(b'/');
    out.put(job.scope);
    out.put(b", SignedHeaders=");
    let start = out.length();
    canonical.write_names(&mut out);
    let end = out.length();
    out.put(b", Signature=");
    let hole = out.hole();
    out.put(b"\r\n");
    for (name, value) in [(DATE, Some(&job.time[..])), (CONTENT_SHA256, payload), (SECURITY_TOKEN, token)] {
        if let Some(value) = value {
            out.line(name, value);
        }
    }
    let length = out.fitted()?;
    canonical.names = Some(out.part(start, end));
    let signature = job.signature(&canonical, show)?;
    out.fill(hole, &signature);
    Ok(length)
}

/// Takes apart what [`super::sign_into`] wrote in header form.
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
