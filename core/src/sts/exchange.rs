//! The calls as flows make them: read the token, ask, try again where STS's answer says that this can help.
//!
//! How often and how long: see [`crate::call`]. The token is read anew at each attempt, as the kubelet may just have
//! replaced it; where STS says that it has expired and the file still holds the same one, that is the end.

use super::{
    advice::{advise, advise_signed, elsewhere},
    request::{self, AssumeRole, WebIdentity},
    response::{self, Action, Assumed, CallerIdentity},
};
use crate::{
    Code, Credentials, Error,
    call::{Call, Service, Tries, send, signed},
    effect::HttpResponse,
    flow::Io,
    token::{self, Token},
};
use alloc::format;

/// The name that credentials from a web identity carry as their source.
pub const SOURCE: &str = "web identity";

/// The name that credentials of a role assumed with other credentials carry.
pub const ASSUMED: &str = "assume role";

/// STS, as calls and endpoint settings name it.
pub const STS: Service = Service {
    name: "STS",
    signing_name: "sts",
    at: "sts",
    variable: "AWS_ENDPOINT_URL_STS",
    property: "aws.endpointUrlSts",
    section: "sts",
};

/// Gives the token of `ask.token_file` to STS and gets credentials. The token is read anew at each attempt.
pub async fn web_identity(io: &Io, call: &Call, ask: &WebIdentity) -> Result<Assumed, Error> {
    let mut tries = Tries::new(call.seed);
    let mut token = token::file::read(io, &ask.token_file).await?;
    // What STS may not like is said; STS has the last word.
    let warnings = token.warnings(io.now().wall, token::AUDIENCE);
    io.explain(|e| e.notices.extend(warnings.iter().map(|w| format!("the token of {}: {w}", ask.token_file))));
    loop {
        let error = match web_identity_once(io, call, ask, &token).await {
            Ok(assumed) => return Ok(assumed),
            Err(error) => advise(elsewhere(error, call), ask, &token),
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
    let answer = send(io, call, &STS, request, action.name()).await?;
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
    let (mut assumed, skew) = signed(io, call, &STS, credentials, Action::AssumeRole.name(), make, read)
        .await
        .map_err(|error| advise_signed(elsewhere(error, call), ask))?;
    assumed.skew_millis = skew;
    Ok(assumed)
}

/// Whose credentials these are. No policy can forbid this call.
pub async fn get_caller_identity(io: &Io, call: &Call, credentials: &Credentials) -> Result<CallerIdentity, Error> {
    let make = || Ok(request::get_caller_identity(call));
    let (caller, _) =
        signed(io, call, &STS, credentials, Action::GetCallerIdentity.name(), make, response::caller_identity)
            .await
            .map_err(|error| elsewhere(error, call))?;
    Ok(caller)
}
