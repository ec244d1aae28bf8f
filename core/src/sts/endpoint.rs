//! Where STS is: regional, global, FIPS, dual-stack or custom, in every partition.
//!
//! Follows the endpoint rule set of STS (version 1.0) and the SDK reference guide on `AWS_STS_REGIONAL_ENDPOINTS`.
//! Regional is the default; the global endpoint is for who asks for it (`legacy`), and then only for the Regions that had
//! it before regional ones were the rule.

pub use crate::endpoint::{Endpoint, Notice, Settings};

use crate::{Error, arn::RoleArn};
use alloc::{format, string::String};

/// The Regions that `legacy` sends to the global endpoint, signed for us-east-1. None was added since, none will be.
pub const LEGACY_REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "aws-global",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

impl Endpoint {
    /// STS's endpoint for these settings. `role` gives a Region where none is named.
    pub fn resolve(settings: &Settings<'_>, role: Option<&RoleArn>) -> Result<Self, Error> {
        let Settings { fips, dual_stack, legacy_global, .. } = *settings;
        Self::choose(settings, role, |region, partition| {
            let plain = !fips && !dual_stack;
            if plain && (region == "aws-global" || legacy_global && LEGACY_REGIONS.contains(&region)) {
                return ("https://sts.amazonaws.com".into(), "us-east-1".into());
            }
            // GovCloud's regional endpoints are the FIPS ones.
            let name = if fips && (dual_stack || partition.id != "aws-us-gov") { "sts-fips" } else { "sts" };
            let suffix = if dual_stack { partition.dual_stack_suffix } else { partition.dns_suffix };
            (format!("https://{name}.{region}.{suffix}"), String::from(region))
        })
    }
}

#[cfg(test)]
mod tests;
