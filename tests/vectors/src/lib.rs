//! The one vector runner: independent cases, made and recorded by others, against every face of irsa.
//!
//! A set is a file in `sets/`; it turns its cases into calls (see `irsa_pure`) and compares. An [`engine`] makes the
//! calls: natively, or through wasm. The data stands beside the checkout in `../shared/vectors`, or where
//! `IRSA_VECTORS` says. Where it is missing nothing runs and that is said; under `CI=true` it is a failure.

pub mod engine;
mod keys;
pub mod sets;

use serde_json::Value;
use std::{
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
};

pub use engine::Engine;

/// What a set did.
#[derive(Default)]
pub struct Report {
    /// Cases run.
    pub ran: usize,
    /// Cases left out, each with its reason.
    pub left_out: Vec<String>,
    /// Cases that failed, each with what was expected and what came.
    pub failed: Vec<String>,
}

impl Report {
    /// Counts a case; `outcome` is what was wrong with it.
    pub fn case(&mut self, name: &str, outcome: Result<(), String>) {
        self.ran += 1;
        if let Err(why) = outcome {
            self.failed.push(format!("{name}: {why}"));
        }
    }

    /// Notes a case that is not run, and why.
    pub fn leave_out(&mut self, name: &str, why: &str) {
        self.left_out.push(format!("{name}: {why}"));
    }
}

/// A set: its name, and what runs it on a folder of vectors.
pub struct Set {
    pub name: &'static str,
    pub run: fn(&mut dyn Engine, &Path) -> Report,
    /// Fewer cases than this in the folder that came with the project would mean that the set was not read.
    pub least: usize,
}

/// The folder of vectors, where there is one.
pub fn folder() -> Option<PathBuf> {
    let folder = match std::env::var_os("IRSA_VECTORS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors"),
    };
    folder.is_dir().then_some(folder)
}

/// True where missing data is a failure.
pub fn strict() -> bool {
    std::env::var("CI").is_ok_and(|ci| ci == "true")
}

/// Runs one set and prints its line; gives how many cases ran, or what failed.
pub fn run(set: &Set, engine: &mut dyn Engine) -> Result<usize, String> {
    let Some(folder) = folder() else {
        println!("{}: 0 ran (no vectors folder; see tests/vectors/README.md)", set.name);
        return if strict() { Err("the vectors folder is missing".into()) } else { Ok(0) };
    };
    let ran = panic::catch_unwind(AssertUnwindSafe(|| (set.run)(engine, &folder)));
    let report = match ran {
        Ok(report) => report,
        Err(panic) => match panic.downcast::<Missing>() {
            // Another folder of the same shape may lack a set.
            Ok(missing) if std::env::var_os("IRSA_VECTORS").is_some() => {
                println!("{}: 0 ran ({} is not in this folder)", set.name, missing.0.display());
                return Ok(0);
            }
            Ok(missing) => return Err(format!("{}: {} is missing", set.name, missing.0.display())),
            Err(_) => return Err(format!("{}: the set cannot be read as it should (see the panic above)", set.name)),
        },
    };
    println!(
        "{}: {} ran, {} failed, {} left out [{}]",
        set.name,
        report.ran,
        report.failed.len(),
        report.left_out.len(),
        engine.name()
    );
    for line in &report.left_out {
        println!("  left out: {line}");
    }
    if !report.failed.is_empty() {
        return Err(report.failed.join("\n"));
    }
    // Another folder of the same shape may hold fewer cases of a set, or none.
    let least = if std::env::var_os("IRSA_VECTORS").is_some() { 0 } else { set.least };
    if report.ran < least {
        return Err(format!("{}: only {} cases ran, at least {least} were expected", set.name, report.ran));
    }
    Ok(report.ran)
}

/// The same cases have to run whoever makes the calls.
pub fn same_count(natively: usize, other: usize, set: &str, engine: &str) -> Result<(), String> {
    if natively == other { Ok(()) } else { Err(format!("{set}: {natively} cases ran natively, {other} as {engine}")) }
}

/// A file that a set needs is not there.
struct Missing(PathBuf);

/// Reads a JSON file of the folder. One that is not there ends the set, quietly where another folder may lack it; one
/// that is not JSON is a failure of the data, and panics.
pub fn json(path: &Path) -> Value {
    if !path.exists() {
        panic::resume_unwind(Box::new(Missing(path.into())));
    }
    let text = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// `expected` against `got`, with both in the failure.
pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, got: T) -> Result<(), String> {
    if expected == got { Ok(()) } else { Err(format!("{what}:\n  expected {expected:?}\n  got      {got:?}")) }
}
