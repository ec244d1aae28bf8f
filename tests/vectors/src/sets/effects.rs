//! `effects`: the golden files of the effect table, of our own, beside this crate. See tests/vectors/effects.py.
//!
//! Each is encoded and decoded; then it is cut at every length and bent in every place that the file names, and the
//! error has to name the field and the byte offset.

use crate::{Engine, Report, Set, json, same};
use serde_json::{Value, json};
use std::{ops::Range, path::Path};

pub const SET: Set = Set { name: "effects", run: |engine, _| run(engine), least: 2_000 };

/// Every golden file: its kind (`effect` or `answer`), its name, what is in it.
pub fn golden() -> Vec<(&'static str, String, Value)> {
    let mut all = Vec::new();
    for kind in ["effect", "answer"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("effects").join(format!("{kind}s"));
        let mut files: Vec<_> = std::fs::read_dir(&folder)
            .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
            .map(|file| file.expect("a file").path())
            .collect();
        files.sort();
        for path in files {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            all.push((kind, name, json(&path)));
        }
    }
    all
}

/// Runs them all.
pub fn run(engine: &mut dyn Engine) -> Report {
    let mut report = Report::default();
    for (kind, name, golden) in golden() {
        let name = format!("{kind} {name}");
        let (words, hex) = (&golden[kind], golden["hex"].as_str().unwrap_or_default());
        let (encode, decode) = (format!("codec.encode_{kind}"), format!("codec.decode_{kind}"));
        let bytes = json!({ "hex": hex });
        report.case(&name, same("encoded", Ok(bytes.clone()), engine.ok(&encode, words)));
        report.case(&name, same("decoded", Ok(words.clone()), engine.ok(&decode, &bytes)));
        let mut refused = |what: String, hex: String, expected: &Value| {
            let answer = engine.call(&decode, &json!({ "hex": hex }));
            report.case(&format!("{name}, {what}"), refusal(&answer, expected));
        };
        for cut in golden["cuts"].as_array().into_iter().flatten() {
            for length in number(&cut["first"])..=number(&cut["last"]) {
                refused(format!("cut at {length}"), hex[..2 * length].into(), cut);
            }
        }
        for patch in golden["patches"].as_array().into_iter().flatten() {
            let (at, put) = (2 * number(&patch["at"]), patch["put"].as_str().unwrap_or_default());
            let mut bent = hex.to_owned();
            bent.replace_range(within(at..at + put.len(), hex.len()), put);
            refused(format!("{} at {}", patch["why"], at / 2), bent, patch);
        }
        if kind == "effect" {
            // Whatever it asks for, known or not, its id can be read.
            let mut unknown = hex.to_owned();
            unknown.replace_range(12..14, "ee");
            let id = engine.ok("codec.effect_id", &json!({ "hex": unknown }));
            report.case(&name, same("id", Ok(words["id"].clone()), id));
        }
    }
    report
}

/// The error `encoding`, at that field and that byte.
fn refusal(answer: &Value, expected: &Value) -> Result<(), String> {
    let place = format!("{} at byte {}: ", expected["field"].as_str().unwrap_or_default(), expected["offset"]);
    let error = &answer["error"];
    let message = error["message"].as_str().unwrap_or_default();
    if error["code"] == "encoding" && message.starts_with(&place) {
        return Ok(());
    }
    Err(format!("expected encoding, {place}…\n  got      {answer}"))
}

fn within(range: Range<usize>, end: usize) -> Range<usize> {
    range.start.min(end)..range.end.min(end)
}

fn number(value: &Value) -> usize {
    value.as_u64().expect("a number") as usize
}
