//! What the chain looked at, in order, and why each place was passed by or chosen: plain data, as JSON and as text.
//!
//! It grows while the chain runs and lies in the flow (`Flow::explanation`), so that it is there after a success, after
//! a failure, and after a deadline that cut the chain short. It holds no secret: of secret settings it says who set them.

use super::{Origin, Setting, Source};
use crate::{Credentials, Error, Mono, credentials::printable_id};
use alloc::{boxed::Box, format, string::String, vec::Vec};
use core::{fmt, time::Duration};
use serde_json::{Value, json};

/// The whole story. Empty where no chain has run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// How failing sources were treated, once that was settled.
    pub strict: Option<Strict>,
    /// The Region and who said it, where one was needed and found.
    pub region: Option<Found>,
    /// Every source in the order of the chain, also those that were not reached.
    pub places: Vec<Place>,
    /// What else a person should know.
    pub notices: Vec<String>,
}

/// How a source that is configured, but fails, is treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strict {
    /// The rule.
    pub rule: Rule,
    /// Who said so: `AWS_ROLE_ARN is set`.
    pub because: String,
}

/// What happens when a source fails or nothing is configured. This list is complete. Their numbers are the same on every face and never
/// change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Rule {
    /// A source that fails stops the chain, and the roles of container and node are never used.
    Strict = 1,
    /// A source that fails stops the chain; the roles of container and node are used where nothing is configured.
    Default = 2,
    /// A source that fails is passed by, as the AWS SDK for Java does.
    Lenient = 3,
}

/// One source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which.
    pub source: Source,
    /// What was found there.
    pub found: Vec<Found>,
    /// What came of it.
    pub outcome: Outcome,
    /// When it was begun; `None` where it was not reached.
    pub begun: Option<Mono>,
    /// How long it took.
    pub took: Duration,
}

/// One thing that was found, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// In words: `role ARN`, `config file`.
    pub what: &'static str,
    /// Who said it.
    pub from: Origin,
    /// What it is; `None` where it is a secret.
    pub value: Option<Box<str>>,
}

/// Why a source was passed by or chosen. More may come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The chain ended before it.
    NotReached,
    /// It was begun and not ended: the flow is still running, or its deadline passed.
    Open,
    /// Nothing there to use; what is missing.
    NotConfigured(String),
    /// Not looked at, by the rule that it names.
    Skipped(String),
    /// This version of irsa does not have it.
    NotBuilt(String),
    /// It is configured and does not work.
    Failed(Error),
    /// It gave the credentials.
    Chosen(String),
}

impl Explanation {
    /// As JSON: `{"strict": {"rule", "because"}, "region": {…}, "sources": [{"source", "outcome", "because", "found",
    /// "error", "ms"}], "notices": […]}`.
    pub fn to_json(&self) -> Value {
        json!({
            "strict": self.strict.as_ref().map(|s| json!({ "rule": s.rule.name(), "because": s.because })),
            "region": self.region.as_ref().map(Found::to_json),
            "sources": self.places.iter().map(Place::to_json).collect::<Vec<_>>(),
            "notices": self.notices,
        })
    }

    /// The same with `credentials`, those that came of it (null where none did) without their secrets: `{"source",
    /// "access_key_id", "expiration", "account"}`. The document that people get.
    pub fn document(&self, credentials: Option<&Credentials>) -> Value {
        let shown = credentials.map(|c| {
            json!({
                "source": c.source(),
                "access_key_id": printable_id(c.access_key_id()),
                "expiration": c.expiration().map(|end| format!("{end}")),
                "account": c.account_id(),
            })
        });
        let mut all = self.to_json();
        if let Value::Object(members) = &mut all {
            members.insert("credentials".into(), json!(shown));
        }
        all
    }
}

impl Place {
    fn to_json(&self) -> Value {
        json!({
            "source": self.source.name(),
            "outcome": self.outcome.name(),
            "because": self.outcome.because(),
            "found": self.found.iter().map(Found::to_json).collect::<Vec<_>>(),
            "error": match &self.outcome {
                Outcome::Failed(e) => e.to_json(),
                _ => Value::Null,
            },
            "ms": u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
        })
    }
}

impl Found {
    /// A setting that is no secret.
    pub(super) fn of(what: &'static str, setting: &Setting) -> Self {
        Self { what, from: setting.from.clone(), value: Some(setting.text().into()) }
    }

    /// A setting that is one.
    pub(super) fn secret(what: &'static str, setting: &Setting) -> Self {
        Self { what, from: setting.from.clone(), value: None }
    }

    fn to_json(&self) -> Value {
        json!({ "what": self.what, "from": format!("{}", self.from), "value": self.value })
    }
}

impl Rule {
    /// `strict`, `default` or `lenient`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Default => "default",
            Self::Lenient => "lenient",
        }
    }
}

impl Outcome {
    /// `not-reached`, `open`, `not-configured`, `skipped`, `not-built`, `failed` or `chosen`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotReached => "not-reached",
            Self::Open => "open",
            Self::NotConfigured(_) => "not-configured",
            Self::Skipped(_) => "skipped",
            Self::NotBuilt(_) => "not-built",
            Self::Failed(_) => "failed",
            Self::Chosen(_) => "chosen",
        }
    }

    /// The reason, in words.
    pub fn because(&self) -> &str {
        match self {
            Self::NotReached => "the chain ended before it",
            Self::Open => "it had not ended",
            Self::NotConfigured(why) | Self::Skipped(why) | Self::NotBuilt(why) | Self::Chosen(why) => why,
            Self::Failed(error) => error.message(),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(strict) = &self.strict {
            writeln!(f, "rule: {} ({})", strict.rule.name(), strict.because)?;
        }
        match &self.region {
            Some(region) => writeln!(f, "{region}")?,
            None => writeln!(f, "Region: none")?,
        }
        for (index, place) in self.places.iter().enumerate() {
            write!(f, "{}. {}: {}: ", index + 1, place.source.name(), place.outcome.name())?;
            match &place.outcome {
                Outcome::Failed(error) => write!(f, "{error}")?,
                outcome => f.write_str(outcome.because())?,
            }
            if place.took > Duration::ZERO {
                write!(f, " ({} ms)", place.took.as_millis())?;
            }
            f.write_str("\n")?;
            for found in &place.found {
                writeln!(f, "     {found}")?;
            }
        }
        for notice in &self.notices {
            writeln!(f, "notice: {notice}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}: {value} ({})", self.what, self.from),
            None => write!(f, "{}: set ({})", self.what, self.from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Other languages are compiled against these.
    #[test]
    fn numbers_do_not_move() {
        let sources = [
            (Source::Properties, 1),
            (Source::Environment, 2),
            (Source::WebIdentity, 3),
            (Source::Profile, 4),
            (Source::Container, 5),
            (Source::InstanceMetadata, 6),
        ];
        for (source, number) in sources {
            assert_eq!(source as u8, number, "{source:?}");
        }
        assert_eq!(Source::ORDER.len(), sources.len());
        for (rule, number) in [(Rule::Strict, 1), (Rule::Default, 2), (Rule::Lenient, 3)] {
            assert_eq!(rule as u8, number, "{rule:?}");
        }
    }
}
