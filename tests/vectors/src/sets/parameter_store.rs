//! `parameter-store`: where it is (`endpoints/tests/ssm.json`), its requests as the model has them
//! (`sts-model/ssm.subset.json`), and the refusals of the JSON protocols (`response-parsing/json/errors`, `protocol`).

use super::refusals;
use crate::{Engine, Report, Set, json, same};
use serde_json::{Map, Value, json};
use std::path::Path;

pub const SET: Set = Set { name: "parameter-store", run, least: 60 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let tests = json(&folder.join("endpoints/tests/ssm.json"));
    for case in tests["testCases"].as_array().into_iter().flatten() {
        let params = case.get("params").cloned().unwrap_or(json!({}));
        let got = engine.call("ssm.endpoint", &json!({ "params": params, "input": { "Name": "name" } }));
        let outcome = match case["expect"]["error"].as_str() {
            Some(error) => same("error", &json!(error), &got["error"]["message"]),
            None => same("url", &case["expect"]["endpoint"]["url"], &got["ok"]["url"]),
        };
        report.case(case["documentation"].as_str().unwrap_or_default(), outcome);
    }
    let model = json(&folder.join("sts-model/ssm.subset.json"));
    for (action, operation) in model["operations"].as_object().into_iter().flatten() {
        report.case(action, request(engine, &model, action, operation));
        report.case(&format!("{action}'s answer"), answer(engine, &model, action, operation));
    }
    let said = "Parameter Store answered GetParameter";
    refusals::recorded(engine, &mut report, folder, "ssm.read", said);
    for file in ["json.json", "json_1_0.json"] {
        refusals::run(engine, &mut report, folder, file, "ssm.read", &json!({}), said);
    }
    report
}

/// Every member of the input comes out in the body, but for filters, which irsa does not send; target and content type are
/// those of the model.
fn request(engine: &mut dyn Engine, model: &Value, action: &str, operation: &Value) -> Result<(), String> {
    let metadata = &model["metadata"];
    let mut input = Map::new();
    let members = &model["shapes"][operation["input"]["shape"].as_str().unwrap_or_default()]["members"];
    for (name, member) in members.as_object().into_iter().flatten() {
        let shape = &model["shapes"][member["shape"].as_str().unwrap_or_default()];
        let value = match (&**name, shape["type"].as_str()) {
            ("ParameterFilters", _) => continue,
            ("Path", _) => json!("/shop"),
            (_, Some("boolean")) => json!(true),
            (_, Some("integer")) => shape["max"].clone(),
            (_, Some("list")) => json!(["/a", "b:3"]),
            _ => json!("a\"\\\n\u{1f600}"),
        };
        input.insert(name.clone(), value);
    }
    let given = json!({ "action": action, "input": input, "params": { "Region": "eu-west-1" }, "now": 1_795_514_400 });
    let got = engine.ok("ssm.request", &given)?;
    let body: Value = serde_json::from_str(got["body"].as_str().unwrap_or_default()).map_err(|e| e.to_string())?;
    same("body", &Value::Object(input), &body)?;
    let headers = got["headers"].as_array().cloned().unwrap_or_default();
    let header = |name: &str| headers.iter().find(|pair| pair[0] == name).map(|pair| pair[1].clone());
    let text = |member: &str| metadata[member].as_str().unwrap_or_default();
    same("target", Some(json!(format!("{}.{action}", text("targetPrefix")))), header("x-amz-target"))?;
    same("type", Some(json!(format!("application/x-amz-json-{}", text("jsonVersion")))), header("content-type"))?;
    same("method", &operation["http"]["method"], &got["method"])?;
    same("url", &json!("https://ssm.eu-west-1.amazonaws.com/"), &got["url"])
}

/// Every member of a parameter is read, but for `SourceResult`, which is of no use without the source.
fn answer(engine: &mut dyn Engine, model: &Value, action: &str, operation: &Value) -> Result<(), String> {
    let mut parameter = Map::new();
    for (name, member) in model["shapes"]["Parameter"]["members"].as_object().into_iter().flatten() {
        let shape = &model["shapes"][member["shape"].as_str().unwrap_or_default()];
        let value = match (&**name, shape["type"].as_str()) {
            ("SourceResult", _) => continue,
            (_, Some("timestamp")) => json!(1_582_657_288.996),
            (_, Some("long")) => json!(7),
            _ => shape["enum"].get(2).cloned().unwrap_or(json!(format!("{name} \u{e4}"))),
        };
        parameter.insert(name.clone(), value);
    }
    let mut output = Map::new();
    let members = &model["shapes"][operation["output"]["shape"].as_str().unwrap_or_default()]["members"];
    for name in members.as_object().into_iter().flatten().map(|(name, _)| name) {
        let value = match &**name {
            "Parameter" => json!(parameter),
            "Parameters" => json!([parameter, parameter]),
            "InvalidParameters" => json!(["/x"]),
            _ => json!("next"),
        };
        output.insert(name.clone(), value);
    }
    let got = engine.ok("ssm.read", &json!({ "action": action, "body": json!(output).to_string() }))?;
    if let Some(time) = parameter.remove("LastModifiedDate").and_then(|time| time.as_f64()) {
        parameter.insert("LastModifiedMillis".into(), json!((time * 1000.0) as i64));
    }
    let all = got["Parameters"].as_array().cloned().unwrap_or_default();
    same("count", if action == "GetParameter" { 1 } else { 2 }, all.len())?;
    for one in &all {
        same("parameter", &json!(parameter), one)?;
    }
    for name in ["InvalidParameters", "NextToken"] {
        let none = if name == "NextToken" { Value::Null } else { json!([]) };
        same(name, output.get(name).unwrap_or(&none), &got[name])?;
    }
    Ok(())
}
