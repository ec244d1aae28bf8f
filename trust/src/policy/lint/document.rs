//! A policy document as it is written: the order of members and their repetitions are kept.
//!
//! RFC 8259 through serde_json, which refuses nesting over 127 levels. Of members of one name the last counts, as with
//! AWS; the ones before it are told by JSON pointer.

use crate::json::step;
use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};
use core::fmt;
use serde_core::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    /// As JSON writes it.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Reads a document. The second part: pointers to members that a later one of the same name replaces, at most
    /// [`MOST_DOUBLES`].
    pub(super) fn parse(text: &str) -> Result<(Self, Vec<String>), serde_json::Error> {
        let mut node: Self = serde_json::from_str(text)?;
        let mut doubles = Vec::new();
        node.keep_last("", &mut doubles);
        Ok((node, doubles))
    }

    /// A member of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(known, _)| known == name).map(|(_, node)| node)
    }

    /// The members of an object; of anything else none.
    pub(super) fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    pub(super) fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What may stand alone or in a list: each with its pointer.
    pub(super) fn each(&self, at: &str) -> Vec<(&Self, String)> {
        match self {
            Self::List(items) => items.iter().enumerate().map(|(i, item)| (item, step(at, i))).collect(),
            one => [(one, at.to_owned())].into(),
        }
    }

    /// What a value is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    fn keep_last(&mut self, at: &str, doubles: &mut Vec<String>) {
        match self {
            Self::List(items) => {
                for (i, item) in items.iter_mut().enumerate() {
                    item.keep_last(&step(at, i), doubles);
                }
            }
            Self::Object(members) => {
                let mut left: BTreeMap<String, usize> = BTreeMap::new();
                for (name, _) in members.iter() {
                    *left.entry(name.clone()).or_default() += 1;
                }
                members.retain(|(name, _)| {
                    let Some(left) = left.get_mut(name) else { return true };
                    *left = left.saturating_sub(1);
                    if *left > 0 && doubles.len() < MOST_DOUBLES {
                        doubles.push(step(at, name));
                    }
                    *left == 0
                });
                for (name, node) in members {
                    node.keep_last(&step(at, name), doubles);
                }
            }
            _ => {}
        }
    }
}

/// So many repeated members are told.
const MOST_DOUBLES: usize = 8;

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(alloc::format!("{value}")))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(alloc::format!("{value}")))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Number(alloc::format!("{value}")))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry::<String, Node>()? {
            members.push(member);
        }
        Ok(Node::Object(members))
    }
}
