//! The parameters of the call, as the service's model bounds them, and the role ARN.
//!
//! Limits of sts 2011-06-15. All violations are told in one answer. `\w` is ASCII here. The token is never repeated.

use super::{Check, Denied, Request};
use crate::json::short;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

/// Parameters that are within their bounds.
pub(super) struct Parameters<'a> {
    pub role_arn: &'a str,
    pub role: RoleArn<'a>,
    pub session_name: &'a str,
    pub token: &'a str,
    /// Seconds.
    pub duration: u32,
}

pub(super) struct RoleArn<'a> {
    pub partition: &'a str,
    pub account: &'a str,
}

pub(super) fn check<'a>(request: &Request<'a>) -> Result<Parameters<'a>, Denied> {
    let mut faults = Vec::new();
    let role_arn = required(&mut faults, "roleArn", request.role_arn);
    bounds(&mut faults, "roleArn", request.role_arn, 20, 2048);
    let session_name = required(&mut faults, "roleSessionName", request.role_session_name);
    bounds(&mut faults, "roleSessionName", request.role_session_name, 2, 64);
    pattern(&mut faults, "roleSessionName", request.role_session_name, r"[\w+=,.@-]*", |c| {
        c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
    });
    let token = required(&mut faults, "webIdentityToken", request.web_identity_token);
    bounds(&mut faults, "webIdentityToken", request.web_identity_token, 4, 20_000);
    bounds(&mut faults, "providerId", request.provider_id, 4, 2048);
    bounds(&mut faults, "policy", request.policy, 1, 2048);
    pattern(&mut faults, "policy", request.policy, r"[\u0009\u000A\u000D\u0020-\u00FF]+", |c| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}')
    });
    for (i, arn) in request.policy_arns.iter().enumerate() {
        within(&mut faults, ("policyArns", &format!("policyArns.{}.member.arn", i + 1)), Some(arn), 20, 2048);
    }
    let duration = request.duration_seconds.unwrap_or(3600);
    if duration < 900 {
        faults.push(fault(DURATION, Some(&duration.to_string()), "have value greater than or equal to 900"));
    }
    if duration > 43_200 {
        faults.push(fault(DURATION, Some(&duration.to_string()), "have value less than or equal to 43200"));
    }
    if !faults.is_empty() {
        let (count, errors) = (faults.len(), if faults.len() == 1 { "error" } else { "errors" });
        let texts: Vec<String> = faults.iter().map(|(_, text)| text.clone()).collect();
        let message = format!("{count} validation {errors} detected: {}", texts.join("; "));
        let at = faults.first().map_or("", |(at, _)| at);
        let fix = "keep each parameter within the bounds that the message names";
        return Err(Denied::new("ValidationError", message.clone(), Check::Parameters, message, fix).of(at));
    }
    let role = role(role_arn)?;
    if let Some(provider) = request.provider_id {
        return Err(not_openid(provider));
    }
    // Within 900 to 43,200.
    let duration = u32::try_from(duration).unwrap_or(3600);
    Ok(Parameters { role_arn, role, session_name, token, duration })
}

/// `arn:<partition>:iam::<account>:role/<path><name>`.
pub(super) fn role(arn: &str) -> Result<RoleArn<'_>, Denied> {
    let mut parts = arn.splitn(6, ':');
    let parsed = match [(); 6].map(|()| parts.next()) {
        [Some("arn"), Some(partition), Some("iam"), Some(""), Some(account), Some(resource)]
            if partition.starts_with("aws") && is_account(account) && is_role(resource) =>
        {
            Some(RoleArn { partition, account })
        }
        _ => None,
    };
    parsed.ok_or_else(|| {
        Denied::new(
            "ValidationError",
            "Request ARN is invalid",
            Check::RoleArn,
            format!("{} is not the ARN of a role", short(arn)),
            "write it as arn:aws:iam::123456789012:role/name: five colons, twelve digits, role/",
        )
    })
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// `role/` with a path and a name: 64 characters of IAM's alphabet.
fn is_role(resource: &str) -> bool {
    let Some(path) = resource.strip_prefix("role/") else { return false };
    let name = path.rsplit('/').next().unwrap_or_default();
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
        && path.bytes().all(|b| (0x21..=0x7e).contains(&b) && !b":*?".contains(&b))
}

/// `ProviderId` belongs to OAuth 2.0 providers.
fn not_openid(provider: &str) -> Denied {
    let what = format!("ProviderId is {}, which an OpenID Connect token must not have beside it", short(provider));
    let fix = "leave ProviderId out: the provider is found by the token's iss";
    let (code, message) = match provider {
        "www.amazon.com" => ("InvalidIdentityToken", "Provided Token is not a Login With Amazon token"),
        // The text is that of Facebook's server.
        "graph.facebook.com" => {
            ("IDPRejectedClaim", "graph.facebook.com rejected OAuth token with response \"Bad signature\" and code 190")
        }
        _ => (
            "AccessDenied",
            "Unrecognized OAuth provider. Do not include a provider parameter when submitting OpenIDConnect ID tokens",
        ),
    };
    Denied::new(code, message, Check::ProviderId, what, fix)
}

/// A parameter, and what is wrong with it.
type Fault = (&'static str, String);

fn required<'a>(faults: &mut Vec<Fault>, name: &'static str, value: Option<&'a str>) -> &'a str {
    value.unwrap_or_else(|| {
        let text = format!("Value null at '{name}' failed to satisfy constraint: Member must not be null");
        faults.push((name, text));
        ""
    })
}

fn bounds(faults: &mut Vec<Fault>, name: &'static str, value: Option<&str>, least: usize, most: usize) {
    within(faults, (name, name), value, least, most);
}

/// `name`: the parameter, and how the message calls it.
fn within(faults: &mut Vec<Fault>, name: (&'static str, &str), value: Option<&str>, least: usize, most: usize) {
    let Some(value) = value else { return };
    let length = value.chars().count();
    let shown = (name.0 != "webIdentityToken").then_some(value);
    if length < least {
        faults.push(fault(name, shown, &format!("have length greater than or equal to {least}")));
    }
    if length > most {
        faults.push(fault(name, shown, &format!("have length less than or equal to {most}")));
    }
}

fn pattern(
    faults: &mut Vec<Fault>,
    name: &'static str,
    value: Option<&str>,
    pattern: &str,
    taken: impl Fn(char) -> bool,
) {
    if let Some(value) = value
        && !value.chars().all(taken)
    {
        faults.push(fault((name, name), Some(value), &format!("satisfy regular expression pattern: {pattern}")));
    }
}

fn fault((at, name): (&'static str, &str), value: Option<&str>, must: &str) -> Fault {
    let value = value.map_or(String::new(), |value| format!(" '{value}'"));
    (at, format!("Value{value} at '{name}' failed to satisfy constraint: Member must {must}"))
}

const DURATION: (&str, &str) = ("durationSeconds", "durationSeconds");
