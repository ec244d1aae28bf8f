//! Signing allocates nothing, and leaves no secret in memory that was given back.

use irsa_benches::signing::{NOW, W1, W2, W3};
use irsa_canary::{CANARY, Watcher, allocations_of, leaks_of};
use irsa_core::{
    Credentials, Timestamp,
    effect::HttpRequest,
    secret::SecretBytes,
    sigv4::{
        Form, HeaderSlot, KeyCache, Payload, QuerySlot, Request, Scratch, Signing, Verifying, explain, presign, sign,
        sign_into, sign_into_with, signing_key, verify,
    },
};

#[global_allocator]
static WATCHER: Watcher = Watcher;

#[test]
fn the_watcher_counts() {
    let count = allocations_of(|| {
        let mut text = String::from("first");
        text.push_str(" and more than there is room for, so that a second block is needed");
    });
    assert_eq!(count, 2);
}

#[test]
fn signing_into_a_buffer_allocates_nothing() {
    for (name, mut work) in [
        ("W1", Box::new(W1.irsa()) as Box<dyn FnMut()>),
        ("W1b", Box::new(W1.irsa_fresh_key())),
        ("W2", Box::new(W2.irsa())),
        ("W3", Box::new(W3.irsa())),
    ] {
        for call in ["first", "second"] {
            assert_eq!(allocations_of(&mut work), 0, "{name}, the {call} call");
        }
    }
}

#[test]
fn nor_do_many_headers_and_parameters() {
    let credentials = secret_credentials();
    let mut headers = vec![("host", "example.com")];
    headers.extend([("x-header", "a  value  with spaces"); 63]);
    let query = vec!["name=%7evalue"; 256].join("&");
    let request = Request {
        method: "GET",
        path: "/a//b/../c%20d/./",
        query: &query,
        headers: headers.iter().copied(),
        payload: Payload::Bytes(b"body"),
    };
    let mut out = vec![0; 65_536];
    let mut keys = KeyCache::new();
    for form in [Form::Header, Form::Query { expires: 60 }] {
        let mut signing = Signing::new(&credentials, "eu-central-1", "execute-api");
        signing.form = form;
        let now = Timestamp::from_unix(NOW);
        let count = allocations_of(|| {
            sign_into(&request, &signing, &mut keys, now, &mut out).expect("signed");
        });
        assert_eq!(count, 0, "{form:?}");
        let (mut header_slots, mut query_slots) = (vec![HeaderSlot::EMPTY; 64], vec![QuerySlot::EMPTY; 256]);
        let scratch = Scratch { headers: &mut header_slots, query: &mut query_slots };
        let count = allocations_of(|| {
            sign_into_with(&request, &signing, &mut keys, now, scratch, &mut out).expect("signed");
        });
        assert_eq!(count, 0, "{form:?} with scratch");
    }
}

#[test]
fn no_secret_is_left_behind() {
    let leaks = leaks_of(|| {
        let now = Timestamp::from_unix(NOW);
        let credentials = secret_credentials();
        let mut keys = KeyCache::new();
        let signing = Signing::s3(&credentials, "eu-central-1");
        let mut request = HttpRequest {
            method: "PUT".into(),
            url: "https://bucket.s3.eu-central-1.amazonaws.com/key".into(),
            headers: vec![("content-type".into(), "text/plain".into())],
            body: SecretBytes::from([CANARY, " in the body"].concat()),
            response_limit: 0,
            direct: false,
        };
        sign(&mut request, &signing, &mut keys, now).expect("signed");
        let url = "https://bucket.s3.eu-central-1.amazonaws.com/key";
        let made = presign("GET", url, Payload::Unsigned, 60, &signing, &mut keys, now).expect("presigned");
        drop(made);
        let host = ("host", "bucket.s3.eu-central-1.amazonaws.com");
        let headers: Vec<(&str, &str)> =
            std::iter::once(host).chain(request.headers.iter().map(|(n, v)| (&**n, v.expose()))).collect();
        let received = Request {
            method: "PUT",
            path: "/key",
            query: "",
            headers: headers.iter().copied(),
            payload: Payload::Bytes(request.body.expose()),
        };
        drop(explain(&received, &signing, &mut keys, now).expect("explained"));
        let rules = Verifying::s3("eu-central-1");
        verify(&received, &rules, |_| Some(&credentials), &mut keys, now).expect("verified");
        let other = Request { payload: Payload::Bytes(b"another body"), ..received };
        verify(&other, &rules, |_| Some(&credentials), &mut keys, now).expect_err("another body");
        drop(signing_key(credentials.secret_access_key(), now, "eu-central-1", "s3"));
    });
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

/// Both secrets carry the canary; the key is of the length of real ones.
fn secret_credentials() -> Credentials {
    let secret = [CANARY, "/K7MDENG/bPxRfiCYEXAMPLEKEY000"].concat();
    Credentials::new("ASIAIOSFODNN7EXAMPLE", secret, "test").with_session_token([CANARY; 60].concat())
}
