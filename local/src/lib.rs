//! IRSA without AWS: an OIDC issuer, an STS and some services on loopback ports that really verify, from the files that
//! users have: a ServiceAccount manifest, a trust policy, a permission policy.
//!
//! Decisions are `irsa_trust`'s and signatures are judged by `irsa_core::sigv4`; here they are put behind sockets, with
//! a pod's token file that rotates, a script of failures, and a reason beside every refusal. Two types to learn first:
//! [`Config`] (what is played) and [`Local`] (what runs; stopped on drop).
//!
//! ```no_run
//! # fn main() -> Result<(), irsa_core::Error> {
//! use irsa_local::{Config, Local};
//! let config = Config::from_files("service-account.yaml".as_ref(), "trust-policy.json".as_ref(), &[])?;
//! let local = Local::start(config.with_secret("db", "hunter2"))?;
//! let pod = std::process::Command::new("app").envs(local.env()).status();
//! local.fault("throttle 3\ndown 10s")?;
//! for request in local.log() {
//!     println!("{request}");
//! }
//! # Ok(()) }
//! ```
//!
//! Loopback only: whoever reaches the ports can make tokens. Unix only: signals, links and file modes are the kubelet's.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod call;
pub mod command;
mod config;
mod control;
mod fault;
mod iam;
mod issuer;
mod keys;
mod local;
mod log;
mod mint;
mod pod;
mod rotation;
mod serve;
mod server;
mod services;
mod session;
mod span;
mod state;
mod sts;
mod tls;
mod webhook;
mod wire;

pub use config::{
    Config, DEFAULT_AUDIENCE, Document, ParameterValue, Provider, Role, SecretValue, ServiceAccount, StoredParameter,
    StoredSecret,
};
pub use fault::Script;
pub use local::{Local, UNSET};
pub use log::{Entry, LogTo, Place};
pub use mint::Mint;
pub use wire::Why;
