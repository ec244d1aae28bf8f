//! `oidc-discovery`: discovery documents and key sets as clusters publish them. Documents are read and belong to their
//! issuer and to no other; every key of a set can be used; a text with a trailing comma is refused, and read without it.

use crate::{Engine, Report, Set, json, same};
use serde_json::{Value, json};
use std::path::Path;

pub const SET: Set = Set { name: "oidc-discovery", run, least: 3 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    for path in super::files(&folder.join("oidc-discovery")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap_or_default()).into_owned();
        let outcome = match name.contains(".jwks.") {
            true => keys(engine, &path, &text),
            false if name.contains("trailing-comma") => comma(engine, &text),
            false => document(engine, &text),
        };
        report.case(&name, outcome);
    }
    report
}

fn keys(engine: &mut dyn Engine, path: &Path, text: &str) -> Result<(), String> {
    let wanted = json(path);
    let read = engine.ok("oidc.jwks", &json!({ "text": text }))?;
    let wanted = wanted["keys"].as_array().cloned().unwrap_or_default();
    same("keys", wanted.len(), read.as_array().map_or(0, Vec::len))?;
    for (wanted, read) in wanted.iter().zip(read.as_array().into_iter().flatten()) {
        same("kid", &wanted["kid"], &read["kid"])?;
        same("use", &wanted["use"], &read["use"])?;
        let key = if wanted["kty"] == "EC" { &wanted["crv"] } else { &wanted["kty"] };
        same("key", key, &read["key"])?;
    }
    Ok(())
}

fn document(engine: &mut dyn Engine, text: &str) -> Result<(), String> {
    let wanted: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let issuer = &wanted["issuer"];
    let read = engine.ok("oidc.discovery", &json!({ "text": text, "issuer": issuer }))?;
    for (name, value) in read.as_object().into_iter().flatten() {
        same(name, &wanted[name], value)?;
    }
    let other = format!("{}/", issuer.as_str().unwrap_or_default());
    let answer = engine.call("oidc.discovery", &json!({ "text": text, "issuer": other }));
    same("another issuer", &json!("discovery-issuer"), &answer["error"]["code"])
}

fn comma(engine: &mut dyn Engine, text: &str) -> Result<(), String> {
    let answer = engine.call("oidc.discovery", &json!({ "text": text }));
    same("with the comma", &json!("discovery-malformed"), &answer["error"]["code"])?;
    let (before, after) = text.rsplit_once(',').ok_or("there is no comma")?;
    document(engine, &format!("{before}{after}"))
}
