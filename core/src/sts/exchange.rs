//! The calls as flows make them: read the token, ask, try again where STS's answer says that this can help.
//!
//! Retries go by the error's own advice, not by the HTTP class: at most [`ATTEMPTS`] in all, [`REREADS`] where the token
//! has to be read anew, with exponential back-off and full jitter from the seed. Nothing waits past the flow's deadline:
//! where there is no time left the last error is given, with STS's code, text and request id.

use super::{
    clock::skew,
    request::{self, AssumeRole, Call, WebIdentity},
    response::{self, Action, Assumed, CallerIdentity},
};
use crate::{
    Code, Credentials, Error, Now, Retry,
    effect::{HttpFault, HttpRequest, HttpResponse},
    flow::Io,
    sigv4::{self, KeyCache, Signing},
    token::{self, Token},
};
use alloc::format;
use core::time::Duration;

/// How long one call may take. STS answers within a second; a slow network or a cold proxy needs more, and the flow's
/// own deadline cuts it shorter.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// The most calls for one exchange.
pub const ATTEMPTS: u32 = 4;

/// The most calls where the advice is to read the token again.
pub const REREADS: u32 = 3;

/// Back-off: the first step and the longest, for an error and for throttling. The wait is a random part of the step.
const SOON: (u64, u64) = (250, 5_000);
const SLOWLY: (u64, u64) = (1_000, 20_000);

/// The name that credentials from a web identity carry as their source.
pub const SOURCE: &str = "web identity";

/// The name that credentials of a role assumed with other credentials carry.
pub const ASSUMED: &str = "assume role";

/// Milliseconds of skew from which a refusal may be the clock's fault. AWS takes signatures within five minutes.
const SKEW_LIMIT: i64 = 4 * 60_000;

/// Gives the token of `ask.token_file` to STS and gets credentials. The token is read anew at each attempt.
pub async fn web_identity(io: &Io, call: &Call, ask: &WebIdentity) -> Result<Assumed, Error> {
    let mut tries = Tries::new(call.seed);
    let mut token = token::file::read(io, &ask.token_file).await?;
    loop {
        let error = match web_identity_once(io, call, ask, &token).await {
            Ok(assumed) => return Ok(assumed),
            Err(error) => error,
        };
        tries.wait(io, error.clone()).await?;
        // While the file is being replaced the token in hand is good enough.
        let next = token::file::read(io, &ask.token_file).await.unwrap_or_else(|_| token.clone());
        if error.code() == Code::StsExpiredToken && next.secret() == token.secret() {
            let more = format!("; {} still holds the same token", ask.token_file);
            let fix = format!(
                "see why {} is not rotated: the kubelet replaces it at 80 % of its life, a copy of it is not replaced",
                ask.token_file
            );
            return Err(error.with_more(&more).with_fix(fix));
        }
        token = next;
    }
}

async fn web_identity_once(io: &Io, call: &Call, ask: &WebIdentity, token: &Token) -> Result<Assumed, Error> {
    let request = request::web_identity(call, ask, token)?;
    let action = Action::AssumeRoleWithWebIdentity;
    let answer = send(io, call, request, action.name()).await?;
    let mut assumed = response::assumed(&answer.response, action, SOURCE)?;
    // An answer without a role's ARN (MinIO's) leaves the account that was asked for.
    if assumed.credentials.account_id().is_none() {
        assumed.credentials = assumed.credentials.with_account_id(ask.role_arn.account());
    }
    assumed.skew_millis = answer.skew();
    Ok(assumed)
}

/// Credentials for other credentials, by a signed call.
pub async fn assume_role(io: &Io, call: &Call, ask: &AssumeRole, credentials: &Credentials) -> Result<Assumed, Error> {
    let make = || request::assume_role(call, ask);
    let read = |answer: &HttpResponse| response::assumed(answer, Action::AssumeRole, ASSUMED);
    let (mut assumed, skew) = signed(io, call, credentials, Action::AssumeRole, make, read).await?;
    assumed.skew_millis = skew;
    Ok(assumed)
}

/// Whose credentials these are. No policy can forbid this call.
pub async fn get_caller_identity(io: &Io, call: &Call, credentials: &Credentials) -> Result<CallerIdentity, Error> {
    let make = || Ok(request::get_caller_identity(call));
    let (caller, _) = signed(io, call, credentials, Action::GetCallerIdentity, make, response::caller_identity).await?;
    Ok(caller)
}

/// A signed call with its retries. Where STS refuses and its clock is far from ours, it is signed once more by STS's.
async fn signed<T>(
    io: &Io,
    call: &Call,
    credentials: &Credentials,
    action: Action,
    make: impl Fn() -> Result<HttpRequest, Error>,
    read: impl Fn(&HttpResponse) -> Result<T, Error>,
) -> Result<(T, Option<i64>), Error> {
    let mut tries = Tries::new(call.seed);
    let mut corrected = None;
    loop {
        let mut request = make()?;
        let now = io.now().wall.plus_millis(corrected.unwrap_or(0));
        let signing = Signing::new(credentials, call.endpoint.signing_region(), "sts");
        sigv4::sign(&mut request, &signing, &mut KeyCache::new(), now)?;
        let error = match send(io, call, request, action.name()).await {
            Ok(answer) => match read(&answer.response) {
                Ok(value) => return Ok((value, answer.skew())),
                Err(error) => match answer.skew().filter(|skew| skew.abs() > SKEW_LIMIT) {
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

/// What a wrong clock can be answered with.
fn of_clock(error: &Error) -> bool {
    matches!(error.code(), Code::StsClock | Code::StsSignature | Code::StsAccessDenied)
}

/// An answer, and both clocks around it.
struct Answer {
    response: HttpResponse,
    sent: Now,
    received: Now,
}

impl Answer {
    fn skew(&self) -> Option<i64> {
        skew(&self.response, self.sent, self.received)
    }
}

async fn send(io: &Io, call: &Call, request: HttpRequest, why: &str) -> Result<Answer, Error> {
    let sent = io.now();
    match io.http(request, sent.mono + CALL_TIMEOUT, why).await? {
        Ok(response) => Ok(Answer { response, sent, received: io.now() }),
        Err(fault) => Err(broken(call, &fault)),
    }
}

/// No answer came: a code for each step, and a fix that names the setting behind it.
fn broken(call: &Call, fault: &HttpFault) -> Error {
    let url = call.endpoint.url();
    let code = fault.step.code();
    let error = Error::new(code, "sts", format!("{url}: {fault}"));
    match code {
        Code::AnswerTooLarge if call.endpoint.is_custom() => {
            error.with_fix(format!("check AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL: what answers at {url} is not STS"))
        }
        Code::NetResolve if !call.endpoint.is_custom() => {
            error.with_fix(format!("check AWS_REGION ({}), and that the pod's DNS resolves {url}", call.endpoint.signing_region()))
        }
        Code::NetConnect | Code::NetTimeout => error.with_fix(format!(
            "let the pod reach {url}: network policy, security group, NAT or a VPC endpoint for STS; behind a proxy set HTTPS_PROXY"
        )),
        _ => error,
    }
}

/// How often, and how long in between.
struct Tries {
    made: u32,
    random: u64,
}

impl Tries {
    fn new(seed: u64) -> Self {
        Self { made: 1, random: seed }
    }

    /// Waits before the next attempt, or gives the error back where there is none.
    async fn wait(&mut self, io: &Io, error: Error) -> Result<(), Error> {
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
        let time = io.now().mono + Duration::from_millis(self.below(step));
        if time >= io.deadline() {
            return Err(error.with_more("; no time is left for another attempt"));
        }
        self.made += 1;
        io.wait_until(time, "back-off").await
    }

    /// A number below `end` (SplitMix64).
    fn below(&mut self, end: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end.max(1)
    }
}
