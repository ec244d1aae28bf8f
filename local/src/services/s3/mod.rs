//! S3 by the crates s3s and s3s-fs, under the role's permission policies: objects are files below a folder.
//!
//! Two judge each signature: `irsa_core::sigv4::verify` first, with the session token, its end and the clock of the fault
//! script, then s3s's own check, which others wrote. What they do not judge alike is refused. s3s keeps to this machine's
//! clock, but for the age of a presigned URL it is told to let every time pass.
//!
//! Limits: 64 MiB a request, five minutes for it to come. Not here: versions, ACLs, bucket policies, encryption, forms.

mod access;
mod body;
mod refused;
mod request;
mod route;

pub(crate) use route::{is_asked, signing_name};

use crate::{
    call::{Call, Gate},
    iam::Iam,
    log::{Entry, said},
    serve::Closed,
    session::{Session, Sessions},
    wire::{Body, Refusal, Why},
};
use access::{Access, Judged};
use http_body_util::{BodyExt, Limited};
use hyper::{
    Response,
    body::{Bytes, Incoming},
    http::request::Parts,
};
use irsa_core::{Code, Error};
use s3s::{
    S3Result,
    auth::{S3Auth, SecretKey},
    config::{S3Config, StaticConfigProvider},
    s3_error,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use std::{fs, os::unix::fs::DirBuilderExt, path::Path, sync::Arc, time::Duration};
use tokio::time::timeout;

pub(crate) const SIGNING_NAME: &str = "s3";
const BODY_LIMIT: usize = 64 << 20;
/// Of an error of s3s's.
const ERROR_LIMIT: usize = 1 << 16;
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) struct S3 {
    service: S3Service,
    gate: Arc<Gate>,
}

impl S3 {
    /// With these buckets, and those that are in the folder already.
    pub(crate) fn new(folder: &Path, buckets: &[String], iam: Arc<Iam>, gate: Arc<Gate>) -> Result<Self, Error> {
        let broken = |path: &Path, fault: &dyn std::fmt::Display| {
            Error::new(Code::LocalState, "s3", format!("{}: {fault}", path.display()))
                .with_fix(format!("make {} writable, or give another folder with --bucket-folder", path.display()))
        };
        for path in [folder.to_owned()].into_iter().chain(buckets.iter().map(|name| folder.join(name))) {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
            made.map_err(|e| broken(&path, &e))?;
        }
        let root = folder.canonicalize().map_err(|e| broken(folder, &e))?;
        let files = FileSystem::new(&root).map_err(|e| broken(&root, &format!("{e:?}")))?;
        let mut config = S3Config::default();
        config.presigned_url_max_skew_time_secs = u32::MAX;
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        builder.set_host(route::Hosts);
        builder.set_auth(Keys(gate.clone()));
        builder.set_access(Access { iam, root });
        Ok(Self { service: builder.build(), gate })
    }

    /// Answers a request, whose log line it fills in. `call` has its head.
    pub(crate) async fn answer(
        &self,
        head: Parts,
        body: Incoming,
        call: &Call,
        entry: &mut Entry,
    ) -> Result<Response<Body>, Closed> {
        let length = call.header("content-length").and_then(|length| length.parse::<usize>().ok());
        let caller = match request::caller(call, &self.gate) {
            Ok(_) if length.is_some_and(|length| length > BODY_LIMIT) => Err(refused::too_large()),
            judged => judged,
        };
        let refusal = match caller {
            Err(refusal) => refusal,
            Ok(caller) => {
                (entry.who, entry.access_key_id) = (caller.arn(), Some(caller.access_key_id().to_owned()));
                match self.run(head, body, call, caller, entry).await? {
                    Ok(response) => return Ok(response),
                    Err(refusal) => refusal,
                }
            }
        };
        entry.outcome.clone_from(&refusal.code);
        entry.status = refusal.status;
        let response = refused::response(&refusal, call, &entry.request_id);
        entry.why = refusal.why.map(|why| *why);
        Ok(response)
    }

    async fn run(
        &self,
        head: Parts,
        body: Incoming,
        call: &Call,
        caller: Arc<Session>,
        entry: &mut Entry,
    ) -> Result<Result<Response<Body>, Refusal>, Closed> {
        let context = request::context(call, &caller, &self.gate.region);
        let judged = Arc::new(Judged::new(caller, context));
        let watched = judged.clone();
        let body = Limited::new(body, BODY_LIMIT).map_err(move |fault| watched.broken_body(fault));
        let mut request = s3s::HttpRequest::from_parts(head, s3s::Body::http_body_unsync(body));
        request.extensions_mut().insert(judged.clone());
        let response = match timeout(PATIENCE, self.service.call(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) | Err(_) => return Err(Closed),
        };

        if let Some(operation) = judged.operation() {
            entry.operation = said(&operation);
        }
        let (head, body) = response.into_parts();
        if head.status.is_client_error() || head.status.is_server_error() {
            let body = Limited::new(body, ERROR_LIMIT).collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            let said = refused::of_s3s(head.status.as_u16(), &body, judged.fault());
            // Permission was refused with a reason; that s3s refuses a signature that irsa takes is one, too.
            return Ok(Err(match judged.why() {
                Some(why) => said.because(why),
                None if judged.operation().is_none() => said.because(Why::line("s3s refused it before it was judged")),
                None => said,
            }));
        }
        (entry.status, entry.outcome) = (head.status.as_u16(), "OK".into());
        let location = judged.operation().as_deref() == Some("GetBucketLocation");
        let mut response =
            Response::from_parts(head, if location { Body::Whole(Bytes::new()) } else { Body::Stream(body) });
        body::finish(&mut response, &judged, &self.gate.region);
        match judged.operation().as_deref() {
            Some("GetObject" | "HeadObject") => Ok(body::on_condition(response, call, entry)),
            _ => Ok(Ok(response)),
        }
    }
}

/// The secret of an access key id, for s3s's own check.
struct Keys(Arc<Gate>);

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let sessions: &Sessions = &self.0.sessions;
        match sessions.get(access_key) {
            Some(session) => Ok(session.credentials.secret_access_key().expose().into()),
            None => Err(s3_error!(InvalidAccessKeyId)),
        }
    }
}
