//! What the keeper does, case by case, on clocks moved by hand; then all of it in virtual time, and each rule broken.

use super::{rules::Rules, *};
use crate::{Credentials, Retry, Timestamp};
use std::{format, string::ToString, vec, vec::Vec};

const WALL: i64 = 1_700_000_000_000;

/// A keeper, both clocks, and what it has asked for.
struct Bench {
    keeper: Keeper,
    wall: i64,
    mono: u64,
    open: Option<(ExchangeId, Mono)>,
    answers: Vec<(Waiter, Result<u64, Code>)>,
    published: Option<Arc<Snapshot>>,
    exchanges: usize,
    idle: Mono,
}

impl Bench {
    fn new(background: bool, rules: Rules) -> Self {
        Self::seeded(7, background, rules)
    }

    fn seeded(seed: u64, background: bool, rules: Rules) -> Self {
        let mut keeper = Keeper::new(Settings { background, ..Settings::new(seed) });
        keeper.rules = rules;
        Self {
            keeper,
            wall: WALL,
            mono: 50_000,
            open: None,
            answers: vec![],
            published: None,
            exchanges: 0,
            idle: Mono(0),
        }
    }

    /// With credentials in hand that hold for `life` seconds.
    fn holding(background: bool, life: i64, rules: Rules) -> Self {
        let mut bench = Self::new(background, rules);
        bench.wait();
        bench.give(life);
        assert_eq!(bench.answers.pop().unwrap().1, Ok(1));
        bench
    }

    fn now(&self) -> Now {
        Now { wall: Timestamp::from_unix_millis(self.wall), mono: Mono(self.mono) }
    }

    fn pass(&mut self, millis: u64) {
        self.wall += millis as i64;
        self.mono += millis;
        self.drain();
    }

    /// To so many milliseconds before the end of what is in hand.
    fn pass_until_left(&mut self, millis: u64) {
        let left = self.keeper.snapshot().unwrap().left(self.now()).unwrap().as_millis() as u64;
        self.pass(left.checked_sub(millis).expect("it is that near already"));
    }

    fn drain(&mut self) {
        for _ in 0..2 * WAITER_LIMIT {
            match self.keeper.poll(self.now()) {
                Output::Publish(snapshot) => self.published = Some(snapshot),
                Output::Exchange { id, deadline } => {
                    assert_eq!(self.open.replace((id, deadline)), None, "two exchanges at once");
                    self.exchanges += 1;
                }
                Output::Abandon(id) => assert_eq!(self.open.take().map(|(open, _)| open), Some(id)),
                Output::Answer(waiter, result) => {
                    self.answers.push((waiter, result.map(|s| s.generation()).map_err(|e| e.code())));
                }
                Output::Idle(until) => {
                    self.idle = until;
                    return;
                }
            }
        }
        panic!("poll does not come to rest");
    }

    fn ask(&mut self) -> Reply {
        let reply = self.keeper.handle_request(self.now());
        self.drain();
        reply
    }

    fn wait(&mut self) -> Waiter {
        match self.ask() {
            Reply::Waiting(waiter) => waiter,
            Reply::Served(result) => panic!("served {result:?}"),
        }
    }

    fn served(&mut self) -> Result<u64, Code> {
        match self.ask() {
            Reply::Served(result) => result.map(|s| s.generation()).map_err(|e| e.code()),
            Reply::Waiting(waiter) => panic!("{waiter:?} waits"),
        }
    }

    fn report(&mut self, result: Result<Obtained, Error>) {
        let (id, _) = self.open.take().expect("an open exchange");
        self.keeper.handle_exchanged(self.now(), id, result).unwrap();
        self.drain();
    }

    fn give(&mut self, life: i64) {
        self.give_by_sts(life, 0);
    }

    /// Credentials from an STS whose clock is ahead by so many milliseconds.
    fn give_by_sts(&mut self, life: i64, ahead: i64) {
        let key = format!("ASIA{}", self.exchanges);
        let credentials = lasting(&key, self.wall + ahead + life * 1000);
        self.report(Ok(Obtained { skew_millis: Some(ahead), ..credentials.into() }));
    }

    fn fail(&mut self, retry: Retry) {
        self.report(Err(Error::new(Code::Deadline, "sts", "no answer").with_retry(retry)));
    }

    fn cancel(&mut self) {
        let (id, _) = self.open.take().expect("an open exchange");
        self.keeper.handle_cancelled(self.now(), id).unwrap();
        self.drain();
    }

    /// The one answer that came since this was last called.
    fn answer(&mut self) -> Result<u64, Code> {
        assert_eq!(self.answers.len(), 1, "{:?}", self.answers);
        self.answers.pop().unwrap().1
    }

    /// Fails each exchange as soon as it begins, asking every `step`, until `until` of the monotonic clock; how long the
    /// pauses between were. With credentials in hand everybody is served.
    fn endure(&mut self, retry: Retry, until: u64, step: u64) -> Vec<u64> {
        let (mut pauses, mut latest) = (vec![], None);
        while self.mono < until {
            let _ = self.ask();
            if self.open.is_some() {
                pauses.extend(latest.replace(self.mono).map(|latest| self.mono - latest));
                self.fail(retry);
            }
            self.answers.clear();
            self.pass(step);
        }
        pauses
    }

    fn state(&self) -> State {
        self.published.as_ref().unwrap().state(self.now())
    }
}

pub(super) fn lasting(key: &str, end: i64) -> Credentials {
    Credentials::new(key, "secret", "web identity")
        .with_session_token("token")
        .with_expiration(Timestamp::from_unix_millis(end))
}

/// Each case is a test of its own, and is run with each rule broken.
macro_rules! cases {
    ($($name:ident)*) => {
        const CASES: &[(&str, fn(Rules))] = &[$((stringify!($name), cases::$name)),*];
        $(#[test] fn $name() { cases::$name(Rules::default()) })*
    };
}

cases! {
    a_cancelled_exchange_is_asked_for_again_and_the_third_fails
    a_clock_set_back_prolongs_nothing
    a_forward_jump_forces_an_exchange
    a_lost_exchange_is_given_up
    a_pause_in_hand_shortens_towards_the_end
    a_pause_with_nothing_in_hand_doubles
    a_snapshot_is_adopted_with_its_age
    a_suspended_machine_after_a_clock_set_back_is_noticed
    a_suspended_machine_before_a_clock_is_set_back_is_noticed
    an_exchange_leaves_time_before_the_end
    credentials_that_have_ended_are_a_failure
    credentials_without_an_end_are_not_refreshed
    fleets_spread
    headroom_is_left
    in_the_advisory_window_one_caller_waits
    in_the_mandatory_window_everyone_waits
    invalidation
    skew_is_corrected
    the_first_callers_share_one_exchange
    what_is_remembered_and_for_how_long
    windows_follow_the_lifetime
    with_a_background_nobody_waits
}

mod cases;

#[test]
fn the_region_stays_with_the_credentials() {
    let mut b = Bench::new(false, Rules::default());
    let mut other = Bench::new(false, Rules::default());
    b.wait();
    b.report(Ok(Obtained { region: Some("eu-west-1".into()), ..lasting("ASIA1", b.wall + 3_600_000).into() }));
    b.pass_until_left(50_000);
    b.wait();
    b.report(Err(Error::new(Code::TokenFileDenied, "test", "")));
    b.wall += 5_000;
    b.drain();
    let bytes = b.published.take().unwrap().export(b.now());
    other.wall = b.wall;
    assert_eq!(other.keeper.handle_adopt(other.now(), bytes.expose()), Ok(true));
    for keeper in [b.keeper, other.keeper] {
        assert_eq!(keeper.snapshot().unwrap().region(), Some("eu-west-1"));
    }
}

#[test]
fn exported_bytes_are_read_strictly() {
    let b = Bench::holding(false, 3600, Rules::default());
    let bytes = b.published.clone().unwrap().export(b.now());
    let bytes = bytes.expose();
    for cut in 0..bytes.len() {
        let mut fresh = Keeper::new(Settings::new(1));
        let error = fresh.handle_adopt(b.now(), &bytes[..cut]).unwrap_err();
        assert_eq!(error.code(), Code::Encoding, "cut at {cut}");
        assert!(!error.to_string().contains("secret at") || error.message().contains("secret_access_key"), "{error}");
    }
    let mut random = Random(3);
    for _ in 0..20_000 {
        let mut bent = bytes.to_vec();
        let at = random.next() as usize % bent.len();
        bent[at] ^= 1 << (random.next() % 8);
        let mut fresh = Keeper::new(Settings::new(1));
        if fresh.handle_adopt(b.now(), &bent) == Ok(true) {
            let left = fresh.snapshot().unwrap().left(b.now()).unwrap_or_default();
            assert!(left <= Duration::from_secs(3600) || bent[at] != bytes[at]);
        }
    }
}

#[test]
fn too_many_callers_are_refused() {
    let mut b = Bench::new(false, Rules::default());
    for _ in 0..WAITER_LIMIT {
        let Reply::Waiting(_) = b.keeper.handle_request(b.now()) else { panic!("served") };
    }
    assert_eq!(b.served(), Err(Code::WaitersFull));
    b.give(900);
    assert_eq!(b.answers.len(), WAITER_LIMIT);
    assert_eq!(b.served(), Ok(1));
}

#[test]
fn the_skew_that_a_date_shows() {
    // Milliseconds: date; asked by the wall clock and by the monotonic one; answered likewise; skew.
    let table = [
        (10_000, (10_000, 0), (10_000, 0), Some(999)),
        (10_000, (9_700, 50), (10_000, 350), Some(1_299)),
        (70_000, (10_000, 0), (10_000, 0), Some(60_999)),
        (10_000, (70_000, 0), (70_000, 0), Some(-59_001)),
        // The wall clock went on while the monotonic one stood still, or was set back.
        (10_000, (10_000, 0), (600_000, 100), Some(999)),
        (10_000, (10_000, 0), (5_000, 2_000), Some(7_999)),
        // It took too long to show anything.
        (10_000, (0, 0), (10_000, 900_001), None),
        (10_000, (0, 0), (900_001, 5), None),
    ];
    for (date, asked, answered, skew) in table {
        let at = |(wall, mono)| Now { wall: Timestamp::from_unix_millis(wall), mono: Mono(mono) };
        let got = skew_millis(Timestamp::from_unix_millis(date), at(asked), at(answered));
        assert_eq!(got, skew, "{date} {asked:?} {answered:?}");
    }
}

#[test]
fn absurd_clocks_break_nothing() {
    let extremes = [0, 1, u64::MAX / 2, u64::MAX - 1, u64::MAX];
    let walls = [i64::MIN, -1, 0, 1_700_000_000, i64::MAX];
    let mut random = Random(11);
    for _ in 0..2_000 {
        let mut keeper = Keeper::new(Settings { background: random.one_in(2), ..Settings::new(random.next()) });
        for _ in 0..30 {
            let mono = Mono(extremes[random.next() as usize % 5]);
            let now = Now { wall: Timestamp::from_unix(walls[random.next() as usize % 5]), mono };
            let _ = keeper.handle_request(now);
            keeper.handle_invalidate(now, random.next() % 4);
            for _ in 0..20 {
                match keeper.poll(now) {
                    Output::Exchange { id, .. } => {
                        let end = Timestamp::from_unix(walls[random.next() as usize % 5]);
                        let credentials = Credentials::new("ASIA", "s", "x").with_expiration(end);
                        let skew_millis = Some(walls[random.next() as usize % 5]);
                        let result = Ok(Obtained { skew_millis, ..credentials.into() });
                        assert_eq!(keeper.handle_exchanged(now, id, result), Ok(()));
                    }
                    Output::Publish(snapshot) => {
                        let bytes = snapshot.export(now);
                        let _ = keeper.handle_adopt(now, bytes.expose());
                    }
                    Output::Idle(_) => break,
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn debug_shows_no_secret() {
    let b = Bench::holding(false, 3600, Rules::default());
    let text = format!("{:?} {:?}", b.keeper, b.keeper.snapshot());
    assert!(text.contains("ASIA1") && !text.contains("\"secret\"") && !text.contains("\"token\""), "{text}");
}

#[test]
fn nothing_breaks_in_virtual_time() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let (first, count) = (number("IRSA_SEED", 0), number("IRSA_SCHEDULES", 10_000));
    std::println!("keeper: schedules from seed {first} on (IRSA_SEED, IRSA_SCHEDULES)");
    let mut tally = property::Tally::default();
    for seed in first..first + count {
        if let Err(why) = property::schedule(seed, Rules::default(), &mut tally) {
            panic!("seed {seed}: {why}");
        }
    }
    property::report(&tally);
    for (kind, count) in tally.kinds.iter().enumerate() {
        assert!(count * 10 >= tally.schedules, "kind {kind} in {count} schedules only");
    }
}

/// Thirty days; `IRSA_DAYS` for another time, `IRSA_SEED` for another month.
#[test]
fn nothing_breaks_in_thirty_days_of_virtual_time() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let (seed, days) = (number("IRSA_SEED", 0), number("IRSA_DAYS", 30));
    for background in [false, true] {
        let mut tally = property::Tally::default();
        if let Err(why) = property::days(seed, days.cast_signed(), background, &mut tally) {
            panic!("seed {seed}, {days} days, background {background}: {why}");
        }
        std::println!("keeper: {days} days of seed {seed}, background {background} (IRSA_DAYS, IRSA_SEED):");
        property::report(&tally);
        let days = usize::try_from(days).expect("fewer");
        assert!(tally.cached_reads >= 20_000 * days && tally.successes >= 2_000 * days, "too little happened");
        assert!(tally.kinds.iter().all(|count| *count == 1), "something did not happen");
    }
}

#[test]
fn every_broken_rule_is_noticed() {
    let mut missed = vec![];
    for rule in Rule::ALL {
        let rules = Rules { broken: Some(*rule) };
        let mut tally = property::Tally::default();
        let schedule =
            (0..1_000).find_map(|seed| property::schedule(seed, rules, &mut tally).err().map(|why| (seed, why)));
        let case = CASES.iter().find(|(_, case)| std::panic::catch_unwind(|| case(rules)).is_err());
        let by_schedule = schedule.map_or("no schedule".into(), |(seed, why)| format!("schedule {seed}: {why}"));
        std::println!("{rule:?}: {}; {by_schedule}", case.map_or("no case", |(name, _)| name));
        if case.is_none() && by_schedule == "no schedule" {
            missed.push(rule);
        }
    }
    assert!(missed.is_empty(), "not noticed: {missed:?}");
}

/// Other languages are compiled against these.
#[test]
fn numbers_of_states_do_not_move() {
    for (state, number) in [(State::Fresh, 1), (State::Advisory, 2), (State::Mandatory, 3), (State::Expired, 4)] {
        assert_eq!(state as u8, number, "{state:?}");
    }
}

/// Each leaves in few steps: with a queue that is searched this takes minutes.
#[test]
fn a_full_house_can_leave_and_the_rest_are_answered_in_turn() {
    let mut b = Bench::new(false, Rules::default());
    let waiters: Vec<Waiter> = (0..WAITER_LIMIT).map(|_| b.wait()).collect();
    let (staying, leaving) = waiters.split_at(3);
    for waiter in leaving.iter().rev() {
        b.keeper.handle_gone(*waiter);
    }
    b.give(900);
    assert_eq!(b.answers, staying.iter().map(|waiter| (*waiter, Ok(1))).collect::<Vec<_>>());
}
