use super::*;

const GOOD: &str = "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1:9911\r\nAuthorization: abc\r\n\r\n";

fn whole(text: &str) -> Request<'_> {
    match head(text.as_bytes()) {
        Head::Whole(request, length) if length == text.len() => request,
        other => panic!("{text:?}: {other:?}"),
    }
}

fn status(text: &str) -> u16 {
    match head(text.as_bytes()) {
        Head::Bad(status, _) => status,
        other => panic!("{text:?}: {other:?}"),
    }
}

/// A good request with other header lines.
fn with(lines: &str) -> String {
    GOOD.replace("Authorization: abc\r\n", lines)
}

#[test]
fn a_request_of_an_sdk() {
    let request = whole(GOOD);
    assert_eq!((request.method, request.path, request.host), ("GET", "/v1/credentials", "127.0.0.1:9911"));
    assert_eq!((request.authorization, request.foreign, request.close), (Some("abc"), None, false));
    let text = "\r\n\r\nHEAD /healthz?full#x HTTP/1.0\r\nhost:\tlocalhost \r\ncontent-length: 0\r\n\r\n";
    let request = whole(text);
    assert_eq!((request.method, request.path, request.host, request.close), ("HEAD", "/healthz", "localhost", true));
    assert!(whole(&with("Connection: TE, close\r\n")).close);
    assert!(!whole("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n").close);
    assert_eq!(whole("GET / HTTP/1.1\r\nHost:\r\n\r\n").host, "");
}

#[test]
fn every_beginning_of_a_request_waits_for_more_and_what_follows_it_is_left() {
    for length in 0..GOOD.len() {
        assert_eq!(head(&GOOD.as_bytes()[..length]), Head::Partial, "{length}");
    }
    // What follows may be anything: it is another request's.
    for next in [GOOD, "\n\0\r", "x"] {
        let both = format!("{GOOD}{next}");
        assert!(matches!(head(both.as_bytes()), Head::Whole(_, length) if length == GOOD.len()), "{next:?}");
    }
}

#[test]
fn what_is_no_request_is_refused_as_soon_as_it_shows() {
    let cases = [
        (400, "GET / HTTP/1.1\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\n"),
        (400, "GET / HTTP/1.1\r\rHost: a"),
        (400, "GET /\0"),
        (400, "\x16\x03\x01\x02\0"),
        (400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        (400, "GET /\r\nHost: a\r\n\r\n"),
        (400, " / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET http://127.0.0.1/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /é HTTP/1.1\r\nHost: a\r\n\r\n"),
        (505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        (505, "GET / http/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: a\r\nauthorization: b\r\n\r\n"),
        (413, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n"),
        (413, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 00\r\n\r\n"),
        (413, "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ];
    for (expected, text) in cases {
        assert_eq!(status(text), expected, "{text:?}");
    }
    assert!(matches!(head(b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n"), Head::Bad(400, _)));
}

#[test]
fn a_head_has_an_end() {
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}", "x".repeat(HEAD_LIMIT));
    assert_eq!(head(&long.as_bytes()[..HEAD_LIMIT - 1]), Head::Partial);
    assert_eq!(status(&long[..HEAD_LIMIT]), 431);
    assert_eq!(status(&"\r\n".repeat(HEAD_LIMIT / 2)), 431);
    let lines = |count| format!("GET / HTTP/1.1\r\n{}Host: a\r\n\r\n", "X: y\r\n".repeat(count - 1));
    assert_eq!(whole(&lines(LINE_LIMIT)).host, "a");
    assert_eq!(status(&lines(LINE_LIMIT + 1)), 431);
}

#[test]
fn proxies_and_pages_show() {
    for header in FOREIGN {
        let name = header.to_uppercase();
        assert_eq!(whole(&with(&format!("{name}: 10.0.0.1\r\n"))).foreign, Some(name.as_str()));
    }
    // A person who typed the address.
    assert_eq!(whole(&with("Sec-Fetch-Site: none\r\n")).foreign, None);
    assert_eq!(whole(&with("X-Forwarded: x\r\nViale: x\r\n")).foreign, None);
}

#[test]
fn loopback_has_three_names() {
    for host in ["127.0.0.1", "127.0.0.1:1", "localhost:65535", "LocalHost", "[::1]", "[::1]:80"] {
        assert!(is_loopback(host), "{host}");
    }
    let others = [
        "",
        ":80",
        "127.0.0.1:",
        "127.0.0.1:123456",
        "127.0.0.1:80x",
        "127.0.0.1.evil.example",
        "localhost.",
        "localhost.evil.example",
        "evil.example:127.0.0.1",
        "[::1",
        "::1",
        "[::1]x",
        "[::1]:",
        "0.0.0.0",
        "169.254.170.2",
        "localhost@evil.example",
        "localhost,evil.example",
    ];
    for host in others {
        assert!(!is_loopback(host), "{host}");
    }
}

#[test]
fn answers_have_a_length_and_are_not_kept() {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let good = text(&answer(200, "{}", false, false));
    assert!(
        good.starts_with("HTTP/1.1 200 OK\r\n") && good.ends_with("\r\nconnection: keep-alive\r\n\r\n{}"),
        "{good}"
    );
    assert!(good.contains("\r\ncontent-length: 2\r\n") && good.contains("\r\ncache-control: no-store\r\n"));
    let head = text(&answer(405, "{}", true, true));
    assert!(head.contains("\r\ncontent-length: 2\r\nca") && head.ends_with("\r\nconnection: close\r\n\r\n"), "{head}");
    assert!(head.contains("\r\nallow: GET, HEAD\r\n"));
    assert!(text(&answer(503, "", true, false)).contains("\r\nretry-after: 1\r\n"));
}

/// Spoilt requests: an answer, in bounded time, and never one that is longer than what came.
#[test]
fn spoilt_requests_do_no_harm() {
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let parts = ["\r\n", "\r", "\n", ": ", "Host", "\0", "GET ", " HTTP/1.1", "Content-Length: 5", "\u{e9}", ",", "a"];
    let mut whole = 0;
    for _ in 0..100_000 {
        let mut bytes = GOOD.as_bytes().to_vec();
        for _ in 0..random(4) {
            let at = random(bytes.len());
            match random(3) {
                0 => drop(bytes.splice(at..at, parts[random(parts.len())].bytes())),
                1 => drop(bytes.remove(at)),
                _ => bytes[at] = u8::try_from(random(256)).unwrap(),
            }
        }
        if let Head::Whole(request, length) = head(&bytes) {
            assert!(length <= bytes.len() && bytes[..length].ends_with(b"\r\n\r\n"));
            assert!(request.path.starts_with('/'));
            whole += 1;
        }
    }
    assert!(whole > 10_000, "{whole}");
}
