//! The profile: keys, a web identity, or a role that is assumed with another profile's or the environment's credentials.
//!
//! Follows the AWS SDK for Java 2.x in what counts first within a profile: a role with a token file, sso, a role with
//! `source_profile` or `credential_source` (both is an error), login, process, keys. A profile that names itself as
//! `source_profile` uses its own keys, as most SDKs have it. Limits: [`DEPTH_LIMIT`] profiles hang on each other.

mod files;
pub mod parse;

pub use files::{Location, locations, selected};
pub use parse::{Profiles, Property, Section, SharedFile};

pub(super) use files::Files;

use super::{
    Chain, Look, Ready, Rule, Source,
    exchange::{Role, With},
    explain::Found,
    keys::{self, Parts},
    later,
    settings::{self, Origin, Setting},
    web_identity,
};
use crate::{Code, Credentials, Error};
use alloc::{borrow::ToOwned, boxed::Box, format, string::String, vec, vec::Vec};

/// The most profiles from the one that is asked for to the one that has credentials.
pub const DEPTH_LIMIT: usize = 16;

const AT: &str = "profile";

pub(super) async fn look(chain: &mut Chain<'_>) -> Result<Look, Error> {
    let lenient = chain.rule == Rule::Lenient;
    let files = chain.files().await?;
    let because = format!("the profile {}", files.profile.text());
    let plan = plan(files, lenient);
    let mut found = files.found.clone();
    found.insert(0, Found::of("profile", &files.profile));
    chain.found(found);
    let Plan { roles, base } = plan?;
    chain.found(roles.iter().map(|role| Found::of(settings::ROLE_ARN.what, &role.arn)));
    let mut ready = match base {
        Base::Nothing(why) => return Ok(Look::Absent(why)),
        Base::Keys(credentials) => Ready::new(credentials, because.clone()),
        Base::Environment(setting) => {
            chain.found([Found::of("credential source", &setting)]);
            environment(chain, &setting)?
        }
        Base::WebIdentity(role, file) => {
            chain.found([Found::of(settings::ROLE_ARN.what, &role.arn), Found::of(settings::TOKEN_FILE.what, &file)]);
            chain.exchange(&role, With::TokenFile(file), &because).await?
        }
    };
    for role in roles.iter().rev() {
        ready = chain.exchange(role, With::Credentials(ready.credentials), &because).await?;
    }
    Ok(Look::ready(Ready { because, ..ready }))
}

/// What has to be done for a profile.
struct Plan {
    /// The last one first.
    roles: Vec<Role>,
    base: Base,
}

/// What the first role is assumed with, or what is handed out as it is.
enum Base {
    Keys(Credentials),
    /// The setting that says so.
    Environment(Setting),
    /// A role, and its token's file.
    WebIdentity(Box<Role>, Setting),
    /// The selected profile has none; what is missing.
    Nothing(String),
}

/// The way from the selected profile to credentials.
fn plan(files: &Files, lenient: bool) -> Result<Plan, Error> {
    let profiles = files.read.as_ref().map_err(Clone::clone)?;
    let mut name = files.profile.text();
    let mut section = match (profiles.profile(name), &files.profile.from) {
        (Some(section), _) => section,
        (None, Origin::Default) => {
            return Ok(Plan { roles: Vec::new(), base: Base::Nothing("there is no profile default".into()) });
        }
        (None, _) => return Err(missing(files)),
    };
    let mut roles = Vec::new();
    let mut way = vec![name];
    let mut referrer: Option<Setting> = None;
    let base = loop {
        let step = Step { profile: name, section, last: roles.is_empty() };
        match (step.next(lenient)?, &referrer) {
            (Next::Base(base), _) => break base,
            (Next::Nothing, None) => break Base::Nothing(format!("the profile {name} has no credentials")),
            (Next::Nothing, Some(referrer)) => return Err(source_empty(referrer)),
            (Next::Environment(role, setting), _) => {
                roles.push(*role);
                break Base::Environment(setting);
            }
            (Next::Profile(role, setting), _) => {
                roles.push(*role);
                // Its own keys serve a profile that names itself.
                if setting.text() == name
                    && let Some(keys) = step.keys()?
                {
                    break Base::Keys(keys);
                }
                (name, section) = profiles.find(setting.text()).ok_or_else(|| source_missing(&setting))?;
                if way.contains(&name) {
                    return Err(cycle(&way, name, &setting));
                }
                if way.len() >= DEPTH_LIMIT {
                    let message = format!("more than {DEPTH_LIMIT} profiles: {}", way.join(" → "));
                    return Err(Error::new(Code::SourceProfileDepth, AT, message));
                }
                way.push(name);
                referrer = Some(setting);
            }
        }
    };
    Ok(Plan { roles, base })
}

/// What a profile leads to.
enum Next {
    Base(Base),
    /// A role, and the setting that says `Environment`.
    Environment(Box<Role>, Setting),
    /// A role, and the setting that names the next profile.
    Profile(Box<Role>, Setting),
    Nothing,
}

/// One profile on the way.
struct Step<'f> {
    profile: &'f str,
    section: &'f Section,
    /// It is the selected one.
    last: bool,
}

impl Step<'_> {
    fn next(&self, lenient: bool) -> Result<Next, Error> {
        let (role, file) = (self.get("role_arn"), self.get("web_identity_token_file"));
        let role = match (role, file) {
            (Some(arn), Some(file)) => return Ok(Next::Base(Base::WebIdentity(self.role(arn), file))),
            // Java passes a token file without a role by, where there is something else.
            (None, Some(file)) if !(lenient && self.has_others()) => {
                let missing = format!("role_arn of the profile {}", self.profile);
                return Err(web_identity::incomplete(&file, &missing, "the role's ARN").with_at(AT));
            }
            (role, _) => role,
        };
        if let Some(error) = later::in_profile(self.section, self.profile, later::BEFORE_ROLES) {
            return Err(error);
        }
        let sources = (self.get("source_profile"), self.get("credential_source"));
        if let (Some(_), Some(serial), (Some(_), None) | (None, Some(_))) = (&role, self.get("mfa_serial"), &sources) {
            return Err(mfa(&serial));
        }
        let role = match (role, sources) {
            (Some(_), (Some(profile), Some(source))) => return Err(both(&profile, &source)),
            (Some(arn), (Some(profile), None)) => return Ok(Next::Profile(self.role(arn), profile)),
            (Some(arn), (None, Some(source))) => return self.named_source(arn, source),
            (role, _) => role,
        };
        if let Some(error) = later::in_profile(self.section, self.profile, later::AFTER_ROLES) {
            return Err(error);
        }
        match (self.keys()?, role) {
            (Some(keys), _) => Ok(Next::Base(Base::Keys(keys))),
            (None, Some(arn)) => {
                let message = format!("{} is set, but nothing to assume the role with", arn.from);
                let fix = format!(
                    "add source_profile, credential_source or web_identity_token_file to the profile {}",
                    self.profile
                );
                Err(Error::new(Code::RoleSourceMissing, AT, message).with_fix(fix))
            }
            (None, None) => Ok(Next::Nothing),
        }
    }

    fn get(&self, key: &'static str) -> Option<Setting> {
        settings::in_profile(self.section, self.profile, key)
    }

    fn role(&self, arn: Setting) -> Box<Role> {
        Box::new(Role {
            arn,
            session_name: self.get("role_session_name"),
            external_id: self.get("external_id"),
            duration: self.get("duration_seconds"),
            profile: Some(self.profile.into()),
            last: self.last,
        })
    }

    fn named_source(&self, arn: Setting, source: Setting) -> Result<Next, Error> {
        let is = |name: &str| source.text().eq_ignore_ascii_case(name);
        if is("Environment") {
            return Ok(Next::Environment(self.role(arn), source));
        }
        if is("Ec2InstanceMetadata") || is("EcsContainer") {
            return Err(later::credential_source(&source));
        }
        let message = format!("{} is “{}”", source.from, settings::shortened(source.text()));
        let fix = format!("set {} to Environment, Ec2InstanceMetadata or EcsContainer", source.from);
        Err(Error::new(Code::CredentialSourceUnknown, AT, message).with_fix(fix))
    }

    fn keys(&self) -> Result<Option<Credentials>, Error> {
        let parts = Parts {
            access_key_id: self.get("aws_access_key_id"),
            secret_access_key: self.get("aws_secret_access_key"),
            session_token: self.get("aws_session_token").or_else(|| self.get("aws_security_token")),
            account_id: self.get("aws_account_id"),
        };
        let of = |key| format!("{key} of the profile {}", self.profile);
        let names = [of("aws_access_key_id"), of("aws_secret_access_key")];
        let fix = format!("set both {} and aws_secret_access_key, or neither", names[0]);
        parts.credentials(Source::Profile.name(), [&names[0], &names[1]], &fix)
    }

    /// Credentials of another kind than a web identity.
    fn has_others(&self) -> bool {
        let keys = ["aws_access_key_id", "aws_secret_access_key"];
        let later = [later::BEFORE_ROLES, later::AFTER_ROLES].concat();
        keys.iter().chain(&later).any(|key| self.section.get(key).is_some())
    }
}

/// `credential_source = Environment`: the same places as the first two sources, as in Java.
fn environment(chain: &mut Chain<'_>, said: &Setting) -> Result<Ready, Error> {
    for look in [keys::properties(chain)?, keys::environment(chain)?] {
        if let Look::Ready(ready) = look {
            return Ok(*ready);
        }
    }
    let message = format!("{} is Environment, but the environment has no keys", said.from);
    Err(Error::new(Code::CredentialSourceEmpty, AT, message)
        .with_fix(format!("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or change {}", said.from)))
}

/// The device itself is nobody's business in a log.
fn mfa(serial: &Setting) -> Error {
    let message = format!("{} asks for a code of an MFA device, which cannot be typed in here", serial.from);
    let fix = format!(
        "name credentials by source_profile that were got with MFA (aws sts get-session-token), and take {} out; or take it out where the role does not ask for MFA",
        serial.from
    );
    Error::new(Code::ProfileMfa, AT, message).with_fix(fix)
}

fn missing(files: &Files) -> Error {
    let (name, from) = (files.profile.text(), &files.profile.from);
    let looked: Vec<&str> = files.found.iter().filter_map(|found| found.value.as_deref()).collect();
    let looked = if looked.is_empty() { "no file, since HOME is not set".to_owned() } else { looked.join(", ") };
    Error::new(Code::ProfileMissing, AT, format!("there is no profile {name} ({from}); looked in {looked}")).with_fix(
        format!("add [profile {name}] to the config file or [{name}] to the credentials file, or mend {from}"),
    )
}

fn source_missing(said: &Setting) -> Error {
    let name = said.text();
    Error::new(Code::SourceProfileMissing, AT, format!("there is no profile {name}, which {} names", said.from))
        .with_fix(format!("add the profile {name}, or mend {}", said.from))
}

fn source_empty(said: &Setting) -> Error {
    let name = said.text();
    let message = format!("the profile {name}, which {} names, has no credentials", said.from);
    Error::new(Code::SourceProfileEmpty, AT, message)
        .with_fix(format!("add keys, a role or a token file to the profile {name}, or mend {}", said.from))
}

fn cycle(way: &[&str], next: &str, said: &Setting) -> Error {
    let circle: Vec<&str> = way.iter().skip_while(|name| **name != next).copied().chain([next]).collect();
    let message = format!("source_profile goes round: {}", circle.join(" → "));
    Error::new(Code::SourceProfileCycle, AT, message)
        .with_fix(format!("mend {}: one of them needs credentials of its own", said.from))
}

fn both(profile: &Setting, source: &Setting) -> Error {
    let message = format!("both are set: {}, and {}", profile.from, source.from);
    Error::new(Code::RoleSourceBoth, AT, message)
}
