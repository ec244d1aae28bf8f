//! The provider as object_store's S3 takes it, against `irsa-local`: what it signs names the provider's credentials. Its
//! HTTP and its cryptography are stand-ins, since object_store brings neither without a feature.
#![cfg(unix)]

mod common;

use common::host;
use irsa::{ObjectStoreCredentials, Provider, core::Code};
use irsa_local::{Config, Local};
use object_store::{
    ClientOptions,
    aws::AmazonS3Builder,
    client::{
        CredentialProvider, CryptoProvider, DigestAlgorithm, DigestContext, HmacContext, HttpClient, HttpConnector,
        HttpError, HttpRequest, HttpResponse, HttpService, SigningAlgorithm,
    },
    path::Path as Key,
    signer::Signer,
};
use std::{error::Error as _, path::Path, pin::Pin, sync::Arc, time::Duration};

fn local() -> Local {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/irsa-local.yaml");
    Local::start(Config::from_file(&demo).unwrap()).unwrap()
}

#[tokio::test]
async fn a_bucket_is_signed_for_with_the_provider() {
    let local = local();
    let provider = Arc::new(Provider::builder().host(host(&[])).environment(local.env()).build().unwrap());
    let credentials = Arc::new(ObjectStoreCredentials::new(provider.clone()));
    let bucket = AmazonS3Builder::new()
        .with_bucket_name("orders")
        .with_region("eu-west-1")
        .with_credentials(credentials.clone())
        .with_http_connector(Nowhere)
        .with_crypto_provider(Arc::new(Nothing))
        .build()
        .unwrap();
    let get = "GET".parse().unwrap();
    let url = bucket.signed_url(get, &Key::from("2026/11.csv"), Duration::from_secs(60)).await.unwrap();
    let own = provider.credentials().unwrap();
    assert!(url.as_str().contains(&format!("X-Amz-Credential={}%2F", own.access_key_id())), "{url}");
    assert!(url.as_str().contains("X-Amz-Security-Token="), "{url}");

    // A copy for each set of credentials, and not for each request.
    let (one, two) = (credentials.get_credential().await.unwrap(), credentials.get_credential().await.unwrap());
    assert!(Arc::ptr_eq(&one, &two));
    assert_eq!((one.key_id.as_str(), one.secret_key.as_str()), (own.access_key_id(), own.secret_access_key().expose()));
    assert!(provider.invalidate(1));
    let three = credentials.get_credential().await.unwrap();
    assert_ne!(three.key_id, one.key_id);
    assert!(!format!("{credentials:?}").contains(&three.secret_key));
    assert_eq!(local.log().iter().filter(|entry| entry.operation.starts_with("AssumeRole")).count(), 2);
}

#[tokio::test]
async fn an_error_keeps_its_own() {
    let local = local();
    local.fault("propagation 1").unwrap();
    let provider = Provider::builder().host(host(&[])).environment(local.env()).build().unwrap();
    let error = ObjectStoreCredentials::new(Arc::new(provider)).get_credential().await.unwrap_err();
    let own = error.source().unwrap().downcast_ref::<irsa::core::Error>().unwrap();
    assert_eq!(own.code(), Code::StsAccessDenied);
}

/// Signing a URL sends nothing.
#[derive(Debug)]
struct Nowhere;

impl HttpConnector for Nowhere {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Self))
    }
}

impl HttpService for Nowhere {
    fn call<'life0, 'async_trait>(
        &'life0 self,
        _: HttpRequest,
    ) -> Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        panic!("nothing is sent")
    }
}

/// Every hash is nothing: whose credentials a request names does not depend on it.
#[derive(Debug)]
struct Nothing;

impl CryptoProvider for Nothing {
    fn digest(&self, _: DigestAlgorithm) -> object_store::Result<Box<dyn DigestContext>> {
        Ok(Box::new(Self))
    }

    fn hmac(&self, _: DigestAlgorithm, _: &[u8]) -> object_store::Result<Box<dyn HmacContext>> {
        Ok(Box::new(Self))
    }

    fn sign(&self, _: SigningAlgorithm, _: &[u8]) -> object_store::Result<Box<dyn object_store::client::Signer>> {
        unimplemented!("S3 signs by HMAC")
    }
}

impl DigestContext for Nothing {
    fn update(&mut self, _: &[u8]) {}

    fn finish(&mut self) -> object_store::Result<&[u8]> {
        Ok(&[0; 32])
    }
}

impl HmacContext for Nothing {
    fn update(&mut self, _: &[u8]) {}

    fn finish(&mut self) -> object_store::Result<&[u8]> {
        Ok(&[0; 32])
    }
}
