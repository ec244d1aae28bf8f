//! Decimals of any size, compared exactly: `10`, `-0.5`, `1.50`, and `1e21`, which is how JSON libraries write large ones.
//! A binary fraction would make neighbours equal, such as 9007199254740992 and 9007199254740993.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// A decimal: sign, digits without zeros at either end, and where its point stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Number {
    negative: bool,
    /// The value is 0.DIGITS times ten to this power.
    power: i64,
    digits: Vec<u8>,
}

impl Number {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, i64::from(exponent.parse::<i32>().ok()?)),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let all = || whole.bytes().chain(fraction.bytes());
        let zeros = all().take_while(|b| *b == b'0').count();
        let mut digits: Vec<u8> = all().skip(zeros).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Some(Self { negative: false, power: 0, digits });
        }
        let power = i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()? + exponent;
        Some(Self { negative, power, digits })
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |number: &Self| (!number.digits.is_empty()).then_some(number.power);
        let greater = || size(self).cmp(&size(other)).then_with(|| self.digits.cmp(&other.digits));
        match (self.negative, other.negative) {
            (false, false) => greater(),
            (true, true) => greater().reverse(),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_compared_exactly() {
        use Ordering::{Equal, Greater, Less};
        let of = |one: &str, other: &str| Number::parse(one).unwrap().cmp(&Number::parse(other).unwrap());
        for (one, other, order) in [
            ("10", "10.0", Equal),
            ("010", "10", Equal),
            ("-0", "0.00", Equal),
            ("1e3", "1000", Equal),
            ("1.5E-1", "0.15", Equal),
            ("9007199254740993", "9007199254740992", Greater),
            ("0.1", "0.09", Greater),
            ("2", "10", Less),
            ("-2", "-10", Greater),
            ("-1", "0", Less),
            ("0", "0.0001", Less),
            ("0.5", "-7", Greater),
            ("123456789012345678901234567890.1", "123456789012345678901234567890.2", Less),
        ] {
            assert_eq!(of(one, other), order, "{one} {other}");
            assert_eq!(of(other, one), order.reverse(), "{other} {one}");
        }
        for text in ["", ".", "-", "1.2.3", "0x10", "1e", "1e99999999999", "inf", "NaN", "1 ", "१"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
