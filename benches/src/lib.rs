//! The work that is measured, each piece in one place, so that criterion, the comparison with peers and the counts of
//! allocations and instructions run the same.

#[cfg(feature = "provider")]
pub mod cached;
pub mod signing;
pub mod sts;
