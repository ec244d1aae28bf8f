//! What to change when STS refuses a web identity: with the very file, role and claims that were sent.
//!
//! Claims are shown, the token never; each at most 200 characters, without control characters.

use super::{AssumeRole, Call, WebIdentity};
use crate::{Code, Error, token::Token};
use alloc::{boxed::Box, format, string::String, vec::Vec};

/// The same error; where it is the trouble of a server that is not AWS's, with a fix that does not send people to AWS.
pub(super) fn elsewhere(error: Error, call: &Call) -> Error {
    match error.code() {
        Code::StsInternal if call.endpoint.is_custom() => {
            let fix = format!("wait and try again; if it stays, see the log of the STS at {}", call.endpoint.url());
            error.with_fix(fix)
        }
        _ => error,
    }
}

/// The same for a role asked for with other credentials: there is no token, and two policies have to agree.
pub(super) fn advise_signed(error: Error, ask: &AssumeRole) -> Error {
    let role = &ask.role_arn;
    let external_id = match ask.external_id {
        Some(_) => "the external_id that was sent has to be its sts:ExternalId",
        None => "if it wants sts:ExternalId, set external_id",
    };
    let fix = match error.code() {
        Code::StsAccessDenied => format!(
            "allow sts:AssumeRole on {role} in the caller's policy, and name the caller as principal in the role's trust \
             policy; {external_id}"
        ),
        Code::StsRoleArnInvalid => format!(
            "mend the role ARN, which is {role}: the account has 12 digits, and the partition must be that of the STS that is \
             called"
        ),
        _ => return error,
    };
    error.with_fix(fix)
}

/// The same error, with a fix that names what was sent. Errors that have nothing to do with it stay as they are, and so do
/// those that have a fix of their own: they come from servers that are not AWS's.
pub(super) fn advise(error: Error, ask: &WebIdentity, token: &Token) -> Error {
    if error.fix() != error.code().fix() {
        return error;
    }
    let (file, role, claims) = (&ask.token_file, &ask.role_arn, token.claims());
    let iss = || said(claims.iss.as_deref());
    let sub = || said(claims.sub.as_deref());
    let aud = || match &claims.azp {
        Some(azp) => said(Some(azp)),
        None => said(Some(&claims.aud.iter().map(Box::as_ref).collect::<Vec<&str>>().join(", "))),
    };
    let fix = match error.code() {
        Code::StsAccessDenied => format!(
            "compare the trust policy of {role} with the token in {file}: principal the provider of {}, :sub {}, :aud {}; \
             a role that does not exist is refused alike, and so is one that is seconds old",
            iss(),
            sub(),
            aud()
        ),
        Code::StsAudiences => format!("have the token in {file} issued for one audience alone; it has {}", aud()),
        Code::StsInvalidToken => format!(
            "compare the token in {file} with the IAM OIDC provider in account {}: its URL must equal iss ({}), its client \
             IDs must hold aud ({}); a changed signature gives the same text",
            role.account(),
            iss(),
            aud()
        ),
        Code::StsMissingClaim => format!(
            "have a projected token written to {file} (serviceAccountToken with audience and expirationSeconds); a token \
             from a Secret has neither"
        ),
        Code::StsNoProvider => format!(
            "create an IAM OIDC provider with the URL {} in account {} (partition {}), or set the role ARN to a role of the \
             account that has it",
            iss(),
            role.account(),
            role.partition().id
        ),
        Code::StsRoleArnInvalid => format!(
            "mend the role ARN (AWS_ROLE_ARN, profile key role_arn), which is {role}: the account has 12 digits, and the \
             partition must be that of the STS that is called"
        ),
        Code::StsRolesClaim => format!(
            "have the issuer put {role} into the claim https://aws.amazon.com/roles of the token in {file}, or leave the \
             claim out"
        ),
        Code::StsVerificationKey => format!(
            "check that the key set of {} holds the kid {} of the token in {file}, and that its discovery document is \
             whole; for a while after a key rotation this passes by itself",
            iss(),
            said(token.header().kid.as_deref())
        ),
        _ => return error,
    };
    error.with_fix(fix)
}

fn said(text: Option<&str>) -> String {
    match text {
        Some(text) => text.chars().take(200).flat_map(char::escape_debug).collect(),
        None => "(none)".into(),
    }
}
