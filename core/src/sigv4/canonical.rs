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

    /// Takes a header in; false where it cannot be signed. In place, as it is what signing does most.
    #[inline]
    fn take(&mut self, index: usize, name: Name<'a>, value: &'a [u8]) -> bool {
        let letters = class::seen(name.bytes);
        let tidy = class::visible(value).then_some(true).or_else(|| is_tidy(value));
        self.key = name.key;
        self.name = name.bytes;
        self.value = value;
        self.index = index as u32;
        self.lower = letters & UPPER == 0;
        self.tidy = tidy == Some(true);
        tidy.is_some() && !name.bytes.is_empty() && letters & NO_TOKEN == 0
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

/// The first eight bytes in lower case, as a number that sorts as they do.
#[inline]
const fn key(name: &[u8]) -> u64 {
    let eight = match (name.first_chunk::<8>(), name.first_chunk::<4>(), name.last_chunk::<4>()) {
        (Some(eight), ..) => u64::from_be_bytes(*eight),
        // Four to seven bytes: two halves that overlap.
        (_, Some(first), Some(last)) => {
            let (first, last) = (u32::from_be_bytes(*first) as u64, u32::from_be_bytes(*last) as u64);
            first << 32 | last << (8 * (8 - name.len()))
        }
        _ => match *name {
            [a, b, c] => (a as u64) << 56 | (b as u64) << 48 | (c as u64) << 40,
            [a, b] => (a as u64) << 56 | (b as u64) << 48,
            [a] => (a as u64) << 56,
            _ => 0,
        },
    };
    lower(eight)
}

/// Eight ASCII bytes in lower case at once: bit 5 is set where a byte is from A to Z.
const fn lower(eight: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let seven = eight & (EACH * 0x7f);
    let from_a = seven + EACH * (0x80 - b'A' as u64);
    let beyond_z = seven + EACH * (0x7f - b'Z' as u64);
    eight | ((from_a ^ beyond_z) & !eight & (EACH * 0x80)) >> 2
}

/// A header's name with what makes comparing it quick.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    bytes: &'a [u8],
    key: u64,
}

impl<'a> Name<'a> {
    #[inline]
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, key: key(bytes) }
    }

    pub(super) const fn of(name: &'a str) -> Self {
        Self::new(name.as_bytes())
    }

    /// Whether both are one, in any case.
    #[inline]
    pub(super) fn is(&self, other: &Name<'_>) -> bool {
        self.key == other.key && self.bytes.eq_ignore_ascii_case(other.bytes)
    }
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
    given: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    wanted: impl Fn(&Name<'a>) -> bool,
    slots: &'s mut [HeaderSlot<'a>],
) -> Result<&'s [HeaderSlot<'a>], SignError> {
    let limit = slots.len();
    let mut count = 0;
    for (index, (name, value)) in given.enumerate() {
        let name = Name::new(name);
        if wanted(&name) {
            let slot = slots.get_mut(count).ok_or(SignError::TooManyItems { part: Part::Headers, limit })?;
            if !slot.take(index, name, value) {
                return Err(SignError::Header { index });
            }
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
        if wanted(&read) {
            *slots.get_mut(count).ok_or(SignError::TooManyItems { part: Part::Query, limit })? = read;
            count += 1;
        }
    }
    let filled = slots.get_mut(..count).unwrap_or_default();
    filled.sort_unstable_by(QuerySlot::order);
    Ok(filled)
}

/// The caller's choice of headers, prepared for looking up many.
pub(super) struct Chosen<'c> {
    signed: SignedHeaders<'c>,
    /// A bit for each letter that a listed name begins with: most names are passed by at a glance.
    letters: u32,
}

impl<'c> Chosen<'c> {
    pub(super) fn new(signed: SignedHeaders<'c>) -> Self {
        let (SignedHeaders::AllBut(list) | SignedHeaders::Only(list)) = signed;
        Self { signed, letters: list.iter().fold(0, |letters, name| letters | letter(name.as_bytes())) }
    }

    /// Whether a header is to be signed.
    #[inline]
    pub(super) fn has(&self, name: &Name<'_>) -> bool {
        const HOST: Name<'_> = Name::new(b"host");
        const AUTHORIZATION: Name<'_> = Name::new(b"authorization");
        let first = letter(name.bytes);
        let listed = |list: &[&str]| {
            let mut alike = list.iter().filter(|entry| letter(entry.as_bytes()) == first);
            first & self.letters != 0 && alike.any(|entry| fits(entry, name.bytes))
        };
        let chosen = match self.signed {
            SignedHeaders::AllBut(list) => !listed(list) || name.is(&HOST),
            SignedHeaders::Only(list) => listed(list) || name.is(&HOST),
        };
        chosen && !name.is(&AUTHORIZATION)
    }
}

/// The bit of a name's first letter, in either case.
fn letter(name: &[u8]) -> u32 {
    name.first().map_or(0, |first| 1 << (first & 31))
}

fn fits(entry: &str, name: &[u8]) -> bool {
    match entry.as_bytes() {
        [start @ .., b'*'] => name.get(..start.len()).is_some_and(|name| name.eq_ignore_ascii_case(start)),
        entry => name.eq_ignore_ascii_case(entry),
    }
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
            None => self.write_names(sink),
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

    /// The names of the signed headers, joined by `;`.
    pub(super) fn write_names(&self, sink: &mut impl Sink) {
        let mut before: Option<&HeaderSlot> = None;
        merged(self.headers, self.own_headers, HeaderSlot::order, |slot| {
            if !before.is_some_and(|before| before.same_name(slot)) {
                if before.is_some() {
                    sink.byte(b';');
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The order of the keys is that of the first eight bytes in lower case.
    #[test]
    fn keys_sort_as_names_do() {
        let names =
            ["", "A", "a-", "ab", "ABC", "abd", "host", "Hosts", "range", "x-amz-", "x-amz-D", "X-AMZ-da", "x_"];
        for pair in names.windows(2) {
            assert!(key(pair[0].as_bytes()) < key(pair[1].as_bytes()), "{pair:?}");
        }
        for byte in 0..=127u8 {
            let name = [b'a', byte, b'b', b'c', b'd', b'e', b'f', b'g', b'h'];
            for length in 2..=9 {
                let mut eight = [0; 8];
                for (to, from) in eight.iter_mut().zip(&name[..length]) {
                    *to = from.to_ascii_lowercase();
                }
                assert_eq!(key(&name[..length]).to_be_bytes(), eight, "{:?}", &name[..length]);
            }
        }
    }
}
