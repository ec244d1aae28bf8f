//! One file a set.

mod rfc7515;
mod sts_observed;
mod timestamps;

use crate::Set;

/// Every set, in the order they are run.
pub const ALL: &[Set] = &[rfc7515::SET, sts_observed::SET, timestamps::SET];
