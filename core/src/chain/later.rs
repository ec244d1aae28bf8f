//! Sources that a later version brings. Each has its place in the order and says here that it is not built, so that a
//! configured one stops the chain rather than another identity being used in its stead.
//!
//! To build one: a file beside this one with its `look`, and one line less here.

use super::{Chain, Look, Rule, profile::parse::Section, settings};
use crate::{Code, Error};
use alloc::format;

const NOT_BUILT: &str = "not built into this version of irsa";

/// ECS and EKS Pod Identity: the variables that name the container's endpoint.
pub(super) fn container(chain: &Chain<'_>) -> Result<Look, Error> {
    const NAMES: [&str; 2] = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
    if chain.rule == Rule::Strict {
        return Ok(Look::Skipped("strict never uses the role of the container".into()));
    }
    match NAMES.into_iter().find_map(|name| chain.inputs.variable(name)) {
        Some(setting) => Err(not_built(format!("{} is set, but this source is {NOT_BUILT}", setting.from))),
        None => Ok(Look::Absent(format!("{} and {} are not set", NAMES[0], NAMES[1]))),
    }
}

/// EC2: always there unless it is switched off.
pub(super) fn instance_metadata(chain: &Chain<'_>) -> Result<Look, Error> {
    if chain.rule == Rule::Strict {
        return Ok(Look::Skipped("strict never uses the role of the node".into()));
    }
    let off = chain.inputs.property("aws.disableEc2Metadata");
    let off = off.or_else(|| chain.inputs.variable("AWS_EC2_METADATA_DISABLED"));
    match off.filter(|off| off.text().eq_ignore_ascii_case("true")) {
        Some(off) => Ok(Look::Absent(format!("switched off by {}", off.from))),
        None => Ok(Look::NotBuilt(NOT_BUILT.into())),
    }
}

/// Keys of a profile that configure sso, which comes before a role.
pub(super) const BEFORE_ROLES: &[&str] =
    &["sso_session", "sso_account_id", "sso_role_name", "sso_region", "sso_start_url"];

/// Keys of a profile that configure login or process, which come after a role.
pub(super) const AFTER_ROLES: &[&str] = &["login_session", "credential_process"];

/// A source that the profile configures by one of these keys.
pub(super) fn in_profile(section: &Section, profile: &str, keys: &[&'static str]) -> Option<Error> {
    let setting = keys.iter().find_map(|key| settings::in_profile(section, profile, key))?;
    Some(not_built(format!("{} is set, but this source is {NOT_BUILT}", setting.from)))
}

/// `credential_source` of the container or the node.
pub(super) fn credential_source(setting: &settings::Setting) -> Error {
    not_built(format!("{} is {}, which is {NOT_BUILT}", setting.from, setting.text()))
}

fn not_built(message: alloc::string::String) -> Error {
    Error::new(Code::SourceNotBuilt, "chain", message)
}
