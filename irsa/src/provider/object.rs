//! The provider as object_store's S3 takes it: `AmazonS3Builder::with_credentials`.

use super::Provider;
use irsa_core::Error;
use object_store::{aws::AwsCredential, client::CredentialProvider};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

/// Credentials for a bucket, from a provider that others use as well.
///
/// ```no_run
/// use irsa::{ObjectStoreCredentials, Provider};
/// use object_store::aws::AmazonS3Builder;
/// use std::sync::Arc;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let provider = Arc::new(Provider::from_env()?);
/// let bucket = AmazonS3Builder::new()
///     .with_bucket_name("orders")
///     .with_region("eu-west-1")
///     .with_credentials(Arc::new(ObjectStoreCredentials::new(provider)))
///     .build()?;
/// # Ok(()) }
/// ```
///
/// It is asked for each request, and makes a copy for object_store only when there are new credentials; that copy is
/// object_store's, and not wiped.
#[derive(Debug)]
pub struct ObjectStoreCredentials {
    provider: Arc<Provider>,
    copy: Mutex<Option<(u64, Arc<AwsCredential>)>>,
}

impl ObjectStoreCredentials {
    /// From a provider.
    pub fn new(provider: Arc<Provider>) -> Self {
        Self { provider, copy: Mutex::new(None) }
    }

    async fn current(&self) -> Result<Arc<AwsCredential>, Error> {
        let snapshot = self.provider.snapshot_async().await?;
        let mut copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = copy.as_ref().filter(|(generation, _)| *generation == snapshot.generation()) {
            return Ok(known.clone());
        }
        let credentials = snapshot.credentials();
        let new = Arc::new(AwsCredential {
            key_id: credentials.access_key_id().to_owned(),
            secret_key: credentials.secret_access_key().expose().to_owned(),
            token: credentials.session_token().map(|token| token.expose().to_owned()),
        });
        *copy = Some((snapshot.generation(), new.clone()));
        Ok(new)
    }
}

type Provided<'a> = Pin<Box<dyn Future<Output = object_store::Result<Arc<AwsCredential>>> + Send + 'a>>;

impl CredentialProvider for ObjectStoreCredentials {
    type Credential = AwsCredential;

    // As `async_trait` writes it, without that crate.
    fn get_credential<'life0, 'async_trait>(&'life0 self) -> Provided<'async_trait>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        let broken = |error| object_store::Error::Generic { store: "S3", source: Box::new(error) };
        Box::pin(async move { self.current().await.map_err(broken) })
    }
}
