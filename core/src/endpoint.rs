//! Where a service is: the settings that decide on it, and what they come to. Which hosts a service has, its own module
//! says (`sts::endpoint`, `services`).
//!
//! Follows the SDK reference guide on `AWS_ENDPOINT_URL` and its like, and the endpoint rule sets of the services.

use crate::{Code, Error, arn::RoleArn, call::Service, partition::Partition, sts::STS};
use alloc::{boxed::Box, format, string::String, vec::Vec};
use core::fmt;

/// What decides on the endpoint. All absent is a fair start: `Settings::default()`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings<'a> {
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`, else a profile's `region`.
    pub region: Option<&'a str>,
    /// `AWS_STS_REGIONAL_ENDPOINTS=legacy`; for STS alone.
    pub legacy_global: bool,
    /// `AWS_USE_FIPS_ENDPOINT=true`.
    pub fips: bool,
    /// `AWS_USE_DUALSTACK_ENDPOINT=true`.
    pub dual_stack: bool,
    /// `AWS_ENDPOINT_URL_<SERVICE>`, else `AWS_ENDPOINT_URL`, unless `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true`.
    pub custom: Option<&'a str>,
}

impl<'a> Settings<'a> {
    /// STS's, from environment variables by a function that looks them up. An empty variable is one that is not set.
    pub fn from_env(env: impl Fn(&str) -> Option<&'a str>) -> Result<Self, Error> {
        Self::of_service(env, &STS)
    }

    /// Likewise those of another service. Who has profiles too takes [`crate::chain::endpoint`].
    pub fn of_service(env: impl Fn(&str) -> Option<&'a str>, service: &Service) -> Result<Self, Error> {
        let get = |name: &str| env(name).map(str::trim).filter(|value| !value.is_empty());
        let on = |name: &str| get(name).map_or(Ok(false), |value| boolean(value, AT, &name));
        let legacy_global = match get("AWS_STS_REGIONAL_ENDPOINTS") {
            Some(value) if service.section == STS.section => legacy(value, AT, &"AWS_STS_REGIONAL_ENDPOINTS")?,
            _ => false,
        };
        let ignored = on("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")?;
        Ok(Self {
            region: get("AWS_REGION").or_else(|| get("AWS_DEFAULT_REGION")),
            legacy_global,
            fips: on("AWS_USE_FIPS_ENDPOINT")?,
            dual_stack: on("AWS_USE_DUALSTACK_ENDPOINT")?,
            custom: get(service.variable).or_else(|| get("AWS_ENDPOINT_URL")).filter(|_| !ignored),
        })
    }
}

/// A setting that is `true` or `false`, in any case; `from` is who said it. Some SDKs take any other word for false, and
/// so send to the plain endpoint whoever wrote `yes` to FIPS; Java refuses it, as this does.
pub(crate) fn boolean(value: &str, at: &'static str, from: &dyn fmt::Display) -> Result<bool, Error> {
    either(value, ["false", "true"], at, from)
}

/// Whether STS's endpoint is to be the global one.
pub(crate) fn legacy(value: &str, at: &'static str, from: &dyn fmt::Display) -> Result<bool, Error> {
    either(value, ["regional", "legacy"], at, from)
}

/// Whether it is the second word, where it has to be one of the two.
fn either(value: &str, words: [&str; 2], at: &'static str, from: &dyn fmt::Display) -> Result<bool, Error> {
    let [no, yes] = words;
    if value.eq_ignore_ascii_case(yes) {
        Ok(true)
    } else if value.eq_ignore_ascii_case(no) {
        Ok(false)
    } else {
        Err(invalid(value, &format!("{yes} or {no}"), at, from))
    }
}

/// A setting is not what it has to be.
pub(crate) fn invalid(value: &str, wanted: &str, at: &'static str, from: &dyn fmt::Display) -> Error {
    let said: String = value.chars().take(64).collect();
    let message = format!("{from} is “{said}”, not {wanted}");
    Error::new(Code::SettingInvalid, at, message).with_fix(format!("set {from} to {wanted}"))
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
    /// The custom endpoint, or the one that `aws` makes of a Region and its partition: URL and Region to sign for.
    pub(crate) fn choose(
        settings: &Settings<'_>,
        role: Option<&RoleArn>,
        aws: impl FnOnce(&str, &Partition) -> (String, String),
    ) -> Result<Self, Error> {
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
        if let Some(url) = settings.custom {
            check_custom(url, settings)?;
            let signing_region = region.unwrap_or("us-east-1").into();
            return Ok(Self { url: url.into(), signing_region, custom: true, notices });
        }
        let Some(region) = region else {
            return Err(Error::new(Code::RegionMissing, AT, "Invalid Configuration: Missing Region"));
        };
        let partition = Partition::of_region(region);
        if let Some(role) = role.map(RoleArn::partition).filter(|role| *role != partition) {
            notices.push(Notice::OtherPartition { endpoint: partition.id, role: role.id });
        }
        let (url, signing_region) = aws(region, partition);
        Ok(Self { url: url.into(), signing_region: signing_region.into(), custom: false, notices })
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

const AT: &str = "endpoint";

/// A Region becomes part of a host name, so that it must be a label of one.
fn check_region(region: &str) -> Result<(), Error> {
    let label = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if region.is_empty() || region.len() > 63 || !region.bytes().all(label) || region.starts_with('-') {
        let said: String = region.chars().take(63).flat_map(char::escape_debug).collect();
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

/// `http` or `https`, a host, perhaps a port and a path; it is taken as it stands, so nothing makes it a FIPS one.
fn check_custom(url: &str, settings: &Settings<'_>) -> Result<(), Error> {
    for (set, code, what) in [
        (settings.fips, Code::EndpointFipsCustom, "FIPS"),
        (settings.dual_stack, Code::EndpointDualstackCustom, "Dualstack"),
    ] {
        if set {
            let message = format!("Invalid Configuration: {what} and custom endpoint are not supported");
            return Err(Error::new(code, AT, message));
        }
    }
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let odd = url.bytes().any(|b| !b.is_ascii_graphic()) || url.contains(['?', '#']) || host.contains('@');
    if host.is_empty() || host.starts_with(':') || odd {
        // It may hold a password, so it is not shown.
        let message = format!("a custom endpoint of {} characters is no http or https URL", url.chars().count());
        return Err(Error::new(Code::EndpointUrl, AT, message));
    }
    Ok(())
}
