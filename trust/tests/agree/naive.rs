//! IAM's decision, written from the text of the IAM user guide alone, in the plainest way: strings, recursion, no care
//! for speed. It shares no code with trust and is the second opinion on it.
//!
//! Pages: "IAM JSON policy elements: Condition operators", "Variables and tags", "Conditions with multiple context keys
//! or values", "Single-valued vs. multivalued context keys", "Grammar of the IAM JSON policy language", "Principal",
//! "Action", "Resource".
//!
//! Where the guide is silent, and how it is read here:
//! - the value that a variable stands for is text: a `*` in it is no wildcard (else a caller who may choose a session
//!   name could widen the policy);
//! - a value that is not of the operator's type (a number that is none) equals nothing, so a negated operator holds;
//! - an IPv6 address without a prefix means that one address, as /32 means for IPv4;
//! - four digits are a year, any other whole number is seconds since 1970;
//! - a binary value is written in base64 in the request's context too;
//! - a wildcard of a resource may reach beyond a colon (the guide says it of one that ends a segment);
//! - set operators look at each request value by itself: a negated one wants a value that none of the policy's equals.

use serde_json::Value;
use std::{collections::BTreeMap, net::IpAddr};

/// The request: key to values, the action, and who calls; with a resource it is a permission policy that is asked, which
/// names no principal.
pub struct Request {
    pub keys: BTreeMap<String, Vec<String>>,
    pub action: String,
    pub provider: String,
    pub resource: Option<String>,
}

/// What each condition came to: operator as written, and whether it held.
pub type Seen = Vec<(String, bool)>;

pub fn decide(policy: &Value, request: &Request, seen: &mut Seen) -> &'static str {
    let new = policy["Version"] == "2012-10-17";
    let mut allowed = false;
    let mut denied = false;
    for statement in list(&policy["Statement"]) {
        let applies =
            principal(statement, request) && action(statement, request) && resource(statement, request, new) && {
                // every condition is looked at, so that each can be compared
                let mut all = true;
                if let Value::Object(operators) = &statement["Condition"] {
                    for (operator, keys) in operators {
                        for (key, values) in keys.as_object().unwrap() {
                            let held = condition(operator, key, values, request, new);
                            seen.push((operator.clone(), held));
                            all = all && held;
                        }
                    }
                }
                all
            };
        if applies && statement["Effect"] == "Deny" {
            denied = true;
        } else if applies {
            allowed = true;
        }
    }
    match (denied, allowed) {
        (true, _) => "denied",
        (false, true) => "allowed",
        (false, false) => "not-allowed",
    }
}

/// One value or a list of values.
fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

fn words(value: &Value) -> Vec<String> {
    list(value)
        .into_iter()
        .map(|item| match item {
            Value::String(text) => text.clone(),
            other => other.to_string(), // numbers and booleans may stand without quotes
        })
        .collect()
}

/// Web identity is authorised by the federated principal alone.
fn principal(statement: &Value, request: &Request) -> bool {
    if request.resource.is_some() {
        return true;
    }
    match &statement["Principal"] {
        Value::Object(kinds) => {
            kinds.iter().any(|(kind, names)| kind == "Federated" && words(names).contains(&request.provider))
        }
        _ => false,
    }
}

/// "The prefix and the action name are case insensitive."
fn action(statement: &Value, request: &Request) -> bool {
    let asked: Vec<char> = request.action.to_ascii_lowercase().chars().collect();
    let named =
        |element: &Value| words(element).iter().any(|pattern| like(&wild(&pattern.to_ascii_lowercase()), &asked));
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(actions), _) => named(actions),
        (None, Some(others)) => !named(others),
        (None, None) => false,
    }
}

/// "The resource that includes a policy variable with no value will not match any resource."
fn resource(statement: &Value, request: &Request, new: bool) -> bool {
    let Some(asked) = &request.resource else { return true };
    let asked: Vec<char> = asked.chars().collect();
    let named = |element: &Value| {
        words(element).iter().any(|text| pieces(text, request, new).is_some_and(|pattern| like(&pattern, &asked)))
    };
    match (statement.get("Resource"), statement.get("NotResource")) {
        (Some(resources), _) => named(resources),
        (None, Some(others)) => !named(others),
        (None, None) => false,
    }
}

fn condition(operator: &str, key: &str, values: &Value, request: &Request, new: bool) -> bool {
    let (set, rest) = match operator.split_once(':') {
        Some((set, rest)) => (Some(set), rest),
        None => (None, operator),
    };
    let (base, if_exists) = match rest.strip_suffix("IfExists") {
        Some(base) => (base, true),
        None => (rest, false),
    };
    // "Key names are case-insensitive"; a key without a value is as good as absent
    let found = lookup(request, key);
    if base == "Null" {
        return words(values).iter().any(|wanted| (wanted == "true") == found.is_empty());
    }
    let wanted = words(values);
    let (positive, negated) = match base {
        "StringNotEquals" => ("StringEquals", true),
        "StringNotEqualsIgnoreCase" => ("StringEqualsIgnoreCase", true),
        "StringNotLike" => ("StringLike", true),
        "NumericNotEquals" => ("NumericEquals", true),
        "DateNotEquals" => ("DateEquals", true),
        "NotIpAddress" => ("IpAddress", true),
        "ArnNotEquals" | "ArnNotLike" => ("ArnLike", true),
        "ArnEquals" => ("ArnLike", false),
        other => (other, false),
    };
    if found.is_empty() {
        return match set {
            _ if if_exists => true,
            Some("ForAllValues") => true,
            Some("ForAnyValue") => false,
            _ => negated,
        };
    }
    // one request value against all of the policy's: OR, and NOR where negated
    let holds = |value: &String| wanted.iter().any(|want| compare(positive, want, value, request, new)) != negated;
    match set {
        Some("ForAllValues") => found.iter().all(holds),
        _ => found.iter().any(holds), // ForAnyValue, or the one value of a single-valued key
    }
}

fn lookup(request: &Request, key: &str) -> Vec<String> {
    let wanted = key.to_ascii_lowercase();
    request
        .keys
        .iter()
        .find(|(name, _)| name.to_ascii_lowercase() == wanted)
        .map_or(Vec::new(), |(_, values)| values.clone())
}

fn compare(operator: &str, want: &str, value: &str, request: &Request, new: bool) -> bool {
    let chars: Vec<char> = value.chars().collect();
    match operator {
        "StringEquals" => text(want, request, new).is_some_and(|want| want == value),
        "StringEqualsIgnoreCase" => text(want, request, new).is_some_and(|want| want.eq_ignore_ascii_case(value)),
        "StringLike" => pieces(want, request, new).is_some_and(|pattern| like(&pattern, &chars)),
        "ArnLike" => pieces(want, request, new).is_some_and(|pattern| arn(&pattern, value)),
        "Bool" => want == value && ["true", "false"].contains(&want),
        "BinaryEquals" => match (bytes(want), bytes(value)) {
            (Some(want), Some(value)) => want == value,
            _ => false,
        },
        "IpAddress" => address(want, value),
        _ => {
            let (kind, relation) = match operator.strip_prefix("Numeric") {
                Some(relation) => ("number", relation),
                None => ("date", operator.strip_prefix("Date").unwrap()),
            };
            let read = |text: &str| if kind == "number" { number(text) } else { date(text) };
            let (Some(want), Some(value)) = (read(want), read(value)) else { return false };
            match relation {
                "Equals" => value == want,
                "LessThan" => value < want,
                "LessThanEquals" => value <= want,
                "GreaterThan" => value > want,
                "GreaterThanEquals" => value >= want,
                other => panic!("no relation {other}"),
            }
        }
    }
}

// -- patterns and variables

#[derive(Clone, Copy, PartialEq)]
enum Piece {
    This(char),
    One,
    Many,
}

fn wild(text: &str) -> Vec<Piece> {
    text.chars()
        .map(|letter| match letter {
            '*' => Piece::Many,
            '?' => Piece::One,
            other => Piece::This(other),
        })
        .collect()
}

fn like(pattern: &[Piece], text: &[char]) -> bool {
    match pattern.first() {
        None => text.is_empty(),
        Some(Piece::Many) => like(&pattern[1..], text) || (!text.is_empty() && like(pattern, &text[1..])),
        Some(Piece::One) => !text.is_empty() && like(&pattern[1..], &text[1..]),
        Some(Piece::This(letter)) => text.first() == Some(letter) && like(&pattern[1..], &text[1..]),
    }
}

/// "Each of the six colon-delimited components of the ARN is checked separately."
fn arn(pattern: &[Piece], value: &str) -> bool {
    let value: Vec<&str> = value.splitn(6, ':').collect();
    let mut parts: Vec<Vec<Piece>> = vec![Vec::new()];
    for piece in pattern {
        if *piece == Piece::This(':') && parts.len() < 6 {
            parts.push(Vec::new());
        } else {
            parts.last_mut().unwrap().push(*piece);
        }
    }
    parts.len() == 6
        && value.len() == 6
        && parts.iter().zip(&value).all(|(part, value)| like(part, &value.chars().collect::<Vec<_>>()))
}

/// A policy's text with its variables put in; nothing where a variable has no value.
fn pieces(text: &str, request: &Request, new: bool) -> Option<Vec<Piece>> {
    let Some((before, rest)) = text.split_once("${").filter(|_| new) else { return Some(wild(text)) };
    let (name, after) = rest.split_once('}').expect("the generator closes its braces");
    let mut out = wild(before);
    out.extend(stands_for(name, request)?.chars().map(Piece::This));
    out.extend(pieces(after, request, new)?);
    Some(out)
}

/// The same for operators without wildcards.
fn text(text: &str, request: &Request, new: bool) -> Option<String> {
    let out = pieces(text, request, new)?;
    Some(
        out.iter()
            .map(|piece| match piece {
                Piece::This(letter) => *letter,
                Piece::One => '?',
                Piece::Many => '*',
            })
            .collect(),
    )
}

fn stands_for(name: &str, request: &Request) -> Option<String> {
    if ["*", "?", "$"].contains(&name) {
        return Some(name.to_owned());
    }
    let (key, default) = match name.split_once(", '") {
        Some((key, default)) => (key, default.strip_suffix('\'')),
        None => (name, None),
    };
    match lookup(request, key).as_slice() {
        [only] => Some(only.clone()), // "You can't use a multivalued condition key as a variable."
        _ => default.map(str::to_owned),
    }
}

// -- types

/// In billionths, so that decimals stay exact.
fn number(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
    if !plain(whole) || !plain(part) || part.len() > 9 {
        return None;
    }
    Some(sign * (whole.parse::<i128>().ok()? * 1_000_000_000 + format!("{part:0<9}").parse::<i128>().ok()?))
}

/// W3C's profile of ISO 8601, or seconds since 1970; in billionths of a second.
fn date(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if text.len() != 4 && !digits.is_empty() && digits.chars().all(|letter| letter.is_ascii_digit()) {
        return number(text);
    }
    let (day, time) = match text.split_once('T') {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let parts: Vec<i128> = day.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (year, month, of_month) = match parts.as_slice() {
        [year] => (*year, 1, 1),
        [year, month] => (*year, *month, 1),
        [year, month, day] => (*year, *month, *day),
        _ => return None,
    };
    let leap = |year: i128| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    if !(1..=12).contains(&month) || of_month < 1 || of_month > lengths[month as usize - 1] {
        return None;
    }
    let mut days = of_month - 1;
    days += lengths.iter().take(month as usize - 1).sum::<i128>();
    days += (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum::<i128>();
    days -= (year..1970).map(|year| if leap(year) { 366 } else { 365 }).sum::<i128>();
    let mut seconds = days * 86_400;
    let mut fraction = 0;
    if let Some(time) = time {
        let (clock, shift) = if let Some(clock) = time.strip_suffix('Z') {
            (clock, 0)
        } else {
            let at = time.rfind(['+', '-'])?;
            let (hours, minutes) = time[at + 1..].split_once(':')?;
            let shift = hours.parse::<i128>().ok()? * 3_600 + minutes.parse::<i128>().ok()? * 60;
            (&time[..at], if time[at..].starts_with('-') { -shift } else { shift })
        };
        let (clock, part) = clock.split_once('.').unwrap_or((clock, "0"));
        let fields: Vec<i128> = clock.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        seconds += match fields.as_slice() {
            [hours, minutes] => hours * 3_600 + minutes * 60,
            [hours, minutes, rest] => hours * 3_600 + minutes * 60 + rest,
            _ => return None,
        } - shift;
        fraction = format!("{part:0<9}").parse::<i128>().ok()?;
    }
    Some(seconds * 1_000_000_000 + fraction)
}

/// "The value must be in the standard CIDR format"; both are written out bit by bit.
fn address(want: &str, value: &str) -> bool {
    let (network, prefix) = match want.split_once('/') {
        Some((network, prefix)) => (network, prefix.parse::<usize>().ok()),
        None => (want, Some(128)),
    };
    let bits = |text: &str| match text.parse::<IpAddr>().ok()? {
        IpAddr::V4(v4) => Some(format!("{:032b}", u32::from(v4))),
        IpAddr::V6(v6) => Some(format!("{:0128b}", u128::from(v6))),
    };
    let (Some(network), Some(prefix), Some(value)) = (bits(network), prefix, bits(value)) else { return false };
    network.len() == value.len() && network.chars().zip(value.chars()).take(prefix).all(|(one, other)| one == other)
}

fn bytes(text: &str) -> Option<String> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let body = text.trim_end_matches('=');
    let mut bits = String::new();
    for letter in body.chars() {
        bits += &format!("{:06b}", LETTERS.find(letter)?);
    }
    bits.truncate(bits.len() / 8 * 8);
    text.len().is_multiple_of(4).then_some(bits)
}
