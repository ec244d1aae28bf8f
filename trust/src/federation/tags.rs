//! Session tags in a token: the claim `https://aws.amazon.com/tags`, nested or flat.
//!
//! IAM user guide, "Pass session tags in AWS STS": at most 50 tags, keys of 1 to 128 and values of up to 256 characters,
//! keys that differ by more than their letter case. That a token beyond them is refused is documented; what AWS says to
//! it is not observed.

use super::{Check, Denied};
use crate::json::{kind, short};
use crate::policy::Context;
use crate::tag;
use alloc::{borrow::ToOwned, collections::BTreeSet, format, string::String, vec::Vec};
use serde_json::{Map, Value};

/// Session tags of the token.
#[derive(Default)]
pub(super) struct Tags {
    pub tags: Vec<(String, String)>,
    pub transitive: Vec<String>,
}

impl Tags {
    pub(super) fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// The bounds.
    fn check(&self) -> Result<(), Denied> {
        if self.tags.len() > tag::MOST {
            return Err(bad_tags(
                "principal_tags",
                &format!("{} tags, at most {} are taken", self.tags.len(), tag::MOST),
            ));
        }
        let mut seen = BTreeSet::new();
        for (key, value) in &self.tags {
            let (length, of_value) = (key.chars().count(), value.chars().count());
            let wrong = if !(1..=tag::LONGEST_KEY).contains(&length) {
                format!("its key has {length} characters, 1 to {} are taken", tag::LONGEST_KEY)
            } else if of_value > tag::LONGEST_VALUE {
                format!("its value has {of_value} characters, at most {} are taken", tag::LONGEST_VALUE)
            } else if !tag::is_in_alphabet(key) || !tag::is_in_alphabet(value) {
                "letters, digits, spaces and _.:/=+-@ are taken".into()
            } else if key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
                "keys that begin with aws: are AWS's own".into()
            } else if !seen.insert(key.to_lowercase()) {
                "its key is there twice, letter case not counted".into()
            } else {
                continue;
            };
            return Err(bad_tags("principal_tags", &format!("tag {}: {wrong}", short(key))));
        }
        if self.transitive.len() > tag::MOST {
            let what = format!("{} keys, at most {} are taken", self.transitive.len(), tag::MOST);
            return Err(bad_tags("transitive_tag_keys", &what));
        }
        Ok(())
    }

    pub(super) fn put_into(&self, context: &mut Context) {
        for (key, value) in &self.tags {
            context.put("token", &format!("aws:RequestTag/{key}"), [value.as_str()]);
        }
        if !self.is_empty() {
            context.put("token", "aws:TagKeys", self.tags.iter().map(|(key, _)| key.as_str()));
        }
        if !self.transitive.is_empty() {
            context.put("token", "sts:TransitiveTagKeys", self.transitive.iter().cloned());
        }
    }
}

/// `https://aws.amazon.com/tags`, nested or flat.
pub(super) fn read(all: &Map<String, Value>) -> Result<Tags, Denied> {
    let nested = all.get(TAGS).filter(|value| !value.is_null());
    let mut tags = Tags::default();
    if let Some(nested) = nested {
        if !nested.is_object() {
            return Err(bad_tags("principal_tags", &format!("the claim is {}, not an object", kind(nested))));
        }
        let principal = nested.get("principal_tags");
        for (key, values) in principal.and_then(Value::as_object).into_iter().flatten() {
            match values.as_array().map(Vec::as_slice) {
                Some([Value::String(value)]) => tags.tags.push((key.clone(), value.clone())),
                _ => {
                    return Err(bad_tags(
                        "principal_tags",
                        &format!("tag {} is {}, not an array of one text", short(key), kind(values)),
                    ));
                }
            }
        }
        if let Some(other) = principal.filter(|tags| !tags.is_object() && !tags.is_null()) {
            return Err(bad_tags("principal_tags", &format!("it is {}, not an object", kind(other))));
        }
        tags.transitive = transitive(nested.get("transitive_tag_keys"))?;
    }
    for (name, value) in all {
        if let Some(key) = name.strip_prefix(FLAT_TAGS) {
            match value {
                Value::String(value) => tags.tags.push((key.to_owned(), value.clone())),
                other => {
                    return Err(bad_tags(
                        "principal_tags",
                        &format!("tag {} is {}, not a text", short(key), kind(other)),
                    ));
                }
            }
        }
    }
    tags.transitive.extend(transitive(all.get(FLAT_TRANSITIVE))?);
    tags.tags.sort();
    tags.tags.dedup();
    tags.check()?;
    Ok(tags)
}

fn transitive(value: Option<&Value>) -> Result<Vec<String>, Denied> {
    let wrong = |what: &str| bad_tags("transitive_tag_keys", what);
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(keys)) => {
            let keys: Option<_> = keys.iter().map(|key| key.as_str().map(ToOwned::to_owned)).collect();
            keys.ok_or_else(|| wrong("not every key is a text"))
        }
        Some(other) => Err(wrong(&format!("it is {}, not an array", kind(other)))),
    }
}

fn bad_tags(member: &str, what: &str) -> Denied {
    let message = format!("{member} passed in claim is not in correct format.");
    let fix = "write tags as {\"principal_tags\": {\"Key\": [\"value\"]}, \"transitive_tag_keys\": [\"Key\"]}";
    Denied::token(message, Check::Tags, format!("{member} of the tags claim: {what}"), fix)
}

const TAGS: &str = "https://aws.amazon.com/tags";
const FLAT_TAGS: &str = "https://aws.amazon.com/tags/principal_tags/";
const FLAT_TRANSITIVE: &str = "https://aws.amazon.com/tags/transitive_tag_keys";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judged(claims: &Value) -> Result<usize, &'static str> {
        match read(claims.as_object().unwrap()) {
            Ok(tags) => Ok(tags.tags.len()),
            Err(denied) => {
                assert_eq!((denied.code, denied.reason.check), ("InvalidIdentityToken", Check::Tags));
                let member = ["principal_tags", "transitive_tag_keys"];
                let member = member.into_iter().find(|member| denied.message.starts_with(member)).unwrap();
                assert_eq!(denied.message, format!("{member} passed in claim is not in correct format."));
                Err(member)
            }
        }
    }

    fn one(key: &str, value: &str) -> Result<usize, &'static str> {
        judged(&json!({ TAGS: { "principal_tags": { key: [value] } } }))
    }

    #[test]
    fn bounds() {
        let many =
            |count: usize| -> Map<String, Value> { (0..count).map(|i| (format!("k{i}"), json!(["v"]))).collect() };
        assert_eq!(judged(&json!({ TAGS: { "principal_tags": many(50) } })), Ok(50));
        assert_eq!(judged(&json!({ TAGS: { "principal_tags": many(51) } })), Err("principal_tags"));
        let keys = |count: usize| (0..count).map(|i| format!("k{i}")).collect::<Vec<_>>();
        assert_eq!(judged(&json!({ TAGS: { "transitive_tag_keys": keys(50) } })), Ok(0));
        assert_eq!(judged(&json!({ TAGS: { "transitive_tag_keys": keys(51) } })), Err("transitive_tag_keys"));
        // Characters, not bytes.
        assert_eq!(one(&"é".repeat(128), &"é".repeat(256)), Ok(1));
        for (key, value) in [
            ("a".repeat(129), "v".into()),
            (String::new(), "v".into()),
            ("a".into(), "v".repeat(257)),
            ("a*".into(), "v".into()),
            ("a".into(), "v\n".into()),
            ("AWS:a".into(), "v".into()),
        ] {
            assert_eq!(one(&key, &value), Err("principal_tags"), "{key} {value}");
        }
        assert_eq!(one("a b_.:/=+-@1", ""), Ok(1));
        assert_eq!(one("awé:", ""), Ok(1));
    }

    #[test]
    fn keys_that_differ_by_letter_case_are_one() {
        let flat = |key: &str| format!("{FLAT_TAGS}{key}");
        let nested = json!({ "principal_tags": { "Team": ["a"] } });
        assert_eq!(judged(&json!({ TAGS: nested, flat("Cost"): "a" })), Ok(2));
        assert_eq!(judged(&json!({ TAGS: nested, flat("Team"): "a" })), Ok(1));
        assert_eq!(judged(&json!({ TAGS: nested, flat("Team"): "b" })), Err("principal_tags"));
        assert_eq!(judged(&json!({ TAGS: nested, flat("team"): "a" })), Err("principal_tags"));
    }
}
