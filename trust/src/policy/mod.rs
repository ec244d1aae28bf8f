//! IAM policies: read, decided, and explained by the decision itself.
//!
//! Grammar and evaluation as in the IAM user guide ("Grammar of the IAM JSON policy language", "Policy evaluation
//! logic"). Serves trust policies (a caller, no resource) and permission policies (a resource). [`evaluate`] gives an
//! [`Evaluation`] that lists every statement, every element and every condition with what it compared; the decision is
//! computed from that list and from nothing else, so that the two cannot differ.
//!
//! ```
//! use irsa_trust::policy::{Caller, Context, Decision, Policy, Question, evaluate};
//!
//! let provider = "arn:aws:iam::111122223333:oidc-provider/oidc.example";
//! let policy = Policy::parse(&format!(r#"{{"Version": "2012-10-17", "Statement": {{
//!     "Effect": "Allow",
//!     "Principal": {{"Federated": "{provider}"}},
//!     "Action": "sts:AssumeRoleWithWebIdentity",
//!     "Condition": {{"StringEquals": {{"oidc.example:sub": "system:serviceaccount:prod:app"}}}}
//! }}}}"#))?;
//! let mut context = Context::new();
//! context.put("token", "oidc.example:sub", ["system:serviceaccount:demo:app"]);
//! let caller = Some(Caller::Federated(provider));
//! let action = "sts:AssumeRoleWithWebIdentity";
//! let evaluation = evaluate(&policy, &Question { caller, action, resource: None, context: &context });
//! assert_eq!(evaluation.decision(), Decision::NotAllowed);
//! assert_eq!(
//!     evaluation.why(),
//!     ["statement 0: StringEquals oidc.example:sub: policy wants system:serviceaccount:prod:app, \
//!       token says system:serviceaccount:demo:app"]
//! );
//! # Ok::<(), irsa_core::Error>(())
//! ```
//!
//! Limits: 64 KiB of text; an evaluation takes at most [`MAX_WORK`] steps and is [`Decision::Undecided`] where it would
//! need more; a trace holds 1,024 characters of each value.

mod condition;
mod evaluate;
pub mod generate;
pub mod lint;
mod number;
mod operator;
mod parse;
mod pattern;
mod work;

pub use evaluate::{Caller, Compared, ConditionTrace, Decision, Evaluation, Question, StatementTrace, evaluate};
pub use operator::{Operator, Quantifier};
pub use parse::MAX_POLICY;
pub use work::MAX_WORK;

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};
use irsa_core::Error;

/// A policy document that follows the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Which language.
    pub version: Version,
    /// `Id`.
    pub id: Option<String>,
    /// In the order of the document.
    pub statements: Vec<Statement>,
}

impl Policy {
    /// Reads a document. Errors name the element at fault by JSON pointer.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse::policy(text)
    }

    /// Reads a document that is JSON already.
    pub fn from_json(document: &serde_json::Value) -> Result<Self, Error> {
        parse::document(document)
    }
}

/// `Version` of a document. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// `2008-10-17`, also where the member is missing: no policy variables.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// What a statement that applies does. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Allows, unless another statement denies.
    Allow,
    /// Denies, whatever else allows.
    Deny,
}

impl Effect {
    /// `Allow` or `Deny`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// `Sid`.
    pub sid: Option<String>,
    /// `Effect`.
    pub effect: Effect,
    /// `Principal` or `NotPrincipal`; permission policies have none.
    pub principals: Option<Principals>,
    /// `Action` or `NotAction`.
    pub actions: Patterns,
    /// `Resource` or `NotResource`; trust policies have none.
    pub resources: Option<Patterns>,
    /// All of them must hold. In the order of operator and key.
    pub conditions: Vec<Condition>,
}

/// `Action`, `NotAction`, `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patterns {
    /// True for the `Not…` form.
    pub negated: bool,
    /// As written, with `*` and `?`.
    pub values: Vec<String>,
}

/// `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principals {
    /// True for `NotPrincipal`.
    pub negated: bool,
    /// Each kind with its value. `"Principal": "*"` is `(Any, "*")`.
    pub values: Vec<(PrincipalKind, String)>,
}

/// The kinds of principals that the grammar has. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// A bare `"*"`.
    Any,
    /// Accounts, roles, users, sessions.
    Aws,
    /// S3 canonical users.
    CanonicalUser,
    /// Identity providers.
    Federated,
    /// AWS services.
    Service,
}

impl PrincipalKind {
    /// As in a document: `AWS`, `Federated`; `*` for [`PrincipalKind::Any`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "*",
            Self::Aws => "AWS",
            Self::CanonicalUser => "CanonicalUser",
            Self::Federated => "Federated",
            Self::Service => "Service",
        }
    }
}

/// One operator with one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Such as `StringEquals`.
    pub operator: Operator,
    /// As written; compared without regard to case.
    pub key: String,
    /// Values of which one must match (with negated operators: none may).
    pub values: Vec<String>,
}

/// What the request brings: condition keys with their values, and where each comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    keys: BTreeMap<String, Known>,
}

/// A condition key of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// In which spelling it was put in.
    pub key: String,
    /// One value, or several for a multivalued key.
    pub values: Vec<String>,
    /// Where it comes from, for people: `token`, `request`, `account`.
    pub origin: &'static str,
}

impl Context {
    /// Without any key.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts in a key, in place of an equal one.
    pub fn put(&mut self, origin: &'static str, key: &str, values: impl IntoIterator<Item = impl Into<String>>) {
        let values = values.into_iter().map(Into::into).collect();
        self.keys.insert(key.to_ascii_lowercase(), Known { key: key.to_owned(), values, origin });
    }

    /// Looks a key up, without regard to case.
    pub fn get(&self, key: &str) -> Option<&Known> {
        self.keys.get(&key.to_ascii_lowercase())
    }

    /// All keys, in the order of their lower-case spelling.
    pub fn iter(&self) -> impl Iterator<Item = &Known> {
        self.keys.values()
    }
}

/// Values of the request are cut at so many characters in a trace.
const MAX_TRACED: usize = 1024;

/// Whether a pattern with `*` and `?` stands for all of `text`.
pub(crate) fn covers(pattern: &str, text: &str) -> bool {
    let (text, mut work): (Vec<char>, _) = (text.chars().collect(), work::Work::new());
    match pattern::resolve(pattern, Version::V2008, true, &Context::new(), text.len(), &mut work) {
        Ok(pattern::Resolved::Pattern(tokens)) => pattern::matches(&tokens, &text, &mut work) == Ok(true),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
