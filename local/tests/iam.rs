//! What IAM would store of the configuration: refusals in its words, and warnings.

mod support;

use irsa_core::{Code, arn::ProviderArn};
use irsa_local::{Config, Local, Provider};
use support::*;

fn provider(issuer: &str, client_id: &str) -> Provider {
    let arn = ProviderArn::parse(&format!("arn:aws:iam::111122223333:oidc-provider/{issuer}")).unwrap();
    Provider { arn, client_ids: vec![client_id.into()], jwks: None }
}

fn trust(text: &str) -> Config {
    let mut config = config();
    config.roles[0].trust_policy.text = text.into();
    config
}

#[test]
fn what_iam_would_not_store_does_not_start() {
    let providers = |providers| Config { providers: Some(providers), ..config() };
    let github = trust_for(SUBJECT).replace(HOST, "token.actions.githubusercontent.com").replace(":sub\"", ":ref\"");
    let cases = [
        (
            trust(&trust_for(SUBJECT).replace("Federated", "AWS")),
            Code::LocalPolicy,
            "trust.json: /Statement/0/Principal/AWS: IAM would refuse it: MalformedPolicyDocument: Invalid principal in \
             policy: \"AWS\":\"arn:aws:iam::111122223333:oidc-provider/",
            "trust.json: /Statement/0/Principal/AWS: write an account's 12 digits",
        ),
        (
            trust(&github),
            Code::LocalPolicy,
            "must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, \
             token.actions.githubusercontent.com:sub or",
            "names your own tenant",
        ),
        (
            trust(&trust_for(SUBJECT).replace("\"Sid\": \"App\"", "\"Resource\": \"*\"")),
            Code::LocalPolicy,
            "trust.json: /Statement/0/Resource: IAM would refuse it: MalformedPolicyDocument: Has prohibited field Resource",
            "leave out Resource",
        ),
        (
            trust(&trust_for(SUBJECT).replace("StringEquals", "StringEqual")),
            Code::LocalPolicy,
            "MalformedPolicyDocument: Syntax errors in policy. (IAM's words were not observed)",
            "StringEquals or StringLike",
        ),
        (
            providers(vec![provider(HOST, "a"), provider(HOST, "b")]),
            Code::LocalSetup,
            "IAM would not create it: EntityAlreadyExists: Provider with url https://oidc.eks",
            "name each provider once",
        ),
        (
            providers(vec![provider("oidc.example/?a", "a")]),
            Code::LocalSetup,
            "IAM would not create it: InvalidInput: Unknown",
            "without port and query",
        ),
        (
            providers(vec![provider(HOST, &"a".repeat(256))]),
            Code::LocalSetup,
            "ValidationError: 1 validation error detected",
            "1 to 255 characters",
        ),
    ];
    for (config, code, message, fix) in cases {
        let error = Local::start(config).expect_err(message);
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(message) && error.fix().contains(fix), "{error}");
    }
}

#[test]
fn what_iam_stores_although_it_is_a_mistake_is_warned_of() {
    assert!(start().warnings().is_empty());
    let local = Local::start(trust(&trust_for(SUBJECT).replace("StringEquals", "ForAllValues:StringEquals"))).unwrap();
    let warnings = local.warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    let at = "trust.json: /Statement/0/Condition/ForAllValues:StringEquals/oidc.eks.eu-west-1.amazonaws.com~1id~1";
    assert!(warnings.iter().all(|line| line.starts_with(at) && line.contains("(for-all-values)")), "{warnings:?}");
}
