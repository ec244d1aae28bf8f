//! JSON as this crate reads it: `serde_json` values (the last of duplicate members counts, as with AWS; nesting over
//! 127 levels is an error), with places named as JSON pointers (RFC 6901).

use alloc::{format, string::String};
use serde_json::Value;

/// What a value is, for messages.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// `pointer` with one step more.
pub(crate) fn step(pointer: &str, name: impl core::fmt::Display) -> String {
    let name = format!("{name}").replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{name}")
}

/// A text cut for a message: what comes from outside may be long.
pub(crate) fn short(text: &str) -> String {
    cut(text, 200)
}

/// A text of at most so many characters; what is cut off is said.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.into(),
        Some((at, _)) => format!("{}… ({} bytes)", text.get(..at).unwrap_or_default(), text.len()),
    }
}
