use crate::sigv4::*;
use crate::{Code, Credentials, Error, Timestamp};
use std::{borrow::ToOwned, format, string::String, vec, vec::Vec};

const NOW: Timestamp = Timestamp::from_unix(1_440_938_160);
const ID: &str = "AKIDEXAMPLE";

/// A signed request that a test can change: what a server would have received.
#[derive(Clone)]
struct Received {
    path: &'static str,
    query: String,
    headers: Vec<(String, String)>,
    body: &'static [u8],
}

impl Received {
    /// Signed at `NOW` for eu-west-1 and sts, with `x-custom` among the signed headers.
    fn signed(credentials: &Credentials, form: Form) -> Self {
        let mut signing = Signing::new(credentials, "eu-west-1", "sts");
        signing.form = form;
        let headers = [("host", "example.com"), ("x-custom", "v")];
        let request =
            Request { method: "POST", path: "/a b", query: "b=2&a=1", headers, payload: Payload::Bytes(b"body") };
        let mut out = [0; 2048];
        let length = sign_into(&request, &signing, &mut KeyCache::new(), NOW, &mut out).unwrap();
        let mut received = Self { path: "/a b", query: "b=2&a=1".into(), headers: vec![], body: b"body" };
        for (name, value) in headers {
            received.headers.push((name.into(), value.into()));
        }
        match form {
            Form::Header => received.headers.extend(lines(&out[..length]).map(|(n, v)| (n.into(), v.into()))),
            Form::Query { .. } => received.query = std::str::from_utf8(&out[..length]).unwrap().into(),
        }
        received
    }

    fn header(mut self, name: &str, change: impl Fn(&str) -> String) -> Self {
        let found = self.headers.iter_mut().find(|(n, _)| n == name).expect("the header is there");
        found.1 = change(&found.1);
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(n, _)| n != name);
        self
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn query(mut self, from: &str, to: &str) -> Self {
        assert!(self.query.contains(from), "{from} is not in {}", self.query);
        self.query = self.query.replace(from, to);
        self
    }

    fn judge(&self, rules: &Verifying<'_>, known: &Credentials, now: Timestamp) -> Result<Verified, Refusal> {
        let request = Request {
            method: "POST",
            path: self.path,
            query: &self.query,
            headers: self.headers.iter().map(|(n, v)| (&**n, &**v)),
            payload: Payload::Bytes(self.body),
        };
        verify(&request, rules, |id| (id == known.access_key_id()).then_some(known), &mut KeyCache::new(), now)
    }
}

fn long_lived() -> Credentials {
    Credentials::new(ID, "IRSACANARY+secret", "test")
}

fn temporary() -> Credentials {
    long_lived().with_session_token("IRSACANARY/token+==")
}

const RULES: fn() -> Verifying<'static> = || Verifying::new("eu-west-1", "sts");
const HEADER: Form = Form::Header;
const QUERY: Form = Form::Query { expires: 600 };

#[test]
fn what_is_signed_is_verified() {
    for credentials in [long_lived(), temporary()] {
        for (form, expires) in [(HEADER, None), (QUERY, Some(600))] {
            let received = Received::signed(&credentials, form);
            let verified = received.judge(&RULES(), &credentials, NOW).unwrap();
            assert_eq!((&*verified.access_key_id, &*verified.region, &*verified.service), (ID, "eu-west-1", "sts"));
            assert_eq!((verified.signed_at, verified.expires), (NOW, expires));
            assert!(verified.signed_headers.starts_with("host;"), "{}", verified.signed_headers);

            // What is not under the signature may change: other headers, their order, the case of names.
            let mut other = received.clone().with("user-agent", "a").with("via", "a proxy");
            other.headers.reverse();
            other.headers.iter_mut().for_each(|(name, _)| name.make_ascii_uppercase());
            assert!(other.judge(&RULES(), &credentials, NOW).is_ok());

            let mut anywhere = RULES();
            (anywhere.region, anywhere.service) = (None, None);
            assert!(received.judge(&anywhere, &credentials, NOW).is_ok());
        }
    }
}

#[test]
fn what_was_changed_on_the_way_is_not_what_was_signed() {
    let credentials = temporary();
    let good = Received::signed(&credentials, HEADER);
    let presigned = Received::signed(&credentials, QUERY);
    let replace = |from: &'static str, to: &'static str| move |text: &str| text.replace(from, to);
    for (what, received) in [
        ("host", good.clone().header("host", replace("example", "elsewhere"))),
        ("value", good.clone().header("x-custom", replace("v", "w"))),
        ("second value", good.clone().with("x-custom", "w")),
        ("parameter", good.clone().query("b=2", "b=3")),
        ("more parameters", good.clone().query("b=2", "b=2&c=3")),
        ("path", Received { path: "/a", ..good.clone() }),
        ("body", Received { body: b"other", ..good.clone() }),
        ("date", good.clone().header("x-amz-date", replace("123600", "123601"))),
        ("signature", good.clone().header("authorization", replace("Signature=", "Signature=0"))),
        (
            "no signature",
            good.clone().header("authorization", |v| v.split("Signature=").next().unwrap().to_owned() + "Signature="),
        ),
        ("signed headers", good.clone().header("authorization", replace(";x-custom", ""))),
        ("presigned host", presigned.clone().header("host", replace("example", "elsewhere"))),
        ("presigned body", Received { body: b"other", ..presigned.clone() }),
        ("expiry", presigned.clone().query("Expires=600", "Expires=601")),
        ("presigned parameter", presigned.clone().query("a=1", "a=2")),
        ("presigned signature", presigned.clone().query("X-Amz-Signature=", "X-Amz-Signature=0")),
        ("presigned signed headers", presigned.clone().query("host%3Bx-custom", "host")),
    ] {
        let refusal = received.judge(&RULES(), &credentials, NOW).unwrap_err();
        assert!(matches!(refusal, Refusal::Mismatch { .. }), "{what}: {refusal}");
        assert_eq!(Error::from(refusal).code(), Code::VerifyMismatch);
    }
    let other_secret = Credentials::new(ID, "another", "test").with_session_token("IRSACANARY/token+==");
    assert!(matches!(good.judge(&RULES(), &other_secret, NOW), Err(Refusal::Mismatch { .. })));

    // A header that a proxy took away is named.
    let refusal = good.without("x-custom").judge(&RULES(), &credentials, NOW).unwrap_err();
    assert!(format!("{refusal}").ends_with("; signed headers that are not in the request: x-custom"), "{refusal}");
    let Refusal::Mismatch { expected, .. } = refusal else { panic!("{refusal}") };
    assert!(expected.canonical_request.expose().contains("\nx-custom:\n"));
}

#[test]
fn each_refusal_has_its_own_cause() {
    let (own, temp) = (long_lived(), temporary());
    let good = Received::signed(&own, HEADER);
    let tempo = Received::signed(&temp, HEADER);
    let presigned = Received::signed(&own, QUERY);
    let at = |seconds: i64| Timestamp::from_unix(NOW.unix() + seconds);
    let judge = |received: &Received, known: &Credentials, now| received.judge(&RULES(), known, now).unwrap_err();
    let stranger = Credentials::new("AKIDOTHER", "secret", "test");
    let ended = temporary().with_expiration(at(0));
    let other_token = long_lived().with_session_token("IRSACANARY/other");

    for (refusal, code, message) in [
        (judge(&good.clone().without("authorization"), &own, NOW), Code::VerifyNoAuth, "the request is not signed"),
        (judge(&good, &stranger, NOW), Code::VerifyUnknownKey, "nobody has the access key id AKIDEXAMPLE"),
        (
            judge(&good, &temp, NOW),
            Code::VerifyTokenMissing,
            "AKIDEXAMPLE is a temporary key, and the request has no session token",
        ),
        (judge(&tempo, &other_token, NOW), Code::VerifyTokenWrong, "the session token is not that of AKIDEXAMPLE"),
        (judge(&tempo, &own, NOW), Code::VerifyTokenWrong, "the session token is not that of AKIDEXAMPLE"),
        (judge(&tempo, &ended, NOW), Code::VerifyCredentialsExpired, "the credentials ended at 2015-08-30T12:36:00Z"),
        (
            judge(&good, &own, at(901)),
            Code::VerifySkewed,
            "signed at 2015-08-30T12:36:00Z, it is 2015-08-30T12:51:01Z: 15m01s apart, 15m00s allowed",
        ),
        (
            judge(&good, &own, at(-901)),
            Code::VerifySkewed,
            "signed at 2015-08-30T12:36:00Z, it is 2015-08-30T12:20:59Z: 15m01s apart, 15m00s allowed",
        ),
        (
            judge(&presigned, &own, at(601)),
            Code::VerifyExpired,
            "the presigned request ended at 2015-08-30T12:46:00Z, it is 2015-08-30T12:46:01Z",
        ),
        (
            judge(&presigned, &own, at(-901)),
            Code::VerifySkewed,
            "signed at 2015-08-30T12:36:00Z, it is 2015-08-30T12:20:59Z: 15m01s apart, 15m00s allowed",
        ),
        (
            good.judge(&Verifying::new("eu-west-2", "sts"), &own, NOW).unwrap_err(),
            Code::VerifyScope,
            "signed for the region eu-west-1, expected eu-west-2",
        ),
        (
            good.judge(&Verifying::new("eu-west-1", "s3"), &own, NOW).unwrap_err(),
            Code::VerifyScope,
            "signed for the service sts, expected s3",
        ),
        (
            judge(&good.clone().header("authorization", |v| v.replace("/20150830/", "/20150829/")), &own, NOW),
            Code::VerifyScope,
            "signed for the date 20150829, expected 20150830",
        ),
        (
            judge(&good.clone().with("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), &own, NOW),
            Code::VerifyPayload,
            "the request says UNSIGNED-PAYLOAD of its body, which is \
             230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5",
        ),
    ] {
        assert_eq!(format!("{refusal}"), message);
        let error = Error::from(refusal);
        assert_eq!((error.code(), error.at()), (code, "sigv4"), "{message}");
    }
    for (received, now) in [(&good, at(900)), (&good, at(-900)), (&presigned, at(600)), (&presigned, at(-900))] {
        assert!(received.judge(&RULES(), &own, now).is_ok());
    }
}

#[test]
fn what_is_not_well_formed() {
    let own = long_lived();
    let good = Received::signed(&own, HEADER);
    let presigned = Received::signed(&own, QUERY);
    let change = |from: &'static str, to: &'static str| {
        good.clone().header("authorization", move |value| {
            assert!(value.contains(from));
            value.replace(from, to)
        })
    };
    let long = "x".repeat(300);
    for (received, what) in [
        (change("AWS4-HMAC-SHA256 ", "Bearer "), "not of the kind AWS4-HMAC-SHA256"),
        (change("AWS4-HMAC-SHA256 ", "AWS4-ECDSA-P256-SHA256 "), "not of the kind"),
        (change("Credential=", "Cred="), "has no Credential"),
        (change("SignedHeaders=", "Signed="), "has no SignedHeaders"),
        (change("Signature=", "Sig="), "has no Signature"),
        (change("Signature=", "Signature"), "no name=value"),
        (change(", Signature=", ", Signature=0, Signature="), "has Signature twice"),
        (change("/aws4_request", "/aws5_request"), "is not <access key id>/<date>/"),
        (change("/sts/", "//"), "has an empty part"),
        (change("AKIDEXAMPLE", ""), "has an empty part"),
        (change("host;x-amz-date", "x-amz-date;host"), "in lower case and ascending order"),
        (change("host;", "host;host;"), "in lower case and ascending order"),
        (change("host;", "host;X-Amz-Date;"), "in lower case and ascending order"),
        (change("host;", ";host;"), "in lower case and ascending order"),
        (presigned.clone().query("host%3Bx-custom", "host%3Bx-cu%0Astom"), "host;x-cu\\nstom are not"),
        (good.clone().without("x-amz-date"), "there is no x-amz-date header"),
        (good.clone().header("x-amz-date", |_| "20150830T1236".into()), "the date 20150830T1236 is not"),
        (good.clone().header("x-amz-date", |_| "2015-08-30T12:36:00Z".into()), "the date 2015-08-30T12:36:00Z is not"),
        (good.clone().header("x-amz-date", move |_| long.clone()), "xxx… is not of the form"),
        (good.clone().header("x-amz-date", |_| "a\nb".into()), "the date a\\nb is not"),
        (good.clone().with("Authorization", "AWS4-HMAC-SHA256 x=y"), "several authorization headers"),
        (good.clone().with("X-Amz-Date", "20150830T123600Z"), "several x-amz-date headers"),
        (good.clone().query("b=2", "X-Amz-Signature=0"), "one in the query"),
        (
            presigned.clone().query("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=AWS4"),
            "X-Amz-Algorithm is AWS4",
        ),
        (presigned.clone().query("X-Amz-Algorithm=AWS4-HMAC-SHA256&", ""), "the query has no X-Amz-Algorithm"),
        (presigned.clone().query("X-Amz-Date", "X-Amz-Day"), "the query has no X-Amz-Date"),
        (presigned.clone().query("X-Amz-Signature=", "Signature="), "the query has no X-Amz-Signature"),
        (presigned.clone().query("Expires=600", "Expires=0"), "X-Amz-Expires is 0, not 1 to 604800 seconds"),
        (presigned.clone().query("Expires=600", "Expires=604801"), "X-Amz-Expires is 604801"),
        (presigned.clone().query("Expires=600", "Expires=-1"), "X-Amz-Expires is -1"),
        (presigned.clone().query("Expires=600", "Expires=600&%58-Amz-Expires=1"), "several X-Amz-Expires parameters"),
        (presigned.clone().query("X-Amz-Signature=", "X-Amz-Signature=%zz"), "X-Amz-Signature is badly encoded"),
        (good.clone().header("x-custom", |_| "a\0b".into()), "header 1 (from 0)"),
    ] {
        let refusal = received.judge(&RULES(), &own, NOW).unwrap_err();
        assert!(matches!(refusal, Refusal::Malformed { .. }), "{what}: {refusal:?}");
        assert!(format!("{refusal}").contains(what), "{what}: {refusal}");
    }
    // A header that is not under the signature is not looked at.
    assert!(good.with("x-odd", "a\0b").judge(&RULES(), &own, NOW).is_ok());
}

/// What AWS goes by has to be under the signature, so that nobody can add it on the way.
#[test]
fn headers_that_must_be_signed() {
    let (own, temp) = (long_lived(), temporary());
    let mut s3 = RULES();
    s3.s3_payload = true;
    let mut after = RULES();
    after.session_token = SessionToken::AddedAfter;
    let unsigned =
        |received: &Received, names: &str| received.clone().header("authorization", |v| v.replacen(names, "", 1));
    for form in [HEADER, QUERY] {
        let good = Received::signed(&own, form);
        for (received, rules, names) in [
            (good.clone().with("x-amz-acl", "public-read"), RULES(), "x-amz-acl"),
            (good.clone().with("X-AMZ-Target", "a").with("x-amz-target", "b"), RULES(), "x-amz-target"),
            (good.clone().with("x-amz-meta-b", "1").with("x-amz-a", "2"), s3, "x-amz-meta-b, x-amz-a"),
            (good.clone().with("x-amz-", "empty"), RULES(), "x-amz-"),
            (good.clone().with("Content-MD5", "x"), s3, "content-md5"),
        ] {
            let refusal = received.judge(&rules, &own, NOW).unwrap_err();
            assert_eq!(format!("{refusal}"), format!("there are headers that were not signed: {names}"));
            assert_eq!(Error::from(refusal).code(), Code::VerifyHeadersNotSigned);
        }
        for (name, value, rules) in [
            ("content-type", "text/plain", s3),
            ("content-md5", "x", RULES()),
            ("x-amzn-trace-id", "Root=1", s3),
            ("x-amazon-apigateway", "x", RULES()),
            ("x-am", "x", RULES()),
        ] {
            // For S3 the body of a presigned URL is another matter.
            let judged = good.clone().with(name, value).judge(&rules, &own, NOW);
            let presigned = form == QUERY && rules.s3_payload;
            assert!(judged.is_ok() || presigned && matches!(judged, Err(Refusal::Mismatch { .. })), "{name}");
        }
    }
    let good = Received::signed(&temp, HEADER);
    for (received, rules, names) in [
        (unsigned(&good, "host;"), RULES(), "host"),
        (unsigned(&good, "x-amz-date;"), RULES(), "x-amz-date"),
        (unsigned(&good, "x-amz-date;x-amz-security-token;"), RULES(), "x-amz-date, x-amz-security-token"),
        (unsigned(&good, "x-amz-date;x-amz-security-token;"), after, "x-amz-date"),
    ] {
        let refusal = received.judge(&rules, &temp, NOW).unwrap_err();
        assert_eq!(refusal, Refusal::HeadersNotSigned { names: names.split(", ").map(str::to_owned).collect() });
    }
    let presigned = Received::signed(&own, QUERY).query("host%3Bx-custom", "x-custom");
    let refusal = presigned.judge(&RULES(), &own, NOW).unwrap_err();
    assert_eq!(refusal, Refusal::HeadersNotSigned { names: vec!["host".to_owned()] });

    // However many somebody adds, a message and its memory are bounded.
    let many = (0..1000).fold(Received::signed(&own, HEADER), |many, i| many.with(&format!("x-amz-{i}"), "x"));
    let Err(Refusal::HeadersNotSigned { names }) = many.judge(&RULES(), &own, NOW) else { panic!("taken") };
    assert_eq!(names.len(), HEADER_LIMIT);
}

#[test]
fn s3_lets_a_body_be_unsigned() {
    let own = long_lived();
    let mut keys = KeyCache::new();
    let mut out = [0; 1024];
    let rules = Verifying::s3("eu-west-1");
    let mut bare = Signing::s3(&own, "eu-west-1");
    bare.content_sha256 = false;
    for (payload, signing, taken) in [
        (Payload::Bytes(b"body"), bare, true),
        (Payload::Unsigned, bare, false),
        (Payload::Unsigned, Signing::s3(&own, "eu-west-1"), true),
        (Payload::Hash("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), Signing::s3(&own, "eu-west-1"), true),
        (Payload::Bytes(b"body"), Signing::s3(&own, "eu-west-1"), true),
        (Payload::Bytes(b"other"), Signing::s3(&own, "eu-west-1"), false),
        (Payload::Unsigned, Signing::s3(&own, "eu-west-1").presigned(60), true),
        (Payload::Bytes(b"body"), Signing::s3(&own, "eu-west-1").presigned(60), false),
    ] {
        let headers = vec![("host", "b.s3.amazonaws.com")];
        let request = Request { method: "PUT", path: "/a@b", query: "", headers, payload };
        let length = sign_into(&request, &signing, &mut keys, NOW, &mut out).unwrap();
        let mut received = Request { payload: Payload::Bytes(b"body"), ..request };
        match signing.form {
            Form::Header => received.headers.extend(lines(&out[..length])),
            Form::Query { .. } => received.query = std::str::from_utf8(&out[..length]).unwrap(),
        }
        let verified = verify(&received, &rules, |_| Some(&own), &mut keys, NOW);
        assert_eq!(verified.is_ok(), taken, "{payload:?} {:?}: {verified:?}", signing.form);
    }
}

/// A secret that is too long for the cache and one that is empty are not taken for each other.
#[test]
fn an_empty_secret() {
    let long = Credentials::new(ID, "IRSACANARY".repeat(20), "test");
    let empty = Credentials::new(ID, "", "test");
    let received = Received::signed(&long, HEADER);
    let mut keys = KeyCache::new();
    for (known, taken) in [(&long, true), (&empty, false), (&long, true)] {
        let request = Request {
            method: "POST",
            path: received.path,
            query: &received.query,
            headers: received.headers.iter().map(|(n, v)| (&**n, &**v)),
            payload: Payload::Bytes(received.body),
        };
        assert_eq!(verify(&request, &RULES(), |_| Some(known), &mut keys, NOW).is_ok(), taken);
    }
}

/// A token that was added after signing is compared all the same.
#[test]
fn a_token_beside_the_signature() {
    let own = temporary();
    for form in [HEADER, QUERY] {
        let mut signing = Signing::new(&own, "eu-west-1", "sts");
        (signing.form, signing.session_token) = (form, SessionToken::AddedAfter);
        let headers = vec![("host", "example.com")];
        let request = Request { method: "GET", path: "/", query: "", headers, payload: Payload::Bytes(b"") };
        let mut out = [0; 1024];
        let length = sign_into(&request, &signing, &mut KeyCache::new(), NOW, &mut out).unwrap();
        let text = std::str::from_utf8(&out[..length]).unwrap();
        let other = text.replace("IRSACANARY", "CANARY");
        for (text, token_is_right) in [(text, true), (&*other, false)] {
            let mut received = request.clone();
            match form {
                Form::Header => received.headers.extend(lines(text.as_bytes())),
                Form::Query { .. } => received.query = text,
            }
            let mut rules = RULES();
            rules.session_token = SessionToken::AddedAfter;
            let verified = verify(&received, &rules, |_| Some(&own), &mut KeyCache::new(), NOW);
            match verified {
                Ok(_) => assert!(token_is_right),
                Err(refusal) => assert!(!token_is_right && matches!(refusal, Refusal::TokenWrong { .. }), "{refusal}"),
            }
        }
    }
}
