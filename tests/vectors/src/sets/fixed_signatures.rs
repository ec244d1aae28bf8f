//! `fixed-signatures`: values from documentation and from the tests of other signers.
//!
//! Tokens for RDS, DSQL and EKS are presigned URLs, and are made as such.

use super::sigv4::{Http, Stages, parameters, sign, verify};
use crate::{Engine, Report, Set, json, same};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use std::path::Path;

pub const SET: Set = Set { name: "fixed-signatures", run, least: 18 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let data = json(&folder.join("fixed-signatures/cases.json"));
    for case in data["cases"].as_array().into_iter().flatten() {
        let name = case["name"].as_str().unwrap_or_default();
        match case["kind"].as_str().unwrap_or_default() {
            "header" | "presign" | "rds-token" | "dsql-token" | "eks-token" => report.case(name, one(engine, case)),
            "v4-signing-key" => {
                let got = engine.ok("sigv4.signing_key", case);
                report.case(name, same("key", Ok(case["expected"]["signing_key_hex"].clone()), got));
            }
            // The first signature of a chunked body is that of its headers.
            "chunked" => {
                report.case(&format!("{name} (seed)"), one(engine, case));
                report.leave_out(&format!("{name} (chunks)"), "chunked signing is not there yet");
            }
            "trailer" => report.leave_out(name, "trailers come with chunked signing"),
            "v4a-key" => report.leave_out(name, "signature version 4A is not there yet"),
            kind => report.case(name, Err(format!("unknown kind {kind}"))),
        }
    }
    report
}

fn one(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (request, expected) = (&case["request"], &case["expected"]);
    let s3 = text(&case["service"]).starts_with("s3");
    let mut credentials = Map::new();
    for name in ["access_key_id", "secret_access_key", "session_token"] {
        let value = match case["credentials_base64"][name].as_str() {
            Some(encoded) => json!(String::from_utf8(STANDARD.decode(encoded).expect("base64")).expect("UTF-8")),
            None => case["credentials"][name].clone(),
        };
        credentials.insert(name.into(), value);
    }
    let mut http = Http { method: text(&request["method"]), path: text(&request["path"]), ..Http::default() };
    let pairs = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let query: Vec<String> = pairs(&request["query"])
        .iter()
        .map(|pair| format!("{}={}", encoded(&text(&pair[0])), encoded(&text(&pair[1]))))
        .collect();
    http.query = query.join("&");
    http.headers.extend(request["host"].as_str().map(|host| ("host".into(), host.to_owned())));
    http.headers.extend(pairs(&request["headers"]).iter().map(|pair| (text(&pair[0]), text(&pair[1]))));

    let mut rest = Map::new();
    rest.insert("credentials".into(), Value::Object(credentials));
    for (to, from) in [("region", "region"), ("service", "service"), ("time", "timestamp"), ("expires", "expires")] {
        rest.insert(to.into(), case[from].clone());
    }
    rest.insert("s3".into(), s3.into());
    rest.insert("hash".into(), request["payload_hash"].clone());
    let want = Stages {
        signature: expected["signature"].as_str().or(expected["seed_signature"].as_str()).map(text_of),
        ..Stages::default()
    };
    let signed = sign(engine, &http, &rest, &want)?;
    let signed_headers = format!("SignedHeaders={}", text(&expected["signed_headers"]));
    let shown = format!("{}&{}", signed.query, signed.header("authorization").unwrap_or_default());
    if !shown.replace("%3B", ";").contains(&signed_headers) {
        return Err(format!("not {signed_headers}: {shown}"));
    }
    // As a token that is sent somewhere: the URL with or without its scheme.
    for (member, start) in [("url", "https://"), ("token", "")] {
        if let Some(url) = expected[member].as_str().filter(|url| url.contains("X-Amz-Signature=")) {
            let (before, query) = url.split_once('?').expect("a query");
            same("address", before, &format!("{start}{}{}", http.headers[0].1, http.path))?;
            same("parameters", parameters(query), parameters(&signed.query))?;
        }
    }
    if http.headers.len() == 1 && case["expires"].is_number() {
        let mut given = rest.clone();
        let question = if http.query.is_empty() { "" } else { "?" };
        given
            .insert("url".into(), json!(format!("https://{}{}{question}{}", http.headers[0].1, http.path, http.query)));
        let url = engine.ok("sigv4.presign", &http.case(&given))?;
        let whole = format!("https://{}{}?{}", http.headers[0].1, http.path, signed.query);
        same("the URL of presign", Some(&*whole), url["url"].as_str())?;
    }
    verify(engine, &signed, &rest)
}

fn text_of(text: &str) -> String {
    text.to_owned()
}

/// As RFC 3986 has it.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}
