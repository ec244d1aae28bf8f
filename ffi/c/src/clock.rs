//! The clocks, for programs that run flows.

use crate::{edge::guard, types::irsa_now};
use irsa::{Host, core::Now};
use std::sync::OnceLock;

/// Both clocks at this moment. The monotonic one counts from the first call in this process, and goes on in a forked
/// child; it stands still while the machine is suspended. Since 0.1.
///
///     irsa_now now = irsa_clock_now();
///     printf("%lld\n", (long long)now.wall_ms);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_clock_now() -> irsa_now {
    guard(
        "irsa_clock_now",
        || irsa_now { wall_ms: 0, mono_ms: 0 },
        || {
            static HOST: OnceLock<Host> = OnceLock::new();
            irsa_now::from(HOST.get_or_init(|| Host::new(|_| None)).now())
        },
    )
}

impl From<Now> for irsa_now {
    fn from(now: Now) -> Self {
        Self { wall_ms: now.wall.unix_millis(), mono_ms: now.mono.0 }
    }
}
