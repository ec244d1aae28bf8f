//! As much of HTTP/1.1 (RFC 9112) as an endpoint for credentials needs: heads without a body in, short answers out.
//!
//! Strict, since nobody with a better reason than an attack sends anything else: lines end in CR LF, no folding, one
//! Host, one Authorization, no body, no target but a path. Limits: [`HEAD_LIMIT`] bytes, [`LINE_LIMIT`] lines.

use std::str;
use zeroize::Zeroizing;

/// The longest head, empty lines before it included.
pub const HEAD_LIMIT: usize = 8 * 1024;
/// The most header lines.
pub const LINE_LIMIT: usize = 64;

/// A request's head.
#[derive(Debug, PartialEq, Eq)]
pub struct Request<'a> {
    pub method: &'a str,
    /// Without the query.
    pub path: &'a str,
    pub host: &'a str,
    pub authorization: Option<&'a str>,
    /// A header that a program on this machine does not send: a proxy's, or a web page's.
    pub foreign: Option<&'a str>,
    /// The connection ends with the answer.
    pub close: bool,
}

/// What the bytes so far are.
#[derive(Debug, PartialEq, Eq)]
pub enum Head<'a> {
    /// The beginning of one.
    Partial,
    /// None, and why: a status and a reason.
    Bad(u16, &'static str),
    /// A whole one, and its length.
    Whole(Request<'a>, usize),
}

/// Headers that stand for somebody in between, or for a web page.
const FOREIGN: &[&str] = &[
    "forwarded",
    "origin",
    "sec-fetch-site",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
];

/// Reads a head.
pub fn head(bytes: &[u8]) -> Head<'_> {
    // RFC 9112 §2.2: empty lines before a request are to be passed over.
    let empty = bytes.chunks(2).take_while(|line| *line == b"\r\n").count() * 2;
    let rest = bytes.get(empty..).unwrap_or_default();
    if let Some(fault) = stray(rest) {
        return Head::Bad(400, fault);
    }
    let Some(end) = rest.windows(4).position(|four| four == b"\r\n\r\n") else {
        return match bytes.len() >= HEAD_LIMIT {
            true => Head::Bad(431, "the head is over 8 KiB"),
            false => Head::Partial,
        };
    };
    let length = empty + end + 4;
    let text = rest.get(..end).and_then(|head| str::from_utf8(head).ok());
    let parsed = match text {
        _ if length > HEAD_LIMIT => Err((431, "the head is over 8 KiB")),
        None => Err((400, "the head is not UTF-8")),
        Some(text) => lines(text),
    };
    match parsed {
        Ok(request) => Head::Whole(request, length),
        Err((status, reason)) => Head::Bad(status, reason),
    }
}

/// A byte that no head has: said at once, not only when the head has ended.
fn stray(bytes: &[u8]) -> Option<&'static str> {
    let mut last = [0; 3];
    for &byte in bytes {
        match (last[2], byte) {
            (b'\r', b'\n') if last == *b"\r\n\r" => return None,
            (b'\r', b'\n') => {}
            (b'\r', _) => return Some("a CR stands alone"),
            (_, b'\n') => return Some("a line ends without CR LF"),
            (_, b'\r' | b'\t' | b' '..=b'~' | 0x80..) => {}
            _ => return Some("a control character in the head"),
        }
        last = [last[1], last[2], byte];
    }
    None
}

fn lines(text: &str) -> Result<Request<'_>, (u16, &'static str)> {
    let mut lines = text.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err((400, "the first line is no request line"));
    };
    if !is_token(method) {
        return Err((400, "the first line is no request line"));
    }
    let old = match version {
        "HTTP/1.1" => false,
        "HTTP/1.0" => true,
        _ => return Err((505, "neither HTTP/1.1 nor HTTP/1.0")),
    };
    if !target.starts_with('/') || !target.is_ascii() {
        return Err((400, "the target is not a path: is this meant for a proxy?"));
    }
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let mut request = Request { method, path, host: "", authorization: None, foreign: None, close: old };
    let mut hosts = 0;
    for (i, line) in lines.enumerate() {
        if i >= LINE_LIMIT {
            return Err((431, "over 64 header lines"));
        }
        let (name, value) = line.split_once(':').ok_or((400, "a header line without a colon"))?;
        if !is_token(name) {
            return Err((400, "a header's name is no token"));
        }
        let value = value.trim_matches([' ', '\t']);
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let names = |word: &str| value.split(',').any(|w| w.trim().eq_ignore_ascii_case(word));
        if is("host") {
            (request.host, hosts) = (value, hosts + 1);
        } else if is("authorization") && request.authorization.replace(value).is_some() {
            return Err((400, "two Authorization headers"));
        } else if is("content-length") && value != "0" || is("transfer-encoding") {
            return Err((413, "a request has no body here"));
        } else if is("connection") {
            request.close = names("close") || old && !names("keep-alive");
        } else if FOREIGN.iter().any(|known| is(known)) && !(is("sec-fetch-site") && value == "none") {
            request.foreign = Some(name);
        }
    }
    match hosts {
        1 => Ok(request),
        0 => Err((400, "no Host header")),
        _ => Err((400, "two Host headers")),
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

/// Whether a Host names this machine's loopback, with any port.
pub fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !host.ends_with(']') => {
            if port.is_empty() || port.len() > 5 || !port.bytes().all(|b| b.is_ascii_digit()) {
                return false;
            }
            name
        }
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "[::1]"
}

/// An answer, whole. `head_only`: its head, as if the body followed.
pub fn answer(status: u16, body: &str, close: bool, head_only: bool) -> Zeroizing<Vec<u8>> {
    let reason = match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        505 => "HTTP Version Not Supported",
        500 => "Internal Server Error",
        _ => "Service Unavailable",
    };
    let more = match status {
        405 => "allow: GET, HEAD\r\n",
        503 => "retry-after: 1\r\n",
        _ => "",
    };
    let connection = if close { "close" } else { "keep-alive" };
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\n{more}connection: {connection}\r\n\r\n",
        body.len()
    );
    // Of its full size at once: growing would leave copies behind that are not wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(head.len() + body.len()));
    bytes.extend_from_slice(head.as_bytes());
    if !head_only {
        bytes.extend_from_slice(body.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests;
