//! Everything but the trust policy.

use super::*;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

fn text(world: &World, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let _ = world;
    format!("{}.{}.{}", part(header), part(claims), "A".repeat(342))
}

fn token(world: &World) -> String {
    text(world, &json!({ "alg": "RS256", "kid": "k" }), &Value::Object(world.claims()))
}

fn raw(setup: &mut Setup, text: String) {
    setup.token = Token::Text(text.into());
}

fn env(setup: &mut Setup, name: &str, value: &str) {
    pod_mut(setup).env.insert(name.into(), value.into());
}

fn role_everywhere(setup: &mut Setup, arn: &str) {
    env(setup, "AWS_ROLE_ARN", arn);
    let Fact::Is(account) = &mut setup.service_account else { panic!() };
    account.annotations.as_mut().unwrap().insert("eks.amazonaws.com/role-arn".into(), arn.into());
}

fn annotation(setup: &mut Setup, name: &str, value: Option<&str>) {
    let Fact::Is(account) = &mut setup.service_account else { panic!() };
    let all = account.annotations.as_mut().unwrap();
    match value {
        Some(value) => drop(all.insert(name.into(), value.into())),
        None => drop(all.remove(name)),
    }
}

fn not_injected(setup: &mut Setup) {
    pod_mut(setup).env.retain(|name, _| name == "AWS_REGION");
}

type Break = fn(&World, &mut Setup);

/// What is wrong, which answer comes, and how it got so.
const BREAKS: &[(&str, &str, Break)] = &[
    ("provider-missing", "InvalidIdentityToken", |_, s| s.providers = Fact::Absent),
    ("provider-missing", "InvalidIdentityToken", |w, s| {
        let other = "https://oidc.eks.eu-west-1.amazonaws.com/id/AAAA0000AAAA0000AAAA0000AAAA0000";
        *providers_mut(s) = vec![Provider::new(w.partition, w.account, other, ["sts.amazonaws.com"])];
    }),
    ("provider-url-mismatch", "InvalidIdentityToken", |_, s| providers_mut(s)[0].url.push('/')),
    ("provider-url-mismatch", "InvalidIdentityToken", |_, s| {
        providers_mut(s)[0].url = providers_mut(s)[0].url.replace("/id/", "/ID/");
    }),
    ("provider-url-mismatch", "InvalidIdentityToken", |_, s| {
        let url = providers_mut(s)[0].url.split("/id/").next().unwrap().to_owned();
        providers_mut(s)[0].url = url;
    }),
    ("provider-url-mismatch", "InvalidIdentityToken", |_, s| {
        providers_mut(s)[0].url.push_str("/.well-known/openid-configuration");
    }),
    ("provider-other-account", "InvalidIdentityToken", |w, s| {
        providers_mut(s)[0].arn = providers_mut(s)[0].arn.replace(w.account, "123412341234");
    }),
    ("provider-client-id-missing", "InvalidIdentityToken", |_, s| providers_mut(s)[0].client_ids.clear()),
    ("provider-client-id-missing", "InvalidIdentityToken", |_, s| {
        providers_mut(s)[0].client_ids = vec!["sts.amazonaws.com.cn".into()];
    }),
    ("provider-client-id-missing", "InvalidIdentityToken", |_, s| {
        annotation(s, "eks.amazonaws.com/audience", Some("platform"));
        claims_mut(s).insert("aud".into(), json!("platform"));
        let policy = role_mut(s).trust_policy.as_ref().unwrap().to_string();
        let policy = policy.replace("\"sts.amazonaws.com\"", "\"platform\"");
        role_mut(s).trust_policy = serde_json::from_str(&policy).unwrap();
    }),
    ("token-audience", "InvalidIdentityToken", |_, s| drop(claims_mut(s).insert("aud".into(), json!("vault")))),
    ("token-audience", "InvalidIdentityToken", |_, s| {
        claims_mut(s).insert("aud".into(), json!("sts.amazonaws.com.cn"));
    }),
    ("token-audience", "InvalidIdentityToken", |_, s| drop(claims_mut(s).insert("aud".into(), json!("")))),
    ("token-audience", "InvalidIdentityToken", |_, s| drop(claims_mut(s).insert("aud".into(), json!([])))),
    ("token-api-server-audience", "InvalidIdentityToken", |_, s| {
        claims_mut(s).insert("aud".into(), json!(["https://kubernetes.default.svc"]));
    }),
    ("token-api-server-audience", "InvalidIdentityToken", |w, s| {
        claims_mut(s).insert("aud".into(), json!([w.issuer]));
    }),
    ("token-api-server-audience", "InvalidIdentityToken", |_, s| {
        claims_mut(s).insert("aud".into(), json!(["https://kubernetes.default.svc.cluster.local", "k3s"]));
    }),
    ("token-aud-multiple", "InvalidIdentityToken", |_, s| {
        claims_mut(s).insert("aud".into(), json!(["sts.amazonaws.com", "vault"]));
    }),
    ("token-azp", "InvalidIdentityToken", |_, s| drop(claims_mut(s).insert("azp".into(), json!("client")))),
    ("token-azp", "AccessDenied", |_, s| {
        providers_mut(s)[0].client_ids.push("client".into());
        claims_mut(s).insert("azp".into(), json!("client"));
    }),
    ("token-expired", "ExpiredTokenException", |_, s| drop(claims_mut(s).insert("exp".into(), json!(NOW - 301)))),
    ("token-not-yet-valid", "InvalidIdentityToken", |_, s| drop(claims_mut(s).insert("iat".into(), json!(NOW + 400)))),
    ("token-not-yet-valid", "InvalidIdentityToken", |_, s| drop(claims_mut(s).insert("nbf".into(), json!(NOW + 400)))),
    ("token-time-format", "InvalidIdentityToken", |_, s| drop(claims_mut(s).insert("exp".into(), json!(1.5)))),
    ("token-time-format", "InvalidIdentityToken", |_, s| drop(claims_mut(s).insert("iat".into(), json!("today")))),
    ("token-claim-missing", "InvalidIdentityToken", |_, s| drop(claims_mut(s).remove("aud"))),
    ("token-claim-missing", "InvalidIdentityToken", |_, s| drop(claims_mut(s).remove("exp"))),
    ("token-claim-missing", "InternalFailure", |_, s| drop(claims_mut(s).insert("sub".into(), Value::Null))),
    ("token-legacy-secret", "InvalidIdentityToken", |_, s| {
        let claims = json!({ "iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:a:b" });
        *claims_mut(s) = claims.as_object().unwrap().clone();
    }),
    ("token-foreign-issuer", "InvalidIdentityToken", |_, s| {
        claims_mut(s).insert("iss".into(), json!("https://issuer.example"));
    }),
    ("token-foreign-issuer", "AccessDenied", |w, s| {
        let other = "https://issuer.example";
        providers_mut(s).push(Provider::new(w.partition, w.account, other, ["sts.amazonaws.com"]));
        claims_mut(s).insert("iss".into(), json!(other));
    }),
    ("token-tags-format", "InvalidIdentityToken", |_, s| {
        claims_mut(s).insert("https://aws.amazon.com/tags".into(), json!("Team=web"));
    }),
    ("token-tags-format", "InvalidIdentityToken", |_, s| {
        claims_mut(s).insert("https://aws.amazon.com/tags".into(), json!({ "principal_tags": { "a": "b" } }));
    }),
    ("token-tags-format", "InvalidIdentityToken", |_, s| {
        claims_mut(s).insert("https://aws.amazon.com/tags/principal_tags/a".into(), json!(["b"]));
    }),
    ("token-roles-claim", "InvalidIdentityToken", |_, s| {
        claims_mut(s).insert("https://aws.amazon.com/roles".into(), json!(["arn:aws:iam::111122223333:role/other"]));
    }),
    ("token-roles-claim", "InvalidIdentityToken", |_, s| {
        claims_mut(s).insert("https://aws.amazon.com/roles".into(), json!(7));
    }),
    ("token-malformed", "InvalidIdentityToken", |_, s| raw(s, "not a token".into())),
    ("token-malformed", "InvalidIdentityToken", |w, s| raw(s, format!("Bearer {}", token(w)))),
    ("token-malformed", "InvalidIdentityToken", |w, s| raw(s, format!("\"{}\"", token(w)))),
    ("token-malformed", "InvalidIdentityToken", |w, s| raw(s, token(w).rsplit_once('.').unwrap().0.into())),
    ("token-malformed", "ValidationError", |w, s| raw(s, token(w) + &"A".repeat(20_000))),
    ("token-trailing-garbage", "InvalidIdentityToken", |w, s| raw(s, token(w) + "\nmore\n")),
    ("token-trailing-garbage", "InvalidIdentityToken", |w, s| raw(s, token(w) + "%")),
    ("token-trailing-garbage", "InvalidIdentityToken", |w, s| raw(s, token(w) + ".more")),
    ("token-trailing-garbage", "InvalidIdentityToken", |w, s| raw(s, token(w) + &token(w))),
    ("token-trailing-garbage", "InvalidIdentityToken", |w, s| raw(s, format!("{0} {0}", token(w)))),
    ("token-header", "InvalidIdentityToken", |w, s| {
        raw(s, text(w, &json!({ "alg": "HS256" }), &Value::Object(w.claims())));
    }),
    ("token-header", "InvalidIdentityToken", |w, s| {
        raw(s, text(w, &json!({ "alg": "none" }), &Value::Object(w.claims())));
    }),
    ("token-header", "InvalidIdentityToken", |w, s| {
        raw(s, text(w, &json!({ "alg": "PS256" }), &Value::Object(w.claims())));
    }),
    ("token-header", "InvalidIdentityToken", |w, s| {
        raw(s, text(w, &json!({ "alg": "RS256", "crit": ["b64"] }), &Value::Object(w.claims())));
    }),
    ("token-header", "InvalidIdentityToken", |w, s| {
        raw(s, text(w, &json!({ "kid": "k" }), &Value::Object(w.claims())));
    }),
    ("keys-unreachable", "IDPCommunicationError", |w, s| {
        raw(s, token(w));
        s.keys = Keys::Failed("timeout".into());
    }),
    ("keys-tls-thumbprint", "InvalidIdentityToken", |w, s| {
        raw(s, token(w));
        s.keys = Keys::OtherCertificate;
    }),
    ("keys-kid-unknown", "InvalidIdentityToken", |w, s| {
        raw(s, token(w));
        s.keys = documents(w, "other");
    }),
    ("token-signature", "InvalidIdentityToken", |w, s| {
        raw(s, token(w));
        s.keys = documents(w, "k");
    }),
    ("role-arn-malformed", "ValidationError", |_, s| role_everywhere(s, "app")),
    ("role-arn-malformed", "ValidationError", |w, s| {
        let arn = w.role().replace(":role/", "::role/");
        role_everywhere(s, &arn);
    }),
    ("role-arn-malformed", "ValidationError", |w, s| {
        let arn = w.role().replace(w.account, "1111");
        role_everywhere(s, &arn);
    }),
    ("role-arn-malformed", "ValidationError", |w, s| {
        let arn = w.role().replace(":role/", ":Role/");
        role_everywhere(s, &arn);
    }),
    ("role-arn-malformed", "ValidationError", |w, s| role_everywhere(s, &format!("\"{}\"", w.role()))),
    ("role-arn-malformed", "ValidationError", |_, s| role_everywhere(s, "arn:aws:iam::${ACCOUNT_ID}:role/app")),
    ("role-arn-not-a-role", "ValidationError", |w, s| {
        let arn = w.role().replace(":role/", ":policy/");
        role_everywhere(s, &arn);
    }),
    ("role-arn-not-a-role", "ValidationError", |w, s| {
        let arn = w.role().replace(":iam:", ":sts:").replace(":role/app", ":assumed-role/app/session");
        role_everywhere(s, &arn);
    }),
    ("role-arn-not-a-role", "ValidationError", |_, s| role_everywhere(s, "arn:aws:s3:::a-bucket-of-mine")),
    ("role-not-found", "AccessDenied", |w, s| role_everywhere(s, &w.role().replace("role/app", "role/App"))),
    ("role-not-found", "AccessDenied", |w, s| role_everywhere(s, &w.role().replace("role/app", "role/path/app"))),
    ("role-not-found", "AccessDenied", |_, s| s.role = Fact::Absent),
    ("role-wrong-account", "InvalidIdentityToken", |w, s| {
        let arn = w.role().replace(w.account, "123412341234");
        role_everywhere(s, &arn);
    }),
    ("role-wrong-account", "AccessDenied", |w, s| {
        let other = "123412341234";
        providers_mut(s).push(Provider::new(w.partition, other, w.issuer, ["sts.amazonaws.com"]));
        let arn = w.role().replace(w.account, other);
        role_everywhere(s, &arn);
    }),
    ("role-wrong-partition", "InvalidIdentityToken", |w, s| {
        let arn = w.role().replacen(w.partition, "aws-us-gov", 1);
        role_everywhere(s, &arn);
    }),
    // Not a partition of AWS's; the account is the provider's.
    ("role-wrong-partition", "InvalidIdentityToken", |w, s| {
        let arn = w.role().replacen(w.partition, "aws-gov", 1);
        role_everywhere(s, &arn);
    }),
    ("env-webhook-not-injected", "local:not-injected", |_, s| not_injected(s)),
    ("env-annotation-missing", "local:not-injected", |_, s| {
        not_injected(s);
        annotation(s, "eks.amazonaws.com/role-arn", None);
    }),
    ("env-annotation-missing", "local:not-injected", |_, s| {
        not_injected(s);
        annotation(s, "eks.amazonaws.com/role-arn", Some(""));
    }),
    ("env-annotation-misplaced", "local:not-injected", |w, s| {
        not_injected(s);
        annotation(s, "eks.amazonaws.com/role-arn", None);
        annotation(s, "eks.amazonaws.com/iam-role", Some(&w.role()));
    }),
    ("env-annotation-misplaced", "local:not-injected", |w, s| {
        not_injected(s);
        annotation(s, "eks.amazonaws.com/role-arn", None);
        pod_mut(s).annotations.insert("eks.amazonaws.com/role-arn".into(), w.role());
    }),
    ("env-pod-uses-other-account", "local:not-injected", |_, s| {
        not_injected(s);
        pod_mut(s).service_account = Some("default".into());
    }),
    ("env-pod-uses-other-account", "AccessDenied", |w, s| {
        pod_mut(s).service_account = Some("default".into());
        claims_mut(s).insert("sub".into(), json!(generate::subject(w.namespace, "default")));
    }),
    ("env-variable-missing", "local:role-arn-missing", |_, s| drop(pod_mut(s).env.remove("AWS_ROLE_ARN"))),
    ("env-variable-missing", "local:token-file-var-missing", |_, s| env(s, "AWS_WEB_IDENTITY_TOKEN_FILE", "")),
    ("env-token-file-absent", "local:token-file-missing", |_, s| env(s, "AWS_WEB_IDENTITY_TOKEN_FILE", "/token")),
    ("env-token-file-absent", "local:token-file-not-a-file", |_, s| file(s, FileState::Directory, 0o755, (0, 0))),
    ("env-token-file-unreadable", "local:token-file-unreadable", |_, s| file(s, FileState::Content, 0o600, (0, 0))),
    ("env-token-file-unreadable", "local:token-file-unreadable", |_, s| file(s, FileState::Content, 0o640, (0, 2000))),
    ("env-token-file-unreadable", "local:token-file-unreadable", |_, s| file(s, FileState::Denied, 0o644, (0, 0))),
    ("token-empty", "local:token-empty", |_, s| file(s, FileState::Empty, 0o644, (0, 0))),
    ("token-empty", "local:token-empty", |_, s| raw(s, "\n".into())),
    ("env-static-keys-shadow", "local:static-keys-first", |_, s| env(s, "AWS_ACCESS_KEY_ID", "AKIAIRSACANARY")),
    ("env-region-missing", "local:region-missing", |_, s| drop(pod_mut(s).env.remove("AWS_REGION"))),
    ("env-endpoint-partition", "InvalidIdentityToken", |_, s| env(s, "AWS_REGION", "us-gov-east-1")),
    ("env-endpoint-partition", "InvalidIdentityToken", |_, s| {
        env(s, "AWS_ENDPOINT_URL_STS", "https://sts.us-iso-east-1.c2s.ic.gov");
    }),
    ("env-sts-unreachable", "local:sts-unreachable", |_, s| pod_mut(s).sts_failure = Fact::Is("timeout".into())),
    ("env-stale-role", "AccessDenied", |w, s| env(s, "AWS_ROLE_ARN", &w.role().replace("role/app", "role/old"))),
    ("env-stale-role", "InvalidIdentityToken", |w, s| {
        env(s, "AWS_ROLE_ARN", &w.role().replace(w.account, "123412341234"));
    }),
    ("request-session-name", "ValidationError", |_, s| s.request.session_name = Some("a".into())),
    ("request-session-name", "ValidationError", |_, s| s.request.session_name = Some("a:b/c d".into())),
    ("request-session-name", "ValidationError", |_, s| s.request.session_name = Some("a".repeat(65))),
    ("request-duration", "ValidationError", |_, s| s.request.duration_seconds = Some(600)),
    ("request-duration", "ValidationError", |_, s| s.request.duration_seconds = Some(43_201)),
    ("request-duration", "ValidationError", |_, s| s.request.duration_seconds = Some(7200)),
    ("iam-propagation", "AccessDenied", |_, s| role_mut(s).age = Some(4)),
];

fn file(setup: &mut Setup, state: FileState, mode: u32, owner: (u32, u32)) {
    let file = File { state, mode: Some(mode), owner: Some(owner) };
    pod_mut(setup).files = Fact::Is(BTreeMap::from([(PATH.to_owned(), file)]));
}

/// A key set with one key of this id (RFC 7517, appendix A.1), which signed nothing here.
fn documents(world: &World, kid: &str) -> Keys {
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    let discovery = json!({
        "issuer": world.issuer, "jwks_uri": "https://issuer.example/keys", "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
    });
    let jwks = json!({ "keys": [{ "kty": "RSA", "kid": kid, "n": n, "e": "AQAB" }] });
    Keys::Documents { discovery: discovery.to_string().into(), jwks: jwks.to_string().into() }
}

fn code(verdict: &Verdict) -> String {
    verdict.to_json()["code"].as_str().unwrap_or_default().into()
}

#[test]
fn each_fault_of_a_set_up_is_named() {
    let mut wrong = Vec::new();
    for world in &WORLDS {
        for (index, (id, answer, break_it)) in BREAKS.iter().enumerate() {
            let mut setup = world.healthy();
            break_it(world, &mut setup);
            let judgement = judge(&setup);
            let got = judgement.cause().map(|cause| cause.id);
            if (got, code(&judgement.verdict).as_str()) != (Some(*id), *answer) {
                wrong.push(format!(
                    "{index} {id} {answer}: {got:?} {:?} {}",
                    judgement.verdict,
                    judgement.findings.len()
                ));
            }
            let told = format!("{:?} {setup:?}", judgement);
            assert!(!told.contains(&"A".repeat(40)), "{id}: the token is told: {told}");
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Sets values at the places of a finding, as far as a set-up of ours has them as text.
fn apply(setup: &mut Setup, mend: &Mend) -> bool {
    let Mend::Set(values) = mend else { return false };
    for (place, value) in values {
        let text = value.as_ref().and_then(Value::as_str);
        if let Some(name) = place.strip_prefix("/pod/env/") {
            match text {
                Some(text) => env(setup, name, text),
                None => drop(pod_mut(setup).env.remove(name)),
            }
        } else if let Some(name) = place.strip_prefix("/service_account/annotations/") {
            annotation(setup, &name.replace("~1", "/"), text);
        } else if let Some(name) = place.strip_prefix("/token/claims/") {
            if !matches!(setup.token, Token::Claims { .. }) {
                return false;
            }
            match value {
                Some(value) => drop(claims_mut(setup).insert(name.replace("~1", "/"), value.clone())),
                None => drop(claims_mut(setup).remove(name)),
            }
        } else if place == "/provider/client_ids" {
            let ids = value.as_ref().unwrap().as_array().unwrap();
            providers_mut(setup)[0].client_ids = ids.iter().map(|id| id.as_str().unwrap().into()).collect();
        } else if place == "/provider" {
            let new = value.as_ref().unwrap();
            let text = |name: &str| new[name].as_str().unwrap().to_owned();
            let ids = new["client_ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect();
            setup.providers = Fact::Is(vec![Provider { arn: text("arn"), url: text("url"), client_ids: ids }]);
        } else if let Some(pointer) = place.strip_prefix("/role/trust_policy") {
            *role_mut(setup).trust_policy.as_mut().unwrap().pointer_mut(pointer).unwrap() = value.clone().unwrap();
        } else if place == "/request/session_name" {
            setup.request.session_name = text.map(Into::into);
        } else if place == "/request/duration_seconds" {
            setup.request.duration_seconds = value.as_ref().and_then(Value::as_i64);
        } else {
            return false;
        }
    }
    true
}

#[test]
fn what_is_to_be_set_mends() {
    let mut mended = 0;
    for world in &WORLDS {
        // A pod that was not given its variables has to be made anew, whatever is set.
        for (id, _, break_it) in BREAKS.iter().filter(|(_, answer, _)| *answer != "local:not-injected") {
            let mut setup = world.healthy();
            break_it(world, &mut setup);
            let judgement = judge(&setup);
            let Some(mend) = judgement.cause().and_then(|cause| cause.mend.clone()) else { continue };
            // One that is missing for another reason is not there to be set.
            if apply(&mut setup, &mend) {
                let after = judge(&setup);
                assert_eq!(after.verdict, Verdict::Succeeds, "{id}: {mend:?}\n{:?}", after.findings);
                mended += 1;
            }
        }
    }
    assert!(mended >= 60, "{mended} mended");
}

#[test]
fn what_lies_behind_the_first_fault_is_told_too() {
    let world = &WORLDS[0];
    let mut setup = world.healthy();
    setup.request.session_name = Some("a b".into());
    providers_mut(&mut setup)[0].client_ids = vec!["vault".into()];
    claims_mut(&mut setup).insert("exp".into(), json!(NOW - 4000));
    let policy = world.policy().to_string().replace(":shop:", ":elsewhere:");
    role_mut(&mut setup).trust_policy = Some(serde_json::from_str(&policy).unwrap());
    let ids: Vec<&str> = judge(&setup).findings.iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["request-session-name", "provider-client-id-missing", "token-expired", "trust-sub-namespace"]);
}

#[test]
fn what_works_for_now_is_warned_of() {
    let world = &WORLDS[0];
    let cases: [(&str, Break); 5] = [
        ("env-annotation-missing", |_, s| annotation(s, "eks.amazonaws.com/role-arn", None)),
        ("env-stale-role", |w, s| annotation(s, "eks.amazonaws.com/role-arn", Some(&(w.role() + "-new")))),
        ("env-profile-shadows", |_, s| env(s, "AWS_PROFILE", "dev")),
        ("env-sts-global-optin", |_, s| {
            env(s, "AWS_REGION", "me-south-1");
            env(s, "AWS_ENDPOINT_URL_STS", "https://sts.amazonaws.com");
        }),
        ("token-expired", |_, s| drop(claims_mut(s).insert("exp".into(), json!(NOW - 200)))),
    ];
    for (id, break_it) in cases {
        let mut setup = world.healthy();
        break_it(world, &mut setup);
        let judgement = judge(&setup);
        let said: Vec<_> = judgement.findings.iter().map(|finding| (finding.id, finding.severity)).collect();
        assert_eq!((judgement.verdict, said), (Verdict::Succeeds, vec![(id, Severity::Warning)]));
    }
}

#[test]
fn nothing_is_claimed_of_a_service_account_that_is_unknown() {
    let world = &WORLDS[0];
    let said = |account: Fact<ServiceAccount>| {
        let mut setup = world.healthy();
        not_injected(&mut setup);
        setup.service_account = account;
        let finding = judge(&setup).findings.into_iter().next().unwrap();
        assert_eq!(finding.id, "env-webhook-not-injected");
        (finding.message, finding.fix)
    };
    let unread =
        world.healthy().service_account.get().map(|account| ServiceAccount { annotations: None, ..account.clone() });
    for account in [Fact::Unknown, Fact::Is(unread.unwrap())] {
        let (message, fix) = said(account);
        assert!(!message.contains("is annotated") && message.contains("lacks the annotation"), "{message}");
        assert!(
            fix.contains("has the annotation eks.amazonaws.com/role-arn") && fix.contains("make a new pod"),
            "{fix}"
        );
    }
    assert!(said(world.healthy().service_account).0.contains("is annotated"));
}

#[test]
fn a_token_that_is_mounted_by_hand_needs_no_annotation() {
    let mut setup = WORLDS[0].healthy();
    annotation(&mut setup, "eks.amazonaws.com/role-arn", None);
    let path = "/var/run/secrets/tokens/aws";
    env(&mut setup, "AWS_WEB_IDENTITY_TOKEN_FILE", path);
    let file = File { state: FileState::Content, mode: Some(0o644), owner: Some((0, 0)) };
    pod_mut(&mut setup).files = Fact::Is(BTreeMap::from([(path.to_owned(), file)]));
    assert_eq!(judge(&setup).findings, vec![]);
}

#[test]
fn port_443_of_a_provider_is_dropped_and_no_other() {
    let mut setup = WORLDS[0].healthy();
    let host = "oidc.eks.eu-west-1.amazonaws.com";
    let right = providers_mut(&mut setup)[0].url.clone();
    providers_mut(&mut setup)[0].url = right.replace(host, &format!("{host}:443"));
    assert!(succeeds(&setup));
    // A port stands behind the host.
    for other in [right.replace(host, &format!("{host}:8443")), format!("{right}:443")] {
        providers_mut(&mut setup)[0].url = other.clone();
        assert!(!succeeds(&setup), "{other}");
    }
}

#[test]
fn an_issuer_that_iam_knows_by_itself_needs_no_provider() {
    let mut setup = WORLDS[0].healthy();
    let (issuer, host) = ("https://accounts.google.com", "accounts.google.com");
    (setup.issuer, setup.service_account, setup.pod) = (Fact::Is(issuer.into()), Fact::Absent, Fact::Absent);
    claims_mut(&mut setup).extend(json!({ "iss": issuer, "sub": "1234", "aud": "1234" }).as_object().unwrap().clone());
    let wanted = generate::Wanted { provider: host, subject: "1234", audience: Some("1234") };
    let policy = generate::trust_policy(&wanted).to_string();
    role_mut(&mut setup).trust_policy = Some(serde_json::from_str(&policy).unwrap());
    for providers in [Fact::Absent, Fact::Unknown] {
        setup.providers = providers;
        let judgement = judge(&setup);
        assert_eq!((judgement.verdict, judgement.findings), (Verdict::Succeeds, vec![]));
        assert_eq!(judgement.assumed, ["signature"]);
    }
    // The subject is another's: that is said, with a mend that lets this one in.
    let other = policy.replace(r#":sub":"1234""#, r#":sub":"99""#);
    assert_ne!(other, policy);
    role_mut(&mut setup).trust_policy = Some(serde_json::from_str(&other).unwrap());
    let cause = judge(&setup).cause().cloned().unwrap();
    assert_eq!(cause.id, "trust-sub-value");
    let Some(Mend::Policy(mended)) = cause.mend else { panic!("no mend") };
    role_mut(&mut setup).trust_policy = Some(mended);
    assert!(succeeds(&setup));
}
