//! What C and irsa hand each other by value: texts, bytes, headers, time. Their layout never changes.

use std::ffi::c_char;

/// Text that is lent: `len` bytes of UTF-8 from `data` on. Into irsa it need not end in NUL, and `data` may be NULL where
/// `len` is 0. Out of irsa it always has a NUL behind it, and lives as long as what it was taken from. `IRSA_STR("…")`
/// makes one of a literal, `irsa_str_of` of a C string.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_str {
    /// The first byte.
    pub data: *const c_char,
    /// How many, without a NUL.
    pub len: usize,
}

/// Bytes that are lent, likewise.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_bytes {
    /// The first byte.
    pub data: *const u8,
    /// How many.
    pub len: usize,
}

/// A header of a request or an answer: a name, and a value of any bytes but control characters.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_header {
    /// In any case.
    pub name: irsa_str,
    /// As sent; it may be secret.
    pub value: irsa_str,
}

/// Both clocks at one moment. `irsa_clock_now` reads them; a program may bring its own.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_now {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub wall_ms: i64,
    /// Milliseconds of a clock that only goes forward, from any start.
    pub mono_ms: u64,
}

/// A key and its value, such as a tag.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_pair {
    /// The key.
    pub key: irsa_str,
    /// Its value.
    pub value: irsa_str,
}

impl irsa_str {
    /// Nothing.
    pub(crate) const NONE: Self = Self { data: std::ptr::null(), len: 0 };
}

impl irsa_bytes {
    /// Nothing.
    pub(crate) const NONE: Self = Self { data: std::ptr::null(), len: 0 };
}
