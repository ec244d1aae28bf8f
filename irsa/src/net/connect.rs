//! From a URL to a connection: which proxy, name resolution, TCP, CONNECT, TLS; each step with its own time limit and
//! its own fault.

use crate::{
    host::{Cancel, Clock, Timeouts, cancel::Waited},
    net::{
        Fault,
        proxy::Proxy,
        tls::Tls,
        wire::{Socket, Timed, Wiped, Wire},
    },
};
use irsa_core::{Mono, effect::HttpStep};
use std::{
    fmt, io,
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};
use ureq::{
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::{ConnectionDetails, Connector, NextTimeout},
    },
};

/// One request's way to its server. Given to ureq, which asks it for the connection.
pub(crate) struct Route {
    pub target: Target,
    pub proxy: Option<Proxy>,
    pub tls: Arc<Tls>,
    pub timeouts: Timeouts,
    pub deadline: Mono,
    pub clock: Clock,
    pub cancel: Cancel,
}

/// The server that a URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub https: bool,
    /// Without brackets.
    pub host: String,
    pub port: u16,
}

impl Target {
    pub(crate) fn of(uri: &Uri) -> Result<Self, Fault> {
        let invalid = |why: &str| Fault::new(HttpStep::Invalid, format!("the URL {why}"));
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(invalid("begins with neither https:// nor http://")),
        };
        let authority = uri.authority().ok_or_else(|| invalid("names no host"))?;
        if authority.as_str().contains('@') {
            return Err(invalid("holds a user name; AWS requests are signed instead"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(invalid("names no host"));
        }
        let port = match authority.as_str().rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
            None => None,
            Some((_, port)) => Some(port.parse().map_err(|_| invalid("has a port that is no number up to 65535"))?),
        };
        Ok(Self { https, host: host.to_owned(), port: port.unwrap_or(if https { 443 } else { 80 }) })
    }

    /// `host:port`, as in CONNECT.
    pub(crate) fn address(&self) -> String {
        address(&self.host, self.port)
    }
}

impl Route {
    /// Whether the proxy forwards the request itself, rather than a tunnel.
    pub(crate) fn forwarded(&self) -> Option<&Proxy> {
        self.proxy.as_ref().filter(|_| !self.target.https)
    }

    fn connection(&self) -> Result<Wire, Fault> {
        let target = &self.target;
        let mut stream: Box<dyn Timed> = match &self.proxy {
            None => Box::new(self.tcp(&target.host, target.port, &target.address())?),
            Some(proxy) => self.through(proxy)?,
        };
        if target.https {
            self.limit_handshake(&mut *stream, &format!("the TLS handshake with {} was not done", target.host));
            stream = Box::new(self.tls.shake_hands(&target.host, stream)?);
        }
        let peer = target.address();
        stream.limit(self.deadline, &format!("the request to {peer} was not sent at the deadline"));
        Ok(Wire {
            stream,
            tls: target.https,
            origin: self.forwarded().map(|_| format!("http://{peer}")),
            clock: self.clock,
            deadline: self.deadline,
            first_byte: self.timeouts.first_byte,
            peer,
            buffers: Wiped::new(),
            answering: false,
        })
    }

    /// Connects to the proxy, and to the target behind it where the request is not to be forwarded.
    fn through(&self, proxy: &Proxy) -> Result<Box<dyn Timed>, Fault> {
        let said = proxy.said();
        let mut stream: Box<dyn Timed> = Box::new(self.tcp(&proxy.host, proxy.port, &said).map_err(Fault::at_proxy)?);
        if proxy.tls {
            self.limit_handshake(&mut *stream, &format!("the TLS handshake with the {said} was not done"));
            let encrypted = self.tls.shake_hands(&proxy.host, stream).map_err(|fault| match fault.step() {
                HttpStep::Tls | HttpStep::Invalid => fault.of(&said),
                _ => fault.at_proxy(),
            })?;
            stream = Box::new(encrypted);
        }
        if self.target.https {
            self.limit_handshake(&mut *stream, &format!("the {said} did not answer CONNECT"));
            self.tunnel(&mut *stream, proxy).map_err(Fault::at_proxy)?;
        }
        Ok(stream)
    }

    fn tunnel(&self, stream: &mut dyn Timed, proxy: &Proxy) -> Result<(), Fault> {
        let address = self.target.address();
        let mut request = zeroize::Zeroizing::new(format!("CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n"));
        if let Some(authorization) = &proxy.authorization {
            request.push_str("Proxy-Authorization: ");
            request.push_str(authorization.expose());
            request.push_str("\r\n");
        }
        request.push_str("\r\n");
        let said = proxy.said();
        let broken = |e| Fault::from_io(e, HttpStep::Proxy, &format!("while the {said} was asked for {address}"));
        stream.write_all(request.as_bytes()).and_then(|()| stream.flush()).map_err(broken)?;
        let head = tunnel_head(stream).map_err(broken)?;
        match head.status().split_once(' ').map(|(_, rest)| rest) {
            Some(rest) if rest.starts_with('2') => Ok(()),
            Some(rest) => {
                // 4xx: the same request is answered alike, and a wrong password again may lock the account.
                let step = if rest.starts_with('4') { HttpStep::ProxyRefused } else { HttpStep::Proxy };
                let more =
                    if rest.starts_with("407") { head.wants(proxy.authorization.is_some()) } else { String::new() };
                Err(Fault::new(step, format!("the {said} answered {rest} to CONNECT {address}{more}")))
            }
            None => Err(Fault::new(HttpStep::Proxy, format!("the {said} did not answer CONNECT {address} in HTTP"))),
        }
    }

    /// `said` is who is connected to, for faults.
    fn tcp(&self, host: &str, port: u16, said: &str) -> Result<Socket, Fault> {
        let addresses = self.resolve(host, port, said)?;
        let until = self.deadline.min(self.clock.mono() + self.timeouts.connect);
        let mut last = None;
        for (index, address) in addresses.iter().enumerate() {
            let left = until.since(self.clock.mono());
            if left == Duration::ZERO {
                break;
            }
            // What is left is shared out, so that a dead first address leaves time for the others.
            let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
            match TcpStream::connect_timeout(address, share.max(Duration::from_millis(1))) {
                Ok(stream) => return Ok(Socket::new(stream, self.clock, &self.cancel)),
                Err(e) => last = Some((address, e)),
            }
            if self.cancel.is_cancelled() {
                return Err(Fault::new(HttpStep::Connect, "cancelled"));
            }
        }
        Err(match last {
            Some((address, e)) if e.kind() != io::ErrorKind::TimedOut => {
                Fault::new(HttpStep::Connect, format!("{said} ({}): {e}", address.ip()))
            }
            _ => {
                let tried = addresses.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>().join(", ");
                Fault::new(HttpStep::Timeout, format!("no connection to {said} ({tried}) in time"))
            }
        })
    }

    /// A literal needs no thread; a name is looked up on one, since the system's call has no time limit. Where it hangs
    /// the thread stays until the system gives up.
    fn resolve(&self, host: &str, port: u16, said: &str) -> Result<Vec<SocketAddr>, Fault> {
        if let Ok(ip) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, port)]);
        }
        type Found = io::Result<Vec<SocketAddr>>;
        let found: Arc<Mutex<Option<Found>>> = Arc::default();
        let (filled, cancel, name) = (found.clone(), self.cancel.clone(), host.to_owned());
        let looked_up = thread::Builder::new().spawn(move || {
            let addresses = (name.as_str(), port).to_socket_addrs().map(Iterator::collect);
            *filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(addresses);
            cancel.wake();
        });
        if let Err(e) = looked_up {
            return Err(Fault::new(HttpStep::Resolve, format!("{said}: no thread to look {host} up: {e}")));
        }
        let until = self.deadline.min(self.clock.mono() + self.timeouts.resolve);
        let taken = || found.lock().unwrap_or_else(PoisonError::into_inner).take();
        match self.cancel.wait(self.clock, until, taken) {
            Waited::Ready(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
            Waited::Ready(Ok(_)) => Err(Fault::new(HttpStep::Resolve, format!("{said}: {host} has no address"))),
            Waited::Ready(Err(e)) => Err(Fault::new(HttpStep::Resolve, format!("{said}: {e}"))),
            Waited::Late => Err(Fault::new(HttpStep::Timeout, format!("{said}: {host} was not resolved in time"))),
            Waited::Cancelled => Err(Fault::new(HttpStep::Resolve, "cancelled")),
        }
    }

    fn limit_handshake(&self, stream: &mut dyn Timed, late: &str) {
        let until = self.clock.mono() + self.timeouts.tls;
        match until < self.deadline {
            true => stream.limit(until, &format!("{late} within {:?}", self.timeouts.tls)),
            false => stream.limit(self.deadline, &format!("{late} at the deadline")),
        }
    }
}

/// Reads the head of a CONNECT answer and not a byte more.
fn tunnel_head(stream: &mut dyn Timed) -> io::Result<Head> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == Wiped::SIZE {
            return Err(io::Error::other("its answer has no end"));
        }
        stream.read_exact(&mut byte)?;
        head.extend_from_slice(&byte);
    }
    Ok(Head(head))
}

/// Of an answer to CONNECT. What is shown of it is short, and nothing that a terminal would act upon.
struct Head(Vec<u8>);

impl Head {
    fn status(&self) -> String {
        self.lines().next().unwrap_or_default()
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        let clean = |c: char| if c.is_control() { ' ' } else { c };
        let line = move |line: &[u8]| String::from_utf8_lossy(line).trim().chars().take(200).map(clean).collect();
        self.0.split(|byte| *byte == b'\n').map(line)
    }

    /// What a 407 is about: credentials that were given, that were not, or a way of giving them that irsa does not know.
    fn wants(&self, given: bool) -> String {
        let scheme = |line: String| {
            let (name, value) = line.split_once(':')?;
            let named = name.trim().eq_ignore_ascii_case("proxy-authenticate");
            named.then(|| value.split_whitespace().next().unwrap_or_default().to_owned())
        };
        let schemes: Vec<_> = self.lines().filter_map(scheme).take(5).collect();
        if !schemes.is_empty() && !schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case("basic")) {
            return format!(": it wants {}, and only Basic is known here", schemes.join(", "));
        }
        match given {
            true => ": it does not take the user and password of that variable".into(),
            false => ": there are no user and password in that variable".into(),
        }
    }
}

pub(super) fn address(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

impl Connector for Route {
    type Out = Wire;

    fn connect(&self, _: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Wire>, ureq::Error> {
        Ok(Some(self.connection().map_err(io::Error::from)?))
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route").field("target", &self.target).field("proxy", &self.proxy).finish_non_exhaustive()
    }
}

/// Resolution is a step of [`Route`], so ureq is told nothing.
#[derive(Debug)]
pub(crate) struct Unresolved;

impl Resolver for Unresolved {
    fn resolve(&self, _: &Uri, _: &ureq::config::Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}
