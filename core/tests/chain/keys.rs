//! Keys that come ready-made: system properties and the environment.

use crate::scene::Scene;
use irsa_core::{Code, chain::Source};

fn env_keys(scene: Scene) -> Scene {
    scene.env("AWS_ACCESS_KEY_ID", "AKENV").env("AWS_SECRET_ACCESS_KEY", "hunter2")
}

fn property_keys(scene: Scene) -> Scene {
    scene.property("aws.accessKeyId", "AKPROP").property("aws.secretAccessKey", "hunter2")
}

#[test]
fn properties_come_before_the_environment() {
    let seen = property_keys(env_keys(Scene::new())).run();
    assert_eq!((seen.outcome(), seen.resolved().source), (Ok("AKPROP"), Source::Properties));
    assert_eq!(seen.resolved().credentials.source(), "system properties");
    let seen = env_keys(Scene::new()).run();
    assert_eq!((seen.outcome(), seen.resolved().source), (Ok("AKENV"), Source::Environment));
    assert!(!seen.resolved().renewable && seen.resolved().skew_millis.is_none());
}

#[test]
fn everything_that_may_stand_beside_a_key() {
    let seen = env_keys(Scene::new())
        .env("AWS_SESSION_TOKEN", " sessiontoken2\n")
        .env("AWS_ACCOUNT_ID", "123456789012")
        .env("AWS_CREDENTIAL_EXPIRATION", "2026-11-24T10:30:00Z")
        .env("AWS_DEFAULT_REGION", "eu-north-1")
        .run();
    let resolved = seen.resolved();
    let credentials = &resolved.credentials;
    assert_eq!(credentials.session_token().unwrap().expose(), "sessiontoken2", "white space is cut off");
    assert_eq!(credentials.account_id(), Some("123456789012"));
    assert_eq!(credentials.expiration().unwrap().to_string(), "2026-11-24T10:30:00Z");
    let region = resolved.region.as_ref().unwrap();
    assert_eq!((region.text(), region.from.to_string()), ("eu-north-1", "AWS_DEFAULT_REGION".into()));
    assert!(seen.host.effects().is_empty(), "nothing had to be read");
    let seen = property_keys(Scene::new()).property("aws.sessionToken", "sessiontoken2").run();
    assert!(seen.resolved().credentials.session_token().is_some());
}

#[test]
fn half_a_key_names_the_other_half() {
    let cases = [
        (Scene::new().env("AWS_ACCESS_KEY_ID", "AK"), "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not"),
        (
            Scene::new().env("AWS_SECRET_ACCESS_KEY", "hunter2"),
            "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not",
        ),
        (
            // One half here and the other there make no key.
            Scene::new().property("aws.accessKeyId", "AK").env("AWS_SECRET_ACCESS_KEY", "hunter2"),
            "the system property aws.accessKeyId is set, but aws.secretAccessKey is not",
        ),
    ];
    for (scene, message) in cases {
        let seen = scene.run();
        assert_eq!((seen.error().code(), seen.error().message()), (Code::KeysIncomplete, message));
        assert!(seen.error().fix().starts_with("set both "), "{}", seen.error().fix());
    }
}

#[test]
fn blank_is_not_set() {
    let seen = property_keys(Scene::new().env("AWS_ACCESS_KEY_ID", " ").env("AWS_SECRET_ACCESS_KEY", "\t")).run();
    assert_eq!(seen.outcome(), Ok("AKPROP"));
    let seen =
        Scene::new().env("AWS_ACCESS_KEY_ID", "").env("AWS_SECRET_ACCESS_KEY", "").env("AWS_ROLE_ARN", " ").run();
    assert_eq!(seen.outcome(), Err(Code::NoCredentials));
}

#[test]
fn an_expiration_has_to_be_a_time_that_lies_ahead() {
    for (text, code) in [
        ("2026-11-24T10:00:00Z", Code::KeysExpired),
        ("2020-01-01T00:00:00+01:00", Code::KeysExpired),
        ("tomorrow", Code::SettingInvalid),
        ("1795514400", Code::SettingInvalid),
    ] {
        let seen = env_keys(Scene::new()).env("AWS_CREDENTIAL_EXPIRATION", text).run();
        assert_eq!(seen.error().code(), code, "{text}");
        assert!(seen.error().to_string().contains("AWS_CREDENTIAL_EXPIRATION"));
    }
}

#[test]
fn keys_before_web_identity_are_noticed() {
    let seen = env_keys(Scene::irsa()).run();
    assert_eq!(seen.outcome(), Ok("AKENV"));
    let notice = "AWS_ROLE_ARN is not used: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY give keys, and come first";
    assert_eq!(seen.explanation.notices, [notice]);
}

#[test]
fn ready_made_keys_carry_no_session_policy() {
    let seen = env_keys(Scene::new()).options(|o| o.policy = Some("{}".into())).run();
    assert_eq!(seen.outcome(), Err(Code::SessionPolicyUnused));
    let seen =
        env_keys(Scene::new()).options(|o| o.policy_arns = vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".into()]);
    assert_eq!(seen.run().outcome(), Err(Code::SessionPolicyUnused));
}
