//! Claims: which must be there, times to the second, the audience, tags, and what becomes a condition key.

use super::*;

#[test]
fn times_to_the_second() {
    let rows = [
        ("exp", json!(NOW - 299), None),
        (
            "exp",
            json!(NOW - 300),
            Some(format!(
                "Token expired: current date/time {} must be before the expiration date/time {}",
                NOW - 300,
                NOW - 300
            )),
        ),
        (
            "exp",
            json!(i64::MIN),
            Some(format!(
                "Token expired: current date/time {} must be before the expiration date/time {}",
                NOW - 300,
                i64::MIN
            )),
        ),
        ("exp", json!(i64::MAX), None),
        ("exp", json!((NOW + 60).to_string()), None),
        ("iat", json!(NOW + 300), None),
        ("iat", json!(NOW + 301), Some(format!("Token issued in the future: {}", NOW + 301))),
        ("nbf", json!(NOW + 300), None),
        (
            "nbf",
            json!(NOW + 301),
            Some(format!(
                "Token not yet valid: current date/time {} must be after or equal to the not-before date/time {}",
                NOW + 300,
                NOW + 301
            )),
        ),
        ("nbf", json!(1.5), Some("Invalid timestamp in token claims.".into())),
        ("nbf", json!(null), Some("Invalid timestamp in token claims.".into())),
        ("exp", json!(""), Some("Invalid timestamp in token claims.".into())),
        ("exp", json!([NOW]), Some("Invalid timestamp in token claims.".into())),
        ("exp", json!(u64::MAX), Some("Invalid timestamp in token claims.".into())),
        ("exp", json!("1e9"), Some("Invalid timestamp in token claims.".into())),
    ];
    for (name, value, message) in rows {
        let decided = with(|s| s.claims[name] = value.clone()).decide();
        let code = if message.as_ref().is_some_and(|m| m.starts_with("Token expired")) {
            "ExpiredTokenException"
        } else {
            "InvalidIdentityToken"
        };
        match message {
            None => drop(decided.unwrap_or_else(|denied| panic!("{name} {value}: {denied}"))),
            Some(message) => {
                let denied = decided.unwrap_err();
                assert_eq!((denied.code, &denied.message, denied.status), (code, &message, 400), "{name} {value}");
                assert_eq!(denied.reason.check, Check::Times);
            }
        }
    }
    assert!(with(|s| drop(s.claims.as_object_mut().unwrap().remove("nbf"))).decide().is_ok());
}

#[test]
fn claims() {
    for name in ["iss", "sub", "aud", "exp", "iat"] {
        let (code, message, check, what) = with(|s| drop(s.claims.as_object_mut().unwrap().remove(name))).denied();
        assert_eq!((code, check), ("InvalidIdentityToken", Check::Claims));
        assert_eq!(message, format!("Missing a required claim: {name}"));
        assert!(what.starts_with(&format!("the token has no {name}; it has aud, ")) || name == "aud", "{what}");
    }
    let invalid = "InvalidIdentityToken";
    let several = "Token audience contains more than one audience while authorized party is not present";
    let rows = [
        ("aud", json!([]), invalid, "Claim is not allowed to be empty: aud", Check::Claims),
        ("aud", json!(["a", "sts.amazonaws.com"]), invalid, several, Check::Audience),
        ("aud", json!("https://kubernetes.default.svc"), invalid, GENERIC, Check::Audience),
        ("aud", json!("STS.amazonaws.com"), invalid, GENERIC, Check::Audience),
        ("azp", json!("someone"), invalid, GENERIC, Check::Audience),
        ("sub", json!(null), "InternalFailure", "Unknown error validating third-party token", Check::Claims),
        (
            "iss",
            json!("https://oidc.eks.eu-west-1.amazonaws.com/id/0123/"),
            invalid,
            "No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/0123/",
            Check::Provider,
        ),
        (
            "https://aws.amazon.com/tags",
            json!({ "principal_tags": { "a": "b" } }),
            invalid,
            "principal_tags passed in claim is not in correct format.",
            Check::Tags,
        ),
        (
            "https://aws.amazon.com/tags",
            json!({ "principal_tags": ["a"] }),
            invalid,
            "principal_tags passed in claim is not in correct format.",
            Check::Tags,
        ),
        (
            "https://aws.amazon.com/tags",
            json!({ "principal_tags": { "a": ["b", "c"] } }),
            invalid,
            "principal_tags passed in claim is not in correct format.",
            Check::Tags,
        ),
        (
            "https://aws.amazon.com/tags",
            json!({ "transitive_tag_keys": "a" }),
            invalid,
            "transitive_tag_keys passed in claim is not in correct format.",
            Check::Tags,
        ),
        (
            "https://aws.amazon.com/tags/principal_tags/a",
            json!(["b"]),
            invalid,
            "principal_tags passed in claim is not in correct format.",
            Check::Tags,
        ),
        (
            "https://aws.amazon.com/source_identity",
            json!("a b"),
            invalid,
            "source_identity passed in claim is not in correct format.",
            Check::Tags,
        ),
        (
            "https://aws.amazon.com/roles",
            json!(5),
            invalid,
            "The roles claim is not in a supported format",
            Check::RolesClaim,
        ),
        (
            "https://aws.amazon.com/roles",
            json!({}),
            invalid,
            "The roles claim is not in a supported format",
            Check::RolesClaim,
        ),
        (
            "https://aws.amazon.com/roles",
            json!([ROLE.to_uppercase()]),
            invalid,
            "The roles claim contains no valid role ARNs",
            Check::RolesClaim,
        ),
        (
            "https://aws.amazon.com/roles",
            json!([format!("{ROLE}2")]),
            invalid,
            "The target role ARN is not present in the roles claim of the identity token",
            Check::RolesClaim,
        ),
    ];
    for (name, value, code, message, check) in rows {
        let denied = with(|s| s.claims[name] = value.clone()).decide().expect_err(name);
        assert_eq!(
            (denied.code, denied.message.as_str(), denied.reason.check),
            (code, message, check),
            "{name} {value}"
        );
        assert!(!denied.reason.what.is_empty() && !denied.reason.fix.is_empty());
    }
    let accepted = with(|s| s.claims["azp"] = json!("other")).decide().unwrap();
    assert_eq!(accepted.audience, "other");
    let accepted = with(|s| s.claims["sub"] = json!(123)).decide().unwrap();
    assert_eq!(accepted.subject, "123");
}

#[test]
fn tags_and_source_identity_need_actions_of_their_own() {
    let rows = [
        ("https://aws.amazon.com/tags", json!({ "principal_tags": { "a": ["b"] } }), "sts:TagSession"),
        ("https://aws.amazon.com/tags/principal_tags/a", json!("b"), "sts:TagSession"),
        ("https://aws.amazon.com/source_identity", json!("someone"), "sts:SetSourceIdentity"),
    ];
    for (name, value, action) in rows {
        let setup = |actions: &[&str]| {
            with(|s| {
                s.claims[name] = value.clone();
                s.world.roles[0].trust_policy = trust(&json!({}), actions);
            })
        };
        let denied = setup(&["sts:AssumeRoleWithWebIdentity"]).decide().unwrap_err();
        assert_eq!((denied.code, denied.message.as_str()), ("AccessDenied", NOT_AUTHORIZED));
        assert_eq!(
            denied.reason.what,
            format!("statement 0: Action: policy says sts:AssumeRoleWithWebIdentity, it is {action}")
        );
        assert_eq!(denied.reason.evaluations.len(), 2);
        assert!(setup(&["sts:AssumeRoleWithWebIdentity", action]).decide().is_ok());
    }
}

/// The keys of the token under a trust policy that asks whether each is there.
fn keys_of(issuer: &str, claims: &Value) -> Vec<(String, String)> {
    let asked = [
        "aud",
        "oaud",
        "sub",
        "amr",
        "email",
        "actor",
        "actor_id",
        "enterprise_id",
        "environment",
        "job_workflow_ref",
        "ref",
        "repository",
        "repository_id",
        "repository_owner",
        "repository_owner_id",
        "workflow",
        "project_id",
        "ref_protected",
        "user_login",
        "pipeline_slug",
        "build_branch",
        "oidc.circleci.com/project-id",
        "rpst_id",
        "google/organization_number",
        "iss",
        "jti",
        "kubernetes.io",
    ];
    let host = issuer.strip_prefix("https://").unwrap();
    let conditions: serde_json::Map<String, Value> =
        asked.iter().map(|claim| (format!("{host}:{claim}"), json!("wanted"))).collect();
    let provider =
        Provider::built_in(issuer).unwrap_or_else(|| Provider::new("aws", ACCOUNT, issuer, ["the audience"]));
    let denied = with(|s| {
        for (name, value) in claims.as_object().unwrap() {
            s.claims[name] = value.clone();
        }
        s.claims["iss"] = json!(issuer);
        s.discovery.as_mut().unwrap()["issuer"] = json!(issuer);
        let policy = json!({ "Statement": {
            "Effect": "Allow", "Principal": { "Federated": provider.arn }, "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": conditions },
        }});
        s.world.roles[0].trust_policy = Policy::from_json(&policy).unwrap();
        s.world.providers = [provider.clone()].into();
    });
    let denied = denied.decide().unwrap_err();
    assert_eq!(denied.reason.check, Check::TrustPolicy, "{denied}");
    let conditions = &denied.reason.evaluations[0].statements[0].conditions;
    let known = conditions.iter().filter_map(|c| Some((c.key.clone(), c.request_values.clone()?.join(","))));
    known.map(|(key, value)| (key.strip_prefix(host).unwrap()[1..].into(), value)).collect()
}

#[test]
fn claims_that_are_condition_keys_depend_on_the_issuer() {
    let all = json!({
        "aud": "the audience", "sub": "the subject", "amr": ["authenticated"], "email": "a@example", "jti": "1",
        "actor": "octo", "actor_id": "583231", "environment": "prod", "job_workflow_ref": "o/r/.github/w.yml@refs/heads/main",
        "ref": "refs/heads/main", "repository": "o/r", "repository_id": 74, "repository_owner": "o",
        "repository_owner_id": "65", "workflow": "deploy", "project_id": "22", "ref_protected": "true", "user_login": "me",
        "pipeline_slug": "web", "build_branch": "main", "oidc.circleci.com/project-id": "p", "rpst_id": "r",
        "google": { "organization_number": 123 }, "kubernetes.io": { "namespace": "prod" },
    });
    let every = ["amr=authenticated", "aud=the audience", "email=a@example", "oaud=the audience", "sub=the subject"];
    let rows: [(&str, &[&str]); 7] = [
        ("https://oidc.eks.eu-west-1.amazonaws.com/id/0123", &[]),
        (
            "https://token.actions.githubusercontent.com",
            &[
                "actor=octo",
                "actor_id=583231",
                "environment=prod",
                "job_workflow_ref=o/r/.github/w.yml@refs/heads/main",
                "ref=refs/heads/main",
                "repository=o/r",
                "repository_id=74",
                "repository_owner_id=65",
                "workflow=deploy",
            ],
        ),
        ("https://gitlab.com", &["project_id=22", "ref_protected=true", "user_login=me"]),
        ("https://agent.buildkite.com", &["build_branch=main", "pipeline_slug=web"]),
        ("https://oidc.circleci.com/org/0b5b", &["oidc.circleci.com/project-id=p"]),
        ("https://idcs-0b5b.identity.oraclecloud.com", &["rpst_id=r"]),
        ("https://accounts.google.com", &["google/organization_number=123"]),
    ];
    for (issuer, more) in rows {
        let mut expected: Vec<String> = every.iter().chain(more).map(ToString::to_string).collect();
        expected.sort();
        let found: Vec<String> = keys_of(issuer, &all).iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(found, expected, "{issuer}");
    }
}

#[test]
fn google_and_cognito_need_no_provider_of_the_account() {
    let google = "https://accounts.google.com";
    // azp is the audience that counts, aud is kept as oaud; any audience will do, since the policy has to name it.
    let claims = json!({ "aud": "my-app", "azp": "110", "sub": "110" });
    let keys = keys_of(google, &claims);
    assert!(
        keys.contains(&("aud".into(), "110".into())) && keys.contains(&("oaud".into(), "my-app".into())),
        "{keys:?}"
    );
    assert!(Provider::built_in("https://cognito-identity.amazonaws.com").unwrap().is_built_in());
    assert!(Provider::built_in("https://accounts.google.com.example.com").is_none());
    assert!(!good().world.providers[0].is_built_in());
}

#[test]
fn keys_of_the_call() {
    let condition = json!({ "StringEquals": {
        "aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT, "aws:PrincipalType": "User",
        "aws:userid": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}"), "aws:ViaAWSService": "false",
        "aws:SecureTransport": "true", "aws:EpochTime": NOW.to_string(), "sts:RoleSessionName": "pod-1",
        "sts:RoleAuthorizedByIdp": "false",
    }, "Null": {
        "aws:PrincipalArn": "true", "aws:TokenIssueTime": "true", "aws:MultiFactorAuthPresent": "true",
        "sts:ExternalId": "true", "sts:SourceIdentity": "true", "aws:TagKeys": "true",
    }, "IpAddress": { "aws:SourceIp": "192.0.2.0/24" }, "DateEquals": { "aws:CurrentTime": NOW } });
    with(|s| s.world.roles[0].trust_policy = trust(&condition, &["sts:AssumeRoleWithWebIdentity"])).decide().unwrap();
}

#[test]
fn what_takes_too_long_is_denied_and_says_so() {
    let denied = with(|s| {
        s.claims["sub"] = json!("a".repeat(12_000));
        let pattern = format!("*{}b", "a".repeat(6_000));
        let conditions = json!({ "StringLike": { format!("{HOST}:sub"): pattern } });
        s.world.roles[0].trust_policy = trust(&conditions, &["sts:AssumeRoleWithWebIdentity"]);
    });
    let denied = denied.decide().unwrap_err();
    assert_eq!((denied.code, denied.reason.check), ("AccessDenied", Check::TrustPolicy));
    assert!(denied.reason.what.contains("not decided"), "{denied}");
    assert!(denied.reason.fix.contains("smaller"), "{denied}");
}
