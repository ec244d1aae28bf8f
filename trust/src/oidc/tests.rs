//! Tests of OpenID Connect through the public API. `tests.json` was made with OpenSSL, by other code than this crate's.

use super::*;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use irsa_core::{Code, Error};
use serde_json::{Value, json};

fn data() -> Value {
    serde_json::from_str(include_str!("tests.json")).unwrap()
}

fn key(data: &Value, name: &str) -> Result<PublicKey, Error> {
    Jwk::parse(data["keys"][name].to_string().as_bytes())?.public_key()
}

fn token<'a>(data: &'a Value, name: &str) -> &'a str {
    data["tokens"][name].as_str().unwrap()
}

fn verify(token: &str, key: &PublicKey) -> Result<(), Error> {
    Jws::parse(token)?.verify(key)
}

fn curve(alg: Algorithm) -> &'static str {
    match alg {
        Algorithm::Es256 => "P-256",
        Algorithm::Es384 => "P-384",
        Algorithm::Es512 => "P-521",
        _ => "RSA",
    }
}

/// A part of a token changed.
fn change(token: &str, part: usize, change: impl Fn(&mut Vec<u8>)) -> String {
    let mut parts: Vec<String> = token.split('.').map(ToString::to_string).collect();
    let mut bytes = URL_SAFE_NO_PAD.decode(&parts[part]).unwrap();
    change(&mut bytes);
    parts[part] = URL_SAFE_NO_PAD.encode(bytes);
    parts.join(".")
}

#[test]
fn every_algorithm_verifies_with_its_key_and_with_no_other() {
    let data = data();
    for alg in Algorithm::ALL {
        let token = token(&data, alg.name());
        assert_eq!(Jws::parse(token).unwrap().kid(), Some("k"));
        for name in ["RSA", "P-256", "P-384", "P-521"] {
            let verified = verify(token, &key(&data, name).unwrap());
            match (name == curve(alg), verified) {
                (true, verified) => verified.unwrap(),
                (false, verified) => assert_eq!(verified.unwrap_err().code(), Code::JwsAlgorithm, "{alg:?} {name}"),
            }
        }
    }
    for size in ["RSA 3072", "RSA 4096"] {
        verify(token(&data, size), &key(&data, size).unwrap()).unwrap();
    }
}

#[test]
fn a_changed_token_does_not_verify() {
    type Change<'a> = (usize, &'a dyn Fn(&mut Vec<u8>));
    let data = data();
    for alg in Algorithm::ALL {
        let (token, key) = (token(&data, alg.name()), key(&data, curve(alg)).unwrap());
        let size = URL_SAFE_NO_PAD.decode(token.rsplit('.').next().unwrap()).unwrap().len();
        let changes: [Change<'_>; 7] = [
            (1, &|payload| payload[3] ^= 1),
            (2, &|signature| signature[9] ^= 1),
            (2, &|signature| signature[size - 1] ^= 1),
            (2, &|signature| signature.push(0)),
            (2, &|signature| signature.truncate(size - 1)),
            (2, &|signature| signature.fill(0)),
            (2, &|signature| signature.clear()),
        ];
        for (i, (part, how)) in changes.into_iter().enumerate() {
            let error = verify(&change(token, part, how), &key).expect_err(alg.name());
            assert_eq!(error.code(), Code::JwsSignature, "{alg:?} {i}: {error}");
        }
        // The same signature under another algorithm of the same key.
        let other = match alg {
            Algorithm::Rs256 => "RS512",
            Algorithm::Ps256 => "RS256",
            _ => "PS256",
        };
        let renamed = change(token, 0, |header| *header = format!("{{\"alg\":\"{other}\"}}").into_bytes());
        assert!(verify(&renamed, &key).is_err(), "{alg:?} as {other}");
    }
    let short = change(token(&data, "RS256"), 2, |signature| signature.truncate(255));
    let error = verify(&short, &key(&data, "RSA").unwrap()).unwrap_err();
    assert_eq!(error.message(), "a signature of 255 bytes, the key has 256");
    for name in ["ES256 as DER", "ES384 as DER", "ES512 as DER"] {
        let key = key(&data, curve(Algorithm::parse(&name[..5]).unwrap())).unwrap();
        assert_eq!(verify(token(&data, name), &key).unwrap_err().code(), Code::JwsSignature, "{name}");
    }
    // RFC 7518 section 3.5: the salt has the digest's size.
    let salted = verify(token(&data, "PS256 with a salt of 20 bytes"), &key(&data, "RSA").unwrap());
    assert_eq!(salted.unwrap_err().code(), Code::JwsSignature);
}

#[test]
fn algorithms_that_are_never_verified() {
    let data = data();
    let rsa = key(&data, "RSA").unwrap();
    for alg in ["none", "None", "HS256", "HS512", "EdDSA", "RS1", "rs256", "", "ES256K"] {
        let header = json!({ "alg": alg }).to_string();
        let token = change(token(&data, "RS256"), 0, |bytes| *bytes = header.clone().into_bytes());
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        for token in [token, unsigned] {
            let error = verify(&token, &rsa).unwrap_err();
            assert_eq!(error.code(), Code::JwsAlgorithm, "{alg}: {error}");
        }
    }
}

#[test]
fn tokens_that_are_none() {
    let b64 = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let good = b64(r#"{"alg":"RS256"}"#);
    let rows = [
        (String::new(), "1 parts"),
        ("a.b".into(), "2 parts"),
        ("a.b.c.d".into(), "4 parts"),
        ("a.b.c.d.e".into(), "5 parts"),
        (format!("{good}=.e30.AA"), "the header is not base64url"),
        (format!("{good}.e30.A+"), "the signature is not base64url"),
        (format!("{good}.e30.AB"), "the signature is not base64url"),
        (format!("{good}.e30.AA\n"), "the signature is not base64url"),
        (format!(" {good}.e30.AA"), "the header is not base64url"),
        (format!("{}.e30.AA", b64("{")), "the header is not JSON"),
        (format!("{}.e30.AA", b64("[]")), "the header is an array"),
        (format!("{}.e30.AA", b64("{}")), "no string alg"),
        (format!("{}.e30.AA", b64(r#"{"alg":1}"#)), "no string alg"),
        (format!("{}.e30.AA", b64(r#"{"alg":"RS256","kid":7}"#)), "kid is a number"),
        (format!("{}.e30.AA", b64(&"[".repeat(10_000))), "the header is not JSON"),
        (format!("{}.e30.AA", URL_SAFE_NO_PAD.encode([b'"', 0xff, b'"'])), "the header is not JSON"),
    ];
    for (token, why) in rows {
        let error = Jws::parse(&token).err().unwrap_or_else(|| panic!("{token}"));
        assert_eq!(error.code(), Code::JwsMalformed);
        assert!(error.message().contains(why), "{token}: {error}");
    }
    for (payload, why) in [("[]", "an array"), ("{", "not JSON"), ("\u{0}", "not JSON")] {
        let token = format!("{good}.{}.AA", b64(payload));
        let error = Jws::parse(&token).unwrap().claims().unwrap_err();
        assert!(error.message().contains(why), "{payload}: {error}");
    }
    // Critical parameters are refused before the key is looked at.
    let token = format!("{}.e30.AA", b64(r#"{"alg":"RS256","crit":["b64"],"b64":false}"#));
    let error = verify(&token, &key(&data(), "RSA").unwrap()).unwrap_err();
    assert_eq!(error.code(), Code::JwsMalformed);
}

#[test]
fn keys_that_are_none() {
    let data = data();
    let with = |name: &str, member: &str, value: Value| {
        let mut key = data["keys"][name].clone();
        key[member] = value;
        key
    };
    let long = |bytes: usize| json!(URL_SAFE_NO_PAD.encode(std::vec![0xff; bytes]));
    let rows = [
        (json!({}), "kty is missing"),
        (json!({ "kty": "oct", "k": "AA" }), "kty oct has no public key"),
        (json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" }), "kty OKP"),
        (with("RSA", "n", json!(null)), "n is missing"),
        (with("RSA", "n", json!("a=")), "n is not base64url"),
        (with("RSA", "n", json!("AAAA")), "an RSA key of 0 bits"),
        (with("RSA", "n", long(1025)), "an RSA key of 8200 bits"),
        (with("RSA", "e", json!("AQ")), "not an RSA key"),
        (with("RSA", "e", json!("AAAA")), "not an RSA key"),
        (with("RSA", "e", json!("AQAA")), "not an RSA key"),
        (with("RSA", "e", long(9)), "an RSA exponent of 9 bytes"),
        (with("RSA", "e", long(8)), "not an RSA key"),
        (data["keys"]["RSA 1024"].clone(), "an RSA key of 1024 bits; 2048 to 8192 are taken"),
        (with("P-256", "crv", json!("P-384")), "x and y have 32 and 32 bytes, P-384 has 48"),
        (with("P-256", "crv", json!("secp256k1")), "crv secp256k1 is not"),
        (with("P-256", "crv", json!(null)), "crv is missing"),
        (with("P-256", "x", json!("AA")), "x and y have 1 and 32 bytes"),
        (with("P-256", "x", with("P-256", "x", json!(0))["y"].clone()), "not on P-256"),
        (with("P-521", "y", json!(null)), "y is missing"),
    ];
    for (key, why) in rows {
        let error = Jwk::parse(key.to_string().as_bytes()).unwrap().public_key().unwrap_err();
        assert_eq!(error.code(), Code::JwkUnusable);
        assert!(error.message().contains(why), "{key}: {error}");
    }
    // An even modulus, and one with a leading zero, which is the same number.
    let mut n = URL_SAFE_NO_PAD.decode(data["keys"]["RSA"]["n"].as_str().unwrap()).unwrap();
    n.insert(0, 0);
    let padded = with("RSA", "n", json!(URL_SAFE_NO_PAD.encode(&n)));
    let padded = Jwk::parse(padded.to_string().as_bytes()).unwrap().public_key().unwrap();
    verify(token(&data, "RS256"), &padded).unwrap();
    *n.last_mut().unwrap() &= 0xfe;
    let even = with("RSA", "n", json!(URL_SAFE_NO_PAD.encode(&n)));
    assert!(Jwk::parse(even.to_string().as_bytes()).unwrap().public_key().is_err());
}

#[test]
fn key_sets_find_the_one_key_that_is_meant() {
    let data = data();
    let named = |kid: &str, more: Value| {
        let mut key = data["keys"]["RSA"].clone();
        key["kid"] = json!(kid);
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        key
    };
    let find = |keys: Value, kid: Option<&str>| {
        let jwks = Jwks::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
        jwks.find(Algorithm::Rs256, kid)
            .map(|key| key.kid().map(ToString::to_string))
            .map_err(|e| e.message().to_string())
    };
    let a = || named("a", json!({}));
    let b = || named("b", json!({ "use": "sig", "alg": "RS256", "key_ops": ["verify"] }));
    assert_eq!(find(json!([a(), b()]), Some("a")), Ok(Some("a".into())));
    assert_eq!(find(json!([a(), b()]), Some("b")), Ok(Some("b".into())));
    assert_eq!(find(json!([b(), "text", null]), None), Ok(Some("b".into())));
    assert_eq!(find(json!([a(), data["keys"]["P-256"]]), None), Ok(Some("a".into())));
    for (keys, kid, why) in [
        (json!([a(), b()]), Some("c"), "none of the 2 keys is for alg RS256, kid c"),
        (json!([a(), b()]), None, "2 keys for alg RS256, kid absent"),
        (json!([a(), a()]), Some("a"), "2 keys for alg RS256, kid a"),
        (json!([]), None, "none of the 0 keys"),
        (json!([named("a", json!({ "use": "enc" }))]), Some("a"), "none of the 1 keys"),
        (json!([named("a", json!({ "alg": "RS512" }))]), Some("a"), "none of the 1 keys"),
        (json!([named("a", json!({ "key_ops": ["sign"] }))]), Some("a"), "none of the 1 keys"),
        (json!([named("a", json!({ "kty": "EC" }))]), Some("a"), "none of the 1 keys"),
    ] {
        assert!(find(keys.clone(), kid).unwrap_err().starts_with(why), "{kid:?} in {keys}");
    }
}

#[test]
fn certificates_agree_with_their_key_or_not() {
    let data = data();
    let agrees = |name: &str, x5c: Value| {
        let mut key = data["keys"][name].clone();
        key["x5c"] = x5c;
        Jwk::parse(key.to_string().as_bytes()).unwrap().certificate_agrees()
    };
    let certificate = |name: &str| data["certificates"][name].clone();
    for name in ["RSA", "P-256", "P-384", "P-521"] {
        assert_eq!(agrees(name, json!([certificate(name), "not looked at"])), Some(true), "{name}");
        for other in ["RSA", "P-256", "P-384", "P-521"].into_iter().filter(|other| *other != name) {
            assert_eq!(agrees(name, json!([certificate(other)])), Some(false), "{name} {other}");
        }
    }
    assert_eq!(agrees("RSA 3072", json!([certificate("RSA")])), Some(false));
    assert_eq!(Jwk::parse(data["keys"]["RSA"].to_string().as_bytes()).unwrap().certificate_agrees(), None);
    for none in [json!(null), json!([]), json!("x"), json!([1]), json!(["?"]), json!(["MAA="]), json!([""])] {
        assert_eq!(agrees("RSA", none.clone()), Some(false), "{none}");
    }
    // Cut anywhere, and with any byte changed, it is read without harm.
    let whole = base64::engine::general_purpose::STANDARD.decode(certificate("RSA").as_str().unwrap()).unwrap();
    for at in 0..whole.len() {
        let _ = x509::public_key(&whole[..at]);
        let mut changed = whole.clone();
        changed[at] ^= 0xff;
        let _ = x509::public_key(&changed);
    }
}

#[test]
fn documents() {
    let good = json!({
        "issuer": "https://issuer.example/",
        "jwks_uri": "https://issuer.example/keys",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "other": {},
    });
    let parsed = Discovery::parse(good.to_string().as_bytes()).unwrap();
    assert_eq!(parsed.jwks_uri, "https://issuer.example/keys");
    assert_eq!(parsed.id_token_signing_alg_values_supported, ["RS256"]);
    assert!(parsed.clone().of("https://issuer.example/").is_ok());
    for other in ["https://issuer.example", "https://Issuer.example/", "http://issuer.example/", ""] {
        assert_eq!(parsed.clone().of(other).unwrap_err().code(), Code::DiscoveryIssuer, "{other}");
    }
    for (member, value, why) in [
        ("issuer", json!(null), "issuer must be a string, it is null"),
        ("jwks_uri", json!(["x"]), "jwks_uri must be a string"),
        (
            "response_types_supported",
            json!("id_token"),
            "response_types_supported must be an array of strings, it is a string",
        ),
        ("subject_types_supported", json!(["public", 1]), "subject_types_supported must be an array of strings"),
    ] {
        let mut document = good.clone();
        document[member] = value;
        let error = Discovery::parse(document.to_string().as_bytes()).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::DiscoveryMalformed, why));
        document.as_object_mut().unwrap().remove(member);
        let error = Discovery::parse(document.to_string().as_bytes()).unwrap_err();
        assert_eq!(error.message(), format!("{member} is missing"));
    }
    let deep = "[".repeat(100_000);
    for hostile in [&b""[..], b"<html>", b"[]", b"{}x", b"\xff\xfe", deep.as_bytes(), &[b' '; MAX_DOCUMENT + 1]] {
        assert_eq!(Discovery::parse(hostile).unwrap_err().code(), Code::DiscoveryMalformed);
        assert_eq!(Jwks::parse(hostile).unwrap_err().code(), Code::JwksMalformed);
        assert!(Jwk::parse(hostile).and_then(|key| key.public_key()).is_err());
    }
    assert_eq!(Jwks::parse(br#"{"keys":{}}"#).unwrap_err().message(), "keys is an object, not an array");
}
