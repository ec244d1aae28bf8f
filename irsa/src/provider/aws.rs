//! The provider as the AWS SDK for Rust takes it: `aws_credential_types::provider::ProvideCredentials`.

use super::Provider;
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use irsa_core::{
    Code, Error, Kind, Timestamp,
    keeper::{Snapshot, State},
};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Errors keep irsa's own as their source. The end that is told is that of this machine's clock, corrected where STS's
/// showed it to be off, since that is the clock that the SDK compares it with.
///
/// The SDK's identity cache keeps credentials until ten seconds before their end. To have new ones as soon as they are
/// there, and [`Provider::invalidate`] heeded at once, turn it off (`IdentityCache::no_cache()`): a cached read here
/// costs less than one there.
///
/// The copy that is handed out is the SDK's, and not wiped.
impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            match self.snapshot_async().await {
                Ok(snapshot) => Ok(copied(&snapshot)),
                Err(error) => Err(refused(error)),
            }
        })
    }

    /// What is in hand, where it has not ended.
    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        let snapshot = self.latest().filter(|latest| latest.state(self.host().now()) != State::Expired)?;
        Some(copied(&snapshot))
    }
}

fn copied(snapshot: &Snapshot) -> Credentials {
    let known = snapshot.credentials();
    let mut copy = Credentials::builder()
        .access_key_id(known.access_key_id())
        .secret_access_key(known.secret_access_key().expose())
        .provider_name("irsa");
    copy.set_session_token(known.session_token().map(|token| token.expose().to_owned()));
    copy.set_expiry(snapshot.end().and_then(|end| system_time(end.wall)));
    copy.set_account_id(known.account_id().map(|account| account.to_owned().into()));
    copy.build()
}

fn system_time(time: Timestamp) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_millis(time.unix_millis().try_into().ok()?))
}

/// Nothing configured lets a chain of the SDK's go on; all else ends it.
fn refused(error: Error) -> CredentialsError {
    match (error.code(), error.kind()) {
        (Code::NoCredentials, _) => CredentialsError::not_loaded(error),
        (_, Kind::Misuse) => CredentialsError::invalid_configuration(error),
        (_, Kind::Bug) => CredentialsError::unhandled(error),
        _ => CredentialsError::provider_error(error),
    }
}
