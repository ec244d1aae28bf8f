//! `xml-robust` and `json-robust`: hostile documents as the answers of STS. Nothing may crash or hang. Of XML the set's
//! README asks no more than that nothing is expanded or fetched, so every DOCTYPE is refused; JSON is read or refused as
//! the set says.

use super::files;
use crate::{Engine, Report, Set, same};
use serde_json::json;
use std::path::Path;

pub const XML: Set = Set { name: "xml-robust", run: xml, least: 130 };
pub const JSON: Set = Set { name: "json-robust", run: of_json, least: 230 };

/// What an answer is told to be where it is not read.
const NOT_READ: [&str; 4] = ["answer-cut", "answer-empty", "answer-html", "answer-malformed"];

fn ask(engine: &mut dyn Engine, body: &[u8]) -> String {
    let got = engine.call("sts.response", &json!({ "action": "AssumeRole", "body": body }));
    got["error"]["code"].as_str().unwrap_or("ok").to_owned()
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
        let code = ask(engine, &body);
        let has_doctype = String::from_utf8_lossy(&body).contains("<!DOCTYPE");
        let outcome = match &*code {
            "answer-unknown" if has_doctype => Err("a DOCTYPE was read over".into()),
            "answer-unknown" => Ok(()),
            code if NOT_READ.contains(&code) => Ok(()),
            code => Err(code.into()),
        };
        report.case(&name, outcome);
    }
    report
}

fn of_json(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    for path in files(&folder.join("json-robust")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        // As a member, since an answer is an object.
        let text = std::fs::read(&path).unwrap_or_default();
        let code = ask(engine, &[b"{\"x\":", &*text, b"}"].concat());
        let outcome = match &*name.chars().take(2).collect::<String>() {
            "y_" => same("code", "answer-unknown", &*code),
            "n_" if NOT_READ.contains(&&*code) => Ok(()),
            "n_" => Err(format!("{code}, though it is no JSON")),
            _ if NOT_READ.contains(&&*code) || code == "answer-unknown" => Ok(()),
            _ => Err(code),
        };
        report.case(&name, outcome);
    }
    report
}
