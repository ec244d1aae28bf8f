//! `service-examples`: STS's own examples of the three calls: the input becomes a form with every value in it, the
//! output is read as the aws CLI prints it.

use crate::{Engine, Report, Set, json, same};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path};

pub const SET: Set = Set { name: "sts-examples", run, least: 4 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let examples = json(&folder.join("service-examples/sts.json"));
    for (action, cases) in examples["examples"].as_object().into_iter().flatten() {
        for case in cases.as_array().into_iter().flatten() {
            let name = case["id"].as_str().unwrap_or_default();
            if !["AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"].contains(&&**action) {
                report.leave_out(name, "a call that irsa does not make");
                continue;
            }
            report.case(
                name,
                form(engine, action, &case["input"]).and_then(|()| answer(engine, action, &case["output"])),
            );
        }
    }
    report
}

fn form(engine: &mut dyn Engine, action: &str, input: &Value) -> Result<(), String> {
    let mut input = input.clone();
    // The set's README: the example's token is no JWT. It is sent in the place of a signature.
    if let Some(token) = input["WebIdentityToken"].as_str() {
        input["WebIdentityToken"] =
            json!(format!("e30.e30.{}", token.replace(|c: char| !c.is_ascii_alphanumeric(), "-")));
    }
    let mut expected = BTreeMap::from([("Action".into(), action.to_owned()), ("Version".into(), "2011-06-15".into())]);
    flatten("", &input, &mut expected);
    let got = engine.ok("sts.request", &json!({ "action": action, "input": input }))?;
    same(
        "method and url",
        (&json!("POST"), &json!("https://sts.us-east-1.amazonaws.com/")),
        (&got["method"], &got["url"]),
    )?;
    let body = got["body"].as_str().unwrap_or_default();
    let pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    same("form", expected, pairs.map(|(name, value)| (name.to_owned(), decode(value))).collect())
}

fn flatten(path: &str, value: &Value, out: &mut BTreeMap<String, String>) {
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| flatten(&join(name), value, out)),
        Value::Array(items) => {
            items.iter().zip(1..).for_each(|(item, n)| flatten(&join(&format!("member.{n}")), item, out));
        }
        Value::String(text) => drop(out.insert(path.into(), text.clone())),
        other => drop(out.insert(path.into(), other.to_string())),
    }
}

fn decode(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(b) = rest.next() {
        let hex = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16)).unwrap_or(0) as u8;
        bytes.push(if b == b'%' { (hex(rest.next()) << 4) | hex(rest.next()) } else { b });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn answer(engine: &mut dyn Engine, action: &str, output: &Value) -> Result<(), String> {
    let got = engine.ok("sts.response", &json!({ "action": action, "body": output.to_string() }))?;
    let nested = [&output["Credentials"], &output["AssumedRoleUser"], output];
    for (name, expected) in nested.into_iter().filter_map(Value::as_object).flatten() {
        match &**name {
            "Credentials" | "AssumedRoleUser" => {}
            "Expiration" => {
                let end = engine.ok("time.parse", &json!({ "text": expected }))?;
                let seconds = got["ExpirationMillis"].as_i64().map(|millis| millis.div_euclid(1000));
                same(name, end["seconds"].as_i64(), seconds)?;
            }
            _ => same(name, expected, &got[name])?,
        }
    }
    Ok(())
}
