//! What the sets of signatures share: requests as text, and the way of one case through signing and verifying.

use crate::{Engine, same};
use serde_json::{Map, Value, json};
use std::path::Path;

/// A request as it stands in a `.txt` or `.req` file.
#[derive(Clone, Debug, Default)]
pub struct Http {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Http {
    pub fn read(path: &Path) -> Self {
        Self::parse(&bytes(path))
    }

    /// Lines end in LF; a line that begins with white space continues the header before it; the body follows an empty
    /// line. The target may hold spaces and raw UTF-8.
    pub fn parse(text: &[u8]) -> Self {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let end = text.windows(2).position(|two| two == b"\n\n");
        let (head, body) = match end {
            Some(at) => (&text[..at], &text[at + 2..]),
            None => (text, &b""[..]),
        };
        let head = std::str::from_utf8(head).expect("a request in UTF-8");
        let mut lines = head.lines();
        let first = lines.next().expect("a request line");
        let (method, target) = first.split_once(' ').expect("a method");
        let target = target.strip_suffix(" HTTP/1.1").unwrap_or(target);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines.filter(|line| !line.is_empty()) {
            match line.split_once(':') {
                _ if line.starts_with([' ', '\t']) => {
                    let value = &mut headers.last_mut().expect("a header to continue").1;
                    value.push('\n');
                    value.push_str(line);
                }
                Some((name, value)) => headers.push((name.into(), value.into())),
                None => panic!("no header: {line}"),
            }
        }
        Self { method: method.into(), path: path.into(), query: query.into(), headers, body: body.to_vec() }
    }

    /// The headers without regard to order, names in lower case and values trimmed.
    pub fn header_set(&self) -> Vec<(String, String)> {
        let mut set: Vec<_> = self.headers.iter().map(|(n, v)| (n.to_ascii_lowercase(), v.trim().to_owned())).collect();
        set.sort();
        set
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// With these headers in the place of those of the same name.
    pub fn with(mut self, added: &Value) -> Self {
        for pair in added.as_array().expect("headers") {
            let (name, value) = (pair[0].as_str().expect("name"), pair[1].as_str().expect("value"));
            self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
            self.headers.push((name.into(), value.into()));
        }
        self
    }

    /// The members of a case that describe the request.
    pub fn case(&self, rest: &Map<String, Value>) -> Value {
        let mut case = rest.clone();
        case.insert("method".into(), json!(self.method));
        case.insert("path".into(), json!(self.path));
        case.insert("query".into(), json!(self.query));
        case.insert("headers".into(), json!(self.headers));
        case.entry("body").or_insert_with(|| json!(self.body));
        Value::Object(case)
    }
}

/// The parameters of a query without regard to order.
pub fn parameters(query: &str) -> Vec<String> {
    let mut set: Vec<_> = query.split('&').map(str::to_owned).collect();
    set.sort();
    set
}

/// What a case expects, as far as it says.
#[derive(Default)]
pub struct Stages {
    pub canonical_request: Option<String>,
    pub string_to_sign: Option<String>,
    pub signature: Option<String>,
}

/// Signs and compares each stage; gives the signed request.
pub fn sign(engine: &mut dyn Engine, request: &Http, rest: &Map<String, Value>, want: &Stages) -> Result<Http, String> {
    let case = request.case(rest);
    let told = engine.ok("sigv4.explain", &case)?;
    for (stage, want) in [
        ("canonical_request", &want.canonical_request),
        ("string_to_sign", &want.string_to_sign),
        ("signature", &want.signature),
    ] {
        if let Some(want) = want {
            same(stage, want.as_str(), told[stage].as_str().unwrap_or_default())?;
        }
    }
    let written = engine.ok("sigv4.sign_into", &case)?;
    let signed = match written["query"].as_str() {
        Some(query) => Http { query: query.to_owned(), ..request.clone() },
        None => request.clone().with(&written["headers"]),
    };
    let signature = told["signature"].as_str().unwrap_or_default();
    let within = |text: &str| text.contains(signature);
    if !within(&signed.query) && !signed.header("authorization").is_some_and(within) {
        return Err("sign_into gives another signature than explain".into());
    }
    Ok(signed)
}

/// The verifier takes a signed request, and refuses it with one digit of the signature changed.
pub fn verify(engine: &mut dyn Engine, signed: &Http, rest: &Map<String, Value>) -> Result<(), String> {
    engine.ok("sigv4.verify", &signed.case(rest)).map_err(|e| format!("not verified: {e}"))?;
    let mut forged = signed.clone();
    let flip = |text: &str, mark: &str| {
        let at = text.find(mark)? + mark.len();
        let other = if text[at..].starts_with('0') { "1" } else { "0" };
        Some(format!("{}{other}{}", &text[..at], &text[at + 1..]))
    };
    match flip(&signed.query, "X-Amz-Signature=") {
        Some(query) => forged.query = query,
        None => {
            for (name, value) in &mut forged.headers {
                if name.eq_ignore_ascii_case("authorization") {
                    *value = flip(value, "Signature=").expect("a signature");
                }
            }
        }
    }
    match engine.call("sigv4.verify", &forged.case(rest)) {
        answer if answer["error"]["code"] == "verify-mismatch" => Ok(()),
        answer => Err(format!("with a forged signature: {answer}")),
    }
}

/// A whole file; one that is not there is a failure of the data, and panics.
pub fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A text file, where it is there.
pub fn text(path: &Path) -> Option<String> {
    path.is_file().then(|| String::from_utf8(bytes(path)).expect("UTF-8"))
}

/// The folders in a folder, by name.
pub fn folders(path: &Path) -> Vec<std::path::PathBuf> {
    let mut all: Vec<_> =
        std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
    all.sort();
    all
}

/// A folder's own name.
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
