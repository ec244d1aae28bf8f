//! A switch by which one thread ends the wait of another.

use crate::{
    edge::{given, guard, hand, run},
    error::irsa_error,
    fork::Forked,
};
use irsa::Cancel;
use irsa_core::Error;
use std::{
    ffi::c_int,
    mem::MaybeUninit,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
};

/// A switch: calls that were given it end when it is thrown, from whichever thread. It stays thrown. A child after fork
/// has its own, thrown or not as the parent's was; throwing one does nothing to the other.
pub struct irsa_cancel {
    /// Before the switch itself, and without a lock: what a child reads.
    thrown: AtomicBool,
    switch: Forked<Cancel>,
}

impl irsa_cancel {
    fn new() -> Result<Self, Error> {
        Ok(Self { thrown: AtomicBool::new(false), switch: Forked::new(|| Ok(Cancel::new()))? })
    }

    /// For a call that waits: a switch of its own count, so that a handle that is freed too early does no harm to the wait.
    pub(crate) fn switch(&self) -> Result<Cancel, Error> {
        let switch = self.switch.get(|_| {
            let switch = Cancel::new();
            if self.is_thrown() {
                switch.cancel();
            }
            Ok(switch)
        });
        switch.cloned()
    }

    fn throw(&self) {
        self.thrown.store(true, SeqCst);
        // It does not fail: nothing in it can.
        if let Ok(switch) = self.switch() {
            switch.cancel();
        }
    }

    fn is_thrown(&self) -> bool {
        self.thrown.load(SeqCst)
    }
}

/// A switch that is not thrown. The caller frees it.
/// Errors: `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED` where the system has no memory for a fork handler. Since 0.1.
///
///     irsa_cancel *cancel = NULL;
///     if (irsa_cancel_new(&cancel, NULL) == IRSA_OK)
///         irsa_cancel_free(cancel);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_cancel_new(
    cancel: Option<&mut MaybeUninit<*mut irsa_cancel>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_cancel_new", err, || {
        hand(given(cancel, "cancel")?, irsa_cancel::new()?);
        Ok(())
    })
}

/// Throws it: whoever waits with it comes back with `IRSA_CANCELLED`, sockets in use are shut down. From any thread, as
/// often as one likes; not from a signal handler, since it takes a lock. NULL is fine. Since 0.1.
///
///     irsa_cancel_throw(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_cancel_throw(cancel: Option<&irsa_cancel>) {
    guard(
        "irsa_cancel_throw",
        || (),
        || {
            if let Some(cancel) = cancel {
                cancel.throw()
            }
        },
    );
}

/// 1 where it was thrown, 0 where not, and for NULL. Since 0.1.
///
///     printf("%d\n", irsa_cancel_is_thrown(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_cancel_is_thrown(cancel: Option<&irsa_cancel>) -> c_int {
    guard("irsa_cancel_is_thrown", || 0, || c_int::from(cancel.is_some_and(|cancel| cancel.is_thrown())))
}

/// Frees it, once the calls that were given it have come back. NULL is fine. Since 0.1.
///
///     irsa_cancel_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_cancel_free(cancel: Option<Box<irsa_cancel>>) {
    guard("irsa_cancel_free", || (), || drop(cancel));
}
