//! Systems Manager's Parameter Store: GetParameter, GetParameters and GetParametersByPath, JSON 1.1, API 2014-11-06, under
//! the role's permission policies.
//!
//! Every account has the same parameters, one version each, without labels. A path is judged as its own resource: who may
//! read `/a` by path reads all below it, as at AWS. Not here: filters but `Type`, the references to Secrets Manager, KMS
//! (a SecureString is as under `aws/ssm`, whose key every caller in the account may use through Parameter Store).

use super::{Wanted, allowed};
use crate::{
    call::{Call, Gate},
    config::{ParameterValue, StoredParameter},
    iam::Iam,
    keys::random,
    session::Session,
    wire::Refusal,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use irsa_core::Timestamp;
use ring::hmac;
use serde_json::{Map, Value, json};

pub(crate) const TARGET: &str = "AmazonSSM.";

/// Of names in GetParameters and of results in a page.
const MANY: usize = 10;
const VERSION: u64 = 1;

pub(crate) struct ParameterStore {
    /// By name.
    parameters: Vec<Stored>,
    created: Timestamp,
    /// Marks the tokens of pages.
    pages: hmac::Key,
}

struct Stored {
    parameter: StoredParameter,
    /// What a SecureString is without decryption.
    encrypted: String,
}

impl ParameterStore {
    pub(crate) fn new(parameters: &[StoredParameter], now: Timestamp) -> Self {
        // As long as what KMS makes of a short text, and with its beginning.
        let encrypted = || format!("AQICAHg{}", STANDARD.encode(random::<135>()));
        let mut stored: Vec<Stored> = parameters
            .iter()
            .map(|parameter| Stored { parameter: parameter.clone(), encrypted: encrypted() })
            .collect();
        stored.sort_by_key(|stored| full(&stored.parameter.name));
        Self { parameters: stored, created: now, pages: hmac::Key::new(hmac::HMAC_SHA256, &random::<32>()) }
    }

    /// The answer to `operation`; `None` where it is not played.
    pub(crate) fn run(
        &self,
        operation: &str,
        call: &Call,
        caller: &Session,
        iam: &Iam,
        gate: &Gate,
    ) -> Option<Result<Value, Refusal>> {
        let asked = Asked { store: self, call, caller, iam, gate };
        Some(match operation {
            "GetParameter" => self.one(&asked),
            "GetParameters" => self.several(&asked),
            "GetParametersByPath" => self.by_path(&asked),
            _ => return None,
        })
    }

    fn one(&self, asked: &Asked<'_>) -> Result<Value, Refusal> {
        let body = super::json(asked.call)?;
        let name = text(&body, "Name").unwrap_or_default();
        let decrypt = flag(&body, "WithDecryption");
        if let Some(constraint) = length(name) {
            return Err(constraints(&[(name, "name", constraint)]));
        }
        let named = asked.named(name)?;
        asked.may("ssm:GetParameter", &named.name)?;
        let stored = self.find(&named.name).ok_or_else(|| Refusal::new(400, "ParameterNotFound", ""))?;
        named.check_selector()?;
        Ok(json!({"Parameter": self.shown(stored, &named, asked, decrypt)}))
    }

    fn several(&self, asked: &Asked<'_>) -> Result<Value, Refusal> {
        let body = super::json(asked.call)?;
        let names = body.get("Names").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        let all = format!("[{}]", names.join(", "));
        match names.len() {
            0 => return Err(constraints(&[(&all, "names", Constraint::LengthAtLeast(1))])),
            1..=MANY => {}
            _ => return Err(constraints(&[(&all, "names", Constraint::LengthAtMost(MANY))])),
        }
        let decrypt = flag(&body, "WithDecryption");
        let (mut found, mut invalid) = (Vec::new(), Vec::new());
        for name in names {
            if let Some(constraint) = length(name) {
                return Err(constraints(&[(name, "names", constraint)]));
            }
            // One that is not allowed spoils the whole request; one that is wrong is listed.
            let Ok(named) = asked.named(name) else {
                invalid.push(name);
                continue;
            };
            asked.may("ssm:GetParameters", &named.name)?;
            match self.find(&named.name).filter(|_| named.check_selector().is_ok()) {
                Some(stored) => found.push(self.shown(stored, &named, asked, decrypt)),
                None => invalid.push(name),
            }
        }
        Ok(json!({"Parameters": found, "InvalidParameters": invalid}))
    }

    fn by_path(&self, asked: &Asked<'_>) -> Result<Value, Refusal> {
        let body = super::json(asked.call)?;
        let path = text(&body, "Path").unwrap_or_default();
        let size = match body.get("MaxResults") {
            None | Some(Value::Null) => MANY,
            Some(value) => match value.as_u64().and_then(|n| usize::try_from(n).ok()) {
                Some(0) => return Err(constraints(&[("0", "maxResults", Constraint::AtLeast(1))])),
                Some(n @ 1..=MANY) => n,
                _ => return Err(constraints(&[(&value.to_string(), "maxResults", Constraint::AtMost(MANY))])),
            },
        };
        if let Some(constraint) = length(path) {
            return Err(constraints(&[(path, "path", constraint)]));
        }
        if !is_path(path) {
            return Err(Refusal::new(400, "ValidationException", NO_PATH));
        }
        asked.may("ssm:GetParametersByPath", path)?;

        let recursive = flag(&body, "Recursive");
        let types = types(&body)?;
        let below = format!("{}/", path.trim_end_matches('/'));
        let of_page = |stored: &&Stored| {
            let name = full(&stored.parameter.name);
            let rest = name.strip_prefix(&below).filter(|rest| recursive || !rest.contains('/'));
            rest.is_some() && types.as_ref().is_none_or(|types| types.contains(&stored.parameter.value.type_name()))
        };
        let matching: Vec<&Stored> = self.parameters.iter().filter(of_page).collect();
        let question = format!("{below} {recursive} {types:?} {}", asked.caller.role.account());
        let start = match text(&body, "NextToken") {
            None => 0,
            Some(token) => self
                .page(&question, token)
                .filter(|start| *start < matching.len())
                .ok_or_else(|| Refusal::new(400, "InvalidNextToken", "The specified token isn't valid."))?,
        };
        let decrypt = flag(&body, "WithDecryption");
        let end = matching.len().min(start + size);
        let shown = |stored: &&Stored| {
            let named = Named { name: stored.parameter.name.clone(), selector: None };
            self.shown(stored, &named, asked, decrypt)
        };
        let mut answer = json!({"Parameters": matching[start..end].iter().map(shown).collect::<Vec<_>>()});
        if end < matching.len() {
            answer["NextToken"] = self.token(&question, end).into();
        }
        Ok(answer)
    }

    fn find(&self, name: &str) -> Option<&Stored> {
        self.parameters.iter().find(|stored| stored.parameter.name == name)
    }

    fn shown(&self, stored: &Stored, named: &Named, asked: &Asked<'_>, decrypt: bool) -> Value {
        let StoredParameter { name, value } = &stored.parameter;
        let encrypted = matches!(value, ParameterValue::Secure(_)) && !decrypt;
        let mut shown = json!({
            "ARN": asked.arn(name),
            "DataType": "text",
            "LastModifiedDate": self.created.unix(),
            "Name": name,
            "Type": value.type_name(),
            "Value": if encrypted { stored.encrypted.clone() } else { value.joined() },
            "Version": VERSION,
        });
        if let Some(selector) = &named.selector {
            shown["Selector"] = format!(":{selector}").into();
        }
        shown
    }

    /// Where a page begins, sealed together with the question, so that it fits no other.
    fn token(&self, question: &str, start: usize) -> String {
        let seal = hmac::sign(&self.pages, format!("{start} {question}").as_bytes());
        URL_SAFE_NO_PAD.encode([&u32::try_from(start).unwrap_or(u32::MAX).to_be_bytes(), seal.as_ref()].concat())
    }

    fn page(&self, question: &str, token: &str) -> Option<usize> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (start, seal) = bytes.split_first_chunk()?;
        let start = usize::try_from(u32::from_be_bytes(*start)).ok()?;
        hmac::verify(&self.pages, format!("{start} {question}").as_bytes(), seal).ok().map(|()| start)
    }
}

/// A request, and all that judges it.
struct Asked<'a> {
    store: &'a ParameterStore,
    call: &'a Call,
    caller: &'a Session,
    iam: &'a Iam,
    gate: &'a Gate,
}

impl Asked<'_> {
    /// `arn:aws:ssm:<region>:<account>:parameter/<name>`; a name that begins with a slash brings it.
    fn arn(&self, name: &str) -> String {
        format!("{}{}", self.prefix(), full(name))
    }

    fn prefix(&self) -> String {
        let role = &self.caller.role;
        format!("arn:{}:ssm:{}:{}:parameter", role.partition().id, self.gate.region, role.account())
    }

    fn may(&self, action: &str, name: &str) -> Result<(), Refusal> {
        let resource = self.arn(name);
        let mut context = self.call.context(self.caller, &self.gate.region);
        if action == "ssm:GetParametersByPath" {
            let body = super::json(self.call)?;
            context.put("request", "ssm:Recursive", [flag(&body, "Recursive").to_string()]);
        }
        allowed(self.iam, self.caller, &Wanted { action, resource: &resource, shown: &resource }, &context)
    }

    /// A name, an ARN, either with `:version` or `:label` behind it.
    fn named(&self, id: &str) -> Result<Named, Refusal> {
        let prefix = self.prefix();
        let (id, by_arn) = match id.strip_prefix(&prefix) {
            Some(rest) => (rest, true),
            None if id.starts_with("arn:") => return Err(Refusal::new(400, "ParameterNotFound", "")),
            None => (id, false),
        };
        let (name, selector) = match id.split_once(':') {
            None => (id, None),
            Some((name, selector)) if !selector.is_empty() && !selector.contains(':') => (name, Some(selector)),
            Some(_) => {
                let text = "Invalid parameter name. Please use correct syntax for referencing a version/label  \
                            <name>:<version/label>";
                return Err(Refusal::new(400, "ValidationException", text));
            }
        };
        if name.contains('/') && !name.starts_with('/') || !name.bytes().all(is_name_byte) || is_ssm(name) {
            return Err(Refusal::new(400, "ValidationException", NO_NAME));
        }
        // The ARN of a parameter without a slash has one all the same.
        let bare = name.trim_start_matches('/');
        let name = if by_arn && self.store.find(name).is_none() && !bare.contains('/') { bare } else { name };
        Ok(Named { name: name.to_owned(), selector: selector.map(str::to_owned) })
    }
}

/// A name and what stood behind its colon.
struct Named {
    name: String,
    selector: Option<String>,
}

impl Named {
    fn check_selector(&self) -> Result<(), Refusal> {
        let Self { name, selector: Some(selector) } = self else { return Ok(()) };
        match selector.parse::<u64>() {
            Ok(VERSION) => Ok(()),
            Ok(version) => Err(Refusal::new(
                400,
                "ParameterVersionNotFound",
                format!(
                    "Systems Manager could not find version {version} of {name}. Verify the version and try again."
                ),
            )),
            Err(_) => Err(Refusal::new(
                400,
                "ParameterVersionNotFound",
                format!(
                    "Systems Manager could not find label {selector} for parameter {name}. Verify the label and try again."
                ),
            )),
        }
    }
}

/// AWS's texts, seen in reports of 2023 and 2024.
const NO_NAME: &str = "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can \
    consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the \
    following 3 symbols .-_";
const NO_PATH: &str = "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a \
    forward slash \"/\". It can't be prefixed with \\\"aws\\\" or \\\"ssm\\\" (case-insensitive). It must use only \
    letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not \
    allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: \
    /get/parameters2-/by1./path0_.";

/// Why a parameter cannot have this name; AWS's rules for PutParameter.
pub(crate) fn name_fault(name: &str) -> Option<&'static str> {
    let first = name.trim_start_matches('/').split('/').next().unwrap_or_default().to_ascii_lowercase();
    match name {
        "" => Some("is empty"),
        name if name.len() > 1011 => Some("is longer than 1011 characters"),
        name if !name.bytes().all(is_name_byte) => Some("has other characters than letters, digits, . - _ and /"),
        name if name.contains('/') && !name.starts_with('/') => Some("has a / and does not begin with one"),
        name if name.ends_with('/') || name.contains("//") => Some("has an empty part"),
        name if name.matches('/').count() > 15 => Some("has more than 15 levels"),
        _ if first.starts_with("aws") || first.starts_with("ssm") => Some("begins with aws or ssm"),
        _ => None,
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'/')
}

fn is_ssm(name: &str) -> bool {
    name.trim_start_matches('/').get(..3).is_some_and(|first| first.eq_ignore_ascii_case("ssm"))
}

fn is_path(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(is_name_byte) && !path.contains("//")
}

/// With the slash that a name of one level may lack.
fn full(name: &str) -> String {
    if name.starts_with('/') { name.to_owned() } else { format!("/{name}") }
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

fn flag(body: &Map<String, Value>, name: &str) -> bool {
    body.get(name).and_then(Value::as_bool).unwrap_or_default()
}

/// The types that a filter lets through; `None`: all.
fn types(body: &Map<String, Value>) -> Result<Option<Vec<&str>>, Refusal> {
    let Some(filters) = body.get("ParameterFilters").and_then(Value::as_array).filter(|all| !all.is_empty()) else {
        return Ok(None);
    };
    let mut types = Vec::new();
    for filter in filters {
        let key = filter["Key"].as_str().unwrap_or_default();
        if key != "Type" || !matches!(filter["Option"].as_str(), None | Some("Equals")) {
            let text = "irsa-local: of the filters it has Type with Equals alone";
            return Err(Refusal::new(400, "InvalidFilterKey", text));
        }
        types.extend(filter["Values"].as_array().into_iter().flatten().filter_map(Value::as_str));
    }
    Ok(Some(types))
}

#[derive(Clone, Copy)]
enum Constraint {
    LengthAtLeast(usize),
    LengthAtMost(usize),
    AtLeast(usize),
    AtMost(usize),
}

fn length(name: &str) -> Option<Constraint> {
    match name.len() {
        0 => Some(Constraint::LengthAtLeast(1)),
        1..=2048 => None,
        _ => Some(Constraint::LengthAtMost(2048)),
    }
}

fn constraints(broken: &[(&str, &str, Constraint)]) -> Refusal {
    let said = |(value, member, constraint): &(&str, &str, Constraint)| {
        let (what, bound) = match constraint {
            Constraint::LengthAtLeast(n) => ("have length greater than or equal to", n),
            Constraint::LengthAtMost(n) => ("have length less than or equal to", n),
            Constraint::AtLeast(n) => ("have value greater than or equal to", n),
            Constraint::AtMost(n) => ("have value less than or equal to", n),
        };
        format!("Value '{value}' at '{member}' failed to satisfy constraint: Member must {what} {bound}")
    };
    let all: Vec<String> = broken.iter().map(said).collect();
    let errors = if all.len() == 1 { "error" } else { "errors" };
    let message = format!("{} validation {errors} detected: {}", all.len(), all.join("; "));
    Refusal::new(400, "ValidationException", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_against_awss_rules() {
        for name in ["db", "/db", "/app/db.host-1_x", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o"] {
            assert_eq!(name_fault(name), None, "{name}");
        }
        let wrong =
            ["", "a/b", "/a/", "/a//b", "/", "ssm-x", "/AWS/x", "/a b", "/é", &"/a".repeat(16), &"a".repeat(1012)];
        for name in wrong {
            assert!(name_fault(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_pages_token_fits_its_question_alone() {
        let store = ParameterStore::new(&[], Timestamp::from_unix(0));
        let token = store.token("/a/ true", 10);
        assert_eq!(store.page("/a/ true", &token), Some(10));
        assert_eq!(store.page("/b/ true", &token), None);
        let mut other = token.clone();
        other.replace_range(0..1, "B");
        for wrong in [&other, "", "!", "AAAA", &token[..20]] {
            assert_eq!(store.page("/a/ true", wrong), None, "{wrong}");
        }
        let anew = ParameterStore::new(&[], Timestamp::from_unix(0));
        assert_eq!(anew.page("/a/ true", &token), None, "another store's");
    }
}
