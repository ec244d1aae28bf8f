//! `timestamps`: ISO 8601 as the Smithy types read and write it. Only the forms without a fraction are written by irsa.

use crate::{Engine, Report, Set, json, same};
use serde_json::json;
use std::path::Path;

pub const SET: Set = Set { name: "timestamps", run, least: 50 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    for file in std::fs::read_dir(folder.join("timestamps")).into_iter().flatten().flatten() {
        if file.path().extension().is_none_or(|e| e != "json") {
            continue;
        }
        let data = json(&file.path());
        for case in data["parse_date_time"].as_array().into_iter().flatten() {
            let text = case["smithy_format_value"].as_str().unwrap_or_default();
            let got = engine.ok("time.parse", &json!({ "text": text }));
            let outcome = if case["error"] == true {
                same(text, Ok(json!(null)), got)
            } else {
                let seconds: i64 = case["canonical_seconds"].as_str().unwrap_or_default().parse().unwrap_or_default();
                same(text, Ok(json!({ "seconds": seconds, "nanos": case["canonical_nanos"] })), got)
            };
            report.case(text, outcome);
        }
    }
    report
}
