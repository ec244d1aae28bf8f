//! `application/x-www-form-urlencoded`, as the Query protocol and the control paths use it. At most 1,000 pairs.

const PAIR_LIMIT: usize = 1_000;

/// The pairs in order; `None` where an escape is wrong, a text is not UTF-8, or there are too many.
pub(crate) fn parse(text: &str) -> Option<Form> {
    let mut pairs = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        if pairs.len() == PAIR_LIMIT {
            return None;
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((decode(name)?, decode(value)?));
    }
    Some(Form(pairs))
}

/// Writes pairs.
pub(crate) fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        for (i, text) in [name, value].into_iter().enumerate() {
            if i == 1 {
                out.push('=');
            }
            for b in text.bytes() {
                match b {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(b)),
                    b => out.push_str(&format!("%{b:02X}")),
                }
            }
        }
    }
    out
}

/// What a form holds.
#[derive(Default)]
pub(crate) struct Form(pub(crate) Vec<(String, String)>);

impl Form {
    /// The last value of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        out.push(match b {
            b'+' => b' ',
            b'%' => {
                let mut digit = || bytes.next().and_then(|b| char::from(b).to_digit(16));
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            b => b,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_forms() {
        let form = parse("Action=X&a=1+2%2B3&a=%C3%A9&flag&=x").unwrap();
        assert_eq!(
            (form.get("Action"), form.get("a"), form.get("flag"), form.get("b")),
            (Some("X"), Some("é"), Some(""), None)
        );
        assert_eq!(encode([("a b", "1+2&é"), ("c", "")]), "a%20b=1%2B2%26%C3%A9&c=");
        for text in ["a=%", "a=%4", "a=%zz", "a=%ff", "%+1=", &"a&".repeat(PAIR_LIMIT + 1)] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
