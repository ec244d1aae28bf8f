//! RDS tokens: the password of a database's user whom IAM lets in.
//!
//! See `irsa_core::services::rds`.

use crate::{
    buffer::irsa_buffer,
    credentials::irsa_credentials,
    edge::{given, hand, no_such, optional_text, run, text},
    endpoint::signed_at,
    error::irsa_error,
};
use irsa_core::{
    services::rds::{self, Connect},
    sigv4::KeyCache,
};
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

/// The token with which `user` connects to a database at `host` (as RDS shows it) and `port`: the password, to be sent over
/// TLS within 900 s. `region` may be NULL: the one in the host's name. Nothing is sent. The caller frees `token`.
/// Errors: `IRSA_RDS_ADDRESS`, `IRSA_REGION_MISSING`, `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_credentials *mine = NULL;
///     irsa_buffer *token = NULL;
///     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
///         irsa_rds_token(mine, "db.abc123.eu-west-1.rds.amazonaws.com", 5432, "app", NULL, INT64_C(1440938160000), &token,
///                        NULL) == IRSA_OK)
///         printf("%zu bytes\n", irsa_buffer_bytes(token).len);
///     irsa_buffer_free(token);
///     irsa_credentials_free(mine);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_rds_token(
    credentials: Option<&irsa_credentials>,
    host: *const c_char,
    port: u32,
    user: *const c_char,
    region: *const c_char,
    now_ms: i64,
    token: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_rds_token", err, || {
        let credentials = given(credentials, "credentials")?;
        // SAFETY: by the header's rules.
        let (host, user, region) =
            unsafe { (text(host, "host")?, text(user, "user")?, optional_text(region, "region")?) };
        let out = given(token, "token")?;
        let port = u16::try_from(port).map_err(|_| no_such("port", port))?;
        let ask = Connect { host: host.into(), port, user: user.into(), region: region.map(Box::from) };
        let (keys, now) = (&mut KeyCache::with_slots(1), signed_at(credentials, now_ms));
        let made = rds::token(&ask, &credentials.core, keys, now)?;
        hand(out, irsa_buffer::new(made.token.expose().as_bytes()));
        Ok(())
    })
}
