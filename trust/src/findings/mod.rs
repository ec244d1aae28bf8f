//! The doctor's judgement: a whole IRSA set-up as data in; what happens, why, and what mends it out.
//!
//! [`judge`] answers as the set-up would be met: first what keeps a pod from calling at all (variables, token file,
//! Region, endpoint), then STS's checks in STS's order by [`crate::federation`], whose evaluation of the trust policy
//! ([`crate::policy`]) is the only one. What a failed check compared decides the cause. Behind the first fault the
//! judgement goes on as if that were mended, so that later ones are said too; the first finding is the one that answers.
//! A trust policy that [`Mend::Policy`] gives was judged again: it lets this token in and nobody who was kept out before.
//!
//! Knowledge may be partial: what is unknown is taken to be right, and named in [`Judgement::assumed`].
//! [`IDS`] lists what can be found; docs/findings.md says what each means.
//! Limits: those of [`crate::federation`] and [`crate::policy`]; at most [`MOST_FINDINGS`] findings.

mod call;
mod cause;
mod condition;
mod edit;
mod iam;
mod id;
mod mend;
mod names;
mod pod;
mod principal;
mod setup;
mod stage;
mod text;
mod token;
mod value;
mod warn;

pub use id::{IDS, Meaning};
pub use setup::{Fact, File, FileState, Keys, Pod, Request, Role, ServiceAccount, Setup, Token};

use crate::federation::Check;
use crate::policy::Evaluation;
use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;
use serde_json::{Map, Value, json};

/// What comes of a set-up.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What happens.
    pub verdict: Verdict,
    /// The first is the cause, where something fails; what lies behind it follows, then warnings.
    pub findings: Vec<Finding>,
    /// What was not known and taken to be right.
    pub assumed: Vec<&'static str>,
    /// What the trust policy compared, where it came to that.
    pub evaluations: Vec<Evaluation>,
}

impl Judgement {
    /// The finding that says why the call fails; `None` where it succeeds.
    pub fn cause(&self) -> Option<&Finding> {
        self.findings.first().filter(|finding| finding.severity == Severity::Error)
    }

    /// As plain data.
    pub fn to_json(&self) -> Value {
        json!({
            "verdict": self.verdict.to_json(),
            "findings": self.findings.iter().map(Finding::to_json).collect::<Vec<_>>(),
            "assumed": self.assumed,
            "evaluations": self.evaluations.iter().map(Evaluation::to_json).collect::<Vec<_>>(),
        })
    }
}

/// What happens. This list is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// STS hands out credentials.
    Succeeds,
    /// STS refuses.
    Refused {
        /// The wire code.
        code: &'static str,
        /// STS's text.
        message: String,
        /// Which of its checks.
        check: Check,
    },
    /// No call is made.
    NotMade(Local),
    /// IAM would not store the trust policy, so no such role can exist.
    NotStored {
        /// IAM's code.
        code: &'static str,
        /// IAM's text.
        message: String,
    },
}

impl Verdict {
    /// As plain data: `{ok, code, message, check}`.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Succeeds => json!({ "ok": true, "code": null, "message": null, "check": null }),
            Self::Refused { code, message, check } => {
                json!({ "ok": false, "code": code, "message": message, "check": check.name() })
            }
            Self::NotMade(local) => {
                json!({ "ok": false, "code": local.name(), "message": null, "check": "local" })
            }
            Self::NotStored { code, message } => {
                json!({ "ok": false, "code": code, "message": message, "check": "iam" })
            }
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Succeeds => f.write_str("STS hands out credentials"),
            Self::Refused { code, message, .. } => write!(f, "STS refuses: {code}: {message}"),
            Self::NotMade(local) => write!(f, "no call is made: {}", local.what()),
            Self::NotStored { code, message } => write!(f, "IAM does not store the trust policy: {code}: {message}"),
        }
    }
}

/// Why no call is made. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local {
    /// Neither `AWS_ROLE_ARN` nor `AWS_WEB_IDENTITY_TOKEN_FILE`.
    NotInjected,
    /// Only `AWS_ROLE_ARN` is missing.
    RoleArnMissing,
    /// Only `AWS_WEB_IDENTITY_TOKEN_FILE` is missing.
    TokenFileVariableMissing,
    /// The file is not there.
    TokenFileMissing,
    /// It is a directory.
    TokenFileNotAFile,
    /// It may not be read.
    TokenFileUnreadable,
    /// Nothing is in it.
    TokenEmpty,
    /// `AWS_ACCESS_KEY_ID` comes first.
    StaticKeysFirst,
    /// No Region, so no endpoint.
    RegionMissing,
    /// The endpoint does not answer.
    StsUnreachable,
}

impl Local {
    /// Such as `local:not-injected`.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotInjected => "local:not-injected",
            Self::RoleArnMissing => "local:role-arn-missing",
            Self::TokenFileVariableMissing => "local:token-file-var-missing",
            Self::TokenFileMissing => "local:token-file-missing",
            Self::TokenFileNotAFile => "local:token-file-not-a-file",
            Self::TokenFileUnreadable => "local:token-file-unreadable",
            Self::TokenEmpty => "local:token-empty",
            Self::StaticKeysFirst => "local:static-keys-first",
            Self::RegionMissing => "local:region-missing",
            Self::StsUnreachable => "local:sts-unreachable",
        }
    }

    /// In words.
    pub fn what(self) -> &'static str {
        match self {
            Self::NotInjected => "neither AWS_ROLE_ARN nor AWS_WEB_IDENTITY_TOKEN_FILE is set",
            Self::RoleArnMissing => "AWS_ROLE_ARN is not set",
            Self::TokenFileVariableMissing => "AWS_WEB_IDENTITY_TOKEN_FILE is not set",
            Self::TokenFileMissing => "the token file is not there",
            Self::TokenFileNotAFile => "the token file is a directory",
            Self::TokenFileUnreadable => "the token file may not be read",
            Self::TokenEmpty => "the token file is empty",
            Self::StaticKeysFirst => "AWS_ACCESS_KEY_ID is set, so that web identity is never tried",
            Self::RegionMissing => "no Region is set, so that there is no endpoint",
            Self::StsUnreachable => "STS cannot be reached",
        }
    }
}

/// How bad it is. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It keeps the call from succeeding.
    Error,
    /// It works, or works for now; somebody should know.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// One of [`IDS`].
    pub id: &'static str,
    /// How bad.
    pub severity: Severity,
    /// JSON pointer into the set-up: `/role/trust_policy/Statement/0/Action`, `/pod/env/AWS_ROLE_ARN`,
    /// `/token/claims/aud`, `/provider/client_ids`, `/request/session_name`.
    pub place: String,
    /// What is wrong, with the values that were compared.
    pub message: String,
    /// What to change.
    pub fix: String,
    /// The change itself, where it can be given.
    pub mend: Option<Mend>,
}

impl Finding {
    fn new(
        id: &'static str,
        place: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<Cow<'static, str>>,
    ) -> Self {
        let fix = fix.into().to_string();
        Self { id, severity: Severity::Error, place: place.into(), message: message.into(), fix, mend: None }
    }

    fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    fn with(mut self, mend: Mend) -> Self {
        self.mend = Some(mend);
        self
    }

    /// As plain data.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "severity": self.severity.name(),
            "place": self.place,
            "message": self.message,
            "fix": self.fix,
            "mend": self.mend.as_ref().map(Mend::to_json),
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.severity.name(), self.id, self.message)
    }
}

/// A change that mends.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Mend {
    /// The trust policy, edited.
    Policy(Value),
    /// Values to set, by place; `None` takes the member away.
    Set(Vec<(String, Option<Value>)>),
}

impl Mend {
    /// As plain data: `{policy}` or `{set: {place: value}}`.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Policy(policy) => json!({ "policy": policy }),
            Self::Set(values) => {
                let set: Map<String, Value> =
                    values.iter().map(|(place, value)| (place.clone(), value.clone().unwrap_or_default())).collect();
                json!({ "set": set })
            }
        }
    }

    fn set(place: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Set([(place.into(), Some(value.into()))].into())
    }
}

/// Judges a set-up. Work: some dozens of decisions of [`crate::federation`], some hundreds where a Deny names many.
pub fn judge(setup: &Setup) -> Judgement {
    let mut findings = Vec::new();
    let local = pod::check(setup, &mut findings);
    let sts = stage::run(setup, &mut findings);
    let verdict = match local {
        Some(local) => Verdict::NotMade(local),
        None => sts.verdict,
    };
    warn::all(setup, &sts.call, &mut findings);
    // What answers comes first and stays first; warnings come last.
    findings.sort_by_key(|finding| finding.severity);
    findings.truncate(MOST_FINDINGS);
    Judgement { verdict, findings, assumed: sts.assumed, evaluations: sts.evaluations }
}

/// A JSON pointer below `/role/trust_policy`.
fn in_policy(pointer: &str) -> String {
    format!("/role/trust_policy{pointer}")
}

/// So many findings are given.
pub const MOST_FINDINGS: usize = 50;

#[cfg(test)]
mod tests;
