//! What AWS does with a web identity token, without any I/O: OIDC verification, IAM policies, and why it says no.
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

pub mod documents;
pub mod federation;
pub mod findings;
mod json;
pub mod oidc;
pub mod policy;
pub mod provider;
mod tag;
