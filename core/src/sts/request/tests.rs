use super::*;
use crate::endpoint::{Endpoint, Settings};
use std::{string::ToString, vec};

const ROLE: &str = "arn:aws:iam::123456789012:role/app";

fn call(url: &str) -> Call {
    let settings = Settings { custom: Some(url), ..Settings::default() };
    Call { endpoint: Endpoint::resolve(&settings, None).unwrap(), user_agent: "test".into(), seed: 0 }
}

fn role() -> AssumeRole {
    AssumeRole::new(RoleArn::parse(ROLE).unwrap(), SessionName::clean("name"))
}

fn identity() -> WebIdentity {
    WebIdentity::new("/token", RoleArn::parse(ROLE).unwrap())
}

fn token() -> Token {
    // {"kubernetes.io":{"pod":{"name":"app-1"}}}
    Token::parse("e30.eyJrdWJlcm5ldGVzLmlvIjp7InBvZCI6eyJuYW1lIjoiYXBwLTEifX19.c2ln").unwrap()
}

fn body(request: &HttpRequest) -> &str {
    core::str::from_utf8(request.body.expose()).unwrap()
}

#[test]
fn every_parameter_in_the_form() {
    let mut ask = role();
    ask.duration_seconds = Some(900);
    ask.policy = Some("{\"a\": \"ü&=+\"}".into());
    ask.policy_arns = vec!["arn:aws:iam::aws:policy/A".into(), "arn:aws:iam::aws:policy/B".into()];
    ask.tags = vec![("k".into(), "v w".into()), ("é".into(), "".into())];
    ask.transitive_tag_keys = vec!["k".into()];
    ask.external_id = Some("a/b:c".into());
    ask.serial_number = Some("GAHT12345678".into());
    ask.token_code = Some("123456".into());
    ask.source_identity = Some("me".into());
    ask.provided_contexts = vec![("arn:aws:iam::aws:contextProvider/X".into(), "text".into())];
    let request = assume_role(&call("http://h:1/sts/"), &ask).unwrap();
    assert_eq!(&*request.url, "http://h:1/sts/");
    assert_eq!(
        body(&request),
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fapp\
         &RoleSessionName=name&PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FA\
         &PolicyArns.member.2.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FB&DurationSeconds=900&Tags.member.1.Key=k\
         &Tags.member.1.Value=v%20w&Tags.member.2.Key=%C3%A9&Tags.member.2.Value=&TransitiveTagKeys.member.1=k\
         &Policy=%7B%22a%22%3A%20%22%C3%BC%26%3D%2B%22%7D&ExternalId=a%2Fb%3Ac&SerialNumber=GAHT12345678\
         &TokenCode=123456&SourceIdentity=me\
         &ProvidedContexts.member.1.ProviderArn=arn%3Aaws%3Aiam%3A%3Aaws%3AcontextProvider%2FX\
         &ProvidedContexts.member.1.ContextAssertion=text"
    );
}

#[test]
fn the_session_is_named_after_the_pod_unless_it_has_a_name() {
    let call = call("http://h");
    let mut ask = identity();
    let request = web_identity(&call, &ask, &token()).unwrap();
    assert!(body(&request).contains("&RoleSessionName=app-1&"), "{}", body(&request));
    assert_eq!(&*request.url, "http://h/");
    ask.session_name = Some(SessionName::clean("mine"));
    ask.provider_id = Some("www.amazon.com".into());
    let request = web_identity(&call, &ask, &token()).unwrap();
    assert!(
        body(&request).contains("&RoleSessionName=mine&") && body(&request).ends_with("&ProviderId=www.amazon.com")
    );
    assert!(!request.url.contains("e30"), "never in the URL");
}

#[test]
fn limits_are_checked_before_anything_is_sent() {
    let text = |n: usize| Some(Box::from("x".repeat(n)));
    let arn = || Box::from("arn:aws:iam::aws:policy/A");
    type Set = fn(&mut AssumeRole, &dyn Fn(usize) -> Option<Box<str>>);
    let outside: &[(&str, Set)] = &[
        ("DurationSeconds: 899, STS takes 900 to 43200", |ask, _| ask.duration_seconds = Some(899)),
        ("DurationSeconds: 43201", |ask, _| ask.duration_seconds = Some(43_201)),
        ("ExternalId: 1 characters, STS takes 2 to 1224", |ask, text| ask.external_id = text(1)),
        ("ExternalId: 1225 characters", |ask, text| ask.external_id = text(1225)),
        ("ExternalId: ' ' (U+0020) at byte 1 is not allowed", |ask, _| ask.external_id = Some("a b".into())),
        ("Policy: 0 characters, STS takes at least 1", |ask, text| ask.policy = text(0)),
        ("Policy: 'Ā' (U+0100) at byte 1", |ask, _| ask.policy = Some("{Ā}".into())),
        ("SerialNumber: 8 characters", |ask, text| ask.serial_number = text(8)),
        ("TokenCode: 5 characters, STS takes exactly 6", |ask, _| ask.token_code = Some("12345".into())),
        ("TokenCode: 'x'", |ask, _| ask.token_code = Some("12345x".into())),
        ("SourceIdentity: 65 characters", |ask, text| ask.source_identity = text(65)),
        ("Tags: 51 entries", |ask, _| ask.tags = vec![("k".into(), "v".into()); 51]),
        ("Tags.Key: 0 characters", |ask, _| ask.tags = vec![("".into(), "v".into())]),
        ("Tags.Key: 129 characters", |ask, text| ask.tags = vec![(text(129).unwrap(), "v".into())]),
        ("Tags.Value: 257 characters", |ask, text| ask.tags = vec![("k".into(), text(257).unwrap())]),
        ("Tags.Value: '*'", |ask, _| ask.tags = vec![("k".into(), "*".into())]),
        ("TransitiveTagKeys: 51 entries", |ask, _| ask.transitive_tag_keys = vec!["k".into(); 51]),
        ("TransitiveTagKeys.member: 0 characters", |ask, _| ask.transitive_tag_keys = vec!["".into()]),
        ("PolicyArns.arn: 3 characters", |ask, text| ask.policy_arns = vec![text(3).unwrap()]),
        ("ProvidedContexts: 6 entries", |ask, _| ask.provided_contexts = vec![("x".into(), "x".into()); 6]),
        ("ProvidedContexts.ContextAssertion: 3", |ask, text| {
            ask.provided_contexts = vec![(text(20).unwrap(), "xxx".into())];
        }),
    ];
    for (says, set) in outside {
        let mut ask = role();
        set(&mut ask, &text);
        let error = assume_role(&call("http://h"), &ask).expect_err(says);
        assert_eq!(error.code(), Code::RequestLimit);
        assert!(error.message().starts_with(says), "{error} does not say {says}");
        let name = says.split(':').next().unwrap();
        assert!(error.fix().contains(name), "{error}");
    }
    let mut ask = role();
    ask.policy_arns = vec![arn(); 11];
    assert!(assume_role(&call("http://h"), &ask).unwrap_err().to_string().contains("PolicyArns: 11 entries"));
    ask.policy_arns = vec![arn(); 10];
    ask.policy = text(5_000);
    assert!(assume_role(&call("http://h"), &ask).is_ok(), "AssumeRole's policy has no most");
    let mut ask = identity();
    ask.policy = text(2_049);
    let error = web_identity(&call("http://h"), &ask, &token()).unwrap_err();
    assert!(error.message().starts_with("Policy: 2049 characters, STS takes 1 to 2048"), "{error}");
    ask.policy = text(2_048);
    assert!(web_identity(&call("http://h"), &ask, &token()).is_ok());
    ask.provider_id = text(3);
    assert!(web_identity(&call("http://h"), &ask, &token()).is_err());
}

#[test]
fn nothing_secret_is_shown() {
    let request = web_identity(&call("http://h"), &identity(), &token()).unwrap();
    let mut ask = role();
    ask.token_code = Some("654321".into());
    ask.provided_contexts = vec![("arn:aws:iam::aws:contextProvider/X".into(), "assertion".into())];
    let shown = format!("{request:?} {ask:?} {:?}", assume_role(&call("http://h"), &ask).unwrap());
    for secret in ["c2ln", "654321", "assertion"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
