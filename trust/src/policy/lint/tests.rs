use super::*;
use std::{format, string::ToString};

fn refused(text: &str) -> (Rule, String, String) {
    let refusal = trust_policy(text, &Place::default()).refusal.expect(text);
    (refusal.rule, refusal.message, refusal.at)
}

#[test]
fn odd_documents_are_judged_too() {
    for (text, rule) in
        [("", Rule::Text), ("[]", Rule::Element), ("{", Rule::Json), ("{}", Rule::Statement), ("null", Rule::Element)]
    {
        assert_eq!(refused(text).0, rule, "{text}");
    }
}

#[test]
fn the_quota_counts_no_white_space() {
    let policy = |sid: &str| {
        format!(
            r#"{{"Statement": {{"Sid": "{sid}", "Effect": "Deny", "Principal": {{"AWS": "*"}}, "Action": "sts:AssumeRole"}}}}"#
        )
    };
    let rest = policy("").chars().filter(|c| *c != ' ').count();
    assert_eq!(trust_policy(&policy(&"a".repeat(SIZE - rest)), &Place::default()).refusal, None);
    let (rule, message, _) = refused(&policy(&"a".repeat(SIZE - rest + 1)));
    assert_eq!((rule, message), (Rule::Size, "Cannot exceed quota for ACLSizePerRole: 2048".to_string()));
}
