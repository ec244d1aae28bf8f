//! Denials: what goes on the wire, and why, for people and programs. AWS's texts stand here and where they are made.

use super::{Role, World};
use crate::json::short;
use crate::policy::{Decision, Evaluation};
use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;
use irsa_core::{Code, Error};
use serde_json::{Value, json};

/// STS would refuse, with this answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The wire code, such as `InvalidIdentityToken` (without the `Exception` that SDKs add).
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// AWS's text, every space as AWS has it.
    pub message: String,
    /// What is behind it. Boxed, since it is large and rare.
    pub reason: alloc::boxed::Box<Reason>,
}

/// Which check failed and what it compared. Holds claims and ARNs, never a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Which check.
    pub check: Check,
    /// The claim or parameter at fault, where it is one: `azp`, `roleSessionName`. Empty otherwise.
    pub at: &'static str,
    /// What was compared, in a line; lower case, no full stop.
    pub what: String,
    /// What to change.
    pub fix: Cow<'static, str>,
    /// For [`Check::TrustPolicy`]: what the policy compared, the last entry denied.
    pub evaluations: Vec<Evaluation>,
}

/// The checks, in STS's order. This list grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Check {
    /// A parameter's size, form or value.
    Parameters,
    /// The form of the role ARN.
    RoleArn,
    /// `ProviderId` was sent.
    ProviderId,
    /// The token is no JWT that STS reads.
    Token,
    /// A claim is missing, empty or of the wrong kind.
    Claims,
    /// The role's account has no provider for the issuer.
    Provider,
    /// The provider does not take the audience.
    Audience,
    /// The issuer's documents or the key in them.
    Keys,
    /// The signature.
    Signature,
    /// `iat`, `nbf` or `exp`.
    Times,
    /// The tags claims or the source-identity claim.
    Tags,
    /// The roles claim.
    RolesClaim,
    /// There is no such role.
    Role,
    /// The role's trust policy.
    TrustPolicy,
    /// The duration is over the role's maximum.
    Duration,
    /// The session policy.
    SessionPolicy,
}

impl Check {
    /// Such as `trust-policy`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::RoleArn => "role-arn",
            Self::ProviderId => "provider-id",
            Self::Token => "token",
            Self::Claims => "claims",
            Self::Provider => "provider",
            Self::Audience => "audience",
            Self::Keys => "keys",
            Self::Signature => "signature",
            Self::Times => "times",
            Self::Tags => "tags",
            Self::RolesClaim => "roles-claim",
            Self::Role => "role",
            Self::TrustPolicy => "trust-policy",
            Self::Duration => "duration",
            Self::SessionPolicy => "session-policy",
        }
    }
}

impl Denied {
    /// An answer; the status follows from the code.
    pub(super) fn new(
        code: &'static str,
        message: impl Into<String>,
        check: Check,
        what: impl Into<String>,
        fix: impl Into<Cow<'static, str>>,
    ) -> Self {
        let status = match code {
            "AccessDenied" | "IDPRejectedClaim" => 403,
            "InternalFailure" => 500,
            _ => 400,
        };
        let reason = Reason { check, at: "", what: what.into(), fix: fix.into(), evaluations: Vec::new() };
        Self { code, status, message: message.into(), reason: reason.into() }
    }

    /// The same, with the claim or parameter at fault.
    pub(super) fn of(mut self, at: &'static str) -> Self {
        self.reason.at = at;
        self
    }

    /// `InvalidIdentityToken` with a text of its own.
    pub(super) fn token(
        message: impl Into<String>,
        check: Check,
        what: impl Into<String>,
        fix: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new("InvalidIdentityToken", message, check, what, fix)
    }

    /// As plain data: code, status, message, check, at, what, fix, evaluations.
    pub fn to_json(&self) -> Value {
        let evaluations: Vec<Value> = self.reason.evaluations.iter().map(Evaluation::to_json).collect();
        json!({
            "code": self.code,
            "status": self.status,
            "message": self.message,
            "check": self.reason.check.name(),
            "at": self.reason.at,
            "what": self.reason.what,
            "fix": self.reason.fix,
            "evaluations": evaluations,
        })
    }

    /// For callers that treat it as a failure of their own.
    pub fn to_error(&self) -> Error {
        let message = format!("{}: {}; {}: {}", self.code, self.message, self.reason.check.name(), self.reason.what);
        Error::new(Code::StsWouldRefuse, "sts", message).with_fix(self.reason.fix.clone())
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n{}: {}", self.code, self.message, self.reason.check.name(), self.reason.what)?;
        write!(f, "\nfix: {}", self.reason.fix)
    }
}

pub(super) fn no_provider(world: &World, issuer: &str, account: &str) -> Denied {
    let elsewhere = world.providers.iter().find(|provider| provider.url == issuer);
    let nearly = || {
        let bare = |url: &str| super::bare(url).trim_end_matches('/').to_ascii_lowercase();
        world.providers.iter().find(|provider| bare(&provider.url) == bare(issuer))
    };
    let more = match (elsewhere, nearly()) {
        (Some(other), _) => format!("; {} is in another account or partition", other.arn),
        (None, Some(near)) => format!("; {} has the URL {}, which is not the same text", near.arn, short(&near.url)),
        (None, None) => String::new(),
    };
    Denied::token(
        format!("No OpenIDConnect provider found in your account for {issuer}"),
        Check::Provider,
        format!("account {account} has no provider with the URL {}{more}", short(issuer)),
        format!(
            "create an IAM OpenID Connect provider for {} in account {account}, or take a role of the account that has it",
            short(issuer)
        ),
    )
}

pub(super) fn no_role(world: &World, arn: &str) -> Denied {
    let near = world.roles.iter().find(|role| role.arn.eq_ignore_ascii_case(arn));
    let more = near.map_or(String::new(), |role| format!("; {} differs in letter case", role.arn));
    let fix = "use the ARN of a role that exists, with its path and letter case";
    Denied::new("AccessDenied", NOT_AUTHORIZED, Check::Role, format!("there is no role {}{more}", short(arn)), fix)
}

pub(super) fn not_authorized(role: &Role, evaluations: Vec<Evaluation>) -> Denied {
    let last = evaluations.last();
    let what = last.map(|evaluation| evaluation.why().join("; ")).unwrap_or_default();
    let action = last.map_or("", |evaluation| evaluation.action.as_str());
    let fix = match last.map(Evaluation::decision) {
        Some(Decision::Undecided) => format!(
            "make the trust policy of {} smaller, with fewer values and fewer wildcards before long text: as it is, it was not decided here",
            role.arn
        ),
        _ => format!(
            "change the trust policy of {} so that it allows {action} for this token, or use the service account that it names",
            role.arn
        ),
    };
    let mut denied = Denied::new("AccessDenied", NOT_AUTHORIZED, Check::TrustPolicy, what, fix);
    denied.reason.evaluations = evaluations;
    denied
}

pub(super) fn too_long(duration: u32, role: &Role) -> Denied {
    Denied::new(
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        Check::Duration,
        format!("{duration} s were asked for, {} has a maximum of {} s", role.arn, role.max_session_duration),
        format!("ask for at most {} s, or raise MaxSessionDuration of the role", role.max_session_duration),
    )
}

/// The text is not observed; the code is documented.
pub(super) fn session_policy(error: &Error) -> Denied {
    let message = error.message().to_string();
    Denied::new("MalformedPolicyDocument", message.clone(), Check::SessionPolicy, message, error.fix().to_string())
}

const NOT_AUTHORIZED: &str = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
/// The text for nearly everything that is wrong with a token.
pub(super) const NOT_VALIDATED: &str = "The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.";
