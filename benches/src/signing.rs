//! Signing: what is signed, by irsa, and what of it is bare cryptography.
//!
//! W1: GET of an S3 object with six headers, `UNSIGNED-PAYLOAD` and a session token of 1,000 characters, the signing key
//! cached. W1b: the same, the key derived each time. W2: POST with a body of 1 KiB that is hashed. W3: a presigned URL.
//! W4: PUT with a body of 64 MiB that is hashed.

use irsa_core::{
    Credentials, Timestamp,
    sigv4::{BodyHash, KeyCache, Payload, Request, Signing, Verifying, explain, lines, sign_into, signing_key, verify},
};
use sha2::block_api::compress256;
use std::hint::black_box;

/// 2026-11-24T10:00:00Z.
pub const NOW: i64 = 1_795_514_400;
pub const REGION: &str = "eu-central-1";
pub const ACCESS_KEY_ID: &str = "ASIAIOSFODNN7EXAMPLE";
pub const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub const EXPIRES: u32 = 900;

/// What a piece of work signs.
pub struct Work {
    pub method: &'static str,
    pub host: &'static str,
    pub path: &'static str,
    pub service: &'static str,
    /// With `host`.
    pub headers: &'static [(&'static str, &'static str)],
    pub body: Option<&'static [u8]>,
    pub presigned: bool,
}

pub const W1: Work = Work {
    method: "GET",
    host: "irsa-example-bucket.s3.eu-central-1.amazonaws.com",
    path: "/reports/2026/11/summary.parquet",
    service: "s3",
    headers: &[
        ("host", "irsa-example-bucket.s3.eu-central-1.amazonaws.com"),
        ("accept", "*/*"),
        ("content-type", "application/octet-stream"),
        ("range", "bytes=0-1048575"),
        ("x-amz-expected-bucket-owner", "111122223333"),
        ("x-amz-request-payer", "requester"),
    ],
    body: None,
    presigned: false,
};

pub const W2: Work = Work {
    method: "POST",
    host: "secretsmanager.eu-central-1.amazonaws.com",
    path: "/",
    service: "secretsmanager",
    headers: &[
        ("host", "secretsmanager.eu-central-1.amazonaws.com"),
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", "secretsmanager.PutSecretValue"),
    ],
    body: Some(&[b'a'; 1024]),
    presigned: false,
};

pub const W3: Work = Work {
    method: "GET",
    host: W1.host,
    path: W1.path,
    service: "s3",
    headers: &[("host", W1.host)],
    body: None,
    presigned: true,
};

/// W4, with its body.
pub fn w4() -> Work {
    let body: Vec<u8> = (0..64 << 20).map(|at: u32| (at ^ at >> 8) as u8).collect();
    Work { method: "PUT", body: Some(Box::leak(body.into_boxed_slice())), ..W1 }
}

/// A piece of a body that is hashed in pieces.
const PIECE: usize = 64 << 10;

/// 1,000 characters of base64, as STS's tokens are.
pub fn session_token() -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut state = 1u32;
    let mut token: String = (0..998)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(DIGITS[(state >> 26) as usize])
        })
        .collect();
    token.push_str("==");
    token
}

pub fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, "bench").with_session_token(session_token())
}

impl Work {
    fn request(&self) -> Request<'static, impl IntoIterator<Item = (&'static str, &'static str)> + Clone + use<>> {
        Request {
            method: self.method,
            path: self.path,
            query: "",
            headers: self.headers.iter().copied(),
            payload: self.body.map_or(Payload::Unsigned, Payload::Bytes),
        }
    }

    fn signing<'a>(&self, credentials: &'a Credentials) -> Signing<'a> {
        let signing = match self.service {
            "s3" => Signing::s3(credentials, REGION),
            service => Signing::new(credentials, REGION, service),
        };
        if self.presigned { signing.presigned(EXPIRES) } else { signing }
    }

    /// The signature, for comparison with others'.
    pub fn signature(&self) -> String {
        let credentials = credentials();
        let now = Timestamp::from_unix(NOW);
        let told = explain(&self.request(), &self.signing(&credentials), &mut KeyCache::new(), now);
        told.expect("signed").signature
    }

    /// Signs with a cached key; nothing is made but the signature.
    pub fn irsa(&self) -> impl FnMut() + use<> {
        let (request, credentials) = (self.request(), credentials());
        let (presigned, s3) = (self.presigned, self.service == "s3");
        let service = self.service;
        let mut keys = KeyCache::new();
        let mut out = vec![0; 4096];
        move || {
            let signing = if s3 {
                Signing::s3(black_box(&credentials), REGION)
            } else {
                Signing::new(black_box(&credentials), REGION, service)
            };
            let signing = if presigned { signing.presigned(EXPIRES) } else { signing };
            let now = Timestamp::from_unix(black_box(NOW));
            let length = sign_into(black_box(&request), &signing, &mut keys, now, &mut out).expect("signed");
            black_box(&out[..length]);
        }
    }

    /// What [`Work::irsa`] writes, for comparison with other faces'.
    pub fn written(&self) -> Vec<u8> {
        let credentials = credentials();
        let mut out = vec![0; 4096];
        let now = Timestamp::from_unix(NOW);
        let signing = self.signing(&credentials);
        let length = sign_into(&self.request(), &signing, &mut KeyCache::new(), now, &mut out).expect("signed");
        out.truncate(length);
        out
    }

    /// The body is hashed in pieces, then the request is signed.
    pub fn irsa_in_pieces(&self) -> impl FnMut() + use<> {
        let (method, path, headers) = (self.method, self.path, self.headers);
        let (credentials, body) = (credentials(), self.body.unwrap_or_default());
        let mut keys = KeyCache::new();
        let mut out = vec![0; 4096];
        move || {
            let mut hash = BodyHash::new();
            black_box(body).chunks(PIECE).for_each(|piece| hash.update(piece));
            let hash = hash.finish();
            let headers: &[(&str, &str)] = headers;
            let payload = Payload::Hash(hash.as_str());
            let request = Request { method, path, query: "", headers: headers.iter().copied(), payload };
            let (signing, now) = (Signing::s3(black_box(&credentials), REGION), Timestamp::from_unix(black_box(NOW)));
            let length = sign_into(&request, &signing, &mut keys, now, &mut out).expect("signed");
            black_box(&out[..length]);
        }
    }

    /// Verifies what was signed in header form.
    pub fn verified(&self) -> impl FnMut() + use<> {
        let (request, credentials, service) = (self.request(), credentials(), self.service);
        let (mut keys, now) = (KeyCache::new(), Timestamp::from_unix(NOW));
        let mut out = vec![0; 4096];
        let length = sign_into(&request, &self.signing(&credentials), &mut keys, now, &mut out).expect("signed");
        let out: &'static [u8] = Box::leak(out[..length].into());
        let headers: Vec<(&str, &str)> = request.headers.clone().into_iter().chain(lines(out)).collect();
        let payload = Payload::Bytes(self.body.unwrap_or_default());
        let (method, path, query) = (request.method, request.path, request.query);
        move || {
            let request = Request { method, path, query, headers: black_box(&headers).iter().copied(), payload };
            let rules = if service == "s3" { Verifying::s3(REGION) } else { Verifying::new(REGION, service) };
            let verified = verify(&request, &rules, |_| Some(&credentials), &mut keys, black_box(now));
            black_box(verified.expect("verified"));
        }
    }

    /// Signs with a key that is derived anew: two regions take turns in a cache for one key.
    pub fn irsa_fresh_key(&self) -> impl FnMut() + use<> {
        let (request, credentials) = (self.request(), credentials());
        let mut keys = KeyCache::with_slots(1);
        let mut out = vec![0; 4096];
        let mut turn = false;
        move || {
            turn = !turn;
            let signing = Signing::s3(black_box(&credentials), if turn { "eu-central-1" } else { "eu-central-2" });
            let now = Timestamp::from_unix(black_box(NOW));
            let length = sign_into(black_box(&request), &signing, &mut keys, now, &mut out).expect("signed");
            black_box(&out[..length]);
        }
    }

    /// The bare cryptography of the same bytes: the hash of the body where there is one, the hash of the canonical
    /// request, which lies there whole, and the HMAC of the string to sign from midstates, each in hexadecimal.
    pub fn cryptography(&self) -> impl FnMut() + use<> {
        let credentials = credentials();
        let now = Timestamp::from_unix(NOW);
        let told = explain(&self.request(), &self.signing(&credentials), &mut KeyCache::new(), now).expect("signed");
        let canonical = told.canonical_request.expose().as_bytes().to_vec();
        let mut to_sign = told.string_to_sign.into_bytes();
        let key = signing_key(credentials.secret_access_key(), now, REGION, self.service);
        let (mut inner, mut outer) = ([0x36u8; 64], [0x5cu8; 64]);
        for (at, byte) in key.expose().iter().enumerate() {
            inner[at] ^= byte;
            outer[at] ^= byte;
        }
        let (mut inner_state, mut outer_state) = (START, START);
        compress256(&mut inner_state, &[inner]);
        compress256(&mut outer_state, &[outer]);
        let expected = told.signature.into_bytes();
        let body = self.body;
        let mut once = move || {
            if let Some(body) = body {
                black_box(hex(finish(START, 0, black_box(body))));
            }
            let hash = hex(finish(START, 0, black_box(&canonical)));
            let at = to_sign.len() - 64;
            to_sign[at..].copy_from_slice(&hash);
            let message = finish(inner_state, 64, &to_sign);
            black_box(hex(finish(outer_state, 64, &message)))
        };
        assert_eq!(once()[..], expected[..], "the bare cryptography is not that of the signature");
        move || {
            once();
        }
    }
}

const START: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// SHA-256 of `bytes` behind what `state` has taken in, with as little as possible around the compression.
fn finish(mut state: [u32; 8], before: u64, bytes: &[u8]) -> [u8; 32] {
    let (blocks, rest) = bytes.as_chunks::<64>();
    compress256(&mut state, blocks);
    let mut last = [[0u8; 64]; 2];
    last[0][..rest.len()].copy_from_slice(rest);
    last[0][rest.len()] = 0x80;
    let count = if rest.len() < 56 { 1 } else { 2 };
    last[count - 1][56..].copy_from_slice(&((before + bytes.len() as u64) * 8).to_be_bytes());
    compress256(&mut state, &last[..count]);
    let mut out = [0; 32];
    for (four, word) in out.chunks_exact_mut(4).zip(state) {
        four.copy_from_slice(&word.to_be_bytes());
    }
    out
}

/// The hash of a body as a header has it, for a peer whose caller hashes.
pub fn sha256_hex(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&hex(finish(START, 0, bytes))).into_owned()
}

fn hex(bytes: [u8; 32]) -> [u8; 64] {
    let mut out = [0; 64];
    for (two, byte) in out.chunks_exact_mut(2).zip(bytes) {
        two[0] = b"0123456789abcdef"[usize::from(byte >> 4)];
        two[1] = b"0123456789abcdef"[usize::from(byte & 15)];
    }
    out
}
