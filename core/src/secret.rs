//! Text and bytes that are wiped when dropped, and that nothing prints by accident.
//!
//! Each lives behind one heap pointer, so moving the handle (or the future that holds it) leaves no copy behind.
//! Comparison takes the same time wherever the first difference stands; it does reveal the length.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::fmt;
use zeroize::Zeroize;

/// A secret text: a secret access key, a session token, a web identity token, a header's value.
#[derive(Clone)]
pub struct Secret(Box<str>);

impl Secret {
    /// Takes the text over. `text` is shrunk to fit; what it was copied from is the caller's to wipe.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text itself. Every call is a place where it may leak: send it, sign with it, never print it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True where there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Secret {
    fn from(mut text: String) -> Self {
        // `into_boxed_str` would reallocate a String with spare capacity and leave the old copy unwiped.
        if text.len() == text.capacity() {
            return Self(text.into_boxed_str());
        }
        let exact = Box::from(text.as_str());
        wipe(&mut core::mem::take(&mut text).into_bytes());
        Self(exact)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        same(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for Secret {}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

/// Secret bytes: the body of a request or an answer, the content of a token file.
#[derive(Clone, Default)]
pub struct SecretBytes(Box<[u8]>);

impl SecretBytes {
    /// The bytes themselves; the warning of [`Secret::expose`] holds.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True where there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&[u8]> for SecretBytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl From<Vec<u8>> for SecretBytes {
    fn from(mut bytes: Vec<u8>) -> Self {
        if bytes.len() == bytes.capacity() {
            return Self(bytes.into_boxed_slice());
        }
        let exact = Box::from(bytes.as_slice());
        wipe(&mut bytes);
        Self(exact)
    }
}

impl From<String> for SecretBytes {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0)
    }
}

impl Eq for SecretBytes {}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        self.0.as_mut().zeroize();
    }
}

/// Overwrites a buffer, what it has spare too, and empties it. As slices: those are overwritten at once, where a vector's
/// elements would be one by one.
pub(crate) fn wipe(bytes: &mut Vec<u8>) {
    bytes.as_mut_slice().zeroize();
    bytes.spare_capacity_mut().zeroize();
    bytes.clear();
}

/// Text in the making that is wiped when it is dropped. Give it all the room that it needs: growing leaves copies behind.
#[derive(Default)]
pub(crate) struct Scratch(pub String);

impl Drop for Scratch {
    fn drop(&mut self) {
        wipe(&mut core::mem::take(&mut self.0).into_bytes());
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({})", self.0.len())
    }
}

/// Equality in time that depends on the length alone.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && core::hint::black_box(a.iter().zip(b).fold(0u8, |seen, (x, y)| seen | (x ^ y))) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn debug_shows_a_length_and_no_content() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(7 bytes)");
        assert_eq!(format!("{:?}", SecretBytes::from(&b"hunter2"[..])), "SecretBytes(7)");
    }

    #[test]
    fn equality_is_by_content() {
        assert_eq!(Secret::from("a"), Secret::new("a"));
        assert_ne!(Secret::from("a"), Secret::new("b"));
        assert_ne!(Secret::from("a"), Secret::new("aa"));
        let mut spare = String::with_capacity(64);
        spare.push_str("abc");
        assert_eq!(Secret::from(spare).expose(), "abc");
    }
}
