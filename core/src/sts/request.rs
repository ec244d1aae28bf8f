//! What STS is asked: AssumeRoleWithWebIdentity, AssumeRole, GetCallerIdentity.
//!
//! Follows the STS API 2011-06-15, every parameter of it, in the Query protocol: a form in the body of a POST. The limits
//! of the API are checked before anything is sent; [`PARAMETERS`] is the one table of them. Lengths count characters.

use super::SessionName;
use crate::{
    Code, Error, Secret,
    arn::{ARN_MAX, ARN_MIN, RoleArn},
    call::{Call, post},
    effect::HttpRequest,
    secret::wipe,
    sigv4::{append, length},
    token::Token,
};
use alloc::{boxed::Box, format, string::String, vec::Vec};

/// The most that is read of an answer. A session token has no documented limit; real ones are below 4 KiB.
pub const RESPONSE_LIMIT: u32 = 256 * 1024;

/// AssumeRoleWithWebIdentity: a token for credentials. Not signed.
#[derive(Clone, Debug)]
pub struct WebIdentity {
    /// Where the token is read from, at each attempt.
    pub token_file: Box<str>,
    /// `RoleArn`.
    pub role_arn: RoleArn,
    /// `RoleSessionName`; `None`: the name of the token's pod.
    pub session_name: Option<SessionName>,
    /// `DurationSeconds`, 900 to 43,200; `None`: STS's default of an hour.
    pub duration_seconds: Option<u32>,
    /// `Policy`: a session policy, at most 2,048 characters.
    pub policy: Option<Box<str>>,
    /// `PolicyArns`: managed session policies, at most 10.
    pub policy_arns: Vec<Box<str>>,
    /// `ProviderId`: for `www.amazon.com` and `graph.facebook.com` alone, never with an OIDC token.
    pub provider_id: Option<Box<str>>,
}

impl WebIdentity {
    /// Just the token and the role.
    pub fn new(token_file: impl Into<Box<str>>, role_arn: RoleArn) -> Self {
        Self {
            token_file: token_file.into(),
            role_arn,
            session_name: None,
            duration_seconds: None,
            policy: None,
            policy_arns: Vec::new(),
            provider_id: None,
        }
    }
}

/// AssumeRole: credentials for other credentials. Signed.
#[derive(Clone, Debug)]
pub struct AssumeRole {
    /// `RoleArn`.
    pub role_arn: RoleArn,
    /// `RoleSessionName`.
    pub session_name: SessionName,
    /// `DurationSeconds`, 900 to 43,200; from another role's credentials at most 3,600.
    pub duration_seconds: Option<u32>,
    /// `Policy`: a session policy.
    pub policy: Option<Box<str>>,
    /// `PolicyArns`, at most 10.
    pub policy_arns: Vec<Box<str>>,
    /// `Tags`: key and value, at most 50.
    pub tags: Vec<(Box<str>, Box<str>)>,
    /// `TransitiveTagKeys`, at most 50.
    pub transitive_tag_keys: Vec<Box<str>>,
    /// `ExternalId`, 2 to 1,224 characters.
    pub external_id: Option<Box<str>>,
    /// `SerialNumber` of an MFA device.
    pub serial_number: Option<Box<str>>,
    /// `TokenCode`: six digits of the MFA device.
    pub token_code: Option<Secret>,
    /// `SourceIdentity`, 2 to 64 characters.
    pub source_identity: Option<Box<str>>,
    /// `ProvidedContexts`: provider ARN and assertion, at most 5.
    pub provided_contexts: Vec<(Box<str>, Secret)>,
}

impl AssumeRole {
    /// Just the role and the name of the session.
    pub fn new(role_arn: RoleArn, session_name: SessionName) -> Self {
        Self {
            role_arn,
            session_name,
            duration_seconds: None,
            policy: None,
            policy_arns: Vec::new(),
            tags: Vec::new(),
            transitive_tag_keys: Vec::new(),
            external_id: None,
            serial_number: None,
            token_code: None,
            source_identity: None,
            provided_contexts: Vec::new(),
        }
    }
}

/// A parameter's limits: characters of a text, entries of a list, or the value of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// As in the form; `.member.N` left out: `Tags`, `Tags.Key`.
    pub name: &'static str,
    /// The least; 0 where the API names none.
    pub min: usize,
    /// The most; `usize::MAX` where the API names none.
    pub max: usize,
    /// Which characters.
    pub characters: Characters,
}

/// Sets of characters, as the API writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Characters {
    /// No text, or any text.
    Any,
    /// `[\d]`
    Digits,
    /// `[\w+=,.@:\/-]`
    External,
    /// `[\w+=,.@-]`
    Name,
    /// U+0009, U+000A, U+000D, U+0020 to U+00FF
    Policy,
    /// `[\w+=/:,.@-]`
    Serial,
    /// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`
    Tag,
}

impl Characters {
    fn has(self, c: char) -> bool {
        // \w is taken as ASCII: that is what STS does.
        let word = |more: &str| c.is_ascii_alphanumeric() || c == '_' || more.contains(c);
        match self {
            Self::Any => true,
            Self::Digits => c.is_ascii_digit(),
            Self::External | Self::Serial => word("+=,.@:/-"),
            Self::Name => word("+=,.@-"),
            Self::Policy => matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FF}'),
            Self::Tag => c.is_alphanumeric() || c.is_whitespace() && !c.is_control() || "_.:/=+-@".contains(c),
        }
    }
}

const fn limit(name: &'static str, min: usize, max: usize, characters: Characters) -> Parameter {
    Parameter { name, min, max, characters }
}

/// Every parameter of the calls, by name. A web identity's `Policy` has a limit of its own, [`WEB_IDENTITY_POLICY`].
pub const PARAMETERS: &[Parameter] = &[
    limit("DurationSeconds", 900, 43_200, Characters::Any),
    limit("ExternalId", 2, 1224, Characters::External),
    limit("Policy", 1, usize::MAX, Characters::Policy),
    // The model names no most; the documentation says ten.
    limit("PolicyArns", 0, 10, Characters::Any),
    limit("PolicyArns.arn", ARN_MIN, ARN_MAX, Characters::Any),
    limit("ProvidedContexts", 1, 5, Characters::Any),
    limit("ProvidedContexts.ContextAssertion", 4, 2048, Characters::Any),
    limit("ProvidedContexts.ProviderArn", ARN_MIN, ARN_MAX, Characters::Any),
    limit("ProviderId", 4, 2048, Characters::Any),
    limit("RoleArn", ARN_MIN, ARN_MAX, Characters::Any),
    limit("RoleSessionName", 2, 64, Characters::Name),
    limit("SerialNumber", 9, 256, Characters::Serial),
    limit("SourceIdentity", 2, 64, Characters::Name),
    limit("Tags", 0, 50, Characters::Any),
    limit("Tags.Key", 1, 128, Characters::Tag),
    limit("Tags.Value", 0, 256, Characters::Tag),
    limit("TokenCode", 6, 6, Characters::Digits),
    limit("TransitiveTagKeys", 0, 50, Characters::Any),
    limit("TransitiveTagKeys.member", 1, 128, Characters::Tag),
    limit("WebIdentityToken", 4, crate::token::LIMIT, Characters::Any),
];

/// `Policy` of AssumeRoleWithWebIdentity.
pub const WEB_IDENTITY_POLICY: Parameter = limit("Policy", 1, 2048, Characters::Policy);

/// The request of AssumeRoleWithWebIdentity, complete.
pub fn web_identity(call: &Call, ask: &WebIdentity, token: &Token) -> Result<HttpRequest, Error> {
    let mut form = Form::new("AssumeRoleWithWebIdentity");
    form.text("RoleArn", ask.role_arn.as_str())?;
    match &ask.session_name {
        Some(name) => form.text("RoleSessionName", name.as_str())?,
        None => form.text("RoleSessionName", SessionName::from_token(token).as_str())?,
    }
    form.text("WebIdentityToken", token.secret().expose())?;
    if let Some(id) = &ask.provider_id {
        form.text("ProviderId", id)?;
    }
    if let Some(policy) = &ask.policy {
        check_text(&WEB_IDENTITY_POLICY, policy)?;
        form.text("Policy", policy)?;
    }
    form.policy_arns(&ask.policy_arns)?;
    form.number("DurationSeconds", ask.duration_seconds)?;
    Ok(form.post(call))
}

/// The request of AssumeRole, to be signed.
pub fn assume_role(call: &Call, ask: &AssumeRole) -> Result<HttpRequest, Error> {
    let mut form = Form::new("AssumeRole");
    form.text("RoleArn", ask.role_arn.as_str())?;
    form.text("RoleSessionName", ask.session_name.as_str())?;
    form.policy_arns(&ask.policy_arns)?;
    form.number("DurationSeconds", ask.duration_seconds)?;
    form.list("Tags", &ask.tags, |form, at, (key, value)| {
        form.member("Tags.Key", &format!("{at}.Key"), key)?;
        form.member("Tags.Value", &format!("{at}.Value"), value)
    })?;
    form.list("TransitiveTagKeys", &ask.transitive_tag_keys, |form, at, key| {
        form.member("TransitiveTagKeys.member", at, key)
    })?;
    let texts = [
        ("Policy", ask.policy.as_deref()),
        ("ExternalId", ask.external_id.as_deref()),
        ("SerialNumber", ask.serial_number.as_deref()),
        ("TokenCode", ask.token_code.as_ref().map(Secret::expose)),
        ("SourceIdentity", ask.source_identity.as_deref()),
    ];
    for (name, value) in texts {
        if let Some(value) = value {
            form.text(name, value)?;
        }
    }
    form.list("ProvidedContexts", &ask.provided_contexts, |form, at, (provider, assertion)| {
        form.member("ProvidedContexts.ProviderArn", &format!("{at}.ProviderArn"), provider)?;
        form.member("ProvidedContexts.ContextAssertion", &format!("{at}.ContextAssertion"), assertion.expose())
    })?;
    Ok(form.post(call))
}

/// The request of GetCallerIdentity, to be signed. It has no parameters.
pub fn get_caller_identity(call: &Call) -> HttpRequest {
    Form::new("GetCallerIdentity").post(call)
}

/// A form being written. Its memory is wiped when it grows and when it is dropped.
struct Form(Vec<u8>);

impl Form {
    fn new(action: &str) -> Self {
        Self(format!("Action={action}&Version=2011-06-15").into_bytes())
    }

    fn text(&mut self, name: &str, value: &str) -> Result<(), Error> {
        self.member(name, name, value)
    }

    /// A value under a numbered name, checked by the limits of `limits`.
    fn member(&mut self, limits: &str, name: &str, value: &str) -> Result<(), Error> {
        check_text(parameter(limits)?, value)?;
        self.push(name, value);
        Ok(())
    }

    fn number(&mut self, name: &str, value: Option<u32>) -> Result<(), Error> {
        let Some(value) = value else { return Ok(()) };
        check(parameter(name)?, value as usize, "")?;
        self.push(name, &format!("{value}"));
        Ok(())
    }

    fn list<T>(
        &mut self,
        name: &str,
        items: &[T],
        mut each: impl FnMut(&mut Self, &str, &T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if items.is_empty() {
            return Ok(());
        }
        check(parameter(name)?, items.len(), " entries")?;
        items.iter().zip(1..).try_for_each(|(item, n)| each(self, &format!("{name}.member.{n}"), item))
    }

    fn policy_arns(&mut self, arns: &[Box<str>]) -> Result<(), Error> {
        self.list("PolicyArns", arns, |form, at, arn| form.member("PolicyArns.arn", &format!("{at}.arn"), arn))
    }

    /// `application/x-www-form-urlencoded`, with everything but RFC 3986's unreserved characters escaped.
    fn push(&mut self, name: &str, value: &str) {
        self.reserve(name.len() + length(value.as_bytes()) + 2);
        self.0.push(b'&');
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b'=');
        append(value.as_bytes(), &mut self.0);
    }

    /// Grows by hand, so that the old memory is wiped.
    fn reserve(&mut self, more: usize) {
        if self.0.capacity() - self.0.len() < more {
            let mut larger = Vec::with_capacity((self.0.len() + more) * 2);
            larger.extend_from_slice(&self.0);
            wipe(&mut self.0);
            self.0 = larger;
        }
    }

    fn post(mut self, call: &Call) -> HttpRequest {
        let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        post(call, &headers, core::mem::take(&mut self.0).into(), RESPONSE_LIMIT)
    }
}

impl Drop for Form {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn parameter(name: &str) -> Result<&'static Parameter, Error> {
    let found = PARAMETERS.iter().find(|parameter| parameter.name == name);
    found.ok_or_else(|| Error::bug(AT, format!("parameter {name} has no limits")))
}

fn check_text(limits: &Parameter, value: &str) -> Result<(), Error> {
    check(limits, value.chars().count(), " characters")?;
    // A token is long, and any character will do for it.
    let odd = match limits.characters {
        Characters::Any => None,
        characters => value.char_indices().find(|(_, c)| !characters.has(*c)),
    };
    match odd {
        Some((at, c)) => Err(outside(limits, &format!("{:?} (U+{:04X}) at byte {at} is not allowed", c, u32::from(c)))),
        None => Ok(()),
    }
}

fn check(limits: &Parameter, size: usize, unit: &str) -> Result<(), Error> {
    if (limits.min..=limits.max).contains(&size) {
        return Ok(());
    }
    let bound = if limits.max == usize::MAX {
        format!("at least {}", limits.min)
    } else if limits.min == limits.max {
        format!("exactly {}", limits.min)
    } else {
        format!("{} to {}", limits.min, limits.max)
    };
    Err(outside(limits, &format!("{size}{unit}, STS takes {bound}")))
}

fn outside(limits: &Parameter, what: &str) -> Error {
    Error::new(Code::RequestLimit, AT, format!("{}: {what}", limits.name)).with_fix(fix(limits.name))
}

/// Where a person sets it.
fn fix(name: &str) -> String {
    let setting = match name {
        "DurationSeconds" => " (profile key duration_seconds)",
        "ExternalId" => " (profile key external_id)",
        "RoleSessionName" => " (AWS_ROLE_SESSION_NAME, profile key role_session_name)",
        "SerialNumber" => " (profile key mfa_serial)",
        _ => "",
    };
    format!("change {name}{setting} to what the message says")
}

const AT: &str = "sts request";

#[cfg(test)]
mod tests;
