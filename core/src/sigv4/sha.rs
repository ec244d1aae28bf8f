//! SHA-256 and HMAC-SHA256 in the shape that signing wants: fed in pieces without an allocation, with keys kept as
//! midstates. FIPS 180-4, RFC 2104. The compression function is sha2's.

use super::sink::{Out, Sink, copy};
use sha2::block_api::compress256;
use zeroize::Zeroize;

/// A hash under way. Pieces gather in a buffer of several blocks, so that the compression function is called seldom;
/// long pieces are hashed where they lie.
pub(super) struct Sha256 {
    state: State,
    buffer: [u8; BUFFER],
    filled: usize,
    /// Bytes that went into `state`.
    hashed: u64,
}

pub(super) type State = [u32; 8];

const BLOCK: usize = 64;
const BUFFER: usize = 4 * BLOCK;
/// So far the buffer is filled: what finishes a hash still fits behind.
const ROOM: usize = BUFFER - BLOCK;

const START: State = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

impl Sha256 {
    pub(super) fn new() -> Self {
        Self::resume(START, 0)
    }

    fn resume(state: State, hashed: u64) -> Self {
        Self { state, buffer: [0; BUFFER], filled: 0, hashed }
    }

    /// Completes the open block, and hashes the rest from where it lies. Apart, so that what is done for each short
    /// piece stays small.
    #[inline(never)]
    fn long(&mut self, bytes: &[u8]) {
        let free = self.filled.next_multiple_of(BLOCK) - self.filled;
        let (head, rest) = bytes.split_at_checked(free).unwrap_or((bytes, &[]));
        let end = self.filled + head.len();
        if let Some(room) = self.buffer.get_mut(self.filled..end) {
            room.copy_from_slice(head);
        }
        self.flush(end);
        let (blocks, tail) = rest.as_chunks::<BLOCK>();
        if !blocks.is_empty() {
            compress256(&mut self.state, blocks);
            self.hashed += (blocks.len() * BLOCK) as u64;
        }
        if let Some(room) = self.buffer.get_mut(..tail.len()) {
            room.copy_from_slice(tail);
        }
        self.filled = tail.len();
    }

    /// Hashes the buffer up to `end`, a multiple of the block.
    fn flush(&mut self, end: usize) {
        let (blocks, _) = self.buffer.get(..end).unwrap_or_default().as_chunks::<BLOCK>();
        if !blocks.is_empty() {
            compress256(&mut self.state, blocks);
        }
        self.hashed += end as u64;
    }

    /// Where the end of what was fed stands, to be wiped.
    pub(super) fn buffer(&mut self) -> &mut [u8] {
        &mut self.buffer
    }

    /// The hash. What was fed last stays in the buffer: wipe it where that is a secret.
    pub(super) fn finish(&mut self) -> [u8; 32] {
        let bits = (self.hashed + self.filled as u64) * 8;
        let end = (self.filled + 9).next_multiple_of(BLOCK);
        if let Some([mark, rest @ ..]) = self.buffer.get_mut(self.filled..end) {
            *mark = 0x80;
            if let Some((zeros, length)) = rest.split_last_chunk_mut::<8>() {
                zeros.fill(0);
                *length = bits.to_be_bytes();
            }
        }
        self.flush(end);
        bytes_of(&self.state)
    }
}

impl Sink for Sha256 {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        let end = self.filled + bytes.len();
        if end <= ROOM
            && let Some(room) = self.buffer.get_mut(self.filled..end)
        {
            copy(room, bytes);
            self.filled = end;
        } else {
            self.long(bytes);
        }
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        if self.filled < ROOM
            && let Some(room) = self.buffer.get_mut(self.filled)
        {
            *room = byte;
            self.filled += 1;
        } else {
            self.long(&[byte]);
        }
    }
}

/// SHA-256 of bytes that lie together.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.put(bytes);
    sha.finish()
}

/// An HMAC key as its two midstates: each use saves two of its blocks.
#[derive(Clone, Default)]
pub(super) struct HmacKey {
    inner: State,
    outer: State,
}

impl HmacKey {
    /// The key is the pieces one after the other.
    pub(super) fn new(pieces: &[&[u8]]) -> Self {
        let mut block = [0u8; BLOCK];
        let mut out = Out::new(&mut block);
        for piece in pieces {
            out.put(piece);
        }
        if out.fitted().is_err() {
            let mut sha = Sha256::new();
            for piece in pieces {
                sha.put(piece);
            }
            block = [0; BLOCK];
            if let Some(room) = block.first_chunk_mut() {
                *room = sha.finish();
            }
            wipe(&mut sha.buffer);
            wipe(&mut sha.state);
        }
        let mut key = Self { inner: START, outer: START };
        block.iter_mut().for_each(|byte| *byte ^= 0x36);
        compress256(&mut key.inner, &[block]);
        block.iter_mut().for_each(|byte| *byte ^= 0x36 ^ 0x5c);
        compress256(&mut key.outer, &[block]);
        wipe(&mut block);
        key
    }

    /// The code of what `write` writes.
    pub(super) fn mac(&self, write: impl FnOnce(&mut Sha256)) -> [u8; 32] {
        let mut sha = Sha256::resume(self.inner, BLOCK as u64);
        write(&mut sha);
        let mut block = [0u8; BLOCK];
        if let Some((hash, rest)) = block.split_first_chunk_mut::<32>() {
            *hash = sha.finish();
            if let Some((mark, length)) = rest.split_first_mut() {
                *mark = 0x80;
                if let Some(length) = length.last_chunk_mut::<8>() {
                    *length = (96u64 * 8).to_be_bytes();
                }
            }
        }
        let mut state = self.outer;
        compress256(&mut state, &[block]);
        bytes_of(&state)
    }
}

impl Drop for HmacKey {
    fn drop(&mut self) {
        wipe(&mut self.inner);
        wipe(&mut self.outer);
    }
}

/// Overwrites for good. As a slice: that is done at once, an array would be done element by element.
pub(super) fn wipe<T: zeroize::DefaultIsZeroes>(secret: &mut [T]) {
    secret.zeroize();
}

fn bytes_of(state: &State) -> [u8; 32] {
    let mut out = [0u8; 32];
    for (room, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *room = word.to_be_bytes();
    }
    out
}

/// In lower case, as signatures and payload hashes are written.
pub(super) fn hex(bytes: &[u8; 32]) -> [u8; 64] {
    let mut out = [0u8; 64];
    for (room, byte) in out.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *room = PAIRS.get(usize::from(*byte)).copied().unwrap_or_default();
    }
    out
}

static PAIRS: [[u8; 2]; 256] = {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        #[allow(clippy::indexing_slicing)] // evaluated by the compiler
        {
            table[byte] = [DIGITS[byte / 16], DIGITS[byte % 16]];
        }
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn text(bytes: &[u8; 32]) -> std::string::String {
        std::string::String::from_utf8(hex(bytes).to_vec()).unwrap()
    }

    #[test]
    fn known_hashes() {
        // FIPS 180-4's examples, and a million times "a" (NIST CAVP).
        for (input, hash) in [
            (&b""[..], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
            (&[b'a'; 1_000_000], "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ] {
            assert_eq!(text(&sha256(input)), hash);
        }
    }

    /// However the bytes are cut, the hash is the same: every length about the block and buffer sizes, in pieces.
    #[test]
    fn pieces_do_not_matter() {
        let bytes: Vec<u8> = (0..1500u32).map(|i| (i * 7 + i / 256) as u8).collect();
        for length in (0..200).chain(430..530).chain([1000, 1500]) {
            let whole = sha256(&bytes[..length]);
            for piece in [1, 3, 63, 64, 65, 447, 448, 449, 512, 1000] {
                let mut sha = Sha256::new();
                for part in bytes[..length].chunks(piece) {
                    sha.put(part);
                }
                assert_eq!(sha.finish(), whole, "{length} bytes in pieces of {piece}");
            }
        }
    }

    #[test]
    fn known_codes() {
        // RFC 4231, cases 1, 2, 6 (a key longer than a block).
        for (key, message, code) in [
            (&[0x0b; 20][..], &b"Hi There"[..], "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            let (head, tail) = key.split_at(key.len() / 2);
            let mac = HmacKey::new(&[head, tail]).mac(|sha| sha.put(message));
            assert_eq!(text(&mac), code);
        }
    }
}
