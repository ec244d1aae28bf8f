//! Signing keys: derived once a day for each secret, region and service, and kept as HMAC midstates.
//!
//! IAM guide, "Create a signed AWS API request", "Calculate the signature". A cache is the caller's, one for each
//! thread; it lives behind one heap pointer and is wiped when it is dropped.

use super::sha::{HmacKey, Sink};
use crate::{
    Timestamp,
    secret::{Secret, SecretBytes, same},
};
use alloc::boxed::Box;
use zeroize::Zeroize;

/// The signing key of a day, region and service, as `AWS4` chains derive it: 32 bytes.
pub fn signing_key(secret_access_key: &Secret, day: Timestamp, region: &str, service: &str) -> SecretBytes {
    let mut key = derive(secret_access_key.expose(), &date(day), region, service);
    let bytes = SecretBytes::from(&key[..]);
    key.zeroize();
    bytes
}

/// The date of a scope: `20150830`.
pub(super) fn date(day: Timestamp) -> [u8; 8] {
    let mut date = [0u8; 8];
    for (to, from) in date.iter_mut().zip(day.basic()) {
        *to = from;
    }
    date
}

fn derive(secret: &str, date: &[u8], region: &str, service: &str) -> [u8; 32] {
    let mut key = HmacKey::new(&[b"AWS4", secret.as_bytes()]).mac(|sha| sha.put(date));
    for step in [region.as_bytes(), service.as_bytes(), b"aws4_request"] {
        let next = HmacKey::new(&[&key]).mac(|sha| sha.put(step));
        key.zeroize();
        key = next;
    }
    key
}

/// Derived keys, the last few that were used. Making one allocates; using it does not.
pub struct KeyCache {
    slots: Box<[Slot]>,
    uses: u64,
}

#[derive(Clone)]
struct Slot {
    key: HmacKey,
    used: u64,
    date: [u8; 8],
    region: Short<REGION>,
    service: Short<SERVICE>,
    secret: Short<SECRET>,
}

/// Longer ones work too, but their key is derived at every use.
const SECRET: usize = 64;
const REGION: usize = 32;
const SERVICE: usize = 48;

impl KeyCache {
    /// For four keys: a program that signs for one identity, a few regions and services.
    pub fn new() -> Self {
        Self::with_slots(4)
    }

    /// For so many keys, 1 to 1,024: a program that verifies for many identities. A search looks at all of them.
    pub fn with_slots(count: usize) -> Self {
        let empty = Slot {
            key: HmacKey::default(),
            used: 0,
            date: [0; 8],
            region: Short::default(),
            service: Short::default(),
            secret: Short::default(),
        };
        Self { slots: alloc::vec![empty; count.clamp(1, 1024)].into_boxed_slice(), uses: 0 }
    }

    /// The key, from the cache or derived and kept. `date` is that of the scope.
    pub(super) fn key(&mut self, secret: &str, date: &[u8; 8], region: &str, service: &str) -> KeyRef<'_> {
        self.uses += 1;
        let hit = self.slots.iter().position(|slot| {
            slot.used != 0
                && slot.date == *date
                && slot.region.is(region)
                && slot.service.is(service)
                && slot.secret.is_secretly(secret)
        });
        let oldest = || self.slots.iter().enumerate().min_by_key(|(_, slot)| slot.used).map(|(at, _)| at);
        let place = hit.or_else(oldest).and_then(|at| self.slots.get_mut(at));
        let fits = secret.len() <= SECRET && region.len() <= REGION && service.len() <= SERVICE;
        match place {
            Some(slot) if hit.is_some() => {
                slot.used = self.uses;
                KeyRef::Kept(&slot.key)
            }
            Some(slot) if fits => {
                slot.key = midstates(secret, date, region, service);
                slot.used = self.uses;
                slot.date = *date;
                slot.region.set(region);
                slot.service.set(service);
                slot.secret.set(secret);
                KeyRef::Kept(&slot.key)
            }
            _ => KeyRef::Made(midstates(secret, date, region, service)),
        }
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
        self.secret.bytes.zeroize();
    }
}

fn midstates(secret: &str, date: &[u8; 8], region: &str, service: &str) -> HmacKey {
    let mut bytes = derive(secret, date, region, service);
    let key = HmacKey::new(&[&bytes]);
    bytes.zeroize();
    key
}

/// A key of the cache, or one that was too long for it.
pub(super) enum KeyRef<'a> {
    Kept(&'a HmacKey),
    Made(HmacKey),
}

impl core::ops::Deref for KeyRef<'_> {
    type Target = HmacKey;
    fn deref(&self) -> &HmacKey {
        match self {
            Self::Kept(key) => key,
            Self::Made(key) => key,
        }
    }
}

/// A short text kept in place.
#[derive(Clone)]
struct Short<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Default for Short<N> {
    fn default() -> Self {
        Self { bytes: [0; N], length: 0 }
    }
}

impl<const N: usize> Short<N> {
    fn set(&mut self, text: &str) {
        self.bytes.fill(0);
        if let Some(room) = self.bytes.get_mut(..text.len()) {
            room.copy_from_slice(text.as_bytes());
            self.length = text.len();
        }
    }

    fn text(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn is(&self, text: &str) -> bool {
        self.text() == text.as_bytes()
    }

    /// In time that depends on the length alone.
    fn is_secretly(&self, text: &str) -> bool {
        same(self.text(), text.as_bytes())
    }
}
