//! What STS's refusals mean: for each code, and where that says too little for each message, an irsa code of its own.
//!
//! Follows the errors of the STS API 2011-06-15 and recorded answers of AWS. Codes come with and without the suffix
//! `Exception`; both are read. Behind a custom endpoint codes are not AWS's (MinIO says InvalidParameterValue to
//! everything), so texts decide there too. A token that an answer echoes is cut out.

use super::response::Action;
use crate::{
    Code, Error,
    effect::HttpResponse,
    wire::{Wire, clock_fault, with_id},
};
use alloc::format;

/// The error for a refusal.
pub(super) fn refusal(action: Action, status: u16, wire: &Wire, request_id: Option<&str>) -> Error {
    let message = format!("STS answered {} with {status} {}", action.name(), wire.shown());
    let mut error = Error::new(classify(action, status, wire), "sts", message);
    if error.code() == Code::StsSignature && wire.message.contains("scoped to a valid region") {
        error = error.with_fix("set AWS_REGION to the Region of the STS that is called; the keys are not at fault");
    }
    match request_id {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

/// The error for a status without a refusal in its body.
pub(super) fn by_status(action: Action, response: &HttpResponse, more: &str) -> Error {
    let code = match response.status {
        407 => Code::NetProxyRefused,
        429 => Code::StsThrottled,
        500.. => Code::StsInternal,
        400.. => Code::StsRefused,
        _ => Code::AnswerUnknown,
    };
    let message = format!("STS answered {} with {}{more}", action.name(), response.status);
    with_id(Error::new(code, "sts", message), response)
}

fn classify(action: Action, status: u16, wire: &Wire) -> Code {
    let said = |part: &str| wire.message.contains(part);
    let unsigned = action == Action::AssumeRoleWithWebIdentity;
    match wire.name() {
        "AccessDenied" => Code::StsAccessDenied,
        "ExpiredToken" if unsigned => Code::StsExpiredToken,
        "ExpiredToken" => Code::StsCredentialsExpired,
        "IDPCommunicationError" => Code::StsIdpCommunication,
        "IDPRejectedClaim" => Code::StsIdpRejectedClaim,
        "InvalidIdentityToken" => identity_token(&wire.message),
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
        "SignatureDoesNotMatch" | "InvalidSignature" | "AuthFailure" if clock_fault(&wire.message) => Code::StsClock,
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
    }
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

#[cfg(test)]
mod tests;
