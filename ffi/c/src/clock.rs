//! The clocks, for programs that run flows.

use crate::{edge::guard, types::irsa_now};
use arc_swap::ArcSwapOption;
use irsa::{Host, core::Now};
use std::sync::Arc;

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
            // Not a `OnceLock`: a child after fork could inherit one that is being set, and wait for ever.
            static HOST: ArcSwapOption<Host> = ArcSwapOption::const_empty();
            if HOST.load().is_none() {
                // Of several at once the first stays.
                HOST.compare_and_swap(&None::<Arc<Host>>, Some(Arc::new(Host::new(|_| None))));
            }
            HOST.load().as_ref().map_or(irsa_now { wall_ms: 0, mono_ms: 0 }, |host| host.now().into())
        },
    )
}

impl From<Now> for irsa_now {
    fn from(now: Now) -> Self {
        Self { wall_ms: now.wall.unix_millis(), mono_ms: now.mono.0 }
    }
}
