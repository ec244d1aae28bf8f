//! The provider in tasks of tokio: one exchange for tasks and threads, off the reactor, and nobody's to cancel.

mod common;

use common::host;
use irsa::{
    Builder, Cancel, Provider, Signer,
    core::{Code, Credentials, Error, Mono, Retry, flow::Flow, keeper::Obtained},
};
use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

const MS: fn(u64) -> Duration = Duration::from_millis;

fn builder() -> Builder {
    Provider::builder().host(host(&[])).timeout(MS(20_000)).seed(7)
}

/// Counts exchanges, each of which takes a while; `keys` are ASIA1, ASIA2, …
fn provider(builder: Builder, takes: Duration) -> (Arc<Provider>, Arc<AtomicUsize>, mpsc::Receiver<()>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let (began, begun) = mpsc::channel();
    let exchange = move |deadline: Mono| {
        let key = counted.fetch_add(1, SeqCst) + 1;
        // Nobody may be listening any more.
        let _ = began.send(());
        Flow::new(deadline, move |io| async move {
            io.wait_until(io.now().mono + takes, "STS").await?;
            let end = io.now().wall.plus_millis(3_600_000);
            let credentials = Credentials::new(&format!("ASIA{key}"), "IRSACANARY", "test").with_expiration(end);
            Ok(Obtained { region: Some("eu-west-1".into()), ..credentials.into() })
        })
    };
    (Arc::new(builder.build_with(exchange).unwrap()), count, begun)
}

#[tokio::test]
async fn a_thousand_tasks_and_some_threads_share_one_exchange() {
    let (provider, count, _begun) = provider(builder(), MS(200));
    let tasks: Vec<_> = (0..1000)
        .map(|_| {
            let provider = provider.clone();
            tokio::spawn(async move { provider.credentials_async().await.unwrap().access_key_id().to_owned() })
        })
        .collect();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let provider = provider.clone();
            thread::spawn(move || provider.credentials().unwrap().access_key_id().to_owned())
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "ASIA1");
    }
    for thread in threads {
        assert_eq!(tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap(), "ASIA1");
    }
    assert_eq!(count.load(SeqCst), 1);
}

/// On a runtime of one thread other tasks go on while an exchange blocks.
#[tokio::test]
async fn the_reactor_goes_on_meanwhile() {
    let (provider, _, _begun) = provider(builder(), MS(300));
    let waits = tokio::spawn(async move { provider.snapshot_async().await.map(|s| s.generation()) });
    let mut ticks = 0;
    while !waits.is_finished() {
        tokio::time::sleep(MS(5)).await;
        ticks += 1;
    }
    assert_eq!(waits.await.unwrap().unwrap(), 1);
    assert!(ticks > 3, "{ticks}");
}

#[tokio::test]
async fn a_task_that_leaves_cancels_nothing() {
    let (provider, count, begun) = provider(builder(), MS(300));
    let first = tokio::spawn({
        let provider = provider.clone();
        async move { provider.credentials_async().await }
    });
    // The first has begun the exchange, and goes; the others neither begin another nor wait for ever.
    tokio::task::spawn_blocking(move || begun.recv().unwrap()).await.unwrap();
    let others: Vec<_> = (0..4)
        .map(|_| {
            let provider = provider.clone();
            tokio::spawn(async move { provider.credentials_async().await.unwrap().access_key_id().to_owned() })
        })
        .collect();
    let thread = thread::spawn({
        let provider = provider.clone();
        move || provider.credentials().unwrap().access_key_id().to_owned()
    });
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    for other in others {
        assert_eq!(other.await.unwrap(), "ASIA1");
    }
    assert_eq!(tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap(), "ASIA1");
    assert_eq!(count.load(SeqCst), 1);
}

/// All who waited have left: what the exchange brings is in the cache all the same.
#[tokio::test]
async fn what_nobody_waits_for_any_more_is_cached() {
    let (provider, count, begun) = provider(builder(), MS(100));
    let waits = tokio::time::timeout(MS(30), provider.credentials_async()).await;
    assert!(waits.is_err());
    tokio::task::spawn_blocking(move || begun.recv().unwrap()).await.unwrap();
    while provider.latest().is_none() {
        tokio::time::sleep(MS(5)).await;
    }
    assert_eq!(provider.credentials_async().await.unwrap().access_key_id(), "ASIA1");
    assert_eq!(count.load(SeqCst), 1);
}

/// A task that has asked and is dropped before it was polled a second time, with others behind it.
#[tokio::test]
async fn a_task_dropped_at_any_moment_leaves_the_exchange_to_the_next() {
    for polls in 0..4 {
        let (provider, _, _begun) = provider(builder(), MS(20));
        let mut context = Context::from_waker(Waker::noop());
        {
            let mut dropped = pin!(provider.credentials_async());
            for _ in 0..polls {
                assert!(dropped.as_mut().poll(&mut context).is_pending());
            }
        }
        assert!(provider.credentials_async().await.unwrap().access_key_id().starts_with("ASIA"), "{polls}");
    }
}

/// The keeper refuses callers where too many wait: those that have left must not count.
#[tokio::test]
async fn tasks_that_left_take_no_place() {
    let (provider, count, _begun) = provider(builder().timeout(MS(8_000)), MS(3_000));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..=irsa::core::keeper::WAITER_LIMIT {
        // Ready where the machine is so slow that the exchange is over.
        let _ = pin!(provider.credentials_async()).poll(&mut context).map(Result::unwrap);
    }
    assert_eq!(provider.credentials_async().await.unwrap().access_key_id(), "ASIA1");
    assert_eq!(count.load(SeqCst), 1);
}

/// Tasks and threads through many refreshes, a third of which fail, while some of them leave.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_both_through_many_refreshes() {
    let (open, twice) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (begun, good) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (opened, doubled, counted, succeeded) = (open.clone(), twice.clone(), begun.clone(), good.clone());
    let exchange = move |deadline: Mono| {
        let (open, twice, good) = (opened.clone(), doubled.clone(), succeeded.clone());
        let number = counted.fetch_add(1, SeqCst);
        Flow::new(deadline, move |io| async move {
            twice.fetch_add(open.fetch_add(1, SeqCst), SeqCst);
            io.wait_until(io.now().mono + MS(20), "STS").await?;
            open.fetch_sub(1, SeqCst);
            if number % 3 == 2 {
                return Err(Error::new(Code::Deadline, "sts", "down"));
            }
            good.fetch_add(1, SeqCst);
            let end = io.now().wall.plus_millis(1_500);
            Ok(Credentials::new(&format!("ASIA{number}"), "IRSACANARY", "test").with_expiration(end).into())
        })
    };
    let provider = Arc::new(builder().build_with(exchange).unwrap());
    let stop = Arc::new(AtomicUsize::new(0));
    let handed_out = |provider: &Provider, before: irsa::core::Now, snapshot: &irsa::core::keeper::Snapshot| {
        assert_ne!(snapshot.state(before), irsa::core::keeper::State::Expired, "{:?}", provider.host().now());
    };
    let tasks: Vec<_> = (0..64_u64)
        .map(|number| {
            let (provider, stop) = (provider.clone(), stop.clone());
            tokio::spawn(async move {
                let mut reads = 0;
                while stop.load(SeqCst) == 0 {
                    let before = provider.host().now();
                    // Every fourth task is impatient.
                    let patience = if number % 4 == 0 { MS(number % 16) } else { MS(30_000) };
                    if let Ok(Ok(snapshot)) = tokio::time::timeout(patience, provider.snapshot_async()).await {
                        handed_out(&provider, before, &snapshot);
                        reads += 1;
                    }
                    tokio::time::sleep(MS(2)).await;
                }
                reads
            })
        })
        .collect();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (provider, stop) = (provider.clone(), stop.clone());
            thread::spawn(move || {
                let mut reads = 0;
                while stop.load(SeqCst) == 0 {
                    let before = provider.host().now();
                    if let Ok(snapshot) = provider.snapshot(&Cancel::new()) {
                        handed_out(&provider, before, &snapshot);
                        reads += 1;
                    }
                    thread::sleep(MS(2));
                }
                reads
            })
        })
        .collect();
    tokio::time::sleep(MS(5_000)).await;
    stop.store(1, SeqCst);
    let mut reads = 0;
    for task in tasks {
        reads += task.await.unwrap();
    }
    for thread in threads {
        reads += tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap();
    }
    let (begun, good) = (begun.load(SeqCst), good.load(SeqCst));
    println!("{reads} reads by 64 tasks and 8 threads, {begun} exchanges, {good} of them good");
    assert_eq!(twice.load(SeqCst), 0, "two exchanges at once");
    assert!(reads > 1_000 && good >= 2, "{reads} reads, {good} of {begun} exchanges");
}

/// A thread that runs the exchange is cancelled: a waiting task takes over.
#[tokio::test]
async fn a_task_takes_over_from_a_thread() {
    let (provider, count, begun) = provider(builder(), MS(500));
    let cancel = Cancel::new();
    let thread = thread::spawn({
        let (provider, cancel) = (provider.clone(), cancel.clone());
        move || provider.snapshot(&cancel).map(|s| s.generation())
    });
    tokio::task::spawn_blocking(move || begun.recv().map(|()| begun).unwrap()).await.unwrap();
    let task = tokio::spawn({
        let provider = provider.clone();
        async move { provider.credentials_async().await.unwrap().access_key_id().to_owned() }
    });
    tokio::time::sleep(MS(20)).await;
    cancel.cancel();
    let left = tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap();
    assert_eq!(left.unwrap_err().code(), Code::Cancelled);
    assert_eq!(task.await.unwrap(), "ASIA2");
    assert_eq!(count.load(SeqCst), 2);
}

/// A task that waits but is not polled (it stands in a list of futures, say) must not keep an exchange from the others.
#[tokio::test]
async fn a_task_that_is_not_polled_holds_nobody_up() {
    let (provider, _, begun) = provider(builder(), MS(300));
    let cancel = Cancel::new();
    let thread = thread::spawn({
        let (provider, cancel) = (provider.clone(), cancel.clone());
        move || provider.snapshot(&cancel).map(|s| s.generation())
    });
    tokio::task::spawn_blocking(move || begun.recv().map(|()| begun).unwrap()).await.unwrap();
    let mut parked = pin!(provider.credentials_async());
    assert!(parked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    let task = tokio::spawn({
        let provider = provider.clone();
        async move { provider.credentials_async().await.map(|known| known.access_key_id().to_owned()) }
    });
    tokio::time::sleep(MS(20)).await;
    cancel.cancel();
    let left = tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap();
    assert_eq!(left.unwrap_err().code(), Code::Cancelled);
    let served = tokio::time::timeout(MS(10_000), task).await.expect("it waits for one that is not polled");
    assert_eq!(served.unwrap().unwrap(), "ASIA2");
}

/// A runtime ends with an exchange asked for: another runtime, or a thread, makes it anew.
#[test]
fn a_runtime_that_ends_takes_nobody_along() {
    let (provider, _, _begun) = provider(builder(), MS(50));
    for _ in 0..3 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut asks = pin!(provider.credentials_async());
            let mut context = Context::from_waker(Waker::noop());
            assert!(asks.as_mut().poll(&mut context).is_pending());
        });
        runtime.shutdown_background();
    }
    assert!(provider.credentials().unwrap().access_key_id().starts_with("ASIA"));
}

#[test]
fn without_a_runtime_it_says_so() {
    let (provider, count, _begun) = provider(builder(), MS(1));
    let mut context = Context::from_waker(Waker::noop());
    match pin!(provider.credentials_async()).poll(&mut context) {
        Poll::Ready(Err(error)) => {
            assert_eq!(error.code(), Code::RuntimeMissing);
            assert!(error.fix().contains("tokio"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(count.load(SeqCst), 0);
    // What is cached needs none.
    provider.credentials().unwrap();
    assert!(matches!(pin!(provider.credentials_async()).poll(&mut context), Poll::Ready(Ok(_))));
}

#[tokio::test]
async fn errors_reach_all_and_a_hanging_exchange_ends_at_its_deadline() {
    let refused = builder().build_with(|deadline| {
        Flow::new(deadline, |io| async move {
            io.wait_until(io.now().mono + MS(50), "STS").await?;
            Err(Error::new(Code::HostUnsupported, "sts", "no").with_retry(Retry::No))
        })
    });
    let refused = Arc::new(refused.unwrap());
    let (one, two) = tokio::join!(refused.credentials_async(), refused.credentials_async());
    assert_eq!((one.unwrap_err().code(), two.unwrap_err().code()), (Code::HostUnsupported, Code::HostUnsupported));

    let hangs = builder().timeout(MS(100)).build_with(|deadline| {
        Flow::new(deadline, |io| async move {
            loop {
                io.wait_until(Mono::NEVER, "STS").await?;
            }
        })
    });
    let error = hangs.unwrap().credentials_async().await.unwrap_err();
    assert_eq!((error.code(), error.at()), (Code::Deadline, "STS"), "the exchange's own error");
}

/// An exchange that panics is its own message; those who wait get an error or the next exchange, and not nothing.
#[tokio::test]
async fn an_exchange_that_panics_is_dropped() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let provider = builder().build_with(move |deadline| {
        let first = counted.fetch_add(1, SeqCst) == 0;
        Flow::new(deadline, move |_| async move {
            assert!(!first, "a panic of the test's own");
            Ok(Credentials::new("ASIA2", "IRSACANARY", "test").into())
        })
    });
    assert_eq!(provider.unwrap().credentials_async().await.unwrap().access_key_id(), "ASIA2");
    assert_eq!(count.load(SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_waits_for_credentials_too() {
    let (provider, count, _begun) = provider(builder(), MS(50));
    let signer = Arc::new(Signer::new(provider, "execute-api"));
    let sign = || async {
        let mut request = common::request("GET", "https://abc.execute-api.eu-west-1.amazonaws.com/", &[], "");
        signer.sign_async(&mut request).await.map(|generation| (generation, request.headers.len()))
    };
    let (one, two) = tokio::join!(sign(), sign());
    assert_eq!((one.unwrap().0, two.unwrap().0), (1, 1));
    let url = signer.presign_async("GET", "https://abc.execute-api.eu-west-1.amazonaws.com/", 60).await.unwrap();
    assert!(url.expose().contains("X-Amz-Credential=ASIA1"));
    assert_eq!(count.load(SeqCst), 1);
}
