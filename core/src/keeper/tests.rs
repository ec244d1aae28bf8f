//! A table for each rule, on a keeper whose clocks are moved by hand.

use super::*;
use crate::{Retry, Timestamp};
use std::{format, string::ToString, vec, vec::Vec};

pub(super) const WALL: i64 = 1_700_000_000_000;

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
    fn new(background: bool) -> Self {
        Self::with(Settings { background, ..Settings::new(7) })
    }

    fn with(settings: Settings) -> Self {
        Self {
            keeper: Keeper::new(settings),
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
    fn holding(background: bool, life: i64) -> Self {
        let mut bench = Self::new(background);
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
        for _ in 0..1000 {
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
        let skew = Some(0);
        let key = format!("ASIA{}", self.exchanges);
        self.report(Ok(Obtained { credentials: lasting(&key, self.wall + life * 1000), skew_millis: skew }));
    }

    fn fail(&mut self, retry: Retry) {
        self.report(Err(Error::new(Code::Deadline, "sts", "no answer").with_retry(retry)));
    }

    fn cancel(&mut self) {
        let (id, _) = self.open.take().expect("an open exchange");
        self.keeper.handle_cancelled(self.now(), id).unwrap();
        self.drain();
    }

    fn state(&self) -> State {
        self.published.as_ref().unwrap().state(self.now())
    }
}

fn lasting(key: &str, end: i64) -> Credentials {
    Credentials::new(key, "secret", "web identity")
        .with_session_token("token")
        .with_expiration(Timestamp::from_unix_millis(end))
}

#[test]
fn the_first_callers_share_one_exchange() {
    let mut b = Bench::new(false);
    let waiters = [b.wait(), b.wait(), b.wait()];
    assert_eq!(b.exchanges, 1);
    b.give(3600);
    assert_eq!(b.answers, waiters.map(|w| (w, Ok(1))));
    assert_eq!(b.served(), Ok(1));
    assert_eq!(b.state(), State::Fresh);
    assert_eq!((b.exchanges, b.idle), (1, Mono::NEVER));
}
