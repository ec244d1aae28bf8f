//! What STS answers, as XML or JSON: credentials, and what stands beside them.
//!
//! See `irsa_core::sts::response`.

use crate::{
    credentials::irsa_credentials,
    edge::{given, guard, hand, lent, no_such, run, share},
    error::irsa_error,
    http::{irsa_http_response, read_response},
    text::{Text, pointer},
    token::IRSA_UNKNOWN,
    types::irsa_now,
};
use irsa_core::{
    Mono, Now, Timestamp, clock,
    sts::{
        Assumed, CallerIdentity,
        exchange::{ASSUMED, SOURCE},
        response::{self, Action},
    },
};
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
    sync::Arc,
};

/// Which call is answered: the same code of STS means different things for different ones.
#[allow(dead_code, reason = "for the header alone")]
#[repr(C)]
pub enum irsa_action {
    /// AssumeRole.
    IRSA_ACTION_ASSUME_ROLE = 1,
    /// AssumeRoleWithWebIdentity.
    IRSA_ACTION_WEB_IDENTITY = 2,
}

/// What STS says beside the credentials.
pub struct irsa_assumed {
    role_arn: Option<Text>,
    role_id: Option<Text>,
    subject: Option<Text>,
    audience: Option<Text>,
    provider: Option<Text>,
    source_identity: Option<Text>,
    request_id: Option<Text>,
    packed_policy_size: Option<u32>,
    skew_ms: Option<i64>,
}

impl From<&irsa_now> for Now {
    fn from(now: &irsa_now) -> Self {
        Self { wall: Timestamp::from_unix_millis(now.wall_ms), mono: Mono(now.mono_ms) }
    }
}

/// Reads the answer to AssumeRoleWithWebIdentity or AssumeRole (`action`: an `IRSA_ACTION_…`), of any status.
///
/// `sent` and `received` are the clocks before the request and after the answer: with both, how far STS's clock is from
/// ours becomes known, and `irsa_credentials_lend` goes by it. They may be NULL. So may `assumed`. The caller frees
/// `credentials` and `assumed`.
///
/// Errors: `IRSA_STS_…` where STS refuses, `IRSA_ANSWER_…` where it is no answer of STS, `IRSA_C_…`. `irsa_error_retry`
/// says whether to ask again. Since 0.1.
///
///     irsa_http_response response = IRSA_ZERO;
///     irsa_credentials *credentials = NULL;
///     irsa_error *err = NULL;
///     response.size = sizeof response;
///     response.status = 503;
///     if (irsa_sts_assumed_read(&response, IRSA_ACTION_WEB_IDENTITY, NULL, NULL, &credentials, NULL, &err) != IRSA_OK)
///         fprintf(stderr, "%s\n", irsa_error_text(err));
///     irsa_credentials_free(credentials);
///     irsa_error_free(err);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_sts_assumed_read(
    response: *const irsa_http_response,
    action: u32,
    sent: *const irsa_now,
    received: *const irsa_now,
    credentials: Option<&mut MaybeUninit<*mut irsa_credentials>>,
    assumed: Option<&mut MaybeUninit<*mut irsa_assumed>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_sts_assumed_read", err, || {
        // SAFETY: by the header's rules.
        let (response, sent, received) = unsafe { (read_response(response)?, lent(sent), lent(received)) };
        let (action, source) = match action {
            1 => (Action::AssumeRole, ASSUMED),
            2 => (Action::AssumeRoleWithWebIdentity, SOURCE),
            other => return Err(no_such("action", other)),
        };
        let out = given(credentials, "credentials")?;
        let mut got = response::assumed(&response, action, source)?;
        if let (Some(sent), Some(received)) = (sent, received) {
            got.skew_millis = clock::skew(&response, sent.into(), received.into());
        }
        let (beside, skew) = (irsa_assumed::new(&got), got.skew_millis.unwrap_or(0));
        let made = Arc::new(irsa_credentials::new(Arc::new(got.credentials)).with_keeping(0, skew));
        // Both are there before either is given.
        if let Some(assumed) = assumed {
            hand(assumed, beside);
        }
        share(out, made);
        Ok(())
    })
}

impl irsa_assumed {
    fn new(got: &Assumed) -> Self {
        let text = |text: &Option<Box<str>>| text.as_deref().map(Text::from);
        Self {
            role_arn: text(&got.assumed_role_arn),
            role_id: text(&got.assumed_role_id),
            subject: text(&got.subject),
            audience: text(&got.audience),
            provider: text(&got.provider),
            source_identity: text(&got.source_identity),
            request_id: text(&got.request_id),
            packed_policy_size: got.packed_policy_size,
            skew_ms: got.skew_millis,
        }
    }
}

fn read(
    name: &'static str,
    assumed: Option<&irsa_assumed>,
    read: impl FnOnce(&irsa_assumed) -> Option<&Text>,
) -> *const c_char {
    guard(name, std::ptr::null, || pointer(assumed.and_then(read)))
}

/// `arn:aws:sts::…:assumed-role/<role>/<session>`. NULL where STS did not say, and for NULL. Since 0.1.
///
///     const char *arn = irsa_assumed_role_arn(NULL);
///     puts(arn != NULL ? arn : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_assumed_role_arn(assumed: Option<&irsa_assumed>) -> *const c_char {
    read("irsa_assumed_role_arn", assumed, |assumed| assumed.role_arn.as_ref())
}

/// `AROA…:<session>`, likewise. Since 0.1.
///
///     const char *id = irsa_assumed_role_id(NULL);
///     puts(id != NULL ? id : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_assumed_role_id(assumed: Option<&irsa_assumed>) -> *const c_char {
    read("irsa_assumed_role_id", assumed, |assumed| assumed.role_id.as_ref())
}

/// The token's subject, as STS read it, likewise. Since 0.1.
///
///     const char *subject = irsa_assumed_subject(NULL);
///     puts(subject != NULL ? subject : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_assumed_subject(assumed: Option<&irsa_assumed>) -> *const c_char {
    read("irsa_assumed_subject", assumed, |assumed| assumed.subject.as_ref())
}

/// Which of the token's audiences counted, likewise. Since 0.1.
///
///     const char *audience = irsa_assumed_audience(NULL);
///     puts(audience != NULL ? audience : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_assumed_audience(assumed: Option<&irsa_assumed>) -> *const c_char {
    read("irsa_assumed_audience", assumed, |assumed| assumed.audience.as_ref())
}

/// The ARN of the IAM provider, likewise. Since 0.1.
///
///     const char *provider = irsa_assumed_provider(NULL);
///     puts(provider != NULL ? provider : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_assumed_provider(assumed: Option<&irsa_assumed>) -> *const c_char {
    read("irsa_assumed_provider", assumed, |assumed| assumed.provider.as_ref())
}

/// `SourceIdentity`, likewise. Since 0.1.
///
///     const char *identity = irsa_assumed_source_identity(NULL);
///     puts(identity != NULL ? identity : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_assumed_source_identity(assumed: Option<&irsa_assumed>) -> *const c_char {
    read("irsa_assumed_source_identity", assumed, |assumed| assumed.source_identity.as_ref())
}

/// The request id, for a support case at AWS, likewise. Since 0.1.
///
///     const char *id = irsa_assumed_request_id(NULL);
///     puts(id != NULL ? id : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_assumed_request_id(assumed: Option<&irsa_assumed>) -> *const c_char {
    read("irsa_assumed_request_id", assumed, |assumed| assumed.request_id.as_ref())
}

/// How full the packed session policy and tags are, in per cent; -1 where STS did not say, and for NULL. Since 0.1.
///
///     printf("%lld\n", (long long)irsa_assumed_packed_policy_size(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_assumed_packed_policy_size(assumed: Option<&irsa_assumed>) -> i64 {
    let size = |assumed: &irsa_assumed| assumed.packed_policy_size;
    guard("irsa_assumed_packed_policy_size", || -1, || assumed.and_then(size).map_or(-1, i64::from))
}

/// STS's clock minus this machine's, in milliseconds; `IRSA_UNKNOWN` where it is not known, and for NULL. Since 0.1.
///
///     puts(irsa_assumed_skew_ms(NULL) == IRSA_UNKNOWN ? "unknown" : "known");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_assumed_skew_ms(assumed: Option<&irsa_assumed>) -> i64 {
    let skew = |assumed: &irsa_assumed| assumed.skew_ms;
    guard("irsa_assumed_skew_ms", || IRSA_UNKNOWN, || assumed.and_then(skew).unwrap_or(IRSA_UNKNOWN))
}

/// Frees it. NULL is fine. Since 0.1.
///
///     irsa_assumed_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_assumed_free(assumed: Option<Box<irsa_assumed>>) {
    guard("irsa_assumed_free", || (), || drop(assumed));
}

/// How far AWS's clock is ahead of this machine's, in milliseconds, by an answer's `Date`: `IRSA_UNKNOWN` where it does not
/// say, came from a cache, or took over 15 s. Any answer of AWS will do, of any status. `skew_ms` is untouched by a failure.
/// Errors: `IRSA_C_…`. Since 0.1.
///
///     irsa_header date = {IRSA_STR("date"), IRSA_STR("Sun, 30 Aug 2015 12:36:00 GMT")};
///     irsa_now now = {INT64_C(1440938160000), 0};
///     irsa_http_response response = IRSA_ZERO;
///     int64_t skew = 0;
///     response.size = sizeof response;
///     response.status = 200;
///     response.headers = &date;
///     response.header_count = 1;
///     if (irsa_response_skew(&response, now, now, &skew, NULL) == IRSA_OK)
///         printf("%lld\n", (long long)skew);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_response_skew(
    response: *const irsa_http_response,
    sent: irsa_now,
    received: irsa_now,
    skew_ms: Option<&mut MaybeUninit<i64>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_response_skew", err, || {
        // SAFETY: by the header's rules.
        let response = unsafe { read_response(response) }?;
        let skew = clock::skew(&response, (&sent).into(), (&received).into());
        given(skew_ms, "skew_ms")?.write(skew.unwrap_or(IRSA_UNKNOWN));
        Ok(())
    })
}

/// Who credentials are, as STS says.
pub struct irsa_caller {
    account: Text,
    arn: Text,
    user_id: Text,
    request_id: Option<Text>,
}

/// Reads the answer to GetCallerIdentity, of any status. The caller frees `caller`. Errors: as `irsa_sts_assumed_read`.
/// Since 0.1.
///
///     irsa_http_response response = IRSA_ZERO;
///     irsa_caller *caller = NULL;
///     irsa_error *err = NULL;
///     response.size = sizeof response;
///     response.status = 503;
///     if (irsa_sts_caller_read(&response, &caller, &err) != IRSA_OK)
///         fprintf(stderr, "%s\n", irsa_error_text(err));
///     irsa_caller_free(caller);
///     irsa_error_free(err);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_sts_caller_read(
    response: *const irsa_http_response,
    caller: Option<&mut MaybeUninit<*mut irsa_caller>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_sts_caller_read", err, || {
        // SAFETY: by the header's rules.
        let response = unsafe { read_response(response) }?;
        let out = given(caller, "caller")?;
        let CallerIdentity { account, arn, user_id, request_id, .. } = response::caller_identity(&response)?;
        let text = |text: &str| Text::from(text);
        let request_id = request_id.as_deref().map(text);
        hand(out, irsa_caller { account: text(&account), arn: text(&arn), user_id: text(&user_id), request_id });
        Ok(())
    })
}

fn who(
    name: &'static str,
    caller: Option<&irsa_caller>,
    read: impl FnOnce(&irsa_caller) -> Option<&Text>,
) -> *const c_char {
    guard(name, std::ptr::null, || pointer(caller.and_then(read)))
}

/// The account, of 12 digits. NULL for NULL. Since 0.1.
///
///     const char *account = irsa_caller_account(NULL);
///     puts(account != NULL ? account : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_caller_account(caller: Option<&irsa_caller>) -> *const c_char {
    who("irsa_caller_account", caller, |caller| Some(&caller.account))
}

/// The ARN of the user, or of the assumed role's session. NULL for NULL. Since 0.1.
///
///     const char *arn = irsa_caller_arn(NULL);
///     puts(arn != NULL ? arn : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_caller_arn(caller: Option<&irsa_caller>) -> *const c_char {
    who("irsa_caller_arn", caller, |caller| Some(&caller.arn))
}

/// The unique id, of a role with the session's name. NULL for NULL. Since 0.1.
///
///     const char *id = irsa_caller_user_id(NULL);
///     puts(id != NULL ? id : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_caller_user_id(caller: Option<&irsa_caller>) -> *const c_char {
    who("irsa_caller_user_id", caller, |caller| Some(&caller.user_id))
}

/// The request id, for a support case at AWS. NULL where there was none, and for NULL. Since 0.1.
///
///     const char *id = irsa_caller_request_id(NULL);
///     puts(id != NULL ? id : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_caller_request_id(caller: Option<&irsa_caller>) -> *const c_char {
    who("irsa_caller_request_id", caller, |caller| caller.request_id.as_ref())
}

/// Frees it. NULL is fine. Since 0.1.
///
///     irsa_caller_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_caller_free(caller: Option<Box<irsa_caller>>) {
    guard("irsa_caller_free", || (), || drop(caller));
}
