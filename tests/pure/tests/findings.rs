//! docs/findings.md has a row for each finding, in the words of the code.

use irsa_pure::call;
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::Path};

#[test]
fn every_finding_has_its_row_in_the_documents() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings.md");
    let page = fs::read_to_string(page).unwrap();
    let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [id, rest @ ..] = cells.as_slice() else { panic!("{line}") };
        assert_eq!(rest.len(), 3, "{line}");
        let id = id.trim_matches('`');
        assert!(rows.insert(id, rest.to_vec()).is_none(), "{id} stands twice");
    }
    let answer = call("findings.ids", &json!({}));
    for known in answer["ok"]["ids"].as_array().unwrap() {
        let text = |at: usize| known[at].as_str().unwrap();
        let row = rows.remove(text(0)).unwrap_or_else(|| panic!("{} has no row", text(0)));
        assert_eq!(row[0], text(1), "{}", text(0));
        assert!(row.iter().all(|cell| !cell.is_empty()), "{}", text(0));
    }
    assert!(rows.is_empty(), "rows of no finding: {rows:?}");
    assert!(answer["ok"]["locals"].as_array().is_some_and(|all| all.iter().all(|local| local[1] != Value::Null)));
}
