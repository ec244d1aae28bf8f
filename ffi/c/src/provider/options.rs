//! What a provider is made from: the struct that C fills in, and the recipe that is kept of it for a child after fork.

use super::log::{Log, irsa_log};
use crate::{
    chain::{irsa_chain, read_chain, variable},
    edge::{Versioned, no_such},
};
use irsa::{Host, Provider};
use irsa_core::{Error, Secret, chain::Inputs};
use std::{cell::RefCell, collections::BTreeMap, ffi::c_void, time::Duration};

/// How to make a provider. Zero it, then set `size` and what differs. Nothing of it is needed after the call but `log` and
/// `log_user`.
///
/// Proxies and certificates are of the chain's environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`,
/// `AWS_CA_BUNDLE`, `SSL_CERT_FILE`, `SSL_CERT_DIR`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_provider_options {
    /// `sizeof(irsa_provider_options)`.
    pub size: usize,
    /// Where credentials come from, as far as the program says it; NULL: as the environment of this process says.
    /// A child after fork mixes its process id into the seed.
    pub chain: *const irsa_chain,
    /// What one exchange may take in all, in milliseconds; a call waits one second longer at most. 0: 30,000.
    pub timeout_ms: u32,
    /// For a program that hands credentials on to others who keep them: so many milliseconds are left of them when they
    /// are handed out, as long as exchanges succeed. 0: as much as a caller needs who uses them at once.
    pub headroom_ms: u32,
    /// An `IRSA_…` of `irsa_choice`: whether a thread replaces credentials before anybody has to wait for it. It ends with
    /// the provider; a child after fork starts its own. `IRSA_AUTO`: no.
    pub background: u32,
    /// Is told what happens; NULL: nobody.
    pub log: irsa_log,
    /// What `log` gets first.
    pub log_user: *mut c_void,
}

// SAFETY: a C struct of integers and pointers, its size first; a function that is NULL is `None`.
unsafe impl Versioned for irsa_provider_options {
    const LEAST: usize = size_of::<Self>();
}

/// All that a provider is made from, as often as need be. Plain data: a child may read it.
pub(super) struct Recipe {
    inputs: Inputs,
    /// What the host has asked for: proxies and certificates.
    variables: BTreeMap<Box<str>, Secret>,
    timeout: Duration,
    headroom: Duration,
    background: bool,
    log: Option<Log>,
}

impl Recipe {
    pub(super) fn from_env() -> Self {
        let mut inputs = irsa::inputs_from_env();
        inputs.seed = irsa::seed();
        Self::with(inputs, |name| std::env::var(name).ok())
    }

    fn with(inputs: Inputs, variable: impl Fn(&str) -> Option<String>) -> Self {
        let asked = RefCell::new(BTreeMap::new());
        // What a host asks for is written down, so that a child need not ask its environment again.
        drop(Host::new(|name| {
            let value = variable(name)?;
            asked.borrow_mut().insert(Box::from(name), Secret::from(value.as_str()));
            Some(value)
        }));
        let (variables, timeout, headroom) = (asked.into_inner(), Duration::from_secs(30), Duration::ZERO);
        Self { inputs, variables, timeout, headroom, background: false, log: None }
    }

    /// # Safety
    /// The header's rules.
    pub(super) unsafe fn read(given: &irsa_provider_options) -> Result<Self, Error> {
        // SAFETY: by the header's rules.
        let inputs = unsafe { read_chain(given.chain) }?;
        // SAFETY: by the header's rules, and `read_chain` has looked at it.
        let mut recipe = Self::with(inputs, |name| unsafe { variable(given.chain, name) });
        if given.timeout_ms > 0 {
            recipe.timeout = Duration::from_millis(given.timeout_ms.into());
        }
        recipe.headroom = Duration::from_millis(given.headroom_ms.into());
        recipe.background = match given.background {
            0 | 2 => false,
            1 => true,
            other => return Err(no_such("options.background", other)),
        };
        recipe.log = Log::new(given.log, given.log_user);
        Ok(recipe)
    }

    /// The provider; for a child in the process of this id.
    pub(super) fn make(&self, child: Option<u32>) -> Result<Provider, Error> {
        // By the golden ratio, so that neighbours are far apart.
        let seed = self.inputs.seed ^ u64::from(child.unwrap_or(0)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut builder = Provider::builder()
            .host(Host::new(|name| Some(self.variables.get(name)?.expose().to_owned())))
            .environment(self.inputs.environment.iter().map(|(name, value)| (name, value.clone())))
            .options(self.inputs.options.clone())
            .timeout(self.timeout)
            .headroom(self.headroom)
            .background(self.background)
            .seed(seed);
        if let Some(log) = self.log {
            builder = builder.events(move |event: &irsa::Event<'_>| log.tell(event));
        }
        builder.build()
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }
}
