//! Policies and requests, made from a seed. About half of a condition's values are made from what the request has, so
//! that conditions hold often enough; wrong types, absent keys and odd texts are among the rest.
//!
//! Left out is what the guide does not define: keys of several values under an operator without a set operator or as a
//! variable with a default, several spellings of a boolean, values of Null that are none, patterns of an ARN operator
//! without six parts, text that only looks like a variable.

use super::naive::Request;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub const TESTS: [&str; 27] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
];

/// splitmix64.
pub struct Seed(pub u64);

impl Seed {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most as u64) as usize
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Number,
    Date,
    Bool,
    Binary,
    Address,
    Arn,
}

const KEYS: [(&str, Kind, bool); 23] = [
    ("oidc.example/id/A:sub", Kind::Text, false),
    ("oidc.example/id/A:aud", Kind::Text, false),
    ("sts:RoleSessionName", Kind::Text, false),
    ("aws:RequestTag/Team", Kind::Text, false),
    ("aws:PrincipalTag/Größe", Kind::Text, false),
    ("oidc.example/id/A:amr", Kind::Text, true),
    ("aws:TagKeys", Kind::Text, true),
    ("sts:DurationSeconds", Kind::Number, false),
    ("x:Limit", Kind::Number, false),
    ("x:Limits", Kind::Number, true),
    ("aws:CurrentTime", Kind::Date, false),
    ("aws:EpochTime", Kind::Date, false),
    ("x:Times", Kind::Date, true),
    ("aws:SecureTransport", Kind::Bool, false),
    ("sts:RoleAuthorizedByIdp", Kind::Bool, false),
    ("x:Flags", Kind::Bool, true),
    ("x:Key", Kind::Binary, false),
    ("x:Keys", Kind::Binary, true),
    ("aws:SourceIp", Kind::Address, false),
    ("x:Addresses", Kind::Address, true),
    ("aws:SourceArn", Kind::Arn, false),
    ("aws:PrincipalArn", Kind::Arn, false),
    ("x:Arns", Kind::Arn, true),
];

const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/A";
const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

/// A request, and a policy that is likely to be about it. `operator` is in one of its conditions.
pub fn case(seed: &mut Seed, operator: &str) -> (Value, Request) {
    let mut keys = BTreeMap::new();
    for (key, kind, many) in KEYS {
        if seed.one_in(4) {
            continue;
        }
        let count = if many { seed.below(4) } else { 1 };
        keys.insert(key.to_owned(), (0..count).map(|_| value(seed, kind)).collect());
    }
    let action = if seed.one_in(12) { "sts:TagSession" } else { ACTION };
    let resource = seed.one_in(4).then(|| value(seed, Kind::Arn));
    let request = Request { keys, action: action.to_owned(), provider: PROVIDER.to_owned(), resource };
    let new = !seed.one_in(5);
    let count = 1 + seed.below(3);
    let with = seed.below(count);
    let statements: Vec<Value> =
        (0..count).map(|i| statement(seed, &request, (i == with).then_some(operator))).collect();
    let mut policy = Map::new();
    if new {
        policy.insert("Version".into(), json!("2012-10-17"));
    } else if seed.one_in(2) {
        policy.insert("Version".into(), json!("2008-10-17"));
    }
    let alone = count == 1 && seed.one_in(2);
    policy.insert("Statement".into(), if alone { statements[0].clone() } else { json!(statements) });
    (Value::Object(policy), request)
}

fn statement(seed: &mut Seed, request: &Request, operator: Option<&str>) -> Value {
    let deny = seed.one_in(4);
    let principal = match seed.below(12) {
        0 => json!({"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/B"}),
        1 => json!({"AWS": "*"}),
        2 => json!({"AWS": "111122223333", "Federated": ["accounts.google.com", PROVIDER]}),
        3 => json!({"Service": "ec2.amazonaws.com"}),
        4 => json!({"Federated": [PROVIDER, "cognito-identity.amazonaws.com"]}),
        _ => json!({"Federated": PROVIDER}),
    };
    let actions = [
        json!(ACTION),
        json!([ACTION, "sts:TagSession"]),
        json!("sts:AssumeRoleWith*"),
        json!("STS:assumerolewithwebidentity"),
        json!("sts:AssumeRole?ithWebIdentit?"),
        json!("*"),
        json!(["sts:AssumeRole", "sts:Tag*"]),
    ];
    let at = seed.below(actions.len());
    let not = seed.one_in(10);
    let mut out = Map::new();
    out.insert("Effect".into(), json!(if deny { "Deny" } else { "Allow" }));
    match &request.resource {
        None => drop(out.insert("Principal".into(), principal)),
        Some(resource) => {
            let name = if seed.one_in(8) { "NotResource" } else { "Resource" };
            let values: Vec<Value> =
                (0..1 + seed.below(2)).map(|_| json!(resources(seed, resource, request))).collect();
            let alone = values.len() == 1 && seed.one_in(2);
            out.insert(name.into(), if alone { values[0].clone() } else { json!(values) });
        }
    }
    out.insert(
        if not { "NotAction" } else { "Action" }.into(),
        if not { json!("sts:AssumeRole") } else { actions[at].clone() },
    );
    let mut conditions = Map::new();
    // one condition mostly: more of them seldom hold together
    let count = [1, 1, 1, 2, 3][seed.below(5)];
    for i in 0..count {
        let operator = match operator {
            Some(operator) if i == 0 => operator.to_owned(),
            _ => {
                let test = TESTS[seed.below(TESTS.len())];
                decorated(test)[seed.below(decorated(test).len())].clone()
            }
        };
        let (key, values) = condition(seed, &operator, request);
        let keys = conditions.entry(operator).or_insert_with(|| json!({}));
        let keys = keys.as_object_mut().unwrap();
        if keys.keys().all(|other| !other.eq_ignore_ascii_case(&key)) {
            keys.insert(key, values);
        }
    }
    if operator.is_some() || !seed.one_in(10) {
        out.insert("Condition".into(), Value::Object(conditions));
    }
    Value::Object(out)
}

/// A resource of the policy, often about the one that is asked for.
fn resources(seed: &mut Seed, asked: &str, request: &Request) -> String {
    let near = if seed.one_in(4) { value(seed, Kind::Arn) } else { asked.to_owned() };
    match seed.below(4) {
        0 => "*".into(),
        1 => near,
        _ => {
            let pattern = wildcards(seed, &near, &[':']);
            variables(seed, &pattern, request)
        }
    }
}

/// An operator with every set operator and `IfExists` that it may have.
pub fn decorated(test: &str) -> Vec<String> {
    if test == "Null" {
        return vec![test.to_owned()];
    }
    let sets = ["", "ForAnyValue:", "ForAllValues:"];
    sets.iter().flat_map(|set| ["", "IfExists"].map(|end| format!("{set}{test}{end}"))).collect()
}

fn condition(seed: &mut Seed, operator: &str, request: &Request) -> (String, Value) {
    let (set, test) = operator.split_once(':').map_or((false, operator), |(_, test)| (true, test));
    let kind = match test {
        test if test.starts_with("String") => Kind::Text,
        test if test.starts_with("Numeric") => Kind::Number,
        test if test.starts_with("Date") => Kind::Date,
        test if test.starts_with("Bool") => Kind::Bool,
        test if test.starts_with("Binary") => Kind::Binary,
        test if test.starts_with("Arn") => Kind::Arn,
        "Null" => Kind::Bool,
        _ => Kind::Address,
    };
    // now and then a key of another type
    let any = test == "Null" || seed.one_in(25);
    let fits = |(_, of, many): &&(&str, Kind, bool)| (any || *of == kind) && (set || test == "Null" || !many);
    let keys: Vec<_> = KEYS.iter().filter(fits).collect();
    let (key, ..) = keys[seed.below(keys.len())];
    let has = request.keys.get(*key).cloned().unwrap_or_default();
    let key = if seed.one_in(5) { key.to_ascii_uppercase() } else { (*key).to_owned() };
    let count = [1, 1, 1, 2, 3][seed.below(5)];
    let mut values: Vec<Value> = (0..count).map(|_| json!(wanted(seed, test, kind, &has, request))).collect();
    // a set of values that all of the request's are in
    if set && test != "Null" && seed.one_in(3) {
        values.extend(has.iter().map(|value| json!(value)));
    }
    for value in &mut values {
        let text = value.as_str().unwrap().to_owned();
        match kind {
            Kind::Bool if seed.one_in(2) => *value = json!(text == "true"),
            Kind::Number if !text.contains('.') && !text.starts_with("-0") && seed.one_in(3) => {
                *value = text.parse::<i64>().map_or(json!(text), |number| json!(number));
            }
            _ => {}
        }
    }
    let alone = values.len() == 1 && seed.one_in(2);
    (key, if alone { values[0].clone() } else { json!(values) })
}

/// A value of the policy.
fn wanted(seed: &mut Seed, test: &str, kind: Kind, has: &[String], request: &Request) -> String {
    if test == "Null" {
        return seed.pick(&["true", "false"]).to_owned();
    }
    let near = if has.is_empty() || seed.one_in(3) { value(seed, kind) } else { has[seed.below(has.len())].clone() };
    let test = test.trim_end_matches("IfExists");
    match kind {
        Kind::Text if test.ends_with("IgnoreCase") => {
            let spelt = flip(seed, &near);
            variables(seed, &spelt, request)
        }
        Kind::Text if test.ends_with("Like") => {
            let pattern = wildcards(seed, &near, &[]);
            variables(seed, &pattern, request)
        }
        Kind::Text => variables(seed, &near, request),
        Kind::Arn if near.matches(':').count() >= 5 => {
            let pattern = wildcards(seed, &near, &[':']);
            variables(seed, &pattern, request)
        }
        Kind::Arn => value(seed, Kind::Arn),
        Kind::Address => network(seed, &near),
        Kind::Number if seed.one_in(6) && !near.contains('.') => format!("{near}.0"),
        Kind::Date if seed.one_in(4) => value(seed, Kind::Date),
        _ => near,
    }
}

fn value(seed: &mut Seed, kind: Kind) -> String {
    if seed.one_in(40) {
        // of no type but text
        return seed.pick(&["abc", "true story", "12a", "2026-13-01", "300.1.1.1", "arn:aws"]).to_owned();
    }
    match kind {
        Kind::Text => seed
            .pick(&[
                "system:serviceaccount:prod:app",
                "system:serviceaccount:prod:web",
                "system:serviceaccount:dev:app",
                "sts.amazonaws.com",
                "STS.amazonaws.com",
                "app",
                "App",
                "a*b",
                "a?b",
                "axb",
                "$",
                "",
                "größe",
                "gr?ße",
                "x y",
                "blue",
            ])
            .to_owned(),
        Kind::Number => seed
            .pick(&[
                "0",
                "-0",
                "1",
                "10",
                "010",
                "900",
                "3600",
                "3600.5",
                "-7",
                "-7.25",
                "0.5",
                "43200",
                "9007199254740993",
                "9007199254740992",
            ])
            .to_owned(),
        Kind::Date => seed
            .pick(&[
                "2026",
                "2026-11",
                "2026-11-24",
                "2026-11-24T10:00Z",
                "2026-11-24T10:00:00Z",
                "2026-11-24T11:00:00+01:00",
                "2026-11-24T02:30-07:30",
                "2026-11-24T10:00:00.5Z",
                "2026-11-24T10:00:00.500Z",
                "2024-02-29T23:59:59Z",
                "1969-12-31T23:59:59Z",
                "1795514400",
                "1795514401",
                "86400",
                "2100-03-01",
            ])
            .to_owned(),
        Kind::Bool => seed.pick(&["true", "false"]).to_owned(),
        Kind::Binary => seed.pick(&["QmluYXJ5", "QmluYXJ5VmFsdWU=", "AA==", "AAA=", "AAAA", "/+8="]).to_owned(),
        Kind::Address => seed
            .pick(&[
                "203.0.113.7",
                "203.0.113.200",
                "203.0.114.7",
                "10.0.0.1",
                "255.255.255.255",
                "2001:db8::1",
                "2001:DB8:1234:5678::1",
                "2001:db8:1234:5679::1",
                "::1",
            ])
            .to_owned(),
        Kind::Arn => seed
            .pick(&[
                "arn:aws:iam::111122223333:role/app",
                "arn:aws:iam::111122223333:role/path/app",
                "arn:aws:iam::444455556666:role/app",
                "arn:aws-cn:iam::111122223333:role/app",
                "arn:aws:sns:eu-central-1:111122223333:topic",
                "arn:aws:logs:eu-central-1:111122223333:log-group:name:*",
                "arn:aws:s3:::bucket/a:b:c",
                "ARN:aws:s3:::bucket",
            ])
            .to_owned(),
    }
}

fn flip(seed: &mut Seed, text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        let upper = letter.is_ascii_alphabetic() && seed.one_in(3);
        out.push(if upper { (letter as u8 ^ 0x20) as char } else { letter });
    }
    out
}

/// Puts wildcards in place of characters, never of those kept.
fn wildcards(seed: &mut Seed, text: &str, keep: &[char]) -> String {
    let mut out = String::new();
    let mut skip = 0;
    let every = 3 + seed.below(12);
    for letter in text.chars() {
        if skip > 0 && !keep.contains(&letter) {
            skip -= 1;
            continue;
        }
        skip = 0;
        if keep.contains(&letter) || !seed.one_in(every) {
            out.push(letter);
        } else if seed.one_in(3) {
            out.push('?');
        } else {
            out.push('*');
            skip = seed.below(6);
        }
    }
    if seed.one_in(4) {
        out.push('*');
    }
    out
}

/// Puts variables in place of text that is the value of a key, and special ones for special characters.
fn variables(seed: &mut Seed, text: &str, request: &Request) -> String {
    let mut out = text.to_owned();
    if seed.one_in(3) {
        for (special, name) in [("*", "${*}"), ("?", "${?}")] {
            if seed.one_in(2) {
                out = out.replace(special, name);
            }
        }
    }
    if out == "$" && seed.one_in(2) {
        return "${$}".into();
    }
    if !seed.one_in(4) || out.contains("${") {
        return out;
    }
    let (key, ..) = KEYS[seed.below(KEYS.len())];
    let spelt = if seed.one_in(4) { key.to_ascii_lowercase() } else { key.to_owned() };
    match (request.keys.get(key).map(Vec::as_slice), seed.below(4)) {
        (Some([_, _, ..]), _) => format!("{out}${{{spelt}}}"),
        (Some([value]), 0..3) if !value.is_empty() && out.contains(value.as_str()) => {
            out.replacen(value.as_str(), &format!("${{{spelt}}}"), 1)
        }
        (_, 0) => format!("${{{spelt}, '{out}'}}"),
        (_, 1) => format!("{out}${{{spelt}}}"),
        (_, 2) => format!("${{{spelt}}}"),
        _ => format!("${{{spelt}, 'blue'}}"),
    }
}

fn network(seed: &mut Seed, address: &str) -> String {
    if !address.contains(['.', ':']) || seed.one_in(3) {
        return address.to_owned();
    }
    let widths: &[usize] =
        if address.contains(':') { &[0, 1, 32, 63, 64, 65, 127, 128] } else { &[0, 1, 8, 16, 23, 24, 25, 31, 32] };
    format!("{address}/{}", widths[seed.below(widths.len())])
}
