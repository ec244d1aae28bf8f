//! The keeper in virtual time: random schedules of outages, jumping clocks and impatient callers, judged by a model that
//! knows STS's true clock. Every schedule replays from its seed.

use super::{
    rules::{MINUTE, Rule, Rules, SECOND},
    tests::lasting,
    *,
};
use crate::{Retry, SecretBytes, Timestamp};
use std::{
    collections::BTreeMap,
    format, println,
    string::{String, ToString},
    vec::Vec,
};

mod host;

/// What can happen in a schedule. Each must in at least a tenth of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Outage,
    Throttling,
    Hopeless,
    Rotation,
    JumpForward,
    JumpBack,
    Suspend,
    Concurrent,
    Invalidate,
    StaleInvalidate,
    Adopt,
    Cancelled,
    Lost,
    Gone,
    EndedOnArrival,
}

const KINDS: [Kind; 15] = [
    Kind::Outage,
    Kind::Throttling,
    Kind::Hopeless,
    Kind::Rotation,
    Kind::JumpForward,
    Kind::JumpBack,
    Kind::Suspend,
    Kind::Concurrent,
    Kind::Invalidate,
    Kind::StaleInvalidate,
    Kind::Adopt,
    Kind::Cancelled,
    Kind::Lost,
    Kind::Gone,
    Kind::EndedOnArrival,
];

/// What happened in all schedules.
#[derive(Default)]
pub(super) struct Tally {
    pub schedules: usize,
    pub kinds: [usize; KINDS.len()],
    pub cached_reads: usize,
    pub served: usize,
    pub waited: usize,
    pub refused: usize,
    pub exchanges: usize,
    pub successes: usize,
    /// The most in a minute, and in ten.
    pub busiest: (usize, usize),
}

/// More exchanges than this begin neither in a minute nor in ten, whatever happens: a storm. Cancelled ones count, and
/// lives of 15 s alone make 8 in a minute.
const MINUTE_LIMIT: usize = 30;
const TEN_MINUTES_LIMIT: usize = 150;

/// 2023-11-14; whole, as STS writes it.
const EPOCH: i64 = 1_700_000_000_000;

/// Runs one schedule. An error says which promise was broken.
pub(super) fn schedule(seed: u64, rules: Rules, tally: &mut Tally) -> Result<(), String> {
    let mut w = World::new(seed, rules);
    let result = w.run().map_err(|why| format!("{why} (at {} s, {} mode)", (w.truth - EPOCH) / 1000, w.mode()));
    tally.add(&w);
    result
}

impl Tally {
    fn add(&mut self, w: &World) {
        self.schedules += 1;
        for kind in KINDS {
            self.kinds[kind as usize] += usize::from(w.seen & (1 << kind as u32) != 0);
        }
        self.cached_reads += w.cached_reads;
        self.served += w.served;
        self.waited += w.waited;
        self.refused += w.refused;
        self.exchanges += w.exchanges;
        self.successes += w.successes;
        self.busiest = (self.busiest.0.max(w.busiest.0), self.busiest.1.max(w.busiest.1));
    }
}

/// The soak in virtual time: so many days with up to 32 callers at a time, lives of 5 s and a little more, and everything that
/// can happen in a schedule happening again and again.
pub(super) fn days(seed: u64, days: i64, background: bool, tally: &mut Tally) -> Result<(), String> {
    let mut w = World::new(seed, Rules::default());
    (w.background, w.calm) = (background, true);
    w.keeper = Keeper::new(Settings { background, ..Settings::new(seed) });
    (w.enabled, w.dated, w.unending, w.limits) = (u32::MAX, true, false, (60, 400));
    (w.lives, w.life) = (&[5, 5, 15, 60], 5);
    let end = w.truth + days * 24 * 3_600_000;
    let place = |w: &World, why| format!("{why} (at {} s, {} mode)", (w.truth - EPOCH) / 1000, w.mode());
    while w.truth < end {
        w.soak().map_err(|why| place(&w, why))?;
    }
    w.recover().map_err(|why| place(&w, why))?;
    tally.add(&w);
    Ok(())
}

pub(super) fn report(tally: &Tally) {
    println!(
        "keeper: {} schedules: {} cached reads, {} callers served by the keeper, {} refused, {} had to wait; {} exchanges, \
         {} of them successful, at most {} in a minute and {} in ten",
        tally.schedules,
        tally.cached_reads,
        tally.served,
        tally.refused,
        tally.waited,
        tally.exchanges,
        tally.successes,
        tally.busiest.0,
        tally.busiest.1
    );
    for kind in KINDS {
        let count = tally.kinds[kind as usize];
        println!("  {:16} in {count:5} schedules ({} %)", format!("{kind:?}"), 100 * count / tally.schedules.max(1));
    }
}

/// Whether STS answers, and how.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sts {
    Up,
    Down,
    Throttling,
    Hopeless,
}

/// What becomes of an exchange.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Reported,
    Hangs,
    Cancelled,
    Lost,
}

struct Running {
    id: ExchangeId,
    deadline: Mono,
    /// By the monotonic clock.
    ends: u64,
    fate: Fate,
    asked: Now,
    /// When STS looks at its clock.
    stamped: i64,
    /// Both of these within one exchange cannot be told from standing still; the host drops it.
    set_back: bool,
    suspended: bool,
    jolted: bool,
}

/// What the model knows of a key.
struct Key {
    /// By STS's clock.
    end: Option<i64>,
    /// No clock has jumped or stood still since it was asked for, and it may look older by so much.
    steady: Option<i64>,
}

struct Waiting {
    since: u64,
    cancels: u64,
}

struct World {
    random: Random,
    keeper: Keeper,
    background: bool,
    /// Most exchanges go well.
    calm: bool,
    enabled: u32,
    seen: u32,
    truth: i64,
    wall_offset: i64,
    mono: u64,
    mono_counts_suspension: bool,
    /// The wall clock was set back, or the machine suspended, since the keeper last looked.
    unseen_set_back: bool,
    unseen_suspension: bool,
    sts: Sts,
    sts_until: i64,
    rotating: bool,
    /// Of the next credentials, in seconds, and what a rotation makes of it.
    life: i64,
    lives: &'static [i64],
    unending: bool,
    dated: bool,
    keys: BTreeMap<usize, Key>,
    issued: usize,
    running: Option<Running>,
    given_up: Option<ExchangeId>,
    published: Option<Arc<Snapshot>>,
    waiting: BTreeMap<Waiter, Waiting>,
    idle: Mono,
    exported: Vec<(SecretBytes, Now, bool)>,
    /// The last failure since a success: when, and what is to pass at least.
    failed: Option<(u64, u64)>,
    cancelled: u32,
    starts: Vec<u64>,
    invalidations: Vec<u64>,
    cached_reads: usize,
    served: usize,
    waited: usize,
    refused: usize,
    last_refusal: String,
    exchanges: usize,
    successes: usize,
    busiest: (usize, usize),
    /// What is no storm: exchanges in a minute, and in ten.
    limits: (usize, usize),
}

impl World {
    fn new(seed: u64, rules: Rules) -> Self {
        let mut random = Random(seed);
        let enabled = (random.next() & random.next() | random.next() & random.next()) as u32;
        let background = random.one_in(3);
        let jumpy = enabled & (1 << Kind::JumpForward as u32 | 1 << Kind::JumpBack as u32) != 0;
        let wrong = jumpy || random.one_in(2);
        let mut keeper = Keeper::new(Settings { background, ..Settings::new(random.next()) });
        keeper.rules = rules;
        Self {
            keeper,
            background,
            calm: false,
            enabled,
            seen: 0,
            truth: EPOCH + random.between(0, 999) as i64,
            wall_offset: if wrong { random.between(0, 7_200_000) as i64 - 3_600_000 } else { 0 },
            mono: random.between(0, 10 * MINUTE),
            mono_counts_suspension: random.one_in(2),
            unseen_set_back: false,
            unseen_suspension: false,
            sts: Sts::Up,
            sts_until: 0,
            rotating: false,
            life: 3600,
            lives: &[15, 60, 900, 3600, 43_200],
            unending: random.one_in(50),
            // Without a date the wall clock is taken at its word, so it has to be right.
            dated: wrong || random.one_in(2),
            keys: BTreeMap::new(),
            issued: 0,
            running: None,
            given_up: None,
            published: None,
            waiting: BTreeMap::new(),
            idle: Mono::NEVER,
            exported: Vec::new(),
            failed: None,
            cancelled: 0,
            starts: Vec::new(),
            invalidations: Vec::new(),
            cached_reads: 0,
            served: 0,
            waited: 0,
            refused: 0,
            last_refusal: String::new(),
            exchanges: 0,
            successes: 0,
            busiest: (0, 0),
            limits: (MINUTE_LIMIT, TEN_MINUTES_LIMIT),
            random,
        }
    }

    fn mode(&self) -> &'static str {
        if self.background { "background" } else { "on-demand" }
    }

    fn now(&self) -> Now {
        Now { wall: Timestamp::from_unix_millis(self.truth + self.wall_offset), mono: Mono(self.mono) }
    }

    fn known(&self, key: &str) -> Option<&Key> {
        self.keys.get(&key.strip_prefix("ASIA")?.parse().ok()?)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.random.next() % 100 < percent
    }

    fn may(&self, kind: Kind) -> bool {
        self.enabled & (1 << kind as u32) != 0
    }

    fn saw(&mut self, kind: Kind) {
        self.seen |= 1 << kind as u32;
    }

    fn run(&mut self) -> Result<(), String> {
        self.life = *self.pick(&[15, 60, 900, 3600, 3600, 43_200]);
        self.request()?;
        for _ in 0..self.random.between(15, 40) {
            self.event()?;
            let span = self.span();
            self.advance(span)?;
            self.request()?;
        }
        self.recover()
    }

    /// Some seconds of the long run: callers in a crowd, and once in a while an event.
    fn soak(&mut self) -> Result<(), String> {
        if self.random.one_in(200) {
            self.event()?;
        }
        let crowd = if self.random.one_in(6) { 32 } else { 2 };
        for _ in 0..crowd {
            self.request()?;
        }
        let span = self.random.between(1, 8 * SECOND);
        self.advance(span)?;
        // What is long gone is asked for by nobody.
        while self.keys.len() > 1_000 {
            self.keys.pop_first();
        }
        let old = self.exported.len().saturating_sub(50);
        self.exported.drain(..old);
        Ok(())
    }

    /// Whatever happened: once STS answers again, so does the keeper.
    fn recover(&mut self) -> Result<(), String> {
        (self.sts, self.sts_until, self.rotating, self.enabled) = (Sts::Up, 0, false, 0);
        self.advance(16 * MINUTE)?;
        self.request()?;
        self.advance(MINUTE)?;
        if let Some(waiter) = self.waiting.keys().next() {
            return Err(format!("{waiter:?} waits for ever"));
        }
        let refused = self.refused;
        self.request()?;
        self.advance(MINUTE)?;
        if self.refused > refused {
            return Err(format!("refused although STS has been answering: {}", self.last_refusal));
        }
        Ok(())
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.random.next() as usize % from.len()]
    }

    /// Some time, long or short; often to where something changes.
    fn span(&mut self) -> u64 {
        let edge = match (&self.published, self.random.next() % 6) {
            (Some(s), 0) => s.advisory(),
            (Some(s), 1) => s.mandatory(),
            (Some(s), 2) => s.end(),
            _ => None,
        };
        match edge.and_then(|at| at.mono.0.checked_sub(self.mono)).filter(|ahead| *ahead < 1000 * MINUTE) {
            Some(ahead) => (ahead + self.random.between(0, 4 * SECOND)).saturating_sub(2 * SECOND),
            None => {
                let scale = *self.pick(&[100, SECOND, 10 * SECOND, MINUTE, 10 * MINUTE, 60 * MINUTE]);
                self.random.between(0, scale)
            }
        }
    }

    fn event(&mut self) -> Result<(), String> {
        let kinds: Vec<Kind> = KINDS.into_iter().filter(|kind| self.may(*kind)).collect();
        if kinds.is_empty() || self.chance(30) {
            return Ok(());
        }
        let kind = *self.pick(&kinds);
        let minutes = self.random.between(1, 90) as i64;
        match kind {
            Kind::Outage | Kind::Throttling | Kind::Hopeless => {
                self.sts = match kind {
                    Kind::Outage => Sts::Down,
                    Kind::Throttling => Sts::Throttling,
                    _ => Sts::Hopeless,
                };
                self.sts_until = self.truth + minutes * 60_000;
            }
            Kind::Rotation => {
                self.rotating = true;
                self.life = *self.pick(self.lives);
            }
            Kind::JumpForward => {
                self.wall_offset += self.random.between(SECOND, 120 * MINUTE) as i64;
                self.jolt();
            }
            // One after the other: the first is what makes the second hard to see.
            Kind::JumpBack => {
                let span = self.random.between(SECOND, 120 * MINUTE);
                self.set_back(span)?;
                if self.may(Kind::Suspend) && self.chance(50) {
                    self.drain()?;
                    self.suspend(span)?;
                }
            }
            Kind::Suspend => {
                let span = self.random.between(2 * SECOND, 180 * MINUTE);
                self.suspend(span)?;
                if self.may(Kind::JumpBack) && self.chance(50) {
                    self.drain()?;
                    self.set_back(span)?;
                }
            }
            Kind::Concurrent => {
                for _ in 0..self.random.between(2, 6) {
                    self.request()?;
                }
            }
            Kind::Invalidate => {
                // A service refuses once, or whatever it gets.
                let times = if self.chance(20) { 30 } else { 1 };
                for _ in 0..times {
                    self.invalidate()?;
                    if times > 1 {
                        self.advance(SECOND)?;
                        self.request()?;
                    }
                }
            }
            Kind::StaleInvalidate => self.invalidate_stale()?,
            Kind::Adopt => self.adopt()?,
            Kind::Gone => {
                if let Some(waiter) = self.waiting.keys().next().copied() {
                    self.waiting.remove(&waiter);
                    self.keeper.handle_gone(waiter);
                    self.saw(kind);
                    self.drain()?;
                }
            }
            // The fate of an exchange is drawn when it is given out.
            Kind::Cancelled | Kind::Lost | Kind::EndedOnArrival => return Ok(()),
        }
        if !matches!(kind, Kind::Gone | Kind::StaleInvalidate | Kind::Invalidate | Kind::Adopt) {
            self.saw(kind);
        }
        if self.running.as_ref().is_some_and(|r| r.set_back && r.suspended) {
            self.drop_exchange()?;
        }
        if self.chance(50) { self.drain() } else { Ok(()) }
    }

    fn set_back(&mut self, span: u64) -> Result<(), String> {
        // The keeper promises nothing where nobody calls it between a suspension and this.
        if self.unseen_suspension {
            self.drain()?;
        }
        self.wall_offset -= span as i64;
        self.unseen_set_back = true;
        self.running.iter_mut().for_each(|r| r.set_back = true);
        self.exported.iter_mut().for_each(|(_, _, void)| *void = true);
        self.jolt();
        self.saw(Kind::JumpBack);
        Ok(())
    }

    fn suspend(&mut self, span: u64) -> Result<(), String> {
        if self.unseen_set_back && !self.mono_counts_suspension {
            self.drain()?;
        }
        self.truth += span as i64;
        if self.mono_counts_suspension {
            self.mono += span;
            self.waiting.values_mut().for_each(|w| w.since += span);
        } else {
            self.unseen_suspension = true;
            self.running.iter_mut().for_each(|r| r.suspended = true);
        }
        self.jolt();
        self.saw(Kind::Suspend);
        Ok(())
    }

    /// A clock has jumped: what the model knows of lifetimes by the host's clocks is void.
    fn jolt(&mut self) {
        self.keys.values_mut().for_each(|key| key.steady = None);
        self.running.iter_mut().for_each(|r| r.jolted = true);
    }

    /// A caller: the fast path, else the keeper.
    fn request(&mut self) -> Result<(), String> {
        let now = self.now();
        if let Some(snapshot) = self.published.clone()
            && snapshot.state(now) == State::Fresh
        {
            self.cached_reads += 1;
            return self.hand_out("a cached read", &snapshot);
        }
        let flying = self.running.is_some();
        self.look();
        let reply = self.keeper.handle_request(now);
        // The keeper has looked at the clocks.
        let state = self.keeper.snapshot().map_or(State::Expired, |s| s.state(now));
        match reply {
            Reply::Served(Ok(snapshot)) => {
                self.served += 1;
                self.hand_out("a caller", &snapshot)?;
                match state {
                    State::Mandatory if flying => {
                        return Err("served in the mandatory window during an exchange".into());
                    }
                    State::Mandatory if self.failed.is_none() => return Err("served in the mandatory window".into()),
                    State::Advisory if !flying && !self.background && self.failed.is_none() => {
                        return Err("nobody refreshes in the advisory window".into());
                    }
                    _ => {}
                }
            }
            Reply::Served(Err(error)) => self.refuse(&error)?,
            Reply::Waiting(waiter) => {
                match state {
                    State::Fresh => return Err("a caller waits although the credentials are fresh".into()),
                    State::Advisory if self.background => return Err("a caller waits beside a background".into()),
                    State::Advisory if flying => return Err("a second caller waits in the advisory window".into()),
                    _ => {}
                }
                self.waited += 1;
                self.waiting.insert(waiter, Waiting { since: self.mono, cancels: 0 });
            }
        }
        self.drain()
    }

    fn hand_out(&self, to: &str, snapshot: &Snapshot) -> Result<(), String> {
        let key = snapshot.credentials().access_key_id();
        match self.known(key).ok_or("a key that was never issued")?.end {
            Some(end) if self.truth >= end => {
                Err(format!("{to} got credentials that ended {} ms ago", self.truth - end))
            }
            _ => Ok(()),
        }
    }

    fn refuse(&mut self, error: &Error) -> Result<(), String> {
        self.refused += 1;
        self.last_refusal = error.to_string();
        let now = self.now();
        if let Some(snapshot) = self.keeper.snapshot() {
            if snapshot.state(now) != State::Expired {
                return Err(format!("refused with usable credentials in hand: {error}"));
            }
            let key = self.known(snapshot.credentials().access_key_id()).ok_or("a key that was never issued")?;
            if let (Some(end), Some(slack)) = (key.end, key.steady)
                && end - slack > self.truth
            {
                return Err(format!("refused {} ms before the end: {error}", end - self.truth));
            }
        }
        match self.failed {
            None => Err(format!("refused without a failure: {error}")),
            Some((at, _)) if self.mono > at + MINUTE => {
                Err(format!("refused without an attempt for a minute: {error}"))
            }
            _ => Ok(()),
        }
    }

    /// The keeper is about to look at the clocks.
    fn look(&mut self) {
        (self.unseen_set_back, self.unseen_suspension) = (false, false);
    }

    /// Does what the keeper wants until it is idle.
    fn drain(&mut self) -> Result<(), String> {
        self.look();
        let now = self.now();
        for _ in 0..10_000 {
            match self.keeper.poll(now) {
                Output::Publish(snapshot) => self.publish(snapshot)?,
                Output::Exchange { id, deadline } => self.begin(id, deadline)?,
                Output::Abandon(id) => self.abandon(id)?,
                Output::Answer(waiter, result) => {
                    let waited = self.waiting.remove(&waiter).ok_or("answered somebody who does not wait")?;
                    let limit = (waited.cancels + 1) * 36 * SECOND;
                    if self.mono - waited.since > limit {
                        return Err(format!("a caller waited {} ms", self.mono - waited.since));
                    }
                    match result {
                        Ok(snapshot) => {
                            self.served += 1;
                            self.hand_out("a waiter", &snapshot)?;
                        }
                        Err(e) if e.code() == Code::ExchangeCancelled && self.cancelled < 3 => {
                            return Err("a caller pays for another's cancelled exchange".into());
                        }
                        Err(error) => self.refuse(&error)?,
                    }
                }
                Output::Idle(until) => {
                    self.idle = until;
                    return self.at_rest();
                }
            }
        }
        Err("poll does not come to rest".into())
    }

    fn at_rest(&self) -> Result<(), String> {
        let now = self.now();
        if self.keeper.snapshot() != self.published.as_ref() {
            return Err("what is in hand is not what was published".into());
        }
        if let Some(waiting) = self.waiting.values().min_by_key(|w| w.since)
            && self.mono - waiting.since > (waiting.cancels + 1) * 36 * SECOND
        {
            return Err("a caller waits too long".into());
        }
        if !self.waiting.is_empty() && self.running.is_none() {
            return Err("a caller waits for nothing".into());
        }
        let state = self.keeper.snapshot().map_or(State::Fresh, |s| s.state(now));
        if self.background && state != State::Fresh && self.failed.is_none() && self.running.is_none() {
            return Err(format!("the background does not refresh in state {state:?}"));
        }
        Ok(())
    }

    fn publish(&mut self, snapshot: Arc<Snapshot>) -> Result<(), String> {
        let key = self.known(snapshot.credentials().access_key_id()).ok_or("a key that was never issued")?;
        let (Some(advisory), Some(mandatory), Some(end)) = (snapshot.advisory(), snapshot.mandatory(), snapshot.end())
        else {
            self.published = Some(snapshot);
            return Ok(());
        };
        if key.end.is_none() {
            return Err("an end was made up".into());
        }
        let lead = |moment: Now| end.mono.since(moment.mono).as_millis() as u64;
        let life = lead(snapshot.obtained());
        let table = if life <= 20 * MINUTE {
            5 * MINUTE
        } else if life < 90 * MINUTE {
            15 * MINUTE
        } else {
            60 * MINUTE
        };
        let widest = table.min(life / 2);
        // Near the beginning of monotonic time a moment that would lie before it is cut.
        let whole = snapshot.obtained().mono.0 > 0 && end.mono.0 < u64::MAX;
        if whole && !(widest / 2..=widest).contains(&lead(advisory)) {
            return Err(format!("an advisory window of {} ms in a life of {life} ms", lead(advisory)));
        }
        if whole && lead(mandatory) != MINUTE.min(life / 4) {
            return Err(format!("a mandatory window of {} ms in a life of {life} ms", lead(mandatory)));
        }
        if let Some(before) = self.published.as_ref().filter(|b| b.generation() == snapshot.generation())
            && before.end().is_some_and(|before| before.wall < end.wall || before.mono < end.mono)
        {
            return Err("a later end without an exchange".into());
        }
        // The host lays it out for others at once, so that a clock set back since is accounted for.
        self.exported.push((snapshot.export(self.now()), self.now(), false));
        self.published = Some(snapshot);
        Ok(())
    }
}
