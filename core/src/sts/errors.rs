//! What STS's refusals mean: for each code, and where that says too little for each message, an irsa code of its own.
//!
//! Follows the errors of the STS API 2011-06-15 and recorded answers of AWS. Codes come with and without the suffix
//! `Exception`; both are read. Behind a custom endpoint codes are not AWS's (MinIO says InvalidParameterValue to
//! everything), so texts decide there too. A token that an answer echoes is cut out.

use super::response::Action;
use crate::{
    Code, Error, Retry,
    effect::HttpResponse,
    json::{self, Object},
};
use alloc::{boxed::Box, format, string::String};

/// Code and message as they came.
#[derive(Default)]
pub(super) struct Wire {
    /// Such as `InvalidIdentityToken`.
    pub(super) code: String,
    /// In AWS's words.
    pub(super) message: String,
}

impl Wire {
    /// `{"Error": {"Code", "Message"}}`, `{"__type", "message"}` or `{"code", "message"}`.
    pub(super) fn from_json(object: &Object<'_>) -> Option<Self> {
        let inner = object.object("Error");
        let from = inner.as_ref().unwrap_or(object);
        let code = from.get_any_case("code").or_else(|| from.get("__type")).and_then(json::string)?;
        let message = from.get_any_case("message").and_then(json::string);
        // `com.amazonaws.sts#ExpiredTokenException`, or with a URL behind a colon.
        let code = code.expose().rsplit('#').next().unwrap_or_default();
        let code = code.split(':').next().unwrap_or_default();
        Some(Self { code: code.into(), message: message.map(|m| m.expose().into()).unwrap_or_default() })
    }
}

/// The error for a refusal.
pub(super) fn refusal(action: Action, status: u16, wire: &Wire, request_id: Option<&str>) -> Error {
    let (code, retry) = classify(action, status, wire);
    let code_text: String = wire.code.chars().take(100).flat_map(char::escape_debug).collect();
    let said: String = wire.message.chars().take(1000).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let message = format!("STS answered {} with {status} {code_text}: {}", action.name(), redact(&said));
    let error = Error::new(code, "sts", message).with_retry(retry.unwrap_or_else(|| code.retry()));
    match request_id {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

/// The error for a status without a refusal in its body.
pub(super) fn by_status(action: Action, response: &HttpResponse, more: &str) -> Error {
    let code = match response.status {
        407 => Code::NetProxy,
        429 => Code::StsThrottled,
        500.. => Code::StsInternal,
        400.. => Code::StsRefused,
        _ => Code::AnswerUnknown,
    };
    let error = Error::new(code, "sts", format!("STS answered {} with {}{more}", action.name(), response.status));
    match request_id(response) {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

/// The request id in the headers.
pub(super) fn request_id(response: &HttpResponse) -> Option<Box<str>> {
    let id = response.header("x-amzn-requestid").or_else(|| response.header("x-amz-request-id"))?;
    Some(id.chars().take(100).collect::<String>().into())
}

fn classify(action: Action, status: u16, wire: &Wire) -> (Code, Option<Retry>) {
    let said = |part: &str| wire.message.contains(part);
    let unsigned = action == Action::AssumeRoleWithWebIdentity;
    let name = wire.code.strip_suffix("Exception").unwrap_or(&wire.code);
    let code = match name {
        "AccessDenied" => Code::StsAccessDenied,
        "ExpiredToken" if unsigned => Code::StsExpiredToken,
        "ExpiredToken" => Code::StsCredentialsExpired,
        "IDPCommunicationError" => Code::StsIdpCommunication,
        "IDPRejectedClaim" => Code::StsIdpRejectedClaim,
        "InvalidIdentityToken" => return (identity_token(&wire.message), None),
        "MalformedPolicyDocument" => Code::StsMalformedPolicy,
        "PackedPolicyTooLarge" => Code::StsPackedPolicy,
        "RegionDisabled" => Code::StsRegionDisabled,
        "Throttling"
        | "Throttled"
        | "ThrottledRequest"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "TooManyRequests"
        | "BandwidthLimitExceeded"
        | "LimitExceeded"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "EC2Throttled"
        | "TransactionInProgress" => Code::StsThrottled,
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => Code::StsClock,
        "SignatureDoesNotMatch" | "InvalidSignature" | "AuthFailure" if skewed(&wire.message) => Code::StsClock,
        "SignatureDoesNotMatch" | "InvalidSignature" | "AuthFailure" | "IncompleteSignature" => Code::StsSignature,
        "InvalidClientTokenId" | "UnrecognizedClient" | "InvalidAccessKeyId" | "MissingAuthenticationToken" => {
            Code::StsCredentials
        }
        "ValidationError"
        | "Validation"
        | "InvalidParameterValue"
        | "MissingParameter"
        | "InvalidParameterCombination" => parameter(&wire.message, unsigned),
        "InternalFailure" | "InternalError" | "InternalServer" | "ServiceUnavailable" | "RequestTimeout" => {
            Code::StsInternal
        }
        _ if said("Rate exceeded") || status == 429 => Code::StsThrottled,
        _ if status >= 500 => Code::StsInternal,
        _ => Code::StsRefused,
    };
    (code, None)
}

/// InvalidIdentityToken covers a dozen faults; its texts tell them apart.
fn identity_token(message: &str) -> Code {
    let said = |part: &str| message.contains(part);
    if said("Couldn't retrieve verification key") {
        Code::StsVerificationKey
    } else if said("No OpenIDConnect provider found") {
        Code::StsNoProvider
    } else if said("issued in the future") || said("Token not yet valid") {
        Code::StsTokenNotYetValid
    } else if said("thumbprint") {
        Code::StsThumbprint
    } else if said("roles claim") {
        Code::StsRolesClaim
    } else if said("Missing a required claim") || said("Claim is not allowed to be empty") {
        Code::StsMissingClaim
    } else if said("more than one audience") {
        Code::StsAudiences
    } else if said("Token expired") || said("Token is expired") {
        Code::StsExpiredToken
    } else {
        Code::StsInvalidToken
    }
}

/// ValidationError, and what others use in its place for everything.
fn parameter(message: &str, unsigned: bool) -> Code {
    let said = |part: &str| message.contains(part);
    if said("Request ARN is invalid") || said("invalid ARN") {
        Code::StsRoleArnInvalid
    } else if said("DurationSeconds exceeds") {
        Code::StsDuration
    } else if unsigned && (said("Token is expired") || said("token is expired")) {
        Code::StsExpiredToken
    } else if unsigned && said("not valid yet") {
        Code::StsTokenNotYetValid
    } else if unsigned && (said("verification error") || said("must match configured OpenID Client ID")) {
        Code::StsInvalidToken
    } else {
        Code::StsValidation
    }
}

fn skewed(message: &str) -> bool {
    ["Signature expired", "Signature not yet current", "is now earlier than", "is now later than"]
        .iter()
        .any(|part| message.contains(part))
}

/// Cuts out every word that looks like a JWT: `{"` in base64 is `ey`.
pub(super) fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let in_token = |c: char| c.is_ascii_alphanumeric() || "-_.=+/".contains(c);
    let mut rest = text;
    while let Some(start) = rest.find(in_token) {
        let (before, word) = rest.split_at(start);
        let (word, after) = word.split_at(word.find(|c| !in_token(c)).unwrap_or(word.len()));
        out.push_str(before);
        let jwt = word.len() > 20 && word.starts_with("ey") && word.contains('.');
        out.push_str(if jwt { "[token]" } else { word });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests;
