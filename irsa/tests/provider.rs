//! The provider under many threads, with exchanges that are flows of the tests' own.

mod common;

use common::host;
use irsa::{
    Builder, Cancel, Provider,
    core::{
        Code, Credentials, Error, Mono, Now, Retry, Timestamp,
        flow::Flow,
        keeper::{Obtained, State},
    },
};
use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::Duration,
};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// The keeper takes nothing that ends within a second, and a busy machine loses some time before it sees it.
const SHORT: Duration = Duration::from_secs(2);

/// Waits for something another thread does, for a minute at most.
fn eventually(condition: impl Fn() -> bool) {
    for _ in 0..6_000 {
        if condition() {
            return;
        }
        thread::sleep(MS(10));
    }
    panic!("a minute was not enough");
}

fn builder() -> Builder {
    Provider::builder().host(host(&[])).timeout(MS(20_000)).seed(7)
}

fn lasting(key: usize, now: Now, life: Duration) -> Obtained {
    let end = now.wall.plus_millis(life.as_millis() as i64);
    // Ends carry milliseconds, so that short lives can be tested.
    let end = Timestamp::from_unix_millis(end.unix_millis());
    Credentials::new(&format!("ASIA{key}"), "secret", "test").with_expiration(end).into()
}

/// Exchanges that take a while, count themselves, and notice when two of them are under way.
#[derive(Clone, Default)]
struct Exchanges {
    count: Arc<AtomicUsize>,
    open: Arc<AtomicBool>,
    twice: Arc<AtomicBool>,
}

impl Exchanges {
    fn flow(&self, deadline: Mono, takes: Duration, life: Duration) -> Flow<Obtained> {
        let this = self.clone();
        Flow::new(deadline, move |io| async move {
            let key = this.count.fetch_add(1, SeqCst) + 1;
            this.twice.fetch_or(this.open.swap(true, SeqCst), SeqCst);
            io.wait_until(io.now().mono + takes, "STS").await?;
            this.open.store(false, SeqCst);
            Ok(lasting(key, io.now(), life))
        })
    }

    fn provider(&self, builder: Builder, takes: Duration, life: Duration) -> Provider {
        let this = self.clone();
        builder.build_with(move |deadline| this.flow(deadline, takes, life)).unwrap()
    }
}

#[test]
fn many_threads_share_one_exchange() {
    let exchanges = Exchanges::default();
    let provider = exchanges.provider(builder(), MS(100), MS(3_600_000));
    let start = Barrier::new(32);
    let keys: Vec<_> = thread::scope(|scope| {
        let ask = || {
            start.wait();
            (0..1000).map(|_| provider.credentials().unwrap().access_key_id().to_owned()).next_back().unwrap()
        };
        let threads: Vec<_> = (0..32).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(keys, vec!["ASIA1"; 32]);
    assert_eq!(exchanges.count.load(SeqCst), 1);
}

/// Lent or handed out, read at a glance or after an exchange: the same credentials.
#[test]
fn credentials_can_be_lent() {
    let exchanges = Exchanges::default();
    let provider = exchanges.provider(builder(), MS(1), MS(3_600_000));
    for _ in 0..3 {
        let lent = provider.with_credentials(|credentials| credentials.access_key_id().to_owned()).unwrap();
        assert_eq!((&*lent, provider.credentials().unwrap().access_key_id()), ("ASIA1", "ASIA1"));
    }
    assert_eq!(exchanges.count.load(SeqCst), 1);
}

/// Reads on many threads through many refreshes; gives how many reads there were.
fn soak(background: bool) -> (usize, usize) {
    let exchanges = Exchanges::default();
    let provider = exchanges.provider(builder().background(background), MS(20), MS(1500));
    let (stop, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !stop.load(SeqCst) {
                    let before = provider.host().now();
                    let snapshot = provider.snapshot(&Cancel::new()).unwrap();
                    assert_ne!(snapshot.state(before), State::Expired);
                    assert!(snapshot.credentials().expiration().unwrap() > before.wall);
                    reads.fetch_add(1, SeqCst);
                    thread::sleep(Duration::from_micros(200));
                }
            });
        }
        thread::sleep(MS(4_000));
        stop.store(true, SeqCst);
    });
    assert!(!exchanges.twice.load(SeqCst), "two exchanges at once");
    (reads.load(SeqCst), exchanges.count.load(SeqCst))
}

#[test]
fn nobody_is_handed_expired_credentials_through_many_refreshes() {
    let (reads, exchanges) = soak(false);
    assert!(reads > 1000 && exchanges >= 3, "{reads} reads, {exchanges} exchanges");
}

#[test]
fn nor_with_background_refresh() {
    let (reads, exchanges) = soak(true);
    assert!(reads > 1000 && exchanges >= 3, "{reads} reads, {exchanges} exchanges");
}

#[test]
fn a_failure_is_told_to_all_who_wait_and_remembered() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let provider = builder()
        .build_with(move |deadline| {
            counted.fetch_add(1, SeqCst);
            Flow::new(deadline, |io| async move {
                io.wait_until(io.now().mono + MS(100), "STS").await?;
                Err(Error::new(Code::HostUnsupported, "sts", "no").with_retry(Retry::No))
            })
        })
        .unwrap();
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                assert_eq!(provider.credentials().unwrap_err().code(), Code::HostUnsupported);
            });
        }
    });
    let again = provider.credentials().unwrap_err();
    assert!(again.message().contains("the next attempt can be made in"), "{again}");
    assert_eq!(count.load(SeqCst), 1);
}

#[test]
fn credentials_are_served_on_while_their_refresh_fails() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let provider = builder()
        .build_with(move |deadline| {
            let first = counted.fetch_add(1, SeqCst) == 0;
            Flow::new(deadline, move |io| async move {
                match first {
                    true => Ok(lasting(1, io.now(), MS(3_600_000))),
                    false => Err(Error::new(Code::Deadline, "sts", "down")),
                }
            })
        })
        .unwrap();
    let generation = provider.snapshot(&Cancel::new()).unwrap().generation();
    assert!(!provider.invalidate(generation + 1), "another generation");
    assert!(provider.invalidate(generation));
    assert_eq!(provider.credentials().unwrap().access_key_id(), "ASIA1", "refused by a service, yet all there is");
    assert_eq!(count.load(SeqCst), 2);
}

#[test]
fn invalidated_credentials_are_replaced() {
    let exchanges = Exchanges::default();
    let provider = exchanges.provider(builder(), MS(1), MS(3_600_000));
    let first = provider.snapshot(&Cancel::new()).unwrap();
    assert!(provider.invalidate(first.generation()));
    assert_eq!(provider.credentials().unwrap().access_key_id(), "ASIA2");
    assert!(!provider.invalidate(first.generation()), "a stale failure kills nothing newer");
    assert_eq!(provider.credentials().unwrap().access_key_id(), "ASIA2");
}

#[test]
fn when_the_caller_that_runs_the_exchange_is_cancelled_another_takes_over() {
    let exchanges = Exchanges::default();
    let (began, begun) = mpsc::channel();
    let counted = exchanges.clone();
    let provider = builder()
        .build_with(move |deadline| {
            let first = counted.count.load(SeqCst) == 0;
            began.send(()).unwrap();
            counted.flow(deadline, if first { MS(10_000) } else { MS(10) }, MS(3_600_000))
        })
        .unwrap();
    thread::scope(|scope| {
        let cancel = Cancel::new();
        let leader = scope.spawn({
            let (cancel, provider) = (cancel.clone(), &provider);
            move || provider.snapshot(&cancel)
        });
        begun.recv().unwrap();
        let other = scope.spawn(|| provider.credentials());
        // Until the other waits too; earlier or later, the outcome is the same.
        thread::sleep(MS(50));
        cancel.cancel();
        assert_eq!(leader.join().unwrap().unwrap_err().code(), Code::Cancelled);
        assert_eq!(other.join().unwrap().unwrap().access_key_id(), "ASIA2");
        assert_eq!(provider.snapshot(&cancel).unwrap().generation(), 1, "what is cached needs no wait");
    });
}

#[test]
fn a_caller_that_was_cancelled_before_it_began_leaves_nothing_behind() {
    let exchanges = Exchanges::default();
    let provider = exchanges.provider(builder(), MS(1), MS(3_600_000));
    let cancel = Cancel::new();
    cancel.cancel();
    for _ in 0..2 {
        assert_eq!(provider.snapshot(&cancel).unwrap_err().code(), Code::Cancelled);
    }
    assert_eq!(exchanges.count.load(SeqCst), 0);
    assert_eq!(provider.credentials().unwrap().access_key_id(), "ASIA1");
}

#[test]
fn a_waiting_caller_can_be_cancelled_without_harm_to_the_exchange() {
    let exchanges = Exchanges::default();
    let (began, begun) = mpsc::channel();
    let counted = exchanges.clone();
    let provider = builder()
        .build_with(move |deadline| {
            began.send(()).unwrap();
            counted.flow(deadline, MS(300), MS(3_600_000))
        })
        .unwrap();
    thread::scope(|scope| {
        let leader = scope.spawn(|| provider.credentials());
        begun.recv().unwrap();
        let cancel = Cancel::new();
        let other = scope.spawn({
            let (cancel, provider) = (cancel.clone(), &provider);
            move || provider.snapshot(&cancel)
        });
        thread::sleep(MS(50));
        cancel.cancel();
        assert_eq!(other.join().unwrap().unwrap_err().code(), Code::Cancelled);
        assert_eq!(leader.join().unwrap().unwrap().access_key_id(), "ASIA1");
    });
    assert_eq!(exchanges.count.load(SeqCst), 1);
}

#[test]
fn an_exchange_that_hangs_ends_at_its_deadline() {
    let short = builder().timeout(MS(100));
    let provider = short
        .build_with(|deadline| {
            Flow::new(deadline, |io| async move {
                loop {
                    io.wait_until(Mono::NEVER, "STS").await?;
                }
            })
        })
        .unwrap();
    let error = provider.credentials().unwrap_err();
    assert_eq!((error.code(), error.at()), (Code::Deadline, "STS"), "the exchange's own error");
}

#[test]
fn the_refresher_works_alone_and_ends_with_the_provider() {
    let exchanges = Exchanges::default();
    let held = Arc::downgrade(&exchanges.count);
    let provider = exchanges.provider(builder().background(true), MS(1), SHORT);
    provider.credentials().unwrap();
    let count = exchanges.count.clone();
    eventually(|| count.load(SeqCst) >= 3);
    drop((exchanges, count));
    assert!(held.upgrade().is_some());
    drop(provider);
    assert!(held.upgrade().is_none(), "the thread has ended and dropped all it held");
}

#[test]
fn dropping_interrupts_a_refresh_under_way() {
    let exchanges = Exchanges::default();
    let counted = exchanges.clone();
    let background = builder().background(true);
    let provider = background
        .build_with(move |deadline| {
            let first = counted.count.load(SeqCst) == 0;
            counted.flow(deadline, if first { MS(1) } else { MS(60_000) }, SHORT)
        })
        .unwrap();
    provider.credentials().unwrap();
    eventually(|| exchanges.count.load(SeqCst) == 2 && exchanges.open.load(SeqCst));
    drop(provider);
    assert!(exchanges.open.load(SeqCst), "the second never ended");
}

#[test]
fn what_one_exports_another_adopts() {
    let exchanges = Exchanges::default();
    let parent = exchanges.provider(builder(), MS(1), MS(3_600_000));
    let child = exchanges.provider(builder(), MS(1), MS(3_600_000));
    assert!(parent.export().is_none());
    parent.credentials().unwrap();
    assert!(child.adopt(parent.export().unwrap().expose()).unwrap());
    assert_eq!(child.credentials().unwrap().access_key_id(), "ASIA1");
    assert_eq!(exchanges.count.load(SeqCst), 1);
    assert_eq!(child.adopt(b"nonsense").unwrap_err().code(), Code::Encoding);
}

/// "No limit" is a duration too.
#[test]
fn any_timeout_is_a_timeout() {
    let provider = Provider::builder().timeout(Duration::MAX);
    let exchange = |deadline| Flow::new(deadline, |_| async { Err(Error::new(Code::NoCredentials, "test", "none")) });
    let provider = provider.build_with(exchange).unwrap();
    assert_eq!(provider.credentials().unwrap_err().code(), Code::NoCredentials);
}
