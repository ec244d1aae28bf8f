//! Whose credentials: the flags that say it, the environment, and the chain that is run with both.

use crate::{
    args::{Args, Ended, Word},
    output,
};
use irsa::{Cancel, Host, Provider};
use irsa_core::{
    Error, Mono,
    call::{Call, Service, USER_AGENT},
    chain::{self, Explanation, Inputs, Resolved},
    effect::{HttpRequest, HttpResponse},
    endpoint::{Endpoint, Settings},
    flow::{Flow, Io},
};
use std::{cell::RefCell, time::Duration};

/// The flags of `irsa help identity`, as far as they were given.
pub struct Identity {
    options: chain::Options,
    timeout: Duration,
}

impl Default for Identity {
    fn default() -> Self {
        Self { options: chain::Options { flags: true, ..chain::Options::default() }, timeout: Duration::from_secs(30) }
    }
}

impl Identity {
    /// Takes a flag that is one of these; else it is unexpected.
    pub fn take(&mut self, word: &Word, args: &mut Args) -> Result<(), Ended> {
        let Word::Flag(flag) = word else { return Err(args.unexpected(word).into()) };
        match flag.as_str() {
            "--profile" => self.options.profile = Some(args.value()?.into()),
            "--role-arn" => self.options.role_arn = Some(args.value()?.into()),
            "--token-file" => self.options.token_file = Some(args.value()?.into()),
            "--session-name" => self.options.session_name = Some(args.value()?.into()),
            "--region" => self.options.region = Some(args.value()?.into()),
            "--duration" => self.options.duration_seconds = Some(args.number(flag)?),
            "--timeout" => self.timeout = Duration::from_secs(args.positive(flag)?.into()),
            _ => return Err(args.unexpected(word).into()),
        }
        Ok(())
    }

    /// The same for a program that runs for long and hands credentials on.
    pub fn provider(self, headroom: Duration) -> Result<Provider, Error> {
        let builder = Provider::builder().options(self.options).timeout(self.timeout);
        builder.background(true).headroom(headroom).build()
    }

    /// Reads the environment.
    pub fn session(self) -> Session {
        let mut inputs = irsa::inputs_from_env();
        inputs.options = self.options;
        inputs.seed = irsa::seed();
        Session { host: Host::from_env(), inputs, timeout: self.timeout, told: RefCell::default() }
    }
}

/// A host, and what the chain reads.
pub struct Session {
    pub host: Host,
    pub inputs: Inputs,
    timeout: Duration,
    /// Notices that were said already.
    told: RefCell<Vec<String>>,
}

impl Session {
    /// Runs the chain, and says what a person should know of it.
    pub fn resolve(&self) -> Result<Resolved, Error> {
        let (result, explanation) = self.explained();
        self.tell(&explanation);
        result
    }

    fn tell(&self, explanation: &Explanation) {
        let mut told = self.told.borrow_mut();
        for notice in &explanation.notices {
            if !told.contains(notice) {
                output::note(notice);
                told.push(notice.clone());
            }
        }
    }

    /// When whatever begins now has to be done.
    pub fn deadline(&self) -> Mono {
        self.host.now().mono + self.timeout
    }

    /// Runs the chain, and gives what it looked at, whatever came of it.
    pub fn explained(&self) -> (Result<Resolved, Error>, Explanation) {
        let mut flow = chain::resolve(self.inputs.clone(), self.deadline());
        let result = self.host.drive(&mut flow, &Cancel::new());
        (result, flow.explanation())
    }
}

impl Session {
    /// Runs a flow within the time that is given.
    pub fn drive<T, Fut>(&self, body: impl FnOnce(Io) -> Fut) -> Result<T, Error>
    where
        Fut: Future<Output = Result<T, Error>> + Send + 'static,
    {
        self.host.drive(&mut Flow::new(self.deadline(), body), &Cancel::new())
    }

    /// What a call to a service needs: where it is by flags, variables and profile, with `choose`.
    pub fn call(
        &self,
        resolved: &Resolved,
        service: Service,
        choose: impl FnOnce(&Settings<'_>) -> Result<Endpoint, Error> + Send + 'static,
    ) -> Result<Call, Error> {
        let (inputs, resolved) = (self.inputs.clone(), resolved.clone());
        let look = |io: Io| async move { chain::endpoint(&io, &inputs, &resolved, &service, choose).await };
        let mut flow = Flow::new(self.deadline(), look);
        let endpoint = self.host.drive(&mut flow, &Cancel::new());
        self.tell(&flow.explanation());
        Ok(Call { endpoint: endpoint?, user_agent: USER_AGENT.into(), seed: self.inputs.seed })
    }

    /// Sends one request.
    pub fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        self.drive(|io| async move {
            let answer = io.http(request, io.deadline(), "the request").await?;
            answer.map_err(|fault| Error::new(fault.step.code(), "send", fault.to_string()))
        })
    }
}
