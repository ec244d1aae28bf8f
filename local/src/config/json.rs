//! A place in a JSON or YAML document, so that an error can name it: `irsa-local.yaml: roles[0].policy`.

use irsa_core::{Code, Error};
use serde_json::Value;

#[derive(Clone)]
pub(crate) struct Reader<'a> {
    value: &'a Value,
    file: &'a str,
    path: String,
    code: Code,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(value: &'a Value, file: &'a str, code: Code) -> Self {
        Self { value, file, path: String::new(), code }
    }

    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// `irsa-local.yaml: roles[0].policy`.
    pub(crate) fn place(&self) -> String {
        format!("{}: {}", self.file, self.path)
    }

    /// The member, where it is there and not null.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Some(Self { value, path, ..self.clone() })
    }

    pub(crate) fn need(&self, key: &str) -> Result<Self, Error> {
        self.get(key).ok_or_else(|| self.error(&format!("lacks `{key}`"), &format!("add `{key}`")))
    }

    /// A text; a number or a truth value counts as its text, as an account id without quotes does.
    pub(crate) fn text(&self) -> Result<String, Error> {
        match self.value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(truth) => Ok(truth.to_string()),
            _ => Err(self.error("is no text", "write a text")),
        }
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Result<Vec<Self>, Error> {
        let Value::Array(items) = self.value else { return Err(self.error("is no list", "write a list")) };
        Ok(items
            .iter()
            .enumerate()
            .map(|(i, value)| Self { value, path: format!("{}[{i}]", self.path), ..self.clone() })
            .collect())
    }

    /// The items of a list, or the one thing that is no list.
    pub(crate) fn one_or_many(&self) -> Result<Vec<Self>, Error> {
        if self.value.is_array() { self.items() } else { Ok(vec![self.clone()]) }
    }

    /// The members of a mapping.
    pub(crate) fn members(&self) -> Result<Vec<(&'a str, Self)>, Error> {
        let Value::Object(members) = self.value else { return Err(self.error("is no mapping", "write a mapping")) };
        Ok(members.keys().filter_map(|key| Some((key.as_str(), self.get(key)?))).collect())
    }

    /// A mapping with no other keys than these.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Error> {
        let Value::Object(members) = self.value else { return Err(self.error("is no mapping", "write a mapping")) };
        match members.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => {
                Err(self.error(&format!("has an unknown key `{key}`"), &format!("use one of: {}", known.join(", "))))
            }
        }
    }

    /// “file: path what”; the fix begins with the place.
    pub(crate) fn error(&self, what: &str, fix: &str) -> Error {
        let place = if self.path.is_empty() { "the document" } else { &self.path };
        Error::new(self.code, "irsa-local", format!("{}: {place} {what}", self.file))
            .with_fix(format!("{}, {place}: {fix}", self.file))
    }
}
