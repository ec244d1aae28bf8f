//! Secrets Manager: reading a secret.
//!
//! Follows the API 2017-10-17, GetSecretValue (JSON 1.1). An ARN's own Region goes before the one that is configured.
//! Limits: SecretId 1 to 2,048 characters, VersionId 32 to 64, VersionStage 1 to 256; a value has at most 65,536 bytes.
//! The value lives in wiping memory from the answer's body on.

use super::answer;
use crate::{
    Code, Credentials, Error, Secret, SecretBytes, Timestamp,
    call::{Call, Service, post, signed},
    effect::{HttpRequest, HttpResponse},
    endpoint::{Endpoint, Settings},
    flow::Io,
    json::{self, Object},
    sigv4::{self, KeyCache},
    wire::Wire,
};
use alloc::{boxed::Box, format, string::String, vec, vec::Vec};
use base64::{Engine, engine::general_purpose::STANDARD};

/// The most that is read of an answer: a value of 65,536 bytes, escaped at its worst, and what stands around it.
pub const RESPONSE_LIMIT: u32 = 512 * 1024;

/// The service, as calls and endpoint settings name it.
pub const SERVICE: Service = Service {
    name: "Secrets Manager",
    signing_name: "secretsmanager",
    at: AT,
    variable: "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    property: "aws.endpointUrlSecretsManager",
    section: "secrets_manager",
};

/// Which secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetSecretValue {
    /// Its name or ARN. From another account only the ARN will do.
    pub secret_id: Box<str>,
    /// A version by its id.
    pub version_id: Option<Box<str>>,
    /// A version by its stage; `None`: `AWSCURRENT`.
    pub version_stage: Option<Box<str>>,
}

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretValue {
    /// The secret's ARN.
    pub arn: Option<Box<str>>,
    /// Its name.
    pub name: Option<Box<str>>,
    /// Which version this is.
    pub version_id: Option<Box<str>>,
    /// That version's stages.
    pub version_stages: Vec<Box<str>>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// The value.
    pub value: Value,
}

/// Text or bytes. This list is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `SecretString`: mostly JSON.
    Text(Secret),
    /// `SecretBinary`, decoded.
    Binary(SecretBytes),
}

impl Value {
    /// The bytes of either.
    pub fn expose(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.expose().as_bytes(),
            Self::Binary(bytes) => bytes.expose(),
        }
    }
}

impl GetSecretValue {
    /// The current version of a secret.
    pub fn new(secret_id: impl Into<Box<str>>) -> Self {
        Self { secret_id: secret_id.into(), version_id: None, version_stage: None }
    }

    /// Where to ask for it: at the Region of its ARN, else at that of the settings.
    pub fn endpoint(&self, settings: &Settings<'_>) -> Result<Endpoint, Error> {
        let settings = Settings { region: self.region().or(settings.region), ..*settings };
        Endpoint::choose(&settings, None, |region, partition| {
            let name = if settings.fips { "secretsmanager-fips" } else { "secretsmanager" };
            // Here the plain names have both address families already, but where the partition has none of its own.
            let dual_stack = settings.dual_stack
                && match partition.id {
                    "aws" | "aws-us-gov" => false,
                    "aws-cn" => settings.fips,
                    _ => true,
                };
            let suffix = if dual_stack { partition.dual_stack_suffix } else { partition.dns_suffix };
            (format!("https://{name}.{region}.{suffix}"), String::from(region))
        })
    }

    /// The Region in an ARN: `arn:aws:secretsmanager:eu-west-1:123456789012:secret:name-AbCdEf`.
    pub fn region(&self) -> Option<&str> {
        let rest = self.secret_id.strip_prefix("arn:")?;
        rest.split(':').nth(2).filter(|region| !region.is_empty())
    }

    fn check(&self) -> Result<(), Error> {
        let limits = [
            ("SecretId", Some(&self.secret_id), 1, 2048),
            ("VersionId", self.version_id.as_ref(), 32, 64),
            ("VersionStage", self.version_stage.as_ref(), 1, 256),
        ];
        for (name, value, min, max) in limits {
            let Some(length) = value.map(|value| value.chars().count()) else { continue };
            if !(min..=max).contains(&length) {
                let message = format!("{name}: {length} characters, Secrets Manager takes {min} to {max}");
                return Err(Error::new(Code::ServiceParameter, AT, message).with_fix(format!("change {name}")));
            }
        }
        Ok(())
    }
}

/// Reads a secret; tries again where the answer says that this can help.
pub async fn get_secret_value(
    io: &Io,
    call: &Call,
    ask: &GetSecretValue,
    credentials: &Credentials,
) -> Result<SecretValue, Error> {
    let make = || unsigned(call, ask);
    let read = |answer: &HttpResponse| read(answer).map_err(|error| advise(error, call, ask));
    let (value, _) = signed(io, call, &SERVICE, credentials, ACTION, make, read).await?;
    Ok(value)
}

/// The same error, with a fix that names the secret where that is what to look at.
fn advise(error: Error, call: &Call, ask: &GetSecretValue) -> Error {
    let (id, region) = (&ask.secret_id, call.endpoint.signing_region());
    let fix = match error.code() {
        Code::SecretNotFound => format!(
            "check the name {id}, the Region {region} (AWS_REGION) and the version or stage that is asked for; from another \
             account the whole ARN is needed"
        ),
        Code::SecretDenied => format!(
            "allow secretsmanager:GetSecretValue on {id} in the role's policy: on its ARN with the six random characters, or \
             with -?????? in their place"
        ),
        _ => return error,
    };
    error.with_fix(fix)
}

/// The signed request, for a host that sends it by itself; its answer is for [`read`].
pub fn request(
    call: &Call,
    ask: &GetSecretValue,
    credentials: &Credentials,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<HttpRequest, Error> {
    let mut request = unsigned(call, ask)?;
    let signing = SERVICE.signing(credentials, call.endpoint.signing_region());
    sigv4::sign(&mut request, &signing, keys, now)?;
    Ok(request)
}

/// Reads the answer to GetSecretValue.
pub fn read(response: &HttpResponse) -> Result<SecretValue, Error> {
    if response.status != 200 {
        return Err(answer::refusal(&SERVICE, ACTION, response, own));
    }
    let wrong = |what: &str| answer::odd(&SERVICE, ACTION, response, what);
    let text = core::str::from_utf8(response.body.expose()).map_err(|_| wrong("bytes that are not UTF-8"))?;
    let object = Object::parse(text).map_err(|fault| wrong(&format!("{fault}")))?;
    let short = |name: &str| object.string(name).map(|text| Box::from(text.expose()));
    let value = match (object.string("SecretString"), object.string("SecretBinary")) {
        (Some(text), _) => Value::Text(text),
        (None, Some(encoded)) => {
            Value::Binary(decode(&encoded).ok_or_else(|| wrong("a SecretBinary that is not base64"))?)
        }
        (None, None) => return Err(wrong("neither SecretString nor SecretBinary")),
    };
    Ok(SecretValue {
        arn: short("ARN"),
        name: short("Name"),
        version_id: short("VersionId"),
        version_stages: object
            .get("VersionStages")
            .and_then(json::strings)
            .unwrap_or_default()
            .iter()
            .map(|stage| stage.expose().into())
            .collect(),
        created: object.get("CreatedDate").and_then(json::seconds),
        value,
    })
}

const AT: &str = "secrets manager";
const ACTION: &str = "GetSecretValue";

fn unsigned(call: &Call, ask: &GetSecretValue) -> Result<HttpRequest, Error> {
    ask.check()?;
    let mut body = String::from("{\"SecretId\":");
    json::quote(&ask.secret_id, &mut body);
    for (name, value) in [("VersionId", &ask.version_id), ("VersionStage", &ask.version_stage)] {
        if let Some(value) = value {
            body.push_str(&format!(",\"{name}\":"));
            json::quote(value, &mut body);
        }
    }
    body.push('}');
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "secretsmanager.GetSecretValue")];
    Ok(post(call, &headers, body.into(), RESPONSE_LIMIT))
}

/// Into one buffer of the right size, so that no copy is left behind.
fn decode(encoded: &Secret) -> Option<SecretBytes> {
    let mut bytes = vec![0; encoded.len() / 4 * 3 + 3];
    let length = STANDARD.decode_slice(encoded.expose(), &mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes.into())
}

/// The codes that it has for itself.
fn own(wire: &Wire) -> Option<Code> {
    Some(match wire.name() {
        "ResourceNotFound" => Code::SecretNotFound,
        "AccessDenied" => Code::SecretDenied,
        "DecryptionFailure" => Code::SecretDecryption,
        "InvalidRequest" => Code::SecretState,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
