//! Signing and verifying. The two are never each other's only witness (the vectors are), but they must agree.

use super::NOW;
use irsa_core::{
    Credentials,
    sigv4::{Form, KeyCache, PathRule, Payload, Request, Signing, Verifying, lines, sign_into, verify as judge},
};

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "fuzz").with_session_token("session")
}

/// `flags \n method \n path \n query \n name: value \n … \n \n body`: what signs is accepted, in both forms, and no other
/// body is.
pub fn canonical(data: &[u8]) {
    let Some((flags, rest)) = data.split_first() else { return };
    let (head, body) = match rest.windows(2).position(|pair| pair == b"\n\n") {
        Some(at) => (&rest[..at], &rest[at + 2..]),
        None => (rest, &[][..]),
    };
    let Ok(head) = std::str::from_utf8(head) else { return };
    let mut fields = head.splitn(4, '\n');
    let mut field = || fields.next().unwrap_or_default();
    let (method, path, query, rest) = (field(), field(), field(), field());
    // What the signature itself brings must not be there already.
    let ours = |name: &str| name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"));
    if query.split('&').any(|pair| pair.contains('%') || ours(pair)) {
        return;
    }
    let mut headers = vec![("host", "example.amazonaws.com")];
    headers.extend(rest.split('\n').filter_map(|line| line.split_once(':')).filter(|(name, _)| {
        !ours(name.trim()) && !["authorization", "host"].iter().any(|known| known.eq_ignore_ascii_case(name.trim()))
    }));
    let s3 = flags & 1 != 0;
    let credentials = credentials();
    let mut signing = Signing::new(&credentials, "eu-west-1", "service");
    let mut verifying = Verifying::new("eu-west-1", "service");
    if s3 {
        signing = Signing::s3(&credentials, "eu-west-1");
        verifying = Verifying::s3("eu-west-1");
    }
    if flags & 2 != 0 {
        signing.form = Form::Query { expires: 300 };
    }
    if flags & 4 != 0 && !s3 {
        let path = PathRule { normalise: false, ..signing.path };
        (signing.path, verifying.path) = (path, path);
    }
    // A presigned URL of S3 says nothing of the body.
    let silent = s3 && flags & 2 != 0;
    let payload = if silent { Payload::Unsigned } else { Payload::Bytes(body) };
    let request = Request { method, path, query, headers: headers.iter().copied(), payload };
    let mut out = vec![0; 4 * data.len() + 8_192];
    let mut keys = KeyCache::new();
    let Ok(length) = sign_into(&request, &signing, &mut keys, NOW.wall, &mut out) else { return };
    out.truncate(length);
    let text = String::from_utf8(out).expect("the signature is text");
    let (mut sent, mut whole) = (headers.clone(), query);
    match signing.form {
        Form::Header => sent.extend(lines(text.as_bytes())),
        Form::Query { .. } => whole = &text,
    }
    let received = Request { method, path, query: whole, headers: sent.iter().copied(), payload };
    let known = |id: &str| (id == "AKIDEXAMPLE").then_some(&credentials);
    let verdict = judge(&received, &verifying, known, &mut keys, NOW.wall);
    assert!(verdict.is_ok(), "{verdict:?}");
    if !silent {
        let other = Request { payload: Payload::Bytes(b"another body"), ..received };
        assert!(body == b"another body" || judge(&other, &verifying, known, &mut keys, NOW.wall).is_err());
    }
}

/// A request as HTTP/1.1 sends it, from anybody: accepted only with the signature that we would have made.
pub fn verify(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut head = head.split('\n').map(|line| line.trim_end_matches('\r'));
    let mut first = head.next().unwrap_or_default().split(' ');
    let method = first.next().unwrap_or_default();
    let target = first.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: Vec<(&str, &str)> = head.filter_map(|line| line.split_once(':')).collect();
    let credentials =
        [credentials(), Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "fuzz")];
    for rules in [Verifying::new("us-east-1", "service"), Verifying::s3("us-east-1")] {
        for credentials in &credentials {
            let request = Request {
                method,
                path,
                query,
                headers: headers.iter().copied(),
                payload: Payload::Bytes(body.as_bytes()),
            };
            // 2015-08-30T12:36:00Z, the time of the published suite.
            let now = irsa_core::Timestamp::from_unix(1_440_938_160);
            let known = |id: &str| (id == "AKIDEXAMPLE").then_some(credentials);
            match judge(&request, &rules, known, &mut KeyCache::new(), now) {
                Ok(who) => assert_eq!(who.access_key_id, "AKIDEXAMPLE"),
                Err(refusal) => assert!(refusal.to_string().len() < 4 * data.len() + 20_000),
            }
        }
    }
}
