//! Which version is loaded.

use crate::edge::guard;
use std::ffi::{CStr, c_char};

/// Of this library.
pub(crate) const TEXT: &str = env!("CARGO_PKG_VERSION");

const C_TEXT: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(text) => text,
    Err(_) => c"",
};

/// The version of the library that is loaded, such as `0.1.0`; `IRSA_VERSION` is that of the header. Static. Since 0.1.
///
///     if (strcmp(irsa_version(), IRSA_VERSION) != 0)
///         fprintf(stderr, "built for %s, loaded %s\n", IRSA_VERSION, irsa_version());
#[unsafe(no_mangle)]
pub extern "C" fn irsa_version() -> *const c_char {
    guard("irsa_version", || C_TEXT.as_ptr(), || C_TEXT.as_ptr())
}
