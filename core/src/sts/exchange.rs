//! The calls as flows make them: read the token, ask, try again where STS's answer says that this can help.
//!
//! Retries go by the error's own advice, not by the HTTP class: at most [`ATTEMPTS`] in all, [`REREADS`] where the token
//! has to be read anew, with exponential back-off and full jitter from the seed. Nothing waits past the flow's deadline:
//! where there is no time left the last error is given, with STS's code, text and request id.

use super::{
    clock::skew,
    request::{self, Call, WebIdentity},
    response::{self, Action, Assumed},
};
use crate::{
    Code, Error, Now, Retry,
    effect::{HttpFault, HttpRequest, HttpResponse, HttpStep},
    flow::Io,
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
    let answer = send(io, call, request, "AssumeRoleWithWebIdentity").await?;
    let mut assumed = response::assumed(&answer.response, Action::AssumeRoleWithWebIdentity, SOURCE)?;
    // An answer without a role's ARN (MinIO's) leaves the account that was asked for.
    if assumed.credentials.account_id().is_none() {
        assumed.credentials = assumed.credentials.with_account_id(ask.role_arn.account());
    }
    assumed.skew_millis = answer.skew();
    Ok(assumed)
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
    let code = match fault.step {
        HttpStep::Invalid => Code::NetInvalid,
        HttpStep::Resolve => Code::NetResolve,
        HttpStep::Connect => Code::NetConnect,
        HttpStep::Proxy => Code::NetProxy,
        HttpStep::Tls => Code::NetTls,
        HttpStep::Timeout => Code::NetTimeout,
        HttpStep::Closed => Code::NetClosed,
        HttpStep::TooLarge => Code::AnswerTooLarge,
        HttpStep::Unknown => Code::NetUnknown,
    };
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
