//! What a pod does to become an AWS identity, without any I/O.
//!
//! Absent on purpose: files, sockets, the clock, the environment, randomness, threads. What a flow needs from outside
//! it asks for as an [`effect`]; a host answers. Two types to learn first: [`flow::Flow`] (one conversation) and
//! [`credentials::Credentials`] (what it ends in).
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::unreachable,
    clippy::todo,
    clippy::unimplemented
)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic)
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod arn;
pub mod call;
pub mod chain;
pub mod clock;
pub mod codec;
pub mod credentials;
pub mod effect;
pub mod endpoint;
pub mod error;
pub mod flow;
mod json;
pub mod keeper;
pub mod partition;
mod random;
pub mod secret;
pub mod services;
pub mod sigv4;
pub mod sts;
pub mod time;
pub mod token;
mod wire;
mod xml;

pub use credentials::Credentials;
pub use error::{Code, Error, Kind, Retry};
pub use secret::{Secret, SecretBytes};
pub use time::{Mono, Now, Timestamp};
