//! What happens to a provider's credentials, for logs and metrics. No event holds a secret.
//!
//! Nothing is told unless a program asks for it, and no logging crate is a dependency: [`Event`] has a name for a metric
//! and a line for a log. docs/rust.md shows `log` and `tracing`.

use irsa_core::{Error, Timestamp, keeper::Snapshot};
use std::{fmt, sync::Arc, time::Duration};

/// Is told what happens. A closure will do:
///
/// ```
/// # fn main() -> Result<(), irsa::core::Error> {
/// let provider = irsa::Provider::builder()
///     .events(|event: &irsa::Event<'_>| eprintln!("{}: {event}", event.name()))
///     .build()?;
/// # Ok(()) }
/// ```
///
/// It is called on the thread where the thing happened, without a lock of the provider's, and holds that thread up: it
/// may count and log, and should not wait. It must not ask the same provider for credentials.
pub trait Events: Send + Sync {
    /// Something has happened.
    fn event(&self, event: &Event<'_>);
}

impl<F: Fn(&Event<'_>) + Send + Sync> Events for F {
    fn event(&self, event: &Event<'_>) {
        self(event);
    }
}

/// What has happened. More may be added.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An exchange begins: the chain is asked for new credentials.
    RefreshStarted,
    /// Within an exchange: an attempt failed, and another follows.
    Retrying {
        /// What the attempt came to: `status 503, 210 bytes`, `timeout: no answer from …`.
        outcome: &'a str,
        /// The pause before the next one.
        pause: Duration,
    },
    /// New credentials are in hand.
    RefreshEnded {
        /// What it took.
        took: Duration,
        /// They, and what is known beside them: source, end, generation, skew.
        snapshot: &'a Arc<Snapshot>,
    },
    /// An exchange came to nothing.
    RefreshFailed {
        /// What it took.
        took: Duration,
        /// Why: its code is for a metric, its message and fix for a log.
        error: &'a Error,
    },
    /// A caller got credentials that should have been replaced by now, because replacing them failed. Told once after
    /// each failure, not for each caller. Beside a background thread: from the mandatory window on, the last minute or
    /// quarter of their life; until then its failures are told, and callers are not held up to look.
    ServedStale {
        /// The failure.
        error: &'a Error,
        /// How long they still hold; `None` where they never end.
        left: Option<Duration>,
    },
}

impl Event<'_> {
    /// A name for a metric, which never changes.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RefreshStarted => "refresh-started",
            Self::Retrying { .. } => "retrying",
            Self::RefreshEnded { .. } => "refresh-ended",
            Self::RefreshFailed { .. } => "refresh-failed",
            Self::ServedStale { .. } => "served-stale",
        }
    }

    /// Whether a person should look at it.
    pub fn is_warning(&self) -> bool {
        matches!(self, Self::RefreshFailed { .. } | Self::ServedStale { .. })
    }
}

/// A line for a log.
impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RefreshStarted => f.write_str("asking for new credentials"),
            Self::Retrying { outcome, pause } => {
                write!(f, "an attempt failed ({outcome}); the next one follows in {} ms", pause.as_millis())
            }
            Self::RefreshEnded { took, snapshot } => {
                let credentials = snapshot.credentials();
                let end = credentials.expiration().map_or("they never end".into(), |end: Timestamp| end.to_string());
                let (source, key) = (credentials.source(), credentials.access_key_id());
                write!(f, "new credentials {key} from {source} after {} ms, until {end}", took.as_millis())
            }
            Self::RefreshFailed { took, error } => {
                write!(f, "no new credentials after {} ms: {error}", took.as_millis())
            }
            Self::ServedStale { error, left } => {
                f.write_str("credentials that should have been replaced are served on")?;
                if let Some(left) = left {
                    write!(f, ", for {} s at most", left.as_secs())?;
                }
                write!(f, ": {error}")
            }
        }
    }
}

/// Who is told, if anybody.
#[derive(Clone, Default)]
pub(crate) struct Listener(Option<Arc<dyn Events>>);

impl Listener {
    pub(crate) fn new(events: impl Events + 'static) -> Self {
        Self(Some(Arc::new(events)))
    }

    pub(crate) fn tell(&self, event: &Event<'_>) {
        if let Some(events) = &self.0 {
            events.event(event);
        }
    }

    pub(crate) fn listens(&self) -> bool {
        self.0.is_some()
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.listens() { "a listener" } else { "nobody" })
    }
}
