//! The provider: credentials for a program that runs for long, with irsa's own files and HTTP.
//!
//! A face of `irsa::Provider`. Beside its snapshot lies the form that C reads, made once for each snapshot, so that a
//! cached get is a look at both and a count. After fork it is made anew (`fork`).

mod log;
mod options;
mod send;
mod sign;

use crate::{
    buffer::irsa_buffer,
    cancel::irsa_cancel,
    credentials::irsa_credentials,
    edge::{Out, bytes, given, guard, hand, run, share, versioned},
    error::irsa_error,
    fork::Forked,
    types::irsa_bytes,
};
use arc_swap::ArcSwapOption;
use irsa::{Cancel, Provider};
use irsa_core::{
    Code, Error,
    keeper::{Snapshot, State},
    sigv4::KeyCache,
};
use options::{Recipe, irsa_provider_options};
use std::{
    ffi::c_int,
    mem::MaybeUninit,
    sync::{Arc, Mutex},
};

/// Hands out credentials to any number of threads: cached, fetched once for all of them, replaced before they end. Make
/// one for a program and keep it.
///
/// After fork a child may go on using it, without a lock of the parent's: at its first use it is made anew as it was made,
/// with the credentials in hand, the options' `background` included. What is inherited is not freed in the child.
pub struct irsa_provider {
    recipe: Recipe,
    made: Forked<Made>,
}

/// What belongs to one process.
struct Made {
    provider: Provider,
    /// The latest snapshot as C reads it.
    form: ArcSwapOption<Form>,
    keys: Mutex<KeyCache>,
}

struct Form {
    of: Arc<Snapshot>,
    credentials: Arc<irsa_credentials>,
}

impl irsa_provider {
    fn new(recipe: Recipe) -> Result<Self, Error> {
        let made = Forked::new(|| recipe.make(None).map(Made::new))?;
        Ok(Self { recipe, made })
    }

    /// That of this process.
    #[inline]
    fn made(&self) -> Result<&Made, Error> {
        self.made.get(|parents| {
            let provider = self.recipe.make(Some(std::process::id()))?;
            // No lock is in this: a snapshot is in an atomic pointer.
            if let Some(bytes) = parents.provider.export() {
                // Where they cannot be adopted (they have ended, the clock was set back) the child fetches its own.
                let _ = provider.adopt(bytes.expose());
            }
            Ok(Made::new(provider))
        })
    }
}

impl Made {
    fn new(provider: Provider) -> Self {
        Self { provider, form: ArcSwapOption::empty(), keys: Mutex::new(KeyCache::new()) }
    }

    #[inline]
    fn credentials(&self, cancel: Option<&irsa_cancel>) -> Result<Arc<irsa_credentials>, Error> {
        match self.provider.cached(|snapshot| self.form_of(snapshot)) {
            Some(credentials) => Ok(credentials),
            None => self.ask(cancel).map(|snapshot| self.form_of(&snapshot)),
        }
    }

    fn snapshot(&self, cancel: Option<&irsa_cancel>) -> Result<Arc<Snapshot>, Error> {
        self.provider.cached(Arc::clone).map_or_else(|| self.ask(cancel), Ok)
    }

    #[cold]
    fn ask(&self, cancel: Option<&irsa_cancel>) -> Result<Arc<Snapshot>, Error> {
        if log::is_within() {
            // Perhaps of the very exchange that would have to be waited for.
            let good = |latest: &Arc<Snapshot>| latest.state(self.provider.host().now()) != State::Expired;
            return self.provider.latest().filter(good).ok_or_else(|| {
                Error::new(Code::CCallback, "provider", "the log callback asks for credentials, and none are in hand")
            });
        }
        self.provider.snapshot(&switch(cancel)?)
    }

    #[inline]
    fn form_of(&self, snapshot: &Arc<Snapshot>) -> Arc<irsa_credentials> {
        match &*self.form.load() {
            Some(form) if Arc::ptr_eq(&form.of, snapshot) => form.credentials.clone(),
            _ => self.form_anew(snapshot),
        }
    }

    /// Several threads may make one at once; any of them will do, and the next look corrects one that is of yesterday.
    #[cold]
    fn form_anew(&self, snapshot: &Arc<Snapshot>) -> Arc<irsa_credentials> {
        let credentials = irsa_credentials::new(snapshot.credentials().clone())
            .with_region(snapshot.region())
            .with_keeping(snapshot.generation(), snapshot.skew_millis());
        let credentials = Arc::new(credentials);
        self.form.store(Some(Arc::new(Form { of: snapshot.clone(), credentials: credentials.clone() })));
        credentials
    }
}

/// One that is never thrown for NULL.
fn switch(cancel: Option<&irsa_cancel>) -> Result<Cancel, Error> {
    cancel.map_or_else(|| Ok(Cancel::new()), irsa_cancel::switch)
}

/// A provider as the environment says it, on demand, with 30 s for an exchange: what a pod with a service account needs.
/// The environment is read by this call, which must not run while another thread changes it (setenv). Nothing is fetched
/// yet. The caller frees it. Errors: `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED`. Since 0.1.
///
///     irsa_provider *provider = NULL;
///     irsa_error *err = NULL;
///     if (irsa_provider_from_env(&provider, &err) != IRSA_OK)
///         fprintf(stderr, "%s\n", irsa_error_text(err));
///     irsa_error_free(err);
///     irsa_provider_free(provider);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_provider_from_env(
    provider: Option<&mut MaybeUninit<*mut irsa_provider>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_provider_from_env", err, || {
        let out = given(provider, "provider")?;
        hand(out, irsa_provider::new(Recipe::from_env())?);
        Ok(())
    })
}

/// A provider with more to say than the environment does. Nothing is fetched yet, unless `background` is on. The caller
/// frees it. Errors: `IRSA_C_…`; `IRSA_HOST_UNSUPPORTED` where the system gives no thread. What is wrong with a setting
/// shows at the first exchange. Since 0.1.
///
///     irsa_chain chain = IRSA_ZERO;
///     irsa_provider_options options = IRSA_ZERO;
///     irsa_provider *provider = NULL;
///     chain.size = sizeof chain;
///     chain.region = irsa_str_of("eu-central-1");
///     options.size = sizeof options;
///     options.chain = &chain;
///     options.background = IRSA_YES;
///     options.timeout_ms = 5000;
///     if (irsa_provider_new(&options, &provider, NULL) == IRSA_OK)
///         irsa_provider_free(provider);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_provider_new(
    options: *const irsa_provider_options,
    provider: Option<&mut MaybeUninit<*mut irsa_provider>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_provider_new", err, || {
        let out = given(provider, "provider")?;
        // SAFETY: by the header's rules.
        let recipe = unsafe { Recipe::read(&versioned(options, "options")?) }?;
        hand(out, irsa_provider::new(recipe)?);
        Ok(())
    })
}

/// The credentials to use now. What is cached is there at once, without a lock or (but for a thread's first call)
/// an allocation: ask for each request, do not keep them. Else this waits for the exchange, or runs it, for `timeout_ms` and a second at most. `cancel`, which may
/// be NULL, ends the wait of this call alone. The caller frees the credentials, which also outlive the provider.
///
/// Errors: `IRSA_CANCELLED`, `IRSA_DEADLINE`, `IRSA_C_NULL`, `IRSA_C_CALLBACK`, and whatever the chain and STS end in:
/// `IRSA_TOKEN_…`, `IRSA_STS_…`, `IRSA_NET_…`, `IRSA_PROFILE_…`, `IRSA_NO_CREDENTIALS`. While the latest credentials hold
/// a failure to replace them is none of this call's. Since 0.1.
///
///     irsa_provider *provider = NULL;
///     irsa_credentials *mine = NULL;
///     irsa_error *err = NULL;
///     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK && irsa_provider_get(provider, NULL, &mine, &err) == IRSA_OK)
///         puts(irsa_credentials_access_key_id(mine));
///     else if (err != NULL)
///         fprintf(stderr, "%s\n", irsa_error_text(err));
///     irsa_error_free(err);
///     irsa_credentials_free(mine);
///     irsa_provider_free(provider);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_provider_get(
    provider: Option<&irsa_provider>,
    cancel: Option<&irsa_cancel>,
    credentials: Option<&mut MaybeUninit<*mut irsa_credentials>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_provider_get", err, || {
        let out = given(credentials, "credentials")?;
        share(out, given(provider, "provider")?.made()?.credentials(cancel)?);
        Ok(())
    })
}

/// A service refused the credentials of this generation (`irsa_credentials_generation`, `irsa_signed_generation`): the
/// next get fetches new ones. `changed`, which may be NULL, is then 1; and 0 where newer ones are in hand, or the last
/// invalidation was moments ago. Errors: `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED`. Since 0.1.
///
///     irsa_provider *provider = NULL;
///     int changed = 0;
///     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK && irsa_provider_invalidate(provider, 1, &changed, NULL) == IRSA_OK)
///         printf("%d\n", changed);
///     irsa_provider_free(provider);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_provider_invalidate(
    provider: Option<&irsa_provider>,
    generation: u64,
    changed: Option<&mut MaybeUninit<c_int>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_provider_invalidate", err, || {
        let done = given(provider, "provider")?.made()?.provider.invalidate(generation);
        answer(changed, done);
        Ok(())
    })
}

/// Where the latest exchange looked for credentials, and why each place was passed by or chosen: the document of
/// `irsa explain --json`, without a secret. No place is in it before the first exchange. It neither waits nor fetches. The
/// caller frees it. Errors: `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED`. Since 0.1.
///
///     irsa_provider *provider = NULL;
///     irsa_buffer *json = NULL;
///     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK && irsa_provider_explain(provider, &json, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(json));
///     irsa_buffer_free(json);
///     irsa_provider_free(provider);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_provider_explain(
    provider: Option<&irsa_provider>,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_provider_explain", err, || {
        let out = given(json, "json")?;
        let provider = &given(provider, "provider")?.made()?.provider;
        let latest = provider.latest();
        let credentials = latest.as_ref().map(|snapshot| &**snapshot.credentials());
        hand(out, irsa_buffer::new(provider.explain().document(credentials).to_string().as_bytes()));
        Ok(())
    })
}

/// The cached credentials as bytes, for a provider of another process on this machine to adopt: a worker that was started
/// before there were any, or one of another program. A child after fork has them without this. The bytes hold the secrets;
/// the caller frees them. Empty where there are none yet. Errors: `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED`. Since 0.1.
///
///     irsa_provider *provider = NULL;
///     irsa_buffer *bytes = NULL;
///     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK && irsa_provider_export(provider, &bytes, NULL) == IRSA_OK)
///         printf("%zu bytes\n", irsa_buffer_bytes(bytes).len);
///     irsa_buffer_free(bytes);
///     irsa_provider_free(provider);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_provider_export(
    provider: Option<&irsa_provider>,
    bytes: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_provider_export", err, || {
        let out = given(bytes, "bytes")?;
        let exported = given(provider, "provider")?.made()?.provider.export();
        hand(out, irsa_buffer::new(exported.as_ref().map_or(&[], |bytes| bytes.expose())));
        Ok(())
    })
}

/// Takes over what `irsa_provider_export` gave. `taken`, which may be NULL, is 1 where it was better than what is in hand,
/// else 0. Errors: `IRSA_CREDENTIALS_ENDED` where it has ended, `IRSA_SNAPSHOT_CLOCK`, `IRSA_ENCODING` where it is something
/// else, `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED`. Since 0.1.
///
///     irsa_provider *provider = NULL;
///     irsa_buffer *bytes = NULL;
///     int taken = 0;
///     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK && irsa_provider_export(provider, &bytes, NULL) == IRSA_OK)
///         irsa_provider_adopt(provider, irsa_buffer_bytes(bytes), &taken, NULL);
///     irsa_buffer_free(bytes);
///     irsa_provider_free(provider);
///     printf("%d\n", taken);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_provider_adopt(
    provider: Option<&irsa_provider>,
    exported: irsa_bytes,
    taken: Option<&mut MaybeUninit<c_int>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_provider_adopt", err, || {
        // SAFETY: by the header's rules.
        let exported = unsafe { bytes(exported, "exported") }?;
        let better = given(provider, "provider")?.made()?.provider.adopt(exported)?;
        answer(taken, better);
        Ok(())
    })
}

/// Frees it, and waits for the end of its thread where it has one. Calls on it must have ended: throw their switches first.
/// Credentials of it stay good. NULL is fine. Since 0.1.
///
///     irsa_provider_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_provider_free(provider: Option<Box<irsa_provider>>) {
    guard("irsa_provider_free", || (), || drop(provider));
}

fn answer(out: Out<'_, c_int>, said: bool) {
    if let Some(out) = out {
        out.write(said.into());
    }
}
