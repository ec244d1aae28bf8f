//! Calls of AWS services within a flow: sending, signing, trying again.
//!
//! Retries go by the error's own advice, not by the HTTP class: at most [`ATTEMPTS`] calls in all, [`REREADS`] where the
//! token has to be read anew, with exponential back-off and full jitter from the seed. Nothing waits past the flow's
//! deadline: where no time is left the last error is given, with the service's code, text and request id.

use crate::{
    Code, Credentials, Error, Now, Retry, SecretBytes,
    clock::{is_far, signing_time, skew},
    effect::{HttpFault, HttpRequest, HttpResponse},
    endpoint::Endpoint,
    flow::Io,
    random::Random,
    sigv4::{self, KeyCache, Signing},
};
use alloc::{boxed::Box, format};
use core::time::Duration;

/// What irsa calls itself where the host says nothing else.
pub const USER_AGENT: &str = concat!("irsa/", env!("CARGO_PKG_VERSION"));

/// What every call needs besides its parameters.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where the service is.
    pub endpoint: Endpoint,
    /// The header `User-Agent`.
    pub user_agent: Box<str>,
    /// For the jitter of back-off: different in every pod, the same to replay a flow.
    pub seed: u64,
}

/// Why a flow waits between two attempts, as its effect says: hosts that count retries look for it.
pub const BACK_OFF: &str = "back-off";

/// How long one call may take. AWS answers within a second; a slow network or a cold proxy needs more, and the flow's
/// own deadline cuts it shorter.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// The most calls for one exchange.
pub const ATTEMPTS: u32 = 4;

/// The most calls where the advice is to read the token again.
pub const REREADS: u32 = 3;

/// Back-off: the first step and the longest, for an error and for throttling. The wait is a random part of the step.
const SOON: (u64, u64) = (250, 5_000);
const SLOWLY: (u64, u64) = (1_000, 20_000);

/// Which service is called, for signatures, endpoints and errors.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// As people call it.
    pub(crate) name: &'static str,
    /// In the scope of a signature.
    pub(crate) signing_name: &'static str,
    /// The field `at` of errors.
    pub(crate) at: &'static str,
    /// The variable that holds its URL.
    pub(crate) variable: &'static str,
    /// The system property that does.
    pub(crate) property: &'static str,
    /// What it is called in a `services` section of the config file.
    pub(crate) section: &'static str,
}

impl Service {
    /// As this service wants its requests signed.
    pub(crate) fn signing<'a>(&self, credentials: &'a Credentials, region: &'a str) -> Signing<'a> {
        match self.signing_name {
            "s3" => Signing::s3(credentials, region),
            name => Signing::new(credentials, region, name),
        }
    }
}

/// A signed call with its retries. Where the service refuses and its clock is far from ours, the request is signed once
/// more by the service's clock.
pub(crate) async fn signed<T>(
    io: &Io,
    call: &Call,
    service: &Service,
    credentials: &Credentials,
    why: &str,
    make: impl Fn() -> Result<HttpRequest, Error>,
    read: impl Fn(&HttpResponse) -> Result<T, Error>,
) -> Result<(T, Option<i64>), Error> {
    let mut tries = Tries::new(call.seed);
    let mut corrected = None;
    loop {
        let mut request = make()?;
        let now = signing_time(io.now().wall, corrected.unwrap_or(0));
        let signing = service.signing(credentials, call.endpoint.signing_region());
        sigv4::sign(&mut request, &signing, &mut KeyCache::new(), now)?;
        let error = match send(io, call, service, request, why).await {
            Ok(answer) => match read(&answer.response) {
                Ok(value) => return Ok((value, answer.skew())),
                Err(error) => match answer.skew().filter(|skew| is_far(*skew)) {
                    Some(skew) if corrected.is_none() && of_clock(&error) => {
                        corrected = Some(skew);
                        continue;
                    }
                    _ => error,
                },
            },
            Err(error) => error,
        };
        tries.wait(io, error).await?;
    }
}

/// A POST to the root of the endpoint, as the Query and JSON protocols have it.
pub(crate) fn post(call: &Call, headers: &[(&str, &str)], body: SecretBytes, response_limit: u32) -> HttpRequest {
    let headers = headers.iter().copied().chain([("user-agent", &*call.user_agent)]);
    HttpRequest {
        method: "POST".into(),
        url: format!("{}/", call.endpoint.url().trim_end_matches('/')).into(),
        headers: headers.map(|(name, value)| (name.into(), value.into())).collect(),
        body,
        response_limit,
        direct: false,
    }
}

/// What a wrong clock can be answered with.
fn of_clock(error: &Error) -> bool {
    use Code::{
        ObjectDenied, ParameterDenied, SecretDenied, ServiceCredentials, StsAccessDenied, StsClock, StsSignature,
    };
    matches!(
        error.code(),
        ObjectDenied | ParameterDenied | SecretDenied | ServiceCredentials | StsAccessDenied | StsClock | StsSignature
    )
}

/// An answer, and both clocks around it.
pub(crate) struct Answer {
    pub(crate) response: HttpResponse,
    sent: Now,
    received: Now,
}

impl Answer {
    pub(crate) fn skew(&self) -> Option<i64> {
        skew(&self.response, self.sent, self.received)
    }
}

pub(crate) async fn send(
    io: &Io,
    call: &Call,
    service: &Service,
    request: HttpRequest,
    why: &str,
) -> Result<Answer, Error> {
    let sent = io.now();
    match io.http(request, sent.mono + CALL_TIMEOUT, why).await? {
        Ok(response) => Ok(Answer { response, sent, received: io.now() }),
        Err(fault) => Err(broken(call, service, &fault)),
    }
}

/// No answer came: a code for each step, and a fix that names the setting behind it.
fn broken(call: &Call, service: &Service, fault: &HttpFault) -> Error {
    let url = call.endpoint.url();
    let code = fault.step.code();
    let error = Error::new(code, service.at, format!("{url}: {fault}"));
    let Service { name, variable, .. } = service;
    let fix = match (code, call.endpoint.is_custom()) {
        (Code::NetResolve, false) => {
            let region = call.endpoint.signing_region();
            format!("check AWS_REGION ({region}), and that this machine's or pod's DNS resolves {url}")
        }
        (Code::NetConnect | Code::NetTimeout, false) => format!(
            "open the way to {url}: network policy, security group, NAT or a VPC endpoint for {name}; behind a proxy set HTTPS_PROXY"
        ),
        (Code::AnswerTooLarge | Code::NetConnect | Code::NetResolve | Code::NetTimeout, true) => {
            format!("check {variable} and AWS_ENDPOINT_URL: is {name} at {url}?")
        }
        // TLS answers plain HTTP with bytes that are no HTTP.
        (Code::NetUnknown, true) if url.starts_with("http://") => format!(
            "check {variable} and AWS_ENDPOINT_URL: does {name} speak http at {url}, or was https:// meant? The system's \
             own words are in the message"
        ),
        _ => return error,
    };
    error.with_fix(fix)
}

/// How often, and how long in between.
pub(crate) struct Tries {
    made: u32,
    random: Random,
}

impl Tries {
    pub(crate) fn new(seed: u64) -> Self {
        Self { made: 1, random: Random(seed) }
    }

    /// Waits before the next attempt, or gives the error back where there is none.
    pub(crate) async fn wait(&mut self, io: &Io, error: Error) -> Result<(), Error> {
        let (most, step) = match error.retry() {
            Retry::No => return Err(error),
            Retry::Soon => (ATTEMPTS, SOON),
            Retry::Slowly => (ATTEMPTS, SLOWLY),
            Retry::Reread => (REREADS, SOON),
        };
        if self.made >= most {
            let more = format!("; {most} attempts were made");
            return Err(error.with_more(&more));
        }
        let step = step.0.saturating_mul(1 << (self.made - 1).min(16)).min(step.1);
        let time = io.now().mono + Duration::from_millis(self.random.between(0, step));
        if time >= io.deadline() {
            return Err(error.with_more("; no time is left for another attempt"));
        }
        self.made += 1;
        io.wait_until(time, BACK_OFF).await
    }
}
