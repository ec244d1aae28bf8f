//! Where a service is, by everything that a chain reads: options and system properties, variables, a profile.
//!
//! Follows the AWS SDKs and Tools Reference Guide, "Service-specific endpoints": the service's own setting before the one
//! of all services, variables before profiles; in a profile, the section that `services` names before `endpoint_url`.
//! `ignore_configured_endpoint_urls` passes all of them by. The option `endpoint` is STS's.

use super::{
    Chain, Inputs, Resolved,
    exchange::blame,
    settings::{self, Key, Origin, Setting},
};
use crate::{
    Code, Error,
    call::Service,
    endpoint::{self, Endpoint, Settings},
    flow::Io,
    sts::STS,
};

/// The endpoint for calls with the credentials that a chain has resolved: `choose` makes it of the settings, as
/// [`Endpoint::resolve`] does. The shared files are read anew.
pub async fn endpoint(
    io: &Io,
    inputs: &Inputs,
    resolved: &Resolved,
    service: &Service,
    choose: impl FnOnce(&Settings<'_>) -> Result<Endpoint, Error>,
) -> Result<Endpoint, Error> {
    let mut chain = Chain::new(io, inputs);
    chain.files().await?;
    let asked = chain.asked(service, None, resolved.region.clone()).map_err(|e| e.with_at("endpoint"))?;
    choose(&asked.settings()).map_err(|e| asked.blame(e))
}

/// The settings of an endpoint, and who said them.
pub(super) struct Asked {
    pub region: Option<Setting>,
    pub custom: Option<Setting>,
    legacy_global: bool,
    fips: bool,
    dual_stack: bool,
}

impl Asked {
    pub(super) fn settings(&self) -> Settings<'_> {
        let Self { region, custom, legacy_global, fips, dual_stack } = self;
        Settings {
            region: region.as_ref().map(Setting::text),
            legacy_global: *legacy_global,
            fips: *fips,
            dual_stack: *dual_stack,
            custom: custom.as_ref().map(Setting::text),
        }
    }

    /// The error is about one of these settings: it names who said it.
    pub(super) fn blame(&self, error: Error) -> Error {
        match (error.code(), &self.region, &self.custom) {
            (Code::RegionInvalid, Some(region), _) => blame(region, error),
            (Code::EndpointUrl | Code::EndpointFipsCustom | Code::EndpointDualstackCustom, _, Some(custom)) => {
                blame(custom, error)
            }
            _ => error,
        }
    }
}

impl Chain<'_> {
    /// What was said of a service's endpoint. `profile`: the one that counts where no variable says it; `None`: the one
    /// that is selected.
    pub(super) fn asked(
        &self,
        service: &Service,
        profile: Option<&str>,
        region: Option<Setting>,
    ) -> Result<Asked, Error> {
        let legacy = self.setting_for(profile, &settings::REGIONAL_STS).filter(|_| service.section == STS.section);
        Ok(Asked {
            region,
            custom: self.custom_endpoint(service, profile)?,
            legacy_global: legacy.map_or(Ok(false), |said| endpoint::legacy(said.text(), "chain", &said.from))?,
            fips: self.switch(profile, &settings::FIPS)?,
            dual_stack: self.switch(profile, &settings::DUALSTACK)?,
        })
    }

    fn custom_endpoint(&self, service: &Service, profile: Option<&str>) -> Result<Option<Setting>, Error> {
        let option = self.inputs.option("endpoint", self.inputs.options.endpoint.as_deref());
        if let Some(said) = option.filter(|_| service.section == STS.section) {
            return Ok(Some(said));
        }
        if self.switch(profile, &settings::IGNORE_ENDPOINTS)? {
            return Ok(None);
        }
        let own = || self.inputs.property(service.property).or_else(|| self.inputs.variable(service.variable));
        Ok(own()
            .or_else(|| self.inputs.setting(&settings::ENDPOINT))
            .or_else(|| self.endpoint_in_services(service, profile))
            .or_else(|| self.in_profile(profile, settings::ENDPOINT.profile)))
    }

    /// `endpoint_url` under the service, in the `services` section that the profile names.
    fn endpoint_in_services(&self, service: &Service, profile: Option<&str>) -> Option<Setting> {
        let named = self.in_profile(profile, "services")?;
        let property = self.files.as_ref()?.read.as_ref().ok()?.services(named.text())?.get(service.section)?;
        let value = property.nested("endpoint_url").filter(|url| !url.is_empty())?;
        let (file, line) = (property.file().clone(), property.line());
        let from = Origin::Profile { file, line, profile: named.text().into(), key: "endpoint_url" };
        Some(Setting { value: value.into(), from })
    }

    fn switch(&self, profile: Option<&str>, key: &Key) -> Result<bool, Error> {
        self.setting_for(profile, key).map_or(Ok(false), |setting| setting.boolean())
    }

    /// A property, a variable, or a profile.
    pub(super) fn setting_for(&self, profile: Option<&str>, key: &Key) -> Option<Setting> {
        self.inputs.setting(key).or_else(|| self.in_profile(profile, key.profile))
    }

    /// A key of a profile, or of the selected one.
    pub(super) fn in_profile(&self, profile: Option<&str>, key: &'static str) -> Option<Setting> {
        let files = self.files.as_ref()?;
        let profile = profile.unwrap_or(files.profile.text());
        settings::in_profile(files.read.as_ref().ok()?.profile(profile)?, profile, key)
    }
}
