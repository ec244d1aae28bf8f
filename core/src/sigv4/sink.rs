//! Where canonical text goes: into a hash, into the caller's buffer, into a count.

/// What takes bytes in pieces.
pub(super) trait Sink {
    /// Takes all of them.
    fn put(&mut self, bytes: &[u8]);

    /// Takes one.
    #[inline]
    fn byte(&mut self, byte: u8) {
        self.put(&[byte]);
    }

    /// Takes them in lower case (ASCII only).
    fn lower(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(32) {
            let mut room = [0u8; 32];
            if let Some(room) = room.get_mut(..part.len()) {
                copy(room, part);
                room.make_ascii_lowercase();
                self.put(room);
            }
        }
    }
}

impl Sink for alloc::vec::Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Counts what would be written.
pub(super) struct Length(pub usize);

impl Sink for Length {
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }
}

/// The caller's buffer. It counts on past its end, so that the length that is needed is known.
pub(super) struct Out<'o> {
    bytes: &'o mut [u8],
    at: usize,
}

impl<'o> Out<'o> {
    pub(super) fn new(bytes: &'o mut [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How much has been written, or would have been.
    pub(super) fn length(&self) -> usize {
        self.at
    }

    /// The length, or how much is needed where there is less room.
    pub(super) fn fitted(&self) -> Result<usize, super::SignError> {
        if self.at <= self.bytes.len() { Ok(self.at) } else { Err(super::SignError::TooSmall { needed: self.at }) }
    }

    /// What stands between two lengths.
    pub(super) fn part(&self, from: usize, to: usize) -> &[u8] {
        self.bytes.get(from..to).unwrap_or_default()
    }

    /// Leaves room for a signature; gives where.
    pub(super) fn hole(&mut self) -> usize {
        let start = self.at;
        self.at += 64;
        start
    }

    pub(super) fn fill(&mut self, hole: usize, signature: &[u8; 64]) {
        if let Some(room) = self.bytes.get_mut(hole..).and_then(|rest| rest.first_chunk_mut()) {
            *room = *signature;
        }
    }

    /// A header as HTTP/1.1 has it.
    pub(super) fn line(&mut self, name: &str, value: &[u8]) {
        self.put(name.as_bytes());
        self.put(b": ");
        self.put(value);
        self.put(b"\r\n");
    }

    /// In decimal.
    pub(super) fn number(&mut self, number: u32) {
        let mut scale = 1_000_000_000;
        while scale > 1 && number < scale {
            scale /= 10;
        }
        while scale > 0 {
            self.byte(b'0' + (number / scale % 10) as u8);
            scale /= 10;
        }
    }
}

impl Sink for Out<'_> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let end = self.at.saturating_add(bytes.len());
        if let Some(room) = self.bytes.get_mut(self.at..end) {
            copy(room, bytes);
        }
        self.at = end;
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        if let Some(room) = self.bytes.get_mut(self.at) {
            *room = byte;
        }
        self.at = self.at.saturating_add(1);
    }
}

/// Copies between slices of one length. Most pieces of a request are short: those are copied in place, as two halves of
/// fixed size that may overlap, and not by a call.
#[inline(always)]
pub(super) fn copy(to: &mut [u8], from: &[u8]) {
    #[inline(always)]
    fn halves<const N: usize>(to: &mut [u8], from: &[u8]) {
        if let (Some(first), Some(last)) = (from.first_chunk::<N>(), from.last_chunk::<N>()) {
            if let Some(room) = to.first_chunk_mut() {
                *room = *first;
            }
            if let Some(room) = to.last_chunk_mut() {
                *room = *last;
            }
        }
    }
    match from.len() {
        0 => {}
        1..4 => {
            for (room, byte) in to.iter_mut().zip(from) {
                *room = *byte;
            }
        }
        4..8 => halves::<4>(to, from),
        8..16 => halves::<8>(to, from),
        16..=32 => halves::<16>(to, from),
        _ if to.len() == from.len() => to.copy_from_slice(from),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{vec, vec::Vec};

    #[test]
    fn every_short_length_is_copied() {
        let from: Vec<u8> = (1..=200).collect();
        for length in 0..200 {
            let mut to = vec![0; length];
            copy(&mut to, &from[..length]);
            assert_eq!(to, from[..length]);
        }
    }

    #[test]
    fn a_buffer_counts_past_its_end() {
        for room in 0..30 {
            let mut bytes = [b'.'; 30];
            let mut out = Out::new(&mut bytes[..room]);
            out.put(b"abc");
            out.byte(b'd');
            out.number(604_800);
            out.put(b"a piece of 19 bytes");
            assert_eq!(out.length(), 29);
            assert_eq!(out.fitted().is_ok(), room >= 29);
            assert!(bytes[room..].iter().all(|b| *b == b'.'), "written past {room} bytes");
        }
        let mut bytes = [0; 3];
        let mut out = Out::new(&mut bytes);
        out.number(0);
        out.number(10);
        assert_eq!(&bytes, b"010");
    }
}
