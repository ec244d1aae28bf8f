//! A role's exchange. Its endpoint is the role's own profile's where no variable says one; a Region that nobody said is
//! that of the role's partition, with a notice.

use super::{
    Chain, Ready,
    endpoints::Asked,
    explain::Found,
    settings::{self, Origin, Setting},
};
use crate::{
    Code, Credentials, Error,
    arn::RoleArn,
    call::USER_AGENT,
    sts::{self, Call, Endpoint, STS, SessionName, endpoint::Notice, request},
};
use alloc::{boxed::Box, format, string::ToString};

/// A role to assume.
pub(super) struct Role {
    pub arn: Setting,
    pub session_name: Option<Setting>,
    pub external_id: Option<Setting>,
    pub duration: Option<Setting>,
    /// The profile whose Region and endpoint count where no variable says one; `None`: the one that is selected.
    pub profile: Option<Box<str>>,
    /// The role whose credentials are handed out: the options are about this one.
    pub last: bool,
}

/// What it is assumed with.
pub(super) enum With {
    TokenFile(Setting),
    Credentials(Credentials),
}

impl Chain<'_> {
    /// Asks STS. `because` says in words what the credentials are made of.
    pub(super) async fn exchange(&mut self, role: &Role, with: With, because: &str) -> Result<Ready, Error> {
        let arn = RoleArn::parse(role.arn.text()).map_err(|e| blame(&role.arn, e))?;
        if arn.account().len() != 12 {
            self.notice(format!("the account of the role {arn} has {} digits, not 12", arn.account().len()));
        }
        let options = &self.inputs.options;
        let (call, region) = self.call(role, &arn).await?;
        let said = self.inputs.option("session_name", options.session_name.as_deref()).filter(|_| role.last);
        let session_name = said.or_else(|| role.session_name.clone()).map(|setting| self.session_name(&setting));
        let duration_seconds = match (options.duration_seconds.filter(|_| role.last), &role.duration) {
            (Some(seconds), _) => Some(seconds),
            (None, Some(setting)) => {
                Some(setting.text().parse().map_err(|_| setting.invalid("a number of seconds, 900 to 43200"))?)
            }
            (None, None) => None,
        };
        let (policy, policy_arns) = match role.last {
            true => (options.policy.clone(), options.policy_arns.clone()),
            false => Default::default(),
        };
        let assumed = match with {
            With::TokenFile(file) => {
                let ask = request::WebIdentity {
                    session_name,
                    duration_seconds,
                    policy,
                    policy_arns,
                    ..request::WebIdentity::new(file.text(), arn)
                };
                sts::web_identity(self.io, &call, &ask).await.map_err(|error| named_by(&file.from, error))?
            }
            With::Credentials(credentials) => {
                let name = session_name.unwrap_or_else(|| self.default_session_name());
                let ask = request::AssumeRole {
                    duration_seconds,
                    policy,
                    policy_arns,
                    external_id: role.external_id.as_ref().map(|id| id.text().into()),
                    ..request::AssumeRole::new(arn, name)
                };
                sts::assume_role(self.io, &call, &ask, &credentials).await?
            }
        };
        Ok(Ready {
            credentials: assumed.credentials,
            because: because.into(),
            region: Some(region),
            skew_millis: assumed.skew_millis,
            assumed: true,
        })
    }

    /// Where STS is for this role, and the Region that this was said by.
    async fn call(&mut self, role: &Role, arn: &RoleArn) -> Result<(Call, Setting), Error> {
        self.files().await?;
        let region = self.region_for(role);
        let asked = self.asked(&STS, role.profile.as_deref(), region.clone())?;
        let endpoint = Endpoint::resolve(&asked.settings(), Some(arn)).map_err(|e| asked.blame(e))?;
        let Asked { custom, .. } = asked;
        self.found(custom.iter().map(|setting| Found::of("endpoint", setting)));
        let mut region = region;
        for notice in endpoint.notices() {
            match notice {
                Notice::OtherPartition { .. } => return Err(other_partition(arn, &role.arn, region.as_ref())),
                Notice::RegionGuessed { region: guessed, .. } => {
                    region = Some(Setting { value: (*guessed).into(), from: Origin::RolePartition });
                }
            }
            self.notice(notice.to_string());
        }
        // With a role there is always a Region, if only a guessed one.
        let region = region.ok_or_else(|| Error::bug("chain", "a role without a Region"))?;
        self.io.explain(|e| e.region = Some(Found::of(settings::REGION.what, &region)));
        let user_agent = self.inputs.options.user_agent.as_deref().unwrap_or(USER_AGENT).into();
        Ok((Call { endpoint, user_agent, seed: self.inputs.seed }, region))
    }

    fn region_for(&self, role: &Role) -> Option<Setting> {
        self.inputs
            .option("region", self.inputs.options.region.as_deref())
            .or_else(|| self.setting_for(role.profile.as_deref(), &settings::REGION))
            // A profile of a role without a Region of its own: that of the selected profile.
            .or_else(|| self.in_profile(None, settings::REGION.profile))
    }

    /// What STS takes of a name; a change is noticed.
    fn session_name(&self, said: &Setting) -> SessionName {
        let name = SessionName::clean(said.text());
        if name.as_str() != said.text() {
            self.notice(format!("the session is called {name}, since STS does not take what {} says", said.from));
        }
        name
    }

    /// In a pod HOSTNAME is its name.
    fn default_session_name(&self) -> SessionName {
        let host = self.inputs.variable("HOSTNAME");
        SessionName::clean(host.as_ref().map_or("irsa", Setting::text))
    }
}

/// The error is about this setting.
pub(super) fn blame(setting: &Setting, error: Error) -> Error {
    let fix = format!("in {}: {}", setting.from, error.fix());
    error.with_fix(fix)
}

/// Where the fix names the variable of the token's file, it is to name what really named the file.
fn named_by(from: &Origin, error: Error) -> Error {
    let said = from.to_string();
    match settings::TOKEN_FILE.variables {
        [variable] if error.fix().contains(variable) => {
            let fix = error.fix().replace(variable, &said);
            error.with_fix(fix)
        }
        _ => error,
    }
}

fn other_partition(role: &RoleArn, said: &Setting, region: Option<&Setting>) -> Error {
    let (name, from) = region.map_or(("", "nobody".into()), |r| (r.text(), r.from.to_string()));
    let message = format!(
        "the role {role} ({}) is in the partition {}, the Region {name} ({from}) is not",
        said.from,
        role.partition().id
    );
    let fix = format!("mend the ARN in {}, or set a Region of {} in {from}", said.from, role.partition().id);
    Error::new(Code::RolePartition, "sts", message).with_fix(fix)
}
