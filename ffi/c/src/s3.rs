//! S3: requests for objects and lists, without their bodies. The answers: `object`.
//!
//! See `irsa_core::services::s3`.

use crate::{
    buffer::irsa_buffer,
    credentials::irsa_credentials,
    edge::{Headers, Versioned, bytes, given, hand, no_such, optional_str, run, str, utf8, versioned},
    endpoint::{Where, irsa_endpoint, signed_at},
    error::irsa_error,
    http::irsa_prepared,
    types::{irsa_bytes, irsa_header, irsa_str},
};
use irsa_core::{
    Code, Error, Secret,
    services::s3::{self, ListObjects, Object, Operation, Style},
    sigv4::{KeyCache, Payload},
};
use std::{ffi::c_int, mem::MaybeUninit};

/// What is done with an object.
#[allow(dead_code, reason = "for the header alone")]
#[repr(C)]
pub enum irsa_s3_operation {
    /// GetObject.
    IRSA_S3_GET = 1,
    /// HeadObject.
    IRSA_S3_HEAD = 2,
    /// PutObject.
    IRSA_S3_PUT = 3,
}

/// Where a bucket's name goes.
#[allow(dead_code, reason = "for the header alone")]
#[repr(C)]
pub enum irsa_s3_style {
    /// Before AWS's hosts where it can, into the path of other endpoints.
    IRSA_S3_AUTO = 0,
    /// Before other endpoints' hosts as well.
    IRSA_S3_VIRTUAL = 1,
    /// Into the path, always.
    IRSA_S3_PATH = 2,
}

/// An object, and what is done with it. Zero it, then set `size`, `operation`, `bucket` and `key`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_s3_ask {
    /// `sizeof(irsa_s3_ask)`.
    pub size: usize,
    /// An `IRSA_S3_GET`, `_HEAD` or `_PUT`.
    pub operation: u32,
    /// An `IRSA_S3_…` of `irsa_s3_style`.
    pub style: u32,
    /// The bucket's name, or the alias of an access point.
    pub bucket: irsa_str,
    /// The key, as it is: irsa encodes it.
    pub key: irsa_str,
    /// A version; empty: the latest. Not for PUT.
    pub version_id: irsa_str,
    /// Further headers, which are signed: `range`, `content-type`, `x-amz-meta-…`.
    pub headers: *const irsa_header,
    /// How many.
    pub header_count: usize,
    /// Of a PUT, an `IRSA_PAYLOAD_…`: what is signed of the body.
    pub payload: u32,
    /// Of a PUT: the body, or its hash, as `payload` says. It is hashed, not kept: the program sends it.
    pub body: irsa_bytes,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_s3_ask {
    const LEAST: usize = size_of::<Self>();
}

/// A page of a bucket's keys. Zero it, then set `size` and `bucket`. An empty text is not sent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_s3_list_ask {
    /// `sizeof(irsa_s3_list_ask)`.
    pub size: usize,
    /// The bucket's name.
    pub bucket: irsa_str,
    /// Only keys that begin so.
    pub prefix: irsa_str,
    /// Keys are told up to this behind the prefix: mostly `/`.
    pub delimiter: irsa_str,
    /// Only keys behind this one.
    pub start_after: irsa_str,
    /// Where the page begins: as `irsa_s3_page_next_token` of the page before.
    pub next_token: irsa_str,
    /// The most on a page, 1 to 1,000; 0: 1,000.
    pub max_keys: u32,
    /// An `IRSA_S3_…` of `irsa_s3_style`.
    pub style: u32,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_s3_list_ask {
    const LEAST: usize = size_of::<Self>();
}

pub(crate) fn operation(number: u32, name: &str) -> Result<Operation, Error> {
    match number {
        1 => Ok(Operation::GetObject),
        2 => Ok(Operation::HeadObject),
        3 => Ok(Operation::PutObject),
        other => Err(no_such(name, other)),
    }
}

fn style(number: u32) -> Result<Style, Error> {
    match number {
        0 => Ok(Style::Auto),
        1 => Ok(Style::Virtual),
        2 => Ok(Style::Path),
        other => Err(no_such("ask.style", other)),
    }
}

/// What is asked, and what is signed of the body.
///
/// # Safety
/// The header's rules.
unsafe fn read_ask<'a>(ask: *const irsa_s3_ask) -> Result<(Operation, Object, Payload<'a>), Error> {
    // SAFETY: by the header's rules.
    let (given, bucket, key, version, headers, body) = unsafe {
        let given = versioned(ask, "ask")?;
        (
            given,
            str(given.bucket, "ask.bucket")?,
            str(given.key, "ask.key")?,
            optional_str(given.version_id, "ask.version_id")?,
            Headers::new(given.headers, given.header_count)?,
            bytes(given.body, "ask.body")?,
        )
    };
    let operation = operation(given.operation, "ask.operation")?;
    let mut object = Object::new(bucket, key);
    object.style = style(given.style)?;
    object.version_id = version.map(Box::from);
    for (name, value) in headers.iter() {
        let value = utf8(value, "a header's value")?;
        object.headers.push((name.into(), Secret::from(value)));
    }
    let payload = match (operation, given.payload) {
        (Operation::PutObject, 0) => Payload::Bytes(body),
        (Operation::PutObject, 1) => Payload::Hash(utf8(body, "ask.body")?),
        (Operation::PutObject, 2) => Payload::Unsigned,
        (_, 0) if body.is_empty() => Payload::Bytes(b""),
        (_, 0..=2) => return Err(Error::new(Code::CValue, "libirsa", "ask has a body, and is no PUT")),
        (_, other) => return Err(no_such("ask.payload", other)),
    };
    Ok((operation, object, payload))
}

/// The head of a request for an object, signed at `now_ms`. Its body is empty: the program sends the object's own behind it,
/// from wherever it is, with `content-length`. Send the path as it is (curl: `CURLOPT_PATH_AS_IS`). The head of the answer is
/// for `irsa_s3_object_read`. The caller frees `prepared`.
///
/// `irsa_provider_send` will do for HEAD, and for GET of up to 64 KiB; not for PUT: it gives `IRSA_C_ORDER`. Small objects
/// go by `irsa_http_call_sign` and `irsa_provider_send`, with the body in the call.
///
/// Errors: `IRSA_SERVICE_PARAMETER`, `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_s3_ask ask = IRSA_ZERO;
///     irsa_endpoint endpoint = IRSA_ZERO;
///     irsa_credentials *mine = NULL;
///     irsa_prepared *prepared = NULL;
///     ask.size = sizeof ask;
///     ask.operation = IRSA_S3_PUT;
///     ask.bucket = irsa_str_of("shop");
///     ask.key = irsa_str_of("orders/17.json");
///     ask.payload = IRSA_PAYLOAD_UNSIGNED;
///     endpoint.size = sizeof endpoint;
///     endpoint.region = irsa_str_of("eu-central-1");
///     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
///         irsa_s3_object(&ask, &endpoint, mine, INT64_C(1440938160000), &prepared, NULL) == IRSA_OK)
///         puts(irsa_prepared_request(prepared)->url.data);
///     irsa_prepared_free(prepared);
///     irsa_credentials_free(mine);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_s3_object(
    ask: *const irsa_s3_ask,
    endpoint: *const irsa_endpoint,
    credentials: Option<&irsa_credentials>,
    now_ms: i64,
    prepared: Option<&mut MaybeUninit<*mut irsa_prepared>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_s3_object", err, || {
        // SAFETY: by the header's rules.
        let ((operation, object, payload), place) = unsafe { (read_ask(ask)?, Where::read_given(endpoint)?) };
        let credentials = given(credentials, "credentials")?;
        let call = place.call(s3::endpoint(&place.settings)?);
        let (keys, now) = (&mut KeyCache::with_slots(1), signed_at(credentials, now_ms));
        let request = s3::request(&call, operation, &object, payload, &credentials.core, keys, now)?;
        match operation {
            Operation::PutObject => irsa_prepared::leave_head(&request, prepared),
            _ => irsa_prepared::leave(&request, prepared),
        }
    })
}

/// A URL that lets its bearer do this one thing for `expires` seconds (1 to 604,800), as text: log it nowhere. The headers of
/// `ask` have to be sent with it; of a PUT's body nothing is signed. It dies with the credentials, if that is sooner. The
/// caller frees `url`. Errors: as `irsa_s3_object`. Since 0.1.
///
///     irsa_s3_ask ask = IRSA_ZERO;
///     irsa_endpoint endpoint = IRSA_ZERO;
///     irsa_credentials *mine = NULL;
///     irsa_buffer *url = NULL;
///     ask.size = sizeof ask;
///     ask.operation = IRSA_S3_GET;
///     ask.bucket = irsa_str_of("shop");
///     ask.key = irsa_str_of("orders/17.json");
///     endpoint.size = sizeof endpoint;
///     endpoint.region = irsa_str_of("eu-central-1");
///     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
///         irsa_s3_presign(&ask, &endpoint, mine, INT64_C(1440938160000), 300, &url, NULL) == IRSA_OK)
///         printf("%zu bytes\n", irsa_buffer_bytes(url).len);
///     irsa_buffer_free(url);
///     irsa_credentials_free(mine);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_s3_presign(
    ask: *const irsa_s3_ask,
    endpoint: *const irsa_endpoint,
    credentials: Option<&irsa_credentials>,
    now_ms: i64,
    expires: u32,
    url: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_s3_presign", err, || {
        // SAFETY: by the header's rules.
        let ((operation, object, _), place) = unsafe { (read_ask(ask)?, Where::read_given(endpoint)?) };
        let credentials = given(credentials, "credentials")?;
        let out = given(url, "url")?;
        let call = place.call(s3::endpoint(&place.settings)?);
        let (keys, now) = (&mut KeyCache::with_slots(1), signed_at(credentials, now_ms));
        let made = s3::presign(&call, operation, &object, expires, &credentials.core, keys, now)?;
        hand(out, irsa_buffer::new(made.expose().as_bytes()));
        Ok(())
    })
}

/// The request for a page of a bucket's keys (ListObjectsV2), signed at `now_ms`. The answer is for `irsa_s3_list_read`. The
/// caller frees `prepared`. Errors: as `irsa_s3_object`. Since 0.1.
///
///     irsa_s3_list_ask ask = IRSA_ZERO;
///     irsa_endpoint endpoint = IRSA_ZERO;
///     irsa_credentials *mine = NULL;
///     irsa_prepared *prepared = NULL;
///     ask.size = sizeof ask;
///     ask.bucket = irsa_str_of("shop");
///     ask.prefix = irsa_str_of("orders/");
///     endpoint.size = sizeof endpoint;
///     endpoint.region = irsa_str_of("eu-central-1");
///     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
///         irsa_s3_list(&ask, &endpoint, mine, INT64_C(1440938160000), &prepared, NULL) == IRSA_OK)
///         puts(irsa_prepared_request(prepared)->url.data);
///     irsa_prepared_free(prepared);
///     irsa_credentials_free(mine);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_s3_list(
    ask: *const irsa_s3_list_ask,
    endpoint: *const irsa_endpoint,
    credentials: Option<&irsa_credentials>,
    now_ms: i64,
    prepared: Option<&mut MaybeUninit<*mut irsa_prepared>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_s3_list", err, || {
        // SAFETY: by the header's rules.
        let (ask, place) = unsafe { (read_list_ask(ask)?, Where::read_given(endpoint)?) };
        let credentials = given(credentials, "credentials")?;
        let call = place.call(s3::endpoint(&place.settings)?);
        let (keys, now) = (&mut KeyCache::with_slots(1), signed_at(credentials, now_ms));
        irsa_prepared::leave(&s3::list_request(&call, &ask, &credentials.core, keys, now)?, prepared)
    })
}

/// # Safety
/// The header's rules.
unsafe fn read_list_ask(ask: *const irsa_s3_list_ask) -> Result<ListObjects, Error> {
    // SAFETY: by the header's rules.
    unsafe {
        let given = versioned(ask, "ask")?;
        let optional = |view, name| optional_str(view, name).map(|text| text.map(Box::from));
        let max_keys = u16::try_from(given.max_keys).map_err(|_| no_such("ask.max_keys", given.max_keys))?;
        Ok(ListObjects {
            style: style(given.style)?,
            prefix: optional(given.prefix, "ask.prefix")?,
            delimiter: optional(given.delimiter, "ask.delimiter")?,
            start_after: optional(given.start_after, "ask.start_after")?,
            continuation_token: optional(given.next_token, "ask.next_token")?,
            max_keys: (max_keys != 0).then_some(max_keys),
            ..ListObjects::new(str(given.bucket, "ask.bucket")?)
        })
    }
}
