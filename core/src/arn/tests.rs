use super::*;
use std::string::ToString;

#[test]
fn roles() {
    for (text, partition, account, path, name) in [
        ("arn:aws:iam::123456789012:role/app", "aws", "123456789012", "/", "app"),
        ("arn:aws:iam::12345678901:role/app", "aws", "12345678901", "/", "app"),
        ("arn:aws-cn:iam::000000000001:role/team/x/app", "aws-cn", "000000000001", "/team/x/", "app"),
        ("arn:aws-us-gov:iam::123456789012:role/a+=,.@-_b", "aws-us-gov", "123456789012", "/", "a+=,.@-_b"),
        (
            "arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
            "aws",
            "123456789012",
            "/aws-service-role/x.amazonaws.com/",
            "AWSServiceRoleForX",
        ),
    ] {
        let arn = RoleArn::parse(text).unwrap();
        assert_eq!((arn.partition().id, arn.account(), arn.path(), arn.name()), (partition, account, path, name));
        assert_eq!(arn.to_string(), text);
    }
}

/// Input, code, and what the error must say.
const BAD_ROLES: &[(&str, Code, &str)] = &[
    ("", Code::ArnPlaceholder, "is no ARN"),
    ("arn-of-the-iam-role", Code::ArnPlaceholder, "arn-of-the-iam-role"),
    ("my-role", Code::ArnPlaceholder, "arn:aws:iam::123456789012:role/NAME"),
    ("\"arn:aws:iam::123456789012:role/app\"", Code::ArnPlaceholder, "take away the quotes"),
    ("${ROLE_ARN}", Code::ArnPlaceholder, "${ROLE_ARN}"),
    ("arn:aws:iam::<account>:role/app", Code::ArnPlaceholder, "<account>"),
    ("arn:aws:iam::accountId:role/app", Code::ArnPlaceholder, "accountId"),
    ("arn:aws:iam::::role/x", Code::ArnColons, "6 colons"),
    ("arn:aws:iam:::123456789012:role/app", Code::ArnColons, "6 colons"),
    ("arn:aws:iam:us-east-1:123456789012:role/app", Code::ArnColons, "a Region"),
    ("arn:aws:iam:123456789012:role/app", Code::ArnCut, "4 of 5 colons"),
    ("arn:aws:iam::123456789012", Code::ArnCut, "4 of 5 colons"),
    ("arn:aws:iam::123456789012:user/bob", Code::ArnResource, "“user”, not role"),
    ("arn:aws:iam::123456789012:oidc-provider/x", Code::ArnResource, "“oidc-provider”, not role"),
    ("arn:aws:iam::123456789012:root", Code::ArnResource, "“root”"),
    ("arn:aws:iam::123456789012:role", Code::ArnResource, "“role”"),
    ("arn:aws:iam::123456789012:roles/app", Code::ArnResource, "“roles”"),
    ("arn:aws:sts::123456789012:assumed-role/app/pod", Code::ArnAssumedRole, "arn:aws:iam::123456789012:role/app"),
    ("arn:aws:s3:::bucket/role/x", Code::ArnService, "“s3”"),
    ("arn:aws:lambda:us-east-1:123456789012:function:x", Code::ArnService, "“lambda”"),
    ("arn:amazon:iam::123456789012:role/app", Code::ArnPartition, "aws-us-gov"),
    ("arn:aws:iam::1234-5678-9012:role/app", Code::ArnAccount, "12 digits"),
    ("arn:aws:iam:::role/application", Code::ArnAccount, "“”"),
    ("arn:aws:iam::123456789012:role/", Code::ArnName, "role name “”"),
    ("arn:aws:iam::123456789012:role/a:b", Code::ArnColons, "6 colons"),
    ("arn:aws:iam::123456789012:role/a*", Code::ArnName, "“a*”"),
    ("arn:aws:iam::123456789012:role//app", Code::ArnName, "path “//”"),
    ("arn:aws:iam::123456789012:role/äpp", Code::ArnName, "“äpp”"),
];

#[test]
fn what_is_wrong_is_told_apart() {
    for (text, code, says) in BAD_ROLES {
        let error = RoleArn::parse(text).expect_err(text);
        assert_eq!(error.code(), *code, "{text}: {error}");
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
}

#[test]
fn limits() {
    let arn = |path: usize, name: usize| {
        let path = if path == 0 { String::new() } else { format!("{}/", "p".repeat(path)) };
        RoleArn::parse(&format!("arn:aws:iam::123456789012:role/{path}{}", "n".repeat(name))).map_err(|e| e.code())
    };
    assert!(arn(0, 64).is_ok() && arn(510, 64).is_ok());
    assert_eq!(arn(0, 65).unwrap_err(), Code::ArnName);
    assert_eq!(arn(511, 1).unwrap_err(), Code::ArnName);
    assert_eq!(arn(3000, 1).unwrap_err(), Code::ArnName);
    let error = RoleArn::parse(&"x".repeat(100_000)).unwrap_err();
    assert!(error.to_string().len() < 600, "a message stays short");
}

#[test]
fn providers() {
    let text = "arn:aws-cn:iam::123456789012:oidc-provider/oidc.eks.cn-north-1.amazonaws.com.cn/id/ABC";
    let arn = ProviderArn::parse(text).unwrap();
    assert_eq!((arn.partition().id, arn.account()), ("aws-cn", "123456789012"));
    assert_eq!(arn.issuer(), "https://oidc.eks.cn-north-1.amazonaws.com.cn/id/ABC");
    assert_eq!(arn.as_str(), text);
    for (text, code) in [
        ("arn:aws:iam::123456789012:role/app", Code::ArnResource),
        ("arn:aws:iam::123456789012:oidc-provider/https://x.example/id", Code::ArnName),
        ("arn:aws:iam::123456789012:oidc-provider/", Code::ArnName),
        ("arn:aws:iam::accountId:oidc-provider/x.example/id", Code::ArnPlaceholder),
        ("oidc.eks.us-east-1.amazonaws.com/id/ABC", Code::ArnPlaceholder),
    ] {
        assert_eq!(ProviderArn::parse(text).expect_err(text).code(), code, "{text}");
    }
}

#[test]
fn the_mend_of_a_provider_shows_no_role() {
    for (text, says) in [
        ("arn:aws:iam::123456789012:oidc-provider/x.example:8443/id", "leave out the port"),
        ("arn:aws:iam::123456789012:oidc-provider/x.example/a:b", "oidc-provider/oidc.eks"),
        ("arn:aws:iam::::oidc-provider/x.example", "oidc-provider/oidc.eks"),
        ("arn:aws:iam::123456789012:role/app", "oidc-provider/oidc.eks"),
        ("arn:aws:sts::123456789012:assumed-role/app/pod", "oidc-provider/oidc.eks"),
        ("arn:aws:iam::123456789012", "oidc-provider/oidc.eks"),
        ("arn:aws:iam::accountId:oidc-provider/x.example/id", "oidc-provider/oidc.eks"),
        ("\"arn:aws:iam::123456789012:oidc-provider/x.example\"", "take away the quotes"),
        ("x.example/id", "oidc-provider/oidc.eks"),
    ] {
        let error = ProviderArn::parse(text).expect_err(text);
        assert!(error.fix().contains(says) && !error.fix().contains("role/"), "{text}: {}", error.fix());
    }
}

#[test]
fn each_fault_of_a_name_has_a_fix_of_its_own() {
    let fix =
        |tail: &str| RoleArn::parse(&format!("arn:aws:iam::123456789012:role/{tail}")).unwrap_err().fix().to_string();
    for (tail, says) in [
        (String::new(), "write the role's name behind role/"),
        ("team-*".into(), "no wildcards"),
        ("a".repeat(65), "65 characters, the most are 64"),
        ("a(b)c".into(), "not “()”"),
        ("ä".into(), "not “ä”"),
        ("team//app".into(), "one slash between the parts"),
        (format!("{}/app", "a".repeat(600)), "the most are 512"),
        ("te\u{7f}am/app".into(), "printable ASCII"),
        (format!("{}/app", "a".repeat(3_000)), "write the ARN alone"),
    ] {
        assert!(fix(&tail).contains(says), "{tail}: {}", fix(&tail));
    }
}
