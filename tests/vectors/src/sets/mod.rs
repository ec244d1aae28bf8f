//! One file a set.

mod timestamps;

use crate::Set;

/// Every set, in the order they are run.
pub const ALL: &[Set] = &[timestamps::SET];
