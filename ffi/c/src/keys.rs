//! A caller's cache of signing keys, for the hot path.

use crate::{
    edge::{given, guard, hand, no_such, run},
    error::irsa_error,
};
use irsa_core::sigv4::KeyCache;
use std::{ffi::c_int, mem::MaybeUninit};

/// Signing keys that were derived, for one thread at a time: a day, a Region and a service have one each, and deriving it
/// is a third of a signature's cost. Keep one for each thread, worker or event loop.
pub struct irsa_keys(pub(crate) KeyCache);

/// A cache for `slots` keys (1 to 1024; 0: four, for one identity, a few Regions and services). All memory is taken here;
/// signing takes none. The caller frees it. After fork, parent and child each have their own copy.
/// Errors: `IRSA_C_VALUE`, `IRSA_C_NULL`. Since 0.1.
///
///     irsa_keys *keys = NULL;
///     if (irsa_keys_new(0, &keys, NULL) == IRSA_OK)
///         irsa_keys_free(keys);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_keys_new(
    slots: usize,
    keys: Option<&mut MaybeUninit<*mut irsa_keys>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_keys_new", err, || {
        let keys = given(keys, "keys")?;
        let cache = match slots {
            0 => KeyCache::new(),
            1..=1024 => KeyCache::with_slots(slots),
            _ => return Err(no_such("slots", slots)),
        };
        hand(keys, irsa_keys(cache));
        Ok(())
    })
}

/// Wipes the keys and frees the cache. NULL is fine. Since 0.1.
///
///     irsa_keys_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_keys_free(keys: Option<Box<irsa_keys>>) {
    guard("irsa_keys_free", || (), || drop(keys));
}
