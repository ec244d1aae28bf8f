//! AWS partitions: separate worlds of accounts, Regions and host names.
//!
//! Follows the partitions file that the AWS SDKs share (version 1.1): a Region belongs to the partition that lists it or
//! whose pattern it fits; any other belongs to `aws`. Every partition has FIPS and dual-stack endpoints, so that is not
//! written down. Regions are not listed: a new one needs no new irsa.

/// A partition.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Partition {
    /// As in ARNs: `aws`, `aws-cn`, …
    pub id: &'static str,
    /// Behind service and Region in a host name: `amazonaws.com`.
    pub dns_suffix: &'static str,
    /// The same for dual-stack endpoints: `api.aws`.
    pub dual_stack_suffix: &'static str,
    /// Where its global services are signed for, and the Region to take when none is known.
    pub global_region: &'static str,
    /// What its Regions begin with, before `-<word>-<number>`.
    prefixes: &'static [&'static str],
}

/// All of them, `aws` first.
pub const PARTITIONS: &[Partition; 8] = &[
    Partition {
        id: "aws",
        dns_suffix: "amazonaws.com",
        dual_stack_suffix: "api.aws",
        global_region: "us-east-1",
        prefixes: &["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"],
    },
    Partition {
        id: "aws-cn",
        dns_suffix: "amazonaws.com.cn",
        dual_stack_suffix: "api.amazonwebservices.com.cn",
        global_region: "cn-northwest-1",
        prefixes: &["cn"],
    },
    Partition {
        id: "aws-eusc",
        dns_suffix: "amazonaws.eu",
        dual_stack_suffix: "api.amazonwebservices.eu",
        global_region: "eusc-de-east-1",
        prefixes: &["eusc-de"],
    },
    Partition {
        id: "aws-iso",
        dns_suffix: "c2s.ic.gov",
        dual_stack_suffix: "api.aws.ic.gov",
        global_region: "us-iso-east-1",
        prefixes: &["us-iso"],
    },
    Partition {
        id: "aws-iso-b",
        dns_suffix: "sc2s.sgov.gov",
        dual_stack_suffix: "api.aws.scloud",
        global_region: "us-isob-east-1",
        prefixes: &["us-isob"],
    },
    Partition {
        id: "aws-iso-e",
        dns_suffix: "cloud.adc-e.uk",
        dual_stack_suffix: "api.cloud-aws.adc-e.uk",
        global_region: "eu-isoe-west-1",
        prefixes: &["eu-isoe"],
    },
    Partition {
        id: "aws-iso-f",
        dns_suffix: "csp.hci.ic.gov",
        dual_stack_suffix: "api.aws.hci.ic.gov",
        global_region: "us-isof-south-1",
        prefixes: &["us-isof"],
    },
    Partition {
        id: "aws-us-gov",
        dns_suffix: "amazonaws.com",
        dual_stack_suffix: "api.aws",
        global_region: "us-gov-west-1",
        prefixes: &["us-gov"],
    },
];

/// The commercial partition: what an unknown Region is taken for.
const AWS: &Partition = {
    let [aws, ..] = PARTITIONS;
    aws
};

impl Partition {
    /// By its id.
    pub fn named(id: &str) -> Option<&'static Self> {
        PARTITIONS.iter().find(|partition| partition.id == id)
    }

    /// The partition of a Region; `aws` where nothing is known of it.
    pub fn of_region(region: &str) -> &'static Self {
        PARTITIONS.iter().find(|partition| partition.has(region)).unwrap_or(AWS)
    }

    /// Whether `region` is one of its own, to be told from a guess.
    pub fn has(&self, region: &str) -> bool {
        region.strip_suffix("-global") == Some(self.id)
            || self.prefixes.iter().any(|prefix| {
                let rest = region.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
                rest.and_then(|rest| rest.split_once('-')).is_some_and(|(word, number)| {
                    !word.is_empty()
                        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                        && !number.is_empty()
                        && number.bytes().all(|b| b.is_ascii_digit())
                })
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_find_their_partition() {
        for (region, id) in [
            ("us-east-1", "aws"),
            ("mx-central-1", "aws"),
            ("ap-southeast-99", "aws"),
            ("aws-global", "aws"),
            ("cn-north-1", "aws-cn"),
            ("aws-cn-global", "aws-cn"),
            ("us-gov-east-1", "aws-us-gov"),
            ("aws-us-gov-global", "aws-us-gov"),
            ("us-iso-west-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eusc-de-east-1", "aws-eusc"),
            ("eusc-fr-east-1", "aws"),
            ("us-east-1a", "aws"),
            ("moon-base-1", "aws"),
            ("", "aws"),
        ] {
            assert_eq!(Partition::of_region(region).id, id, "{region}");
        }
        for (region, known) in [("us-east-1", true), ("us-east-1a", false), ("us--1", false), ("moon-base-1", false)] {
            assert_eq!(AWS.has(region), known, "{region}");
        }
    }

    #[test]
    fn each_has_its_global_region_and_a_name_of_its_own() {
        for partition in PARTITIONS {
            assert!(partition.has(partition.global_region));
            assert_eq!(Partition::named(partition.id), Some(partition));
        }
        assert_eq!(Partition::named("minio"), None);
    }
}
