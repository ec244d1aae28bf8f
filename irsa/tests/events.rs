//! What a provider tells of itself, in the order in which it happens, against `irsa-local`.
#![cfg(unix)]

mod common;

use common::host;
use irsa::{
    Builder, Event, Provider,
    core::{Code, Credentials, Error, flow::Flow},
};
use irsa_local::{Config, Local};
use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(&'static str, String)>>>);

impl Told {
    fn provider(&self, builder: Builder) -> Provider {
        let told = self.0.clone();
        let note = move |event: &Event<'_>| {
            // Its Debug is searched for secrets, too.
            told.lock().unwrap().push((event.name(), format!("{event} {event:?}")));
        };
        builder.host(host(&[])).events(note).seed(7).build().unwrap()
    }

    /// What was told since the last time, by name; no secret among it.
    fn take(&self, local: &Local) -> (Vec<&'static str>, String) {
        let told = std::mem::take(&mut *self.0.lock().unwrap());
        let lines = told.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>().join("\n");
        let token = std::fs::read_to_string(local.token_file()).unwrap();
        assert!(!lines.contains(token.trim()) && !lines.contains("IRSACANARY"), "{lines}");
        (told.iter().map(|(name, _)| *name).collect(), lines)
    }
}

#[test]
fn refreshes_failures_attempts_and_stale_credentials_are_told() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/irsa-local.yaml");
    let local = Local::start(Config::from_file(&demo).unwrap()).unwrap();
    let told = Told::default();
    let provider = told.provider(Provider::builder().environment(local.env()));
    assert_eq!(told.take(&local).0.len(), 0, "nothing has happened");

    local.fault("throttle 1\nunavailable 1").unwrap();
    let credentials = provider.credentials().unwrap();
    let (names, lines) = told.take(&local);
    assert_eq!(names, ["refresh-started", "retrying", "retrying", "refresh-ended"]);
    assert!(lines.contains("an attempt failed (status 400, ") && lines.contains("an attempt failed (status 503, "));
    let ended = format!("new credentials {} from web identity after ", credentials.access_key_id());
    assert!(lines.contains(&ended) && !lines.contains(credentials.secret_access_key().expose()), "{lines}");
    assert!(!lines.contains(credentials.session_token().unwrap().expose()));
    provider.credentials().unwrap();
    assert_eq!(told.take(&local).0.len(), 0, "a cached read is no event");

    // A service refuses them, and so does STS: what is in hand is served on, which is told once for each failure.
    local.fault("propagation 1").unwrap();
    assert!(provider.invalidate(1));
    for _ in 0..3 {
        assert_eq!(provider.credentials().unwrap().access_key_id(), credentials.access_key_id());
    }
    let (names, lines) = told.take(&local);
    assert_eq!(names, ["refresh-started", "refresh-failed", "served-stale"]);
    assert!(lines.contains(Code::StsAccessDenied.name()) && lines.contains("s at most"), "{lines}");
}

/// Once for each failure: not for each caller, and again after the next failure.
#[test]
fn stale_credentials_are_told_again_after_another_failure() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let (noted, count) = (told.clone(), Arc::new(AtomicUsize::new(0)));
    let builder = Provider::builder().host(host(&[])).events(move |e: &Event<'_>| noted.lock().unwrap().push(e.name()));
    let provider = builder.build_with(move |deadline| {
        let first = count.fetch_add(1, SeqCst) == 0;
        Flow::new(deadline, move |io| async move {
            let end = io.now().wall.plus_millis(3_600_000);
            match first {
                true => Ok(Credentials::new("ASIA1", "IRSACANARY", "test").with_expiration(end).into()),
                false => Err(Error::new(Code::Deadline, "sts", "down")),
            }
        })
    });
    let provider = provider.unwrap();
    provider.credentials().unwrap();
    assert!(provider.invalidate(1));
    let stale = || told.lock().unwrap().iter().filter(|name| **name == "served-stale").count();
    let failures = || told.lock().unwrap().iter().filter(|name| **name == "refresh-failed").count();
    // The keeper pauses for a second, or half of one, after a failure.
    for _ in 0..600 {
        provider.credentials().unwrap();
        if failures() == 3 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!((stale(), failures()), (3, 3));
}

#[test]
fn an_exchange_that_is_handed_on_is_told() {
    let local = {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/irsa-local.yaml");
        Local::start(Config::from_file(&demo).unwrap()).unwrap()
    };
    let told = Told::default();
    let provider = told.provider(Provider::builder().environment(local.env()));
    local.fault("slow 10s").unwrap();
    let cancel = irsa::Cancel::new();
    std::thread::scope(|scope| {
        scope.spawn(|| provider.snapshot(&cancel).unwrap_err());
        while !local.log().iter().any(|entry| entry.fault == Some("slow")) {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        cancel.cancel();
    });
    let (names, lines) = told.take(&local);
    assert_eq!(names, ["refresh-started", "refresh-failed"]);
    assert!(lines.contains(Code::Cancelled.name()), "{lines}");
}

/// Neither its exchange nor its place in the queue is left behind by a thread that unwinds.
#[test]
fn after_a_listener_that_panics_nobody_waits_for_its_exchange() {
    let count = AtomicUsize::new(0);
    let listener = move |_: &Event<'_>| assert!(count.fetch_add(1, SeqCst) > 0, "as the test wants it");
    let builder = Provider::builder().host(host(&[])).events(listener);
    let provider = builder.build_with(|deadline| {
        Flow::new(deadline, |io| async move {
            let end = io.now().wall.plus_millis(3_600_000);
            Ok(Credentials::new("ASIA1", "IRSACANARY", "test").with_expiration(end).into())
        })
    });
    let provider = provider.unwrap();
    let first = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| provider.credentials()));
    assert!(first.is_err());
    let begun = std::time::Instant::now();
    let keys: Vec<_> = std::thread::scope(|scope| {
        let others: Vec<_> = (0..4).map(|_| scope.spawn(|| provider.credentials())).collect();
        others.into_iter().map(|other| other.join().unwrap().unwrap().access_key_id().to_owned()).collect()
    });
    assert_eq!(keys, ["ASIA1"; 4]);
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}
