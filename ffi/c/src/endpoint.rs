//! Where a service is, as far as a program says it: for requests that irsa makes and a program sends.

use crate::{
    buffer::irsa_buffer,
    credentials::irsa_credentials,
    edge::{Versioned, given, hand, no_such, optional_str, optional_text, run, text, versioned},
    error::irsa_error,
    types::irsa_str,
};
use irsa_core::{
    Error, Timestamp,
    arn::RoleArn,
    call::{Call, USER_AGENT},
    clock::signing_time,
    endpoint::{Endpoint, Settings},
    services::{
        s3,
        secrets_manager::GetSecretValue,
        ssm::{Ask, GetParameter},
    },
};
use serde_json::json;
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

/// Where a service is, and as whom the program calls it. Zero it, then set `size` and what is meant; a text that is empty is
/// not said. Where a function takes one it may be NULL: as all zero.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_endpoint {
    /// `sizeof(irsa_endpoint)`.
    pub size: usize,
    /// Such as `eu-central-1`. STS takes one of the role's partition where it is empty; all others need one.
    pub region: irsa_str,
    /// A URL instead of AWS's own: a VPC endpoint, a proxy, `irsa-local`. `AWS_ENDPOINT_URL` and its like are not read: they
    /// are the program's to pass.
    pub url: irsa_str,
    /// The header `User-Agent`; empty: irsa and its version.
    pub user_agent: irsa_str,
    /// Not 0: FIPS 140 endpoints.
    pub fips: u32,
    /// Not 0: endpoints for IPv4 and IPv6.
    pub dual_stack: u32,
    /// Not 0: STS's global endpoint, in the Regions that had it before there were others. For STS alone.
    pub legacy_global: u32,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_endpoint {
    const LEAST: usize = size_of::<Self>();
}

/// The settings, and what the program calls itself.
pub(crate) struct Where<'a> {
    pub(crate) settings: Settings<'a>,
    user_agent: &'a str,
}

impl<'a> Where<'a> {
    /// Where nothing else says a Region.
    ///
    /// # Safety
    /// The header's rules.
    pub(crate) unsafe fn read_given(endpoint: *const irsa_endpoint) -> Result<Self, Error> {
        given((!endpoint.is_null()).then_some(()), "endpoint")?;
        // SAFETY: by the header's rules.
        unsafe { Self::read(endpoint) }
    }

    /// # Safety
    /// The header's rules.
    pub(crate) unsafe fn read(endpoint: *const irsa_endpoint) -> Result<Self, Error> {
        if endpoint.is_null() {
            return Ok(Self { settings: Settings::default(), user_agent: USER_AGENT });
        }
        // SAFETY: by the header's rules.
        let (given, region, custom, user_agent) = unsafe {
            let given = versioned(endpoint, "endpoint")?;
            (
                given,
                optional_str(given.region, "endpoint.region")?,
                optional_str(given.url, "endpoint.url")?,
                optional_str(given.user_agent, "endpoint.user_agent")?,
            )
        };
        let settings = Settings {
            region,
            legacy_global: given.legacy_global != 0,
            fips: given.fips != 0,
            dual_stack: given.dual_stack != 0,
            custom,
        };
        Ok(Self { settings, user_agent: user_agent.unwrap_or(USER_AGENT) })
    }

    /// A call there. irsa does not send it, so that nothing is retried and no seed is needed.
    pub(crate) fn call(&self, endpoint: Endpoint) -> Call {
        Call { endpoint, user_agent: self.user_agent.into(), seed: 0 }
    }
}

/// When to sign: by AWS's clock, where these credentials know it to be far from ours.
pub(crate) fn signed_at(credentials: &irsa_credentials, now_ms: i64) -> Timestamp {
    signing_time(Timestamp::from_unix_millis(now_ms), credentials.skew_ms())
}

/// Where the requests of a service go, as JSON: `{url, signing_region, custom, notices}`. `service` is `sts`,
/// `secretsmanager`, `ssm` or `s3`; `subject` is what is asked for, since an ARN says a Region by itself: a role's ARN for
/// STS, a secret's id, a parameter's name. `endpoint` and `subject` may be NULL. The caller frees `json`.
/// Errors: `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_ARN_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_endpoint endpoint = IRSA_ZERO;
///     irsa_buffer *json = NULL;
///     endpoint.size = sizeof endpoint;
///     endpoint.region = irsa_str_of("eu-central-1");
///     if (irsa_endpoint_json(&endpoint, "sts", NULL, &json, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(json));
///     irsa_buffer_free(json);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_endpoint_json(
    endpoint: *const irsa_endpoint,
    service: *const c_char,
    subject: *const c_char,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_endpoint_json", err, || {
        // SAFETY: by the header's rules.
        let (place, service, subject) =
            unsafe { (Where::read(endpoint)?, text(service, "service")?, optional_text(subject, "subject")?) };
        let out = given(json, "json")?;
        let found = resolve(&place.settings, service, subject)?;
        let answer = json!({
            "url": found.url(),
            "signing_region": found.signing_region(),
            "custom": found.is_custom(),
            "notices": found.notices().iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        hand(out, irsa_buffer::json(&answer));
        Ok(())
    })
}

fn resolve(settings: &Settings<'_>, service: &str, subject: Option<&str>) -> Result<Endpoint, Error> {
    let name = subject.unwrap_or_default();
    match service {
        "sts" => Endpoint::resolve(settings, subject.map(RoleArn::parse).transpose()?.as_ref()),
        "secretsmanager" => GetSecretValue::new(name).endpoint(settings),
        "ssm" => Ask::Parameter(&GetParameter::new(name)).endpoint(settings),
        "s3" => s3::endpoint(settings),
        _ => Err(no_such("service", format_args!("“{}”", service.escape_debug()))),
    }
}
