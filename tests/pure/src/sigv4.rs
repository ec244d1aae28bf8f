//! `irsa_core::sigv4`.
//!
//! A request is `{method, path, query, headers: [[name, value]], body: [bytes] | hash | unsigned: true}`; beside it stand
//! `credentials`, `region`, `service`, `time` and what differs from the default (`form`, `expires`, …).

use crate::Entry;
use irsa_core::{
    Credentials, Error, Timestamp,
    effect::HttpRequest,
    secret::{Secret, SecretBytes},
    sigv4::{
        BodyHash, Form, HeaderSlot, KeyCache, PathEncoding, PathRule, Payload, QuerySlot, Request, Scratch,
        SessionToken, SignedHeaders, Signing, UNSIGNED_HEADERS, Verifying, explain, lines, presign, sign, sign_head,
        sign_into, sign_into_with, signing_key, verify,
    },
};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    ("sigv4.sign_into", |input| {
        Case::read(input, |case| {
            let mut out = vec![0; input["room"].as_u64().unwrap_or(16_384) as usize];
            let length = sign_into(&case.request, &case.signing, &mut KeyCache::new(), case.time, &mut out)?;
            Ok(written(&case.signing, &out[..length]))
        })
    }),
    ("sigv4.sign_into_with", |input| {
        Case::read(input, |case| {
            let mut out = vec![0; 16_384];
            let slots = |name: &str| input[name].as_u64().unwrap_or_default() as usize;
            let scratch = Scratch {
                headers: &mut vec![HeaderSlot::EMPTY; slots("header_slots")],
                query: &mut vec![QuerySlot::EMPTY; slots("query_slots")],
            };
            let mut keys = KeyCache::with_slots(1);
            let length = sign_into_with(&case.request, &case.signing, &mut keys, case.time, scratch, &mut out)?;
            Ok(written(&case.signing, &out[..length]))
        })
    }),
    ("sigv4.explain", |input| {
        Case::read(input, |case| {
            let told = explain(&case.request, &case.signing, &mut KeyCache::new(), case.time)?;
            Ok(json!({
                "canonical_request": told.canonical_request.expose(),
                "string_to_sign": told.string_to_sign,
                "signature": told.signature,
                "shown": told.shown(),
            }))
        })
    }),
    ("sigv4.sign", |input| {
        Case::read(input, |case| {
            let mut request = HttpRequest {
                method: case.request.method.into(),
                url: text(input, "url").into(),
                headers: case.request.headers.map(|(n, v)| (n.into(), Secret::from(v))).collect(),
                body: SecretBytes::from(bytes(input)),
                response_limit: 0,
                direct: false,
            };
            sign(&mut request, &case.signing, &mut KeyCache::new(), case.time)?;
            let headers: Vec<_> = request.headers.iter().map(|(n, v)| json!([n, v.expose()])).collect();
            Ok(json!({ "url": request.url, "headers": headers }))
        })
    }),
    // As "sigv4.sign", the body being elsewhere: what is said of it is that of the case.
    ("sigv4.sign_head", |input| {
        Case::read(input, |case| {
            let mut request = HttpRequest {
                method: case.request.method.into(),
                url: text(input, "url").into(),
                headers: case.request.headers.map(|(n, v)| (n.into(), Secret::from(v))).collect(),
                body: SecretBytes::default(),
                response_limit: 0,
                direct: false,
            };
            sign_head(&mut request, case.request.payload, &case.signing, &mut KeyCache::new(), case.time)?;
            let headers: Vec<_> = request.headers.iter().map(|(n, v)| json!([n, v.expose()])).collect();
            Ok(json!({ "url": request.url, "headers": headers }))
        })
    }),
    ("sigv4.presign", |input| {
        Case::read(input, |case| {
            let expires = input["expires"].as_u64().unwrap_or_default() as u32;
            let (request, signing) = (&case.request, &case.signing);
            let mut keys = KeyCache::default();
            let url =
                presign(request.method, text(input, "url"), request.payload, expires, signing, &mut keys, case.time)?;
            Ok(json!({ "url": url.expose() }))
        })
    }),
    ("sigv4.signing_key", |input| {
        let secret = Secret::from(text(input, "secret_access_key"));
        let day = Timestamp::parse(&format!("{}T000000Z", text(input, "date"))).expect("date");
        let key = signing_key(&secret, day, text(input, "region"), text(input, "service"));
        Ok(json!(key.expose().iter().map(|b| format!("{b:02x}")).collect::<String>()))
    }),
    // {pieces: [text]} gives the hash of all of them.
    ("sigv4.body_hash", |input| {
        let mut hash = BodyHash::new();
        list(&input["pieces"]).filter_map(Value::as_str).for_each(|piece| hash.update(piece.as_bytes()));
        Ok(json!(hash.finish().as_str()))
    }),
    ("sigv4.verify", |input| {
        Case::read(input, |case| {
            let mut rules = Verifying::new(case.signing.region, case.signing.service);
            if input["s3"] == true {
                rules = Verifying::s3(case.signing.region);
                rules.service = Some(case.signing.service);
            }
            rules.path = case.signing.path;
            rules.session_token = case.signing.session_token;
            let credentials = case.credentials;
            let known = |id: &str| (id == credentials.access_key_id()).then_some(credentials);
            let who = verify(&case.request, &rules, known, &mut KeyCache::new(), case.time)?;
            Ok(json!({
                "access_key_id": who.access_key_id,
                "region": who.region,
                "service": who.service,
                "signed_at": who.signed_at.to_string(),
                "expires": who.expires,
                "signed_headers": who.signed_headers,
            }))
        })
    }),
];

struct Case<'a> {
    request: Request<'a, Pairs<'a>>,
    signing: Signing<'a>,
    credentials: &'a Credentials,
    time: Timestamp,
}

type Pairs<'a> = std::iter::Copied<std::slice::Iter<'a, (&'a str, &'a str)>>;

impl Case<'_> {
    fn read(input: &Value, then: impl FnOnce(Case<'_>) -> Result<Value, Error>) -> Result<Value, Error> {
        let given = &input["credentials"];
        let mut credentials = Credentials::new(text(given, "access_key_id"), text(given, "secret_access_key"), "test");
        if let Some(token) = given["session_token"].as_str() {
            credentials = credentials.with_session_token(token);
        }
        let headers: Vec<(&str, &str)> = list(&input["headers"])
            .map(|pair| (pair[0].as_str().expect("name"), pair[1].as_str().expect("value")))
            .collect();
        let body = bytes(input);
        let payload = match input["hash"].as_str() {
            _ if input["unsigned"] == true => Payload::Unsigned,
            Some(hash) => Payload::Hash(hash),
            None => Payload::Bytes(&body),
        };
        let listed: Vec<&str> = list(&input["headers_listed"]).filter_map(Value::as_str).collect();
        let mut signing = Signing::new(&credentials, text(input, "region"), text(input, "service"));
        if input["s3"] == true {
            signing = Signing::s3(&credentials, signing.region);
            signing.service = text(input, "service");
        }
        if let Some(expires) = input["expires"].as_u64() {
            signing.form = Form::Query { expires: expires as u32 };
        }
        if input["token_after"] == true {
            signing.session_token = SessionToken::AddedAfter;
        }
        if let Some(add) = input["content_sha256"].as_bool() {
            signing.content_sha256 = add;
        }
        signing.path = PathRule {
            encoding: match input["path_encoding"].as_str() {
                Some("twice") => PathEncoding::Twice,
                Some("once") => PathEncoding::Once,
                Some("as-is") => PathEncoding::AsIs,
                _ => signing.path.encoding,
            },
            normalise: input["normalise"].as_bool().unwrap_or(signing.path.normalise),
        };
        signing.signed = match input["headers_signed"].as_str() {
            Some("only") => SignedHeaders::Only(&listed),
            Some("all-but") => SignedHeaders::AllBut(&listed),
            _ => SignedHeaders::AllBut(UNSIGNED_HEADERS),
        };
        then(Case {
            request: Request {
                method: input["method"].as_str().unwrap_or("GET"),
                path: input["path"].as_str().unwrap_or_default(),
                query: input["query"].as_str().unwrap_or_default(),
                headers: headers.iter().copied(),
                payload,
            },
            signing,
            credentials: &credentials,
            time: Timestamp::parse(text(input, "time")).expect("time"),
        })
    }
}

fn written(signing: &Signing<'_>, out: &[u8]) -> Value {
    match signing.form {
        Form::Header => json!({ "headers": lines(out).map(|(n, v)| json!([n, v])).collect::<Vec<_>>() }),
        Form::Query { .. } => json!({ "query": String::from_utf8_lossy(out) }),
    }
}

fn text<'a>(input: &'a Value, name: &str) -> &'a str {
    input[name].as_str().unwrap_or_else(|| panic!("no text {name} in the case"))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn bytes(input: &Value) -> Vec<u8> {
    list(&input["body"]).map(|b| b.as_u64().expect("byte") as u8).collect()
}
