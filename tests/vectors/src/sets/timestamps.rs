//! `timestamps`: the three forms of Smithy. ISO 8601 is read, and written without a fraction; the `Date` header is read
//! (through the skew that it gives), and so are seconds since 1970, as the end of credentials in an answer of STS. An
//! HTTP date and seconds are written nowhere.

use crate::{Engine, Report, Set, json, same};
use serde_json::{Value, json};
use std::path::Path;

pub const SET: Set = Set { name: "timestamps", run, least: 185 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    for path in
        super::files(&folder.join("timestamps")).iter().filter(|path| path.extension().is_some_and(|e| e == "json"))
    {
        let data = json(path);
        let cases = |section: &str| data[section].as_array().cloned().unwrap_or_default();
        for case in cases("parse_date_time") {
            report.case(text(&case), date_time(engine, &case));
        }
        for case in cases("parse_http_date") {
            report.case(text(&case), http_date(engine, &case));
        }
        for case in cases("parse_epoch_seconds") {
            report.case(text(&case), epoch(engine, &case));
        }
        let (whole, fraction): (Vec<_>, Vec<_>) =
            cases("format_date_time").into_iter().partition(|case| case["canonical_nanos"] == 0);
        let (outside, whole): (Vec<_>, Vec<_>) = whole.into_iter().partition(|case| case["error"] == true);
        for case in whole {
            report.case(text(&case), written(engine, &case));
        }
        for (section, count, why) in [
            ("format_date_time", fraction.len(), "with a fraction: irsa writes whole seconds"),
            ("format_date_time", outside.len(), "outside of the years 0 to 9999, which the form cannot hold"),
            ("format_http_date", cases("format_http_date").len(), "irsa sends no Date"),
            ("format_epoch_seconds", cases("format_epoch_seconds").len(), "irsa sends no such number"),
        ] {
            if count > 0 {
                report.leave_out(&format!("{count} cases of {section}"), why);
            }
        }
    }
    report
}

fn text(case: &Value) -> &str {
    case["smithy_format_value"].as_str().unwrap_or_default()
}

fn seconds(case: &Value) -> i64 {
    case["canonical_seconds"].as_str().unwrap_or_default().parse().unwrap_or_default()
}

fn date_time(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let got = engine.ok("time.parse", &json!({ "text": text(case) }));
    let expected = match case["error"] == true {
        true => json!(null),
        false => json!({ "seconds": seconds(case), "nanos": case["canonical_nanos"] }),
    };
    same(text(case), Ok(expected), got)
}

/// An answer that came at once at the very second of its `Date`: then the skew is what may have passed within it.
fn http_date(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let wall = seconds(case) * 1000;
    let headers = json!({ "Date": text(case) });
    let got = engine.ok("sts.skew", &json!({ "headers": headers, "sent_wall": wall, "received_wall": wall }));
    let fraction = case["canonical_nanos"].as_i64().unwrap_or_default() / 1_000_000;
    let expected = if case["error"] == true { json!(null) } else { json!(999 + fraction) };
    same(text(case), Ok(expected), got)
}

/// As `Expiration` of an answer in JSON.
fn epoch(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let body = format!(
        r#"{{"AssumeRoleResponse":{{"AssumeRoleResult":{{"Credentials":{{"AccessKeyId":"A","SecretAccessKey":"b",
            "SessionToken":"c","Expiration":{}}}}},"ResponseMetadata":{{"RequestId":"r"}}}}}}"#,
        text(case)
    );
    let answer = engine.call("sts.response", &json!({ "action": "AssumeRole", "status": 200, "body": body }));
    if seconds(case) < 0 {
        // No credentials ended then: what says so is not STS.
        return same(text(case), json!("answer-unknown"), answer["error"]["code"].clone());
    }
    let got = &answer["ok"];
    let nanos = case["canonical_nanos"].as_i64().unwrap_or_default();
    same(text(case), json!(seconds(case) * 1000 + nanos / 1_000_000), got["ExpirationMillis"].clone())
}

fn written(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let got = engine.ok("time.format", &json!({ "seconds": seconds(case) }))?;
    same(text(case), case["smithy_format_value"].clone(), got["extended"].clone())
}
