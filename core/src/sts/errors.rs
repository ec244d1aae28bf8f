//! What STS's refusals mean: for each code, and where that says too little for each message, an irsa code of its own.
//!
//! Follows the errors of the STS API 2011-06-15 and recorded answers of AWS. Codes come with and without the suffix
//! `Exception`; both are read. Behind a custom endpoint codes are not AWS's (MinIO says InvalidParameterValue to
//! everything), so texts decide there too, with mends of their own. A token that an answer echoes is cut out.

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
    let other = said_by_others(wire);
    let mut error = Error::new(other.map_or_else(|| classify(action, status, wire), |said| said.code), "sts", message);
    if let Some(fix) = other.map(|said| said.fix).filter(|fix| !fix.is_empty()) {
        error = error.with_fix(fix);
    }
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
    // Towards http:// a proxy answers in the server's place.
    let who = if code == Code::NetProxyRefused { "a proxy" } else { "STS" };
    let message = format!("{who} answered {} with {}{more}", action.name(), response.status);
    let mut error = Error::new(code, "sts", message);
    match code {
        Code::StsRefused => error = error.with_fix(without_code(response.status)),
        Code::NetProxyRefused => {
            error = error.with_fix(
                "put user and password into HTTP_PROXY (or http_proxy, ALL_PROXY), as http://user:password@host:port with \
                 reserved characters as %XX; or put the host into NO_PROXY",
            );
        }
        _ => {}
    }
    with_id(error, response)
}

/// STS gives a code with each refusal. Where there is none, something on the way to it answered.
fn without_code(status: u16) -> &'static str {
    match status {
        401 | 403 => {
            "there is no code of STS in it, so a proxy or firewall on the way refused: let it pass https to the STS endpoint, or mend HTTPS_PROXY, NO_PROXY, AWS_ENDPOINT_URL_STS"
        }
        404 | 405 => {
            "there is no code of STS in it, so no STS is at that address: mend AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL, or the proxy that answers in its place"
        }
        408 => "the request did not arrive whole: look at the proxy and the network on the way to STS",
        411 | 413 | 414 | 431 => {
            "a proxy on the way limits requests to less than a token needs (20,000 characters): raise its limit, or let the issuer put fewer claims into the token"
        }
        _ => {
            "there is no code of STS in it, so something else answered: check AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL and the proxy"
        }
    }
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
        "InvalidAction" | "UnknownOperation" => Code::StsNoAction,
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
        | "InvalidParameterCombination" => parameter(&wire.message),
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

fn parameter(message: &str) -> Code {
    let said = |part: &str| message.contains(part);
    if said("Request ARN is invalid") {
        Code::StsRoleArnInvalid
    } else if said("DurationSeconds exceeds") {
        Code::StsDuration
    } else {
        Code::StsValidation
    }
}

/// A refusal of MinIO's STS: a part of its text, and what it means.
struct Said {
    text: &'static str,
    code: Code,
    /// Empty where the code's own, or one with the token's claims, is right there too.
    fix: &'static str,
}

/// MinIO has no providers and no trust policies: an issuer's configuration, and policies by name. What it says of web
/// identities comes under InvalidParameterValue alone, which AWS's STS has for none of it.
const OF_TOKENS: &[Said] = &[
    Said { text: "oken is expired", code: Code::StsExpiredToken, fix: "" },
    Said { text: "not valid yet", code: Code::StsTokenNotYetValid, fix: "" },
    Said { text: "used before issued", code: Code::StsTokenNotYetValid, fix: "" },
    Said {
        text: "No public key found for kid",
        code: Code::StsVerificationKey,
        fix: "check that the key set of the issuer that this STS is configured with holds the token's kid, and that it can \
              fetch that key set",
    },
    Said { text: "verification error", code: Code::StsInvalidToken, fix: FORGED },
    Said { text: "signature is invalid", code: Code::StsInvalidToken, fix: FORGED },
    Said {
        text: "must match configured OpenID Client ID",
        code: Code::StsInvalidToken,
        fix: "have the token issued for the audience that this STS is configured with (MinIO: \
              MINIO_IDENTITY_OPENID_CLIENT_ID)",
    },
    Said { text: "claim missing", code: Code::StsMissingClaim, fix: "" },
    Said {
        text: "None of the given policies",
        code: Code::StsAccessDenied,
        fix: "define a policy of the name in the message at this STS, or use a service account that has one (MinIO: the \
              claim that MINIO_IDENTITY_OPENID_CLAIM_NAME names holds the policy's name)",
    },
    Said {
        text: "invalid ARN",
        code: Code::StsRoleArnInvalid,
        fix: "have this STS take policies from a claim (MinIO: MINIO_IDENTITY_OPENID_CLAIM_NAME): it then takes any role ARN",
    },
    Said { text: "invalid token expiry", code: Code::StsDuration, fix: "ask for 900 seconds or more" },
    Said { text: "Unsupported action", code: Code::StsNoAction, fix: "" },
];
/// And under AccessDenied what it says of signed calls.
const OF_SIGNATURES: &[Said] = &[
    Said { text: "request signature we calculated does not match", code: Code::StsSignature, fix: "" },
    Said { text: "Access Key Id you provided does not exist", code: Code::StsCredentials, fix: "" },
    Said { text: "security token included in the request is invalid", code: Code::StsCredentials, fix: "" },
];
const FORGED: &str = "have the token issued anew by the issuer that this STS is configured with: the key that its kid names \
                      did not make its signature, or the token was changed";

fn said_by_others(wire: &Wire) -> Option<&'static Said> {
    let all = match wire.code.as_str() {
        "InvalidParameterValue" => OF_TOKENS,
        "AccessDenied" => OF_SIGNATURES,
        _ => return None,
    };
    all.iter().find(|said| wire.message.contains(said.text))
}

#[cfg(test)]
mod tests;
