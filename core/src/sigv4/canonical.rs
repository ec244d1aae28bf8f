//! The canonical request and the string to sign.
//!
//! IAM guide, "Create a canonical request", "Create a string to sign". Both are written into a [`Sink`]: a hash that
//! never sees them whole, or a buffer to show. Headers and parameters stand in slots: borrowed, checked, sorted.

use super::{
    PathRule, SignError, SignedHeaders,
    class::{self, CONTROL, NO_TOKEN, SPACE, UPPER},
    encode::{self, QuerySlot},
    error::Part,
    sink::Sink,
};
use core::cmp::Ordering;

/// Room for more headers and parameters than [`super::sign_into`] has.
pub struct Scratch<'s, 'a> {
    /// One for each header, filled with [`HeaderSlot::EMPTY`].
    pub headers: &'s mut [HeaderSlot<'a>],
    /// One for each parameter of the query, filled with [`QuerySlot::EMPTY`].
    pub query: &'s mut [QuerySlot<'a>],
}

/// One header that is to be signed.
#[derive(Clone, Copy)]
pub struct HeaderSlot<'a> {
    /// The first eight bytes of the name in lower case: most comparisons end here.
    key: u64,
    name: &'a [u8],
    value: &'a [u8],
    /// Its place in the request: of one name, the values stay in order.
    index: u32,
    /// The name is in lower case.
    lower: bool,
    /// The value stands in the canonical request as it is.
    tidy: bool,
}

impl<'a> HeaderSlot<'a> {
    /// To fill a scratch array with.
    pub const EMPTY: Self = Self { key: 0, name: &[], value: &[], index: 0, lower: true, tidy: true };

    /// One that signing adds: lower-case name, tidy value.
    pub(super) fn own(name: &'a str, value: &'a [u8]) -> Self {
        let name = name.as_bytes();
        Self { key: key(name), name, value, ..Self::EMPTY }
    }

    fn read(index: usize, name: &'a [u8], value: &'a [u8]) -> Result<Self, SignError> {
        let letters = class::seen(name);
        let tidy = class::visible(value) || is_tidy(value).ok_or(SignError::Header { index })?;
        if name.is_empty() || letters & NO_TOKEN != 0 {
            return Err(SignError::Header { index });
        }
        Ok(Self { key: key(name), name, value, index: index as u32, lower: letters & UPPER == 0, tidy })
    }

    fn order(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then_with(|| {
            let lower = |name: &'a [u8]| name.iter().skip(8).map(u8::to_ascii_lowercase);
            lower(self.name).cmp(lower(other.name)).then(self.index.cmp(&other.index))
        })
    }

    fn same_name(&self, other: &Self) -> bool {
        self.key == other.key && self.name.eq_ignore_ascii_case(other.name)
    }

    fn write_name(&self, sink: &mut impl Sink) {
        if self.lower { sink.put(self.name) } else { sink.lower(self.name) }
    }

    fn write_value(&self, sink: &mut impl Sink) {
        if self.tidy {
            return sink.put(self.value);
        }
        let words = self.value.split(|b| class::of(*b) & SPACE != 0).filter(|word| !word.is_empty());
        for (at, word) in words.enumerate() {
            if at > 0 {
                sink.byte(b' ');
            }
            sink.put(word);
        }
    }
}

fn key(name: &[u8]) -> u64 {
    let mut eight = name.first_chunk().copied().unwrap_or_else(|| {
        let mut eight = [0u8; 8];
        for (to, from) in eight.iter_mut().zip(name) {
            *to = *from;
        }
        eight
    });
    eight.make_ascii_lowercase();
    u64::from_be_bytes(eight)
}

/// Whether a value has no white space but single spaces inside; `None` where it has another control character.
fn is_tidy(value: &[u8]) -> Option<bool> {
    let mut tidy = true;
    let mut before = b' ';
    for byte in value {
        let classes = class::of(*byte);
        if classes & CONTROL != 0 {
            return None;
        }
        if classes & SPACE != 0 {
            tidy &= *byte == b' ' && before != b' ';
        }
        before = *byte;
    }
    Some(tidy && (before != b' ' || value.is_empty()))
}

/// The headers that are wanted, in `slots`, sorted by name.
pub(super) fn headers<'s, 'a>(
    given: impl Iterator<Item = (&'a str, &'a str)>,
    wanted: impl Fn(&[u8]) -> bool,
    slots: &'s mut [HeaderSlot<'a>],
) -> Result<&'s [HeaderSlot<'a>], SignError> {
    let limit = slots.len();
    let mut count = 0;
    for (index, (name, value)) in given.enumerate() {
        if wanted(name.as_bytes()) {
            let slot = slots.get_mut(count).ok_or(SignError::TooManyItems { part: Part::Headers, limit })?;
            *slot = HeaderSlot::read(index, name.as_bytes(), value.as_bytes())?;
            count += 1;
        }
    }
    let filled = slots.get_mut(..count).unwrap_or_default();
    filled.sort_unstable_by(HeaderSlot::order);
    Ok(filled)
}

/// The parameters of a query, in `slots`, sorted.
pub(super) fn query<'s, 'a>(
    text: &'a str,
    wanted: impl Fn(&QuerySlot<'a>) -> bool,
    slots: &'s mut [QuerySlot<'a>],
) -> Result<&'s [QuerySlot<'a>], SignError> {
    let limit = slots.len();
    let mut count = 0;
    for piece in encode::pieces(text) {
        let read = QuerySlot::read(piece);
        read.check().map_err(|within| SignError::Escape {
            part: Part::Query,
            offset: piece.as_ptr() as usize - text.as_ptr() as usize + within,
        })?;
        if wanted(&read) {
            *slots.get_mut(count).ok_or(SignError::TooManyItems { part: Part::Query, limit })? = read;
            count += 1;
        }
    }
    let filled = slots.get_mut(..count).unwrap_or_default();
    filled.sort_unstable_by(QuerySlot::order);
    Ok(filled)
}

/// Whether the caller's choice lets a header be signed.
pub(super) fn chosen(signed: SignedHeaders<'_>, name: &[u8]) -> bool {
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    let chosen = match signed {
        SignedHeaders::AllBut(list) => !is_listed(list, name) || is("host"),
        SignedHeaders::Only(list) => is_listed(list, name) || is("host"),
    };
    chosen && !is("authorization")
}

fn is_listed(list: &[&str], name: &[u8]) -> bool {
    let first = name.first().map(u8::to_ascii_lowercase);
    list.iter().map(|entry| entry.as_bytes()).filter(|entry| entry.first().copied() == first).any(|entry| {
        match entry.split_last() {
            Some((b'*', start)) => name.get(..start.len()).is_some_and(|name| name.eq_ignore_ascii_case(start)),
            _ => name.eq_ignore_ascii_case(entry),
        }
    })
}

/// A canonical request, not yet written. What signing adds stands beside what the request has; both are sorted.
#[derive(Clone, Copy)]
pub(super) struct Canonical<'x> {
    pub method: &'x str,
    pub path: &'x str,
    pub rule: PathRule,
    pub query: &'x [QuerySlot<'x>],
    pub own_query: &'x [QuerySlot<'x>],
    pub headers: &'x [HeaderSlot<'x>],
    pub own_headers: &'x [HeaderSlot<'x>],
    /// The names of the signed headers, where they have been written already.
    pub names: Option<&'x [u8]>,
    pub payload: &'x [u8],
}

impl Canonical<'_> {
    pub(super) fn write(&self, sink: &mut impl Sink) -> Result<(), SignError> {
        sink.put(self.method.as_bytes());
        sink.byte(b'\n');
        encode::path(self.path, self.rule, sink)?;
        sink.byte(b'\n');
        let mut first = true;
        merged(self.query, self.own_query, QuerySlot::order, |slot| {
            if !core::mem::take(&mut first) {
                sink.byte(b'&');
            }
            slot.write(sink);
        });
        sink.byte(b'\n');
        self.header_lines(sink);
        sink.put(b"\n\n");
        match self.names {
            Some(names) => sink.put(names),
            None => self.write_names(b";", sink),
        }
        sink.byte(b'\n');
        sink.put(self.payload);
        Ok(())
    }

    fn header_lines(&self, sink: &mut impl Sink) {
        let mut before: Option<&HeaderSlot> = None;
        let mut names = self.names;
        merged(self.headers, self.own_headers, HeaderSlot::order, |slot| {
            if before.is_some_and(|before| before.same_name(slot)) {
                sink.byte(b',');
            } else {
                if before.is_some() {
                    sink.byte(b'\n');
                }
                match names.and_then(|names| names.split_at_checked(slot.name.len())) {
                    Some((name, rest)) => {
                        sink.put(name);
                        names = rest.get(1..);
                    }
                    None => slot.write_name(sink),
                }
                sink.byte(b':');
            }
            slot.write_value(sink);
            before = Some(slot);
        });
    }

    /// The names of the signed headers.
    pub(super) fn write_names(&self, between: &[u8], sink: &mut impl Sink) {
        let mut before: Option<&HeaderSlot> = None;
        merged(self.headers, self.own_headers, HeaderSlot::order, |slot| {
            if !before.is_some_and(|before| before.same_name(slot)) {
                if before.is_some() {
                    sink.put(between);
                }
                slot.write_name(sink);
            }
            before = Some(slot);
        });
    }

    pub(super) fn has_host(&self) -> bool {
        self.headers.iter().any(|slot| slot.name.eq_ignore_ascii_case(b"host"))
    }
}

/// Two sorted lists as one.
fn merged<'x, T>(mut a: &'x [T], mut b: &'x [T], order: impl Fn(&T, &T) -> Ordering, mut each: impl FnMut(&'x T)) {
    loop {
        match (a.split_first(), b.split_first()) {
            (Some((left, rest)), right) if right.is_none_or(|(right, _)| order(left, right).is_le()) => {
                a = rest;
                each(left);
            }
            (_, Some((right, rest))) => {
                b = rest;
                each(right);
            }
            (_, None) => return,
        }
    }
}

/// The string to sign: what the signature is the HMAC of.
pub(super) struct ToSign<'x> {
    /// `20150830T123600Z`
    pub time: &'x [u8; 16],
    /// `20150830/us-east-1/iam/aws4_request`
    pub scope: &'x [u8],
    /// SHA-256 of the canonical request, in hexadecimal.
    pub hash: [u8; 64],
}

impl ToSign<'_> {
    pub(super) fn write(&self, sink: &mut impl Sink) {
        sink.put(b"AWS4-HMAC-SHA256\n");
        sink.put(self.time);
        sink.byte(b'\n');
        sink.put(self.scope);
        sink.byte(b'\n');
        sink.put(&self.hash);
    }
}
