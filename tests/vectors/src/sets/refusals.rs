//! Refusals of the JSON and REST-XML protocols (`protocol/output`), as the services that irsa reads answer: code,
//! message and request id come through, whatever the form.

use crate::{Engine, Report, json, same};
use serde_json::{Value, json};
use std::path::Path;

/// Every refusal of a protocol's file, read by an entry (with `input` besides), that says so of its caller.
pub fn run(
    engine: &mut dyn Engine,
    report: &mut Report,
    folder: &Path,
    file: &str,
    entry: &str,
    input: &Value,
    said: &str,
) {
    let suites = json(&folder.join("protocol/output").join(file));
    let cases =
        suites.as_array().into_iter().flatten().flat_map(|suite| suite["cases"].as_array().into_iter().flatten());
    let (refusals, others): (Vec<_>, Vec<_>) = cases.partition(|case| case["errorCode"].is_string());
    if !others.is_empty() {
        report.leave_out(&format!("{} answers of {file}", others.len()), "of shapes that no service of ours has");
    }
    for case in refusals {
        let response = &case["response"];
        let mut given = input.clone();
        given["status"] = response["status_code"].clone();
        given["headers"] = response["headers"].clone();
        given["body"] = response["body"].as_str().unwrap_or_default().into();
        let got = engine.call(entry, &given);
        let message = case["errorMessage"].as_str().unwrap_or_default();
        let text = format!(
            "{said} with {} {}: {message}",
            response["status_code"],
            case["errorCode"].as_str().unwrap_or_default()
        );
        report.case(case["id"].as_str().unwrap_or_default(), same("message", &json!(text), &got["error"]["message"]));
    }
}

/// Every refusal of `response-parsing/json`, likewise.
pub fn recorded(engine: &mut dyn Engine, report: &mut Report, folder: &Path, entry: &str, said: &str) {
    let errors = folder.join("response-parsing/json");
    let mut files: Vec<_> = std::fs::read_dir(errors.join("errors")).into_iter().flatten().flatten().collect();
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files {
        let body = std::fs::read_to_string(file.path()).unwrap_or_default();
        let expected = &json(&errors.join("expected").join(file.file_name()))["Error"];
        let got = engine.call(entry, &json!({ "status": 400, "body": body }));
        let text = |member: &str| expected[member].as_str().unwrap_or_default().to_owned();
        let text = format!("{said} with 400 {}: {}", text("Code"), text("Message"));
        report.case(&file.file_name().to_string_lossy(), same("message", &json!(text), &got["error"]["message"]));
    }
}
