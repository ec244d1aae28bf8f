//! Principals and actions: who is let in by which call.

use super::{Found, WEB_IDENTITY, issuer};
use crate::json::short;
use crate::policy::lint::write::Statement;
use crate::policy::lint::{Place, WarningId};
use crate::policy::{Effect, PrincipalKind};
use alloc::format;
use core::fmt::Display;

pub(super) fn look(statement: &Statement<'_>, all: &[Statement<'_>], place: &Place<'_>, found: &mut Found) {
    for (kind, value, at) in &statement.principals {
        match kind {
            PrincipalKind::Federated => provider(value, at, place, found),
            PrincipalKind::Aws if *value == "*" && statement.effect == Effect::Allow => {
                let message = "* is every identity of every AWS account; web identities it does not let in";
                found.push(
                    WarningId::AnyPrincipal,
                    at,
                    message.into(),
                    "name the account or role; for a pod, write Federated with the ARN of its issuer's provider",
                );
            }
            PrincipalKind::Service if *value == "pods.eks.amazonaws.com" => {
                let message = "this is the principal of EKS Pod Identity, whose agent makes another call than a pod with a web identity token";
                found.push(
                    WarningId::PodIdentity,
                    at,
                    message.into(),
                    "for IRSA write Federated with the ARN of the cluster's provider, and sts:AssumeRoleWithWebIdentity",
                );
            }
            _ => {}
        }
    }
    if statement.effect == Effect::Allow {
        actions(statement, all, found);
    }
}

fn actions(statement: &Statement<'_>, all: &[Statement<'_>], found: &mut Found) {
    let federated = |statement: &Statement<'_>, wanted: &str| {
        statement.principals.iter().any(|(kind, value, _)| *kind == PrincipalKind::Federated && *value == wanted)
    };
    if statement.not_action {
        let at = format!("{}/NotAction", statement.at);
        let message = "NotAction gives every action that it does not name, those of the future too";
        found.push(WarningId::NotAction, &at, message.into(), "write Action with the actions that are meant");
    }
    let at = format!("{}/{}", statement.at, if statement.not_action { "NotAction" } else { "Action" });
    for (kind, value, _) in &statement.principals {
        let oidc = *kind == PrincipalKind::Federated && issuer(value).is_some();
        let elsewhere = |other: &Statement<'_>| {
            other.effect == Effect::Allow && other.allows(WEB_IDENTITY) && federated(other, value)
        };
        if oidc && !all.iter().any(elsewhere) {
            let given = statement.actions.iter().map(|(action, _)| *action).collect::<alloc::vec::Vec<_>>().join(", ");
            let message = format!("{} may call {given}, and no statement gives it {WEB_IDENTITY}", short(value));
            found.push(WarningId::ActionNotGiven, &at, message, "write \"Action\": \"sts:AssumeRoleWithWebIdentity\"");
            break;
        }
    }
    let names_it = !statement.not_action && statement.allows(WEB_IDENTITY);
    let any_provider = statement.principals.iter().any(|(kind, ..)| *kind == PrincipalKind::Federated);
    if names_it && !any_provider {
        let message = format!("{WEB_IDENTITY} is only ever called by Federated principals, and there is none here");
        let fix = "write \"Federated\": \"arn:aws:iam::ACCOUNT:oidc-provider/ISSUER-WITHOUT-https://\"";
        found.push(WarningId::PrincipalKind, &format!("{}/Principal", statement.at), message, fix);
    }
}

/// A value of `Federated` against what providers are called.
fn provider(value: &str, at: &str, place: &Place<'_>, found: &mut Found) {
    let Some(issuer) = issuer(value) else { return };
    if value.contains("://") {
        let message = format!("{} holds a scheme, which the ARN of no provider does", short(value));
        found.push(WarningId::ProviderScheme, at, message, "leave out https://");
    }
    if matches!(
        issuer,
        "accounts.google.com" | "cognito-identity.amazonaws.com" | "graph.facebook.com" | "www.amazon.com"
    ) && !value.contains(':')
    {
        return;
    }
    let mut parts = value.splitn(6, ':');
    let [head, partition, service, region, account, resource] = [(); 6].map(|()| parts.next().unwrap_or_default());
    let mut spelling = |what: &dyn Display, fix: &str| {
        found.push(WarningId::ProviderSpelling, at, format!("{} {what}", short(value)), fix);
    };
    if head != "arn" || service != "iam" || !region.is_empty() || !resource.starts_with("oidc-provider/") {
        let fix = format!("write the ARN: arn:aws:iam::ACCOUNT:oidc-provider/{}", short(issuer));
        return spelling(&"is not the ARN of an OIDC provider", &fix);
    }
    if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
        return spelling(
            &format!("has the account {}, which has not 12 digits", short(account)),
            "write the account's number",
        );
    }
    if value.contains(['*', '?']) {
        return spelling(&"has a wildcard, which principals do not have", "name each provider, in an array if need be");
    }
    if issuer.is_empty() || !value.bytes().all(|b| b.is_ascii_graphic()) {
        return spelling(&"has a character that no provider's ARN has, such as a space", "write the ARN without it");
    }
    if issuer.ends_with('/') {
        let fix = "leave out the slash at the end, unless the token's iss has it";
        spelling(&"ends in a slash, as hardly an issuer does", fix);
    }
    let other = |what: &str, wanted: &str| {
        (
            format!("{} is in the {what} of another than the role, {wanted}", short(value)),
            format!("write {wanted} in its place"),
        )
    };
    if let Some(wanted) = place.partition.filter(|wanted| *wanted != partition) {
        let (message, fix) = other("partition", wanted);
        found.push(WarningId::ProviderPartition, at, message, &fix);
    }
    if let Some(wanted) = place.account.filter(|wanted| *wanted != account) {
        let (message, fix) = other("account", wanted);
        found.push(WarningId::ProviderAccount, at, message, &fix);
    }
}
