//! HTTP by the host, against a server that misbehaves on purpose.

mod common;

use common::{Folder, Identity, OK, Server, fault, get, host, read_request, request, send, send_within, text};
use irsa::{Cancel, Timeouts, core::effect::HttpRequest};
use std::{io::Write, net::TcpListener, thread, time::Duration};

#[test]
fn sends_what_it_is_given_and_nothing_else() {
    let server = Server::saying("HTTP/1.1 403 Forbidden\r\nX-Id: 7\r\nContent-Length: 4\r\n\r\nnono");
    let url = server.url("/a%20b//c?x=%2F&y");
    let answer = send(&host(&[]), request("POST", &url, &[("content-type", "text/x"), ("x-a", "1")], "A=1&B=2"));
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.header("X-ID"), text(&answer)), (403, Some("7"), "nono"));
    let expected = format!(
        "POST /a%20b//c?x=%2F&y HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-length: 7\r\ncontent-type: text/x\r\nx-a: 1\r\n\
         connection: close\r\n\r\nA=1&B=2",
        server.port
    );
    assert_eq!(sorted(&server.seen()[0]), sorted(&expected));
}

/// Header lines in one order, so that a test does not depend on the client's.
fn sorted(request: &str) -> Vec<String> {
    let mut lines: Vec<_> = request.split("\r\n").map(str::to_owned).collect();
    lines[1..].sort();
    lines
}

#[test]
fn bodies_and_methods() {
    let server = Server::saying(OK);
    for (method, body, length) in [
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "", Some("0")),
        ("PUT", "xyz", Some("3")),
        ("GET", "q", Some("1")),
    ] {
        assert_eq!(text(&send(&host(&[]), request(method, &server.url("/"), &[], body)).unwrap()), "ok", "{method}");
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.lines().find_map(|line| line.strip_prefix("content-length: ")), length, "{method}: {seen}");
        assert!(seen.ends_with(&format!("\r\n\r\n{body}")), "{seen}");
    }
    let chunked =
        Server::saying("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    assert_eq!(text(&send(&host(&[]), get(&chunked.url("/"))).unwrap()), "abcde");
    let until_close = Server::saying("HTTP/1.1 200 OK\r\n\r\nto the end");
    assert_eq!(text(&send(&host(&[]), get(&until_close.url("/"))).unwrap()), "to the end");
    let head = Server::saying("HTTP/1.1 200 OK\r\ncontent-length: 104857600\r\netag: x\r\n\r\n");
    let answer = send(&host(&[]), request("HEAD", &head.url("/"), &[], "")).unwrap();
    assert_eq!((answer.status, answer.header("etag"), text(&answer)), (200, Some("x"), ""), "the length is of a GET's");
    let none = Server::saying("HTTP/1.1 204 No Content\r\n\r\n");
    assert_eq!(send(&host(&[]), request("DELETE", &none.url("/"), &[], "")).unwrap().status, 204);
    let large = "t".repeat(20_000);
    let answer = send(&host(&[]), request("POST", &server.url("/"), &[("x-amz-security-token", &large)], &large));
    assert_eq!(answer.unwrap().status, 200);
}

#[test]
fn a_redirect_is_an_answer() {
    let server = Server::saying("HTTP/1.1 307 T\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");
    let answer = send(&host(&[]), request("POST", &server.url("/"), &[], "secret=1")).unwrap();
    assert_eq!((answer.status, answer.header("location")), (307, Some("http://127.0.0.1:1/")));
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn each_step_that_breaks_has_its_name() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let cases = [
        (format!("http://127.0.0.1:{free}/"), format!("connect: 127.0.0.1:{free} (127.0.0.1): Connection refused")),
        ("http://no-such-name.invalid/".into(), "name resolution: no-such-name.invalid:80: failed to lookup".into()),
        ("ftp://h/".into(), "invalid request: the URL begins with neither https:// nor http://".into()),
        ("sts.amazonaws.com".into(), "invalid request: the URL begins with neither".into()),
        ("http://h:70000/".into(), "invalid request: the URL".into()),
        ("http://u:hunter2@h/".into(), "invalid request: the URL holds a user name".into()),
        ("http://h/ x".into(), "invalid request: the URL cannot be used: ".into()),
        ("".into(), "invalid request: the URL".into()),
    ];
    for (url, expected) in cases {
        let said = fault(send(&host(&[]), get(&url)));
        assert!(said.starts_with(&expected), "{url}: {said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    let url = Server::saying(OK).url("/");
    let said = fault(send(&host(&[]), request("GET", &url, &[("x-a", "1\r\nx-b: hunter2")], "")));
    assert_eq!(said, "invalid request: the header \"x-a\" cannot be sent");
    let said = fault(send(&host(&[]), request("GE T", &url, &[], "")));
    assert!(said.starts_with("invalid request: "), "{said}");
}

#[test]
fn answers_that_end_early_or_are_none() {
    let cases = [
        ("", "connection closed: "),
        ("HTTP/1.1 200 OK\r\ncontent-le", "connection closed: "),
        ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", "connection closed: "),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab", "connection closed: "),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n", "unknown: 127.0.0.1:"),
    ];
    for (bytes, expected) in cases {
        let server = Server::saying(bytes);
        let said = fault(send(&host(&[]), request("POST", &server.url("/"), &[], "x")));
        assert!(said.starts_with(expected), "{bytes:?}: {said}");
        assert_eq!(server.seen().len(), 1, "sent once: {bytes:?}");
    }
}

#[test]
fn answers_that_are_too_large() {
    let endless = |head: &'static str, line: &'static str| {
        Server::new(move |stream| {
            let mut open = stream.write_all(head.as_bytes()).is_ok();
            while open {
                open = stream.write_all(line.as_bytes()).is_ok();
            }
        })
    };
    let mega = "HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\n";
    let said = fault(send(&host(&[]), get(&Server::saying(mega).url("/"))));
    assert!(said.ends_with(" answered 10485760 bytes, the limit is 1000") && said.starts_with("answer too large"));
    let said = fault(send(&host(&[]), get(&endless("HTTP/1.1 200 OK\r\n\r\n", "aaaaaaaaaaaaaaaaaaaa").url("/"))));
    assert!(said.ends_with(" answered more, the limit is 1000"), "{said}");
    let chunks = endless("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "4\r\naaaa\r\n");
    let said = fault(send(&host(&[]), get(&chunks.url("/"))));
    assert!(said.ends_with(" answered more, the limit is 1000"), "{said}");
    let said = fault(send(&host(&[]), get(&endless("HTTP/1.1 200 OK\r\n", "a: aaaaaaaaaaaaaaaaaa\r\n").url("/"))));
    assert!(said.starts_with("answer too large: ") || said.starts_with("unknown: "), "{said}");
    for (length, whole) in [(999, true), (1000, true), (1001, false)] {
        let answer = format!("HTTP/1.1 200 OK\r\n\r\n{}", "a".repeat(length));
        assert_eq!(send(&host(&[]), get(&Server::saying(answer).url("/"))).is_ok(), whole, "{length}");
    }
    let exact = format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{}", "a".repeat(1000));
    assert_eq!(send(&host(&[]), get(&Server::saying(exact).url("/"))).unwrap().body.len(), 1000);
}

#[test]
fn the_deadline_is_absolute_however_slow_the_drip() {
    let drip = |head: &'static str| {
        Server::new(move |stream| {
            let _ = stream.write_all(head.as_bytes());
            while stream.write_all(b"a").is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        })
    };
    for head in ["HTTP/1.1 200 ", "HTTP/1.1 200 OK\r\nx: ", "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n"] {
        let server = drip(head);
        let within = Duration::from_millis(300);
        let said = fault(send_within(&host(&[]), get(&server.url("/")), within, &Cancel::new()));
        let expected = format!("timeout: the answer of 127.0.0.1:{} was not whole at the deadline", server.port);
        assert_eq!(said, expected, "{head:?}");
    }
    let silent = Server::new(|_| thread::sleep(Duration::from_secs(30)));
    let within = Duration::from_millis(300);
    let said = fault(send_within(&host(&[]), get(&silent.url("/")), within, &Cancel::new()));
    assert_eq!(said, format!("timeout: no answer from 127.0.0.1:{} at the deadline", silent.port));
}

#[test]
fn steps_have_limits_of_their_own() {
    let silent = Server::new(|_| thread::sleep(Duration::from_secs(30)));
    let short = Timeouts { first_byte: Duration::from_millis(200), ..Timeouts::default() };
    let said = fault(send(&host(&[]).with_timeouts(short), get(&silent.url("/"))));
    assert_eq!(said, format!("timeout: no answer from 127.0.0.1:{} within 200ms", silent.port));
    // Nobody accepts: the handshake is never answered, though the connection stands.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    let short = Timeouts { tls: Duration::from_millis(200), ..Timeouts::default() };
    let said = fault(send(&host(&[]).with_timeouts(short), get(&url)));
    assert_eq!(said, "timeout: the TLS handshake with 127.0.0.1 was not done within 200ms");
    let said = fault(send_within(&host(&[]), get(&silent.url("/")), Duration::ZERO, &Cancel::new()));
    assert!(said.starts_with("timeout: no connection to 127.0.0.1:"), "{said}");
}

#[test]
fn another_thread_cancels_an_exchange_under_way() {
    let cancel = Cancel::new();
    let thrown = cancel.clone();
    let server = Server::new(move |_| {
        thrown.cancel();
        thread::sleep(Duration::from_secs(30));
    });
    // Not interrupted, it would end in a timeout.
    let slow = Timeouts { first_byte: Duration::from_secs(5), ..Timeouts::default() };
    let host = host(&[]).with_timeouts(slow);
    let said = fault(send_within(&host, get(&server.url("/")), Duration::from_secs(20), &cancel));
    assert_eq!(said, "connection closed: cancelled");
    let said = fault(send_within(&host, get(&server.url("/")), Duration::from_secs(20), &cancel));
    assert!(said.ends_with("cancelled"), "{said}");
}

#[test]
fn tls_trusts_the_bundle_and_says_what_it_refuses() {
    let folder = Folder::new();
    let ours = Identity::of(&["localhost", "127.0.0.1"]);
    let answer = |stream: &mut dyn common::Stream| drop(stream.write_all(OK.as_bytes()));
    let server = Server::tls(&ours, answer);
    let bundle = folder.file("ca.pem", format!("# ours\n{}{}", Identity::of(&["x"]).ca, ours.ca));
    let url = format!("https://localhost:{}/", server.port);
    let literal = format!("https://127.0.0.1:{}/", server.port);
    for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
        let host = host(&[(variable, &bundle)]);
        assert_eq!(text(&send(&host, get(&url)).unwrap()), "ok", "{variable}");
        assert_eq!(text(&send(&host, request("POST", &literal, &[], "x")).unwrap()), "ok", "{variable}, twice");
    }
    let certs = folder.at("certs");
    std::fs::create_dir(&certs).unwrap();
    std::fs::write(format!("{certs}/1.pem"), &ours.ca).unwrap();
    assert_eq!(text(&send(&host(&[("SSL_CERT_DIR", &certs)]), get(&url)).unwrap()), "ok");

    let foreign = folder.file("foreign.pem", Identity::of(&["x"]).ca);
    let said = fault(send(&host(&[("AWS_CA_BUNDLE", &foreign), ("SSL_CERT_FILE", &bundle)]), get(&url)));
    let expected =
        format!("TLS: the certificate of localhost does not lead to the only root of AWS_CA_BUNDLE={foreign};");
    assert!(said.starts_with(&expected), "it replaces the others: {said}");
    let said = fault(send(&host(&[("SSL_CERT_FILE", "/nowhere")]), get(&url)));
    assert!(said.contains("roots of Mozilla, built in"), "{said}");

    let other = Identity::of(&["sts.example"]);
    let bundle = folder.file("other.pem", &other.ca);
    let named = Server::tls(&other, answer);
    let said = fault(send(&host(&[("AWS_CA_BUNDLE", &bundle)]), get(&format!("https://localhost:{}/", named.port))));
    assert!(said.starts_with("TLS: the certificate of localhost is for other names: "), "{said}");
    assert!(said.contains("sts.example"), "{said}");
    let old = Identity::until(&["localhost"], 2020);
    let bundle = folder.file("old.pem", &old.ca);
    let expired = Server::tls(&old, answer);
    let said = fault(send(&host(&[("AWS_CA_BUNDLE", &bundle)]), get(&format!("https://localhost:{}/", expired.port))));
    let expected = "TLS: the certificate of localhost has expired at 2020-01-01T00:00:00Z; this machine's clock says 2";
    assert!(said.starts_with(expected), "{said}");
    let plain = Server::with(
        |mut stream| {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")?;
            Ok(Box::new(stream))
        },
        |_| {},
    );
    let said = fault(send(&host(&[("AWS_CA_BUNDLE", &bundle)]), get(&format!("https://localhost:{}/", plain.port))));
    assert!(said.starts_with("TLS: localhost answers, and not in TLS: "), "{said}");
}

#[test]
fn a_broken_bundle_names_its_file() {
    let folder = Folder::new();
    let cut = Identity::of(&["x"]).ca.replace("-----END", "");
    let cases = [
        (folder.at("none.pem"), "No such file or directory (os error 2)"),
        (folder.file("empty.pem", ""), "no certificate in it (PEM, “-----BEGIN CERTIFICATE-----”)"),
        (folder.file("text.pem", "hello"), "no certificate in it (PEM, “-----BEGIN CERTIFICATE-----”)"),
        (folder.file("cut.pem", cut), "certificate 1 is no whole PEM"),
        (
            folder.file("der.pem", "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n"),
            "certificate 1 cannot be a root: ",
        ),
        (folder.path().to_str().unwrap().to_owned(), "Is a directory (os error 21)"),
    ];
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    for (path, why) in cases {
        let host = host(&[("AWS_CA_BUNDLE", &path)]);
        let said = fault(send(&host, get(&url)));
        assert!(said.starts_with(&format!("invalid request: AWS_CA_BUNDLE={path}: {why}")), "{said}");
        assert_eq!(text(&send(&host, get(&Server::saying(OK).url("/"))).unwrap()), "ok", "http needs no roots");
    }
}

/// A proxy that knows CONNECT, one byte at a time, to a fixed place.
fn tunnel(to: u16) -> Server {
    Server::with(
        move |mut stream| {
            let connect = read_request(&mut stream)?;
            if !connect.contains("Proxy-Authorization: Basic dTpw\r\n") {
                stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nx: y\r\n\r\n")?;
                return Err(std::io::Error::other("refused"));
            }
            assert!(connect.starts_with("CONNECT sts.example:443 HTTP/1.1\r\nHost: sts.example:443\r\n"), "{connect}");
            stream.write_all(b"HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n")?;
            let server = std::net::TcpStream::connect(("127.0.0.1", to))?;
            let (mut up, mut down) = (stream.try_clone()?, server.try_clone()?);
            thread::spawn(move || std::io::copy(&mut up, &mut down));
            std::io::copy(&mut &server, &mut &stream)?;
            Err(std::io::Error::other("over"))
        },
        |_| {},
    )
}

#[test]
fn https_goes_through_a_proxy_by_connect() {
    let folder = Folder::new();
    let identity = Identity::of(&["sts.example"]);
    let bundle = folder.file("ca.pem", &identity.ca);
    let server = Server::tls(&identity, |stream| drop(stream.write_all(OK.as_bytes())));
    let proxy = tunnel(server.port);
    let at = |user: &str| format!("http://{user}127.0.0.1:{}", proxy.port);
    let through = host(&[("AWS_CA_BUNDLE", &bundle), ("HTTPS_PROXY", &at("u:p@"))]);
    let post = || request("POST", "https://sts.example/", &[], "A=1");
    assert_eq!(text(&send(&through, post()).unwrap()), "ok");
    assert!(server.seen()[0].starts_with("POST / HTTP/1.1\r\n") && !server.seen()[0].contains("roxy"));
    let refused = host(&[("AWS_CA_BUNDLE", &bundle), ("https_proxy", &at(""))]);
    let said = fault(send(&refused, post()));
    let expected = format!(
        "refused by the proxy: the proxy 127.0.0.1:{} (https_proxy) answered 407 Proxy Authentication Required to CONNECT \
         sts.example:443: there are no user and password in that variable",
        proxy.port
    );
    assert_eq!(said, expected);
    let spared = host(&[("HTTPS_PROXY", &at("")), ("NO_PROXY", ".example")]);
    assert!(fault(send(&spared, post())).starts_with("name resolution: sts.example:443: "));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dead = host(&[("ALL_PROXY", &format!("127.0.0.1:{free}"))]);
    let said = fault(send(&dead, post()));
    assert!(said.starts_with(&format!("proxy: proxy 127.0.0.1:{free} (ALL_PROXY) (127.0.0.1): ")), "{said}");
    let unknown = host(&[("ALL_PROXY", "proxy.invalid:3128")]);
    let said = fault(send(&unknown, post()));
    assert!(said.starts_with("proxy: proxy proxy.invalid:3128 (ALL_PROXY): "), "{said}");
    let not_http = Server::saying("hello\r\n\r\n");
    let odd = host(&[("ALL_PROXY", &format!("127.0.0.1:{}", not_http.port))]);
    assert!(fault(send(&odd, post())).contains("did not answer CONNECT sts.example:443 in HTTP"));
}

#[test]
fn a_proxy_may_itself_speak_tls() {
    let folder = Folder::new();
    let (inner, outer) = (Identity::of(&["sts.example"]), Identity::of(&["127.0.0.1"]));
    let bundle = folder.file("ca.pem", format!("{}{}", inner.ca, outer.ca));
    let config = outer.config();
    let inner = inner.config();
    // The proxy ends the tunnel itself: what comes out of the outer TLS is the inner one.
    let proxy = Server::with(
        move |stream| {
            let outer = rustls::ServerConnection::new(config.clone()).map_err(std::io::Error::other)?;
            let mut outer = rustls::StreamOwned::new(outer, stream);
            read_request(&mut outer)?;
            outer.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            outer.flush()?;
            let inner = rustls::ServerConnection::new(inner.clone()).map_err(std::io::Error::other)?;
            Ok(Box::new(rustls::StreamOwned::new(inner, outer)))
        },
        |stream| drop(stream.write_all(OK.as_bytes())),
    );
    let through = |url: &str| host(&[("AWS_CA_BUNDLE", &bundle), ("HTTPS_PROXY", url)]);
    let answer = send(&through(&format!("https://127.0.0.1:{}", proxy.port)), get("https://sts.example/"));
    assert_eq!(text(&answer.unwrap()), "ok");
    let said = fault(send(&through(&format!("https://localhost:{}", proxy.port)), get("https://sts.example/")));
    assert!(said.starts_with("TLS: proxy localhost:"), "{said}");
}

#[test]
fn http_goes_to_a_proxy_in_absolute_form() {
    let proxy = Server::saying(OK);
    let at = format!("http://u:p@127.0.0.1:{}", proxy.port);
    let post = request("POST", "http://sts.example:8080/x?y=1", &[], "A=1");
    assert_eq!(text(&send(&host(&[("HTTP_PROXY", &at)]), post).unwrap()), "ok");
    let seen = &proxy.seen()[0];
    assert!(seen.starts_with("POST http://sts.example:8080/x?y=1 HTTP/1.1\r\n"), "{seen}");
    assert!(seen.contains("\r\nhost: sts.example:8080\r\n"), "{seen}");
    assert!(seen.contains("\r\nproxy-authorization: Basic dTpw\r\n"), "{seen}");
}

/// Neither the proxy for http nor the one for all is asked, and one that cannot be used is no matter. This machine is
/// called 0.0.0.0 here, since loopback addresses never go through a proxy.
#[test]
fn a_direct_request_goes_through_no_proxy() {
    let server = Server::saying(OK);
    let proxy = Server::saying("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
    let at = format!("http://127.0.0.1:{}", proxy.port);
    let direct = || HttpRequest { direct: true, ..get(&format!("http://0.0.0.0:{}/role", server.port)) };
    for variables in [[("HTTP_PROXY", &*at), ("ALL_PROXY", &at)], [("HTTP_PROXY", "ftp://no"), ("ALL_PROXY", &at)]] {
        assert_eq!(text(&send(&host(&variables), direct()).unwrap()), "ok");
    }
    assert!(server.seen()[0].starts_with("GET /role HTTP/1.1\r\n"));
    assert_eq!(proxy.seen().len(), 0);
    let through = HttpRequest { direct: false, ..direct() };
    assert_eq!(send(&host(&[("HTTP_PROXY", &at)]), through).unwrap().status, 502);
}
