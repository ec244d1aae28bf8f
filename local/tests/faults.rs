//! The fault script on the wire: each line, what a client sees, and that the next exchange is well again.

mod support;

use irsa_local::{Local, Mint};
use std::time::{Duration, Instant};
use support::*;

#[test]
fn each_line_does_what_it_says() {
    let local = start();
    let well = || assert_eq!(exchange_with(&local, &[]).unwrap().status, 200);
    let next = |lines: &str| {
        local.fault(lines).unwrap();
        exchange_with(&local, &[])
    };
    for (lines, status, code, text) in [
        ("throttle 1", 400, "Throttling", "Rate exceeded"),
        (
            "verification-key-blip 1",
            400,
            "InvalidIdentityToken",
            "Couldn't retrieve verification key from your identity provider,  please",
        ),
        ("propagation 1", 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
        ("unavailable 1", 503, "ServiceUnavailable", ""),
        ("expired 1", 400, "ExpiredTokenException", "Token expired: current date/time 1"),
    ] {
        let answer = next(lines).unwrap();
        let (got, message) = answer.refusal();
        assert_eq!((answer.status, got.as_str()), (status, code));
        assert!(message.starts_with(text), "{message}");
        well();
    }
    let html = next("html").unwrap();
    assert_eq!((html.status, html.header("content-type")), (200, "text/html"));
    assert!(html.body.starts_with("<!doctype html>"));
    let redirect = next("redirect").unwrap();
    assert_eq!((redirect.status, redirect.header("location")), (302, "http://127.0.0.1:9/elsewhere"));
    assert!(next("huge").unwrap().body.len() > 10_000_000);
    assert_eq!(next("cut").err().unwrap().kind(), std::io::ErrorKind::UnexpectedEof);
    well();

    let start = Instant::now();
    assert_eq!(next("slow 300ms").unwrap().status, 200);
    assert!(start.elapsed() >= Duration::from_millis(300));
    let log = local.log();
    let seen: Vec<_> = log.iter().filter_map(|entry| Some((entry.fault?, entry.outcome.as_str()))).collect();
    let code = |name| log.iter().find(|entry| entry.fault == Some(name)).map(|entry| entry.outcome.clone());
    assert_eq!(
        seen.iter().map(|(fault, _)| *fault).collect::<Vec<_>>(),
        [
            "throttle",
            "verification-key-blip",
            "propagation",
            "unavailable",
            "expired",
            "html",
            "redirect",
            "huge",
            "cut",
            "slow"
        ]
    );
    assert_eq!(
        (code("throttle"), code("html"), code("slow")),
        (Some("Throttling".into()), Some("-".into()), Some("OK".into()))
    );
}

#[test]
fn down_is_down_for_all_and_then_over() {
    let local = start();
    let own = credentials(&local);
    local.fault("down 400ms").unwrap();
    assert_eq!(whoami(&local, &own).status, 200, "it begins with the next exchange");
    let start = Instant::now();
    assert!(exchange_with(&local, &[]).is_err());
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    if start.elapsed() < Duration::from_millis(300) {
        assert!(send(local.url(), "POST", &[], body).is_err(), "closed without an answer");
    }
    while exchange_with(&local, &[]).is_err() {
        assert!(start.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(start.elapsed() >= Duration::from_millis(400));
    let down = local.log().iter().find(|entry| entry.fault == Some("down")).cloned().unwrap();
    assert_eq!((down.operation.as_str(), down.status), ("AssumeRoleWithWebIdentity", 0));
}

#[test]
fn the_clock_and_the_lifetime_stay_until_they_are_mended() {
    let local = start();
    local.fault("lifetime 15s").unwrap();
    for _ in 0..2 {
        let life = credentials(&local).expiration().unwrap().unix() - now().unix();
        assert!((13..=15).contains(&life), "{life}");
    }
    local.fault("lifetime off\nclock +400s").unwrap();
    let answer = exchange_with(&local, &[]).unwrap();
    let life = answer.credentials().expiration().unwrap().unix() - now().unix();
    assert!((3995..=4000).contains(&life), "{life}");
    let date = answer.header("date").to_owned();
    // By a clock that far ahead a token that ends in a minute has ended, tolerance and all; by the right one it has not.
    let short = Mint { lifetime: Some(Duration::from_secs(60)), ..Mint::default() };
    assert_eq!(exchange(&local, &short).refusal().0, "ExpiredTokenException");
    local.fault("clock 0s").unwrap();
    assert_eq!(exchange(&local, &short).status, 200);
    assert_ne!(exchange(&local, &short).header("date"), date);
    local.fault("clock -1h").unwrap();
    assert_eq!(exchange(&local, &short).refusal().1.split(':').next(), Some("Token issued in the future"));
}

#[test]
fn a_byte_a_second_is_a_byte_a_second() {
    let local = start();
    local.fault("drip").unwrap();
    // A whole answer would take a quarter of an hour: the first bytes are enough.
    use std::io::{Read, Write};
    let address = local.url().strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let token = local.mint(&Mint::default()).unwrap();
    let body = form(&[
        ("Action", "AssumeRoleWithWebIdentity"),
        ("Version", "2011-06-15"),
        ("RoleArn", ROLE),
        ("RoleSessionName", "pod-1"),
        ("WebIdentityToken", token.expose()),
    ]);
    write!(stream, "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let start = Instant::now();
    let mut seen = Vec::new();
    while !seen.ends_with(b"<As") {
        let mut byte = [0];
        assert_eq!(stream.read(&mut byte).unwrap(), 1);
        seen.push(byte[0]);
    }
    assert!(start.elapsed() >= Duration::from_secs(2), "three bytes, a second apart");
}

#[test]
fn a_script_comes_over_the_control_path_too() {
    let local = start();
    let post = |path: &str, headers: &[(&str, &str)], body: &str| {
        send(&format!("{}{path}", local.url()), "POST", headers, body).unwrap()
    };
    assert_eq!(post("/_irsa/fault", &[], "throttle 1\n").status, 204);
    assert_eq!(exchange_with(&local, &[]).unwrap().refusal().0, "Throttling");
    let refused = post("/_irsa/fault", &[], "throttle 1\nexplode\n");
    assert_eq!((refused.status, refused.text("code")), (400, "local-fault-script".into()));
    assert_eq!(refused.text("message"), "the body line 2: unknown word “explode”");
    assert_eq!(exchange_with(&local, &[]).unwrap().status, 200, "a script with a fault is not played in part");

    let token = post("/_irsa/token", &[], "expired=true&audience=a&audience=b&lifetime=1h");
    assert_eq!(token.header("content-type"), "application/jwt");
    assert_eq!(exchange_with(&local, &[("WebIdentityToken", &token.body)]).unwrap().status, 400);
    assert_eq!(post("/_irsa/token", &[], "nonsense=1").text("code"), "local-usage");
    assert_eq!(post("/_irsa/token", &[], "role=nobody").text("fix"), "--role app");
    assert_eq!(post("/_irsa/nothing", &[], "").status, 400);
    let before = std::fs::read_to_string(local.token_file()).unwrap();
    assert_eq!(post("/_irsa/rotate-token", &[], "").status, 204);
    assert_ne!(std::fs::read_to_string(local.token_file()).unwrap(), before);
    let log = send(&format!("{}/_irsa/log", local.url()), "GET", &[], "").unwrap();
    let log: Vec<serde_json::Value> = serde_json::from_str(&log.body).unwrap();
    assert_eq!((&log[0]["outcome"], &log[0]["fault"]), (&"Throttling".into(), &"throttle".into()));

    // A web page that was rebound here, one that posts across, and a proxy.
    for header in [("host", "evil.example"), ("origin", "https://evil.example"), ("x-forwarded-for", "10.0.0.1")] {
        for path in ["/_irsa/token", "/_irsa/fault"] {
            assert_eq!(post(path, &[header], "").status, 400, "{header:?}");
        }
    }
    for host in ["localhost", "localhost:80", "127.0.0.1:1"] {
        assert_eq!(post("/_irsa/fault", &[("host", host)], "").status, 204, "{host}");
    }
}

#[test]
fn everything_stops_on_drop() {
    let local = start();
    let (url, folder) = (local.url().to_owned(), local.state_folder());
    assert!(folder.exists());
    // Also within somebody else's runtime, where nothing may block on another.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let inner = Local::start(config()).unwrap();
        assert_eq!(exchange(&inner, &Mint::default()).status, 200);
        drop(inner);
        let mut broken = config();
        broken.address = [192, 0, 2, 1].into();
        assert!(Local::start(broken).is_err());
    });
    drop(local);
    assert!(send(&url, "POST", &[], "").is_err());
    assert!(!folder.exists());
}
