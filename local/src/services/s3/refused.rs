//! S3's codes and texts, and its errors in XML. It names the faults of a signature otherwise than the other services do.

use crate::{
    call::Call,
    wire::{Body, Refusal, Why, tree::Node},
};
use hyper::{Response, StatusCode, body::Bytes, header};
use irsa_core::sigv4::{Part, Refusal as R};

const NOT_ALLOWED: &str = "Access Denied";

pub(super) fn too_large() -> Refusal {
    let why = Why::line("irsa-local takes 64 MiB a request; larger objects go in parts");
    Refusal::new(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size").because(why)
}

pub(super) fn version_2() -> Refusal {
    let message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";
    Refusal::new(400, "InvalidRequest", message)
}

pub(super) fn no_hash() -> Refusal {
    Refusal::new(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
}

pub(super) fn precondition() -> Refusal {
    Refusal::new(412, "PreconditionFailed", default_text("PreconditionFailed"))
}

/// What irsa's verifier refused.
pub(super) fn by_verifier(refusal: &R, in_query: bool) -> Refusal {
    let malformed = |in_header: String, of_query: String| match in_query {
        true => (400, "AuthorizationQueryParametersError", of_query),
        false => (400, "AuthorizationHeaderMalformed", format!("The authorization header is malformed; {in_header}")),
    };
    let (status, code, message) = match refusal {
        R::NoAuth => (403, "AccessDenied", NOT_ALLOWED.to_owned()),
        R::Malformed { what } => malformed(what.clone(), what.clone()),
        // To S3 a temporary key without its token is no key.
        R::UnknownKey { .. } | R::TokenMissing { .. } => {
            (403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.".into())
        }
        R::TokenWrong { .. } => (400, "InvalidToken", "The provided token is malformed or otherwise invalid.".into()),
        R::CredentialsExpired { .. } => (400, "ExpiredToken", "The provided token has expired.".into()),
        R::Expired { .. } => (403, "AccessDenied", "Request has expired".into()),
        R::Skewed { .. } => (
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.".into(),
        ),
        R::Scope { part: Part::Region, expected, got } => {
            let said = format!("the region '{got}' is wrong; expecting '{expected}'");
            malformed(said.clone(), format!("Error parsing the X-Amz-Credential parameter; {said}"))
        }
        R::Scope { part: Part::Service, got, .. } => {
            let said = format!("incorrect service \"{got}\". This endpoint belongs to \"s3\".");
            malformed(said.clone(), format!("Error parsing the X-Amz-Credential parameter; {said}"))
        }
        R::Scope { got, expected, .. } => {
            let said =
                format!("Invalid credential date \"{got}\". This date is not the same as X-Amz-Date: \"{expected}\".");
            malformed(said.clone(), format!("Error parsing the X-Amz-Credential parameter; {said}"))
        }
        R::HeadersNotSigned { .. } => {
            (403, "AccessDenied", "There were headers present in the request which were not signed".into())
        }
        R::Payload { .. } => (400, "XAmzContentSHA256Mismatch", HASH.into()),
        _ => (403, "SignatureDoesNotMatch", MISMATCH.into()),
    };
    let mut said = Refusal::new(status, code, message).because(Why::line(refusal.to_string()));
    said.members = match refusal {
        R::Scope { part: Part::Region, expected, .. } => vec![("Region", expected.clone())],
        R::HeadersNotSigned { names } => vec![("HeadersNotSigned", names.join(", "))],
        R::Mismatch { expected, got, .. } => vec![
            ("StringToSign", expected.string_to_sign.clone()),
            ("SignatureProvided", got.clone()),
            ("CanonicalRequest", expected.shown().to_string()),
        ],
        _ => Vec::new(),
    };
    said
}

const MISMATCH: &str =
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
const HASH: &str = "The provided 'x-amz-content-sha256' header does not match what was computed.";

/// What s3s refused, with AWS's text where s3s has none. `fault`: how the body was broken, which is then what it is.
pub(super) fn of_s3s(status: u16, body: &[u8], fault: Option<String>) -> Refusal {
    if let Some(fault) = fault.filter(|_| status >= 500) {
        let has = |part: &str| fault.contains(part);
        return match () {
            () if has("length limit exceeded") => too_large(),
            () if has("Sha256Mismatch") => Refusal::new(400, "XAmzContentSHA256Mismatch", HASH),
            () if has("SignatureMismatch") => Refusal::new(403, "SignatureDoesNotMatch", MISMATCH),
            () => Refusal::new(
                400,
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header.",
            ),
        }
        .because(Why::line(format!("s3s: {fault}")));
    }
    let text = String::from_utf8_lossy(body);
    let member = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        let value = rest.split_once("</")?.0;
        // The five that XML has; s3s writes no others.
        let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
        Some(plain.iter().fold(value.to_owned(), |value, (from, to)| value.replace(from, to)))
    };
    let code = member("Code").unwrap_or_else(|| "InternalError".into());
    let message = member("Message").unwrap_or_else(|| default_text(&code).to_owned());
    Refusal::new(status, code, message)
}

fn default_text(code: &str) -> &'static str {
    match code {
        "AccessDenied" => NOT_ALLOWED,
        "BadDigest" => "The Content-MD5 or checksum value that you specified did not match what the server received.",
        "BucketAlreadyExists" | "BucketAlreadyOwnedByYou" => {
            "Your previous request to create the named bucket succeeded and you already own it."
        }
        "EntityTooSmall" => "Your proposed upload is smaller than the minimum allowed size",
        "InternalError" => "We encountered an internal error. Please try again.",
        "InvalidBucketName" => "The specified bucket is not valid.",
        "InvalidPart" => {
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the \
             specified entity tag may not match the part's entity tag."
        }
        "InvalidRange" => "The requested range is not satisfiable",
        "MalformedXML" => "The XML you provided was not well-formed or did not validate against our published schema",
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "NoSuchBucket" => "The specified bucket does not exist",
        "NoSuchKey" => "The specified key does not exist.",
        "NoSuchUpload" => {
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or \
             completed."
        }
        "NotImplemented" => "A header you provided implies functionality that is not implemented",
        "PreconditionFailed" => "At least one of the pre-conditions you specified did not hold",
        "SignatureDoesNotMatch" => MISMATCH,
        _ => "",
    }
}

/// The error as S3 writes it.
pub(super) fn response(refusal: &Refusal, call: &Call, request_id: &str) -> Response<Body> {
    let mut members = vec![("Code", Node::text(&refusal.code)), ("Message", Node::text(&refusal.message))];
    members.extend(refusal.members.iter().map(|(name, value)| (*name, Node::text(value))));
    members.push(("Resource", Node::text(&call.path)));
    members.push(("RequestId", Node::text(request_id)));
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    Node::Group(members).xml("Error", 0, &mut xml);
    let mut response = Response::new(Body::Whole(Bytes::from(xml)));
    *response.status_mut() = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/xml"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s3ss_errors_get_awss_texts() {
        let said = of_s3s(404, b"<?xml?><Error><Code>NoSuchKey</Code></Error>", None);
        assert_eq!((said.code.as_str(), said.message.as_str()), ("NoSuchKey", "The specified key does not exist."));
        let said =
            of_s3s(403, b"<Error><Code>AccessDenied</Code><Message>on &quot;a&amp;lt;&quot;</Message></Error>", None);
        assert_eq!((said.status, said.message.as_str()), (403, "on \"a&lt;\""));
        assert_eq!(of_s3s(500, b"", None).code, "InternalError");
    }

    #[test]
    fn a_broken_body_is_no_internal_error() {
        for (fault, status, code) in [
            ("length limit exceeded", 400, "EntityTooLarge"),
            ("UploadStreamError: Sha256Mismatch", 400, "XAmzContentSHA256Mismatch"),
            ("AwsChunkedStreamError: SignatureMismatch", 403, "SignatureDoesNotMatch"),
            ("connection closed", 400, "IncompleteBody"),
        ] {
            let said = of_s3s(500, b"<Error><Code>InternalError</Code></Error>", Some(fault.into()));
            assert_eq!((said.status, said.code.as_str()), (status, code));
        }
        assert_eq!(of_s3s(412, b"<Code>PreconditionFailed</Code>", Some("x".into())).code, "PreconditionFailed");
    }
}
