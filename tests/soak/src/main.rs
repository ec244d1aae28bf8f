//! The soak: 32 threads on one provider, credentials that live for five seconds, a token that rotates every two, an STS
//! that fails in every way it knows, and a machine whose clock is ten minutes off.
//!
//! STS is a process of its own, so that what is measured here is the client's alone. Held are: nobody is handed
//! credentials that have ended by STS's clock; one exchange at a time (counted where STS listens); enough reads and
//! successful exchanges for this to mean something; and memory and descriptors do not grow, by a line fitted through
//! one sample a second after the warm-up.
//!
//! `irsa-soak`: 3 minutes; 20 where `IRSA_LONG` is set; `IRSA_SOAK=SECONDS` for another time. Each half is a provider of
//! its own: on demand, with the clock behind, and with a background thread, with the clock ahead.

mod measure;
mod readers;
mod server;

use measure::Samples;
use readers::{Counts, Half};
use server::Sts;
use std::{
    env, process,
    time::{Duration, Instant},
};

/// Milliseconds by which this process's clock is off in the two halves: behind is what makes dead credentials look alive.
const CLOCKS: [i64; 2] = [-600_000, 600_000];

/// At most so much growth in a minute, by the fitted line, over what is measured: in minutes, where an allocator still
/// spreads (answers of megabytes come and go), and from ten minutes on. There are half a million reads in a minute, and
/// twenty exchanges: the smallest allocation leaked for each read, or a descriptor for each exchange, is several times the
/// first bound.
const KIB_A_MINUTE: (f64, f64) = (512.0, 64.0);
const DESCRIPTORS_A_MINUTE: (f64, f64) = (1.0, 0.1);
const LONG: f64 = 600.0;

const READS: u64 = 100_000;
const EXCHANGES: u64 = 50;

fn main() {
    if env::args().nth(1).as_deref() == Some("serve") {
        return server::serve();
    }
    one_heap();
    let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let seconds = match set("IRSA_SOAK") {
        Some(seconds) => seconds.parse().expect("IRSA_SOAK is a number of seconds"),
        None if set("IRSA_LONG").is_some() => 1200,
        None => 180,
    };
    let mut sts = Sts::start();
    let mut samples = Samples::default();
    let mut counts = Counts::default();
    let begin = Instant::now();
    for (background, shift) in [false, true].into_iter().zip(CLOCKS) {
        let half = Half { background, shift, time: Duration::from_secs(seconds) / 2 };
        let found = readers::run(&half, &mut sts, &mut samples, begin);
        println!("soak: {}: {found}", if background { "with a background" } else { "on demand" });
        counts.add(&found);
    }
    let seen = sts.stop();
    println!("soak: {} s, {} threads: {counts}", begin.elapsed().as_secs(), readers::THREADS);
    println!("soak: STS: {seen}");
    println!("soak: {samples}");

    let mut verdicts = vec![
        (counts.reads >= READS, format!("at least {READS} reads")),
        (seen.successes >= EXCHANGES, format!("at least {EXCHANGES} successful exchanges")),
        (seen.most_at_once == 1, "one exchange at a time".into()),
        (counts.expired == 0, "nobody was handed credentials that had ended by STS's clock".into()),
        (counts.unexpected == 0, "no error but those of the faults".into()),
        (seen.faults.len() >= server::FAULTS, format!("all {} faults were met", server::FAULTS)),
    ];
    if let Some((bytes, descriptors)) = samples.slopes() {
        let bound = |(short, long): (f64, f64)| if samples.seconds() < LONG { short } else { long };
        let (most_kib, most_open) = (bound(KIB_A_MINUTE), bound(DESCRIPTORS_A_MINUTE));
        verdicts.push((bytes / 1024.0 <= most_kib, format!("memory grows by at most {most_kib} KiB a minute")));
        verdicts.push((descriptors <= most_open, format!("descriptors grow by at most {most_open} a minute")));
    }
    for (held, promise) in &verdicts {
        println!("soak: {} {promise}", if *held { "ok    " } else { "FAILED" });
    }
    let failed = verdicts.iter().filter(|(held, _)| !held).count();
    println!("soak: {} passed, {failed} failed", verdicts.len() - failed);
    if failed > 0 {
        process::exit(1);
    }
}

/// glibc keeps a heap for each thread, fills them one after the other and learns to keep what was large once: for minutes
/// that looks like a leak. Measured is a process with one heap that gives back. glibc reads this at start, hence the second
/// start.
fn one_heap() {
    const SETTINGS: [(&str, &str); 3] =
        [("MALLOC_ARENA_MAX", "1"), ("MALLOC_MMAP_THRESHOLD_", "65536"), ("MALLOC_TRIM_THRESHOLD_", "131072")];
    #[cfg(target_os = "linux")]
    if SETTINGS.iter().any(|(name, _)| env::var_os(name).is_none()) {
        use std::os::unix::process::CommandExt;
        let own = env::current_exe().expect("this program's own path");
        let error = process::Command::new(own).args(env::args_os().skip(1)).envs(SETTINGS).exec();
        println!("soak: {error}: with as many heaps as there are threads");
    }
}
