//! The vector sets through libirsa.so, by the functions of irsa.h alone: the same folders, the same counts, the same
//! bytes and codes as in this process.
//!
//! Only here and in ffi/c is there `unsafe`; tests/vectors stays without. `make test-vectors-c` builds the library and runs
//! all sets.

mod api;
mod c;
mod chain;
mod documents;
mod effects;
pub mod engine;
mod load;
mod sign;
mod sts;

pub use api::{FUNCTIONS, STRUCTS};
pub use engine::C;
