//! Who signed a request that was received: for servers and proxies that take signatures of AWS's kind.
//!
//! See `irsa_core::sigv4::verify` for the checks and their order.

use crate::{
    credentials::irsa_credentials,
    edge::{Versioned, given, guard, hand, lent, optional_str, run, versioned},
    error::irsa_error,
    keys::irsa_keys,
    request::{choice, irsa_request, path_rule, read_request},
    text::Text,
    types::irsa_str,
};
use irsa_core::{
    Error, Timestamp,
    sigv4::{self, KeyCache, SessionToken, Verified, Verifying},
};
use std::{
    ffi::{c_char, c_int, c_void},
    mem::MaybeUninit,
};

/// Gives the credentials of an access key id, with their session token and end; NULL where nobody has it. What it gives is
/// read until `irsa_request_verify` comes back. It must not unwind or jump out, nor use the `keys` of that call.
pub type irsa_lookup =
    Option<unsafe extern "C" fn(user: *mut c_void, access_key_id: irsa_str) -> *const irsa_credentials>;

/// What is asked of a request that was received. Zero it, then set `size`, the time, and either `lookup` or `credentials`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_verifying {
    /// `sizeof(irsa_verifying)`.
    pub size: usize,
    /// Milliseconds since 1970-01-01T00:00:00Z, by this machine's clock.
    pub time_ms: i64,
    /// The Region it must be signed for; empty: any.
    pub region: irsa_str,
    /// The service it must be signed for; empty: any.
    pub service: irsa_str,
    /// Whose signatures are taken.
    pub lookup: irsa_lookup,
    /// For `lookup`.
    pub user: *mut c_void,
    /// Instead of `lookup`: the one identity that is taken.
    pub credentials: *const irsa_credentials,
    /// Seconds that the signer's clock may be off; 0: 900, as AWS has it.
    pub skew_s: u32,
    /// An `IRSA_…` of `irsa_choice`: whether S3's rules go for path and body. By itself where `service` begins with `s3`.
    pub s3: u32,
    /// An `IRSA_PATH_…`.
    pub path: u32,
    /// An `IRSA_…` of `irsa_choice`: whether `.`, `..` and `//` of the path are resolved.
    pub normalise: u32,
    /// Not 0: a session token need not be under the signature.
    pub token_after: u32,
}

// SAFETY: a C struct of integers, pointers and a function that may be NULL, its size first.
unsafe impl Versioned for irsa_verifying {
    const LEAST: usize = size_of::<Self>();
}

/// Who signed, when, for what.
pub struct irsa_verified {
    core: Verified,
    access_key_id: Text,
    region: Text,
    service: Text,
    signed_headers: Text,
}

/// Judges a request that was received. Its `payload` is the body as it came, or the body's hash where it was hashed on the
/// way. `keys` may be NULL: then each key is derived anew. `verified` may be NULL; the caller frees it.
///
/// Errors: `IRSA_VERIFY_…` say why nobody is taken to have signed; `IRSA_C_…`. Since 0.1.
///
///     irsa_header host = {IRSA_STR("host"), IRSA_STR("example.com")};
///     irsa_request request = IRSA_ZERO;
///     irsa_verifying rules = IRSA_ZERO;
///     irsa_credentials *known = NULL;
///     irsa_error *err = NULL;
///     request.size = sizeof request;
///     request.method = irsa_str_of("GET");
///     request.headers = &host;
///     request.header_count = 1;
///     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &known, NULL) == IRSA_OK) {
///         rules.size = sizeof rules;
///         rules.time_ms = INT64_C(1440938160000);
///         rules.service = irsa_str_of("execute-api");
///         rules.credentials = known;
///         if (irsa_request_verify(&rules, &request, NULL, NULL, &err) == IRSA_VERIFY_NO_AUTH)
///             puts(irsa_error_text(err));
///     }
///     irsa_error_free(err);
///     irsa_credentials_free(known);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_request_verify(
    rules: *const irsa_verifying,
    request: *const irsa_request,
    keys: Option<&mut irsa_keys>,
    verified: Option<&mut MaybeUninit<*mut irsa_verified>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_request_verify", err, || {
        // SAFETY: by the header's rules.
        let (given_rules, request) = unsafe { (versioned(rules, "rules")?, versioned(request, "request")?) };
        // SAFETY: by the header's rules.
        let (rules, request) = unsafe { (read_rules(&given_rules)?, read_request(&request)?) };
        // SAFETY: by the header's rules.
        let single = unsafe { lent(given_rules.credentials) };
        let known = |id: &str| match given_rules.lookup {
            Some(lookup) => {
                let id = Text::from(id);
                // SAFETY: the caller's own function, as its type says; what it gives is good for this call.
                unsafe { lent(lookup(given_rules.user, id.view())) }.map(|found| found.core.clone())
            }
            None => single.filter(|known| known.core.access_key_id() == id).map(|known| known.core.clone()),
        };
        if given_rules.lookup.is_none() {
            given(single, "rules.lookup")?;
        }
        let mut own = None;
        let keys = match keys {
            Some(keys) => &mut keys.0,
            None => own.insert(KeyCache::with_slots(1)),
        };
        let who = sigv4::verify(&request, &rules, known, keys, Timestamp::from_unix_millis(given_rules.time_ms))?;
        if let Some(verified) = verified {
            hand(verified, irsa_verified::new(who));
        }
        Ok(())
    })
}

/// # Safety
/// The header's rules.
unsafe fn read_rules<'a>(given: &irsa_verifying) -> Result<Verifying<'a>, Error> {
    // SAFETY: by the header's rules.
    let (region, service) =
        unsafe { (optional_str(given.region, "rules.region")?, optional_str(given.service, "rules.service")?) };
    let by_name = service.is_some_and(|service| service.starts_with("s3"));
    let mut rules = match choice(given.s3, by_name, "rules.s3")? {
        true => Verifying::s3(""),
        false => Verifying::new("", ""),
    };
    rules.region = region;
    rules.service = service;
    if given.skew_s > 0 {
        rules.skew = given.skew_s;
    }
    if given.token_after != 0 {
        rules.session_token = SessionToken::AddedAfter;
    }
    rules.path = path_rule(given.path, given.normalise, rules.path, "rules")?;
    Ok(rules)
}

impl irsa_verified {
    fn new(core: Verified) -> Self {
        let text = |text: &str| Text::from(text);
        Self {
            access_key_id: text(&core.access_key_id),
            region: text(&core.region),
            service: text(&core.service),
            signed_headers: text(&core.signed_headers),
            core,
        }
    }
}

fn read(
    name: &'static str,
    verified: Option<&irsa_verified>,
    read: impl FnOnce(&irsa_verified) -> &Text,
) -> *const c_char {
    guard(name, std::ptr::null, || verified.map_or(std::ptr::null(), |verified| read(verified).pointer()))
}

/// Whose key it was. NULL for NULL. Since 0.1.
///
///     const char *id = irsa_verified_access_key_id(NULL);
///     puts(id != NULL ? id : "nobody");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_verified_access_key_id(verified: Option<&irsa_verified>) -> *const c_char {
    read("irsa_verified_access_key_id", verified, |verified| &verified.access_key_id)
}

/// The Region that it was signed for. NULL for NULL. Since 0.1.
///
///     const char *region = irsa_verified_region(NULL);
///     puts(region != NULL ? region : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_verified_region(verified: Option<&irsa_verified>) -> *const c_char {
    read("irsa_verified_region", verified, |verified| &verified.region)
}

/// The service that it was signed for. NULL for NULL. Since 0.1.
///
///     const char *service = irsa_verified_service(NULL);
///     puts(service != NULL ? service : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_verified_service(verified: Option<&irsa_verified>) -> *const c_char {
    read("irsa_verified_service", verified, |verified| &verified.service)
}

/// The names of the headers under the signature, in lower case, joined by `;`. NULL for NULL. Since 0.1.
///
///     const char *names = irsa_verified_signed_headers(NULL);
///     puts(names != NULL ? names : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_verified_signed_headers(verified: Option<&irsa_verified>) -> *const c_char {
    read("irsa_verified_signed_headers", verified, |verified| &verified.signed_headers)
}

/// The signer's time, in milliseconds since 1970-01-01T00:00:00Z. 0 for NULL. Since 0.1.
///
///     printf("%lld\n", (long long)irsa_verified_signed_at_ms(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_verified_signed_at_ms(verified: Option<&irsa_verified>) -> i64 {
    guard("irsa_verified_signed_at_ms", || 0, || verified.map_or(0, |verified| verified.core.signed_at.unix_millis()))
}

/// How many seconds a presigned request lives; 0 for one that is signed in a header, and for NULL. Since 0.1.
///
///     printf("%u\n", irsa_verified_expires(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_verified_expires(verified: Option<&irsa_verified>) -> u32 {
    guard("irsa_verified_expires", || 0, || verified.and_then(|verified| verified.core.expires).unwrap_or(0))
}

/// Frees it. NULL is fine. Since 0.1.
///
///     irsa_verified_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_verified_free(verified: Option<Box<irsa_verified>>) {
    guard("irsa_verified_free", || (), || drop(verified));
}
