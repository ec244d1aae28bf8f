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

// What all of it is made of. The header has its functions in the order of these lines.
mod edge;
mod fork;
mod text;
mod types;

// Errors, texts, time.
mod buffer;
mod clock;
mod code;
mod error;
mod version;

// The provider, where most programs begin.
mod provider;

// What it takes and gives.
mod cancel;
mod chain;
mod credentials;
mod http;
mod received;

// Signatures.
mod keys;
mod request;
mod sign;
mod verify;

// Flows.
mod answer;
mod effect;
mod flow;
mod flows;
mod message;

// Services: requests and answers.
mod assumed;
mod endpoint;
mod object;
mod rds;
mod s3;
mod secrets;
mod ssm;
mod sts;
mod token;

// Judging, and texts of AWS.
mod name;
mod oidc;
mod profiles;
mod trust;
