//! The effect table's golden files are there for everything that can be encoded, with or without other vectors.

use irsa_vectors::{
    engine::{Engine, Native},
    sets::effects,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn all_golden_files() {
    let report = effects::run(&mut Native);
    assert!(report.failed.is_empty(), "{}", report.failed.join("\n"));
    assert!(report.ran >= effects::SET.least, "only {} cases", report.ran);
}

/// Which tags the decoder knows is found out by asking it; each must stand in some golden file.
#[test]
fn every_variant_has_a_golden_file() {
    let golden = effects::golden();
    // What is tagged: where the tag stands (effects: the question; answers: the kind, then the fault), and of which kind
    // of answer. An answer's fault follows its kind and the byte that says that it failed.
    let mut places = vec![("effect", 6, None), ("answer", 6, None)];
    places.extend([1, 2, 3, 4].map(|answer| ("answer", 8, Some(answer))));
    let mut missing = Vec::new();
    for (kind, at, of) in places {
        let mut known = BTreeSet::new();
        let mut present = BTreeSet::new();
        for (of_kind, name, golden) in &golden {
            let bytes = bytes(golden["hex"].as_str().unwrap());
            let failed = of.is_none_or(|answer| bytes[6] == answer && bytes[7] == 1);
            if *of_kind != kind || !failed || name.is_empty() {
                continue;
            }
            present.insert(bytes[at]);
            if known.is_empty() {
                known = (0..=255).filter(|tag| is_known(kind, &bytes, at, *tag)).collect();
            }
        }
        assert!(!known.is_empty(), "{kind} {at} {of:?}: no golden file at all");
        missing.extend(known.difference(&present).map(|tag| format!("{kind}, tag {tag} at byte {at}, of {of:?}")));
    }
    assert!(missing.is_empty(), "no golden file (add it to effects.py): {missing:#?}");
}

fn is_known(kind: &str, bytes: &[u8], at: usize, tag: u8) -> bool {
    let mut bent = bytes.to_vec();
    bent[at] = tag;
    let hex: String = bent.iter().map(|byte| format!("{byte:02x}")).collect();
    let answer: Value = Native.call(&format!("codec.decode_{kind}"), &json!({ "hex": hex }));
    let message = answer["error"]["message"].as_str().unwrap_or_default();
    !message.ends_with(&format!("at byte {at}: {tag} is unknown"))
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
