//! What STS answers, as XML or JSON.
//!
//! Follows the Query protocol: `<XResponse><XResult>…` with `<ResponseMetadata><RequestId>`, the same envelope as JSON
//! with a numeric `Expiration`, and the bare result `{"Credentials": …}` that the aws CLI prints; MinIO's and moto's
//! departures are read too. Whatever is no such answer is told apart: a page, a part, a redirect, nothing at all.

use super::errors;
use crate::{
    Code, Credentials, Error, Secret, Timestamp,
    effect::HttpResponse,
    json::{self, Object},
    wire::{self, Wire, with_id},
    xml,
};
use alloc::{borrow::Cow, boxed::Box, format, string::String};

/// What AssumeRoleWithWebIdentity and AssumeRole end in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Assumed {
    /// With source, expiration and account.
    pub credentials: Credentials,
    /// `arn:aws:sts::…:assumed-role/<role>/<session>`.
    pub assumed_role_arn: Option<Box<str>>,
    /// `AROA…:<session>`.
    pub assumed_role_id: Option<Box<str>>,
    /// `SubjectFromWebIdentityToken`.
    pub subject: Option<Box<str>>,
    /// Which of the token's audiences counted.
    pub audience: Option<Box<str>>,
    /// The IAM provider's ARN.
    pub provider: Option<Box<str>>,
    /// `SourceIdentity`.
    pub source_identity: Option<Box<str>>,
    /// How full the packed session policy and tags are, in per cent.
    pub packed_policy_size: Option<u32>,
    /// STS's clock minus our wall clock, in milliseconds, as a keeper wants it; see [`crate::clock::skew`].
    pub skew_millis: Option<i64>,
    /// For a support case at AWS.
    pub request_id: Option<Box<str>>,
}

/// What GetCallerIdentity ends in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallerIdentity {
    /// 12 digits.
    pub account: Box<str>,
    /// Of the user, or of the assumed role's session.
    pub arn: Box<str>,
    /// Unique id, of a role with the session's name.
    pub user_id: Box<str>,
    /// For a support case at AWS.
    pub request_id: Option<Box<str>>,
}

/// Which call is answered. The same code means different things for different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Signed.
    AssumeRole,
    /// Not signed.
    AssumeRoleWithWebIdentity,
    /// Signed.
    GetCallerIdentity,
}

impl Action {
    /// As in the form.
    pub fn name(self) -> &'static str {
        match self {
            Self::AssumeRole => "AssumeRole",
            Self::AssumeRoleWithWebIdentity => "AssumeRoleWithWebIdentity",
            Self::GetCallerIdentity => "GetCallerIdentity",
        }
    }
}

/// Reads the answer to a call that gives credentials; `source` is the name that they will carry.
pub fn assumed(
    response: &HttpResponse,
    action: Action,
    source: impl Into<Cow<'static, str>>,
) -> Result<Assumed, Error> {
    let fields = read(response, action)?;
    let lacks = |member: &str| unknown(response, action, &format!("no {member} in it"));
    let key = fields.access_key_id.filter(|key| !key.is_empty()).ok_or_else(|| lacks("AccessKeyId"))?;
    let secret = fields.secret_access_key.filter(|key| !key.is_empty()).ok_or_else(|| lacks("SecretAccessKey"))?;
    let token = fields.session_token.filter(|token| !token.is_empty()).ok_or_else(|| lacks("SessionToken"))?;
    let end = fields.expiration.ok_or_else(|| lacks("Expiration"))?;
    let end = expiration(&end).ok_or_else(|| unknown(response, action, "its Expiration is no time"))?;
    let mut credentials = Credentials::new(key.expose(), secret, source).with_session_token(token).with_expiration(end);
    if let Some(account) = fields.arn.as_deref().and_then(account_of) {
        credentials = credentials.with_account_id(account);
    }
    Ok(Assumed {
        credentials,
        assumed_role_arn: fields.arn,
        assumed_role_id: fields.id,
        subject: fields.subject,
        audience: fields.audience,
        provider: fields.provider,
        source_identity: fields.source_identity,
        packed_policy_size: fields.packed_policy_size.and_then(|size| size.parse().ok()),
        skew_millis: None,
        request_id: fields.request_id,
    })
}

/// Reads the answer to GetCallerIdentity.
pub fn caller_identity(response: &HttpResponse) -> Result<CallerIdentity, Error> {
    let action = Action::GetCallerIdentity;
    let fields = read(response, action)?;
    let lacks = |member: &str| unknown(response, action, &format!("no {member} in it"));
    Ok(CallerIdentity {
        account: fields.account.ok_or_else(|| lacks("Account"))?,
        arn: fields.arn.ok_or_else(|| lacks("Arn"))?,
        user_id: fields.id.ok_or_else(|| lacks("UserId"))?,
        request_id: fields.request_id,
    })
}

/// Everything that an answer of ours may hold.
#[derive(Default)]
struct Fields {
    access_key_id: Option<Secret>,
    secret_access_key: Option<Secret>,
    session_token: Option<Secret>,
    expiration: Option<String>,
    arn: Option<Box<str>>,
    /// AssumedRoleId, or UserId.
    id: Option<Box<str>>,
    account: Option<Box<str>>,
    subject: Option<Box<str>>,
    audience: Option<Box<str>>,
    provider: Option<Box<str>>,
    source_identity: Option<Box<str>>,
    packed_policy_size: Option<String>,
    request_id: Option<Box<str>>,
    error: Option<Wire>,
}

impl Fields {
    /// A member by its name and that of what it stands in.
    fn set(&mut self, within: &str, name: &str, value: &str) {
        let text = || (!value.is_empty()).then(|| Box::from(value));
        match (within, name) {
            ("Credentials", "AccessKeyId") => self.access_key_id = Some(value.into()),
            ("Credentials", "SecretAccessKey") => self.secret_access_key = Some(value.into()),
            ("Credentials", "SessionToken") => self.session_token = Some(value.into()),
            ("Credentials", "Expiration") => self.expiration = Some(value.into()),
            (_, "Arn") => self.arn = text(),
            // AssumeRoleId is how MinIO writes it.
            (_, "AssumedRoleId" | "AssumeRoleId" | "UserId") => self.id = text(),
            (_, "Account") => self.account = text(),
            (_, "SubjectFromWebIdentityToken") => self.subject = text(),
            (_, "Audience") => self.audience = text(),
            (_, "Provider") => self.provider = text(),
            (_, "SourceIdentity") => self.source_identity = text(),
            (_, "PackedPolicySize") => self.packed_policy_size = Some(value.into()),
            (_, "RequestId" | "RequestID") => self.request_id = text(),
            _ => {}
        }
    }
}

fn read(response: &HttpResponse, action: Action) -> Result<Fields, Error> {
    let body = body(response, action)?;
    let mut fields = if body.starts_with('<') {
        from_xml(body).map_err(|fault| match fault {
            xml::Fault::Cut => cut(response, action, "XML"),
            xml::Fault::Doctype => malformed(response, action, "XML with a DOCTYPE"),
            xml::Fault::Deep => malformed(response, action, "XML nested too deep"),
            xml::Fault::Malformed(at) => {
                malformed(response, action, &format!("XML that is not well-formed near byte {at}"))
            }
        })?
    } else {
        from_json(body).map_err(|fault| match fault {
            json::Fault::Cut => cut(response, action, "JSON"),
            fault => malformed(response, action, &format!("{fault}")),
        })?
    };
    if fields.request_id.is_none() {
        fields.request_id = wire::request_id(response);
    }
    if let Some(refusal) = fields.error.take() {
        return Err(errors::refusal(action, response.status, &refusal, fields.request_id.as_deref()));
    }
    if response.status != 200 {
        return Err(errors::by_status(action, response, &wire::text_without_code(response)));
    }
    Ok(fields)
}

/// The body as text, where it begins like XML or JSON.
fn body(response: &HttpResponse, action: Action) -> Result<&str, Error> {
    let status = response.status;
    if (300..400).contains(&status) {
        let target = response.header("location").unwrap_or("nowhere");
        let target: String = target.split(['?', '#']).next().unwrap_or_default().chars().take(200).collect();
        let message = format!("{} was answered with {status}, a redirect to {target}", action.name());
        return Err(with_id(Error::new(Code::AnswerRedirect, AT, message), response));
    }
    let bytes = response.body.expose();
    let Ok(text) = core::str::from_utf8(bytes) else {
        return Err(malformed(response, action, "bytes that are not UTF-8"));
    };
    let text = text.trim_start_matches('\u{FEFF}').trim();
    if text.is_empty() {
        if status >= 400 {
            return Err(errors::by_status(action, response, ", without a body"));
        }
        let message = format!("{} was answered with {status} and no body", action.name());
        return Err(with_id(Error::new(Code::AnswerEmpty, AT, message), response));
    }
    if is_page(response, text) {
        let message = format!("{} was answered with {status} and a web page{}", action.name(), title(text));
        return Err(with_id(Error::new(Code::AnswerHtml, AT, message), response));
    }
    if text.starts_with(['<', '{']) {
        return Ok(text);
    }
    if status >= 400 {
        // A proxy in plain words, such as Envoy's “upstream connect error”.
        let words: String = text.chars().take(120).flat_map(char::escape_debug).collect();
        return Err(errors::by_status(action, response, &format!(": {}", wire::redact(&words))));
    }
    Err(malformed(response, action, "neither XML nor JSON"))
}

fn is_page(response: &HttpResponse, text: &str) -> bool {
    let begins = |with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    let html =
        || response.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"));
    // moto calls its answers in XML HTML.
    begins("<!doctype html") || begins("<html") || html() && !text.starts_with('{') && !is_answer(text)
}

/// Whether the first element is one of AWS's: `ErrorResponse`, `GetCallerIdentityResponse`, `Error`.
fn is_answer(text: &str) -> bool {
    let after = text.strip_prefix("<?").and_then(|rest| rest.split_once("?>")).map_or(text, |(_, rest)| rest);
    let name = after.trim_start().strip_prefix('<').and_then(|rest| {
        let name = rest.split(|c: char| c.is_ascii_whitespace() || c == '>').next()?;
        name.rsplit(':').next()
    });
    name.is_some_and(|name| name == "Error" || name.ends_with("Response"))
}

/// The page's title, short, for the message.
fn title(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let title = lower.find("<title>").and_then(|at| text.get(at + 7..)).and_then(|rest| rest.split('<').next());
    let words: String = title.unwrap_or_default().trim().chars().take(80).flat_map(char::escape_debug).collect();
    if words.is_empty() { words } else { format!(" titled “{}”", wire::redact(&words)) }
}

fn from_xml(text: &str) -> Result<Fields, xml::Fault> {
    let mut fields = Fields::default();
    let mut refusal = Wire::default();
    let mut root_is_error = false;
    xml::leaves(text, |path, value| {
        root_is_error |= matches!(path.first(), Some(&("ErrorResponse" | "Error")));
        refusal.take_leaf(path, value);
        if let [.., within, name] = path {
            fields.set(within, name, value);
        }
    })?;
    if !refusal.code.is_empty() || root_is_error {
        fields.error = Some(refusal);
    }
    Ok(fields)
}

fn from_json(text: &str) -> Result<Fields, json::Fault> {
    let mut fields = Fields::default();
    let top = Object::parse(text)?;
    fields.error = Some(Wire::from_json(&top)).filter(|refusal| !refusal.code.is_empty());
    take(&top, "", 0, &mut fields);
    Ok(fields)
}

/// Every member that is known, at most four objects deep: envelope, result, credentials.
fn take(object: &Object, within: &str, depth: usize, fields: &mut Fields) {
    for (name, raw) in object.iter() {
        if raw.starts_with('{') {
            if let (true, Ok(inner)) = (depth < 4, Object::parse(raw)) {
                take(&inner, name, depth + 1, fields);
            }
        } else if let Some(text) = json::string(raw) {
            fields.set(within, name, text.expose());
        } else if raw != "null" {
            fields.set(within, name, raw);
        }
    }
}

/// ISO 8601, or seconds since the epoch as the JSON form writes them (`1.734193212E9`).
fn expiration(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| json::seconds(text))
}

/// The account in an ARN, where it has one of 12 digits.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()))
}

fn cut(response: &HttpResponse, action: Action, kind: &str) -> Error {
    let size = response.body.len();
    let message = format!(
        "{} was answered with {} and {kind} that breaks off after {size} bytes",
        action.name(),
        response.status
    );
    with_id(Error::new(Code::AnswerCut, AT, message), response)
}

fn malformed(response: &HttpResponse, action: Action, what: &str) -> Error {
    let message = format!("{} was answered with {} and {what}", action.name(), response.status);
    with_id(Error::new(Code::AnswerMalformed, AT, message), response)
}

fn unknown(response: &HttpResponse, action: Action, what: &str) -> Error {
    let message = format!("{} was answered with {}: {what}", action.name(), response.status);
    with_id(Error::new(Code::AnswerUnknown, AT, message), response)
}

const AT: &str = "sts";

#[cfg(test)]
mod tests;
