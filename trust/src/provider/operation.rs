//! The operations, their parameters by the names of the API, and their bounds.
//!
//! Bounds are those of the service model: a URL 1 to 255 characters, an ARN 20 to 2,048, a client id 1 to 255, a
//! thumbprint 40, at most 50 tags with keys of 1 to 128 and values of up to 256. All violations are told in one answer,
//! in AWS's general form; which of them IAM tells so for providers was not observed.

use super::Provider;
use super::refusal::{Refusal, validation};
use crate::json::cut;
use crate::tag;
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use serde_json::{Value, json};

/// What is asked of IAM.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// `CreateOpenIDConnectProvider`.
    Create {
        /// `https://<host><path>`.
        url: String,
        /// May be empty; repetitions are dropped.
        client_ids: Vec<String>,
        /// May be empty.
        thumbprints: Vec<String>,
        /// Keys with values.
        tags: Vec<(String, String)>,
    },
    /// `GetOpenIDConnectProvider`.
    Get {
        /// Of the provider.
        arn: String,
    },
    /// `ListOpenIDConnectProviders`.
    List,
    /// `AddClientIDToOpenIDConnectProvider`.
    AddClientId {
        /// Of the provider.
        arn: String,
        /// One that is there already is no fault.
        client_id: String,
    },
    /// `RemoveClientIDFromOpenIDConnectProvider`.
    RemoveClientId {
        /// Of the provider.
        arn: String,
        /// One that is not there is no fault.
        client_id: String,
    },
    /// `UpdateOpenIDConnectProviderThumbprint`.
    UpdateThumbprints {
        /// Of the provider.
        arn: String,
        /// In place of those that are there.
        thumbprints: Vec<String>,
    },
    /// `TagOpenIDConnectProvider`.
    Tag {
        /// Of the provider.
        arn: String,
        /// In addition to those that are there, or in place.
        tags: Vec<(String, String)>,
    },
    /// `UntagOpenIDConnectProvider`.
    Untag {
        /// Of the provider.
        arn: String,
        /// Those that are not there are no fault.
        keys: Vec<String>,
    },
    /// `ListOpenIDConnectProviderTags`.
    ListTags {
        /// Of the provider.
        arn: String,
        /// From the answer before.
        marker: Option<String>,
        /// So many; 100 if not said.
        most: Option<i64>,
    },
    /// `DeleteOpenIDConnectProvider`.
    Delete {
        /// One that does not exist is no fault.
        arn: String,
    },
}

/// What IAM answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// To a create.
    Created {
        /// Of the new provider.
        arn: String,
        /// Those that were given.
        tags: BTreeMap<String, String>,
    },
    /// To a get.
    Provider(Provider),
    /// To a list of providers.
    Arns(Vec<String>),
    /// To a list of tags, by key.
    Tags {
        /// Keys with values.
        tags: Vec<(String, String)>,
        /// Where there are more.
        marker: Option<String>,
    },
    /// To everything else: nothing.
    Done,
}

impl Operation {
    /// From its name and its parameters as the API names them: `{"Url": …, "ClientIDList": […]}`. Parameters that are
    /// missing or of another kind than the API's are told as it tells them; members that it does not have are passed
    /// over. `None` where IAM has no such operation on providers.
    pub fn parse(name: &str, input: &Value) -> Option<Result<Self, Refusal>> {
        let mut faults = Faults(Vec::new());
        let arn = |faults: &mut Faults| faults.text(input, "OpenIDConnectProviderArn");
        let operation = match name {
            "CreateOpenIDConnectProvider" => Self::Create {
                url: faults.text(input, "Url"),
                client_ids: faults.texts(input, "ClientIDList", false),
                thumbprints: faults.texts(input, "ThumbprintList", false),
                tags: faults.tags(input, false),
            },
            "GetOpenIDConnectProvider" => Self::Get { arn: arn(&mut faults) },
            "ListOpenIDConnectProviders" => Self::List,
            "AddClientIDToOpenIDConnectProvider" => {
                Self::AddClientId { arn: arn(&mut faults), client_id: faults.text(input, "ClientID") }
            }
            "RemoveClientIDFromOpenIDConnectProvider" => {
                Self::RemoveClientId { arn: arn(&mut faults), client_id: faults.text(input, "ClientID") }
            }
            "UpdateOpenIDConnectProviderThumbprint" => Self::UpdateThumbprints {
                arn: arn(&mut faults),
                thumbprints: faults.texts(input, "ThumbprintList", true),
            },
            "TagOpenIDConnectProvider" => Self::Tag { arn: arn(&mut faults), tags: faults.tags(input, true) },
            "UntagOpenIDConnectProvider" => {
                Self::Untag { arn: arn(&mut faults), keys: faults.texts(input, "TagKeys", true) }
            }
            "ListOpenIDConnectProviderTags" => Self::ListTags {
                arn: arn(&mut faults),
                marker: input["Marker"].as_str().map(Into::into),
                most: input["MaxItems"].as_i64(),
            },
            "DeleteOpenIDConnectProvider" => Self::Delete { arn: arn(&mut faults) },
            _ => return None,
        };
        Some(faults.end().map(|()| operation))
    }

    /// The model's bounds.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let mut faults = Faults(Vec::new());
        match self {
            Self::Create { url, client_ids, thumbprints, tags } => {
                faults.length("url", url, 1, 255);
                faults.lengths("clientIDList", client_ids, 1, 255);
                faults.lengths("thumbprintList", thumbprints, 40, 40);
                faults.check_tags(tags);
            }
            Self::List => {}
            Self::Get { arn } | Self::Delete { arn } => faults.arn(arn),
            Self::AddClientId { arn, client_id } | Self::RemoveClientId { arn, client_id } => {
                faults.arn(arn);
                faults.length("clientID", client_id, 1, 255);
            }
            Self::UpdateThumbprints { arn, thumbprints } => {
                faults.arn(arn);
                faults.lengths("thumbprintList", thumbprints, 40, 40);
            }
            Self::Tag { arn, tags } => {
                faults.arn(arn);
                faults.check_tags(tags);
            }
            Self::Untag { arn, keys } => {
                faults.arn(arn);
                faults.lengths("tagKeys", keys, 1, tag::LONGEST_KEY);
                faults.count("tagKeys", keys.len());
            }
            Self::ListTags { arn, most, .. } => {
                faults.arn(arn);
                if let Some(most) = most.filter(|most| !(1..=1000).contains(most)) {
                    let bound = if most < 1 { "greater than or equal to 1" } else { "less than or equal to 1000" };
                    faults.say("maxItems", &format!("{most}"), &format!("have value {bound}"));
                }
            }
        }
        faults.end()
    }
}

impl Answer {
    /// As the API names the members; times in seconds since 1970.
    pub fn to_json(&self) -> Value {
        let pairs = |tags: &mut dyn Iterator<Item = (&String, &String)>| -> Vec<Value> {
            tags.map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
        };
        match self {
            Self::Created { arn, tags } => json!({ "OpenIDConnectProviderArn": arn, "Tags": pairs(&mut tags.iter()) }),
            Self::Provider(provider) => json!({
                "Url": provider.url,
                "ClientIDList": provider.client_ids,
                "ThumbprintList": provider.thumbprints,
                "CreateDate": provider.created.unix(),
                "Tags": pairs(&mut provider.tags.iter()),
            }),
            Self::Arns(arns) => {
                let list: Vec<Value> = arns.iter().map(|arn| json!({ "Arn": arn })).collect();
                json!({ "OpenIDConnectProviderList": list })
            }
            Self::Tags { tags, marker } => {
                let mut answer = json!({
                    "Tags": pairs(&mut tags.iter().map(|(key, value)| (key, value))),
                    "IsTruncated": marker.is_some(),
                });
                if let (Some(marker), Some(members)) = (marker, answer.as_object_mut()) {
                    members.insert("Marker".into(), json!(marker));
                }
                answer
            }
            Self::Done => json!({}),
        }
    }
}

/// What is wrong with the parameters.
struct Faults(Vec<String>);

impl Faults {
    fn end(self) -> Result<(), Refusal> {
        let Self(faults) = self;
        if faults.is_empty() {
            return Ok(());
        }
        let (count, errors) = (faults.len(), if faults.len() == 1 { "error" } else { "errors" });
        Err(validation(format!("{count} validation {errors} detected: {}", faults.join("; "))))
    }

    fn say(&mut self, name: &str, value: &str, must: &str) {
        let value = cut(value, MOST_SHOWN);
        self.0.push(format!("Value '{value}' at '{name}' failed to satisfy constraint: Member must {must}"));
    }

    fn missing(&mut self, name: &str) {
        let mut chars = name.chars();
        let first = chars.next().map(|c| c.to_ascii_lowercase()).unwrap_or_default();
        let name = format!("{first}{}", chars.as_str());
        self.0.push(format!("Value null at '{name}' failed to satisfy constraint: Member must not be null"));
    }

    fn text(&mut self, input: &Value, name: &str) -> String {
        match input[name].as_str() {
            Some(text) => text.into(),
            None => {
                self.missing(name);
                String::new()
            }
        }
    }

    fn texts(&mut self, input: &Value, name: &str, required: bool) -> Vec<String> {
        match &input[name] {
            Value::Array(items) => items.iter().filter_map(Value::as_str).map(Into::into).collect(),
            _ => {
                if required {
                    self.missing(name);
                }
                Vec::new()
            }
        }
    }

    fn tags(&mut self, input: &Value, required: bool) -> Vec<(String, String)> {
        match &input["Tags"] {
            Value::Array(items) => {
                let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().into();
                items.iter().map(|item| (text(item, "Key"), text(item, "Value"))).collect()
            }
            _ => {
                if required {
                    self.missing("Tags");
                }
                Vec::new()
            }
        }
    }

    fn length(&mut self, name: &str, value: &str, least: usize, most: usize) {
        let length = value.chars().count();
        if length < least {
            self.say(name, value, &format!("have length greater than or equal to {least}"));
        } else if length > most {
            self.say(name, value, &format!("have length less than or equal to {most}"));
        }
    }

    fn arn(&mut self, arn: &str) {
        self.length("openIDConnectProviderArn", arn, 20, 2048);
    }

    fn lengths(&mut self, name: &str, values: &[String], least: usize, most: usize) {
        if values.iter().any(|value| !(least..=most).contains(&value.chars().count())) {
            let must = format!(
                "satisfy constraint: [Member must have length less than or equal to {most}, Member must have length \
                 greater than or equal to {least}]"
            );
            self.say(name, &format!("[{}]", values.join(", ")), &must);
        }
    }

    fn count(&mut self, name: &str, count: usize) {
        if count > tag::MOST {
            self.say(name, &format!("[{count} members]"), &format!("have length less than or equal to {}", tag::MOST));
        }
    }

    fn check_tags(&mut self, tags: &[(String, String)]) {
        self.count("tags", tags.len());
        for (i, (key, value)) in tags.iter().enumerate().take(tag::MOST) {
            let name = |member: &str| format!("tags.{}.member.{member}", i + 1);
            self.length(&name("key"), key, 1, tag::LONGEST_KEY);
            self.length(&name("value"), value, 0, tag::LONGEST_VALUE);
            for (member, text, times) in [("key", key, '+'), ("value", value, '*')] {
                if !tag::is_in_alphabet(text) {
                    let pattern = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]";
                    self.say(&name(member), text, &format!("satisfy regular expression pattern: {pattern}{times}"));
                }
            }
        }
    }
}

/// A value is shown to so many characters.
const MOST_SHOWN: usize = 512;
