//! What Parameter Store answers to the three calls, and how it refuses.

use super::SERVICE;
use crate::{
    Code, Error, Secret, Timestamp,
    effect::HttpResponse,
    json::{self, Object},
    services::answer,
    wire::Wire,
};
use alloc::{boxed::Box, format, vec::Vec};

/// What an answer holds: of GetParameter one parameter, of the others any number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameters {
    /// In the order of the answer.
    pub parameters: Vec<Parameter>,
    /// Of GetParameters: names that no parameter has, or none that may be read.
    pub invalid: Vec<Box<str>>,
    /// Of GetParametersByPath: where the next page begins; `None`: there is none.
    pub next_token: Option<Box<str>>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name.
    pub name: Option<Box<str>>,
    /// Its ARN.
    pub arn: Option<Box<str>>,
    /// What kind of value it has.
    pub kind: ParameterKind,
    /// The value; the ciphertext of a SecureString where no decryption was asked for.
    pub value: Secret,
    /// Counts up from 1.
    pub version: Option<u64>,
    /// `:3` or `:label`, as it was asked for.
    pub selector: Option<Box<str>>,
    /// When it was last changed.
    pub last_modified: Option<Timestamp>,
    /// `text`, or `aws:ec2:image` and the like.
    pub data_type: Option<Box<str>>,
}

/// What kind of value a parameter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterKind {
    /// Text.
    String,
    /// Texts with commas between them.
    StringList,
    /// Encrypted by a KMS key.
    SecureString,
    /// One that came later than this version of irsa.
    Other,
}

impl ParameterKind {
    /// As Parameter Store calls it; `?` where it is another.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::StringList => "StringList",
            Self::SecureString => "SecureString",
            Self::Other => "?",
        }
    }
}

/// Reads the answer to one of the three calls; `action` is its name, such as `GetParameter`.
pub fn read(action: &str, response: &HttpResponse) -> Result<Parameters, Error> {
    if response.status != 200 {
        return Err(answer::refusal(&SERVICE, action, response, own));
    }
    let wrong = |what: &str| answer::odd(&SERVICE, action, response, what);
    let text = core::str::from_utf8(response.body.expose()).map_err(|_| wrong("bytes that are not UTF-8"))?;
    let object = Object::parse(text).map_err(|fault| wrong(&format!("{fault}")))?;
    let parameters = match (object.get("Parameter"), object.get("Parameters")) {
        (Some(one), _) => alloc::vec![one],
        (None, Some(all)) => json::items(all).ok_or_else(|| wrong("Parameters that are no list"))?,
        (None, None) => return Err(wrong("neither Parameter nor Parameters")),
    };
    let parameters = parameters.into_iter().map(parameter).collect::<Option<Vec<_>>>();
    let parameters = parameters.ok_or_else(|| wrong("a parameter without a value"))?;
    if action == "GetParameter" && parameters.len() != 1 {
        return Err(wrong(&format!("{} parameters", parameters.len())));
    }
    let invalid = object.get("InvalidParameters").and_then(json::strings).unwrap_or_default();
    Ok(Parameters {
        parameters,
        invalid: invalid.iter().map(|name| name.expose().into()).collect(),
        next_token: short(&object, "NextToken").filter(|token| !token.is_empty()),
    })
}

fn parameter(raw: &str) -> Option<Parameter> {
    let object = Object::parse(raw).ok()?;
    Some(Parameter {
        value: object.string("Value")?,
        name: short(&object, "Name"),
        arn: short(&object, "ARN"),
        kind: match short(&object, "Type").as_deref() {
            Some("String") => ParameterKind::String,
            Some("StringList") => ParameterKind::StringList,
            Some("SecureString") => ParameterKind::SecureString,
            _ => ParameterKind::Other,
        },
        version: object.get("Version").and_then(|version| version.parse().ok()),
        selector: short(&object, "Selector"),
        last_modified: object.get("LastModifiedDate").and_then(json::seconds),
        data_type: short(&object, "DataType"),
    })
}

fn short(object: &Object<'_>, name: &str) -> Option<Box<str>> {
    object.string(name).map(|text| Box::from(text.expose()))
}

/// The codes that it has for itself. What KMS refuses comes by its own codes or as AccessDenied.
fn own(wire: &Wire) -> Option<Code> {
    Some(match wire.name() {
        "ParameterNotFound" | "ParameterVersionNotFound" => Code::ParameterNotFound,
        "InvalidKeyId" => Code::ParameterDecryption,
        name if name.starts_with("KMS") => Code::ParameterDecryption,
        "AccessDenied" if of_kms(&wire.message) => Code::ParameterDecryption,
        "AccessDenied" => Code::ParameterDenied,
        _ => return None,
    })
}

fn of_kms(message: &str) -> bool {
    ["kms:Decrypt", "The ciphertext refers to a customer master key", "(Service: AWSKMS", "(Service: Kms"]
        .iter()
        .any(|part| message.contains(part))
}
