//! `differential`: generated requests that botocore and the CRT sign alike, with odd paths, parameters and white space.
//!
//! Both take an S3 path as it is on the wire (`as-is`). A path that is strictly encoded already is signed with `once`
//! too, the rule that irsa uses for S3, and the signatures must be the same.

use super::sigv4::{Http, Stages, sign, verify};
use crate::{Engine, Report, Set};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use std::path::Path;

pub const SET: Set = Set { name: "differential", run, least: 411 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let text = super::sigv4::text(&folder.join("differential/sigv4.jsonl")).unwrap_or_default();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).expect("a line of JSON");
        let outcome = one(engine, &case);
        report.case(case["name"].as_str().unwrap_or_default(), outcome);
    }
    report
}

fn one(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let text = |name: &str| case[name].as_str().unwrap_or_default();
    let (_, rest) = text("url").split_once("://").expect("a URL");
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = before.split_at(before.find('/').unwrap_or(before.len()));
    let mut headers = vec![("Host".to_owned(), host.to_owned())];
    for pair in case["headers"].as_array().into_iter().flatten() {
        headers.push((pair[0].as_str().expect("name").into(), pair[1].as_str().expect("value").into()));
    }
    let body = STANDARD.decode(text("body")).expect("base64");
    let http = Http { method: text("method").into(), path: path.into(), query: query.into(), headers, body };

    let mut rest = Map::new();
    rest.insert(
        "credentials".into(),
        json!({
            "access_key_id": case["access_key_id"],
            "secret_access_key": case["secret_access_key"],
            "session_token": case["session_token"],
        }),
    );
    for name in ["region", "service", "time", "expires"] {
        rest.insert(name.into(), case[name].clone());
    }
    rest.insert("s3".into(), (text("service") == "s3").into());
    rest.insert("normalise".into(), case["normalize"].clone());
    rest.insert("content_sha256".into(), case["content_sha256_header"].clone());
    // The body is hashed here, so that the hash is compared too.
    rest.insert("unsigned".into(), (text("payload") == "UNSIGNED-PAYLOAD").into());
    let mut rules = vec![if case["double_encode"] == true { "twice" } else { "as-is" }];
    if case["double_encode"] == false && strictly_encoded(path) {
        rules.push("once");
    }
    for rule in rules {
        rest.insert("path_encoding".into(), rule.into());
        let want = Stages { signature: case["expect"]["signature"].as_str().map(str::to_owned), ..Stages::default() };
        let signed = sign(engine, &http, &rest, &want).map_err(|e| format!("{rule}: {e}"))?;
        verify(engine, &signed, &rest)?;
    }
    Ok(())
}

/// Every byte is unreserved, a slash, or an escape in upper case of one that is neither.
fn strictly_encoded(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    let mut pieces = path.split('%');
    pieces.next().unwrap_or_default().bytes().all(plain)
        && pieces.all(|piece| {
            let (Some(digits), Some(rest)) = (piece.get(..2), piece.get(2..)) else { return false };
            let byte = u8::from_str_radix(digits, 16);
            digits == digits.to_ascii_uppercase() && byte.is_ok_and(|b| !plain(b)) && rest.bytes().all(plain)
        })
}
