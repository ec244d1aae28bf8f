//! The shared config and credentials files, as the profile parser sees them.
//!
//! See `irsa_core::chain::profile`.

use crate::{
    buffer::irsa_buffer,
    edge::{bytes, given, hand, optional_text, run},
    error::irsa_error,
    types::irsa_bytes,
};
use irsa_core::{
    Error,
    chain::profile::{Profiles, Property, Section, SharedFile},
};
use serde_json::{Map, Value, json};
use std::{
    ffi::{c_char, c_int},
    fmt::Write,
    mem::MaybeUninit,
};
use zeroize::{Zeroize, Zeroizing};

/// What the two shared files say, as JSON: `{profiles, sso_session, services, default, notices}`, each property as `{value,
/// file, line, endpoint_url}`; secrets are in it. A file whose `data` is NULL is not there. `sso_session` and `services` are
/// names of such sections to be shown, and may be NULL. The caller frees `json`, which wipes it.
/// Errors: `IRSA_PROFILE_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_bytes config = {(const uint8_t *)"[default]\nregion = eu-central-1\n", 31};
///     irsa_bytes credentials = {NULL, 0};
///     irsa_buffer *json = NULL;
///     if (irsa_profiles_json(config, credentials, NULL, NULL, &json, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(json));
///     irsa_buffer_free(json);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_profiles_json(
    config: irsa_bytes,
    credentials: irsa_bytes,
    sso_session: *const c_char,
    services: *const c_char,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_profiles_json", err, || {
        // SAFETY: by the header's rules.
        let (config, credentials, sso_session, services) = unsafe {
            (
                file(config, "config")?,
                file(credentials, "credentials")?,
                optional_text(sso_session, "sso_session")?,
                optional_text(services, "services")?,
            )
        };
        let out = given(json, "json")?;
        let all = Profiles::parse(config, credentials)?;
        let mut answer = json!({
            "profiles": all.profiles().map(|(name, s)| (name.to_owned(), section(s))).collect::<Map<_, _>>(),
            "sso_session": sso_session.and_then(|name| all.sso_session(name)).map(section),
            "services": services.and_then(|name| all.services(name)).map(section),
            "default": all.profile("default").map(section),
            "notices": all.notices(),
        });
        // Room at once: a buffer that grows leaves copies of the secrets behind.
        let lengths = [config, credentials].into_iter().flatten().map(|file| file.content.len()).sum::<usize>();
        let mut text = Zeroizing::new(String::with_capacity(16 * lengths + 4096));
        let written = write!(text, "{answer}");
        wipe(&mut answer);
        written.map_err(|e| Error::bug("libirsa", e.to_string()))?;
        hand(out, irsa_buffer::new(text.as_bytes()));
        Ok(())
    })
}

/// # Safety
/// The header's rules.
unsafe fn file<'a>(view: irsa_bytes, name: &'static str) -> Result<Option<SharedFile<'a>>, Error> {
    // SAFETY: by the header's rules.
    let content = unsafe { bytes(view, name) }?;
    Ok((!view.data.is_null()).then_some(SharedFile { path: name, content }))
}

fn section(section: &Section) -> Value {
    let property = |(name, property): (&str, &Property)| {
        let value = json!({
            "value": property.value().expose(),
            "file": &**property.file(),
            "line": property.line(),
            "endpoint_url": property.nested("endpoint_url"),
        });
        (name.to_owned(), value)
    };
    Value::Object(section.properties().map(property).collect())
}

/// Values may be secrets.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.iter_mut().for_each(|(_, value)| wipe(value)),
        _ => {}
    }
}
