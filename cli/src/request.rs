//! A request as people describe it: with curl's arguments, or whole, as on the wire.
//!
//! Limits: a request file or body of 64 MiB, a head of 1 MiB, no folded header lines.

use crate::args::{Args, Ended, Word, usage};
use irsa_core::{Code, Error};
use std::{
    fs,
    io::{self, Read},
};

/// What `-X`, `-H`, `-d` and a URL, or `--request`, have said.
#[derive(Default)]
pub struct Described {
    method: Option<String>,
    url: Option<String>,
    headers: Vec<(String, String)>,
    data: Option<Vec<u8>>,
    whole: Option<String>,
}

/// The same, complete.
pub struct Request {
    pub method: String,
    /// `http` or `https`.
    pub scheme: String,
    /// Host and port, as the URL has them.
    pub authority: String,
    /// Encoded, begins with `/`.
    pub path: String,
    /// Encoded, without `?`.
    pub query: String,
    /// `host` among them.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

const LIMIT: u64 = 64 << 20;

impl Described {
    /// Takes a word that is part of a description. False where it is not.
    pub fn take(&mut self, word: &Word, command: &'static str, args: &mut Args) -> Result<bool, Ended> {
        match word {
            Word::Flag(flag) => match flag.as_str() {
                "-X" | "--method" => self.method = Some(args.value()?),
                "-H" | "--header" => self.headers.push(header(command, &args.value()?)?),
                "-d" | "--data" => {
                    let mut data = data(&args.value()?)?;
                    if data.from_file {
                        // As curl has it; --data-binary keeps them.
                        data.bytes.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
                    }
                    self.add(data.bytes);
                }
                "--data-binary" => self.add(data(&args.value()?)?.bytes),
                "--request" => self.whole = Some(args.value()?),
                _ => return Ok(false),
            },
            Word::Value(value) if self.url.is_none() => {
                let url = value.to_str().ok_or_else(|| usage(command, "the URL is not UTF-8"))?;
                self.url = Some(url.to_owned());
            }
            Word::Value(_) => return Ok(false),
        }
        Ok(true)
    }

    /// Several of them are joined as fields of a form.
    fn add(&mut self, bytes: Vec<u8>) {
        let data = self.data.get_or_insert_default();
        if !data.is_empty() {
            data.push(b'&');
        }
        data.extend(bytes);
    }

    pub fn complete(self, command: &'static str) -> Result<Request, Error> {
        if let Some(file) = self.whole {
            if self.url.is_some() || self.method.is_some() || self.data.is_some() || !self.headers.is_empty() {
                return Err(usage(command, "--request is the whole request: no URL, -X, -H or -d beside it"));
            }
            return whole(&file, &read(&file)?);
        }
        let url = self.url.ok_or_else(|| usage(command, "no URL, and no --request"))?;
        let method = self.method.unwrap_or_else(|| if self.data.is_some() { "POST" } else { "GET" }.into());
        let mut headers = self.headers;
        // What curl sends by itself, if it is not told otherwise.
        if self.data.is_some() && !has(&headers, "content-type") {
            headers.push(("content-type".into(), "application/x-www-form-urlencoded".into()));
        }
        let (scheme, rest) = url
            .split_once("://")
            .ok_or_else(|| usage(command, format!("{} is no URL", shown(&url))).with_fix("begin it with https://"))?;
        Request::new(method, scheme, rest, headers, self.data.unwrap_or_default())
            .map_err(|why| usage(command, format!("{}: {why}", shown(&url))))
    }
}

impl Request {
    /// `rest` is authority, path and query.
    fn new(
        method: String,
        scheme: &str,
        rest: &str,
        mut headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Result<Self, &'static str> {
        let rest = rest.split('#').next().unwrap_or_default();
        if rest.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return Err("a space or control character has to be percent-encoded");
        }
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "https" && scheme != "http" {
            return Err("only https:// and http:// can be signed for");
        }
        let (target, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = target.find('/').map_or((target, "/"), |at| target.split_at(at));
        if authority.is_empty() || authority.contains('@') {
            return Err("it needs a host, without a user name before it");
        }
        if !has(&headers, "host") {
            let own = if scheme == "https" { ":443" } else { ":80" };
            let host = authority.strip_suffix(own).unwrap_or(authority).to_ascii_lowercase();
            headers.insert(0, ("host".into(), host));
        }
        let (authority, path, query) = (authority.into(), path.into(), query.into());
        Ok(Self { method, scheme, authority, path, query, headers, body })
    }

    /// The host without its port, in lower case.
    pub fn host(&self) -> String {
        let host = match self.authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
            _ => &self.authority,
        };
        host.to_ascii_lowercase()
    }

    /// With another query, where a signature goes there.
    pub fn url(&self, query: &str) -> String {
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}://{}{}{mark}{query}", self.scheme, self.authority, self.path)
    }
}

/// Reads `METHOD target [HTTP/1.1]`, header lines, an empty line, the body.
fn whole(file: &str, bytes: &[u8]) -> Result<Request, Error> {
    let bad = |line: usize, why: &str| Error::new(Code::RequestFile, "request", format!("{file}, line {line}: {why}"));
    let mut rest = bytes;
    let mut lines = Vec::new();
    while let Some(line) = take_line(&mut rest).filter(|line| !line.is_empty()) {
        lines.push(std::str::from_utf8(line).map_err(|_| bad(lines.len() + 1, "it is not UTF-8"))?);
    }
    let (first, fields) = lines.split_first().ok_or_else(|| bad(1, "no request line"))?;
    let (method, target) = first.split_once(' ').ok_or_else(|| bad(1, "no target: write “GET / HTTP/1.1”"))?;
    let target = match target.rsplit_once(' ') {
        Some((target, version)) if version.starts_with("HTTP/") => target,
        _ => target,
    };
    let mut headers = Vec::new();
    for (index, line) in fields.iter().enumerate() {
        if line.starts_with([' ', '\t']) {
            return Err(bad(index + 2, "a folded header line; write the value on one line"));
        }
        let (name, value) = line.split_once(':').ok_or_else(|| bad(index + 2, "no “name: value”"))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let host = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host")).map(|(_, value)| value.clone());
    let (scheme, target) = match target.split_once("://").filter(|_| !target.starts_with('/')) {
        Some((scheme, target)) => (scheme, target.to_owned()),
        None => {
            let host = host.ok_or_else(|| bad(lines.len() + 1, "no Host header"))?;
            // On this machine it is a test's server; elsewhere a signed request belongs on TLS.
            let near = ["localhost", "127.", "[::1]"].iter().any(|near| host.starts_with(near));
            (if near { "http" } else { "https" }, format!("{host}{target}"))
        }
    };
    Request::new(method.to_owned(), scheme, &target, headers, rest.to_vec()).map_err(|why| bad(1, why))
}

/// Cuts off the next line, without its end.
fn take_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    if rest.is_empty() {
        return None;
    }
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    let line = &rest[..end];
    *rest = rest.get(end + 1..).unwrap_or_default();
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

struct Data {
    bytes: Vec<u8>,
    from_file: bool,
}

fn data(text: &str) -> Result<Data, Error> {
    match text.strip_prefix('@') {
        Some(file) => Ok(Data { bytes: read(file)?, from_file: true }),
        None => Ok(Data { bytes: text.as_bytes().to_vec(), from_file: false }),
    }
}

/// A file, or standard input for `-`.
fn read(file: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let done = match file {
        "-" => io::stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes),
        _ => fs::File::open(file).and_then(|opened| opened.take(LIMIT + 1).read_to_end(&mut bytes)),
    };
    let said = if file == "-" { "standard input" } else { file };
    match done {
        Err(e) => Err(Error::new(Code::InputUnreadable, "arguments", format!("{said}: {e}"))),
        Ok(_) if bytes.len() as u64 > LIMIT => {
            Err(Error::new(Code::InputUnreadable, "arguments", format!("{said}: more than {LIMIT} bytes")))
        }
        Ok(_) => Ok(bytes),
    }
}

fn header(command: &str, text: &str) -> Result<(String, String), Error> {
    let wrong = || usage(command, "a header is written as 'name: value'");
    let (name, value) = text.split_once(':').ok_or_else(wrong)?;
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err(wrong());
    }
    Ok((name.to_owned(), value.trim().to_owned()))
}

fn has(headers: &[(String, String)], name: &str) -> bool {
    headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// A URL without what may be secret in it.
fn shown(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    // What stands before @ may be a password.
    if url.contains('@') { "the URL given" } else { url }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Result<String, String> {
        let request = whole("r", text.as_bytes()).map_err(|e| e.message().to_owned())?;
        let headers: Vec<_> = request.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let body = String::from_utf8(request.body.clone()).unwrap();
        Ok(format!("{} {} [{}] {body}", request.method, request.url(&request.query), headers.join(" ")))
    }

    #[test]
    fn a_request_as_on_the_wire() {
        let cases = [
            ("GET / HTTP/1.1\r\nHost: h.aws\r\n\r\n", "GET https://h.aws/ [Host=h.aws] "),
            ("GET /a?b=c HTTP/1.1\nHost:h\nX-A:  1 \n\nbody\nmore", "GET https://h/a?b=c [Host=h X-A=1] body\nmore"),
            ("POST /", ""),
            ("PUT /x HTTP/1.1\nHost: 127.0.0.1:80", "PUT http://127.0.0.1:80/x [Host=127.0.0.1:80] "),
            ("GET http://h:81/x HTTP/1.1\n\n", "GET http://h:81/x [host=h:81] "),
            ("GET https://H:443?q\n\n", "GET https://H:443/?q [host=h] "),
        ];
        for (text, expected) in cases {
            match parts(text) {
                Ok(said) => assert_eq!(said, expected),
                Err(why) => assert_eq!((why.as_str(), expected), ("r, line 2: no Host header", ""), "{text}"),
            }
        }
        let wrong = [
            ("", "r, line 1: no request line"),
            ("GET", "r, line 1: no target: write “GET / HTTP/1.1”"),
            ("GET / HTTP/1.1\nHost h\n\n", "r, line 2: no “name: value”"),
            ("GET / HTTP/1.1\nHost: h\n folded\n\n", "r, line 3: a folded header line; write the value on one line"),
            ("GET /a b HTTP/1.1\nHost: h\n\n", "r, line 1: a space or control character has to be percent-encoded"),
        ];
        for (text, expected) in wrong {
            assert_eq!(parts(text).unwrap_err(), expected);
        }
    }
}
