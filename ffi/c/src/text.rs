//! Text and bytes that libirsa owns and lends to C: wiped at their end, with a NUL behind them.

use crate::types::{irsa_bytes, irsa_str};
use std::ffi::c_char;
use zeroize::Zeroize;

/// One heap pointer, so that nothing is left behind when it moves.
pub(crate) struct Text(Box<[u8]>);

impl Text {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut owned = Vec::with_capacity(bytes.len() + 1);
        owned.extend_from_slice(bytes);
        owned.push(0);
        Self(owned.into_boxed_slice())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len() - 1
    }

    /// Whether this is it.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.0.strip_suffix(&[0]) == Some(text.as_bytes())
    }

    pub(crate) fn pointer(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }

    pub(crate) fn expose(&self) -> &[u8] {
        self.0.get(..self.len()).unwrap_or_default()
    }

    pub(crate) fn view(&self) -> irsa_str {
        irsa_str { data: self.pointer(), len: self.len() }
    }

    pub(crate) fn bytes(&self) -> irsa_bytes {
        irsa_bytes { data: self.0.as_ptr(), len: self.len() }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes())
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// NULL where there is none.
pub(crate) fn pointer(text: Option<&Text>) -> *const c_char {
    text.map_or(std::ptr::null(), Text::pointer)
}
