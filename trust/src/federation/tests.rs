//! Tests of what STS checks, through `decide`. The recorded answers of AWS are a vector set (sts-observed); here is what
//! no recording shows: limits to the second, every check's reason, and what must never be said.

use super::*;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use std::string::ToString;

const ISSUER: &str = "https://oidc.eks.eu-west-1.amazonaws.com/id/0123";
const HOST: &str = "oidc.eks.eu-west-1.amazonaws.com/id/0123";
const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/app";
const NOW: i64 = 1_800_000_000;
const SUBJECT: &str = "system:serviceaccount:prod:app";

/// A set-up that is accepted, to be changed by each test.
struct Setup {
    world: World,
    header: Value,
    claims: Value,
    token: Option<String>,
    discovery: Result<Value, &'static str>,
    jwks: Result<Value, &'static str>,
    other_certificate: bool,
    session_name: Option<String>,
    role_arn: Option<String>,
    provider_id: Option<&'static str>,
    duration: Option<i64>,
    policy: Option<String>,
}

fn good() -> Setup {
    let provider = Provider::new("aws", ACCOUNT, ISSUER, ["sts.amazonaws.com", "other"]);
    let role = Role {
        arn: ROLE.into(),
        trust_policy: trust(&json!({}), &["sts:AssumeRoleWithWebIdentity"]),
        max_session_duration: 7200,
    };
    Setup {
        world: World { providers: [provider].into(), roles: [role].into() },
        header: json!({ "alg": "ES256", "kid": "k1" }),
        claims: json!({ "iss": ISSUER, "sub": SUBJECT, "aud": ["sts.amazonaws.com"], "iat": NOW - 60, "nbf": NOW - 60, "exp": NOW + 3600 }),
        token: None,
        discovery: Ok(json!({
            "issuer": ISSUER,
            "jwks_uri": format!("{ISSUER}/keys"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
        })),
        jwks: Ok(json!({ "keys": [jwk("k1", &signing_key())] })),
        other_certificate: false,
        session_name: Some("pod-1".into()),
        role_arn: Some(ROLE.into()),
        provider_id: None,
        duration: None,
        policy: None,
    }
}

fn signing_key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).unwrap()
}

fn other_key() -> SigningKey {
    SigningKey::from_slice(&[9; 32]).unwrap()
}

fn jwk(kid: &str, key: &SigningKey) -> Value {
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = (point.x().unwrap(), point.y().unwrap());
    json!({ "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) })
}

/// A trust policy for the provider with these conditions and actions.
fn trust(conditions: &Value, actions: &[&str]) -> Policy {
    let provider = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}");
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "Federated": provider },
        "Action": actions,
        "Condition": conditions,
    }]});
    Policy::from_json(&policy).unwrap()
}

impl Setup {
    fn token(&self) -> String {
        self.token.clone().unwrap_or_else(|| sign(&self.header.to_string(), self.claims.to_string().as_bytes()))
    }

    fn decide(&self) -> Result<Accepted, Denied> {
        let token = self.token();
        let bodies = [&self.discovery, &self.jwks].map(|document| document.as_ref().map(ToString::to_string));
        let [discovery, jwks] = bodies.each_ref().map(|body| match body {
            Ok(body) => Fetched::Body(body.as_bytes()),
            Err(_) if self.other_certificate => Fetched::OtherCertificate,
            Err(why) => Fetched::Failed(why),
        });
        let request = Request {
            role_arn: self.role_arn.as_deref(),
            role_session_name: self.session_name.as_deref(),
            web_identity_token: Some(&token),
            provider_id: self.provider_id,
            duration_seconds: self.duration,
            policy: self.policy.as_deref(),
            policy_arns: Vec::new(),
            connection: [("aws:SourceIp", "192.0.2.1".into())].into(),
        };
        let decided = decide(&self.world, &request, &Documents { discovery, jwks }, Timestamp::from_unix(NOW));
        let said = format!("{decided:?} {request:?} {:?}", decided.as_ref().map_err(Denied::to_error));
        assert!(
            token.len() < 40 || !said.contains(token.split('.').rfind(|part| !part.is_empty()).unwrap()),
            "the token is told: {said}"
        );
        decided
    }

    /// Code, text, check and what of a denial.
    fn denied(&self) -> (&'static str, String, Check, String) {
        let denied = self.decide().unwrap_err();
        (denied.code, denied.message, denied.reason.check, denied.reason.what)
    }
}

fn sign(header: &str, payload: &[u8]) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature: Signature = signing_key().sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

fn with(change: impl FnOnce(&mut Setup)) -> Setup {
    let mut setup = good();
    change(&mut setup);
    setup
}

const GENERIC: &str = "The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements.";
const NO_KEY: &str = "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements";
const NOT_JWT: &str = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
const NOT_AUTHORIZED: &str = "Not authorized to perform sts:AssumeRoleWithWebIdentity";

#[test]
fn a_good_token_is_accepted_with_all_that_the_answer_holds() {
    let setup = with(|s| {
        s.duration = Some(7200);
        s.policy = Some(r#"{"Statement":[]}"#.into());
        s.claims["https://aws.amazon.com/tags"] =
            json!({ "principal_tags": { "Team": ["a"], "Cost": ["b"] }, "transitive_tag_keys": ["Team"] });
        s.claims["https://aws.amazon.com/source_identity"] = json!("someone@example");
        s.claims["https://aws.amazon.com/roles"] = json!(format!("arn:aws:iam::{ACCOUNT}:role/x; {ROLE}"));
        s.world.roles[0].trust_policy = trust(
            &json!({ "StringEquals": {
                format!("{HOST}:sub"): SUBJECT,
                format!("{HOST}:aud"): "sts.amazonaws.com",
                "aws:RequestTag/Team": "a",
                "sts:SourceIdentity": "someone@example",
                "sts:RoleSessionName": "pod-1",
                "aws:PrincipalAccount": ACCOUNT,
                "aws:SourceIp": "192.0.2.1",
                "aws:SecureTransport": "true",
                "aws:CurrentTime": "2027-01-15T08:00:00Z",
            }, "ForAllValues:StringEquals": { "aws:TagKeys": ["Team", "Cost"], "sts:TransitiveTagKeys": "Team" },
            "Bool": { "sts:RoleAuthorizedByIdp": true }, "Null": { "aws:PrincipalArn": true } }),
            &["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
        );
    });
    let accepted = setup.decide().unwrap_or_else(|denied| panic!("{denied}"));
    assert_eq!(
        accepted.evaluations.iter().map(|e| e.action.as_str()).collect::<Vec<_>>(),
        ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"]
    );
    let expected = Accepted {
        role_arn: ROLE.into(),
        subject: SUBJECT.into(),
        audience: "sts.amazonaws.com".into(),
        provider: format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}"),
        issuer: ISSUER.into(),
        session_name: "pod-1".into(),
        duration_seconds: 7200,
        tags: [("Cost".into(), "b".into()), ("Team".into(), "a".into())].into(),
        transitive_tag_keys: ["Team".into()].into(),
        source_identity: Some("someone@example".into()),
        role_authorized_by_idp: true,
        session_policy: Some(Policy::parse(r#"{"Statement":[]}"#).unwrap()),
        policy_arns: Vec::new(),
        evaluations: accepted.evaluations.clone(),
    };
    assert_eq!(accepted, expected);
}

#[test]
fn one_condition_value_changes_decision_and_reason_together() {
    let subject = |sub: &str| {
        with(|s| {
            s.world.roles[0].trust_policy =
                trust(&json!({ "StringEquals": { format!("{HOST}:sub"): sub } }), &["sts:*"])
        })
    };
    assert!(subject(SUBJECT).decide().is_ok());
    let denied = subject("system:serviceaccount:demo:app").decide().unwrap_err();
    assert_eq!((denied.code, denied.status, denied.message.as_str()), ("AccessDenied", 403, NOT_AUTHORIZED));
    assert_eq!(
        denied.reason.what,
        format!(
            "statement 0: StringEquals {HOST}:sub: policy wants system:serviceaccount:demo:app, token says {SUBJECT}"
        )
    );
    let json = denied.to_json();
    let condition = &json["evaluations"][0]["statements"][0]["conditions"][0];
    assert_eq!(condition["policy_values"], json!(["system:serviceaccount:demo:app"]));
    assert_eq!(condition["request_values"], json!([SUBJECT]));
    assert_eq!((&json["check"], &condition["matched"]), (&json!("trust-policy"), &json!(false)));
    let error = denied.to_error();
    assert_eq!(error.code(), irsa_core::Code::StsWouldRefuse);
    assert!(error.fix().contains(ROLE), "{error}");
}

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

#[test]
fn keys_and_signatures() {
    let other = other_key();
    let key = |change: &dyn Fn(&mut Value)| {
        let mut key = jwk("k1", &signing_key());
        change(&mut key);
        json!({ "keys": [key] })
    };
    let many = |n: usize| json!({ "keys": (0..n).map(|i| jwk(&format!("k{i}"), &signing_key())).collect::<Vec<_>>() });
    let rows = [
        (json!({ "keys": [jwk("k1", &other)] }), GENERIC, "the ES256 signature does not verify with key k1"),
        (json!({ "keys": [jwk("k1", &signing_key()), jwk("k1", &other)] }), GENERIC, "does not verify"),
        (json!({ "keys": [jwk("k2", &signing_key())] }), NO_KEY, "the key set has no key with kid k1; it has k2"),
        (json!({ "keys": [] }), NO_KEY, "no key with kid k1"),
        (json!({}), NO_KEY, "there is no member keys"),
        (key(&|key| key["use"] = json!("enc")), NO_KEY, "is not meant for signatures"),
        (key(&|key| key["x"] = json!(null)), NO_KEY, "lacks the members of a public key"),
        (key(&|key| key["x5c"] = json!(["MAA="])), NO_KEY, "x5c"),
        (key(&|key| key["kty"] = json!("RSA")), NO_KEY, "lacks the members"),
        (key(&|key| key["key_ops"] = json!(["verify"])), GENERIC, "key_ops"),
        (key(&|key| key["y"] = key["x"].clone()), GENERIC, "not on P-256"),
        (many(101), NO_KEY, "the key set has 101 EC keys, AWS reads at most 100"),
    ];
    for (jwks, message, why) in rows {
        let denied = with(|s| s.jwks = Ok(jwks.clone())).decide().expect_err(why);
        assert_eq!((denied.code, denied.message.as_str()), ("InvalidIdentityToken", message), "{why}");
        assert!(denied.reason.what.contains(why), "{why}: {}", denied.reason.what);
    }
    for jwks in [
        many(100),
        json!({ "keys": [jwk("k1", &other), jwk("k1", &signing_key())] }),
        key(&|key| key["alg"] = json!("ES512")),
        key(&|key| drop(key.as_object_mut().unwrap().remove("use"))),
    ] {
        assert!(with(|s| s.jwks = Ok(jwks.clone())).decide().is_ok(), "{jwks}");
    }
    // Without kid: the only key, if it has one itself.
    let headless = |jwks: Value| with(|s| (s.header, s.jwks) = (json!({ "alg": "ES256" }), Ok(jwks))).decide();
    assert!(headless(key(&|_| ())).is_ok());
    assert_eq!(headless(key(&|key| key["kid"] = json!(""))).unwrap_err().message, NO_KEY);
    assert_eq!(headless(many(2)).unwrap_err().message, NO_KEY);
    let empty =
        with(|s| (s.header, s.jwks) = (json!({ "alg": "ES256", "kid": "" }), Ok(key(&|key| key["kid"] = json!("")))));
    assert_eq!(empty.decide().unwrap_err().message, NO_KEY);
    // A payload changed after it was signed.
    let token = good().token();
    let (head, signature) = token.rsplit_once('.').unwrap();
    let header = head.split_once('.').unwrap().0;
    let claims = with(|s| s.claims["exp"] = json!(NOW + 9999)).claims.to_string();
    let tampered = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims));
    assert_eq!(with(|s| s.token = Some(tampered)).denied().1, GENERIC);
}

#[test]
fn algorithms_that_aws_does_not_take() {
    for alg in ["none", "HS256", "PS256", "EdDSA", "RS1", "es256"] {
        let (code, message, check, what) = with(|s| s.header["alg"] = json!(alg)).denied();
        assert_eq!((code, message.as_str(), check), ("InvalidIdentityToken", GENERIC, Check::Signature), "{alg}");
        assert!(what.contains(alg), "{what}");
    }
    let mut unsigned = sign(r#"{"alg":"none"}"#, good().claims.to_string().as_bytes());
    unsigned.truncate(unsigned.rfind('.').unwrap() + 1);
    assert_eq!(with(|s| s.token = Some(unsigned)).denied().1, GENERIC);
}

#[test]
fn the_issuers_documents() {
    let set = |name: &str, value: Value| {
        with(|s| {
            s.discovery = s.discovery.clone().map(|mut document| {
                document[name] = value;
                document
            })
        })
    };
    assert_eq!(set("issuer", json!("https://other.example")).denied().1, NO_KEY);
    assert_eq!(set("response_types_supported", json!(null)).denied().1, NO_KEY);
    for setup in [with(|s| s.discovery = Err("no address for the name")), with(|s| s.jwks = Err("status 404"))] {
        let denied = setup.decide().unwrap_err();
        assert_eq!((denied.code, denied.status, denied.reason.check), ("IDPCommunicationError", 400, Check::Keys));
        assert!(denied.reason.what.contains("could not be fetched: "), "{denied}");
    }
    let (code, message, ..) = with(|s| (s.discovery, s.other_certificate) = (Err(""), true)).denied();
    assert_eq!(code, "InvalidIdentityToken");
    assert_eq!(message, "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint");
}

#[test]
fn parameters_are_told_all_at_once() {
    let long = "x".repeat(65);
    let regex = r"Member must satisfy regular expression pattern: [\w+=,.@-]*";
    let one = "1 validation error detected: ";
    let rows = [
        (
            with(|s| s.session_name = Some(long.clone())),
            format!(
                "{one}Value '{long}' at 'roleSessionName' failed to satisfy constraint: Member must have length less than or equal to 64"
            ),
        ),
        (
            with(|s| s.session_name = Some("a".into())),
            format!(
                "{one}Value 'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2"
            ),
        ),
        (
            with(|s| s.session_name = Some("a b".into())),
            format!("{one}Value 'a b' at 'roleSessionName' failed to satisfy constraint: {regex}"),
        ),
        (
            with(|s| s.session_name = Some("é".into())),
            format!(
                "2 validation errors detected: Value 'é' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2; Value 'é' at 'roleSessionName' failed to satisfy constraint: {regex}"
            ),
        ),
        (
            with(|s| s.session_name = None),
            format!("{one}Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null"),
        ),
        (
            with(|s| s.role_arn = Some("arn:aws:iam::1".into())),
            format!(
                "{one}Value 'arn:aws:iam::1' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"
            ),
        ),
        (
            with(|s| s.duration = Some(899)),
            format!(
                "{one}Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"
            ),
        ),
        (
            with(|s| s.duration = Some(43_201)),
            format!(
                "{one}Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200"
            ),
        ),
        (
            with(|s| s.token = Some("x".repeat(20_001))),
            format!(
                "{one}Value at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000"
            ),
        ),
        (
            with(|s| s.token = Some("abc".into())),
            format!(
                "{one}Value at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or equal to 4"
            ),
        ),
        (
            with(|s| s.policy = Some("x".repeat(2049))),
            format!(
                "{one}Value '{}' at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048",
                "x".repeat(2049)
            ),
        ),
    ];
    for (setup, expected) in rows {
        let (code, message, check, _) = setup.denied();
        assert_eq!((code, message, check), ("ValidationError", expected, Check::Parameters));
    }
    let (_, message, ..) = with(|s| {
        s.role_arn = None;
        s.duration = Some(0);
    })
    .denied();
    assert!(message.starts_with("2 validation errors detected: Value null at 'roleArn'"), "{message}");
}

#[test]
fn role_arns() {
    let account = "arn:aws:iam::111122223333";
    for good in ["app", "path/to/app", "a_+=,.@-"] {
        let arn = format!("{account}:role/{good}");
        assert!(parameters::role(&arn).is_ok(), "{arn}");
    }
    assert!(parameters::role("arn:aws-cn:iam::111122223333:role/app").is_ok());
    let long = format!("{account}:role/{}", "x".repeat(65));
    for bad in [
        "arn:aws:iam::::role/xxxxxxxxxxx",
        "arn:aws:iam:111122223333:role/app",
        "arn:aws:iam::111122223333:user/app",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::111122223333:role/a/",
        "arn:aws:iam::111122223333:role/a*",
        "arn:aws:iam::111122223333:role/p*/a",
        "arn:aws:iam::111122223333:role/p:q/a",
        "arn:aws:iam::111122223333:roles/a",
        "arn:aws:iam::11112222333:role/app1",
        "arn:aws:iam::11112222333x:role/app",
        "arn:aws:iam::123456789012:role/a:b",
        "arn:aws:sts::111122223333:assumed-role/app/s",
        "arn:aws:iam:eu-west-1:111122223333:role/app",
        "arn:gcp:iam::111122223333:role/app",
        " arn:aws:iam::111122223333:role/app",
        long.as_str(),
    ] {
        let denied = with(|s| s.role_arn = Some(bad.into())).decide().expect_err(bad);
        assert_eq!((denied.code, denied.message.as_str()), ("ValidationError", "Request ARN is invalid"), "{bad}");
    }
}

#[test]
fn providers_roles_and_durations() {
    let (code, message, check, what) =
        with(|s| s.world.providers[0] = Provider::new("aws", "999999999999", ISSUER, ["x"])).denied();
    assert_eq!((code, check), ("InvalidIdentityToken", Check::Provider));
    assert_eq!(message, format!("No OpenIDConnect provider found in your account for {ISSUER}"));
    assert!(
        what.ends_with(&format!("arn:aws:iam::999999999999:oidc-provider/{HOST} is in another account or partition")),
        "{what}"
    );
    let (.., what) = with(|s| {
        s.world.providers[0] = Provider::new("aws", ACCOUNT, "https://OIDC.eks.eu-west-1.amazonaws.com/id/0123/", ["x"])
    })
    .denied();
    assert!(what.ends_with("which is not the same text"), "{what}");
    assert_eq!(
        with(|s| s.world.providers[0] = Provider::new("aws-cn", ACCOUNT, ISSUER, ["x"])).denied().2,
        Check::Provider
    );

    let (code, message, check, what) = with(|s| s.role_arn = Some(ROLE.replace("app", "App"))).denied();
    assert_eq!((code, message.as_str(), check), ("AccessDenied", NOT_AUTHORIZED, Check::Role));
    assert!(what.ends_with("role/app differs in letter case"), "{what}");

    let (code, message, check, _) = with(|s| s.duration = Some(7201)).denied();
    assert_eq!((code, check), ("ValidationError", Check::Duration));
    assert_eq!(message, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");

    let (code, _, check, _) = with(|s| s.policy = Some("{".into())).denied();
    assert_eq!((code, check), ("MalformedPolicyDocument", Check::SessionPolicy));

    for (provider, code) in [
        ("www.amazon.com", "InvalidIdentityToken"),
        ("graph.facebook.com", "IDPRejectedClaim"),
        ("x.example", "AccessDenied"),
    ] {
        let denied = with(|s| s.provider_id = Some(provider)).decide().unwrap_err();
        assert_eq!((denied.code, denied.reason.check), (code, Check::ProviderId));
        assert_eq!(denied.status, if code == "InvalidIdentityToken" { 400 } else { 403 });
    }
}

#[test]
fn the_first_check_that_fails_answers() {
    type Fault = (Check, fn(&mut Setup));
    let mut setup = good();
    let faults: [Fault; 15] = [
        (Check::SessionPolicy, |s| s.policy = Some("{".into())),
        (Check::Duration, |s| s.duration = Some(43_200)),
        (Check::TrustPolicy, |s| s.world.roles[0].trust_policy = trust(&json!({}), &["sts:AssumeRole"])),
        (Check::RolesClaim, |s| s.claims["https://aws.amazon.com/roles"] = json!("x")),
        (Check::Tags, |s| s.claims["https://aws.amazon.com/source_identity"] = json!(5)),
        (Check::Times, |s| s.claims["exp"] = json!(1)),
        (Check::Signature, |s| s.jwks = Ok(json!({ "keys": [jwk("k1", &other_key())] }))),
        (Check::Keys, |s| s.header["kid"] = json!("k9")),
        (Check::Audience, |s| s.claims["aud"] = json!("x")),
        (Check::Provider, |s| s.claims["iss"] = json!("https://x.example")),
        (Check::Claims, |s| drop(s.claims.as_object_mut().unwrap().remove("sub"))),
        (Check::Token, |s| s.header["crit"] = json!(["x"])),
        (Check::ProviderId, |s| s.provider_id = Some("x.example")),
        (Check::RoleArn, |s| s.role_arn = Some(ROLE.replace("iam", "sts"))),
        (Check::Parameters, |s| s.session_name = None),
    ];
    let mut last = None;
    for (check, fault) in faults {
        fault(&mut setup);
        assert_eq!(setup.denied().2, check);
        assert!(last.is_none_or(|last| check < last), "the list of checks is in STS's order");
        last = Some(check);
    }
}

#[test]
fn hostile_tokens() {
    let of = |token: &str| with(|s| s.token = Some(token.into())).denied();
    for token in ["....", "a.b.c", "{\"a\":1}", "/var/run/token", "\u{0}\u{0}\u{0}\u{0}", "é.é.é.é"] {
        assert_eq!(of(token).1, NOT_JWT, "{token}");
    }
    let header = r#"{"alg":"ES256","kid":"k1"}"#;
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for payload in [deep.as_bytes(), b"\xff\xff", b"[]", b"null", b"{\"iss\":1e999}", b""] {
        assert_eq!(of(&sign(header, payload)).1, NOT_JWT);
    }
    // Everything of a strange kind.
    let strange = json!({ "iss": {}, "sub": [], "aud": {}, "iat": {}, "exp": {} });
    assert_eq!(of(&sign(header, strange.to_string().as_bytes())).2, Check::Claims);
    // Of duplicate members the last counts, for the signature's claims as for the provider that is asked.
    let twice = format!(r#"{{"iss":"https://x.example",{}"#, good().claims.to_string().trim_start_matches('{'));
    assert!(with(|s| s.token = Some(sign(header, twice.as_bytes()))).decide().is_ok());
    // A subject that fills the token.
    let huge = with(|s| s.claims["sub"] = json!("a".repeat(14_000)));
    assert!(huge.decide().is_ok());
}

#[test]
fn the_provider_to_fetch_from() {
    let setup = good();
    let of = |role: Option<&str>, token: Option<&str>| {
        let request = Request { role_arn: role, web_identity_token: token, ..Request::default() };
        provider_for(&setup.world, &request).map(|provider| provider.url.clone())
    };
    let token = setup.token();
    assert_eq!(of(Some(ROLE), Some(&token)).as_deref(), Some(ISSUER));
    assert_eq!(of(Some("arn:aws:iam::999999999999:role/app"), Some(&token)), None);
    assert_eq!(of(Some(ROLE), Some("x")), None);
    assert_eq!(of(None, Some(&token)), None);
    assert_eq!(of(Some(ROLE), None), None);
}
