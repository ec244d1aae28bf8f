//! Parameters of the call, and the role and provider that they name.

use super::*;

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
