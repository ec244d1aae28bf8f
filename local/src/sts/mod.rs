//! STS: the Query protocol of 2011-06-15, with AssumeRoleWithWebIdentity, AssumeRole and GetCallerIdentity.
//!
//! AWS takes the parameters from a POST form or the query string, and answers XML, or JSON to `Accept:
//! application/json`. So does this.

mod assume_role;
mod web_identity;

use crate::{
    call::{Call, Gate},
    iam::Iam,
    issuer::Issuer,
    session::Session,
    wire::{Protocol, Refusal, form, form::Form, tree::Node},
};
use irsa_core::Timestamp;
use irsa_trust::policy::{Policy, Version};
use std::{sync::Arc, time::Duration};

const VERSION: &str = "2011-06-15";

/// What STS needs to know.
pub(crate) struct Sts {
    pub(crate) iam: Arc<Iam>,
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) gate: Arc<Gate>,
}

/// What became of a call: who made it with which key, and the result.
pub(crate) struct Outcome {
    pub(crate) who: String,
    pub(crate) access_key_id: Option<String>,
    pub(crate) result: Result<Node, Refusal>,
}

impl Outcome {
    pub(crate) fn refused(refusal: Refusal) -> Self {
        Self { who: "-".into(), access_key_id: None, result: Err(refusal) }
    }
}

/// The operation's name and its parameters.
pub(crate) struct Operation {
    pub(crate) name: String,
    form: Form,
}

impl Operation {
    pub(crate) fn read(call: &Call) -> Result<Self, Refusal> {
        let malformed = || Refusal::new(400, "MalformedInput", "The request's parameters could not be decoded");
        let mut form = form::parse(&call.query).ok_or_else(malformed)?;
        if call.method == "POST" {
            let body = std::str::from_utf8(&call.body).ok().and_then(form::parse).ok_or_else(malformed)?;
            form.0.extend(body.0);
        }
        let name = form.get("Action").unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(Refusal::new(400, "MissingAction", "The request must contain the parameter Action"));
        }
        match form.get("Version") {
            Some(VERSION) => Ok(Self { name, form }),
            version => {
                let version = version.unwrap_or("null");
                Err(Refusal::new(
                    400,
                    "InvalidAction",
                    format!("Could not find operation {name} for version {version}"),
                ))
            }
        }
    }

    /// Whether it asks for credentials.
    pub(crate) fn is_exchange(&self) -> bool {
        matches!(self.name.as_str(), "AssumeRoleWithWebIdentity" | "AssumeRole")
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.form.get(name)
    }

    /// `<name>.member.1<suffix>`, `….2…`, up to the first that is missing.
    fn members(&self, name: &str, suffix: &str) -> Vec<&str> {
        (1..=1_000).map_while(|i| self.get(&format!("{name}.member.{i}{suffix}"))).collect()
    }

    fn duration(&self) -> Result<Option<i64>, Refusal> {
        let parse = |text: &str| {
            text.parse()
                .map_err(|_| Refusal::new(400, "MalformedInput", "DurationSeconds could not be read as an integer"))
        };
        self.get("DurationSeconds").map(parse).transpose()
    }
}

impl Sts {
    /// `lifetime`: what a fault script makes of every duration.
    pub(crate) fn run(
        &self,
        operation: &Operation,
        call: &Call,
        protocol: Protocol,
        lifetime: Option<Duration>,
    ) -> Outcome {
        match operation.name.as_str() {
            "AssumeRoleWithWebIdentity" => self.assume_role_with_web_identity(operation, call, lifetime),
            "AssumeRole" => self.signed(call, protocol, |caller| self.assume_role(operation, call, caller, lifetime)),
            "GetCallerIdentity" => self.signed(call, protocol, |caller| Ok(caller_identity(caller))),
            name => Outcome::refused(Refusal::new(
                400,
                "InvalidAction",
                format!("Could not find operation {name} for version {VERSION}"),
            )),
        }
    }

    fn signed(&self, call: &Call, protocol: Protocol, run: impl FnOnce(&Session) -> Result<Node, Refusal>) -> Outcome {
        match self.gate.caller(call, "sts", protocol) {
            Err(refusal) => Outcome::refused(refusal),
            Ok(caller) => {
                let access_key_id = Some(caller.access_key_id().to_owned());
                Outcome { who: caller.arn(), access_key_id, result: run(&caller) }
            }
        }
    }

    /// Hands the credentials out; the members that both exchanges answer.
    fn hand_out(&self, session: Session) -> Vec<(&'static str, Node)> {
        let session = self.gate.sessions.add(session);
        let keys = &session.credentials;
        let secret = |secret: Option<&irsa_core::Secret>| Node::text(secret.map_or("", |secret| secret.expose()));
        // An estimate: AWS's own packing is not known. With nothing to pack it was seen to answer 24 to 26.
        let tags: usize = session.tags.iter().map(|(key, value)| key.len() + value.len()).sum();
        vec![
            (
                "AssumedRoleUser",
                Node::Group(vec![("AssumedRoleId", Node::text(session.user_id())), ("Arn", Node::text(session.arn()))]),
            ),
            (
                "Credentials",
                Node::Group(vec![
                    ("AccessKeyId", Node::text(keys.access_key_id())),
                    ("SecretAccessKey", secret(Some(keys.secret_access_key()))),
                    ("SessionToken", secret(keys.session_token())),
                    ("Expiration", Node::Time(keys.expiration().unwrap_or(Timestamp::from_unix(0)))),
                ]),
            ),
            ("PackedPolicySize", Node::Number(25 + tags as u64 / 64)),
        ]
    }
}

fn caller_identity(caller: &Session) -> Node {
    Node::Group(vec![
        ("Arn", Node::text(caller.arn())),
        ("UserId", Node::text(caller.user_id())),
        ("Account", Node::text(caller.role.account())),
    ])
}

/// The session policy. Managed policies are not played, so those that a request names allow nothing.
fn limits(policy: Option<Policy>, managed: &[impl AsRef<str>]) -> Option<Policy> {
    let nothing = || Policy { version: Version::V2012, id: None, statements: Vec::new() };
    policy.or_else(|| (!managed.is_empty()).then(nothing))
}

/// When credentials of so many seconds end: whole seconds, as the answer says them.
fn end(now: Timestamp, seconds: u32, lifetime: Option<Duration>) -> Timestamp {
    let span = lifetime.unwrap_or(Duration::from_secs(seconds.into()));
    Timestamp::from_unix(now.unix().saturating_add_unsigned(span.as_secs()))
}
