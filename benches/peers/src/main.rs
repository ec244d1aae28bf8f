//! The table of `make bench`: irsa, its peers and the bare cryptography, the same work in one process, in turns.
//!
//! ns: CPU time of the thread, the median of the rounds (and the least). instr.: instructions of one call, counted on
//! this CPU. `--ours` leaves the peers out, `--rounds N` sets the rounds (21).

mod measure;
mod peers;

use irsa_benches::{
    cached,
    signing::{W1, W2, W3, Work, w4},
    sts,
};
use std::{fs, path::Path, process::Command};

struct Row {
    work: &'static str,
    who: &'static str,
    run: Box<dyn FnMut()>,
    /// In a round.
    calls: u32,
    /// Of each round.
    ns: Vec<f64>,
    instructions: Option<u64>,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let ours = args.iter().any(|a| a == "--ours");
    let after = |name: &str| args.iter().position(|a| a == name).and_then(|at| args.get(at + 1));
    let rounds = after("--rounds").and_then(|n| n.parse().ok()).unwrap_or(21);
    if let Some(name) = after("--loop") {
        // For a profiler: one piece of work over and over, `--calls N` times.
        let mut run: Box<dyn FnMut()> = match name.as_str() {
            "W1b" => Box::new(W1.irsa_fresh_key()),
            "W2" => Box::new(W2.irsa()),
            "W3" => Box::new(W3.irsa()),
            _ => Box::new(W1.irsa()),
        };
        let calls = after("--calls").and_then(|n| n.parse().ok()).unwrap_or(2_000_000);
        println!("{:.0} ns", measure::per_call(&mut run, calls));
        return;
    }
    let criterion = after("--criterion").map(Path::new);

    let mut rows = Vec::new();
    let mut add = |work, who, run: Box<dyn FnMut()>| {
        let calls = if work == "W4" { 1 } else { 4_000 };
        rows.push(Row { work, who, run, calls, ns: Vec::new(), instructions: None });
    };
    for (name, work) in [("W1", &W1), ("W1b", &W1), ("W2", &W2), ("W3", &W3)] as [(_, &'static Work); 4] {
        match name {
            "W1b" => add(name, "irsa", Box::new(work.irsa_fresh_key())),
            _ => add(name, "irsa", Box::new(work.irsa())),
        }
        if name != "W1b" {
            add(name, "cryptography", Box::new(work.cryptography()));
        }
        if !ours {
            add(name, "aws-sigv4", Box::new(peers::aws_sigv4(work)));
            add(name, "reqsign", Box::new(peers::reqsign(work)));
            add(name, "(its request)", Box::new(peers::reqsign_request(work)));
        }
    }
    let large: &'static Work = Box::leak(Box::new(w4()));
    add("W4", "irsa", Box::new(large.irsa()));
    add("W4", "irsa, in pieces", Box::new(large.irsa_in_pieces()));
    add("W4", "cryptography", Box::new(large.cryptography()));
    add("W5", "irsa", Box::new(sts::exchange()));
    add("W5", "(token read)", Box::new(sts::token_read()));
    let provider: &'static irsa::Provider = Box::leak(Box::new(cached::provider()));
    add("W7", "irsa", Box::new(cached::handed_out(provider)));
    add("W7", "irsa, lent", Box::new(cached::lent(provider)));
    add("W7", "two exact clocks", Box::new(|| _ = std::hint::black_box(provider.host().now())));
    for row in &mut rows {
        // Single steps through 64 MiB would take minutes.
        row.instructions = if row.work == "W4" { None } else { measure::instructions(&mut row.run) };
        measure::per_call(&mut row.run, row.calls * 5);
    }
    for _ in 0..rounds {
        for row in &mut rows {
            row.ns.push(measure::per_call(&mut row.run, row.calls));
        }
    }
    let both = ["handed out", "lent"].map(|how| {
        let lent = how == "lent";
        let all = (0..rounds).map(|_| match lent {
            true => measure::on_two_threads(|| cached::lent(provider), 400_000),
            false => measure::on_two_threads(|| cached::handed_out(provider), 400_000),
        });
        let mut all: Vec<f64> = all.collect();
        all.sort_by(f64::total_cmp);
        (how, median(&all))
    });
    for row in &mut rows {
        row.ns.sort_by(f64::total_cmp);
    }
    print(&rows, criterion);
    for (how, ns) in both {
        println!("W7 {how}, two threads at once: {ns:.0} ns");
    }
}

fn print(rows: &[Row], criterion: Option<&Path>) {
    println!("CPU: {}", cpu());
    println!("versions: {}", versions());
    println!("load: {}", fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    println!();
    println!("W1 GET, 6 headers, 1,000-character token, UNSIGNED-PAYLOAD, key cached (peers derive it each time)");
    println!("W1b the same, key derived   W2 POST, 1 KiB hashed, key cached   W3 presigned URL, key cached");
    println!("W4 PUT, 64 MiB hashed   W5 request of AssumeRoleWithWebIdentity made, answer read   W7 cached read");
    println!(
        "ns: CPU time, median of {} rounds; x: times irsa's ns; reqsign without the making of its request",
        rows[0].ns.len()
    );
    println!();
    println!(
        "{:<5} {:<16} {:>8} {:>8} {:>7} {:>9} {:>7} {:>10}",
        "work", "who", "ns", "least", "x", "instr.", "x", "criterion"
    );
    for row in rows {
        let of = |who: &str| rows.iter().find(|r| r.work == row.work && r.who == who);
        let Some(us) = of("irsa") else { continue };
        let request = of("(its request)").filter(|_| row.who == "reqsign");
        let ns = |r: &Row| median(&r.ns);
        let less = request.map_or(0.0, ns);
        let ratio = (ns(row) - less) / ns(us);
        let count = row.instructions.map(|c| c - request.and_then(|r| r.instructions).unwrap_or(0));
        let count_ratio = count.zip(us.instructions).map(|(c, o)| format!("{:.2}", c as f64 / o as f64));
        println!(
            "{:<5} {:<16} {:>8.0} {:>8.0} {:>7.2} {:>9} {:>7} {:>10}",
            row.work,
            row.who,
            ns(row) - less,
            row.ns[0] - less,
            ratio,
            count.map_or("-".into(), |c| c.to_string()),
            count_ratio.unwrap_or("-".into()),
            criterion.and_then(|folder| estimate(folder, row)).map_or("-".into(), |ns| format!("{ns:.0}")),
        );
    }
    println!();
    let ns = |work: &str, who: &str| rows.iter().find(|r| r.work == work && r.who == who).map(|r| median(&r.ns));
    if let (Some(us), Some(bare)) = (ns("W1", "irsa"), ns("W1", "cryptography")) {
        println!("W1: {:.2} times the bare cryptography (target 1.9, goal 1.6)", us / bare);
    }
    // By the rounds that nobody disturbed: other programs take from the memory's speed.
    let least = |who: &str| rows.iter().find(|r| r.work == "W4" && r.who == who).map(|r| r.ns[0]);
    if let (Some(us), Some(pieces), Some(bare)) = (least("irsa"), least("irsa, in pieces"), least("cryptography")) {
        let share = |ns: f64| bare * 100.0 / ns;
        println!("W4: {:.1} % of the bare hash's speed, in pieces {:.1} % (target 98)", share(us), share(pieces));
    }
    if let Some(us) = ns("W5", "irsa") {
        println!("W5: {us:.0} ns (target 5,000)");
    }
    if let (Some(out), Some(lent)) = (ns("W7", "irsa"), ns("W7", "irsa, lent")) {
        println!("W7: {out:.0} ns handed out (target 40), {lent:.0} ns lent");
    }
    for (work, target) in [("W1", 3.5), ("W1b", 2.5), ("W2", 2.5), ("W3", 2.5)] {
        let aws = ns(work, "aws-sigv4");
        let reqsign = ns(work, "reqsign").zip(ns(work, "(its request)")).map(|(all, request)| all - request);
        if let (Some(us), Some(aws), Some(reqsign)) = (ns(work, "irsa"), aws, reqsign) {
            println!("{work}: {:.2} times fewer ns than the faster peer (target {target})", aws.min(reqsign) / us);
        }
    }
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

/// Criterion's median (wall time) of the same work, where it has run.
fn estimate(folder: &Path, row: &Row) -> Option<f64> {
    let path = folder.join("signing").join(format!("{} {}", row.work, row.who)).join("new/estimates.json");
    let text = fs::read_to_string(path).ok()?;
    let (_, median) = text.split_once("\"median\"")?;
    let (_, value) = median.split_once("\"point_estimate\":")?;
    value.split([',', '}']).next()?.trim().parse().ok()
}

fn cpu() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = |name: &str| {
        info.lines().find(|l| l.starts_with(name)).and_then(|l| l.split_once(':')).map_or("?", |(_, v)| v.trim())
    };
    let flags: Vec<&str> = ["sha_ni", "avx2", "avx512f", "avx512vl", "bmi2", "adx", "vaes"]
        .into_iter()
        .filter(|flag| line("flags").split(' ').any(|f| f == *flag))
        .collect();
    format!("{}, family {} model {}, flags {}", line("model name"), line("cpu family"), line("model"), flags.join(" "))
}

fn versions() -> String {
    let lock = include_str!("../Cargo.lock");
    let mut all: Vec<String> = ["irsa-core", "sha2", "aws-sigv4", "reqsign-aws-v4"]
        .into_iter()
        .map(|name| {
            let version = lock
                .split_once(&format!("name = \"{name}\"\nversion = \""))
                .and_then(|(_, rest)| rest.split_once('"'))
                .map_or("?", |(version, _)| version);
            format!("{name} {version}")
        })
        .collect();
    let rustc = Command::new("rustc").arg("--version").output().ok();
    all.extend(rustc.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()));
    all.join(", ")
}
