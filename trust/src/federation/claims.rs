//! The token's claims as STS reads them: which must be there, how times, audience, tags, source identity and roles are
//! understood, and which become condition keys. Of duplicate members the last counts.

use super::tags::{self, Tags};
use super::{Check, Denied, Provider, denied, issuers, parameters};
use crate::json::{kind, short};
use crate::oidc::Jws;
use crate::policy::Context;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use irsa_core::Timestamp;
use serde_json::{Map, Value};

/// Takes the token apart; STS refuses critical header parameters here.
pub(super) fn token(text: &str) -> Result<Jws<'_>, Denied> {
    let fix = "send the issuer's ID token exactly as it is; an access token is not one";
    let jws = Jws::parse(text).map_err(|e| Denied::token(NOT_A_JWT, Check::Token, e.message(), fix))?;
    if jws.has_critical() {
        let what = "the header has crit, and AWS understands no critical parameter";
        return Err(Denied::token(
            NOT_A_JWT,
            Check::Token,
            what,
            "have the issuer leave crit out of the token's header",
        ));
    }
    Ok(jws)
}

/// Claims with all that is required.
pub(super) struct Claims {
    pub issuer: String,
    pub subject: String,
    audiences: Vec<String>,
    authorized_party: Option<String>,
    issued_at: i64,
    not_before: Option<i64>,
    expires: i64,
    all: Map<String, Value>,
}

impl Claims {
    pub(super) fn read(jws: &Jws<'_>) -> Result<Self, Denied> {
        let all = jws.claims().map_err(|e| {
            Denied::token(NOT_A_JWT, Check::Token, e.message(), "send an ID token: its payload is a JSON object")
        })?;
        for name in ["iss", "sub", "aud", "exp", "iat"] {
            if !all.contains_key(name) {
                let what = format!("the token has no {name}; it has {}", names(&all));
                let fix = match name {
                    "aud" | "exp" => {
                        "use a projected service-account token; the token of a Secret has no aud and no exp"
                    }
                    _ => "send an ID token of the issuer, not another kind of token",
                };
                return Err(
                    Denied::token(format!("Missing a required claim: {name}"), Check::Claims, what, fix).of(name)
                );
            }
        }
        let audiences = match all.get("aud") {
            Some(Value::Array(items)) => items.iter().filter_map(scalar).collect(),
            other => other.and_then(scalar).into_iter().collect::<Vec<_>>(),
        };
        let claim = |name| all.get(name).and_then(scalar);
        let Some(subject) = claim("sub") else {
            let what = "sub is null or no text";
            let fix = "have the issuer set sub to a text";
            return Err(Denied::new(
                "InternalFailure",
                "Unknown error validating third-party token",
                Check::Claims,
                what,
                fix,
            )
            .of("sub"));
        };
        if audiences.is_empty() {
            let fix = "set the audience of the token, for IRSA to sts.amazonaws.com";
            return Err(Denied::token("Claim is not allowed to be empty: aud", Check::Claims, "aud has no value", fix)
                .of("aud"));
        }
        let (issued_at, not_before, expires) =
            (seconds(&all, "iat")?, optional_seconds(&all, "nbf")?, seconds(&all, "exp")?);
        Ok(Self {
            issuer: claim("iss").unwrap_or_default(),
            subject,
            audiences,
            authorized_party: claim("azp"),
            issued_at,
            not_before,
            expires,
            all,
        })
    }

    /// The audience that counts: `azp`, else the only `aud`; the provider must know it.
    pub(super) fn audience(&self, provider: &Provider) -> Result<String, Denied> {
        let (name, audience) = match (&self.authorized_party, self.audiences.as_slice()) {
            (Some(party), _) => ("azp", party),
            (None, [one]) => ("aud", one),
            (None, several) => {
                return Err(Denied::token(
                    "Token audience contains more than one audience while authorized party is not present",
                    Check::Audience,
                    format!("aud is {}, and there is no azp", short(&several.join(", "))),
                    "ask for a token with one audience",
                )
                .of("aud"));
            }
        };
        // IAM has no list of audiences for the providers that are built in: the trust policy has to name them.
        if provider.is_built_in() || provider.client_ids.contains(audience) {
            return Ok(audience.clone());
        }
        Err(Denied::token(
            denied::NOT_VALIDATED,
            Check::Audience,
            format!(
                "{name} of the token is \"{}\", provider {} takes {}",
                short(audience),
                provider.arn,
                provider.client_ids.join(", ")
            ),
            format!(
                "ask for a token whose audience is one of the provider's client IDs, or add \"{}\" to them",
                short(audience)
            ),
        )
        .of(name))
    }

    /// `iat`, `nbf` and `exp`, with five minutes of tolerance. AWS's numbers are the server's time with the tolerance.
    pub(super) fn check_times(&self, now: i64) -> Result<(), Denied> {
        let (earliest, latest) = (now.saturating_sub(TOLERANCE), now.saturating_add(TOLERANCE));
        let clock = "set the clock of the issuer (the API server) right";
        if self.issued_at > latest {
            return Err(Denied::token(
                format!("Token issued in the future: {}", self.issued_at),
                Check::Times,
                format!("iat is {}, now is {}; 300 s are tolerated", moment(self.issued_at), moment(now)),
                clock,
            )
            .of("iat"));
        }
        if let Some(not_before) = self.not_before.filter(|not_before| *not_before > latest) {
            return Err(Denied::token(
                format!(
                    "Token not yet valid: current date/time {latest} must be after or equal to the not-before date/time {not_before}"
                ),
                Check::Times,
                format!("nbf is {}, now is {}; 300 s are tolerated", moment(not_before), moment(now)),
                clock,
            )
            .of("nbf"));
        }
        if earliest >= self.expires {
            return Err(Denied::new(
                "ExpiredTokenException",
                format!(
                    "Token expired: current date/time {earliest} must be before the expiration date/time {}",
                    self.expires
                ),
                Check::Times,
                format!("exp is {}, now is {}; 300 s are tolerated", moment(self.expires), moment(now)),
                "read the token file again for each exchange: the kubelet replaces it at 80 % of its life",
            )
            .of("exp"));
        }
        Ok(())
    }

    /// Session tags.
    pub(super) fn tags(&self) -> Result<Tags, Denied> {
        tags::read(&self.all)
    }

    /// `https://aws.amazon.com/source_identity`. What AWS says to a bad one is not observed.
    pub(super) fn source_identity(&self) -> Result<Option<String>, Denied> {
        match self.all.get(SOURCE_IDENTITY) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text))
                if (2..=64).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b)) =>
            {
                Ok(Some(text.clone()))
            }
            Some(_) => Err(Denied::token(
                "source_identity passed in claim is not in correct format.",
                Check::Tags,
                "the source-identity claim is not a text of 2 to 64 letters, digits and _+=,.@-",
                "have the issuer set a source identity of that form, or none",
            )),
        }
    }

    /// Whether the roles claim names the role; false without the claim, a denial where it names others only.
    pub(super) fn names_role(&self, role: &str) -> Result<bool, Denied> {
        let texts: Vec<&str> = match self.all.get(ROLES) {
            None | Some(Value::Null) => return Ok(false),
            Some(Value::String(list)) => list.split(';').collect(),
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            Some(other) => {
                return Err(bad_roles(
                    "The roles claim is not in a supported format",
                    format!("it is {}", kind(other)),
                ));
            }
        };
        let roles: Vec<&str> = texts.into_iter().map(str::trim).filter(|arn| parameters::role(arn).is_ok()).collect();
        if roles.is_empty() {
            return Err(bad_roles(
                "The roles claim contains no valid role ARNs",
                "no entry is a role ARN, and patterns are none".into(),
            ));
        }
        if roles.contains(&role) {
            return Ok(true);
        }
        let what = format!("it names {}, the request asks for {role}", short(&roles.join(", ")));
        Err(bad_roles("The target role ARN is not present in the roles claim of the identity token", what))
    }

    /// The condition keys that come of the token: those of every issuer, and those of the issuers that many customers
    /// share. No other claim becomes one.
    pub(super) fn context(&self, provider: &Provider, audience: &str) -> Context {
        let mut context = Context::new();
        let prefix = provider.key_prefix();
        context.put("token", &format!("{prefix}:aud"), [audience]);
        context.put("token", &format!("{prefix}:sub"), [self.subject.as_str()]);
        context.put("token", &format!("{prefix}:oaud"), self.audiences.iter().cloned());
        let texts = match self.all.get("amr") {
            Some(Value::Array(items)) => items.iter().filter_map(scalar).collect(),
            other => other.and_then(scalar).into_iter().collect::<Vec<_>>(),
        };
        if !texts.is_empty() {
            context.put("token", &format!("{prefix}:amr"), texts);
        }
        if let Some(email) = self.all.get("email").and_then(Value::as_str) {
            context.put("token", &format!("{prefix}:email"), [email]);
        }
        for name in issuers::claims(prefix) {
            if let Some(value) = self.claim(name).and_then(scalar).filter(|value| !value.is_empty()) {
                context.put("token", &format!("{prefix}:{name}"), [value]);
            }
        }
        context
    }
}

impl Claims {
    /// A claim by its name, or by the path to it: CircleCI's names have slashes, Google's claim is within `google`.
    fn claim(&self, name: &str) -> Option<&Value> {
        let within = || name.split_once('/').and_then(|(outer, inner)| self.all.get(outer)?.get(inner));
        self.all.get(name).or_else(within)
    }
}

/// A claim as text: a text, or a number or boolean written out.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn seconds(all: &Map<String, Value>, name: &'static str) -> Result<i64, Denied> {
    let value = all.get(name).unwrap_or(&Value::Null);
    let seconds = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    seconds.ok_or_else(|| {
        let what = format!("{name} is {value}, not a whole number of seconds since 1970");
        Denied::token(TIME_FORMAT, Check::Times, short(&what), "have the issuer write times as whole seconds").of(name)
    })
}

fn optional_seconds(all: &Map<String, Value>, name: &'static str) -> Result<Option<i64>, Denied> {
    all.contains_key(name).then(|| seconds(all, name)).transpose()
}

fn bad_roles(message: &str, what: String) -> Denied {
    let fix = "name the role's whole ARN in the roles claim, as an array or as a text with semicolons, or leave the claim out";
    Denied::token(message, Check::RolesClaim, format!("the roles claim: {what}"), fix)
}

/// A second as people read it.
fn moment(seconds: i64) -> String {
    format!("{seconds} ({})", super::text(&Timestamp::from_unix(seconds).extended()))
}

fn names(all: &Map<String, Value>) -> String {
    let mut names: Vec<&str> = all.keys().map(String::as_str).collect();
    names.sort_unstable();
    short(&names.join(", "))
}

/// Seconds.
const TOLERANCE: i64 = 300;
/// What STS says of a time that is not whole seconds.
pub(crate) const TIME_FORMAT: &str = "Invalid timestamp in token claims.";
const NOT_A_JWT: &str =
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";
const ROLES: &str = "https://aws.amazon.com/roles";
