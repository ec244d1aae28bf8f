//! Behaviour of the room through its public items.

use super::*;
use crate::{Credentials, Timestamp};

fn example() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "test")
}

const NOW: Timestamp = Timestamp::from_unix(1_440_938_160);

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
