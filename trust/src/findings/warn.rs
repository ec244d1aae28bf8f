//! What works, or would work, and should be said nonetheless.

use super::call::Call;
use super::cause::account;
use super::{Finding, Mend, Setup, iam, in_policy, pod};
use crate::federation::bare;
use crate::json::{short, step};
use crate::policy::{Effect, Quantifier, generate};
use alloc::{format, string::String, vec::Vec};
use serde_json::{Value, json};

pub(super) fn all(setup: &Setup, call: &Call, findings: &mut Vec<Finding>) {
    let mut warnings = Vec::new();
    environment(setup, &mut warnings);
    token(setup, call, &mut warnings);
    policy(setup, call, &mut warnings);
    if let Some(age) = setup.role.get().and_then(|role| role.age).filter(|age| (10..60).contains(age)) {
        let message = format!("the role was made {age} s ago: where STS still refuses, IAM has not yet spread it");
        let fix = "try again in a minute before anything is changed";
        warnings.push(Finding::new("iam-propagation", "/role", message, fix));
    }
    let told = |id: &str| findings.iter().any(|finding| finding.id == id);
    warnings.retain(|warning| !told(warning.id));
    findings.extend(warnings.into_iter().map(Finding::warning));
}

fn environment(setup: &Setup, warnings: &mut Vec<Finding>) {
    let Some(pod) = setup.pod.get() else { return };
    warnings.extend(iam::stale(setup));
    warnings.extend(pod::annotation_gone(setup, pod));
    if let Some(profile) = pod::variable(pod, "AWS_PROFILE").or_else(|| pod::variable(pod, "AWS_DEFAULT_PROFILE")) {
        let name = if pod::variable(pod, "AWS_PROFILE").is_some() { "AWS_PROFILE" } else { "AWS_DEFAULT_PROFILE" };
        let message = format!(
            "{name} is {}: some SDKs take the profile before web identity, or fail where there is no such profile",
            short(profile)
        );
        let place = pod::env(name);
        let fix = format!("remove {name} from the pod");
        let mend = Mend::Set([(place.clone(), None)].into());
        warnings.push(Finding::new("env-profile-shadows", place, message, fix).with(mend));
    }
    let global = pod::endpoint(pod).is_some_and(|url| {
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        host.trim_end_matches('/') == "sts.amazonaws.com"
    });
    if global
        && let Some(region) = pod::region(pod)
        && !is_default_enabled(region)
    {
        let place = pod::env(pod::endpoint_variable(pod));
        let message = format!(
            "{} is the global endpoint; its session tokens (version 1) are not valid in {}, a Region that has to be opted into",
            pod::endpoint(pod).unwrap_or_default(),
            short(region)
        );
        let fix = "take the variable away, so that the Region's own endpoint is called";
        let mend = Mend::Set([(place.clone(), None)].into());
        warnings.push(Finding::new("env-sts-global-optin", place, message, fix).with(mend));
    }
}

/// Regions that are there without opting in; the list ended in March 2019.
fn is_default_enabled(region: &str) -> bool {
    irsa_core::sts::endpoint::LEGACY_REGIONS.contains(&region)
        || region == "ap-northeast-2"
        || region == "ap-northeast-3"
}

fn token(setup: &Setup, call: &Call, warnings: &mut Vec<Finding>) {
    let claims = call.claims();
    let now = setup.now.unix();
    let seconds = |name: &str| claims.get(name).and_then(|v| v.as_i64().or_else(|| v.as_str()?.parse().ok()));
    if let Some(exp) = seconds("exp").filter(|exp| *exp <= now) {
        let message = format!("the token ended {} s ago; STS still takes it for 300 s", now.saturating_sub(exp));
        let fix = "read the token file again for each exchange: the kubelet replaces it at 80 % of its life";
        warnings.push(Finding::new("token-expired", "/token/claims/exp", message, fix));
    }
}

fn policy(setup: &Setup, call: &Call, warnings: &mut Vec<Finding>) {
    let Some(document) = &call.document else { return };
    if let Some(refusal) = &call.refused {
        let message = format!("IAM would not store this trust policy: {}", refusal.message);
        let finding = Finding::new("policy-refused", in_policy(&refusal.at), message, refusal.fix.clone());
        warnings.push(finding);
    }
    let Some(role) = call.world.roles.first() else { return };
    let at = |index: usize| match document.get("Statement") {
        Some(Value::Array(_)) => format!("/Statement/{index}"),
        _ => "/Statement".into(),
    };
    for (index, statement) in role.trust_policy.statements.iter().enumerate() {
        for condition in statement.conditions.iter().filter(|_| statement.effect == Effect::Allow) {
            if condition.operator.quantifier == Quantifier::All && !condition.operator.if_exists {
                let place = step(&format!("{}/Condition/{}", at(index), condition.operator), &condition.key);
                let message = format!(
                    "{} is true where the request does not carry {}: a misspelt key lets everybody in",
                    condition.operator,
                    short(&condition.key)
                );
                let fix = format!("write {}: the key has one value", condition.operator.test);
                warnings.push(Finding::new("trust-forallvalues-hole", in_policy(&place), message, fix));
            }
        }
    }
    too_broad(setup, call, warnings);
}

/// Lets the policy in more than is meant? Asked of the policy itself, with other subjects.
fn too_broad(setup: &Setup, call: &Call, warnings: &mut Vec<Finding>) {
    let claims = call.claims();
    let Some(subject) = claims.get("sub").and_then(Value::as_str) else { return };
    let admits = |sub: &str| {
        let mut call = call.clone();
        let mut claims = claims.clone();
        claims.insert("sub".into(), json!(sub));
        call.set_claims(&claims);
        matches!(call.decide(setup), Some(Ok(_)))
    };
    let issuer = claims.get("iss").and_then(Value::as_str).map(bare).unwrap_or_default();
    let fix = |right: &str| format!("compare {issuer}:sub with StringEquals to {right}");
    let say = |message: String, fix: String| Finding::new("trust-too-broad", in_policy(""), message, fix);
    match account(subject) {
        Some(("default", "default")) if admits(subject) => {
            let message = "the role is given to service account default of namespace default: every pod there that names no other";
            let fix = "give the pods that need it a service account of their own, and name that in the trust policy";
            warnings.push(say(message.into(), fix.into()));
        }
        Some((namespace, name)) => {
            let wide = [generate::subject("irsa-probe", "irsa-probe"), generate::subject("irsa-probe", name)];
            if let Some(other) = wide.iter().find(|sub| admits(sub)) {
                let message = format!("the trust policy also lets in {other}: any namespace of the cluster");
                warnings.push(say(message, fix(subject)));
            } else if !namespace.is_empty() && admits(&generate::subject(&format!("{namespace}-irsa-probe"), name)) {
                let message = format!("the trust policy also lets in namespaces that begin with {namespace}");
                warnings.push(say(message, fix(subject)));
            }
        }
        None => {
            let others = ["irsa-probe", "repo:irsa-probe/irsa-probe:ref:refs/heads/main"];
            if let Some(other) = others.iter().find(|sub| admits(sub)) {
                let message = format!("the trust policy also lets in the subject {other}: anybody of the issuer");
                warnings.push(say(message, fix(subject)));
            }
        }
    }
}
