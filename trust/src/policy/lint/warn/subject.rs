//! Who is let in: what an Allow statement says of `:sub` and `:aud`.
//!
//! A pod's subject is `system:serviceaccount:NAMESPACE:NAME` (Kubernetes, "Authenticating", Service Account Tokens).

use super::keys::is_firm;
use super::{Found, Issuers};
use crate::json::short;
use crate::policy::lint::WarningId;
use crate::policy::lint::issuer::required_claims;
use crate::policy::lint::write::{Condition, Statement};
use alloc::{format, vec::Vec};

pub(super) fn look(statement: &Statement<'_>, issuers: &Issuers<'_>, found: &mut Found) {
    let mut judged: Vec<&str> = Vec::new();
    for issuer in &issuers.0 {
        if !judged.contains(issuer) && judged.len() < MOST_ISSUERS {
            judged.push(issuer);
            narrow(statement, issuer, found);
        }
    }
    for condition in &statement.conditions {
        match issuers.claim(condition.key) {
            Some((issuer, claim)) if claim.eq_ignore_ascii_case("sub") => subject(condition, issuer, found),
            Some((issuer, claim)) if claim.eq_ignore_ascii_case("aud") => audience(condition, issuer, found),
            _ => {}
        }
    }
}

/// Whether anything keeps out the issuer's other subjects.
fn narrow(statement: &Statement<'_>, issuer: &str, found: &mut Found) {
    let enough = |claim: &str| claim.eq_ignore_ascii_case("sub") || required_claims(issuer).contains(&claim);
    let mut about_subject = statement.conditions.iter().filter(|condition| {
        // A key that is misspelt keeps everybody out, and is told by itself.
        let claim = condition.key.rsplit_once([':', '/']).map_or(condition.key, |(_, claim)| claim);
        enough(claim)
    });
    let negated = about_subject.clone().any(|condition| condition.operator.is_negated());
    let says = |condition: &Condition<'_>| match condition.operator.test {
        "Null" => !condition.is(&["false"]),
        _ => !condition.operator.is_negated(),
    };
    if about_subject.any(says) {
        return;
    }
    let fix = if issuer.starts_with("oidc.eks.") {
        format!("add \"StringEquals\": {{\"{issuer}:sub\": \"system:serviceaccount:NAMESPACE:NAME\"}}")
    } else {
        format!("add a StringEquals condition on {}:sub that names the subject", short(issuer))
    };
    if negated {
        let message =
            format!("only a negated operator stands over :sub: every other subject of {} is let in", short(issuer));
        found.push(WarningId::Negated, &statement.at, message, &fix);
    } else {
        let message = format!("nothing is said of :sub, so every subject of {} is let in", short(issuer));
        found.push(WarningId::NoSubject, &statement.at, message, &fix);
    }
}

fn subject(condition: &Condition<'_>, issuer: &str, found: &mut Found) {
    // Other types never match a subject, which is told by itself.
    if condition.operator.is_negated() || !condition.operator.test.starts_with("String") {
        return;
    }
    for (value, at) in &condition.values {
        let pods = issuer.starts_with("oidc.eks.") || value.starts_with("system:");
        let fixed = value.split(['*', '?']).next().unwrap_or_default();
        let pattern = condition.operator.has_wildcards() && fixed.len() < value.len();
        if value.contains("${") {
            continue;
        }
        if value.starts_with("sts.") && value.contains("amazonaws.com") {
            let message = format!("{} is an audience, and stands under :sub", short(value));
            found.push(WarningId::ClaimSwapped, at, message, "write it under :aud, and the subject under :sub");
        } else if pattern && pods {
            pods_pattern(value, fixed, at, found);
        } else if pattern {
            if !names_tenant(fixed) {
                let message = format!("{} leaves open whose subject it is", short(value));
                found.push(
                    WarningId::WideSubject,
                    at,
                    message,
                    "begin the pattern with your own organisation or project",
                );
            }
        } else if pods && !is_account(value) && !value.contains(['*', '?']) {
            let message = format!("{} is no system:serviceaccount:NAMESPACE:NAME", short(value));
            found.push(
                WarningId::SubjectFormat,
                at,
                message,
                "write system:serviceaccount:NAMESPACE:NAME, without spaces",
            );
        } else if value == "system:serviceaccount:default:default" {
            let message = format!("{value} is the account of every pod in the namespace default that names none");
            found.push(WarningId::DefaultSubject, at, message, "give the workload a service account of its own");
        }
    }
}

/// `repo:OWN/`, `organization:OWN:`, `OWN…`: something of one's own before the first wildcard.
fn names_tenant(fixed: &str) -> bool {
    let mut parts = fixed.splitn(3, ':');
    match (parts.next(), parts.next()) {
        (Some(first), None) => !first.is_empty(),
        (_, second) => second.is_some_and(|second| !second.is_empty()),
    }
}

fn pods_pattern(value: &str, fixed: &str, at: &str, found: &mut Found) {
    const HEAD: &str = "system:serviceaccount:";
    let (id, message) = match fixed.strip_prefix(HEAD).map(|rest| rest.split_once(':')) {
        None if !HEAD.starts_with(fixed) => {
            (WarningId::SubjectFormat, format!("{} does not begin as a pod's subject does, {HEAD}", short(value)))
        }
        None | Some(None) => (WarningId::WideSubject, format!("{} leaves the namespace open", short(value))),
        Some(Some((_, ""))) => {
            (WarningId::NamespaceSubject, format!("{} takes every service account of its namespace", short(value)))
        }
        Some(Some(_)) => return,
    };
    found.push(id, at, message, "write system:serviceaccount:NAMESPACE:NAME for each account that is meant");
}

fn audience(condition: &Condition<'_>, issuer: &str, found: &mut Found) {
    if !is_firm(condition) {
        return;
    }
    let right = |value: &str| value == "sts.amazonaws.com";
    for (value, at) in &condition.values {
        if value.starts_with("system:serviceaccount:") {
            let message = format!("{} is a subject, and stands under :aud", short(value));
            found.push(WarningId::ClaimSwapped, at, message, "write it under :sub, and the audience under :aud");
        } else if issuer.starts_with("oidc.eks.")
            && value.contains("sts.")
            && value.contains("amazon")
            && !condition.values.iter().any(|(value, _)| right(value))
        {
            let message = format!("{} is not the audience that EKS gives to tokens, sts.amazonaws.com", short(value));
            found.push(WarningId::Audience, at, message, "write sts.amazonaws.com, in every partition");
        }
    }
}

/// `system:serviceaccount:<DNS label>:<DNS subdomain>`.
fn is_account(value: &str) -> bool {
    let Some((namespace, name)) = value.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'))
    else {
        return false;
    };
    let label = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-')
    };
    namespace.len() <= 63 && label(namespace) && name.len() <= 253 && name.split('.').all(label)
}

const MOST_ISSUERS: usize = 16;
