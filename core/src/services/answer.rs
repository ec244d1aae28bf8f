//! Refusals as every service words them: what all services have in common, and the error for it.

use crate::{
    Code, Error,
    call::Service,
    effect::HttpResponse,
    wire::{Wire, clock_fault, text_without_code, with_id},
};
use alloc::format;

/// The error of an answer that is no success. `own` knows the codes that this service has for itself.
pub(super) fn refusal(
    service: &Service,
    action: &str,
    response: &HttpResponse,
    own: impl FnOnce(&Wire) -> Option<Code>,
) -> Error {
    let (name, status) = (service.name, response.status);
    let (code, said) = match Wire::of(response) {
        Some(wire) => (own(&wire).unwrap_or_else(|| common(response, &wire)), wire.shown()),
        None => {
            let code = match status {
                429 => Code::ServiceThrottled,
                500.. => Code::ServiceInternal,
                _ => Code::ServiceAnswer,
            };
            (code, format!("and no error code{}", text_without_code(response)))
        }
    };
    with_id(Error::new(code, service.at, format!("{name} answered {action} with {status} {said}")), response)
}

/// An answer that is none of this service's.
pub(super) fn odd(service: &Service, action: &str, response: &HttpResponse, what: &str) -> Error {
    let message = format!("{action} was answered with {} and {what}", response.status);
    with_id(Error::new(Code::ServiceAnswer, service.at, message), response)
}

fn common(response: &HttpResponse, wire: &Wire) -> Code {
    match wire.name() {
        "Throttling" | "Throttled" | "TooManyRequests" | "RequestLimitExceeded" | "LimitExceeded" | "SlowDown" => {
            Code::ServiceThrottled
        }
        "InternalServiceError" | "InternalServerError" | "InternalFailure" | "InternalError" | "ServiceUnavailable" => {
            Code::ServiceInternal
        }
        "ExpiredToken"
        | "InvalidToken"
        | "UnrecognizedClient"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "InvalidSignature"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "RequestTimeTooSkewed"
        | "RequestExpired" => Code::ServiceCredentials,
        _ if clock_fault(&wire.message) => Code::ServiceCredentials,
        _ if response.status >= 500 => Code::ServiceInternal,
        _ => Code::ServiceRefused,
    }
}
