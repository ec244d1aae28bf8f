//! `strict` off chooses as the AWS SDK for Java 2.x does; where irsa differs on purpose, docs/chain.md has a row for it.

use crate::scene::{ROLE, Scene, Seen, TOKEN, TOKEN_FILE};
use irsa_core::{Code, effect::FileFault};

/// What a source may be like: not there, half configured, working, or failing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Is {
    Absent,
    Blank,
    Half,
    OtherHalf,
    Works,
    Fails,
    /// A role that is assumed with another profile's keys.
    RoleWorks,
    RoleFails,
}
use Is::*;

const PROPERTIES: [Is; 4] = [Absent, Half, OtherHalf, Works];
const ENVIRONMENT: [Is; 5] = [Absent, Blank, Half, OtherHalf, Works];
const WEB_IDENTITY: [Is; 6] = [Absent, Blank, Half, OtherHalf, Works, Fails];
const PROFILE: [Is; 7] = [Absent, Blank, Half, OtherHalf, Works, RoleWorks, RoleFails];

#[test]
fn every_combination_of_sources_is_chosen_from_as_java_does() {
    let mut combinations = 0;
    for properties in PROPERTIES {
        for environment in ENVIRONMENT {
            for web_identity in WEB_IDENTITY {
                for profile in PROFILE {
                    let all = [properties, environment, web_identity, profile];
                    let keys =
                        ["AKPROP", "AKENV", "ASIAWEB", if profile == RoleWorks { "ASIAROLE" } else { "AKPROFILE" }];
                    assert_eq!(scene(all).strict(false).run().outcome().ok(), java(all, keys), "{all:?}");
                    assert_eq!(scene(all).run().outcome().ok(), stops(all, keys), "{all:?}");
                    combinations += 1;
                }
            }
        }
    }
    assert_eq!(combinations, 840);
}

/// Java's chain: the first source that gives credentials.
fn java(all: [Is; 4], keys: [&'static str; 4]) -> Option<&'static str> {
    all.iter().zip(keys).find(|(is, _)| matches!(is, Works | RoleWorks)).map(|(_, key)| key)
}

/// irsa unless strict is off: the first source that is configured, if it works.
fn stops(all: [Is; 4], keys: [&'static str; 4]) -> Option<&'static str> {
    let first = all.iter().zip(keys).find(|(is, _)| !matches!(is, Absent | Blank));
    first.filter(|(is, _)| matches!(is, Works | RoleWorks)).map(|(_, key)| key)
}

fn scene([properties, environment, web_identity, profile]: [Is; 4]) -> Scene {
    let mut scene = Scene::new().env("AWS_REGION", "eu-west-1").env("HOME", "/home");
    scene = match properties {
        Half => scene.property("aws.accessKeyId", "AKPROP"),
        OtherHalf => scene.property("aws.secretAccessKey", "hunter2"),
        Works => scene.property("aws.accessKeyId", "AKPROP").property("aws.secretAccessKey", "hunter2"),
        _ => scene,
    };
    scene = match environment {
        Blank => scene.env("AWS_ACCESS_KEY_ID", " ").env("AWS_SECRET_ACCESS_KEY", ""),
        Half => scene.env("AWS_ACCESS_KEY_ID", "AKENV"),
        OtherHalf => scene.env("AWS_SECRET_ACCESS_KEY", "hunter2").env("AWS_SESSION_TOKEN", "sessiontoken2"),
        Works => scene.env("AWS_ACCESS_KEY_ID", "AKENV").env("AWS_SECRET_ACCESS_KEY", "hunter2"),
        _ => scene,
    };
    let both = |scene: Scene| scene.env("AWS_ROLE_ARN", ROLE).env("AWS_WEB_IDENTITY_TOKEN_FILE", TOKEN_FILE);
    scene = match web_identity {
        Blank => scene.env("AWS_ROLE_ARN", "").env("AWS_WEB_IDENTITY_TOKEN_FILE", " "),
        Half => scene.env("AWS_ROLE_ARN", ROLE),
        OtherHalf => scene.env("AWS_WEB_IDENTITY_TOKEN_FILE", TOKEN_FILE).file(TOKEN_FILE, TOKEN),
        Works => both(scene).file(TOKEN_FILE, TOKEN).sts("ASIAWEB"),
        Fails => both(scene).file(TOKEN_FILE, TOKEN).refused(),
        _ => scene,
    };
    let role = format!(
        "[default]\nrole_arn = {ROLE}\nsource_profile = b\n[profile b]\naws_access_key_id = AKB\naws_secret_access_key = hunter2"
    );
    let config = |scene: Scene, text: &str| scene.file("/home/.aws/config", text);
    match profile {
        Blank => config(scene, "[default]\nregion = eu-west-1\naws_access_key_id ="),
        Half => config(scene, "[default]\naws_access_key_id = AKPROFILE"),
        OtherHalf => config(scene, "[default]\naws_secret_access_key = hunter2"),
        Works => config(scene, "[default]\naws_access_key_id = AKPROFILE\naws_secret_access_key = hunter2"),
        RoleWorks => config(scene, &role).sts("ASIAROLE"),
        RoleFails => config(scene, &role).refused(),
        _ => scene,
    }
}

/// The rows of docs/chain.md, "Where irsa differs from Java", each with what shows it.
const ROWS: &[(&str, fn())] = &[
    ("broken-stops", || {
        assert_eq!(Scene::irsa().refused().run().outcome(), Err(Code::StsAccessDenied));
        assert_eq!(Scene::irsa().refused().strict(false).run().outcome(), Err(Code::NoCredentials));
    }),
    ("strict", || {
        assert_eq!(Scene::new().strict(true).run().places()[5], "instance metadata: skipped");
    }),
    ("in-code-first", || {
        let scene = keys(Scene::config("[profile x]\naws_access_key_id = AKX\naws_secret_access_key = hunter2"));
        assert_eq!(scene.options(|o| o.profile = Some("x".into())).run().outcome(), Ok("AKX"));
    }),
    ("order-anew", || {
        // The web identity worked once; the next exchange looks at the order again.
        let behind = "[default]\naws_access_key_id = AKPROFILE\naws_secret_access_key = hunter2";
        let scene = || Scene::irsa().strict(false).env("HOME", "/home").file("/home/.aws/config", behind);
        assert_eq!(scene().sts("ASIA1").run().outcome(), Ok("ASIA1"));
        assert_eq!(scene().refused().run().outcome(), Ok("AKPROFILE"));
    }),
    ("not-built", || {
        let scene = Scene::new().env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x");
        assert_eq!(scene.run().outcome(), Err(Code::SourceNotBuilt));
    }),
    ("default-profile-variable", || {
        let config = "[profile x]\naws_access_key_id = AKX\naws_secret_access_key = hunter2";
        assert_eq!(Scene::config(config).env("AWS_DEFAULT_PROFILE", "x").run().outcome(), Ok("AKX"));
    }),
    ("default-region-variable", || {
        let seen = Scene::irsa().env("AWS_REGION", "").env("AWS_DEFAULT_REGION", "eu-west-3").sts("ASIA1").run();
        assert_eq!(url(&seen), "https://sts.eu-west-3.amazonaws.com/");
    }),
    ("region-of-the-partition", || {
        let arn = "arn:aws-us-gov:iam::123456789012:role/app";
        let seen = Scene::irsa().env("AWS_REGION", "").env("AWS_ROLE_ARN", arn).sts("ASIA1").run();
        assert_eq!(url(&seen), "https://sts.us-gov-west-1.amazonaws.com/");
    }),
    ("legacy-endpoint", || {
        let seen = Scene::irsa().env("AWS_STS_REGIONAL_ENDPOINTS", "legacy").sts("ASIA1").run();
        assert_eq!(url(&seen), "https://sts.amazonaws.com/");
    }),
    ("expiration", || {
        let scene = || keys(Scene::new()).strict(false);
        assert_eq!(
            scene().env("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z").run().outcome(),
            Err(Code::NoCredentials)
        );
        let seen = scene().env("AWS_CREDENTIAL_EXPIRATION", "2030-01-01T00:00:00Z").run();
        assert!(seen.resolved().credentials.expiration().is_some());
    }),
    ("own-keys", || {
        let config = format!(
            "[default]\nrole_arn = {ROLE}\nsource_profile = default\naws_access_key_id = A\naws_secret_access_key = hunter2"
        );
        assert_eq!(Scene::config(&config).sts("ASIA1").run().outcome(), Ok("ASIA1"));
    }),
    ("quoted-name", || {
        let config = "[profile \"my name\"]\naws_access_key_id = AKX\naws_secret_access_key = hunter2";
        assert_eq!(Scene::config(config).env("AWS_PROFILE", "my name").run().outcome(), Ok("AKX"));
    }),
    ("byte-order-mark", || {
        let config = "\u{feff}[default]\naws_access_key_id = AKX\naws_secret_access_key = hunter2";
        assert_eq!(Scene::config(config).run().outcome(), Ok("AKX"));
    }),
    ("security-token", || {
        let config =
            "[default]\naws_access_key_id = AKX\naws_secret_access_key = hunter2\naws_security_token = sessiontoken2";
        assert!(Scene::config(config).run().resolved().credentials.session_token().is_some());
    }),
    ("unreadable-file", || {
        let behind = |scene: Scene| scene.fault("/c", FileFault::Directory).env("AWS_CONFIG_FILE", "/c");
        assert_eq!(behind(Scene::new()).run().outcome(), Err(Code::ProfileFileDirectory));
    }),
    ("duration", || {
        let config =
            format!("[default]\nrole_arn = {ROLE}\nweb_identity_token_file = {TOKEN_FILE}\nduration_seconds = 900");
        let seen = Scene::config(&config).file(TOKEN_FILE, TOKEN).sts("ASIA1").run();
        assert!(seen.form(0).contains("DurationSeconds=900"), "{}", seen.form(0));
    }),
    ("mfa", || {
        let config = |more: &str| {
            format!(
                "[default]\nrole_arn = {ROLE}\n{more}\nmfa_serial = arn:aws:iam::123456789012:mfa/me\n\
                 [profile b]\naws_access_key_id = AKB\naws_secret_access_key = hunter2"
            )
        };
        for more in ["source_profile = b", "credential_source = Environment"] {
            let seen = keys(Scene::config(&config(more)).options(|o| o.profile = Some("default".into()))).run();
            assert_eq!(seen.outcome(), Err(Code::ProfileMfa));
            assert_eq!(seen.host.requests().len(), 0);
        }
        // A web identity's call has no MFA.
        let token = format!("web_identity_token_file = {TOKEN_FILE}");
        let seen = Scene::config(&config(&token)).file(TOKEN_FILE, TOKEN).sts("ASIA1").run();
        assert_eq!(seen.outcome(), Ok("ASIA1"));
    }),
    ("session-name", || {
        let seen = Scene::irsa().env("AWS_ROLE_SESSION_NAME", "team/app").sts("ASIA1").run();
        assert!(seen.form(0).contains("RoleSessionName=team-app"), "{}", seen.form(0));
    }),
    ("token-form", || {
        let seen = Scene::irsa()
            .file(TOKEN_FILE, "sometoken")
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", "/t")
            .file("/t", "sometoken");
        assert_eq!(seen.run().outcome(), Err(Code::TokenCut));
    }),
];

#[test]
fn every_row_of_the_table_is_shown_and_nothing_else() {
    let page = include_str!("../../../docs/chain.md");
    let section = page.split("## Where irsa differs from Java").nth(1).unwrap();
    let rows: Vec<&str> = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(rows, ROWS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    for (name, show) in ROWS {
        println!("{name}");
        show();
    }
}

fn keys(scene: Scene) -> Scene {
    scene.env("AWS_ACCESS_KEY_ID", "AKENV").env("AWS_SECRET_ACCESS_KEY", "hunter2")
}

fn url(seen: &Seen) -> String {
    seen.resolved();
    seen.host.requests()[0].url.to_string()
}
