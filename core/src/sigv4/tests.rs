//! Behaviour of the room through its public items.

use super::*;
use crate::{Credentials, Timestamp};
use std::{format, vec, vec::Vec};

fn example() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "test")
}

const NOW: Timestamp = Timestamp::from_unix(1_440_938_160);

/// What a log or an error might get to see.
#[test]
fn nothing_that_is_printed_lets_anybody_in() {
    let own = example().with_session_token("TOKEN-7f3a");
    let headers = [("host", "example.com"), ("x-amz-security-token", "TOKEN-7f3a")];
    let payload = Payload::Bytes(b"");
    let request = Request { method: "GET", path: "/", query: "X-Amz-Security-Token=TOKEN-7f3a", headers, payload };
    let signing = Signing::new(&own, "us-east-1", "iam");
    let mut keys = KeyCache::new();
    let mut out = [0; 1024];
    let length = sign_into(&request, &signing, &mut keys, NOW, &mut out).unwrap();
    let added: Vec<_> = lines(&out[..length]).collect();
    let stages = explain(&request, &signing, &mut keys, NOW).unwrap();
    for printed in [format!("{request:?}"), format!("{:?}", lines(&out[..length])), format!("{stages:?}")] {
        assert!(!printed.contains("TOKEN-7f3a") && !printed.contains(&stages.signature), "{printed}");
    }

    // A verifier whose refusal is sent back must not sign for whoever asks.
    let forged = added[0].1.replace(&stages.signature, &"0".repeat(64));
    let headers = [("host", "example.com"), ("authorization", &*forged), added[1], added[2]];
    let received = Request { method: "GET", path: "/", query: request.query, headers, payload };
    let verifying = Verifying::new("us-east-1", "iam");
    let refusal = verify(&received, &verifying, |_| Some(&own), &mut keys, NOW).unwrap_err();
    let ends = format!("expected {}…{}", &stages.signature[..8], &stages.signature[58..]);
    assert!(
        format!("{refusal}").contains("the signature is 00000000…000000, ") && format!("{refusal}").contains(&ends)
    );
    for printed in [format!("{refusal}"), format!("{refusal:?}"), format!("{}", crate::Error::from(refusal))] {
        assert!(!printed.contains(&stages.signature) && !printed.contains("TOKEN-7f3a"), "{printed}");
    }

    for (url, shown) in [
        ("https://user:PASS-91@example.com/?q", "…@example.com/: it has a user name"),
        ("user:PASS-91@example.com", "…@example.com: it does not begin"),
        ("https://example.com/?PASS-91#x", "https://example.com/: it has a fragment"),
    ] {
        let mut request = crate::effect::HttpRequest {
            method: "GET".into(),
            url: url.into(),
            headers: vec![],
            body: Default::default(),
            response_limit: 0,
        };
        let error = sign(&mut request, &signing, &mut keys, NOW).unwrap_err();
        assert!(error.message().contains(shown) && !format!("{error}").contains("PASS-91"), "{error}");
    }
}

/// The example of the IAM guide, and what verifies it.
#[test]
fn the_guides_example() {
    let credentials = example();
    let request = Request {
        method: "GET",
        path: "/",
        query: "Action=ListUsers&Version=2010-05-08",
        headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), ("Host", "iam.amazonaws.com")],
        payload: Payload::Bytes(b""),
    };
    let signing = Signing::new(&credentials, "us-east-1", "iam");
    let mut keys = KeyCache::new();
    let mut out = [0; 512];
    let length = sign_into(&request, &signing, &mut keys, NOW, &mut out).unwrap();
    let added: std::vec::Vec<_> = lines(&out[..length]).collect();
    assert_eq!(
        added,
        [
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date, \
                 Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
            ),
            ("x-amz-date", "20150830T123600Z"),
        ]
    );
    let received = Request {
        method: request.method,
        path: request.path,
        query: request.query,
        headers: request.headers.iter().chain(&added).copied(),
        payload: request.payload,
    };
    let verifying = Verifying::new("us-east-1", "iam");
    let verified = verify(&received, &verifying, |id| (id == "AKIDEXAMPLE").then_some(&credentials), &mut keys, NOW);
    assert_eq!(verified.unwrap().signed_headers, "content-type;host;x-amz-date");
}
