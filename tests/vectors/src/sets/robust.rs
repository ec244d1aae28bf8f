//! `xml-robust` and `json-robust`: hostile documents, in place of every document that is read from outside: the answers
//! of STS and Secrets Manager, key sets, discovery documents, tokens, policies. Nothing may crash, hang, or answer out of
//! proportion (memory is bounded by what `wasm.py` lets the module have). JSON is read or refused by each reader as the
//! set says; of XML the set's README asks no more than that nothing is expanded or fetched, so every DOCTYPE is refused,
//! and readers of JSON refuse all of it.

use super::files;
use crate::{Engine, Report, Set};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::path::Path;

pub const XML: Set = Set { name: "xml-robust", run: xml, least: 1_400 };
pub const JSON: Set = Set { name: "json-robust", run: of_json, least: 2_200 };

/// A reader of JSON: how a text becomes a member of what it reads, and what it says of a document with such a member.
struct Reader {
    name: &'static str,
    /// Before the text; behind it stands a brace.
    before: &'static str,
    ask: fn(&mut dyn Engine, &[u8]) -> Value,
    /// Codes, or `ok`, for a document that is JSON.
    read: &'static [&'static str],
    /// Codes for one that is not.
    refused: &'static [&'static str],
    /// Takes texts only; bytes that are none are replaced before.
    text: bool,
}

/// What an answer is told to be where it is not read.
const NOT_READ: &[&str] = &["answer-cut", "answer-empty", "answer-html", "answer-malformed"];

const READERS: [Reader; 10] = [
    Reader {
        name: "sts AssumeRole",
        before: r#"{"x":"#,
        ask: |engine, body| answer(engine, "AssumeRole", 200, body),
        read: &["answer-unknown"],
        refused: NOT_READ,
        text: false,
    },
    Reader {
        name: "sts GetCallerIdentity",
        before: r#"{"x":"#,
        ask: |engine, body| answer(engine, "GetCallerIdentity", 200, body),
        read: &["answer-unknown"],
        refused: NOT_READ,
        text: false,
    },
    Reader {
        name: "secrets manager",
        before: r#"{"SecretString":"s","x":"#,
        ask: |engine, body| engine.call("secrets_manager.read", &json!({ "status": 200, "body": body })),
        read: &["ok"],
        refused: &["service-answer"],
        text: false,
    },
    Reader {
        name: "key set",
        before: r#"{"keys":[],"x":"#,
        ask: |engine, body| engine.call("oidc.jwks", &json!({ "text": body })),
        read: &["ok"],
        refused: &["jwks-malformed"],
        text: false,
    },
    Reader {
        name: "discovery",
        before: r#"{"issuer":"i","jwks_uri":"j","response_types_supported":[],"subject_types_supported":[],"id_token_signing_alg_values_supported":[],"x":"#,
        ask: |engine, body| engine.call("oidc.discovery", &json!({ "text": body })),
        read: &["ok"],
        refused: &["discovery-malformed"],
        text: false,
    },
    Reader {
        name: "token of a pod",
        before: r#"{"iss":"https://i","x":"#,
        // A pod's side sends what it cannot read, and says so.
        ask: |engine, body| {
            let answer = engine.call("token.view", &json!({ "token": token(body), "now": 0 }));
            let unread = answer["ok"].is_object() && answer["ok"]["claims"]["iss"].is_null();
            let warned = answer["ok"]["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty());
            if unread && warned { json!({ "error": { "code": "unread, with a warning" } }) } else { answer }
        },
        read: &["ok"],
        refused: &["unread, with a warning", "token-cut"],
        text: false,
    },
    Reader {
        name: "token at STS",
        before: r#"{"iss":"https://i","x":"#,
        ask: |engine, body| {
            let documents = json!({ "failed": "nobody asks" });
            let request = json!({
                "RoleArn": "arn:aws:iam::111122223333:role/app", "RoleSessionName": "pod", "WebIdentityToken": token(body),
            });
            let input = json!({
                "world": {}, "request": request, "discovery": documents, "jwks": documents, "now": 1_795_514_400,
            });
            let answer = engine.call("federation.decide", &input);
            let message = answer["ok"]["denied"]["message"].as_str().unwrap_or("no denial");
            // A token that was read lacks claims; one that was not is no JWT.
            let lacks = message.starts_with("Missing a required claim");
            if lacks { json!({ "ok": null }) } else { json!({ "error": { "code": message } }) }
        },
        read: &["ok"],
        refused: &["The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"],
        text: false,
    },
    Reader {
        name: "policy",
        before: r#"{"Statement":[],"x":"#,
        ask: |engine, body| engine.call("policy.parse", &json!({ "policy": String::from_utf8_lossy(body) })),
        read: &["policy-grammar"],
        refused: &["policy-json", "policy-too-large"],
        text: true,
    },
    Reader {
        name: "trust policy to lint",
        before: r#"{"Statement":[],"x":"#,
        ask: |engine, body| engine.call("policy.lint", &json!({ "policy": String::from_utf8_lossy(body) })),
        read: &["ok", "policy-grammar"],
        refused: &["ok", "policy-json", "policy-too-large"],
        text: true,
    },
    // A refusal's body may be anything; whatever it is, there is no secret in it to hand out.
    Reader {
        name: "refusal",
        before: r#"{"__type":"X","x":"#,
        ask: |engine, body| {
            let refused = engine.call("services.refused", &json!({ "status": 400, "body": body }));
            let sts = answer(engine, "AssumeRoleWithWebIdentity", 403, body);
            if sts["error"].is_object() {
                refused
            } else {
                json!({ "error": { "code": "credentials from a refusal" } })
            }
        },
        read: &["ok"],
        refused: &["ok"],
        text: false,
    },
];

fn answer(engine: &mut dyn Engine, action: &str, status: u16, body: &[u8]) -> Value {
    engine.call("sts.response", &json!({ "action": action, "status": status, "body": body }))
}

fn token(payload: &[u8]) -> String {
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    format!("{}.{}.{}", part(br#"{"alg":"RS256"}"#), part(payload), part(b"signature"))
}

/// The code, once nothing about the answer itself is wrong.
fn code(answer: &Value, body: &[u8]) -> Result<String, String> {
    let size = answer.to_string().len();
    if size > 20 * body.len() + 10_000 {
        return Err(format!("{} bytes are answered with {size}", body.len()));
    }
    match answer["error"]["code"].as_str().unwrap_or("ok") {
        "bug" => Err(format!("a bug: {answer}")),
        code => Ok(code.to_owned()),
    }
}

fn of_json(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    for path in files(&folder.join("json-robust")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let text = std::fs::read(&path).unwrap_or_default();
        for reader in &READERS {
            // As a member, since what is read is an object.
            let body = [reader.before.as_bytes(), &*text, b"}"].concat();
            let answer = (reader.ask)(engine, &body);
            let told = code(&answer, &body);
            let either = reader.text && std::str::from_utf8(&text).is_err();
            // A token has a limit of its own, which STS says with its own text.
            let long = reader.name == "token at STS" && token(&body).len() > 20_000;
            let long = long || (reader.name == "token of a pod" && token(&body).len() > 20_000);
            let outcome = told.and_then(|code| {
                let (read, refused) = (reader.read.contains(&&*code), reader.refused.contains(&&*code));
                match name.get(..2) {
                    _ if long && !read => Ok(()),
                    Some("y_") if read => Ok(()),
                    Some("n_") if refused || (either && read) => Ok(()),
                    Some("y_" | "n_") => Err(code),
                    _ if read || refused => Ok(()),
                    _ => Err(code),
                }
            });
            report.case(&format!("{}: {name}", reader.name), outcome);
        }
    }
    report
}

fn xml(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let folder = folder.join("xml-robust");
    for path in files(&folder) {
        let name = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().into_owned();
        if name == "expected.json" || name.starts_with("Copyright") {
            continue;
        }
        let body = std::fs::read(&path).unwrap_or_default();
        let has_doctype = String::from_utf8_lossy(&body).contains("<!DOCTYPE");
        for action in ["AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"] {
            let told = code(&answer(engine, action, 200, &body), &body);
            let outcome = told.and_then(|code| match &*code {
                "answer-unknown" if has_doctype => Err("a DOCTYPE was read over".into()),
                "answer-unknown" => Ok(()),
                code if NOT_READ.contains(&code) => Ok(()),
                code => Err(code.into()),
            });
            report.case(&format!("{action}: {name}"), outcome);
        }
        for reader in READERS.iter().filter(|reader| !reader.name.starts_with("sts")) {
            let answer = (reader.ask)(engine, &body);
            let outcome = code(&answer, &body).and_then(|code| {
                let long = reader.name.starts_with("token") && body.len() > 14_000;
                if reader.refused.contains(&&*code) || (long && code != "ok") { Ok(()) } else { Err(code) }
            });
            report.case(&format!("{}: {name}", reader.name), outcome);
        }
    }
    report
}
