//! Every public function and method of core and trust is called by an entry of this crate, so that "imports nothing"
//! speaks of all of them.
//!
//! Read with syn from the sources: what lib.rs reaches by `pub mod` and `pub use`. Exempt are functions too plain to
//! hide anything (no branch, loop, closure, macro or `?`, no call but a conversion) and those that `uncalled.txt` lists
//! with a reason. A method counts as called where its name stands behind a dot, so a common name may hide a gap.

mod public;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn every_public_function_is_called_or_listed_with_a_reason() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let called = calls_of(&here.join("src"));
    let mut listed: BTreeSet<String> = BTreeSet::new();
    for line in fs::read_to_string(here.join("uncalled.txt")).unwrap().lines() {
        if let Some((item, reason)) = line.split_once(": ").filter(|_| !line.starts_with('#')) {
            assert!(!reason.trim().is_empty(), "{item} is listed without a reason");
            listed.insert(item.to_owned());
        }
    }
    let mut complaints = Vec::new();
    for (name, folder) in [("core", "../../core/src"), ("trust", "../../trust/src")] {
        let items = public::functions(&here.join(folder));
        println!(
            "{name}: {} public functions, {} of them plain",
            items.len(),
            items.iter().filter(|i| i.plain).count()
        );
        for item in items {
            let path = format!("{name}::{}", item.path());
            let called = item.is_called(&called);
            match (listed.remove(&path), called) {
                (true, true) => complaints.push(format!("{path} is called: take it off uncalled.txt")),
                (false, false) if !item.plain => complaints.push(format!("{path} has no entry in tests/pure/src")),
                _ => {}
            }
        }
    }
    complaints
        .extend(listed.iter().map(|path| format!("{path} stands in uncalled.txt, but is not public or not there")));
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn core_and_trust_are_no_std_in_their_own_code() {
    for folder in ["../../core/src", "../../trust/src"] {
        let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("lib.rs");
        let file = syn::parse_file(&fs::read_to_string(&lib).unwrap()).unwrap();
        let has = |name: &str, within: &str| {
            let mut attrs = file.attrs.iter().filter(|a| a.path().is_ident(name));
            attrs.any(|a| within.is_empty() || public::tokens_of(a).contains(within))
        };
        assert!(has("no_std", ""), "{folder} is not no_std");
        assert!(has("forbid", "unsafe_code"), "{folder} does not forbid unsafe code");
        for item in &file.items {
            if let syn::Item::ExternCrate(linked) = item {
                let name = linked.ident.to_string();
                assert!(
                    name == "alloc" || public::only_in_tests(&linked.attrs),
                    "{folder} links {name} outside of tests"
                );
            }
        }
    }
}

/// What the entries name: `.method` as `.method`, `a::b` as `a::b`, and every name that is called bare.
fn calls_of(folder: &Path) -> BTreeSet<String> {
    let mut called = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            called.extend(calls_of(&path));
        } else {
            let text = fs::read_to_string(&path).unwrap();
            collect(text.parse().unwrap_or_else(|e| panic!("{}: {e}", path.display())), &mut called);
        }
    }
    called
}

fn collect(stream: TokenStream, called: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let word = |at: usize| match tokens.get(at) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    };
    let punct = |at: usize, wanted: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == wanted);
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            collect(group.stream(), called);
            let is_call = group.delimiter() == Delimiter::Parenthesis;
            if let Some(name) = at.checked_sub(1).and_then(word).filter(|_| is_call) {
                called.insert(name);
            }
        }
        if punct(at, '.')
            && let Some(name) = word(at + 1)
        {
            called.insert(format!(".{name}"));
        }
        if let (Some(left), true, true, Some(right)) = (word(at), punct(at + 1, ':'), punct(at + 2, ':'), word(at + 3))
        {
            called.insert(format!("{left}::{right}"));
        }
    }
}
