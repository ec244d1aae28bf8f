//! The binary form of effects, answers and snapshots, version 1, for faces that are not Rust. docs/effects.md shows
//! it byte by byte.
//!
//! Every message opens with a version byte and a kind byte. Reading is strict: what is unknown, cut, too long or left
//! over is the error `encoding`, which names the field and the byte offset.

pub(crate) mod wire;

/// The first byte of every message.
pub const VERSION: u8 = 1;

/// The second byte of every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// A keeper's snapshot.
    Snapshot = 3,
}

pub(crate) fn open(writer: &mut wire::Writer, message: Message) {
    writer.u8(VERSION);
    writer.u8(message as u8);
}

pub(crate) fn expect(reader: &mut wire::Reader<'_>, message: Message) -> Result<(), crate::Error> {
    match reader.u8("version")? {
        VERSION => {}
        other => return Err(reader.unknown("version", other)),
    }
    match reader.u8("kind")? {
        kind if kind == message as u8 => Ok(()),
        other => Err(reader.unknown("kind", other)),
    }
}
