//! Key sets and public keys: RFC 7517, RFC 7518 section 6. A key set is read leniently (a key that cannot be used
//! fails when it is asked for), a key strictly. Work: one modular exponentiation of at most 8,192 bits a signature.

use super::{Algorithm, MAX_DOCUMENT, jws, x509};
use crate::json::{kind, short};
use alloc::{boxed::Box, format, string::String, vec::Vec};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use irsa_core::{Code, Error};
use p256::ecdsa::signature::Verifier as _;
use rsa::{BoxedUint, Pkcs1v15Sign, Pss};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// A key set.
#[derive(Clone, Debug, Default)]
pub struct Jwks {
    keys: Vec<Jwk>,
}

impl Jwks {
    /// Reads `{"keys": […]}`. Entries that are no objects are passed over.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        if text.len() > MAX_DOCUMENT {
            return Err(malformed(format!("{} bytes, the limit is {MAX_DOCUMENT}", text.len())));
        }
        let mut value: Value = serde_json::from_slice(text).map_err(|e| malformed(format!("not JSON: {e}")))?;
        let keys = match value.get_mut("keys").map(Value::take) {
            Some(Value::Array(keys)) => keys,
            Some(other) => return Err(malformed(format!("keys is {}, not an array", kind(&other)))),
            None => return Err(malformed("there is no member keys".into())),
        };
        let objects = keys.into_iter().filter_map(|key| match key {
            Value::Object(members) => Some(Jwk { members }),
            _ => None,
        });
        Ok(Self { keys: objects.collect() })
    }

    /// The keys, in the order of the set.
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// The key for a header with this `alg` and `kid`, by the RFCs: same `kid`, right type, meant for signatures, and
    /// the only such one. [`crate::federation`] chooses as AWS does instead.
    pub fn find(&self, alg: Algorithm, kid: Option<&str>) -> Result<&Jwk, Error> {
        let fits = |key: &&Jwk| {
            kid.is_none_or(|kid| key.kid() == Some(kid))
                && key.key_type() == alg.key_type()
                && key.usage().is_none_or(|usage| usage == "sig")
                && key.text("alg").is_none_or(|own| own == alg.name())
                && key.operations().is_none_or(|ops| ops.iter().any(|op| op == "verify"))
        };
        let mut fitting = self.keys.iter().filter(fits);
        let wanted = || format!("for alg {}, kid {}", alg.name(), kid.map_or("absent".into(), short));
        match (fitting.next(), fitting.count()) {
            (Some(key), 0) => Ok(key),
            (Some(_), more) => Err(no_key(format!("{} keys {}", more + 1, wanted()))),
            (None, _) => Err(no_key(format!("none of the {} keys is {}", self.keys.len(), wanted()))),
        }
    }
}

/// An entry of a key set; not yet known to be usable.
#[derive(Clone, Debug)]
pub struct Jwk {
    members: Map<String, Value>,
}

impl Jwk {
    /// Reads a single key.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        match serde_json::from_slice(text) {
            Ok(Value::Object(members)) => Ok(Self { members }),
            Ok(other) => Err(unusable(format!("{}, not an object", kind(&other)))),
            Err(e) => Err(unusable(format!("not JSON: {e}"))),
        }
    }

    /// `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.text("kid")
    }

    /// `kty`, such as `RSA` or `EC`; empty where it is missing.
    pub fn key_type(&self) -> &str {
        self.text("kty").unwrap_or_default()
    }

    /// `use`, such as `sig` or `enc`.
    pub fn usage(&self) -> Option<&str> {
        self.text("use")
    }

    /// `key_ops`, where there is such a member.
    pub fn operations(&self) -> Option<&[Value]> {
        self.members.get("key_ops").map(|ops| ops.as_array().map_or(&[][..], Vec::as_slice))
    }

    /// True where the members that make up a key of its type are there as texts, whatever they hold.
    pub fn is_complete(&self) -> bool {
        let members: &[&str] = match self.key_type() {
            "RSA" => &["n", "e"],
            "EC" => &["crv", "x", "y"],
            _ => return false,
        };
        members.iter().all(|name| self.text(name).is_some())
    }

    /// The key itself.
    pub fn public_key(&self) -> Result<PublicKey, Error> {
        match self.key_type() {
            "RSA" => PublicKey::rsa(&self.bytes("n")?, &self.bytes("e")?),
            "EC" => PublicKey::ec(self.text("crv").unwrap_or_default(), &self.bytes("x")?, &self.bytes("y")?),
            "" => Err(unusable("kty is missing".into())),
            other => Err(unusable(format!("kty {} has no public key for signatures", short(other)))),
        }
    }

    /// Whether the first certificate of `x5c` holds the same key as the other members: `None` without `x5c`, false also
    /// where the certificate cannot be read. RFC 7517 section 4.7. Nothing else of the certificate is looked at.
    pub fn certificate_agrees(&self) -> Option<bool> {
        let x5c = self.members.get("x5c")?;
        let first = x5c.get(0).and_then(Value::as_str).and_then(|text| STANDARD.decode(text).ok());
        let certified = first.as_deref().and_then(x509::public_key);
        Some(certified.is_some_and(|certified| match certified {
            x509::Key::Rsa { n, e } => {
                let own = |name| self.bytes(name).ok();
                own("n").is_some_and(|own| trim(&own) == trim(n)) && own("e").is_some_and(|own| trim(&own) == trim(e))
            }
            x509::Key::Point(point) => match (self.bytes("x"), self.bytes("y")) {
                (Ok(x), Ok(y)) => point.strip_prefix(&[4]).and_then(|xy| xy.strip_prefix(x.as_slice())) == Some(&y),
                _ => false,
            },
        }))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, Error> {
        let text = self.text(name).ok_or_else(|| unusable(format!("{name} is missing or no string")))?;
        URL_SAFE_NO_PAD.decode(text).map_err(|e| unusable(format!("{name} is not base64url without padding: {e}")))
    }
}

/// A public key that signatures can be verified with.
#[derive(Clone, Debug)]
pub struct PublicKey(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Rsa(Box<rsa::PublicKey>, usize),
    P256(Box<p256::ecdsa::VerifyingKey>),
    P384(Box<p384::ecdsa::VerifyingKey>),
    P521(Box<p521::ecdsa::VerifyingKey>),
}

impl PublicKey {
    /// An RSA key from modulus and exponent, big endian.
    fn rsa(n: &[u8], e: &[u8]) -> Result<Self, Error> {
        let (n, e) = (trim(n), trim(e));
        let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
        if !RSA_BITS.contains(&bits) {
            return Err(unusable(format!(
                "an RSA key of {bits} bits; {} to {} are taken",
                RSA_BITS.start(),
                RSA_BITS.end()
            )));
        }
        if e.len() > 8 {
            return Err(unusable(format!("an RSA exponent of {} bytes", e.len())));
        }
        let number = |bytes: &[u8]| {
            BoxedUint::from_be_slice(bytes, (bytes.len() as u32) * 8).map_err(|_| unusable("no number".into()))
        };
        let key = rsa::PublicKey::new_with_size_limits(number(n)?, number(e)?, RSA_BITS);
        let key = key.map_err(|e| unusable(format!("not an RSA key: {e}")))?;
        Ok(Self(Kind::Rsa(Box::new(key), n.len())))
    }

    /// An EC key from the curve's name (`P-256`, `P-384`, `P-521`) and both coordinates, each of the curve's full size.
    fn ec(curve: &str, x: &[u8], y: &[u8]) -> Result<Self, Error> {
        let size = match curve {
            "P-256" => 32,
            "P-384" => 48,
            "P-521" => 66,
            "" => return Err(unusable("crv is missing".into())),
            other => return Err(unusable(format!("crv {} is not P-256, P-384 or P-521", short(other)))),
        };
        if x.len() != size || y.len() != size {
            return Err(unusable(format!("x and y have {} and {} bytes, {curve} has {size}", x.len(), y.len())));
        }
        let point = [&[4], x, y].concat();
        let off = |_| unusable(format!("x and y are not on {curve}"));
        Ok(Self(match curve {
            "P-256" => Kind::P256(Box::new(p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).map_err(off)?)),
            "P-384" => Kind::P384(Box::new(p384::ecdsa::VerifyingKey::from_sec1_bytes(&point).map_err(off)?)),
            _ => Kind::P521(Box::new(p521::ecdsa::VerifyingKey::from_sec1_bytes(&point).map_err(off)?)),
        }))
    }

    /// Verifies `signature` over `signed`: PKCS #1 v1.5, PSS with a salt of the digest's size, or ECDSA with r and s
    /// side by side at full size (RFC 7518 sections 3.3 to 3.5).
    pub fn verify(&self, alg: Algorithm, signed: &[u8], signature: &[u8]) -> Result<(), Error> {
        let good = match (&self.0, alg) {
            (Kind::Rsa(_, size), alg) if alg.key_type() == "RSA" && signature.len() != *size => {
                let message = format!("a signature of {} bytes, the key has {size}", signature.len());
                return Err(Error::new(Code::JwsSignature, jws::AT, message));
            }
            (Kind::Rsa(key, _), alg) if alg.key_type() == "RSA" => verify_rsa(key, alg, signed, signature),
            (Kind::P256(key), Algorithm::Es256) => {
                p256::ecdsa::Signature::from_slice(signature).is_ok_and(|s| key.verify(signed, &s).is_ok())
            }
            (Kind::P384(key), Algorithm::Es384) => {
                p384::ecdsa::Signature::from_slice(signature).is_ok_and(|s| key.verify(signed, &s).is_ok())
            }
            (Kind::P521(key), Algorithm::Es512) => {
                p521::ecdsa::Signature::from_slice(signature).is_ok_and(|s| key.verify(signed, &s).is_ok())
            }
            _ => {
                let message = format!("alg {} does not fit a key of {}", alg.name(), self.name());
                return Err(Error::new(Code::JwsAlgorithm, jws::AT, message));
            }
        };
        let message = || format!("the {} signature does not verify", alg.name());
        if good { Ok(()) } else { Err(Error::new(Code::JwsSignature, jws::AT, message())) }
    }

    /// `RSA`, `P-256`, `P-384` or `P-521`.
    pub fn name(&self) -> &'static str {
        match self.0 {
            Kind::Rsa(..) => "RSA",
            Kind::P256(_) => "P-256",
            Kind::P384(_) => "P-384",
            Kind::P521(_) => "P-521",
        }
    }
}

fn verify_rsa(key: &rsa::PublicKey, alg: Algorithm, signed: &[u8], signature: &[u8]) -> bool {
    let verified = match alg {
        Algorithm::Rs256 => key.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(signed), signature),
        Algorithm::Rs384 => key.verify(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(signed), signature),
        Algorithm::Rs512 => key.verify(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(signed), signature),
        Algorithm::Ps256 => key.verify(Pss::<Sha256>::new(), &Sha256::digest(signed), signature),
        Algorithm::Ps384 => key.verify(Pss::<Sha384>::new(), &Sha384::digest(signed), signature),
        Algorithm::Ps512 => key.verify(Pss::<Sha512>::new(), &Sha512::digest(signed), signature),
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 => return false,
    };
    verified.is_ok()
}

/// Without leading zeros.
fn trim(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn malformed(message: String) -> Error {
    Error::new(Code::JwksMalformed, "key set", message)
}

fn no_key(message: String) -> Error {
    Error::new(Code::JwksNoKey, "key set", message)
}

fn unusable(message: String) -> Error {
    Error::new(Code::JwkUnusable, "key", message)
}

const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;
