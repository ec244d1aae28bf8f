//! AWS credentials and signed requests for a pod with a service account: the blocking host for Rust programs.
//!
//! `irsa-core` decides; this crate does what it asks for: files, HTTP by ureq and rustls, processes, the clock.
//! No async runtime, no thread unless asked for. Two types to learn first: [`Provider`] and [`Signer`].
//!
//! ```no_run
//! use irsa::{Provider, Signer, core::effect::HttpRequest};
//! use std::sync::Arc;
//!
//! # fn main() -> Result<(), irsa::core::Error> {
//! // As the pod's environment says it; one provider serves all threads, and replaces credentials before they end.
//! let provider = Arc::new(Provider::from_env()?);
//! let credentials = provider.credentials()?;
//! println!("{} until {:?}", credentials.access_key_id(), credentials.expiration());
//!
//! // A request of your own, to be sent by the HTTP client of your choice.
//! let signer = Signer::new(provider, "execute-api").region("eu-west-1");
//! let mut request = HttpRequest {
//!     method: "GET".into(),
//!     url: "https://abc123.execute-api.eu-west-1.amazonaws.com/orders".into(),
//!     headers: vec![],
//!     body: Default::default(),
//!     response_limit: 0,
//!     direct: false,
//! };
//! signer.sign(&mut request)?;
//! for (name, value) in &request.headers {
//!     println!("{name} has {} bytes", value.len());
//! }
//! # Ok(()) }
//! ```
//!
//! Features, all off by default: `tokio` (waiting in tasks), `aws-credential-types` (the AWS SDK's trait), `object_store`
//! (its S3's trait). docs/rust.md in the repository has an example of each, and of [`Events`].
//!
//! A program that runs flows of `irsa-core` by itself needs a [`Host`] alone.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

/// The examples of docs/rust.md, compiled and run with the tests of this crate.
#[cfg(doctest)]
#[doc = include_str!("../../docs/rust.md")]
struct RustPage;

mod host;
mod net;
mod provider;
mod signer;

pub use host::{Cancel, Host, Timeouts};
pub use irsa_core as core;
#[cfg(feature = "object_store")]
pub use provider::ObjectStoreCredentials;
pub use provider::{Builder, Event, Events, Provider, inputs_from_env, seed};
pub use signer::Signer;
