//! Signing beside the hot path: whole requests, URLs that are good by themselves, what was signed, and its parts.
//!
//! AWS Signature Version 4; see `irsa_core::sigv4`.

use crate::{
    buffer::irsa_buffer,
    edge::{Headers, Versioned, bytes, given, guard, hand, no_such, run, slice_mut, str, text, versioned},
    error::irsa_error,
    http::irsa_prepared,
    keys::irsa_keys,
    request::{Listed, irsa_request, irsa_signing, read_request, read_signing},
    text::Text,
    types::{irsa_bytes, irsa_header, irsa_str},
};
use irsa_core::{
    Code, Error, Secret, Timestamp,
    effect::HttpRequest,
    sigv4::{self, BodyHash, KeyCache, Payload, SignError},
};
use std::{
    ffi::{c_char, c_int},
    mem::{MaybeUninit, take},
};
use zeroize::Zeroize;

/// A request that a program describes whole. Zero it, then set `size`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_http_call {
    /// `sizeof(irsa_http_call)`.
    pub size: usize,
    /// `GET`, `POST`, …
    pub method: irsa_str,
    /// `https://` or `http://`, host, path and query, encoded.
    pub url: irsa_str,
    /// In the order in which they are sent; `host` may be left to the URL, `content-length` is the sender's to add.
    pub headers: *const irsa_header,
    /// How many.
    pub header_count: usize,
    /// The body.
    pub body: irsa_bytes,
    /// Passed on to `irsa_http_request`. 0: 1 MiB.
    pub response_limit: u32,
    /// Passed on, too.
    pub direct: u32,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_http_call {
    const LEAST: usize = size_of::<Self>();
}

/// What is read of an answer where a program does not say.
const RESPONSE_LIMIT: u32 = 1024 * 1024;

/// A cache of keys of the caller's, or one of its own.
fn with_keys<T>(keys: Option<&mut irsa_keys>, then: impl FnOnce(&mut KeyCache) -> T) -> T {
    match keys {
        Some(keys) => then(&mut keys.0),
        None => then(&mut KeyCache::with_slots(1)),
    }
}

/// Signs a whole request: its headers, or with `signing->expires` its URL. The body is hashed, save in S3's query form,
/// where it stays out. `keys` may be NULL: then the key is derived anew. The caller frees `prepared`.
/// Errors: `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_http_call call = IRSA_ZERO;
///     irsa_signing signing = IRSA_ZERO;
///     irsa_prepared *prepared = NULL;
///     call.size = sizeof call;
///     call.method = irsa_str_of("GET");
///     call.url = irsa_str_of("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08");
///     signing.size = sizeof signing;
///     signing.access_key_id = irsa_str_of("AKIDEXAMPLE");
///     signing.secret_access_key = irsa_str_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
///     signing.region = irsa_str_of("us-east-1");
///     signing.service = irsa_str_of("iam");
///     signing.time_ms = INT64_C(1440938160000);
///     if (irsa_http_call_sign(&signing, &call, NULL, &prepared, NULL) == IRSA_OK)
///         printf("%zu headers\n", irsa_prepared_request(prepared)->header_count);
///     irsa_prepared_free(prepared);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_http_call_sign(
    signing: *const irsa_signing,
    call: *const irsa_http_call,
    keys: Option<&mut irsa_keys>,
    prepared: Option<&mut MaybeUninit<*mut irsa_prepared>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_http_call_sign", err, || {
        // SAFETY: by the header's rules.
        let (signing, mut request) = unsafe { (versioned(signing, "signing")?, read_call(call)?) };
        // SAFETY: by the header's rules.
        let listed = unsafe { Listed::read(&signing) }?;
        // SAFETY: by the header's rules.
        let how = unsafe { read_signing(&signing, listed.names()) }?;
        let now = Timestamp::from_unix_millis(signing.time_ms);
        with_keys(keys, |keys| sigv4::sign(&mut request, &how, keys, now))?;
        let left = irsa_prepared::leave(&request, prepared);
        // With `expires` the session token is in it.
        request.url.zeroize();
        left
    })
}

/// The request that C describes, taken over.
///
/// # Safety
/// The header's rules.
pub(crate) unsafe fn read_call(call: *const irsa_http_call) -> Result<HttpRequest, Error> {
    // SAFETY: by the header's rules.
    let (call, method, url, headers, body) = unsafe {
        let call = versioned(call, "call")?;
        let headers = Headers::new(call.headers, call.header_count)?;
        (call, str(call.method, "call.method")?, str(call.url, "call.url")?, headers, bytes(call.body, "call.body")?)
    };
    let owned = |(name, value): (&str, &[u8])| match std::str::from_utf8(value) {
        Ok(value) => Ok((name.into(), Secret::from(value))),
        Err(_) => Err(Error::new(Code::CText, "libirsa", format!("the value of the header {name} is not UTF-8"))),
    };
    Ok(HttpRequest {
        method: method.into(),
        url: url.into(),
        headers: headers.iter().map(owned).collect::<Result<_, _>>()?,
        body: body.into(),
        response_limit: if call.response_limit == 0 { RESPONSE_LIMIT } else { call.response_limit },
        direct: call.direct != 0,
    })
}

/// A URL that lets its bearer make this one request for `signing->expires` seconds (1 to 604,800), as text. Whoever has it
/// has the right: log it nowhere. `host` alone is signed, so any header may be sent with it.
///
/// `payload` is an `IRSA_PAYLOAD_…`, and `body` what it says: the body, or its hash; S3 wants `IRSA_PAYLOAD_UNSIGNED`.
/// `keys` may be NULL. The caller frees `presigned`. Errors: `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_bytes nothing = IRSA_ZERO;
///     irsa_signing signing = IRSA_ZERO;
///     irsa_buffer *presigned = NULL;
///     signing.size = sizeof signing;
///     signing.access_key_id = irsa_str_of("AKIDEXAMPLE");
///     signing.secret_access_key = irsa_str_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
///     signing.region = irsa_str_of("eu-central-1");
///     signing.service = irsa_str_of("s3");
///     signing.time_ms = INT64_C(1440938160000);
///     signing.expires = 300;
///     if (irsa_url_presign(&signing, "GET", "https://shop.s3.eu-central-1.amazonaws.com/a.txt", IRSA_PAYLOAD_UNSIGNED,
///                          nothing, NULL, &presigned, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(presigned));
///     irsa_buffer_free(presigned);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_url_presign(
    signing: *const irsa_signing,
    method: *const c_char,
    url: *const c_char,
    payload: u32,
    body: irsa_bytes,
    keys: Option<&mut irsa_keys>,
    presigned: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_url_presign", err, || {
        // SAFETY: by the header's rules.
        let (signing, method, url, body) = unsafe {
            (versioned(signing, "signing")?, text(method, "method")?, text(url, "url")?, bytes(body, "body")?)
        };
        // SAFETY: by the header's rules.
        let listed = unsafe { Listed::read(&signing) }?;
        // SAFETY: by the header's rules.
        let how = unsafe { read_signing(&signing, listed.names()) }?;
        let payload = match payload {
            0 => Payload::Bytes(body),
            1 => Payload::Hash(crate::edge::utf8(body, "body")?),
            2 => Payload::Unsigned,
            other => return Err(no_such("payload", other)),
        };
        let now = Timestamp::from_unix_millis(signing.time_ms);
        let made = with_keys(keys, |keys| sigv4::presign(method, url, payload, signing.expires, &how, keys, now))?;
        hand(given(presigned, "presigned")?, irsa_buffer::new(made.expose().as_bytes()));
        Ok(())
    })
}

/// The stages of a signature: what to compare where AWS answers SignatureDoesNotMatch.
pub struct irsa_explanation {
    canonical_request: Text,
    shown: Text,
    string_to_sign: Text,
    signature: Text,
}

/// The stages of the signature that `irsa_request_sign` makes of the same arguments. `keys` may be NULL. The caller frees
/// `explanation`. Errors: `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_header host = {IRSA_STR("host"), IRSA_STR("iam.amazonaws.com")};
///     irsa_request request = IRSA_ZERO;
///     irsa_signing signing = IRSA_ZERO;
///     irsa_explanation *explanation = NULL;
///     request.size = sizeof request;
///     request.method = irsa_str_of("GET");
///     request.headers = &host;
///     request.header_count = 1;
///     signing.size = sizeof signing;
///     signing.access_key_id = irsa_str_of("AKIDEXAMPLE");
///     signing.secret_access_key = irsa_str_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
///     signing.region = irsa_str_of("us-east-1");
///     signing.service = irsa_str_of("iam");
///     signing.time_ms = INT64_C(1440938160000);
///     if (irsa_request_explain(&signing, &request, NULL, &explanation, NULL) == IRSA_OK)
///         puts(irsa_explanation_shown(explanation));
///     irsa_explanation_free(explanation);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_request_explain(
    signing: *const irsa_signing,
    request: *const irsa_request,
    keys: Option<&mut irsa_keys>,
    explanation: Option<&mut MaybeUninit<*mut irsa_explanation>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_request_explain", err, || {
        // SAFETY: by the header's rules.
        let (signing, request) = unsafe { (versioned(signing, "signing")?, versioned(request, "request")?) };
        // SAFETY: by the header's rules.
        let (request, listed) = unsafe { (read_request(&request)?, Listed::read(&signing)?) };
        // SAFETY: by the header's rules.
        let how = unsafe { read_signing(&signing, listed.names()) }?;
        let now = Timestamp::from_unix_millis(signing.time_ms);
        let told = with_keys(keys, |keys| sigv4::explain(&request, &how, keys, now))?;
        let made = irsa_explanation {
            canonical_request: told.canonical_request.expose().into(),
            shown: told.shown().as_str().into(),
            string_to_sign: told.string_to_sign.as_str().into(),
            signature: told.signature.as_str().into(),
        };
        hand(given(explanation, "explanation")?, made);
        Ok(())
    })
}

fn told(
    name: &'static str,
    explanation: Option<&irsa_explanation>,
    read: impl FnOnce(&irsa_explanation) -> &Text,
) -> *const c_char {
    guard(name, std::ptr::null, || explanation.map_or(std::ptr::null(), |told| read(told).pointer()))
}

/// The canonical request without the session token: for a terminal or a log. NULL for NULL. Since 0.1.
///
///     const char *shown = irsa_explanation_shown(NULL);
///     puts(shown != NULL ? shown : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_explanation_shown(explanation: Option<&irsa_explanation>) -> *const c_char {
    told("irsa_explanation_shown", explanation, |told| &told.shown)
}

/// The canonical request as it was hashed: the session token may be in it. Header bytes that are no UTF-8 stand as U+FFFD.
/// NULL for NULL. Since 0.1.
///
///     const char *secret = irsa_explanation_canonical_request(NULL);
///     puts(secret != NULL ? "some" : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_explanation_canonical_request(explanation: Option<&irsa_explanation>) -> *const c_char {
    told("irsa_explanation_canonical_request", explanation, |told| &told.canonical_request)
}

/// The string to sign: the time, the scope, the hash of the canonical request. NULL for NULL. Since 0.1.
///
///     const char *string = irsa_explanation_string_to_sign(NULL);
///     puts(string != NULL ? string : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_explanation_string_to_sign(explanation: Option<&irsa_explanation>) -> *const c_char {
    told("irsa_explanation_string_to_sign", explanation, |told| &told.string_to_sign)
}

/// The signature, of 64 hexadecimal digits: whoever has it can send the request. NULL for NULL. Since 0.1.
///
///     const char *signature = irsa_explanation_signature(NULL);
///     puts(signature != NULL ? "some" : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_explanation_signature(explanation: Option<&irsa_explanation>) -> *const c_char {
    told("irsa_explanation_signature", explanation, |told| &told.signature)
}

/// Wipes and frees it. NULL is fine. Since 0.1.
///
///     irsa_explanation_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_explanation_free(explanation: Option<Box<irsa_explanation>>) {
    guard("irsa_explanation_free", || (), || drop(explanation));
}

/// The signing key of a secret access key for a day (that of `time_ms`, in UTC), a Region and a service: 32 bytes. It signs
/// for that day, Region and service, and nothing else. The caller frees `key`. Errors: `IRSA_C_…`. Since 0.1.
///
///     irsa_buffer *key = NULL;
///     if (irsa_signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", INT64_C(1440938160000), "us-east-1", "iam", &key,
///                          NULL) == IRSA_OK)
///         printf("%zu bytes\n", irsa_buffer_bytes(key).len);
///     irsa_buffer_free(key);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_signing_key(
    secret_access_key: *const c_char,
    time_ms: i64,
    region: *const c_char,
    service: *const c_char,
    key: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_signing_key", err, || {
        // SAFETY: by the header's rules.
        let (secret, region, service) = unsafe {
            (text(secret_access_key, "secret_access_key")?, text(region, "region")?, text(service, "service")?)
        };
        let key = given(key, "key")?;
        let made = sigv4::signing_key(&Secret::from(secret), Timestamp::from_unix_millis(time_ms), region, service);
        hand(key, irsa_buffer::new(made.expose()));
        Ok(())
    })
}

/// The hash of a body that comes in pieces, under way.
pub struct irsa_hash(BodyHash);

/// A hash of nothing yet. The caller frees it. Errors: `IRSA_C_NULL`. Since 0.1.
///
///     irsa_hash *hash = NULL;
///     if (irsa_hash_new(&hash, NULL) == IRSA_OK)
///         irsa_hash_free(hash);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_hash_new(
    hash: Option<&mut MaybeUninit<*mut irsa_hash>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_hash_new", err, || {
        hand(given(hash, "hash")?, irsa_hash(BodyHash::new()));
        Ok(())
    })
}

/// Takes the next piece, of any length. No allocation. Errors: `IRSA_C_NULL`, `IRSA_C_VALUE`. Since 0.1.
///
///     irsa_hash *hash = NULL;
///     irsa_bytes piece = {(const uint8_t *)"one piece", 9};
///     if (irsa_hash_new(&hash, NULL) == IRSA_OK)
///         irsa_hash_update(hash, piece, NULL);
///     irsa_hash_free(hash);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_hash_update(
    hash: Option<&mut irsa_hash>,
    piece: irsa_bytes,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_hash_update", err, || {
        // SAFETY: by the header's rules.
        let piece = unsafe { bytes(piece, "piece") }?;
        given(hash, "hash")?.0.update(piece);
        Ok(())
    })
}

/// Digits of a hash, and a NUL.
const HASH_ROOM: usize = 65;

/// Writes the hash of all pieces into `out`, as text for `IRSA_PAYLOAD_HASH`: 64 digits and a NUL, so that `room` is 65 at
/// least. `hash` then is one of nothing again. No allocation. Errors: `IRSA_SIGN_TOO_SMALL`, `IRSA_C_NULL`. Since 0.1.
///
///     irsa_hash *hash = NULL;
///     char text[65];
///     if (irsa_hash_new(&hash, NULL) == IRSA_OK && irsa_hash_finish(hash, text, sizeof text, NULL) == IRSA_OK)
///         puts(text);
///     irsa_hash_free(hash);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_hash_finish(
    hash: Option<&mut irsa_hash>,
    out: *mut c_char,
    room: usize,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_hash_finish", err, || {
        // SAFETY: by the header's rules.
        let out = unsafe { slice_mut(out, room, "out") }?;
        let hash = given(hash, "hash")?;
        let Some(out) = out.get_mut(..HASH_ROOM) else {
            return Err(SignError::TooSmall { needed: HASH_ROOM }.into());
        };
        let digits = take(&mut hash.0).finish();
        let text = digits.as_str().bytes().chain([0]);
        out.iter_mut().zip(text).for_each(|(to, from)| *to = from);
        Ok(())
    })
}

/// Wipes and frees it. NULL is fine. Since 0.1.
///
///     irsa_hash_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_hash_free(hash: Option<Box<irsa_hash>>) {
    guard("irsa_hash_free", || (), || drop(hash));
}
