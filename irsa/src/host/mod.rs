//! The blocking host: answers effects with files, processes, HTTP and the clock, and drives flows with them.
//!
//! The environment is read once, when a host is made, and only through the function handed in. Certificates are loaded
//! at the first `https` request. No thread runs between effects; within one, name resolution and the pipes of a process
//! have short-lived threads.

pub(crate) mod cancel;
mod clock;
pub(crate) mod files;
mod process;

pub use cancel::Cancel;
pub(crate) use clock::Clock;

use crate::{
    net::Net,
    provider::events::{Event, Listener},
};
use cancel::Waited;
use clock::wall;
use irsa_core::{
    Error, Mono, Now,
    call::BACK_OFF,
    effect::{Answer, Ask, Effect},
    flow::{Flow, Step},
};
use std::time::Duration;

/// What answers effects on this machine. Cheap to make; share one for its loaded certificates.
#[derive(Debug)]
pub struct Host {
    clock: Clock,
    net: Net,
    /// Milliseconds by which the wall clock is read wrongly, for tests.
    shift: i64,
}

impl Host {
    /// A host with this process's environment.
    pub fn from_env() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    /// A host with the environment that `variable` gives. Looked up: the proxy variables, `AWS_CA_BUNDLE`,
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR`, the first in lower case too.
    pub fn new(variable: impl Fn(&str) -> Option<String>) -> Self {
        Self { clock: Clock::start(), net: Net::new(&variable), shift: 0 }
    }

    /// With other limits for the single steps of a request.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.net.timeouts = timeouts;
        self
    }

    /// As if this machine's wall clock were set wrong by so many milliseconds: for tests of what a program does then.
    #[doc(hidden)]
    #[must_use]
    pub fn with_wall_shift(mut self, millis: i64) -> Self {
        self.shift = millis;
        self
    }

    /// Both clocks. Monotonic time counts from when this host was made.
    pub fn now(&self) -> Now {
        let wall = if self.shift == 0 { wall() } else { wall().plus_millis(self.shift) };
        Now { wall, mono: self.clock.mono() }
    }

    /// Both clocks as of a moment ago, at most 10 ms: for a cached read.
    pub(crate) fn glance(&self) -> Now {
        let Now { wall, mono } = self.clock.glance();
        Now { wall: if self.shift == 0 { wall } else { wall.plus_millis(self.shift) }, mono }
    }

    /// Does what an effect asks. Blocks until it is done, or its deadline, or `cancel`.
    pub fn run(&self, effect: &Effect, cancel: &Cancel) -> Answer {
        match &effect.ask {
            Ask::ReadFile { path, limit } => Answer::File(files::read(path, *limit)),
            Ask::WriteFile { path, bytes } => Answer::Written(files::write(path, bytes.expose())),
            Ask::Http { request, deadline } => Answer::Http(self.net.send(request, *deadline, self.clock, cancel)),
            Ask::Run { argv, deadline, output_limit } => {
                Answer::Ran(process::run(argv, *deadline, *output_limit, self.clock, cancel))
            }
            Ask::WaitUntil(time) => match cancel.wait(self.clock, *time, || None::<()>) {
                // Cancelled or not: whoever drives looks at the switch next.
                Waited::Ready(()) | Waited::Cancelled | Waited::Late => Answer::Woken,
            },
            _ => Answer::Unsupported,
        }
    }

    /// Drives a flow to its end. Its trail can be read from `flow` afterwards.
    pub fn drive<T>(&self, flow: &mut Flow<T>, cancel: &Cancel) -> Result<T, Error> {
        self.drive_until(flow, cancel, Mono::NEVER, &Listener::default()).unwrap_or_else(|| Err(Cancel::error("flow")))
    }

    /// The same, but gives up at `until`, which is the caller's and not the flow's, and tells of attempts that are made
    /// again. `None` where the flow was given up.
    pub(crate) fn drive_until<T>(
        &self,
        flow: &mut Flow<T>,
        cancel: &Cancel,
        until: Mono,
        events: &Listener,
    ) -> Option<Result<T, Error>> {
        loop {
            let now = self.now();
            if cancel.is_cancelled() || now.mono >= until {
                return None;
            }
            let answered = match flow.next(now) {
                Step::Ask(mut effect) => {
                    if events.listens() && *effect.why == *BACK_OFF {
                        tell_of_retry(flow, &effect.ask, now.mono, events);
                    }
                    shorten(&mut effect.ask, until);
                    flow.answer(effect.id, self.run(&effect, cancel))
                }
                Step::Done(result) => return Some(result),
            };
            if let Err(error) = answered {
                return Some(Err(error));
            }
        }
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }
}

fn tell_of_retry<T>(flow: &Flow<T>, ask: &Ask, now: Mono, events: &Listener) {
    let Ask::WaitUntil(time) = ask else { return };
    // The wait itself is in the trail, and open.
    let outcome = flow.trail().into_iter().rev().find_map(|line| line.outcome).unwrap_or_default();
    events.tell(&Event::Retrying { outcome: &outcome, pause: time.since(now) });
}

fn shorten(ask: &mut Ask, until: Mono) {
    if let Ask::Http { deadline: time, .. } | Ask::Run { deadline: time, .. } | Ask::WaitUntil(time) = ask {
        *time = until.min(*time);
    }
}

/// How long a step of a request may take, within the request's own deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Name resolution.
    pub resolve: Duration,
    /// One connection, over all addresses of the name.
    pub connect: Duration,
    /// A TLS handshake, or a proxy's answer to CONNECT.
    pub tls: Duration,
    /// From the request's last byte to the answer's first.
    pub first_byte: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { resolve: seconds(5), connect: seconds(5), tls: seconds(5), first_byte: seconds(20) }
    }
}
