//! A machine whose clock is ten minutes off, against `irsa-local`, whose clock is right: the skew is learnt from STS's
//! `Date`, credentials end by STS's clock, signatures and presigned URLs are dated by it. Without a `Date` that counts
//! the machine's clock is taken at its word.
//!
//! That an answer which took over 15 s teaches nothing is tested in virtual time, in core: a call ends after 10 s.
#![cfg(unix)]

mod common;

use common::{Folder, Server, TOKEN, assumed, host, request, send, text};
use irsa::{
    Cancel, Host, Provider, Signer,
    core::{Timestamp, keeper::State, sigv4},
};
use irsa_local::{Config, Local};
use std::{path::Path, sync::Arc, time::SystemTime};

const TEN_MINUTES: i64 = 600_000;

/// More than any service lets pass: irsa-local takes signatures within 15 minutes.
const TOO_FAR: i64 = 1_200_000;

fn local() -> Local {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/irsa-local.yaml");
    Local::start(Config::from_file(&demo).unwrap()).unwrap()
}

fn off(millis: i64) -> Host {
    host(&[]).with_wall_shift(millis)
}

fn true_time() -> Timestamp {
    let past = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_unix(past.as_secs() as i64)
}

/// What the service says to GetCallerIdentity, and what its signature is dated.
fn whoami(host: &Host, mut signed: irsa::core::effect::HttpRequest) -> (u16, String) {
    signed.response_limit = 100_000;
    let answer = send(host, signed).unwrap();
    (answer.status, text(&answer).to_owned())
}

#[test]
fn minutes_off_in_either_direction() {
    let local = local();
    for shift in [-TEN_MINUTES, TEN_MINUTES, -TOO_FAR, TOO_FAR, 0] {
        let provider = Provider::builder().host(off(shift)).environment(local.env()).build().unwrap();
        let provider = Arc::new(provider);
        let snapshot = provider.snapshot(&Cancel::new()).unwrap();
        // An upper bound: the round trip and the second that `Date` is cut to are in it.
        let beyond = snapshot.skew_millis() + shift;
        assert!((0..20_000).contains(&beyond), "{} ms for a clock {shift} ms off", snapshot.skew_millis());
        assert_eq!(snapshot.state(provider.host().now()), State::Fresh);
        // They end when STS says, or a little sooner: never later, whatever this clock says.
        let end = snapshot.end().unwrap().wall.plus_millis(-shift);
        let early = snapshot.credentials().expiration().unwrap().millis_since(end);
        assert!((0..20_000).contains(&early), "{early} ms");

        let signer = Signer::new(provider.clone(), "sts").region("eu-west-1");
        let body = "Action=GetCallerIdentity&Version=2011-06-15";
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let mut signed = request("POST", &format!("{}/", local.url()), &form, body);
        signer.sign(&mut signed).unwrap();
        let (status, said) = whoami(provider.host(), signed);
        assert_eq!(status, 200, "a clock {shift} ms off: {said}");

        let url = signer.presign("GET", &format!("{}/?{body}", local.url()), 60).unwrap();
        let (status, said) = whoami(provider.host(), request("GET", url.expose(), &[], ""));
        assert_eq!(status, 200, "presigned by a clock {shift} ms off: {said}");
        let date = url.expose().split("X-Amz-Date=").nth(1).unwrap()[..16].to_owned();
        let near = |millis| sigv4_date(true_time().plus_millis(millis));
        assert!(date >= near(-60_000) && date <= near(60_000), "{date}");
    }
}

/// That the corrections above are what makes the difference: the same request by the wrong clock is refused.
#[test]
fn by_the_wrong_clock_it_is_refused() {
    let local = local();
    let provider = Provider::builder().host(off(0)).environment(local.env()).build().unwrap();
    let credentials = provider.credentials().unwrap();
    for shift in [-TOO_FAR, TOO_FAR] {
        let mut signed =
            request("POST", &format!("{}/", local.url()), &[], "Action=GetCallerIdentity&Version=2011-06-15");
        let signing = sigv4::Signing::new(&credentials, "eu-west-1", "sts");
        sigv4::sign(&mut signed, &signing, &mut sigv4::KeyCache::new(), true_time().plus_millis(shift)).unwrap();
        let (status, said) = whoami(provider.host(), signed);
        assert!(status == 403 && said.contains("Signature"), "{status} {said}");
    }
}

#[test]
fn a_date_out_of_a_cache_teaches_nothing() {
    let folder = Folder::new();
    let token = folder.file("token", TOKEN);
    for (headers, expected) in [
        // Another year, so that what is learnt cannot be chance.
        ("Date: Mon, 01 Jan 2035 12:00:00 GMT", true),
        ("Date: Mon, 01 Jan 2035 12:00:00 GMT\r\nAge: 0", false),
        ("Date: Mon, 01 Jan 2035 12:00:00 GMT\r\nage: 3600", false),
        ("Date: yesterday", false),
        ("X-Date: Mon, 01 Jan 2035 12:00:00 GMT", false),
    ] {
        let answer = assumed().replacen("\r\n", &format!("\r\n{headers}\r\n"), 1);
        let server = Server::new(move |stream| drop(stream.write_all(answer.as_bytes())));
        let provider = Arc::new(common::pod(off(-TEN_MINUTES), &token, &server.url("")).build().unwrap());
        let skew = provider.snapshot(&Cancel::new()).unwrap().skew_millis();
        assert_eq!(skew != 0, expected, "{headers}: {skew}");
        let mut signed = request("GET", "https://sts.eu-west-1.amazonaws.com/", &[], "");
        Signer::new(provider.clone(), "sts").sign(&mut signed).unwrap();
        let date = signed.headers.iter().find(|(name, _)| &**name == "x-amz-date").unwrap().1.expose();
        let own = sigv4_date(provider.host().now().wall);
        assert_eq!(date.starts_with("2035"), expected, "{headers}: {date}");
        assert!(expected || date[..11] == own[..11], "{date} by the machine's own clock {own}");
    }
}

/// `20261124T101500Z`
fn sigv4_date(time: Timestamp) -> String {
    time.to_string().replace(['-', ':'], "").split('.').next().unwrap().trim_end_matches('Z').to_owned() + "Z"
}
