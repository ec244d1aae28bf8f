//! What is wrong with what IAM holds and with what names it: the role's ARN, the role, the provider, partitions.

use super::call::{Call, audiences, normal, partition_of_arn, split};
use super::names::{self, Likeness, eks, likeness, was_meant};
use super::{Finding, Mend, ServiceAccount, Setup, pod, principal, token};
use crate::federation::{Denied, Provider, bare};
use crate::json::{short, step};
use alloc::{format, string::String, vec::Vec};
use irsa_core::arn::RoleArn;
use serde_json::{Value, json};

/// The pod has another role than the annotation names.
pub(super) fn stale(setup: &Setup) -> Option<Finding> {
    let pod = setup.pod.get()?;
    let has = pod::variable(pod, pod::ROLE_ARN)?;
    let names = setup.service_account.get()?.role_arn()?;
    if has == names {
        return None;
    }
    let message = format!(
        "the pod has {} in AWS_ROLE_ARN, its service account is annotated with {}: the pod is older than the annotation",
        short(has),
        short(names)
    );
    let fix = "make new pods (kubectl rollout restart): the webhook writes the variables when a pod is made";
    let place = pod::env(pod::ROLE_ARN);
    Some(Finding::new("env-stale-role", place.clone(), message, fix).with(Mend::set(place, names)))
}

/// The annotation names the role that is there: the pod has not followed.
fn not_followed(setup: &Setup) -> Option<Finding> {
    let role = setup.role.get()?;
    let annotated = setup.service_account.get()?.role_arn()?;
    stale(setup).filter(|_| annotated == role.arn)
}

/// Where the role's ARN was said.
fn role_place(setup: &Setup) -> String {
    match setup.pod.get() {
        Some(_) => pod::env(pod::ROLE_ARN),
        None if setup.request.role_arn.is_some() => "/request/role_arn".into(),
        None => "/role/arn".into(),
    }
}

/// The same ARN in the annotation is wrong too.
fn set_role(setup: &Setup, arn: &str) -> Mend {
    let mut values = Vec::from([(role_place(setup), Some(json!(arn)))]);
    let annotated = setup.service_account.get().and_then(ServiceAccount::role_arn);
    if annotated.is_some_and(|annotated| annotated != arn) {
        values.push((step("/service_account/annotations", pod::ANNOTATION), Some(json!(arn))));
    }
    Mend::Set(values)
}

pub(super) fn role_arn(setup: &Setup, call: &Call) -> Finding {
    let asked = &call.asked;
    let (id, what) = match other_resource(asked) {
        Some(kind) => ("role-arn-not-a-role", format!("{} is the ARN of {kind}, not of a role", short(asked))),
        None => ("role-arn-malformed", format!("{} is not the ARN of a role", short(asked))),
    };
    let parsed = RoleArn::parse(asked);
    let (message, fix) = match &parsed {
        Err(error) => (format!("{what}: {}", error.message()), String::from(error.fix())),
        Ok(_) => (what, "write it as arn:aws:iam::123456789012:role/NAME: five colons, twelve digits, role/".into()),
    };
    let finding = Finding::new(id, role_place(setup), message, format!("{fix}; then make new pods"));
    match setup.role.get() {
        Some(role) => finding.with(set_role(setup, &role.arn)),
        None => finding,
    }
}

/// What a well-formed ARN names, if not a role.
fn other_resource(arn: &str) -> Option<&'static str> {
    let mut parts = arn.splitn(6, ':');
    let [Some("arn"), Some(partition), Some(service), Some(_), Some(account), Some(resource)] =
        [(); 6].map(|()| parts.next())
    else {
        return None;
    };
    let digits = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    if !partition.starts_with("aws") || resource.is_empty() || arn.contains([' ', '<', '>', '$', '{']) {
        return None;
    }
    let kind = resource.split(['/', ':']).next().unwrap_or_default();
    match (service, kind) {
        ("iam", _) if !digits && account != "aws" => None,
        ("iam", "user") => Some("a user"),
        ("iam", "group") => Some("a group"),
        ("iam", "policy") => Some("a policy"),
        ("iam", "instance-profile") => Some("an instance profile"),
        ("iam", "oidc-provider") => Some("an OIDC provider"),
        ("iam", "saml-provider") => Some("a SAML provider"),
        ("iam", "server-certificate" | "mfa" | "access-report" | "sms-mfa") => Some("another thing of IAM"),
        ("iam", "root") => Some("an account"),
        ("iam", _) => None,
        ("sts", "assumed-role") => Some("a session of a role"),
        ("sts", "federated-user") => Some("a federated user"),
        ("eks", _) => Some("a thing of EKS"),
        ("", _) => None,
        (service, _) if service.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') => {
            Some("a thing of another service")
        }
        _ => None,
    }
}

pub(super) fn duration(setup: &Setup, call: &Call, what: String) -> Finding {
    let most = setup.role.get().and_then(|role| role.max_session_duration).unwrap_or(3600);
    let asked = call.duration.unwrap_or(3600);
    let value = asked.clamp(900, most.max(900).into());
    let place = "/request/duration_seconds";
    let fix = format!("ask for {value} s (900 to {most}), or raise MaxSessionDuration of the role (at most 43200)");
    Finding::new("request-duration", place, what, fix).with(Mend::set(place, value))
}

/// A session name of what can stay.
pub(super) fn clean(name: &str) -> String {
    irsa_core::sts::SessionName::clean(name).as_str().into()
}

pub(super) fn provider(setup: &Setup, call: &Call, denied: &Denied) -> Finding {
    let reason = &denied.reason;
    let all = call.claims();
    let issuer = all.get("iss").and_then(Value::as_str).unwrap_or_default();
    let ours = bare(issuer);
    let make = |id, place: String, message: String, fix: String| Finding::new(id, place, message, fix);
    let (partition, account) = call.place().unwrap_or(("aws", ""));
    let known: Vec<Provider> = setup.providers.get().into_iter().flatten().map(normal).collect();

    if let Some(found) = partition_mismatch(setup, call) {
        return found;
    }
    if let Some(found) = token::foreign(setup, &all).or_else(|| not_followed(setup)) {
        return found;
    }
    let exact = known.iter().find(|provider| provider.url == issuer);
    let exists = setup.role.get().is_some_and(|role| role.arn == call.asked);
    if let Some(other) = exact
        && let Some((_, theirs)) = split(&other.arn)
    {
        // The role that is meant may be in the account of the provider.
        if let Some(role) = setup.role.get().filter(|_| !exists)
            && split(&role.arn).is_some_and(|(_, of_role)| of_role == theirs && of_role != account)
        {
            let message = format!("{} is asked for; the role, and the provider, are in account {theirs}", call.asked);
            let fix = format!("write {}, and make new pods", role.arn);
            return make("role-wrong-account", role_place(setup), message, fix).with(set_role(setup, &role.arn));
        }
        let arn = format!("arn:{partition}:iam::{account}:oidc-provider/{ours}");
        let message = format!("the provider {} is in account {theirs}, the role is in {account}", other.arn);
        let fix = format!("create the provider in account {account} too, and name {arn} in the trust policy");
        let mut values = Vec::from([(
            "/provider".into(),
            Some(json!({ "arn": arn, "url": issuer, "client_ids": other.client_ids })),
        )]);
        values.extend(principal::principal_places(call, &other.arn).into_iter().map(|place| (place, Some(json!(arn)))));
        return make("provider-other-account", "/provider".into(), message, fix).with(Mend::Set(values));
    }
    let arn = format!("arn:{partition}:iam::{account}:oidc-provider/{ours}");
    let new =
        json!({ "arn": arn, "url": issuer, "client_ids": [audiences(&all).first().cloned().unwrap_or_default()] });
    let mend = Mend::set("/provider", new);
    let meant = known.iter().find(|p| {
        let of_account = split(&p.arn).is_some_and(|(_, theirs)| theirs == account);
        of_account && (was_meant(bare(&p.url), ours) || p.url != issuer && bare(&p.url) == ours)
    });
    if let Some(other) = meant {
        let how = match likeness(bare(&other.url), ours) {
            Likeness::Case => "letter case counts",
            Likeness::Slash => "a slash at the end counts",
            Likeness::Same => "the scheme has to be https",
            _ => "it has to be equal to iss, all of it",
        };
        let message = format!("the provider's URL is {}, the token's iss is {}: {how}", other.url, short(issuer));
        let fix = format!(
            "create a provider with the URL {} in account {account}, and name it in the trust policy",
            short(issuer)
        );
        return make("provider-url-mismatch", "/provider".into(), message, fix).with(mend);
    }
    // A role that does not exist says nothing about where providers should be.
    if let Some(role) = setup.role.get().filter(|_| !exists)
        && split(&role.arn).is_some_and(|(_, of_role)| of_role != account)
    {
        let message = format!("{} is asked for; the role is {}", call.asked, role.arn);
        let fix = format!("write {}, and make new pods", role.arn);
        return make("role-wrong-account", role_place(setup), message, fix).with(set_role(setup, &role.arn));
    }
    make("provider-missing", "/provider".into(), reason.what.clone(), reason.fix.clone().into()).with(mend)
}

/// The role, the issuer and the STS endpoint have to be of one partition.
fn partition_mismatch(setup: &Setup, call: &Call) -> Option<Finding> {
    let (asked, _) = split(&call.asked)?;
    let all = call.claims();
    let issuer = all.get("iss").and_then(Value::as_str).unwrap_or_default();
    let mut known = setup.providers.get().into_iter().flatten().map(normal);
    let of_provider = known.find(|p| p.url == issuer).and_then(|p| partition_of_arn(&p.arn));
    let home = of_provider.or_else(|| names::partition_of(issuer))?;
    let endpoint = setup.pod.get().and_then(pod::endpoint_partition);
    if home.id != asked {
        let right = call.asked.replacen(&format!("arn:{asked}:"), &format!("arn:{}:", home.id), 1);
        let message =
            format!("{} is of partition {asked}, the cluster and its provider are in {}", call.asked, home.id);
        let fix = format!("write {right}, and make new pods");
        return Some(
            Finding::new("role-wrong-partition", role_place(setup), message, fix).with(set_role(setup, &right)),
        );
    }
    let role = home;
    let endpoint = endpoint.filter(|endpoint| *endpoint != role)?;
    let pod = setup.pod.get()?;
    let region = eks(bare(issuer)).map_or(role.global_region, |(region, _)| region);
    let (place, value) = match pod::endpoint(pod) {
        Some(url) => (pod::env(pod::endpoint_variable(pod)), url),
        None => (pod::env("AWS_REGION"), pod::region(pod).unwrap_or_default()),
    };
    let message = format!(
        "{} leads to STS of partition {}, the role is in {}: that STS knows neither role nor provider",
        short(value),
        endpoint.id,
        role.id
    );
    let mut values = Vec::new();
    if pod::endpoint(pod).is_some() {
        values.push((place.clone(), None));
    }
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if pod.env.get(name).is_some_and(|set| !role.has(set)) {
            values.push((pod::env(name), Some(json!(region))));
        }
    }
    let fix = format!("use a Region of {}: {region}", role.id);
    Some(Finding::new("env-endpoint-partition", place, message, fix).with(Mend::Set(values)))
}

pub(super) fn role(setup: &Setup, call: &Call, denied: &Denied) -> Finding {
    if let Some(found) = partition_mismatch(setup, call).filter(|found| found.id == "role-wrong-partition") {
        return found;
    }
    let place = role_place(setup);
    let Some(role) = setup.role.get() else {
        return Finding::new("role-not-found", place, denied.reason.what.clone(), denied.reason.fix.clone());
    };
    if let Some(found) = not_followed(setup) {
        return found;
    }
    let (asked, exists) = (split(&call.asked), split(&role.arn));
    let message = format!("there is no role {}; there is {}", short(&call.asked), role.arn);
    let fix = format!("write {}: name, path and letter case as they are; then make new pods", role.arn);
    let id = match (asked, exists) {
        (Some((a, _)), Some((b, _))) if a != b => "role-wrong-partition",
        (Some((_, a)), Some((_, b))) if a != b => "role-wrong-account",
        _ => "role-not-found",
    };
    Finding::new(id, place, message, fix).with(set_role(setup, &role.arn))
}
