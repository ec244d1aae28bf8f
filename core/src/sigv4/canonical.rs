//! The canonical request and the string to sign.
//!
//! IAM guide, "Create a canonical request", "Create a string to sign". Both are written into a [`Sink`]: a hash that
//! never sees them whole, or a buffer to show. Headers and parameters stand in slots: borrowed, checked, sorted.

use super::{
    PathRule, SignError, SignedHeaders,
    encode::{self, QuerySlot},
    error::Part,
    sha::Sink,
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
    /// The value stands in the canonical request as it is.
    tidy: bool,
}

impl<'a> HeaderSlot<'a> {
    /// To fill a scratch array with.
    pub const EMPTY: Self = Self { key: 0, name: &[], value: &[], index: 0, tidy: true };

    /// One that signing adds: lower-case name, tidy value.
    pub(super) fn own(name: &'a str, value: &'a [u8]) -> Self {
        Self { key: key(name.as_bytes()), name: name.as_bytes(), value, index: 0, tidy: true }
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
}

fn key(name: &[u8]) -> u64 {
    let mut eight = [0u8; 8];
    for (to, from) in eight.iter_mut().zip(name) {
        *to = from.to_ascii_lowercase();
    }
    u64::from_be_bytes(eight)
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
        let (name, value) = (name.as_bytes(), value.as_bytes());
        if !wanted(name) {
            continue;
        }
        let tidy = look(value);
        if name.is_empty() || !name.iter().copied().all(is_token) || tidy.is_none() {
            return Err(SignError::Header { index });
        }
        let slot = slots.get_mut(count).ok_or(SignError::TooManyItems { part: Part::Headers, limit })?;
        *slot = HeaderSlot { key: key(name), name, value, index: index as u32, tidy: tidy == Some(true) };
        count += 1;
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

/// RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Whether a value stands as it is; `None` where it has a control character that is no white space.
fn look(value: &[u8]) -> Option<bool> {
    let mut tidy = true;
    let mut before = b' ';
    for byte in value {
        if *byte < b' ' || *byte == 0x7f {
            if !is_space(*byte) {
                return None;
            }
            tidy = false;
        }
        tidy &= !(*byte == b' ' && before == b' ');
        before = *byte;
    }
    Some(tidy && (before != b' ' || value.is_empty()))
}

/// A value without white space at its ends, and each run of it inside as one space.
fn tidied(value: &[u8], sink: &mut impl Sink) {
    let words = value.split(|b| is_space(*b)).filter(|word| !word.is_empty());
    for (at, word) in words.enumerate() {
        if at > 0 {
            sink.byte(b' ');
        }
        sink.put(word);
    }
}

/// Whether the caller's choice lets a header be signed.
pub(super) fn chosen(signed: SignedHeaders<'_>, name: &[u8]) -> bool {
    let listed = |list: &[&str]| {
        list.iter().any(|entry| match entry.strip_suffix('*') {
            Some(start) => name.get(..start.len()).is_some_and(|n| n.eq_ignore_ascii_case(start.as_bytes())),
            None => name.eq_ignore_ascii_case(entry.as_bytes()),
        })
    };
    if name.eq_ignore_ascii_case(b"authorization") {
        return false;
    }
    name.eq_ignore_ascii_case(b"host")
        || match signed {
            SignedHeaders::AllBut(list) => !listed(list),
            SignedHeaders::Only(list) => listed(list),
        }
}

/// A canonical request, not yet written. What signing adds stands beside what the request has; both are sorted.
pub(super) struct Canonical<'x> {
    pub method: &'x str,
    pub path: &'x str,
    pub rule: PathRule,
    pub query: &'x [QuerySlot<'x>],
    pub own_query: &'x [QuerySlot<'x>],
    pub headers: &'x [HeaderSlot<'x>],
    pub own_headers: &'x [HeaderSlot<'x>],
    pub payload: &'x [u8],
}

impl Canonical<'_> {
    pub(super) fn write(&self, sink: &mut impl Sink) -> Result<(), SignError> {
        sink.put(self.method.as_bytes());
        sink.byte(b'\n');
        encode::path(self.path, self.rule, sink)?;
        sink.byte(b'\n');
        for (at, slot) in merge(self.query, self.own_query, QuerySlot::order).enumerate() {
            if at > 0 {
                sink.byte(b'&');
            }
            slot.write(sink);
        }
        sink.byte(b'\n');
        self.header_lines(sink);
        sink.byte(b'\n');
        self.names(b";", sink);
        sink.byte(b'\n');
        sink.put(self.payload);
        Ok(())
    }

    fn header_lines(&self, sink: &mut impl Sink) {
        let mut before: Option<&HeaderSlot> = None;
        for slot in merge(self.headers, self.own_headers, HeaderSlot::order) {
            if before.is_some_and(|before| before.same_name(slot)) {
                sink.byte(b',');
            } else {
                if before.is_some() {
                    sink.byte(b'\n');
                }
                sink.lower(slot.name);
                sink.byte(b':');
            }
            if slot.tidy {
                sink.put(slot.value);
            } else {
                tidied(slot.value, sink);
            }
            before = Some(slot);
        }
        sink.byte(b'\n');
    }

    /// The names of the signed headers.
    pub(super) fn names(&self, between: &[u8], sink: &mut impl Sink) {
        let mut before: Option<&HeaderSlot> = None;
        for slot in merge(self.headers, self.own_headers, HeaderSlot::order) {
            if !before.is_some_and(|before| before.same_name(slot)) {
                if before.is_some() {
                    sink.put(between);
                }
                sink.lower(slot.name);
            }
            before = Some(slot);
        }
    }

    pub(super) fn has_host(&self) -> bool {
        self.headers.iter().any(|slot| slot.name.eq_ignore_ascii_case(b"host"))
    }
}

/// Two sorted lists as one.
fn merge<'x, T>(a: &'x [T], b: &'x [T], order: impl Fn(&T, &T) -> Ordering) -> impl Iterator<Item = &'x T> {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    core::iter::from_fn(move || match (a.peek(), b.peek()) {
        (Some(left), Some(right)) if order(left, right).is_gt() => b.next(),
        (Some(_), _) => a.next(),
        (None, _) => b.next(),
    })
}

/// The string to sign: what the signature is the HMAC of.
pub(super) struct ToSign<'x> {
    pub scope: &'x Scope<'x>,
    /// SHA-256 of the canonical request, in hexadecimal.
    pub hash: [u8; 64],
}

impl ToSign<'_> {
    pub(super) fn write(&self, sink: &mut impl Sink) {
        sink.put(b"AWS4-HMAC-SHA256\n");
        sink.put(&self.scope.time);
        sink.byte(b'\n');
        self.scope.write(b"/", sink);
        sink.byte(b'\n');
        sink.put(&self.hash);
    }
}

/// Date, region and service that a signature is good for.
pub(super) struct Scope<'x> {
    /// `20150830T123600Z`; the date is its beginning.
    pub time: [u8; 16],
    pub region: &'x str,
    pub service: &'x str,
}

impl Scope<'_> {
    pub(super) fn date(&self) -> [u8; 8] {
        self.time.first_chunk().copied().unwrap_or_default()
    }

    pub(super) fn write(&self, between: &[u8], sink: &mut impl Sink) {
        sink.put(&self.date());
        for part in [self.region, self.service, "aws4_request"] {
            sink.put(between);
            sink.put(part.as_bytes());
        }
    }
}
