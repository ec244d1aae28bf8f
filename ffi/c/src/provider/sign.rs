//! Signing by a provider: with whatever credentials are current, for programs whose hot path is elsewhere.
//! AWS Signature Version 4, by AWS's clock where this machine's is minutes off.

use super::{Made, irsa_provider};
use crate::{
    buffer::irsa_buffer,
    cancel::irsa_cancel,
    edge::{given, guard, hand, optional_text, run, text, versioned},
    error::irsa_error,
    request::{irsa_request, read_request},
    text::Text,
    types::{irsa_header, irsa_str},
};
use irsa_core::{
    Code, Error, Timestamp,
    clock::signing_time,
    keeper::Snapshot,
    sigv4::{self, KeyCache, Payload, Signing},
};
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
    sync::PoisonError,
};
use zeroize::Zeroizing;

/// The headers that a signature adds, in place of those of the same names.
pub struct irsa_signed {
    lines: Vec<Line>,
    generation: u64,
}

struct Line {
    header: irsa_header,
    whole: Text,
    #[expect(dead_code, reason = "the header's pointer goes there")]
    name: Text,
}

// SAFETY: the pointers go to what is kept beside them, which nobody changes.
unsafe impl Send for irsa_signed {}
// SAFETY: as above.
unsafe impl Sync for irsa_signed {}

impl Line {
    fn new(name: &str, value: &str) -> Self {
        let whole = Text::new(Zeroizing::new(format!("{name}: {value}")).as_bytes());
        let name = Text::from(name);
        // The value, with the NUL of the whole line behind it.
        let data = whole.pointer().wrapping_add(whole.len() - value.len());
        let header = irsa_header { name: name.view(), value: irsa_str { data, len: value.len() } };
        Self { header, whole, name }
    }
}

/// The first room for a signature: enough for headers with AWS's session tokens.
const ROOM: usize = 4096;

impl Made {
    /// With the current credentials, for a service in a Region (or theirs).
    fn sign<T>(
        &self,
        snapshot: &Snapshot,
        service: &str,
        region: Option<&str>,
        act: impl FnOnce(&Signing<'_>, &mut KeyCache, Timestamp) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let region = region
            .or(snapshot.region())
            .ok_or_else(|| Error::new(Code::RegionMissing, "signer", format!("no Region to sign for {service} in")))?;
        let mut signing = match service.starts_with("s3") {
            true => Signing::s3(snapshot.credentials(), region),
            false => Signing::new(snapshot.credentials(), region, service),
        };
        signing.service = service;
        let time = signing_time(self.provider.host().now().wall, snapshot.skew_millis());
        act(&signing, &mut self.keys.lock().unwrap_or_else(PoisonError::into_inner), time)
    }
}

/// Signs a request with the current credentials: what is to be added to it comes back as headers, each also as one line for
/// clients that want that (curl_slist_append). `request` has its `host`; `region` may be NULL: then it is the one that the
/// chain found. `cancel` may be NULL. Credentials come as by `irsa_provider_get`. The caller frees `signed_`.
///
/// For a program that signs all the time: `irsa_provider_get`, `irsa_credentials_lend` and `irsa_request_sign`, which take
/// no lock and no memory.
///
/// Errors: as `irsa_provider_get`; `IRSA_REGION_MISSING`, `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_header host = {IRSA_STR("host"), IRSA_STR("abc123.execute-api.eu-west-1.amazonaws.com")};
///     irsa_request request = IRSA_ZERO;
///     irsa_provider *provider = NULL;
///     irsa_signed *signed_headers = NULL;
///     size_t i;
///     request.size = sizeof request;
///     request.method = irsa_str_of("GET");
///     request.path = irsa_str_of("/orders");
///     request.headers = &host;
///     request.header_count = 1;
///     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK &&
///         irsa_provider_sign(provider, NULL, &request, "execute-api", "eu-west-1", &signed_headers, NULL) == IRSA_OK)
///         for (i = 0; i < irsa_signed_count(signed_headers); i++)
///             printf("%s\n", irsa_signed_header(signed_headers, i)->name.data);
///     irsa_signed_free(signed_headers);
///     irsa_provider_free(provider);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_provider_sign(
    provider: Option<&irsa_provider>,
    cancel: Option<&irsa_cancel>,
    request: *const irsa_request,
    service: *const c_char,
    region: *const c_char,
    signed: Option<&mut MaybeUninit<*mut irsa_signed>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_provider_sign", err, || {
        // SAFETY: by the header's rules.
        let request = unsafe { versioned(request, "request") }?;
        // SAFETY: by the header's rules.
        let (request, service, region) =
            unsafe { (read_request(&request)?, text(service, "service")?, optional_text(region, "region")?) };
        let out = given(signed, "signed")?;
        let made = given(provider, "provider")?.made()?;
        let snapshot = made.snapshot(cancel)?;
        let added = made.sign(&snapshot, service, region, |signing, keys, time| {
            let mut room = Zeroizing::new(vec![0; ROOM]);
            loop {
                match sigv4::sign_into(&request, signing, keys, time, &mut room) {
                    Ok(length) => {
                        room.truncate(length);
                        return Ok(room);
                    }
                    Err(sigv4::SignError::TooSmall { needed }) if needed > room.len() => {
                        room = Zeroizing::new(vec![0; needed]);
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        })?;
        let lines = sigv4::lines(&added).map(|(name, value)| Line::new(name, value)).collect();
        hand(out, irsa_signed { lines, generation: snapshot.generation() });
        Ok(())
    })
}

/// How many headers they are. 0 for NULL. Since 0.1.
///
///     printf("%zu\n", irsa_signed_count(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_signed_count(signed: Option<&irsa_signed>) -> usize {
    guard("irsa_signed_count", || 0, || signed.map_or(0, |signed| signed.lines.len()))
}

/// The header at `index`, from 0 on, lent; NULL where there is none, and for NULL. Since 0.1.
///
///     const irsa_header *first = irsa_signed_header(NULL, 0);
///     puts(first != NULL ? first->name.data : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_signed_header(signed: Option<&irsa_signed>, index: usize) -> *const irsa_header {
    guard("irsa_signed_header", std::ptr::null, || {
        signed.and_then(|signed| signed.lines.get(index)).map_or(std::ptr::null(), |line| &raw const line.header)
    })
}

/// The header at `index` as one C string `name: value`, lent; NULL where there is none, and for NULL. Since 0.1.
///
///     const char *line = irsa_signed_line(NULL, 0);
///     puts(line != NULL ? "a header" : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_signed_line(signed: Option<&irsa_signed>, index: usize) -> *const c_char {
    guard("irsa_signed_line", std::ptr::null, || {
        signed.and_then(|signed| signed.lines.get(index)).map_or(std::ptr::null(), |line| line.whole.pointer())
    })
}

/// Which credentials signed: for `irsa_provider_invalidate`, should the service refuse them. 0 for NULL. Since 0.1.
///
///     printf("%llu\n", (unsigned long long)irsa_signed_generation(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_signed_generation(signed: Option<&irsa_signed>) -> u64 {
    guard("irsa_signed_generation", || 0, || signed.map_or(0, |signed| signed.generation))
}

/// Wipes and frees them. NULL is fine. Since 0.1.
///
///     irsa_signed_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_signed_free(signed: Option<Box<irsa_signed>>) {
    guard("irsa_signed_free", || (), || drop(signed));
}

/// A URL that lets its bearer make this one request for `expires` seconds (1 to 604,800), though never longer than the
/// credentials hold. The body is not signed for S3, and has to be empty elsewhere. `region` may be NULL: then it is the one
/// that the chain found. `cancel` may be NULL. The caller frees `presigned`, which is as secret as what it opens.
/// Errors: as `irsa_provider_sign`. Since 0.1.
///
///     irsa_provider *provider = NULL;
///     irsa_buffer *presigned = NULL;
///     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK &&
///         irsa_provider_presign(provider, NULL, "GET", "https://orders.s3.eu-west-1.amazonaws.com/2026/11.csv", "s3",
///                               "eu-west-1", 900, &presigned, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(presigned));
///     irsa_buffer_free(presigned);
///     irsa_provider_free(provider);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_provider_presign(
    provider: Option<&irsa_provider>,
    cancel: Option<&irsa_cancel>,
    method: *const c_char,
    url: *const c_char,
    service: *const c_char,
    region: *const c_char,
    expires: u32,
    presigned: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_provider_presign", err, || {
        // SAFETY: by the header's rules.
        let (method, url, service, region) = unsafe {
            (text(method, "method")?, text(url, "url")?, text(service, "service")?, optional_text(region, "region")?)
        };
        let out = given(presigned, "presigned")?;
        let made = given(provider, "provider")?.made()?;
        let snapshot = made.snapshot(cancel)?;
        let made_url = made.sign(&snapshot, service, region, |signing, keys, time| {
            let payload = if service.starts_with("s3") { Payload::Unsigned } else { Payload::Bytes(b"") };
            sigv4::presign(method, url, payload, expires, signing, keys, time)
        })?;
        hand(out, irsa_buffer::new(made_url.expose().as_bytes()));
        Ok(())
    })
}
