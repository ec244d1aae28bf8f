//! The recipes against `irsa-local`: its Parameter Store, and its S3, whose signatures s3s checks, which others wrote.
#![cfg(unix)]

mod common;

use common::host;
use irsa::{
    Cancel, Provider,
    core::{
        Code, Credentials, Error, Secret, Timestamp,
        call::{Call, USER_AGENT},
        effect::{Answer, Ask, Effect, HttpRequest, HttpResponse},
        endpoint::{Endpoint, Settings},
        flow::{Flow, Io},
        secret::SecretBytes,
        services::{
            s3::{self, ListObjects, Object, Operation},
            ssm::{self, GetParameters, GetParametersByPath},
        },
        sigv4::{BodyHash, KeyCache, Payload},
    },
};
use irsa_local::{Config, Document, Local};
use std::{path::Path, sync::Arc, time::Duration};

/// What a key may hold; s3s-fs keeps keys as paths, so that none has `..` or `//`.
const KEYS: [&str; 5] = ["a/plain", "a/ sp ace", "a/q?u=e&r+y#%41", "a/d\u{e4}/\u{65e5}\u{672c}", "b:;@$,!'()*~[]"];

struct Pod {
    local: Local,
    provider: Provider,
}

impl Pod {
    fn new() -> Self {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo/irsa-local.yaml");
        let mut config = Config::from_file(&demo).unwrap().with_bucket("data").with_bucket("other");
        for name in ["/shop/a", "/shop/b", "/shop/deep/c"] {
            config = config.with_parameter(name, "v");
        }
        let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*",
            "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]}}"#;
        config.roles[0].policies.push(Document::new("s3.json", policy));
        let local = Local::start(config).unwrap();
        let provider = Provider::builder().host(host(&[])).environment(local.env()).build().unwrap();
        Self { local, provider }
    }

    fn call(&self, choose: impl FnOnce(&Settings<'_>) -> Result<Endpoint, Error>) -> Call {
        let settings = Settings { region: Some("eu-west-1"), custom: Some(self.local.url()), ..Settings::default() };
        Call { endpoint: choose(&settings).unwrap(), user_agent: USER_AGENT.into(), seed: 1 }
    }

    fn run<T, Fut>(&self, body: impl FnOnce(Io, Arc<Credentials>) -> Fut) -> Result<T, Error>
    where
        Fut: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let credentials = self.provider.credentials().unwrap();
        let deadline = self.now().1;
        self.provider.host().drive(&mut Flow::new(deadline, |io| body(io, credentials)), &Cancel::new())
    }

    fn now(&self) -> (Timestamp, irsa::core::Mono) {
        let now = self.provider.host().now();
        (now.wall, now.mono + Duration::from_secs(20))
    }

    /// As a program with a client of its own sends what it was given.
    fn send(&self, request: HttpRequest) -> HttpResponse {
        let ask = Ask::Http { request: Arc::new(request), deadline: self.now().1 };
        match self.provider.host().run(&Effect { id: 1, why: "a test".into(), ask }, &Cancel::new()) {
            Answer::Http(Ok(response)) => response,
            other => panic!("{other:?}"),
        }
    }

    fn put(&self, call: &Call, object: Object, body: &str) -> Result<s3::ObjectHead, Error> {
        let (call, body) = (call.clone(), SecretBytes::from(body.as_bytes()));
        self.run(|io, keys| async move { s3::put_object(&io, &call, &object, &body, &keys).await })
    }

    fn get(&self, call: &Call, object: Object) -> Result<s3::GotObject, Error> {
        let call = call.clone();
        self.run(|io, keys| async move { s3::get_object(&io, &call, &object, 1000, &keys).await })
    }

    fn list(&self, call: &Call, ask: ListObjects) -> Result<s3::Listing, Error> {
        let call = call.clone();
        self.run(|io, keys| async move { s3::list_all(&io, &call, &ask, &keys, 100).await })
    }
}

#[test]
fn objects_are_written_read_and_listed() {
    let pod = Pod::new();
    let call = pod.call(s3::endpoint);
    let object = |key: &str| Object::new("data", key);
    for key in KEYS {
        let written = object(key).with_header("content-type", "text/x-test").with_header("x-amz-meta-owner", "me");
        pod.put(&call, written, key).unwrap_or_else(|e| panic!("{key}: {e}"));
        let got = pod.get(&call, object(key)).unwrap_or_else(|e| panic!("{key}: {e}"));
        assert_eq!((got.body.expose(), got.head.size), (key.as_bytes(), Some(key.len() as u64)));
        assert_eq!(got.head.metadata, [("owner".into(), Secret::from("me"))]);
    }
    let part = pod.get(&call, object(KEYS[0]).with_header("range", "bytes=2-4")).unwrap();
    assert_eq!((part.body.expose(), part.head.length, part.head.size), (&b"pla"[..], Some(3), Some(7)));
    let (asked, key) = (call.clone(), object(KEYS[0]));
    let head = pod.run(|io, keys| async move { s3::head_object(&io, &asked, &key, &keys).await }).unwrap();
    assert!(head.size == Some(7) && head.etag.is_some() && head.last_modified.is_some(), "{head:?}");

    // All keys come back as they were, on pages of one; what a delimiter cuts off, too.
    let names = |listing: &s3::Listing| listing.objects.iter().map(|one| one.key.to_string()).collect::<Vec<_>>();
    let mut sorted = KEYS.map(str::to_owned);
    sorted.sort();
    let ask = ListObjects { max_keys: Some(1), ..ListObjects::new("data") };
    assert_eq!(names(&pod.list(&call, ask).unwrap()), sorted);
    let below = ListObjects { delimiter: Some("/".into()), ..ListObjects::under("data", "a/") };
    let below = pod.list(&call, below).unwrap();
    assert_eq!(names(&below), ["a/ sp ace", "a/plain", "a/q?u=e&r+y#%41"]);
    assert_eq!(&*below.common_prefixes, [Box::<str>::from("a/d\u{e4}/")]);
}

#[test]
fn what_s3_refuses() {
    let pod = Pod::new();
    let call = pod.call(s3::endpoint);
    let code = |bucket: &str, key: &str| pod.get(&call, Object::new(bucket, key)).unwrap_err().code();
    assert_eq!(code("data", "none"), Code::ObjectNotFound);
    assert_eq!(code("no-such", "key"), Code::BucketNotFound);
    assert_eq!(code("other", "key"), Code::ObjectDenied);
    let (asked, key) = (call.clone(), Object::new("data", "none"));
    let missing = pod.run(|io, keys| async move { s3::head_object(&io, &asked, &key, &keys).await }).unwrap_err();
    assert_eq!(missing.code(), Code::ObjectNotFound);
    let denied = pod.list(&call, ListObjects::new("other")).unwrap_err();
    assert!(denied.code() == Code::ObjectDenied && denied.fix().contains("s3:ListBucket"), "{denied}");
    pod.put(&call, Object::new("data", "k"), "v").unwrap();
    let etag = pod.get(&call, Object::new("data", "k")).unwrap().head.etag.unwrap();
    let unchanged = pod.get(&call, Object::new("data", "k").with_header("if-none-match", &*etag)).unwrap_err();
    assert_eq!(unchanged.code(), Code::ObjectCondition, "{unchanged}");
}

/// A program that streams: it is given the head, and sends the body itself.
#[test]
fn heads_for_bodies_that_come_from_elsewhere_and_urls() {
    let pod = Pod::new();
    let call = pod.call(s3::endpoint);
    let object = Object::new("data", "up/one two").with_header("content-type", "text/plain");
    let keys = pod.provider.credentials().unwrap();
    let mut hash = BodyHash::new();
    hash.update(b"a large ");
    hash.update(b"body");
    let hash = hash.finish();
    let made = |operation, payload| {
        s3::request(&call, operation, &object, payload, &keys, &mut KeyCache::new(), pod.now().0).unwrap()
    };
    let put = HttpRequest {
        body: SecretBytes::from(&b"a large body"[..]),
        ..made(Operation::PutObject, Payload::Hash(hash.as_str()))
    };
    s3::read(Operation::PutObject, &pod.send(put)).unwrap();
    let other = HttpRequest {
        body: SecretBytes::from(&b"another body"[..]),
        ..made(Operation::PutObject, Payload::Hash(hash.as_str()))
    };
    assert!(s3::read(Operation::PutObject, &pod.send(other)).is_err(), "the body that was signed is not this one");
    let answer = pod.send(made(Operation::GetObject, Payload::Bytes(b"")));
    assert_eq!(answer.body.expose(), b"a large body");

    let bare = |method: &str, url: &Secret, body: &str| HttpRequest {
        method: method.into(),
        url: url.expose().into(),
        headers: Vec::new(),
        body: SecretBytes::from(body.as_bytes()),
        response_limit: 1000,
        direct: false,
    };
    let plain = Object::new("data", "up/by url");
    let url = |operation| s3::presign(&call, operation, &plain, 60, &keys, &mut KeyCache::new(), pod.now().0).unwrap();
    let put = pod.send(bare("PUT", &url(Operation::PutObject), "by url"));
    s3::read(Operation::PutObject, &put).unwrap();
    let got = pod.send(bare("GET", &url(Operation::GetObject), ""));
    assert_eq!((got.status, got.body.expose()), (200, &b"by url"[..]));
    let wrong = pod.send(bare("PUT", &url(Operation::GetObject), "x"));
    assert_eq!(s3::read(Operation::PutObject, &wrong).unwrap_err().code(), Code::ServiceCredentials);
}

#[test]
fn parameters_of_a_path_and_by_name() {
    let pod = Pod::new();
    let page = GetParametersByPath { max_results: Some(1), recursive: true, ..GetParametersByPath::new("/shop") };
    let call = pod.call(|settings| ssm::Ask::Path(&page).endpoint(settings));
    let all = |most| {
        let (call, page) = (call.clone(), page.clone());
        pod.run(|io, keys| async move { ssm::get_parameters_by_path(&io, &call, &page, &keys, most).await })
    };
    let found = all(10).unwrap();
    let mut names: Vec<&str> = found.iter().filter_map(|one| one.name.as_deref()).collect();
    names.sort_unstable();
    assert_eq!(names, ["/shop/a", "/shop/b", "/shop/currency", "/shop/deep/c"]);
    assert_eq!(all(3).unwrap_err().code(), Code::ServicePages);
    let (asked, ask) = (call.clone(), GetParameters::new(["/shop/a", "/shop/none"]));
    let some = pod.run(|io, keys| async move { ssm::get_parameters(&io, &asked, &ask, &keys).await }).unwrap();
    assert_eq!((some.parameters.len(), &*some.invalid), (1, &[Box::<str>::from("/shop/none")][..]));
}
