//! Signing keys: RSA of 2,048 bits made by the rsa crate, signatures by ring; what kube-apiserver signs tokens with.
//!
//! The key id is kube-apiserver's: base64url of the SHA-256 of the public key's DER, 43 characters.

use crate::server::machine_now;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use irsa_core::{Code, Error, Timestamp, secret::SecretBytes};
use ring::{digest, rand::SecureRandom, signature};
use rsa::{
    PrivateKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey},
    rand_core::{TryCryptoRng, TryRng},
    traits::PublicKeyParts,
};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// STS tolerates tokens that ended so long ago; a retired key is kept so much longer.
const TOLERANCE: i64 = 300;

/// A private key and the id that its tokens name.
pub(crate) struct Key {
    kid: String,
    pair: signature::RsaKeyPair,
    pkcs8: SecretBytes,
    modulus: String,
    exponent: String,
    /// The latest `exp` it has signed, in Unix seconds.
    last_exp: AtomicI64,
}

impl Key {
    /// A new key; takes some tenths of a second.
    pub(crate) fn generate() -> Result<Self, Error> {
        Self::new(&PrivateKey::new(&mut SystemRandom, 2048).map_err(|e| broken(&e))?)
    }

    /// From PKCS #8, as [`Key::pkcs8`] gives it.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, Error> {
        let key = Self::new(&PrivateKey::from_pkcs8_der(der).map_err(|e| broken(&e))?)?;
        // What it signed in its earlier life is not known; a day is the longest that tokens live by default.
        key.last_exp.store(machine_now().unix() + 86_400, Ordering::Relaxed);
        Ok(key)
    }

    fn new(private: &PrivateKey) -> Result<Self, Error> {
        let public = private.to_public_key();
        let spki = public.to_public_key_der().map_err(|e| broken(&e))?;
        let pkcs8 = private.to_pkcs8_der().map_err(|e| broken(&e))?;
        Ok(Self {
            kid: URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, spki.as_bytes())),
            pair: signature::RsaKeyPair::from_pkcs8(pkcs8.as_bytes()).map_err(|e| broken(&e))?,
            pkcs8: SecretBytes::from(pkcs8.as_bytes()),
            modulus: URL_SAFE_NO_PAD.encode(public.n_bytes()),
            exponent: URL_SAFE_NO_PAD.encode(public.e_bytes()),
            last_exp: AtomicI64::new(i64::MIN),
        })
    }

    pub(crate) fn pkcs8(&self) -> &[u8] {
        self.pkcs8.expose()
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// The signature, RS256, of a token that ends at `exp`.
    pub(crate) fn sign(&self, input: &[u8], exp: i64) -> Result<Vec<u8>, Error> {
        self.last_exp.fetch_max(exp, Ordering::Relaxed);
        let mut out = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&signature::RSA_PKCS1_SHA256, &ring::rand::SystemRandom::new(), input, &mut out)
            .map_err(|e| broken(&e))?;
        Ok(out)
    }

    fn jwk(&self) -> Value {
        json!({"use": "sig", "kty": "RSA", "kid": self.kid, "alg": "RS256", "n": self.modulus, "e": self.exponent})
    }
}

/// The issuer's keys: the last one signs, those before it still verify.
pub(crate) struct Ring(Vec<Arc<Key>>);

impl Ring {
    /// At least one key.
    pub(crate) fn new(keys: Vec<Key>) -> Self {
        Self(keys.into_iter().map(Arc::new).collect())
    }

    pub(crate) fn signing(&self) -> Arc<Key> {
        self.0.last().cloned().expect("a ring is made with a key and keeps its last one")
    }

    /// From now on `key` signs.
    pub(crate) fn rotate(&mut self, key: Key) {
        self.0.push(Arc::new(key));
    }

    /// The JSON Web Key Set: every key whose tokens may still be accepted.
    pub(crate) fn jwks(&mut self, now: Timestamp) -> Value {
        let signing = self.0.len() - 1;
        let mut at = 0;
        self.0.retain(|key| {
            at += 1;
            at - 1 == signing || key.last_exp.load(Ordering::Relaxed).saturating_add(TOLERANCE) >= now.unix()
        });
        json!({"keys": self.0.iter().map(|key| key.jwk()).collect::<Vec<_>>()})
    }
}

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    ring::rand::SystemRandom::new().fill(&mut bytes).expect("the system has random bytes");
    bytes
}

/// A random UUID (version 4) as Kubernetes writes uids.
pub(crate) fn uuid() -> String {
    let mut bytes: [u8; 16] = random();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

struct SystemRandom;

impl TryRng for SystemRandom {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(u32::from_ne_bytes(random()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from_ne_bytes(random()))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        ring::rand::SystemRandom::new().fill(out).expect("the system has random bytes");
        Ok(())
    }
}

impl TryCryptoRng for SystemRandom {}

fn broken(fault: &dyn std::fmt::Display) -> Error {
    Error::new(Code::Bug, "issuer", format!("signing key: {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retired_key_stays_until_its_tokens_have_ended() {
        let mut ring = Ring::new(vec![Key::generate().unwrap()]);
        let old = ring.signing();
        assert_eq!(old.kid().len(), 43);
        old.sign(b"a.b", 1_000).unwrap();
        ring.rotate(Key::generate().unwrap());
        assert_ne!(ring.signing().kid(), old.kid());
        let kids = |ring: &mut Ring, now| -> Vec<String> {
            let jwks = ring.jwks(Timestamp::from_unix(now));
            jwks["keys"].as_array().unwrap().iter().map(|k| k["kid"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(kids(&mut ring, 1_300), [old.kid(), ring.signing().kid()]);
        assert_eq!(kids(&mut ring, 1_301), [ring.signing().kid()]);
    }

    #[test]
    fn a_key_comes_back_from_its_file() {
        let key = Key::generate().unwrap();
        let again = Key::from_pkcs8(key.pkcs8()).unwrap();
        assert_eq!((again.kid(), again.sign(b"x", 0).unwrap()), (key.kid(), key.sign(b"x", 0).unwrap()));
        assert!(Key::from_pkcs8(b"no key").is_err());
    }

    #[test]
    fn uuids_are_of_version_4() {
        let id = uuid();
        assert_eq!(id.len(), 36);
        assert_eq!(&id[14..15], "4");
        assert!("89ab".contains(&id[19..20]));
    }
}
