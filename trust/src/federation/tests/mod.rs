//! Tests of what STS checks, through `decide`. The recorded answers of AWS are a vector set (sts-observed); here is what
//! no recording shows: limits to the second, every check's reason, and what must never be said.

use super::*;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use std::string::ToString;

mod call;
mod documents;
mod token;

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
