//! What stops the chain, and what it goes past.

use crate::scene::{ROLE, Scene};
use irsa_core::{Code, Retry, chain::Rule};

/// A profile that works, behind whatever the case breaks.
const BEHIND: &str = "[default]\naws_access_key_id = AKPROFILE\naws_secret_access_key = hunter2";

fn behind(scene: Scene) -> Scene {
    scene.env("HOME", "/home").file("/home/.aws/config", BEHIND)
}

#[test]
fn a_source_that_is_configured_but_broken_stops_the_chain() {
    type Case = (fn() -> Scene, Code, &'static str);
    let cases: [Case; 5] = [
        (|| Scene::new().property("aws.accessKeyId", "AK"), Code::KeysIncomplete, "system properties"),
        (|| Scene::new().env("AWS_ACCESS_KEY_ID", "AK"), Code::KeysIncomplete, "environment"),
        (|| Scene::new().env("AWS_ROLE_ARN", ROLE), Code::WebIdentityIncomplete, "web identity"),
        (|| Scene::irsa().refused(), Code::StsAccessDenied, "web identity"),
        (|| Scene::irsa().env("AWS_ROLE_ARN", "no-arn"), Code::ArnPlaceholder, "web identity"),
    ];
    for (scene, code, source) in cases {
        for stops in [behind(scene()).run(), behind(scene()).strict(true).run()] {
            assert_eq!(stops.outcome(), Err(code), "{source}");
            assert!(stops.error().at().starts_with(source), "{}", stops.error());
        }
        let goes_on = behind(scene()).strict(false).run();
        assert_eq!(goes_on.outcome(), Ok("AKPROFILE"), "{source}");
        assert!(goes_on.places().contains(&format!("{source}: failed")), "{:?}", goes_on.places());
    }
}

#[test]
fn who_says_how_strict() {
    let cases = [
        (Scene::new(), Rule::Default, "no web identity is set"),
        (Scene::new().env("AWS_ROLE_ARN", ROLE), Rule::Strict, "AWS_ROLE_ARN is set"),
        (Scene::new().env("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"), Rule::Strict, "AWS_WEB_IDENTITY_TOKEN_FILE is set"),
        (Scene::new().property("aws.roleArn", ROLE), Rule::Strict, "the system property aws.roleArn is set"),
        (Scene::new().env("AWS_ROLE_ARN", ROLE).env("IRSA_STRICT", "false"), Rule::Lenient, "IRSA_STRICT"),
        (Scene::new().env("IRSA_STRICT", "True"), Rule::Strict, "IRSA_STRICT"),
        (
            Scene::new().env("IRSA_STRICT", "true").property("irsa.strict", "false"),
            Rule::Lenient,
            "the system property irsa.strict",
        ),
        (Scene::new().property("irsa.strict", "false").strict(true), Rule::Strict, "the option strict"),
    ];
    for (scene, rule, because) in cases {
        let strict = scene.run().explanation.strict.unwrap();
        assert_eq!((strict.rule, &*strict.because), (rule, because));
    }
    let seen = Scene::new().env("IRSA_STRICT", "perhaps").run();
    assert_eq!(seen.outcome(), Err(Code::SettingInvalid));
    assert_eq!(seen.error().fix(), "set IRSA_STRICT to true or false");
}

#[test]
fn the_roles_of_container_and_node_are_never_used_where_strict() {
    let container = || Scene::new().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials");
    let seen = container().run();
    assert_eq!(seen.outcome(), Err(Code::SourceNotBuilt));
    assert!(seen.error().to_string().contains("AWS_CONTAINER_CREDENTIALS_FULL_URI"), "{}", seen.error());
    let seen = container().strict(true).run();
    assert_eq!(seen.outcome(), Err(Code::NoCredentials));
    assert_eq!(seen.places()[4..], ["container: skipped", "instance metadata: skipped"]);
    let seen = Scene::new().run();
    assert_eq!(seen.places()[4..], ["container: not-configured", "instance metadata: not-built"]);
    let seen = Scene::new().env("AWS_EC2_METADATA_DISABLED", "true").run();
    assert_eq!(seen.places()[5], "instance metadata: not-configured");
}

#[test]
fn where_nothing_is_found_the_error_names_every_source() {
    let seen = Scene::new().run();
    let error = seen.error();
    assert_eq!((error.code(), error.at()), (Code::NoCredentials, "chain"));
    assert_eq!(
        error.message(),
        "no source gave credentials; system properties: aws.accessKeyId and aws.secretAccessKey are not set; environment: \
         AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; web identity: AWS_ROLE_ARN and \
         AWS_WEB_IDENTITY_TOKEN_FILE are not set; profile: there is no profile default; container: \
         AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set; instance metadata: \
         not built into this version of irsa"
    );
}

#[test]
fn past_failures_the_end_keeps_the_first_ones_advice() {
    let mut scene = Scene::irsa().strict(false);
    for _ in 0..8 {
        scene.host = scene.host.http(503, &[], "");
    }
    let seen = scene.run();
    assert_eq!((seen.outcome(), seen.error().retry()), (Err(Code::NoCredentials), Retry::Soon));
    assert!(seen.error().message().contains("web identity: "), "{}", seen.error());
    let seen = Scene::new().env("AWS_ROLE_ARN", ROLE).strict(false).run();
    assert!(seen.error().fix().starts_with("set AWS_WEB_IDENTITY_TOKEN_FILE to "), "{}", seen.error().fix());
}

#[test]
fn a_profile_with_half_a_web_identity_and_keys() {
    let config = "[default]\nweb_identity_token_file = /t\naws_access_key_id = AK\naws_secret_access_key = hunter2";
    assert_eq!(Scene::config(config).run().outcome(), Err(Code::WebIdentityIncomplete));
    assert_eq!(Scene::config(config).strict(false).run().outcome(), Ok("AK"), "Java does not look at the file alone");
    let config = "[default]\nweb_identity_token_file = /t";
    assert_eq!(Scene::config(config).strict(false).run().outcome(), Err(Code::NoCredentials));
}
