//! What a keeper publishes: credentials with their windows, immutable, so that a cached read needs nothing else.

use super::{
    contract::Obtained,
    rules::{Rule, Rules},
};
use crate::{
    Code, Credentials, Error, Mono, Now, Secret, SecretBytes, Timestamp,
    codec::{self, Message, wire},
};
use alloc::{boxed::Box, format, string::String, sync::Arc};
use core::time::Duration;

/// Credentials and how long they hold. Hosts keep the latest in an atomic pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub(super) credentials: Arc<Credentials>,
    pub(super) generation: u64,
    pub(super) obtained: Now,
    pub(super) skew: i64,
    pub(super) region: Option<Arc<str>>,
    pub(super) invalid: bool,
    pub(super) advisory: Now,
    pub(super) mandatory: Now,
    pub(super) end: Now,
}

/// What a snapshot is worth at a moment. This list is complete. Their numbers are the same on every face and never
/// change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum State {
    /// Use it.
    Fresh = 1,
    /// Use it, after asking the keeper, which may want an exchange. A host with a background need not ask.
    Advisory = 2,
    /// Ask the keeper before use.
    Mandatory = 3,
    /// Not to be used.
    Expired = 4,
}

impl Snapshot {
    /// The whole of a cached read: four comparisons at most, no lock.
    pub fn state(&self, now: Now) -> State {
        if reached(self.end, now) {
            State::Expired
        } else if self.invalid || reached(self.mandatory, now) {
            State::Mandatory
        } else if reached(self.advisory, now) {
            State::Advisory
        } else {
            State::Fresh
        }
    }

    /// The credentials.
    pub fn credentials(&self) -> &Arc<Credentials> {
        &self.credentials
    }

    /// Counts up with each new set of credentials: what `handle_invalidate` wants.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// When they came, by both clocks. Where one has jumped since, as if it had done so before.
    pub fn obtained(&self) -> Now {
        self.obtained
    }

    /// STS's clock minus this host's wall clock when they came, in milliseconds, as far as it was known.
    pub fn skew_millis(&self) -> i64 {
        self.skew
    }

    /// The Region to call services in, where the source knew one.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Whether `handle_invalidate` has marked them as refused by a service.
    pub fn is_invalidated(&self) -> bool {
        self.invalid
    }

    /// When the advisory window opens; by whichever clock is there first. `None` where they never end.
    pub fn advisory(&self) -> Option<Now> {
        self.ends().then_some(self.advisory)
    }

    /// When the mandatory window opens, likewise.
    pub fn mandatory(&self) -> Option<Now> {
        self.ends().then_some(self.mandatory)
    }

    /// When they end, likewise.
    pub fn end(&self) -> Option<Now> {
        self.ends().then_some(self.end)
    }

    /// How long they still hold; zero once they have ended, `None` where they never end.
    pub fn left(&self, now: Now) -> Option<Duration> {
        self.ends().then(|| Duration::from_millis(self.left_millis(now)))
    }

    /// The bytes from which another keeper on this machine (a worker, a child) adopts them. They contain the secrets.
    pub fn export(&self, now: Now) -> SecretBytes {
        let life = self.end.mono.since(self.obtained.mono).as_millis();
        wire::build(|w| {
            codec::open(w, Message::Snapshot);
            w.u64(self.generation);
            w.i64(now.wall.unix_millis());
            w.i64(self.skew);
            w.u8(u8::from(self.invalid));
            w.u64(if self.ends() { u64::try_from(life).unwrap_or(u64::MAX) } else { 0 });
            w.u64(if self.ends() { self.left_millis(now) } else { 0 });
            let c = &*self.credentials;
            w.text(c.access_key_id());
            w.text(c.secret_access_key().expose());
            w.option(c.session_token(), |w, token| w.text(token.expose()));
            w.option(c.expiration(), |w, end| w.i64(end.unix_millis()));
            w.option(c.account_id(), wire::Writer::text);
            w.text(c.source());
            w.option(self.region(), wire::Writer::text);
        })
    }

    /// With everything nearer by so much of the wall clock and so much of the monotonic one.
    pub(super) fn nearer(&self, wall: u64, mono: u64) -> Self {
        let nearer =
            |at: Now| Now { wall: at.wall.plus_millis(-signed(wall)), mono: Mono(at.mono.0.saturating_sub(mono)) };
        Self {
            credentials: self.credentials.clone(),
            region: self.region.clone(),
            obtained: nearer(self.obtained),
            advisory: nearer(self.advisory),
            mandatory: nearer(self.mandatory),
            end: nearer(self.end),
            ..*self
        }
    }

    pub(super) fn ends(&self) -> bool {
        self.credentials.expiration().is_some()
    }

    pub(super) fn left_millis(&self, now: Now) -> u64 {
        let wall = u64::try_from(self.end.wall.millis_since(now.wall)).unwrap_or(0);
        wall.min(self.end.mono.0.saturating_sub(now.mono.0))
    }
}

/// An exported snapshot, read.
pub(super) struct Exported {
    pub obtained: Obtained,
    pub generation: u64,
    pub invalid: bool,
    /// From the beginning to the end, in milliseconds.
    pub life: u64,
    /// What is left of it now, by the exporter's count and the wall clock.
    pub left: u64,
}

impl Exported {
    pub(super) fn read(bytes: &[u8], now: Now, rules: Rules) -> Result<Self, Error> {
        let mut r = wire::Reader::new(bytes);
        codec::expect(&mut r, Message::Snapshot)?;
        let generation = r.u64("snapshot.generation")?;
        let exported = Timestamp::from_unix_millis(r.i64("snapshot.exported")?);
        let skew = r.i64("snapshot.skew")?;
        let invalid = r.flag("snapshot.invalid")?;
        let life = r.u64("snapshot.life")?;
        let left = r.u64("snapshot.left")?;
        let key = r.text("snapshot.access_key_id")?;
        let secret = Secret::from(r.text("snapshot.secret_access_key")?);
        let token = r.option("snapshot.session_token", |r, field| r.text(field).map(Secret::from))?;
        let end = r.option("snapshot.expiration", |r, field| r.i64(field).map(Timestamp::from_unix_millis))?;
        let account = r.option("snapshot.account_id", wire::Reader::text)?;
        let source = String::from(r.text("snapshot.source")?);
        let region = r.option("snapshot.region", wire::Reader::text)?.map(Box::from);
        r.end()?;
        let mut credentials = Credentials::new(key, secret, source);
        if let Some(token) = token {
            credentials = credentials.with_session_token(token);
        }
        if let Some(account) = account {
            credentials = credentials.with_account_id(account);
        }
        if let Some(end) = end {
            credentials = credentials.with_expiration(end);
        }
        let obtained = Obtained { credentials, skew_millis: Some(skew), region };
        let Some(end) = end else {
            return Ok(Self { obtained, generation, invalid, life: 0, left: 0 });
        };
        let passed = match u64::try_from(now.wall.millis_since(exported)) {
            Ok(passed) if rules.hold(Rule::AdoptAge) => passed,
            Err(_) if rules.hold(Rule::AdoptClock) => {
                let message = format!("it was exported at {exported}, and this clock says {}", now.wall);
                return Err(Error::new(Code::SnapshotClock, "keeper", message));
            }
            _ => 0,
        };
        // The expiration itself bounds it too: one that was tampered with, or counted wrongly, gains nothing.
        let by_end = u64::try_from(end.millis_since(now.wall.plus_millis(skew))).unwrap_or(0);
        let left = left.saturating_sub(passed).min(by_end);
        Ok(Self { obtained, generation, invalid, life: life.max(left), left })
    }
}

/// A moment in both clocks is reached when it is by either.
fn reached(moment: Now, now: Now) -> bool {
    now.wall >= moment.wall || now.mono >= moment.mono
}

/// The moment that never comes.
pub(super) const NEVER: Now = Now { wall: Timestamp::from_unix(i64::MAX), mono: Mono::NEVER };

pub(super) fn signed(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}
