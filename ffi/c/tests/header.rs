//! `include/irsa.h` is what cbindgen makes of this crate. `make header` writes it anew.

use std::{fs, path::Path};

/// Helpers that are C alone, in front of the types and behind them.
const BEFORE: &str = include_str!("../src/before.h");
const AFTER: &str = include_str!("../src/after.h");

#[test]
fn the_header_is_fresh() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    no_comment_ends_early(&here.join("src"));
    let mut config = cbindgen::Config::from_file(here.join("cbindgen.toml")).unwrap();
    config.header = Some(include_str!("../src/head.h").trim_end().to_owned());
    let version = env!("CARGO_PKG_VERSION");
    config.after_includes = Some(BEFORE.replace("@VERSION@", version));
    let mut made = Vec::new();
    cbindgen::Builder::new().with_crate(here).with_config(config).generate().unwrap().write(&mut made);
    let made = String::from_utf8(made).unwrap();
    // What Rust wants to be told of `unsafe` says nothing to C; the helpers belong inside of the guard.
    let made = made.replace(" *\n * # Safety\n * The header's rules.\n", "");
    let (body, guard) = made.rsplit_once("\n#endif").expect("an include guard");
    let made = format!("{body}\n{AFTER}\n#endif{guard}");
    let path = here.join("include/irsa.h");
    if std::env::var_os("IRSA_BLESS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    if committed != made {
        let at = committed.lines().zip(made.lines()).position(|(a, b)| a != b);
        panic!("irsa.h is stale from line {} on: run `make header`", at.map_or(0, |at| at + 1));
    }
}

/// `*/` in a comment of Rust's would end it in C.
fn no_comment_ends_early(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            no_comment_ends_early(&path);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let bad = |line: &&str| line.trim_start().starts_with("///") && line.contains("*/");
        assert_eq!(text.lines().find(bad), None, "{}: `*/` ends a comment of the header", path.display());
    }
}
