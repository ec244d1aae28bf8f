//! The signers: irsa and aws-sigv4 in this process, botocore in one beside it. Each gives the signature in hexadecimal,
//! or why it gives none.

use crate::case::Case;
use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::{
    http_request::{
        self, PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
        SignatureLocation, SigningParams, SigningSettings, UriPathNormalizationMode,
    },
    sign::v4,
};
use aws_smithy_runtime_api::client::identity::Identity;
use irsa_core::{
    Credentials, Timestamp,
    sigv4::{
        Explanation, Form, KeyCache, PathEncoding, PathRule, Payload, Request, SessionToken, Signing, UNSIGNED_HEADERS,
        Verifying, explain, lines, sign_into, verify,
    },
};
use serde_json::json;
use std::{
    borrow::Cow,
    io::{BufRead, BufReader, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, SystemTime},
};

pub type Signature = Result<String, String>;

/// irsa. What it signs it also verifies, and refuses with another method; an S3 path that is strictly encoded has the same
/// signature by both of its rules.
pub fn irsa(case: &Case) -> Signature {
    let as_is = if case.double { PathEncoding::Twice } else { PathEncoding::AsIs };
    let signature = irsa_by(case, as_is)?;
    if !case.double && strictly_encoded(&case.path) && irsa_by(case, PathEncoding::Once)? != signature {
        return Err("Once and AsIs differ on a path that is strictly encoded".into());
    }
    Ok(signature)
}

fn irsa_by(case: &Case, encoding: PathEncoding) -> Signature {
    let query = case.query();
    let credentials = credentials(case);
    let signing = signing(case, &credentials, encoding);
    let request = request(case, &query);
    let mut out = [0; 8192];
    let mut keys = KeyCache::with_slots(1);
    let now = Timestamp::from_unix(case.time);
    let length = sign_into(&request, &signing, &mut keys, now, &mut out).map_err(|e| e.to_string())?;
    let written = std::str::from_utf8(&out[..length]).map_err(|e| e.to_string())?;
    let mark = if case.expires.is_some() { "X-Amz-Signature=" } else { "Signature=" };
    let signature = written.split_once(mark).and_then(|(_, rest)| rest.get(..64)).ok_or("no signature")?.to_owned();

    // Unsigned and unsaid, a verifier of services other than S3 has to hash the body.
    if case.unsigned && !case.content_sha256 && case.expires.is_none() {
        return Ok(signature);
    }
    let mut rules = Verifying::new(case.region, case.service);
    rules.path = signing.path;
    rules.session_token = signing.session_token;
    rules.s3_payload = case.unsigned;
    let mut received = Request { headers: request.headers.clone(), payload: Payload::Bytes(&case.body), ..request };
    match case.expires {
        Some(_) => received.query = written,
        None => received.headers.extend(lines(written.as_bytes())),
    }
    let mut judge = |request: &Request<'_, Vec<(&str, &str)>>| {
        verify(request, &rules, |_| Some(&credentials), &mut keys, now).map(drop).map_err(|e| e.to_string())
    };
    judge(&received).map_err(|e| format!("irsa does not verify it: {e}"))?;
    received.method = "OTHER";
    match judge(&received) {
        Err(_) => Ok(signature),
        Ok(()) => Err("irsa verifies it with another method".into()),
    }
}

/// The stages, for people.
pub fn explained(case: &Case) -> Result<Explanation, String> {
    let (query, credentials) = (case.query(), credentials(case));
    let encoding = if case.double { PathEncoding::Twice } else { PathEncoding::AsIs };
    let signing = signing(case, &credentials, encoding);
    explain(&request(case, &query), &signing, &mut KeyCache::new(), Timestamp::from_unix(case.time))
        .map_err(|e| e.to_string())
}

fn credentials(case: &Case) -> Credentials {
    let credentials = Credentials::new(case.access_key_id, &*case.secret_access_key, "differential");
    match &case.session_token {
        Some(token) => credentials.with_session_token(&**token),
        None => credentials,
    }
}

fn signing<'a>(case: &Case, credentials: &'a Credentials, encoding: PathEncoding) -> Signing<'a> {
    let mut signing = Signing::new(credentials, case.region, case.service);
    signing.path = PathRule { encoding, normalise: case.normalise };
    signing.content_sha256 = case.content_sha256;
    if case.token_after {
        signing.session_token = SessionToken::AddedAfter;
    }
    if let Some(expires) = case.expires {
        signing.form = Form::Query { expires };
    }
    signing
}

fn request<'a>(case: &'a Case, query: &'a str) -> Request<'a, Vec<(&'a str, &'a str)>> {
    let headers = case.headers.iter().map(|(name, value)| (&**name, &**value));
    Request {
        method: case.method,
        path: &case.path,
        query,
        headers: [("host", case.host)].into_iter().chain(headers).collect(),
        payload: if case.unsigned { Payload::Unsigned } else { Payload::Bytes(&case.body) },
    }
}

/// Every byte is unreserved, a slash, or an escape in upper case of one that is neither.
fn strictly_encoded(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    let mut pieces = path.split('%');
    pieces.next().unwrap_or_default().bytes().all(plain)
        && pieces.all(|piece| {
            let (Some(digits), Some(rest)) = (piece.get(..2), piece.get(2..)) else { return false };
            let byte = u8::from_str_radix(digits, 16);
            digits == digits.to_ascii_uppercase() && byte.is_ok_and(|b| !plain(b)) && rest.bytes().all(plain)
        })
}

/// aws-sigv4, told to leave the same headers out.
pub fn aws(case: &Case) -> Signature {
    let identity: Identity = AwsCredentials::new(
        case.access_key_id,
        &*case.secret_access_key,
        case.session_token.clone(),
        None,
        "differential",
    )
    .into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode =
        if case.double { PercentEncodingMode::Double } else { PercentEncodingMode::Single };
    settings.uri_path_normalization_mode = UriPathNormalizationMode::from(case.normalise);
    if case.token_after {
        settings.session_token_mode = SessionTokenMode::Exclude;
    }
    match case.expires {
        Some(seconds) => {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(seconds.into()));
        }
        None if case.content_sha256 => settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256,
        None => {}
    }
    settings.excluded_headers = Some(UNSIGNED_HEADERS.iter().map(|name| Cow::Borrowed(*name)).collect());
    let params: SigningParams<'_> = v4::SigningParams::builder()
        .identity(&identity)
        .region(case.region)
        .name(case.service)
        .time(SystemTime::UNIX_EPOCH + Duration::from_secs(case.time as u64))
        .settings(settings)
        .build()
        .map_err(|e| e.to_string())?
        .into();
    let headers = case.headers.iter().map(|(name, value)| (&**name, &**value));
    let body = if case.unsigned { SignableBody::UnsignedPayload } else { SignableBody::Bytes(&case.body) };
    let signed = catch_unwind(AssertUnwindSafe(|| {
        let request =
            SignableRequest::new(case.method, case.url(), [("host", case.host)].into_iter().chain(headers), body)?;
        http_request::sign(request, &params)
    }));
    match signed {
        Ok(Ok(output)) => Ok(output.signature().to_owned()),
        Ok(Err(e)) => Err(std::iter::successors(Some(&e as &dyn std::error::Error), |e| e.source())
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(": ")),
        Err(_) => Err("it panicked".into()),
    }
}

/// botocore, which takes a case a line and gives a signature a line.
pub struct Botocore {
    child: Child,
    /// `None` once there are no more cases.
    cases: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Botocore {
    pub fn start(python: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("botocore_signer.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{python}: {e}"));
        let cases = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, cases, answers }
    }

    /// Whether botocore has a way to sign so. It encodes and normalises a path, or (S3) does neither; a token is always
    /// signed; its S3 signers always add the hash, and presign without the body; the others presign what has none.
    pub fn can(case: &Case) -> bool {
        let s3 = !case.double;
        case.double == case.normalise
            && !case.token_after
            && match case.expires {
                None => case.content_sha256 || !s3 && !case.unsigned,
                Some(_) if s3 => case.unsigned,
                Some(_) => case.body.is_empty(),
            }
    }

    /// Sends what [`Botocore::receive`] answers, in order. The answers to a few hundred wait in the pipe.
    pub fn send(&mut self, cases: &[Case]) {
        let mut text = String::new();
        for case in cases {
            let query = case.query();
            let decoded = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
            let pairs: Option<Vec<_>> =
                case.query.iter().map(|p| Some((decoded(&p.name)?, decoded(&p.value)?))).collect();
            let line = json!({
                "s3": !case.double,
                "service": case.service,
                "region": case.region,
                "time": case.time,
                "id": case.access_key_id,
                "secret": case.secret_access_key,
                "token": case.session_token,
                "method": case.method,
                "host": case.host,
                "path": case.path,
                "query": query,
                // With a header botocore signs parameters, not their spelling.
                "pairs": if case.expires.is_none() { pairs } else { None },
                "headers": case.headers,
                "body": hex(&case.body),
                "unsigned": case.unsigned,
                "content_sha256": case.content_sha256,
                "expires": case.expires,
            });
            text.push_str(&line.to_string());
            text.push('\n');
        }
        text.push('\n');
        let pipe = self.cases.as_mut().expect("open");
        pipe.write_all(text.as_bytes()).and_then(|()| pipe.flush()).expect("botocore's process has ended");
    }

    pub fn receive(&mut self) -> Signature {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line).expect("botocore's answer");
        assert!(read > 0, "botocore's process has ended");
        let line = line.trim_end();
        match line.strip_prefix('!') {
            Some(error) => Err(error.to_owned()),
            None => Ok(line.to_owned()),
        }
    }

    pub fn sign(&mut self, case: &Case) -> Signature {
        self.send(std::slice::from_ref(case));
        self.receive()
    }
}

impl Drop for Botocore {
    fn drop(&mut self) {
        // Its end of cases is the end of it.
        self.cases = None;
        let _ = self.child.wait();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
