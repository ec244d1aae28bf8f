//! A switch by which one thread ends the wait of another.

use crate::{
    edge::{given, guard, hand, run},
    error::irsa_error,
};
use irsa::Cancel;
use std::{ffi::c_int, mem::MaybeUninit};

/// A switch: calls that were given it end when it is thrown, from whichever thread. It stays thrown.
pub struct irsa_cancel(pub(crate) Cancel);

/// A switch that is not thrown. The caller frees it. Errors: `IRSA_C_NULL`. Since 0.1.
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
        hand(given(cancel, "cancel")?, irsa_cancel(Cancel::new()));
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
                cancel.0.cancel()
            }
        },
    );
}

/// 1 where it was thrown, 0 where not, and for NULL. Since 0.1.
///
///     printf("%d\n", irsa_cancel_is_thrown(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_cancel_is_thrown(cancel: Option<&irsa_cancel>) -> c_int {
    guard("irsa_cancel_is_thrown", || 0, || c_int::from(cancel.is_some_and(|cancel| cancel.0.is_cancelled())))
}

/// Frees it. Calls that still wait with it go on, and can no longer be cancelled. NULL is fine. Since 0.1.
///
///     irsa_cancel_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_cancel_free(cancel: Option<Box<irsa_cancel>>) {
    guard("irsa_cancel_free", || (), || drop(cancel));
}
