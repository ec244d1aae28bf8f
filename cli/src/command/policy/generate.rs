//! `policy generate`: the trust policy that lets in one subject and nobody else.

use super::Flags;
use crate::{
    args::{Ended, usage},
    output,
};
use irsa_core::{Code, Error, arn::ProviderArn, token::AUDIENCE};
use irsa_trust::policy::{
    generate::{Wanted, pretty, trust_policy},
    lint::{self, Place},
};

pub fn run(flags: &Flags, json: bool) -> Result<(), Ended> {
    let provider = flags.provider.as_deref().ok_or_else(|| {
        usage("policy", "no provider").with_fix("name it: --provider arn:aws:iam::ACCOUNT:oidc-provider/ISSUER")
    })?;
    let provider = ProviderArn::parse(provider)?;
    let subject = flags.subject()?.ok_or_else(|| {
        usage("policy", "nobody is named").with_fix("write --namespace NAME --service-account NAME, or --subject TEXT")
    })?;
    let audience = flags.audience.as_deref().unwrap_or(AUDIENCE);
    let wanted = Wanted { provider: provider.as_str(), subject: &subject, audience: Some(audience) };
    let policy = trust_policy(&wanted);
    let place =
        Place { partition: Some(provider.partition().id), account: Some(provider.account()), ..Place::default() };
    if let Some(refusal) = lint::trust_policy(&policy.to_string(), &place).refusal {
        let message = format!("{}: {}", refusal.code, refusal.message);
        return Err(Error::new(Code::PolicyWouldRefuse, "policy", message).with_fix(refusal.fix).into());
    }
    Ok(if json { output::value(&policy) } else { output::data(pretty(&policy).as_bytes()) }?)
}
