//! A pod on a bad network: what becomes of an exchange, by code, message and fix. Each row has a small server of ours.
//!
//! `http.rs` holds the steps one by one; here they are met by a provider, whose total deadline holds in each.

mod common;

use common::{Folder, Identity, OK, Server, Stream, TOKEN, assumed, fault, get, host, pod, request, send, text};
use irsa::{
    Host, Timeouts,
    core::{Code, Error},
};
use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

/// What an exchange may take in these tests, and what it must never take, however busy the machine is.
const DEADLINE: Duration = Duration::from_secs(2);
const NEVER: Duration = Duration::from_secs(15);

const MS: fn(u64) -> Duration = Duration::from_millis;

struct Pod {
    folder: Folder,
    token: String,
}

impl Pod {
    fn new() -> Self {
        let folder = Folder::new();
        let token = folder.file("token", TOKEN);
        Self { folder, token }
    }

    /// The error of an exchange, which has ended by its deadline and shows no secret.
    fn refused(&self, host: Host, sts: &str) -> Error {
        let provider = pod(host, &self.token, sts).timeout(DEADLINE).build().unwrap();
        let begin = provider.host().now().mono;
        let error = provider.credentials().unwrap_err();
        let took = provider.host().now().mono.since(begin);
        assert!(took < NEVER, "{took:?}: {error}");
        for said in [error.to_string(), format!("{error:?}"), format!("{provider:?}"), provider.explain().to_string()] {
            assert!(!said.contains(TOKEN) && !said.contains("IRSACANARY") && !said.contains(BASE64), "{said}");
        }
        error
    }

    fn granted(&self, host: Host, sts: &str) {
        let provider = pod(host, &self.token, sts).timeout(NEVER).build().unwrap();
        assert_eq!(provider.credentials().unwrap().access_key_id(), "ASIATEST");
    }
}

/// `IRSACANARY`, as it stands in the middle of a `Proxy-Authorization`.
const BASE64: &str = "SVJTQUNBTkFS";

/// Answers as STS does.
fn sts(stream: &mut dyn Stream) {
    let _ = stream.write_all(assumed().as_bytes());
}

#[test]
fn certificates_that_are_refused_say_why_and_what_to_type() {
    let pod = Pod::new();
    let ours = Identity::of(&["localhost"]);
    let bundle = pod.folder.file("ours.pem", &ours.ca);
    let server = Server::tls(&ours, sts);
    let at = |server: &Server| format!("https://localhost:{}", server.port);
    pod.granted(host(&[("AWS_CA_BUNDLE", &bundle)]), &at(&server));

    let rows = [
        (Identity::of(&["localhost", "127.0.0.1"]), false, "does not lead to the only root of AWS_CA_BUNDLE="),
        // An authority that was made anew under its old name.
        (Identity::of(&["localhost"]), false, "of the same name as the only root of AWS_CA_BUNDLE="),
        (Identity::of(&["sts.example"]), true, "is for other names: sts.example"),
        (
            Identity::until(&["localhost"], 2020),
            true,
            "has expired at 2020-01-01T00:00:00Z; this machine's clock says 2",
        ),
        (Identity::between(&["localhost"], 2090, 2100), true, "is valid from 2090-01-01T00:00:00Z on; this machine's"),
    ];
    for (identity, known, says) in rows {
        let server = Server::tls(&identity, sts);
        let bundle = if known { pod.folder.file("ca.pem", &identity.ca) } else { bundle.clone() };
        let error = pod.refused(host(&[("AWS_CA_BUNDLE", &bundle)]), &at(&server));
        assert_eq!(error.code(), Code::NetTls, "{error}");
        assert!(error.message().contains(says), "{says}: {error}");
        assert!(error.fix().contains("AWS_CA_BUNDLE") && error.fix().contains("clock"), "{error}");
        assert!(server.seen().is_empty(), "the token does not leave before the server is known");
    }
    let error = pod.refused(host(&[("AWS_CA_BUNDLE", "/nowhere/ca.pem")]), &at(&server));
    assert_eq!(error.code(), Code::NetInvalid);
    assert!(error.message().contains("AWS_CA_BUNDLE=/nowhere/ca.pem: No such file"), "{error}");
}

/// A proxy that wants this user and password, and tunnels to a fixed place.
fn proxy(wanted: &'static str, status: &'static str, to: u16) -> Server {
    Server::with(
        move |mut stream| {
            let connect = common::read_request(&mut stream)?;
            if !connect.contains(&format!("Proxy-Authorization: Basic {wanted}\r\n")) {
                write!(stream, "HTTP/1.1 {status}\r\nProxy-Authenticate: Basic realm=\"corp\"\r\n\r\n")?;
                return Err(io::Error::other("refused"));
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            let server = TcpStream::connect(("127.0.0.1", to))?;
            let (mut up, mut down) = (stream.try_clone()?, server.try_clone()?);
            thread::spawn(move || io::copy(&mut up, &mut down));
            io::copy(&mut &server, &mut &stream)?;
            Err(io::Error::other("over"))
        },
        |_| {},
    )
}

#[test]
fn a_proxy_that_demands_a_password() {
    let pod = Pod::new();
    let identity = Identity::of(&["sts.example"]);
    let bundle = pod.folder.file("ca.pem", &identity.ca);
    let server = Server::tls(&identity, sts);
    // user:pass
    let asks = proxy("dXNlcjpwYXNz", "407 Proxy Authentication Required", server.port);
    let by = |url: String| host(&[("AWS_CA_BUNDLE", &bundle), ("HTTPS_PROXY", &url)]);
    pod.granted(by(format!("http://user:pass@127.0.0.1:{}", asks.port)), "https://sts.example");
    assert_eq!(server.seen().len(), 1);

    for user in ["user:IRSACANARY@", "IRSACANARY:pass@", "user@", ""] {
        let error = pod.refused(by(format!("http://{user}127.0.0.1:{}", asks.port)), "https://sts.example");
        assert_eq!(error.code(), Code::NetProxyRefused, "{error}");
        let expected = format!("the proxy 127.0.0.1:{} (HTTPS_PROXY) answered 407", asks.port);
        assert!(error.message().contains(&expected), "{error}");
        let why =
            if user.is_empty() { "there are no user and password" } else { "it does not take the user and password" };
        assert!(error.message().contains(why), "{error}");
        assert!(error.fix().contains("http://user:password@host:port"), "{error}");
        assert!(!error.message().contains("attempts"), "a wrong password is given once: {error}");
    }
    assert_eq!(server.seen().len(), 1, "nobody got through");

    let kerberos = Server::saying(
        "HTTP/1.1 407 No\r\nProxy-Authenticate: Negotiate\r\nproxy-authenticate: NTLM x\x1b[31m\r\n\r\n",
    );
    let error = pod.refused(by(kerberos.url("")), "https://sts.example");
    assert!(error.message().contains("it wants Negotiate, NTLM, and only Basic is known here"), "{error}");

    // Towards http:// it answers in the server's place.
    let asks = Server::saying("HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n");
    let error = pod.refused(host(&[("HTTP_PROXY", &asks.url(""))]), "http://sts.example");
    assert_eq!(error.code(), Code::NetProxyRefused, "{error}");
    assert!(error.message().starts_with("a proxy answered AssumeRoleWithWebIdentity with 407"), "{error}");
    assert!(error.fix().contains("HTTP_PROXY (or http_proxy, ALL_PROXY)"), "{error}");
    assert_eq!(asks.seen().len(), 1);

    let busy = proxy("none", "503 Service Unavailable", server.port);
    let error = pod.refused(by(format!("http://127.0.0.1:{}", busy.port)), "https://sts.example");
    assert_eq!(error.code(), Code::NetProxy, "{error}");
    let forbids = proxy("none", "403 Forbidden", server.port);
    let error = pod.refused(by(format!("http://127.0.0.1:{}", forbids.port)), "https://sts.example");
    assert_eq!(error.code(), Code::NetProxyRefused, "{error}");
}

/// Who is spoken to shows by the answer: the proxy says 502, the server `ok`. This machine is called 0.0.0.0 here, since
/// loopback addresses never go through a proxy.
#[test]
fn no_proxy_on_real_connections() {
    let server = Server::saying(OK);
    let proxy = Server::saying("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
    let at = format!("http://127.0.0.1:{}", proxy.port);
    let port = server.port;
    let (this_port, other_port) = (format!("0.0.0.0:{port}"), "0.0.0.0:1");
    for (variable, value, direct) in [
        ("NO_PROXY", "0.0.0.0", true),
        ("no_proxy", "0.0.0.0", true),
        ("NO_PROXY", "example.com, 0.0.0.0", true),
        ("NO_PROXY", "0.0.0.0/8", true),
        ("NO_PROXY", "1.0.0.0/8", false),
        ("NO_PROXY", &this_port, true),
        ("NO_PROXY", other_port, false),
        ("NO_PROXY", "*", true),
        ("NO_PROXY", "", false),
        ("No_Proxy", "*", false),
    ] {
        for named in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            let host = host(&[(named, &at), (variable, value)]);
            let answer = send(&host, get(&format!("http://0.0.0.0:{port}/"))).unwrap();
            assert_eq!(answer.status, if direct { 200 } else { 502 }, "{named} with {variable}={value}");
        }
    }
    // Names: the direct way ends in a name that does not resolve.
    for (value, direct) in [
        ("sts.example.invalid", true),
        ("example.invalid", true),
        (".example.invalid", true),
        ("*.example.invalid", true),
        ("EXAMPLE.invalid", true),
        ("ample.invalid", false),
        ("other.invalid", false),
        ("sts.example.invalid:80", true),
        ("sts.example.invalid:443", false),
    ] {
        let answer = send(&host(&[("HTTP_PROXY", &at), ("NO_PROXY", value)]), get("http://sts.example.invalid/"));
        match answer {
            Ok(answer) => assert!(!direct && answer.status == 502, "{value}"),
            Err(e) => assert!(direct && e.to_string().starts_with("name resolution: "), "{value}: {e}"),
        }
    }
}

#[test]
fn ipv6_loopback() {
    let listener = || TcpListener::bind("[::1]:0");
    let Ok(bound) = listener() else { return println!("not run: this machine has no IPv6 loopback") };
    let pod = Pod::new();
    let server = Server::on(bound, |stream| Ok(Box::new(stream)), sts);
    pod.granted(host(&[]), &format!("http://[::1]:{}", server.port));
    assert!(server.seen()[0].contains(&format!("\r\nhost: [::1]:{}\r\n", server.port)), "{}", server.seen()[0]);
    // Near, so no proxy is asked.
    pod.granted(host(&[("HTTP_PROXY", "http://127.0.0.1:1")]), &format!("http://[::1]:{}", server.port));

    let identity = Identity::of(&["::1"]);
    let bundle = pod.folder.file("ca.pem", &identity.ca);
    let config = identity.config();
    let open = move |stream| -> io::Result<Box<dyn Stream>> {
        let connection = rustls::ServerConnection::new(config.clone()).map_err(io::Error::other)?;
        Ok(Box::new(rustls::StreamOwned::new(connection, stream)))
    };
    let server = Server::on(listener().unwrap(), open, sts);
    pod.granted(host(&[("AWS_CA_BUNDLE", &bundle)]), &format!("https://[::1]:{}", server.port));

    // A proxy there, and a target that is named by an address.
    let forbids = |stream: &mut dyn Stream| drop(stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n"));
    let proxy = Server::on(listener().unwrap(), |stream| Ok(Box::new(stream)), forbids);
    let by = host(&[("HTTPS_PROXY", &format!("http://user:IRSACANARY@[::1]:{}", proxy.port))]);
    let error = pod.refused(by, "https://[2001:db8::1]");
    let expected =
        format!("the proxy [::1]:{} (HTTPS_PROXY) answered 403 Forbidden to CONNECT [2001:db8::1]:443", proxy.port);
    assert!(error.message().contains(&expected), "{error}");
    assert!(proxy.seen()[0].starts_with("CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n"));

    let free = listener().unwrap().local_addr().unwrap().port();
    let error = pod.refused(host(&[]), &format!("http://[::1]:{free}"));
    assert_eq!(error.code(), Code::NetConnect);
    assert!(error.message().contains(&format!("[::1]:{free}")), "{error}");
}

#[test]
fn a_name_that_does_not_resolve() {
    let pod = Pod::new();
    let error = pod.refused(host(&[]), "https://sts.no-such-name.invalid");
    assert_eq!(error.code(), Code::NetResolve);
    assert!(error.message().contains("sts.no-such-name.invalid:443"), "{error}");
    assert!(error.fix().contains("AWS_ENDPOINT_URL_STS"), "{error}");
    let error = pod.refused(host(&[("HTTPS_PROXY", "http://proxy.invalid:3128")]), "https://sts.example");
    assert_eq!(error.code(), Code::NetProxy);
    assert!(error.message().contains("proxy.invalid:3128 (HTTPS_PROXY)"), "{error}");
}

/// What a connection can do to whoever waits on it.
#[test]
fn half_open_connections_end_at_the_deadline() {
    let pod = Pod::new();
    let short = || host(&[]).with_timeouts(Timeouts { tls: MS(500), first_byte: MS(500), ..Timeouts::default() });
    // The system accepts, and nobody ever reads.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let error = pod.refused(short(), &format!("http://127.0.0.1:{port}"));
    assert_eq!(error.code(), Code::NetTimeout, "{error}");
    assert!(error.message().contains("no answer from 127.0.0.1"), "{error}");
    let error = pod.refused(short(), &format!("https://127.0.0.1:{port}"));
    assert_eq!(error.code(), Code::NetTimeout, "{error}");
    assert!(error.message().contains("the TLS handshake with 127.0.0.1 was not done"), "{error}");
    let by = host(&[("HTTPS_PROXY", &format!("http://127.0.0.1:{port}"))]);
    let error = pod.refused(by.with_timeouts(Timeouts { tls: MS(500), ..Timeouts::default() }), "https://sts.example");
    assert_eq!(error.code(), Code::NetProxy, "{error}");
    assert!(error.message().contains("did not answer CONNECT"), "{error}");
    let by = host(&[("HTTPS_PROXY", &format!("https://127.0.0.1:{port}"))]);
    let error = pod.refused(by.with_timeouts(Timeouts { tls: MS(500), ..Timeouts::default() }), "https://sts.example");
    assert_eq!(error.code(), Code::NetProxy, "{error}");
    assert!(error.message().contains("the TLS handshake with the proxy 127.0.0.1:"), "{error}");

    // Half of something, and then nothing.
    let stalls = |bytes: Vec<u8>| {
        Server::new(move |stream| {
            let _ = stream.write_all(&bytes);
            let _ = stream.flush();
            thread::sleep(NEVER);
        })
    };
    let whole = assumed();
    for half in [&b"HTTP/1.1 "[..], b"HTTP/1.1 200 OK\r\ncontent-le", &whole.as_bytes()[..whole.len() / 2]] {
        let server = stalls(half.to_vec());
        let error = pod.refused(short(), &server.url(""));
        assert_eq!(error.code(), Code::NetTimeout, "{error}");
        assert!(error.message().contains("was not whole at the deadline"), "{error}");
    }
    // A handshake that stops in the middle: the header of a ServerHello, and not its body.
    let server = Server::with(
        |mut stream| {
            stream.read_exact(&mut [0; 5])?;
            stream.write_all(b"\x16\x03\x03\x00\x7a\x02")?;
            thread::sleep(NEVER);
            Err(io::Error::other("over"))
        },
        |_| {},
    );
    let error = pod.refused(short(), &format!("https://127.0.0.1:{}", server.port));
    assert_eq!(error.code(), Code::NetTimeout, "{error}");
}

#[test]
fn connections_that_end_in_the_middle() {
    let pod = Pod::new();
    // Closed with the request unread: the other side's system resets it.
    let resets = Server::with(|_| Err(io::Error::other("closed")), |_| {});
    let error = pod.refused(host(&[]), &resets.url(""));
    assert_eq!(error.code(), Code::NetClosed, "{error}");
    let error = pod.refused(host(&[]), &format!("https://127.0.0.1:{}", resets.port));
    assert!(matches!(error.code(), Code::NetClosed | Code::NetTls), "{error}");
    let error = pod.refused(host(&[("HTTPS_PROXY", &resets.url(""))]), "https://sts.example");
    assert_eq!(error.code(), Code::NetProxy, "{error}");
    // A TLS stream cut without its goodbye in the middle of a body must not pass for a short answer.
    let identity = Identity::of(&["localhost"]);
    let bundle = pod.folder.file("ca.pem", &identity.ca);
    let whole = assumed();
    let cut = whole.replace(&format!("content-length: {}\r\n", whole.len()), "")[..whole.len() - 100].to_owned();
    let server = Server::tls(&identity, move |stream| drop(stream.write_all(cut.as_bytes())));
    let error = pod.refused(host(&[("AWS_CA_BUNDLE", &bundle)]), &format!("https://localhost:{}", server.port));
    assert_eq!(error.code(), Code::NetClosed, "{error}");
}

/// A server that promises to keep its connection and has closed it: no connection is used twice, so none is found dead,
/// and no POST goes out a second time without anybody's order.
#[test]
fn nothing_is_sent_twice_in_silence() {
    let keeps = "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\nkeep-alive: timeout=60\r\ncontent-length: 2\r\n\r\nok";
    let server = Server::saying(keeps);
    let host = host(&[]);
    for count in 1..=3 {
        let body = format!("A={count}");
        assert_eq!(text(&send(&host, request("POST", &server.url("/"), &[], &body)).unwrap()), "ok");
        assert_eq!(server.seen().len(), count);
        assert!(
            server.seen()[count - 1].contains("connection: close\r\n") && server.seen()[count - 1].ends_with(&body)
        );
    }
    let dies = Server::new(|_| ());
    assert!(fault(send(&host, request("POST", &dies.url("/"), &[], "A=1"))).starts_with("connection closed: "));
    assert_eq!(dies.seen().len(), 1);
}

#[test]
fn a_trickle_within_the_deadline_is_an_answer() {
    let pod = Pod::new();
    let server = Server::new(|stream| {
        for byte in assumed().as_bytes().chunks(8) {
            let _ = stream.write_all(byte);
            let _ = stream.flush();
            thread::sleep(MS(2));
        }
    });
    pod.granted(host(&[]), &server.url(""));
    let slow = Server::new(|stream| {
        for byte in assumed().as_bytes() {
            let _ = stream.write_all(&[*byte]);
            thread::sleep(MS(50));
        }
    });
    let error = pod.refused(host(&[]), &slow.url(""));
    assert_eq!(error.code(), Code::NetTimeout, "{error}");
}

#[test]
fn answers_that_lead_elsewhere_or_never_end() {
    let pod = Pod::new();
    let elsewhere = Server::new(sts);
    let moved = format!("HTTP/1.1 307 Moved\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", elsewhere.url("/"));
    let server = Server::saying(moved);
    let error = pod.refused(host(&[]), &server.url(""));
    assert_eq!(error.code(), Code::AnswerRedirect, "{error}");
    assert!(elsewhere.seen().is_empty(), "the token went nowhere else");
    let endless = Server::new(|stream| {
        let mut open = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n<a>").is_ok();
        while open {
            open = stream.write_all(&[b'x'; 4096]).is_ok();
        }
    });
    assert_eq!(pod.refused(host(&[]), &endless.url("")).code(), Code::AnswerTooLarge);
    let headers = Server::new(|stream| {
        let mut open = stream.write_all(b"HTTP/1.1 200 OK\r\n").is_ok();
        while open {
            open = stream.write_all(b"x-a: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n").is_ok();
        }
    });
    let error = pod.refused(host(&[]), &headers.url(""));
    assert!(matches!(error.code(), Code::AnswerTooLarge | Code::NetUnknown), "{error}");
}
