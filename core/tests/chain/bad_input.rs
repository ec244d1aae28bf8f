//! Bad input of the chain: each row has its code, no two causes share one, and the fix names the place.

use crate::scene::{ROLE, Scene, TOKEN, TOKEN_FILE};
use irsa_core::{Code, effect::FileFault};
use std::collections::BTreeMap;

/// A cause, the scene of it, its code, and what the fix has to name.
type Row = (&'static str, fn() -> Scene, Code, &'static str);

const ROWS: &[Row] = &[
    (
        "cycle",
        || Scene::config(&cycle()),
        Code::SourceProfileCycle,
        "source_profile of the profile b (/home/.aws/config, line 6)",
    ),
    (
        "cycle of one",
        || Scene::config(&alone()),
        Code::SourceProfileCycle,
        "source_profile of the profile default (/home/.aws/config, line 3)",
    ),
    ("source profile missing", || Scene::config(&source("nobody")), Code::SourceProfileMissing, "line 3"),
    (
        "source profile empty",
        || Scene::config(&(source("b") + "[profile b]\nregion = x")),
        Code::SourceProfileEmpty,
        "profile b",
    ),
    ("too many profiles", || Scene::config(&deep(17)), Code::SourceProfileDepth, "fewer roles"),
    (
        "two sources",
        || Scene::config(&(source("b") + "credential_source = Environment")),
        Code::RoleSourceBoth,
        "one of the two",
    ),
    (
        "a code of an MFA device",
        || {
            Scene::config(
                &(source("b")
                    + "mfa_serial = GAHT12345678\n[profile b]\naws_access_key_id = A\naws_secret_access_key = hunter2"),
            )
        },
        Code::ProfileMfa,
        "take mfa_serial of the profile default (/home/.aws/config, line 4) out",
    ),
    (
        "no source",
        || Scene::config(&format!("[default]\nrole_arn = {ROLE}")),
        Code::RoleSourceMissing,
        "the profile default",
    ),
    (
        "unknown source",
        || Scene::config(&named("Moon")),
        Code::CredentialSourceUnknown,
        "credential_source of the profile default (/home/.aws/config, line 3)",
    ),
    ("half a key", || Scene::config("[default]\naws_access_key_id = A"), Code::KeysIncomplete, "aws_secret_access_key"),
    (
        "half a web identity",
        || Scene::new().env("AWS_ROLE_ARN", ROLE),
        Code::WebIdentityIncomplete,
        "AWS_WEB_IDENTITY_TOKEN_FILE",
    ),
    (
        "a profile's token file is missing",
        || Scene::config(&format!("[default]\nrole_arn = {ROLE}\nweb_identity_token_file = /nowhere")),
        Code::TokenFileMissing,
        "point web_identity_token_file of the profile default (/home/.aws/config, line 3) elsewhere",
    ),
    ("profile missing", || Scene::config("[default]").env("AWS_PROFILE", "x"), Code::ProfileMissing, "AWS_PROFILE"),
    ("a line without =", || Scene::config("[default]\nhunter2"), Code::ProfileSyntax, "line 2 of /home/.aws/config"),
    ("not UTF-8", || config_bytes(b"[default]\na = \xff"), Code::ProfileEncoding, "/home/.aws/config"),
    (
        "a file of 1 MiB and a byte",
        || config_bytes(&vec![b'#'; (1 << 20) + 1]),
        Code::ProfileFileTooLarge,
        "/home/.aws/config",
    ),
    ("a directory", || config_fault(FileFault::Directory), Code::ProfileFileDirectory, "AWS_CONFIG_FILE"),
    ("denied", || config_fault(FileFault::Denied { owner: Some(0), mode: Some(0o600) }), Code::ProfileFileDenied, "/c"),
    ("unreadable", || config_fault(FileFault::Other("I/O error".into())), Code::ProfileFileUnreadable, "/c"),
    (
        "a boolean that is none",
        || Scene::irsa().env("AWS_USE_FIPS_ENDPOINT", "yes"),
        Code::SettingInvalid,
        "AWS_USE_FIPS_ENDPOINT",
    ),
    ("too many colons", || variable("arn:aws:iam::::role/x"), Code::ArnColons, "in AWS_ROLE_ARN: "),
    ("too few colons", || variable("arn:aws:iam:123456789012:role/x"), Code::ArnCut, "in AWS_ROLE_ARN: "),
    ("a user", || variable("arn:aws:iam::123456789012:user/x"), Code::ArnResource, "in AWS_ROLE_ARN: "),
    ("a session", || variable("arn:aws:sts::123456789012:assumed-role/x/y"), Code::ArnAssumedRole, "in AWS_ROLE_ARN: "),
    (
        "another partition",
        || variable("arn:aws-cn:iam::123456789012:role/x"),
        Code::RolePartition,
        "AWS_ROLE_ARN, or set a Region of aws-cn in AWS_REGION",
    ),
    ("an unknown partition", || variable("arn:moon:iam::123456789012:role/x"), Code::ArnPartition, "in AWS_ROLE_ARN: "),
    ("too many colons", || in_profile("arn:aws:iam::::role/x"), Code::ArnColons, PLACE),
    ("too few colons", || in_profile("arn:aws:iam:123456789012:role/x"), Code::ArnCut, PLACE),
    ("a user", || in_profile("arn:aws:iam::123456789012:user/x"), Code::ArnResource, PLACE),
    ("a session", || in_profile("arn:aws:sts::123456789012:assumed-role/x/y"), Code::ArnAssumedRole, PLACE),
    ("another partition", || in_profile("arn:aws-us-gov:iam::123456789012:role/x"), Code::RolePartition, PLACE),
    ("a Region that is none", || Scene::irsa().env("AWS_REGION", "EU West"), Code::RegionInvalid, "in AWS_REGION: "),
    (
        "an endpoint that is none",
        || Scene::irsa().env("AWS_ENDPOINT_URL", "sts:80"),
        Code::EndpointUrl,
        "in AWS_ENDPOINT_URL: ",
    ),
];

/// Where `in_profile` puts the ARN.
const PLACE: &str = "role_arn of the profile x (/home/.aws/config, line 3)";

#[test]
fn each_row_has_its_code_and_its_fix_names_the_place() {
    for (cause, scene, code, place) in ROWS {
        let seen = scene().run();
        assert_eq!(seen.error().code(), *code, "{cause}: {}", seen.error());
        assert!(seen.error().fix().contains(place), "{cause}: {place} in {}", seen.error().fix());
        assert!(seen.host.requests().is_empty(), "{cause}: nothing is sent");
    }
}

#[test]
fn no_two_causes_share_a_code() {
    let mut causes: BTreeMap<Code, &str> = BTreeMap::new();
    for (cause, _, code, _) in ROWS {
        let first = causes.entry(*code).or_insert(cause);
        assert!(cause.starts_with(*first), "{cause} and {first} share {}", code.name());
    }
}

#[test]
fn messages_have_the_values() {
    let said = |scene: Scene| scene.run().error().message().to_owned();
    assert_eq!(said(Scene::config(&cycle())), "source_profile goes round: default → b → default");
    assert_eq!(
        said(Scene::config("[default]").env("AWS_PROFILE", "x")),
        "there is no profile x (AWS_PROFILE); looked in /home/.aws/config: 9 bytes, /home/.aws/credentials: missing"
    );
    assert_eq!(
        said(variable("arn:aws-cn:iam::123456789012:role/x")),
        "the role arn:aws-cn:iam::123456789012:role/x (AWS_ROLE_ARN) is in the partition aws-cn, the Region eu-west-1 \
         (AWS_REGION) is not"
    );
    assert!(
        said(Scene::config("[default]\nduration_seconds = x")).contains("no source gave"),
        "unused keys are not judged"
    );
}

#[test]
fn a_custom_endpoint_knows_its_own_partition() {
    let seen =
        variable("arn:aws-cn:iam::123456789012:role/x").env("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1").sts("ASIA1");
    assert_eq!(seen.run().outcome(), Ok("ASIA1"));
}

#[test]
fn sixteen_profiles_are_not_too_many() {
    let mut scene = Scene::config(&deep(16)).env("AWS_REGION", "eu-west-1");
    for _ in 0..15 {
        scene = scene.sts("ASIA1");
    }
    assert_eq!(scene.run().outcome(), Ok("ASIA1"));
}

fn source(name: &str) -> String {
    format!("[default]\nrole_arn = {ROLE}\nsource_profile = {name}\n")
}

fn cycle() -> String {
    source("b") + &format!("[profile b]\nrole_arn = {ROLE}\nsource_profile = default\n")
}

fn alone() -> String {
    source("default")
}

fn named(credential_source: &str) -> String {
    format!("[default]\nrole_arn = {ROLE}\ncredential_source = {credential_source}\n")
}

/// So many profiles, each on the next, the last one with keys.
fn deep(profiles: usize) -> String {
    let mut config = source("p1");
    for number in 1..profiles - 1 {
        config += &format!("[profile p{number}]\nrole_arn = {ROLE}\nsource_profile = p{}\n", number + 1);
    }
    config + &format!("[profile p{}]\naws_access_key_id = A\naws_secret_access_key = hunter2\n", profiles - 1)
}

fn config_bytes(content: &[u8]) -> Scene {
    Scene::new().env("HOME", "/home").file("/home/.aws/config", content)
}

fn config_fault(fault: FileFault) -> Scene {
    Scene::new().env("AWS_CONFIG_FILE", "/c").fault("/c", fault)
}

fn variable(arn: &str) -> Scene {
    Scene::irsa().env("AWS_ROLE_ARN", arn)
}

fn in_profile(arn: &str) -> Scene {
    let config = format!("[profile x]\nregion = eu-west-1\nrole_arn = {arn}\nweb_identity_token_file = {TOKEN_FILE}\n");
    Scene::config(&config).env("AWS_PROFILE", "x").file(TOKEN_FILE, TOKEN)
}
