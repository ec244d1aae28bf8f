//! Requests signed with whatever credentials are current; by AWS's clock where ours is minutes off.

use crate::{host::Cancel, provider::Provider};
use irsa_core::{
    Code, Error, Secret,
    clock::signing_time,
    effect::HttpRequest,
    keeper::Snapshot,
    sigv4::{self, KeyCache, Payload, Signing},
};
use std::sync::{Arc, Mutex, PoisonError};

/// Signs for one service in one Region, on any number of threads.
#[derive(Debug)]
pub struct Signer {
    provider: Arc<Provider>,
    service: Box<str>,
    region: Option<Box<str>>,
    keys: Mutex<KeyCache>,
}

impl Signer {
    /// `service` is the signing name, such as `secretsmanager`. The Region is the one that the credentials' own settings
    /// name (AWS_REGION), unless [`Signer::region`] says another.
    pub fn new(provider: Arc<Provider>, service: &str) -> Self {
        Self { provider, service: service.into(), region: None, keys: Mutex::new(KeyCache::new()) }
    }

    /// For this Region.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Adds the signature's headers, in place of older ones. Gives the generation of the credentials that were used: for
    /// [`Provider::invalidate`], should the service refuse them.
    pub fn sign(&self, request: &mut HttpRequest) -> Result<u64, Error> {
        self.sign_with(&*self.provider.snapshot(&Cancel::new())?, request)
    }

    /// [`Signer::sign`] for tasks of tokio: it waits where credentials have to come first.
    #[cfg(feature = "tokio")]
    pub async fn sign_async(&self, request: &mut HttpRequest) -> Result<u64, Error> {
        self.sign_with(&*self.provider.snapshot_async().await?, request)
    }

    fn sign_with(&self, snapshot: &Snapshot, request: &mut HttpRequest) -> Result<u64, Error> {
        self.with(snapshot, |signing, keys| {
            sigv4::sign(request, signing, keys, self.time(snapshot)).map(|()| snapshot.generation())
        })
    }

    /// A URL that is good by itself for `expires` seconds, though never longer than the credentials. The body is not
    /// signed for S3, and has to be empty elsewhere.
    pub fn presign(&self, method: &str, url: &str, expires: u32) -> Result<Secret, Error> {
        self.presign_with(&*self.provider.snapshot(&Cancel::new())?, method, url, expires)
    }

    /// [`Signer::presign`] for tasks of tokio.
    #[cfg(feature = "tokio")]
    pub async fn presign_async(&self, method: &str, url: &str, expires: u32) -> Result<Secret, Error> {
        self.presign_with(&*self.provider.snapshot_async().await?, method, url, expires)
    }

    fn presign_with(&self, snapshot: &Snapshot, method: &str, url: &str, expires: u32) -> Result<Secret, Error> {
        self.with(snapshot, |signing, keys| {
            let payload = if &*self.service == "s3" { Payload::Unsigned } else { Payload::Bytes(b"") };
            sigv4::presign(method, url, payload, expires, signing, keys, self.time(snapshot))
        })
    }

    fn with<T>(
        &self,
        snapshot: &Snapshot,
        act: impl FnOnce(&Signing<'_>, &mut KeyCache) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let region = self.region.as_deref().or(snapshot.region());
        let region = region.ok_or_else(|| {
            Error::new(Code::RegionMissing, "signer", format!("no Region to sign for {} in", self.service))
        })?;
        let signing = match &*self.service {
            "s3" => Signing::s3(snapshot.credentials(), region),
            service => Signing::new(snapshot.credentials(), region, service),
        };
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        act(&signing, &mut keys)
    }

    fn time(&self, snapshot: &Snapshot) -> irsa_core::Timestamp {
        signing_time(self.provider.host().now().wall, snapshot.skew_millis())
    }
}
