//! `sigv4.*`: cases as tests/pure/src/sigv4.rs has them.

use crate::{api::*, c::*};
use irsa_core::Timestamp;
use serde_json::{Value, json};

/// Memory of a case, of which the structs are views.
struct Case {
    request: irsa_request,
    signing: irsa_signing,
    headers: Vec<irsa_header>,
    listed: Vec<irsa_str>,
    body: Vec<u8>,
}

impl Case {
    fn with<T>(input: &Value, then: impl FnOnce(&Self) -> T) -> T {
        let mut case = Self {
            request: zero(),
            signing: zero(),
            headers: list(&input["headers"])
                .map(|pair| irsa_header { name: said(&pair[0]), value: said(&pair[1]) })
                .collect(),
            listed: list(&input["headers_listed"]).map(said).collect(),
            body: list(&input["body"]).map(|b| b.as_u64().expect("byte") as u8).collect(),
        };
        let request = &mut case.request;
        request.size = size_of::<irsa_request>();
        request.method = if input["method"].is_null() { view("GET") } else { said(&input["method"]) };
        (request.path, request.query) = (said(&input["path"]), said(&input["query"]));
        (request.headers, request.header_count) = (case.headers.as_ptr(), case.headers.len());
        (request.body, request.hash) = (view_bytes(&case.body), said(&input["hash"]));
        request.payload = match input["hash"].as_str() {
            _ if input["unsigned"] == true => 2,
            Some(_) => 1,
            None => 0,
        };
        let signing = &mut case.signing;
        signing.size = size_of::<irsa_signing>();
        let key = &input["credentials"];
        signing.access_key_id = said(&key["access_key_id"]);
        signing.secret_access_key = said(&key["secret_access_key"]);
        signing.session_token = said(&key["session_token"]);
        (signing.region, signing.service) = (said(&input["region"]), said(&input["service"]));
        signing.time_ms = time(input);
        signing.expires = input["expires"].as_u64().unwrap_or_default() as u32;
        signing.token_after = u32::from(input["token_after"] == true);
        // By the service's name S3's ways are chosen; a case says them itself.
        let s3 = input["s3"] == true;
        signing.content_sha256 = choice(&input["content_sha256"], s3);
        signing.normalise = choice(&input["normalise"], !s3);
        signing.path = match input["path_encoding"].as_str() {
            Some("twice") => 1,
            Some("once") => 2,
            Some("as-is") => 3,
            _ if s3 => 2,
            _ => 1,
        };
        signing.signed_headers = match input["headers_signed"].as_str() {
            Some("only") => 1,
            Some("all-but") => 2,
            _ => 0,
        };
        (signing.listed, signing.listed_count) = (case.listed.as_ptr(), case.listed.len());
        then(&case)
    }
}

pub fn sign_into(api: &Api, input: &Value) -> Outcome {
    Case::with(input, |case| {
        let room = input["room"].as_u64().unwrap_or(16_384) as usize;
        let (mut out, mut length) = (vec![0u8; room], 0);
        api.try_call(|err| {
            // SAFETY: the case is good for the call, and so is the room.
            unsafe {
                let (signing, request) = (&raw const case.signing, &raw const case.request);
                (api.irsa_request_sign)(signing, request, none(), out.as_mut_ptr().cast(), room, &raw mut length, err)
            }
        })?;
        if case.signing.expires > 0 {
            return Ok(json!({ "query": String::from_utf8_lossy(&out[..length]) }));
        }
        let mut rest = irsa_str { data: out.as_ptr().cast(), len: length };
        let mut header = zero::<irsa_header>();
        let mut headers = Vec::new();
        // SAFETY: what irsa_request_sign wrote; the views point into it.
        unsafe {
            let text =
                |view: irsa_str| String::from_utf8(of_bytes(irsa_bytes { data: view.data.cast(), len: view.len }));
            while (api.irsa_headers_next)(&raw mut rest, &raw mut header) == 1 {
                headers.push(json!([text(header.name).expect("UTF-8"), text(header.value).expect("UTF-8")]));
            }
        }
        assert_eq!(rest.len, 0, "lines that are left");
        Ok(json!({ "headers": headers }))
    })
}

pub fn explain(api: &Api, input: &Value) -> Outcome {
    Case::with(input, |case| {
        // SAFETY: the case is good for the calls; what is lent is copied before it is freed.
        unsafe {
            let told = api.make(api.irsa_explanation_free, |out, err| {
                (api.irsa_request_explain)(&raw const case.signing, &raw const case.request, none(), out, err)
            })?;
            Ok(json!({
                "canonical_request": of_text((api.irsa_explanation_canonical_request)(told.at)),
                "string_to_sign": of_text((api.irsa_explanation_string_to_sign)(told.at)),
                "signature": of_text((api.irsa_explanation_signature)(told.at)),
                "shown": of_text((api.irsa_explanation_shown)(told.at)),
            }))
        }
    })
}

pub fn sign(api: &Api, input: &Value) -> Outcome {
    Case::with(input, |case| {
        let mut call = zero::<irsa_http_call>();
        call.size = size_of::<irsa_http_call>();
        (call.method, call.url, call.body) = (case.request.method, said(&input["url"]), case.request.body);
        (call.headers, call.header_count) = (case.request.headers, case.request.header_count);
        // SAFETY: the case is good for the calls; what is lent is copied before it is freed.
        unsafe {
            let made = api.make(api.irsa_prepared_free, |out, err| {
                (api.irsa_http_call_sign)(&raw const case.signing, &raw const call, none(), out, err)
            })?;
            let request = *(api.irsa_prepared_request)(made.at);
            let headers = of_headers(request.headers, request.header_count);
            Ok(json!({ "url": of_str(request.url), "headers": headers }))
        }
    })
}

pub fn presign(api: &Api, input: &Value) -> Outcome {
    Case::with(input, |case| {
        let (method, url) =
            (text(input["method"].as_str().unwrap_or("GET")), text(input["url"].as_str().expect("url")));
        let body = if case.request.payload == 1 { as_bytes(case.request.hash) } else { case.request.body };
        // SAFETY: the case is good for the call.
        let url = api.text(|out, err| unsafe {
            let (signing, payload) = (&raw const case.signing, case.request.payload);
            (api.irsa_url_presign)(signing, method.as_ptr(), url.as_ptr(), payload, body, none(), out, err)
        })?;
        Ok(json!({ "url": url }))
    })
}

pub fn signing_key(api: &Api, input: &Value) -> Outcome {
    let word = |name: &str| text(input[name].as_str().expect("a text"));
    let (secret, region, service) = (word("secret_access_key"), word("region"), word("service"));
    let day = format!("{}T000000Z", input["date"].as_str().expect("date"));
    let time = Timestamp::parse(&day).expect("date").unix_millis();
    // SAFETY: C strings that are good for the call.
    let key = api.buffer(|out, err| unsafe {
        (api.irsa_signing_key)(secret.as_ptr(), time, region.as_ptr(), service.as_ptr(), out, err)
    })?;
    Ok(json!(key.iter().map(|b| format!("{b:02x}")).collect::<String>()))
}

pub fn body_hash(api: &Api, input: &Value) -> Outcome {
    // SAFETY: a new handle; then pieces and room that are good for the calls.
    unsafe {
        let hash = api.make(api.irsa_hash_free, |out, err| (api.irsa_hash_new)(out, err))?;
        for piece in list(&input["pieces"]).filter_map(Value::as_str) {
            api.try_call(|err| (api.irsa_hash_update)(hash.at, view_bytes(piece.as_bytes()), err))?;
        }
        let mut out = [0u8; 65];
        api.try_call(|err| (api.irsa_hash_finish)(hash.at, out.as_mut_ptr().cast(), out.len(), err))?;
        Ok(json!(of_text(out.as_ptr().cast())))
    }
}

pub fn verify(api: &Api, input: &Value) -> Outcome {
    let key = &input["credentials"];
    let word = |name: &str| key[name].as_str().map(text);
    let (id, secret, token) = (word("access_key_id"), word("secret_access_key"), word("session_token"));
    let pointer = |text: &Option<std::ffi::CString>| text.as_ref().map_or(std::ptr::null(), |text| text.as_ptr());
    // SAFETY: C strings that are good for the call.
    let credentials = api.make(api.irsa_credentials_free, |out, err| unsafe {
        (api.irsa_credentials_new)(pointer(&id), pointer(&secret), pointer(&token), i64::MAX, out, err)
    })?;
    Case::with(input, |case| {
        let mut rules = zero::<irsa_verifying>();
        rules.size = size_of::<irsa_verifying>();
        rules.time_ms = case.signing.time_ms;
        (rules.region, rules.service) = (case.signing.region, case.signing.service);
        rules.credentials = credentials.at;
        rules.s3 = u32::from(input["s3"] == true);
        (rules.path, rules.normalise) = (case.signing.path, case.signing.normalise);
        rules.token_after = case.signing.token_after;
        // SAFETY: rules and case are good for the calls; what is lent is copied before it is freed.
        unsafe {
            let who = api.make(api.irsa_verified_free, |out, err| {
                (api.irsa_request_verify)(&raw const rules, &raw const case.request, none(), out, err)
            })?;
            let expires = (api.irsa_verified_expires)(who.at);
            Ok(json!({
                "access_key_id": of_text((api.irsa_verified_access_key_id)(who.at)),
                "region": of_text((api.irsa_verified_region)(who.at)),
                "service": of_text((api.irsa_verified_service)(who.at)),
                "signed_at": Timestamp::from_unix_millis((api.irsa_verified_signed_at_ms)(who.at)).to_string(),
                "expires": (expires > 0).then_some(expires),
                "signed_headers": of_text((api.irsa_verified_signed_headers)(who.at)),
            }))
        }
    })
}

fn as_bytes(view: irsa_str) -> irsa_bytes {
    irsa_bytes { data: view.data.cast(), len: view.len }
}

fn time(input: &Value) -> i64 {
    Timestamp::parse(input["time"].as_str().expect("time")).expect("time").unix_millis()
}

/// An `IRSA_YES` or `IRSA_NO`.
fn choice(said: &Value, otherwise: bool) -> u32 {
    if said.as_bool().unwrap_or(otherwise) { 1 } else { 2 }
}

fn said(value: &Value) -> irsa_str {
    view(value.as_str().unwrap_or_default())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
