//! Where STS is: regional, global, FIPS, dual-stack or custom, in every partition.
//!
//! Follows the endpoint rule set of STS (version 1.0) and the SDK reference guide on `AWS_STS_REGIONAL_ENDPOINTS`,
//! `AWS_ENDPOINT_URL` and their like. Regional is the default; the global endpoint is for who asks for it (`legacy`), and
//! then only for the Regions that had it before regional ones were the rule.

use crate::{Code, Error, arn::RoleArn, partition::Partition};
use alloc::{boxed::Box, format, vec::Vec};
use core::fmt;

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

/// What decides on the endpoint. All absent is a fair start: `Settings::default()`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings<'a> {
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`, else a profile's `region`.
    pub region: Option<&'a str>,
    /// `AWS_STS_REGIONAL_ENDPOINTS=legacy`.
    pub legacy_global: bool,
    /// `AWS_USE_FIPS_ENDPOINT=true`.
    pub fips: bool,
    /// `AWS_USE_DUALSTACK_ENDPOINT=true`.
    pub dual_stack: bool,
    /// `AWS_ENDPOINT_URL_STS`, else `AWS_ENDPOINT_URL`, unless `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true`.
    pub custom: Option<&'a str>,
}

impl<'a> Settings<'a> {
    /// From environment variables, by a function that looks them up. An empty variable is one that is not set.
    pub fn from_env(env: impl Fn(&str) -> Option<&'a str>) -> Self {
        let get = |name: &str| env(name).map(str::trim).filter(|value| !value.is_empty());
        let on = |name: &str| get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let custom = || get("AWS_ENDPOINT_URL_STS").or_else(|| get("AWS_ENDPOINT_URL"));
        Self {
            region: get("AWS_REGION").or_else(|| get("AWS_DEFAULT_REGION")),
            legacy_global: get("AWS_STS_REGIONAL_ENDPOINTS").is_some_and(|v| v.eq_ignore_ascii_case("legacy")),
            fips: on("AWS_USE_FIPS_ENDPOINT"),
            dual_stack: on("AWS_USE_DUALSTACK_ENDPOINT"),
            custom: if on("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") { None } else { custom() },
        }
    }
}

/// An endpoint: a URL, and the Region to sign for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    url: Box<str>,
    signing_region: Box<str>,
    custom: bool,
    notices: Vec<Notice>,
}

/// Something that works, but that a person should know of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// Nobody named a Region: the one of the role's partition was taken.
    RegionGuessed {
        /// The one taken.
        region: &'static str,
        /// The role's partition.
        partition: &'static str,
    },
    /// Region and role are of different partitions: STS will not know the role.
    OtherPartition {
        /// The Region's.
        endpoint: &'static str,
        /// The role's.
        role: &'static str,
    },
}

impl Endpoint {
    /// The endpoint for these settings. `role` gives a Region where none is named.
    pub fn resolve(settings: &Settings<'_>, role: Option<&RoleArn>) -> Result<Self, Error> {
        let mut notices = Vec::new();
        let region = match (settings.region, role.map(RoleArn::partition)) {
            (Some(region), _) => Some(region),
            (None, Some(Partition { id: partition, global_region: region, .. })) => {
                notices.push(Notice::RegionGuessed { region, partition });
                Some(*region)
            }
            (None, None) => None,
        };
        if let Some(region) = region {
            check_region(region)?;
        }
        let mut endpoint = match settings.custom {
            Some(url) => Self::custom(url, region, settings)?,
            None => Self::aws(region, settings)?,
        };
        if let (Some(region), Some(role), false) = (region, role, endpoint.custom)
            && Partition::of_region(region) != role.partition()
        {
            let (endpoint, role) = (Partition::of_region(region).id, role.partition().id);
            notices.push(Notice::OtherPartition { endpoint, role });
        }
        endpoint.notices = notices;
        Ok(endpoint)
    }

    fn custom(url: &str, region: Option<&str>, settings: &Settings<'_>) -> Result<Self, Error> {
        let both = |code, what| {
            Err(Error::new(code, AT, format!("Invalid Configuration: {what} and custom endpoint are not supported")))
        };
        if settings.fips {
            return both(Code::EndpointFipsCustom, "FIPS");
        }
        if settings.dual_stack {
            return both(Code::EndpointDualstackCustom, "Dualstack");
        }
        check_url(url)?;
        Ok(Self::new(url, region.unwrap_or("us-east-1"), true))
    }

    fn aws(region: Option<&str>, settings: &Settings<'_>) -> Result<Self, Error> {
        let Some(region) = region else {
            return Err(Error::new(Code::RegionMissing, AT, "Invalid Configuration: Missing Region"));
        };
        let partition = Partition::of_region(region);
        let plain = !settings.fips && !settings.dual_stack;
        if plain && (region == "aws-global" || settings.legacy_global && LEGACY_REGIONS.contains(&region)) {
            return Ok(Self::new("https://sts.amazonaws.com", "us-east-1", false));
        }
        let host = match (settings.fips, settings.dual_stack) {
            // GovCloud's regional endpoints are the FIPS ones.
            (true, false) if partition.id == "aws-us-gov" => format!("sts.{region}.{}", partition.dns_suffix),
            (true, false) => format!("sts-fips.{region}.{}", partition.dns_suffix),
            (true, true) => format!("sts-fips.{region}.{}", partition.dual_stack_suffix),
            (false, true) => format!("sts.{region}.{}", partition.dual_stack_suffix),
            (false, false) => format!("sts.{region}.{}", partition.dns_suffix),
        };
        Ok(Self::new(&format!("https://{host}"), region, false))
    }

    fn new(url: &str, signing_region: &str, custom: bool) -> Self {
        Self { url: url.into(), signing_region: signing_region.into(), custom, notices: Vec::new() }
    }

    /// `https://sts.us-east-1.amazonaws.com`, or as it was configured.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The Region that signed calls are signed for.
    pub fn signing_region(&self) -> &str {
        &self.signing_region
    }

    /// True where somebody configured the URL, so that it may be something else than AWS.
    pub fn is_custom(&self) -> bool {
        self.custom
    }

    /// What a person should know of this choice.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RegionGuessed { region, partition } => {
                write!(
                    f,
                    "no Region is set; {region} was taken, since the role is in the partition {partition} (set AWS_REGION)"
                )
            }
            Self::OtherPartition { endpoint, role } => {
                write!(
                    f,
                    "the Region is in the partition {endpoint}, the role in {role}: STS will not know it (set AWS_REGION)"
                )
            }
        }
    }
}

const AT: &str = "sts endpoint";

/// A Region becomes part of a host name, so that it must be a label of one.
pub(crate) fn check_region(region: &str) -> Result<(), Error> {
    let label = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if region.is_empty() || region.len() > 63 || !region.bytes().all(label) || region.starts_with('-') {
        let said: alloc::string::String = region.chars().take(63).flat_map(char::escape_debug).collect();
        let message = format!("“{said}” is no Region");
        return Err(
            Error::new(Code::RegionInvalid, AT, message).with_fix("set AWS_REGION to a Region, such as us-east-1")
        );
    }
    // us-east-1a: the Region with a letter behind it.
    let zone = region.strip_suffix(|c: char| c.is_ascii_lowercase()).unwrap_or_default();
    if Partition::named("aws").is_some_and(|aws| aws.has(zone)) {
        let message = format!("“{region}” is an availability zone");
        return Err(Error::new(Code::RegionInvalid, AT, message).with_fix(format!("set AWS_REGION={zone}")));
    }
    Ok(())
}

/// `http` or `https`, a host, perhaps a port and a path.
fn check_url(url: &str) -> Result<(), Error> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let odd = url.bytes().any(|b| !b.is_ascii_graphic()) || url.contains(['?', '#']) || host.contains('@');
    if host.is_empty() || host.starts_with(':') || odd {
        let fix = "set AWS_ENDPOINT_URL_STS (or AWS_ENDPOINT_URL) to http:// or https://, a host and perhaps a port";
        // It may hold a password, so it is not shown.
        let message = format!("a custom endpoint of {} characters is no http or https URL", url.chars().count());
        return Err(Error::new(Code::EndpointUrl, AT, message).with_fix(fix));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
