//! Signing for hosts: a whole request in place, and a URL that is good by itself.

use super::{Form, Payload, Request, Signing, explain::signed, header::lines, key::KeyCache};
use crate::{Code, Error, Secret, Timestamp, effect::HttpRequest};
use alloc::{borrow::Cow, boxed::Box, format, string::String, vec::Vec};
use zeroize::Zeroize;

/// Signs a request in place: its headers in header form, its URL in query form.
///
/// The body is hashed, save in S3's query form, where it stays out (`UNSIGNED-PAYLOAD`), as S3 wants it. `host` is that
/// of the URL where no header says another. `content-length` is the host's to add and is not signed.
pub fn sign(
    request: &mut HttpRequest,
    signing: &Signing<'_>,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<(), Error> {
    let payload = match signing.form {
        Form::Query { .. } if signing.service.starts_with("s3") => Payload::Unsigned,
        _ => Payload::Bytes(request.body.expose()),
    };
    let added = added(request, payload, signing, keys, now)?;
    added.to(request);
    Ok(())
}

/// As [`sign`], for a body that is sent from elsewhere: `payload` is what is said of it, and the request's own body is
/// not looked at. What is signed is the head, so that a large body is never copied.
pub fn sign_head(
    request: &mut HttpRequest,
    payload: Payload<'_>,
    signing: &Signing<'_>,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<(), Error> {
    let added = added(request, payload, signing, keys, now)?;
    added.to(request);
    Ok(())
}

/// What a signature adds to a request.
enum Added {
    Headers(Vec<(Box<str>, Secret)>),
    Url(Box<str>),
}

impl Added {
    fn to(self, request: &mut HttpRequest) {
        match self {
            Self::Headers(added) => {
                request.headers.retain(|(name, _)| !added.iter().any(|(new, _)| name.eq_ignore_ascii_case(new)));
                request.headers.extend(added);
            }
            Self::Url(url) => request.url = url,
        }
    }
}

fn added(
    request: &HttpRequest,
    payload: Payload<'_>,
    signing: &Signing<'_>,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<Added, Error> {
    let url = Url::parse(&request.url)?;
    let host = url.host();
    let named = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
    let borrowed = Request {
        method: &request.method,
        path: url.path,
        query: url.query,
        headers: (!named)
            .then_some(("host", &*host))
            .into_iter()
            .chain(request.headers.iter().map(|(name, value)| (&**name, value.expose()))),
        payload,
    };
    let mut out = signed(&borrowed, signing, keys, now, |_, _, _| ())?;
    let added = match signing.form {
        Form::Header => Added::Headers(lines(&out).map(|(n, v)| (n.into(), v.into())).collect()),
        Form::Query { .. } => Added::Url(url.with_query(&out)),
    };
    out.zeroize();
    Ok(added)
}

/// A URL that lets its bearer make this one request for `expires` seconds (1 to 604,800). `host` alone is signed, so
/// any header may be sent with it. Whoever has the URL has the right: hence a [`Secret`].
pub fn presign(
    method: &str,
    url: &str,
    payload: Payload<'_>,
    expires: u32,
    signing: &Signing<'_>,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<Secret, Error> {
    let url = Url::parse(url)?;
    let host = url.host();
    let request = Request { method, path: url.path, query: url.query, headers: [("host", &*host)], payload };
    let mut out = signed(&request, &signing.presigned(expires), keys, now, |_, _, _| ())?;
    let made = url.with_query(&out);
    out.zeroize();
    Ok(Secret::new(made))
}

/// A URL in its parts, as far as signing asks.
struct Url<'a> {
    scheme: &'a str,
    authority: &'a str,
    path: &'a str,
    query: &'a str,
}

impl<'a> Url<'a> {
    fn parse(url: &'a str) -> Result<Self, Error> {
        let wrong = |why: &str| {
            // A query may hold secrets, and so may what stands before the host.
            let shown = url.split(['?', '#']).next().unwrap_or_default();
            let (hidden, shown) = shown.rsplit_once('@').map_or(("", shown), |(_, rest)| ("…@", rest));
            Error::new(Code::SignUrl, "sigv4", format!("cannot sign for the URL {hidden}{shown}: {why}"))
        };
        let (scheme, rest) =
            url.split_once("://").ok_or_else(|| wrong("it does not begin with https:// or http://"))?;
        if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
            return Err(wrong("its scheme is neither https nor http"));
        }
        if url.contains('#') {
            return Err(wrong("it has a fragment (#)"));
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        if authority.is_empty() {
            return Err(wrong("it has no host"));
        }
        if authority.contains('@') {
            return Err(wrong("it has a user name before its host"));
        }
        Ok(Self { scheme, authority, path, query })
    }

    /// As the Host header has it: in lower case, without the scheme's own port.
    fn host(&self) -> Cow<'a, str> {
        let port = if self.scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
        let host = self.authority.strip_suffix(port).unwrap_or(self.authority);
        if host.bytes().any(|b| b.is_ascii_uppercase()) { host.to_ascii_lowercase().into() } else { host.into() }
    }

    fn with_query(&self, query: &[u8]) -> Box<str> {
        let Self { scheme, authority, path, .. } = self;
        let query = core::str::from_utf8(query).unwrap_or_default();
        // In one allocation: a query with a token in it leaves no copy behind.
        let mut url = String::with_capacity(scheme.len() + 3 + authority.len() + path.len() + 1 + query.len());
        for part in [scheme, "://", authority, path, "?", query] {
            url.push_str(part);
        }
        url.into_boxed_str()
    }
}
