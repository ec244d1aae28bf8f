//! The hash of a body that comes in pieces: signed after one pass over it, whoever reads it and wherever it goes.

use super::{
    sha::{Sha256, hex, wipe},
    sink::Sink,
};
use core::fmt;

/// SHA-256 of a body, under way.
///
/// ```
/// use irsa_core::sigv4::{BodyHash, Payload};
/// let mut body = BodyHash::new();
/// body.update(b"one piece, ");
/// body.update(b"and another");
/// let hash = body.finish();
/// let payload = Payload::Hash(hash.as_str()); // signs as Payload::Bytes(b"one piece, and another") does
/// # assert_eq!(hash.as_str(), "c0c2873b963bda19c4e9b5100b6ffb65daa8dfb5c788805f30ede2d989e8b849");
/// ```
pub struct BodyHash(Sha256);

impl BodyHash {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self(Sha256::new())
    }

    /// Takes the next piece. Long ones are hashed from where they lie.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.put(piece);
    }

    /// The hash of all pieces, one after the other.
    pub fn finish(mut self) -> HexHash {
        HexHash(hex(&self.0.finish()))
    }
}

impl Default for BodyHash {
    fn default() -> Self {
        Self::new()
    }
}

/// A body may be a secret, and its end stands here.
impl Drop for BodyHash {
    fn drop(&mut self) {
        wipe(self.0.buffer());
    }
}

impl fmt::Debug for BodyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyHash")
    }
}

/// A SHA-256 hash as signatures have it: 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HexHash([u8; 64]);

impl HexHash {
    /// For [`super::Payload::Hash`].
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for HexHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sha::sha256;
    use super::*;
    use std::vec::Vec;

    /// However a body is cut, its hash is that of the whole.
    #[test]
    fn pieces_of_every_size() {
        let body: Vec<u8> = (0..1000).map(|i| (i * 7 + i / 256) as u8).collect();
        for length in [0, 1, 63, 64, 65, 191, 192, 193, 255, 256, 257, 1000] {
            let body = &body[..length];
            let whole = hex(&sha256(body));
            for size in [1, 7, 63, 64, 65, 192, 200, 1000] {
                let mut hash = BodyHash::new();
                body.chunks(size).for_each(|piece| hash.update(piece));
                assert_eq!(hash.finish().as_str().as_bytes(), whole, "{length} in pieces of {size}");
            }
        }
    }
}
