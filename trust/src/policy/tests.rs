//! Tests of policies through the public API: operators, grammar, decisions, hostile documents.

use super::*;
use alloc::{format, string::ToString};
use irsa_core::Code;
use serde_json::{Value, json};
use std::println;

/// A context from `{"key": "value" or ["value", …]}`.
fn context(keys: &Value) -> Context {
    let mut context = Context::new();
    for (key, values) in keys.as_object().unwrap() {
        let values: Vec<&str> = match values {
            Value::Array(items) => items.iter().map(|item| item.as_str().unwrap()).collect(),
            one => [one.as_str().unwrap()].into(),
        };
        context.put("request", key, values);
    }
    context
}

fn one_condition(version: &str, condition: &Value, keys: &Value) -> ConditionTrace {
    let policy = json!({ "Version": version, "Statement": {
        "Effect": "Allow", "Action": "*", "Condition": condition,
    }});
    let policy = Policy::parse(&policy.to_string()).unwrap();
    let context = context(keys);
    let evaluation = evaluate(&policy, &Question { caller: None, action: "a:B", resource: None, context: &context });
    let trace = evaluation.statements[0].conditions[0].clone();
    assert_eq!(evaluation.decision() == Decision::Allowed, trace.matched, "the trace decides");
    trace
}

fn holds(condition: Value, keys: Value) -> bool {
    one_condition("2012-10-17", &condition, &keys).matched
}

/// operator, policy values, request values (null: the key is absent), whether it holds
fn table(rows: &[(&str, Value, Value, bool)]) {
    let mut wrong = Vec::new();
    for (operator, policy, request, expected) in rows {
        let keys = if request.is_null() { json!({}) } else { json!({ "k:x": request }) };
        if holds(json!({ *operator: { "k:x": policy } }), keys) != *expected {
            wrong.push(format!("{operator} {policy} against {request}: not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn text_operators() {
    table(&[
        ("StringEquals", json!("a"), json!("a"), true),
        ("StringEquals", json!("a"), json!("A"), false),
        ("StringEquals", json!("a*"), json!("ab"), false),
        ("StringEquals", json!("a*"), json!("a*"), true),
        ("StringEquals", json!(["b", "a"]), json!("a"), true),
        ("StringEquals", json!([]), json!("a"), false),
        ("StringEquals", json!("a"), json!(null), false),
        ("StringEquals", json!(""), json!(""), true),
        ("StringEquals", json!(5), json!("5"), true),
        ("StringEquals", json!(true), json!("true"), true),
        ("StringNotEquals", json!("a"), json!("a"), false),
        ("StringNotEquals", json!("a"), json!("b"), true),
        ("StringNotEquals", json!(["a", "b"]), json!("b"), false),
        ("StringNotEquals", json!(["a", "b"]), json!("c"), true),
        ("StringNotEquals", json!("a"), json!(null), true),
        ("StringNotEquals", json!([]), json!("a"), true),
        ("StringEqualsIgnoreCase", json!("aB"), json!("Ab"), true),
        ("StringEqualsIgnoreCase", json!("aB"), json!("Abc"), false),
        ("StringEqualsIgnoreCase", json!("a"), json!(null), false),
        ("StringNotEqualsIgnoreCase", json!("aB"), json!("Ab"), false),
        ("StringNotEqualsIgnoreCase", json!("a"), json!(null), true),
        ("StringLike", json!("a*"), json!("ab"), true),
        ("StringLike", json!("a*"), json!("a"), true),
        ("StringLike", json!("a?"), json!("a"), false),
        ("StringLike", json!("a?"), json!("aé"), true),
        ("StringLike", json!("A*"), json!("ab"), false),
        ("StringLike", json!("*"), json!(""), true),
        ("StringLike", json!("?"), json!(""), false),
        ("StringLike", json!("a*b*c"), json!("a-b-b-c"), true),
        ("StringLike", json!("a*b*c"), json!("a-b-b-cd"), false),
        ("StringLike", json!("*a*a"), json!("a"), false),
        ("StringLike", json!("system:serviceaccount:*:app"), json!("system:serviceaccount:prod:app"), true),
        ("StringLike", json!("a"), json!(null), false),
        ("StringNotLike", json!("a*"), json!("ab"), false),
        ("StringNotLike", json!("a*"), json!("b"), true),
        ("StringNotLike", json!("a*"), json!(null), true),
    ]);
}

#[test]
fn null_and_bool() {
    table(&[
        ("Null", json!("true"), json!(null), true),
        ("Null", json!(true), json!(null), true),
        ("Null", json!("true"), json!("a"), false),
        ("Null", json!("false"), json!("a"), true),
        ("Null", json!("false"), json!(""), true),
        ("Null", json!("false"), json!(null), false),
        ("Null", json!("true"), json!([]), true),
        ("Null", json!("yes"), json!(null), false),
        ("Bool", json!("true"), json!("true"), true),
        ("Bool", json!(true), json!("True"), true),
        ("Bool", json!("true"), json!("false"), false),
        ("Bool", json!("false"), json!("false"), true),
        ("Bool", json!("true"), json!("1"), false),
        ("Bool", json!("a"), json!("a"), false),
        ("Bool", json!("false"), json!(null), false),
        ("BoolIfExists", json!("false"), json!(null), true),
        ("BoolIfExists", json!("false"), json!("true"), false),
    ]);
}

#[test]
fn arn_operators_compare_part_by_part() {
    let arn = "arn:aws:iam::111122223333:role/a/b";
    for operator in ["ArnEquals", "ArnLike"] {
        table(&[
            (operator, json!(arn), json!(arn), true),
            (operator, json!("arn:aws:iam::*:role/a/*"), json!(arn), true),
            (operator, json!("arn:aws:iam::1111*"), json!(arn), false),
            (operator, json!("arn:*:role/a/b"), json!(arn), false),
            (operator, json!("arn:aws:sns:*:*:a:b"), json!("arn:aws:sns:r:1:a:b"), true),
            (operator, json!("*"), json!(arn), true),
            (operator, json!("a"), json!("a"), false),
            (operator, json!(arn), json!(null), false),
        ]);
    }
    for operator in ["ArnNotEquals", "ArnNotLike"] {
        table(&[
            (operator, json!("arn:aws:iam::*:role/a/*"), json!(arn), false),
            (operator, json!("arn:aws:iam::*:role/b"), json!(arn), true),
            (operator, json!(arn), json!(null), true),
        ]);
    }
}

#[test]
fn numbers_dates_addresses_and_bytes() {
    table(&[
        ("NumericEquals", json!(5), json!("5.0"), true),
        ("NumericEquals", json!("5"), json!("x"), false),
        ("NumericNotEquals", json!("5"), json!("6"), true),
        ("NumericNotEquals", json!("5"), json!("5"), false),
        ("NumericNotEquals", json!("5"), json!(null), true),
        ("NumericLessThan", json!("5"), json!("4"), true),
        ("NumericLessThan", json!("5"), json!("5"), false),
        ("NumericLessThanEquals", json!("5"), json!("5"), true),
        ("NumericGreaterThan", json!("5"), json!("-6"), false),
        ("NumericGreaterThan", json!("5"), json!("6"), true),
        ("NumericGreaterThanEquals", json!("5"), json!("5"), true),
        ("NumericEquals", json!("inf"), json!("inf"), false),
        ("NumericEquals", json!(5), json!(null), false),
        ("DateEquals", json!("2026-01-01T00:00:00Z"), json!("1767225600"), true),
        ("DateNotEquals", json!("2026-01-01T00:00:00Z"), json!("2026-01-01T00:00:00Z"), false),
        ("DateLessThan", json!("2026-01-01T00:00:00Z"), json!("2025-12-31T23:59:59Z"), true),
        ("DateLessThanEquals", json!("2026-01-01T00:00:00Z"), json!("2026-01-01T00:00:01Z"), false),
        ("DateGreaterThan", json!("2026-01-01T00:00:00Z"), json!("2026-01-01T01:00:00+01:00"), false),
        ("DateGreaterThanEquals", json!("2026-01-01T00:00:00Z"), json!("2026-01-01T01:00:00+01:00"), true),
        ("DateGreaterThan", json!("soon"), json!("2026-01-01T00:00:00Z"), false),
        ("IpAddress", json!("192.0.2.0/24"), json!("192.0.2.200"), true),
        ("IpAddress", json!("192.0.2.0/24"), json!("192.0.3.1"), false),
        ("IpAddress", json!("192.0.2.7"), json!("192.0.2.7"), true),
        ("IpAddress", json!("0.0.0.0/0"), json!("192.0.2.7"), true),
        ("IpAddress", json!("0.0.0.0/0"), json!("2001:db8::1"), false),
        ("IpAddress", json!("2001:db8::/32"), json!("2001:db8:1::1"), true),
        ("IpAddress", json!("::/0"), json!("2001:db8::1"), true),
        ("IpAddress", json!("192.0.2.0/33"), json!("192.0.2.1"), false),
        ("IpAddress", json!("192.0.2.0/24"), json!(null), false),
        ("NotIpAddress", json!("192.0.2.0/24"), json!("192.0.2.1"), false),
        ("NotIpAddress", json!("192.0.2.0/24"), json!("192.0.3.1"), true),
        ("NotIpAddress", json!("192.0.2.0/24"), json!(null), true),
        ("BinaryEquals", json!("AQID"), json!("AQID"), true),
        ("BinaryEquals", json!("AQID"), json!("AQIE"), false),
        ("BinaryEquals", json!("?"), json!("?"), false),
    ]);
}

#[test]
fn if_exists_and_set_operators() {
    table(&[
        ("StringEqualsIfExists", json!("a"), json!(null), true),
        ("StringEqualsIfExists", json!("a"), json!("b"), false),
        ("StringNotEqualsIfExists", json!("a"), json!(null), true),
        ("ForAnyValue:StringEquals", json!(["a", "b"]), json!(["c", "b"]), true),
        ("ForAnyValue:StringEquals", json!(["a", "b"]), json!(["c"]), false),
        ("ForAnyValue:StringEquals", json!("a"), json!(null), false),
        ("ForAnyValue:StringEquals", json!("a"), json!([]), false),
        ("ForAnyValue:StringNotEquals", json!("a"), json!(["a", "b"]), true),
        ("ForAnyValue:StringNotEquals", json!("a"), json!(["a"]), false),
        ("ForAnyValue:StringNotEquals", json!("a"), json!(null), false),
        ("ForAnyValue:StringEqualsIfExists", json!("a"), json!(null), true),
        ("ForAllValues:StringEquals", json!(["a", "b"]), json!(["a", "b"]), true),
        ("ForAllValues:StringEquals", json!(["a", "b"]), json!(["a", "c"]), false),
        ("ForAllValues:StringEquals", json!("a"), json!(null), true),
        ("ForAllValues:StringEquals", json!("a"), json!([]), true),
        ("ForAllValues:StringLike", json!("a*"), json!(["ab", "ac"]), true),
        ("ForAllValues:StringNotEquals", json!("a"), json!(["b", "a"]), false),
        ("ForAllValues:StringNotEquals", json!("a"), json!(["b", "c"]), true),
        // Several values without a set operator: one must match, or none may.
        ("StringEquals", json!("a"), json!(["b", "a"]), true),
        ("StringNotEquals", json!("a"), json!(["b", "a"]), false),
    ]);
}

#[test]
fn conditions_are_anded_and_keys_ignore_case() {
    let keys = json!({ "OIDC.example/ID:Sub": "s", "aws:tag": "t" });
    let both = |sub: &str, tag: &str| json!({ "StringEquals": { "oidc.EXAMPLE/id:sub": sub }, "StringLike": { "AWS:Tag": tag } });
    let policy = |condition| json!({ "Statement": [{ "Effect": "Allow", "Action": "*", "Condition": condition }] });
    for (sub, tag, expected) in [("s", "t", true), ("s", "x", false), ("x", "t", false), ("S", "t", false)] {
        let policy = Policy::from_json(&policy(both(sub, tag))).unwrap();
        let context = context(&keys);
        let evaluation =
            evaluate(&policy, &Question { caller: None, action: "a:B", resource: None, context: &context });
        assert_eq!(evaluation.decision() == Decision::Allowed, expected, "{sub} {tag}");
        assert_eq!(evaluation.statements[0].conditions.len(), 2, "also what stands behind a failure is told");
    }
}

#[test]
fn variables() {
    let keys =
        json!({ "aws:x": "a*", "aws:many": ["1", "2"], "k:one": "1", "k:x": "a*", "k:y": "abc", "k:z": "${aws:x}" });
    let rows = [
        ("2012-10-17", "StringEquals", "k:x", "${aws:x}", true),
        ("2012-10-17", "StringEquals", "k:x", "${AWS:X}", true),
        ("2008-10-17", "StringEquals", "k:x", "${aws:x}", false),
        ("2008-10-17", "StringEquals", "k:z", "${aws:x}", true),
        // What comes from a variable is no wildcard.
        ("2012-10-17", "StringLike", "k:y", "${aws:x}", false),
        ("2012-10-17", "StringLike", "k:y", "a${*}", false),
        ("2012-10-17", "StringLike", "k:x", "a${*}", true),
        ("2012-10-17", "StringLike", "k:z", "${$}{*", true),
        ("2012-10-17", "StringLike", "k:y", "${aws:none, 'a'}*", true),
        ("2012-10-17", "StringEquals", "k:y", "${aws:none,'abc'}", true),
        ("2012-10-17", "StringEquals", "k:x", "${aws:x, 'other'}", true),
        ("2012-10-17", "StringEquals", "k:x", "${aws:none}", false),
        ("2012-10-17", "StringNotEquals", "k:x", "${aws:none}", true),
        ("2012-10-17", "StringEquals", "k:one", "${aws:many}", false),
        ("2012-10-17", "StringEquals", "k:x", "${aws:x", false),
        ("2012-10-17", "ArnLike", "k:x", "${aws:none}", false),
        ("2012-10-17", "Null", "k:none", "${aws:none, 'true'}", false),
        ("2012-10-17", "NumericEquals", "k:x", "${aws:x}", false),
    ];
    for (version, operator, key, value, expected) in rows {
        let trace = one_condition(version, &json!({ operator: { key: value } }), &keys);
        assert_eq!(trace.matched, expected, "{version} {operator} {key} {value}: {trace}");
    }
}

const OIDC: &str = "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/1";

fn trust(statement: Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

fn ask(policy: &Value, caller: Option<Caller<'_>>, action: &str, resource: Option<&str>) -> Evaluation {
    let context = context(&json!({ "oidc.example/id/1:sub": "system:serviceaccount:demo:app" }));
    evaluate(&Policy::from_json(policy).unwrap(), &Question { caller, action, resource, context: &context })
}

#[test]
fn principals() {
    let aws = |arns| Some(Caller::Aws { arns, account: "111122223333" });
    let role = aws(&["arn:aws:sts::111122223333:assumed-role/r/s", "arn:aws:iam::111122223333:role/r"]);
    let oidc = Some(Caller::Federated(OIDC));
    let rows = [
        (json!({ "Principal": { "Federated": OIDC } }), oidc, true),
        (json!({ "Principal": { "Federated": ["x", OIDC] } }), oidc, true),
        (json!({ "Principal": { "Federated": OIDC.replace("id/1", "id/*") } }), oidc, false),
        (json!({ "Principal": { "Federated": "*" } }), oidc, false),
        (json!({ "Principal": { "AWS": "*" } }), oidc, false),
        (json!({ "Principal": "*" }), oidc, false),
        (json!({ "Principal": { "Service": "pods.eks.amazonaws.com" } }), oidc, false),
        (json!({}), oidc, false),
        (json!({ "NotPrincipal": { "Federated": OIDC } }), oidc, false),
        (json!({ "Principal": { "AWS": "*" } }), role, true),
        (json!({ "Principal": "*" }), role, true),
        (json!({ "Principal": { "AWS": "111122223333" } }), role, true),
        (json!({ "Principal": { "AWS": "arn:aws:iam::111122223333:root" } }), role, true),
        (json!({ "Principal": { "AWS": "arn:aws:iam::444455556666:root" } }), role, false),
        (json!({ "Principal": { "AWS": "arn:aws:iam::111122223333:role/r" } }), role, true),
        (json!({ "Principal": { "AWS": "arn:aws:iam::111122223333:role/*" } }), role, false),
        (json!({ "Principal": { "Federated": OIDC } }), role, false),
        (json!({}), None, true),
    ];
    for (principal, caller, expected) in rows {
        let mut statement = json!({ "Effect": "Allow", "Action": "sts:*" });
        statement.as_object_mut().unwrap().extend(principal.as_object().unwrap().clone());
        let evaluation = ask(&trust(statement), caller, "sts:AssumeRoleWithWebIdentity", None);
        assert_eq!(evaluation.decision() == Decision::Allowed, expected, "{principal} for {caller:?}");
    }
}

#[test]
fn actions_and_resources() {
    let rows = [
        (json!({ "Action": "secretsmanager:GetSecretValue", "Resource": "*" }), true),
        (json!({ "Action": "SECRETSMANAGER:get*", "Resource": "*" }), true),
        (json!({ "Action": ["s3:*", "secretsmanager:GetSecret????e"], "Resource": "*" }), true),
        (json!({ "Action": "secretsmanager:GetSecret", "Resource": "*" }), false),
        (json!({ "NotAction": "secretsmanager:Get*", "Resource": "*" }), false),
        (json!({ "NotAction": "s3:*", "Resource": "*" }), true),
        (json!({ "Action": "*", "Resource": "arn:aws:secretsmanager:*:*:secret:db-*" }), true),
        (
            json!({ "Action": "*", "Resource": ["x", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:DB-*"] }),
            false,
        ),
        (json!({ "Action": "*", "NotResource": "arn:aws:secretsmanager:*:*:secret:db-*" }), false),
        (json!({ "Action": "*", "NotResource": "arn:aws:s3:::*" }), true),
        (json!({ "Action": "*" }), false),
        (json!({ "Action": "*", "Resource": "arn:aws:secretsmanager:*:*:secret:${oidc.example/id/1:sub}" }), false),
    ];
    for (members, expected) in rows {
        let mut statement = json!({ "Effect": "Allow" });
        statement.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let resource = Some("arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf");
        let evaluation = ask(&trust(statement), None, "secretsmanager:GetSecretValue", resource);
        assert_eq!(evaluation.decision() == Decision::Allowed, expected, "{members}\n{evaluation}");
    }
}

#[test]
fn deny_wins_and_nothing_is_allowed_by_default() {
    let statement =
        |effect: &str, action: &str| json!({ "Effect": effect, "Action": action, "Sid": format!("{effect}It") });
    let of = |statements: Value| ask(&json!({ "Statement": statements }), None, "a:B", None);
    let allowed = of(json!([statement("Allow", "a:B")]));
    assert_eq!(
        (allowed.decision(), allowed.why()),
        (Decision::Allowed, ["statement 0 (AllowIt) allows a:B".to_string()].into())
    );
    let denied = of(json!([statement("Allow", "*"), statement("Deny", "a:*")]));
    assert_eq!(denied.decision(), Decision::Denied);
    assert_eq!(denied.why(), ["statement 1 (DenyIt) denies a:B: everything in it matches"]);
    assert_eq!(of(json!([statement("Allow", "a:B"), statement("Deny", "a:C")])).decision(), Decision::Allowed);
    let other = of(json!([statement("Allow", "a:C")]));
    assert_eq!(other.decision(), Decision::NotAllowed);
    assert_eq!(other.why(), ["statement 0 (AllowIt): Action: policy says a:C, it is a:B"]);
    assert_eq!(of(json!([])).decision(), Decision::NotAllowed);
    use Decision::{Allowed, Denied, NotAllowed};
    for (a, b, or, and) in [
        (Allowed, Allowed, Allowed, Allowed),
        (Allowed, NotAllowed, Allowed, NotAllowed),
        (NotAllowed, NotAllowed, NotAllowed, NotAllowed),
        (Allowed, Denied, Denied, Denied),
        (Denied, NotAllowed, Denied, Denied),
    ] {
        assert_eq!((a.or(b), b.or(a), a.and(b), b.and(a)), (or, or, and, and));
    }
}

#[test]
fn one_value_changed_changes_decision_and_reason_together() {
    let with = |sub: &str| {
        let statement = json!({
            "Effect": "Allow",
            "Principal": { "Federated": OIDC },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": { "oidc.example/id/1:sub": sub } },
        });
        ask(&trust(statement), Some(Caller::Federated(OIDC)), "sts:AssumeRoleWithWebIdentity", None)
    };
    let good = with("system:serviceaccount:demo:app");
    assert_eq!(good.decision(), Decision::Allowed);
    assert_eq!(good.to_json()["statements"][0]["conditions"][0]["matched"], true);
    let bad = with("system:serviceaccount:prod:app");
    assert_eq!(bad.decision(), Decision::NotAllowed);
    assert_eq!(
        bad.why(),
        ["statement 0: StringEquals oidc.example/id/1:sub: policy wants system:serviceaccount:prod:app, request says \
          system:serviceaccount:demo:app"]
    );
    assert_eq!(
        bad.to_json(),
        json!({
            "action": "sts:AssumeRoleWithWebIdentity",
            "decision": "not allowed",
            "statements": [{
                "index": 0,
                "sid": null,
                "effect": "Allow",
                "applies": false,
                "elements": [
                    { "element": "Principal", "policy_values": [format!("Federated {OIDC}")], "request_value": format!("Federated {OIDC}"), "matched": true },
                    { "element": "Action", "policy_values": ["sts:AssumeRoleWithWebIdentity"], "request_value": "sts:AssumeRoleWithWebIdentity", "matched": true },
                ],
                "conditions": [{
                    "operator": "StringEquals",
                    "key": "oidc.example/id/1:sub",
                    "policy_values": ["system:serviceaccount:prod:app"],
                    "request_values": ["system:serviceaccount:demo:app"],
                    "origin": "request",
                    "matched": false,
                    "notes": [],
                }],
            }],
        })
    );
}

#[test]
fn reasons_tell_what_is_special() {
    let why = |condition: Value| {
        let trace = one_condition("2012-10-17", &condition, &json!({ "oidc.example/id/1:sub": "demo" }));
        println!("{trace}");
        trace.to_string()
    };
    let rows = [
        (
            json!({ "StringEquals": { "oidc.example/id/1:sub": "de*" } }),
            "de* has no wildcards under StringEquals, use StringLike",
        ),
        (
            json!({ "StringEquals": { "oidc.example/id/2:sub": "demo" } }),
            "the key is absent from the request; the request has oidc.example/id/1:sub",
        ),
        (
            json!({ "StringEquals": { "https://oidc.example/id/1:sub": "demo" } }),
            "the request has oidc.example/id/1:sub",
        ),
        (json!({ "ForAllValues:StringEquals": { "a:b": "c" } }), "the key is absent, and ForAllValues holds then"),
        (
            json!({ "StringLike": { "oidc.example/id/1:sub": "${oidc.example/id/1:sub}*" } }),
            "${oidc.example/id/1:sub}* is demo*",
        ),
        (
            json!({ "StringEquals": { "oidc.example/id/1:sub": "${a:b}" } }),
            "${a:b} holds a variable without a single value",
        ),
        (json!({ "StringEquals": { "oidc.example/id/1:sub": [] } }), "policy wants nothing (an empty list)"),
    ];
    for (condition, expected) in rows {
        let text = why(condition.clone());
        assert!(text.contains(expected), "{condition}: {text}");
    }
}

#[test]
fn grammar() {
    let ok = json!({ "Effect": "Allow", "Action": "*" });
    let with = |name: &str, value: Value| {
        let mut statement = ok.clone();
        statement[name] = value;
        json!({ "Statement": [statement] })
    };
    let without = |name: &str| {
        let mut statement = ok.clone();
        statement.as_object_mut().unwrap().remove(name);
        json!({ "Statement": statement })
    };
    let rows = [
        (json!([]), Code::PolicyGrammar, "the document: an array, not an object"),
        (json!({}), Code::PolicyGrammar, "/Statement: missing"),
        (json!({ "Statement": "x" }), Code::PolicyGrammar, "/Statement: a string, not an object"),
        (json!({ "Statement": [ok, 5] }), Code::PolicyGrammar, "/Statement/1: a number, not an object"),
        (json!({ "statement": [] }), Code::PolicyGrammar, "/statement: unknown here; there are Statement, spelt so"),
        (
            json!({ "Version": "2012-10-18", "Statement": [] }),
            Code::PolicyGrammar,
            "/Version: 2012-10-18, there are 2012-10-17 and 2008-10-17",
        ),
        (json!({ "Version": 2012, "Statement": [] }), Code::PolicyGrammar, "/Version: a number, not a text"),
        (without("Effect"), Code::PolicyGrammar, "/Statement/Effect: missing"),
        (without("Action"), Code::PolicyGrammar, "/Statement/Action: missing"),
        (with("Effect", json!("allow")), Code::PolicyGrammar, "/Statement/0/Effect: allow, there are Allow and Deny"),
        (
            with("NotAction", json!("*")),
            Code::PolicyGrammar,
            "/Statement/0/NotAction: stands beside Action, only one of them may",
        ),
        (with("Action", json!(["a", 1])), Code::PolicyGrammar, "/Statement/0/Action/1: a number, not a text"),
        (with("Principals", json!("*")), Code::PolicyGrammar, "/Statement/0/Principals: unknown here"),
        (
            with("Principal", json!("x")),
            Code::PolicyGrammar,
            "/Statement/0/Principal: x, only * may stand here without its kind",
        ),
        (with("Principal", json!({})), Code::PolicyGrammar, "/Statement/0/Principal: names nobody"),
        (with("Principal", json!({ "OIDC": "x" })), Code::PolicyGrammar, "/Statement/0/Principal/OIDC: unknown here"),
        (
            with("Principal", json!({ "AWS": [null] })),
            Code::PolicyGrammar,
            "/Statement/0/Principal/AWS/0: null, not a text",
        ),
        (with("Condition", json!([])), Code::PolicyGrammar, "/Statement/0/Condition: an array, not an object"),
        (
            with("Condition", json!({ "StringEquals": "x" })),
            Code::PolicyGrammar,
            "/Statement/0/Condition/StringEquals: a string, not an object",
        ),
        (
            with("Condition", json!({ "StringEquals": { "a/b:c": [{}] } })),
            Code::PolicyGrammar,
            "/Statement/0/Condition/StringEquals/a~1b:c/0: an object, not a text, number or boolean",
        ),
        (
            with("Condition", json!({ "StringIs": { "a": "b" } })),
            Code::PolicyOperator,
            "/Statement/0/Condition/StringIs: StringIs is no operator",
        ),
        (with("Condition", json!({ "stringEquals": {} })), Code::PolicyOperator, "stringEquals is no operator"),
        (with("Condition", json!({ "NullIfExists": {} })), Code::PolicyOperator, "NullIfExists is no operator"),
        (
            with("Condition", json!({ "ForAllValues:Null": {} })),
            Code::PolicyOperator,
            "ForAllValues:Null is no operator",
        ),
        (with("Condition", json!({ "ForAllValues:ForAnyValue:Bool": {} })), Code::PolicyOperator, "is no operator"),
        (with("Condition", json!({ "IfExists": {} })), Code::PolicyOperator, "IfExists is no operator"),
    ];
    for (document, code, message) in rows {
        let error = Policy::parse(&document.to_string()).expect_err(&document.to_string());
        assert_eq!(error.code(), code, "{document}: {error}");
        assert!(error.message().contains(message), "{document}:\n  {}\n  {message}", error.message());
    }
    let statement = Policy::from_json(&json!({ "Id": "i", "Statement": ok })).unwrap();
    assert_eq!(
        (statement.version, statement.id.as_deref(), statement.statements.len()),
        (Version::V2008, Some("i"), 1)
    );
}

#[test]
fn every_operator_parses_and_prints_alike() {
    let names = [
        "StringEquals",
        "ForAnyValue:StringLike",
        "ForAllValues:ArnLikeIfExists",
        "Null",
        "BoolIfExists",
        "NumericLessThanEquals",
        "DateGreaterThan",
        "NotIpAddress",
        "BinaryEquals",
        "StringNotEqualsIgnoreCase",
    ];
    for name in names {
        let policy = json!({ "Statement": { "Effect": "Deny", "Action": "*", "Condition": { name: { "k": "v" } } } });
        let policy = Policy::from_json(&policy).unwrap();
        assert_eq!(policy.statements[0].conditions[0].operator.to_string(), name);
    }
}

#[test]
fn hostile_documents() {
    let code = |text: &str| Policy::parse(text).unwrap_err().code();
    assert_eq!(code(""), Code::PolicyJson);
    assert_eq!(code("{\"Statement\": [],}"), Code::PolicyJson);
    assert_eq!(code("// comment\n{}"), Code::PolicyJson);
    assert_eq!(code("\u{feff}{\"Statement\": []}"), Code::PolicyJson);
    // Nesting stops at the limit of the JSON library, long before the stack does.
    assert_eq!(code(&"[".repeat(MAX_POLICY)), Code::PolicyJson);
    let nested = format!("{{\"Statement\": {}{}}}", "[".repeat(200), "]".repeat(200));
    assert_eq!(code(&nested), Code::PolicyJson);
    let error = Policy::parse(&"x".repeat(1 << 20)).unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::PolicyTooLarge, "1048576 bytes, the limit is 65536"));
    // A long name does not flood the message.
    let long = json!({ "Statement": [], "x".repeat(50_000): 1 }).to_string();
    assert!(Policy::parse(&long).unwrap_err().message().len() < 1_000);
}

#[test]
fn wildcards_cost_no_more_than_pattern_times_text() {
    // Each would keep a backtracking matcher busy for ever.
    let text = "a".repeat(15_000);
    for pattern in
        [format!("{}b", "a*".repeat(15_000)), format!("{}b", "*a".repeat(5_000)), format!("*{}b", "?".repeat(7_500))]
    {
        assert!(!holds(json!({ "StringLike": { "k:x": pattern } }), json!({ "k:x": text })));
    }
    let arn = format!("arn:aws:s3:::{text}");
    assert!(holds(
        json!({ "ArnLike": { "k:x": format!("arn:*:*:*:*:{}", "*a".repeat(5_000)) } }),
        json!({ "k:x": arn })
    ));
}

#[test]
fn a_trace_stays_small() {
    let sub = "a".repeat(15_000);
    // Many conditions on a long value.
    let conditions = json!({ "StringEquals": { "k:x": "b" }, "StringEqualsIfExists": { "k:x": "b" } });
    let statements: Vec<Value> =
        (0..300).map(|_| json!({ "Effect": "Allow", "Action": "*", "Condition": conditions })).collect();
    let policy = Policy::parse(&json!({ "Statement": statements }).to_string()).unwrap();
    let long = context(&json!({ "k:x": sub }));
    let evaluation = evaluate(&policy, &Question { caller: None, action: "a:B", resource: None, context: &long });
    assert!(evaluation.to_json().to_string().len() < 600 * 1_500);
    assert!(evaluation.why().iter().all(|line| line.len() < 600));
    // Many values, and variables that would multiply one: neither is resolved beyond a policy's size, or all at once.
    let values: Vec<String> = (0..1_000).map(|_| "${k:x}".repeat(5)).collect();
    let trace = one_condition("2012-10-17", &json!({ "StringEquals": { "k:x": values } }), &json!({ "k:x": sub }));
    assert!(!trace.matched && trace.to_string().len() < 500_000);
    assert!(holds(json!({ "StringEquals": { "k:x": "${k:x}" } }), json!({ "k:x": sub })));
    assert!(!holds(json!({ "StringLike": { "k:x": "${".repeat(30_000) } }), json!({ "k:x": sub })));
}

/// A hostile policy and token: each value's variables are put in once, not once for each value of the request, and what
/// is longer than a value is not compared with it. Otherwise this takes half an hour.
#[test]
fn variables_cost_their_size_once() {
    let values = std::vec!["\"*${aws:RequestTag/a}\""; 2000].join(",");
    let policy = Policy::parse(&std::format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "a",
            "Condition": {{"ForAnyValue:StringLike": {{"i.x:amr": [{values}]}}}}}}}}"#
    ))
    .unwrap();
    let mut context = Context::new();
    context.put("token", "aws:RequestTag/a", ["b".repeat(8000)]);
    context.put("token", "i.x:amr", ["a"; 1700]);
    let question = Question { caller: None, action: "a", resource: None, context: &context };
    assert_eq!(evaluate(&policy, &question).decision(), Decision::NotAllowed);
}

/// A policy whose pattern fits nothing of a value only after a search from each of its characters.
fn costly(effect: &str, more: Value) -> Value {
    let mut statement = json!({
        "Effect": effect, "Action": "*",
        "Condition": {"StringLike": {"k:long": format!("*{}b", "a".repeat(10_000))}},
    });
    statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    statement
}

#[test]
fn what_costs_too_much_is_undecided() {
    let mut context = Context::new();
    context.put("request", "k:long", ["a".repeat(60_000)]);
    context.put("request", "k:short", ["a"]);
    let decide = |statements: Value| {
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        let policy = Policy::parse(&policy.to_string()).unwrap();
        evaluate(&policy, &Question { caller: None, action: "a:B", resource: None, context: &context })
    };
    let allow = json!({ "Effect": "Allow", "Action": "*" });
    let deny = json!({ "Effect": "Deny", "Action": "*" });
    let elsewhere = json!({ "Action": "c:D" });

    let alone = decide(json!([costly("Allow", json!({}))]));
    assert_eq!(alone.decision(), Decision::Undecided);
    let [condition] = &*alone.statements[0].conditions else { panic!() };
    assert!(condition.undecided && !condition.matched);
    assert!(alone.statements[0].may_apply() && !alone.statements[0].applies());
    let why = alone.why().join("");
    assert!(why.ends_with("not decided: the policy with these values needs more than 16777216 steps"), "{why}");
    assert_eq!(alone.to_json()["decision"], "undecided");
    assert_eq!(alone.to_json()["statements"][0]["conditions"][0]["matched"], json!(null));

    // Only what could turn on it is undecided.
    for (statements, decision) in [
        (json!([costly("Deny", json!({})), allow]), Decision::Undecided),
        (json!([costly("Allow", json!({})), deny]), Decision::Denied),
        (json!([allow, costly("Allow", json!({}))]), Decision::Allowed),
        (json!([costly("Allow", elsewhere.clone())]), Decision::NotAllowed),
        (json!([allow, costly("Deny", elsewhere)]), Decision::Allowed),
        // What is costly leaves enough for what is not.
        (
            json!([costly("Allow", json!({})), {
                "Effect": "Allow", "Action": "*", "Condition": { "StringEquals": { "k:short": "a" } },
            }]),
            Decision::Allowed,
        ),
    ] {
        assert_eq!(decide(statements.clone()).decision(), decision, "{}", statements.to_string().len());
    }
    let actions = json!([{ "Effect": "Allow", "Action": "*" }]);
    let (long, action) = (format!("*{}b", "a".repeat(30_000)), "a".repeat(60_000));
    let policy = json!({ "Statement": { "Effect": "Allow", "NotAction": long, "Resource": "*" } });
    let policy = Policy::parse(&policy.to_string()).unwrap();
    let asked = evaluate(&policy, &Question { caller: None, action: &action, resource: None, context: &context });
    assert_eq!(asked.decision(), Decision::Undecided);
    assert_eq!(decide(actions).decision(), Decision::Allowed);
    let limit = [Decision::Allowed, Decision::NotAllowed, Decision::Undecided];
    for decision in limit {
        assert_eq!(decision.or(Decision::Undecided), Decision::Undecided);
        assert_eq!(Decision::Undecided.and(decision), Decision::Undecided);
    }
    assert_eq!(Decision::Denied.or(Decision::Undecided), Decision::Denied);
}

#[test]
fn many_values_on_both_sides_end_too() {
    // 10,000 values against 10,000: each is short, together they are not.
    let values: Vec<String> = (0..10_000).map(|i| format!("v{i}")).collect();
    let policy = json!({ "Statement": {
        "Effect": "Allow", "Action": "*", "Condition": {"ForAllValues:StringNotEquals": {"k:many": values}},
    }});
    let policy = Policy::from_json(&policy).unwrap();
    let mut context = Context::new();
    context.put("request", "k:many", (0..10_000).map(|i| format!("w{i}")));
    let asked = evaluate(&policy, &Question { caller: None, action: "a:B", resource: None, context: &context });
    assert_eq!(asked.decision(), Decision::Undecided);
}

#[test]
fn a_variable_longer_than_the_value_fits_nothing() {
    // 100,000 characters are more than a policy may have, and still compared as they are.
    let long = "a".repeat(100_000);
    let rows = [(long.clone(), true), (long.clone() + "a", false), ("a".into(), false)];
    for (value, same) in rows {
        for (operator, holds_if_same) in [("StringEquals", true), ("StringNotEquals", false), ("StringLike", true)] {
            let condition = json!({ operator: { "k:x": "${k:long}" } });
            let trace = one_condition("2012-10-17", &condition, &json!({ "k:x": value, "k:long": long }));
            assert_eq!(trace.matched, holds_if_same == same, "{operator} {} {:?}", value.len(), trace.notes);
        }
    }
}

#[test]
fn dates_in_all_forms() {
    let same = ["2026-11-24T00:00:00Z", "2026-11-24", "2026-11-24T00:00Z", "2026-11-24T01:00+01:00", "1795478400"];
    for one in same {
        for other in same {
            assert!(holds(json!({ "DateEquals": { "k:x": one } }), json!({ "k:x": other })), "{one} {other}");
        }
    }
    table(&[
        ("DateEquals", json!("2026"), json!("2026-01-01T00:00:00Z"), true),
        ("DateEquals", json!("2026-11"), json!("2026-11-01T00:00:00Z"), true),
        ("DateEquals", json!("2026"), json!("1767225600"), true),
        ("DateGreaterThan", json!("2026-11-24"), json!("2026-11-24T00:00:00.001Z"), true),
        ("DateEquals", json!("2026-1"), json!("2026-01-01T00:00:00Z"), false),
        ("DateEquals", json!("2026-11-24T00Z"), json!("2026-11-24T00:00:00Z"), false),
        ("DateEquals", json!("2026-02-30"), json!("2026-02-30"), false),
    ]);
}
