//! One condition against the request. IAM user guide, "Condition operators" and "Set operators for multivalued keys".
//!
//! A missing key: positive tests fail, negated ones hold, `…IfExists` and `ForAllValues` hold, `ForAnyValue` fails.

use super::operator::{Compare, Operator, Quantifier};
use super::pattern::{self, Token};
use super::{Condition, ConditionTrace, Context, MAX_TRACED, Version};
use crate::json::{cut, short};
use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use core::net::IpAddr;
use irsa_core::Timestamp;

/// Tests a condition and says what was compared.
pub(super) fn test(condition: &Condition, version: Version, context: &Context) -> ConditionTrace {
    let operator = condition.operator;
    let known = context.get(&condition.key);
    // A multivalued key without any value counts as absent.
    let found = known.map(|known| known.values.as_slice()).filter(|values| !values.is_empty());
    let mut notes = Vec::new();
    // For each value of the request: whether one of the policy's fits.
    let mut fit = vec![false; found.map_or(0, <[String]>::len)];
    for value in &condition.values {
        let wanted = Wanted::new(value, operator, version, context);
        if operator.has_variables() && version == Version::V2012 && value.contains("${") {
            notes.push(match &wanted {
                Wanted::Pattern(tokens) => format!("{} is {}", short(value), short(&pattern::text(tokens))),
                _ => format!("{} holds a variable without a single value, so it matches nothing", short(value)),
            });
        }
        for (fit, found) in fit.iter_mut().zip(found.unwrap_or_default()) {
            *fit = *fit || wanted.fits(found, operator.compare);
        }
    }
    let mut holds = fit.into_iter().map(|fit| operator.negated != fit);
    let matched = match (operator.compare, found) {
        (Compare::Null, found) => {
            let absent = if found.is_none() { "true" } else { "false" };
            condition.values.iter().any(|value| value.eq_ignore_ascii_case(absent))
        }
        (_, None) => {
            let (matched, why) = absent(operator);
            notes.push(why.to_string());
            notes.extend(alike(&condition.key, context).map(|key| format!("the request has {key}")));
            matched
        }
        (_, Some(_)) => match operator.quantifier {
            Quantifier::All => holds.all(|holds| holds),
            Quantifier::Any => holds.any(|holds| holds),
            Quantifier::Plain if operator.negated => holds.all(|holds| holds),
            Quantifier::Plain => holds.any(|holds| holds),
        },
    };
    let literal = |value: &&String| value.contains(['*', '?']) && operator.has_variables() && !operator.has_wildcards();
    if !matched && found.is_some() {
        let values = condition.values.iter().filter(literal);
        let note =
            |value: &String| format!("{} has no wildcards under {}, use StringLike", short(value), operator.test);
        notes.extend(values.map(note));
    }
    ConditionTrace {
        operator: operator.to_string(),
        key: condition.key.clone(),
        policy_values: condition.values.clone(),
        request_values: known.map(|known| known.values.iter().map(|value| cut(value, MAX_TRACED)).collect()),
        origin: known.map(|known| known.origin),
        matched,
        notes,
    }
}

/// A key of the request that ends as this absent one does: `…:sub` of another issuer.
fn alike<'a>(key: &str, context: &'a Context) -> Option<&'a str> {
    let (_, claim) = key.rsplit_once(':').filter(|(issuer, _)| issuer.contains('.'))?;
    let mut keys = context.iter().map(|known| known.key.as_str());
    keys.find(|known| {
        known.rsplit_once(':').is_some_and(|(issuer, other)| issuer.contains('.') && other.eq_ignore_ascii_case(claim))
    })
}

/// What an operator makes of a key that is not there.
fn absent(operator: Operator) -> (bool, &'static str) {
    if operator.if_exists {
        (true, "the key is absent, and IfExists holds then")
    } else {
        match (operator.quantifier, operator.negated) {
            (Quantifier::All, _) => (true, "the key is absent, and ForAllValues holds then"),
            (Quantifier::Any, _) => (false, "the key is absent, and ForAnyValue needs a value"),
            (Quantifier::Plain, true) => (true, "the key is absent, and a negated operator holds then"),
            (Quantifier::Plain, false) => (false, "the key is absent from the request"),
        }
    }
}

/// A value of the policy, ready to be compared. One at a time, so that no policy can make variables fill the memory.
enum Wanted<'a> {
    /// A variable in it has no single value.
    Nothing,
    Pattern(Vec<Token>),
    Plain(&'a str),
}

impl<'a> Wanted<'a> {
    fn new(value: &'a str, operator: Operator, version: Version, context: &Context) -> Self {
        if operator.has_variables() && version == Version::V2012 && value.contains("${") {
            pattern::resolve(value, version, operator.has_wildcards(), context).map_or(Self::Nothing, Self::Pattern)
        } else if operator.has_wildcards() {
            pattern::resolve(value, Version::V2008, true, context).map_or(Self::Plain(value), Self::Pattern)
        } else {
            Self::Plain(value)
        }
    }

    fn fits(&self, found: &str, compare: Compare) -> bool {
        match self {
            Self::Nothing => false,
            Self::Pattern(tokens) => fits_pattern(tokens, found, compare),
            Self::Plain(wanted) => fits(wanted, found, compare),
        }
    }
}

fn fits_pattern(wanted: &[Token], found: &str, compare: Compare) -> bool {
    match compare {
        Compare::TextAnyCase => wanted.iter().copied().map(lower).eq(found.chars().map(|c| lower(Token::Char(c)))),
        Compare::Arn => pattern::matches_arn(wanted, found),
        _ => pattern::matches(wanted, found),
    }
}

fn fits(wanted: &str, found: &str, compare: Compare) -> bool {
    match compare {
        Compare::Address => in_network(wanted, found),
        Compare::Binary => match (STANDARD.decode(wanted), STANDARD.decode(found)) {
            (Ok(wanted), Ok(found)) => wanted == found,
            _ => false,
        },
        Compare::Bool => match (boolean(wanted), boolean(found)) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => false,
        },
        Compare::Date(orders) => match (date(wanted), date(found)) {
            (Some(wanted), Some(found)) => orders.contains(&found.cmp(&wanted)),
            _ => false,
        },
        Compare::Number(orders) => match (number(wanted), number(found)) {
            (Some(wanted), Some(found)) => found.partial_cmp(&wanted).is_some_and(|order| orders.contains(&order)),
            _ => false,
        },
        Compare::TextAnyCase => wanted.eq_ignore_ascii_case(found),
        Compare::Text => wanted == found,
        Compare::Arn | Compare::Like | Compare::Null => false,
    }
}

fn lower(token: Token) -> Token {
    match token {
        Token::Char(c) => Token::Char(c.to_ascii_lowercase()),
        other => other,
    }
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// ISO 8601, or seconds since 1970.
fn date(text: &str) -> Option<Timestamp> {
    text.parse().map(Timestamp::from_unix).ok().or_else(|| Timestamp::parse(text))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// `192.0.2.0/24` or a single address, of the same family.
fn in_network(network: &str, address: &str) -> bool {
    let (base, bits) = network.split_once('/').map_or((network, None), |(base, bits)| (base, Some(bits)));
    let (Ok(base), Ok(address)) = (base.parse::<IpAddr>(), address.parse::<IpAddr>()) else { return false };
    let (base, address, width) = match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => (u128::from(base.to_bits()), u128::from(address.to_bits()), 32),
        (IpAddr::V6(base), IpAddr::V6(address)) => (base.to_bits(), address.to_bits(), 128),
        _ => return false,
    };
    let Ok(bits) = bits.map_or(Ok(width), str::parse::<u32>) else { return false };
    match width.checked_sub(bits) {
        None => false,
        Some(128) => true,
        Some(free) => base >> free == address >> free,
    }
}
