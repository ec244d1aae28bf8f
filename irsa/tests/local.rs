//! The provider against `irsa-local`: short lives, a token that rotates, an STS that stumbles.
#![cfg(unix)]

mod common;

use common::host;
use irsa::{Cancel, Provider, core::keeper::State};
use irsa_local::{Config, Local};
use std::{
    path::Path,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    thread,
    time::Duration,
};

#[test]
fn many_threads_through_refreshes_rotation_and_faults() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/irsa-local.yaml");
    let mut config = Config::from_file(&demo).unwrap();
    config.rotate = Some(Duration::from_secs(1));
    let local = Local::start(config).unwrap();
    local.fault("lifetime 3s\nthrottle 1\nverification-key-blip 1\nslow 100ms").unwrap();
    let builder = Provider::builder().host(host(&[])).environment(local.env()).background(true);
    let provider = builder.timeout(Duration::from_secs(10)).build().unwrap();
    let (stop, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                while !stop.load(SeqCst) {
                    let before = provider.host().now();
                    let snapshot = provider.snapshot(&Cancel::new()).unwrap();
                    assert_ne!(snapshot.state(before), State::Expired);
                    reads.fetch_add(1, SeqCst);
                    thread::sleep(Duration::from_millis(1));
                }
            });
        }
        thread::sleep(Duration::from_secs(6));
        stop.store(true, SeqCst);
    });
    let asked =
        local.log().iter().filter(|entry| entry.status == 200 && entry.operation.starts_with("AssumeRole")).count();
    let reads = reads.into_inner();
    assert!(reads > 1000 && (2..=6).contains(&asked), "{reads} reads, {asked} exchanges");
    assert!(provider.explain().to_string().contains("3. web identity: chosen"));
}
