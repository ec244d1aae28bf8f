//! What goes into a keeper and what comes out.

use super::{
    rules::MINUTE,
    snapshot::{Snapshot, signed},
};
use crate::{Credentials, Error, Mono, Now, Timestamp, chain::Resolved};
use alloc::{boxed::Box, sync::Arc};
use core::time::Duration;

/// How a keeper behaves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// For jitter: differs from pod to pod (random bytes, or a hash of the pod's name).
    pub seed: u64,
    /// The host polls by itself when the time has come (a thread, a timer), so that nobody waits for a refresh.
    pub background: bool,
    /// What an exchange may take, the flow's total deadline. One that is not reported 5 s after that is given up.
    pub exchange_timeout: Duration,
    /// For a host that hands credentials on to others who keep them (an endpoint that SDKs ask): the advisory window
    /// opens no later than so long before the end, or than at 5/8 of a short life.
    pub headroom: Duration,
}

impl Settings {
    /// On demand, and 30 s for an exchange.
    pub fn new(seed: u64) -> Self {
        Self { seed, background: false, exchange_timeout: Duration::from_secs(30), headroom: Duration::ZERO }
    }
}

/// Names one exchange of one keeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId(pub u64);

/// Names one waiting caller of one keeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Waiter(pub u64);

/// The answer to a caller: now, or later by [`Output::Answer`].
#[derive(Clone, Debug)]
#[must_use]
pub enum Reply {
    /// At once.
    Served(Result<Arc<Snapshot>, Error>),
    /// It waits for the exchange.
    Waiting(Waiter),
}

/// What the host has to do. This list is complete.
#[derive(Clone, Debug)]
#[must_use]
pub enum Output {
    /// Put this where cached reads look.
    Publish(Arc<Snapshot>),
    /// Run an exchange, and report it by `handle_exchanged` or `handle_cancelled`.
    Exchange {
        /// To report it by.
        id: ExchangeId,
        /// The flow's total deadline.
        deadline: Mono,
    },
    /// Drop this exchange: it took too long, its report is no longer wanted.
    Abandon(ExchangeId),
    /// Wake this caller with this.
    Answer(Waiter, Result<Arc<Snapshot>, Error>),
    /// Nothing until an event, or until then. [`Mono::NEVER`] where only an event counts.
    Idle(Mono),
}

/// What an exchange gave.
#[derive(Clone, Debug)]
pub struct Obtained {
    /// The credentials.
    pub credentials: Credentials,
    /// STS's clock minus this host's wall clock at that moment, in milliseconds: see [`skew_millis`]. `None` where
    /// nothing is known of it: then the wall clock is taken at its word.
    pub skew_millis: Option<i64>,
    /// The Region to call services in, where the source knows one: it stays with the credentials.
    pub region: Option<Box<str>>,
}

impl From<Credentials> for Obtained {
    fn from(credentials: Credentials) -> Self {
        Self { credentials, skew_millis: None, region: None }
    }
}

/// What a chain ends in, as a keeper wants it.
impl From<Resolved> for Obtained {
    fn from(resolved: Resolved) -> Self {
        let Resolved { credentials, region, skew_millis, .. } = resolved;
        Self { credentials, skew_millis, region: region.map(|region| region.text().into()) }
    }
}

/// The skew that an answer's `Date` shows, in milliseconds: STS's clock is at most so far ahead of the wall clock.
/// `None` where the answer took more than 15 minutes, so that it shows nothing.
pub fn skew_millis(date: Timestamp, asked: Now, answered: Now) -> Option<i64> {
    // By the wall clock too: the monotonic one may have stood still with a suspended machine.
    let took = signed(answered.mono.0.saturating_sub(asked.mono.0)).max(answered.wall.millis_since(asked.wall));
    // `Date` is cut to the second, and was written at some time while the answer was under way.
    (took <= 15 * signed(MINUTE)).then(|| date.millis_since(answered.wall) + took + 999)
}
