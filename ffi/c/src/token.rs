//! A web identity token: what it says of itself, and what STS may not like about it. Nothing is verified.
//!
//! See `irsa_core::token`.

use crate::{
    buffer::irsa_buffer,
    edge::{given, guard, hand, optional_text, run, str},
    error::irsa_error,
    text::{Text, pointer},
    types::irsa_str,
};
use irsa_core::{
    Timestamp,
    token::{AUDIENCE, Kubernetes, Token, Warning},
};
use serde_json::Value;
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

/// A token that can be sent, and what it says.
pub struct irsa_token {
    pub(crate) core: Token,
    issuer: Option<Text>,
    subject: Option<Text>,
    audiences: Box<[Text]>,
    namespace: Option<Text>,
    service_account: Option<Text>,
    pod: Option<Text>,
    kid: Option<Text>,
    alg: Option<Text>,
}

/// A time that is not known.
pub const IRSA_UNKNOWN: i64 = i64::MIN;

impl irsa_token {
    fn new(core: Token) -> Self {
        let text = |text: Option<&Box<str>>| text.map(|text| Text::from(&**text));
        let (header, claims) = (core.header(), core.claims());
        let kubernetes = claims.kubernetes.as_ref();
        let within = |get: fn(&Kubernetes) -> Option<&Box<str>>| text(kubernetes.and_then(get));
        Self {
            issuer: text(claims.iss.as_ref()),
            subject: text(claims.sub.as_ref()),
            audiences: claims.aud.iter().map(|audience| Text::from(&**audience)).collect(),
            namespace: within(|it| it.namespace.as_ref()),
            service_account: within(|it| it.service_account.name.as_ref()),
            pod: within(|it| it.pod.name.as_ref()),
            kid: text(header.kid.as_ref()),
            alg: text(header.alg.as_ref()),
            core,
        }
    }
}

/// Takes a token as it stands in a file: white space around it is cut off. It is refused where STS cannot be asked with
/// it: nothing, not three parts, over 20,000 characters. Its signature is not looked at. The caller frees `token`.
/// Errors: `IRSA_TOKEN_…`, none of which has the token in it, `IRSA_C_…`. Since 0.1.
///
///     irsa_token *token = NULL;
///     irsa_error *err = NULL;
///     if (irsa_token_parse(irsa_str_of("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln"), &token, &err) != IRSA_OK)
///         fprintf(stderr, "%s\n", irsa_error_text(err));
///     irsa_token_free(token);
///     irsa_error_free(err);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_token_parse(
    text: irsa_str,
    token: Option<&mut MaybeUninit<*mut irsa_token>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_token_parse", err, || {
        // SAFETY: by the header's rules.
        let text = unsafe { str(text, "text") }?;
        let out = given(token, "token")?;
        hand(out, irsa_token::new(Token::parse(text)?));
        Ok(())
    })
}

fn read(
    name: &'static str,
    token: Option<&irsa_token>,
    read: impl FnOnce(&irsa_token) -> Option<&Text>,
) -> *const c_char {
    guard(name, std::ptr::null, || pointer(token.and_then(read)))
}

/// Its issuer (`iss`): what an IAM provider is made for. NULL where it has none, and for NULL. Since 0.1.
///
///     const char *issuer = irsa_token_issuer(NULL);
///     puts(issuer != NULL ? issuer : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_issuer(token: Option<&irsa_token>) -> *const c_char {
    read("irsa_token_issuer", token, |token| token.issuer.as_ref())
}

/// Its subject (`sub`): of Kubernetes `system:serviceaccount:<namespace>:<name>`. NULL where it has none, and for NULL.
/// Since 0.1.
///
///     const char *subject = irsa_token_subject(NULL);
///     puts(subject != NULL ? subject : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_subject(token: Option<&irsa_token>) -> *const c_char {
    read("irsa_token_subject", token, |token| token.subject.as_ref())
}

/// How many audiences (`aud`) it has. 0 for NULL. Since 0.1.
///
///     printf("%zu\n", irsa_token_audience_count(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_audience_count(token: Option<&irsa_token>) -> usize {
    guard("irsa_token_audience_count", || 0, || token.map_or(0, |token| token.audiences.len()))
}

/// The audience at a place from 0 on. NULL where there is none, and for NULL. Since 0.1.
///
///     const char *first = irsa_token_audience_at(NULL, 0);
///     puts(first != NULL ? first : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_audience_at(token: Option<&irsa_token>, at: usize) -> *const c_char {
    read("irsa_token_audience_at", token, |token| token.audiences.get(at))
}

/// Its namespace. NULL where Kubernetes did not make it, and for NULL. Since 0.1.
///
///     const char *namespace_ = irsa_token_namespace(NULL);
///     puts(namespace_ != NULL ? namespace_ : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_namespace(token: Option<&irsa_token>) -> *const c_char {
    read("irsa_token_namespace", token, |token| token.namespace.as_ref())
}

/// Its service account's name, likewise. Since 0.1.
///
///     const char *account = irsa_token_service_account(NULL);
///     puts(account != NULL ? account : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_service_account(token: Option<&irsa_token>) -> *const c_char {
    read("irsa_token_service_account", token, |token| token.service_account.as_ref())
}

/// The name of the pod that it is bound to, likewise. Since 0.1.
///
///     const char *pod = irsa_token_pod(NULL);
///     puts(pod != NULL ? pod : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_pod(token: Option<&irsa_token>) -> *const c_char {
    read("irsa_token_pod", token, |token| token.pod.as_ref())
}

/// Which of the issuer's keys signed it (`kid`). NULL where it does not say, and for NULL. Since 0.1.
///
///     const char *kid = irsa_token_kid(NULL);
///     puts(kid != NULL ? kid : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_kid(token: Option<&irsa_token>) -> *const c_char {
    read("irsa_token_kid", token, |token| token.kid.as_ref())
}

/// The algorithm of its signature (`alg`), such as `RS256`. NULL where it does not say, and for NULL. Since 0.1.
///
///     const char *alg = irsa_token_alg(NULL);
///     puts(alg != NULL ? alg : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_alg(token: Option<&irsa_token>) -> *const c_char {
    read("irsa_token_alg", token, |token| token.alg.as_ref())
}

fn time(name: &'static str, token: Option<&irsa_token>, read: impl FnOnce(&irsa_token) -> Option<Timestamp>) -> i64 {
    guard(name, || IRSA_UNKNOWN, || token.and_then(read).map_or(IRSA_UNKNOWN, Timestamp::unix_millis))
}

/// When it was issued (`iat`), in milliseconds since 1970-01-01T00:00:00Z. `IRSA_UNKNOWN` where it does not say, and for
/// NULL. Since 0.1.
///
///     puts(irsa_token_issued_ms(NULL) == IRSA_UNKNOWN ? "unknown" : "known");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_issued_ms(token: Option<&irsa_token>) -> i64 {
    time("irsa_token_issued_ms", token, |token| token.core.claims().iat)
}

/// When it ends (`exp`), likewise. Since 0.1.
///
///     puts(irsa_token_expires_ms(NULL) == IRSA_UNKNOWN ? "unknown" : "known");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_expires_ms(token: Option<&irsa_token>) -> i64 {
    time("irsa_token_expires_ms", token, |token| token.core.claims().exp)
}

/// From when on it is valid (`nbf`), likewise. Since 0.1.
///
///     puts(irsa_token_not_before_ms(NULL) == IRSA_UNKNOWN ? "unknown" : "known");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_not_before_ms(token: Option<&irsa_token>) -> i64 {
    time("irsa_token_not_before_ms", token, |token| token.core.claims().nbf)
}

/// Everything that it says and irsa reads, as JSON: `{header: {alg, kid, typ}, claims: {iss, sub, aud, azp, iat, nbf, exp,
/// kubernetes, tags, transitive_tag_keys, source_identity, roles}}`, as `irsa token --json` has it. The caller frees
/// `json`. Errors: `IRSA_C_NULL`. Since 0.1.
///
///     irsa_token *token = NULL;
///     irsa_buffer *json = NULL;
///     if (irsa_token_parse(irsa_str_of("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln"), &token, NULL) == IRSA_OK &&
///         irsa_token_json(token, &json, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(json));
///     irsa_buffer_free(json);
///     irsa_token_free(token);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_json(
    token: Option<&irsa_token>,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_token_json", err, || {
        let token = given(token, "token")?;
        hand(given(json, "json")?, irsa_buffer::json(&token.core.to_json()));
        Ok(())
    })
}

/// What STS may not like about it at `now_ms`, as a JSON array of `{name, text}`: its end, its audience, its algorithm and
/// more. STS has the last word. `audience` is the one to be expected; NULL: `sts.amazonaws.com`. The caller frees `json`.
/// Errors: `IRSA_C_…`. Since 0.1.
///
///     irsa_token *token = NULL;
///     irsa_buffer *json = NULL;
///     if (irsa_token_parse(irsa_str_of("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln"), &token, NULL) == IRSA_OK &&
///         irsa_token_warnings(token, INT64_C(1440938160000), NULL, &json, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(json));
///     irsa_buffer_free(json);
///     irsa_token_free(token);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_token_warnings(
    token: Option<&irsa_token>,
    now_ms: i64,
    audience: *const c_char,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_token_warnings", err, || {
        let token = given(token, "token")?;
        // SAFETY: by the header's rules.
        let audience = unsafe { optional_text(audience, "audience") }?.unwrap_or(AUDIENCE);
        let out = given(json, "json")?;
        let warnings = token.core.warnings(Timestamp::from_unix_millis(now_ms), audience);
        hand(out, irsa_buffer::json(&warnings.iter().map(Warning::to_json).collect::<Value>()));
        Ok(())
    })
}

/// Wipes and frees it. What was taken from it ends here. NULL is fine. Since 0.1.
///
///     irsa_token_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_token_free(token: Option<Box<irsa_token>>) {
    guard("irsa_token_free", || (), || drop(token));
}
