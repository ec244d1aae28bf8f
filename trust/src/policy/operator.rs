//! Condition operators: `[ForAnyValue:|ForAllValues:]<test>[IfExists]`. IAM user guide, "Condition operators".
//! A test is a comparison, perhaps negated; all else about a condition is in `condition.rs`.

use alloc::string::String;
use core::cmp::Ordering;
use core::fmt;

/// A condition operator, spelt as IAM spells it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// The set operator before it.
    pub quantifier: Quantifier,
    /// Without set operator and `IfExists`: `StringEquals`.
    pub test: &'static str,
    /// True with `IfExists` behind it.
    pub if_exists: bool,
    pub(super) compare: Compare,
    pub(super) negated: bool,
}

/// How the values of a multivalued key count. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// No set operator.
    Plain,
    /// `ForAnyValue:`.
    Any,
    /// `ForAllValues:`; true for an absent key.
    All,
}

impl Quantifier {
    /// As in a document, colon included; empty for [`Quantifier::Plain`].
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Any => "ForAnyValue:",
            Self::All => "ForAllValues:",
        }
    }
}

impl Operator {
    /// Reads an operator; `None` where IAM has no such.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (quantifier, rest) = if let Some(rest) = text.strip_prefix(Quantifier::Any.prefix()) {
            (Quantifier::Any, rest)
        } else if let Some(rest) = text.strip_prefix(Quantifier::All.prefix()) {
            (Quantifier::All, rest)
        } else {
            (Quantifier::Plain, text)
        };
        let (name, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |name| (name, true));
        let (test, compare, negated) = *TESTS.iter().find(|(test, ..)| *test == name)?;
        // Null asks whether the key exists: IfExists and set operators have no meaning with it.
        if compare == Compare::Null && (if_exists || quantifier != Quantifier::Plain) {
            return None;
        }
        Some(Self { quantifier, test, if_exists, compare, negated })
    }

    /// True for the `…Not…` operators: no value may match.
    pub fn is_negated(self) -> bool {
        self.negated
    }

    /// True where `*` and `?` in values are wildcards.
    pub fn has_wildcards(self) -> bool {
        matches!(self.compare, Compare::Like | Compare::Arn)
    }

    /// True where policy variables in values are resolved.
    pub fn has_variables(self) -> bool {
        matches!(self.compare, Compare::Text | Compare::TextAnyCase | Compare::Like | Compare::Arn)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.quantifier.prefix(), self.test, if self.if_exists { "IfExists" } else { "" })
    }
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Operator> for String {
    fn from(operator: Operator) -> Self {
        alloc::format!("{operator}")
    }
}

/// What a test does with one value of the policy and one of the request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    Address,
    Arn,
    Binary,
    Bool,
    Date(&'static [Ordering]),
    Like,
    Null,
    Number(&'static [Ordering]),
    Text,
    TextAnyCase,
}

const EQUAL: &[Ordering] = &[Ordering::Equal];
const LESS: &[Ordering] = &[Ordering::Less];
const LESS_OR_EQUAL: &[Ordering] = &[Ordering::Less, Ordering::Equal];
const GREATER: &[Ordering] = &[Ordering::Greater];
const GREATER_OR_EQUAL: &[Ordering] = &[Ordering::Greater, Ordering::Equal];

/// Every test: its name, its comparison, whether negated.
const TESTS: &[(&str, Compare, bool)] = &[
    ("ArnEquals", Compare::Arn, false),
    ("ArnLike", Compare::Arn, false),
    ("ArnNotEquals", Compare::Arn, true),
    ("ArnNotLike", Compare::Arn, true),
    ("BinaryEquals", Compare::Binary, false),
    ("Bool", Compare::Bool, false),
    ("DateEquals", Compare::Date(EQUAL), false),
    ("DateGreaterThan", Compare::Date(GREATER), false),
    ("DateGreaterThanEquals", Compare::Date(GREATER_OR_EQUAL), false),
    ("DateLessThan", Compare::Date(LESS), false),
    ("DateLessThanEquals", Compare::Date(LESS_OR_EQUAL), false),
    ("DateNotEquals", Compare::Date(EQUAL), true),
    ("IpAddress", Compare::Address, false),
    ("NotIpAddress", Compare::Address, true),
    ("Null", Compare::Null, false),
    ("NumericEquals", Compare::Number(EQUAL), false),
    ("NumericGreaterThan", Compare::Number(GREATER), false),
    ("NumericGreaterThanEquals", Compare::Number(GREATER_OR_EQUAL), false),
    ("NumericLessThan", Compare::Number(LESS), false),
    ("NumericLessThanEquals", Compare::Number(LESS_OR_EQUAL), false),
    ("NumericNotEquals", Compare::Number(EQUAL), true),
    ("StringEquals", Compare::Text, false),
    ("StringEqualsIgnoreCase", Compare::TextAnyCase, false),
    ("StringLike", Compare::Like, false),
    ("StringNotEquals", Compare::Text, true),
    ("StringNotEqualsIgnoreCase", Compare::TextAnyCase, true),
    ("StringNotLike", Compare::Like, true),
];
