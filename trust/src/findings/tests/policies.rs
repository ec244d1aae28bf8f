//! Trust policies. A row is an id and what stands in place of the right condition, principal or action.

use super::*;

/// In place of `{"StringEquals": {"ISS:aud": "sts.amazonaws.com", "ISS:sub": "SUB"}}`.
const CONDITIONS: &[(&str, &str)] = &[
    ("trust-sub-namespace", r#"{"StringEquals": {"ISS:sub": "SSA:elsewhere:NAME"}}"#),
    ("trust-sub-namespace", r#"{"StringLike": {"ISS:sub": "SSA:elsewhere:*"}}"#),
    ("trust-sub-namespace", r#"{"StringEquals": {"ISS:sub": ["SSA:a:NAME", "SSA:b:NAME"]}}"#),
    ("trust-sub-namespace", r#"{"StringEquals": {"ISS:sub": "SSA:NSx:NAME", "ISS:aud": "sts.amazonaws.com"}}"#),
    ("trust-sub-service-account", r#"{"StringEquals": {"ISS:sub": "SSA:NS:default"}}"#),
    ("trust-sub-service-account", r#"{"StringEquals": {"ISS:sub": ["SSA:NS:a", "SSA:b:c"]}}"#),
    ("trust-sub-service-account", r#"{"StringEquals": {"ISS:sub": ["SSA:NS:other", "SSA:batch:*"]}}"#),
    ("trust-sub-service-account", r#"{"StringLike": {"ISS:sub": "SSA:NS:other-*"}}"#),
    ("trust-sub-service-account", r#"{"StringLike": {"ISS:sub": "SSA:*:other"}}"#),
    ("trust-sub-service-account", r#"{"StringEquals": {"ISS:sub": "SSA:NS:NAME-7d9c5b6f4-x2k8q"}}"#),
    ("trust-sub-service-account", r#"{"ForAnyValue:StringEquals": {"ISS:sub": ["SSA:NS:other"]}}"#),
    ("trust-sub-swapped", r#"{"StringEquals": {"ISS:sub": "SSA:NAME:NS"}}"#),
    ("trust-sub-swapped", r#"{"StringLike": {"ISS:sub": "SSA:NAME:*"}}"#),
    ("trust-sub-swapped", r#"{"StringLike": {"ISS:sub": "SSA:*:NS"}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "serviceaccount:NS:NAME"}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "system:serviceaccounts:NS:NAME"}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "SSA:NS/NAME"}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "SUB "}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "SSA: NS:NAME"}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "SUB,SSA:NS:b"}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "NS:NAME"}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "NAME"}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": ""}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "SSA:NS"}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "SUB:more"}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "SSA:<namespace>:<account>"}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "SSA:MY_NAMESPACE:MY_ACCOUNT"}}"#),
    ("trust-sub-format", r#"{"StringEquals": {"ISS:sub": "SSA:NS:MYACCOUNT"}}"#),
    ("trust-sub-format", r#"{"StringLike": {"ISS:sub": "serviceaccount:NS:*"}}"#),
    ("trust-variable-unresolved", r#"{"StringEquals": {"ISS:sub": "SSA:$NAMESPACE:NAME"}}"#),
    ("trust-variable-unresolved", r#"{"StringLike": {"ISS:sub": "SSA:$ns:*"}}"#),
    ("trust-value-case", r#"{"StringEquals": {"ISS:sub": "System:ServiceAccount:NS:NAME"}}"#),
    ("trust-value-case", r#"{"StringLike": {"ISS:sub": "SYSTEM:SERVICEACCOUNT:NS:*"}}"#),
    ("trust-value-case", r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:aud": "STS.amazonaws.com"}}"#),
    ("trust-value-case", r#"{"StringEquals": {"ISS:sub": "SUB", "sts:RoleSessionName": "Session"}}"#),
    ("trust-empty-values", r#"{"StringEquals": {"ISS:sub": []}}"#),
    ("trust-empty-values", r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:aud": []}}"#),
    ("trust-wildcard-under-equals", r#"{"StringEquals": {"ISS:sub": "SSA:NS:*"}}"#),
    ("trust-wildcard-under-equals", r#"{"StringEquals": {"ISS:sub": "SSA:*:NAME"}}"#),
    ("trust-wildcard-under-equals", r#"{"StringEqualsIgnoreCase": {"ISS:sub": "*"}}"#),
    ("trust-wildcard-under-equals", r#"{"ForAnyValue:StringEquals": {"ISS:sub": ["a", "SSA:NS:*"]}}"#),
    ("trust-wildcard-under-equals", r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:aud": "sts.*"}}"#),
    ("trust-wildcard-misplaced", r#"{"StringLike": {"ISS:sub": "SUB-*"}}"#),
    ("trust-wildcard-misplaced", r#"{"StringLike": {"ISS:sub": "SUB?"}}"#),
    ("trust-wildcard-misplaced", r#"{"StringLike": {"ISS:sub": "SSA:NS:?"}}"#),
    ("trust-wildcard-misplaced", r#"{"StringLike": {"ISS:sub": "SSA:NS/*"}}"#),
    ("trust-wildcard-misplaced", r#"{"StringLike": {"ISS:sub": "^SSA:NS:.*$"}}"#),
    ("trust-wildcard-misplaced", r#"{"StringLike": {"ISS:sub": "SSA:NS:(NAME|b)"}}"#),
    ("trust-wildcard-misplaced", r#"{"StringLike": {"ISS:sub": "SSA:NS:{NAME,b}"}}"#),
    ("trust-wildcard-misplaced", r#"{"StringLike": {"ISS:sub": "SSA:NS:%"}}"#),
    ("trust-wildcard-misplaced", r#"{"StringLike": {"ISS:sub": "SSA:NS:[a-z]*"}}"#),
    ("trust-wildcard-misplaced", r#"{"StringLike": {"ISS:sub": "SSA:?:NAME"}}"#),
    ("trust-aud-value", r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:aud": "sts.amazonaws.com.cn"}}"#),
    ("trust-aud-value", r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:aud": "https://sts.amazonaws.com"}}"#),
    ("trust-aud-value", r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:aud": ["vault", "sigstore"]}}"#),
    ("trust-aud-value", r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:oaud": "vault"}}"#),
    ("trust-key-claim-swapped", r#"{"StringEquals": {"ISS:sub": "sts.amazonaws.com"}}"#),
    ("trust-key-claim-swapped", r#"{"StringEquals": {"ISS:sub": "sts.amazonaws.com", "ISS:aud": "SUB"}}"#),
    ("trust-key-claim-swapped", r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:aud": "SUB"}}"#),
    ("trust-key-scheme", r#"{"StringEquals": {"https://ISS:sub": "SUB"}}"#),
    ("trust-key-scheme", r#"{"StringEquals": {"ISS:aud": "sts.amazonaws.com", "https://ISS:sub": "SUB"}}"#),
    ("trust-key-scheme", r#"{"StringLike": {"http://ISS:sub": "SSA:NS:*"}}"#),
    ("trust-key-other-issuer", r#"{"StringEquals": {"OTHERID:sub": "SUB"}}"#),
    ("trust-key-other-issuer", r#"{"StringEquals": {"ISS:sub": "SUB", "OTHERID:aud": "sts.amazonaws.com"}}"#),
    ("trust-key-other-issuer", r#"{"StringEquals": {"oidc.eks.us-west-2.amazonaws.com/id/CLUSTER:sub": "SUB"}}"#),
    ("trust-key-other-issuer", r#"{"StringEquals": {"token.actions.githubusercontent.com:sub": "SUB"}}"#),
    ("trust-key-trailing-slash", r#"{"StringEquals": {"ISS/:sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"ISS.sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"ISS/sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"ISS::sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"ISS:sub ": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"ISS: sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"ISS:<sub>": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"ISS:*": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"ISS": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"sub:ISS": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"PROV:sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"oidc-provider/ISS:sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"CLUSTER:sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"oidc.eks.REGION.amazonaws.com:sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"oidc.eks.*.amazonaws.com/id/CLUSTER:sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"oidc.REGION.eks.amazonaws.com/id/CLUSTER:sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"${OIDC_PROVIDER}:sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"<OIDC>:sub": "SUB"}}"#),
    ("trust-key-spelling", r#"{"StringEquals": {"ISS:sub": "SUB", "sts:RoleSesionName": "session"}}"#),
    ("trust-key-unknown-claim", r#"{"StringEquals": {"ISS:subject": "SUB"}}"#),
    ("trust-key-unknown-claim", r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:namespace": "NS"}}"#),
    ("trust-key-unknown-claim", r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:kubernetes.io/namespace": "NS"}}"#),
    ("trust-key-unknown-claim", r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:iss": "https://ISS"}}"#),
    ("trust-key-unknown-claim", r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:email": "a@example.com"}}"#),
    ("trust-key-not-sent", r#"{"StringEquals": {"ISS:sub": "SUB", "sts:ExternalId": "x"}}"#),
    ("trust-key-not-sent", r#"{"StringEquals": {"ISS:sub": "SUB", "aws:PrincipalOrgID": "o-1"}}"#),
    ("trust-key-not-sent", r#"{"StringEquals": {"ISS:sub": "SUB", "aws:SourceVpc": "vpc-1"}}"#),
    ("trust-key-not-sent", r#"{"StringEquals": {"ISS:sub": "SUB", "aws:RequestTag/team": "a"}}"#),
    (
        "trust-key-not-sent",
        r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}, "StringEquals": {"ISS:sub": "SUB"}}"#,
    ),
    ("trust-other-key-value", r#"{"StringEquals": {"ISS:sub": "SUB", "sts:RoleSessionName": "other"}}"#),
    ("trust-other-key-value", r#"{"StringEquals": {"ISS:sub": "SUB", "aws:PrincipalAccount": "000000000000"}}"#),
    ("trust-other-key-value", r#"{"StringEquals": {"ISS:sub": "SUB", "aws:PrincipalType": "AssumedRole"}}"#),
    (
        "trust-other-key-value",
        r#"{"StringEquals": {"ISS:sub": "SUB"}, "DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}"#,
    ),
    ("trust-other-key-value", r#"{"StringEquals": {"ISS:sub": "SUB"}, "Bool": {"sts:RoleAuthorizedByIdp": "true"}}"#),
    (
        "trust-other-key-value",
        r#"{"StringEquals": {"ISS:sub": "SUB"}, "IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}"#,
    ),
    ("trust-operator", r#"{"Bool": {"ISS:sub": "true"}}"#),
    ("trust-operator", r#"{"NumericEquals": {"ISS:sub": "1"}}"#),
    ("trust-operator", r#"{"ArnEquals": {"ISS:sub": "SUB"}}"#),
    ("trust-operator", r#"{"StringEquals": {"ISS:sub": "SUB"}, "BinaryEquals": {"ISS:aud": "c3Rz"}}"#),
    ("trust-operator", r#"{"Null": {"ISS:sub": "true"}}"#),
    ("trust-operator", r#"{"StringEquals": {"ISS:sub": "SUB"}, "Null": {"sts:ExternalId": "false"}}"#),
    ("trust-operator", r#"{"StringEquals": {"ISS:sub": "SUB", "aws:SourceIp": "203.0.113.0/24"}}"#),
    ("trust-operator", r#"{"StringEquals": {"ISS:sub": "SUB"}, "NumericLessThan": {"aws:CurrentTime": "2099"}}"#),
    ("trust-negated-operator", r#"{"StringNotEquals": {"ISS:sub": "SUB"}}"#),
    ("trust-negated-operator", r#"{"StringNotLike": {"ISS:sub": "SSA:NS:*"}}"#),
    (
        "trust-negated-operator",
        r#"{"StringEquals": {"ISS:sub": "SUB"}, "StringNotEquals": {"ISS:aud": "sts.amazonaws.com"}}"#,
    ),
    (
        "trust-negated-operator",
        r#"{"StringEquals": {"ISS:sub": "SUB"}, "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}"#,
    ),
    ("trust-conditions-anded", r#"{"StringEquals": {"ISS:sub": "SUB"}, "StringLike": {"ISS:sub": "SSA:batch:*"}}"#),
    ("trust-conditions-anded", r#"{"StringEquals": {"ISS:sub": "SUB", "OTHERID:sub": "SUB"}}"#),
    (
        "trust-conditions-anded",
        r#"{"StringEquals": {"ISS:sub": "SUB", "ISS:aud": "sts.amazonaws.com"}, "StringLike": {"ISS:aud": "vault*"}}"#,
    ),
    ("trust-variable-unresolved", r#"{"StringEquals": {"ISS:sub": "SSA:${namespace}:NAME"}}"#),
    ("trust-variable-unresolved", r#"{"StringLike": {"ISS:sub": "SSA:NS:${*}"}}"#),
    ("trust-variable-unresolved", r#"{"StringEquals": {"ISS:sub": "SSA:{{ .Release.Namespace }}:NAME"}}"#),
    ("trust-variable-unresolved", r#"{"StringEquals": {"ISS:sub": "SUB", "sts:RoleSessionName": "${aws:username}"}}"#),
];

/// In place of `{"Federated": "PROV"}`.
const PRINCIPALS: &[(&str, &str)] = &[
    ("principal-other-account", r#"{"Federated": "arn:PART:iam::000000000000:oidc-provider/ISS"}"#),
    ("principal-other-account", r#"{"Federated": ["arn:PART:iam::000000000000:oidc-provider/ISS"]}"#),
    ("principal-other-provider", r#"{"Federated": "arn:PART:iam::ACCT:oidc-provider/OTHERID"}"#),
    (
        "principal-other-provider",
        r#"{"Federated": "arn:PART:iam::ACCT:oidc-provider/token.actions.githubusercontent.com"}"#,
    ),
    ("principal-other-provider", r#"{"Federated": "cognito-identity.amazonaws.com"}"#),
    ("principal-other-provider", r#"{"Federated": "arn:PART:iam::ACCT:saml-provider/corp"}"#),
    ("principal-wrong-partition", r#"{"Federated": "arn:aws-us-gov:iam::ACCT:oidc-provider/ISS"}"#),
    ("principal-scheme", r#"{"Federated": "arn:PART:iam::ACCT:oidc-provider/https://ISS"}"#),
    ("principal-spelling", r#"{"Federated": "arn:PART:iam::ACCT:oidc-provider/ISS/"}"#),
    ("principal-spelling", r#"{"Federated": "arn:PART:iam::ACCT:oidc-provider/oidc.eks.REGION.amazonaws.com"}"#),
    ("principal-spelling", r#"{"Federated": "arn:PART:iam::ACCT:oidc-providers/ISS"}"#),
    ("principal-spelling", r#"{"Federated": "arn:PART:iam::ACCT:oidc-provider"}"#),
    ("principal-spelling", r#"{"Federated": "arn:PART:iam:ACCT:oidc-provider/ISS"}"#),
    ("principal-spelling", r#"{"Federated": "arn:PART:iam::<account>:oidc-provider/ISS"}"#),
    ("principal-spelling", r#"{"Federated": "arn:PART:iam::ACCT:oidc-provider/*"}"#),
    ("principal-spelling", r#"{"Federated": "PROV "}"#),
    ("principal-spelling", r#"{"Federated": "ISS"}"#),
    ("principal-spelling", r#"{"Federated": "https://ISS"}"#),
    ("principal-aws", r#"{"AWS": "arn:PART:iam::ACCT:root"}"#),
    ("principal-aws", r#"{"AWS": "*"}"#),
    ("principal-aws", r#"{"AWS": "PROV"}"#),
    ("principal-aws", r#""*""#),
    ("principal-service", r#"{"Service": "pods.eks.amazonaws.com"}"#),
    ("principal-service", r#"{"Service": ["ec2.amazonaws.com", "eks.amazonaws.com"]}"#),
];

/// In place of `sts:AssumeRoleWithWebIdentity`.
const ACTIONS: &[(&str, &str)] = &[
    ("action-wrong", r#""sts:AssumeRole""#),
    ("action-wrong", r#"["sts:AssumeRole", "sts:TagSession"]"#),
    ("action-wrong", r#""sts:AssumeRoleWithSAML""#),
    ("action-wrong", r#""sts:AssumeRoleWithWebIdentities""#),
    ("action-wrong", r#""sts:TagSession""#),
];

/// Whole documents.
const DOCUMENTS: &[(&str, &str)] = &[
    (
        "trust-variable-version",
        r#"{"Statement": {"Effect": "Allow", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {"ISS:sub": "SUB", "aws:PrincipalAccount": "${aws:PrincipalAccount}"}}}}"#,
    ),
    (
        "trust-explicit-deny",
        r#"{"Statement": [ALLOW, {"Effect": "Deny", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity"}]}"#,
    ),
    (
        "trust-explicit-deny",
        r#"{"Statement": [ALLOW, {"Effect": "Deny", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}}]}"#,
    ),
    (
        "trust-explicit-deny",
        r#"{"Statement": [{"Effect": "Allow", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity"},
            {"Effect": "Deny", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringLike": {"ISS:sub": "SSA:NS:*"}}}]}"#,
    ),
    (
        "trust-explicit-deny",
        r#"{"Statement": {"Effect": "Deny", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {"ISS:sub": "SUB"}}}}"#,
    ),
    ("policy-malformed", r#"{"Version": "2024-01-01", "Statement": [ALLOW]}"#),
    ("policy-malformed", r#"{"Version": "2012-10-17", "Statements": [ALLOW]}"#),
    ("policy-malformed", r#"{"Version": "2012-10-17", "Statement": []}"#),
    (
        "policy-malformed",
        r#"{"Statement": [{"Effect": "allow", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity"}]}"#,
    ),
    ("policy-malformed", r#"{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity"}]}"#),
    (
        "policy-malformed",
        r#"{"Statement": [{"Effect": "Allow", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity", "Resource": "*"}]}"#,
    ),
    (
        "policy-malformed",
        r#"{"Statement": [{"Effect": "Allow", "NotPrincipal": {"AWS": "ACCT"}, "Action": "sts:AssumeRoleWithWebIdentity"}]}"#,
    ),
    (
        "policy-malformed",
        r#"{"Statement": [{"Effect": "Allow", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Conditions": {"StringEquals": {"ISS:sub": "SUB"}}}]}"#,
    ),
    (
        "policy-malformed",
        r#"{"Statement": [{"Effect": "Allow", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEqual": {"ISS:sub": "SUB"}}}]}"#,
    ),
    (
        "policy-malformed",
        r#"{"Statement": [{"Effect": "Allow", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"ISS": {"sub": "SUB"}}}}]}"#,
    ),
    // The statement that comes nearest is told of, not the first.
    (
        "trust-sub-service-account",
        r#"{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
            {"Effect": "Allow", "Principal": {"Federated": "arn:PART:iam::ACCT:oidc-provider/OTHERID"},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"OTHERID:sub": "SUB"}}},
            {"Effect": "Allow", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {"ISS:sub": "SSA:NS:other"}}}]}"#,
    ),
    (
        "principal-service",
        r#"{"Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}"#,
    ),
];

/// Every policy with the id of what is wrong with it.
pub(super) fn all(world: &World) -> Vec<(&'static str, Value)> {
    let statement = |principal: &str, action: &str, condition: &str| {
        format!(r#"{{"Effect": "Allow", "Principal": {principal}, "Action": {action}, "Condition": {condition}}}"#)
    };
    let principal = r#"{"Federated": "PROV"}"#;
    let action = r#""sts:AssumeRoleWithWebIdentity""#;
    let condition = r#"{"StringEquals": {"ISS:aud": "sts.amazonaws.com", "ISS:sub": "SUB"}}"#;
    let document = |statement: String| format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#);
    let mut all = Vec::new();
    all.extend(CONDITIONS.iter().map(|(id, text)| (*id, document(statement(principal, action, text)))));
    all.extend(PRINCIPALS.iter().map(|(id, text)| (*id, document(statement(text, action, condition)))));
    all.extend(ACTIONS.iter().map(|(id, text)| (*id, document(statement(principal, text, condition)))));
    let allow = statement(principal, action, condition);
    all.extend(DOCUMENTS.iter().map(|(id, text)| (*id, text.replace("ALLOW", &allow))));
    let read = |text: String| serde_json::from_str(&world.fill(&text)).unwrap_or_else(|e| panic!("{e}: {text}"));
    all.into_iter().map(|(id, text)| (id, read(text))).collect()
}

/// Policies with several faults at once, in one statement or two, with a Deny or without.
pub(super) fn compound(world: &World, count: usize) -> Vec<Value> {
    let right = (r#"{"Federated": "PROV"}"#, r#""sts:AssumeRoleWithWebIdentity""#);
    let statement = |effect: &str, principal: &str, action: &str, condition: &str| {
        format!(r#"{{"Effect": "{effect}", "Principal": {principal}, "Action": {action}, "Condition": {condition}}}"#)
    };
    let all = (0..count).map(|i| {
        let condition = |step: usize| CONDITIONS[i * step % CONDITIONS.len()].1;
        let principal = if i % 3 == 0 { PRINCIPALS[i * 5 % PRINCIPALS.len()].1 } else { right.0 };
        let action = if i % 4 == 0 { ACTIONS[i % ACTIONS.len()].1 } else { right.1 };
        let mut statements = vec![statement("Allow", principal, action, condition(7))];
        if i % 2 == 0 {
            statements.push(statement("Allow", right.0, right.1, condition(11)));
        }
        if i % 5 == 0 {
            statements.insert(0, statement("Deny", right.0, right.1, condition(13)));
        }
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(", "));
        serde_json::from_str(&world.fill(&text)).unwrap()
    });
    all.collect()
}

pub(super) fn with(world: &World, policy: &Value) -> Setup {
    let mut setup = world.healthy();
    setup.connection = vec![("aws:SourceIp".into(), "203.0.113.7".into())];
    role_mut(&mut setup).trust_policy = Some(policy.clone());
    setup
}

#[test]
fn each_slip_in_a_trust_policy_is_named() {
    let mut wrong = Vec::new();
    for world in &WORLDS {
        for (id, policy) in all(world) {
            let judgement = judge(&with(world, &policy));
            let got = judgement.cause().map(|cause| cause.id);
            if got != Some(id) || judgement.verdict == Verdict::Succeeds {
                wrong.push(format!("{id}: {got:?} {policy}\n  {}", judgement.verdict));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn tags_and_source_identity_need_actions_of_their_own() {
    for (claim, value, id) in [
        ("https://aws.amazon.com/tags", json!({ "principal_tags": { "a": ["b"] } }), "action-tag-session-missing"),
        ("https://aws.amazon.com/source_identity", json!("someone"), "action-source-identity-missing"),
    ] {
        let mut setup = WORLDS[0].healthy();
        claims_mut(&mut setup).insert(claim.into(), value);
        let judgement = judge(&setup);
        let cause = judgement.cause().unwrap();
        assert_eq!((cause.id, cause.place.as_str()), (id, "/role/trust_policy/Statement/0/Action"));
        let Some(Mend::Policy(policy)) = &cause.mend else { panic!("{cause:?}") };
        assert_eq!(policy["Statement"][0]["Action"][0], "sts:AssumeRoleWithWebIdentity");
        role_mut(&mut setup).trust_policy = Some(policy.clone());
        assert!(succeeds(&setup));
    }
}

#[test]
fn subjects_of_other_systems_are_compared_whole() {
    let issuer = "https://token.actions.githubusercontent.com";
    let host = issuer.trim_start_matches("https://");
    let provider = Provider::new("aws", "111122223333", issuer, ["sts.amazonaws.com"]);
    let sub = "repo:octo-org/octo-repo:ref:refs/heads/main";
    for (id, condition) in [
        ("trust-sub-value", json!({ "StringEquals": { "H:sub": "repo:octo-org/octo-repo:environment:prod" } })),
        ("trust-sub-value", json!({ "StringLike": { "H:sub": "repo:octo-org/octo-repo:environment:*" } })),
        ("trust-sub-value", json!({ "StringLike": { "H:sub": "repo:other-org/*" } })),
        ("trust-value-case", json!({ "StringLike": { "H:sub": "repo:Octo-Org/Octo-Repo:*" } })),
        ("trust-wildcard-misplaced", json!({ "StringLike": { "H:sub": "repo:octo-org/octo-repo/*" } })),
        ("trust-wildcard-under-equals", json!({ "StringEquals": { "H:sub": "repo:octo-org/*" } })),
        ("trust-key-not-sent", json!({ "StringEquals": { "H:sub": sub, "H:environment": "prod" } })),
        ("trust-key-unknown-claim", json!({ "StringEquals": { "H:sub": sub, "H:event_name": "push" } })),
        ("trust-other-key-value", json!({ "StringEquals": { "H:sub": sub, "H:repository": "octo-org/other" } })),
        ("", json!({ "StringEquals": { "H:sub": sub, "H:repository": "octo-org/octo-repo" } })),
    ] {
        let condition: Value = serde_json::from_str(&condition.to_string().replace('H', host)).unwrap();
        let mut setup = Setup::new(Timestamp::from_unix(NOW));
        setup.providers = Fact::Is(vec![provider.clone()]);
        (setup.service_account, setup.pod) = (Fact::Absent, Fact::Absent);
        setup.role = Fact::Is(Role {
            arn: "arn:aws:iam::111122223333:role/ci".into(),
            trust_policy: Some(json!({ "Statement": [{ "Effect": "Allow", "Principal": { "Federated": provider.arn },
                "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition }] })),
            ..Role::default()
        });
        let claims = json!({ "iss": issuer, "sub": sub, "aud": "sts.amazonaws.com", "iat": NOW, "exp": NOW + 300,
            "repository": "octo-org/octo-repo", "event_name": "push" });
        setup.token = Token::Claims { header: Map::new(), claims: claims.as_object().unwrap().clone() };
        let judgement = judge(&setup);
        assert_eq!(judgement.cause().map_or("", |cause| cause.id), id, "{condition}");
        let mend = judgement.findings.first().and_then(|finding| finding.mend.clone());
        assert_eq!(matches!(mend, Some(Mend::Policy(_))), !id.is_empty(), "{condition}");
    }
}

#[test]
fn what_is_too_costly_is_said_to_be_undecided() {
    let world = &WORLDS[0];
    let mut setup = world.healthy();
    claims_mut(&mut setup).insert("sub".into(), json!("a".repeat(1000)));
    setup.service_account = Fact::Absent;
    let pattern = format!("*{}b", "a".repeat(500));
    let policy = world
        .policy()
        .to_string()
        .replace(&format!("\"{}\"", world.subject()), &json!(vec![pattern.as_str(); 100]).to_string());
    role_mut(&mut setup).trust_policy =
        Some(serde_json::from_str(&policy.replace("StringEquals", "StringLike")).unwrap());
    let judgement = judge(&setup);
    assert_eq!(judgement.cause().unwrap().id, "policy-undecided");
}

#[test]
fn what_iam_would_not_store_is_judged_where_it_can_be() {
    let world = &WORLDS[0];
    for text in [
        r#"{"Statement": [{"Sid": "not a sid", "Effect": "Allow", "Principal": {"Federated": "PROV"},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"ISS:sub": "SUB"}}}]}"#,
        r#"{"Statement": [{"Effect": "Allow", "Principal": {"Federated": "PROV"}, "Action": "sts:*",
            "Condition": {"StringEquals": {"ISS:sub": "SUB"}}}]}"#,
    ] {
        let judgement = judge(&with(world, &serde_json::from_str(&world.fill(text)).unwrap()));
        let said: Vec<_> = judgement.findings.iter().map(|finding| (finding.id, finding.severity)).collect();
        assert_eq!((judgement.verdict, said), (Verdict::Succeeds, vec![("policy-refused", Severity::Warning)]));
    }
}

#[test]
fn a_policy_that_is_too_wide_is_warned_of() {
    let world = &WORLDS[0];
    for (id, condition) in [
        ("trust-too-broad", r#"{"StringEquals": {"ISS:aud": "sts.amazonaws.com"}}"#),
        ("trust-too-broad", r#"{"StringLike": {"ISS:sub": "SSA:*:NAME"}}"#),
        ("trust-too-broad", r#"{"StringLike": {"ISS:sub": "SSA:NS*"}}"#),
        (
            "trust-forallvalues-hole",
            r#"{"ForAllValues:StringEquals": {"ISS:aud": "sts.amazonaws.com"}, "StringEquals": {"ISS:sub": "SUB"}}"#,
        ),
    ] {
        let policy = format!(
            r#"{{"Statement": {{"Effect": "Allow", "Principal": {{"Federated": "PROV"}},
               "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {condition}}}}}"#
        );
        let policy = serde_json::from_str(&world.fill(&policy)).unwrap();
        let judgement = judge(&with(world, &policy));
        let said: Vec<_> = judgement.findings.iter().map(|finding| (finding.id, finding.severity)).collect();
        assert_eq!((judgement.verdict, said), (Verdict::Succeeds, vec![(id, Severity::Warning)]), "{condition}");
    }
}
