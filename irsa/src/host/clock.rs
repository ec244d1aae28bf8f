//! The clocks of this machine: monotonic time since a start, and the wall.
//!
//! A glance is what a cached read takes: both clocks as of the kernel's last tick, at most 10 ms ago, for a fifth of the
//! price (Linux; elsewhere it is a look like any other). That is near enough to see that a window of seconds has not
//! opened yet; whatever follows from a window goes by the exact time.

use irsa_core::{Mono, Now, Timestamp};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Monotonic milliseconds since a start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
    #[cfg(target_os = "linux")]
    tick: rustix::time::Timespec,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            start: Instant::now(),
            // What `Instant` counts by, in its own units.
            #[cfg(target_os = "linux")]
            tick: rustix::time::clock_gettime(rustix::time::ClockId::Monotonic),
        }
    }

    pub(crate) fn mono(self) -> Mono {
        // Not `as_millis`: its division of 128 bits is dear.
        let past = self.start.elapsed();
        Mono(past.as_secs().saturating_mul(1000).saturating_add(past.subsec_millis().into()))
    }

    /// Both clocks, as of a moment ago.
    #[cfg(target_os = "linux")]
    pub(crate) fn glance(self) -> Now {
        use rustix::time::{ClockId, clock_gettime};
        let (mono, wall) = (clock_gettime(ClockId::MonotonicCoarse), clock_gettime(ClockId::RealtimeCoarse));
        let seconds = mono.tv_sec.saturating_sub(self.tick.tv_sec);
        // Rounded down, as the exact clock is: a glance is never ahead of it.
        let nanos = mono.tv_nsec - self.tick.tv_nsec;
        let millis = seconds.saturating_mul(1000).saturating_add(nanos.div_euclid(1_000_000));
        Now {
            wall: Timestamp::from_parts(wall.tv_sec, u32::try_from(wall.tv_nsec).unwrap_or(0)),
            mono: Mono(u64::try_from(millis).unwrap_or(0)),
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn glance(self) -> Now {
        Now { wall: wall(), mono: self.mono() }
    }
}

pub(crate) fn wall() -> Timestamp {
    let now = SystemTime::now();
    match now.duration_since(UNIX_EPOCH) {
        Ok(past) => Timestamp::from_parts(i64::try_from(past.as_secs()).unwrap_or(i64::MAX), past.subsec_nanos()),
        Err(before) => Timestamp::from_unix(i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |s| -s)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// A glance is between what was before it, less a tick, and what is after it.
    #[test]
    fn a_glance_is_never_ahead_and_little_behind() {
        let clock = Clock::start();
        for _ in 0..50 {
            let (wall_before, mono_before) = (wall(), clock.mono());
            let seen = clock.glance();
            let (wall_after, mono_after) = (wall(), clock.mono());
            assert!(seen.mono <= mono_after && seen.wall <= wall_after);
            // A tick is 1 to 10 ms.
            assert!(mono_before.0.saturating_sub(seen.mono.0) <= 11, "{mono_before:?} {seen:?}");
            assert!(wall_before.millis_since(seen.wall) <= 11, "{wall_before} {seen:?}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
