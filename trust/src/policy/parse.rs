//! From JSON to a [`Policy`]. IAM user guide, "Grammar of the IAM JSON policy language".
//!
//! Every error names the place as a JSON pointer. Unknown elements and operators are errors: a policy that is not
//! understood is not evaluated. Whether IAM would store it in a given place (a trust policy without `Resource` and so
//! on) is not asked here.

use super::{Condition, Effect, Operator, Patterns, Policy, PrincipalKind, Principals, Statement, Version};
use crate::json::{kind, short, step};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use irsa_core::{Code, Error};
use serde_json::{Map, Value};

/// The longest document that is read, in bytes.
pub const MAX_POLICY: usize = 64 << 10;

pub(super) fn policy(text: &str) -> Result<Policy, Error> {
    if text.len() > MAX_POLICY {
        return Err(Error::new(Code::PolicyTooLarge, AT, format!("{} bytes, the limit is {MAX_POLICY}", text.len())));
    }
    let value: Value = serde_json::from_str(text).map_err(|e| Error::new(Code::PolicyJson, AT, format!("{e}")))?;
    document(&value)
}

pub(super) fn document(value: &Value) -> Result<Policy, Error> {
    let document = object(value, "")?;
    known(document, "", &["Version", "Id", "Statement"])?;
    let version = match document.get("Version") {
        None => Version::V2008,
        Some(value) => match string(value, "/Version")?.as_str() {
            "2008-10-17" => Version::V2008,
            "2012-10-17" => Version::V2012,
            other => return Err(wrong("/Version", format!("{}, there are 2012-10-17 and 2008-10-17", short(other)))),
        },
    };
    let statements = match document.get("Statement") {
        None => return Err(wrong("/Statement", "missing")),
        Some(Value::Array(items)) => {
            let items = items.iter().enumerate();
            items.map(|(i, item)| statement(item, &step("/Statement", i))).collect::<Result<_, _>>()?
        }
        Some(one) => [statement(one, "/Statement")?].into(),
    };
    Ok(Policy { version, id: optional(document, "", "Id")?, statements })
}

fn statement(value: &Value, at: &str) -> Result<Statement, Error> {
    let members = object(value, at)?;
    known(
        members,
        at,
        &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"],
    )?;
    let effect = step(at, "Effect");
    let effect = match members.get("Effect") {
        None => return Err(wrong(&effect, "missing")),
        Some(value) => match string(value, &effect)?.as_str() {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            other => return Err(wrong(&effect, format!("{}, there are Allow and Deny", short(other)))),
        },
    };
    let actions = match either(members, at, "Action", "NotAction")? {
        Some((negated, value, at)) => Patterns { negated, values: strings(value, &at)? },
        None => return Err(wrong(&step(at, "Action"), "missing")),
    };
    let resources = match either(members, at, "Resource", "NotResource")? {
        Some((negated, value, at)) => Some(Patterns { negated, values: strings(value, &at)? }),
        None => None,
    };
    let principals = match either(members, at, "Principal", "NotPrincipal")? {
        Some((negated, value, at)) => Some(Principals { negated, values: principals(value, &at)? }),
        None => None,
    };
    let conditions = match members.get("Condition") {
        Some(value) => conditions(value, &step(at, "Condition"))?,
        None => Vec::new(),
    };
    Ok(Statement { sid: optional(members, at, "Sid")?, effect, principals, actions, resources, conditions })
}

fn principals(value: &Value, at: &str) -> Result<Vec<(PrincipalKind, String)>, Error> {
    const KINDS: [PrincipalKind; 4] =
        [PrincipalKind::Aws, PrincipalKind::CanonicalUser, PrincipalKind::Federated, PrincipalKind::Service];
    match value {
        Value::String(text) if text == "*" => return Ok([(PrincipalKind::Any, text.clone())].into()),
        Value::String(text) => {
            return Err(wrong(at, format!("{}, only * may stand here without its kind", short(text))));
        }
        _ => {}
    }
    let members = object(value, at)?;
    known(members, at, &KINDS.map(PrincipalKind::name))?;
    let mut found = Vec::new();
    for kind in KINDS {
        if let Some(value) = members.get(kind.name()) {
            found.extend(strings(value, &step(at, kind.name()))?.into_iter().map(|value| (kind, value)));
        }
    }
    if found.is_empty() { Err(wrong(at, "names nobody")) } else { Ok(found) }
}

fn conditions(value: &Value, at: &str) -> Result<Vec<Condition>, Error> {
    let mut conditions = Vec::new();
    for (name, keys) in object(value, at)? {
        let at = step(at, name);
        let operator = Operator::parse(name)
            .ok_or_else(|| Error::new(Code::PolicyOperator, AT, format!("{}: {} is no operator", at, short(name))))?;
        for (key, values) in object(keys, &at)? {
            let at = step(&at, key);
            let values = match values {
                Value::Array(items) => {
                    items.iter().enumerate().map(|(i, item)| scalar(item, &step(&at, i))).collect::<Result<_, _>>()?
                }
                one => [scalar(one, &at)?].into(),
            };
            conditions.push(Condition { operator, key: key.clone(), values });
        }
    }
    // The order of members is not kept by every build of the JSON library.
    conditions.sort_by(|a, b| (a.operator.to_string(), &a.key).cmp(&(b.operator.to_string(), &b.key)));
    Ok(conditions)
}

/// A condition's value: texts, and what may be written without quotes.
fn scalar(value: &Value, at: &str) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        other => Err(wrong(at, format!("{}, not a text, number or boolean", kind(other)))),
    }
}

type Found<'a> = Option<(bool, &'a Value, String)>;

/// One of two members that exclude each other; true for the second.
fn either<'a>(members: &'a Map<String, Value>, at: &str, name: &str, not: &str) -> Result<Found<'a>, Error> {
    match (members.get(name), members.get(not)) {
        (Some(_), Some(_)) => Err(wrong(&step(at, not), format!("stands beside {name}, only one of them may"))),
        (Some(value), None) => Ok(Some((false, value, step(at, name)))),
        (None, Some(value)) => Ok(Some((true, value, step(at, not)))),
        (None, None) => Ok(None),
    }
}

fn optional(members: &Map<String, Value>, at: &str, name: &str) -> Result<Option<String>, Error> {
    members.get(name).map(|value| string(value, &step(at, name))).transpose()
}

fn strings(value: &Value, at: &str) -> Result<Vec<String>, Error> {
    match value {
        Value::Array(items) => items.iter().enumerate().map(|(i, item)| string(item, &step(at, i))).collect(),
        one => Ok([string(one, at)?].into()),
    }
}

fn string(value: &Value, at: &str) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        other => Err(wrong(at, format!("{}, not a text", kind(other)))),
    }
}

fn object<'a>(value: &'a Value, at: &str) -> Result<&'a Map<String, Value>, Error> {
    value.as_object().ok_or_else(|| wrong(at, format!("{}, not an object", kind(value))))
}

fn known(members: &Map<String, Value>, at: &str, names: &[&str]) -> Result<(), Error> {
    match members.keys().find(|name| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let alike = names.iter().find(|known| known.eq_ignore_ascii_case(name));
            let hint = alike.map_or_else(|| names.join(", "), |known| format!("{known}, spelt so"));
            Err(wrong(&step(at, name), format!("unknown here; there are {hint}")))
        }
    }
}

fn wrong(at: &str, what: impl core::fmt::Display) -> Error {
    let at = if at.is_empty() { "the document" } else { at };
    Error::new(Code::PolicyGrammar, AT, format!("{}: {what}", short(at)))
}

const AT: &str = "policy";
