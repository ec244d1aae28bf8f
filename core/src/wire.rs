//! What AWS services have in common when they say no: a code, a message and a request id.
//!
//! Query protocol: `<ErrorResponse><Error><Code>`, as JSON `{"Error": {"Code", "Message"}}`. JSON protocols: the member
//! `__type` or the header `x-amzn-errortype`, either with a namespace before `#` or a URL behind `:`. S3 and EC2 forms are
//! read too. A token that an answer echoes is cut out of its message.

use crate::{
    Error,
    effect::HttpResponse,
    json::{self, Object},
    xml,
};
use alloc::{boxed::Box, format, string::String};

/// Code and message as they came.
#[derive(Default)]
pub(crate) struct Wire {
    /// Such as `InvalidIdentityToken`.
    pub(crate) code: String,
    /// In AWS's words.
    pub(crate) message: String,
}

impl Wire {
    /// The refusal in an answer's body or headers, where it is one.
    pub(crate) fn of(response: &HttpResponse) -> Option<Self> {
        let text = core::str::from_utf8(response.body.expose()).unwrap_or_default().trim();
        let mut wire = Self::default();
        if text.starts_with('<') {
            // What breaks off after the code has still said it.
            let _ = xml::leaves(text, |path, value| wire.take_leaf(path, value));
        } else if let Ok(object) = Object::parse(text) {
            wire = Self::from_json(&object);
        }
        if let Some(kind) = response.header("x-amzn-errortype") {
            wire.code = bare(kind).into();
        }
        (!wire.code.is_empty()).then_some(wire)
    }

    /// `<ErrorResponse><Error><Code>`, S3's `<Error><Code>`, EC2's `<Response><Errors><Error><Code>`.
    pub(crate) fn take_leaf(&mut self, path: &[&str], value: &str) {
        match path {
            [.., "Error", "Code"] => self.code = value.into(),
            [.., "Error", "Message"] => self.message = value.into(),
            _ => {}
        }
    }

    /// `{"Error": {"Code", "Message"}}`, `{"__type", "message"}` or `{"code", "message"}`; empty where it is no refusal.
    pub(crate) fn from_json(object: &Object<'_>) -> Self {
        let inner = object.object("Error");
        let from = inner.as_ref().unwrap_or(object);
        let text = |raw: Option<&str>| raw.and_then(json::string).map(|text| String::from(text.expose()));
        let code = text(from.get_any_case("code").or_else(|| from.get("__type"))).unwrap_or_default();
        Self { code: bare(&code).into(), message: text(from.get_any_case("message")).unwrap_or_default() }
    }

    /// The code without the suffix that some protocols add, for a `match`.
    pub(crate) fn name(&self) -> &str {
        self.code.strip_suffix("Exception").unwrap_or(&self.code)
    }

    /// Code and message for people: short, on one line, without a token.
    pub(crate) fn shown(&self) -> String {
        let code: String = self.code.chars().take(100).flat_map(char::escape_debug).collect();
        let said: String = self.message.chars().take(1000).map(|c| if c.is_control() { ' ' } else { c }).collect();
        format!("{code}: {}", redact(&said))
    }
}

/// The text of a refusal without a code, such as a gateway's `{"message": "Forbidden"}`: `: Forbidden`, short and
/// without a token. Empty where there is none.
pub(crate) fn text_without_code(response: &HttpResponse) -> String {
    let text = core::str::from_utf8(response.body.expose()).unwrap_or_default();
    let message = Object::parse(text.trim()).map(|object| Wire::from_json(&object).message).unwrap_or_default();
    let words: String = message.chars().take(120).flat_map(char::escape_debug).collect();
    if words.is_empty() { words } else { format!(": {}", redact(&words)) }
}

/// Whether these texts say that a signature's time is off.
pub(crate) fn clock_fault(message: &str) -> bool {
    ["Signature expired", "Signature not yet current", "is now earlier than", "is now later than"]
        .iter()
        .any(|part| message.contains(part))
}

/// `com.amazonaws.sts#ExpiredTokenException:http://…` without what stands around the code.
fn bare(code: &str) -> &str {
    let code = code.rsplit('#').next().unwrap_or_default();
    code.split(':').next().unwrap_or_default().trim()
}

/// The request id in the headers.
pub(crate) fn request_id(response: &HttpResponse) -> Option<Box<str>> {
    let id = response.header("x-amzn-requestid").or_else(|| response.header("x-amz-request-id"))?;
    Some(id.chars().take(100).collect::<String>().into())
}

/// The error with the answer's request id, where it has one.
pub(crate) fn with_id(error: Error, response: &HttpResponse) -> Error {
    match request_id(response) {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

/// Cuts what looks like a JWT, or like the beginning of one, out of every word: `{"` in base64 is `ey`, mostly `eyJ`.
pub(crate) fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let in_token = |c: char| c.is_ascii_alphanumeric() || "-_.=+/".contains(c);
    let mut rest = text;
    while let Some(start) = rest.find(in_token) {
        let (before, word) = rest.split_at(start);
        let (word, after) = word.split_at(word.find(|c| !in_token(c)).unwrap_or(word.len()));
        out.push_str(before);
        let jwt = word.match_indices("ey").find_map(|(at, _)| {
            let (before, found) = word.split_at_checked(at)?;
            let begins = before.is_empty() || before.ends_with('=') || found.starts_with("eyJ");
            let header = found.split('.').next().unwrap_or_default();
            (begins && header.len() >= 16).then_some(before)
        });
        out.push_str(jwt.unwrap_or(word));
        out.push_str(if jwt.is_some() { "[token]" } else { "" });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_gets_through() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";
        for (around, expected) in [
            ("TOKEN", "[token]"),
            ("is TOKEN, not", "is [token], not"),
            ("Value 'TOKEN' at", "Value '[token]' at"),
            ("Action=A&WebIdentityToken=TOKEN&Version=1", "Action=A&WebIdentityToken=[token]&Version=1"),
            ("WebIdentityToken%3DTOKEN", "WebIdentityToken%3D[token]"),
            ("path/TOKEN", "path/[token]"),
            ("they eye eyewitness.accounts", "they eye eyewitness.accounts"),
            ("arn:aws:iam::1:role/eyJ.x", "arn:aws:iam::1:role/eyJ.x"),
        ] {
            assert_eq!(redact(&around.replace("TOKEN", token)), expected);
        }
        assert_eq!(redact("eyAiYWxnIjoiUlMyNTYifQ.e30.c2ln eyJhbGciOiJSUzI1N"), "[token] [token]");
    }
}
