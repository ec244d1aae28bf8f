//! The program's log: what happens to a provider's credentials, a line each, without a secret.

use irsa::Event;
use std::{
    cell::Cell,
    ffi::{CString, c_char, c_int, c_void},
};

/// What a line of the log is for.
#[repr(C)]
pub enum irsa_log_level {
    /// It goes as it should, or will be tried again.
    IRSA_LOG_INFO = 1,
    /// A person should look at it.
    IRSA_LOG_WARNING = 2,
}

/// Is told what happens: `user` is the options' `log_user`, `level` an `IRSA_LOG_…`, `text` one line that begins with the
/// name of the event (`refresh-started`, `retrying`, `refresh-ended`, `refresh-failed`, `served-stale`), without a newline
/// or a secret; it is lent for the call.
///
/// It is called by the thread where the thing happened: one that is in `irsa_provider_get` or another function that needs
/// credentials, or, with `background`, the refreshing one; by several at once. No lock is held, and the thread waits for
/// it, so it should be quick. It may use the provider, which within it never waits: it gives what is in hand, or
/// `IRSA_C_CALLBACK`. It must not free the provider, fork, throw or longjmp.
pub type irsa_log = Option<unsafe extern "C" fn(user: *mut c_void, level: c_int, text: *const c_char)>;

/// A program's function, and what it is to be called with.
#[derive(Clone, Copy)]
pub(super) struct Log {
    function: unsafe extern "C" fn(*mut c_void, c_int, *const c_char),
    user: *mut c_void,
}

// SAFETY: the header says that any thread may call it; what lies behind `user` is the function's own affair.
unsafe impl Send for Log {}
// SAFETY: likewise.
unsafe impl Sync for Log {}

thread_local! {
    static WITHIN: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is in a program's callback.
pub(super) fn is_within() -> bool {
    WITHIN.get()
}

impl Log {
    pub(super) fn new(function: irsa_log, user: *mut c_void) -> Option<Self> {
        Some(Self { function: function?, user })
    }

    pub(super) fn tell(&self, event: &Event<'_>) {
        let level = match event.is_warning() {
            true => irsa_log_level::IRSA_LOG_WARNING,
            false => irsa_log_level::IRSA_LOG_INFO,
        };
        let line = format!("{}: {event}", event.name());
        // What others have said may be in it.
        let line: Vec<u8> = line.bytes().map(|byte| if byte.is_ascii_control() { b' ' } else { byte }).collect();
        let line = CString::new(line).unwrap_or_default();
        let outer = WITHIN.replace(true);
        // SAFETY: it is what the program gave for this, and `line` is a C string.
        unsafe { (self.function)(self.user, level as c_int, line.as_ptr()) };
        WITHIN.set(outer);
    }
}
