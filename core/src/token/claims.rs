//! What header and payload say. Absent and unreadable members are `None`; nothing is refused.

use super::Warning;
use crate::{Timestamp, json, json::Object, secret::Scratch};
use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Value, json};

/// The JOSE header (RFC 7515 §4.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Signature algorithm, such as `RS256`.
    pub alg: Option<Box<str>>,
    /// Which key of the issuer's set.
    pub kid: Option<Box<str>>,
    /// Mostly `JWT`; Kubernetes leaves it out.
    pub typ: Option<Box<str>>,
}

/// The claims that AWS, Kubernetes or a person looking for a fault reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// Issuer.
    pub iss: Option<Box<str>>,
    /// Subject; in Kubernetes `system:serviceaccount:<namespace>:<name>`. A number is taken as its digits.
    pub sub: Option<Box<str>>,
    /// Audiences: a string or a list of strings.
    pub aud: Vec<Box<str>>,
    /// Authorized party: where present, AWS takes it for the audience.
    pub azp: Option<Box<str>>,
    /// End.
    pub exp: Option<Timestamp>,
    /// Issued at.
    pub iat: Option<Timestamp>,
    /// Not before.
    pub nbf: Option<Timestamp>,
    /// Where it comes from, if Kubernetes made it.
    pub kubernetes: Option<Kubernetes>,
    /// `https://aws.amazon.com/tags`, nested or flat.
    pub tags: Tags,
    /// `https://aws.amazon.com/source_identity`.
    pub source_identity: Option<Box<str>>,
    /// `https://aws.amazon.com/roles`: a list, or a text with semicolons.
    pub roles: Vec<Box<str>>,
}

/// The claim `kubernetes.io`, or the flat `kubernetes.io/serviceaccount/*` of tokens from Secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kubernetes {
    /// Namespace of pod and service account.
    pub namespace: Option<Box<str>>,
    /// Service account.
    pub service_account: Named,
    /// Pod that it is bound to.
    pub pod: Named,
    /// Node that the pod runs on.
    pub node: Named,
    /// From the flat claims: such tokens have neither audience nor end.
    pub legacy: bool,
}

/// An object of Kubernetes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Named {
    /// Its name.
    pub name: Option<Box<str>>,
    /// Its uid.
    pub uid: Option<Box<str>>,
}

/// Session tags that the issuer asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tags {
    /// Key and value, in order; a key with several values stands there several times.
    pub principal: Vec<(Box<str>, Box<str>)>,
    /// Keys that stay through role chaining.
    pub transitive: Vec<Box<str>>,
}

impl Header {
    pub(super) fn read(part: &str, odd: &mut Vec<Warning>) -> Self {
        let Some(text) = decode(part) else {
            odd.push(Warning::Unreadable("header"));
            return Self::default();
        };
        let Ok(object) = Object::parse(&text.0) else {
            odd.push(Warning::Unreadable("header"));
            return Self::default();
        };
        odd.extend(object.repeated().into_iter().map(Warning::Repeated));
        Self { alg: short(&object, "alg"), kid: short(&object, "kid"), typ: short(&object, "typ") }
    }

    pub(super) fn to_json(&self) -> Value {
        json!({ "alg": self.alg, "kid": self.kid, "typ": self.typ })
    }
}

impl Claims {
    pub(super) fn read(part: &str, odd: &mut Vec<Warning>) -> Self {
        let Some(text) = decode(part) else {
            odd.push(Warning::Unreadable("payload"));
            return Self::default();
        };
        let Ok(object) = Object::parse(&text.0) else {
            odd.push(Warning::Unreadable("payload"));
            return Self::default();
        };
        odd.extend(object.repeated().into_iter().map(Warning::Repeated));
        Self {
            iss: short(&object, "iss"),
            sub: object.get("sub").filter(|raw| *raw != "null").map(|raw| json::text(raw).into()),
            aud: object.get("aud").map(one_or_many).unwrap_or_default(),
            azp: short(&object, "azp"),
            exp: time(&object, "exp", odd),
            iat: time(&object, "iat", odd),
            nbf: time(&object, "nbf", odd),
            kubernetes: Kubernetes::read(&object),
            tags: Tags::read(&object),
            source_identity: short(&object, "https://aws.amazon.com/source_identity"),
            roles: roles(&object),
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
        json!({
            "iss": self.iss,
            "sub": self.sub,
            "aud": self.aud,
            "azp": self.azp,
            "iat": time(self.iat),
            "nbf": time(self.nbf),
            "exp": time(self.exp),
            "kubernetes": self.kubernetes.as_ref().map(Kubernetes::to_json),
            "tags": self.tags.principal,
            "transitive_tag_keys": self.tags.transitive,
            "source_identity": self.source_identity,
            "roles": self.roles,
        })
    }
}

impl Kubernetes {
    fn to_json(&self) -> Value {
        let named = |it: &Named| json!({ "name": it.name, "uid": it.uid });
        json!({
            "namespace": self.namespace,
            "service_account": named(&self.service_account),
            "pod": named(&self.pod),
            "node": named(&self.node),
            "legacy": self.legacy,
        })
    }

    fn read(object: &Object) -> Option<Self> {
        if let Some(claim) = object.object("kubernetes.io") {
            return Some(Self {
                namespace: short(&claim, "namespace"),
                service_account: Named::read(&claim, "serviceaccount"),
                pod: Named::read(&claim, "pod"),
                node: Named::read(&claim, "node"),
                legacy: false,
            });
        }
        let flat = |name: &str| short(object, &alloc::format!("kubernetes.io/serviceaccount/{name}"));
        let name = flat("service-account.name").or_else(|| flat("name"));
        let uid = flat("service-account.uid").or_else(|| flat("uid"));
        let namespace = flat("namespace");
        (namespace.is_some() || name.is_some()).then(|| Self {
            namespace,
            service_account: Named { name, uid },
            legacy: true,
            ..Self::default()
        })
    }
}

impl Named {
    fn read(claim: &Object, member: &str) -> Self {
        let object = claim.object(member);
        let get = |name: &str| object.as_ref().and_then(|object| short(object, name));
        Self { name: get("name"), uid: get("uid") }
    }
}

impl Tags {
    fn read(object: &Object) -> Self {
        const CLAIM: &str = "https://aws.amazon.com/tags";
        let mut tags = Self::default();
        if let Some(claim) = object.object(CLAIM) {
            for (key, value) in claim.object("principal_tags").iter().flat_map(Object::iter) {
                tags.principal.extend(one_or_many(value).into_iter().map(|value| (key.into(), value)));
            }
            tags.transitive = claim.get("transitive_tag_keys").map(one_or_many).unwrap_or_default();
        }
        for (name, value) in object.iter() {
            let Some(rest) = name.strip_prefix(CLAIM) else { continue };
            if let Some(key) = rest.strip_prefix("/principal_tags/") {
                tags.principal.extend(one_or_many(value).into_iter().map(|value| (key.into(), value)));
            } else if rest == "/transitive_tag_keys" {
                tags.transitive.extend(one_or_many(value));
            }
        }
        tags
    }
}

fn roles(object: &Object) -> Vec<Box<str>> {
    let Some(raw) = object.get("https://aws.amazon.com/roles") else { return Vec::new() };
    match json::string(raw) {
        Some(text) => text.expose().split(';').map(|role| role.trim().into()).collect(),
        None => one_or_many(raw),
    }
}

/// A string, or an array of strings; nothing of anything else.
fn one_or_many(raw: &str) -> Vec<Box<str>> {
    match json::string(raw) {
        Some(one) => alloc::vec![one.expose().into()],
        None => json::strings(raw).unwrap_or_default().iter().map(|text| text.expose().into()).collect(),
    }
}

fn short(object: &Object, name: &str) -> Option<Box<str>> {
    object.string(name).map(|text| text.expose().into())
}

/// Whole seconds, as a number or a string; AWS takes nothing else, but a fraction can be shown.
fn time(object: &Object, name: &'static str, odd: &mut Vec<Warning>) -> Option<Timestamp> {
    let raw = object.get(name)?;
    let text = json::text(raw);
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(Timestamp::from_unix(seconds));
    }
    odd.push(Warning::TimeFormat(name));
    let seconds = text.parse::<f64>().ok().filter(|seconds| seconds.is_finite())?;
    // Clamped by the cast and by `from_unix`.
    #[allow(clippy::cast_possible_truncation)]
    Some(Timestamp::from_unix(seconds as i64))
}

/// Base64url with or without padding, whatever the last bits are.
fn decode(part: &str) -> Option<Scratch> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::URL_SAFE,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let bytes = LENIENT.decode(part).ok()?;
    String::from_utf8(bytes).ok().map(Scratch)
}
