//! The smallest edit of a trust policy that lets the token in, judged again before it is given.
//!
//! Candidates come in the order in which a person would like them: only what was wrong; the same, with the subject named;
//! a statement of its own; a fresh document. The first counts that lets this token in, lets in nobody who was kept out
//! before ([`probes`]), and that IAM would store.

use super::Setup;
use super::call::Call;
use super::cause::{Seen, account};
use super::edit::{self, Edit};
use super::text::nearest;
use crate::federation::{Check, Provider};
use crate::policy::lint::{Place, trust_policy as write};
use crate::policy::{Effect, Policy, generate};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde_json::{Map, Value, json};

/// Edits by statement, and statements that deny.
pub(super) fn policy(
    setup: &Setup,
    call: &Call,
    seen: &Seen<'_>,
    edits: &[(usize, Edit)],
    denies: &[usize],
) -> Option<Value> {
    // One that IAM could store has less than half of this; judging it again and again has to stay cheap.
    let document = call.document.as_ref().filter(|document| document.to_string().len() <= MOST_EDITED)?;
    let issuer = seen.provider.key_prefix();
    let (sub, aud) = (format!("{issuer}:sub"), format!("{issuer}:aud"));
    let provider = seen.provider.arn.as_str();
    let actions = actions(call);
    let statement = || {
        let audience = Some(seen.audience.as_str()).filter(|audience| !audience.is_empty());
        let wanted = generate::Wanted { provider, subject: &seen.subject, audience };
        let mut statement = generate::statement(&wanted);
        if actions.len() > 1 {
            edit::set(&mut statement, "Action", json!(actions));
        }
        statement
    };
    let edited = |document: &Value| {
        let mut document = document.clone();
        let all = edits.iter().all(|(index, edit)| edit::apply(&mut document, *index, edit, provider));
        (all && !edits.is_empty()).then_some(document)
    };
    let named = |document: &Value| {
        let mut document = edited(document)?;
        let (index, _) = edits.first()?;
        edit::require(&mut document, *index, &sub, &seen.subject);
        edit::require(&mut document, *index, &aud, &seen.audience);
        Some(document)
    };
    let appended = |document: &Value| {
        let mut document = document.clone();
        edit::append(&mut document, statement());
        Some(document)
    };
    let removed = || {
        let mut document = document.clone();
        edit::remove(&mut document, denies);
        document
    };
    let spared = || {
        let mut document = document.clone();
        denies.iter().all(|index| edit::spare(&mut document, *index, &sub, &seen.subject)).then_some(document)
    };
    let fresh = || Some(json!({ "Version": "2012-10-17", "Statement": [statement()] }));

    let mut candidates: Vec<Option<Value>> = Vec::new();
    // Where not all whom it names can be tried, a Deny stays.
    let removed = (denied(seen).count() <= MOST_DENIED).then(removed);
    if denies.is_empty() {
        candidates.extend([edited(document), named(document), appended(document)]);
    } else {
        for base in [spared(), removed].into_iter().rev().flatten() {
            if edits.is_empty() {
                candidates.push(Some(base));
            } else {
                // Statements were counted before some were taken away.
                candidates.extend([appended(&base)]);
            }
        }
    }
    candidates.push(fresh());
    let probes = probes(call, seen);
    candidates.into_iter().flatten().find(|candidate| cures(setup, call, candidate, &probes))
}

/// The document's grammar is broken: the nearest words, else a fresh one.
pub(super) fn document(setup: &Setup, call: &Call) -> Option<Value> {
    let mut document = call.document.clone()?;
    for _ in 0..8 {
        let report = write(&document.to_string(), &Place::default());
        let Some(refusal) = report.refusal else { break };
        if !amend(&mut document, &refusal.at) {
            break;
        }
    }
    let seen = Seen::new(call)?;
    let issuer = seen.provider.key_prefix();
    let audience = Some(seen.audience.as_str()).filter(|audience| !audience.is_empty());
    let wanted = generate::Wanted { provider: &seen.provider.arn, subject: &seen.subject, audience };
    let mut named = document.clone();
    edit::require(&mut named, 0, &format!("{issuer}:sub"), &seen.subject);
    let probes = probes(call, &seen);
    let fresh = generate::trust_policy(&wanted);
    [document, named, fresh].into_iter().find(|candidate| cures(setup, call, candidate, &probes))
}

/// Writes the word that was meant at a pointer.
fn amend(document: &mut Value, at: &str) -> bool {
    let Some((before, name)) = edit::parent(at) else { return false };
    if at == "/Version" {
        return edit::set(document, "Version", "2012-10-17".into());
    }
    let Some(object) = edit::object(document, before) else { return false };
    if name == "Effect" {
        let effect = object.get("Effect").and_then(Value::as_str).and_then(|typed| nearest(typed, &["Allow", "Deny"]));
        object.insert("Effect".into(), effect.unwrap_or("Allow").into());
        return true;
    }
    let known = if before.ends_with("/Condition") { OPERATORS } else { ELEMENTS };
    let value = object.remove(&name);
    match (value, nearest(&name, known)) {
        (Some(value), Some(near)) if near != name && !object.contains_key(near) => {
            object.insert(near.into(), value);
            true
        }
        (Some(_), _) => true,
        (None, _) => false,
    }
}

/// Whether an edited policy lets this token in, nobody new, and can be stored.
fn cures(setup: &Setup, call: &Call, candidate: &Value, probes: &[Probe]) -> bool {
    let mut call = call.clone();
    let claims = call.claims();
    let place = call.place().map(|(partition, account)| (String::from(partition), String::from(account)));
    let place = match &place {
        Some((partition, account)) => Place { partition: Some(partition), account: Some(account), ..Place::default() },
        None => Place::default(),
    };
    if write(&candidate.to_string(), &place).refusal.is_some() || !admits(setup, &mut call, candidate, &claims) {
        return false;
    }
    let before = call.document.clone().unwrap_or_default();
    probes.iter().all(|probe| {
        let mut world = call.clone();
        world.world.providers.extend(probe.provider.clone());
        // A policy that cannot be stored let in nobody.
        !admits(setup, &mut world.clone(), candidate, &probe.claims)
            || call.unstorable.is_none() && admits(setup, &mut world, &before, &probe.claims)
    })
}

/// Whether this policy lets these claims in.
fn admits(setup: &Setup, call: &mut Call, document: &Value, claims: &Map<String, Value>) -> bool {
    let Ok(policy) = Policy::from_json(document) else { return false };
    for role in call.world.roles.iter_mut().filter(|role| role.arn == call.asked) {
        role.trust_policy = policy.clone();
    }
    call.set_claims(claims);
    match call.decide(setup) {
        Some(Ok(_)) => true,
        Some(Err(denied)) => denied.reason.check > Check::TrustPolicy,
        None => false,
    }
}

/// Somebody else.
struct Probe {
    claims: Map<String, Value>,
    /// The provider that vouches for them, where it is another one.
    provider: Option<Provider>,
}

/// Others, near and far: accounts of this namespace and of others, subjects around this one and those that a Deny names,
/// another audience of the provider, the same token of another issuer.
fn probes(call: &Call, seen: &Seen<'_>) -> Vec<Probe> {
    let claims = call.claims();
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims.insert(name.into(), value);
        claims
    };
    let mut subjects: Vec<String> = Vec::new();
    match account(&seen.subject) {
        Some((namespace, name)) => {
            subjects.push(generate::subject(namespace, "irsa-probe"));
            subjects.push(generate::subject(namespace, "default"));
            subjects.push(generate::subject("irsa-probe", name));
            subjects.push(generate::subject("irsa-probe", "irsa-probe"));
            subjects.push(generate::subject(name, namespace));
            subjects.push(generate::subject(namespace, &format!("{name}2")));
        }
        None => {
            if let Some((before, _)) = seen.subject.rsplit_once([':', '/']) {
                subjects.push(format!("{before}:irsa-probe"));
                subjects.push(format!("{before}/irsa-probe"));
            }
            subjects.push(format!("{}2", seen.subject));
            subjects.push("irsa-probe".into());
        }
    }
    subjects.extend(denied(seen).take(MOST_DENIED).map(|named| named.replace('*', "irsa-probe").replace('?', "x")));
    subjects.retain(|subject| *subject != seen.subject);
    let mut probes: Vec<Probe> =
        subjects.into_iter().map(|subject| Probe { claims: with("sub", json!(subject)), provider: None }).collect();
    for other in seen.provider.client_ids.iter().filter(|id| **id != seen.audience) {
        probes.push(Probe { claims: with("aud", json!(other)), provider: None });
    }
    let issuer = "https://issuer.irsa-probe.example";
    let (partition, account) = call.place().unwrap_or(("aws", ""));
    let provider = Provider::new(partition, account, issuer, seen.provider.client_ids.clone());
    probes.push(Probe { claims: with("iss", json!(issuer)), provider: Some(provider) });
    probes
}

/// The subjects that statements which deny name, in whatever way.
fn denied<'a>(seen: &'a Seen<'_>) -> impl Iterator<Item = &'a String> {
    let sub = format!("{}:sub", seen.issuer());
    let denies = seen.policy.statements.iter().filter(|statement| statement.effect == Effect::Deny);
    let conditions = denies.flat_map(|statement| &statement.conditions);
    conditions.filter(move |condition| condition.key.eq_ignore_ascii_case(&sub)).flat_map(|condition| &condition.values)
}

/// The actions that the token asks for.
fn actions(call: &Call) -> Vec<&'static str> {
    let claims = call.claims();
    let mut actions = Vec::from(["sts:AssumeRoleWithWebIdentity"]);
    if claims.keys().any(|name| name.starts_with("https://aws.amazon.com/tags")) {
        actions.push("sts:TagSession");
    }
    if claims.get("https://aws.amazon.com/source_identity").is_some_and(|value| !value.is_null()) {
        actions.push("sts:SetSourceIdentity");
    }
    actions
}

/// Bytes of a document that is edited.
const MOST_EDITED: usize = 16 << 10;
/// Subjects named by Denies that are tried.
const MOST_DENIED: usize = 100;
const ELEMENTS: &[&str] = &["Version", "Id", "Statement", "Sid", "Effect", "Principal", "Action", "Condition"];
const OPERATORS: &[&str] = &[
    "ArnEquals",
    "ArnLike",
    "Bool",
    "DateGreaterThan",
    "DateLessThan",
    "ForAllValues:StringEquals",
    "ForAllValues:StringLike",
    "ForAnyValue:StringEquals",
    "ForAnyValue:StringLike",
    "IpAddress",
    "NotIpAddress",
    "Null",
    "NumericEquals",
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
];
