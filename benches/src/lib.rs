//! The work that is measured, each piece in one place, so that criterion, the comparison with peers and the count of
//! allocations run the same.

pub mod signing;
