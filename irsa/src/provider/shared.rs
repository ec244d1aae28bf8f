//! One keeper for many threads: who enters it, who waits, who runs an exchange.
//!
//! The thread that finds an exchange to run takes it, be it a caller or the refresher; the others sleep on their own
//! cancel switch until they are answered, or until the thread that ran the exchange has left and it is their turn. Tasks
//! wait likewise, by their wakers; an exchange that is a task's to run goes to a thread for blocking work (`tasks`).
//! Lock order: a switch's lock is taken before the state's (inside `Cancel::wait`), so switches are only woken once the
//! state is unlocked.

use super::events::{Event, Listener};
use crate::host::{Cancel, Host, cancel::Waited};
use arc_swap::ArcSwapOption;
use irsa_core::{
    Code, Error, Mono, Now,
    chain::Explanation,
    flow::Flow,
    keeper::{ExchangeId, Keeper, Obtained, Output, Reply, Settings, Snapshot, State, Waiter},
};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
    time::Duration,
};

/// Makes the flow of one exchange, with its total deadline.
pub(super) type Source = Box<dyn Fn(Mono) -> Flow<Obtained> + Send + Sync>;

pub(super) struct Shared {
    pub host: Host,
    source: Source,
    events: Listener,
    /// What a caller may wait; an exchange may take a little less, so that its own error is the one that is told.
    patience: Duration,
    cached: ArcSwapOption<Snapshot>,
    /// Up to this state a snapshot is handed out as it is.
    good: State,
    inner: Mutex<Inner>,
    /// Of the latest exchange.
    explanation: Mutex<Explanation>,
}

struct Inner {
    keeper: Keeper,
    /// An exchange that the keeper has asked for and nobody has taken.
    pending: Option<(ExchangeId, Mono)>,
    waiting: BTreeMap<Waiter, Waiting>,
    refresher: Option<Cancel>,
    /// That stale credentials are served was told since the latest failure.
    told: bool,
    /// When the keeper wants to be polled again.
    idle: Mono,
}

impl Inner {
    fn drop_exchange(&mut self, now: Now, id: ExchangeId) {
        // It may have been given up by the keeper meanwhile.
        let _ = self.keeper.handle_cancelled(now, id);
    }
}

struct Waiting {
    sleeper: Sleeper,
    answer: Option<Result<Arc<Snapshot>, Error>>,
}

/// Who is to be woken.
#[derive(Clone)]
enum Sleeper {
    Thread(Cancel),
    #[cfg_attr(not(feature = "tokio"), expect(dead_code, reason = "only tasks sleep so"))]
    Task(Waker),
}

impl Sleeper {
    fn wake(&self) {
        match self {
            Self::Thread(switch) => switch.wake(),
            Self::Task(waker) => waker.wake_by_ref(),
        }
    }
}

/// What a sleeping caller wakes up to.
pub(super) enum Turn {
    Answered(Result<Arc<Snapshot>, Error>),
    Run(ExchangeId, Mono),
    /// The keeper wants to be polled at another time than was slept for.
    Again,
}

impl Shared {
    pub(super) fn new(host: Host, source: Source, events: Listener, settings: Settings) -> Self {
        Self {
            host,
            source,
            events,
            patience: settings.exchange_timeout.saturating_add(Duration::from_secs(1)),
            cached: ArcSwapOption::empty(),
            good: if settings.background { State::Advisory } else { State::Fresh },
            inner: Mutex::new(Inner {
                keeper: Keeper::new(settings),
                pending: None,
                waiting: BTreeMap::new(),
                refresher: None,
                told: false,
                idle: Mono::NEVER,
            }),
            explanation: Mutex::default(),
        }
    }

    /// The cached read: no lock, no allocation, and the clocks at a glance. Gives `take` back where the keeper has to be
    /// asked. Beside a refresher nobody need ask in the advisory window either: it sees that window by itself.
    #[inline]
    pub(super) fn fresh<T, F: FnOnce(&Arc<Snapshot>) -> T>(&self, take: F) -> Result<T, F> {
        let cached = self.cached.load();
        match cached.as_ref() {
            Some(snapshot) if snapshot.state(self.host.glance()) <= self.good => Ok(take(snapshot)),
            _ => Err(take),
        }
    }

    /// The latest snapshot, good or not.
    pub(super) fn latest(&self) -> Option<Arc<Snapshot>> {
        self.cached.load_full()
    }

    pub(super) fn explanation(&self) -> Explanation {
        self.explanation.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the keeper, and waits where it says so.
    pub(super) fn ask(&self, switch: &Cancel) -> Result<Arc<Snapshot>, Error> {
        let clock = self.host.clock();
        let until = clock.mono() + self.patience;
        // Each caller sleeps on a switch of its own: the given one may be shared by many.
        let switch = switch.child();
        let waiter = match self.request(Sleeper::Thread(switch.clone())) {
            Ok(waiter) => waiter,
            Err(served) => return self.served(served),
        };
        loop {
            let idle = self.lock().idle;
            match switch.wait(clock, until.min(idle), || self.turn(Some(waiter), idle)) {
                Waited::Ready(Turn::Answered(result)) => return self.served(result),
                Waited::Ready(Turn::Run(id, deadline)) => {
                    if !self.run(Some(waiter), id, deadline, &switch, until) {
                        return Err(self.leave(waiter, Some(id), &switch));
                    }
                }
                Waited::Ready(Turn::Again) => {}
                Waited::Late if clock.mono() < until => self.enter(|_| ()),
                Waited::Late | Waited::Cancelled => return Err(self.leave(waiter, None, &switch)),
            }
        }
    }

    /// A caller asks: what it is served, or who it waits as.
    fn request(&self, sleeper: Sleeper) -> Result<Waiter, Result<Arc<Snapshot>, Error>> {
        self.enter(|inner| match inner.keeper.handle_request(self.host.now()) {
            Reply::Served(result) => Err(result),
            Reply::Waiting(waiter) => {
                inner.waiting.insert(waiter, Waiting { sleeper, answer: None });
                Ok(waiter)
            }
        })
    }

    /// What a caller is given passes by here, for it may be stale.
    fn served(&self, result: Result<Arc<Snapshot>, Error>) -> Result<Arc<Snapshot>, Error> {
        if self.events.listens()
            && let Ok(snapshot) = &result
            && snapshot.state(self.host.now()) != State::Fresh
        {
            let mut inner = self.lock();
            let first = !std::mem::replace(&mut inner.told, true);
            let failure = inner.keeper.failure().filter(|_| first).cloned();
            drop(inner);
            if let Some(error) = &failure {
                self.events.tell(&Event::ServedStale { error, left: snapshot.left(self.host.now()) });
            }
        }
        result
    }

    /// What the refresher does until its switch is thrown.
    pub(super) fn refresh(&self, switch: &Cancel) {
        let clock = self.host.clock();
        loop {
            self.enter(|_| ());
            let idle = self.lock().idle;
            match switch.wait(clock, idle, || self.turn(None, idle)) {
                Waited::Ready(Turn::Run(id, deadline)) => {
                    if !self.run(None, id, deadline, switch, Mono::NEVER) {
                        self.enter(|inner| inner.drop_exchange(self.host.now(), id));
                        return;
                    }
                }
                Waited::Ready(_) | Waited::Late => {}
                Waited::Cancelled => return,
            }
        }
    }

    pub(super) fn set_refresher(&self, switch: &Cancel) {
        self.lock().refresher = Some(switch.clone());
    }

    pub(super) fn with_keeper<T>(&self, act: impl FnOnce(&mut Keeper) -> T) -> T {
        self.enter(|inner| act(&mut inner.keeper))
    }

    /// An event: then everything the keeper wants done for it, then those are woken whom it concerns.
    fn enter<T>(&self, event: impl FnOnce(&mut Inner) -> T) -> T {
        let mut woken: Vec<Sleeper> = Vec::new();
        let mut inner = self.lock();
        let result = event(&mut inner);
        loop {
            match inner.keeper.poll(self.host.now()) {
                Output::Publish(snapshot) => self.cached.store(Some(snapshot)),
                Output::Exchange { id, deadline } => inner.pending = Some((id, deadline)),
                // Where it runs it ends by its own deadline, and its late report changes nothing.
                Output::Abandon(id) => drop(inner.pending.take_if(|(pending, _)| *pending == id)),
                Output::Answer(waiter, answer) => {
                    if let Some(waiting) = inner.waiting.get_mut(&waiter) {
                        waiting.answer = Some(answer);
                        woken.push(waiting.sleeper.clone());
                    }
                }
                Output::Idle(until) => {
                    if until < inner.idle {
                        woken.extend(inner.refresher.clone().map(Sleeper::Thread));
                    }
                    inner.idle = until;
                    break;
                }
            }
        }
        if inner.pending.is_some() {
            // Whoever comes first takes it: a thread, or else any of the tasks, for who knows when which is polled.
            woken.extend(inner.refresher.clone().map(Sleeper::Thread));
            let idle = || inner.waiting.values().filter(|waiting| waiting.answer.is_none()).map(|w| &w.sleeper);
            match idle().find(|sleeper| matches!(sleeper, Sleeper::Thread(_))) {
                Some(thread) => woken.push(thread.clone()),
                None => woken.extend(idle().cloned()),
            }
        }
        drop(inner);
        woken.iter().for_each(Sleeper::wake);
        result
    }

    fn turn(&self, waiter: Option<Waiter>, slept_for: Mono) -> Option<Turn> {
        let mut inner = self.lock();
        if let Some(waiter) = waiter
            && let Some(answer) = inner.waiting.get_mut(&waiter).and_then(|waiting| waiting.answer.take())
        {
            inner.waiting.remove(&waiter);
            return Some(Turn::Answered(answer));
        }
        if let Some((id, deadline)) = inner.pending.take() {
            return Some(Turn::Run(id, deadline));
        }
        (inner.idle < slept_for).then_some(Turn::Again)
    }

    /// [`Shared::exchange`] on a thread that waits as `waiter`, or is the refresher.
    fn run(&self, waiter: Option<Waiter>, id: ExchangeId, deadline: Mono, switch: &Cancel, until: Mono) -> bool {
        let runner = Runner { shared: self, waiter, id };
        let done = self.exchange(id, deadline, switch, until);
        std::mem::forget(runner);
        done
    }

    /// False where it was given up because of the switch or `until`, and is still to be reported.
    fn exchange(&self, id: ExchangeId, deadline: Mono, switch: &Cancel, until: Mono) -> bool {
        let clock = self.host.clock();
        let begun = clock.mono();
        self.events.tell(&Event::RefreshStarted);
        let mut flow = (self.source)(deadline);
        let result = self.host.drive_until(&mut flow, switch, until, &self.events);
        *self.explanation.lock().unwrap_or_else(PoisonError::into_inner) = flow.explanation();
        let took = || clock.mono().since(begun);
        let Some(result) = result else {
            self.events.tell(&Event::RefreshFailed { took: took(), error: &Cancel::error("provider") });
            return false;
        };
        let outcome = self.enter(|inner| {
            // A report that comes too late is refused, and rightly so.
            inner.keeper.handle_exchanged(self.host.now(), id, result)?;
            inner.told = false;
            match (inner.keeper.failure(), inner.keeper.snapshot()) {
                (None, Some(snapshot)) => Ok(snapshot.clone()),
                (Some(error), _) => Err(error.clone()),
                (None, None) => Err(Error::bug("provider", "neither credentials nor an error")),
            }
        });
        match &outcome {
            Ok(snapshot) => self.events.tell(&Event::RefreshEnded { took: took(), snapshot }),
            Err(error) => self.events.tell(&Event::RefreshFailed { took: took(), error }),
        }
        true
    }

    /// A caller goes, and hands back the exchange that it ran.
    fn leave(&self, waiter: Waiter, exchange: Option<ExchangeId>, switch: &Cancel) -> Error {
        self.go(waiter, exchange);
        if switch.is_cancelled() { Cancel::error("provider") } else { self.late() }
    }

    fn go(&self, waiter: Waiter, exchange: Option<ExchangeId>) {
        self.enter(|inner| {
            inner.keeper.handle_gone(waiter);
            inner.waiting.remove(&waiter);
            // The one it ran, or one that nobody is left to run.
            let alone = inner.waiting.is_empty() && inner.refresher.is_none();
            let untaken = inner.pending.take_if(|_| alone).map(|(id, _)| id);
            if let Some(id) = exchange.or(untaken) {
                inner.drop_exchange(self.host.now(), id);
            }
        });
    }

    fn late(&self) -> Error {
        let waited = self.patience.as_millis();
        Error::new(Code::Deadline, "provider", format!("no credentials after {waited} ms: the exchange is still open"))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread in an exchange. Where it unwinds out of it (a listener that panics) its place and the exchange are given up,
/// or all others would wait for it.
struct Runner<'a> {
    shared: &'a Shared,
    waiter: Option<Waiter>,
    id: ExchangeId,
}

impl Drop for Runner<'_> {
    fn drop(&mut self) {
        match self.waiter {
            Some(waiter) => self.shared.go(waiter, Some(self.id)),
            None => self.shared.enter(|inner| {
                // It is on its way out.
                inner.refresher = None;
                inner.drop_exchange(self.shared.host.now(), self.id);
            }),
        }
    }
}

#[cfg(feature = "tokio")]
mod tasks;

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("cached", &self.latest()).finish_non_exhaustive()
    }
}
