//! W7: credentials that are in hand, read from the provider of `irsa`.

use irsa::Provider;
use irsa_core::{Credentials, flow::Flow, keeper::Obtained};
use std::hint::black_box;

/// With credentials that end in an hour.
pub fn provider() -> Provider {
    let provider = Provider::builder()
        .environment::<&str, &str>([])
        .seed(1)
        .build_with(|deadline| {
            Flow::new(deadline, |io| async move {
                let end = io.now().wall.plus_millis(3_600_000);
                Ok(Obtained::from(Credentials::new("ASIAIOSFODNN7EXAMPLE", "secret", "bench").with_expiration(end)))
            })
        })
        .expect("a provider");
    provider.credentials().expect("credentials");
    provider
}

/// An `Arc` is handed out.
pub fn handed_out(provider: &Provider) -> impl FnMut() {
    move || {
        black_box(provider.credentials().expect("credentials"));
    }
}

/// The credentials are lent.
pub fn lent(provider: &Provider) -> impl FnMut() {
    move || {
        provider.with_credentials(|credentials| _ = black_box(credentials)).expect("credentials");
    }
}
