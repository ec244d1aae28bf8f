//! One generated request, with how it is to be signed. A case follows from the seed and its number alone.
//!
//! Odd on purpose: paths with escapes of both cases, dots and double slashes, bytes beyond ASCII; parameters that repeat,
//! lack a name or a value, in every spelling that decodes to the same; header values with white space in and around
//! them, names in any case and more than once. What signers are known to differ on (`known`) is drawn rarely.

use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub struct Case {
    pub service: &'static str,
    pub region: &'static str,
    /// Seconds since 1970.
    pub time: i64,
    pub access_key_id: &'static str,
    pub secret_access_key: String,
    pub session_token: Option<String>,
    pub method: &'static str,
    pub host: &'static str,
    /// As on the wire.
    pub path: String,
    pub query: Vec<Parameter>,
    /// Without `host`.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The body stays out of the signature.
    pub unsigned: bool,
    /// `x-amz-content-sha256` is added.
    pub content_sha256: bool,
    /// The path is encoded once more.
    pub double: bool,
    pub normalise: bool,
    /// Seconds that a presigned URL lives; `None`: a header.
    pub expires: Option<u32>,
    /// The token is added after signing.
    pub token_after: bool,
}

/// A piece of a query.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: Vec<u8>,
    pub value: Vec<u8>,
    /// As on the wire, such as `name=value`.
    pub wire: String,
}

impl Case {
    pub fn query(&self) -> String {
        let pieces: Vec<&str> = self.query.iter().map(|p| &*p.wire).collect();
        pieces.join("&")
    }

    pub fn url(&self) -> String {
        let (query, mark) = (self.query(), if self.query.is_empty() { "" } else { "?" });
        format!("https://{}{}{mark}{query}", self.host, self.path)
    }

    /// For people: without the secrets.
    pub fn shown(&self) -> Value {
        json!({
            "form": if self.expires.is_some() { "query" } else { "header" },
            "service": self.service,
            "region": self.region,
            "time": self.time,
            "token": self.session_token.is_some(),
            "token_after": self.token_after,
            "method": self.method,
            "url": self.url(),
            "headers": self.headers,
            "body": String::from_utf8_lossy(&self.body),
            "unsigned": self.unsigned,
            "content_sha256": self.content_sha256,
            "double": self.double,
            "normalise": self.normalise,
            "expires": self.expires,
        })
    }

    /// Cases that are one step simpler.
    pub fn simpler(&self) -> Vec<Self> {
        let mut all = Vec::new();
        let mut add = |change: &dyn Fn(&mut Self)| {
            let mut case = self.clone();
            change(&mut case);
            all.push(case);
        };
        for at in 0..self.headers.len() {
            add(&|c| drop(c.headers.remove(at)));
            add(&|c| {
                let value = &mut c.headers[at].1;
                *value = value.chars().skip(value.chars().count().div_ceil(2)).collect();
            });
            add(&|c| _ = c.headers[at].1.pop());
        }
        for at in 0..self.query.len() {
            add(&|c| drop(c.query.remove(at)));
        }
        if self.path != "/" {
            add(&|c| c.path = "/".into());
            for (at, _) in self.path.match_indices('/').skip(1) {
                add(&|c| c.path.truncate(at));
                add(&|c| c.path = c.path.split_off(at));
            }
        }
        add(&|c| c.session_token = None);
        add(&|c| c.body.clear());
        add(&|c| c.method = "GET");
        // What changed nothing would go round for ever.
        all.retain(|case| case.shown() != self.shown());
        all
    }
}

/// SplitMix64: small, and the same everywhere.
pub struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() >> 33) as usize % count
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// True once in so many.
    fn in_(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

const SERVICES: [&str; 9] =
    ["s3", "sts", "execute-api", "secretsmanager", "rds-db", "dynamodb", "es", "iotdevicegateway", "lambda"];
const REGIONS: [&str; 7] =
    ["us-east-1", "eu-central-1", "ap-southeast-5", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "x"];
const HOSTS: [&str; 7] = [
    "example.com",
    "sts.eu-central-1.amazonaws.com",
    "bucket.s3.us-east-1.amazonaws.com",
    "localhost:8080",
    "[::1]:9000",
    "127.0.0.1",
    "Mixed.Example.COM",
];
const METHODS: [&str; 7] = ["GET", "GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"];
const NAMES: [&str; 18] = [
    "content-type",
    "Content-Type",
    "accept",
    "x-amz-target",
    "X-Amz-Meta-Odd",
    "x-amz-acl",
    "content-md5",
    "Content-Length",
    "range",
    "x-custom",
    "X-CUSTOM",
    "x",
    "user-agent",
    "X-Amzn-Trace-Id",
    "connection",
    "transfer-encoding",
    "cookie",
    "x-zzz-very-long-name-of-a-header-that-nobody-would-send",
];
/// Which characters names, paths and parameters are made of.
const PLAIN: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
const ODD: [&str; 24] = [
    " ", "!", "\"", "#", "$", "%", "&", "'", "(", ")", "*", "+", ",", "/", ":", ";", "<", "=", "?", "@", "[", "é", "ሴ",
    "🦀",
];

/// The case of that number.
pub fn generate(seed: u64, number: u64) -> Case {
    let mut r = Random(seed.wrapping_mul(0xd1b5_4a32_d192_ed03) ^ number.wrapping_mul(0x8cb9_2ba7_2f3d_8dd7));
    let r = &mut r;
    let (double, normalise) = r.one(&[
        (true, true),
        (true, true),
        (true, true),
        (false, false),
        (false, false),
        (true, false),
        (false, true),
    ]);
    let presigned = r.in_(3);
    let s3 = !double && !normalise;
    let unsigned = if presigned && s3 { !r.in_(10) } else { r.in_(6) };
    let body = if r.in_(3) && (!presigned || r.in_(20)) { bytes(r) } else { Vec::new() };
    let mut case = Case {
        service: if s3 { "s3" } else { r.one(&SERVICES) },
        region: r.one(&REGIONS),
        // 2015 to 2035, and now and then the ends of a day.
        time: {
            let day = 16_436 + r.below(7_300) as i64;
            day * 86_400 + if r.in_(20) { r.one(&[0, 86_399]) } else { r.below(86_400) as i64 }
        },
        access_key_id: r.one(&["AKIDEXAMPLE", "ASIAIOSFODNN7EXAMPLE"]),
        secret_access_key: format!("IRSACANARY/{}", plain(r, 29)),
        session_token: (!r.in_(3)).then(|| token(r)),
        method: r.one(&METHODS),
        host: r.one(&HOSTS),
        path: path(r, normalise),
        query: (0..r.one(&[0, 0, 1, 1, 2, 3, 5, 12])).map(|_| parameter(r)).collect(),
        headers: headers(r),
        body,
        unsigned,
        content_sha256: (s3 && !r.in_(20)) || unsigned && !presigned || r.in_(6),
        double,
        normalise,
        expires: presigned.then(|| r.one(&[1, 60, 900, 3_600, 604_800])),
        token_after: r.in_(12),
    };
    if presigned && !r.in_(500) {
        // A presigned URL with a name twice is what botocore does not keep.
        let mut seen: Vec<Vec<u8>> = Vec::new();
        case.query.retain(|p| {
            !seen.contains(&p.name) && {
                seen.push(p.name.clone());
                true
            }
        });
    }
    case
}

fn plain(r: &mut Random, length: usize) -> String {
    (0..length).map(|_| char::from(r.one(PLAIN))).collect()
}

fn token(r: &mut Random) -> String {
    let length = r.one(&[1, 16, 100, 400]);
    let text: String = (0..length).map(|_| char::from(r.one(b"ABCDEFabcdef0123456789+/"))).collect();
    format!("IRSACANARY{text}{}", r.one(&["", "=", "=="]))
}

fn bytes(r: &mut Random) -> Vec<u8> {
    let length = r.one(&[1, 10, 55, 56, 63, 64, 65, 300]);
    (0..length).map(|_| r.below(256) as u8).collect()
}

/// A few characters, mostly plain.
fn word(r: &mut Random) -> Vec<u8> {
    let mut word = Vec::new();
    for _ in 0..r.one(&[0, 1, 1, 2, 3, 4, 8]) {
        match r.below(6) {
            0 => word.extend(r.one(&ODD).bytes()),
            // Bytes that are no text: rare, as no parser of queries keeps them.
            1 if r.in_(10_000) => word.push(0x80 + r.below(128) as u8),
            _ => word.push(r.one(PLAIN)),
        }
    }
    word
}

fn escaped(byte: u8, r: &mut Random) -> String {
    if r.in_(3) { format!("%{byte:02x}") } else { format!("%{byte:02X}") }
}

/// A path. Strict: as a careful client encodes it. Else what servers take as well: sub-delimiters as they are, escapes of
/// what needs none, digits in lower case.
fn path(r: &mut Random, normalise: bool) -> String {
    let strict = r.in_(2);
    let mut path = String::from("/");
    for at in 0..r.one(&[0, 0, 1, 1, 2, 3, 6]) {
        if at > 0 {
            path.push('/');
        }
        match r.below(12) {
            0 => path.push_str(r.one(&[".", "..", "...", "", ".a", "a."])),
            _ => {
                for byte in word(r) {
                    let c = char::from(byte);
                    if PLAIN.contains(&byte) {
                        if !strict && r.in_(20) { path.push_str(&escaped(byte, r)) } else { path.push(c) }
                    } else if strict {
                        path.push_str(&format!("%{byte:02X}"));
                    } else if b"!$&'()*+,;=:@".contains(&byte) && !r.in_(3) {
                        path.push(c);
                    } else {
                        path.push_str(&escaped(byte, r));
                    }
                }
            }
        }
    }
    if r.in_(4) {
        path.push('/');
    }
    // What no URI has: a client that sends it has not encoded at all.
    if r.in_(1500) {
        path.push_str(r.one(&[" ", "<", "^", "`", "|", "é"]));
    }
    if normalise && (path.ends_with("/.") || path.ends_with("/..")) && !r.in_(25) {
        path.push('x');
    }
    path
}

fn parameter(r: &mut Random) -> Parameter {
    let (name, value) =
        (if r.in_(4) { r.one(&["a", "A", "Action", "X-Amz-Foo", "list-type"]).into() } else { word(r) }, word(r));
    let loose = r.in_(2);
    let spell = |text: &[u8], is_name: bool, r: &mut Random| -> String {
        let mut spelled = String::new();
        for byte in text {
            let c = char::from(*byte);
            let raw = !loose && PLAIN.contains(byte)
                || loose && (PLAIN.contains(byte) && !r.in_(20) || b"!$'()*,;:@/?".contains(byte) && r.in_(2));
            match byte {
                b' ' if loose && r.in_(2) => spelled.push('+'),
                b'=' if loose && !is_name && r.in_(2) => spelled.push('='),
                _ if raw => spelled.push(c),
                _ if !loose => spelled.push_str(&format!("%{byte:02X}")),
                _ => spelled.push_str(&escaped(*byte, r)),
            }
        }
        spelled
    };
    let (mut wire, spelled) = (spell(&name, true, r), spell(&value, false, r));
    if !value.is_empty() || !r.in_(3) || name.is_empty() {
        wire.push('=');
        wire.push_str(&spelled);
    }
    Parameter { name, value, wire }
}

fn headers(r: &mut Random) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for _ in 0..r.one(&[0, 1, 1, 2, 3, 6, 12]) {
        let name = match r.below(4) {
            0 => format!("x-{}{}", r.one(&["", "Amz-meta-", "!", "#$&'*+^`|~.", "a_"]), plain(r, 4).replace('~', "_")),
            _ => r.one(&NAMES).to_owned(),
        };
        let mut value = String::new();
        for _ in 0..r.one(&[0, 1, 2, 3, 5]) {
            match r.below(8) {
                0 => value.push_str(r.one(&[" ", "  ", "    "])),
                1 => value.push_str(r.one(&["\"a  b\"", "a,b", ", ", "=", ";", ":", "%20", "\\"])),
                _ => {
                    let length = r.one(&[1, 3, 9]);
                    value.push_str(&plain(r, length));
                }
            }
        }
        if r.in_(4000) {
            value.push_str(r.one(&["\t", "a\tb", "\t ", "a \t b"]));
        }
        if r.in_(4000) {
            value.push_str(r.one(&["é", "\u{a0}", "a\u{2003}b", "🦀"]));
        }
        headers.push((name, value));
    }
    headers
}
