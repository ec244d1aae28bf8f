//! The provider as the AWS SDK for Rust takes it, against `irsa-local`.
#![cfg(unix)]

mod common;

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError};
use common::host;
use irsa::{Provider, core::Code};
use irsa_local::{Config, Local};
use std::{
    error::Error as _,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

fn local() -> Local {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/irsa-local.yaml");
    Local::start(Config::from_file(&demo).unwrap()).unwrap()
}

#[tokio::test]
async fn the_sdk_gets_what_the_provider_has() {
    let local = local();
    for shift in [0, -600_000, 600_000] {
        let host = host(&[]).with_wall_shift(shift);
        let provider = Arc::new(Provider::builder().host(host).environment(local.env()).build().unwrap());
        assert!(provider.fallback_on_interrupt().is_none());
        let sdk = SharedCredentialsProvider::from(provider.clone() as Arc<dyn ProvideCredentials>);
        let copy = sdk.provide_credentials().await.unwrap();
        let own = provider.credentials().unwrap();
        assert_eq!(copy.access_key_id(), own.access_key_id());
        assert_eq!(copy.secret_access_key(), own.secret_access_key().expose());
        assert_eq!(copy.session_token(), own.session_token().map(|token| token.expose()));
        assert_eq!(copy.account_id().map(|account| account.as_str()), Some("111122223333"));
        // By this machine's clock, though it is off: an hour, less what is not known of the round trip.
        let now = SystemTime::now() + Duration::from_secs(3600);
        let now = if shift < 0 { now - Duration::from_secs(600) } else { now + Duration::from_millis(shift as u64) };
        let end = copy.expiry().unwrap();
        assert!(end <= now && end > now - Duration::from_secs(30), "{:?}", now.duration_since(end));
        assert!(provider.fallback_on_interrupt().is_some());
        assert!(!format!("{copy:?} {sdk:?}").contains(own.secret_access_key().expose()));
    }
    assert_eq!(local.log().iter().filter(|entry| entry.operation.starts_with("AssumeRole")).count(), 3);
}

#[tokio::test]
async fn errors_are_told_apart_and_keep_their_own() {
    let local = local();
    local.fault("propagation 1").unwrap();
    let refused = Provider::builder().host(host(&[])).environment(local.env()).build().unwrap();
    let error = refused.provide_credentials().await.unwrap_err();
    assert!(matches!(error, CredentialsError::ProviderError(_)), "{error:?}");
    let own = error.source().unwrap().downcast_ref::<irsa::core::Error>().unwrap();
    assert_eq!(own.code(), Code::StsAccessDenied);

    let bare = [("HOME", "/nowhere"), ("AWS_EC2_METADATA_DISABLED", "true")];
    let nothing = Provider::builder().host(host(&[])).environment(bare).build().unwrap();
    let error = nothing.provide_credentials().await.unwrap_err();
    assert!(matches!(error, CredentialsError::CredentialsNotLoaded(_)), "{error:?}");
}
