//! Flows that go on from credentials to a call: whose they are, another role, a secret, a parameter.
//!
//! Each takes the chain's credentials, or some that the program has. Where the service is comes of the chain's settings
//! (docs/chain.md, "Endpoints"); calls are signed anew and tried again as AWS's answers advise.

use crate::{
    chain::{irsa_chain, read_chain},
    credentials::irsa_credentials,
    edge::{OutHandle, given, hand, optional_text, run, text},
    error::irsa_error,
    flow::{Outcome, found, irsa_flow},
    text::Text,
};
use irsa_core::{
    Credentials, Error, Mono,
    arn::RoleArn,
    call::{Call, Service, USER_AGENT},
    chain::{self, Inputs, Origin, Resolved, Setting, Source},
    endpoint::{Endpoint, Settings},
    flow::{Flow, Io},
    services::{
        secrets_manager::{self, GetSecretValue},
        ssm::{self, GetParameter},
    },
    sts::{self, AssumeRole, STS, SessionName},
};
use serde_json::json;
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
    sync::Arc,
};

/// A flow that asks STS whose the credentials are: no policy can forbid it. `credentials` NULL: those of the chain; they
/// are not kept. The rest as `irsa_flow_new_chain`. `irsa_flow_output` then gives JSON: `{"account", "arn", "user_id"}`.
/// Errors: `IRSA_C_…`. Since 0.1.
///
///     irsa_flow *flow = NULL;
///     if (irsa_flow_new_identity(NULL, NULL, irsa_clock_now().mono_ms + 30000, &flow, NULL) == IRSA_OK)
///         irsa_flow_free(flow);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_flow_new_identity(
    chain: *const irsa_chain,
    credentials: Option<&irsa_credentials>,
    deadline_ms: u64,
    flow: Option<&mut MaybeUninit<*mut irsa_flow>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_flow_new_identity", err, || {
        // SAFETY: by the header's rules.
        let session = unsafe { Session::read(chain, credentials) }?;
        begin(flow, deadline_ms, |io| async move {
            let (resolved, call) = session.call(&io, &STS, |s| sts::Endpoint::resolve(s, None)).await?;
            let caller = sts::get_caller_identity(&io, &call, &resolved.credentials).await?;
            let all = json!({ "account": caller.account, "arn": caller.arn, "user_id": caller.user_id });
            Ok(Outcome::Output(Text::new(all.to_string().as_bytes())))
        })
    })
}

/// A flow that assumes a role with credentials (AssumeRole). `credentials` as in `irsa_flow_new_identity`. `external_id`
/// may be NULL. Of `chain`, `session_name`, `duration_seconds`, `policy` and `policy_arns` are about this role; without a
/// `session_name` it is the pod's name. The result is for `irsa_flow_credentials`. (A role with a token file,
/// AssumeRoleWithWebIdentity, is `irsa_flow_new_chain` with `role_arn` and `token_file`.)
/// Errors: `IRSA_C_…`, and what is wrong with `role_arn`. Since 0.1.
///
///     irsa_flow *flow = NULL;
///     const char *role = "arn:aws:iam::123456789012:role/reader";
///     if (irsa_flow_new_role(NULL, NULL, role, NULL, irsa_clock_now().mono_ms + 30000, &flow, NULL) == IRSA_OK)
///         irsa_flow_free(flow);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_flow_new_role(
    chain: *const irsa_chain,
    credentials: Option<&irsa_credentials>,
    role_arn: *const c_char,
    external_id: *const c_char,
    deadline_ms: u64,
    flow: Option<&mut MaybeUninit<*mut irsa_flow>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_flow_new_role", err, || {
        // SAFETY: by the header's rules.
        let (mut session, arn, external_id) = unsafe {
            let session = Session::read(chain, credentials)?;
            (session, RoleArn::parse(text(role_arn, "role_arn")?)?, optional_text(external_id, "external_id")?)
        };
        let options = &mut session.inputs.options;
        let name = match (options.session_name.take(), session.inputs.environment.get("HOSTNAME")) {
            (Some(name), _) => SessionName::parse(&name)?,
            (None, host) => SessionName::clean(host.map_or("irsa", |host| host.expose())),
        };
        let mut ask = AssumeRole::new(arn, name);
        ask.external_id = external_id.map(Box::from);
        ask.duration_seconds = options.duration_seconds.take();
        ask.policy = options.policy.take();
        ask.policy_arns = std::mem::take(&mut options.policy_arns);
        begin(flow, deadline_ms, |io| async move {
            let (resolved, call) = session.call(&io, &STS, |s| sts::Endpoint::resolve(s, None)).await?;
            let assumed = sts::assume_role(&io, &call, &ask, &resolved.credentials).await?;
            let (credentials, skew_millis) = (assumed.credentials, assumed.skew_millis);
            let last = Resolved { credentials, skew_millis, renewable: true, ..resolved };
            Ok(Outcome::Credentials(Arc::new(found(last))))
        })
    })
}

/// A flow that reads a secret of Secrets Manager (GetSecretValue). `credentials` as in `irsa_flow_new_identity`.
/// `secret_id` is a name or an ARN; `version_id` and `version_stage` may be NULL: then it is the current one.
/// `irsa_flow_output` then gives its value, text or bytes. Errors: `IRSA_C_…`. Since 0.1.
///
///     irsa_flow *flow = NULL;
///     uint64_t end = irsa_clock_now().mono_ms + 30000;
///     if (irsa_flow_new_secret(NULL, NULL, "prod/db", NULL, NULL, end, &flow, NULL) == IRSA_OK)
///         irsa_flow_free(flow);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_flow_new_secret(
    chain: *const irsa_chain,
    credentials: Option<&irsa_credentials>,
    secret_id: *const c_char,
    version_id: *const c_char,
    version_stage: *const c_char,
    deadline_ms: u64,
    flow: Option<&mut MaybeUninit<*mut irsa_flow>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_flow_new_secret", err, || {
        // SAFETY: by the header's rules.
        let (session, ask) = unsafe {
            let mut ask = GetSecretValue::new(text(secret_id, "secret_id")?);
            ask.version_id = optional_text(version_id, "version_id")?.map(Box::from);
            ask.version_stage = optional_text(version_stage, "version_stage")?.map(Box::from);
            (Session::read(chain, credentials)?, ask)
        };
        begin(flow, deadline_ms, |io| async move {
            let (resolved, call) = session.call(&io, &secrets_manager::SERVICE, |s| ask.endpoint(s)).await?;
            let secret = secrets_manager::get_secret_value(&io, &call, &ask, &resolved.credentials).await?;
            Ok(Outcome::Output(Text::new(secret.value.expose())))
        })
    })
}

/// A flow that reads a parameter of Parameter Store (GetParameter), decrypted. `credentials` as in
/// `irsa_flow_new_identity`. `name` is a name or an ARN, with `:version` or `:label` behind it where it is not the latest.
/// `irsa_flow_output` then gives its value. Errors: `IRSA_C_…`. Since 0.1.
///
///     irsa_flow *flow = NULL;
///     if (irsa_flow_new_parameter(NULL, NULL, "/prod/url", irsa_clock_now().mono_ms + 30000, &flow, NULL) == IRSA_OK)
///         irsa_flow_free(flow);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_flow_new_parameter(
    chain: *const irsa_chain,
    credentials: Option<&irsa_credentials>,
    name: *const c_char,
    deadline_ms: u64,
    flow: Option<&mut MaybeUninit<*mut irsa_flow>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_flow_new_parameter", err, || {
        // SAFETY: by the header's rules.
        let (session, ask) = unsafe { (Session::read(chain, credentials)?, GetParameter::new(text(name, "name")?)) };
        begin(flow, deadline_ms, |io| async move {
            let endpoint = |s: &Settings<'_>| ssm::Ask::Parameter(&ask).endpoint(s);
            let (resolved, call) = session.call(&io, &ssm::SERVICE, endpoint).await?;
            let parameter = ssm::get_parameter(&io, &call, &ask, &resolved.credentials).await?;
            Ok(Outcome::Output(Text::new(parameter.value.expose().as_bytes())))
        })
    })
}

fn begin<Fut>(out: OutHandle<'_, irsa_flow>, deadline_ms: u64, body: impl FnOnce(Io) -> Fut) -> Result<(), Error>
where
    Fut: Future<Output = Result<Outcome, Error>> + Send + 'static,
{
    hand(given(out, "flow")?, irsa_flow::new(Flow::new(Mono(deadline_ms), body)));
    Ok(())
}

/// What a call is made with.
struct Session {
    inputs: Inputs,
    /// Credentials of the program's, and their Region.
    given: Option<(Credentials, Option<Setting>)>,
}

impl Session {
    /// # Safety
    /// The header's rules.
    unsafe fn read(chain: *const irsa_chain, credentials: Option<&irsa_credentials>) -> Result<Self, Error> {
        // SAFETY: by the header's rules.
        let inputs = unsafe { read_chain(chain) }?;
        let given = credentials.map(|it| (it.core.as_ref().clone(), region(it, &inputs)));
        Ok(Self { inputs, given })
    }

    async fn call(
        &self,
        io: &Io,
        service: &Service,
        choose: impl FnOnce(&Settings<'_>) -> Result<Endpoint, Error>,
    ) -> Result<(Resolved, Call), Error> {
        let resolved = match &self.given {
            None => chain::resolve_in(io, &self.inputs).await?,
            Some((credentials, region)) => Resolved {
                credentials: credentials.clone(),
                source: Source::Environment,
                region: region.clone(),
                skew_millis: None,
                renewable: false,
            },
        };
        let endpoint = chain::endpoint(io, &self.inputs, &resolved, service, choose).await?;
        let user_agent = self.inputs.options.user_agent.as_deref().unwrap_or(USER_AGENT).into();
        Ok((resolved, Call { endpoint, user_agent, seed: self.inputs.seed }))
    }
}

/// The Region for credentials of the program's: what it says, theirs, the variable's.
fn region(credentials: &irsa_credentials, inputs: &Inputs) -> Option<Setting> {
    let variable = inputs.environment.get("AWS_REGION").map(|value| value.expose().trim());
    let said = [
        (inputs.options.region.as_deref(), Origin::Option("region")),
        (credentials.region(), Origin::Option("credentials")),
        (variable, Origin::Variable("AWS_REGION")),
    ];
    let mut said = said.into_iter().filter_map(|(value, from)| Some((value.filter(|v| !v.is_empty())?, from)));
    said.next().map(|(value, from)| Setting { value: value.into(), from })
}
