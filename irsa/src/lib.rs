//! AWS credentials and signed requests for a pod with a service account: the blocking host for Rust programs.
//!
//! `irsa-core` decides; this crate does what it asks for: files, HTTP by ureq and rustls, processes, the clock.
//! No async runtime, no thread unless asked for.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod host;
mod net;
mod provider;
mod signer;

pub use host::{Cancel, Host, Timeouts};
pub use irsa_core as core;
pub use provider::{Builder, Provider, inputs_from_env, seed};
pub use signer::Signer;
