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
