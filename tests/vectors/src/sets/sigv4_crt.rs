//! `sigv4-crt`, and `sigv4-extra` with what two other signers add to it: each stage of both forms, the signed request,
//! and the verifier's judgement on the request as they signed it.

use super::sigv4::{Http, Stages, bytes, folders, name, parameters, sign, text, verify};
use crate::{Engine, Report, Set, json, same};
use serde_json::{Map, Value, json};
use std::path::Path;

pub const CRT: Set = Set { name: "sigv4-crt", run: |engine, folder| run(engine, &folder.join("sigv4-crt")), least: 58 };
pub const EXTRA: Set = Set { name: "sigv4-extra", run: extra, least: 6 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    for case in folders(folder) {
        for form in ["header", "query"] {
            let label = format!("{} ({form})", name(&case));
            if case.join(format!("{form}-signature.txt")).is_file() {
                report.case(&label, one(engine, &case, form));
            } else {
                report.leave_out(&label, "the set has no expected values for it");
            }
        }
    }
    report
}

fn one(engine: &mut dyn Engine, case: &Path, form: &str) -> Result<(), String> {
    let rest = context(&json(&case.join("context.json")), form);
    let stage = |stage: &str| text(&case.join(format!("{form}-{stage}.txt")));
    let want = Stages {
        canonical_request: stage("canonical-request"),
        string_to_sign: stage("string-to-sign"),
        signature: stage("signature"),
    };
    let signed = sign(engine, &Http::read(&case.join("request.txt")), &rest, &want)?;
    let theirs = Http::read(&case.join(format!("{form}-signed-request.txt")));
    same("method and path", (&theirs.method, &theirs.path), (&signed.method, &signed.path))?;
    same("query", parameters(&theirs.query), parameters(&signed.query))?;
    same("headers", theirs.header_set(), signed.header_set())?;
    verify(engine, &theirs, &rest)
}

fn context(context: &Value, form: &str) -> Map<String, Value> {
    let credentials = &context["credentials"];
    let mut rest = Map::new();
    rest.insert(
        "credentials".into(),
        json!({
            "access_key_id": credentials["access_key_id"],
            "secret_access_key": credentials["secret_access_key"],
            "session_token": credentials["token"],
        }),
    );
    rest.insert("region".into(), context["region"].clone());
    rest.insert("service".into(), context["service"].clone());
    rest.insert("time".into(), context["timestamp"].clone());
    rest.insert("normalise".into(), context["normalize"].clone());
    rest.insert("content_sha256".into(), context["sign_body"].clone());
    rest.insert("token_after".into(), context["omit_session_token"].clone());
    let encoding = if context["double_uri_encode"] == false { "once" } else { "twice" };
    rest.insert("path_encoding".into(), json!(encoding));
    if form == "query" {
        rest.insert("expires".into(), context["expiration_in_seconds"].clone());
    }
    rest
}

fn extra(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = run(engine, &folder.join("sigv4-extra/kotlin"));
    for case in folders(&folder.join("sigv4-extra/smithy-rs")) {
        report.case(&name(&case), partly(engine, &case));
    }
    report
}

/// Of these the set gives no key: the stages before it are compared. One has dates that disagree and no string to sign;
/// of it, as the set's README says, only the path.
fn partly(engine: &mut dyn Engine, case: &Path) -> Result<(), String> {
    let canonical = text(&case.join("header-canonical-request.txt")).expect("a canonical request");
    let to_sign = text(&case.join("header-string-to-sign.txt"));
    let signed = String::from_utf8(bytes(&case.join("header-signed-request.txt"))).expect("UTF-8");
    let scope = signed.split_once("Credential=").and_then(|(_, rest)| rest.split_once(',')).expect("a credential").0;
    let [id, _, region, service, _] = scope.split('/').collect::<Vec<_>>()[..] else { panic!("scope {scope}") };
    let date = canonical.lines().find_map(|line| line.strip_prefix("x-amz-date:")).expect("a date");
    let rest = json!({
        "credentials": { "access_key_id": id, "secret_access_key": "not known" },
        "region": region,
        "service": service,
        "time": date,
    });
    let request = Http::read(&case.join("request.txt"));
    let told = engine.ok("sigv4.explain", &request.case(rest.as_object().expect("object")))?;
    let got = told["canonical_request"].as_str().unwrap_or_default();
    match to_sign {
        Some(to_sign) => {
            same("canonical request", canonical.trim_end(), got)?;
            same("string to sign", to_sign.trim_end(), told["string_to_sign"].as_str().unwrap_or_default())
        }
        None => same("path", canonical.lines().nth(1), got.lines().nth(1)),
    }
}
