//! What STS checks when a token asks for a role, in its order and words: AssumeRoleWithWebIdentity.
//!
//! Rules and texts are those that AWS was seen to give on 2026-09-11; where nobody saw one, the code says "not
//! observed". The order: the parameters, the role ARN, `ProviderId`, the shape of the token, its required claims, the
//! provider, the audience, the keys, the signature, the times, tags and source identity, the roles claim, the trust
//! policy, the duration, the session policy. The first that fails answers.
//! A denial is data ([`Denied`]), not an error: the wire code, the HTTP status, the exact text, and a [`Reason`] that
//! says which check failed and what it compared.
//! Limits: those of the parameters (a token has 20,000 characters) and of [`crate::oidc`] and [`crate::policy`].

mod claims;
mod denied;
mod issuers;
mod keys;
mod parameters;
mod tags;

pub use denied::{Check, Denied, Reason};

pub(crate) use claims::TIME_FORMAT;
pub(crate) use issuers::claims as issuer_claims;

use crate::oidc::Jws;
use crate::policy::{self, Caller, Decision, Evaluation, Policy, Question};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use claims::Claims;
use core::fmt;
use irsa_core::Timestamp;

/// What IAM holds: providers and roles, of any accounts.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Identity providers.
    pub providers: Vec<Provider>,
    /// Roles.
    pub roles: Vec<Role>,
}

/// An OpenID Connect provider of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// `arn:<partition>:iam::<account>:oidc-provider/<issuer without scheme>`; its name for one that is built in.
    pub arn: String,
    /// The issuer, as text equal to `iss`. IAM takes `https://` only; here any.
    pub url: String,
    /// The audiences it takes; one that is built in takes any.
    pub client_ids: Vec<String>,
}

impl Provider {
    /// The provider of this issuer in this account, under the ARN that IAM gives it.
    pub fn new<C: Into<String>>(
        partition: &str,
        account: &str,
        url: &str,
        client_ids: impl IntoIterator<Item = C>,
    ) -> Self {
        Self {
            arn: format!("arn:{partition}:iam::{account}:oidc-provider/{}", bare(url)),
            url: url.into(),
            client_ids: client_ids.into_iter().map(Into::into).collect(),
        }
    }

    /// A provider that IAM knows by itself, under its own name and for any audience: `https://accounts.google.com` and
    /// `https://cognito-identity.amazonaws.com`. `None` for any other issuer.
    pub fn built_in(url: &str) -> Option<Self> {
        let name = bare(url);
        let known = [issuers::GOOGLE_HOST, issuers::COGNITO_HOST].contains(&name);
        known.then(|| Self { arn: name.into(), url: url.into(), client_ids: Vec::new() })
    }

    /// True for one of [`Provider::built_in`], which belongs to no account.
    pub fn is_built_in(&self) -> bool {
        [issuers::GOOGLE_HOST, issuers::COGNITO_HOST].contains(&self.arn.as_str())
    }

    /// The issuer without its scheme: what condition keys begin with.
    pub fn key_prefix(&self) -> &str {
        bare(&self.url)
    }
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// `arn:<partition>:iam::<account>:role/<path><name>`; compared with regard to case.
    pub arn: String,
    /// Who may take it.
    pub trust_policy: Policy,
    /// Seconds, 3,600 to 43,200.
    pub max_session_duration: u32,
}

/// The call's parameters as sent; `None` for one that was not.
#[derive(Clone, Default)]
pub struct Request<'a> {
    /// `RoleArn`.
    pub role_arn: Option<&'a str>,
    /// `RoleSessionName`.
    pub role_session_name: Option<&'a str>,
    /// `WebIdentityToken`.
    pub web_identity_token: Option<&'a str>,
    /// `ProviderId`; never for OpenID Connect.
    pub provider_id: Option<&'a str>,
    /// `DurationSeconds`; 3,600 where it was not sent.
    pub duration_seconds: Option<i64>,
    /// `Policy`, a session policy.
    pub policy: Option<&'a str>,
    /// `PolicyArns`.
    pub policy_arns: Vec<&'a str>,
    /// Condition keys that the connection brings: `aws:SourceIp`, `aws:UserAgent`, `aws:RequestedRegion`, of a VPC
    /// endpoint `aws:SourceVpc`, `aws:SourceVpce` and `aws:VpcSourceIp`; and `aws:SecureTransport` where it is false.
    pub connection: Vec<(&'a str, String)>,
}

/// Without the token.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("role_arn", &self.role_arn)
            .field("role_session_name", &self.role_session_name)
            .field("provider_id", &self.provider_id)
            .field("duration_seconds", &self.duration_seconds)
            .finish_non_exhaustive()
    }
}

/// What the issuer publishes, as fetched for the provider that [`provider_for`] names.
#[derive(Clone, Copy, Debug)]
pub struct Documents<'a> {
    /// `<issuer>/.well-known/openid-configuration`.
    pub discovery: Fetched<'a>,
    /// What is at its `jwks_uri`.
    pub jwks: Fetched<'a>,
}

/// A document of the issuer. This list is complete.
#[derive(Clone, Copy, Debug)]
pub enum Fetched<'a> {
    /// The body of an answer with status 200.
    Body(&'a [u8]),
    /// It could not be fetched; the text says why, for people.
    Failed(&'a str),
    /// The server's certificate is not one that the provider's thumbprints stand for.
    OtherCertificate,
}

/// STS would hand out credentials for this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The role asked for.
    pub role_arn: String,
    /// `SubjectFromWebIdentityToken`.
    pub subject: String,
    /// `Audience`: `azp` where the token has it, else `aud`.
    pub audience: String,
    /// `Provider`: the provider's ARN.
    pub provider: String,
    /// The token's `iss`.
    pub issuer: String,
    /// `RoleSessionName`.
    pub session_name: String,
    /// Seconds until the credentials end, from now.
    pub duration_seconds: u32,
    /// Session tags, in the order of their keys.
    pub tags: Vec<(String, String)>,
    /// Those of the tags that role chaining keeps.
    pub transitive_tag_keys: Vec<String>,
    /// `SourceIdentity`.
    pub source_identity: Option<String>,
    /// `sts:RoleAuthorizedByIdp`: the token's roles claim names the role.
    pub role_authorized_by_idp: bool,
    /// The session policy, which limits what the role may do.
    pub session_policy: Option<Policy>,
    /// The managed session policies.
    pub policy_arns: Vec<String>,
    /// What the trust policy compared.
    pub evaluations: Vec<Evaluation>,
}

/// The provider whose documents [`decide`] needs: that of the token's unverified `iss` in the role's account. `None`
/// where the request fails before any document is read.
pub fn provider_for<'w>(world: &'w World, request: &Request<'_>) -> Option<&'w Provider> {
    let role = parameters::role(request.role_arn?).ok()?;
    let claims = Jws::parse(request.web_identity_token?).ok()?.claims().ok()?;
    world.provider(&role, claims.get("iss")?.as_str()?)
}

/// Decides as STS does.
pub fn decide(
    world: &World,
    request: &Request<'_>,
    documents: &Documents<'_>,
    now: Timestamp,
) -> Result<Accepted, Denied> {
    judge(world, request, Some(documents), now)
}

/// [`decide`]; without documents the signature counts as good, if its algorithm is one that AWS takes.
pub(crate) fn judge(
    world: &World,
    request: &Request<'_>,
    documents: Option<&Documents<'_>>,
    now: Timestamp,
) -> Result<Accepted, Denied> {
    let parameters = parameters::check(request)?;
    let now = now.unix();

    let jws = claims::token(parameters.token)?;
    let claims = Claims::read(&jws)?;
    let Some(provider) = world.provider(&parameters.role, &claims.issuer) else {
        return Err(denied::no_provider(world, &claims.issuer, parameters.role.account));
    };
    let audience = claims.audience(provider)?;
    match documents {
        Some(documents) => keys::verify(&jws, &claims.issuer, documents)?,
        None => drop(keys::algorithm(&jws)?),
    }
    claims.check_times(now)?;
    let tags = claims.tags()?;
    let source_identity = claims.source_identity()?;
    let role_authorized_by_idp = claims.names_role(parameters.role_arn)?;

    let Some(role) = world.roles.iter().find(|role| role.arn == parameters.role_arn) else {
        return Err(denied::no_role(world, parameters.role_arn));
    };
    let mut context = claims.context(provider, &audience);
    // Which keys there are: IAM user guide, "AWS global condition context keys", by their availability. The call is not
    // signed, so those of a signer (`aws:PrincipalArn`, `aws:TokenIssueTime`, …) are absent.
    context.put("account", "aws:PrincipalAccount", [parameters.role.account]);
    context.put("account", "aws:ResourceAccount", [parameters.role.account]);
    context.put("account", "aws:PrincipalType", ["User"]);
    context.put("account", "aws:userid", [provider.arn.as_str()]);
    context.put("request", "sts:RoleSessionName", [parameters.session_name]);
    context.put("request", "aws:CurrentTime", [text(&Timestamp::from_unix(now).extended())]);
    context.put("request", "aws:EpochTime", [now.to_string()]);
    context.put("token", "sts:RoleAuthorizedByIdp", [role_authorized_by_idp.to_string()]);
    tags.put_into(&mut context);
    if let Some(identity) = &source_identity {
        context.put("token", "sts:SourceIdentity", [identity.as_str()]);
    }
    context.put("request", "aws:ViaAWSService", ["false"]);
    // The service is reached by https only; a host may say otherwise.
    context.put("connection", "aws:SecureTransport", ["true"]);
    for (key, value) in &request.connection {
        context.put("connection", key, [value.as_str()]);
    }
    let actions = [
        ("sts:AssumeRoleWithWebIdentity", true),
        ("sts:TagSession", !tags.is_empty()),
        ("sts:SetSourceIdentity", source_identity.is_some()),
    ];
    let mut evaluations = Vec::new();
    for (action, _) in actions.into_iter().filter(|(_, asked)| *asked) {
        let question =
            Question { caller: Some(Caller::Federated(&provider.arn)), action, resource: None, context: &context };
        let evaluation = policy::evaluate(&role.trust_policy, &question);
        let allowed = evaluation.decision() == Decision::Allowed;
        evaluations.push(evaluation);
        if !allowed {
            return Err(denied::not_authorized(role, evaluations));
        }
    }
    if parameters.duration > role.max_session_duration {
        return Err(denied::too_long(parameters.duration, role));
    }
    let session_policy = request.policy.map(Policy::parse).transpose().map_err(|e| denied::session_policy(&e))?;

    Ok(Accepted {
        role_arn: role.arn.clone(),
        subject: claims.subject,
        audience,
        provider: provider.arn.clone(),
        issuer: claims.issuer,
        session_name: parameters.session_name.into(),
        duration_seconds: parameters.duration,
        tags: tags.tags,
        transitive_tag_keys: tags.transitive,
        source_identity,
        role_authorized_by_idp,
        session_policy,
        policy_arns: request.policy_arns.iter().map(ToString::to_string).collect(),
        evaluations,
    })
}

impl World {
    /// The provider with exactly this issuer in the role's partition and account.
    fn provider(&self, role: &parameters::RoleArn<'_>, issuer: &str) -> Option<&Provider> {
        let arn = format!("arn:{}:iam::{}:oidc-provider/", role.partition, role.account);
        let fits =
            |provider: &&Provider| provider.url == issuer && (provider.is_built_in() || provider.arn.starts_with(&arn));
        self.providers.iter().find(fits)
    }
}

/// A URL without its scheme.
pub(crate) fn bare(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

fn text(ascii: &[u8]) -> String {
    String::from_utf8_lossy(ascii).into()
}

#[cfg(test)]
mod tests;
