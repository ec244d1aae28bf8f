//! Sending what irsa has prepared, for a program that has no HTTP client: one request, one connection, no redirect, nothing
//! sent twice.

use super::{irsa_provider, switch};
use crate::{
    cancel::irsa_cancel,
    edge::{given, hand, run},
    error::irsa_error,
    http::irsa_prepared,
    received::irsa_received,
};
use irsa_core::{
    Code, Error,
    effect::{Answer, Ask, Effect},
};
use std::{ffi::c_int, mem::MaybeUninit, sync::Arc};

/// Sends a request that irsa has made, over the provider's proxies and certificates, within its `timeout_ms`. An answer
/// comes back whatever its status. What is sent is what `irsa_prepared_request` shows, its body included; the PUT of
/// `irsa_s3_object` has none, and is refused. `cancel` may be NULL. The caller frees `received`.
/// Errors: `IRSA_C_ORDER`, `IRSA_CANCELLED`, `IRSA_NET_…`, `IRSA_ANSWER_TOO_LARGE`, `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED`. Since 0.1.
///
///     irsa_provider *provider = NULL;
///     irsa_prepared *prepared = NULL;
///     irsa_received *received = NULL;
///     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK &&
///         irsa_provider_send(provider, NULL, prepared, &received, NULL) == IRSA_OK)
///         printf("%u\n", irsa_received_response(received)->status);
///     irsa_received_free(received);
///     irsa_prepared_free(prepared);
///     irsa_provider_free(provider);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_provider_send(
    provider: Option<&irsa_provider>,
    cancel: Option<&irsa_cancel>,
    prepared: Option<&irsa_prepared>,
    received: Option<&mut MaybeUninit<*mut irsa_received>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_provider_send", err, || {
        let out = given(received, "received")?;
        let provider = given(provider, "provider")?;
        let request = given(prepared, "prepared")?.request()?;
        let (switch, host) = (switch(cancel)?, provider.made()?.provider.host());
        let server: Box<str> = server(&request.url).into();
        let ask = Ask::Http { request: Arc::new(request), deadline: host.now().mono + provider.recipe.timeout() };
        let answered = match switch.is_cancelled() {
            false => host.run(&Effect { id: 1, why: "the program's request".into(), ask }, &switch),
            true => Answer::Woken,
        };
        match answered {
            Answer::Http(Ok(answer)) => {
                hand(out, irsa_received::new(&answer));
                Ok(())
            }
            _ if switch.is_cancelled() => Err(Error::new(Code::Cancelled, "send", "the caller cancelled it")),
            Answer::Http(Err(fault)) => Err(Error::new(fault.step.code(), "send", format!("{server}: {fault}"))),
            _ => Err(Error::bug("send", "the host has no answer")),
        }
    })
}

/// Neither path nor query, of which either may hold a signature. A query may follow the host at once.
fn server(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |at| host + at);
    url.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::server;

    #[test]
    fn of_a_url_the_server_alone_is_told() {
        for (url, told) in [
            ("https://a.example/b?X-Amz-Signature=c", "https://a.example"),
            ("https://a.example?X-Amz-Signature=c", "https://a.example"),
            ("http://[::1]:80#c", "http://[::1]:80"),
            ("https://a.example", "https://a.example"),
            ("é?c", "é"),
            ("", ""),
        ] {
            assert_eq!(server(url), told);
        }
    }
}
