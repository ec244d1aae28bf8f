//! libirsa: the C face of irsa. `include/irsa.h` is made from this crate by cbindgen; its head says the rules.
//!
//! A file is a noun of the header. [`edge`] alone turns what C hands over into Rust and back (what
//! fork copies is [`fork`]'s, a program's callback [`provider`]'s log's); every function goes through
//! its guard, so that no panic crosses. Nothing here decides anything about AWS: that is core's and trust's.
#![allow(non_camel_case_types, reason = "the names of the header")]
#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod answer;
mod assumed;
mod buffer;
mod cancel;
mod chain;
mod clock;
mod code;
mod credentials;
mod edge;
mod effect;
mod endpoint;
mod error;
mod flow;
mod flows;
mod fork;
mod http;
mod keys;
mod message;
mod name;
mod object;
mod oidc;
mod profiles;
mod provider;
mod rds;
mod received;
mod request;
mod s3;
mod secrets;
mod sign;
mod ssm;
mod sts;
mod text;
mod token;
mod trust;
mod types;
mod verify;
mod version;
