//! Names and times as AWS writes them: ARNs, partitions, ISO 8601.

use crate::{
    buffer::irsa_buffer,
    edge::{given, hand, no_such, run, text},
    error::irsa_error,
};
use irsa_core::{
    Timestamp,
    arn::{ProviderArn, RoleArn},
    partition::Partition,
};
use serde_json::json;
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

/// The parts of a role's ARN, as JSON: `{partition, account, path, name}`. The caller frees `json`.
/// Errors: `IRSA_ARN_…` say what is wrong with it and how it should read, `IRSA_C_…`. Since 0.1.
///
///     irsa_buffer *json = NULL;
///     if (irsa_role_arn_json("arn:aws:iam::123456789012:role/team/app", &json, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(json));
///     irsa_buffer_free(json);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_role_arn_json(
    arn: *const c_char,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_role_arn_json", err, || {
        // SAFETY: by the header's rules.
        let arn = unsafe { text(arn, "arn") }?;
        let out = given(json, "json")?;
        let arn = RoleArn::parse(arn)?;
        let parts = json!({
            "partition": arn.partition().id, "account": arn.account(), "path": arn.path(), "name": arn.name(),
        });
        hand(out, irsa_buffer::json(&parts));
        Ok(())
    })
}

/// The parts of the ARN of an OIDC provider, as JSON: `{partition, account, issuer, host_and_path}`. The caller frees
/// `json`. Errors: as `irsa_role_arn_json`. Since 0.1.
///
///     irsa_buffer *json = NULL;
///     if (irsa_provider_arn_json("arn:aws:iam::123456789012:oidc-provider/oidc.example", &json, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(json));
///     irsa_buffer_free(json);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_provider_arn_json(
    arn: *const c_char,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_provider_arn_json", err, || {
        // SAFETY: by the header's rules.
        let arn = unsafe { text(arn, "arn") }?;
        let out = given(json, "json")?;
        let arn = ProviderArn::parse(arn)?;
        let parts = json!({
            "partition": arn.partition().id,
            "account": arn.account(),
            "issuer": arn.issuer(),
            "host_and_path": arn.host_and_path(),
        });
        hand(out, irsa_buffer::json(&parts));
        Ok(())
    })
}

/// A partition by its id or by one of its Regions, as JSON: `{id, dns_suffix, dual_stack_suffix, global_region, known}`,
/// where `known` says whether the Region is one of its own, or was only taken for one. The caller frees `json`.
/// Errors: `IRSA_C_…`. Since 0.1.
///
///     irsa_buffer *json = NULL;
///     if (irsa_partition_json("eu-central-1", &json, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(json));
///     irsa_buffer_free(json);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_partition_json(
    id_or_region: *const c_char,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_partition_json", err, || {
        // SAFETY: by the header's rules.
        let name = unsafe { text(id_or_region, "id_or_region") }?;
        let out = given(json, "json")?;
        let named = Partition::named(name);
        let partition = named.unwrap_or_else(|| Partition::of_region(name));
        let answer = json!({
            "id": partition.id,
            "dns_suffix": partition.dns_suffix,
            "dual_stack_suffix": partition.dual_stack_suffix,
            "global_region": partition.global_region,
            "known": named.is_some() || partition.has(name),
        });
        hand(out, irsa_buffer::json(&answer));
        Ok(())
    })
}

/// A time as AWS writes it (ISO 8601, extended or basic, with its zone), in milliseconds since 1970-01-01T00:00:00Z.
/// `nanos` may be NULL: the nanoseconds within its second. Errors: `IRSA_C_VALUE` where it is none, `IRSA_C_…`. Since 0.1.
///
///     int64_t time_ms = 0;
///     if (irsa_time_parse("2015-08-30T12:36:00Z", &time_ms, NULL, NULL) == IRSA_OK)
///         printf("%lld\n", (long long)time_ms);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_time_parse(
    time: *const c_char,
    time_ms: Option<&mut MaybeUninit<i64>>,
    nanos: Option<&mut MaybeUninit<u32>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_time_parse", err, || {
        // SAFETY: by the header's rules.
        let time = unsafe { text(time, "time") }?;
        let out = given(time_ms, "time_ms")?;
        let Some(read) = Timestamp::parse(time) else {
            let shown: String = time.chars().take(40).flat_map(char::escape_debug).collect();
            let fix = "give a time such as 2015-08-30T12:36:00Z or 20150830T123600Z";
            return Err(no_such("time", format_args!("“{shown}”")).with_fix(fix));
        };
        out.write(read.unix_millis());
        if let Some(nanos) = nanos {
            nanos.write(read.subsec_nanos());
        }
        Ok(())
    })
}

/// A time as text: `2015-08-30T12:36:00Z`, or with `basic` not 0 as signatures have it, `20150830T123600Z`. The caller
/// frees `time`. Errors: `IRSA_C_NULL`. Since 0.1.
///
///     irsa_buffer *time = NULL;
///     if (irsa_time_format(INT64_C(1440938160000), 0, &time, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(time));
///     irsa_buffer_free(time);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_time_format(
    time_ms: i64,
    basic: u32,
    time: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_time_format", err, || {
        let out = given(time, "time")?;
        let time = Timestamp::from_unix_millis(time_ms);
        hand(out, if basic == 0 { irsa_buffer::new(&time.extended()) } else { irsa_buffer::new(&time.basic()) });
        Ok(())
    })
}
