//! Secrets Manager: the request of GetSecretValue, and its answer; and what any other service says when it refuses.
//!
//! See `irsa_core::services::secrets_manager`.

use crate::{
    buffer::irsa_buffer,
    credentials::irsa_credentials,
    edge::{given, guard, hand, optional_text, run, text},
    endpoint::{Where, irsa_endpoint, signed_at},
    error::irsa_error,
    http::{irsa_http_response, irsa_prepared, read_response},
    text::{Text, pointer},
    token::IRSA_UNKNOWN,
    types::irsa_bytes,
};
use irsa_core::{
    Timestamp,
    services::{
        Refused,
        secrets_manager::{self, GetSecretValue, SecretValue, Value},
    },
    sigv4::KeyCache,
};
use serde_json::json;
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

/// The request of GetSecretValue, signed at `now_ms`. `secret_id` is a name or an ARN, whose Region then counts;
/// `version_id`, `version_stage` and `endpoint` may be NULL. The answer is for `irsa_secret_read`. The caller frees
/// `prepared`. Errors: `IRSA_SERVICE_PARAMETER`, `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_endpoint endpoint = IRSA_ZERO;
///     irsa_credentials *mine = NULL;
///     irsa_prepared *prepared = NULL;
///     endpoint.size = sizeof endpoint;
///     endpoint.region = irsa_str_of("eu-central-1");
///     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
///         irsa_secret_get("shop/db", NULL, NULL, &endpoint, mine, INT64_C(1440938160000), &prepared, NULL) == IRSA_OK)
///         puts(irsa_prepared_request(prepared)->url.data);
///     irsa_prepared_free(prepared);
///     irsa_credentials_free(mine);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_secret_get(
    secret_id: *const c_char,
    version_id: *const c_char,
    version_stage: *const c_char,
    endpoint: *const irsa_endpoint,
    credentials: Option<&irsa_credentials>,
    now_ms: i64,
    prepared: Option<&mut MaybeUninit<*mut irsa_prepared>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_secret_get", err, || {
        // SAFETY: by the header's rules.
        let (ask, place) = unsafe {
            let mut ask = GetSecretValue::new(text(secret_id, "secret_id")?);
            ask.version_id = optional_text(version_id, "version_id")?.map(Box::from);
            ask.version_stage = optional_text(version_stage, "version_stage")?.map(Box::from);
            (ask, Where::read(endpoint)?)
        };
        let credentials = given(credentials, "credentials")?;
        let call = place.call(ask.endpoint(&place.settings)?);
        let (keys, now) = (&mut KeyCache::with_slots(1), signed_at(credentials, now_ms));
        irsa_prepared::leave(&secrets_manager::request(&call, &ask, &credentials.core, keys, now)?, prepared)
    })
}

/// A secret's value, and what is known of it.
pub struct irsa_secret {
    value: Text,
    is_text: bool,
    arn: Option<Text>,
    name: Option<Text>,
    version_id: Option<Text>,
    stages: Box<[Text]>,
    created: Option<Timestamp>,
}

impl irsa_secret {
    fn new(read: &SecretValue) -> Self {
        let text = |text: &Option<Box<str>>| text.as_deref().map(Text::from);
        Self {
            value: Text::new(read.value.expose()),
            is_text: matches!(read.value, Value::Text(_)),
            arn: text(&read.arn),
            name: text(&read.name),
            version_id: text(&read.version_id),
            stages: read.version_stages.iter().map(|stage| Text::from(&**stage)).collect(),
            created: read.created,
        }
    }
}

/// Reads the answer to GetSecretValue, of any status. The caller frees `secret`.
/// Errors: `IRSA_SECRET_…`, `IRSA_SERVICE_…` where it is refused, `IRSA_C_…`. Since 0.1.
///
///     irsa_http_response response = IRSA_ZERO;
///     irsa_secret *secret = NULL;
///     response.size = sizeof response;
///     response.status = 503;
///     if (irsa_secret_read(&response, &secret, NULL) != IRSA_OK)
///         puts("none");
///     irsa_secret_free(secret);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_secret_read(
    response: *const irsa_http_response,
    secret: Option<&mut MaybeUninit<*mut irsa_secret>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_secret_read", err, || {
        // SAFETY: by the header's rules.
        let response = unsafe { read_response(response) }?;
        let out = given(secret, "secret")?;
        hand(out, irsa_secret::new(&secrets_manager::read(&response)?));
        Ok(())
    })
}

/// The value: text or bytes, with a NUL behind it that does not count. `{NULL, 0}` for NULL. Since 0.1.
///
///     irsa_bytes value = irsa_secret_value(NULL);
///     printf("%zu bytes\n", value.len);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_secret_value(secret: Option<&irsa_secret>) -> irsa_bytes {
    guard("irsa_secret_value", || irsa_bytes::NONE, || secret.map_or(irsa_bytes::NONE, |secret| secret.value.bytes()))
}

/// 1 where the value is text (`SecretString`), 0 where it is bytes, and for NULL. Since 0.1.
///
///     printf("%d\n", irsa_secret_is_text(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_secret_is_text(secret: Option<&irsa_secret>) -> c_int {
    guard("irsa_secret_is_text", || 0, || c_int::from(secret.is_some_and(|secret| secret.is_text)))
}

fn read(
    name: &'static str,
    secret: Option<&irsa_secret>,
    read: impl FnOnce(&irsa_secret) -> Option<&Text>,
) -> *const c_char {
    guard(name, std::ptr::null, || pointer(secret.and_then(read)))
}

/// The secret's ARN. NULL where the answer does not say, and for NULL. Since 0.1.
///
///     const char *arn = irsa_secret_arn(NULL);
///     puts(arn != NULL ? arn : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_secret_arn(secret: Option<&irsa_secret>) -> *const c_char {
    read("irsa_secret_arn", secret, |secret| secret.arn.as_ref())
}

/// Its name, likewise. Since 0.1.
///
///     const char *name = irsa_secret_name(NULL);
///     puts(name != NULL ? name : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_secret_name(secret: Option<&irsa_secret>) -> *const c_char {
    read("irsa_secret_name", secret, |secret| secret.name.as_ref())
}

/// Which version this is, likewise. Since 0.1.
///
///     const char *id = irsa_secret_version_id(NULL);
///     puts(id != NULL ? id : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_secret_version_id(secret: Option<&irsa_secret>) -> *const c_char {
    read("irsa_secret_version_id", secret, |secret| secret.version_id.as_ref())
}

/// A stage of that version, by a place from 0 on. NULL where there is none, and for NULL. Since 0.1.
///
///     const char *stage = irsa_secret_version_stage_at(NULL, 0);
///     puts(stage != NULL ? stage : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_secret_version_stage_at(secret: Option<&irsa_secret>, at: usize) -> *const c_char {
    read("irsa_secret_version_stage_at", secret, |secret| secret.stages.get(at))
}

/// When it was made, in milliseconds since 1970-01-01T00:00:00Z; `IRSA_UNKNOWN` where the answer does not say, and for
/// NULL. Since 0.1.
///
///     puts(irsa_secret_created_ms(NULL) == IRSA_UNKNOWN ? "unknown" : "known");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_secret_created_ms(secret: Option<&irsa_secret>) -> i64 {
    guard(
        "irsa_secret_created_ms",
        || IRSA_UNKNOWN,
        || secret.and_then(|secret| secret.created).map_or(IRSA_UNKNOWN, Timestamp::unix_millis),
    )
}

/// Wipes and frees it. NULL is fine. Since 0.1.
///
///     irsa_secret_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_secret_free(secret: Option<Box<irsa_secret>>) {
    guard("irsa_secret_free", || (), || drop(secret));
}

/// What any service of AWS says in an answer that refuses, as JSON: `{code, shown}`, where `shown` is code and message for
/// people, without tokens; `null` where it is no refusal, or says no code. The caller frees `json`. Errors: `IRSA_C_…`.
/// Since 0.1.
///
///     irsa_http_response response = IRSA_ZERO;
///     irsa_buffer *json = NULL;
///     response.size = sizeof response;
///     response.status = 403;
///     if (irsa_response_refused(&response, &json, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(json));
///     irsa_buffer_free(json);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_response_refused(
    response: *const irsa_http_response,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_response_refused", err, || {
        // SAFETY: by the header's rules.
        let response = unsafe { read_response(response) }?;
        let out = given(json, "json")?;
        let refused = Refused::of(&response);
        let answer = json!(refused.map(|refused| json!({ "code": refused.code, "shown": refused.to_string() })));
        hand(out, irsa_buffer::json(&answer));
        Ok(())
    })
}
