//! The same work by aws-sigv4 and reqsign. Before anything is timed, each is held against irsa: aws-sigv4 must give the
//! same signature; reqsign takes no date, so what it signed is given to irsa's verifier.

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        self, PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
        SigningParams, SigningSettings, UriPathNormalizationMode,
    },
    sign::v4,
};
use aws_smithy_runtime_api::client::identity::Identity;
use irsa_benches::signing::{ACCESS_KEY_ID, EXPIRES, NOW, REGION, SECRET_ACCESS_KEY, Work, credentials, session_token};
use irsa_core::sigv4::{KeyCache, PathRule, Payload, Request, Verifying, verify};
use reqsign_aws_v4::{Credential, RequestSigner};
use reqsign_core::{Context, SignRequest};
use std::{
    future::Future,
    hint::black_box,
    pin::pin,
    task::{Poll, Waker},
    time::{Duration, SystemTime},
};

fn url(work: &Work) -> String {
    format!("https://{}{}", work.host, work.path)
}

/// aws-sigv4: the instructions only; nothing is applied to a request.
pub fn aws_sigv4(work: &'static Work) -> impl FnMut() {
    let identity: Identity =
        Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, Some(session_token()), None, "bench").into();
    let url = url(work);
    let once = move || {
        let mut settings = SigningSettings::default();
        if work.service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        if work.presigned {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(EXPIRES.into()));
        } else if work.service == "s3" {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let params: SigningParams<'_> = v4::SigningParams::builder()
            .identity(black_box(&identity))
            .region(REGION)
            .name(work.service)
            .time(SystemTime::UNIX_EPOCH + Duration::from_secs(black_box(NOW as u64)))
            .settings(settings)
            .build()
            .expect("parameters")
            .into();
        let body = work.body.map_or(SignableBody::UnsignedPayload, SignableBody::Bytes);
        let request = SignableRequest::new(work.method, url.as_str(), work.headers.iter().copied(), body);
        http_request::sign(request.expect("request"), &params).expect("signed").into_parts()
    };
    assert_eq!(once().1, work.signature(), "aws-sigv4 and irsa do not sign the same");
    move || {
        black_box(once());
    }
}

/// reqsign: the request is made anew each time, as its signer changes it.
pub fn reqsign(work: &'static Work) -> impl FnMut() {
    let signer = RequestSigner::new(work.service, REGION);
    let credential = Credential {
        access_key_id: ACCESS_KEY_ID.into(),
        secret_access_key: SECRET_ACCESS_KEY.into(),
        session_token: Some(session_token()),
        expires_in: None,
    };
    let context = Context::new();
    let mut build = parts(work);
    let mut once = move || {
        let hash = work.body.map(|body| irsa_benches::signing::sha256_hex(black_box(body)));
        let mut parts = build(hash.as_deref());
        let expires = work.presigned.then(|| Duration::from_secs(EXPIRES.into()));
        {
            let signing = pin!(signer.sign_request(&context, &mut parts, Some(&credential), expires));
            match signing.poll(&mut std::task::Context::from_waker(Waker::noop())) {
                Poll::Ready(result) => result.expect("signed"),
                Poll::Pending => panic!("reqsign waits for something"),
            }
        }
        parts
    };
    accepted(work, &once());
    move || {
        black_box(once());
    }
}

/// What making the request alone costs, the body's hash given.
pub fn reqsign_request(work: &'static Work) -> impl FnMut() {
    let mut build = parts(work);
    let hash = work.body.map(irsa_benches::signing::sha256_hex);
    move || {
        black_box(build(hash.as_deref()));
    }
}

fn parts(work: &'static Work) -> impl FnMut(Option<&str>) -> http::request::Parts {
    let url = url(work);
    move |hash| {
        let mut request = http::Request::builder().method(work.method).uri(black_box(&*url));
        for (name, value) in work.headers {
            request = request.header(*name, *value);
        }
        if let Some(hash) = hash {
            request = request.header("x-amz-content-sha256", hash);
        }
        request.body(()).expect("request").into_parts().0
    }
}

fn accepted(work: &Work, parts: &http::request::Parts) {
    let mut headers: Vec<(&str, &str)> =
        parts.headers.iter().map(|(n, v)| (n.as_str(), v.to_str().expect("text"))).collect();
    if !parts.headers.contains_key("host") {
        headers.push(("host", work.host));
    }
    let request = Request {
        method: work.method,
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: headers.iter().copied(),
        payload: work.body.map_or(Payload::Unsigned, Payload::Bytes),
    };
    let mut rules = Verifying::new(REGION, work.service);
    if work.service == "s3" {
        rules.path = PathRule::S3;
        rules.s3_payload = true;
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("clock").as_secs() as i64;
    let now = irsa_core::Timestamp::from_unix(now);
    verify(&request, &rules, |_| Some(credentials()), &mut KeyCache::new(), now)
        .expect("irsa verifies what reqsign signs");
}
