//! One file a set.

mod differential;
mod fixed_signatures;
mod rfc7515;
mod sigv4;
mod sigv4_crt;
mod sigv4_legacy;
mod sts_observed;
mod timestamps;

use crate::Set;

/// Every set, in the order they are run.
pub const ALL: &[Set] = &[
    differential::SET,
    fixed_signatures::SET,
    rfc7515::SET,
    sigv4_crt::CRT,
    sigv4_crt::EXTRA,
    sigv4_legacy::SET,
    sts_observed::SET,
    timestamps::SET,
];
