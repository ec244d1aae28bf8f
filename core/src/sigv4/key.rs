//! Signing keys: derived once a day for each secret, region and service, and kept as HMAC midstates.
//!
//! IAM guide, "Create a signed AWS API request", "Calculate the signature". A cache is the caller's, one for each
//! thread; it lives behind one heap pointer and is wiped when it is dropped.

use super::{
    sha::{HmacKey, wipe},
    sink::{Out, Sink},
};
use crate::{
    Timestamp,
    secret::{Secret, SecretBytes, same},
};
use alloc::boxed::Box;

/// The signing key of a day, region and service, as `AWS4` chains derive it: 32 bytes.
pub fn signing_key(secret_access_key: &Secret, day: Timestamp, region: &str, service: &str) -> SecretBytes {
    let mut key = derive(secret_access_key.expose(), &date(day), region, service);
    let bytes = SecretBytes::from(&key[..]);
    wipe(&mut key);
    bytes
}

/// The date of a scope: `20150830`.
fn date(day: Timestamp) -> [u8; 8] {
    day.basic().first_chunk().copied().unwrap_or_default()
}

const DAY: i64 = 86_400;

fn derive(secret: &str, date: &[u8], region: &str, service: &str) -> [u8; 32] {
    let mut key = HmacKey::new(&[b"AWS4", secret.as_bytes()]).mac(|sha| sha.put(date));
    for step in [region.as_bytes(), service.as_bytes(), b"aws4_request"] {
        let next = HmacKey::new(&[&key]).mac(|sha| sha.put(step));
        wipe(&mut key);
        key = next;
    }
    key
}

/// Derived keys, the last few that were used. Making one allocates; using it does not.
pub struct KeyCache {
    slots: Box<[Slot]>,
    uses: u64,
}

/// A key and what it is good for.
#[derive(Clone)]
pub(super) struct Slot {
    pub key: HmacKey,
    used: u64,
    /// Days since 1970-01-01.
    day: i64,
    /// `20150830/us-east-1/iam/aws4_request`
    scope: Short<SCOPE>,
    /// Empty where it is longer: such a key is derived at every use.
    secret: Short<SECRET>,
}

const SECRET: usize = 96;
const SCOPE: usize = 8 + 1 + NAME_LIMIT + 1 + NAME_LIMIT + 13;

/// Bytes that a region's or service's name may have.
pub(super) const NAME_LIMIT: usize = 64;

impl KeyCache {
    /// For four keys: a program that signs for one identity, a few regions and services.
    pub fn new() -> Self {
        Self::with_slots(4)
    }

    /// For so many keys, 1 to 1,024: a program that verifies for many identities. A search looks at all of them.
    pub fn with_slots(count: usize) -> Self {
        let empty = Slot { key: HmacKey::default(), used: 0, day: 0, scope: Short::EMPTY, secret: Short::EMPTY };
        let slots = alloc::vec![empty; count.clamp(1, 1024)].into_boxed_slice();
        Self { slots, uses: 0 }
    }

    /// The key, from the cache or derived and kept. `None` where the names are too long for a scope.
    pub(super) fn slot(&mut self, secret: &str, now: Timestamp, region: &str, service: &str) -> Option<&Slot> {
        self.uses += 1;
        let day = now.unix().div_euclid(DAY);
        let found = self.slots.iter().position(|slot| slot.is_for(day, region, service, secret));
        let at = match found {
            Some(at) => at,
            None => self.slots.iter().enumerate().min_by_key(|(_, slot)| slot.used).map_or(0, |(at, _)| at),
        };
        let slot = self.slots.get_mut(at)?;
        slot.used = self.uses;
        if found.is_none() {
            slot.used = 0;
            let date = date(now);
            let mut scope = Out::new(&mut slot.scope.bytes);
            scope.put(&date);
            for part in [region, service, "aws4_request"] {
                scope.byte(b'/');
                scope.put(part.as_bytes());
            }
            slot.scope.length = scope.fitted().ok()?;
            slot.day = day;
            slot.secret.set(secret);
            slot.key = midstates(secret, &date, region, service);
            slot.used = self.uses;
        }
        Some(slot)
    }
}

impl Slot {
    /// `20150830/us-east-1/iam/aws4_request`
    pub(super) fn scope(&self) -> &[u8] {
        self.scope.get()
    }

    /// `20150830T123600Z`, for a time on the day of the key: the date is written already.
    pub(super) fn time(&self, now: Timestamp) -> [u8; 16] {
        let mut time = *b"00000000T000000Z";
        let second = now.unix().rem_euclid(DAY) as u32;
        let two = |number: u32| [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        let [h, i] = two(second / 3600);
        let [m, n] = two(second / 60 % 60);
        let [s, t] = two(second % 60);
        if let (Some((room, rest)), Some(date)) = (time.split_first_chunk_mut::<8>(), self.scope().first_chunk()) {
            *room = *date;
            rest.copy_from_slice(&[b'T', h, i, m, n, s, t, b'Z']);
        }
        time
    }

    /// Neither name has a slash in it: with their lengths, the scope tells them apart.
    fn is_for(&self, day: i64, region: &str, service: &str, secret: &str) -> bool {
        let scope = self.scope.get();
        self.used != 0
            && self.day == day
            && scope.len() == 8 + 1 + region.len() + 1 + service.len() + 13
            && scope.get(9..9 + region.len()) == Some(region.as_bytes())
            && scope.get(10 + region.len()..10 + region.len() + service.len()) == Some(service.as_bytes())
            && !secret.is_empty()
            // In time that depends on the length alone.
            && same(self.secret.get(), secret.as_bytes())
    }
}

impl Default for KeyCache {
    fn default() -> Self {
        Self::new()
    }
}

impl core::fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "KeyCache({} slots)", self.slots.len())
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        wipe(&mut self.secret.bytes);
    }
}

fn midstates(secret: &str, date: &[u8; 8], region: &str, service: &str) -> HmacKey {
    let mut bytes = derive(secret, date, region, service);
    let key = HmacKey::new(&[&bytes]);
    wipe(&mut bytes);
    key
}

/// A short text kept in place.
#[derive(Clone)]
struct Short<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Short<N> {
    const EMPTY: Self = Self { bytes: [0; N], length: 0 };

    /// Nothing is kept of a longer text.
    fn set(&mut self, text: &str) {
        self.bytes.fill(0);
        self.length = 0;
        if let Some(room) = self.bytes.get_mut(..text.len()) {
            room.copy_from_slice(text.as_bytes());
            self.length = text.len();
        }
    }

    fn get(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_that_was_used_longest_ago_makes_room() {
        let mut keys = KeyCache::with_slots(2);
        let mut kept = |region: &str| {
            let derived = keys.slots.iter().all(|slot| !slot.is_for(0, region, "sts", "secret"));
            keys.slot("secret", Timestamp::from_unix(0), region, "sts").unwrap();
            !derived
        };
        let uses = ["a", "b", "a", "c", "a", "b", "c"].map(&mut kept);
        assert_eq!(uses, [false, false, true, false, true, false, false]);
    }

    #[test]
    fn scopes_and_times() {
        let mut keys = KeyCache::new();
        for second in [0, 86_399, 1_440_938_160, -1, 253_402_300_799] {
            let now = Timestamp::from_unix(second);
            let slot = keys.slot("secret", now, "eu-west-1", "sts").unwrap();
            assert_eq!(slot.time(now), now.basic());
            let scope = core::str::from_utf8(slot.scope()).unwrap();
            assert!(scope.ends_with("/eu-west-1/sts/aws4_request") && scope.len() == 35, "{scope}");
        }
        let name = "n".repeat(NAME_LIMIT + 1);
        let (longest, longer) = (&name[1..], &*name);
        assert!(keys.slot("secret", Timestamp::from_unix(0), longest, longest).is_some());
        assert!(keys.slot("secret", Timestamp::from_unix(0), longest, longer).is_none());
    }
}
