//! Percent-encoding as Signature Version 4 wants it, and what it makes of paths and queries.
//!
//! Unreserved (RFC 3986 §2.3) bytes stand, all others become `%XX` in upper case. Runs of unreserved bytes are copied
//! whole. Nothing is allocated: results go into a [`Sink`], or are compared on the way.

use super::{
    PathEncoding, PathRule, SignError,
    class::{self, INVISIBLE, NOT_IN_PATH, RESERVED},
    error::Part,
    sink::Sink,
};
use alloc::{string::String, vec::Vec};
use core::cmp::Ordering;

/// `bytes` encoded; only bytes of the class `odd` are. Eight at a time where none of them is: a token of base64 is
/// mostly so.
fn encode(bytes: &[u8], odd: u8, sink: &mut impl Sink) {
    let (eights, rest) = bytes.as_chunks::<8>();
    for eight in eights {
        if class::seen(eight) & odd == 0 {
            sink.put(eight);
        } else {
            each(eight, odd, sink);
        }
    }
    each(rest, odd, sink);
}

fn each(bytes: &[u8], odd: u8, sink: &mut impl Sink) {
    for byte in bytes {
        if class::of(*byte) & odd == 0 {
            sink.byte(*byte);
        } else {
            sink.put(&escape(*byte));
        }
    }
}

/// `text` encoded, slashes too.
pub(super) fn component(text: &[u8], sink: &mut impl Sink) {
    encode(text, RESERVED, sink);
}

/// What is put in here comes out encoded, slashes too.
pub(super) struct Component<'s, S>(pub &'s mut S);

impl<S: Sink> Sink for Component<'_, S> {
    fn put(&mut self, bytes: &[u8]) {
        component(bytes, self.0);
    }
}

/// The same, behind what is in `out`; it takes [`length`] bytes.
pub(crate) fn append(text: &[u8], out: &mut Vec<u8>) {
    component(text, out);
}

/// How long `text` is once it is encoded.
pub(crate) fn length(text: &[u8]) -> usize {
    text.len() + 2 * text.iter().filter(|byte| class::of(**byte) & RESERVED != 0).count()
}

fn escape(byte: u8) -> [u8; 3] {
    let digit = |four: u8| if four < 10 { b'0' + four } else { b'A' + four - 10 };
    [b'%', digit(byte >> 4), digit(byte & 15)]
}

/// The bytes that a text with escapes stands for; an escape that is none is given as its offset.
struct Decoded<'a> {
    text: &'a [u8],
    at: usize,
    /// In a query `+` stands for a space, as S3 and the first suite of vectors have it.
    query: bool,
    /// A `%` that begins no escape stands for itself.
    lenient: bool,
}

impl<'a> Decoded<'a> {
    fn query(text: &'a [u8]) -> Self {
        Self { text, at: 0, query: true, lenient: true }
    }
}

impl Iterator for Decoded<'_> {
    type Item = Result<u8, usize>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let byte = *self.text.get(start)?;
        self.at += 1;
        if byte != b'%' {
            return Some(Ok(if byte == b'+' && self.query { b' ' } else { byte }));
        }
        let nibble = |at: usize| self.text.get(at).and_then(|b| (*b as char).to_digit(16));
        match (nibble(start + 1), nibble(start + 2)) {
            (Some(high), Some(low)) => {
                self.at += 2;
                Some(Ok((high * 16 + low) as u8))
            }
            // There is no one reading of such a query. AWS's first suite, and most signers, take the % as itself.
            _ if self.lenient => Some(Ok(byte)),
            _ => Some(Err(start)),
        }
    }
}

/// The text that a parameter of a query stands for. `None` where an escape is none or the bytes are no text.
pub(crate) fn decoded(text: &str) -> Option<String> {
    // Room for all of it at once: it may be a token, and a buffer that grows leaves copies behind.
    let mut bytes = Vec::with_capacity(text.len());
    for byte in (Decoded { lenient: false, ..Decoded::query(text.as_bytes()) }) {
        bytes.push(byte.ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Decodes the escapes and encodes anew, so that there is one spelling; raw bytes that are not of the class `odd` stand.
fn respell(text: &[u8], odd: u8, sink: &mut impl Sink) -> Result<(), usize> {
    if class::seen(text) & odd == 0 {
        sink.put(text);
        return Ok(());
    }
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let run = class::run(rest, odd);
        if let Some(plain @ [_, ..]) = rest.get(..run) {
            sink.put(plain);
        }
        let query = odd == RESERVED;
        let mut next = Decoded { text, at: at + run, query, lenient: query };
        match next.next() {
            None => return Ok(()),
            // A slash that was escaped is no separator: it stays escaped.
            Some(Ok(byte)) if class::of(byte) & RESERVED == 0 => sink.byte(byte),
            Some(Ok(byte)) => sink.put(&escape(byte)),
            Some(Err(offset)) => return Err(offset),
        }
        at = next.at;
    }
}

/// One parameter of a query, as on the wire.
#[derive(Clone, Copy)]
pub struct QuerySlot<'a> {
    name: &'a [u8],
    value: &'a [u8],
    /// Both are spelled as the canonical query spells them.
    canonical: bool,
}

impl<'a> QuerySlot<'a> {
    /// To fill a scratch array with.
    pub const EMPTY: Self = Self { name: &[], value: &[], canonical: true };

    /// A piece of the query, between its `&`.
    pub(super) fn read(piece: &'a str) -> Self {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let canonical = class::seen(name.as_bytes()) | class::seen(value.as_bytes());
        Self { name: name.as_bytes(), value: value.as_bytes(), canonical: canonical & RESERVED == 0 }
    }

    /// One that is spelled canonically.
    pub(super) fn canonical(name: &'a [u8], value: &'a [u8]) -> Self {
        Self { name, value, canonical: true }
    }

    /// `name=value` as the canonical query has it.
    pub(super) fn write(&self, sink: &mut impl Sink) {
        if self.canonical {
            sink.put(self.name);
            sink.byte(b'=');
            sink.put(self.value);
        } else {
            // `check` has seen the escapes.
            let _ = respell(self.name, RESERVED, sink);
            sink.byte(b'=');
            let _ = respell(self.value, RESERVED, sink);
        }
    }

    /// The order of the canonical query: by encoded name, then by encoded value.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        if self.canonical && other.canonical {
            return (self.name, self.value).cmp(&(other.name, other.value));
        }
        spelled(self.name).cmp(spelled(other.name)).then_with(|| spelled(self.value).cmp(spelled(other.value)))
    }

    /// Whether its name is this one, which is spelled canonically.
    pub(super) fn is(&self, name: &str) -> bool {
        if self.canonical { self.name == name.as_bytes() } else { spelled(self.name).eq(name.bytes()) }
    }
}

/// The pieces of a query that hold something.
pub(super) fn pieces(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|piece| !piece.is_empty())
}

/// The bytes of the canonical spelling.
fn spelled(text: &[u8]) -> impl Iterator<Item = u8> {
    Decoded::query(text).map_while(Result::ok).flat_map(|byte| {
        let (bytes, count) = if class::of(byte) & RESERVED == 0 { ([byte, 0, 0], 1) } else { (escape(byte), 3) };
        bytes.into_iter().take(count)
    })
}

/// The canonical form of a path as on the wire. At most [`SEGMENTS`] segments where `.`, `..` or `//` are to be resolved.
pub(super) fn path(path: &str, rule: PathRule, sink: &mut impl Sink) -> Result<(), SignError> {
    let path = if path.is_empty() { "/" } else { path };
    if !rule.normalise || !needs_normalising(path) {
        return piece(path, path, rule, sink);
    }
    let mut kept = [""; SEGMENTS];
    let mut count = 0;
    for segment in path.split('/').filter(|s| !s.is_empty() && *s != ".") {
        if segment == ".." {
            count = usize::saturating_sub(count, 1);
        } else {
            *kept.get_mut(count).ok_or(SignError::TooManyItems { part: Part::Path, limit: SEGMENTS })? = segment;
            count += 1;
        }
    }
    for segment in kept.iter().take(count) {
        sink.byte(b'/');
        piece(path, segment, rule, sink)?;
    }
    if count == 0 || path.ends_with('/') {
        sink.byte(b'/');
    }
    Ok(())
}

/// Segments that a path may have left while it is normalised.
pub(super) const SEGMENTS: usize = 128;

fn needs_normalising(path: &str) -> bool {
    let mut before = b'x';
    path.bytes().any(|byte| {
        let hit = before == b'/' && matches!(byte, b'/' | b'.');
        before = byte;
        hit
    }) || !path.starts_with('/')
}

fn piece(whole: &str, text: &str, rule: PathRule, sink: &mut impl Sink) -> Result<(), SignError> {
    let bytes = text.as_bytes();
    match rule.encoding {
        PathEncoding::Twice => encode(bytes, NOT_IN_PATH, sink),
        PathEncoding::AsIs => encode(bytes, INVISIBLE, sink),
        PathEncoding::Once => {
            let start = text.as_ptr() as usize - whole.as_ptr() as usize;
            return respell(bytes, NOT_IN_PATH, sink).map_err(|offset| SignError::Escape { offset: start + offset });
        }
    }
    Ok(())
}
