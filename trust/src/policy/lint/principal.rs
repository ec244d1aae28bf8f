//! `Principal` of a trust policy, as IAM takes it.
//!
//! IAM user guide, "AWS JSON policy elements: Principal". Whether a principal exists is not asked here: IAM asks it of
//! users and roles, and never of providers.

use super::document::Node;
use super::write::{SYNTAX, malformed};
use super::{Refusal, Rule};
use crate::json::{short, step};
use crate::policy::PrincipalKind;
use alloc::{format, string::String, vec::Vec};

/// Kind, value, JSON pointer to the value.
pub(super) type Principal<'a> = (PrincipalKind, &'a str, String);

pub(super) fn read<'a>(statement: &'a Node, at: &str) -> Result<Vec<Principal<'a>>, Refusal> {
    if statement.get("NotPrincipal").is_some() {
        let fix = "name who may assume the role by Principal; keep others out by a Deny statement with a condition";
        let message = "Has prohibited field NotPrincipal";
        return Err(malformed(Rule::NotPrincipal, &step(at, "NotPrincipal"), message, false, fix));
    }
    let Some(principal) = statement.get("Principal") else {
        return Err(malformed(Rule::PrincipalMissing, at, "Missing required field Principal", false, FEDERATED));
    };
    let at = step(at, "Principal");
    match principal {
        Node::Object(_) => {}
        Node::Text(text) if text == "*" => {
            let message = "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\".";
            let fix = format!("{FEDERATED}; if really everybody is meant, \"Principal\": {{\"AWS\": \"*\"}}");
            return Err(malformed(Rule::PrincipalAny, &at, message, true, &fix));
        }
        _ => return Err(malformed(Rule::Principal, &at, SYNTAX, false, FEDERATED)),
    }
    let kinds = [PrincipalKind::Aws, PrincipalKind::CanonicalUser, PrincipalKind::Federated, PrincipalKind::Service];
    let mut found = Vec::new();
    for (name, values) in principal.members() {
        let at = step(&at, name);
        let Some(kind) = kinds.into_iter().find(|kind| kind.name() == name) else {
            let fix = "there are Federated, AWS and Service, spelt so";
            return Err(malformed(Rule::Principal, &at, SYNTAX, false, fix));
        };
        for (value, at) in values.each(&at) {
            let Some(text) = value.text() else {
                return Err(malformed(Rule::Principal, &at, SYNTAX, false, "write a string, or an array of strings"));
            };
            form(kind, text, &at)?;
            found.push((kind, text, at));
        }
    }
    if found.is_empty() {
        let message = "Invalid principal in policy: com.amazon.balsa.error.InvalidPolicyException: The passed in \
                       policy has a statement with no principals!";
        // Seen for an empty list of accounts.
        let seen = !principal.members().is_empty();
        return Err(malformed(Rule::Principal, &at, message, seen, FEDERATED));
    }
    Ok(found)
}

fn form(kind: PrincipalKind, value: &str, at: &str) -> Result<(), Refusal> {
    let invalid = |fix: &str| {
        let name = kind.name().to_uppercase();
        let message = format!("Invalid principal in policy: \"{name}\":\"{}\"", short(value));
        Err(malformed(Rule::Principal, at, &message, true, fix))
    };
    match kind {
        PrincipalKind::Aws if !is_aws(value) => {
            invalid("write an account's 12 digits, or the whole ARN of a role or user: no wildcard, no empty part")
        }
        PrincipalKind::Service if !is_domain(value) => invalid("write the service's name, such as ec2.amazonaws.com"),
        PrincipalKind::Federated if !is_provider(value) && !is_domain(value) => {
            let message = "Federated principals must be valid domain names or SAML metadata ARNs";
            Err(malformed(Rule::Federated, at, message, true, FEDERATED))
        }
        _ => Ok(()),
    }
}

/// `*`, an account, an id of a principal that was deleted, or an ARN of IAM or STS without wildcards.
fn is_aws(value: &str) -> bool {
    let account = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    let id = |text: &str| {
        (16..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    if value == "*" || account(value) || id(value) {
        return true;
    }
    let mut parts = value.splitn(6, ':');
    match [(); 6].map(|()| parts.next()) {
        [Some("arn"), Some(partition), Some(service), Some(""), Some(of), Some(resource)] => {
            let known = match service {
                "iam" => resource == "root" || resource.starts_with("user/") || resource.starts_with("role/"),
                "sts" => resource.starts_with("assumed-role/") || resource.starts_with("federated-user/"),
                _ => false,
            };
            partition.starts_with("aws") && account(of) && known && !resource.contains(['*', '?', ' '])
        }
        _ => false,
    }
}

/// An ARN of IAM for a provider of either kind. Its account and what follows the kind are not looked at: a provider
/// need not exist.
fn is_provider(value: &str) -> bool {
    let mut parts = value.splitn(6, ':');
    match [(); 6].map(|()| parts.next()) {
        [Some("arn"), Some(partition), Some("iam"), Some(""), Some(_), Some(resource)] => {
            let name = resource.strip_prefix("oidc-provider/").or_else(|| resource.strip_prefix("saml-provider/"));
            partition.starts_with("aws") && name.is_some_and(|name| !name.is_empty())
        }
        _ => false,
    }
}

/// Labels of letters, digits and hyphens with a dot between.
fn is_domain(value: &str) -> bool {
    let label = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    value.len() <= 253 && value.contains('.') && value.split('.').all(label)
}

const FEDERATED: &str =
    "write \"Principal\": {\"Federated\": \"arn:aws:iam::ACCOUNT:oidc-provider/ISSUER-WITHOUT-https://\"}";

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn forms() {
        for (kind, good, bad) in [
            (
                PrincipalKind::Aws,
                &[
                    "*",
                    "123456789012",
                    "arn:aws:iam::123456789012:root",
                    "arn:aws-cn:iam::123456789012:role/a/b",
                    "AROAEXAMPLE12345678AB",
                ][..],
                &[
                    "",
                    "12345",
                    "arn:aws::iam::123456789012:root",
                    "arn:aws:iam::123456789012:role/*",
                    "arn:aws:iam::123456789012:group/a",
                    "a",
                ][..],
            ),
            (
                PrincipalKind::Service,
                &["ec2.amazonaws.com", "ssm.cn-north-1.amazonaws.com.cn"],
                &["lambda", "*", "", "a..b", "a b.c"],
            ),
            (
                PrincipalKind::Federated,
                &[
                    "accounts.google.com",
                    "arn:aws:iam::1:oidc-provider/a",
                    "arn:aws:iam::123456789012:saml-provider/a",
                    "arn:aws:iam::accountId:oidc-provider/a/*",
                ],
                &[
                    "",
                    "https://oidc.example",
                    "oidc.example/id/1",
                    "*",
                    "arn:aws:iam::123456789012:role/a",
                    "arn:aws:iam::123456789012:oidc-provider/",
                ],
            ),
        ] {
            for value in good {
                assert_eq!(form(kind, value, "").map_err(|e| e.message), Ok(()), "{value}");
            }
            for value in bad {
                assert!(form(kind, value, "").is_err(), "{value}");
            }
        }
        let refused = form(PrincipalKind::Service, "lambda", "").unwrap_err().message.to_string();
        assert_eq!(refused, "Invalid principal in policy: \"SERVICE\":\"lambda\"");
    }
}
