//! The cases, one for each thing that the keeper promises.

use super::*;

pub(super) fn the_first_callers_share_one_exchange(rules: Rules) {
    let mut b = Bench::new(false, rules);
    let waiters = [b.wait(), b.wait(), b.wait()];
    assert_eq!(b.exchanges, 1);
    b.give(3600);
    assert_eq!(b.answers, waiters.map(|w| (w, Ok(1))));
    assert_eq!(b.served(), Ok(1));
    assert_eq!(b.state(), State::Fresh);
    assert_eq!((b.exchanges, b.idle), (1, Mono::NEVER));
    // Somebody who has gone is not answered, and alone begins nothing.
    let mut b = Bench::new(false, rules);
    let Reply::Waiting(waiter) = b.keeper.handle_request(b.now()) else { panic!("served") };
    b.keeper.handle_gone(waiter);
    b.drain();
    assert_eq!((b.exchanges, b.answers.len()), (0, 0));
    let (first, second) = (b.wait(), b.wait());
    b.keeper.handle_gone(first);
    b.give(3600);
    assert_eq!(b.answers, [(second, Ok(1))]);
}

pub(super) fn windows_follow_the_lifetime(rules: Rules) {
    // Seconds: life; widest advisory window; mandatory window.
    let table = [
        (2, 1.0, 0.5),
        (15, 7.5, 3.75),
        (60, 30.0, 15.0),
        (240, 120.0, 60.0),
        (900, 300.0, 60.0),
        (1200, 300.0, 60.0),
        (1201, 600.5, 60.0),
        (3600, 900.0, 60.0),
        (5399, 900.0, 60.0),
        (5400, 2700.0, 60.0),
        (43_200, 3600.0, 60.0),
    ];
    for (life, advisory, mandatory) in table {
        for seed in 0..20 {
            let mut b = Bench::seeded(seed, false, rules);
            b.wait();
            b.give(life);
            let s = b.published.as_ref().unwrap();
            let lead = |moment: Option<Now>| {
                let (end, moment) = (s.end().unwrap(), moment.unwrap());
                assert_eq!(end.wall.millis_since(moment.wall) as u128, end.mono.since(moment.mono).as_millis());
                end.mono.since(moment.mono).as_secs_f64()
            };
            assert_eq!(lead(Some(s.obtained())), life as f64);
            assert_eq!(lead(s.mandatory()), mandatory, "mandatory of {life}");
            assert!((advisory / 2.0 - 0.001..=advisory).contains(&lead(s.advisory())), "advisory of {life}");
        }
    }
}

pub(super) fn headroom_is_left(rules: Rules) {
    // Seconds: life; advisory window, earliest and latest.
    let table = [
        (60, 30.0, 22.5),
        (900, 450.0, 337.5),
        (3_200, 1600.0, 1200.0),
        (3_600, 1600.0, 1200.0),
        (5_400, 2700.0, 1350.0),
        (43_200, 3600.0, 1800.0),
    ];
    for (life, earliest, latest) in table {
        let mut leads = vec![];
        for seed in 0..40 {
            let mut b = Bench::seeded(seed, true, rules);
            b.keeper.settings.headroom = Duration::from_secs(1200);
            b.wait();
            b.give(life);
            let s = b.published.as_ref().unwrap();
            let lead = s.end().unwrap().mono.since(s.advisory().unwrap().mono).as_secs_f64();
            assert!((latest - 0.001..=earliest).contains(&lead), "{lead} s before the end of {life} s");
            leads.push(lead as u64);
        }
        leads.sort_unstable();
        leads.dedup();
        assert!(leads.len() > 5, "{leads:?} for {life}");
    }
}

pub(super) fn fleets_spread(rules: Rules) {
    let (mut moments, mut pauses) = (vec![], vec![]);
    for pod in 0..500 {
        let mut b = Bench::seeded(pod, true, rules);
        b.wait();
        b.give(3600);
        moments.push(b.idle.0.max(b.published.as_ref().unwrap().advisory().unwrap().mono.0));
        pauses.push({
            let mut b = Bench::seeded(pod, false, rules);
            b.endure(Retry::Slowly, 61_000, 10)[0]
        });
    }
    // A window of 450 s takes in 500 pods, at most 5 in any of its seconds; a pause of 2.5 s likewise.
    for (what, mut times, span, most) in [("moments", moments, 1000, 8), ("pauses", pauses, 100, 60)] {
        times.sort_unstable();
        let crowd = times.iter().map(|t| times.iter().filter(|o| (*t..*t + span).contains(o)).count()).max();
        assert!(crowd.unwrap() <= most, "{what}: {crowd:?} at once");
    }
}

pub(super) fn in_the_advisory_window_one_caller_waits(rules: Rules) {
    let mut b = Bench::holding(false, 3600, rules);
    b.pass_until_left(400_000);
    assert_eq!((b.state(), b.exchanges), (State::Advisory, 1), "on demand nothing happens by itself");
    let runner = b.wait();
    assert_eq!(b.exchanges, 2);
    for _ in 0..3 {
        assert_eq!(b.served(), Ok(1));
    }
    b.give(3600);
    assert_eq!(b.answers, [(runner, Ok(2))]);
    // A failure gives the runner what is in hand, and there is peace for minutes.
    b.pass_until_left(400_000);
    b.answers.clear();
    b.wait();
    b.fail(Retry::Soon);
    assert_eq!(b.answer(), Ok(2));
    for _ in 0..15 {
        assert_eq!(b.served(), Ok(2));
        b.pass(6_000);
    }
    assert_eq!(b.exchanges, 3);
}

pub(super) fn with_a_background_nobody_waits(rules: Rules) {
    let mut b = Bench::holding(true, 3600, rules);
    assert_eq!(b.idle, Mono(b.mono) + Duration::from_secs(60), "it wants to see the clocks");
    let advisory = b.published.as_ref().unwrap().advisory().unwrap();
    while b.mono < advisory.mono.0 {
        assert_eq!((b.exchanges, b.served()), (1, Ok(1)));
        b.pass(b.idle.0 - b.mono);
    }
    assert_eq!((b.mono, b.exchanges), (advisory.mono.0, 2), "at the moment, with nobody waiting");
    assert_eq!(b.served(), Ok(1));
    b.fail(Retry::Soon);
    assert_eq!(b.served(), Ok(1));
    while b.open.is_none() {
        b.pass(b.idle.0 - b.mono);
    }
    assert!(b.mono - advisory.mono.0 >= 120_000, "{}", b.mono - advisory.mono.0);
    b.give(3600);
    assert_eq!(b.served(), Ok(2));
    assert!(b.answers.is_empty());
    // Once they have ended and an exchange has failed, callers decide.
    b.pass(4_000_000);
    b.fail(Retry::Soon);
    assert_eq!(b.served(), Err(Code::Deadline));
    let before = b.exchanges;
    b.pass(100_000);
    assert_eq!(b.exchanges, before);
    b.wait();
}

pub(super) fn in_the_mandatory_window_everyone_waits(rules: Rules) {
    let mut b = Bench::holding(false, 3600, rules);
    b.pass_until_left(50_000);
    assert_eq!(b.state(), State::Mandatory);
    let waiters = [b.wait(), b.wait(), b.wait()];
    assert_eq!(b.exchanges, 2);
    b.fail(Retry::Soon);
    assert_eq!(b.answers, waiters.map(|w| (w, Ok(1))), "they have not really ended");
    assert_eq!(b.served(), Ok(1), "and nobody waits in the pause");
    b.pass_until_left(1);
    b.answers.clear();
    b.wait();
    b.pass(1);
    b.fail(Retry::Soon);
    assert_eq!(b.answer(), Err(Code::Deadline), "they ended while it ran");
    assert_eq!(b.served(), Err(Code::Deadline));
}

pub(super) fn a_pause_in_hand_shortens_towards_the_end(rules: Rules) {
    let mut b = Bench::holding(false, 3600, rules);
    let advisory = b.keeper.snapshot().unwrap().advisory().unwrap().mono.0;
    let end = b.keeper.snapshot().unwrap().end().unwrap().mono.0;
    b.pass(advisory - b.mono);
    let pauses = b.endure(Retry::Soon, end, 200);
    assert!(pauses[0] >= 120_000, "minutes at first: {pauses:?}");
    assert!(pauses.iter().all(|p| (1_000..=600_200).contains(p)), "{pauses:?}");
    assert!((8..25).contains(&pauses.len()), "{pauses:?}");
    assert!(*pauses.last().unwrap() < 5_000, "seconds at last: {pauses:?}");
}

pub(super) fn a_pause_with_nothing_in_hand_doubles(rules: Rules) {
    for (retry, base, cap) in [
        (Retry::Soon, 1_000, 30_000),
        (Retry::Reread, 1_000, 30_000),
        (Retry::Slowly, 5_000, 60_000),
        (Retry::No, 10_000, 60_000),
    ] {
        let mut b = Bench::new(false, rules);
        let pauses = b.endure(retry, 400_000, 50);
        let mut most = base;
        for pause in &pauses {
            assert!((most / 2..=most + 50).contains(pause), "{retry:?} {most}: {pauses:?}");
            most = cap.min(most * 2);
        }
        assert!(pauses.len() > 5);
    }
}

pub(super) fn what_is_remembered_and_for_how_long(rules: Rules) {
    let mut b = Bench::new(false, rules);
    b.wait();
    b.fail(Retry::No);
    assert_eq!(b.answer(), Err(Code::Deadline));
    let Reply::Served(Err(error)) = b.ask() else { panic!("it waits") };
    let seconds = error.message().strip_prefix("no answer; the next attempt can be made in ").unwrap();
    assert!((5..=10).contains(&seconds.trim_end_matches('s').parse::<u64>().unwrap()), "{error}");
    assert_eq!(error.retry(), Retry::No);
    assert_eq!(b.exchanges, 1);
    b.pass(10_000);
    b.wait();
    b.give(900);
    assert_eq!((b.answer(), b.served()), (Ok(1), Ok(1)), "a success forgets it");
    b.pass(900_000);
    b.wait();
    b.fail(Retry::Soon);
    b.answers.clear();
    let Reply::Served(Err(error)) = b.ask() else { panic!("it waits") };
    assert!(error.message().ends_with("1s, the latest credentials ended at 2023-11-14T22:28:30Z"), "{error}");
}

pub(super) fn a_forward_jump_forces_an_exchange(rules: Rules) {
    for failed_before in [false, true] {
        let mut b = Bench::holding(false, 3600, rules);
        if failed_before {
            b.pass_until_left(400_000);
            b.wait();
            b.fail(Retry::Soon);
            assert_eq!(b.answer(), Ok(1));
            b.pass(2_000);
        }
        b.wall += 3_600_000;
        b.drain();
        assert_eq!(b.state(), State::Expired);
        b.wait();
        b.fail(Retry::Soon);
        assert_eq!(b.answer(), Err(Code::Deadline));
        b.pass(1_000);
        b.wait();
        // STS's clock shows how far the jump was wrong.
        b.give_by_sts(3600, -3_600_000);
        assert_eq!((b.answer(), b.served()), (Ok(2), Ok(2)));
    }
}

pub(super) fn a_clock_set_back_prolongs_nothing(rules: Rules) {
    let mut b = Bench::holding(false, 3600, rules);
    b.wall -= 86_400_000;
    b.pass(3_599_000);
    assert_eq!(b.state(), State::Mandatory);
    // A reader that looks at the snapshot alone, before anybody has told the keeper.
    let mut b = Bench::holding(false, 3600, rules);
    b.wall -= 86_400_000;
    b.mono += 3_600_000;
    assert_eq!(b.state(), State::Expired);
}

pub(super) fn a_suspended_machine_after_a_clock_set_back_is_noticed(rules: Rules) {
    let mut b = Bench::holding(false, 3600, rules);
    b.pass(100_000);
    b.wall -= 3_000_000;
    b.drain();
    // The monotonic clock stands still while the machine sleeps.
    b.wall += 3_500_000;
    assert_eq!(b.state(), State::Expired);
    // Readings that differ by less than a second are not counted as set back again and again.
    let mut b = Bench::holding(false, 3600, rules);
    for _ in 0..1000 {
        b.wall += 900;
        b.drain();
        b.wall -= 900;
        b.drain();
    }
    assert_eq!(b.keeper.snapshot().unwrap().left(b.now()), Some(Duration::from_secs(3600)));
}

pub(super) fn a_suspended_machine_before_a_clock_is_set_back_is_noticed(rules: Rules) {
    let mut b = Bench::holding(false, 3600, rules);
    b.wall += 1_800_000;
    b.drain();
    // Nobody calls the keeper any more: a reader has both clocks half an hour too early.
    b.wall -= 1_800_000;
    b.wall += 1_800_000;
    b.mono += 1_800_000;
    assert_eq!(b.state(), State::Expired);
}

pub(super) fn skew_is_corrected(rules: Rules) {
    // This host is ten minutes behind, or ahead.
    for ahead in [600_000, -600_000] {
        let mut b = Bench::new(false, rules);
        b.wait();
        b.give_by_sts(900, ahead);
        assert_eq!(b.answer(), Ok(1));
        let snapshot = b.published.clone().unwrap();
        assert_eq!(snapshot.left(b.now()), Some(Duration::from_secs(900)), "{ahead}");
        assert_eq!(snapshot.skew_millis(), ahead);
        b.pass(899_999);
        assert_eq!(b.state(), State::Mandatory);
        b.pass(1);
        assert_eq!(b.state(), State::Expired);
    }
}

pub(super) fn credentials_that_have_ended_are_a_failure(rules: Rules) {
    let mut b = Bench::new(false, rules);
    b.wait();
    b.give_by_sts(-20, 5_000);
    assert_eq!(b.answer(), Err(Code::CredentialsEnded));
    let Reply::Served(Err(error)) = b.ask() else { panic!("it waits") };
    let expected = "the credentials from web identity end at 2023-11-14T22:13:05Z, and by STS's clock it is \
                    2023-11-14T22:13:25Z (2023-11-14T22:13:20Z by this host's); the next attempt can be made in 1s";
    assert_eq!(error.message(), expected);
    b.pass(1_000);
    b.wait();
    b.give(1);
    assert_eq!(b.answer(), Ok(1), "a second is enough");
}

pub(super) fn credentials_without_an_end_are_not_refreshed(rules: Rules) {
    for background in [false, true] {
        let mut b = Bench::new(background, rules);
        b.wait();
        b.report(Ok(Credentials::new("AKIA1", "secret", "environment").into()));
        assert_eq!((b.answer(), b.state(), b.idle), (Ok(1), State::Fresh, Mono::NEVER));
        let snapshot = b.published.clone().unwrap();
        assert_eq!(
            (snapshot.advisory(), snapshot.mandatory(), snapshot.end(), snapshot.left(b.now())),
            (None, None, None, None)
        );
        b.pass(100 * 365 * 86_400_000);
        assert_eq!((b.served(), b.state(), b.exchanges), (Ok(1), State::Fresh, 1));
        assert!(b.keeper.handle_invalidate(b.now(), 1), "but they can be invalidated");
        b.wait();
        b.report(Ok(Credentials::new("AKIA2", "secret", "environment").into()));
        assert_eq!((b.served(), b.state()), (Ok(2), State::Fresh));
    }
}

pub(super) fn invalidation(rules: Rules) {
    let mut b = Bench::holding(false, 3600, rules);
    assert!(!b.keeper.handle_invalidate(b.now(), 0), "stale");
    assert!(!b.keeper.handle_invalidate(b.now(), 2), "never was");
    assert_eq!(b.served(), Ok(1));
    assert!(b.keeper.handle_invalidate(b.now(), 1));
    assert!(!b.keeper.handle_invalidate(b.now(), 1), "already");
    b.drain();
    assert_eq!(b.state(), State::Mandatory, "cached reads see it too");
    let waiters = [b.wait(), b.wait()];
    b.give(3600);
    assert_eq!(b.answers, waiters.map(|w| (w, Ok(2))));
    b.answers.clear();
    // A stale failure cannot kill newer credentials.
    b.pass(60_000);
    assert!(!b.keeper.handle_invalidate(b.now(), 1));
    assert_eq!((b.served(), b.exchanges), (Ok(2), 2));
    // Without new ones these are served on; the search for new ones is fast.
    assert!(b.keeper.handle_invalidate(b.now(), 2));
    b.wait();
    b.fail(Retry::Soon);
    assert_eq!((b.answer(), b.served()), (Ok(2), Ok(2)));
    b.pass(1_000);
    b.wait();
    b.give(3600);
    assert_eq!(b.answer(), Ok(3));
    // A service that refuses everything: 20 s after the second, then 40, 80, …
    let mut taken = vec![];
    let start = b.mono;
    while b.mono < start + 3_600_000 {
        if b.keeper.handle_invalidate(b.now(), b.keeper.generation) {
            taken.push((b.mono - start) / 1000);
            b.wait();
            b.give(3600);
            b.answers.clear();
        }
        b.pass(1_000);
    }
    assert_eq!(taken, [19, 59, 139, 299, 619, 1219, 1819, 2419, 3019]);
    // After quiet it begins anew.
    b.pass(1_900_000);
    assert!(b.keeper.handle_invalidate(b.now(), b.keeper.generation));
    assert_eq!(b.keeper.strikes, 1);
}

pub(super) fn a_lost_exchange_is_given_up(rules: Rules) {
    let mut b = Bench::new(false, rules);
    b.wait();
    let (id, deadline) = b.open.unwrap();
    assert_eq!(deadline.0, b.mono + 30_000);
    assert_eq!(b.idle.0, b.mono + 35_000, "poll wants to be called then");
    b.pass(34_999);
    assert!(b.answers.is_empty());
    b.pass(1);
    assert_eq!((b.answer(), b.open), (Err(Code::ExchangeLost), None));
    let late = b.keeper.handle_exchanged(b.now(), id, Ok(lasting("ASIALATE", WALL + 900_000).into()));
    assert_eq!(late.unwrap_err().code(), Code::ExchangeUnknown);
    assert_eq!(b.keeper.handle_cancelled(b.now(), id).unwrap_err().code(), Code::ExchangeUnknown);
    assert_eq!(b.keeper.snapshot(), None);
    b.pass(1_000);
    b.wait();
    b.give(900);
    assert_eq!(b.answer(), Ok(1));
}

pub(super) fn a_cancelled_exchange_is_asked_for_again_and_the_third_fails(rules: Rules) {
    let mut b = Bench::new(false, rules);
    b.wait();
    for exchanges in [2, 3] {
        b.cancel();
        assert_eq!((b.exchanges, b.answers.len()), (exchanges, 0), "somebody still waits");
    }
    b.cancel();
    assert_eq!((b.exchanges, b.answer()), (3, Err(Code::ExchangeCancelled)));
    b.pass(1_000);
    let waiter = b.wait();
    b.keeper.handle_gone(waiter);
    b.cancel();
    assert_eq!(b.exchanges, 4, "nobody waits, so it is not asked for again");
}

pub(super) fn an_exchange_leaves_time_before_the_end(rules: Rules) {
    for (left, limit) in [(3_600_000, 30_000), (40_000, 20_000), (10_000, 5_000), (3_000, 2_000)] {
        let mut b = Bench::holding(false, 3601, rules);
        b.pass_until_left(left);
        assert!(b.keeper.handle_invalidate(b.now(), 1));
        b.wait();
        assert_eq!(b.open.unwrap().1.0 - b.mono, limit, "{left} ms left");
    }
}

pub(super) fn a_snapshot_is_adopted_with_its_age(rules: Rules) {
    let mut exporter = Bench::holding(false, 3600, rules);
    // Its wall clock is set back meanwhile, so that the expiration alone would let them live longer.
    exporter.pass(600_000);
    exporter.wall -= 1_000_000;
    exporter.drain();
    let bytes = exporter.published.clone().unwrap().export(exporter.now());
    // Another process: its monotonic clock began lately; five minutes have passed since the export.
    let mut b = Bench::new(false, rules);
    b.mono = 7;
    b.wall = exporter.wall + 300_000;
    assert_eq!(b.keeper.handle_adopt(b.now(), bytes.expose()), Ok(true));
    b.drain();
    let adopted = b.published.clone().unwrap();
    assert_eq!(adopted.credentials(), exporter.published.as_ref().unwrap().credentials());
    assert_eq!((adopted.generation(), adopted.left(b.now())), (1, Some(Duration::from_secs(2700))));
    assert_eq!((b.served(), b.exchanges), (Ok(1), 0));
    assert_eq!(b.keeper.handle_adopt(b.now(), bytes.expose()), Ok(false), "the same");
    // What ends sooner is not better; what ends later is, and gets a generation above both.
    for (life, taken) in [(2000, false), (3600, true)] {
        let mut other = Bench::new(false, rules);
        other.wall = b.wall;
        other.exchanges = life as usize;
        other.wait();
        other.give(life);
        let bytes = other.published.clone().unwrap().export(other.now());
        assert_eq!(b.keeper.handle_adopt(b.now(), bytes.expose()), Ok(taken), "{life}");
    }
    assert_eq!(b.keeper.snapshot().unwrap().generation(), 2);
    // A worker that is asked for an exchange and finds that another has made it: whose exchange is not cut short.
    let mut worker = Bench::new(false, rules);
    for round in 1..=4 {
        worker.pass(4_000_000);
        let waiter = worker.wait();
        let mut other = Bench::new(false, rules);
        (other.wall, other.exchanges) = (worker.wall, 100 * round);
        other.wait();
        other.give(3600);
        let bytes = other.published.clone().unwrap().export(other.now());
        assert_eq!(worker.keeper.handle_adopt(worker.now(), bytes.expose()), Ok(true));
        worker.cancel();
        assert_eq!((worker.answers.pop(), worker.keeper.failure.is_none()), (Some((waiter, Ok(round as u64))), true));
    }
    // The clock was set back since; or so much time has passed that they have ended.
    let mut late = Bench::new(false, rules);
    late.wall = exporter.wall - 1;
    let adopt = late.keeper.handle_adopt(late.now(), bytes.expose());
    assert_eq!(adopt.unwrap_err().code(), Code::SnapshotClock);
    late.wall = exporter.wall + 3_000_000;
    let adopt = late.keeper.handle_adopt(late.now(), bytes.expose());
    assert_eq!(adopt.unwrap_err().code(), Code::CredentialsEnded);
    assert_eq!(late.keeper.snapshot(), None);
    // Refused ones are not passed on.
    assert!(exporter.keeper.handle_invalidate(exporter.now(), 1));
    exporter.drain();
    let bytes = exporter.published.clone().unwrap().export(exporter.now());
    late.wall = exporter.wall;
    assert_eq!(late.keeper.handle_adopt(late.now(), bytes.expose()), Ok(false));
}
