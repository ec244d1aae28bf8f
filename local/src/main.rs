//! The command irsa-local.
#![forbid(unsafe_code)]

fn main() {}
