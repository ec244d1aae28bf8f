//! What a function leaves with the caller: text or bytes, wiped when freed.

use crate::{edge::guard, text::Text, types::irsa_bytes};
use serde_json::Value;
use std::ffi::c_char;

/// Text or bytes that belong to the caller: a presigned URL, a secret's value, a JSON document.
pub struct irsa_buffer(pub(crate) Text);

impl irsa_buffer {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(Text::new(bytes))
    }

    /// A document without secrets.
    pub(crate) fn json(value: &Value) -> Self {
        Self::new(value.to_string().as_bytes())
    }
}

/// The content as a C string: with a NUL behind it. Bytes may have more of them within: see `irsa_buffer_bytes`.
/// NULL for NULL. It lives as long as the buffer. Since 0.1.
///
///     irsa_buffer *version = NULL;
///     puts(irsa_buffer_text(version) == NULL ? "none" : "some");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_buffer_text(buffer: Option<&irsa_buffer>) -> *const c_char {
    guard("irsa_buffer_text", std::ptr::null, || buffer.map_or(std::ptr::null(), |buffer| buffer.0.pointer()))
}

/// The content and its length, without the NUL. `{NULL, 0}` for NULL. It lives as long as the buffer. Since 0.1.
///
///     irsa_bytes content = irsa_buffer_bytes(NULL);
///     printf("%zu bytes\n", content.len);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_buffer_bytes(buffer: Option<&irsa_buffer>) -> irsa_bytes {
    guard("irsa_buffer_bytes", || irsa_bytes::NONE, || buffer.map_or(irsa_bytes::NONE, |buffer| buffer.0.bytes()))
}

/// Wipes and frees it. NULL is fine. Since 0.1.
///
///     irsa_buffer_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_buffer_free(buffer: Option<Box<irsa_buffer>>) {
    guard("irsa_buffer_free", || (), || drop(buffer));
}
