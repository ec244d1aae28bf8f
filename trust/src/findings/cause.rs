//! Why a trust policy does not allow: from what the evaluation compared to the slip that a person made.
//!
//! The statement that comes nearest to allowing is the one that was meant; each of its elements and conditions that did
//! not match is held against what the token says.

use super::call::{Call, audiences};
use super::edit::Edit;
use super::principal::principal;
use super::text::nearest;
use super::{Finding, Mend, Setup, condition, in_policy, mend};
use crate::federation::{Denied, Provider, bare};
use crate::json::short;
use crate::policy::{Compared, Decision, Effect, Evaluation, Policy, Statement, StatementTrace, Version};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde_json::{Map, Value};

/// What is compared with.
pub(super) struct Seen<'a> {
    pub provider: &'a Provider,
    pub subject: String,
    pub audience: String,
    /// All of `aud`, where `azp` counts in its place.
    pub passed_by: Vec<String>,
    pub policy: &'a Policy,
    document: &'a Value,
}

impl<'a> Seen<'a> {
    pub(super) fn new(call: &'a Call) -> Option<Self> {
        let claims = call.claims();
        let subject = match claims.get("sub")? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let all = claims.get("aud").cloned().unwrap_or_default();
        let mut passed_by = Vec::new();
        if claims.contains_key("azp") {
            passed_by = audiences(&Map::from_iter([("aud".to_string(), all)]));
        }
        Some(Self {
            provider: call.provider()?,
            subject,
            audience: audiences(&claims).into_iter().next().unwrap_or_default(),
            passed_by,
            policy: &call.world.roles.iter().find(|role| role.arn == call.asked)?.trust_policy,
            document: call.document.as_ref()?,
        })
    }

    pub(super) fn issuer(&self) -> &str {
        self.provider.key_prefix()
    }

    /// Namespace and name, where the subject is a service account.
    pub(super) fn account(&self) -> Option<(&str, &str)> {
        account(&self.subject)
    }

    /// Pointer to a statement.
    pub(super) fn statement(&self, index: usize) -> String {
        match self.document.get("Statement") {
            Some(Value::Array(_)) => format!("/Statement/{index}"),
            _ => "/Statement".into(),
        }
    }
}

/// Namespace and name of `system:serviceaccount:<namespace>:<name>`.
pub(super) fn account(subject: &str) -> Option<(&str, &str)> {
    subject.strip_prefix(PREFIX)?.split_once(':').filter(|(_, name)| !name.contains(':'))
}

/// Something that did not match.
pub(super) struct Fault {
    pub finding: Finding,
    /// How far it is from what was meant.
    pub weight: u32,
    pub edit: Edit,
}

/// The findings for a denial by the trust policy, the first of them with a mend where there is one.
pub(super) fn of(setup: &Setup, call: &Call, denied: &Denied) -> Vec<Finding> {
    let Some(seen) = Seen::new(call) else { return Vec::new() };
    let Some(evaluation) = denied.reason.evaluations.last() else { return Vec::new() };
    // What took too long to decide is nobody's fault that could be told; the reason itself says so.
    if evaluation.decision() == Decision::Undecided {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut edits = Vec::new();
    let mut denies = Vec::new();
    if evaluation.decision() == Decision::Denied {
        for trace in evaluation.statements.iter().filter(|s| s.effect == Effect::Deny && s.applies()) {
            findings.push(deny(&seen, trace, &evaluation.action));
            denies.push(trace.index);
        }
    }
    let allowed = evaluation.statements.iter().any(|s| s.effect == Effect::Allow && s.applies());
    if !allowed {
        let later = (seen.policy.version == Version::V2008).then(|| with_variables(setup, call)).flatten();
        let faults = allow(&seen, denied, evaluation, later.as_ref());
        for (index, fault) in faults {
            edits.push((index, fault.edit));
            findings.push(fault.finding);
        }
    }
    let mend = mend::policy(setup, call, &seen, &edits, &denies);
    if let Some(first) = findings.first_mut() {
        first.mend = mend.map(Mend::Policy);
    }
    findings
}

/// The trust policy cannot be stored.
pub(super) fn malformed(setup: &Setup, call: &Call) -> Option<Finding> {
    let refusal = call.unstorable.as_ref()?;
    let message = format!("IAM does not store this trust policy: {}", refusal.message);
    let finding = Finding::new("policy-malformed", in_policy(&refusal.at), message, refusal.fix.clone());
    Some(match mend::document(setup, call) {
        Some(policy) => finding.with(Mend::Policy(policy)),
        None => finding,
    })
}

/// The values that the trust policy wants of a claim of the token's issuer.
pub(super) fn values_of(call: &Call, claim: &str) -> Vec<String> {
    let claims = call.claims();
    let issuer = claims.get("iss").and_then(Value::as_str).map(bare).unwrap_or_default();
    let key = format!("{issuer}:{claim}");
    let statements = call.world.roles.iter().flat_map(|role| &role.trust_policy.statements);
    let conditions = statements.filter(|s| s.effect == Effect::Allow).flat_map(|s| &s.conditions);
    conditions.filter(|c| c.key.eq_ignore_ascii_case(&key)).flat_map(|c| c.values.iter().cloned()).collect()
}

fn deny(seen: &Seen<'_>, trace: &StatementTrace, action: &str) -> Finding {
    let mut place = seen.statement(trace.index);
    let mut why = String::new();
    for condition in &trace.conditions {
        let found = condition.request_values.as_deref().filter(|values| !values.is_empty());
        why += &match found {
            Some(values) => {
                format!("; {} {} has {}", condition.operator, short(&condition.key), short(&values.join(", ")))
            }
            None => format!("; {} {}: the request does not carry this key", condition.operator, short(&condition.key)),
        };
        if found.is_none() && condition.operator.contains("Not") {
            place = condition::condition_place(seen, trace.index, condition);
        }
    }
    let message = format!("{trace} is a Deny that applies to {action}{why}; a Deny wins, in whatever order they stand");
    let fix = "remove the Deny, or narrow its conditions so that they leave out this subject; an operator with Not holds where the key is absent";
    Finding::new("trust-explicit-deny", in_policy(&place), message, fix)
}

/// What kept the statement from applying that comes nearest.
fn allow(seen: &Seen<'_>, denied: &Denied, evaluation: &Evaluation, later: Option<&Evaluation>) -> Vec<(usize, Fault)> {
    let extra = match evaluation.action.as_str() {
        "sts:TagSession" => Some(("action-tag-session-missing", "sts:TagSession", "session tags")),
        "sts:SetSourceIdentity" => {
            Some(("action-source-identity-missing", "sts:SetSourceIdentity", "a source identity"))
        }
        _ => None,
    };
    let before = denied.reason.evaluations.first();
    let mut all: Vec<(u32, usize, Vec<Fault>)> = Vec::new();
    let resolved = |index: usize, at: usize| {
        let condition = later.and_then(|later| later.statements.get(index)?.conditions.get(at));
        condition.is_some_and(|condition| condition.matched)
    };
    for (statement, trace) in seen.policy.statements.iter().zip(&evaluation.statements) {
        if statement.effect != Effect::Allow {
            continue;
        }
        let mut faults = Vec::new();
        for element in trace.elements.iter().filter(|element| !element.matched) {
            faults.push(match (element.element, extra) {
                ("Principal" | "NotPrincipal", _) => principal(seen, statement, trace, element),
                (_, Some((id, action, what))) => {
                    let at = format!("{}/{}", seen.statement(trace.index), element.element);
                    let message = format!("the token carries {what}, and {trace} does not allow {action}");
                    let fix = format!("allow {action} beside sts:AssumeRoleWithWebIdentity");
                    Fault {
                        finding: Finding::new(id, in_policy(&at), message, fix),
                        weight: 4,
                        edit: Edit::Action(action),
                    }
                }
                _ => action(seen, statement, trace, element),
            });
        }
        for (at, (condition, compared)) in statement.conditions.iter().zip(&trace.conditions).enumerate() {
            if !compared.matched {
                faults.push(condition::condition(
                    seen,
                    statement,
                    trace,
                    (condition, compared),
                    resolved(trace.index, at),
                ));
            }
        }
        // The statement that allows the call itself is the one in which the other action is missing.
        let helped =
            extra.is_some() && before.and_then(|e| e.statements.get(trace.index)).is_some_and(StatementTrace::applies);
        let weight = faults.iter().map(|fault| fault.weight).sum::<u32>();
        all.push((if helped { weight.saturating_sub(3) } else { weight }, trace.index, faults));
    }
    let nearest = all.into_iter().min_by_key(|(weight, index, _)| (*weight, *index));
    match nearest {
        Some((_, index, faults)) => faults.into_iter().map(|fault| (index, fault)).collect(),
        None => {
            let message = "the policy has no statement that allows anything";
            let fix = "add an Allow statement for the provider with sts:AssumeRoleWithWebIdentity";
            let finding = Finding::new("action-wrong", in_policy("/Statement"), message, fix);
            [(0, Fault { finding, weight: 9, edit: Edit::None })].into()
        }
    }
}

/// The evaluation, were the document of version 2012-10-17.
fn with_variables(setup: &Setup, call: &Call) -> Option<Evaluation> {
    let mut call = call.clone();
    call.world.roles.iter_mut().for_each(|role| role.trust_policy.version = Version::V2012);
    let evaluations = match call.decide(setup)? {
        Ok(accepted) => accepted.evaluations,
        Err(denied) => denied.reason.evaluations,
    };
    evaluations.into_iter().next()
}

fn action(seen: &Seen<'_>, statement: &Statement, trace: &StatementTrace, element: &Compared) -> Fault {
    let place = format!("{}/{}", seen.statement(trace.index), element.element);
    let values = &statement.actions.values;
    let near = values.iter().find_map(|value| nearest(value, &[WEB_IDENTITY]));
    let slip = near.is_some() && values.iter().all(|value| !OTHERS.contains(&value.as_str()));
    let why = if statement.actions.negated { "leaves out" } else { "allows only" };
    let message = format!("{trace} {why} {}; the call is {WEB_IDENTITY}", short(&values.join(", ")));
    let fix = match slip {
        true => format!("write {WEB_IDENTITY}, spelt so"),
        false => format!("allow {WEB_IDENTITY}"),
    };
    let finding = Finding::new("action-wrong", in_policy(&place), message, fix);
    Fault { finding, weight: 4, edit: Edit::Action(WEB_IDENTITY) }
}

pub(super) const PREFIX: &str = "system:serviceaccount:";
const WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";
const OTHERS: [&str; 4] = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"];
