//! `response-parsing`: STS's XML answers, and the errors of every service that speaks the Query protocol as STS does
//! (from botocore). The answers of other services are none that irsa reads; the JSON errors are in `secrets-manager`.

use crate::{Engine, Report, Set, json, same};
use serde_json::json;
use std::path::{Path, PathBuf};

pub const SET: Set = Set { name: "response-parsing", run, least: 6 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let folder = folder.join("response-parsing/xml");
    let (answers, others): (Vec<_>, Vec<_>) =
        files(&folder.join("responses")).into_iter().partition(|path| name(path).starts_with("sts-"));
    report.leave_out(&format!("{} answers", others.len()), "of other services, none that irsa calls");
    for path in answers {
        let name = name(&path);
        let (expected, body) = case(&path);
        let got = engine.ok("sts.response", &json!({ "action": "AssumeRole", "body": body }));
        let outcome = got.and_then(|got| {
            let keys = &expected["Credentials"];
            for member in ["AccessKeyId", "SecretAccessKey", "SessionToken"] {
                same(member, &keys[member], &got[member])?;
            }
            let end = engine.ok("time.parse", &json!({ "text": keys["Expiration"] }))?;
            let millis = end["seconds"].as_i64().unwrap_or_default() * 1000
                + end["nanos"].as_i64().unwrap_or_default() / 1_000_000;
            same("Expiration", &json!(millis), &got["ExpirationMillis"])?;
            same("RequestId", &expected["ResponseMetadata"]["RequestId"], &got["RequestId"])
        });
        report.case(&name, outcome);
    }
    for path in files(&folder.join("errors")) {
        let (expected, body) = case(&path);
        let got = engine.call("sts.response", &json!({ "action": "AssumeRole", "status": 400, "body": body }));
        let wire = &expected["Error"];
        let text = |member: &str| wire[member].as_str().unwrap_or_default().to_owned();
        let said = format!("STS answered AssumeRole with 400 {}: {}", text("Code"), text("Message"));
        let outcome = same("message", &json!(said), &got["error"]["message"])
            .and_then(|()| same("request id", &expected["ResponseMetadata"]["RequestId"], &got["error"]["request_id"]));
        report.case(&name(&path), outcome);
    }
    report
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "xml"));
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn case(path: &Path) -> (serde_json::Value, String) {
    (json(&path.with_extension("json")), std::fs::read_to_string(path).unwrap_or_default())
}
