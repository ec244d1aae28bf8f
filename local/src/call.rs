//! A request to STS or a service, and who signed it. Signatures are judged by `irsa_core::sigv4::verify`; AWS's codes
//! and texts for what it refuses stand here.

use crate::{
    session::{Session, Sessions},
    wire::{Protocol, Refusal, Why},
};
use irsa_core::{
    Timestamp,
    sigv4::{self, Headers, KeyCache, Part, Payload, Verified, Verifying},
};
use irsa_trust::policy::Context;
use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// A request as it came in, and the moment by the server's clock.
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// Names in lower case. Headers that are no UTF-8 are left out: none that is signed has them.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) now: Timestamp,
    pub(crate) source: IpAddr,
    pub(crate) tls: bool,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The condition keys that every request brings.
    pub(crate) fn connection(&self) -> Vec<(&'static str, String)> {
        let mut keys = vec![("aws:SourceIp", self.source.to_string()), ("aws:SecureTransport", self.tls.to_string())];
        keys.extend(self.header("user-agent").map(|agent| ("aws:UserAgent", agent.to_owned())));
        keys
    }

    /// Those, and what the caller's session brings.
    pub(crate) fn context(&self, session: &Session, region: &str) -> Context {
        let mut context = Context::new();
        for (key, value) in self.connection() {
            context.put("connection", key, [value]);
        }
        context.put("request", "aws:CurrentTime", [self.now.to_string()]);
        context.put("request", "aws:EpochTime", [self.now.unix().to_string()]);
        context.put("request", "aws:RequestedRegion", [region]);
        session.put_into(&mut context);
        context
    }
}

/// Finds out who signed.
pub(crate) struct Gate {
    pub(crate) sessions: Sessions,
    pub(crate) region: String,
    keys: Mutex<KeyCache>,
}

impl Gate {
    pub(crate) fn new(region: String) -> Self {
        Self { sessions: Sessions::default(), region, keys: Mutex::new(KeyCache::new()) }
    }

    /// The session whose credentials signed this call to `service`.
    pub(crate) fn caller(&self, call: &Call, service: &str, protocol: Protocol) -> Result<Arc<Session>, Refusal> {
        let request = sigv4::Request {
            method: &call.method,
            path: &call.path,
            query: &call.query,
            headers: call.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            payload: Payload::Bytes(&call.body),
        };
        match self.verify(&request, &Verifying::new(&self.region, service), call.now) {
            Err(refusal) => Err(refused(&refusal, protocol, service)),
            Ok((session, _)) => Ok(session),
        }
    }

    /// The session whose credentials presigned `GET https://<host>/?<query>` for `service`.
    pub(crate) fn presigned(
        &self,
        host: &str,
        query: &str,
        service: &str,
        now: Timestamp,
    ) -> Result<(Arc<Session>, Verified), Why> {
        let headers = [("host", host)].into_iter();
        let request = sigv4::Request { method: "GET", path: "/", query, headers, payload: Payload::Bytes(b"") };
        self.verify(&request, &Verifying::new(&self.region, service), now).map_err(|e| Why::line(e.to_string()))
    }

    pub(crate) fn verify<'a, H: Headers<'a>>(
        &self,
        request: &sigv4::Request<'a, H>,
        verifying: &Verifying<'_>,
        now: Timestamp,
    ) -> Result<(Arc<Session>, Verified), sigv4::Refusal> {
        let mut session = None;
        let lookup = |key: &str| {
            session = self.sessions.get(key);
            session.as_ref().map(|session| session.credentials.clone())
        };
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let verified = sigv4::verify(request, verifying, lookup, &mut keys, now)?;
        let access_key_id = verified.access_key_id.clone();
        session.map(|session| (session, verified)).ok_or(sigv4::Refusal::UnknownKey { access_key_id })
    }
}

/// AWS's code and text. JSON services name the same faults differently from STS, and give each status 400.
fn refused(refusal: &sigv4::Refusal, protocol: Protocol, service: &str) -> Refusal {
    use sigv4::Refusal as R;
    let json = protocol == Protocol::Json11;
    let (code, json_code, message) = match refusal {
        R::NoAuth => (
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            match json {
                true => "Missing Authentication Token".to_owned(),
                false => "Request is missing Authentication Token".to_owned(),
            },
        ),
        R::Malformed { what } => ("IncompleteSignature", "IncompleteSignatureException", what.clone()),
        R::UnknownKey { .. } | R::TokenMissing { .. } | R::TokenWrong { .. } => (
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "The security token included in the request is invalid.".to_owned(),
        ),
        R::CredentialsExpired { .. } => (
            "ExpiredToken",
            "ExpiredTokenException",
            "The security token included in the request is expired".to_owned(),
        ),
        other => ("SignatureDoesNotMatch", "InvalidSignatureException", mismatch(other, service)),
    };
    let status = match (json, code) {
        (true, _) | (_, "IncompleteSignature") => 400,
        _ => 403,
    };
    Refusal::new(status, if json { json_code } else { code }, message).because(Why::line(refusal.to_string()))
}

fn mismatch(refusal: &sigv4::Refusal, service: &str) -> String {
    use sigv4::Refusal as R;
    const GENERAL: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
        Secret Access Key and signing method. Consult the service documentation for details.";
    let basic = |time: Timestamp| String::from_utf8_lossy(&time.basic()).into_owned();
    match refusal {
        R::Expired { at, now } => format!("Signature expired: {} is now earlier than {}", basic(*at), basic(*now)),
        R::Skewed { signed_at, now, allowed } => {
            let span = i64::from(*allowed);
            let (edge, sign, text) = match signed_at < now {
                true => (now.plus_millis(-span * 1000), '-', "Signature expired:"),
                false => (now.plus_millis(span * 1000), '+', "Signature not yet current:"),
            };
            let verb = if sign == '-' { "is now earlier than" } else { "is still later than" };
            format!("{text} {} {verb} {} ({} {sign} {} min.)", basic(*signed_at), basic(edge), basic(*now), span / 60)
        }
        R::Scope { part: Part::Region, got, .. } => {
            format!("Credential should be scoped to a valid region, not '{got}'.")
        }
        R::Scope { part: Part::Service, .. } => format!("Credential should be scoped to correct service: '{service}'."),
        R::Scope { expected, got, .. } => {
            format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{got}' != '{expected}'."
            )
        }
        // Known of host; of the others by analogy. S3 has a code of its own for it.
        R::HeadersNotSigned { names } => {
            let known =
                |name: &String| if name == "host" { "'Host' or ':authority'".into() } else { format!("'{name}'") };
            let all: Vec<String> = names.iter().map(known).collect();
            format!("{} must be a 'SignedHeader' in the AWS Authorization.", all.join(", "))
        }
        // The text holds the canonical request as AWS's does, but for the session token, which callers would log.
        R::Mismatch { expected, .. } => format!(
            "{GENERAL}\n\nThe Canonical String for this request should have been\n'{}'\n\nThe String-to-Sign should have been\n'{}'\n",
            expected.shown(),
            expected.string_to_sign
        ),
        _ => GENERAL.to_owned(),
    }
}
