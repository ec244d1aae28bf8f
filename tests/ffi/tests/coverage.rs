//! tests/coverage.toml says of each operation and face what tests it: no blank, nothing stale, and docs/coverage.md made
//! of it. `IRSA_BLESS=1` writes that page anew.

use irsa_vectors_c::engine::ENTRIES;
use std::{collections::BTreeSet, fmt::Write, fs, path::Path};
use toml::{Table, Value};

/// Columns: the key of the data, and the heading.
const FACES: &[(&str, &str)] = &[("native", "Rust"), ("wasm", "wasm"), ("c", "C")];

#[test]
fn every_operation_is_tested_through_every_face_or_there_is_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let table: Table = read(&root.join("tests/coverage.toml")).parse().expect("TOML");
    let operations: BTreeSet<&str> = irsa_pure::ROOMS.iter().copied().flatten().map(|(name, _)| *name).collect();
    let rows: BTreeSet<&str> = table.keys().map(String::as_str).collect();
    let mut wrong: Vec<String> = operations.difference(&rows).map(|name| format!("{name}: no row")).collect();
    wrong.extend(rows.difference(&operations).map(|name| format!("{name}: no entry of tests/pure")));
    let sets = all(&root.join("tests/vectors/src"));
    let header = read(&root.join("ffi/c/include/irsa.h"));
    for (name, row) in &table {
        for (face, _) in FACES {
            let cell = row.get(face).and_then(Value::as_str).unwrap_or_default();
            if let Err(why) = check(&root, name, face, cell, &sets, &header) {
                wrong.push(format!("{name}, {face}: {why} (“{cell}”)"));
            }
        }
    }
    assert!(wrong.is_empty(), "tests/coverage.toml:\n{}", wrong.join("\n"));

    let page = page(&table);
    let path = root.join("docs/coverage.md");
    if std::env::var_os("IRSA_BLESS").is_some() {
        fs::write(&path, &page).expect("docs");
    }
    assert!(fs::read_to_string(&path).unwrap_or_default() == page, "docs/coverage.md is stale: IRSA_BLESS=1 writes it");
}

fn check(root: &Path, name: &str, face: &str, cell: &str, sets: &str, header: &str) -> Result<(), String> {
    // Sets name an operation, or its family: `codec.encode_{kind}`.
    let family = name.rsplit_once('_').map(|(family, _)| format!("\"{family}_{{kind}}\""));
    let in_sets = sets.contains(&format!("\"{name}\"")) || family.is_some_and(|family| sets.contains(&family));
    let made_by_c = in_sets && ENTRIES.iter().any(|(known, _)| *known == name);
    if let Some(reason) = cell.strip_prefix("not: ") {
        return match (reason.len() > 10, face == "c" && made_by_c) {
            (true, false) => Ok(()),
            (false, _) => Err("no reason".into()),
            (true, true) => Err("the vectors run it through C".into()),
        };
    }
    let (by, tested) = match (face, cell.split_once(": ")) {
        ("c", Some(parts)) => parts,
        ("c", None) => return Err("no functions".into()),
        _ => ("", cell),
    };
    for function in by.split_whitespace() {
        if !header.contains(&format!("{function}(")) {
            return Err(format!("irsa.h has no {function}"));
        }
    }
    match tested {
        "" => Err("blank".into()),
        // A flow that others make of it is run by its sets, too.
        "vectors" if face == "c" && (made_by_c || by.contains("irsa_flow_new_chain")) => Ok(()),
        "vectors" if face != "c" && in_sets => Ok(()),
        "vectors" => Err("no set runs it".into()),
        "examples" if face == "c" && !made_by_c => Ok(()),
        "examples" => Err("the vectors run it, too: say so".into()),
        file => {
            let (file, word) = file.split_once(": ").ok_or("neither vectors nor FILE: WORD")?;
            let text = fs::read_to_string(root.join(file)).map_err(|e| format!("{file}: {e}"))?;
            if text.contains(word) { Ok(()) } else { Err(format!("{file} does not have {word}")) }
        }
    }
}

fn page(table: &Table) -> String {
    let mut page = String::from(
        "# What is tested through which face\n\n\
         An operation is an entry of tests/pure: a public function of core or trust, or a few that belong together. Made of\n\
         [tests/coverage.toml](../tests/coverage.toml), which says what the words mean; a test fails on a blank.\n\n",
    );
    let count = |face: &str| {
        let cells = table.values().filter_map(|row| row.get(face).and_then(Value::as_str));
        cells.filter(|cell| !cell.starts_with("not: ")).count()
    };
    let counts: Vec<String> =
        FACES.iter().map(|(face, heading)| format!("{heading} {} of {}", count(face), table.len())).collect();
    writeln!(page, "Tested: {}.\n", counts.join(", ")).expect("memory");
    page += "| operation |";
    FACES.iter().for_each(|(_, heading)| page += &format!(" {heading} |"));
    page += "\n|---|";
    FACES.iter().for_each(|_| page += "---|");
    page += "\n";
    for (name, row) in table {
        page += &format!("| {name} |");
        for (face, _) in FACES {
            let cell = row.get(face).and_then(Value::as_str).unwrap_or_default();
            let cell = match cell.strip_prefix("not: ") {
                Some(reason) => format!("— {reason}"),
                None if *face == "c" => {
                    let (by, tested) = cell.split_once(": ").unwrap_or_default();
                    let by: Vec<String> = by.split_whitespace().map(|function| format!("`{function}`")).collect();
                    format!("{tested}: {}", by.join(" "))
                }
                None => cell.split(": ").next().unwrap_or_default().into(),
            };
            page += &format!(" {cell} |");
        }
        page += "\n";
    }
    page
}

fn all(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        text += &if path.is_dir() { all(&path) } else { read(&path) };
    }
    text
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
