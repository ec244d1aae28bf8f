//! HTTP as effects want it: one request, one connection, an absolute deadline, no redirect, nothing sent twice, and a
//! fault that names the step that broke. ureq speaks HTTP/1.1; which connection it speaks over is decided here.

mod connect;
mod proxy;
mod tls;
mod wire;

use crate::host::{Cancel, Clock, Timeouts, files::read_bounded};
use connect::{Route, Target, Unresolved};
use irsa_core::{
    Mono, Secret,
    effect::{HttpFault, HttpRequest, HttpResponse, HttpStep},
};
use std::{fmt, io, sync::Arc};
use ureq::{
    Agent,
    http::{HeaderName, HeaderValue, Request, Response, Uri, header},
};

/// How this machine reaches others.
#[derive(Debug)]
pub(crate) struct Net {
    proxies: proxy::Proxies,
    tls: Arc<tls::Tls>,
    pub timeouts: Timeouts,
}

impl Net {
    pub(crate) fn new(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            proxies: proxy::Proxies::new(variable),
            tls: Arc::new(tls::Tls::new(variable)),
            timeouts: Timeouts::default(),
        }
    }

    /// Sends a request and reads the whole answer.
    pub(crate) fn send(
        &self,
        request: &HttpRequest,
        deadline: Mono,
        clock: Clock,
        cancel: &Cancel,
    ) -> Result<HttpResponse, HttpFault> {
        self.exchange(request, deadline, clock, cancel).map_err(|fault| fault.0)
    }

    fn exchange(
        &self,
        request: &HttpRequest,
        deadline: Mono,
        clock: Clock,
        cancel: &Cancel,
    ) -> Result<HttpResponse, Fault> {
        let uri: Uri =
            request.url.parse().map_err(|e| Fault::new(HttpStep::Invalid, format!("the URL cannot be used: {e}")))?;
        let target = Target::of(&uri)?;
        let proxy = match request.direct {
            true => None,
            false => self.proxies.choose(target.https, &target.host, target.port).map_err(Fault)?.cloned(),
        };
        let peer = target.address();
        let route = Route {
            target,
            proxy,
            tls: self.tls.clone(),
            timeouts: self.timeouts,
            deadline,
            clock,
            cancel: cancel.clone(),
        };
        let message = message(request, uri, &route)?;
        // An agent keeps connections and settings; ours are all in the route, so each request has its own.
        let agent = Agent::with_parts(config(), route, Unresolved);
        let sends_body = !request.body.is_empty() || ["POST", "PUT", "PATCH"].contains(&&*request.method);
        let answer = if sends_body { agent.run(message.map(|()| request.body.expose())) } else { agent.run(message) };
        read(answer.map_err(|e| Fault::from_ureq(e, &peer))?, request.response_limit, &peer)
    }
}

fn config() -> ureq::config::Config {
    Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent("")
        .accept("")
        .accept_encoding("")
        .allow_non_standard_methods(true)
        .max_response_header_size(wire::Wiped::SIZE - 1)
        .max_idle_connections(0)
        .build()
}

fn message(request: &HttpRequest, uri: Uri, route: &Route) -> Result<Request<()>, Fault> {
    let invalid = |what: &str| Fault::new(HttpStep::Invalid, what);
    let mut message = Request::builder().method(&*request.method).uri(uri);
    let headers = request.headers.iter().map(|(name, value)| (&**name, value));
    let authorization = route.forwarded().and_then(|proxy| proxy.authorization.as_ref());
    for (name, value) in headers.chain(authorization.map(|value| ("proxy-authorization", value))) {
        let said = || invalid(&format!("the header {:?} cannot be sent", name.get(..64).unwrap_or(name)));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| said())?;
        let mut value = HeaderValue::from_bytes(value.expose().as_bytes()).map_err(|_| said())?;
        value.set_sensitive(true);
        message = message.header(name, value);
    }
    // The connection is not kept, so the other side need not either.
    message = message.header(header::CONNECTION, HeaderValue::from_static("close"));
    message.body(()).map_err(|e| invalid(&format!("the request cannot be sent: {e}")))
}

fn read(answer: Response<ureq::Body>, limit: u32, peer: &str) -> Result<HttpResponse, Fault> {
    let (head, body) = answer.into_parts();
    let too_large =
        |said: &str| Fault::new(HttpStep::TooLarge, format!("{peer} answered {said}, the limit is {limit}"));
    let length = body.content_length();
    if let Some(length) = length.filter(|length| *length > u64::from(limit)) {
        return Err(too_large(&format!("{length} bytes")));
    }
    let expected = length.and_then(|length| usize::try_from(length).ok()).unwrap_or(4096);
    let body = read_bounded(&mut body.into_reader(), limit, expected)
        .map_err(|e| Fault::from_ureq(e.into(), peer))?
        .ok_or_else(|| too_large("more"))?;
    let headers = head.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (Box::from(name.as_str()), Secret::from(value))
    });
    Ok(HttpResponse { status: head.status.as_u16(), headers: headers.collect(), body })
}

/// A fault on its way through ureq and rustls, which carry it as an I/O error.
#[derive(Debug)]
pub(crate) struct Fault(HttpFault);

impl Fault {
    pub(crate) fn new(step: HttpStep, detail: impl Into<Box<str>>) -> Self {
        Self(HttpFault { step, detail: detail.into() })
    }

    /// With who it is about before the detail.
    pub(crate) fn of(self, said: &str) -> Self {
        Self::new(self.0.step, format!("{said}: {}", self.0.detail))
    }

    /// On the way to a proxy: that the server's address is at fault would be wrong advice.
    pub(crate) fn at_proxy(self) -> Self {
        match self.0.step {
            HttpStep::ProxyRefused => self,
            _ => Self::new(HttpStep::Proxy, self.0.detail),
        }
    }

    pub(crate) fn step(&self) -> HttpStep {
        self.0.step
    }

    /// Unwraps a fault of ours; an ended connection is [`HttpStep::Closed`], all else is `step`'s.
    pub(crate) fn from_io(e: io::Error, step: HttpStep, said: &str) -> Self {
        match e.downcast::<Self>() {
            Ok(fault) => fault,
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
                Self::new(HttpStep::Closed, format!("{said}: the other side closed the connection too early"))
            }
            Err(e) => {
                let step = if ended(e.kind()) { HttpStep::Closed } else { step };
                Self::new(step, format!("{said}: {e}"))
            }
        }
    }

    fn from_ureq(e: ureq::Error, peer: &str) -> Self {
        match e {
            ureq::Error::Io(e) => match e.downcast::<rustls::Error>() {
                Ok(e) => Self::new(HttpStep::Tls, format!("{peer}: {e}")),
                Err(e) => Self::from_io(e, HttpStep::Unknown, peer),
            },
            ureq::Error::LargeResponseHeader(_, limit) => {
                Self::new(HttpStep::TooLarge, format!("{peer} answered with more than {limit} bytes of headers"))
            }
            ureq::Error::Protocol(e) => Self::new(HttpStep::Unknown, format!("{peer} did not answer in HTTP: {e}")),
            e => Self::new(HttpStep::Unknown, format!("{peer}: {e}")),
        }
    }
}

fn ended(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected};
    matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected)
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::other(fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Fault {}
