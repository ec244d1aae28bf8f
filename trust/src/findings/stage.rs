//! STS's checks, one behind the other: each denial is a finding, then the call goes on as if it were mended.

use super::call::{Call, audiences, expected_audience};
use super::{Finding, Mend, Setup, Verdict, cause, iam, in_policy, pod, token};
use crate::federation::{Check, Denied, Provider, TIME_FORMAT};
use crate::json::step;
use crate::policy::{Decision, Evaluation};
use alloc::{format, string::String, vec::Vec};
use irsa_core::arn::RoleArn;
use serde_json::{Value, json};

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
                simple("request-session-name", place.into()).with(Mend::set(place, iam::clean(&call.session)))
            }
            "durationSeconds" => iam::duration(setup, call, reason.what.clone()),
            "webIdentityToken" if call.token.as_ref().is_some_and(|token| token.is_empty()) => {
                simple("token-empty", "/token".into())
            }
            "webIdentityToken" => simple("token-malformed", "/token/raw".into()),
            _ => iam::role_arn(setup, call),
        }),
        Check::RoleArn => findings.push(iam::role_arn(setup, call)),
        Check::ProviderId | Check::SessionPolicy => {}
        Check::Token => findings.push(token::token(setup, call, denied)),
        Check::Claims => findings.push(token::claims(call, denied)),
        Check::Provider => findings.push(iam::provider(setup, call, denied)),
        Check::Audience => findings.push(token::audience(setup, call, denied)),
        Check::Keys => findings.push(match &setup.keys {
            super::Keys::Failed(_) => simple("keys-unreachable", "/jwks".into()),
            super::Keys::OtherCertificate => simple("keys-tls-thumbprint", "/jwks".into()),
            _ if reason.what.contains("discovery") => simple("keys-unreachable", "/jwks".into()),
            _ => simple("keys-kid-unknown", "/jwks".into()),
        }),
        Check::Signature => findings.push(token::signature(call, denied)),
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
        Check::Role => findings.push(iam::role(setup, call, denied)),
        Check::TrustPolicy => trust_policy(setup, call, denied, findings),
        Check::Duration => findings.push(iam::duration(setup, call, reason.what.clone())),
    }
}

fn trust_policy(setup: &Setup, call: &Call, denied: &Denied, findings: &mut Vec<Finding>) {
    if call.unstorable.is_some() {
        findings.extend(cause::malformed(setup, call));
        return;
    }
    // The old role was asked, and the annotation names another: that is why.
    findings.extend(iam::stale(setup));
    findings.extend(token::foreign(setup, &call.claims()));
    if let Some(pod) = setup.pod.get() {
        findings.extend(pod::other_account(setup, pod));
    }
    let before = findings.len();
    findings.extend(cause::of(setup, call, denied));
    if findings.len() == before {
        let undecided = denied.reason.evaluations.last().is_some_and(|e| e.decision() == Decision::Undecided);
        let id = if undecided { "policy-undecided" } else { "action-wrong" };
        findings.push(Finding::new(id, in_policy(""), denied.reason.what.clone(), denied.reason.fix.clone()));
    }
}

const ROLES: &str = "https://aws.amazon.com/roles";
/// The age in seconds up to which a new role was seen to be refused.
const SPREADING: u64 = 9;
