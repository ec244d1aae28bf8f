//! Condition keys of a statement that allows: whose they are, whether this call carries them, and operators that hold
//! where they are absent.
//!
//! IAM user guide, "Available keys for AWS OIDC federation", "AWS global condition context keys", "Available keys for
//! AWS STS"; what AssumeRoleWithWebIdentity carries is in `federation`.

use super::{Found, Issuers, WEB_IDENTITY};
use crate::federation::issuer_claims;
use crate::json::short;
use crate::policy::lint::WarningId;
use crate::policy::lint::write::{Condition, Statement};
use crate::policy::{Effect, Quantifier};
use alloc::{
    format,
    string::{String, ToString},
};

pub(super) fn look(condition: &Condition<'_>, statement: &Statement<'_>, issuers: &Issuers<'_>, found: &mut Found) {
    if issuers.0.is_empty() || !statement.allows(WEB_IDENTITY) || statement.effect != Effect::Allow {
        return;
    }
    match issuers.claim(condition.key) {
        Some((issuer, claim)) => of_issuer(condition, statement, issuer, claim, found),
        None => other(condition, issuers, found),
    }
}

fn of_issuer(condition: &Condition<'_>, statement: &Statement<'_>, issuer: &str, claim: &str, found: &mut Found) {
    let (operator, key, at) = (condition.operator, short(condition.key), &condition.at);
    if !is_claim(issuer, claim) {
        let message =
            format!("{key}: {} is no condition key of {}, so it is always absent", short(claim), short(issuer));
        let fix = "use :sub, :aud, :oaud, :amr or :email; other claims of a token are not condition keys";
        found.push(WarningId::UnknownClaim, at, message, fix);
        return;
    }
    let family = operator.test;
    let never =
        family == "Null" && !condition.is(&["false"]) && ["sub", "aud"].iter().any(|c| claim.eq_ignore_ascii_case(c));
    if never {
        let message = format!("Null asks that {key} be absent, and it never is");
        found.push(WarningId::OperatorType, at, message, "use StringEquals with the value that is meant");
    } else if !family.starts_with("String") && family != "Null" {
        let message = format!("{family} compares another type than the text that {key} is");
        found.push(WarningId::OperatorType, at, message, "use StringEquals, or StringLike for a pattern");
    }
    let guarded = statement.conditions.iter().any(|other| {
        other.key.eq_ignore_ascii_case(condition.key)
            && other.at != condition.at
            && (is_firm(other) || other.operator.test == "Null" && other.is(&["false"]))
    });
    if guarded || operator.is_negated() && operator.quantifier != Quantifier::All {
        return;
    }
    if operator.quantifier == Quantifier::All {
        let message = format!("{operator} {key} holds for a token without that claim, too");
        let fix = format!("write {family}: the claim has one value; or add \"Null\": {{\"{key}\": \"false\"}}");
        found.push(WarningId::ForAllValues, at, message, &fix);
    } else if operator.if_exists {
        let message = format!("{operator} {key} holds for a token without that claim, too");
        found.push(WarningId::IfExists, at, message, &format!("write {family}"));
    }
}

/// A Deny whose conditions all hold for want of their keys, or that has none, keeps out everybody.
pub(super) fn deny(statement: &Statement<'_>, issuers: &Issuers<'_>, found: &mut Found) {
    if issuers.0.is_empty() || !statement.allows(WEB_IDENTITY) {
        return;
    }
    let never_sent = |key: &str| match issuers.claim(key) {
        Some((issuer, claim)) => !is_claim(issuer, claim),
        None => !is_sent(&key.to_ascii_lowercase()),
    };
    let holds = |condition: &Condition<'_>| {
        let operator = condition.operator;
        let by_absence = if operator.test == "Null" { condition.is(&["true"]) } else { !is_firm(condition) };
        by_absence && never_sent(condition.key)
    };
    if statement.conditions.iter().all(holds) {
        let at = statement.conditions.first().map_or(&statement.at, |condition| &condition.at);
        let message = if statement.conditions.is_empty() {
            format!("every web identity of {} is denied", short(issuers.first()))
        } else {
            format!(
                "the call does not carry this key, so the condition holds, and every web identity of {} is denied",
                short(issuers.first())
            )
        };
        found.push(WarningId::DenyAlways, at, message, "take the statement out, or name by :sub whom it is to deny");
    }
}

/// A key that is none of the statement's issuers'.
fn other(condition: &Condition<'_>, issuers: &Issuers<'_>, found: &mut Found) {
    let (key, at) = (condition.key, &condition.at);
    let wanted = |claim: &str| format!("write {}:{claim}", short(issuers.first()));
    let shown = short(key);
    let mut say = |id, message: String, fix: &str| found.push(id, at, message, fix);
    let lower = key.to_ascii_lowercase();
    if let Some((vendor @ ("aws" | "sts"), _)) = lower.split_once(':') {
        // What holds for an absent key does no harm; `Null` may ask for just that.
        let absent_holds = condition.operator.is_negated()
            || condition.operator.if_exists
            || (condition.operator.test == "Null" && !condition.is(&["false"]))
            || condition.operator.quantifier == Quantifier::All;
        if !is_sent(&lower) && !absent_holds {
            let message = format!("{WEB_IDENTITY} does not carry {shown}, so the condition never holds");
            say(WarningId::KeyNotSent, message, &format!("take the {vendor}: key out; scope by :sub and :aud"));
        }
        return;
    }
    let Some((prefix, claim)) = key.rsplit_once(':') else {
        let claim = if lower.ends_with("aud") { "aud" } else { "sub" };
        return say(WarningId::KeySpelling, format!("{shown} names no issuer and claim"), &wanted(claim));
    };
    let bare = |text: &str| text.trim_end_matches('/').to_ascii_lowercase();
    if issuers.0.iter().any(|issuer| bare(issuer) == bare(prefix)) {
        let message = format!("{shown} and the principal's issuer, {}, differ by a slash", short(issuers.first()));
        return say(WarningId::KeyTrailingSlash, message, &wanted(claim));
    }
    if prefix.contains(":oidc-provider/") || issuers.0.iter().any(|issuer| alike(issuer, prefix)) {
        let message = format!("{shown} is not spelt as the principal's issuer, {}", short(issuers.first()));
        return say(WarningId::KeySpelling, message, &wanted(claim));
    }
    if prefix.contains('.') {
        let message = format!("{shown} belongs to another issuer than the principal, {}", short(issuers.first()));
        return say(WarningId::OtherIssuerKey, message, &wanted(claim));
    }
    let message = format!("{WEB_IDENTITY} does not carry {shown}");
    say(WarningId::KeyNotSent, message, "scope by :sub and :aud of the issuer");
}

/// The same last part of the path, or one the beginning or end of the other: a misspelling, not another issuer.
fn alike(issuer: &str, prefix: &str) -> bool {
    let last = |text: &str| text.rsplit_once('/').map(|(_, last)| last.to_ascii_lowercase());
    let (a, b) = (issuer.to_ascii_lowercase(), prefix.to_ascii_lowercase());
    let region = |text: &str| {
        text.split('.').find(|part| part.bytes().filter(|b| *b == b'-').count() >= 2).map(ToString::to_string)
    };
    let same_id = last(&a).is_some_and(|id| id.len() > 3 && last(&b).is_some_and(|other| other == id));
    (same_id && region(&a) == region(b.split('/').next().unwrap_or_default()))
        || (!b.contains('/') && a.starts_with(&format!("{b}/")))
        || a.ends_with(&b)
}

/// True for an operator that fails where the key is absent.
pub(super) fn is_firm(condition: &Condition<'_>) -> bool {
    let operator = condition.operator;
    !operator.is_negated() && !operator.if_exists && operator.quantifier != Quantifier::All && operator.test != "Null"
}

fn is_claim(issuer: &str, claim: &str) -> bool {
    let listed = |claims: &[&str]| claims.iter().any(|known| known.eq_ignore_ascii_case(claim));
    // Those two speak OAuth 2.0, not OpenID Connect.
    let of_oauth: &[&str] = match issuer {
        "graph.facebook.com" => &["app_id", "id"],
        "www.amazon.com" => &["app_id", "user_id"],
        _ => &[],
    };
    listed(&["amr", "aud", "email", "oaud", "sub"]) || listed(of_oauth) || listed(issuer_claims(issuer))
}

fn is_sent(key: &str) -> bool {
    SENT.contains(&key) || key.starts_with("aws:requesttag/")
}

/// Keys beside the issuer's that the call can carry, in lower case.
const SENT: &[&str] = &[
    "aws:currenttime",
    "aws:epochtime",
    "aws:principalaccount",
    "aws:principaltype",
    "aws:referer",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:tagkeys",
    "aws:useragent",
    "aws:userid",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:vpcsourceip",
    "sts:roleauthorizedbyidp",
    "sts:rolesessionname",
    "sts:sourceidentity",
    "sts:transitivetagkeys",
];
