//! The heads of S3's answers, and how it refuses: in XML, or to HEAD by the status alone.
//!
//! Where a bucket is, S3 says in the header `x-amz-bucket-region` or in the XML.

use super::{Operation, SERVICE};
use crate::{
    Code, Error, Secret, Timestamp,
    clock::http_date,
    effect::HttpResponse,
    services::answer,
    wire::{Wire, with_id},
    xml,
};
use alloc::{borrow::ToOwned, boxed::Box, format, string::String, vec::Vec};

/// What the headers of an answer say of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectHead {
    /// With its quotes, as conditions want it.
    pub etag: Option<Box<str>>,
    /// The version, in a bucket that keeps them.
    pub version_id: Option<Box<str>>,
    /// `content-type`.
    pub content_type: Option<Box<str>>,
    /// Bytes of this answer's body: of the object, or of the range of it.
    pub length: Option<u64>,
    /// Bytes of the whole object.
    pub size: Option<u64>,
    /// `bytes 0-9/43`, where a range was asked for.
    pub content_range: Option<Box<str>>,
    /// When it was written.
    pub last_modified: Option<Timestamp>,
    /// Absent where it is `STANDARD`.
    pub storage_class: Option<Box<str>>,
    /// What was written along with it: the names in lower case, without `x-amz-meta-`. S3 writes what is not ASCII as
    /// RFC 2047 has it.
    pub metadata: Vec<(Box<str>, Secret)>,
}

/// Reads the head of an answer. Its body is looked at where S3 refuses, and may be missing otherwise.
pub fn read(operation: Operation, response: &HttpResponse) -> Result<ObjectHead, Error> {
    if !matches!(response.status, 200 | 206) {
        return Err(refusal(operation.name(), response));
    }
    let text = |name: &str| response.header(name).map(Box::from);
    let number = |name: &str| response.header(name).and_then(|number| number.trim().parse().ok());
    let length = number("content-length").filter(|_| operation != Operation::PutObject);
    let content_range = text("content-range");
    let whole = content_range.as_deref().and_then(|range: &str| range.rsplit_once('/')?.1.parse().ok());
    let metadata = response.headers.iter().filter_map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        Some((name.strip_prefix("x-amz-meta-")?.into(), value.clone()))
    });
    Ok(ObjectHead {
        etag: text("etag"),
        version_id: text("x-amz-version-id"),
        content_type: text("content-type").filter(|_| operation != Operation::PutObject),
        length,
        size: if response.status == 206 { whole } else { length },
        content_range,
        last_modified: response.header("last-modified").and_then(http_date),
        storage_class: text("x-amz-storage-class"),
        metadata: metadata.collect(),
    })
}

/// The error of an answer that is no success.
pub(super) fn refusal(action: &str, response: &HttpResponse) -> Error {
    let region = region(response);
    if response.body.is_empty()
        && let Some(code) = by_status(response.status, region.is_some())
    {
        let message = format!("S3 answered {action} with {} and no reason", response.status);
        return placed(with_id(Error::new(code, SERVICE.at, message), response), region);
    }
    let error = answer::refusal(&SERVICE, action, response, |wire| own(wire, region.is_some()));
    placed(error, region)
}

/// What a status alone says: HEAD is answered without a body, 304 always is.
fn by_status(status: u16, elsewhere: bool) -> Option<Code> {
    Some(match status {
        301 | 307 => Code::BucketRegion,
        304 | 412 => Code::ObjectCondition,
        // To HEAD in another Region, or with credentials that ended.
        400 if elsewhere => Code::BucketRegion,
        400 => Code::ServiceRefused,
        403 => Code::ObjectDenied,
        // 405: this version is a mark that the object was deleted.
        404 | 405 => Code::ObjectNotFound,
        503 => Code::ServiceThrottled,
        _ => return None,
    })
}

fn own(wire: &Wire, elsewhere: bool) -> Option<Code> {
    Some(match wire.name() {
        "NoSuchBucket" => Code::BucketNotFound,
        "NoSuchKey" | "NoSuchVersion" | "MethodNotAllowed" => Code::ObjectNotFound,
        "AccessDenied" | "AllAccessDisabled" => Code::ObjectDenied,
        "PermanentRedirect" | "TemporaryRedirect" | "Redirect" | "IllegalLocationConstraint" => Code::BucketRegion,
        "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError" if elsewhere => Code::BucketRegion,
        "AuthorizationHeaderMalformed" => Code::ServiceCredentials,
        "InvalidObjectState" => Code::ObjectArchived,
        "PreconditionFailed" | "NotModified" => Code::ObjectCondition,
        _ => return None,
    })
}

/// The Region that the answer names.
fn region(response: &HttpResponse) -> Option<String> {
    let mut region = response.header("x-amz-bucket-region").map(ToOwned::to_owned);
    let text = core::str::from_utf8(response.body.expose()).unwrap_or_default();
    if region.is_none() && text.trim_start().starts_with('<') {
        let _ = xml::leaves(text, |path, value| {
            if matches!(path, ["Error", "Region"]) {
                region = Some(value.into());
            }
        });
    }
    let label = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    region.filter(|region| (1..=63).contains(&region.len()) && region.bytes().all(label))
}

/// With the Region in the fix, where that is what is wrong.
fn placed(error: Error, region: Option<String>) -> Error {
    match (error.code(), region) {
        (Code::BucketRegion, Some(region)) => {
            let fix = format!("the bucket is in {region}: ask and sign there, such as by AWS_REGION={region}");
            error.with_more(&format!("; it is in {region}")).with_fix(fix)
        }
        (Code::ServiceRefused, _) if error.message().ends_with("and no reason") => error.with_fix(
            "ask by GET for the same object: S3 gives its reason there; mostly the credentials have ended or are another \
             partition's",
        ),
        _ => error,
    }
}
