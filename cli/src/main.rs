//! The command irsa.
#![forbid(unsafe_code)]

fn main() {}
