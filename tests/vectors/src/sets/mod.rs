//! One file a set.

mod article;
mod cred_chain;
mod differential;
pub mod effects;
mod endpoints_sts;
mod fixed_signatures;
mod iam_writes;
mod profile;
mod response_parsing;
mod rfc7515;
mod robust;
mod secrets_manager;
mod setups;
mod sigv4;
mod sigv4_crt;
mod sigv4_legacy;
mod sts_examples;
mod sts_model;
mod sts_observed;
mod timestamps;

use crate::Set;

/// Every set, in the order they are run.
pub const ALL: &[Set] = &[
    article::SET,
    cred_chain::SET,
    differential::SET,
    effects::SET,
    endpoints_sts::SET,
    fixed_signatures::SET,
    iam_writes::SET,
    iam_writes::STORED,
    profile::SET,
    response_parsing::SET,
    rfc7515::SET,
    robust::JSON,
    robust::XML,
    secrets_manager::SET,
    setups::SET,
    sigv4_crt::CRT,
    sigv4_crt::EXTRA,
    sigv4_legacy::SET,
    sts_examples::SET,
    sts_model::SET,
    sts_observed::SET,
    timestamps::SET,
];
