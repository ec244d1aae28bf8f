//! The two listeners' handlers: the issuer's documents; STS, services and control paths. Around both: request ids,
//! bounded bodies, faults, the access log.

use crate::{
    call::{Call, Gate},
    control::{self, Control},
    fault::{Fault, Faults, Play},
    iam::Iam,
    issuer::{Issuer, JWKS_PATH},
    keys::uuid,
    log::{Entry, Log, said},
    serve::{Closed, Handler, PATIENCE},
    services::{
        parameter_store::{self, ParameterStore},
        s3::{self, S3},
        secrets_manager::{self, SecretsManager},
    },
    sts::{Operation, Outcome, Sts},
    wire::{Answer, Body, Protocol, Refusal, Why},
};
use http_body_util::{BodyExt, Limited};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::{self, HeaderMap, HeaderValue},
    http::request::Parts,
};
use irsa_core::Timestamp;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::time::timeout;

const BODY_LIMIT: usize = 1 << 20;
/// Of a reason, so many characters fit into a header.
const WHY_LIMIT: usize = 1_500;

/// What both handlers share.
pub(crate) struct Shared {
    pub(crate) faults: Faults,
    pub(crate) log: Log,
}

impl Shared {
    /// The server's clock: this machine's, moved by the fault script.
    pub(crate) fn now(&self) -> Timestamp {
        machine_now().plus_millis(self.faults.clock())
    }
}

/// This machine's clock, which the cluster keeps to.
pub(crate) fn machine_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_parts(since.as_secs().cast_signed(), since.subsec_nanos())
}

/// Serves discovery documents and the key set.
pub(crate) struct IssuerHandler {
    pub(crate) shared: Arc<Shared>,
    pub(crate) issuer: Arc<Issuer>,
}

impl IssuerHandler {
    fn answer(&self, method: &str, path: &str) -> Answer {
        if !matches!(method, "GET" | "HEAD") {
            return Answer::new(405, "text/plain", "only GET\n");
        }
        let found = match path.strip_suffix("/.well-known/openid-configuration") {
            // Below the listener's own URL, and below the path that an issuer has.
            Some(prefix) => {
                let mut issuers = self.issuer.issuers();
                let issuer = issuers.find(|issuer| prefix.is_empty() || url_path(issuer) == prefix);
                issuer.map(|issuer| (self.issuer.discovery(issuer), "application/json"))
            }
            None => (path == JWKS_PATH).then(|| (self.issuer.jwks(machine_now()), "application/jwk-set+json")),
        };
        match found {
            Some((document, content_type)) => {
                let mut answer = Answer::new(200, content_type, document.to_string());
                answer.headers.push(("cache-control", "no-cache".into()));
                answer
            }
            None => Answer::new(404, "text/plain", "404 page not found\n"),
        }
    }
}

impl Handler for IssuerHandler {
    async fn handle(&self, request: Request<Incoming>) -> Result<Response<Body>, Closed> {
        let id = uuid();
        let (method, path) = (request.method().as_str(), request.uri().path());
        let answer = self.answer(method, path);
        self.shared.log.write(Entry {
            time: self.shared.now(),
            operation: said(&format!("{method} {path}")),
            who: "-".into(),
            access_key_id: None,
            status: answer.status,
            outcome: if answer.status == 200 { "OK".into() } else { "NotFound".into() },
            fault: None,
            user_agent: agent(&request),
            request_id: id.clone(),
            why: None,
        });
        let mut response = respond(&answer, &id, self.shared.now(), None);
        if method == "HEAD" {
            *response.body_mut() = Body::Whole(Bytes::new());
        }
        Ok(response)
    }
}

/// Serves STS, the services and the control paths.
pub(crate) struct AwsHandler {
    pub(crate) shared: Arc<Shared>,
    pub(crate) iam: Arc<Iam>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) sts: Sts,
    pub(crate) secrets: SecretsManager,
    pub(crate) parameters: ParameterStore,
    pub(crate) s3: S3,
    pub(crate) control: Control,
    pub(crate) address: IpAddr,
    pub(crate) tls: bool,
}

/// What a request turned out to ask.
enum Asked {
    Sts(Protocol, Result<Operation, Refusal>),
    Json(Json, String),
}

/// A service that speaks JSON.
#[derive(Clone, Copy)]
enum Json {
    SecretsManager,
    ParameterStore,
}

impl Json {
    const ALL: [(Self, &str); 2] =
        [(Self::SecretsManager, secrets_manager::TARGET), (Self::ParameterStore, parameter_store::TARGET)];

    fn signing_name(self) -> &'static str {
        match self {
            Self::SecretsManager => "secretsmanager",
            Self::ParameterStore => "ssm",
        }
    }
}

impl Asked {
    fn read(call: &Call) -> Self {
        let target = call.header("x-amz-target").unwrap_or_default();
        let mut known = Json::ALL.into_iter();
        match known.find_map(|(service, prefix)| Some((service, target.strip_prefix(prefix)?))) {
            Some((service, operation)) => Self::Json(service, operation.to_owned()),
            None => {
                let json = call.header("accept").is_some_and(|accept| accept.contains("application/json"));
                Self::Sts(if json { Protocol::QueryJson } else { Protocol::Query }, Operation::read(call))
            }
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Sts(_, Ok(operation)) => said(&operation.name),
            Self::Sts(_, Err(_)) => "-".into(),
            Self::Json(_, operation) => said(operation),
        }
    }

    fn protocol(&self) -> Protocol {
        match self {
            Self::Sts(protocol, _) => *protocol,
            Self::Json(..) => Protocol::Json11,
        }
    }
}

impl Handler for AwsHandler {
    async fn handle(&self, request: Request<Incoming>) -> Result<Response<Body>, Closed> {
        let id = uuid();
        let user_agent = agent(&request);
        let (head, body) = request.into_parts();
        let text = |(name, value): (&header::HeaderName, &HeaderValue)| {
            Some((name.as_str().to_owned(), std::str::from_utf8(value.as_bytes()).ok()?.to_owned()))
        };
        let mut call = Call {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head.headers.iter().filter_map(text).collect(),
            body: Vec::new(),
            now: self.shared.now(),
            source: self.address,
            tls: self.tls,
        };
        let mut entry = Entry {
            time: call.now,
            operation: said(&format!("{} {}", call.method, call.path)),
            who: "-".into(),
            access_key_id: None,
            status: 0,
            outcome: "-".into(),
            fault: None,
            user_agent,
            request_id: id.clone(),
            why: None,
        };
        let control = call.path.starts_with(control::PREFIX);
        if !control && s3::is_asked(&head) {
            return self.s3(head, body, &call, entry).await;
        }
        call.body = match timeout(PATIENCE, Limited::new(body, BODY_LIMIT).collect()).await {
            Ok(Ok(body)) => body.to_bytes().to_vec(),
            _ => {
                let refusal = Refusal::new(
                    413,
                    "RequestEntityTooLarge",
                    format!("more than {BODY_LIMIT} bytes, or not all of them came"),
                );
                return Ok(respond(&Protocol::Query.refusal(&refusal, &id), &id, call.now, None));
            }
        };
        if control {
            return Ok(respond(&self.control.answer(&call, &self.shared), &id, call.now, None));
        }

        let asked = Asked::read(&call);
        let exchange = matches!(&asked, Asked::Sts(_, Ok(operation)) if operation.is_exchange());
        entry.operation = asked.name();
        let fault = match self.shared.faults.next(exchange, Instant::now()) {
            Play::Answer(fault) => fault,
            Play::Down => {
                entry.fault = Some("down");
                self.shared.log.write(entry);
                return Err(Closed);
            }
        };
        let answer = match fault {
            Some(Fault::Html) => {
                Answer::new(200, "text/html", "<!doctype html>\n<title>Sign in</title>\n<p>Welcome to this network.\n")
            }
            Some(Fault::Huge) => Answer::new(200, "text/xml", format!("<Huge>{}</Huge>", "x".repeat(10 << 20))),
            Some(Fault::Redirect) => {
                let mut answer = Answer::new(302, "text/plain", "moved\n");
                answer.headers.push(("location", format!("http://{}/elsewhere", SocketAddr::new(self.address, 9))));
                answer
            }
            fault => self.run(&asked, &call, fault, &mut entry),
        };
        entry.status = answer.status;
        entry.fault = fault.map(Fault::name);
        let mut response = respond(&answer, &id, call.now, entry.why.as_ref());
        self.shared.log.write(entry);
        match fault {
            Some(Fault::Slow(span)) => tokio::time::sleep(span).await,
            Some(Fault::Cut) => {
                let bytes = Bytes::from(answer.body);
                response.headers_mut().insert(header::CONTENT_LENGTH, bytes.len().into());
                *response.body_mut() = Body::Cut(bytes.slice(..bytes.len() / 2));
            }
            Some(Fault::Drip) => *response.body_mut() = Body::drip(answer.body.into()),
            _ => {}
        }
        Ok(response)
    }
}

impl AwsHandler {
    async fn s3(&self, head: Parts, body: Incoming, call: &Call, mut entry: Entry) -> Result<Response<Body>, Closed> {
        if let Play::Down = self.shared.faults.next(false, Instant::now()) {
            entry.fault = Some("down");
            self.shared.log.write(entry);
            return Err(Closed);
        }
        let answered = self.s3.answer(head, body, call, &mut entry).await;
        let answered = answered.map(|mut response| {
            let names = ["x-amz-request-id", "x-amz-id-2"];
            finish(response.headers_mut(), &names, &entry.request_id, call.now, entry.why.as_ref());
            response
        });
        self.shared.log.write(entry);
        answered
    }

    fn run(&self, asked: &Asked, call: &Call, fault: Option<Fault>, entry: &mut Entry) -> Answer {
        let protocol = asked.protocol();
        let played = fault.and_then(|fault| played(fault, call.now));
        let answered = match (played, asked) {
            (Some(refusal), _) => Err(refusal),
            (None, Asked::Sts(_, Err(refusal))) => {
                let refusal = Refusal::new(refusal.status, refusal.code.clone(), refusal.message.clone());
                Err(match elsewhere(call) {
                    Some(service) => refusal.because(Why::line(format!("irsa-local has no service '{service}'"))),
                    None => refusal,
                })
            }
            (None, Asked::Sts(_, Ok(operation))) => {
                let Outcome { who, access_key_id, result } =
                    self.sts.run(operation, call, protocol, self.shared.faults.lifetime());
                (entry.who, entry.access_key_id) = (who, access_key_id);
                result.map(|result| protocol.success(&operation.name, result, &entry.request_id))
            }
            (None, Asked::Json(service, operation)) => self.json(*service, operation, call, entry),
        };
        match answered {
            Ok(answer) => {
                entry.outcome = "OK".into();
                answer
            }
            Err(refusal) => {
                entry.outcome.clone_from(&refusal.code);
                let answer = protocol.refusal(&refusal, &entry.request_id);
                entry.why = refusal.why.map(|why| *why);
                answer
            }
        }
    }

    fn json(&self, service: Json, operation: &str, call: &Call, entry: &mut Entry) -> Result<Answer, Refusal> {
        let caller = self.gate.caller(call, service.signing_name(), Protocol::Json11)?;
        (entry.who, entry.access_key_id) = (caller.arn(), Some(caller.access_key_id().to_owned()));
        let answered = match service {
            Json::SecretsManager => self.secrets.run(operation, call, &caller, &self.iam, &self.gate),
            Json::ParameterStore => self.parameters.run(operation, call, &caller, &self.iam, &self.gate),
        };
        let value = answered.unwrap_or_else(|| Err(Refusal::new(400, "UnknownOperationException", "")))?;
        Ok(Answer::new(200, "application/x-amz-json-1.1", value.to_string()))
    }
}

/// The service that a request was signed for, where it is none of those here: one endpoint for all brings them all.
fn elsewhere(call: &Call) -> Option<String> {
    let name = s3::signing_name(call.header("authorization").unwrap_or_default(), &call.query)?;
    let here = Json::ALL.iter().any(|(service, _)| service.signing_name() == name);
    (!here && !["sts", s3::SIGNING_NAME].contains(&name.as_str())).then(|| said(&name))
}

/// Faults that are an answer of STS's own.
fn played(fault: Fault, now: Timestamp) -> Option<Refusal> {
    let refusal = match fault {
        Fault::Throttle => Refusal::new(400, "Throttling", "Rate exceeded"),
        Fault::KeyBlip => Refusal::new(
            400,
            "InvalidIdentityToken",
            "Couldn't retrieve verification key from your identity provider,  please reference \
             AssumeRoleWithWebIdentity documentation for requirements",
        ),
        Fault::Propagation => {
            Refusal::new(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
        }
        Fault::Unavailable => Refusal::new(503, "ServiceUnavailable", ""),
        Fault::Expired => {
            let earliest = now.unix() - 300;
            let text = "Token expired: current date/time";
            let message = format!("{text} {earliest} must be before the expiration date/time {}", earliest - 60);
            Refusal::new(400, "ExpiredTokenException", message)
        }
        _ => return None,
    };
    Some(refusal.because(Why::line("the fault script says so")))
}

/// The answer with the headers that all have.
fn respond(answer: &Answer, id: &str, now: Timestamp, why: Option<&Why>) -> Response<Body> {
    let mut response = Response::new(Body::Whole(Bytes::from(answer.body.clone())));
    *response.status_mut() =
        hyper::StatusCode::from_u16(answer.status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    finish(headers, &["x-amzn-requestid"], id, now, why);
    for (name, value) in &answer.headers {
        put(headers, name, value);
    }
    response
}

/// The headers that all answers have; `ids` are those that name the request.
fn finish(headers: &mut HeaderMap, ids: &[&'static str], id: &str, now: Timestamp, why: Option<&Why>) {
    let date = UNIX_EPOCH + Duration::from_secs(now.unix().max(0).cast_unsigned());
    put(headers, "date", &httpdate::fmt_http_date(date));
    for name in ids {
        put(headers, name, id);
    }
    if let Some(why) = why {
        let visible = |c: char| if (' '..='~').contains(&c) { c } else { '?' };
        let said = why.lines.join(" | ").replace('…', "...");
        put(headers, "x-irsa-why", &said.chars().take(WHY_LIMIT).map(visible).collect::<String>());
    }
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn agent(request: &Request<Incoming>) -> String {
    said(request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default())
}

/// The path of a URL, without a slash at its end.
fn url_path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |at| &rest[at..]).trim_end_matches('/')
}
