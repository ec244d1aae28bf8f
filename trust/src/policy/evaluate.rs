//! The decision, and the list it is computed from. IAM user guide, "Policy evaluation logic": a statement applies where
//! principal, action, resource and all conditions match; one Deny that applies denies, else one Allow that applies
//! allows, else nothing is allowed.

use super::{
    Context, Effect, MAX_TRACED, Patterns, Policy, PrincipalKind, Principals, Statement, Version, condition, pattern,
};
use crate::json::{cut, short};
use alloc::{format, string::String, vec::Vec};
use core::fmt;
use serde_json::{Value, json};

/// What is asked of a policy.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Who asks, where the policy names principals (trust and resource policies); `None` for a permission policy, which
    /// belongs to whoever asks.
    pub caller: Option<Caller<'a>>,
    /// Such as `sts:AssumeRoleWithWebIdentity`.
    pub action: &'a str,
    /// ARN of what it is done to; `None` for a trust policy, which belongs to the role itself.
    pub resource: Option<&'a str>,
    /// The condition keys.
    pub context: &'a Context,
}

/// Who asks. This list grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caller<'a> {
    /// A user of an identity provider, by the provider's ARN or name. No `AWS` principal and no `*` stands for it.
    Federated(&'a str),
    /// A user, role or session of an account: its ARNs (session and role), any of which may be named.
    Aws {
        /// Such as an assumed-role ARN and the ARN of its role.
        arns: &'a [&'a str],
        /// Twelve digits; named alone or as `arn:…:root` it stands for all of the account.
        account: &'a str,
    },
}

/// What comes of it. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// An Allow applies and no Deny.
    Allowed,
    /// A Deny applies.
    Denied,
    /// Nothing applies.
    NotAllowed,
}

impl Decision {
    /// `allowed`, `explicitly denied` or `not allowed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "explicitly denied",
            Self::NotAllowed => "not allowed",
        }
    }

    /// Of several policies of one identity: one Deny denies, else one Allow allows.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Denied, _) | (_, Self::Denied) => Self::Denied,
            (Self::Allowed, _) | (_, Self::Allowed) => Self::Allowed,
            _ => Self::NotAllowed,
        }
    }

    /// Of a policy and one that limits it, such as a session policy: both must allow.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Denied, _) | (_, Self::Denied) => Self::Denied,
            (Self::Allowed, Self::Allowed) => Self::Allowed,
            _ => Self::NotAllowed,
        }
    }
}

/// A decision with all that it rests on. `to_json` gives it as plain data, `Display` as lines for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// What was asked for.
    pub action: String,
    /// Every statement, in the order of the document.
    pub statements: Vec<StatementTrace>,
}

/// A statement, and what it compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementTrace {
    /// From 0, in the order of the document.
    pub index: usize,
    /// `Sid`.
    pub sid: Option<String>,
    /// `Effect`.
    pub effect: Effect,
    /// Principal, action and resource, as far as they were asked for.
    pub elements: Vec<Compared>,
    /// Every condition, also behind one that failed.
    pub conditions: Vec<ConditionTrace>,
}

/// An element that was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Such as `Principal` or `NotAction`.
    pub element: &'static str,
    /// What the policy says.
    pub policy_values: Vec<String>,
    /// What the request has.
    pub request_value: String,
    /// Whether they match.
    pub matched: bool,
}

/// A condition that was tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionTrace {
    /// Such as `ForAnyValue:StringLikeIfExists`.
    pub operator: String,
    /// As the policy spells it.
    pub key: String,
    /// What the policy says.
    pub policy_values: Vec<String>,
    /// What the request has; `None` where it lacks the key.
    pub request_values: Option<Vec<String>>,
    /// Where the request's values come from.
    pub origin: Option<&'static str>,
    /// Whether the condition holds.
    pub matched: bool,
    /// What is special about it, such as an absent key or a variable's value.
    pub notes: Vec<String>,
}

/// Decides. Work: the size of the policy times the size of the request's values.
pub fn evaluate(policy: &Policy, question: &Question<'_>) -> Evaluation {
    let trace = |(index, statement): (usize, &Statement)| StatementTrace {
        index,
        sid: statement.sid.clone(),
        effect: statement.effect,
        elements: elements(statement, policy.version, question),
        conditions: statement.conditions.iter().map(|c| condition::test(c, policy.version, question.context)).collect(),
    };
    Evaluation { action: question.action.into(), statements: policy.statements.iter().enumerate().map(trace).collect() }
}

impl Evaluation {
    /// What comes of the statements.
    pub fn decision(&self) -> Decision {
        let applies = |effect| self.statements.iter().any(|s| s.effect == effect && s.applies());
        if applies(Effect::Deny) {
            Decision::Denied
        } else if applies(Effect::Allow) {
            Decision::Allowed
        } else {
            Decision::NotAllowed
        }
    }

    /// As plain data.
    pub fn to_json(&self) -> Value {
        let statements: Vec<Value> = self.statements.iter().map(StatementTrace::to_json).collect();
        json!({ "action": self.action, "decision": self.decision().name(), "statements": statements })
    }

    /// A line for each thing that made the decision: the statement that decided, or what kept each from applying.
    pub fn why(&self) -> Vec<String> {
        let decision = self.decision();
        let deciding = |s: &&StatementTrace| match decision {
            Decision::Denied => s.effect == Effect::Deny && s.applies(),
            Decision::Allowed => s.effect == Effect::Allow && s.applies(),
            Decision::NotAllowed => s.effect == Effect::Allow,
        };
        let mut lines = Vec::new();
        for statement in self.statements.iter().filter(deciding) {
            match decision {
                Decision::Allowed => lines.push(format!("{statement} allows {}", self.action)),
                Decision::Denied => lines.push(format!("{statement} denies {}: everything in it matches", self.action)),
                Decision::NotAllowed => lines.extend(statement.misses().map(|miss| format!("{statement}: {miss}"))),
            }
        }
        if lines.is_empty() {
            lines.push(format!("the policy has no statement that allows anything, so not {}", self.action));
        }
        lines
    }
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action, self.decision().name())?;
        self.why().iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl StatementTrace {
    /// True where everything in it matches.
    pub fn applies(&self) -> bool {
        self.elements.iter().all(|e| e.matched) && self.conditions.iter().all(|c| c.matched)
    }

    /// What does not match, a text for each.
    fn misses(&self) -> impl Iterator<Item = String> + '_ {
        let elements = self.elements.iter().filter(|e| !e.matched).map(|e| format!("{e}"));
        elements.chain(self.conditions.iter().filter(|c| !c.matched).map(|c| format!("{c}")))
    }

    fn to_json(&self) -> Value {
        let elements = self.elements.iter().map(|e| {
            json!({
                "element": e.element,
                "policy_values": e.policy_values,
                "request_value": e.request_value,
                "matched": e.matched,
            })
        });
        let conditions = self.conditions.iter().map(|c| {
            json!({
                "operator": c.operator,
                "key": c.key,
                "policy_values": c.policy_values,
                "request_values": c.request_values,
                "origin": c.origin,
                "matched": c.matched,
                "notes": c.notes,
            })
        });
        json!({
            "index": self.index,
            "sid": self.sid,
            "effect": self.effect.name(),
            "applies": self.applies(),
            "elements": elements.collect::<Vec<_>>(),
            "conditions": conditions.collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for StatementTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement {}", self.index)?;
        self.sid.as_ref().map_or(Ok(()), |sid| write!(f, " ({sid})"))
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: policy says {}, it is {}", self.element, list(&self.policy_values), self.request_value)
    }
}

impl fmt::Display for ConditionTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: policy wants {}", self.operator, self.key, list(&self.policy_values))?;
        if let Some(values) = &self.request_values {
            write!(f, ", {} says {}", self.origin.unwrap_or("request"), list(values))?;
        }
        self.notes.iter().try_for_each(|note| write!(f, "; {note}"))
    }
}

fn list(values: &[String]) -> String {
    match values {
        [] => "nothing (an empty list)".into(),
        [one] if one.is_empty() => "\"\"".into(),
        values => {
            const MOST: usize = 10;
            let shown: Vec<String> = values.iter().take(MOST).map(|value| short(value)).collect();
            let more = if values.len() > MOST { format!(" or … ({} in all)", values.len()) } else { String::new() };
            shown.join(" or ") + &more
        }
    }
}

fn elements(statement: &Statement, version: Version, question: &Question<'_>) -> Vec<Compared> {
    let mut elements = Vec::with_capacity(3);
    if let Some(caller) = question.caller {
        elements.push(principal(statement.principals.as_ref(), caller));
    }
    let Patterns { negated, values } = &statement.actions;
    elements.push(Compared {
        element: if *negated { "NotAction" } else { "Action" },
        policy_values: values.clone(),
        request_value: cut(question.action, MAX_TRACED),
        matched: *negated != values.iter().any(|value| pattern::matches_any_case(value, question.action)),
    });
    if let Some(resource) = question.resource {
        elements.push(self::resource(statement.resources.as_ref(), resource, version, question.context));
    }
    elements
}

fn resource(wanted: Option<&Patterns>, resource: &str, version: Version, context: &Context) -> Compared {
    let fits = |value: &String| {
        pattern::resolve(value, version, true, context).is_some_and(|tokens| pattern::matches(&tokens, resource))
    };
    Compared {
        element: if wanted.is_some_and(|w| w.negated) { "NotResource" } else { "Resource" },
        policy_values: wanted.map(|w| w.values.clone()).unwrap_or_default(),
        request_value: cut(resource, MAX_TRACED),
        matched: wanted.is_some_and(|w| w.negated != w.values.iter().any(fits)),
    }
}

fn principal(wanted: Option<&Principals>, caller: Caller<'_>) -> Compared {
    let text = |(kind, value): &(PrincipalKind, String)| match kind {
        PrincipalKind::Any => value.clone(),
        kind => format!("{} {value}", kind.name()),
    };
    Compared {
        element: if wanted.is_some_and(|w| w.negated) { "NotPrincipal" } else { "Principal" },
        policy_values: wanted.map(|w| w.values.iter().map(text).collect()).unwrap_or_default(),
        request_value: match caller {
            Caller::Federated(provider) => format!("{} {provider}", PrincipalKind::Federated.name()),
            Caller::Aws { arns, account } => {
                format!("{} {}", PrincipalKind::Aws.name(), arns.first().unwrap_or(&account))
            }
        },
        matched: wanted.is_some_and(|w| w.negated != w.values.iter().any(|(kind, value)| names(*kind, value, caller))),
    }
}

/// Whether a principal of the policy stands for the caller. There are no wildcards within one.
fn names(kind: PrincipalKind, value: &str, caller: Caller<'_>) -> bool {
    match (kind, caller) {
        (PrincipalKind::Federated, Caller::Federated(provider)) => value == provider,
        (PrincipalKind::Any, Caller::Aws { .. }) => true,
        (PrincipalKind::Aws, Caller::Aws { arns, account }) => {
            value == "*" || value == account || arns.contains(&value) || {
                let mut parts = value.split(':').skip(4);
                value.starts_with("arn:") && parts.next() == Some(account) && parts.eq(["root"])
            }
        }
        _ => false,
    }
}
