//! What the credential chain is told by a program: providers and flows share it. docs/chain.md says what each setting
//! does; a member that is left zero is left to the environment, as the AWS SDKs read it.

use crate::{
    edge::{Versioned, no_such, optional_list, slice, str, versioned},
    types::irsa_str,
};
use irsa::core::{
    Error, Secret,
    chain::{Inputs, Options},
};
use std::ffi::c_char;

/// What a program says itself of where its credentials come from. Zero it, then set `size` and what is meant; all zero is
/// what a pod needs. A text that is empty is not said. It is read by the call it is given to, and not kept.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_chain {
    /// `sizeof(irsa_chain)`.
    pub size: usize,
    /// `NAME=VALUE` each, then NULL: as `environ` is, and as execve wants it. NULL: the environment of this process, read
    /// during the call; no other thread may be in setenv or putenv then. What is not UTF-8 is not read.
    pub environment: *const *const c_char,
    /// Instead of `AWS_REGION`.
    pub region: irsa_str,
    /// Instead of `AWS_PROFILE`; the profile then goes before all other sources.
    pub profile: irsa_str,
    /// Instead of `AWS_ROLE_ARN`; web identity then goes before all other sources.
    pub role_arn: irsa_str,
    /// Instead of `AWS_WEB_IDENTITY_TOKEN_FILE`; likewise.
    pub token_file: irsa_str,
    /// Instead of `AWS_ROLE_SESSION_NAME`, and of a profile's `role_session_name` for its last role.
    pub session_name: irsa_str,
    /// A session policy (JSON) for the last role.
    pub policy: irsa_str,
    /// ARNs of managed session policies for the last role.
    pub policy_arns: *const irsa_str,
    /// How many.
    pub policy_arn_count: usize,
    /// STS's URL, instead of `AWS_ENDPOINT_URL_STS`.
    pub endpoint: irsa_str,
    /// What STS is told as `User-Agent`; empty: irsa and its version.
    pub user_agent: irsa_str,
    /// For the jitter of retries: the same gives the same pauses. 0: the system's randomness.
    pub seed: u64,
    /// How long the last role is assumed for, in seconds; 0: as a profile or STS has it.
    pub duration_seconds: u32,
    /// An `IRSA_…` of `irsa_choice`, instead of `IRSA_STRICT`: whether a source that fails ends the chain.
    pub strict: u32,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_chain {
    const LEAST: usize = size_of::<Self>();
}

/// What the chain reads, of the struct or (for NULL) of this process's environment alone.
///
/// # Safety
/// The header's rules.
#[allow(dead_code, reason = "providers and flows use it")]
pub(crate) unsafe fn read_chain(chain: *const irsa_chain) -> Result<Inputs, Error> {
    if chain.is_null() {
        let mut inputs = irsa::inputs_from_env();
        inputs.seed = irsa::seed();
        return Ok(inputs);
    }
    // SAFETY: by the header's rules.
    let (chain, variables) = unsafe {
        let chain = versioned(chain, "chain")?;
        (chain, optional_list(chain.environment))
    };
    let mut inputs = match variables {
        None => irsa::inputs_from_env(),
        Some(variables) => {
            let texts = variables.iter().filter_map(|variable| variable.to_str().ok()?.split_once('='));
            Inputs::new(texts.map(|(name, value)| (name, Secret::from(value))))
        }
    };
    // SAFETY: by the header's rules.
    inputs.options = unsafe { read_options(&chain) }?;
    inputs.seed = if chain.seed == 0 { irsa::seed() } else { chain.seed };
    Ok(inputs)
}

/// One variable of the environment that the chain is given, for what reads another than the chain's own.
///
/// # Safety
/// The header's rules; and where it is not NULL, its size was looked at.
pub(crate) unsafe fn variable(chain: *const irsa_chain, name: &str) -> Option<String> {
    let environment = match chain.is_null() {
        true => None,
        // SAFETY: by the header's rules.
        false => unsafe { optional_list((&raw const (*chain).environment).read_unaligned()) },
    };
    let Some(variables) = environment else { return std::env::var(name).ok() };
    let of_name = |text: &&str| text.split_once('=').is_some_and(|(known, _)| known == name);
    let found = variables.iter().filter_map(|variable| variable.to_str().ok()).find(of_name)?;
    found.split_once('=').map(|(_, value)| value.to_owned())
}

/// # Safety
/// The header's rules.
unsafe fn read_options(chain: &irsa_chain) -> Result<Options, Error> {
    let said = |view: irsa_str, name: &str| {
        // SAFETY: by the header's rules.
        unsafe { str(view, name) }.map(|text| (!text.is_empty()).then(|| Box::from(text)))
    };
    // SAFETY: by the header's rules.
    let arns = unsafe { slice(chain.policy_arns, chain.policy_arn_count, "chain.policy_arns") }?;
    Ok(Options {
        region: said(chain.region, "chain.region")?,
        profile: said(chain.profile, "chain.profile")?,
        role_arn: said(chain.role_arn, "chain.role_arn")?,
        token_file: said(chain.token_file, "chain.token_file")?,
        session_name: said(chain.session_name, "chain.session_name")?,
        duration_seconds: (chain.duration_seconds != 0).then_some(chain.duration_seconds),
        policy: said(chain.policy, "chain.policy")?,
        policy_arns: arns
            .iter()
            // SAFETY: by the header's rules.
            .map(|arn| unsafe { str(*arn, "chain.policy_arns") }.map(Box::from))
            .collect::<Result<_, _>>()?,
        endpoint: said(chain.endpoint, "chain.endpoint")?,
        strict: match chain.strict {
            0 => None,
            1 => Some(true),
            2 => Some(false),
            other => return Err(no_such("chain.strict", other)),
        },
        user_agent: said(chain.user_agent, "chain.user_agent")?,
        flags: false,
    })
}
