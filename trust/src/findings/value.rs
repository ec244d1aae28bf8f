//! Values that are not the token's: which slip each is, and how far off (1 is nearest).

use super::cause::{PREFIX, Seen};
use super::names;
use super::text::{covers, is_other_pattern, is_template, pieces};
use crate::policy::Condition;
use alloc::vec::Vec;

/// What an operator compares.
pub(super) fn family(condition: &Condition) -> &'static str {
    let test = condition.operator.test;
    ["String", "Arn", "Date", "Numeric", "Binary", "Bool", "Null"]
        .into_iter()
        .find(|family| test.starts_with(family))
        .unwrap_or("Ip")
}

/// What a key holds.
pub(super) fn kind_of(key: &str) -> &'static str {
    match key.to_ascii_lowercase().as_str() {
        "aws:currenttime" | "aws:tokenissuetime" => "Date",
        "aws:epochtime" => "Date or Numeric",
        "aws:sourceip" | "aws:vpcsourceip" => "Ip",
        "aws:securetransport" | "aws:multifactorauthpresent" | "sts:roleauthorizedbyidp" => "Bool or String",
        "aws:principalarn" | "aws:sourcearn" | "aws:userid" => "Arn or String",
        _ => "String",
    }
}

/// `sub` of `<issuer>:sub`, for the token's issuer.
pub(super) fn claim_of<'k>(key: &'k str, issuer: &str) -> Option<&'static str> {
    let start: &'k str = key.get(..issuer.len())?;
    let claim = key.get(issuer.len()..)?.strip_prefix(':')?;
    let known = names::CLAIMS.iter().chain(crate::federation::issuer_claims(issuer));
    start.eq_ignore_ascii_case(issuer).then(|| known.copied().find(|known| claim.eq_ignore_ascii_case(known)))?
}

pub(super) fn subject_cause(seen: &Seen<'_>, value: &str, like: bool) -> (&'static str, u32) {
    let subject = seen.subject.as_str();
    if value.eq_ignore_ascii_case(subject) || like && covers(value, subject, true) {
        return ("trust-value-case", 1);
    }
    let audience = value == seen.audience || seen.provider.client_ids.iter().any(|id| id == value);
    if audience || value.trim_start_matches("https://").starts_with("sts.amazonaws.com") {
        return ("trust-key-claim-swapped", 2);
    }
    if is_template(value) {
        return ("trust-variable-unresolved", 2);
    }
    let wild = like && value.contains(['*', '?']);
    let scattered = |pattern: &str, text: &str| wild && pieces(pattern).all(|piece| text.contains(piece));
    let Some((namespace, name)) = seen.account() else {
        let misplaced = scattered(value, subject) || like && is_other_pattern(value);
        return if misplaced { ("trust-wildcard-misplaced", 2) } else { ("trust-sub-value", 2) };
    };
    let parts: Vec<&str> = value.split(':').collect();
    let ["system", "serviceaccount", space, account] = parts.as_slice() else {
        let other = like && (value.starts_with('*') || value.starts_with(PREFIX) && wild || is_other_pattern(value));
        return if other { ("trust-wildcard-misplaced", 2) } else { ("trust-sub-format", 3) };
    };
    let fits = |pattern: &str, text: &str| if like { covers(pattern, text, false) } else { pattern == text };
    let right = (fits(space, namespace), fits(account, name));
    let crossed = *space == name && !right.0 || *account == namespace && !right.1;
    if namespace != name && crossed {
        return ("trust-sub-swapped", 2);
    }
    if like && is_other_pattern(value) || scattered(value, subject) {
        return ("trust-wildcard-misplaced", 2);
    }
    // A name of Kubernetes, be it in the wrong letter case; all in capitals it is what a template should have replaced.
    let is_name = |part: &str, text: &str| {
        let own = |b: u8| b.is_ascii_alphanumeric() || b"-.".contains(&b) || like && b"*?".contains(&b);
        let shouted = part.bytes().any(|b| b.is_ascii_uppercase()) && !part.bytes().any(|b| b.is_ascii_lowercase());
        !part.is_empty() && part.bytes().all(own) && !shouted || fits(&part.to_ascii_lowercase(), text)
    };
    match right {
        _ if !is_name(space, namespace) || !is_name(account, name) => ("trust-sub-format", 3),
        (true, false) if scattered(account, name) => ("trust-wildcard-misplaced", 2),
        (false, true) if scattered(space, namespace) => ("trust-wildcard-misplaced", 2),
        (true, false) => ("trust-sub-service-account", 2),
        (true, true) => ("trust-wildcard-misplaced", 2),
        (false, true) => ("trust-sub-namespace", 2),
        (false, false) => ("trust-sub-namespace", 4),
    }
}

pub(super) fn audience_cause(seen: &Seen<'_>, value: &str, like: bool) -> (&'static str, u32) {
    let audience = seen.audience.as_str();
    if value.eq_ignore_ascii_case(audience) || like && covers(value, audience, true) {
        return ("trust-value-case", 1);
    }
    if value == seen.subject || value.starts_with(PREFIX) {
        return ("trust-key-claim-swapped", 2);
    }
    if is_template(value) {
        return ("trust-variable-unresolved", 2);
    }
    if seen.passed_by.iter().any(|passed| passed == value) {
        return ("token-azp", 2);
    }
    if like && value.contains(['*', '?']) && pieces(value).all(|piece| audience.contains(piece)) {
        return ("trust-wildcard-misplaced", 2);
    }
    ("trust-aud-value", 2)
}
