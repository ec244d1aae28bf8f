//! The keeper's rules: what each is called, and the spans that follow from a lifetime or a failure.
//!
//! The windows are those that AWS designed for all its SDKs, shrunk for short lives. All spans are in milliseconds.

use crate::{Retry, random::Random};

/// Every rule the keeper keeps. Tests break one at a time and see that it is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Credentials end by the wall clock: a jump forward or a suspended machine is noticed.
    EndByWall,
    /// Credentials end by age: a wall clock set back prolongs nothing.
    EndByAge,
    /// STS's clock counts: the wall clock is corrected by the skew that came with the credentials.
    Skew,
    /// A wall clock set back moves the end by it, so that a suspension after it is noticed too.
    SetBack,
    /// A wall clock that went on alone moves the end by age, so that it may be set back afterwards.
    GoneOn,
    /// One exchange at a time.
    SingleFlight,
    /// In the advisory window the cached credentials are served at once while an exchange runs.
    AdvisoryServes,
    /// In the advisory window one caller runs the exchange where there is no background.
    AdvisoryRefreshes,
    /// With a background nobody waits in the advisory window.
    BackgroundServes,
    /// With a background the exchange is asked for with nobody waiting.
    BackgroundRefreshes,
    /// In the mandatory window everyone waits for the exchange.
    MandatoryWaits,
    /// A failed exchange leaves the credentials in place until they really end.
    StaticStability,
    /// The advisory window is at most half a life.
    AdvisoryShrinks,
    /// The mandatory window is at most a quarter of a life.
    MandatoryShrinks,
    /// Pods that started together do not refresh together.
    FleetJitter,
    /// Who keeps what it was handed has a useful rest of it.
    Headroom,
    /// After a failure with credentials in hand: a pause of minutes.
    SlowPause,
    /// That pause shortens as the end nears.
    PauseShortens,
    /// After a failure with nothing in hand: a pause of seconds that doubles.
    FastPause,
    /// A throttled exchange is asked for again more slowly.
    ThrottledPause,
    /// What no retry mends is remembered.
    NegativeCache,
    /// Pauses of different pods differ.
    PauseJitter,
    /// A pause made with credentials in hand ends with them.
    PauseVoid,
    /// Only the generation in hand can be invalidated.
    InvalidateStale,
    /// Invalidated credentials are replaced before anyone is served.
    InvalidateForces,
    /// Invalidations that follow one another are slowed down.
    InvalidateHolds,
    /// An exchange that is never reported is given up.
    LostExchange,
    /// A report of an exchange that is not open changes nothing.
    LateReport,
    /// A cancelled exchange is asked for again where somebody waits.
    CancelRepeats,
    /// Exchanges that are cancelled again and again count as failed.
    CancelCounts,
    /// Credentials that have ended when they come are a failure.
    EndedOnArrival,
    /// Credentials without an end are not refreshed.
    NoEnd,
    /// An exchange leaves time for its failure before the credentials end.
    DeadlineBeforeEnd,
    /// A snapshot is adopted only where it is better than the one in hand.
    AdoptBetter,
    /// An adopted snapshot has aged since it was exported.
    AdoptAge,
    /// A snapshot from the future is not adopted.
    AdoptClock,
    /// Every change is published.
    Publish,
    /// A caller that has gone is not answered.
    Gone,
}

#[cfg(test)]
impl Rule {
    pub(crate) const ALL: &[Self] = &[
        Self::EndByWall,
        Self::EndByAge,
        Self::Skew,
        Self::SetBack,
        Self::GoneOn,
        Self::SingleFlight,
        Self::AdvisoryServes,
        Self::AdvisoryRefreshes,
        Self::BackgroundServes,
        Self::BackgroundRefreshes,
        Self::MandatoryWaits,
        Self::StaticStability,
        Self::AdvisoryShrinks,
        Self::MandatoryShrinks,
        Self::FleetJitter,
        Self::Headroom,
        Self::SlowPause,
        Self::PauseShortens,
        Self::FastPause,
        Self::ThrottledPause,
        Self::NegativeCache,
        Self::PauseJitter,
        Self::PauseVoid,
        Self::InvalidateStale,
        Self::InvalidateForces,
        Self::InvalidateHolds,
        Self::LostExchange,
        Self::LateReport,
        Self::CancelRepeats,
        Self::CancelCounts,
        Self::EndedOnArrival,
        Self::NoEnd,
        Self::DeadlineBeforeEnd,
        Self::AdoptBetter,
        Self::AdoptAge,
        Self::AdoptClock,
        Self::Publish,
        Self::Gone,
    ];
}

pub(crate) const SECOND: u64 = 1_000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
const DAY: u64 = 24 * 60 * MINUTE;

/// All rules hold, but for the one that a test breaks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    #[cfg(test)]
    pub broken: Option<Rule>,
}

impl Rules {
    #[cfg(not(test))]
    pub(crate) const fn hold(self, _: Rule) -> bool {
        true
    }

    #[cfg(test)]
    pub(crate) fn hold(self, rule: Rule) -> bool {
        self.broken != Some(rule)
    }

    /// How long before the end the advisory window opens, and the mandatory one.
    pub(crate) fn windows(self, life: u64, headroom: u64, random: &mut Random) -> (u64, u64) {
        let headroom = if self.hold(Rule::Headroom) { headroom.min(DAY) } else { 0 };
        let advisory = match life {
            0..=1_200_000 => 5 * MINUTE,
            1_200_001..5_400_000 => 15 * MINUTE,
            _ => 60 * MINUTE,
        };
        // A third more, for the jitter.
        let advisory = advisory.max(headroom / 3 * 4);
        let advisory = if self.hold(Rule::AdvisoryShrinks) { advisory.min(life / 2) } else { advisory };
        let mandatory = if self.hold(Rule::MandatoryShrinks) { MINUTE.min(life / 4) } else { MINUTE };
        let least = (advisory / 2).max(headroom.min(advisory / 4 * 3));
        let jittered = random.between(least, advisory);
        (if self.hold(Rule::FleetJitter) { jittered } else { advisory }, mandatory)
    }

    /// The pause after the `count`-th failure in a row: with nothing in hand, and with credentials that hold for `left`.
    pub(crate) fn pauses(self, retry: Retry, count: u32, left: u64, random: &mut Random) -> (u64, u64) {
        let (base, cap) = match retry {
            Retry::Slowly if self.hold(Rule::ThrottledPause) => (5 * SECOND, MINUTE),
            Retry::No if self.hold(Rule::NegativeCache) => (10 * SECOND, MINUTE),
            _ => (SECOND, 30 * SECOND),
        };
        let fast = if self.hold(Rule::FastPause) { doubled(base, count, cap) } else { 0 };
        let fast = if self.hold(Rule::PauseJitter) { random.between(fast / 2, fast) } else { fast };
        let minutes = random.between(5 * MINUTE, 10 * MINUTE);
        let slow = if self.hold(Rule::SlowPause) { minutes } else { 0 };
        let nearer = random.between(left / 3, left / 2).max(base);
        (fast, if self.hold(Rule::PauseShortens) { slow.min(nearer) } else { slow })
    }
}

/// `base`, doubled with each of `count` after the first, up to `cap`.
pub(crate) fn doubled(base: u64, count: u32, cap: u64) -> u64 {
    base.saturating_mul(1 << count.saturating_sub(1).min(20)).min(cap)
}
