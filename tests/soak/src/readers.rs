//! The threads that use one provider, and what they found.

use crate::{
    measure::Samples,
    server::{LAP, Sts},
};
use irsa::{
    Cancel, Host, Provider,
    core::{Code, Error, Timestamp},
};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

pub const THREADS: usize = 32;

/// One provider's time.
pub struct Half {
    pub background: bool,
    /// Of this machine's wall clock, in milliseconds.
    pub shift: i64,
    pub time: Duration,
}

/// What the readers found.
#[derive(Default)]
pub struct Counts {
    pub reads: u64,
    /// Handed out although they had ended, by STS's clock, before they were asked for.
    pub expired: u64,
    pub unexpected: u64,
    pub errors: BTreeMap<&'static str, u64>,
    pub invalidated: u64,
}

impl Counts {
    pub fn add(&mut self, more: &Self) {
        self.reads += more.reads;
        self.expired += more.expired;
        self.unexpected += more.unexpected;
        self.invalidated += more.invalidated;
        more.errors.iter().for_each(|(code, count)| *self.errors.entry(code).or_default() += count);
    }

    /// What the faults of the script lead to, and what our own cancelling does.
    fn refused(&mut self, error: &Error) {
        use Code::{
            AnswerCut, AnswerHtml, AnswerRedirect, AnswerTooLarge, Cancelled, Deadline, NetClosed, NetTimeout,
            StsAccessDenied, StsExpiredToken, StsInternal, StsThrottled, StsVerificationKey,
        };
        *self.errors.entry(error.code().name()).or_default() += 1;
        let known = [
            AnswerCut,
            AnswerHtml,
            AnswerRedirect,
            AnswerTooLarge,
            Cancelled,
            Deadline,
            NetClosed,
            NetTimeout,
            StsAccessDenied,
            StsExpiredToken,
            StsInternal,
            StsVerificationKey,
            StsThrottled,
        ];
        if !known.contains(&error.code()) {
            self.unexpected += 1;
            eprintln!("soak: unexpected: {error}");
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reads, expired, errors, invalidated, .. } = self;
        write!(f, "{reads} reads, {expired} of them expired, {invalidated} invalidations; refused:")?;
        errors.iter().try_for_each(|(code, count)| write!(f, " {code} {count}"))
    }
}

/// Runs one half: the readers, the faults, and a sample a second.
pub fn run(half: &Half, sts: &mut Sts, samples: &mut Samples, begin: Instant) -> Counts {
    let variable = sts.env.clone();
    let host = Host::new(|name| variable.get(name).cloned()).with_wall_shift(half.shift);
    let builder = Provider::builder().host(host).environment(sts.env.clone()).background(half.background);
    let provider = builder.timeout(Duration::from_secs(10)).build().expect("a provider");
    let stop = AtomicBool::new(false);
    let switch: Mutex<Cancel> = Mutex::default();
    thread::scope(|scope| {
        let readers: Vec<_> = (0..THREADS)
            .map(|number| {
                let (provider, stop, switch) = (&provider, &stop, &switch);
                scope.spawn(move || read(number, provider, stop, switch))
            })
            .collect();
        let stop = Stop(&stop);
        let (started, mut last) = (Instant::now(), 0);
        while started.elapsed() < half.time {
            thread::sleep(Duration::from_millis(100));
            // Whoever waits with it goes.
            std::mem::take(&mut *switch.lock().expect("no panic holds it")).cancel();
            let seconds = started.elapsed().as_secs();
            if seconds == last {
                continue;
            }
            last = seconds;
            samples.take(begin.elapsed());
            // At least a lap in each half; the gaps let credentials come.
            if seconds % (half.time.as_secs() / LAP as u64).clamp(5, 15) == 1 {
                sts.fault();
            }
        }
        drop(stop);
        let mut counts = Counts::default();
        for reader in readers {
            counts.add(&reader.join().expect("no reader panics"));
        }
        counts
    })
}

/// Ends the readers, also where what drives them panics.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

fn read(number: usize, provider: &Provider, stop: &AtomicBool, switch: &Mutex<Cancel>) -> Counts {
    let mut counts = Counts::default();
    let mut invalidated = Instant::now();
    while !stop.load(SeqCst) {
        let cancel = match number % 4 {
            0 => switch.lock().expect("no panic holds it").clone(),
            _ => Cancel::new(),
        };
        let asked = true_time();
        match provider.snapshot(&cancel) {
            Ok(snapshot) => {
                counts.reads += 1;
                if snapshot.credentials().expiration().is_none_or(|end| end <= asked) {
                    counts.expired += 1;
                    eprintln!("soak: handed out {:?} at {asked}", snapshot.credentials().expiration());
                }
                // A service refuses them.
                if number == 1 && invalidated.elapsed() > Duration::from_secs(7) {
                    invalidated = Instant::now();
                    counts.invalidated += u64::from(provider.invalidate(snapshot.generation()));
                }
            }
            Err(error) => counts.refused(&error),
        }
        thread::sleep(Duration::from_millis(if number < THREADS / 2 { 2 } else { 5 }));
    }
    counts
}

/// STS's clock is this machine's; only irsa's is off.
fn true_time() -> Timestamp {
    let past = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    Timestamp::from_unix_millis(i64::try_from(past.as_millis()).expect("before the end of time"))
}
