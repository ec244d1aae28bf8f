//! JSON objects, read member by member without a tree.
//!
//! Follows RFC 8259 through serde_json. Members keep their order and their repetitions, values stay text until they are
//! wanted, and strings are unescaped straight into wiping memory: a secret passes through no other buffer.
//! Bounded by its input: nesting is skipped without recursion.

use crate::{Secret, Timestamp};
use alloc::{borrow::Cow, format, string::String, vec::Vec};
use core::fmt;
use serde_core::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of one object, in order.
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, &'a str)>);

/// Why a text is no JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It ends too early.
    Cut,
    /// Something else stands at this line and column.
    Syntax(usize, usize),
}

impl<'a> Object<'a> {
    /// Reads a whole object; white space may stand around it.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Fault> {
        serde_json::from_str(text).map_err(|e| fault(&e))
    }

    /// The text of a member's value. Where a name is repeated the last one counts, as at AWS.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(member, _)| member == name).map(|(_, value)| *value)
    }

    /// As `get`, whatever the name's case.
    pub(crate) fn get_any_case(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(member, _)| member.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// A member that is a string.
    pub(crate) fn string(&self, name: &str) -> Option<Secret> {
        self.get(name).and_then(string)
    }

    /// A member that is an object.
    pub(crate) fn object(&self, name: &str) -> Option<Object<'a>> {
        self.get(name).and_then(|value| Object::parse(value).ok())
    }

    /// Names and values, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, value)| (&**name, *value))
    }

    /// Names that occur more than once, each once, at most eight.
    pub(crate) fn repeated(&self) -> Vec<String> {
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        let mut repeated: Vec<String> = Vec::new();
        for pair in names.windows(2) {
            if let [a, b] = pair
                && a == b
                && repeated.last().is_none_or(|last| last != a)
                && repeated.len() < 8
            {
                repeated.push((*a).into());
            }
        }
        repeated
    }
}

/// The content of a string's text, in wiping memory; `None` for any other value and for lone surrogates.
pub(crate) fn string(raw: &str) -> Option<Secret> {
    let inner = raw.trim().strip_prefix('"')?.strip_suffix('"')?;
    // Never longer than its escaped form, so that this buffer does not grow and leave copies behind.
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        out.push(match rest.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let high = hex4(&mut rest)?;
                if (0xD800..0xDC00).contains(&high) {
                    let low = (rest.next()? == '\\' && rest.next()? == 'u').then(|| hex4(&mut rest))??;
                    let low = low.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
                    char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + low)?
                } else {
                    char::from_u32(high)?
                }
            }
            c @ ('"' | '\\' | '/') => c,
            _ => return None,
        });
    }
    Some(out.into())
}

/// The texts of an array's items; `None` for any other value.
pub(crate) fn items(raw: &str) -> Option<Vec<&str>> {
    let values: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
    Some(values.into_iter().map(RawValue::get).collect())
}

/// The strings of an array of strings; `None` for any other value.
pub(crate) fn strings(raw: &str) -> Option<Vec<Secret>> {
    items(raw)?.into_iter().map(string).collect()
}

/// What a string says to people, or a number or another short value as it is written.
pub(crate) fn text(raw: &str) -> String {
    string(raw).map_or_else(|| raw.chars().take(200).collect(), |text| text.expose().into())
}

/// A time as the JSON protocols write it: seconds since the epoch, with a fraction or an exponent (`1.734193212E9`).
pub(crate) fn seconds(raw: &str) -> Option<Timestamp> {
    let seconds = raw.parse::<f64>().ok().filter(|seconds| (0.0..253_402_300_800.0).contains(seconds))?;
    #[allow(clippy::cast_possible_truncation)]
    Some(Timestamp::from_unix_millis((seconds * 1000.0) as i64))
}

/// Writes a string with its quotes.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn hex4(rest: &mut core::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |sum, _| Some(sum * 16 + rest.next()?.to_digit(16)?))
}

fn fault(e: &serde_json::Error) -> Fault {
    if e.is_eof() { Fault::Cut } else { Fault::Syntax(e.line(), e.column()) }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut => f.write_str("JSON that ends too early"),
            Self::Syntax(line, column) => f.write_str(&format!("no JSON object at line {line}, column {column}")),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<'a>(core::marker::PhantomData<&'a str>);

        impl<'de: 'a, 'a> Visitor<'de> for Members<'a> {
            type Value = Object<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry::<Name<'a>, &'a RawValue>()? {
                    members.push((name, value.get()));
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members(core::marker::PhantomData))
    }
}

/// A member's name, borrowed unless it has escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<'a>(core::marker::PhantomData<&'a str>);

        impl<'de: 'a, 'a> Visitor<'de> for Text<'a> {
            type Value = Name<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.into())))
            }
        }

        deserializer.deserialize_str(Text(core::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn members_in_order_and_the_last_one_counts() {
        let object =
            Object::parse(r#" {"a": 1, "b": {"c": [2]}, "a": "x\n\u00e9\ud83d\ude00", "\u0062": 3} "#).unwrap();
        assert_eq!(object.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b", "a", "b"]);
        assert_eq!(object.string("a").unwrap().expose(), "x\né😀");
        assert_eq!((object.get("b"), object.get("d")), (Some("3"), None));
        assert_eq!(object.repeated(), vec!["a", "b"]);
        assert_eq!(object.get_any_case("A"), object.get("a"));
    }

    #[test]
    fn faults() {
        for (text, fault) in [
            ("", Fault::Cut),
            (r#"{"a": "b"#, Fault::Cut),
            (r#"{"a": {"b": [1, 2"#, Fault::Cut),
            ("[]", Fault::Syntax(1, 0)),
            ("{} x", Fault::Syntax(1, 4)),
            (r#"{"a": 01}"#, Fault::Syntax(1, 8)),
        ] {
            assert_eq!(Object::parse(text).err(), Some(fault), "{text}");
        }
        let deep = std::format!("{{\"a\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(Object::parse(&deep).is_ok());
    }

    #[test]
    fn strings_without_halves_of_characters() {
        for raw in [
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ud83d\u0041""#,
            r#""\ud83d\ue000""#,
            r#""\ude00""#,
            "1",
            "null",
            r#"["a"]"#,
        ] {
            assert_eq!(string(raw), None, "{raw}");
        }
        assert_eq!(strings(r#"["a", "b"]"#).unwrap().len(), 2);
        assert_eq!(strings(r#"["a", 1]"#), None);
        assert_eq!((text("12"), text(r#""a\"b""#)), ("12".into(), "a\"b".into()));
    }
}
