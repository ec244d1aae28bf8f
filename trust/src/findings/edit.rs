//! Edits of a trust policy's document. What is not touched stays as it was written.

use alloc::{string::String, vec::Vec};
use serde_json::{Map, Value, json};

/// One change to a statement (or, for the version, to the document). Conditions are named by operator and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// Nothing of use.
    None,
    /// This principal becomes the provider.
    Principal(crate::policy::PrincipalKind, String),
    /// The statement serves somebody else: another one is needed.
    Another,
    /// This action is allowed too.
    Action(&'static str),
    /// The lone value becomes this one; a list gets it.
    Value(String, String, String),
    /// The list of values gets this one.
    Also(String, String, String),
    /// The condition becomes `StringEquals` with this value.
    Operator(String, String, String),
    /// The key becomes this one.
    Rename(String, String, String),
    /// The condition goes.
    Remove(String, String),
    /// `Version` becomes the one with variables.
    Version,
}

/// Applies an edit; false where the document is not as expected.
pub(super) fn apply(document: &mut Value, index: usize, edit: &Edit, provider: &str) -> bool {
    if *edit == Edit::Version {
        return set(document, "Version", "2012-10-17".into());
    }
    let Some(statement) = statement(document, index) else { return false };
    match edit {
        Edit::None | Edit::Another | Edit::Version => return false,
        Edit::Principal(kind, value) => return principal(statement, kind.name(), value, provider),
        Edit::Action(action) => return self::action(statement, action),
        _ => {}
    }
    let Some(conditions) = statement.get_mut("Condition").and_then(Value::as_object_mut) else { return false };
    match edit {
        Edit::Value(operator, key, value) => {
            let Some(found) = conditions.get_mut(operator).and_then(|keys| keys.get_mut(key)) else { return false };
            match found {
                Value::Array(several) if several.len() != 1 => several.push(json!(value)),
                Value::Array(one) => *one = [json!(value)].into(),
                other => *other = json!(value),
            }
            true
        }
        Edit::Also(operator, key, value) => {
            let Some(found) = conditions.get_mut(operator).and_then(|keys| keys.get_mut(key)) else { return false };
            match found {
                Value::Array(several) => several.push(json!(value)),
                one => *one = json!([one.take(), value]),
            }
            true
        }
        Edit::Operator(operator, key, value) => {
            take(conditions, operator, key);
            put(conditions, "StringEquals", key, json!(value));
            true
        }
        Edit::Rename(operator, key, to) => {
            let Some(value) = take(conditions, operator, key) else { return false };
            // The right key may stand there already.
            if conditions.get(operator).and_then(|keys| keys.get(to)).is_none() {
                put(conditions, operator, to, value);
            }
            true
        }
        Edit::Remove(operator, key) => take(conditions, operator, key).is_some(),
        _ => false,
    }
}

/// Sets a member of an object; false where it is none.
pub(super) fn set(object: &mut Value, name: &str, value: Value) -> bool {
    object.as_object_mut().map(|members| members.insert(name.into(), value)).is_some()
}

/// Requires this key to have this value, in a statement that may ask for it already.
pub(super) fn require(document: &mut Value, index: usize, key: &str, value: &str) -> bool {
    let Some(statement) = statement(document, index) else { return false };
    let conditions = statement.entry("Condition").or_insert_with(|| json!({}));
    let Some(conditions) = conditions.as_object_mut() else { return false };
    put(conditions, "StringEquals", key, json!(value));
    true
}

/// Leaves one subject out of a Deny.
pub(super) fn spare(document: &mut Value, index: usize, key: &str, value: &str) -> bool {
    let Some(statement) = statement(document, index) else { return false };
    let conditions = statement.entry("Condition").or_insert_with(|| json!({}));
    let Some(conditions) = conditions.as_object_mut() else { return false };
    if conditions.get("StringNotEquals").and_then(|keys| keys.get(key)).is_some() {
        return false;
    }
    put(conditions, "StringNotEquals", key, json!(value));
    true
}

/// Takes statements away.
pub(super) fn remove(document: &mut Value, indices: &[usize]) {
    if let Some(Value::Array(all)) = document.get_mut("Statement") {
        let mut at = 0;
        all.retain(|_| {
            at += 1;
            !indices.contains(&(at - 1))
        });
    }
}

/// Puts a statement behind the others.
pub(super) fn append(document: &mut Value, statement: Value) {
    let Some(document) = document.as_object_mut() else { return };
    match document.get_mut("Statement") {
        Some(Value::Array(all)) => all.push(statement),
        Some(one) => *one = json!([one.take(), statement]),
        None => drop(document.insert("Statement".into(), json!([statement]))),
    }
}

/// The object at a pointer.
pub(super) fn object<'a>(document: &'a mut Value, pointer: &str) -> Option<&'a mut Map<String, Value>> {
    document.pointer_mut(pointer)?.as_object_mut()
}

/// A pointer without its last step, and that step as text.
pub(super) fn parent(pointer: &str) -> Option<(&str, String)> {
    let (before, last) = pointer.rsplit_once('/')?;
    Some((before, last.replace("~1", "/").replace("~0", "~")))
}

fn statement(document: &mut Value, index: usize) -> Option<&mut Map<String, Value>> {
    match document.get_mut("Statement")? {
        Value::Array(all) => all.get_mut(index)?.as_object_mut(),
        one if index == 0 => one.as_object_mut(),
        _ => None,
    }
}

fn principal(statement: &mut Map<String, Value>, kind: &str, value: &str, provider: &str) -> bool {
    let Some(Value::Object(kinds)) = statement.get_mut("Principal") else {
        statement.insert("Principal".into(), json!({ "Federated": provider }));
        return true;
    };
    let several = kinds.values().map(|value| value.as_array().map_or(1, Vec::len)).sum::<usize>() > 1;
    match kinds.get_mut(kind) {
        Some(Value::Array(all)) if several && kind == "Federated" => all.push(json!(provider)),
        Some(_) if several && kind != "Federated" => {
            kinds.insert("Federated".into(), json!(provider));
        }
        Some(found) if found.as_str() == Some(value) || !several => {
            kinds.remove(kind);
            kinds.insert("Federated".into(), json!(provider));
        }
        _ => return false,
    }
    true
}

fn action(statement: &mut Map<String, Value>, action: &str) -> bool {
    if let Some(left_out) = statement.remove("NotAction") {
        drop(left_out);
        statement.insert("Action".into(), json!(action));
        return true;
    }
    let beside = ["sts:TagSession", "sts:SetSourceIdentity", "sts:AssumeRoleWithWebIdentity"];
    let keep = |value: &Value| value.as_str().is_some_and(|text| beside.contains(&text));
    let Some(found) = statement.get_mut("Action") else { return false };
    let mut all: Vec<Value> = match &*found {
        Value::Array(all) => all.iter().filter(|value| keep(value)).cloned().collect(),
        one => Some(one.clone()).filter(|one| keep(one)).into_iter().collect(),
    };
    all.push(json!(action));
    *found = match all.as_slice() {
        [one] => one.clone(),
        _ => Value::Array(all),
    };
    true
}

fn take(conditions: &mut Map<String, Value>, operator: &str, key: &str) -> Option<Value> {
    let keys = conditions.get_mut(operator)?.as_object_mut()?;
    let value = keys.remove(key);
    if keys.is_empty() {
        conditions.remove(operator);
    }
    value
}

fn put(conditions: &mut Map<String, Value>, operator: &str, key: &str, value: Value) {
    let keys = conditions.entry(operator).or_insert_with(|| json!({}));
    if let Some(keys) = keys.as_object_mut() {
        // Keys are compared without regard to case: one spelling of it is enough.
        keys.retain(|known, _| !known.eq_ignore_ascii_case(key));
        keys.insert(key.into(), value);
    }
}
