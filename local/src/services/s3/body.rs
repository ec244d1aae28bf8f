//! Bodies on their way to and from s3s.

use super::{access::Judged, refused};
use crate::{
    call::Call,
    log::Entry,
    wire::{Body, Refusal},
};
use http_body_util::BodyExt;
use hyper::{
    Response, StatusCode,
    body::Bytes,
    header::{self, HeaderName, HeaderValue},
};
use s3s::dto::StreamingBlob;
use std::sync::Arc;

/// What breaks it is kept: s3s-fs would call it an internal error.
pub(super) fn watched(blob: StreamingBlob, judged: Arc<Judged>) -> StreamingBlob {
    s3s::Body::http_body(s3s::Body::from(blob).map_err(move |fault| judged.broken_body(fault))).into()
}

/// What s3s-fs does not look at: whether the caller has the object already (RFC 9110, section 13.1), and what it is where
/// nobody said so.
pub(super) fn on_condition(
    mut response: Response<Body>,
    call: &Call,
    entry: &mut Entry,
) -> Result<Response<Body>, Refusal> {
    let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default().to_owned();
    let names = |header: &str| {
        let given = call.header(header)?;
        let bare = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').to_owned();
        Some(given.trim() == "*" || given.split(',').any(|one| bare(one) == bare(&tag)))
    };
    if names("if-match") == Some(false) {
        return Err(refused::precondition());
    }
    if names("if-none-match") == Some(true) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = Body::Whole(Bytes::new());
        (entry.status, entry.outcome) = (304, "NotModified".into());
    }
    response.headers_mut().entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("binary/octet-stream"));
    Ok(response)
}

/// The Region that irsa-local plays, which s3s-fs does not know.
pub(super) fn finish(response: &mut Response<Body>, judged: &Judged, region: &str) {
    match judged.operation().as_deref() {
        Some("HeadBucket") => {
            if let Ok(value) = HeaderValue::from_str(region) {
                response.headers_mut().insert(HeaderName::from_static("x-amz-bucket-region"), value);
            }
        }
        Some("GetBucketLocation") => {
            // us-east-1 is the one that has no name here.
            let name = if region == "us-east-1" { "" } else { region };
            let xml = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                 <LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{name}</LocationConstraint>"
            );
            response.headers_mut().remove(header::CONTENT_LENGTH);
            *response.body_mut() = Body::Whole(Bytes::from(xml));
        }
        _ => {}
    }
}
