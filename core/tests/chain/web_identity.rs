//! Web identity by variables, properties and options; Region and endpoint of the call.

use crate::scene::{ROLE, Scene, TOKEN, TOKEN_FILE};
use irsa_core::{Code, chain::Source};

#[test]
fn the_variables_of_a_pod_are_enough() {
    let seen = Scene::irsa().env("AWS_ROLE_SESSION_NAME", "pod-7").sts("ASIA1").run();
    let resolved = seen.resolved();
    assert_eq!((seen.outcome(), resolved.source, resolved.renewable), (Ok("ASIA1"), Source::WebIdentity, true));
    assert_eq!(resolved.credentials.source(), "web identity");
    assert_eq!(resolved.credentials.expiration().unwrap().to_string(), "2026-11-24T11:00:00Z");
    assert_eq!(&*seen.host.requests()[0].url, "https://sts.eu-west-1.amazonaws.com/");
    let form = seen.form(0);
    for part in ["Action=AssumeRoleWithWebIdentity&", "RoleSessionName=pod-7", &format!("WebIdentityToken={TOKEN}")] {
        assert!(form.contains(part), "{part} in {form}");
    }
    assert_eq!(resolved.region.as_ref().unwrap().text(), "eu-west-1");
}

#[test]
fn each_setting_may_come_from_another_place() {
    // Property before variable, option before both.
    let seen = Scene::irsa()
        .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/variable")
        .property("aws.roleArn", "arn:aws:iam::123456789012:role/property")
        .property("aws.region", "eu-south-1")
        .sts("ASIA1")
        .run();
    assert!(seen.form(0).contains("role%2Fproperty"), "{}", seen.form(0));
    assert_eq!(&*seen.host.requests()[0].url, "https://sts.eu-south-1.amazonaws.com/");
    let seen = Scene::irsa()
        .property("aws.roleArn", "arn:aws:iam::123456789012:role/property")
        .property("aws.region", "eu-south-1")
        .options(|o| {
            o.role_arn = Some("arn:aws:iam::123456789012:role/option".into());
            o.region = Some("sa-east-1".into());
            o.session_name = Some("from code".into());
            o.duration_seconds = Some(900);
            o.policy = Some("{}".into());
            o.user_agent = Some("mine/1".into());
        })
        .sts("ASIA1")
        .run();
    let form = seen.form(0);
    for part in ["role%2Foption", "RoleSessionName=from-code", "DurationSeconds=900", "Policy=%7B%7D"] {
        assert!(form.contains(part), "{part} in {form}");
    }
    assert_eq!(&*seen.host.requests()[0].url, "https://sts.sa-east-1.amazonaws.com/");
    assert!(seen.host.requests()[0].headers.iter().any(|(_, value)| value.expose() == "mine/1"));
    let notice = "the session is called from-code, since STS does not take what the option session_name says";
    assert_eq!(seen.explanation.notices, [notice]);
}

#[test]
fn what_the_program_says_comes_before_all_other_sources() {
    let keys = |scene: Scene| scene.env("AWS_ACCESS_KEY_ID", "AKENV").env("AWS_SECRET_ACCESS_KEY", "hunter2");
    let seen = keys(Scene::irsa()).options(|o| o.role_arn = Some(ROLE.into())).sts("ASIA1").run();
    assert_eq!(seen.outcome(), Ok("ASIA1"));
    assert_eq!(seen.places()[0], "web identity: chosen");
    let seen = keys(Scene::irsa()).options(|o| o.token_file = Some(TOKEN_FILE.into())).sts("ASIA1").run();
    assert_eq!(seen.outcome(), Ok("ASIA1"));
}

#[test]
fn half_of_it_is_an_error_that_names_the_other_half() {
    let file = "AWS_WEB_IDENTITY_TOKEN_FILE";
    let cases = [
        (Scene::new().env("AWS_ROLE_ARN", ROLE), "AWS_ROLE_ARN", file),
        (Scene::new().env(file, TOKEN_FILE), file, "AWS_ROLE_ARN"),
        (Scene::new().env("AWS_ROLE_ARN", ROLE).env(file, " "), "AWS_ROLE_ARN", file),
        (Scene::new().property("aws.roleArn", ROLE), "the system property aws.roleArn", file),
        (Scene::new().options(|o| o.token_file = Some("/t".into())), "the option token_file", "AWS_ROLE_ARN"),
    ];
    for (scene, there, missing) in cases {
        let seen = scene.run();
        let error = seen.error();
        assert_eq!((error.code(), error.at()), (Code::WebIdentityIncomplete, "web identity"));
        assert_eq!(error.message(), format!("{there} is set, but {missing} is not"));
        assert!(error.fix().starts_with(&format!("set {missing} to ")), "{}", error.fix());
        assert!(seen.host.effects().is_empty());
    }
}

#[test]
fn a_region_that_nobody_said_is_that_of_the_roles_partition_and_is_noticed() {
    let cases = [
        ("aws", "us-east-1", "https://sts.us-east-1.amazonaws.com/"),
        ("aws-cn", "cn-northwest-1", "https://sts.cn-northwest-1.amazonaws.com.cn/"),
        ("aws-us-gov", "us-gov-west-1", "https://sts.us-gov-west-1.amazonaws.com/"),
    ];
    for (partition, region, url) in cases {
        let arn = format!("arn:{partition}:iam::123456789012:role/app");
        let seen = Scene::irsa().env("AWS_REGION", "").env("AWS_ROLE_ARN", &arn).sts("ASIA1").run();
        let said = seen.resolved().region.as_ref().unwrap();
        assert_eq!((said.text(), said.from.to_string()), (region, "the partition of the role's ARN".into()));
        assert_eq!(&*seen.host.requests()[0].url, url);
        assert!(seen.explanation.notices[0].contains(region), "{:?}", seen.explanation.notices);
    }
}

#[test]
fn the_region_is_looked_for_in_order() {
    let profile = "[default]\nregion = ap-south-1";
    let scene = || Scene::irsa().env("AWS_REGION", "").env("HOME", "/h").file("/h/.aws/config", profile).sts("ASIA1");
    let cases = [
        (scene(), "ap-south-1", "region of the profile default (/h/.aws/config, line 2)"),
        (scene().env("AWS_DEFAULT_REGION", "eu-west-3"), "eu-west-3", "AWS_DEFAULT_REGION"),
        (scene().env("AWS_DEFAULT_REGION", "eu-west-3").env("AWS_REGION", "eu-west-2"), "eu-west-2", "AWS_REGION"),
        (
            scene().env("AWS_REGION", "eu-west-2").property("aws.region", "eu-west-1"),
            "eu-west-1",
            "the system property aws.region",
        ),
        (
            scene().property("aws.region", "eu-west-1").options(|o| o.region = Some("us-west-2".into())),
            "us-west-2",
            "the option region",
        ),
    ];
    for (scene, region, from) in cases {
        let seen = scene.run();
        let said = seen.resolved().region.as_ref().unwrap();
        assert_eq!((said.text(), said.from.to_string()), (region, from.into()));
        assert_eq!(&*seen.host.requests()[0].url, format!("https://sts.{region}.amazonaws.com/"));
        assert_eq!(seen.explanation.region.as_ref().unwrap().value.as_deref(), Some(region));
    }
}

#[test]
fn the_endpoint_is_looked_for_in_order() {
    let config = "[default]\nservices = s\nendpoint_url = http://profile\n[services s]\nsts =\n  endpoint_url = http://services\n";
    let bare = "[default]\nendpoint_url = http://profile\n";
    let scene = |config| Scene::irsa().env("HOME", "/h").file("/h/.aws/config", config).sts("ASIA1");
    let cases = [
        (scene(bare), "http://profile/"),
        (scene(config), "http://services/"),
        (scene(config).env("AWS_ENDPOINT_URL", "http://all"), "http://all/"),
        (
            scene(config).env("AWS_ENDPOINT_URL", "http://all").property("aws.endpointUrl", "http://prop"),
            "http://prop/",
        ),
        (
            scene(config).property("aws.endpointUrl", "http://p").env("AWS_ENDPOINT_URL_STS", "http://sts"),
            "http://sts/",
        ),
        (
            scene(config).env("AWS_ENDPOINT_URL_STS", "http://sts").property("aws.endpointUrlSts", "http://psts"),
            "http://psts/",
        ),
        (
            scene(config).env("AWS_ENDPOINT_URL_STS", "http://sts").env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
            "https://sts.eu-west-1.amazonaws.com/",
        ),
        (
            scene(config)
                .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE")
                .options(|o| o.endpoint = Some("http://option".into())),
            "http://option/",
        ),
        (scene("").env("AWS_STS_REGIONAL_ENDPOINTS", "legacy"), "https://sts.amazonaws.com/"),
        (scene("[default]\nsts_regional_endpoints = legacy"), "https://sts.amazonaws.com/"),
        (scene("").env("AWS_USE_FIPS_ENDPOINT", "true"), "https://sts-fips.eu-west-1.amazonaws.com/"),
        (scene("[default]\nuse_dualstack_endpoint = true"), "https://sts.eu-west-1.api.aws/"),
    ];
    for (scene, url) in cases {
        let seen = scene.run();
        seen.resolved();
        assert_eq!(&*seen.host.requests()[0].url, url);
    }
}

#[test]
fn a_profile_file_that_cannot_be_used_is_noticed_and_does_no_harm() {
    let seen = Scene::irsa().env("HOME", "/h").file("/h/.aws/config", "no section").sts("ASIA1").run();
    assert_eq!(seen.outcome(), Ok("ASIA1"));
    assert!(seen.explanation.notices[0].starts_with("no profile can be used: /h/.aws/config, line 1"));
}

#[test]
fn an_account_of_another_number_of_digits_is_noticed_and_asked_for() {
    let seen = Scene::irsa().env("AWS_ROLE_ARN", "arn:aws:iam::12345678901:role/app").sts("ASIA1").run();
    assert_eq!(seen.outcome(), Ok("ASIA1"));
    assert!(seen.explanation.notices[0].ends_with("has 11 digits, not 12"), "{:?}", seen.explanation.notices);
}

#[test]
fn what_sts_may_not_like_about_the_token_is_noticed_and_sent() {
    // {"alg":"RS256"}.{"iss":"https://issuer","sub":"s","aud":"other","iat":1,"exp":1795514100}
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3VlciIsInN1YiI6InMiLCJhdWQiOiJvdGhlciIsImlhdCI6MSwiZXhwIjo\
                 xNzk1NTE0MTAwfQ.c2ln";
    let seen = Scene::irsa().env("AWS_WEB_IDENTITY_TOKEN_FILE", "/t").file("/t", token).sts("ASIA1").run();
    assert_eq!(seen.outcome(), Ok("ASIA1"));
    let notices = &seen.explanation.notices;
    assert_eq!(notices[0], "the token of /t: audience is other, not sts.amazonaws.com");
    assert!(notices[1].starts_with("the token of /t: expired 5m00s ago"), "{notices:?}");
}
