use super::*;
use crate::{Kind, Retry};
use std::{collections::BTreeSet, string::String};

const WEB: Action = Action::AssumeRoleWithWebIdentity;
const SIGNED: Action = Action::AssumeRole;

/// Wire code, text, call, irsa code.
const CASES: &[(&str, &str, Action, Code)] = &[
    ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", WEB, Code::StsAccessDenied),
    ("ExpiredTokenException", "Token expired: current date/time 1 must be before", WEB, Code::StsExpiredToken),
    ("ExpiredToken", "The security token included in the request is expired", SIGNED, Code::StsCredentialsExpired),
    ("IDPCommunicationError", "", WEB, Code::StsIdpCommunication),
    ("IDPCommunicationErrorException", "", WEB, Code::StsIdpCommunication),
    ("IDPRejectedClaim", "", WEB, Code::StsIdpRejectedClaim),
    ("InternalFailure", "", WEB, Code::StsInternal),
    ("ServiceUnavailable", "", WEB, Code::StsInternal),
    ("InvalidIdentityToken", "The ID Token provided is not a valid JWT.", WEB, Code::StsInvalidToken),
    ("InvalidIdentityTokenException", "Couldn't retrieve verification key from", WEB, Code::StsVerificationKey),
    ("InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://x", WEB, Code::StsNoProvider),
    ("InvalidIdentityToken", "Token issued in the future: 17", WEB, Code::StsTokenNotYetValid),
    ("InvalidIdentityToken", "Token not yet valid: current date/time", WEB, Code::StsTokenNotYetValid),
    (
        "InvalidIdentityToken",
        "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
        WEB,
        Code::StsThumbprint,
    ),
    ("InvalidIdentityToken", "The roles claim contains no valid role ARNs", WEB, Code::StsRolesClaim),
    (
        "InvalidIdentityToken",
        "The target role ARN is not present in the roles claim of the identity token",
        WEB,
        Code::StsRolesClaim,
    ),
    ("InvalidIdentityToken", "Missing a required claim: aud", WEB, Code::StsMissingClaim),
    ("InvalidIdentityToken", "Claim is not allowed to be empty: aud", WEB, Code::StsMissingClaim),
    (
        "InvalidIdentityToken",
        "Token audience contains more than one audience while authorized party is not present",
        WEB,
        Code::StsAudiences,
    ),
    ("MalformedPolicyDocument", "", WEB, Code::StsMalformedPolicy),
    ("PackedPolicyTooLargeException", "", WEB, Code::StsPackedPolicy),
    ("RegionDisabledException", "", WEB, Code::StsRegionDisabled),
    ("InvalidAction", "Could not find operation X for version 2011-06-15", SIGNED, Code::StsNoAction),
    ("Throttling", "Rate exceeded", WEB, Code::StsThrottled),
    ("ThrottlingException", "", WEB, Code::StsThrottled),
    ("RequestLimitExceeded", "", WEB, Code::StsThrottled),
    ("Anything", "Rate exceeded", WEB, Code::StsThrottled),
    ("ValidationError", "1 validation error detected", WEB, Code::StsValidation),
    ("ValidationError", "Request ARN is invalid", WEB, Code::StsRoleArnInvalid),
    (
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        WEB,
        Code::StsDuration,
    ),
    (
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        SIGNED,
        Code::StsDuration,
    ),
    ("RequestTimeTooSkewed", "", SIGNED, Code::StsClock),
    ("SignatureDoesNotMatch", "Signature not yet current: 1 is still later than 2", SIGNED, Code::StsClock),
    ("SignatureDoesNotMatch", "The request signature we calculated does not match", SIGNED, Code::StsSignature),
    ("IncompleteSignature", "", SIGNED, Code::StsSignature),
    ("InvalidClientTokenId", "", SIGNED, Code::StsCredentials),
    ("UnrecognizedClientException", "", SIGNED, Code::StsCredentials),
    ("NewAndUnknown", "", SIGNED, Code::StsRefused),
    // MinIO's, which has one code for everything.
    ("InvalidParameterValue", "Token is expired", WEB, Code::StsExpiredToken),
    ("InvalidParameterValue", "Token is not valid yet", WEB, Code::StsTokenNotYetValid),
    ("InvalidParameterValue", "crypto/rsa: verification error", WEB, Code::StsInvalidToken),
    ("InvalidParameterValue", "`azp` must match configured OpenID Client ID", WEB, Code::StsInvalidToken),
    ("InvalidParameterValue", "invalid ARN - bad partition field", WEB, Code::StsRoleArnInvalid),
    ("InvalidParameterValue", "Token used before issued", WEB, Code::StsTokenNotYetValid),
    ("InvalidParameterValue", "No public key found for kid k", WEB, Code::StsVerificationKey),
    ("InvalidParameterValue", "crypto/ecdsa: verification error", WEB, Code::StsInvalidToken),
    ("InvalidParameterValue", "None of the given policies (`p`) are defined", WEB, Code::StsAccessDenied),
    ("InvalidParameterValue", "sub claim missing from the JWT token", WEB, Code::StsMissingClaim),
    ("InvalidParameterValue", "invalid token expiry", WEB, Code::StsDuration),
    ("InvalidParameterValue", "Unsupported action GetCallerIdentity", SIGNED, Code::StsNoAction),
    ("AccessDenied", "The request signature we calculated does not match the", SIGNED, Code::StsSignature),
    ("AccessDenied", "The Access Key Id you provided does not exist in our records.", SIGNED, Code::StsCredentials),
    ("AccessDenied", "Access Denied.", SIGNED, Code::StsAccessDenied),
    // The same words under a code of AWS's mean what AWS means.
    ("ValidationError", "Token is expired", WEB, Code::StsValidation),
    ("InvalidParameterValue", "token contains an invalid number of segments", WEB, Code::StsValidation),
    ("MissingParameter", "The request must contain the parameter Action", WEB, Code::StsValidation),
];

#[test]
fn every_code_and_text_finds_its_own() {
    for (code, message, action, expected) in CASES {
        let wire = Wire { code: String::from(*code), message: String::from(*message) };
        let error = refusal(*action, 400, &wire, Some("r"));
        assert_eq!(error.code(), *expected, "{code} {message}");
        assert_eq!((error.kind(), error.at(), error.request_id()), (Kind::Refused, "sts", Some("r")));
        assert!(error.message().contains(code) && error.message().contains(message), "{error}");
        assert_eq!(error.retry(), expected.retry());
    }
    let unknown = Wire { code: "NewAndUnknown".into(), message: String::new() };
    assert_eq!(refusal(SIGNED, 500, &unknown, None).code(), Code::StsInternal);
    assert_eq!(refusal(SIGNED, 429, &unknown, None).code(), Code::StsThrottled);
}

#[test]
fn what_can_be_tried_again() {
    let by = |wanted: Retry| -> BTreeSet<Code> {
        CASES.iter().map(|(.., code)| *code).filter(|code| code.retry() == wanted).collect()
    };
    assert_eq!(by(Retry::Slowly), [Code::StsThrottled].into());
    assert_eq!(by(Retry::Reread), [Code::StsExpiredToken, Code::StsVerificationKey].into());
    assert_eq!(by(Retry::Soon), [Code::StsIdpCommunication, Code::StsInternal, Code::StsTokenNotYetValid].into());
}

#[test]
fn long_and_odd_texts_are_tamed() {
    let wire = Wire { code: "A\u{1b}[31m".into(), message: "line\nline\u{7} ".repeat(500) };
    let said = String::from(refusal(WEB, 400, &wire, None).message());
    assert!(said.chars().count() < 1_200 && !said.contains(['\n', '\u{1b}', '\u{7}']), "{said}");
}
