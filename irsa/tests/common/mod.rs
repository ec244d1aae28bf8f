//! A tiny server on loopback that does what a test tells it, folders that go away, and certificates made on the spot.
#![allow(dead_code, reason = "each test file uses its part")]

use irsa::{
    Cancel, Host,
    core::{
        Secret,
        effect::{Answer, Ask, Effect, HttpFault, HttpRequest, HttpResponse},
        secret::SecretBytes,
    },
};
use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

/// A server that reads a request whole and then lets `answer` do the rest, on a thread per connection.
pub struct Server {
    pub port: u16,
    /// Heads and bodies, as they came.
    pub seen: Arc<Mutex<Vec<String>>>,
}

pub trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Server {
    pub fn new(answer: impl Fn(&mut dyn Stream) + Send + Sync + 'static) -> Self {
        Self::with(|stream| Ok(Box::new(stream)), answer)
    }

    /// Answers everything with these bytes.
    pub fn saying(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::new(move |stream| drop(stream.write_all(&bytes)))
    }

    /// Over TLS, with this certificate.
    pub fn tls(identity: &Identity, answer: impl Fn(&mut dyn Stream) + Send + Sync + 'static) -> Self {
        let config = identity.config();
        Self::with(
            move |stream| {
                let connection = rustls::ServerConnection::new(config.clone()).map_err(io::Error::other)?;
                Ok(Box::new(rustls::StreamOwned::new(connection, stream)))
            },
            answer,
        )
    }

    pub fn with(
        open: impl Fn(TcpStream) -> io::Result<Box<dyn Stream>> + Send + Sync + 'static,
        answer: impl Fn(&mut dyn Stream) + Send + Sync + 'static,
    ) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), open, answer)
    }

    /// The same on a listener of the test's own.
    pub fn on(
        listener: TcpListener,
        open: impl Fn(TcpStream) -> io::Result<Box<dyn Stream>> + Send + Sync + 'static,
        answer: impl Fn(&mut dyn Stream) + Send + Sync + 'static,
    ) -> Self {
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (shared, noted) = (Arc::new((open, answer)), seen.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (shared, noted) = (shared.clone(), noted.clone());
                thread::spawn(move || {
                    let Ok(mut stream) = (shared.0)(stream.unwrap()) else { return };
                    if let Ok(request) = read_request(&mut *stream) {
                        noted.lock().unwrap().push(request);
                        (shared.1)(&mut *stream);
                        let _ = stream.flush();
                    }
                });
            }
        });
        Self { port, seen }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// A head, and as much body as its content-length says.
pub fn read_request(stream: &mut dyn Stream) -> io::Result<String> {
    let mut all = Vec::new();
    let mut byte = [0];
    while !all.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        all.push(byte[0]);
    }
    let head = String::from_utf8(all.clone()).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    all.extend(body);
    Ok(String::from_utf8(all).unwrap())
}

pub const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Three parts, with the claims that STS wants; nobody signed it.
pub const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3VlciIsInN1YiI6InN5c3RlbTpzZXJ2aWNlYWNjb3VudDpzaG9wOmFwcCIsImF1ZCI6WyJzdHMuYW1hem9uYXdzLmNvbSJdLCJpYXQiOjE3OTU1MTQ0MDAsImV4cCI6NDEwMjQ0NDgwMH0.c2ln";

/// STS's answer that all went well.
pub fn assumed() -> String {
    let body = "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
        <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIATEST</AccessKeyId>\
        <SecretAccessKey>IRSACANARY-secret</SecretAccessKey><SessionToken>IRSACANARY-session</SessionToken>\
        <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser>\
        <Arn>arn:aws:sts::111122223333:assumed-role/app/pod</Arn><AssumedRoleId>AROA:pod</AssumedRoleId></AssumedRoleUser>\
        </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
    answer("200 OK", "text/xml", body)
}

pub fn answer(status: &str, kind: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// A pod that asks the STS at this URL; to be built.
pub fn pod(host: Host, token_file: &str, sts: &str) -> irsa::Builder {
    let variables = [
        ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/app"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token_file),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL_STS", sts),
        ("HOME", "/nowhere"),
    ];
    irsa::Provider::builder().host(host).environment(variables).seed(7)
}

/// A host that knows these variables and no others.
pub fn host(variables: &[(&str, &str)]) -> Host {
    let variables: Vec<_> = variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    Host::new(|name| variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()))
}

pub fn get(url: &str) -> HttpRequest {
    request("GET", url, &[], "")
}

pub fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> HttpRequest {
    HttpRequest {
        method: method.into(),
        url: url.into(),
        headers: headers.iter().map(|(name, value)| (Box::from(*name), Secret::from(*value))).collect(),
        body: SecretBytes::from(body.as_bytes()),
        response_limit: 1000,
        direct: false,
    }
}

pub fn effect(ask: Ask) -> Effect {
    Effect { id: 1, why: "a test".into(), ask }
}

pub fn send_within(
    host: &Host,
    request: HttpRequest,
    time: Duration,
    cancel: &Cancel,
) -> Result<HttpResponse, HttpFault> {
    let ask = Ask::Http { request: Arc::new(request), deadline: host.now().mono + time };
    match host.run(&effect(ask), cancel) {
        Answer::Http(answer) => answer,
        other => panic!("{other:?}"),
    }
}

pub fn send(host: &Host, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
    send_within(host, request, Duration::from_secs(10), &Cancel::new())
}

/// The step and the words of what has to fail.
pub fn fault(answer: Result<HttpResponse, HttpFault>) -> String {
    answer.unwrap_err().to_string()
}

pub fn text(answer: &HttpResponse) -> &str {
    std::str::from_utf8(answer.body.expose()).unwrap()
}

/// A folder of its own, removed at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("irsa-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A path in it, as text.
    pub fn at(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file and gives its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.join(name), content).unwrap();
        self.at(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A certificate authority, and one server's certificate from it.
pub struct Identity {
    pub ca: String,
    chain: Vec<rustls::pki_types::CertificateDer<'static>>,
    key: Vec<u8>,
}

impl Identity {
    pub fn of(names: &[&str]) -> Self {
        Self::until(names, 2100)
    }

    pub fn until(names: &[&str], year: i32) -> Self {
        Self::between(names, 1975, year)
    }

    pub fn between(names: &[&str], begin: i32, end: i32) -> Self {
        let mut authority = rcgen::CertificateParams::new(vec![]).unwrap();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        authority.distinguished_name.push(rcgen::DnType::CommonName, format!("the authority of {names:?}"));
        let authority_key = rcgen::KeyPair::generate().unwrap();
        let ca = authority.self_signed(&authority_key).unwrap();
        let issuer = rcgen::Issuer::new(authority, authority_key);
        let mut server =
            rcgen::CertificateParams::new(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()).unwrap();
        server.not_before = rcgen::date_time_ymd(begin, 1, 1);
        server.not_after = rcgen::date_time_ymd(end, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = server.signed_by(&key, &issuer).unwrap();
        Self { ca: ca.pem(), chain: vec![certificate.der().clone()], key: key.serialize_der() }
    }

    pub fn config(&self) -> Arc<rustls::ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = rustls::pki_types::PrivateKeyDer::try_from(self.key.clone()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        Arc::new(config.unwrap().with_no_client_auth().with_single_cert(self.chain.clone(), key).unwrap())
    }
}
