//! What IAM asks of statements by their issuer: shared ones must scope the tenant, built-in ones name the application,
//! others (EKS, one's own) are asked nothing.
//!
//! IAM user guide, "Identity-provider controls for shared OIDC providers"; the details are read off recorded answers
//! (`sts-observed`, kind trust-write): only statements that allow sts:AssumeRoleWithWebIdentity are looked at, each on
//! its own. Issuers without a row follow the generic rule of those that have one.

use super::warn::WEB_IDENTITY;
use super::write::{Condition, Statement, malformed};
use super::{Refusal, Rule};
use crate::policy::{Effect, PrincipalKind};
use alloc::{format, string::String};

pub(super) fn check(statements: &[Statement<'_>]) -> Option<Refusal> {
    let web = |s: &&Statement<'_>| s.effect == Effect::Allow && s.allows(WEB_IDENTITY);
    statements.iter().filter(web).find_map(|statement| {
        let federated = statement.principals.iter().filter(|(kind, ..)| *kind == PrincipalKind::Federated);
        federated.map(|(_, value, _)| *value).find_map(|value| principal(statement, value))
    })
}

fn principal(statement: &Statement<'_>, value: &str) -> Option<Refusal> {
    match value {
        "cognito-identity.amazonaws.com" if !statement.has_condition => {
            let message = "A condition block must be present for the Cognito provider";
            let fix = format!("add \"Condition\": {{\"StringEquals\": {{\"{value}:aud\": \"IDENTITY-POOL-ID\"}}}}");
            Some(malformed(Rule::SharedIssuer, &statement.at, message, true, &fix))
        }
        "cognito-identity.amazonaws.com" => scoped(statement, value, value, &["aud"], |v| v == "*"),
        "accounts.google.com" => application(statement, value, GOOGLE),
        "www.amazon.com" | "graph.facebook.com" => application(statement, value, OTHER_BUILT_IN),
        _ => {
            let (_, issuer) = value.split_once(":oidc-provider/")?;
            if issuer.starts_with(GITHUB) {
                return scoped(statement, value, issuer, GITHUB_CLAIMS, |v| v.trim().is_empty() || v.starts_with('*'));
            }
            let (_, claims) = SHARED.iter().find(|(shared, _)| *shared == issuer)?;
            scoped(statement, issuer, issuer, claims, |v| v == "*")
        }
    }
}

/// The claims of which IAM asks for one, where the issuer is shared by tenants or built in.
pub(super) fn required_claims(issuer: &str) -> &'static [&'static str] {
    match issuer {
        "cognito-identity.amazonaws.com" => &["aud"],
        "accounts.google.com" => GOOGLE,
        "www.amazon.com" | "graph.facebook.com" => OTHER_BUILT_IN,
        _ if issuer.starts_with(GITHUB) => GITHUB_CLAIMS,
        _ => SHARED.iter().find(|(shared, _)| *shared == issuer).map_or(&[], |(_, claims)| claims),
    }
}

/// The first of the claims that a positive text operator looks at decides: one such condition must have no wide value.
fn scoped(
    statement: &Statement<'_>,
    shown: &str,
    issuer: &str,
    claims: &[&str],
    wide: impl Fn(&str) -> bool,
) -> Option<Refusal> {
    let asks = |condition: &&Condition<'_>, claim: &str| {
        is_positive(condition) && condition.key.eq_ignore_ascii_case(&format!("{issuer}:{claim}"))
    };
    let narrow = |condition: &Condition<'_>| !condition.values.iter().any(|(value, _)| wide(value));
    let decisive = claims.iter().find(|claim| statement.conditions.iter().any(|condition| asks(&condition, claim)));
    let held = decisive
        .is_some_and(|claim| statement.conditions.iter().filter(|condition| asks(condition, claim)).any(narrow));
    if held {
        return None;
    }
    let keys = claims.iter().fold(String::new(), |keys, claim| {
        let or = if keys.is_empty() { "" } else { " or " };
        format!("{keys}{or}{issuer}:{claim}")
    });
    let message = format!(
        "Trust policy with trusted principal {shown} must evaluate, using StringEquals, StringLike or \
         StringEqualsIgnoreCase, {keys} which is not scoped to all."
    );
    let fix = format!("add a StringEquals or StringLike condition on {keys} that names your own tenant");
    Some(malformed(Rule::SharedIssuer, &statement.at, &message, true, &fix))
}

/// A built-in OAuth provider: any value will do, but the key is compared in its own letter case.
fn application(statement: &Statement<'_>, provider: &str, claims: &[&str]) -> Option<Refusal> {
    let held = statement.conditions.iter().any(|condition| {
        is_positive(condition)
            && condition.operator.test != "StringLike"
            && claims.iter().any(|claim| condition.key == format!("{provider}:{claim}"))
    });
    if held {
        return None;
    }
    let message = format!("Policy trusting {provider} requires a StringEquals condition on an application id");
    let claim = claims.first()?;
    let fix = format!("add \"Condition\": {{\"StringEquals\": {{\"{provider}:{claim}\": \"APPLICATION-ID\"}}}}");
    Some(malformed(Rule::Application, &statement.at, &message, true, &fix))
}

/// The operators that count; set operators before them do no harm.
fn is_positive(condition: &Condition<'_>) -> bool {
    matches!(condition.operator.test, "StringEquals" | "StringLike" | "StringEqualsIgnoreCase")
        && !condition.operator.if_exists
}

const GITHUB: &str = "token.actions.githubusercontent.com";
const GITHUB_CLAIMS: &[&str] = &["sub", "job_workflow_ref"];
const GOOGLE: &[&str] = &["aud", "oaud", "sub"];
const OTHER_BUILT_IN: &[&str] = &["app_id", "sub"];
/// Issuers that tenants share, and the claim that tells the tenant.
const SHARED: &[(&str, &[&str])] = &[
    ("agent.buildkite.com", &["sub"]),
    ("api.pulumi.com/oidc", &["aud"]),
    ("app.terraform.io", &["sub"]),
    ("gitlab.com", &["sub"]),
    ("oidc-configuration.audit-log.githubusercontent.com", &["sub"]),
    ("oidc.codefresh.io", &["sub"]),
    ("oidc.vercel.com", &["aud"]),
    ("proidc.upbound.io", &["sub"]),
    ("sandboxes.cloud", &["aud"]),
    ("scalr.io", &["sub"]),
    ("studio.datachain.ai/api", &["sub"]),
    ("tokens.cloud.shisho.dev", &["sub"]),
    ("vstoken.actions.githubusercontent.com", &["sub"]),
];
