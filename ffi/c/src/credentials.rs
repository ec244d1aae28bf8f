//! Credentials, as C sees them: immutable, shared by count, wiped when the last holder frees them.

use crate::{
    edge::{given, guard, optional_text, release, run, share, text, versioned},
    error::irsa_error,
    request::irsa_signing,
    text::{Text, pointer},
};
use irsa_core::{Credentials, Timestamp, clock::signing_time};
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
    sync::Arc,
};

/// An access key with its secret, and a session token and an end where it is temporary. May be read by many threads.
pub struct irsa_credentials {
    pub(crate) core: Arc<Credentials>,
    access_key_id: Text,
    secret_access_key: Text,
    session_token: Option<Text>,
    account_id: Option<Text>,
    source: Text,
    region: Option<Text>,
    generation: u64,
    skew_ms: i64,
}

/// An end that never comes.
pub const IRSA_NEVER: i64 = i64::MAX;

impl irsa_credentials {
    pub(crate) fn new(core: Arc<Credentials>) -> Self {
        Self {
            access_key_id: core.access_key_id().into(),
            secret_access_key: core.secret_access_key().expose().into(),
            session_token: core.session_token().map(|token| token.expose().into()),
            account_id: core.account_id().map(Text::from),
            source: core.source().into(),
            region: None,
            generation: 0,
            skew_ms: 0,
            core,
        }
    }

    #[allow(dead_code, reason = "providers and flows use it")]
    /// With the Region that the chain found.
    pub(crate) fn with_region(mut self, region: Option<&str>) -> Self {
        self.region = region.map(Text::from);
        self
    }

    /// With what the keeper knows beside them.
    pub(crate) fn with_keeping(mut self, generation: u64, skew_ms: i64) -> Self {
        self.generation = generation;
        self.skew_ms = skew_ms;
        self
    }

    pub(crate) fn region(&self) -> Option<&str> {
        self.region.as_ref().and_then(|region| std::str::from_utf8(region.expose()).ok())
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn skew_ms(&self) -> i64 {
        self.skew_ms
    }
}

/// Credentials of the caller's own. `session_token` may be NULL; `expiration_ms` is `IRSA_NEVER` for a key that has no
/// end. The caller frees them. Errors: `IRSA_C_NULL`, `IRSA_C_TEXT`. Since 0.1.
///
///     irsa_credentials *mine = NULL;
///     int failed = irsa_credentials_new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", NULL, IRSA_NEVER, &mine,
///                                       NULL);
///     irsa_credentials_free(mine);
///     printf("%d\n", failed);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_credentials_new(
    access_key_id: *const c_char,
    secret_access_key: *const c_char,
    session_token: *const c_char,
    expiration_ms: i64,
    credentials: Option<&mut MaybeUninit<*mut irsa_credentials>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_credentials_new", err, || {
        // SAFETY: by the header's rules.
        let (id, secret, token) = unsafe {
            (
                text(access_key_id, "access_key_id")?,
                text(secret_access_key, "secret_access_key")?,
                optional_text(session_token, "session_token")?,
            )
        };
        let out = given(credentials, "credentials")?;
        let mut made = Credentials::new(id, secret, "program");
        if let Some(token) = token {
            made = made.with_session_token(token);
        }
        if expiration_ms != IRSA_NEVER {
            made = made.with_expiration(Timestamp::from_unix_millis(expiration_ms));
        }
        share(out, Arc::new(irsa_credentials::new(Arc::new(made))));
        Ok(())
    })
}

fn read(
    name: &'static str,
    credentials: Option<&irsa_credentials>,
    read: impl FnOnce(&irsa_credentials) -> *const c_char,
) -> *const c_char {
    guard(name, std::ptr::null, || credentials.map_or(std::ptr::null(), read))
}

/// The access key id; it is not secret. NULL for NULL. Since 0.1.
///
///     const char *id = irsa_credentials_access_key_id(NULL);
///     puts(id != NULL ? id : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_credentials_access_key_id(credentials: Option<&irsa_credentials>) -> *const c_char {
    read("irsa_credentials_access_key_id", credentials, |c| c.access_key_id.pointer())
}

/// The secret access key. Sign with it, never print it. NULL for NULL. Since 0.1.
///
///     const char *secret = irsa_credentials_secret_access_key(NULL);
///     puts(secret != NULL ? "a secret" : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_credentials_secret_access_key(credentials: Option<&irsa_credentials>) -> *const c_char {
    read("irsa_credentials_secret_access_key", credentials, |c| c.secret_access_key.pointer())
}

/// The session token; NULL where the key is not temporary, and for NULL. Since 0.1.
///
///     const char *token = irsa_credentials_session_token(NULL);
///     puts(token != NULL ? "a token" : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_credentials_session_token(credentials: Option<&irsa_credentials>) -> *const c_char {
    read("irsa_credentials_session_token", credentials, |c| pointer(c.session_token.as_ref()))
}

/// The account, of 12 digits; NULL where it is not known, and for NULL. Since 0.1.
///
///     const char *account = irsa_credentials_account_id(NULL);
///     puts(account != NULL ? account : "unknown");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_credentials_account_id(credentials: Option<&irsa_credentials>) -> *const c_char {
    read("irsa_credentials_account_id", credentials, |c| pointer(c.account_id.as_ref()))
}

/// Which source of the chain gave them, such as `web identity`. NULL for NULL. Since 0.1.
///
///     const char *source = irsa_credentials_source(NULL);
///     puts(source != NULL ? source : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_credentials_source(credentials: Option<&irsa_credentials>) -> *const c_char {
    read("irsa_credentials_source", credentials, |c| c.source.pointer())
}

/// The Region to call services in, where the chain found one; else NULL, and for NULL. Since 0.1.
///
///     const char *region = irsa_credentials_region(NULL);
///     puts(region != NULL ? region : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_credentials_region(credentials: Option<&irsa_credentials>) -> *const c_char {
    read("irsa_credentials_region", credentials, |c| pointer(c.region.as_ref()))
}

/// From when on AWS refuses them, in milliseconds since 1970-01-01T00:00:00Z; `IRSA_NEVER` where they have no end. 0 for
/// NULL. Since 0.1.
///
///     printf("%lld\n", (long long)irsa_credentials_expiration_ms(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_credentials_expiration_ms(credentials: Option<&irsa_credentials>) -> i64 {
    guard(
        "irsa_credentials_expiration_ms",
        || 0,
        || credentials.map_or(0, |c| c.core.expiration().map_or(IRSA_NEVER, Timestamp::unix_millis)),
    )
}

/// Counts up with each new set of credentials of a provider: what `irsa_provider_invalidate` wants. 0 for credentials of
/// the caller's own, and for NULL. Since 0.1.
///
///     printf("%llu\n", (unsigned long long)irsa_credentials_generation(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_credentials_generation(credentials: Option<&irsa_credentials>) -> u64 {
    guard("irsa_credentials_generation", || 0, || credentials.map_or(0, irsa_credentials::generation))
}

/// Fills in what these credentials say of a signature: key, secret and session token; the Region, where `signing` has none
/// yet; the time `now_ms`, by AWS's clock where it is known to be minutes away from this machine's. The texts are lent:
/// `signing` is good for as long as the credentials. `signing->size` has to be set. No allocation.
/// Errors: `IRSA_C_NULL`, `IRSA_C_STRUCT`. Since 0.1.
///
///     irsa_credentials *mine = NULL;
///     irsa_signing signing = IRSA_ZERO;
///     signing.size = sizeof signing;
///     signing.service = irsa_str_of("execute-api");
///     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK)
///         irsa_credentials_lend(mine, INT64_C(1440938160000), &signing, NULL);
///     irsa_credentials_free(mine);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_credentials_lend(
    credentials: Option<&irsa_credentials>,
    now_ms: i64,
    signing: *mut irsa_signing,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_credentials_lend", err, || {
        let credentials = given(credentials, "credentials")?;
        // SAFETY: by the header's rules.
        let mut filled = unsafe { versioned(signing.cast_const(), "signing") }?;
        filled.access_key_id = credentials.access_key_id.view();
        filled.secret_access_key = credentials.secret_access_key.view();
        filled.session_token = credentials.session_token.as_ref().map_or(crate::types::irsa_str::NONE, Text::view);
        if let (0, Some(region)) = (filled.region.len, &credentials.region) {
            filled.region = region.view();
        }
        filled.time_ms = signing_time(Timestamp::from_unix_millis(now_ms), credentials.skew_ms()).unix_millis();
        // SAFETY: by the header's rules; no more of it than the caller has.
        unsafe { crate::edge::write_back(signing, &filled) };
        Ok(())
    })
}

/// Frees them. What was taken from them ends here. NULL is fine. Since 0.1.
///
///     irsa_credentials_free(NULL);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_credentials_free(credentials: *mut irsa_credentials) {
    // SAFETY: it came from `share`, and is given back once.
    guard("irsa_credentials_free", || (), || unsafe { release(credentials) });
}
