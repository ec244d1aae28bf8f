//! STS's checks, one behind the other: each denial is a finding, then the call goes on as if it were mended.

use super::call::{Call, audiences, expected_audience, normal, partition_of_arn, split};
use super::names::{self, Likeness, eks, likeness, was_meant};
use super::{Finding, Mend, Setup, Verdict, cause, in_policy, pod};
use crate::federation::{Check, Denied, Provider, TIME_FORMAT, bare};
use crate::json::{short, step};
use crate::oidc::{Algorithm, Jws};
use crate::policy::Evaluation;
use alloc::{format, string::String, vec::Vec};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use irsa_core::arn::RoleArn;
use serde_json::{Map, Value, json};

/// What STS makes of it.
pub(super) struct Sts {
    pub verdict: Verdict,
    pub assumed: Vec<&'static str>,
    pub evaluations: Vec<Evaluation>,
    /// The call as it came, before anything was mended.
    pub call: Call,
}

pub(super) fn run(setup: &Setup, findings: &mut Vec<Finding>) -> Sts {
    let call = Call::new(setup);
    let mut now = call.clone();
    let mut verdict = None;
    let mut evaluations = Vec::new();
    // Each check is mended at most twice (the audience may be wrong in two ways).
    for _ in 0..24 {
        match now.decide(setup) {
            None => break,
            Some(Ok(accepted)) => {
                if evaluations.is_empty() {
                    evaluations = accepted.evaluations;
                }
                break;
            }
            Some(Err(denied)) => {
                let compared = denied.reason.check == Check::TrustPolicy && now.unstorable.is_none();
                if compared && evaluations.is_empty() {
                    evaluations = denied.reason.evaluations.clone();
                }
                let first = verdict.is_none();
                verdict.get_or_insert_with(|| answer(&now, &denied));
                let before = findings.len();
                explain(setup, &now, &denied, findings);
                // What is told behind the first fault is told once.
                let seen: Vec<&str> = findings.iter().take(before).map(|finding| finding.id).collect();
                let mut at = 0;
                findings.retain(|finding| {
                    at += 1;
                    at <= before || first || !seen.contains(&finding.id)
                });
                if !repair(setup, &mut now, &denied) {
                    break;
                }
            }
        }
    }
    // A policy that cannot be stored is told even where the call fails before it.
    if now.unstorable.is_some() && !findings.iter().any(|finding| finding.id == "policy-malformed") {
        findings.extend(cause::malformed(setup, &now));
    }
    let young = setup.role.get().and_then(|role| role.age).filter(|age| *age <= SPREADING);
    let verdict = match (verdict, young) {
        (Some(verdict), _) => verdict,
        (None, Some(age)) => {
            let message = format!(
                "the role was made {age} s ago; IAM spreads a new role or provider in some 12 s, and STS refuses until then as if the policy were wrong"
            );
            let fix = "try again after 15 s; nothing has to be changed";
            findings.push(Finding::new("iam-propagation", "/role", message, fix));
            let message = "Not authorized to perform sts:AssumeRoleWithWebIdentity".into();
            Verdict::Refused { code: "AccessDenied", message, check: Check::TrustPolicy }
        }
        (None, None) => Verdict::Succeeds,
    };
    Sts { verdict, assumed: call.assumed.clone(), evaluations, call }
}

fn answer(call: &Call, denied: &Denied) -> Verdict {
    match &call.unstorable {
        Some(refusal) if denied.reason.check == Check::TrustPolicy => {
            Verdict::NotStored { code: refusal.code, message: refusal.message.clone() }
        }
        _ => Verdict::Refused { code: denied.code, message: denied.message.clone(), check: denied.reason.check },
    }
}

/// Mends the call as if by magic, to see what lies behind. False where there is nothing to go on with.
fn repair(setup: &Setup, call: &mut Call, denied: &Denied) -> bool {
    let mut claims = call.claims();
    let role = setup.role.get().map(|role| role.arn.clone());
    let now = call.now.unix();
    match denied.reason.check {
        Check::Parameters => match denied.reason.at {
            "roleSessionName" => call.session = "irsa".into(),
            "durationSeconds" => call.duration = None,
            "roleArn" => return use_role(call, role),
            _ => return false,
        },
        Check::RoleArn | Check::Role => return use_role(call, role),
        Check::Claims | Check::Times => {
            let at = denied.reason.at;
            match at {
                "aud" => drop(claims.insert(at.into(), json!([expected_audience(setup)]))),
                "iat" | "nbf" => drop(claims.insert(at.into(), json!(now))),
                "exp" => drop(claims.insert(at.into(), json!(now.saturating_add(3600)))),
                "iss" => match setup.issuer.get() {
                    Some(issuer) => drop(claims.insert(at.into(), json!(issuer))),
                    None => return false,
                },
                "sub" => {
                    match setup.service_account.get() {
                        Some(account) => drop(claims.insert(
                            at.into(),
                            json!(crate::policy::generate::subject(&account.namespace, &account.name)),
                        )),
                        None => return false,
                    }
                }
                _ => return false,
            }
            call.set_claims(&claims);
        }
        Check::Provider => {
            // Only the right token's provider is made up; a foreign token is nothing to go on with.
            let issuer = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
            let Some((partition, account)) = call.place() else { return false };
            if setup.issuer.get().is_some_and(|ours| ours != issuer) {
                return false;
            }
            let made = Provider::new(partition, account, issuer, audiences(&claims));
            call.world.providers.push(made);
        }
        Check::Audience => {
            let wanted: Vec<String> = match claims.get("aud") {
                Some(Value::Array(several)) if denied.reason.at == "aud" && several.len() > 1 => {
                    claims.insert("aud".into(), json!([expected_audience(setup)]));
                    call.set_claims(&claims);
                    return true;
                }
                _ => audiences(&claims),
            };
            let Some(url) = call.provider().map(|provider| provider.url.clone()) else { return false };
            for provider in call.world.providers.iter_mut().filter(|provider| provider.url == url) {
                provider.client_ids.extend(wanted.iter().cloned());
            }
        }
        Check::Keys | Check::Signature => call.trust_signature(),
        Check::Tags => {
            claims.retain(|name, _| !name.starts_with("https://aws.amazon.com/"));
            call.set_claims(&claims);
        }
        Check::RolesClaim => {
            claims.remove(ROLES);
            call.set_claims(&claims);
        }
        _ => return false,
    }
    true
}

fn use_role(call: &mut Call, role: Option<String>) -> bool {
    match role {
        Some(role) if role != call.asked && RoleArn::parse(&role).is_ok() => {
            call.asked = role;
            true
        }
        _ => false,
    }
}

fn explain(setup: &Setup, call: &Call, denied: &Denied, findings: &mut Vec<Finding>) {
    let reason = &denied.reason;
    let simple = |id: &'static str, place: String| Finding::new(id, place, reason.what.clone(), reason.fix.clone());
    let claim = |name: &str| step("/token/claims", name);
    match reason.check {
        Check::Parameters => findings.push(match reason.at {
            "roleSessionName" => {
                let place = "/request/session_name";
                simple("request-session-name", place.into()).with(Mend::set(place, clean(&call.session)))
            }
            "durationSeconds" => duration(setup, call, reason.what.clone()),
            "webIdentityToken" if call.token.as_ref().is_some_and(|token| token.is_empty()) => {
                simple("token-empty", "/token".into())
            }
            "webIdentityToken" => simple("token-malformed", "/token/raw".into()),
            _ => role_arn(setup, call),
        }),
        Check::RoleArn => findings.push(role_arn(setup, call)),
        Check::ProviderId | Check::SessionPolicy => {}
        Check::Token => findings.push(token(setup, call, denied)),
        Check::Claims => findings.push(claims(call, denied)),
        Check::Provider => findings.push(provider(setup, call, denied)),
        Check::Audience => findings.push(audience(setup, call, denied)),
        Check::Keys => findings.push(match &setup.keys {
            super::Keys::Failed(_) => simple("keys-unreachable", "/jwks".into()),
            super::Keys::OtherCertificate => simple("keys-tls-thumbprint", "/jwks".into()),
            _ if reason.what.contains("discovery") => simple("keys-unreachable", "/jwks".into()),
            _ => simple("keys-kid-unknown", "/jwks".into()),
        }),
        Check::Signature => findings.push(signature(call, denied)),
        Check::Times if denied.message == TIME_FORMAT => findings.push(simple("token-time-format", claim(reason.at))),
        Check::Times if reason.at == "exp" => findings.push(simple("token-expired", claim("exp"))),
        Check::Times => findings.push(simple("token-not-yet-valid", claim(reason.at))),
        Check::Tags => {
            let all = call.claims();
            let names = ["https://aws.amazon.com/tags", "https://aws.amazon.com/source_identity"];
            let at = match denied.message.starts_with("source_identity") {
                true => names.last(),
                false => names.first(),
            };
            let flat = all.keys().find(|name| name.starts_with("https://aws.amazon.com/tags/"));
            let at = at.filter(|at| all.contains_key(**at)).copied().or(flat.map(String::as_str)).unwrap_or_default();
            findings.push(simple("token-tags-format", claim(at)));
        }
        Check::RolesClaim => {
            let value = match call.claims().get(ROLES) {
                Some(Value::String(_)) => json!(call.asked),
                _ => json!([call.asked]),
            };
            findings.push(simple("token-roles-claim", claim(ROLES)).with(Mend::set(claim(ROLES), value)));
        }
        Check::Role => findings.push(role(setup, call, denied)),
        Check::TrustPolicy => trust_policy(setup, call, denied, findings),
        Check::Duration => findings.push(duration(setup, call, reason.what.clone())),
    }
}

fn trust_policy(setup: &Setup, call: &Call, denied: &Denied, findings: &mut Vec<Finding>) {
    if call.unstorable.is_some() {
        findings.extend(cause::malformed(setup, call));
        return;
    }
    // The old role was asked, and the annotation names another: that is why.
    findings.extend(stale(setup));
    findings.extend(foreign(setup, &call.claims()));
    if let Some(pod) = setup.pod.get() {
        findings.extend(pod::other_account(setup, pod));
    }
    let before = findings.len();
    findings.extend(cause::of(setup, call, denied));
    if findings.len() == before {
        let fix = denied.reason.fix.clone();
        findings.push(Finding::new("action-wrong", in_policy(""), denied.reason.what.clone(), fix));
    }
}

/// The token is not of the cluster that it should be of.
fn foreign(setup: &Setup, claims: &Map<String, Value>) -> Option<Finding> {
    let expected = setup.issuer.get()?;
    let issuer = claims.get("iss").and_then(Value::as_str).filter(|issuer| issuer != expected)?;
    let message = format!("the token's iss is {}, the cluster's issuer is {}", short(issuer), short(expected));
    let fix = "use a token of this cluster: the projected file in the pod, not a copy from elsewhere";
    Some(Finding::new("token-foreign-issuer", "/token/claims/iss", message, fix))
}

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
    let annotated = setup.service_account.get().and_then(super::ServiceAccount::role_arn);
    if annotated.is_some_and(|annotated| annotated != arn) {
        values.push((step("/service_account/annotations", pod::ANNOTATION), Some(json!(arn))));
    }
    Mend::Set(values)
}

fn role_arn(setup: &Setup, call: &Call) -> Finding {
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

fn duration(setup: &Setup, call: &Call, what: String) -> Finding {
    let most = setup.role.get().and_then(|role| role.max_session_duration).unwrap_or(3600);
    let asked = call.duration.unwrap_or(3600);
    let value = asked.clamp(900, most.max(900).into());
    let place = "/request/duration_seconds";
    let fix = format!("ask for {value} s (900 to {most}), or raise MaxSessionDuration of the role (at most 43200)");
    Finding::new("request-duration", place, what, fix).with(Mend::set(place, value))
}

/// A session name of what can stay.
fn clean(name: &str) -> String {
    irsa_core::sts::SessionName::clean(name).as_str().into()
}

fn token(setup: &Setup, call: &Call, denied: &Denied) -> Finding {
    let reason = &denied.reason;
    let text = call.token.as_ref().map(|token| token.expose()).unwrap_or_default();
    if let Ok(jws) = Jws::parse(text)
        && jws.has_critical()
    {
        return Finding::new("token-header", "/token/header/crit", reason.what.clone(), reason.fix.clone());
    }
    if let Some(behind) = trailing(text).or_else(|| behind_signature(text)) {
        return garbage(behind);
    }
    if is_header(text) {
        return Finding::new("token-header", "/token/header", reason.what.clone(), reason.fix.clone());
    }
    let place = match &setup.token {
        super::Token::Text(_) => "/token/raw",
        _ => "/token",
    };
    Finding::new("token-malformed", place, reason.what.clone(), reason.fix.clone())
}

fn garbage(behind: usize) -> Finding {
    let message = format!("{behind} bytes stand behind the token in the file");
    let fix = "write the token alone, once, into the file";
    Finding::new("token-trailing-garbage", "/token/raw", message, fix)
}

/// Three parts of which the first is a JSON object: a token whose header lacks what it needs.
fn is_header(text: &str) -> bool {
    let header = text.split('.').next().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).unwrap_or_default();
    let object = serde_json::from_slice(&header)
        .is_ok_and(|header: Value| header.is_object() && !header.get("alg").is_some_and(Value::is_string));
    object && text.split('.').count() == 3
}

/// Characters in the last part behind a signature of the size that its algorithm gives.
fn behind_signature(text: &str) -> Option<usize> {
    let (signed, signature) = text.rsplit_once('.')?;
    let header = URL_SAFE_NO_PAD.decode(signed.split('.').next()?).ok()?;
    let header: Value = serde_json::from_slice(&header).ok()?;
    // RSA keys of 2048, 3072 and 4096 bits; curves.
    let sizes: &[usize] = match header.get("alg")?.as_str()? {
        "RS256" | "RS384" | "RS512" => &[683, 512, 342],
        "ES256" => &[86],
        "ES384" => &[128],
        "ES512" => &[176],
        _ => return None,
    };
    let size = sizes.iter().find(|size| **size <= signature.len())?;
    Some(signature.len() - size).filter(|behind| *behind > 0)
}

/// Bytes behind a whole token.
fn trailing(text: &str) -> Option<usize> {
    let token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = text.find(|c| !token(c)).unwrap_or(text.len());
    // A second token may follow without anything between.
    let mut dots = text.match_indices('.').map(|(at, _)| at);
    let third = dots.nth(2).filter(|at| *at < end);
    let whole = |end: usize| {
        let jws = Jws::parse(text.get(..end)?).ok()?;
        (jws.claims().is_ok() && end < text.len()).then_some(text.len() - end)
    };
    whole(end).or_else(|| whole(third?)).or_else(|| {
        let at = third?;
        // Up to the third dot there are a signature and a second header.
        let (head, _) = text.get(..at)?.rsplit_once("eyJ")?;
        whole(head.len())
    })
}

fn claims(call: &Call, denied: &Denied) -> Finding {
    let reason = &denied.reason;
    let all = call.claims();
    let legacy = all.get("iss").and_then(Value::as_str) == Some("kubernetes/serviceaccount")
        || all.keys().any(|name| name.starts_with("kubernetes.io/serviceaccount/secret"));
    if legacy {
        let message = format!("{}: this is the token of a Secret, which has no audience and no end", reason.what);
        let fix = "use a projected token: leave AWS_WEB_IDENTITY_TOKEN_FILE to the webhook, or mount a serviceAccountToken volume with audience sts.amazonaws.com";
        return Finding::new("token-legacy-secret", "/token/claims", message, fix);
    }
    if reason.at == "aud" && all.contains_key("aud") {
        return Finding::new("token-audience", "/token/claims/aud", reason.what.clone(), reason.fix.clone());
    }
    let place = match all.contains_key(reason.at) {
        true => step("/token/claims", reason.at),
        false => "/token/claims".into(),
    };
    Finding::new("token-claim-missing", place, reason.what.clone(), reason.fix.clone())
}

fn signature(call: &Call, denied: &Denied) -> Finding {
    let reason = &denied.reason;
    let text = call.token.as_ref().map(|token| token.expose()).unwrap_or_default();
    let alg = Jws::parse(text).map(|jws| String::from(jws.alg())).unwrap_or_default();
    let taken = Algorithm::parse(&alg).is_ok_and(|alg| !alg.name().starts_with("PS"));
    if !taken {
        return Finding::new("token-header", "/token/header/alg", reason.what.clone(), reason.fix.clone());
    }
    if let Some(behind) = behind_signature(text) {
        return garbage(behind);
    }
    if reason.what.contains("key_ops") {
        return Finding::new("keys-kid-unknown", "/jwks", reason.what.clone(), reason.fix.clone());
    }
    let fix = "get a new token of the issuer, and leave it as it is; a token whose kid names another key's id, or that was changed on its way, cannot be mended";
    Finding::new("token-signature", "/token/signature", reason.what.clone(), fix)
}

fn provider(setup: &Setup, call: &Call, denied: &Denied) -> Finding {
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
    if let Some(found) = foreign(setup, &all) {
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
        values.extend(cause::principal_places(call, &other.arn).into_iter().map(|place| (place, Some(json!(arn)))));
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
    let role = partition_of_arn(&call.asked)?;
    let all = call.claims();
    let issuer = all.get("iss").and_then(Value::as_str).unwrap_or_default();
    let mut known = setup.providers.get().into_iter().flatten().map(normal);
    let of_provider = known.find(|p| p.url == issuer).and_then(|p| partition_of_arn(&p.arn));
    let home = of_provider.or_else(|| names::partition_of(issuer))?;
    let endpoint = setup.pod.get().and_then(pod::endpoint_partition);
    if home != role {
        let right = call.asked.replacen(&format!("arn:{}:", role.id), &format!("arn:{}:", home.id), 1);
        let message =
            format!("{} is of partition {}, the cluster and its provider are in {}", call.asked, role.id, home.id);
        let fix = format!("write {right}, and make new pods");
        return Some(
            Finding::new("role-wrong-partition", role_place(setup), message, fix).with(set_role(setup, &right)),
        );
    }
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

fn audience(setup: &Setup, call: &Call, denied: &Denied) -> Finding {
    let reason = &denied.reason;
    let all = call.claims();
    let simple = |id, place: &str| Finding::new(id, place, reason.what.clone(), reason.fix.clone());
    let place = step("/token/claims", reason.at);
    if reason.at == "azp" {
        return simple("token-azp", &place).with(Mend::Set([(place.clone(), None)].into()));
    }
    if matches!(all.get("aud"), Some(Value::Array(several)) if several.len() > 1) {
        return simple("token-aud-multiple", &place).with(Mend::set(place.clone(), json!([expected_audience(setup)])));
    }
    let has = audiences(&all).into_iter().next().unwrap_or_default();
    let client_ids = call.provider().map(|provider| provider.client_ids.clone()).unwrap_or_default();
    let kubernetes = is_kubernetes(&all);
    let issuer = all.get("iss").and_then(Value::as_str).unwrap_or_default();
    let api_server =
        has.contains("kubernetes.default.svc") || kubernetes && (has == issuer || has == "api" || has == "k3s");
    let expected = expected_audience(setup);
    let wanted = cause::values_of(call, "aud");
    let right = if client_ids.iter().any(|id| id == expected) || client_ids.is_empty() {
        Some(expected)
    } else {
        client_ids.first().map(String::as_str)
    };
    if api_server {
        let message = format!("{}; that is the audience of the Kubernetes API server", reason.what);
        let fix = "use the token at /var/run/secrets/eks.amazonaws.com/serviceaccount/token, which is made for sts.amazonaws.com, not the pod's default token";
        return Finding::new("token-api-server-audience", place.clone(), message, fix)
            .with(Mend::set(place, json!([right])));
    }
    // The token is right where it has what the pod should have, or what the policy asks for.
    let meant =
        has == expected || !has.is_empty() && wanted.contains(&has) && !wanted.iter().any(|w| client_ids.contains(w));
    if meant {
        let mut all = client_ids;
        all.push(has);
        let place = "/provider/client_ids";
        return simple("provider-client-id-missing", place).with(Mend::set(place, json!(all)));
    }
    let value = match all.get("aud") {
        Some(Value::Array(_)) => json!([right]),
        _ => json!(right),
    };
    simple("token-audience", &place).with(Mend::set(place.clone(), value))
}

pub(super) fn is_kubernetes(claims: &Map<String, Value>) -> bool {
    claims.contains_key("kubernetes.io")
        || claims.get("sub").and_then(Value::as_str).is_some_and(|sub| sub.starts_with("system:serviceaccount:"))
}

fn role(setup: &Setup, call: &Call, denied: &Denied) -> Finding {
    if let Some(found) = partition_mismatch(setup, call).filter(|found| found.id == "role-wrong-partition") {
        return found;
    }
    let place = role_place(setup);
    let Some(role) = setup.role.get() else {
        return Finding::new("role-not-found", place, denied.reason.what.clone(), denied.reason.fix.clone());
    };
    // The annotation names the role that is there: the pod has not followed.
    if setup.service_account.get().and_then(super::ServiceAccount::role_arn) == Some(role.arn.as_str())
        && let Some(stale) = stale(setup)
    {
        return stale;
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

const ROLES: &str = "https://aws.amazon.com/roles";
/// Seconds in which a new role or provider is not known everywhere: denials were seen for 11.5 s.
const SPREADING: u64 = 15;
