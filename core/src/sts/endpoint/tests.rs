use super::*;
use crate::Code;
use std::{string::ToString, vec::Vec};

fn env(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<&'static str> {
    move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| *value)
}

/// Variables, role, URL, Region to sign for.
type Case = (&'static [(&'static str, &'static str)], Option<&'static str>, &'static str, &'static str);

const CN: &str = "arn:aws-cn:iam::123456789012:role/app";
const AWS: &str = "arn:aws:iam::123456789012:role/app";

const CASES: &[Case] = &[
    (&[("AWS_REGION", "eu-west-1")], None, "https://sts.eu-west-1.amazonaws.com", "eu-west-1"),
    (&[("AWS_DEFAULT_REGION", "eu-west-1")], None, "https://sts.eu-west-1.amazonaws.com", "eu-west-1"),
    (
        &[("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "us-west-2")],
        None,
        "https://sts.eu-west-1.amazonaws.com",
        "eu-west-1",
    ),
    (&[("AWS_REGION", "")], Some(CN), "https://sts.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
    (&[], Some(AWS), "https://sts.us-east-1.amazonaws.com", "us-east-1"),
    (
        &[("AWS_REGION", "eu-west-1"), ("AWS_STS_REGIONAL_ENDPOINTS", "legacy")],
        None,
        "https://sts.amazonaws.com",
        "us-east-1",
    ),
    // An opt-in Region never was on the global endpoint.
    (
        &[("AWS_REGION", "af-south-1"), ("AWS_STS_REGIONAL_ENDPOINTS", "legacy")],
        None,
        "https://sts.af-south-1.amazonaws.com",
        "af-south-1",
    ),
    (
        &[("AWS_REGION", "eu-west-1"), ("AWS_STS_REGIONAL_ENDPOINTS", "legacy"), ("AWS_USE_FIPS_ENDPOINT", "TRUE")],
        None,
        "https://sts-fips.eu-west-1.amazonaws.com",
        "eu-west-1",
    ),
    (
        &[("AWS_REGION", "us-gov-west-1"), ("AWS_USE_FIPS_ENDPOINT", "true"), ("AWS_USE_DUALSTACK_ENDPOINT", "true")],
        None,
        "https://sts-fips.us-gov-west-1.api.aws",
        "us-gov-west-1",
    ),
    (&[("AWS_REGION", "aws-global")], None, "https://sts.amazonaws.com", "us-east-1"),
    (
        &[("AWS_ENDPOINT_URL", "http://a"), ("AWS_ENDPOINT_URL_STS", "http://b:8080/sts"), ("AWS_REGION", "eu-west-1")],
        None,
        "http://b:8080/sts",
        "eu-west-1",
    ),
    (&[("AWS_ENDPOINT_URL", "http://[::1]:80")], None, "http://[::1]:80", "us-east-1"),
    (&[("AWS_ENDPOINT_URL", "http://a")], Some(CN), "http://a", "cn-northwest-1"),
    (
        &[
            ("AWS_ENDPOINT_URL_STS", "http://b"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
            ("AWS_REGION", "eu-west-1"),
        ],
        None,
        "https://sts.eu-west-1.amazonaws.com",
        "eu-west-1",
    ),
];

#[test]
fn variables_decide() {
    for (variables, role, url, region) in CASES {
        let role = role.map(|role| RoleArn::parse(role).unwrap());
        let endpoint = Endpoint::resolve(&Settings::from_env(env(variables)).unwrap(), role.as_ref()).unwrap();
        assert_eq!((endpoint.url(), endpoint.signing_region()), (*url, *region), "{variables:?}");
        assert_eq!(endpoint.is_custom(), !url.contains("amazonaws") && !url.contains("api.aws"), "{variables:?}");
    }
}

#[test]
fn what_works_but_should_be_known() {
    let notices = |variables: &'static [(&str, &str)], role: &str| -> Vec<String> {
        let role = RoleArn::parse(role).unwrap();
        let endpoint = Endpoint::resolve(&Settings::from_env(env(variables)).unwrap(), Some(&role)).unwrap();
        endpoint.notices().iter().map(ToString::to_string).collect()
    };
    assert_eq!(notices(&[("AWS_REGION", "us-east-1")], AWS), Vec::<String>::new());
    let guessed = &notices(&[], CN)[0];
    assert!(guessed.contains("cn-northwest-1") && guessed.contains("AWS_REGION"), "{guessed}");
    let other = &notices(&[("AWS_REGION", "us-east-1")], CN)[0];
    assert!(other.contains("aws-cn") && other.contains("AWS_REGION"), "{other}");
    // A custom endpoint may serve any partition.
    assert_eq!(notices(&[("AWS_REGION", "us-east-1"), ("AWS_ENDPOINT_URL", "http://a")], CN), Vec::<String>::new());
}

#[test]
fn what_cannot_be() {
    for (variables, code, message, fix) in [
        (&[][..], Code::RegionMissing, "Missing Region", "AWS_REGION"),
        (&[("AWS_REGION", "us-east-1a")], Code::RegionInvalid, "availability zone", "AWS_REGION=us-east-1"),
        (&[("AWS_REGION", "us-east-1.evil.example/")], Code::RegionInvalid, "is no Region", "us-east-1"),
        (&[("AWS_REGION", "EU-WEST-1")], Code::RegionInvalid, "“EU-WEST-1”", "AWS_REGION"),
        (
            &[("AWS_USE_FIPS_ENDPOINT", "true"), ("AWS_ENDPOINT_URL", "http://a")],
            Code::EndpointFipsCustom,
            "Invalid Configuration: FIPS and custom endpoint are not supported",
            "AWS_USE_FIPS_ENDPOINT",
        ),
        (
            &[("AWS_USE_DUALSTACK_ENDPOINT", "true"), ("AWS_ENDPOINT_URL", "http://a")],
            Code::EndpointDualstackCustom,
            "Invalid Configuration: Dualstack and custom endpoint are not supported",
            "AWS_USE_DUALSTACK_ENDPOINT",
        ),
        // Neither is false: who meant FIPS is not to be sent to the plain endpoint.
        (
            &[("AWS_REGION", "us-east-1"), ("AWS_USE_FIPS_ENDPOINT", "yes")],
            Code::SettingInvalid,
            "AWS_USE_FIPS_ENDPOINT is “yes”, not true or false",
            "set AWS_USE_FIPS_ENDPOINT to true or false",
        ),
        (
            &[("AWS_REGION", "us-east-1"), ("AWS_STS_REGIONAL_ENDPOINTS", "global")],
            Code::SettingInvalid,
            "AWS_STS_REGIONAL_ENDPOINTS is “global”, not legacy or regional",
            "AWS_STS_REGIONAL_ENDPOINTS",
        ),
    ] {
        let error = Settings::from_env(env(variables)).and_then(|s| Endpoint::resolve(&s, None)).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(message) && error.fix().contains(fix), "{error}");
    }
    for url in [
        "sts.amazonaws.com",
        "ftp://a",
        "https://",
        "https:///x",
        "http://:80",
        "http://u:p@a",
        "http://a?x=1",
        "http://a#f",
        "http://a b",
        "http://ä",
    ] {
        let settings = Settings { custom: Some(url), ..Settings::default() };
        let error = Endpoint::resolve(&settings, None).unwrap_err();
        assert_eq!(error.code(), Code::EndpointUrl, "{url}");
        assert!(!error.to_string().contains("u:p"), "it may hold a password");
    }
}
