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
        self.with(|signing, keys, snapshot| {
            let time = self.time(snapshot);
            sigv4::sign(request, signing, keys, time).map(|()| snapshot.generation())
        })
    }

    /// A URL that is good by itself for `expires` seconds, though never longer than the credentials. The body is not
    /// signed for S3, and has to be empty elsewhere.
    pub fn presign(&self, method: &str, url: &str, expires: u32) -> Result<Secret, Error> {
        self.with(|signing, keys, snapshot| {
            let payload = if &*self.service == "s3" { Payload::Unsigned } else { Payload::Bytes(b"") };
            sigv4::presign(method, url, payload, expires, signing, keys, self.time(snapshot))
        })
    }

    fn with<T>(
        &self,
        act: impl FnOnce(&Signing<'_>, &mut KeyCache, &Snapshot) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let snapshot = self.provider.snapshot(&Cancel::new())?;
        let region = self.region.as_deref().or(snapshot.region());
        let region = region.ok_or_else(|| {
            Error::new(Code::RegionMissing, "signer", format!("no Region to sign for {} in", self.service))
        })?;
        let signing = match &*self.service {
            "s3" => Signing::s3(snapshot.credentials(), region),
            service => Signing::new(snapshot.credentials(), region, service),
        };
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        act(&signing, &mut keys, &snapshot)
    }

    fn time(&self, snapshot: &Snapshot) -> irsa_core::Timestamp {
        signing_time(self.provider.host().now().wall, snapshot.skew_millis())
    }
}
