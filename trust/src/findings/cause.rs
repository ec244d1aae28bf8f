//! Why a trust policy does not allow: from what the evaluation compared to the slip that a person made.
//!
//! The statement that comes nearest to allowing is the one that was meant; each of its elements and conditions that did
//! not match is held against what the token says.

use super::call::{Call, audiences, split};
use super::edit::Edit;
use super::names::{self, Absent, Likeness, likeness};
use super::text::{covers, is_other_pattern, is_template, nearest, pieces};
use super::{Finding, Mend, Setup, in_policy, mend};
use crate::federation::{Denied, Provider, bare};
use crate::json::{short, step};
use crate::policy::{
    Compared, Condition, ConditionTrace, Decision, Effect, Evaluation, Policy, PrincipalKind, Quantifier, Statement,
    StatementTrace, Version,
};
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
    passed_by: Vec<String>,
    policy: &'a Policy,
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

    fn issuer(&self) -> &str {
        self.provider.key_prefix()
    }

    /// Namespace and name, where the subject is a service account.
    fn account(&self) -> Option<(&str, &str)> {
        account(&self.subject)
    }

    /// Pointer to a statement.
    fn statement(&self, index: usize) -> String {
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
struct Fault {
    finding: Finding,
    /// How far it is from what was meant.
    weight: u32,
    edit: Edit,
}

/// The findings for a denial by the trust policy, the first of them with a mend where there is one.
pub(super) fn of(setup: &Setup, call: &Call, denied: &Denied) -> Vec<Finding> {
    let Some(seen) = Seen::new(call) else { return Vec::new() };
    let Some(evaluation) = denied.reason.evaluations.last() else { return Vec::new() };
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
            place = condition_place(seen, trace.index, condition);
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
                faults.push(self::condition(seen, statement, trace, (condition, compared), resolved(trace.index, at)));
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

fn principal(seen: &Seen<'_>, statement: &Statement, trace: &StatementTrace, element: &Compared) -> Fault {
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

fn condition_place(seen: &Seen<'_>, index: usize, condition: &ConditionTrace) -> String {
    let at = format!("{}/Condition/{}", seen.statement(index), condition.operator);
    step(&at, &condition.key)
}

/// What an operator compares.
fn family(condition: &Condition) -> &'static str {
    let test = condition.operator.test;
    ["String", "Arn", "Date", "Numeric", "Binary", "Bool", "Null"]
        .into_iter()
        .find(|family| test.starts_with(family))
        .unwrap_or("Ip")
}

/// What a key holds.
fn kind_of(key: &str) -> &'static str {
    match key.to_ascii_lowercase().as_str() {
        "aws:currenttime" | "aws:tokenissuetime" => "Date",
        "aws:epochtime" => "Date or Numeric",
        "aws:sourceip" | "aws:vpcsourceip" => "Ip",
        "aws:securetransport" | "aws:multifactorauthpresent" | "sts:roleauthorizedbyidp" => "Bool or String",
        "aws:principalarn" | "aws:sourcearn" | "aws:userid" => "Arn or String",
        _ => "String",
    }
}

fn condition(
    seen: &Seen<'_>,
    statement: &Statement,
    trace: &StatementTrace,
    (condition, compared): (&Condition, &ConditionTrace),
    resolves: bool,
) -> Fault {
    let place = in_policy(&condition_place(seen, trace.index, compared));
    let found = compared.request_values.as_deref().filter(|values| !values.is_empty());
    let message = format!("{trace}: {compared}");
    let at = (condition.operator.to_string(), condition.key.clone());
    let remove = || Edit::Remove(at.0.clone(), at.1.clone());
    let fault = |id, weight, fix: String, edit| Fault {
        finding: Finding::new(id, place.clone(), message.clone(), fix),
        weight,
        edit,
    };
    let claim = claim_of(&condition.key, seen.issuer());
    let right = match claim {
        Some("sub") => Some(seen.subject.as_str()),
        Some("aud" | "oaud") => Some(seen.audience.as_str()),
        _ => None,
    };
    let set = || right.map_or_else(remove, |right| Edit::Value(at.0.clone(), at.1.clone(), right.into()));

    if family(condition) == "Null" {
        let fix = match found {
            Some(_) => "compare the key's value with StringEquals; Null true holds only where the key is absent",
            None => "remove the condition: this call does not carry the key, and Null false asks for it",
        };
        return fault("trust-operator", 2, fix.into(), remove());
    }
    if condition.values.is_empty() {
        let fix = right.map_or_else(|| "list the values".into(), |right| format!("list the value: {}", short(right)));
        return fault("trust-empty-values", 2, fix, set());
    }
    let Some(found) = found else {
        // The same claim of our issuer stands beside it, and is right: the statement was meant for both issuers.
        let claim = condition.key.rsplit(':').next().unwrap_or_default();
        let ours = format!("{}:{claim}", seen.issuer());
        let doubled = trace.conditions.iter().any(|other| other.matched && other.key.eq_ignore_ascii_case(&ours));
        return missing(seen, condition, fault, at, doubled);
    };
    let found = found.first().map(String::as_str).unwrap_or_default();

    if condition.operator.is_negated() {
        let fix = match right {
            Some(right) => {
                format!("{} keeps out the one that is to be let in: use StringEquals with {}", at.0, short(right))
            }
            None => format!("{} keeps out just this value: remove the condition", at.0),
        };
        return fault("trust-negated-operator", 2, fix, remove());
    }
    let text_key = claim.is_some();
    let (family, kind) = (family(condition), kind_of(&condition.key));
    let address = kind == "Ip" && family == "String" && !condition.values.iter().any(|value| value.contains('/'));
    if text_key && family != "String" || !text_key && !kind.contains(family) && !address {
        let fix = format!(
            "use an operator for {}: {} does not compare what this key holds",
            if text_key { "texts, StringEquals or StringLike" } else { kind },
            at.0
        );
        return fault(
            "trust-operator",
            2,
            fix,
            if text_key { Edit::Operator(at.0.clone(), at.1.clone(), right.unwrap_or(found).into()) } else { remove() },
        );
    }
    let twin = statement.conditions.iter().zip(&trace.conditions).any(|(other, compared)| {
        let same = other.key.eq_ignore_ascii_case(&condition.key)
            && (other.operator, &other.key) != (condition.operator, &condition.key);
        same && compared.matched
            && !other.operator.is_negated()
            && self::family(other) != "Null"
            && other.operator.quantifier != Quantifier::All
    });
    if twin {
        let fix = "two conditions on one key must both hold: put the values into one list under one operator, or into two statements";
        return fault("trust-conditions-anded", 2, fix.into(), remove());
    }
    if condition.operator.has_variables() && condition.values.iter().any(|value| value.contains("${")) {
        if seen.policy.version == Version::V2008 && resolves {
            let fix = "write \"Version\": \"2012-10-17\": without it ${…} is plain text";
            return fault("trust-variable-version", 2, fix.into(), Edit::Version);
        }
        let escaped = ["${*}", "${?}", "${$}"].iter().any(|escape| condition.values.iter().any(|v| v.contains(escape)));
        let unresolved = compared.notes.iter().any(|note| note.contains("without a single value"));
        if escaped || unresolved || seen.policy.version == Version::V2008 {
            let fix = match escaped {
                true => "${*}, ${?} and ${$} stand for the characters themselves: write the value, or * alone under StringLike".into(),
                false => right.map_or_else(|| "write the value: the variable has none in this call".into(), |right| format!("write the value itself: {}", short(right))),
            };
            return fault("trust-variable-unresolved", 2, fix, set());
        }
    }
    let like = condition.operator.has_wildcards();
    if !like && condition.values.iter().any(|value| value.contains(['*', '?'])) {
        let fits = condition.values.iter().any(|value| covers(value, found, false));
        let fix = format!(
            "* and ? are plain characters under {}: use StringLike, or write {}",
            at.0,
            short(right.unwrap_or(found))
        );
        return fault("trust-wildcard-under-equals", if fits { 1 } else { 3 }, fix, set());
    }
    let causes = condition.values.iter().map(|value| match claim {
        Some("sub") => subject_cause(seen, value, like),
        Some("aud" | "oaud") => audience_cause(seen, value, like),
        _ if value.eq_ignore_ascii_case(found) => ("trust-value-case", 1),
        _ => ("trust-other-key-value", 2),
    });
    let (id, weight) = causes.min_by_key(|(_, weight)| *weight).unwrap_or(("trust-other-key-value", 2));
    let fix = match (id, right) {
        ("trust-other-key-value", _) | (_, None) => {
            format!("the request has {}: change the value, or remove the condition", short(found))
        }
        ("trust-key-claim-swapped", Some(right)) => {
            format!("the value belongs under another key; here stands {}", short(right))
        }
        ("token-azp", _) => {
            "azp counts in the place of aud: have the issuer leave azp out, or name it in the policy".into()
        }
        ("trust-wildcard-misplaced", Some(right)) => format!(
            "* is any text and ? one character, and nothing else is a pattern: write one that covers {}",
            short(right)
        ),
        (
            "trust-sub-namespace" | "trust-sub-service-account" | "trust-sub-swapped" | "trust-sub-format",
            Some(right),
        ) => {
            format!("write {}; or run the pod as the service account that the policy names", short(right))
        }
        (_, Some(right)) => format!("write {}", short(right)),
    };
    let edit = match (right, family) {
        // The session's name is another one with each program: there is none to be written down.
        (None, "String") if condition.key.eq_ignore_ascii_case("sts:RoleSessionName") => remove(),
        (None, "String" | "Ip" | "Arn") => Edit::Also(at.0.clone(), at.1.clone(), found.into()),
        _ => set(),
    };
    fault(id, weight, fix, edit)
}

/// A key that the request does not carry.
fn missing(
    seen: &Seen<'_>,
    condition: &Condition,
    fault: impl Fn(&'static str, u32, String, Edit) -> Fault,
    at: (String, String),
    doubled: bool,
) -> Fault {
    let issuer = seen.issuer();
    let cause = names::absent(&condition.key, issuer);
    let claim = if condition.key.contains("://") || condition.key.rsplit_once(':').is_some() {
        condition.key.rsplit(':').next().unwrap_or_default()
    } else {
        condition.key.rsplit(['/', '.']).next().unwrap_or_default()
    };
    // Which claim was meant: by the key's end, else by the values.
    let by_value = |value: &String| if *value == seen.subject || account(value).is_some() { "sub" } else { "aud" };
    let meant = match names::CLAIMS.iter().find(|known| claim.eq_ignore_ascii_case(known.trim())) {
        Some(known) => known,
        None => {
            nearest(claim.trim(), &["sub", "aud"]).or_else(|| condition.values.first().map(by_value)).unwrap_or("sub")
        }
    };
    let rename = |claim: &str| Edit::Rename(at.0.clone(), at.1.clone(), format!("{issuer}:{claim}"));
    let right = format!("{issuer}:{meant}");
    let (id, weight, fix, edit) = match cause {
        Absent::Scheme => ("trust-key-scheme", 2, format!("leave out the scheme: {right}"), rename(meant)),
        Absent::Slash => {
            ("trust-key-trailing-slash", 2, format!("the issuer is {issuer}: write {right}"), rename(meant))
        }
        Absent::OtherIssuer if doubled => {
            let fix = "the keys of two issuers in one statement must all be there, and a token has one issuer: write a statement for each";
            ("trust-conditions-anded", 2, fix.into(), Edit::Remove(at.0.clone(), at.1.clone()))
        }
        Absent::OtherIssuer => (
            "trust-key-other-issuer",
            3,
            format!("the key names another issuer than the token's: write {right}"),
            rename(meant),
        ),
        Absent::Spelling => ("trust-key-spelling", 2, format!("write {right}"), rename(meant)),
        Absent::UnknownClaim => {
            let renamed = condition.values.contains(&seen.subject);
            let fix = format!(
                "{} is no condition key of this token: AWS has aud, sub, oaud, amr and email of a token, the latter two where the token has them; compare {issuer}:sub, or remove the condition",
                short(claim)
            );
            let edit = if renamed { rename("sub") } else { Edit::Remove(at.0.clone(), at.1.clone()) };
            ("trust-key-unknown-claim", 2, fix, edit)
        }
        Absent::NotSent => {
            let fix = format!("remove the condition: this call does not carry {}", short(&condition.key));
            ("trust-key-not-sent", 2, fix, Edit::Remove(at.0.clone(), at.1.clone()))
        }
    };
    fault(id, weight, fix, edit)
}

/// `sub` of `<issuer>:sub`, for the token's issuer.
fn claim_of<'k>(key: &'k str, issuer: &str) -> Option<&'static str> {
    let start: &'k str = key.get(..issuer.len())?;
    let claim = key.get(issuer.len()..)?.strip_prefix(':')?;
    let known = names::CLAIMS.iter().chain(crate::federation::issuer_claims(issuer));
    start.eq_ignore_ascii_case(issuer).then(|| known.copied().find(|known| claim.eq_ignore_ascii_case(known)))?
}

fn subject_cause(seen: &Seen<'_>, value: &str, like: bool) -> (&'static str, u32) {
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
    // A name of Kubernetes; or one that is right but for letter case, where the other part has the fault.
    let is_name = |part: &str, text: &str| {
        let own =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b) || like && b"*?".contains(&b);
        !part.is_empty() && part.bytes().all(own) || fits(&part.to_ascii_lowercase(), text)
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

fn audience_cause(seen: &Seen<'_>, value: &str, like: bool) -> (&'static str, u32) {
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

const PREFIX: &str = "system:serviceaccount:";
const WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";
const OTHERS: [&str; 4] = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"];
