//! Signs tokens with the test keys of `data/keys.json`: an issuer for sets that record what happens to tokens.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::signature::Signer;
use rsa::{BoxedUint, Pkcs1v15Sign, PrivateKey};
use serde_json::Value;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The keys, read once.
pub struct Keys {
    data: Value,
    rsa: PrivateKey,
}

impl Keys {
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let data: Value = serde_json::from_str(include_str!("../data/keys.json")).expect("JSON");
        let number = |name: &str| {
            let bytes = decode(&data["RSA"][name]);
            BoxedUint::from_be_slice(&bytes, bytes.len() as u32 * 8).expect("a number")
        };
        let primes = vec![number("p"), number("q")];
        let rsa = PrivateKey::from_components(number("n"), number("e"), number("d"), primes).expect("a key");
        Self { data, rsa }
    }

    /// The public members of the key for this `alg`.
    pub fn public(&self, alg: &str) -> Value {
        let key = &self.data[name(alg)];
        let members = ["kty", "crv", "x", "y", "n", "e"].into_iter().filter(|member| key.get(member).is_some());
        members.map(|member| (member.to_owned(), key[member].clone())).collect()
    }

    /// A self-signed certificate of the key for this `alg`, DER in base64.
    pub fn certificate(&self, alg: &str) -> &Value {
        &self.data[name(alg)]["certificate"]
    }

    /// A token with these texts as header and payload.
    pub fn token(&self, alg: &str, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let d = || decode(&self.data[name(alg)]["d"]);
        let signature = match alg {
            "RS256" => self.rsa.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(&signed)).expect("signs"),
            "RS384" => self.rsa.sign(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(&signed)).expect("signs"),
            "RS512" => self.rsa.sign(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(&signed)).expect("signs"),
            "ES256" => {
                let signature: p256::ecdsa::Signature =
                    p256::ecdsa::SigningKey::from_slice(&d()).expect("a key").sign(signed.as_bytes());
                signature.to_bytes().to_vec()
            }
            "ES384" => {
                let signature: p384::ecdsa::Signature =
                    p384::ecdsa::SigningKey::from_slice(&d()).expect("a key").sign(signed.as_bytes());
                signature.to_bytes().to_vec()
            }
            "ES512" => {
                let signature: p521::ecdsa::Signature =
                    p521::ecdsa::SigningKey::from_slice(&d()).expect("a key").sign(signed.as_bytes());
                signature.to_bytes().to_vec()
            }
            other => panic!("no key for {other}"),
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn name(alg: &str) -> &'static str {
    match alg {
        "ES256" => "P-256",
        "ES384" => "P-384",
        "ES512" => "P-521",
        _ => "RSA",
    }
}

fn decode(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().expect("a text")).expect("base64url")
}
