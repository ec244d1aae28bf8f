//! What follows from a keeper's state and the clocks: who is served what, and when something is due. Changes nothing.

use super::{
    Keeper,
    rules::{MINUTE, Rule, SECOND},
    snapshot::{Snapshot, State},
};
use crate::{Error, Mono, Now, time::Span};
use alloc::{format, sync::Arc};
use core::time::Duration;

/// What a caller gets.
pub(super) enum Verdict {
    /// What is in hand.
    Serve(Arc<Snapshot>),
    /// The remembered error.
    Refuse,
    /// The outcome of the open exchange.
    Wait,
    /// The outcome of an exchange that begins now; `alone`: the other callers do not wait for it.
    Run { alone: bool },
}

impl Keeper {
    pub(super) fn state(&self, now: Now) -> State {
        self.cached.as_ref().map_or(State::Expired, |snapshot| snapshot.state(now))
    }

    /// What a caller gets at this moment.
    pub(super) fn verdict(&self, now: Now) -> Verdict {
        let flying = self.flight.is_some() && self.rules.hold(Rule::SingleFlight);
        let paused = self.paused_until(now) > now.mono;
        let state = self.state(now);
        let serve = match state {
            State::Fresh => true,
            State::Advisory if flying => self.rules.hold(Rule::AdvisoryServes),
            State::Advisory if self.settings.background => self.rules.hold(Rule::BackgroundServes),
            State::Advisory => paused || !self.rules.hold(Rule::AdvisoryRefreshes),
            State::Mandatory if flying => !self.rules.hold(Rule::MandatoryWaits),
            State::Mandatory => paused && self.rules.hold(Rule::StaticStability),
            State::Expired => false,
        };
        match &self.cached {
            Some(snapshot) if serve => Verdict::Serve(snapshot.clone()),
            _ if flying => Verdict::Wait,
            _ if paused => Verdict::Refuse,
            _ => Verdict::Run { alone: state == State::Advisory },
        }
    }

    /// What is told to a caller for whom there is nothing: the latest failure.
    pub(super) fn refusal(&self, now: Now) -> Error {
        let Some(failure) = &self.failure else { return Error::bug("keeper", "a refusal without a failure") };
        let wait = self.paused_until(now).since(now.mono).as_millis().div_ceil(u128::from(SECOND));
        let mut more = format!("; the next attempt can be made in {}", Span(i64::try_from(wait).unwrap_or(i64::MAX)));
        if let Some(end) = self.cached.as_ref().and_then(|snapshot| snapshot.credentials.expiration()) {
            more += &format!(", the latest credentials ended at {end}");
        }
        failure.error.clone().with_more(&more)
    }

    /// No exchange begins before. With credentials in hand it is another time than without.
    pub(super) fn paused_until(&self, now: Now) -> Mono {
        match &self.failure {
            None => Mono(0),
            Some(failure) if self.state(now) == State::Expired && self.rules.hold(Rule::PauseVoid) => failure.fast,
            Some(failure) if self.cached.as_ref().is_some_and(|snapshot| snapshot.invalid) => failure.fast,
            Some(failure) => failure.slow,
        }
    }

    /// When a keeper with a background begins an exchange by itself: at the advisory moment, or after a pause. Once the
    /// credentials have ended and an exchange has failed, callers decide.
    pub(super) fn background_due(&self, now: Now) -> Mono {
        let state = self.state(now);
        match &self.cached {
            Some(snapshot) if self.settings.background && self.rules.hold(Rule::BackgroundRefreshes) => match state {
                State::Expired if self.failure.is_some() => Mono::NEVER,
                State::Fresh => snapshot.advisory.mono,
                _ => self.paused_until(now).max(now.mono),
            },
            _ => Mono::NEVER,
        }
    }

    /// When `poll` has something to do next, if nothing happens.
    pub(super) fn due(&self, now: Now) -> Mono {
        if let Some(flight) = &self.flight {
            return flight.given_up.unwrap_or(now.mono);
        }
        let watched = self.settings.background && self.cached.as_ref().is_some_and(|snapshot| snapshot.ends());
        let watch = if watched { now.mono + Duration::from_millis(WATCH) } else { Mono::NEVER };
        self.background_due(now).min(watch)
    }
}

/// A keeper with a background wants to see the clocks at least so often: wall clocks jump without a sound.
const WATCH: u64 = MINUTE;
