//! What is answered to whom: the container credentials provider of the SDKs and Tools Reference Guide, and health.
//!
//! | request | answer |
//! |---|---|
//! | `GET /v1/credentials` with the token in Authorization | the credentials |
//! | `GET /healthz` | whether there are any, and for how long; nothing secret |
//!
//! An error is `{"code", "message"}`, which is what SDKs show. 503 where it is worth trying again, which they do.

use super::http::{self, Request};
use irsa::Provider;
use irsa_core::{
    Code, Error, Now,
    error::{Kind, Retry},
    keeper::{Snapshot, State},
    secret,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use zeroize::Zeroizing;

/// Where the credentials are.
pub const PATH: &str = "/v1/credentials";
/// Where it is said whether there are any.
pub const HEALTH: &str = "/healthz";
/// Credentials that end sooner are not handed out while newer ones are on their way.
const LEAST: Duration = Duration::from_secs(5);
/// What is told to be left of keys without an end, in milliseconds.
const NO_END: i64 = 3_600_000;

/// Who may ask, and for whose credentials.
pub struct Endpoint {
    pub provider: Arc<Provider>,
    /// `None`: whoever can open the socket.
    pub token: Option<Zeroizing<String>>,
}

/// A status and a body.
pub type Answer = (u16, Zeroizing<String>);

/// What a request wants, if it may.
pub enum Wanted {
    Credentials,
    Health,
}

impl Endpoint {
    /// Whether this request is answered at all.
    pub fn judge(&self, request: &Request<'_>) -> Result<Wanted, (u16, Error)> {
        if let Some(header) = request.foreign {
            let message = format!("the request has the header {header}: it came by a proxy, or from a web page");
            return Err((403, forbidden(message)));
        }
        if !http::is_loopback(request.host) {
            let host: String = request.host.chars().take(64).collect();
            return Err((403, forbidden(format!("{host:?} in Host is no name of this machine's loopback"))));
        }
        if !["GET", "HEAD"].contains(&request.method) {
            return Err((405, error(Code::ServeRequest, "only GET and HEAD are answered")));
        }
        let wanted = match request.path {
            PATH => Wanted::Credentials,
            HEALTH => return Ok(Wanted::Health),
            _ => return Err((404, error(Code::ServeRequest, format!("there are {PATH} and {HEALTH}")))),
        };
        match (&self.token, request.authorization) {
            (None, _) => Ok(wanted),
            (Some(_), None) => Err((401, error(Code::ServeUnauthorized, "no header Authorization"))),
            (Some(token), Some(said)) if secret::same(token.as_bytes(), said.as_bytes()) => Ok(wanted),
            (Some(_), Some(_)) => Err((403, error(Code::ServeUnauthorized, "another token in Authorization"))),
        }
    }

    /// What is in hand, where it can be used for a little while.
    pub fn in_hand(&self) -> Option<Arc<Snapshot>> {
        let now = self.now();
        let snapshot = self.provider.latest()?;
        let good = snapshot.state(now) < State::Expired && !snapshot.is_invalidated();
        (good && snapshot.left(now).is_none_or(|left| left >= LEAST)).then_some(snapshot)
    }

    pub fn now(&self) -> Now {
        self.provider.host().now()
    }

    /// The health page: 200 where there are credentials to hand out. `failure` is the latest, where there are none.
    pub fn health(&self, failure: Option<&Error>) -> Answer {
        let (status, body) = match (self.in_hand(), failure) {
            (Some(snapshot), _) => {
                let left = snapshot.left(self.now()).map(|left| left.as_secs());
                (200, json!({ "status": "ok", "seconds_left": left, "generation": snapshot.generation() }))
            }
            (None, None) => (503, json!({ "status": "starting" })),
            (None, Some(error)) => (503, json!({ "status": "failing", "code": error.code().name() })),
        };
        (status, Zeroizing::new(body.to_string()))
    }
}

/// Credentials, as the provider of every SDK reads them.
pub fn credentials(snapshot: &Snapshot, now: Now) -> Answer {
    let credentials = snapshot.credentials();
    let token = credentials.session_token().map_or("", |token| token.expose());
    let secret = credentials.secret_access_key().expose();
    // By the clock of this machine, which the programs have too: where STS's differs, the keeper knows by how much.
    // Long-lived keys have no end, and SDKs want one: so they ask again within the hour.
    let end = snapshot.end().map_or(now.wall.plus_millis(NO_END), |end| end.wall).to_string();
    // A character becomes six at most.
    let room = 256 + 6 * (credentials.access_key_id().len() + secret.len() + token.len());
    let mut body = Zeroizing::new(String::with_capacity(room));
    let members = [
        ("AccessKeyId", Some(credentials.access_key_id())),
        ("SecretAccessKey", Some(secret)),
        ("Token", Some(token)),
        ("Expiration", Some(end.as_str())),
        ("AccountId", credentials.account_id()),
    ];
    for (name, value) in members {
        let Some(value) = value else { continue };
        let opening = if body.is_empty() { "{\"" } else { ",\"" };
        body.push_str(opening);
        body.push_str(name);
        body.push_str("\":\"");
        escape(&mut body, value);
        body.push('"');
    }
    body.push('}');
    (200, body)
}

/// JSON's escapes, without a copy on the way.
fn escape(body: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' | '\\' => body.extend(['\\', c]),
            '\0'..' ' => body.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => body.push(c),
        }
    }
}

/// What went wrong, as SDKs print it. 4xx: they give up. 503: they try again, and so does irsa.
pub fn failure(error: &Error) -> Answer {
    let status = match (error.retry(), error.kind()) {
        (Retry::Soon | Retry::Slowly | Retry::Reread, _) => 503,
        (Retry::No, Kind::Refused) => 403,
        (Retry::No, Kind::Bug) => 500,
        (Retry::No, Kind::Misuse | Kind::Broken) => 400,
    };
    (status, said(error))
}

/// The body of an error.
pub fn said(error: &Error) -> Zeroizing<String> {
    let message = format!("{}: {}; fix: {}", error.at(), error.message(), error.fix());
    let code = error.code().name();
    // Twice: the JavaScript SDK wants capitals, the others do not.
    let mut body = json!({ "code": code, "message": message, "Code": code, "Message": message });
    if let Some(id) = error.request_id() {
        body["request_id"] = id.into();
    }
    Zeroizing::new(body.to_string())
}

/// The body for what is no request.
pub fn malformed(reason: &'static str) -> Zeroizing<String> {
    said(&error(Code::ServeRequest, reason))
}

fn forbidden(message: String) -> Error {
    error(Code::ServeForbidden, message)
}

fn error(code: Code, message: impl Into<String>) -> Error {
    Error::new(code, "serve", message)
}
