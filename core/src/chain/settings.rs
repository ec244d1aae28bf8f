//! Where a setting comes from: the calling program, a system property, a variable, a profile, in this order.
//!
//! Follows the AWS SDKs and Tools Reference Guide, "Settings reference", and the AWS SDK for Java 2.x for the names of
//! properties. White space around a value is cut off, and a value that is empty then counts as not set.

use super::{Inputs, profile::Section};
use crate::{Error, Secret, endpoint};
use alloc::{boxed::Box, sync::Arc};
use core::fmt;

/// A value, and who said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Trimmed, never empty.
    pub value: Secret,
    /// Who said it.
    pub from: Origin,
}

/// Who said a setting. More may come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The calling program, by the option of this name.
    Option(&'static str),
    /// The same, where it is a command: `token_file` is its flag `--token-file`.
    Flag(&'static str),
    /// A system property of the JVM.
    Property(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// A key of a profile.
    Profile {
        /// The file.
        file: Arc<str>,
        /// The line, from 1.
        line: u32,
        /// The section's name.
        profile: Box<str>,
        /// The key, in lower case.
        key: &'static str,
    },
    /// Nobody: the partition of the role's ARN.
    RolePartition,
    /// Nobody: it is so unless somebody says otherwise.
    Default,
}

/// A setting's names. In core alone; docs/chain.md lists them.
pub(super) struct Key {
    /// In words.
    pub what: &'static str,
    pub property: Option<&'static str>,
    pub variables: &'static [&'static str],
    pub profile: &'static str,
}

const fn key(
    what: &'static str,
    property: &'static str,
    variables: &'static [&'static str],
    profile: &'static str,
) -> Key {
    Key { what, property: Some(property), variables, profile }
}

pub(super) const ROLE_ARN: Key = key("role ARN", "aws.roleArn", &["AWS_ROLE_ARN"], "role_arn");
pub(super) const TOKEN_FILE: Key =
    key("token file", "aws.webIdentityTokenFile", &["AWS_WEB_IDENTITY_TOKEN_FILE"], "web_identity_token_file");
pub(super) const SESSION_NAME: Key =
    key("session name", "aws.roleSessionName", &["AWS_ROLE_SESSION_NAME"], "role_session_name");
pub(super) const REGION: Key = key("Region", "aws.region", &["AWS_REGION", "AWS_DEFAULT_REGION"], "region");
pub(super) const PROFILE: Key = key("profile", "aws.profile", &["AWS_PROFILE", "AWS_DEFAULT_PROFILE"], "");
pub(super) const CONFIG_FILE: Key = key("config file", "aws.configFile", &["AWS_CONFIG_FILE"], "");
pub(super) const CREDENTIALS_FILE: Key =
    key("credentials file", "aws.sharedCredentialsFile", &["AWS_SHARED_CREDENTIALS_FILE"], "");
pub(super) const ENDPOINT: Key = key("endpoint", "aws.endpointUrl", &["AWS_ENDPOINT_URL"], "endpoint_url");
pub(super) const IGNORE_ENDPOINTS: Key = key(
    "ignore configured endpoints",
    "aws.ignoreConfiguredEndpointUrls",
    &["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"],
    "ignore_configured_endpoint_urls",
);
pub(super) const FIPS: Key = key("FIPS", "aws.useFipsEndpoint", &["AWS_USE_FIPS_ENDPOINT"], "use_fips_endpoint");
pub(super) const DUALSTACK: Key =
    key("dual stack", "aws.useDualstackEndpoint", &["AWS_USE_DUALSTACK_ENDPOINT"], "use_dualstack_endpoint");
pub(super) const REGIONAL_STS: Key = Key {
    what: "STS endpoints",
    property: None,
    variables: &["AWS_STS_REGIONAL_ENDPOINTS"],
    profile: "sts_regional_endpoints",
};
pub(super) const STRICT: Key = key("strict", "irsa.strict", &["IRSA_STRICT"], "");

impl Inputs {
    /// Looks for a setting everywhere but in the options and the profile.
    pub(super) fn setting(&self, key: &Key) -> Option<Setting> {
        let property = key.property.and_then(|name| self.property(name));
        property.or_else(|| key.variables.iter().find_map(|name| self.variable(name)))
    }

    /// What the calling program said by the option of that name.
    pub(super) fn option(&self, name: &'static str, value: Option<&str>) -> Option<Setting> {
        trimmed(&Secret::from(value?)).map(|value| Setting { value, from: self.origin(name) })
    }

    /// The option, as people know it.
    pub(super) fn origin(&self, name: &'static str) -> Origin {
        if self.options.flags { Origin::Flag(name) } else { Origin::Option(name) }
    }

    /// The system property of that name.
    pub(super) fn property(&self, name: &'static str) -> Option<Setting> {
        trimmed(self.properties.get(name)?).map(|value| Setting { value, from: Origin::Property(name) })
    }

    /// The variable of that name.
    pub(super) fn variable(&self, name: &'static str) -> Option<Setting> {
        trimmed(self.environment.get(name)?).map(|value| Setting { value, from: Origin::Variable(name) })
    }
}

/// A key of a profile.
pub(super) fn in_profile(section: &Section, profile: &str, key: &'static str) -> Option<Setting> {
    let property = section.get(key)?;
    let from = Origin::Profile { file: property.file().clone(), line: property.line(), profile: profile.into(), key };
    trimmed(property.value()).map(|value| Setting { value, from })
}

fn trimmed(value: &Secret) -> Option<Secret> {
    let text = value.expose().trim_ascii();
    (!text.is_empty()).then(|| Secret::from(text))
}

impl Setting {
    /// The value, where it is no secret.
    pub fn text(&self) -> &str {
        self.value.expose()
    }

    /// `true` or `false` in any case.
    pub(super) fn boolean(&self) -> Result<bool, Error> {
        endpoint::boolean(self.text(), "chain", &self.from)
    }

    /// It is not what it has to be.
    pub(super) fn invalid(&self, wanted: &str) -> Error {
        endpoint::invalid(self.text(), wanted, "chain", &self.from)
    }
}

/// Enough of a value to recognise it.
pub(super) fn shortened(text: &str) -> &str {
    match text.char_indices().nth(64) {
        Some((at, _)) => text.get(..at).unwrap_or_default(),
        None => text,
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) => write!(f, "the option {name}"),
            Self::Flag(name) => write!(f, "--{}", name.replace('_', "-")),
            Self::Property(name) => write!(f, "the system property {name}"),
            Self::Variable(name) => f.write_str(name),
            Self::Profile { file, line, profile, key } => {
                write!(f, "{key} of the profile {profile} ({file}, line {line})")
            }
            Self::RolePartition => f.write_str("the partition of the role's ARN"),
            Self::Default => f.write_str("the default"),
        }
    }
}
