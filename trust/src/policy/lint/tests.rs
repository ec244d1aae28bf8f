use super::*;
use serde_json::json;
use std::{format, string::ToString, vec};

const EKS: &str = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";

fn arn(issuer: &str) -> String {
    format!("arn:aws:iam::123456789012:oidc-provider/{issuer}")
}

/// One statement that allows web identities of this principal, with members added or replaced (null removes).
fn allow(principal: &str, changes: Value) -> Value {
    let mut statement = json!({
        "Effect": "Allow", "Principal": {"Federated": principal}, "Action": "sts:AssumeRoleWithWebIdentity",
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(statement.as_object_mut().unwrap().remove(name)),
            value => statement[name] = value.clone(),
        }
    }
    statement
}

fn document(statements: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn judge(text: &str) -> Report {
    trust_policy(text, &Place { size: MOST_SIZE, ..Place::default() })
}

fn refused(text: &str) -> (Rule, String, String) {
    let refusal = judge(text).refusal.expect(text);
    (refusal.rule, refusal.message, refusal.at)
}

fn warned(text: &str) -> Vec<(&'static str, String)> {
    let report = judge(text);
    assert_eq!(report.refusal, None, "{text}");
    report.warnings.into_iter().map(|warning| (warning.id.name(), warning.at)).collect()
}

#[test]
fn odd_documents_are_judged_too() {
    for (text, rule) in [
        ("", Rule::Text),
        ("“{}”", Rule::Text),
        ("{", Rule::Json),
        (" {", Rule::Json),
        (" {}", Rule::LeadingSpace),
        ("\n{}", Rule::Statement),
        ("[]", Rule::Element),
        ("null", Rule::Element),
        ("{}", Rule::Statement),
        (r#"{"Statement": []}"#, Rule::Statement),
        (r#"{"Statement": [[]]}"#, Rule::Element),
        (r#"{"Version": "2026-01-15", "Statement": []}"#, Rule::Version),
        (r#"{"Version": null, "Statement": []}"#, Rule::Version),
        (r#"{"Id": 1, "Statement": []}"#, Rule::Element),
        (r#"{"version": "2012-10-17"}"#, Rule::Element),
    ] {
        assert_eq!(refused(text).0, rule, "{text}");
    }
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(refused(&deep).0, Rule::Json);
}

#[test]
fn each_element_has_its_rule_and_its_place() {
    let here = arn(EKS);
    for (changes, rule, at, message) in [
        (json!({"Effect": "allow"}), Rule::Effect, "/Effect", "Syntax errors in policy."),
        (json!({"Effect": null}), Rule::Effect, "", "Syntax errors in policy."),
        (json!({"Comment": "x"}), Rule::Element, "/Comment", "Syntax errors in policy."),
        (json!({"Resource": "*"}), Rule::Resource, "/Resource", "Has prohibited field Resource"),
        (json!({"Principal": null}), Rule::PrincipalMissing, "", "Missing required field Principal"),
        (
            json!({"Principal": "*"}),
            Rule::PrincipalAny,
            "/Principal",
            "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\".",
        ),
        (
            json!({"Principal": {"AWS": []}}),
            Rule::Principal,
            "/Principal",
            "Invalid principal in policy: com.amazon.balsa.error.InvalidPolicyException: The passed in policy has a \
             statement with no principals!",
        ),
        (
            json!({"Principal": {"AWS": ["arn:aws::iam::123456789012:root"]}}),
            Rule::Principal,
            "/Principal/AWS/0",
            "Invalid principal in policy: \"AWS\":\"arn:aws::iam::123456789012:root\"",
        ),
        (
            json!({"Principal": {"Federated": "https://oidc.example"}}),
            Rule::Federated,
            "/Principal/Federated",
            "Federated principals must be valid domain names or SAML metadata ARNs",
        ),
        (
            json!({"Principal": null, "NotPrincipal": {"AWS": "*"}}),
            Rule::NotPrincipal,
            "/NotPrincipal",
            "Has prohibited field NotPrincipal",
        ),
        (json!({"Action": null}), Rule::ActionMissing, "", "Policy statement must contain actions."),
        (json!({"Action": []}), Rule::ActionMissing, "/Action", "Policy statement must contain actions."),
        (
            json!({"Action": ["sts:TagSession", "STS:AssumeRoleWithWebIdentity"]}),
            Rule::Action,
            "/Action/1",
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (json!({"NotAction": "sts:TagSession"}), Rule::Action, "/NotAction", "Syntax errors in policy."),
        (json!({"Condition": []}), Rule::Element, "/Condition", "Syntax errors in policy."),
        (json!({"Condition": {"a:sub": "b"}}), Rule::Operator, "/Condition/a:sub", "Syntax errors in policy."),
        (
            json!({"Condition": {"NullIfExists": {}}}),
            Rule::Operator,
            "/Condition/NullIfExists",
            "Syntax errors in policy.",
        ),
        (
            json!({"Condition": {"StringEquals": {"https://a/b:sub": "b"}}}),
            Rule::ConditionKey,
            "/Condition/StringEquals/https:~1~1a~1b:sub",
            "Condition can contain only one colon.",
        ),
        (
            json!({"Condition": {"StringEquals": {"a:sub": ["b", {}]}}}),
            Rule::ConditionValue,
            "/Condition/StringEquals/a:sub/1",
            "Syntax errors in policy.",
        ),
        (
            json!({"Sid": "a-b"}),
            Rule::Sid,
            "/Sid",
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
        ),
    ] {
        let text = document(json!([allow(&here, changes)]));
        assert_eq!(refused(&text), (rule, message.to_string(), format!("/Statement/0{at}")), "{text}");
    }
    let twice = document(json!([allow(&here, json!({"Sid": "a"})), allow(&here, json!({"Sid": "a"}))]));
    assert_eq!(refused(&twice).1, "Statement IDs (SID) in a single policy must be unique.");
}

#[test]
fn the_quota_counts_no_white_space() {
    let policy = |sid: &str| document(allow("*", json!({"Sid": sid, "Effect": "Deny", "Principal": {"AWS": "*"}})));
    let rest = policy("").len();
    let place = Place::default();
    let full = policy(&"a".repeat(SIZE - rest)).replace(',', ", \n\t");
    assert_eq!(trust_policy(&full, &place).refusal, None);
    let refusal = trust_policy(&policy(&"a".repeat(SIZE - rest + 1)), &place).refusal.unwrap();
    assert_eq!(
        (refusal.rule, refusal.code, refusal.message.as_str()),
        (Rule::Size, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
    );
    // With a raised quota it is stored, and the default is told.
    let raised = judge(&policy(&"a".repeat(SIZE - rest + 1)));
    assert_eq!(raised.refusal, None);
    assert!(raised.warnings.iter().any(|w| w.id == WarningId::OverDefaultSize && w.at.is_empty()));
    assert_eq!(refusal.fix, "shorten the policy by 1 characters, white space not counted");
}

#[test]
fn shared_issuers() {
    let github = "token.actions.githubusercontent.com";
    let with = |issuer: &str, operator: &str, claim: &str, values: Value| {
        let mut statement = allow(&arn(issuer), json!({}));
        statement["Condition"] = json!({operator: {format!("{issuer}:{claim}"): values}});
        judge(&document(statement)).refusal.is_none()
    };
    for (value, at_github, elsewhere) in [
        ("repo:own/app:*", true, true),
        ("repo:*", true, true),
        ("?*", true, true),
        ("*a", false, true),
        ("* ", false, true),
        ("\t", false, true),
        ("", false, true),
        ("*", false, false),
    ] {
        assert_eq!(with(github, "StringLike", "sub", json!(value)), at_github, "{value:?}");
        assert_eq!(with("gitlab.com", "StringLike", "sub", json!([value, "own"])), elsewhere, "{value:?}");
        assert!(with("gitlab.com/own", "StringLike", "sub", json!(value)), "an issuer of one's own: {value:?}");
    }
    for (issuer, claim, right) in [
        ("oidc.vercel.com", "aud", true),
        ("oidc.vercel.com", "sub", false),
        ("api.pulumi.com/oidc", "aud", true),
        ("api.pulumi.com", "x", true),
        ("agent.buildkite.com", "SUB", true),
        ("agent.buildkite.com", "aud", false),
        ("studio.datachain.ai/api", "sub", true),
        (EKS, "aud", true),
    ] {
        assert_eq!(with(issuer, "StringEquals", claim, json!("own")), right, "{issuer} {claim}");
    }
    for (operator, right) in [
        ("StringLike", true),
        ("ForAllValues:StringEqualsIgnoreCase", true),
        ("StringLikeIfExists", false),
        ("StringNotLike", false),
        ("ArnLike", false),
    ] {
        assert_eq!(with("scalr.io", operator, "sub", json!("own")), right, "{operator}");
    }
}

#[test]
fn each_statement_and_each_principal_is_asked() {
    let own = arn(EKS);
    let several = allow(&own, json!({"Principal": {"Federated": [own, "www.amazon.com"]}}));
    let (rule, message, at) = refused(&document(json!([allow(&own, json!({})), several])));
    assert_eq!((rule, at.as_str()), (Rule::Application, "/Statement/1"));
    assert_eq!(message, "Policy trusting www.amazon.com requires a StringEquals condition on an application id");
    // What NotAction leaves over is given, and what a Deny says is not asked.
    let (rule, ..) = refused(&document(allow(
        "cognito-identity.amazonaws.com",
        json!({"Action": null, "NotAction": "sts:TagSession", "Condition": {}}),
    )));
    assert_eq!(rule, Rule::SharedIssuer);
    for not_it in [
        json!({"Action": null, "NotAction": "sts:AssumeRoleWithWebIdentity"}),
        json!({"Action": "sts:TagSession"}),
        json!({"Effect": "Deny"}),
    ] {
        assert_eq!(judge(&document(allow("accounts.google.com", not_it))).refusal, None);
    }
}

#[test]
fn a_right_policy_is_stored_without_a_word() {
    let key = |claim: &str| format!("{EKS}:{claim}");
    let condition =
        json!({"StringEquals": {key("aud"): "sts.amazonaws.com", key("sub"): "system:serviceaccount:apps:web"}});
    let place = Place { partition: Some("aws"), account: Some("123456789012"), ..Place::default() };
    let report = trust_policy(&document(json!([allow(&arn(EKS), json!({"Condition": condition}))])), &place);
    assert_eq!(report.to_json(), json!({"refusal": null, "warnings": []}));
    let place = Place { partition: Some("aws-cn"), account: Some("210987654321"), ..Place::default() };
    let report = trust_policy(&document(json!([allow(&arn(EKS), json!({"Condition": condition}))])), &place);
    let ids: Vec<_> = report.warnings.iter().map(|warning| warning.id).collect();
    assert_eq!(ids, [WarningId::ProviderPartition, WarningId::ProviderAccount]);
}

#[test]
fn warnings() {
    let sub = |operator: &str, value: Value| json!({"Condition": {operator: {format!("{EKS}:sub"): value}}});
    let right = "system:serviceaccount:apps:web";
    let both =
        |aud: Value| json!({"Condition": {"StringEquals": {format!("{EKS}:aud"): aud, format!("{EKS}:sub"): right}}});
    for (changes, expected) in [
        (json!({}), vec!["no-subject"]),
        (sub("StringLike", json!("system:serviceaccount:*:web")), vec!["wide-subject"]),
        (sub("StringLike", json!("*")), vec!["wide-subject"]),
        (sub("StringLike", json!("system:serviceaccount:apps:*")), vec!["namespace-subject"]),
        (sub("StringLike", json!("system:serviceaccount:apps:web-*")), vec![]),
        (sub("StringLike", json!("serviceaccount:*")), vec!["subject-format"]),
        (sub("StringEquals", json!("system:serviceaccount:apps:*")), vec!["literal-wildcard"]),
        (sub("StringEquals", json!("system:serviceaccount:apps:${*}")), vec![]),
        (sub("StringEquals", json!("system:serviceaccount:apps:${NAME}")), vec!["template"]),
        (sub("StringEquals", json!("system:serviceaccount:apps")), vec!["subject-format"]),
        (sub("StringEquals", json!("sts.amazonaws.com")), vec!["claim-swapped"]),
        (sub("StringEquals", json!("system:serviceaccount:default:default")), vec!["default-subject"]),
        (sub("StringEquals", json!([])), vec!["empty-values"]),
        (sub("StringEqualsIfExists", json!(right)), vec!["if-exists"]),
        (sub("ForAllValues:StringEquals", json!(right)), vec!["for-all-values"]),
        (sub("StringNotEquals", json!(right)), vec!["negated"]),
        (sub("Bool", json!("true")), vec!["operator-type"]),
        (sub("Null", json!("true")), vec!["operator-type"]),
        (sub("Null", json!("false")), vec!["no-subject"]),
        (json!({"Condition": {"StringEquals": {format!("{EKS}:groups"): "a"}}}), vec!["unknown-claim", "no-subject"]),
        (json!({"Condition": {"StringEquals": {format!("{EKS}/:sub"): right}}}), vec!["key-trailing-slash"]),
        (json!({"Condition": {"StringEquals": {"sub": right}}}), vec!["key-spelling"]),
        (json!({"Condition": {"StringEquals": {format!("{}:sub", arn(EKS)): right}}}), vec!["key-spelling"]),
        (
            json!({"Condition": {"StringEquals": {"oidc.eks.eu-west-2.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:sub": right}}}),
            vec!["other-issuer-key"],
        ),
        (
            json!({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1", format!("{EKS}:sub"): right}}}),
            vec!["key-not-sent"],
        ),
        (
            json!({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "StringEquals": {format!("{EKS}:sub"): right}}}),
            vec![],
        ),
        (both(json!("sts.amazonaws.com.cn")), vec!["audience"]),
        (both(json!(["sts.eu-west-1.amazonaws.com", "sts.amazonaws.com"])), vec![]),
        (both(json!("vault")), vec![]),
        (both(json!(right)), vec!["claim-swapped"]),
        (
            json!({"Condition": {"Null": {"sts:ExternalId": "false"}, "StringEquals": {format!("{EKS}:sub"): right}}}),
            vec!["key-not-sent"],
        ),
        (json!({"Action": "sts:AssumeRole"}), vec!["action-not-given"]),
        (
            json!({"Action": null, "NotAction": "sts:TagSession", "Condition": {"StringEquals": {format!("{EKS}:sub"): right}}}),
            vec!["not-action"],
        ),
        (json!({"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}), vec!["any-principal"]),
        (json!({"Principal": {"AWS": "123456789012"}}), vec!["principal-kind"]),
        (
            json!({"Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}),
            vec!["pod-identity"],
        ),
        (json!({"Effect": "Deny"}), vec!["deny-always"]),
        (json!({"Effect": "Deny", "Condition": {"StringNotEquals": {format!("{EKS}:iss"): "a"}}}), vec!["deny-always"]),
        (json!({"Effect": "Deny", "Condition": {"StringNotEquals": {format!("{EKS}:sub"): right}}}), vec![]),
    ] {
        let text = document(json!([allow(&arn(EKS), changes)]));
        assert_eq!(warned(&text).into_iter().map(|(id, _)| id).collect::<Vec<_>>(), expected, "{text}");
    }
    for (principal, expected) in [
        ("arn:aws:iam::accountId:oidc-provider/oidc.example", "provider-spelling"),
        ("arn:aws:iam::123456789012:oidc-provider/oidc.example/*", "provider-spelling"),
        ("arn:aws:iam::123456789012:oidc-provider/https://oidc.example", "provider-scheme"),
        ("oidc.example", "provider-spelling"),
    ] {
        let condition = json!({"Condition": {"StringEquals": {"oidc.example:sub": "a"}}});
        let text = document(json!([allow(principal, condition)]));
        assert_eq!(warned(&text).first().map(|(id, _)| *id), Some(expected), "{principal}");
    }
}

#[test]
fn tenants_of_other_issuers() {
    let key = "token.actions.githubusercontent.com:sub";
    for (pattern, expected) in [
        ("repo:own/app:*", vec![]),
        ("repo:own*", vec![]),
        ("organization:own:project:*", vec![]),
        ("own-*", vec![]),
        ("repo:*", vec!["wide-subject"]),
        ("project_path:*", vec!["wide-subject"]),
        ("organization:*:own", vec!["wide-subject"]),
        ("?*", vec!["wide-subject"]),
    ] {
        let condition = json!({"Condition": {"StringLike": {key: pattern}}});
        let text = document(json!([allow(&arn("token.actions.githubusercontent.com"), condition)]));
        assert_eq!(warned(&text).into_iter().map(|(id, _)| id).collect::<Vec<_>>(), expected, "{pattern}");
    }
}

#[test]
fn a_guard_closes_the_hole_of_absent_keys() {
    let key = format!("{EKS}:sub");
    let right = "system:serviceaccount:apps:web";
    let condition = json!({"ForAllValues:StringEquals": {key.clone(): right}, "Null": {key: "false"}});
    assert_eq!(warned(&document(json!([allow(&arn(EKS), json!({"Condition": condition}))]))), []);
}

#[test]
fn repeated_members_and_old_versions() {
    let head = r#""Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/a.example"}"#;
    let text = format!(
        r#"{{"Statement": [{{{head}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition":
            {{"StringEquals": {{"a.example:sub": "a"}}, "StringEquals": {{"a.example:sub": "${{aws:userid}}"}}}}}}]}}"#
    );
    let at = "/Statement/0/Condition/StringEquals";
    assert_eq!(
        warned(&text),
        [("duplicate-member", at.to_string()), ("variable-version", format!("{at}/a.example:sub"))]
    );
    assert_eq!(judge(&text).warnings[0].fix, "keep one of them; put values of both into one array");
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = WarningId::ALL.iter().map(|id| id.name()).collect();
    names.extend(Rule::ALL.iter().map(|rule| rule.name()));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
