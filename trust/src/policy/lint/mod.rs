//! What IAM says when a role's trust policy is written (CreateRole, UpdateAssumeRolePolicy), and what it stores although
//! it is a mistake.
//!
//! [`trust_policy`] takes the document's text as the API does, so that anything can be judged, `[]` too. A [`Refusal`]
//! is IAM's own answer: its code and, where somebody saw it, its text ([`Refusal::observed`]; any other text is ours, in
//! IAM's manner). A [`Warning`] is ours: the document alone shows that it lets in more, or less, than it seems to. What
//! a given token makes of a policy is not asked here.
//!
//! Sources: recorded answers (`sts-observed`, group provider, kind trust-write), "Identity-provider controls for shared
//! OIDC providers" of the IAM user guide, and threads that quote IAM; docs/iam-writes.md has a table.
//! Limits: 128 KiB of text (the API's own bound), nesting to 127, at most [`MOST_WARNINGS`] warnings.
//!
//! ```
//! use irsa_trust::policy::lint::{Place, Rule, trust_policy};
//!
//! let report = trust_policy(r#"{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}}"#, &Place::default());
//! let refusal = report.refusal.unwrap();
//! assert_eq!((refusal.code, refusal.rule, refusal.at.as_str()), ("MalformedPolicyDocument", Rule::PrincipalMissing, "/Statement"));
//! ```

mod document;
mod issuer;
mod principal;
mod rule;
mod warn;
mod write;

pub use rule::{Rule, WarningId};

use alloc::{string::String, vec::Vec};
use serde_json::{Value, json};

/// What IAM would answer, and what should be said besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// `None`: IAM stores the document.
    pub refusal: Option<Refusal>,
    /// In the order of the document. Where the document's grammar is broken, only what could be read is warned of.
    pub warnings: Vec<Warning>,
}

/// IAM's answer to a document that it does not store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which rule.
    pub rule: Rule,
    /// On the wire: `MalformedPolicyDocument`, `LimitExceeded` or `ValidationError`.
    pub code: &'static str,
    /// IAM's text, word for word, if `observed`.
    pub message: String,
    /// True where the text was recorded, or quoted by somebody who got it; else the code is sure and the words are ours.
    pub observed: bool,
    /// JSON pointer to the member at fault, or to the object in which something is missing; empty for the document.
    pub at: String,
    /// What to write.
    pub fix: String,
}

/// A mistake that IAM stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Which.
    pub id: WarningId,
    /// JSON pointer, as [`Refusal::at`].
    pub at: String,
    /// What is wrong, with its values.
    pub message: String,
    /// What to write.
    pub fix: String,
}

/// Where a role is, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The role's partition: `aws`, `aws-cn`.
    pub partition: Option<&'a str>,
    /// The role's account.
    pub account: Option<&'a str>,
    /// The account's quota of characters in a trust policy, white space not counted; 2,048 unless it was raised, and
    /// never more than [`MOST_SIZE`].
    pub size: usize,
}

impl Default for Place<'_> {
    fn default() -> Self {
        Self { partition: None, account: None, size: SIZE }
    }
}

/// Judges a trust policy as IAM does when it is written.
pub fn trust_policy(text: &str, place: &Place<'_>) -> Report {
    let document = match write::read(text, place) {
        Ok(document) => document,
        Err(refusal) => return Report { refusal: Some(refusal), warnings: Vec::new() },
    };
    let (refusal, statements) = match document.statements() {
        Ok(statements) => (issuer::check(&statements), statements),
        Err(refusal) => (Some(refusal), Vec::new()),
    };
    let warnings = warn::of(&document, &statements, place);
    Report { refusal, warnings }
}

impl Report {
    /// For programs: `{refusal: {rule, code, message, observed, at, fix} | null, warnings: [{id, at, message, fix}]}`.
    pub fn to_json(&self) -> Value {
        let refusal = self.refusal.as_ref().map(|refusal| {
            json!({
                "rule": refusal.rule.name(),
                "code": refusal.code,
                "message": refusal.message,
                "observed": refusal.observed,
                "at": refusal.at,
                "fix": refusal.fix,
            })
        });
        let warnings = self.warnings.iter().map(|warning| {
            json!({ "id": warning.id.name(), "at": warning.at, "message": warning.message, "fix": warning.fix })
        });
        json!({ "refusal": refusal, "warnings": warnings.collect::<Vec<_>>() })
    }
}

/// IAM's default quota of a trust policy, in characters ("IAM and STS quotas": role trust policy length).
pub const SIZE: usize = 2048;
/// A higher quota than this counts as this (IAM raises it to 4,096).
pub const MOST_SIZE: usize = 8192;
/// So many warnings are given.
pub const MOST_WARNINGS: usize = 100;

#[cfg(test)]
mod tests;
