//! The primitives of every binary form of irsa: little endian integers, lengths as u32, text as UTF-8.
//!
//! Writing counts first and allocates once, so that no grown buffer leaves an unwiped copy of a secret behind.
//! Reading never allocates more than its input implies, and every error names the field and the byte offset.

use crate::{Code, Error, SecretBytes};
use alloc::{format, vec::Vec};

/// Encodes what `write` writes; it is called twice, first to count.
pub(crate) fn build(write: impl Fn(&mut Writer)) -> SecretBytes {
    let mut count = Writer { len: 0, out: None };
    write(&mut count);
    let mut writer = Writer { len: 0, out: Some(Vec::with_capacity(count.len)) };
    write(&mut writer);
    writer.out.unwrap_or_default().into()
}

/// Counts, or writes too.
pub(crate) struct Writer {
    len: usize,
    out: Option<Vec<u8>>,
}

impl Writer {
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.len = self.len.saturating_add(bytes.len());
        if let Some(out) = &mut self.out {
            out.extend_from_slice(bytes);
        }
    }

    pub(crate) fn u8(&mut self, value: u8) {
        self.raw(&[value]);
    }

    pub(crate) fn u16(&mut self, value: u16) {
        self.raw(&value.to_le_bytes());
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }

    pub(crate) fn i32(&mut self, value: i32) {
        self.raw(&value.to_le_bytes());
    }

    pub(crate) fn i64(&mut self, value: i64) {
        self.raw(&value.to_le_bytes());
    }

    /// A count or a length. What is longer than 4 GiB is cut; nothing in irsa comes near.
    pub(crate) fn count(&mut self, count: usize) {
        self.u32(u32::try_from(count).unwrap_or(u32::MAX));
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        let bytes = bytes.get(..u32::MAX as usize).unwrap_or(bytes);
        self.count(bytes.len());
        self.raw(bytes);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// A byte that says whether there is one, then the value.
    pub(crate) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.u8(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }
}

/// Reads from the front; `field` names what is read, for the error.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self { rest: input, offset: 0 }
    }

    pub(crate) fn raw(&mut self, field: &str, len: usize) -> Result<&'a [u8], Error> {
        let Some((taken, rest)) = self.rest.split_at_checked(len) else {
            return Err(self.error(
                field,
                self.offset,
                &format!("{len} bytes are needed, {} are left", self.rest.len()),
            ));
        };
        self.rest = rest;
        self.offset += len;
        Ok(taken)
    }

    pub(crate) fn u8(&mut self, field: &str) -> Result<u8, Error> {
        Ok(u8::from_le_bytes(self.array(field)?))
    }

    pub(crate) fn u16(&mut self, field: &str) -> Result<u16, Error> {
        Ok(u16::from_le_bytes(self.array(field)?))
    }

    pub(crate) fn u32(&mut self, field: &str) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array(field)?))
    }

    pub(crate) fn u64(&mut self, field: &str) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.array(field)?))
    }

    pub(crate) fn i32(&mut self, field: &str) -> Result<i32, Error> {
        Ok(i32::from_le_bytes(self.array(field)?))
    }

    pub(crate) fn i64(&mut self, field: &str) -> Result<i64, Error> {
        Ok(i64::from_le_bytes(self.array(field)?))
    }

    pub(crate) fn bytes(&mut self, field: &str) -> Result<&'a [u8], Error> {
        let len = self.u32(field)?;
        // On a machine of 16 bits a length may not fit; it does not fit the input either.
        self.raw(field, usize::try_from(len).unwrap_or(usize::MAX))
    }

    pub(crate) fn text(&mut self, field: &str) -> Result<&'a str, Error> {
        let bytes = self.bytes(field)?;
        core::str::from_utf8(bytes).map_err(|e| {
            let at = self.offset - bytes.len() + e.valid_up_to();
            self.error(field, at, "not UTF-8")
        })
    }

    /// A count and so many items, each at least `least` bytes long: no room is made for more than can follow.
    pub(crate) fn list<T>(
        &mut self,
        field: &str,
        least: usize,
        mut read: impl FnMut(&mut Self, &str) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let count = self.count(field, least)?;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(read(self, field)?);
        }
        Ok(items)
    }

    /// How many items follow, each at least `least` bytes long.
    fn count(&mut self, field: &str, least: usize) -> Result<usize, Error> {
        let at = self.offset;
        let count = self.u32(field)?;
        match usize::try_from(count) {
            Ok(count) if count <= self.rest.len() / least.max(1) => Ok(count),
            _ => Err(self.error(field, at, &format!("{count} items cannot be in the {} bytes left", self.rest.len()))),
        }
    }

    /// As [`Writer::option`] wrote it.
    pub(crate) fn option<T>(
        &mut self,
        field: &str,
        read: impl FnOnce(&mut Self, &str) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        if self.flag(field)? { read(self, field).map(Some) } else { Ok(None) }
    }

    /// A byte that is 0 or 1.
    pub(crate) fn flag(&mut self, field: &str) -> Result<bool, Error> {
        match self.u8(field)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.unknown(field, other)),
        }
    }

    /// The error for a byte just read that nothing is known of.
    pub(crate) fn unknown(&self, field: &str, byte: u8) -> Error {
        self.error(field, self.offset.saturating_sub(1), &format!("{byte} is unknown"))
    }

    /// The error for a value, `len` bytes long, that was just read.
    pub(crate) fn refuse(&self, field: &str, len: usize, why: &str) -> Error {
        self.error(field, self.offset.saturating_sub(len), why)
    }

    /// Nothing may be left.
    pub(crate) fn end(&self) -> Result<(), Error> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(self.error("end", self.offset, &format!("{left} bytes are left over"))),
        }
    }

    fn array<const N: usize>(&mut self, field: &str) -> Result<[u8; N], Error> {
        let at = self.offset;
        let bytes = self.raw(field, N)?;
        bytes.try_into().map_err(|_| self.error(field, at, "cut"))
    }

    fn error(&self, field: &str, offset: usize, what: &str) -> Error {
        Error::new(Code::Encoding, "encoding", format!("{field} at byte {offset}: {what}"))
    }
}
