//! Profiles: keys, roles on roles, web identity, and where they get their settings.

use crate::scene::{ROLE, Scene, TOKEN, TOKEN_FILE};
use irsa_core::{Code, chain::Source};

const KEYS: &str = "aws_access_key_id = AKPROFILE\naws_secret_access_key = hunter2\n";

#[test]
fn keys_of_the_selected_profile() {
    let config = format!(
        "[default]\n{KEYS}region = eu-west-1\n[profile dev]\naws_access_key_id = AKDEV\naws_secret_access_key = hunter2\n\
         aws_session_token = sessiontoken2\naws_account_id = 123456789012\n"
    );
    let scene = || Scene::config(&config);
    let seen = scene().run();
    let resolved = seen.resolved();
    assert_eq!((seen.outcome(), resolved.source, resolved.renewable), (Ok("AKPROFILE"), Source::Profile, false));
    assert_eq!(resolved.region.as_ref().unwrap().text(), "eu-west-1");
    assert_eq!(seen.host.paths(), ["/home/.aws/config", "/home/.aws/credentials"], "each is read once");
    for scene in [
        scene().env("AWS_PROFILE", "dev"),
        scene().env("AWS_DEFAULT_PROFILE", "dev"),
        scene().env("AWS_DEFAULT_PROFILE", "no").env("AWS_PROFILE", "dev"),
        scene().env("AWS_PROFILE", "no").property("aws.profile", "dev"),
        scene().property("aws.profile", "no").options(|o| o.profile = Some("dev".into())),
    ] {
        let seen = scene.run();
        let credentials = &seen.resolved().credentials;
        assert_eq!((credentials.access_key_id(), credentials.account_id()), ("AKDEV", Some("123456789012")));
        assert!(credentials.session_token().is_some() && seen.resolved().region.is_none());
    }
}

#[test]
fn both_files_wherever_they_are() {
    let (config, credentials) = ("[profile x]\nregion = eu-west-1\n", format!("[x]\n{KEYS}"));
    let scene = || Scene::new().env("AWS_PROFILE", "x");
    for (scene, paths) in [
        (
            scene().env("HOME", "/h").file("/h/.aws/config", config).file("/h/.aws/credentials", &credentials),
            ["/h/.aws/config", "/h/.aws/credentials"],
        ),
        (
            scene()
                .env("HOME", "/h/")
                .env("AWS_CONFIG_FILE", "~/c")
                .env("AWS_SHARED_CREDENTIALS_FILE", "/s")
                .file("/h//c", config)
                .file("/s", &credentials),
            ["/h//c", "/s"],
        ),
        (
            scene()
                .env("AWS_CONFIG_FILE", "/no")
                .property("aws.configFile", "/c")
                .property("aws.sharedCredentialsFile", "/s")
                .file("/c", config)
                .file("/s", &credentials),
            ["/c", "/s"],
        ),
        (
            scene()
                .property("user.home", "/java")
                .file("/java/.aws/config", config)
                .file("/java/.aws/credentials", &credentials),
            ["/java/.aws/config", "/java/.aws/credentials"],
        ),
        (
            scene()
                .env("HOMEDRIVE", "C:")
                .env("HOMEPATH", "\\users\\u")
                .file("C:\\users\\u\\.aws\\config", config)
                .file("C:\\users\\u\\.aws\\credentials", &credentials),
            ["C:\\users\\u\\.aws\\config", "C:\\users\\u\\.aws\\credentials"],
        ),
    ] {
        let seen = scene.run();
        assert_eq!(seen.resolved().credentials.access_key_id(), "AKPROFILE");
        assert_eq!(seen.host.paths(), paths);
        assert_eq!(seen.resolved().region.as_ref().unwrap().text(), "eu-west-1");
    }
}

#[test]
fn a_role_on_a_role_on_keys() {
    let config = format!(
        "[profile top]\nrole_arn = arn:aws:iam::123456789012:role/top\nsource_profile = middle\n\
         role_session_name = top-session\nexternal_id = ext:1\nduration_seconds = 1800\nregion = eu-west-1\n\
         [profile middle]\nrole_arn = arn:aws:iam::123456789012:role/middle\nsource_profile = base\n\
         [profile base]\n{KEYS}region = ap-south-1\n"
    );
    let scene = || Scene::config(&config).env("AWS_PROFILE", "top").sts("ASIAMIDDLE").sts("ASIATOP");
    let seen = scene().env("HOSTNAME", "pod-7.node").run();
    assert_eq!((seen.outcome(), seen.resolved().renewable), (Ok("ASIATOP"), true));
    let (first, second) = (seen.form(0), seen.form(1));
    assert!(first.contains("role%2Fmiddle") && first.contains("RoleSessionName=pod-7.node"), "{first}");
    assert!(!first.contains("ExternalId") && !first.contains("DurationSeconds"), "{first}");
    for part in [
        "Action=AssumeRole&",
        "role%2Ftop",
        "RoleSessionName=top-session",
        "ExternalId=ext%3A1",
        "DurationSeconds=1800",
    ] {
        assert!(second.contains(part), "{part} in {second}");
    }
    let signed_by = |number: usize| {
        let request = &seen.host.requests()[number];
        let header = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        header.map(|(_, value)| value.expose().split(['=', '/']).nth(1).unwrap_or_default().to_owned())
    };
    assert_eq!((signed_by(0).as_deref(), signed_by(1).as_deref()), (Some("AKPROFILE"), Some("ASIAMIDDLE")));
    // The selected profile's Region where a role's own profile has none.
    assert!(seen.host.requests().iter().all(|r| &*r.url == "https://sts.eu-west-1.amazonaws.com/"));
    let found: Vec<_> = seen.explanation.places[3].found.iter().map(|f| f.from.to_string()).collect();
    assert!(found.contains(&"role_arn of the profile middle (/home/.aws/config, line 9)".into()), "{found:?}");

    // Options are about the last role alone.
    let seen = scene()
        .options(|o| {
            o.policy = Some("{}".into());
            o.duration_seconds = Some(900);
            o.session_name = Some("mine".into());
        })
        .run();
    let (first, second) = (seen.form(0), seen.form(1));
    assert!(!first.contains("Policy=") && !first.contains("DurationSeconds="), "{first}");
    assert!(first.contains("RoleSessionName=irsa"), "{first}");
    for part in ["Policy=%7B%7D", "DurationSeconds=900", "RoleSessionName=mine"] {
        assert!(second.contains(part), "{part} in {second}");
    }
}

#[test]
fn a_role_on_a_web_identity() {
    let config = format!(
        "[default]\nrole_arn = arn:aws:iam::123456789012:role/top\nsource_profile = pod\nregion = eu-west-1\n\
         [profile pod]\nrole_arn = {ROLE}\nweb_identity_token_file = {TOKEN_FILE}\nrole_session_name = pod\nduration_seconds = 7200\n"
    );
    let seen = Scene::config(&config).file(TOKEN_FILE, TOKEN).sts("ASIAPOD").sts("ASIATOP").run();
    assert_eq!((seen.outcome(), seen.resolved().source), (Ok("ASIATOP"), Source::Profile));
    let form = seen.form(0);
    for part in ["Action=AssumeRoleWithWebIdentity&", "RoleSessionName=pod", "DurationSeconds=7200"] {
        assert!(form.contains(part), "{part} in {form}");
    }
    let seen = Scene::config(&config).env("AWS_PROFILE", "pod").file(TOKEN_FILE, TOKEN).sts("ASIAPOD").run();
    assert_eq!(seen.outcome(), Ok("ASIAPOD"));
}

#[test]
fn variables_of_web_identity_do_not_fill_a_profile_up() {
    let config = format!("[default]\nweb_identity_token_file = {TOKEN_FILE}\n");
    let seen = Scene::config(&config).env("AWS_ROLE_SESSION_NAME", "x").run();
    assert_eq!((seen.error().code(), seen.error().at()), (Code::WebIdentityIncomplete, "profile"));
    assert_eq!(
        seen.error().message(),
        "web_identity_token_file of the profile default (/home/.aws/config, line 2) is set, but role_arn of the profile \
         default is not"
    );
}

#[test]
fn the_environment_as_credential_source() {
    let config = format!("[profile x]\nrole_arn = {ROLE}\ncredential_source = environment\nregion = eu-west-1\n");
    let scene = || Scene::config(&config).options(|o| o.profile = Some("x".into()));
    let keys = |scene: Scene| scene.env("AWS_ACCESS_KEY_ID", "AKENV").env("AWS_SECRET_ACCESS_KEY", "hunter2");
    let seen = keys(scene()).sts("ASIA1").run();
    assert_eq!((seen.outcome(), seen.resolved().source), (Ok("ASIA1"), Source::Profile));
    assert_eq!(seen.places()[0], "profile: chosen", "a profile that the program names comes first");
    let properties = keys(scene()).property("aws.accessKeyId", "AKPROP").property("aws.secretAccessKey", "hunter2");
    let seen = properties.sts("ASIA1").run();
    let authorization = seen.host.requests()[0].headers.iter().any(|(_, v)| v.expose().contains("Credential=AKPROP/"));
    assert!(authorization, "system properties before variables, as in Java");
    let seen = scene().run();
    assert_eq!(seen.error().code(), Code::CredentialSourceEmpty);
    // Named by a variable the profile stands behind the environment, as in Java.
    let seen = keys(Scene::config(&config)).env("AWS_PROFILE", "x").run();
    assert_eq!(seen.outcome(), Ok("AKENV"));
}

#[test]
fn a_profile_that_names_itself_uses_its_keys() {
    let config = format!("[default]\nrole_arn = {ROLE}\nsource_profile = default\nregion = eu-west-1\n{KEYS}");
    let seen = Scene::config(&config).sts("ASIA1").run();
    assert_eq!(seen.outcome(), Ok("ASIA1"));
    assert!(seen.host.requests()[0].headers.iter().any(|(_, v)| v.expose().contains("Credential=AKPROFILE/")));
}

#[test]
fn what_counts_first_within_a_profile() {
    let role = format!("role_arn = {ROLE}\n");
    let token = format!("web_identity_token_file = {TOKEN_FILE}\n");
    let cases = [
        (format!("{KEYS}{role}{token}sso_session = s\nsource_profile = b\n"), Ok("ASIA1")),
        (format!("{KEYS}{role}sso_session = s\nsource_profile = b\n"), Err(Code::SourceNotBuilt)),
        (format!("{KEYS}{role}source_profile = b\nlogin_session = s\n"), Ok("ASIA1")),
        (format!("{KEYS}{role}login_session = s\n"), Err(Code::SourceNotBuilt)),
        (format!("{KEYS}credential_process = /bin/x\n"), Err(Code::SourceNotBuilt)),
        (format!("{KEYS}{role}"), Ok("AKPROFILE")),
        (role.clone(), Err(Code::RoleSourceMissing)),
        ("region = eu-west-1\n".to_owned(), Err(Code::NoCredentials)),
    ];
    for (body, outcome) in cases {
        let config =
            format!("[default]\n{body}[profile b]\naws_access_key_id = AKB\naws_secret_access_key = hunter2\n");
        let seen = Scene::config(&config).env("AWS_REGION", "eu-west-1").file(TOKEN_FILE, TOKEN).sts("ASIA1").run();
        assert_eq!(seen.outcome(), outcome, "{body}");
    }
}

#[test]
fn sources_that_are_not_built_say_so_where_they_are_configured() {
    let cases = [
        ("sso_session = s\n", "sso_session of the profile default (/home/.aws/config, line 2)"),
        ("sso_account_id = 1\nsso_start_url = u\n", "sso_account_id of the profile default"),
        ("login_session = s\n", "login_session of the profile default"),
        ("credential_process = /bin/x\n", "credential_process of the profile default"),
        (
            "role_arn = arn:aws:iam::123456789012:role/app\ncredential_source = Ec2InstanceMetadata\n",
            "credential_source of",
        ),
        ("role_arn = arn:aws:iam::123456789012:role/app\ncredential_source = EcsContainer\n", "credential_source of"),
    ];
    for (body, says) in cases {
        let seen = Scene::config(&format!("[default]\n{body}")).run();
        assert_eq!(seen.outcome(), Err(Code::SourceNotBuilt), "{body}");
        assert!(seen.error().message().contains(says), "{}", seen.error());
    }
}

#[test]
fn a_home_that_belongs_to_somebody_else_is_passed_by() {
    use irsa_core::effect::FileFault;
    let unknown = FileFault::Denied { owner: None, mode: None };
    let seen = Scene::new().env("HOME", "/root").fault("/root/.aws/config", unknown.clone()).run();
    assert_eq!((seen.outcome(), &*seen.places()[3]), (Err(Code::NoCredentials), "profile: not-configured"));
    assert!(seen.explanation.to_string().contains("/root/.aws/config: permission denied (HOME)"));
    for scene in [
        Scene::new().env("AWS_CONFIG_FILE", "/c").fault("/c", unknown.clone()),
        Scene::new().env("HOME", "/root").env("AWS_PROFILE", "x").fault("/root/.aws/config", unknown),
        Scene::new().env("HOME", "/h").fault("/h/.aws/config", FileFault::Denied { owner: Some(0), mode: Some(0o600) }),
    ] {
        assert_eq!(scene.run().outcome(), Err(Code::ProfileFileDenied));
    }
    let mut scene = Scene::new().env("HOME", "/h");
    scene.host = scene.host.without("file");
    let seen = scene.run();
    assert_eq!(seen.outcome(), Err(Code::NoCredentials));
    assert!(seen.explanation.to_string().contains("/h/.aws/config: this host reads no files"));
}
