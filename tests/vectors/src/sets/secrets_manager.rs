//! `secrets-manager`: where it is (`endpoints/tests/secretsmanager.json`), and the errors of the JSON protocols
//! (`response-parsing/json/errors`, `protocol`), which it speaks.

use super::refusals;
use crate::{Engine, Report, Set, json, same};
use serde_json::json;
use std::path::Path;

pub const SET: Set = Set { name: "secrets-manager", run, least: 45 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let tests = json(&folder.join("endpoints/tests/secretsmanager.json"));
    for case in tests["testCases"].as_array().into_iter().flatten() {
        let params = case.get("params").cloned().unwrap_or(json!({}));
        let got =
            engine.call("secrets_manager.endpoint", &json!({ "params": params, "input": { "SecretId": "name" } }));
        let outcome = match case["expect"]["error"].as_str() {
            Some(error) => same("error", &json!(error), &got["error"]["message"]),
            None => same("url", &case["expect"]["endpoint"]["url"], &got["ok"]["url"]),
        };
        report.case(case["documentation"].as_str().unwrap_or_default(), outcome);
    }
    let said = "Secrets Manager answered GetSecretValue";
    refusals::recorded(engine, &mut report, folder, "secrets_manager.read", said);
    for file in ["json.json", "json_1_0.json"] {
        refusals::run(engine, &mut report, folder, file, "secrets_manager.read", &json!({}), said);
    }
    report
}
