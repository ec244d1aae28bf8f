//! Bodies on their way to and from s3s.

use super::access::Judged;
use crate::wire::Body;
use http_body_util::BodyExt;
use hyper::{
    Response,
    body::Bytes,
    header::{self, HeaderName, HeaderValue},
};
use s3s::dto::StreamingBlob;
use std::sync::Arc;

/// What breaks it is kept: s3s-fs would call it an internal error.
pub(super) fn watched(blob: StreamingBlob, judged: Arc<Judged>) -> StreamingBlob {
    s3s::Body::http_body(s3s::Body::from(blob).map_err(move |fault| judged.broken_body(fault))).into()
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
