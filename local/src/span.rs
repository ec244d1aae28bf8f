//! Spans of time as people type them: `250ms`, `15s`, `2m`, `1h`, `1d`; whole numbers, one unit.

use irsa_core::{Code, Error};
use std::time::Duration;

/// Reads a span; `what` names the option or the line, for the error.
pub fn parse_span(text: &str, what: &str) -> Result<Duration, Error> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let (number, unit) = (digits.parse::<u64>().ok(), &text[digits.len()..]);
    let millis = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    let span = number.zip(millis).and_then(|(number, millis)| number.checked_mul(millis));
    // A hundred years: beyond it, adding to a date would leave the years that texts can hold.
    match span.filter(|millis| *millis <= 36_500 * 86_400_000) {
        Some(millis) => Ok(Duration::from_millis(millis)),
        None => Err(Error::new(Code::LocalUsage, "irsa-local", format!("{what}: “{text}” is no span of time"))
            .with_fix(format!("{what}: write a whole number and a unit, such as 15s, 2m or 1h"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_spans() {
        for (text, millis) in [("250ms", 250), ("0s", 0), ("15s", 15_000), ("2m", 120_000), ("24h", 86_400_000)] {
            assert_eq!(parse_span(text, "--rotate").unwrap().as_millis(), millis, "{text}");
        }
        for text in ["", "5", "s", "-5s", "1.5s", "5 s", "5sec", "５s", "99999999999999999999s", "40000d"] {
            let error = parse_span(text, "--rotate").unwrap_err();
            assert!(error.fix().starts_with("--rotate: write"), "{error}");
        }
    }
}
