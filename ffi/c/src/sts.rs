//! What STS is asked: requests for a program that sends them itself. Their answers: `assumed`.
//!
//! STS API 2011-06-15; see `irsa_core::sts`.

use crate::{
    buffer::irsa_buffer,
    credentials::irsa_credentials,
    edge::{Versioned, given, hand, optional_str, run, slice, str, strs, text, versioned},
    endpoint::{Where, irsa_endpoint, signed_at},
    error::irsa_error,
    http::irsa_prepared,
    token::irsa_token,
    types::{irsa_pair, irsa_str},
};
use irsa_core::{
    Error, Secret, Timestamp,
    arn::RoleArn,
    call::Call,
    effect::HttpRequest,
    sigv4::{self, KeyCache, Signing},
    sts::{AssumeRole, Endpoint, SessionName, WebIdentity, request},
    token::Token,
};
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

/// AssumeRoleWithWebIdentity: a token for credentials. Zero it, then set `size`, `role_arn` and `token`. An empty text, and
/// a 0, is not sent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_web_identity {
    /// `sizeof(irsa_web_identity)`.
    pub size: usize,
    /// `RoleArn`.
    pub role_arn: irsa_str,
    /// `WebIdentityToken`, as it stands in its file.
    pub token: irsa_str,
    /// `RoleSessionName`; empty: the name of the token's pod.
    pub session_name: irsa_str,
    /// `Policy`: a session policy, of at most 2,048 characters.
    pub policy: irsa_str,
    /// `PolicyArns`: managed session policies.
    pub policy_arns: *const irsa_str,
    /// How many, at most 10.
    pub policy_arn_count: usize,
    /// `ProviderId`: never with an OpenID Connect token.
    pub provider_id: irsa_str,
    /// `DurationSeconds`, 900 to 43,200; 0: STS's default of an hour.
    pub duration_seconds: u32,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_web_identity {
    const LEAST: usize = size_of::<Self>();
}

/// AssumeRole: credentials for other credentials. Zero it, then set `size`, `role_arn` and `session_name`. An empty text,
/// and a 0, is not sent.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_assume_role {
    /// `sizeof(irsa_assume_role)`.
    pub size: usize,
    /// `RoleArn`.
    pub role_arn: irsa_str,
    /// `RoleSessionName`.
    pub session_name: irsa_str,
    /// `Policy`: a session policy.
    pub policy: irsa_str,
    /// `PolicyArns`: managed session policies.
    pub policy_arns: *const irsa_str,
    /// How many, at most 10.
    pub policy_arn_count: usize,
    /// `Tags`.
    pub tags: *const irsa_pair,
    /// How many, at most 50.
    pub tag_count: usize,
    /// `TransitiveTagKeys`.
    pub transitive_tag_keys: *const irsa_str,
    /// How many, at most 50.
    pub transitive_tag_key_count: usize,
    /// `ExternalId`, 2 to 1,224 characters.
    pub external_id: irsa_str,
    /// `SerialNumber` of an MFA device.
    pub serial_number: irsa_str,
    /// `TokenCode`: six digits of the MFA device.
    pub token_code: irsa_str,
    /// `SourceIdentity`, 2 to 64 characters.
    pub source_identity: irsa_str,
    /// `ProvidedContexts`: the provider's ARN and its assertion.
    pub provided_contexts: *const irsa_pair,
    /// How many, at most 5.
    pub provided_context_count: usize,
    /// `DurationSeconds`, 900 to 43,200; from another role's credentials at most 3,600; 0: STS's default of an hour.
    pub duration_seconds: u32,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_assume_role {
    const LEAST: usize = size_of::<Self>();
}

/// The request of AssumeRoleWithWebIdentity, which is not signed. The token is in its body alone. `endpoint` may be NULL.
/// The answer is for `irsa_sts_assumed_read`. The caller frees `prepared`.
/// Errors: `IRSA_TOKEN_…`, `IRSA_ARN_…`, `IRSA_REQUEST_LIMIT`, `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_web_identity ask = IRSA_ZERO;
///     irsa_prepared *prepared = NULL;
///     ask.size = sizeof ask;
///     ask.role_arn = irsa_str_of("arn:aws:iam::123456789012:role/app");
///     ask.token = irsa_str_of("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln");
///     if (irsa_sts_web_identity(&ask, NULL, &prepared, NULL) == IRSA_OK)
///         puts(irsa_prepared_request(prepared)->url.data);
///     irsa_prepared_free(prepared);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_sts_web_identity(
    ask: *const irsa_web_identity,
    endpoint: *const irsa_endpoint,
    prepared: Option<&mut MaybeUninit<*mut irsa_prepared>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_sts_web_identity", err, || {
        // SAFETY: by the header's rules.
        let ((ask, token), place) = unsafe { (read_web_identity(ask)?, Where::read(endpoint)?) };
        let call = place.call(Endpoint::resolve(&place.settings, Some(&ask.role_arn))?);
        irsa_prepared::leave(&request::web_identity(&call, &ask, &token)?, prepared)
    })
}

/// # Safety
/// The header's rules.
unsafe fn read_web_identity(ask: *const irsa_web_identity) -> Result<(WebIdentity, Token), Error> {
    // SAFETY: by the header's rules.
    unsafe {
        let given = versioned(ask, "ask")?;
        let token = Token::parse(str(given.token, "ask.token")?)?;
        let mut ask = WebIdentity::new("", RoleArn::parse(str(given.role_arn, "ask.role_arn")?)?);
        ask.session_name = optional_str(given.session_name, "ask.session_name")?.map(SessionName::parse).transpose()?;
        ask.duration_seconds = duration(given.duration_seconds);
        ask.policy = optional_str(given.policy, "ask.policy")?.map(Box::from);
        ask.policy_arns = boxed(given.policy_arns, given.policy_arn_count, "ask.policy_arns")?;
        ask.provider_id = optional_str(given.provider_id, "ask.provider_id")?.map(Box::from);
        Ok((ask, token))
    }
}

/// The request of AssumeRole, signed at `now_ms`. `endpoint` may be NULL. The answer is for `irsa_sts_assumed_read`. The
/// caller frees `prepared`. Errors: `IRSA_ARN_…`, `IRSA_REQUEST_LIMIT`, `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_SIGN_…`,
/// `IRSA_C_…`. Since 0.1.
///
///     irsa_assume_role ask = IRSA_ZERO;
///     irsa_credentials *mine = NULL;
///     irsa_prepared *prepared = NULL;
///     ask.size = sizeof ask;
///     ask.role_arn = irsa_str_of("arn:aws:iam::123456789012:role/app");
///     ask.session_name = irsa_str_of("me");
///     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
///         irsa_sts_assume_role(&ask, NULL, mine, INT64_C(1440938160000), &prepared, NULL) == IRSA_OK)
///         puts(irsa_prepared_request(prepared)->url.data);
///     irsa_prepared_free(prepared);
///     irsa_credentials_free(mine);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_sts_assume_role(
    ask: *const irsa_assume_role,
    endpoint: *const irsa_endpoint,
    credentials: Option<&irsa_credentials>,
    now_ms: i64,
    prepared: Option<&mut MaybeUninit<*mut irsa_prepared>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_sts_assume_role", err, || {
        // SAFETY: by the header's rules.
        let (ask, place) = unsafe { (read_assume_role(ask)?, Where::read(endpoint)?) };
        let credentials = given(credentials, "credentials")?;
        let call = place.call(Endpoint::resolve(&place.settings, Some(&ask.role_arn))?);
        let request = signed(request::assume_role(&call, &ask)?, &call, credentials, now_ms)?;
        irsa_prepared::leave(&request, prepared)
    })
}

/// # Safety
/// The header's rules.
unsafe fn read_assume_role(ask: *const irsa_assume_role) -> Result<AssumeRole, Error> {
    // SAFETY: by the header's rules.
    unsafe {
        let given = versioned(ask, "ask")?;
        let role = RoleArn::parse(str(given.role_arn, "ask.role_arn")?)?;
        let mut ask = AssumeRole::new(role, SessionName::parse(str(given.session_name, "ask.session_name")?)?);
        let optional = |view, name| optional_str(view, name).map(|text| text.map(Box::from));
        ask.duration_seconds = duration(given.duration_seconds);
        ask.policy = optional(given.policy, "ask.policy")?;
        ask.policy_arns = boxed(given.policy_arns, given.policy_arn_count, "ask.policy_arns")?;
        ask.tags = pairs(given.tags, given.tag_count, "ask.tags")?;
        ask.transitive_tag_keys =
            boxed(given.transitive_tag_keys, given.transitive_tag_key_count, "ask.transitive_tag_keys")?;
        ask.external_id = optional(given.external_id, "ask.external_id")?;
        ask.serial_number = optional(given.serial_number, "ask.serial_number")?;
        ask.token_code = optional_str(given.token_code, "ask.token_code")?.map(Secret::from);
        ask.source_identity = optional(given.source_identity, "ask.source_identity")?;
        ask.provided_contexts = pairs(given.provided_contexts, given.provided_context_count, "ask.provided_contexts")?;
        Ok(ask)
    }
}

/// The request of GetCallerIdentity, signed at `now_ms`: who these credentials are. Every identity may ask it. `endpoint`
/// has to name a Region: NULL gives `IRSA_REGION_MISSING`. The answer is for `irsa_sts_caller_read`. The caller frees
/// `prepared`.
/// Errors: `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_endpoint endpoint = IRSA_ZERO;
///     irsa_credentials *mine = NULL;
///     irsa_prepared *prepared = NULL;
///     endpoint.size = sizeof endpoint;
///     endpoint.region = irsa_str_of("eu-central-1");
///     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
///         irsa_sts_caller(&endpoint, mine, INT64_C(1440938160000), &prepared, NULL) == IRSA_OK)
///         puts(irsa_prepared_request(prepared)->url.data);
///     irsa_prepared_free(prepared);
///     irsa_credentials_free(mine);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_sts_caller(
    endpoint: *const irsa_endpoint,
    credentials: Option<&irsa_credentials>,
    now_ms: i64,
    prepared: Option<&mut MaybeUninit<*mut irsa_prepared>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_sts_caller", err, || {
        // SAFETY: by the header's rules.
        let place = unsafe { Where::read(endpoint) }?;
        let credentials = given(credentials, "credentials")?;
        let call = place.call(Endpoint::resolve(&place.settings, None)?);
        irsa_prepared::leave(&signed(request::get_caller_identity(&call), &call, credentials, now_ms)?, prepared)
    })
}

fn signed(
    mut request: HttpRequest,
    call: &Call,
    credentials: &irsa_credentials,
    now_ms: i64,
) -> Result<HttpRequest, Error> {
    let signing = Signing::new(&credentials.core, call.endpoint.signing_region(), "sts");
    let now: Timestamp = signed_at(credentials, now_ms);
    sigv4::sign(&mut request, &signing, &mut KeyCache::with_slots(1), now)?;
    Ok(request)
}

fn duration(seconds: u32) -> Option<u32> {
    (seconds != 0).then_some(seconds)
}

/// # Safety
/// The header's rules.
unsafe fn boxed(data: *const irsa_str, count: usize, name: &str) -> Result<Vec<Box<str>>, Error> {
    // SAFETY: by the header's rules.
    unsafe { strs(data, count, name) }.map(|texts| texts.into_iter().map(Box::from).collect())
}

/// # Safety
/// The header's rules.
unsafe fn pairs<V: for<'a> From<&'a str>>(
    data: *const irsa_pair,
    count: usize,
    name: &str,
) -> Result<Vec<(Box<str>, V)>, Error> {
    // SAFETY: by the header's rules.
    unsafe {
        let pair = |pair: &irsa_pair| Ok((str(pair.key, name)?.into(), str(pair.value, name)?.into()));
        slice(data, count, name)?.iter().map(pair).collect()
    }
}

/// A session name that STS takes, made of any text: foreign characters become dashes, what is too long is cut and ends in a
/// hash of the whole. The caller frees `name`. Errors: `IRSA_C_…`. Since 0.1.
///
///     irsa_buffer *name = NULL;
///     if (irsa_session_name_clean("build 17/main", &name, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(name));
///     irsa_buffer_free(name);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_session_name_clean(
    any: *const c_char,
    name: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_session_name_clean", err, || {
        // SAFETY: by the header's rules.
        let any = unsafe { text(any, "any") }?;
        hand(given(name, "name")?, irsa_buffer::new(SessionName::clean(any).as_str().as_bytes()));
        Ok(())
    })
}

/// The session name that irsa takes for a token where none is said: its pod's, else its service account's, else `irsa`.
/// The caller frees `name`. Errors: `IRSA_C_NULL`. Since 0.1.
///
///     irsa_token *token = NULL;
///     irsa_buffer *name = NULL;
///     if (irsa_token_parse(irsa_str_of("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln"), &token, NULL) == IRSA_OK &&
///         irsa_session_name_of_token(token, &name, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(name));
///     irsa_buffer_free(name);
///     irsa_token_free(token);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_session_name_of_token(
    token: Option<&irsa_token>,
    name: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_session_name_of_token", err, || {
        let token = given(token, "token")?;
        let made = SessionName::from_token(&token.core);
        hand(given(name, "name")?, irsa_buffer::new(made.as_str().as_bytes()));
        Ok(())
    })
}
