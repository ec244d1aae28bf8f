//! The keeper: the one long-lived state. It decides when credentials are exchanged, who waits for that, and what is
//! served meanwhile; hosts run the exchanges.
//!
//! A machine without I/O: `handle_*` take events in, [`Keeper::poll`] gives what is to be done until it says
//! [`Output::Idle`]. After every `handle_*` the host polls until then; it also polls when the time named there has come.
//!
//! ```text
//! fast path     pointer.load().state(now()) == Fresh        no lock, the keeper is not entered
//! otherwise     match keeper.handle_request(now()) { Served(result) => …, Waiting(waiter) => … }
//! after either  loop { match keeper.poll(now()) {
//!                   Publish(snapshot)     => pointer.store(snapshot),
//!                   Exchange { id, deadline } => run a flow, then handle_exchanged(now(), id, its result),
//!                   Abandon(id)           => drop that flow,
//!                   Answer(waiter, result) => wake it,
//!                   Idle(until)           => break,
//!               } }
//! ```
//!
//! Windows, as AWS designed them for its SDKs and shrunk for short lives: mandatory = min(60 s, life/4); advisory =
//! min(5 min up to 20 min of life, 15 min below 90 min, else 60 min; life/2), jittered to 50–100 % by the pod's seed,
//! and no later than [`Settings::headroom`] says.
//! Both are reckoned anew only after a success.
//! Credentials end at whichever comes first: the wall clock corrected by STS's skew, or the monotonic age.
//! Pauses after failures: with credentials in hand 5–10 min, at most half of what is left; with nothing in hand from
//! 1 s (5 s where throttled, 10 s where no retry mends it) doubling to 30 s (60 s). Within them callers get what is in
//! hand, or the remembered error, at once.
//!
//! What no keeper can see: a wall clock set back and a suspended machine, one after the other with no call between, if
//! the monotonic clock stood still meanwhile. Hosts give a clock that counts suspension (CLOCK_BOOTTIME) where they can.
//! Limits: [`WAITER_LIMIT`] callers wait at once, and one exchange runs at a time.

mod contract;
mod decide;
mod rules;
mod snapshot;

pub use contract::{ExchangeId, Obtained, Output, Reply, Settings, Waiter, skew_millis};
pub use snapshot::{Snapshot, State};

use crate::{Code, Error, Mono, Now, random::Random};
use alloc::{collections::BTreeSet, format, sync::Arc};
use core::time::Duration;
use decide::Verdict;
use rules::{MINUTE, Rule, Rules, SECOND};
use snapshot::{Exported, NEVER, signed};

/// Callers that can wait at once; more are refused with `waiters-full`.
pub const WAITER_LIMIT: usize = 65_536;

/// The cached credentials of one identity, and when to replace them.
#[derive(Debug)]
pub struct Keeper {
    settings: Settings,
    random: Random,
    cached: Option<Arc<Snapshot>>,
    /// The latest generation, also of credentials that were replaced.
    generation: u64,
    /// `cached` has changed since it was last published.
    unpublished: bool,
    /// By how much the wall clock was ahead of the monotonic one when last looked at, in milliseconds.
    ahead: i64,
    flight: Option<Flight>,
    /// The latest exchange given out, and the latest waiter.
    exchanges: u64,
    tickets: u64,
    /// The caller in the advisory window for whom the open exchange runs; the others do not wait.
    runner: Option<Waiter>,
    /// Tickets count up, so they are answered in the order in which they came.
    waiters: BTreeSet<Waiter>,
    /// The latest failure since the latest success.
    failure: Option<Failure>,
    /// Exchanges cancelled since one was last reported.
    cancelled: u32,
    /// Invalidations that followed one another closely, and when the next is taken.
    strikes: u32,
    invalidate_after: Mono,
    rules: Rules,
}

impl Keeper {
    /// An empty one.
    pub fn new(settings: Settings) -> Self {
        Self {
            random: Random(settings.seed),
            settings,
            cached: None,
            generation: 0,
            unpublished: false,
            ahead: 0,
            flight: None,
            exchanges: 0,
            tickets: 0,
            runner: None,
            waiters: BTreeSet::new(),
            failure: None,
            cancelled: 0,
            strikes: 0,
            invalidate_after: Mono(0),
            rules: Rules::default(),
        }
    }

    /// The latest credentials, ended or not.
    pub fn snapshot(&self) -> Option<&Arc<Snapshot>> {
        self.cached.as_ref()
    }

    /// Why the latest exchange failed; `None` where it went well, or there was none yet.
    pub fn failure(&self) -> Option<&Error> {
        self.failure.as_ref().map(|failure| &failure.error)
    }

    /// A caller wants credentials, because there is no snapshot or it is not fresh.
    pub fn handle_request(&mut self, now: Now) -> Reply {
        self.see(now);
        let verdict = self.verdict(now);
        match verdict {
            Verdict::Serve(snapshot) => return Reply::Served(Ok(snapshot)),
            Verdict::Refuse => return Reply::Served(Err(self.refusal(now))),
            Verdict::Wait | Verdict::Run { .. } => {}
        }
        if self.waiters.len() >= WAITER_LIMIT {
            let message = format!("{WAITER_LIMIT} callers already wait for credentials");
            return Reply::Served(Err(Error::new(Code::WaitersFull, "keeper", message)));
        }
        self.tickets += 1;
        let waiter = Waiter(self.tickets);
        match verdict {
            Verdict::Run { alone: true } => self.runner = Some(waiter),
            _ => {
                self.waiters.insert(waiter);
            }
        }
        if let Verdict::Run { .. } = verdict {
            self.launch();
        }
        Reply::Waiting(waiter)
    }

    /// A caller no longer waits. Its exchange goes on, unless it has not been given out yet and nobody else waits.
    pub fn handle_gone(&mut self, waiter: Waiter) {
        if !self.rules.hold(Rule::Gone) {
            return;
        }
        self.runner.take_if(|runner| *runner == waiter);
        self.waiters.remove(&waiter);
        let alone = self.runner.is_none() && self.waiters.is_empty() && !self.settings.background;
        self.flight.take_if(|flight| alone && flight.given_up.is_none());
    }

    /// An exchange has ended. An error means that it was not open any more, and nothing has changed.
    pub fn handle_exchanged(&mut self, now: Now, id: ExchangeId, result: Result<Obtained, Error>) -> Result<(), Error> {
        self.see(now);
        self.land(id)?;
        self.cancelled = 0;
        if let Err(error) = result.and_then(|obtained| self.accept(now, obtained)) {
            self.fail(now, error);
        }
        Ok(())
    }

    /// The host has dropped an exchange. Where somebody waits it is asked for again, but the third in a row counts as
    /// failed. An error means that it was not open any more.
    pub fn handle_cancelled(&mut self, now: Now, id: ExchangeId) -> Result<(), Error> {
        self.see(now);
        self.land(id)?;
        self.cancelled += 1;
        if !self.rules.hold(Rule::CancelRepeats)
            || (self.cancelled >= CANCEL_LIMIT && self.rules.hold(Rule::CancelCounts))
        {
            let message = format!("the host dropped {} exchanges in a row before they had ended", self.cancelled);
            self.fail(now, Error::new(Code::ExchangeCancelled, "keeper", message));
        }
        Ok(())
    }

    /// A service refused the credentials of this generation: everyone waits for new ones, and only if none can be had
    /// are these served on. False where that changes nothing: another generation is in hand (a stale failure), they
    /// are marked already, or the last time was moments ago (10 s, doubling up to 10 min while it goes on).
    pub fn handle_invalidate(&mut self, now: Now, generation: u64) -> bool {
        self.see(now);
        let stale = |s: &Arc<Snapshot>| s.generation != generation && self.rules.hold(Rule::InvalidateStale);
        let held = now.mono < self.invalidate_after && self.rules.hold(Rule::InvalidateHolds);
        let Some(snapshot) = self.cached.as_ref().filter(|s| !stale(s) && !s.invalid && !held) else { return false };
        if self.rules.hold(Rule::InvalidateForces) {
            self.cached = Some(Arc::new(Snapshot { invalid: true, ..Snapshot::clone(snapshot) }));
            self.unpublished = true;
        }
        let quiet = now.mono.since(self.invalidate_after).as_millis() >= u128::from(INVALIDATE_CAP);
        self.strikes = if quiet { 1 } else { self.strikes.saturating_add(1) };
        let hold = rules::doubled(INVALIDATE_BASE, self.strikes, INVALIDATE_CAP);
        self.invalidate_after = now.mono + Duration::from_millis(hold);
        true
    }

    /// Takes over what another keeper on this machine has exported. True where it was better than what is in hand.
    /// An exchange that is open stays open: a host that no longer wants it cancels it.
    pub fn handle_adopt(&mut self, now: Now, bytes: &[u8]) -> Result<bool, Error> {
        self.see(now);
        let offer = Exported::read(bytes, now, self.rules)?;
        let ends = offer.obtained.credentials.expiration().is_some();
        if ends && offer.left < SECOND {
            let message = format!("the snapshot, generation {}, has ended meanwhile", offer.generation);
            return Err(Error::new(Code::CredentialsEnded, "keeper", message));
        }
        let better = match &self.cached {
            _ if offer.invalid => false,
            None => true,
            Some(own) if own.credentials.access_key_id() == offer.obtained.credentials.access_key_id() => false,
            Some(own) => own.invalid || !ends || own.ends() && offer.left > own.left_millis(now),
        };
        if !better && self.rules.hold(Rule::AdoptBetter) {
            return Ok(false);
        }
        let generation = offer.generation.max(self.generation.saturating_add(1));
        let age = (offer.life - offer.left).min(now.mono.0);
        self.install(now, generation, offer.obtained, age, offer.left);
        Ok(true)
    }

    /// The next thing to do; to be called until it is [`Output::Idle`].
    pub fn poll(&mut self, now: Now) -> Output {
        self.see(now);
        if let Some(id) = self.lost(now) {
            return Output::Abandon(id);
        }
        if core::mem::take(&mut self.unpublished)
            && self.rules.hold(Rule::Publish)
            && let Some(snapshot) = &self.cached
        {
            return Output::Publish(snapshot.clone());
        }
        if let Some(first) = self.waiters.first().copied() {
            match self.verdict(now) {
                Verdict::Serve(snapshot) => {
                    self.waiters.pop_first();
                    return Output::Answer(first, Ok(snapshot));
                }
                Verdict::Refuse => {
                    self.waiters.pop_first();
                    return Output::Answer(first, Err(self.refusal(now)));
                }
                Verdict::Run { alone } => {
                    self.launch();
                    if alone {
                        self.runner = self.waiters.pop_first();
                    }
                }
                Verdict::Wait => {}
            }
        }
        if self.flight.is_none() && self.background_due(now) <= now.mono {
            self.launch();
        }
        if let Some(flight) = self.flight.as_ref().filter(|flight| flight.given_up.is_none()) {
            let id = flight.id;
            return self.give_out(now, id);
        }
        Output::Idle(self.due(now))
    }

    /// Takes note of both clocks. Where one has gone on without the other (the wall clock was set, or the machine slept
    /// and the monotonic one stood still), the end comes nearer by the other too: the two never lend each other time.
    fn see(&mut self, now: Now) {
        let (before, ahead) = (self.ahead, ahead(now));
        let set_back = u64::try_from(before.saturating_sub(ahead)).unwrap_or(0);
        // Smaller steps up are noise between two readings; counting the way down from each would add up.
        let gone_on = u64::try_from(ahead.saturating_sub(before)).ok().filter(|step| *step > SECOND).unwrap_or(0);
        if set_back == 0 && gone_on == 0 {
            return;
        }
        self.ahead = ahead;
        let wall = if self.rules.hold(Rule::SetBack) { set_back } else { 0 };
        let mono = if self.rules.hold(Rule::GoneOn) { gone_on } else { 0 };
        if let Some(snapshot) = self.cached.as_ref().filter(|snapshot| snapshot.ends()) {
            self.cached = Some(Arc::new(snapshot.nearer(wall, mono)));
            self.unpublished = true;
        }
    }

    /// Opens the one exchange; `poll` gives it out.
    fn launch(&mut self) {
        self.exchanges += 1;
        self.flight = Some(Flight { id: ExchangeId(self.exchanges), given_up: None });
    }

    fn give_out(&mut self, now: Now, id: ExchangeId) -> Output {
        let mut limit = self.settings.exchange_timeout;
        // So that its failure leaves time to serve what is in hand.
        if self.state(now) != State::Expired && self.rules.hold(Rule::DeadlineBeforeEnd) {
            let left = self.cached.as_ref().and_then(|s| s.left(now)).unwrap_or(Duration::MAX);
            limit = limit.min((left / 2).max(Duration::from_millis(DEADLINE_LEAST)));
        }
        let deadline = now.mono + limit;
        let given_up = Some(deadline + Duration::from_millis(REPORT_GRACE));
        self.flight = Some(Flight { id, given_up });
        Output::Exchange { id, deadline }
    }

    /// The exchange that was not reported in time, now failed.
    fn lost(&mut self, now: Now) -> Option<ExchangeId> {
        let flight = self.flight.as_ref().filter(|_| self.rules.hold(Rule::LostExchange))?;
        let (id, given_up) = (flight.id, flight.given_up?);
        if now.mono < given_up {
            return None;
        }
        self.land(id).ok()?;
        let message = format!(
            "exchange {} was not reported within {} s of its deadline",
            id.0,
            (u128::from(REPORT_GRACE) + now.mono.since(given_up).as_millis()) / u128::from(SECOND)
        );
        self.fail(now, Error::new(Code::ExchangeLost, "keeper", message));
        Some(id)
    }

    /// Closes the open exchange; its runner becomes one of those who wait.
    fn land(&mut self, id: ExchangeId) -> Result<(), Error> {
        let open = self.flight.as_ref().is_some_and(|flight| flight.id == id && flight.given_up.is_some());
        if !open && self.rules.hold(Rule::LateReport) {
            let message = format!("exchange {} is not open", id.0);
            return Err(Error::new(Code::ExchangeUnknown, "keeper", message));
        }
        self.flight = None;
        if let Some(runner) = self.runner.take() {
            self.waiters.insert(runner);
        }
        Ok(())
    }

    fn accept(&mut self, now: Now, obtained: Obtained) -> Result<(), Error> {
        let skew = obtained.skew_millis.filter(|_| self.rules.hold(Rule::Skew)).unwrap_or(0);
        let left = match obtained.credentials.expiration() {
            None => 0,
            Some(end) => {
                let there = now.wall.plus_millis(skew);
                let left = u64::try_from(end.millis_since(there)).unwrap_or(0);
                if left < SECOND && self.rules.hold(Rule::EndedOnArrival) {
                    let message = format!(
                        "the credentials from {} end at {end}, and by STS's clock it is {there} ({} by this host's)",
                        obtained.credentials.source(),
                        now.wall
                    );
                    return Err(Error::new(Code::CredentialsEnded, "keeper", message));
                }
                left
            }
        };
        let obtained = Obtained { skew_millis: Some(skew), ..obtained };
        self.install(now, self.generation.saturating_add(1), obtained, 0, left);
        Ok(())
    }

    /// Puts new credentials in place: `age` old, and good for `left` where they end.
    fn install(&mut self, now: Now, generation: u64, obtained: Obtained, age: u64, left: u64) {
        let Obtained { credentials, skew_millis, region } = obtained;
        let ends = credentials.expiration().is_some() || !self.rules.hold(Rule::NoEnd);
        let headroom = u64::try_from(self.settings.headroom.as_millis()).unwrap_or(u64::MAX);
        let (advisory, mandatory) = self.rules.windows(age.saturating_add(left), headroom, &mut self.random);
        let before_end = |lead: u64| if ends { self.moment(now, signed(left) - signed(lead)) } else { NEVER };
        self.cached = Some(Arc::new(Snapshot {
            generation,
            obtained: Now { wall: now.wall.plus_millis(-signed(age)), mono: Mono(now.mono.0.saturating_sub(age)) },
            skew: skew_millis.unwrap_or(0),
            region: region.map(Arc::from),
            invalid: false,
            advisory: before_end(advisory),
            mandatory: before_end(mandatory),
            end: before_end(0),
            credentials: Arc::new(credentials),
        }));
        self.generation = generation;
        self.ahead = ahead(now);
        self.unpublished = true;
        self.failure = None;
        self.cancelled = 0;
    }

    /// So many milliseconds from now, by both clocks.
    fn moment(&self, now: Now, millis: i64) -> Now {
        Now {
            wall: if self.rules.hold(Rule::EndByWall) { now.wall.plus_millis(millis) } else { NEVER.wall },
            mono: if self.rules.hold(Rule::EndByAge) {
                Mono(now.mono.0.saturating_add_signed(millis))
            } else {
                NEVER.mono
            },
        }
    }

    fn fail(&mut self, now: Now, error: Error) {
        let left = self.cached.as_ref().filter(|s| !s.invalid).map_or(0, |snapshot| snapshot.left_millis(now));
        let before = self.failure.as_ref().map_or(0, |failure| failure.count);
        // What failed while there was something in hand does not slow down the search for something.
        let count = if left > 0 { 0 } else { before.saturating_add(1) };
        let (fast, slow) = self.rules.pauses(error.retry(), count, left, &mut self.random);
        let after = |millis| now.mono + Duration::from_millis(millis);
        self.failure = Some(Failure { error, count, fast: after(fast), slow: after(slow) });
    }
}

/// The open exchange.
#[derive(Debug)]
struct Flight {
    id: ExchangeId,
    /// When it counts as lost; `None` until `poll` has given it out.
    given_up: Option<Mono>,
}

#[derive(Debug)]
struct Failure {
    error: Error,
    /// In a row, with nothing in hand.
    count: u32,
    /// No exchange before this, where nothing is in hand.
    fast: Mono,
    /// No exchange before this, where credentials are.
    slow: Mono,
}

/// The wall clock's lead over the monotonic one, in milliseconds.
fn ahead(now: Now) -> i64 {
    now.wall.unix_millis().saturating_sub(signed(now.mono.0))
}

/// How long after its deadline an exchange is given up.
const REPORT_GRACE: u64 = 5 * SECOND;
/// An exchange may take this long, however near the end is.
const DEADLINE_LEAST: u64 = 2 * SECOND;
/// This many cancelled exchanges in a row are a failure.
const CANCEL_LIMIT: u32 = 3;
/// After an invalidation the next is not taken for so long, at first and at most.
const INVALIDATE_BASE: u64 = 10 * SECOND;
const INVALIDATE_CAP: u64 = 10 * MINUTE;
// A host may share a keeper between threads behind a lock, and hand snapshots around.
const _: fn() = || {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    send::<Keeper>();
    send::<Output>();
    send::<Snapshot>();
    sync::<Snapshot>();
};

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
