//! What is wrong with a token: its form, its claims, its audience, its signature.

use super::call::{Call, audiences, expected_audience};
use super::{Finding, Mend, Setup, cause};
use crate::federation::Denied;
use crate::json::{short, step};
use crate::oidc::{Algorithm, Jws};
use alloc::{format, string::String};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

/// The token is not of the cluster that it should be of.
pub(super) fn foreign(setup: &Setup, claims: &Map<String, Value>) -> Option<Finding> {
    let expected = setup.issuer.get()?;
    let issuer = claims.get("iss").and_then(Value::as_str).filter(|issuer| issuer != expected)?;
    let message = format!("the token's iss is {}, the cluster's issuer is {}", short(issuer), short(expected));
    let fix = "use a token of this cluster: the projected file in the pod, not a copy from elsewhere";
    Some(Finding::new("token-foreign-issuer", "/token/claims/iss", message, fix))
}

pub(super) fn token(setup: &Setup, call: &Call, denied: &Denied) -> Finding {
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

pub(super) fn claims(call: &Call, denied: &Denied) -> Finding {
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

pub(super) fn signature(call: &Call, denied: &Denied) -> Finding {
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

pub(super) fn audience(setup: &Setup, call: &Call, denied: &Denied) -> Finding {
    let reason = &denied.reason;
    let all = call.claims();
    let simple = |id, place: &str| Finding::new(id, place, reason.what.clone(), reason.fix.clone());
    let place = step("/token/claims", reason.at);
    if reason.at == "azp" {
        return simple("token-azp", &place).with(Mend::Set([(place.clone(), None)].into()));
    }
    let kubernetes = is_kubernetes(&all);
    let issuer = all.get("iss").and_then(Value::as_str).unwrap_or_default();
    let of_server = |audience: &str| {
        audience.contains("kubernetes.default.svc")
            || kubernetes && (audience == issuer || ["api", "k3s"].contains(&audience))
    };
    let several = all.get("aud").and_then(Value::as_array).filter(|several| several.len() > 1);
    let api_server = several.is_some_and(|all| all.iter().filter_map(Value::as_str).all(of_server));
    if several.is_some() && !api_server {
        return simple("token-aud-multiple", &place).with(Mend::set(place.clone(), json!([expected_audience(setup)])));
    }
    let has = audiences(&all).into_iter().next().unwrap_or_default();
    let client_ids = call.provider().map(|provider| provider.client_ids.clone()).unwrap_or_default();
    let api_server = api_server || several.is_none() && of_server(&has);
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
