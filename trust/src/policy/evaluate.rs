//! The decision, and the list it is computed from. IAM user guide, "Policy evaluation logic": a statement applies where
//! principal, action, resource and all conditions match; one Deny that applies denies, else one Allow that applies
//! allows, else nothing is allowed.

use super::{
    Context, Effect, MAX_TRACED, Patterns, Policy, PrincipalKind, Principals, Statement, Version, condition, pattern,
    pattern::Resolved,
    work::{Spent, Work},
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
    /// It depends on what would take more than [`MAX_WORK`](super::MAX_WORK) steps. Never to be taken for an Allow.
    Undecided,
}

impl Decision {
    /// `allowed`, `explicitly denied`, `not allowed` or `undecided`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "explicitly denied",
            Self::NotAllowed => "not allowed",
            Self::Undecided => "undecided",
        }
    }

    /// Of several policies of one identity: one Deny denies, else one Allow allows.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Denied, _) | (_, Self::Denied) => Self::Denied,
            (Self::Undecided, _) | (_, Self::Undecided) => Self::Undecided,
            (Self::Allowed, _) | (_, Self::Allowed) => Self::Allowed,
            _ => Self::NotAllowed,
        }
    }

    /// Of a policy and one that limits it, such as a session policy: both must allow.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Denied, _) | (_, Self::Denied) => Self::Denied,
            (Self::Undecided, _) | (_, Self::Undecided) => Self::Undecided,
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
    /// True where that would take too many steps; `matched` is false then.
    pub undecided: bool,
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
    /// True where that would take too many steps; `matched` is false then.
    pub undecided: bool,
    /// What is special about it, such as an absent key or a variable's value.
    pub notes: Vec<String>,
}

/// Decides, with at most [`MAX_WORK`](super::MAX_WORK) steps.
pub fn evaluate(policy: &Policy, question: &Question<'_>) -> Evaluation {
    let mut work = Work::new();
    let trace = |(index, statement): (usize, &Statement)| StatementTrace {
        index,
        sid: statement.sid.clone(),
        effect: statement.effect,
        elements: elements(statement, policy.version, question, &mut work),
        conditions: {
            let conditions = statement.conditions.iter();
            conditions.map(|c| condition::test(c, policy.version, question.context, &mut work)).collect()
        },
    };
    Evaluation { action: question.action.into(), statements: policy.statements.iter().enumerate().map(trace).collect() }
}

impl Evaluation {
    /// What comes of the statements.
    pub fn decision(&self) -> Decision {
        let applies = |effect| self.statements.iter().any(|s| s.effect == effect && s.applies());
        let may_apply = |effect| self.statements.iter().any(|s| s.effect == effect && s.may_apply());
        if applies(Effect::Deny) {
            Decision::Denied
        } else if may_apply(Effect::Deny) {
            Decision::Undecided
        } else if applies(Effect::Allow) {
            Decision::Allowed
        } else if may_apply(Effect::Allow) {
            Decision::Undecided
        } else {
            Decision::NotAllowed
        }
    }

    /// As plain data; `matched` is null for what is undecided.
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
            Decision::Undecided => s.may_apply() && !s.applies(),
        };
        let mut lines = Vec::new();
        for statement in self.statements.iter().filter(deciding) {
            match decision {
                Decision::Allowed => lines.push(format!("{statement} allows {}", self.action)),
                Decision::Denied => lines.push(format!("{statement} denies {}: everything in it matches", self.action)),
                Decision::NotAllowed | Decision::Undecided => {
                    lines.extend(statement.misses().map(|miss| format!("{statement}: {miss}")))
                }
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

    /// True where nothing in it is known not to match.
    pub fn may_apply(&self) -> bool {
        self.elements.iter().all(|e| e.matched || e.undecided)
            && self.conditions.iter().all(|c| c.matched || c.undecided)
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
                "matched": (!e.undecided).then_some(e.matched),
            })
        });
        let conditions = self.conditions.iter().map(|c| {
            json!({
                "operator": c.operator,
                "key": c.key,
                "policy_values": c.policy_values,
                "request_values": c.request_values,
                "origin": c.origin,
                "matched": (!c.undecided).then_some(c.matched),
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
        write!(f, "{}: policy says {}, it is {}", self.element, list(&self.policy_values), self.request_value)?;
        if self.undecided { write!(f, "; {}", condition::spent()) } else { Ok(()) }
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

fn elements(statement: &Statement, version: Version, question: &Question<'_>, work: &mut Work) -> Vec<Compared> {
    let mut elements = Vec::with_capacity(3);
    if let Some(caller) = question.caller {
        elements.push(principal(statement.principals.as_ref(), caller));
    }
    let actions = &statement.actions;
    let fits = work.ask(|work| any(&actions.values, |value| pattern::matches_any_case(value, question.action, work)));
    elements.push(compared(["Action", "NotAction"], Some(actions), question.action, fits));
    if let Some(resource) = question.resource {
        let wanted = statement.resources.as_ref();
        let fits = work.ask(|work| resources(wanted, resource, version, question.context, work));
        elements.push(compared(["Resource", "NotResource"], wanted, resource, fits));
    }
    elements
}

/// An action or resource against its patterns. A statement without the element fits nothing.
fn compared(names: [&'static str; 2], wanted: Option<&Patterns>, value: &str, fits: Result<bool, Spent>) -> Compared {
    let [name, not] = names;
    Compared {
        element: if wanted.is_some_and(|w| w.negated) { not } else { name },
        policy_values: wanted.map(|w| w.values.clone()).unwrap_or_default(),
        request_value: cut(value, MAX_TRACED),
        undecided: fits.is_err(),
        matched: fits.is_ok_and(|fits| wanted.is_some_and(|w| w.negated != fits)),
    }
}

fn resources(
    wanted: Option<&Patterns>,
    resource: &str,
    version: Version,
    context: &Context,
    work: &mut Work,
) -> Result<bool, Spent> {
    let Some(wanted) = wanted else { return Ok(false) };
    work.pay(resource.len())?;
    let text: Vec<char> = resource.chars().collect();
    any(&wanted.values, |value| match pattern::resolve(value, version, true, context, text.len(), work)? {
        Resolved::Pattern(tokens) => pattern::matches(&tokens, &text, work),
        Resolved::NoValue | Resolved::TooLong => Ok(false),
    })
}

fn any(values: &[String], mut fits: impl FnMut(&str) -> Result<bool, Spent>) -> Result<bool, Spent> {
    for value in values {
        if fits(value)? {
            return Ok(true);
        }
    }
    Ok(false)
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
        undecided: false,
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
