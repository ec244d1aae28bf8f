//! Keys: the issuer's documents, the key set, algorithms, signatures.

use super::*;

#[test]
fn keys_and_signatures() {
    let other = other_key();
    let key = |change: &dyn Fn(&mut Value)| {
        let mut key = jwk("k1", &signing_key());
        change(&mut key);
        json!({ "keys": [key] })
    };
    let many = |n: usize| json!({ "keys": (0..n).map(|i| jwk(&format!("k{i}"), &signing_key())).collect::<Vec<_>>() });
    let rows = [
        (json!({ "keys": [jwk("k1", &other)] }), GENERIC, "the ES256 signature does not verify with key k1"),
        (json!({ "keys": [jwk("k1", &signing_key()), jwk("k1", &other)] }), GENERIC, "does not verify"),
        (json!({ "keys": [jwk("k2", &signing_key())] }), NO_KEY, "the key set has no key with kid k1; it has k2"),
        (json!({ "keys": [] }), NO_KEY, "no key with kid k1"),
        (json!({}), NO_KEY, "there is no member keys"),
        (key(&|key| key["use"] = json!("enc")), NO_KEY, "is not meant for signatures"),
        (key(&|key| key["x"] = json!(null)), NO_KEY, "lacks the members of a public key"),
        (key(&|key| key["x5c"] = json!(["MAA="])), NO_KEY, "x5c"),
        (key(&|key| key["kty"] = json!("RSA")), NO_KEY, "lacks the members"),
        (key(&|key| key["key_ops"] = json!(["verify"])), GENERIC, "key_ops"),
        (key(&|key| key["y"] = key["x"].clone()), GENERIC, "not on P-256"),
        (many(101), NO_KEY, "the key set has 101 EC keys, AWS reads at most 100"),
    ];
    for (jwks, message, why) in rows {
        let denied = with(|s| s.jwks = Ok(jwks.clone())).decide().expect_err(why);
        assert_eq!((denied.code, denied.message.as_str()), ("InvalidIdentityToken", message), "{why}");
        assert!(denied.reason.what.contains(why), "{why}: {}", denied.reason.what);
    }
    for jwks in [
        many(100),
        json!({ "keys": [jwk("k1", &other), jwk("k1", &signing_key())] }),
        key(&|key| key["alg"] = json!("ES512")),
        key(&|key| drop(key.as_object_mut().unwrap().remove("use"))),
    ] {
        assert!(with(|s| s.jwks = Ok(jwks.clone())).decide().is_ok(), "{jwks}");
    }
    // Without kid: the only key, if it has one itself.
    let headless = |jwks: Value| with(|s| (s.header, s.jwks) = (json!({ "alg": "ES256" }), Ok(jwks))).decide();
    assert!(headless(key(&|_| ())).is_ok());
    assert_eq!(headless(key(&|key| key["kid"] = json!(""))).unwrap_err().message, NO_KEY);
    assert_eq!(headless(many(2)).unwrap_err().message, NO_KEY);
    let empty =
        with(|s| (s.header, s.jwks) = (json!({ "alg": "ES256", "kid": "" }), Ok(key(&|key| key["kid"] = json!("")))));
    assert_eq!(empty.decide().unwrap_err().message, NO_KEY);
    // A payload changed after it was signed.
    let token = good().token();
    let (head, signature) = token.rsplit_once('.').unwrap();
    let header = head.split_once('.').unwrap().0;
    let claims = with(|s| s.claims["exp"] = json!(NOW + 9999)).claims.to_string();
    let tampered = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims));
    assert_eq!(with(|s| s.token = Some(tampered)).denied().1, GENERIC);
}

#[test]
fn algorithms_that_aws_does_not_take() {
    for alg in ["none", "HS256", "PS256", "EdDSA", "RS1", "es256"] {
        let (code, message, check, what) = with(|s| s.header["alg"] = json!(alg)).denied();
        assert_eq!((code, message.as_str(), check), ("InvalidIdentityToken", GENERIC, Check::Signature), "{alg}");
        assert!(what.contains(alg), "{what}");
    }
    let mut unsigned = sign(r#"{"alg":"none"}"#, good().claims.to_string().as_bytes());
    unsigned.truncate(unsigned.rfind('.').unwrap() + 1);
    assert_eq!(with(|s| s.token = Some(unsigned)).denied().1, GENERIC);
}

#[test]
fn the_issuers_documents() {
    let set = |name: &str, value: Value| {
        with(|s| {
            s.discovery = s.discovery.clone().map(|mut document| {
                document[name] = value;
                document
            })
        })
    };
    assert_eq!(set("issuer", json!("https://other.example")).denied().1, NO_KEY);
    assert_eq!(set("response_types_supported", json!(null)).denied().1, NO_KEY);
    for setup in [with(|s| s.discovery = Err("no address for the name")), with(|s| s.jwks = Err("status 404"))] {
        let denied = setup.decide().unwrap_err();
        assert_eq!((denied.code, denied.status, denied.reason.check), ("IDPCommunicationError", 400, Check::Keys));
        assert!(denied.reason.what.contains("could not be fetched: "), "{denied}");
    }
    let (code, message, ..) = with(|s| (s.discovery, s.other_certificate) = (Err(""), true)).denied();
    assert_eq!(code, "InvalidIdentityToken");
    assert_eq!(message, "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint");
}
