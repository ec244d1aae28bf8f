//! Instructions of one call of each piece of work, counted by single steps (nothing is emulated: SHA extensions count as
//! they run), beside those that are committed in benches/instructions.txt. Counts do not know of a machine's load, so that
//! a loss of 3 % shows where times would hide it.
//!
//! They depend on the compiler and the CPU: with others than the recorded ones the counts are shown and gate nothing.
//! `irsa-instructions FILE LIBIRSA` compares, with `--record` it writes the file anew; with `--loop NAME` a profiler has
//! something to look at. A signature through libirsa.so is held against the same one in Rust, on any machine.

mod libirsa;
#[path = "../../peers/src/measure.rs"]
#[allow(dead_code)]
mod measure;

use irsa_benches::{
    signing::{W1, W2, W3},
    sts,
};
use std::{fs, process::Command, process::ExitCode};

/// Percent that a count may be above the recorded one. Counts of one binary differ by a few instructions, with where its
/// memory comes to lie.
const SLACK: f64 = 1.5;

/// Percent that a signature through libirsa.so may cost more than the same one in Rust, wherever it is counted.
const FACE: f64 = 9.0;

/// What marks those.
const THROUGH: &str = ", libirsa.so";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, library, rest @ ..] = args.as_slice() else { panic!("irsa-instructions FILE LIBRARY [--record]") };
    let library = libirsa::Library::open(library);
    let work: [(&str, Box<dyn FnMut()>); 11] = [
        ("W1 sign", Box::new(W1.irsa())),
        ("W1b sign, key derived", Box::new(W1.irsa_fresh_key())),
        ("W2 sign", Box::new(W2.irsa())),
        ("W3 presign", Box::new(W3.irsa())),
        ("W1 verify", Box::new(W1.verified())),
        ("W2 verify", Box::new(W2.verified())),
        ("W1 sign, libirsa.so", Box::new(library.signed(&W1))),
        ("W2 sign, libirsa.so", Box::new(library.signed(&W2))),
        ("W3 presign, libirsa.so", Box::new(library.signed(&W3))),
        ("W5 STS request and answer", Box::new(sts::exchange())),
        ("W5 token read", Box::new(sts::token_read())),
    ];
    if let [how, wanted] = rest
        && how == "--loop"
    {
        // For a profiler.
        for (_, mut run) in work.into_iter().filter(|(name, _)| name == wanted) {
            println!("{:.0} ns", measure::per_call(&mut run, 200_000));
        }
        return ExitCode::SUCCESS;
    }
    let mut counted = Vec::new();
    for (name, mut run) in work {
        // The least of a few: the first one may meet an allocator that has yet to ask for memory.
        let counts: Option<Vec<u64>> = (0..3).map(|_| measure::instructions(&mut run)).collect();
        let Some(least) = counts.and_then(|counts| counts.into_iter().min()) else {
            println!("instructions: NOT counted: this system does not let a process be single-stepped");
            return ExitCode::SUCCESS;
        };
        counted.push((name, least));
    }
    let place = format!("compiler: {}\ncpu: {}\n", compiler(), cpu());
    if rest.iter().any(|arg| arg == "--record") {
        let lines: String = counted.iter().map(|(name, count)| format!("{count:>8} {name}\n")).collect();
        fs::write(file, format!("{place}{lines}")).expect(file);
        print!("{place}{lines}");
        return ExitCode::SUCCESS;
    }
    let recorded = fs::read_to_string(file).expect(file);
    let same = recorded.starts_with(&place);
    if !same {
        println!("instructions: NOT compared: recorded elsewhere\nhere\n{place}recorded");
        recorded.lines().take(2).for_each(|line| println!("{line}"));
    }
    let mut failed = 0;
    for (name, count) in &counted {
        let before = recorded.lines().skip(2).find_map(|line| {
            let (count, known) = line.trim_start().split_once(' ')?;
            (known == *name).then(|| count.parse::<u64>().ok())?
        });
        let Some(before) = before else {
            println!("{count:>8}           {name}: not recorded");
            failed += u32::from(same);
            continue;
        };
        let change = (*count as f64 / before as f64 - 1.0) * 100.0;
        let worse = same && change > SLACK;
        failed += u32::from(worse);
        println!("{count:>8} {change:>+7.2} %  {name}{}", if worse { ": MORE than recorded" } else { "" });
    }
    let of = |wanted: &str| counted.iter().find(|(name, _)| *name == wanted).map(|(_, count)| *count as f64);
    for (name, count) in &counted {
        let Some(rust) = name.strip_suffix(THROUGH).and_then(of) else { continue };
        let more = (*count as f64 / rust - 1.0) * 100.0;
        failed += u32::from(more > FACE);
        println!("{name}: {more:+.2} % beside Rust (at most {FACE})");
    }
    if same {
        println!("instructions: {} passed, {failed} failed", (counted.len() as u32).saturating_sub(failed));
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn compiler() -> String {
    let version = Command::new("rustc").arg("--version").output();
    version.map_or("?".into(), |o| String::from_utf8_lossy(&o.stdout).trim().to_owned())
}

/// The model, and the extensions that decide on which code runs.
fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = |name: &str| {
        info.lines().find(|l| l.starts_with(name)).and_then(|l| l.split_once(':')).map_or("?", |(_, v)| v.trim())
    };
    let flags: Vec<&str> = ["sha_ni", "avx2", "avx512f", "avx512vl", "bmi2", "erms", "fsrm"]
        .into_iter()
        .filter(|flag| line("flags").split(' ').any(|f| f == *flag))
        .collect();
    format!("{}, family {} model {}, {}", line("model name"), line("cpu family"), line("model"), flags.join(" "))
}
