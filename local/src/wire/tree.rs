//! An answer of the Query protocol before it is written: as XML, or as JSON for who accepts that.

use irsa_core::Timestamp;
use serde_json::{Map, Value};

pub(crate) enum Node {
    Text(String),
    Number(u64),
    /// XML: ISO 8601 in whole seconds; JSON: Unix seconds.
    Time(Timestamp),
    Group(Vec<(&'static str, Node)>),
}

impl Node {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Indented by two blanks, as STS writes it.
    pub(crate) fn xml(&self, name: &str, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        let tag = name.split(' ').next().unwrap_or(name);
        out.push_str(&format!("{indent}<{name}>"));
        match self {
            Self::Text(text) => escape(text, out),
            Self::Number(number) => out.push_str(&number.to_string()),
            Self::Time(time) => out.push_str(&time.to_string()),
            Self::Group(members) => {
                out.push('\n');
                members.iter().for_each(|(name, node)| node.xml(name, depth + 1, out));
                out.push_str(&indent);
            }
        }
        out.push_str(&format!("</{tag}>\n"));
    }

    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Number(number) => Value::from(*number),
            Self::Time(time) => Value::from(time.unix()),
            Self::Group(members) => Value::Object(
                members.iter().map(|(name, node)| ((*name).to_owned(), node.json())).collect::<Map<_, _>>(),
            ),
        }
    }
}

/// XML 1.0 text; what it cannot hold becomes `?`.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            '\n' | '\t' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            _ => out.push('?'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tree_two_forms() {
        let tree = Node::Group(vec![
            ("Arn", Node::text("a<b>&\u{1}\r\nc")),
            ("Credentials", Node::Group(vec![("Expiration", Node::Time(Timestamp::from_unix(0)))])),
            ("Size", Node::Number(6)),
        ]);
        let mut xml = String::new();
        tree.xml("R xmlns=\"n\"", 0, &mut xml);
        assert_eq!(
            xml,
            "<R xmlns=\"n\">\n  <Arn>a&lt;b&gt;&amp;?&#13;\nc</Arn>\n  <Credentials>\n    \
             <Expiration>1970-01-01T00:00:00Z</Expiration>\n  </Credentials>\n  <Size>6</Size>\n</R>\n"
        );
        assert_eq!(
            tree.json().to_string(),
            "{\"Arn\":\"a<b>&\\u0001\\r\\nc\",\"Credentials\":{\"Expiration\":0},\"Size\":6}"
        );
    }
}
