//! Behaviour of the room through its public items.

use super::*;
use crate::{Credentials, Timestamp};
use std::{borrow::ToOwned, format, vec, vec::Vec};

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
            direct: false,
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

type Pairs<'a> = Vec<(&'a str, &'a str)>;

fn get<'a>(path: &'a str, query: &'a str, headers: &[(&'a str, &'a str)]) -> Request<'a, Pairs<'a>> {
    Request { method: "GET", path, query, headers: headers.to_vec(), payload: Payload::Bytes(b"") }
}

const HOST: (&str, &str) = ("host", "example.com");

fn try_sign(request: &Request<'_, Pairs<'_>>, signing: &Signing<'_>) -> Result<usize, SignError> {
    sign_into(request, signing, &mut KeyCache::new(), NOW, &mut [0; 4096])
}

fn canonical(request: &Request<'_, Pairs<'_>>, signing: &Signing<'_>) -> std::string::String {
    explain(request, signing, &mut KeyCache::new(), NOW).unwrap().canonical_request.expose().into()
}

#[test]
fn what_cannot_be_signed() {
    use SignError::{Escape, Expires, Header, NoHost, TooManyItems, Unusable};
    let credentials = example();
    let long = "r".repeat(65);
    let good = get("/", "", &[HOST]);
    for region in ["", "eu west", "eu/west", "eu,west", "eu\nwest", "é", &*long] {
        let refused = try_sign(&good, &Signing::new(&credentials, region, "s3"));
        assert_eq!(refused, Err(Unusable { part: Part::Region }), "{region}");
        let refused = try_sign(&good, &Signing::new(&credentials, "eu-west-1", region));
        assert_eq!(refused, Err(Unusable { part: Part::Service }), "{region}");
    }
    for (id, secret, token, part) in [
        ("", "secret", "token", Part::AccessKeyId),
        ("AKID/x", "secret", "token", Part::AccessKeyId),
        ("AKID\r\n", "secret", "token", Part::AccessKeyId),
        ("AKID", "", "token", Part::SecretAccessKey),
        ("AKID", "secret", "", Part::SessionToken),
        ("AKID", "secret", "token\r\nx-injected: yes", Part::SessionToken),
        ("AKID", "secret", "tok en", Part::SessionToken),
    ] {
        let credentials = Credentials::new(id, secret, "test").with_session_token(token);
        for form in [Form::Header, Form::Query { expires: 60 }] {
            let mut signing = Signing::new(&credentials, "eu-west-1", "s3");
            signing.form = form;
            assert_eq!(try_sign(&good, &signing), Err(Unusable { part }), "{id:?} {secret:?} {token:?}");
        }
    }
    let signing = Signing::new(&credentials, "eu-west-1", "execute-api");
    for expires in [0, EXPIRES_LIMIT + 1, u32::MAX] {
        assert_eq!(try_sign(&good, &signing.presigned(expires)), Err(Expires { seconds: expires }));
    }
    for expires in [1, EXPIRES_LIMIT] {
        assert!(try_sign(&good, &signing.presigned(expires)).is_ok());
    }
    for headers in [&[][..], &[("x-host", "example.com")]] {
        assert_eq!(try_sign(&get("/", "", headers), &signing), Err(NoHost));
    }
    for bad in [("", "x"), ("na me", "x"), ("name:", "x"), ("näme", "x"), ("name", "a\0b"), ("name", "a\x7f")] {
        assert_eq!(try_sign(&get("/", "", &[HOST, bad]), &signing), Err(Header { index: 1 }), "{bad:?}");
    }
    for (method, payload, part) in [
        ("", Payload::Unsigned, Part::Method),
        ("GET /\n", Payload::Unsigned, Part::Method),
        ("GET", Payload::Hash(""), Part::Payload),
        ("GET", Payload::Hash("a\nb"), Part::Payload),
    ] {
        let refused = try_sign(&Request { method, payload, ..good.clone() }, &signing);
        assert_eq!(refused, Err(Unusable { part }), "{method:?} {payload:?}");
    }
    for (query, wanted) in [
        ("%", "%25="),
        ("a=%4", "a=%254"),
        ("a=b&c%zz=d", "a=b&c%25zz=d"),
        ("%41%%", "A%25%25="),
        ("@#$%^&+=/,?><`\";:\\|][{}", "%20=%2F%2C%3F%3E%3C%60%22%3B%3A%5C%7C%5D%5B%7B%7D&%40%23%24%25%5E="),
    ] {
        let whole = canonical(&get("/", query, &[HOST]), &signing);
        assert_eq!(whole.lines().nth(2), Some(wanted), "{query}");
    }
    let mut once = signing;
    for (path, offset) in [("/%", 1), ("/a/%4", 3), ("/a%20b/%gg", 7), ("/../%2", 4)] {
        for normalise in [false, true] {
            once.path = PathRule { encoding: PathEncoding::Once, normalise };
            let refused = try_sign(&get(path, "", &[HOST]), &once);
            assert_eq!(refused, Err(Escape { offset }), "{path}");
        }
        assert!(try_sign(&get(path, "", &[HOST]), &signing).is_ok(), "encoded twice, {path} means itself");
    }
    let deep = "/a".repeat(129) + "/.";
    let refused = try_sign(&get(&deep, "", &[HOST]), &signing);
    assert_eq!(refused, Err(TooManyItems { part: Part::Path, limit: 128 }));
    assert!(try_sign(&get(&"/a".repeat(1000), "", &[HOST]), &signing).is_ok(), "nothing to resolve");
    assert!(try_sign(&get(&"/a/..".repeat(1000), "", &[HOST]), &signing).is_ok(), "nothing is left");
}

/// A query that is signed already is not signed again, however its parameters are spelled.
#[test]
fn presigned_twice() {
    let credentials = example();
    let signing = Signing::new(&credentials, "eu-west-1", "s3").presigned(60);
    for query in
        ["X-Amz-Signature=0", "a=b&X-Amz-Date=x", "%58-Amz-Expires=1", "X-Amz-Security-Token", "X-Amz%2dAlgorithm="]
    {
        assert_eq!(try_sign(&get("/", query, &[HOST]), &signing), Err(SignError::AlreadySigned), "{query}");
    }
    for query in ["x-amz-signature=0", "X-Amz-Signatures=0", "X-Amz-Content-Sha256=0"] {
        assert!(try_sign(&get("/", query, &[HOST]), &signing).is_ok(), "{query}");
    }
}

#[test]
fn the_room_that_is_needed_is_told_and_enough() {
    let credentials = example().with_session_token("a+b/c==".repeat(20));
    let request = get("/a b", "c=d", &[HOST, ("Accept", "*/*")]);
    let mut keys = KeyCache::new();
    for signing in [
        Signing::new(&credentials, "eu-west-1", "sts"),
        Signing::s3(&credentials, "eu-west-1"),
        Signing::s3(&credentials, "eu-west-1").presigned(604_800),
    ] {
        let Err(SignError::TooSmall { needed }) = sign_into(&request, &signing, &mut keys, NOW, &mut []) else {
            panic!("no room at all was enough");
        };
        for room in [1, needed / 2, needed - 1] {
            let refused = sign_into(&request, &signing, &mut keys, NOW, &mut vec![0; room]);
            assert_eq!(refused, Err(SignError::TooSmall { needed }));
        }
        let mut large = [b'#'; 4096];
        assert_eq!(sign_into(&request, &signing, &mut keys, NOW, &mut vec![0; needed]), Ok(needed));
        assert_eq!(sign_into(&request, &signing, &mut keys, NOW, &mut large), Ok(needed));
        assert!(large[..needed].iter().all(|b| *b != b'#') && large[needed..].iter().all(|b| *b == b'#'));
    }
}

#[test]
fn more_than_the_arrays_hold_wants_scratch() {
    let credentials = example();
    let signing = Signing::new(&credentials, "eu-west-1", "sts");
    let names: Vec<_> = (0..100).map(|i| format!("x-{i}")).collect();
    let params: Vec<_> = (0..300).rev().map(|i| format!("p{i}={i}")).collect();
    let headers = |count: usize| -> Pairs<'_> {
        core::iter::once(HOST).chain(names[..count - 1].iter().map(|name| (&**name, "v"))).collect()
    };
    let queries = [256, 257, 300].map(|count| params[..count].join("&"));
    let [fits, over, far_over] = &queries;
    assert!(try_sign(&get("/", fits, &headers(64)), &signing).is_ok());
    for (query, count, part, limit) in [
        (fits, 65, Part::Headers, HEADER_LIMIT),
        (over, 64, Part::Query, QUERY_LIMIT),
        (far_over, 16, Part::Query, QUERY_LIMIT),
    ] {
        let refused = try_sign(&get("/", query, &headers(count)), &signing);
        assert_eq!(refused, Err(SignError::TooManyItems { part, limit }));
    }
    let request = get("/", far_over, &headers(100));
    let signed = |header_slots: usize, query_slots: usize| {
        let (mut a, mut b) = (vec![HeaderSlot::EMPTY; header_slots], vec![QuerySlot::EMPTY; query_slots]);
        let mut out = vec![0; 4096];
        let scratch = Scratch { headers: &mut a, query: &mut b };
        let length = sign_into_with(&request, &signing, &mut KeyCache::new(), NOW, scratch, &mut out)?;
        out.truncate(length);
        Ok(out)
    };
    assert_eq!(signed(99, 300), Err(SignError::TooManyItems { part: Part::Headers, limit: 99 }));
    assert_eq!(signed(100, 299), Err(SignError::TooManyItems { part: Part::Query, limit: 299 }));
    let text = std::string::String::from_utf8(signed(100, 300).unwrap()).unwrap();
    let signature = explain(&request, &signing, &mut KeyCache::new(), NOW).unwrap().signature;
    assert!(text.contains(&signature), "the owned forms bring their own scratch");
}

#[test]
fn canonical_paths() {
    let credentials = example();
    let mut signing = Signing::new(&credentials, "eu-west-1", "x");
    use PathEncoding::{AsIs, Once, Twice};
    for (path, encoding, normalise, canonical_path) in [
        ("", Twice, true, "/"),
        ("", Once, false, "/"),
        ("/", Twice, true, "/"),
        ("/.", Twice, true, "/"),
        ("/..", Twice, true, "/"),
        ("/../../a", Twice, true, "/a"),
        ("/a/./b/../c", Twice, true, "/a/c"),
        ("//a//b//", Twice, true, "/a/b/"),
        ("/a/..", Twice, true, "/"),
        ("/a/b/..", Twice, true, "/a"),
        ("/a/b/../", Twice, true, "/a/"),
        ("/.a/..b/c.", Twice, true, "/.a/..b/c."),
        ("a", Twice, true, "/a"),
        ("/a/../b", Twice, false, "/a/../b"),
        ("//a", Once, false, "//a"),
        ("/a b/é", Twice, true, "/a%20b/%C3%A9"),
        ("/a%20b", Twice, true, "/a%2520b"),
        ("/a%20b", Once, false, "/a%20b"),
        ("/a%2fb%7e%c3%A9", Once, false, "/a%2Fb~%C3%A9"),
        ("/a@b:c'(d)+e", Once, false, "/a%40b%3Ac%27%28d%29%2Be"),
        ("/a@b%3a", AsIs, false, "/a@b%3a"),
        ("/a b\n", AsIs, false, "/a%20b%0A"),
    ] {
        signing.path = PathRule { encoding, normalise };
        let canonical = canonical(&get(path, "", &[HOST]), &signing);
        assert_eq!(canonical.lines().nth(1), Some(canonical_path), "{path} {encoding:?} {normalise}");
    }
}

#[test]
fn canonical_queries() {
    let credentials = example();
    let signing = Signing::new(&credentials, "eu-west-1", "x");
    for (query, canonical_query) in [
        ("", ""),
        ("a", "a="),
        ("a=", "a="),
        ("=a", "=a"),
        ("&a=1&&b=2&", "a=1&b=2"),
        ("b=1&a=2&A=3&_=4&~=5&1=6", "1=6&A=3&_=4&a=2&b=1&~=5"),
        ("a=2&a=1&a=10&a", "a=&a=1&a=10&a=2"),
        ("a-b=1&a=2", "a=2&a-b=1"),
        ("a=b=c", "a=b%3Dc"),
        ("a+b=c+%2B+", "a%20b=c%20%2B%20"),
        ("a=%7e%2f%41", "a=~%2FA"),
        ("%61=1&a=0", "a=0&a=1"),
        ("a b=é/?", "a%20b=%C3%A9%2F%3F"),
        ("ሴ=1&z=2&%21=3", "%21=3&%E1%88%B4=1&z=2"),
        ("a%00=%ff", "a%00=%FF"),
    ] {
        let canonical = canonical(&get("/", query, &[HOST]), &signing);
        assert_eq!(canonical.lines().nth(2), Some(canonical_query), "{query}");
    }
}

#[test]
fn canonical_headers() {
    let credentials = example().with_session_token("token");
    let mut signing = Signing::new(&credentials, "eu-west-1", "x");
    let headers = [
        ("X-Custom", "  a   b\t\tc  "),
        ("Host", "Example.com:8080"),
        ("x-custom", "second"),
        ("User-Agent", "changes on the way"),
        ("Sec-WebSocket-Key", "too"),
        ("Authorization", "of somebody else"),
        ("X-Amz-Date", "19700101T000000Z"),
        ("x-amz-security-token", "stale"),
        ("x-amz-content-sha256", "of the caller"),
        ("X-Empty", ""),
        ("x-blank", " \t "),
        ("x-double", "one  two"),
        ("x-folded", "one\r\n  two"),
        ("x-café".split_at(2).0, "é"),
    ];
    let lines = |signing: &Signing<'_>| {
        let canonical = canonical(&get("/", "", &headers), signing);
        let lines: Vec<std::string::String> = canonical.lines().skip(3).map(Into::into).collect();
        lines
    };
    let all = [
        "host:Example.com:8080",
        "x-:é",
        "x-amz-content-sha256:of the caller",
        "x-amz-date:20150830T123600Z",
        "x-amz-security-token:token",
        "x-blank:",
        "x-custom:a b c,second",
        "x-double:one two",
        "x-empty:",
        "x-folded:one two",
        "",
        "host;x-;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-blank;x-custom;x-double;x-empty;x-folded",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ];
    assert_eq!(lines(&signing), all);

    signing.content_sha256 = true;
    assert_eq!(lines(&signing)[2], format!("x-amz-content-sha256:{}", all[12]));

    signing.session_token = SessionToken::AddedAfter;
    signing.signed = SignedHeaders::Only(&["x-e*", "authorization"]);
    let some = "host;x-amz-content-sha256;x-amz-date;x-empty";
    assert_eq!(lines(&signing)[5], some);

    // A list that names host or what signing adds does not keep it from being signed.
    signing.signed = SignedHeaders::AllBut(&["host", "x-*", "user-agent", "sec-websocket-key"]);
    assert_eq!(lines(&signing)[4], "host;x-amz-content-sha256;x-amz-date");

    // In query form nothing is added, so nothing is replaced.
    let lines = lines(&signing.presigned(60));
    assert_eq!(lines[2], "host");
}

/// However many there are, the values of one name stay in order.
#[test]
fn many_values_of_one_name() {
    let credentials = example();
    let values: Vec<_> = (0..60).rev().map(|i| format!("{i}")).collect();
    let mut headers: Pairs<'_> = values.iter().map(|value| ("x-many", &**value)).collect();
    headers.push(HOST);
    let canonical = canonical(&get("/", "", &headers), &Signing::new(&credentials, "eu-west-1", "x"));
    assert!(canonical.contains(&format!("\nx-many:{}\n", values.join(","))), "{canonical}");
}

#[test]
fn the_query_form() {
    let credentials = example().with_session_token("a+b");
    let mut signing = Signing::s3(&credentials, "eu-west-1").presigned(900);
    let mut request = get("/key", "x-id=GetObject&A=1", &[HOST]);
    request.payload = Payload::Unsigned;
    let mut keys = KeyCache::new();
    let mut written = |signing: &Signing<'_>, request: &Request<'_, Pairs<'_>>| {
        let mut out = [0; 1024];
        let length = sign_into(request, signing, &mut keys, NOW, &mut out).unwrap();
        std::str::from_utf8(&out[..length]).unwrap().to_owned()
    };
    let fixed = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Feu-west-1%2Fs3%2Faws4_request\
                 &X-Amz-Date=20150830T123600Z&X-Amz-Expires=900";
    let query = written(&signing, &request);
    let start =
        format!("x-id=GetObject&A=1&{fixed}&X-Amz-Security-Token=a%2Bb&X-Amz-SignedHeaders=host&X-Amz-Signature=");
    assert!(query.starts_with(&start), "{query}");
    assert_eq!(query.len(), start.len() + 64);
    // A name may hold what a query may not (RFC 9110 §5.6.2).
    let mut odd = get("/key", "", &[HOST, ("X-a!b*", "1")]);
    odd.payload = Payload::Unsigned;
    assert!(written(&signing, &odd).contains("&X-Amz-SignedHeaders=host%3Bx-a%21b%2A&"));
    let sorted = format!("A=1&{fixed}&X-Amz-Security-Token=a%2Bb&X-Amz-SignedHeaders=host&x-id=GetObject");
    assert_eq!(canonical(&request, &signing).lines().nth(2), Some(&*sorted));

    // A header's name may have characters that mean something in a query.
    let mut odd = request.clone();
    odd.headers.push(("X-!#&'*+^`|~%$", "v"));
    let names = "SignedHeaders=host%3Bx-%21%23%26%27%2A%2B%5E%60%7C~%25%24&";
    assert!(written(&signing, &odd).contains(names), "{}", written(&signing, &odd));
    assert!(canonical(&odd, &signing).contains(names));

    signing.session_token = SessionToken::AddedAfter;
    request.query = "";
    request.headers.push(("X-Custom", "v"));
    let query = written(&signing, &request);
    let start = format!("{fixed}&X-Amz-SignedHeaders=host%3Bx-custom&X-Amz-Security-Token=a%2Bb&X-Amz-Signature=");
    assert!(query.starts_with(&start), "{query}");
    let sorted = format!("{fixed}&X-Amz-SignedHeaders=host%3Bx-custom");
    assert_eq!(canonical(&request, &signing).lines().nth(2), Some(&*sorted));
}

/// A key is taken from the cache only for the very secret, day, region and service that it was derived for.
#[test]
fn cached_keys() {
    let long = "s".repeat(200);
    let secrets = ["one", "two", &long, "one "].map(|secret| Credentials::new("AKID", secret, "test"));
    let days = [0, 86_399, 86_400, -1].map(Timestamp::from_unix);
    let request = get("/", "", &[HOST]);
    let mut cases = vec![];
    for credentials in &secrets {
        for (region, service) in [("a", "b"), ("ab", "b"), ("a", "bb"), ("b", "a")] {
            for day in days {
                cases.push((Signing::new(credentials, region, service), day));
            }
        }
    }
    let fresh: Vec<_> =
        cases.iter().map(|(s, day)| explain(&request, s, &mut KeyCache::new(), *day).unwrap().signature).collect();
    for slots in [1, 2, 64, 0] {
        let mut keys = KeyCache::with_slots(slots);
        for round in 0..3 {
            for ((signing, day), fresh) in cases.iter().zip(&fresh) {
                let kept = explain(&request, signing, &mut keys, *day).unwrap().signature;
                assert_eq!(kept, *fresh, "round {round} with {slots} slots: {signing:?} {day:?}");
            }
        }
    }
    let mut all: Vec<_> = fresh.clone();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), fresh.len(), "all of them differ");
}

fn http(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> crate::effect::HttpRequest {
    crate::effect::HttpRequest {
        method: method.into(),
        url: url.into(),
        headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        body: body.as_bytes().into(),
        response_limit: 0,
        direct: false,
    }
}

#[test]
fn a_host_s_request_in_place() {
    let credentials = example().with_session_token("token");
    let mut keys = KeyCache::new();
    let mut request = http(
        "POST",
        "https://Example.com:443/a?b=c",
        &[("Content-Type", "text/plain"), ("X-AMZ-DATE", "stale"), ("authorization", "stale")],
        "body",
    );
    let signing = Signing::new(&credentials, "eu-west-1", "sts");
    sign(&mut request, &signing, &mut keys, NOW).unwrap();
    sign(&mut request, &signing, &mut keys, NOW).unwrap();
    let names: Vec<&str> = request.headers.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["Content-Type", "authorization", "x-amz-date", "x-amz-security-token"], "twice is as once");
    let borrowed = Request {
        method: "POST",
        path: "/a",
        query: "b=c",
        headers: vec![("host", "example.com"), ("content-type", "text/plain")],
        payload: Payload::Bytes(b"body"),
    };
    let signature = explain(&borrowed, &signing, &mut keys, NOW).unwrap().signature;
    assert!(request.headers[1].1.expose().ends_with(&signature), "the host is as the wire has it");

    // In query form the URL is what changes; for S3 the body stays out.
    let mut request = http("PUT", "http://example.com:9000/key", &[("x-amz-acl", "private")], "body");
    sign(&mut request, &Signing::s3(&credentials, "eu-west-1").presigned(60), &mut keys, NOW).unwrap();
    assert!(request.url.starts_with("http://example.com:9000/key?X-Amz-Algorithm="), "{}", request.url);
    assert!(request.url.contains("SignedHeaders=host%3Bx-amz-acl&"));
    assert_eq!(request.headers.len(), 1);

    let before = http("GET", "https://example.com", &[("bad name", "x")], "");
    let mut request = before.clone();
    let refused = sign(&mut request, &signing, &mut keys, NOW).unwrap_err();
    assert_eq!(refused.code(), crate::Code::SignHeader);
    assert!(refused.message().ends_with(": \"bad name\""), "{refused}");
    assert!(request == before, "nothing changes on an error");
    let refused = sign(&mut request, &Signing::new(&credentials, "", "sts"), &mut keys, NOW).unwrap_err();
    assert!(refused.message().starts_with("the region is empty") && refused.message().ends_with(": \"\""), "{refused}");
}

#[test]
fn urls() {
    let credentials = example();
    let signing = Signing::new(&credentials, "eu-west-1", "sts");
    let mut keys = KeyCache::new();
    let mut made = |url: &str| presign("GET", url, Payload::Bytes(b""), 60, &signing, &mut keys, NOW);
    for (url, start) in [
        ("https://example.com", "https://example.com/?X-Amz-Algorithm"),
        ("https://example.com?a=b", "https://example.com/?a=b&X-Amz-Algorithm"),
        ("HTTPS://example.com:443/?a=b", "HTTPS://example.com:443/?a=b&X-Amz-Algorithm"),
        ("http://[::1]:80/a", "http://[::1]:80/a?X-Amz-Algorithm"),
    ] {
        let made = made(url).unwrap();
        assert!(made.expose().starts_with(start), "{}", made.expose());
    }
    for url in ["", "example.com/", "ftp://example.com/", "https:///a", "https://u:p@example.com/", "https://a/#b"] {
        assert_eq!(made(url).unwrap_err().code(), crate::Code::SignUrl, "{url}");
    }
    let refused = presign("GET", "https://a/", Payload::Unsigned, 0, &signing, &mut keys, NOW).unwrap_err();
    assert_eq!(refused.code(), crate::Code::SignExpires);
}

#[test]
fn explanations_can_be_shown() {
    let credentials = example().with_session_token("TOKEN-7f3a&x-amz-security-token:TOKEN-7f3a");
    let signing = Signing::new(&credentials, "eu-west-1", "sts");
    let request = get("/", "a=X-Amz-Security-Token", &[HOST]);
    for signing in [signing, signing.presigned(60)] {
        let told = explain(&request, &signing, &mut KeyCache::new(), NOW).unwrap();
        let hidden = if signing.form == Form::Header { "<42 bytes>" } else { "<46 bytes>" };
        assert!(told.canonical_request.expose().contains("TOKEN-7f3a"));
        assert!(!told.shown().contains("TOKEN-7f3a"), "{}", told.shown());
        assert!(told.shown().contains(hidden), "{}", told.shown());
        assert_eq!(told.shown().lines().count(), told.canonical_request.expose().lines().count());
    }
}

/// Whatever is asked to be signed: there is an answer; what is signed is verified, and with one thing changed it is not.
#[test]
fn odd_requests_come_through_or_are_refused() {
    let mut seed = 7u64;
    let mut pick = |count: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % count
    };
    let odd = [
        "a", "B", "%", "%2", "%20", "%7e", "/", "//", ".", "..", "/../", "&", "=", "+", " ", "\t", "é", "\n", "\u{7f}",
        "@", "*", "?", "#",
    ];
    let word = |pick: &mut dyn FnMut(usize) -> usize| {
        (0..pick(8)).map(|_| odd[pick(odd.len())]).collect::<std::string::String>()
    };
    let credentials = [example(), example().with_session_token("a+b/c==")];
    let (mut signed, mut refused) = (0, 0);
    for _ in 0..4000 {
        let (path, query, value) = (format!("/{}", word(&mut pick)), word(&mut pick), word(&mut pick));
        let body = word(&mut pick);
        let request = Request {
            method: ["GET", "POST"][pick(2)],
            path: &path,
            query: &query,
            headers: vec![HOST, ("X-Odd", &value), ("x-odd", "2")],
            payload: [Payload::Bytes(body.as_bytes()), Payload::Unsigned][pick(2)],
        };
        let credentials = &credentials[pick(2)];
        let mut signing = Signing::new(credentials, "eu-west-1", "s3");
        signing.content_sha256 = pick(2) == 0;
        signing.form = [Form::Header, Form::Query { expires: 60 }][pick(2)];
        signing.path.encoding = [PathEncoding::Twice, PathEncoding::Once, PathEncoding::AsIs][pick(3)];
        signing.path.normalise = pick(2) == 0;
        let mut out = [0; 2048];
        let Ok(length) = sign_into(&request, &signing, &mut KeyCache::new(), NOW, &mut out) else {
            refused += 1;
            continue;
        };
        signed += 1;
        let mut received = request.clone();
        match signing.form {
            Form::Header => received.headers.extend(lines(&out[..length])),
            Form::Query { .. } => received.query = std::str::from_utf8(&out[..length]).unwrap(),
        }
        let mut rules = Verifying::new("eu-west-1", "s3");
        rules.path = signing.path;
        rules.s3_payload = matches!(request.payload, Payload::Unsigned);
        let judge = |request: &Request<'_, Pairs<'_>>| {
            verify(request, &rules, |_| Some(credentials), &mut KeyCache::new(), NOW)
        };
        let verified = judge(&received);
        assert!(verified.is_ok(), "{verified:?}: {path:?} {query:?} {value:?} {:?}", signing);
        let other = Request { method: "PUT", ..received.clone() };
        assert!(matches!(judge(&other), Err(Refusal::Mismatch { .. })));
    }
    assert!(signed > 1000 && refused > 500, "{signed} signed, {refused} refused");
}

/// HTTP lets a value be of any encoding: what is sent is what is signed.
#[test]
fn values_that_are_no_text() {
    let credentials = example();
    let request = |value: &'static [u8]| Request {
        method: "GET",
        path: "/",
        query: "",
        headers: [("host", &b"example.com"[..]), ("x-latin", value)],
        payload: Payload::Bytes(b""),
    };
    for form in [Form::Header, Form::Query { expires: 60 }] {
        let mut signing = Signing::new(&credentials, "eu-west-1", "sts");
        signing.form = form;
        let (mut keys, mut out) = (KeyCache::new(), [0; 1024]);
        let told = |value| explain(&request(value), &signing, &mut KeyCache::new(), NOW).unwrap();
        assert_eq!(told("caf\u{e9}".as_bytes()), told("  caf\u{e9} ".as_bytes()));
        let latin = told(b"caf\xe9");
        assert_ne!(latin.signature, told("caf\u{e9}".as_bytes()).signature);
        assert_ne!(latin.signature, told("caf\u{fffd}".as_bytes()).signature, "the bytes, not what is shown of them");
        assert!(latin.canonical_request.expose().contains("x-latin:caf\u{fffd}\n"));

        let length = sign_into(&request(b"caf\xe9"), &signing, &mut keys, NOW, &mut out).unwrap();
        let judge = |value: &'static [u8]| {
            let Request { method, path, mut query, headers, payload } = request(value);
            let mut headers = headers.to_vec();
            let added: Vec<_> = lines(&out[..length]).map(|(n, v)| (n, v.as_bytes())).collect();
            match form {
                Form::Header => headers.extend(added),
                Form::Query { .. } => query = std::str::from_utf8(&out[..length]).unwrap(),
            }
            let received = Request { method, path, query, headers, payload };
            let rules = Verifying::new("eu-west-1", "sts");
            verify(&received, &rules, |_| Some(&credentials), &mut KeyCache::new(), NOW).is_ok()
        };
        assert!(judge(b"caf\xe9") && !judge(b"caf\xe8") && !judge("caf\u{e9}".as_bytes()));
    }
    let headers = [("host", &b"example.com"[..]), ("authorization", b"AWS4-HMAC-SHA256 \xff")];
    let received = Request { headers, ..request(b"") };
    let refusal = verify(&received, &Verifying::new("a", "b"), |_| Some(&credentials), &mut KeyCache::new(), NOW);
    assert_eq!(format!("{}", refusal.unwrap_err()), "the authorization header is no text");
    assert_eq!(
        sign_into(&request(b"a\0"), &Signing::new(&credentials, "a", "b"), &mut KeyCache::new(), NOW, &mut [0; 512]),
        Err(SignError::Header { index: 1 })
    );
}
