//! `sts-model`: every member of the three calls' input shapes is a parameter of ours, and our limits are the model's.

use crate::{Engine, Report, Set, json, same};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path};

pub const SET: Set = Set { name: "sts-model", run, least: 28 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let model = json(&folder.join("sts-model/sts.service-2.json"));
    let ours: BTreeMap<String, Value> = engine
        .ok("sts.parameters", &json!({}))
        .unwrap_or_default()
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| (parameter["name"].as_str().unwrap_or_default().to_owned(), parameter.clone()))
        .collect();
    for action in ["AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity"] {
        let shape = model["operations"][action]["input"]["shape"].as_str().unwrap_or_default();
        let mut members = Vec::new();
        walk(&model, shape, "", &mut members);
        for (name, shape) in members {
            // One name, two limits.
            let special = action == "AssumeRoleWithWebIdentity" && name == "Policy";
            let key = if special { "WebIdentity.Policy" } else { &*name };
            let outcome = match ours.get(key) {
                Some(parameter) => limits(&name, parameter, &model["shapes"][&shape]),
                None => Err("no parameter of ours".into()),
            };
            report.case(&format!("{action} {name}"), outcome);
        }
        report.case(action, sent(engine, &model, action));
    }
    report
}

/// Members down to their texts and numbers, with the names of [`limits`].
fn walk(model: &Value, shape: &str, path: &str, members: &mut Vec<(String, String)>) {
    let shape = &model["shapes"][shape];
    if shape["type"] == "list" {
        let inner = shape["member"]["shape"].as_str().unwrap_or_default();
        if model["shapes"][inner]["type"] == "structure" {
            walk(model, inner, path, members);
        } else {
            members.push((format!("{path}.member"), inner.into()));
        }
        return;
    }
    for (name, member) in shape["members"].as_object().into_iter().flatten() {
        let inner = member["shape"].as_str().unwrap_or_default();
        let name = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        members.push((name.clone(), inner.into()));
        if model["shapes"][inner]["type"] == "list" {
            walk(model, inner, &name, members);
        }
    }
}

fn limits(name: &str, ours: &Value, shape: &Value) -> Result<(), String> {
    same("min", shape["min"].as_u64().unwrap_or(0), ours["min"].as_u64().unwrap_or(0))?;
    // Ten policy ARNs are the documentation's limit; the model is silent.
    let max = if name == "PolicyArns" { Some(10) } else { shape["max"].as_u64() };
    same("max", max, ours["max"].as_u64())?;
    // Everything that a text can hold is no limit; nor do we repeat it for ARNs, whose own check is stricter.
    let pattern = shape["pattern"].as_str().filter(|p| !p.contains(r"\u10FFFF")).unwrap_or_default();
    let ours = ours["characters"].as_str().unwrap_or_default();
    same("characters", pattern.trim_end_matches(['+', '*']), ours.trim_end_matches(['+', '*']))
}

/// With every parameter given, every one is in the form under its name.
fn sent(engine: &mut dyn Engine, model: &Value, action: &str) -> Result<(), String> {
    let arn = "arn:aws:iam::123456789012:role/app";
    let input = json!({
        "RoleArn": arn, "RoleSessionName": "name", "WebIdentityToken": "e30.e30.c2ln", "ProviderId": "www.amazon.com",
        "PolicyArns": [{ "arn": arn }], "Policy": "{}", "DurationSeconds": 900,
        "Tags": [{ "Key": "k", "Value": "v" }], "TransitiveTagKeys": ["k"], "ExternalId": "id", "SerialNumber": "123456789",
        "TokenCode": "123456", "SourceIdentity": "si", "ProvidedContexts": [{ "ProviderArn": arn, "ContextAssertion": "text" }],
    });
    let got = engine.ok("sts.request", &json!({ "action": action, "input": input }))?;
    let body = got["body"].as_str().unwrap_or_default().to_owned();
    let names: Vec<&str> = body.split('&').filter_map(|pair| pair.split('=').next()).collect();
    let shape = model["operations"][action]["input"]["shape"].as_str().unwrap_or_default();
    for member in model["shapes"][shape]["members"].as_object().into_iter().flatten().map(|(name, _)| name) {
        let list = format!("{member}.member.1");
        if !names.iter().any(|name| name == member || name.starts_with(&list)) {
            return Err(format!("{member} is not in the form: {names:?}"));
        }
    }
    same("version", true, body.contains("&Version=2011-06-15"))
}
