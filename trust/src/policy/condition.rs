//! One condition against the request. IAM user guide, "Condition operators" and "Set operators for multivalued keys".
//!
//! A missing key: positive tests fail, negated ones hold, `…IfExists` and `ForAllValues` hold, `ForAnyValue` fails.
//! A value that is not of the operator's type equals nothing. The guide's two pages differ on variables under `Bool`;
//! here they have none. A binary value of the request is written in base64, as the policy's is.

use super::number::Number;
use super::operator::{Compare, Operator, Quantifier};
use super::pattern::{self, Resolved, Token};
use super::work::{MAX_WORK, Spent, Work};
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
pub(super) fn test(condition: &Condition, version: Version, context: &Context, work: &mut Work) -> ConditionTrace {
    let known = context.get(&condition.key);
    let mut notes = Vec::new();
    let matched = work.ask(|work| holds(condition, version, context, work, &mut notes));
    if matched.is_err() {
        notes.push(spent());
    }
    ConditionTrace {
        operator: condition.operator.to_string(),
        key: condition.key.clone(),
        policy_values: condition.values.clone(),
        request_values: known.map(|known| known.values.iter().map(|value| cut(value, MAX_TRACED)).collect()),
        origin: known.map(|known| known.origin),
        undecided: matched.is_err(),
        matched: matched.unwrap_or_default(),
        notes,
    }
}

/// What there is to say where the work ran out.
pub(super) fn spent() -> String {
    format!("not decided: the policy with these values needs more than {MAX_WORK} steps")
}

fn holds(
    condition: &Condition,
    version: Version,
    context: &Context,
    work: &mut Work,
    notes: &mut Vec<String>,
) -> Result<bool, Spent> {
    let operator = condition.operator;
    // A multivalued key without any value counts as absent.
    let Some(known) = context.get(&condition.key).filter(|known| !known.values.is_empty()) else {
        if operator.compare == Compare::Null {
            return Ok(condition.values.iter().any(|value| value.eq_ignore_ascii_case("true")));
        }
        for value in condition.values.iter().filter(|value| is_variable(value, operator, version)) {
            notes.extend(Wanted::new(value, operator, version, context, MAX_TRACED, work)?.note(value));
        }
        let (matched, why) = absent(operator);
        notes.push(why.to_string());
        notes.extend(alike(&condition.key, context).map(|key| format!("the request has {key}")));
        return Ok(matched);
    };
    if operator.compare == Compare::Null {
        return Ok(condition.values.iter().any(|value| value.eq_ignore_ascii_case("false")));
    }
    let mut found = Vec::with_capacity(known.values.len());
    for value in &known.values {
        found.push(Found::new(value, operator, work)?);
    }
    let most = found.iter().map(|found| found.chars.len()).max().unwrap_or_default();
    // For each value of the request: whether one of the policy's fits.
    let mut fit = vec![false; found.len()];
    for value in &condition.values {
        let wanted = Wanted::new(value, operator, version, context, most, work)?;
        if is_variable(value, operator, version) {
            notes.extend(wanted.note(value));
        }
        for (fit, found) in fit.iter_mut().zip(&found) {
            *fit = *fit || wanted.fits(found, operator.compare, work)?;
        }
    }
    let mut holds = fit.into_iter().map(|fit| operator.negated != fit);
    let matched = match operator.quantifier {
        Quantifier::All => holds.all(|holds| holds),
        Quantifier::Any => holds.any(|holds| holds),
        Quantifier::Plain if operator.negated => holds.all(|holds| holds),
        Quantifier::Plain => holds.any(|holds| holds),
    };
    let literal = |value: &&String| value.contains(['*', '?']) && operator.has_variables() && !operator.has_wildcards();
    if !matched {
        let values = condition.values.iter().filter(literal);
        let note =
            |value: &String| format!("{} has no wildcards under {}, use StringLike", short(value), operator.test);
        notes.extend(values.map(note));
    }
    Ok(matched)
}

fn is_variable(value: &str, operator: Operator, version: Version) -> bool {
    operator.has_variables() && version == Version::V2012 && value.contains("${")
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

/// A value of the request, ready to be compared.
struct Found<'a> {
    text: &'a str,
    /// Of the operators that look at characters.
    chars: Vec<char>,
}

impl<'a> Found<'a> {
    fn new(text: &'a str, operator: Operator, work: &mut Work) -> Result<Self, Spent> {
        let chars = if operator.has_variables() {
            work.pay(text.len())?;
            text.chars().collect()
        } else {
            Vec::new()
        };
        Ok(Self { text, chars })
    }
}

/// A value of the policy, ready to be compared. One at a time, so that no policy can make variables fill the memory.
enum Wanted<'a> {
    /// A variable in it has no single value.
    NoValue,
    /// Its variables make it longer than any value of the request.
    TooLong,
    Pattern(Vec<Token>),
    Plain(&'a str),
}

impl<'a> Wanted<'a> {
    fn new(
        value: &'a str,
        operator: Operator,
        version: Version,
        context: &Context,
        most: usize,
        work: &mut Work,
    ) -> Result<Self, Spent> {
        let version = if is_variable(value, operator, version) { version } else { Version::V2008 };
        if version == Version::V2008 && !operator.has_wildcards() {
            return Ok(Self::Plain(value));
        }
        Ok(match pattern::resolve(value, version, operator.has_wildcards(), context, most, work)? {
            Resolved::Pattern(tokens) => Self::Pattern(tokens),
            Resolved::NoValue => Self::NoValue,
            Resolved::TooLong => Self::TooLong,
        })
    }

    /// What became of the variables in it.
    fn note(&self, value: &str) -> Option<String> {
        Some(match self {
            Self::NoValue => format!("{} holds a variable without a single value, so it matches nothing", short(value)),
            Self::TooLong => format!("{} stands for more than the request's value", short(value)),
            Self::Pattern(tokens) => format!("{} is {}", short(value), short(&pattern::text(tokens))),
            Self::Plain(_) => return None,
        })
    }

    fn fits(&self, found: &Found<'_>, compare: Compare, work: &mut Work) -> Result<bool, Spent> {
        match self {
            Self::NoValue | Self::TooLong => Ok(false),
            Self::Pattern(tokens) => match compare {
                Compare::TextAnyCase => {
                    work.pay(1 + tokens.len().min(found.chars.len()))?;
                    Ok(tokens.iter().copied().map(lower).eq(found.chars.iter().map(|c| lower(Token::Char(*c)))))
                }
                Compare::Arn => pattern::matches_arn(tokens, &found.chars, work),
                _ => pattern::matches(tokens, &found.chars, work),
            },
            Self::Plain(wanted) => {
                work.pay(1 + wanted.len().min(found.text.len()))?;
                Ok(fits(wanted, found.text, compare))
            }
        }
    }
}

fn fits(wanted: &str, found: &str, compare: Compare) -> bool {
    match compare {
        Compare::Text => return wanted == found,
        Compare::TextAnyCase => return wanted.eq_ignore_ascii_case(found),
        // The encoding is strict, so that bytes have one text.
        Compare::Binary => return wanted == found && STANDARD.decode(wanted).is_ok(),
        _ => {}
    }
    // Nothing that is read here is longer; what is, is none of it.
    if wanted.len().max(found.len()) > MAX_SCALAR {
        return false;
    }
    match compare {
        Compare::Address => in_network(wanted, found),
        Compare::Bool => match (boolean(wanted), boolean(found)) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => false,
        },
        Compare::Date(orders) => match (date(wanted), date(found)) {
            (Some(wanted), Some(found)) => orders.contains(&found.cmp(&wanted)),
            _ => false,
        },
        Compare::Number(orders) => match (Number::parse(wanted), Number::parse(found)) {
            (Some(wanted), Some(found)) => orders.contains(&found.cmp(&wanted)),
            _ => false,
        },
        _ => false,
    }
}

/// The longest number, date, address or boolean that is read, in bytes.
const MAX_SCALAR: usize = 128;

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

/// A form of "W3C Date and Time Formats" (a year, a month, a day, with or without time), or seconds since 1970. Four
/// digits are a year.
fn date(text: &str) -> Option<Timestamp> {
    let day = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    match text.len() {
        4 if day(text) => Timestamp::parse(&format!("{text}-01-01T00:00:00Z")),
        7 if day(text) && text.contains('-') => Timestamp::parse(&format!("{text}-01T00:00:00Z")),
        10 if day(text) && text.contains('-') => Timestamp::parse(&format!("{text}T00:00:00Z")),
        _ => match text.parse() {
            Ok(seconds) => Some(Timestamp::from_unix(seconds)),
            Err(_) => Timestamp::parse(text).or_else(|| without_seconds(text)),
        },
    }
}

/// `2026-11-24T10:00+01:00`.
fn without_seconds(text: &str) -> Option<Timestamp> {
    const TO_THE_MINUTE: usize = "2026-11-24T10:00".len();
    let (minute, zone) = (text.get(..TO_THE_MINUTE)?, text.get(TO_THE_MINUTE..)?);
    Timestamp::parse(&format!("{minute}:00{zone}"))
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
