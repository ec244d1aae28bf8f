//! YAML to JSON values: what a Kubernetes manifest and `irsa-local.yaml` need of YAML 1.2's core schema.
//!
//! Limits: 1 MiB (the reader's), 64 levels, 50,000 values with aliases spelt out, no repeated key. Tags are ignored.

use irsa_core::{Code, Error};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const DEPTH_LIMIT: usize = 64;
const VALUE_LIMIT: usize = 50_000;

/// Every document of the text, in order. JSON is YAML too. `name` is the file, for errors.
pub(crate) fn parse(text: &str, name: &str) -> Result<Vec<Value>, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut loader = Loader { events: Parser::new_from_str(text), name, anchors: BTreeMap::new(), values: 0, line: 1 };
    let mut documents = Vec::new();
    while let Some(event) = loader.next()? {
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            Event::StreamEnd => break,
            event => documents.push(loader.value(event, 0)?),
        }
    }
    documents.retain(|document| !document.is_null());
    Ok(documents)
}

struct Loader<'a> {
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    name: &'a str,
    /// Anchored values and how many values each holds.
    anchors: BTreeMap<usize, (Value, usize)>,
    values: usize,
    line: usize,
}

impl<'a> Loader<'a> {
    fn next(&mut self) -> Result<Option<Event<'a>>, Error> {
        match self.events.next() {
            None => Ok(None),
            Some(Ok((event, span))) => {
                self.at(span);
                Ok(Some(event))
            }
            Some(Err(fault)) => {
                self.line = fault.marker().line();
                Err(self.error(fault.info()))
            }
        }
    }

    fn at(&mut self, span: Span) {
        self.line = span.start.line();
    }

    fn value(&mut self, event: Event<'a>, depth: usize) -> Result<Value, Error> {
        let before = self.values;
        self.count(1)?;
        if depth > DEPTH_LIMIT {
            return Err(self.error(&format!("more than {DEPTH_LIMIT} levels")));
        }
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, _) => (anchor, scalar(text.into_owned(), style)),
            Event::SequenceStart(anchor, _) => (anchor, self.sequence(depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.mapping(depth)?),
            Event::Alias(id) => {
                // An anchor still open (an alias to its own parent) is not known yet either.
                let (value, size) =
                    self.anchors.get(&id).cloned().ok_or_else(|| self.error("an alias to an unknown anchor"))?;
                self.count(size)?;
                return Ok(value);
            }
            _ => return Err(self.error("the document ends early")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), self.values - before));
        }
        Ok(value)
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, Error> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                Some(Event::SequenceEnd) => return Ok(Value::Array(items)),
                Some(event) => items.push(self.value(event, depth + 1)?),
                None => return Err(self.error("the document ends early")),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, Error> {
        let mut members = Map::new();
        loop {
            let key = match self.next()? {
                Some(Event::MappingEnd) => return Ok(Value::Object(members)),
                Some(Event::Scalar(text, ..)) => text.into_owned(),
                _ => return Err(self.error("a key that is not a text")),
            };
            let line = self.line;
            let event = self.next()?.ok_or_else(|| self.error("the document ends early"))?;
            let value = self.value(event, depth + 1)?;
            if members.contains_key(&key) {
                self.line = line;
                return Err(self.error(&format!("“{key}” stands here a second time")));
            }
            members.insert(key, value);
        }
    }

    fn count(&mut self, more: usize) -> Result<(), Error> {
        self.values = self.values.saturating_add(more);
        if self.values > VALUE_LIMIT {
            return Err(self.error(&format!("more than {VALUE_LIMIT} values")));
        }
        Ok(())
    }

    fn error(&self, what: &str) -> Error {
        Error::new(Code::LocalManifest, "irsa-local", format!("{} line {}: {what}", self.name, self.line))
            .with_fix(format!("mend line {} of {}", self.line, self.name))
    }
}

/// The core schema's plain scalars; whole numbers beyond 64 bits and everything quoted stay texts.
fn scalar(text: String, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text);
    }
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    // A leading zero makes an account id such as 012345678901; read as a number it would lose its zero.
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let number = digits == "0" || (digits.starts_with(|c: char| ('1'..='9').contains(&c)));
    match text.parse::<i64>() {
        Ok(whole) if number => Value::from(whole),
        _ => match text.parse::<f64>() {
            Ok(real) if number && real.is_finite() && text.contains(['.', 'e', 'E']) => Value::from(real),
            _ => Value::String(text),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_what_manifests_hold() {
        let cases = [
            ("a: 1\nb: [x, 'y', \"z\"]\n", json!({"a": 1, "b": ["x", "y", "z"]})),
            ("a: 012345678901\nb: 123456789012\nc: '5'", json!({"a": "012345678901", "b": 123456789012_i64, "c": "5"})),
            ("a: ~\nb: true\nc: no\nd: 1.5\ne: 1e3x", json!({"a": null, "b": true, "c": "no", "d": 1.5, "e": "1e3x"})),
            ("x: &k {n: 1}\ny: *k", json!({"x": {"n": 1}, "y": {"n": 1}})),
            ("{\"a\": {\"b\": [1, null]}}", json!({"a": {"b": [1, null]}})),
            ("\u{feff}a: |\n  two\n  lines\n", json!({"a": "two\nlines\n"})),
        ];
        for (text, wanted) in cases {
            assert_eq!(parse(text, "f").unwrap(), [wanted], "{text}");
        }
        assert_eq!(parse("---\na: 1\n---\n---\nb: 2\n", "f").unwrap(), [json!({"a": 1}), json!({"b": 2})]);
        assert_eq!(parse("# nothing\n", "f").unwrap(), [] as [Value; 0]);
    }

    #[test]
    fn refuses_with_the_line() {
        let laughs = (1..10).fold("a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, i| {
            let before = format!("*a{}", i - 1);
            text + &format!("a{i}: &a{i} [{}]\n", [before.as_str(); 9].join(","))
        });
        let cases = [
            ("a: 1\na: 2\n", "f line 2: “a” stands here a second time"),
            ("a: [1\n", "f line 2"),
            ("a: *nope\n", "f line 1"),
            ("? [x]\n: 1\n", "a key that is not a text"),
            (&"[".repeat(70), "f line 1"),
            (&laughs, "more than 50000 values"),
        ];
        for (text, wanted) in cases {
            let error = parse(text, "f").unwrap_err();
            assert_eq!(error.code(), Code::LocalManifest);
            assert!(error.message().contains(wanted), "{}", error.message());
        }
    }
}
