//! `jws-wycheproof`: signed tokens and bare signatures, right and wrong. RSA and ECDSA on the curves of JOSE are verified;
//! HMAC is refused as an algorithm, whatever the tag; Ed25519 and encrypted tokens are left out and counted.
//!
//! Bare ECDSA signatures are in DER, which JOSE does not have. Those whose DER is right are turned into r and s side by
//! side; of the others there is nothing to be asked.

use crate::{Engine, Report, Set, json};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path};

pub const SET: Set = Set { name: "jws-wycheproof", run, least: 850 };

/// What the suite wants refused as a matter of policy, and we take on purpose.
const POLICY: [(&str, &str); 4] = [
    ("MixedKeySet", "of a set that holds private keys too, the public ones are used"),
    ("DuplicateKid", "AWS uses the last of several keys of one kid (sts-observed)"),
    ("JsonWebKeyset", "a key set is what an issuer publishes"),
    ("roca", "no key is looked up among weak ones; AWS was not seen to do so"),
];

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let folder = folder.join("jws-wycheproof");
    let mut aside = BTreeMap::<String, usize>::new();
    for path in super::files(&folder).iter().filter(|path| path.extension().is_some_and(|e| e == "json")) {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let data = json(path);
        for group in data["testGroups"].as_array().into_iter().flatten() {
            for test in group["tests"].as_array().into_iter().flatten() {
                let name = format!("{file}#{} {}", test["tcId"], test["comment"].as_str().unwrap_or_default());
                let outcome = match group["type"].as_str().unwrap_or_default() {
                    "RsassaPkcs1Verify" => signature(engine, "RS", &rsa(group), group, test),
                    "EcdsaVerify" | "EcdsaP1363Verify" => signature(engine, "ES", &ec(group), group, test),
                    "EddsaVerify" => Err(Aside("Ed25519 is no algorithm that AWS takes")),
                    "MacTest" => Err(Aside("a bare HMAC is no signature of a public key")),
                    _ => token(engine, group, test),
                };
                match outcome {
                    Ok(outcome) => report.case(&name, outcome),
                    Err(Aside(why)) => *aside.entry(format!("{file}: {why}")).or_default() += 1,
                }
            }
        }
    }
    for (why, count) in aside {
        report.leave_out(&format!("{count} cases of {}", why.split(':').next().unwrap_or_default()), {
            why.split_once(": ").map_or("", |(_, why)| why)
        });
    }
    report
}

/// A case that asks for what there is not.
struct Aside(&'static str);

type Outcome = Result<Result<(), String>, Aside>;

fn token(engine: &mut dyn Engine, group: &Value, test: &Value) -> Outcome {
    if !test["jwe"].is_null() {
        return Err(Aside("encrypted tokens (JWE) are read nowhere"));
    }
    let jws = test["jws"].as_str().map_or_else(|| test["jws"].to_string(), ToOwned::to_owned);
    let key = if group["public"].is_null() { &group["private"] } else { &group["public"] };
    let set = if key["keys"].is_array() { key.clone() } else { json!({ "keys": [key] }) };
    let answer = engine.call("oidc.verify", &json!({ "jws": jws, "jwks": set.to_string() }));
    let header = jws.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
    let header: Value = header.and_then(|header| serde_json::from_slice(&header).ok()).unwrap_or_default();
    if header["alg"].as_str().is_some_and(|alg| alg.starts_with("HS")) {
        let code = answer["error"]["code"].as_str().unwrap_or("ok");
        // A malformed token is refused before its algorithm is looked at.
        let refused = ["jws-algorithm", "jws-malformed"].contains(&code);
        return Ok(if refused { Ok(()) } else { Err(format!("an HMAC gave {code}")) });
    }
    let comment = group["comment"].as_str().unwrap_or_default();
    let mut flags = test["flags"].as_array().into_iter().flatten().filter_map(Value::as_str).chain([comment]);
    let policy = flags.find_map(|flag| POLICY.iter().find(|(name, _)| flag.contains(name)));
    match (test["result"].as_str().unwrap_or_default(), &answer["ok"]) {
        ("invalid", Value::Object(_)) => match policy {
            Some((_, why)) => Err(Aside(why)),
            None => Ok(Err("it was accepted".into())),
        },
        ("valid", Value::Object(ok)) => {
            let wanted = jws.split('.').nth(1).and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
            let wanted = wanted.map(|payload| String::from_utf8_lossy(&payload).into_owned());
            Ok(if ok["payload"].as_str() == wanted.as_deref() { Ok(()) } else { Err("another payload".into()) })
        }
        // A key set's key is not taken for another alg than its own (RFC 7517 section 4.4); the key itself fits.
        ("valid", _) if !key["alg"].is_null() && key["alg"] != header["alg"] => {
            let by_key = engine.call("oidc.verify", &json!({ "jws": jws, "jwk": key.to_string() }));
            let apart = answer["error"]["code"] == "jwks-no-key" && by_key["ok"].is_object();
            Ok(if apart { Ok(()) } else { Err(format!("{} {}", answer["error"], by_key["error"])) })
        }
        ("valid", _) => Ok(Err(format!("it was refused: {}", answer["error"]))),
        _ => Ok(Ok(())),
    }
}

fn signature(engine: &mut dyn Engine, family: &str, key: &Value, group: &Value, test: &Value) -> Outcome {
    let sha = group["sha"].as_str().unwrap_or_default().trim_start_matches("SHA-");
    let sig = hex(&test["sig"]);
    let sig = match group["type"].as_str() {
        Some("EcdsaVerify") => match der(&sig, size(group)) {
            Some(sig) => sig,
            None if test["result"] == "valid" => return Ok(Err("its DER was not read".into())),
            None => return Err(Aside("wrong DER, which JOSE does not have: r and s stand side by side")),
        },
        _ => sig,
    };
    let answer = engine.call(
        "oidc.verify_signature",
        &json!({ "alg": format!("{family}{sha}"), "jwk": key.to_string(), "signed": hex(&test["msg"]), "signature": sig }),
    );
    let good = answer["ok"] == true;
    Ok(match test["result"].as_str().unwrap_or_default() {
        "valid" if !good => Err(format!("it was refused: {}", answer["error"])),
        "invalid" if good => Err("it was accepted".into()),
        "invalid" if answer["error"]["code"] != "jws-signature" => {
            Err(format!("refused as {}", answer["error"]["code"]))
        }
        _ => Ok(()),
    })
}

fn rsa(group: &Value) -> Value {
    let number = |name: &str| {
        let bytes = hex(&group["publicKey"][name]);
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        URL_SAFE_NO_PAD.encode(&bytes[zeros..])
    };
    json!({ "kty": "RSA", "n": number("modulus"), "e": number("publicExponent") })
}

fn ec(group: &Value) -> Value {
    let coordinate = |name: &str| URL_SAFE_NO_PAD.encode(fixed(&hex(&group["publicKey"][name]), size(group)).unwrap());
    let curve = match size(group) {
        32 => "P-256",
        48 => "P-384",
        _ => "P-521",
    };
    json!({ "kty": "EC", "crv": curve, "x": coordinate("wx"), "y": coordinate("wy") })
}

/// Bytes of a coordinate.
fn size(group: &Value) -> usize {
    group["publicKey"]["keySize"].as_u64().map_or(0, |bits| bits.div_ceil(8) as usize)
}

/// A number at its full size.
fn fixed(number: &[u8], size: usize) -> Option<Vec<u8>> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let digits = &number[zeros..];
    Some([vec![0; size.checked_sub(digits.len())?], digits.to_vec()].concat())
}

/// `SEQUENCE { INTEGER r, INTEGER s }` in its one right form, as r and s side by side; `None` for any other.
fn der(sig: &[u8], size: usize) -> Option<Vec<u8>> {
    let body = match sig {
        [0x30, length, body @ ..] if *length < 0x80 && usize::from(*length) == body.len() => body,
        [0x30, 0x81, length, body @ ..] if *length >= 0x80 && usize::from(*length) == body.len() => body,
        _ => return None,
    };
    let (r, rest) = integer(body, size)?;
    let (s, rest) = integer(rest, size)?;
    rest.is_empty().then(|| [r, s].concat())
}

fn integer(from: &[u8], size: usize) -> Option<(Vec<u8>, &[u8])> {
    let [0x02, length, rest @ ..] = from else { return None };
    let (digits, rest) = rest.split_at_checked(usize::from(*length))?;
    let minimal = match digits {
        [0, next, ..] => *next >= 0x80,
        [first, ..] => *first < 0x80,
        [] => false,
    };
    if minimal { Some((fixed(digits, size)?, rest)) } else { None }
}

fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().unwrap_or_default();
    let padded = if text.len() % 2 == 1 { format!("0{text}") } else { text.to_owned() };
    (0..padded.len()).step_by(2).map(|at| u8::from_str_radix(&padded[at..at + 2], 16).expect("hex")).collect()
}
