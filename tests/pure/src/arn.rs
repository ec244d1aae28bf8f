//! `irsa_core::arn` and `irsa_core::partition`.

use crate::Entry;
use irsa_core::{
    arn::{ProviderArn, RoleArn},
    partition::Partition,
};
use serde_json::json;

pub const ENTRIES: &[Entry] = &[
    ("arn.role", |input| {
        let arn = RoleArn::parse(input["arn"].as_str().expect("arn"))?;
        Ok(json!({
            "partition": arn.partition().id,
            "account": arn.account(),
            "path": arn.path(),
            "name": arn.name(),
            "text": arn.as_str(),
        }))
    }),
    ("arn.provider", |input| {
        let arn = ProviderArn::parse(input["arn"].as_str().expect("arn"))?;
        Ok(json!({
            "partition": arn.partition().id,
            "account": arn.account(),
            "issuer": arn.issuer(),
            "host_and_path": arn.host_and_path(),
        }))
    }),
    // By Region, or by its id.
    ("partition.find", |input| {
        let region = input["region"].as_str();
        let found = region.map(Partition::of_region).or_else(|| input["id"].as_str().and_then(Partition::named));
        Ok(json!(found.map(|partition| json!({
            "id": partition.id,
            "dns_suffix": partition.dns_suffix,
            "dual_stack_suffix": partition.dual_stack_suffix,
            "global_region": partition.global_region,
            "known": region.map(|region| partition.has(region)),
        }))))
    }),
];
