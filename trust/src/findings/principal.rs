//! Principals that are not the token's provider.

use super::call::{Call, split};
use super::cause::{Fault, Seen};
use super::edit::Edit;
use super::names::{Likeness, likeness};
use super::{Finding, in_policy};
use crate::json::short;
use crate::policy::{Compared, PrincipalKind, Statement, StatementTrace};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde_json::Value;

/// Where the trust policy names this principal.
pub(super) fn principal_places(call: &Call, arn: &str) -> Vec<String> {
    let statements = match call.document.as_ref().and_then(|document| document.get("Statement")) {
        Some(Value::Array(all)) => all.iter().enumerate().map(|(i, s)| (format!("/Statement/{i}"), s)).collect(),
        Some(one) => Vec::from([("/Statement".to_string(), one)]),
        None => Vec::new(),
    };
    let named = statements.into_iter().filter(|(_, s)| {
        s.pointer("/Principal/Federated").and_then(Value::as_str).is_some_and(|federated| federated == arn)
    });
    named.map(|(at, _)| in_policy(&format!("{at}/Principal/Federated"))).collect()
}

pub(super) fn principal(seen: &Seen<'_>, statement: &Statement, trace: &StatementTrace, element: &Compared) -> Fault {
    let ours = &seen.provider.arn;
    let all = statement.principals.as_ref().map(|principals| principals.values.as_slice()).unwrap_or_default();
    let near = all.iter().map(|(kind, value)| (principal_cause(*kind, value, ours), *kind, value));
    let Some(((id, weight, why), kind, value)) = near.min_by_key(|((_, weight, _), ..)| *weight) else {
        let finding = Finding::new("principal-spelling", in_policy(""), format!("{element}"), "name the provider");
        return Fault { finding, weight: 9, edit: Edit::None };
    };
    let base = format!("{}/{}", seen.statement(trace.index), element.element);
    let place = match kind {
        PrincipalKind::Any | PrincipalKind::Service => base,
        kind => format!("{base}/{}", kind.name()),
    };
    let message = format!("{trace} trusts {} {}: {why}; the token's provider is {ours}", kind.name(), short(value));
    // A statement for a service, another account's people or another provider serves somebody else: it stays.
    let other = weight > 5 && kind != PrincipalKind::Any && value != "*";
    let (edit, fix) = if other {
        (Edit::Another, format!("add a statement for {ours}: this one serves somebody else"))
    } else {
        let fix = format!("write \"Principal\": {{\"Federated\": \"{ours}\"}}");
        (Edit::Principal(kind, value.clone()), fix)
    };
    let finding = Finding::new(id, in_policy(&place), message, fix);
    Fault { finding, weight, edit }
}

/// Id, weight, and why.
fn principal_cause(kind: PrincipalKind, value: &str, ours: &str) -> (&'static str, u32, &'static str) {
    match kind {
        PrincipalKind::Aws if value.contains(":oidc-provider/") => {
            ("principal-aws", 3, "an OIDC provider is named under Federated, not under AWS")
        }
        PrincipalKind::Aws | PrincipalKind::CanonicalUser => {
            ("principal-aws", 7, "no AWS principal, not even *, stands for a web identity")
        }
        PrincipalKind::Any => ("principal-aws", 7, "* does not stand for a web identity"),
        PrincipalKind::Service if value.starts_with("pods.eks.") => {
            ("principal-service", 8, "that is how EKS Pod Identity is trusted, not IRSA")
        }
        PrincipalKind::Service => ("principal-service", 8, "a service is no web identity"),
        PrincipalKind::Federated => federated(value, ours),
    }
}

fn federated(value: &str, ours: &str) -> (&'static str, u32, &'static str) {
    const SPELLING: &str = "principal-spelling";
    if value.trim() == ours {
        return (SPELLING, 2, "a space too many");
    }
    if !value.starts_with("arn:") {
        return match value {
            "cognito-identity.amazonaws.com" | "www.amazon.com" | "graph.facebook.com" | "accounts.google.com" => {
                ("principal-other-provider", 6, "that is another provider")
            }
            _ => (SPELLING, 3, "the whole ARN of the provider has to stand there"),
        };
    }
    if value.contains("://") {
        return ("principal-scheme", 2, "the ARN has no https://");
    }
    let parts = |arn| {
        let (partition, account) = split(arn)?;
        let resource: &str = arn.splitn(6, ':').nth(5)?;
        Some((partition, account, resource.strip_prefix("oidc-provider/")?))
    };
    let (Some((partition, account, issuer)), Some((our_partition, our_account, our_issuer))) =
        (parts(value), parts(ours))
    else {
        return match split(value) {
            Some(_) if value.contains(":saml-provider/") => ("principal-other-provider", 6, "that is a SAML provider"),
            _ => (SPELLING, 3, "that is not how the ARN of an OIDC provider is put together"),
        };
    };
    match likeness(issuer, our_issuer) {
        Likeness::Same if partition != our_partition => ("principal-wrong-partition", 2, "the partition is another"),
        Likeness::Same if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) => {
            (SPELLING, 3, "an account has twelve digits")
        }
        Likeness::Same if account != our_account => ("principal-other-account", 3, "the account is another"),
        Likeness::Case => (SPELLING, 2, "letter case counts"),
        Likeness::Slash => (SPELLING, 2, "a slash at the end counts"),
        Likeness::Same | Likeness::Misspelt => {
            (SPELLING, 3, "it is cut short or misspelt; no wildcards stand in a principal")
        }
        Likeness::Other => ("principal-other-provider", 6, "that is another provider"),
    }
}
