//! One file a set.

mod article;
mod cred_chain;
mod differential;
pub mod effects;
mod endpoints_sts;
mod fixed_signatures;
mod iam_writes;
mod irsa_webhook;
mod jose_cookbook;
mod oidc_discovery;
mod parameter_store;
mod profile;
mod rds;
mod refusals;
mod response_parsing;
mod rfc7515;
mod robust;
mod s3;
mod secrets_manager;
mod setups;
mod sigv4;
mod sigv4_crt;
mod sigv4_legacy;
mod sts_examples;
mod sts_model;
mod sts_observed;
mod timestamps;
mod wycheproof;

use crate::Set;
use std::path::{Path, PathBuf};

/// Every set, in the order they are run.
pub const ALL: &[Set] = &[
    article::SET,
    cred_chain::SET,
    differential::SET,
    effects::SET,
    endpoints_sts::SET,
    fixed_signatures::SET,
    irsa_webhook::SET,
    jose_cookbook::SET,
    wycheproof::SET,
    oidc_discovery::SET,
    iam_writes::SET,
    iam_writes::STORED,
    parameter_store::SET,
    profile::SET,
    rds::SET,
    response_parsing::SET,
    rfc7515::SET,
    robust::JSON,
    robust::XML,
    s3::SET,
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

/// Every file under a folder, in the order of names.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}
