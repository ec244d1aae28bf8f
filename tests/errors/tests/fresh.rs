//! `core/errors.toml` is the one source of error codes: this makes what follows from it, and fails when that is stale.
//! `make errors` writes it anew. A crate of its own, so that it builds whatever state core is in.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

struct Entry {
    name: String,
    number: i64,
    kind: String,
    exit: i64,
    retry: String,
    what: String,
    fix: String,
    doc: String,
}

#[test]
fn what_is_made_from_errors_toml_is_fresh() {
    let entries = entries();
    let root = core();
    let mut files = BTreeMap::new();
    files.insert(root.join("src/error/code.rs"), rust(&entries));
    files.insert(root.join("../ffi/c/src/code.rs"), c(&entries));
    files.insert(root.join("../docs/errors/README.md"), index(&entries));
    for e in &entries {
        files.insert(root.join(format!("../docs/errors/{}.md", e.name)), page(e));
    }
    let bless = std::env::var_os("IRSA_BLESS").is_some();
    let mut stale = Vec::new();
    for (path, text) in &files {
        if fs::read_to_string(path).ok().as_deref() == Some(text) {
            continue;
        }
        if bless {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        } else {
            stale.push(path.display().to_string());
        }
    }
    for left in fs::read_dir(root.join("../docs/errors")).into_iter().flatten() {
        let path = left.unwrap().path();
        let known = files.keys().any(|f| f.file_name() == path.file_name());
        if !known && bless {
            fs::remove_file(&path).unwrap();
        } else if !known {
            stale.push(format!("{} (no longer in errors.toml)", path.display()));
        }
    }
    assert!(stale.is_empty(), "stale; run `make errors`:\n{}", stale.join("\n"));
}

fn core() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core")
}

fn entries() -> Vec<Entry> {
    let text = fs::read_to_string(core().join("errors.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let mut entries: Vec<Entry> = table
        .into_iter()
        .map(|(name, value)| {
            let get = |key: &str| value.get(key).unwrap_or_else(|| panic!("{name} lacks {key}")).clone();
            let text = |key: &str| get(key).as_str().unwrap_or_else(|| panic!("{name}.{key} is no text")).to_owned();
            let number = |key: &str| get(key).as_integer().unwrap_or_else(|| panic!("{name}.{key} is no number"));
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{name}: lower case and dashes only"
            );
            Entry {
                number: number("number"),
                kind: text("kind"),
                exit: number("exit"),
                retry: text("retry"),
                what: text("what"),
                fix: text("fix"),
                doc: text("doc"),
                name,
            }
        })
        .collect();
    entries.sort_by_key(|e| e.number);
    for pair in entries.windows(2) {
        assert_ne!(pair[0].number, pair[1].number, "{} and {} share a number", pair[0].name, pair[1].name);
    }
    for e in &entries {
        assert!(["misuse", "refused", "broken", "bug"].contains(&&*e.kind), "{}: kind", e.name);
        assert!(["no", "soon", "slowly", "reread"].contains(&&*e.retry), "{}: retry", e.name);
        assert!([2, 3, 4, 5, 70].contains(&e.exit), "{}: exit", e.name);
        assert!(e.what.ends_with('.') && !e.fix.ends_with('.') && !e.fix.is_empty(), "{}: what or fix", e.name);
    }
    entries
}

fn camel(name: &str) -> String {
    name.split('-').map(|w| w[..1].to_uppercase() + &w[1..]).collect()
}

fn rust(entries: &[Entry]) -> String {
    let mut s = String::from(
        "//! Made from `core/errors.toml` by `make errors`; do not edit.\n\nuse super::{Kind, Retry, Row};\n\n\
         /// Every error that irsa gives. Numbers never move; more may come.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\n#[non_exhaustive]\n#[repr(u16)]\npub enum Code {\n",
    );
    for e in entries {
        writeln!(s, "    /// {}\n    {} = {},", e.what, camel(&e.name), e.number).unwrap();
    }
    s.push_str("}\n\n#[rustfmt::skip]\nimpl Code {\n    /// All of them, by number.\n    pub const ALL: &'static [Self] = &[\n");
    for e in entries {
        writeln!(s, "        Self::{},", camel(&e.name)).unwrap();
    }
    s.push_str("    ];\n\n    pub(super) const fn row(self) -> &'static Row {\n        match self {\n");
    for e in entries {
        let (kind, retry) = (camel(&e.kind), camel(&e.retry));
        writeln!(
            s,
            "            Self::{} => &Row {{ name: {:?}, kind: Kind::{kind}, exit: {}, retry: Retry::{retry}, what: {:?}, fix: {:?} }},",
            camel(&e.name), e.name, e.exit, e.what, e.fix
        )
        .unwrap();
    }
    s.push_str("        }\n    }\n}\n");
    s
}

/// The numbers for the C header, which cbindgen makes of this.
fn c(entries: &[Entry]) -> String {
    let mut s = String::from(
        "//! Made from `core/errors.toml` by `make errors`; do not edit.\n\n/// The numbers of errors. They never change; more may come. Their pages: docs/errors.\n\
         #[allow(dead_code, reason = \"for the header alone\")]\n#[repr(C)]\npub enum irsa_code {\n    /// No error.\n    IRSA_OK = 0,\n",
    );
    for e in entries {
        writeln!(s, "    /// {}\n    IRSA_{} = {},", e.what, e.name.to_uppercase().replace('-', "_"), e.number)
            .unwrap();
    }
    s.push_str("}\n");
    s
}

fn page(e: &Entry) -> String {
    format!(
        "# {}\n\n{}\n\n**Fix:** {}\n\n| number | kind | retry | exit code of the command |\n|---|---|---|---|\n| {} | {} | {} | {} |\n\n{}\n",
        e.name,
        e.what,
        e.fix,
        e.number,
        e.kind,
        e.retry,
        e.exit,
        e.doc.trim()
    )
}

fn index(entries: &[Entry]) -> String {
    let mut s = String::from(
        "# Errors\n\nMade from `core/errors.toml`. A number never moves; a program that meets one it does not know treats it by its kind.\n\n\
         | number | code | kind | what |\n|---|---|---|---|\n",
    );
    for e in entries {
        writeln!(s, "| {} | [{}]({}.md) | {} | {} |", e.number, e.name, e.name, e.kind, e.what).unwrap();
    }
    s
}
