//! S3: objects put, read, listed and removed under the role's policy, and S3's own codes for what is wrong. Two verifiers
//! judge each signature here: irsa's, and that of s3s.

mod support;

use irsa_core::{
    Credentials, Secret, Timestamp,
    effect::HttpRequest,
    sigv4::{self, KeyCache, Signing},
};
use irsa_local::{Config, Local};
use std::{fs, path::PathBuf};
use support::*;

const BUCKET: &str = "data";
const MISMATCH: &str =
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.";

/// The app's role may do everything with what lies below `app/`, list that, and read `shared/`.
fn config() -> Config {
    let policy = policy(
        r#"{"Sid": "Own", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
             "Resource": "arn:aws:s3:::data/app/*"},
           {"Sid": "List", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::data",
             "Condition": {"StringLike": {"s3:prefix": ["app/*", ""]}}},
           {"Sid": "Shared", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/shared/*"},
           {"Sid": "Place", "Effect": "Allow", "Action": "s3:GetBucketLocation", "Resource": "*"}"#,
    );
    let mut config = Config::new(vec![app(&trust_for(SUBJECT), &[&policy])]).with_bucket(BUCKET).with_bucket("other");
    config.region = Some(REGION.into());
    config
}

/// A folder of this test's own, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("s3-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Call<'a> {
    local: &'a Local,
    keys: &'a Credentials,
    region: &'a str,
    at: Timestamp,
    /// In query form, for so many seconds.
    expires: Option<u32>,
}

impl<'a> Call<'a> {
    fn new(local: &'a Local, keys: &'a Credentials) -> Self {
        Self { local, keys, region: REGION, at: now(), expires: None }
    }

    /// Signed, then changed.
    fn changed(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
        change: impl FnOnce(&mut HttpRequest),
    ) -> Answer {
        let mut request = HttpRequest {
            method: method.into(),
            url: format!("{}{path}", self.local.url()).into(),
            headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            body: body.to_owned().into(),
            response_limit: 1 << 20,
            direct: false,
        };
        let mut signing = Signing::s3(self.keys, self.region);
        if let Some(expires) = self.expires {
            signing = signing.presigned(expires);
        }
        sigv4::sign(&mut request, &signing, &mut KeyCache::new(), self.at).unwrap();
        change(&mut request);
        let headers: Vec<(&str, &str)> =
            request.headers.iter().map(|(name, value)| (&**name, value.expose())).collect();
        send(&request.url, &request.method, &headers, std::str::from_utf8(request.body.expose()).unwrap()).unwrap()
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        self.changed(method, path, &[], body, |_| {})
    }
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.text("Code"))
}

fn rekeyed(keys: &Credentials, secret: Option<&str>, token: Option<&str>) -> Credentials {
    let secret = secret.map_or_else(|| keys.secret_access_key().clone(), Secret::from);
    let made = Credentials::new(keys.access_key_id(), secret, "test");
    token.map_or(made.clone(), |token| made.with_session_token(Secret::from(token)))
}

#[test]
fn objects_come_and_go() {
    let local = Local::start(config()).unwrap();
    let keys = credentials(&local);
    let s3 = Call::new(&local, &keys);
    let put =
        s3.changed("PUT", "/data/app/a.txt", &[("content-type", "text/x"), ("x-amz-meta-k", "v")], "hello", |_| {});
    assert_eq!(put.status, 200, "{}", put.body);
    assert_eq!(put.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    let got = s3.send("GET", "/data/app/a.txt", "");
    assert_eq!((got.status, got.body.as_str()), (200, "hello"));
    assert_eq!((got.header("content-type"), got.header("x-amz-meta-k")), ("text/x", "v"));
    assert_eq!(got.header("x-amz-request-id").len(), 36);
    let part = s3.changed("GET", "/data/app/a.txt", &[("range", "bytes=1-2")], "", |_| {});
    assert_eq!((part.status, part.body.as_str(), part.header("content-range")), (206, "el", "bytes 1-2/5"));
    let head = s3.send("HEAD", "/data/app/a.txt", "");
    assert_eq!((head.status, head.header("content-length"), head.body.as_str()), (200, "5", ""));
    let on = |header: &str, tag: &str| s3.changed("GET", "/data/app/a.txt", &[(header, tag)], "", |_| {});
    let tag = "\"5d41402abc4b2a76b9719d911017c592\"";
    assert_eq!((on("if-none-match", tag).status, on("if-none-match", "\"x\"").status), (304, 200));
    assert_eq!(on("if-match", tag).body, "hello");
    assert_eq!(code(&on("if-match", "\"x\"")), (412, "PreconditionFailed".into()));
    let copied = s3.changed("PUT", "/data/app/b/c.txt", &[("x-amz-copy-source", "data/app/a.txt")], "", |_| {});
    assert_eq!(copied.status, 200, "{}", copied.body);

    let names = |answer: &Answer, name: &str| -> Vec<String> {
        assert_eq!(answer.status, 200, "{}", answer.body);
        let tag = format!("<{name}>");
        answer.body.split(&tag).skip(1).map(|part| part.split("</").next().unwrap().to_owned()).collect()
    };
    let all = s3.send("GET", "/data?list-type=2&prefix=app%2F", "");
    assert_eq!(names(&all, "Key"), ["app/a.txt", "app/b/c.txt"]);
    let level = s3.send("GET", "/data?list-type=2&prefix=app%2F&delimiter=%2F&encoding-type=url", "");
    assert_eq!(
        (names(&level, "Key"), names(&level, "Prefix")),
        (vec!["app/a.txt".into()], vec!["app/".into(), "app/b/".into()])
    );
    let page = s3.send("GET", "/data?list-type=2&prefix=app%2F&max-keys=1", "");
    assert_eq!((names(&page, "Key"), page.text("IsTruncated")), (vec!["app/a.txt".to_owned()], "true".into()));
    let token = page.text("NextContinuationToken").replace('/', "%2F");
    let page = s3.send("GET", &format!("/data?continuation-token={token}&list-type=2&max-keys=1&prefix=app%2F"), "");
    assert_eq!((names(&page, "Key"), page.text("IsTruncated")), (vec!["app/b/c.txt".to_owned()], "false".into()));

    assert_eq!(s3.send("DELETE", "/data/app/a.txt", "").status, 204);
    assert_eq!(code(&s3.send("DELETE", "/data/app/a.txt", "")), (204, String::new()));
    let place = s3.send("GET", "/data?location", "");
    assert!(place.body.ends_with(">eu-west-1</LocationConstraint>"), "{}", place.body);
    assert_eq!(s3.send("HEAD", "/data?prefix=app%2Fx", "").header("x-amz-bucket-region"), REGION);

    let log = local.log();
    let mut operations: Vec<&str> = log.iter().map(|entry| entry.operation.as_str()).collect();
    operations.drain(5..9);
    assert_eq!(
        operations[1..8],
        ["PutObject", "GetObject", "GetObject", "HeadObject", "CopyObject", "ListObjectsV2", "ListObjectsV2"]
    );
    let put = &log[1];
    assert_eq!((put.status, put.outcome.as_str()), (200, "OK"));
    assert_eq!(put.who, "arn:aws:sts::111122223333:assumed-role/app/pod-1");
    assert_eq!(put.access_key_id.as_deref(), Some(keys.access_key_id()));
}

#[test]
fn the_bucket_may_stand_in_the_host() {
    let local = Local::start(config()).unwrap();
    let keys = credentials(&local);
    let s3 = Call::new(&local, &keys);
    for host in ["data.s3.localhost", "data.s3.eu-west-1.amazonaws.com", "data.localhost:9000"] {
        let put = s3.changed("PUT", "/app/h.txt", &[("host", host)], host, |_| {});
        assert_eq!(put.status, 200, "{}", put.body);
        assert_eq!(s3.send("GET", "/data/app/h.txt", "").body, host);
    }
    let other = s3.changed("GET", "/app/h.txt", &[("host", "other.s3.localhost")], "", |_| {});
    assert!(other.text("Message").contains("\"arn:aws:s3:::other/app/h.txt\""), "{}", other.body);
}

#[test]
fn a_presigned_url_is_enough() {
    let local = Local::start(config()).unwrap();
    let keys = credentials(&local);
    let url = Call { expires: Some(60), ..Call::new(&local, &keys) };
    assert_eq!(url.send("PUT", "/data/app/p.txt", "by url").status, 200);
    assert_eq!(url.send("GET", "/data/app/p.txt", "").body, "by url");
    let tampered = url.changed("GET", "/data/app/p.txt", &[], "", |request| {
        request.url = request.url.replace("/p.txt", "/q.txt").into();
    });
    assert_eq!(code(&tampered), (403, "SignatureDoesNotMatch".into()));
    let old = Call { at: now().plus_millis(-61_000), ..url };
    let answer = old.send("GET", "/data/app/p.txt", "");
    assert_eq!((code(&answer).1, answer.text("Message")), ("AccessDenied".into(), "Request has expired".into()));
    let abroad = Call { region: "us-east-1", expires: Some(60), ..Call::new(&local, &keys) };
    let answer = abroad.send("GET", "/data/app/p.txt", "");
    assert_eq!(code(&answer), (400, "AuthorizationQueryParametersError".into()));
    assert_eq!(answer.text("Region"), REGION);
}

#[test]
fn signatures_and_tokens_are_s3s_affair_in_its_own_words() {
    let local = Local::start(config()).unwrap();
    let keys = credentials(&local);
    let token = keys.session_token().unwrap().expose();
    let (wrong, bare) = (rekeyed(&keys, Some("IRSACANARY-x"), Some(token)), rekeyed(&keys, None, None));
    let (forged, nobody) =
        (rekeyed(&keys, None, Some("IRSACANARY-t")), Credentials::new("ASIAQQQQQQQQQQQQQQQQ", "x", "test"));
    let no_key = "The AWS Access Key Id you provided does not exist in our records.";
    for (keys, status, code, text, why) in [
        (&wrong, 403, "SignatureDoesNotMatch", MISMATCH, "the signature is"),
        (&bare, 403, "InvalidAccessKeyId", no_key, "no session token"),
        (&forged, 400, "InvalidToken", "The provided token is malformed or otherwise invalid.", "not that of ASIA"),
        (&nobody, 403, "InvalidAccessKeyId", no_key, "nobody has the access key id"),
    ] {
        let answer = Call::new(&local, keys).send("GET", "/data/app/a", "");
        assert_eq!((answer.status, answer.refusal()), (status, (code.into(), text.into())));
        assert!(answer.header("x-irsa-why").contains(why), "{}", answer.header("x-irsa-why"));
        assert_eq!(answer.header("content-type"), "application/xml");
        assert!(!answer.body.contains(token), "{code}: the session token is in the answer");
    }
    let shown = Call::new(&local, &wrong).send("GET", "/data/app/a", "");
    assert!(
        shown.text("StringToSign").starts_with("AWS4-HMAC-SHA256\n")
            && shown.text("CanonicalRequest").starts_with("GET\n")
    );

    let s3 = Call::new(&local, &keys);
    let abroad = Call { region: "us-east-1", ..Call::new(&local, &keys) }.send("GET", "/data/app/a", "");
    let text = "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'";
    assert_eq!(abroad.refusal(), ("AuthorizationHeaderMalformed".into(), text.into()));
    assert_eq!(abroad.text("Region"), REGION);
    let early = Call { at: now().plus_millis(-901_000), ..Call::new(&local, &keys) }.send("GET", "/data/app/a", "");
    assert_eq!(code(&early), (403, "RequestTimeTooSkewed".into()));
    let slipped = s3.changed("PUT", "/data/app/a", &[], "x", |request| {
        request.headers.push(("x-amz-acl".into(), "public-read".into()));
    });
    assert_eq!(code(&slipped), (403, "AccessDenied".into()));
    assert_eq!(slipped.text("HeadersNotSigned"), "x-amz-acl");
    // The hash is the signed one, the body another.
    let swapped =
        s3.changed("PUT", "/data/app/swapped", &[], "good", |request| request.body = "evil".to_owned().into());
    assert_eq!(code(&swapped), (400, "XAmzContentSHA256Mismatch".into()), "{}", swapped.body);
    assert!(swapped.header("x-irsa-why").contains("Sha256Mismatch"));
    assert_eq!(code(&s3.send("GET", "/data/app/swapped", "")).1, "AccessDenied", "it was not kept");
    let hashless = s3.changed("GET", "/data/app/a", &[], "", |request| {
        request.headers.retain(|(name, _)| &**name != "x-amz-content-sha256");
    });
    assert!(hashless.refusal().1.ends_with("x-amz-content-sha256"), "{}", hashless.body);

    let get = |headers: &[(&str, &str)]| send(&format!("{}/data/app/a", local.url()), "GET", headers, "").unwrap();
    assert_eq!(get(&[]).refusal(), ("AccessDenied".into(), "Access Denied".into()));
    assert_eq!(code(&get(&[("authorization", "AWS AKIA:x")])), (400, "InvalidRequest".into()));
    let malformed = "AWS4-HMAC-SHA256 Credential=ASIA/x/eu-west-1/s3/aws4_request";
    let headers = [("authorization", malformed), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")];
    assert_eq!(code(&get(&headers)), (400, "AuthorizationHeaderMalformed".into()));

    // The clock is the fault script's.
    local.fault("clock +3601s").unwrap();
    let late = Call { at: now().plus_millis(3_601_000), ..s3 };
    assert_eq!(code(&late.send("GET", "/data/app/a", "")), (400, "ExpiredToken".into()));
    local.fault("lifetime 12h\nclock +1200s").unwrap();
    let keys = credentials(&local);
    let ahead = Call { at: now().plus_millis(1_200_000), ..Call::new(&local, &keys) };
    assert_eq!(ahead.send("PUT", "/data/app/ahead", "x").status, 200, "s3s keeps to its own clock, and lets it pass");
    assert_eq!(code(&Call::new(&local, &keys).send("GET", "/data/app/ahead", "")).1, "RequestTimeTooSkewed");
}

#[test]
fn the_policy_decides_and_says_why() {
    let scratch = Scratch::new("policy");
    let mut config = config();
    config.bucket_folder = Some(scratch.0.clone());
    let local = Local::start(config).unwrap();
    fs::create_dir_all(scratch.0.join("data/shared")).unwrap();
    fs::write(scratch.0.join("data/shared/x"), "shared").unwrap();
    fs::write(scratch.0.join("data/top"), "top").unwrap();
    fs::create_dir_all(scratch.0.join("late")).unwrap();
    let keys = credentials(&local);
    let s3 = Call::new(&local, &keys);
    assert_eq!(s3.send("GET", "/data/shared/x", "").body, "shared");

    let me = "arn:aws:sts::111122223333:assumed-role/app/pod-1";
    let denied = |answer: &Answer, action: &str, resource: &str| {
        let text = format!(
            "User: {me} is not authorized to perform: {action} on resource: \"arn:aws:s3:::{resource}\" because no \
             identity-based policy allows the {action} action"
        );
        assert_eq!((answer.status, answer.refusal()), (403, ("AccessDenied".into(), text)));
        let why = answer.header("x-irsa-why");
        assert!(why.contains("policy.json: statement 0 (Own): "), "{why}");
    };
    denied(&s3.send("GET", "/data/top", ""), "s3:GetObject", "data/top");
    denied(&s3.send("PUT", "/data/shared/x", "mine"), "s3:PutObject", "data/shared/x");
    denied(&s3.send("DELETE", "/data/shared/x", ""), "s3:DeleteObject", "data/shared/x");
    denied(&s3.send("GET", "/data?list-type=2&prefix=shared%2F", ""), "s3:ListBucket", "data");
    denied(&s3.send("GET", "/data?list-type=2", ""), "s3:ListBucket", "data");
    denied(&s3.send("GET", "/", ""), "s3:ListAllMyBuckets", "*");
    denied(&s3.send("PUT", "/new-bucket", ""), "s3:CreateBucket", "new-bucket");
    denied(&s3.send("GET", "/late/x", ""), "s3:GetObject", "late/x");
    let copy = |source: &str| s3.changed("PUT", "/data/app/copy", &[("x-amz-copy-source", source)], "", |_| {});
    denied(&copy("data/top"), "s3:GetObject", "data/top");
    assert_eq!(copy("data/shared/x").status, 200);
    // Whoever may not list is not told that there is no such key.
    denied(&s3.send("GET", "/data/shared/none", ""), "s3:ListBucket", "data");
    assert_eq!(s3.send("HEAD", "/data/shared/none", "").status, 403);
    assert_eq!(code(&s3.send("GET", "/data/app/none?prefix=app%2Fnone", "")), (404, "NoSuchKey".into()));
    assert_eq!(code(&s3.send("GET", "/nowhere/x", "")), (404, "NoSuchBucket".into()));

    // One of several to be removed that is not allowed, and all stay.
    fs::create_dir_all(scratch.0.join("data/app")).unwrap();
    fs::write(scratch.0.join("data/app/y"), "y").unwrap();
    let remove = |keys: &[&str]| {
        let objects: String = keys.iter().map(|key| format!("<Object><Key>{key}</Key></Object>")).collect();
        let body = format!("<Delete>{objects}</Delete>");
        let digest = ring::digest::digest(&ring::digest::SHA256, body.as_bytes());
        let digest = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest);
        s3.changed("POST", "/data?delete", &[("x-amz-checksum-sha256", &digest)], &body, |_| {})
    };
    denied(&remove(&["app/y", "shared/x"]), "s3:DeleteObject", "data/shared/x");
    assert!(scratch.0.join("data/app/y").exists());
    let removed = remove(&["app/y", "app/none"]);
    assert_eq!(removed.status, 200, "{}", removed.body);
    assert!(!scratch.0.join("data/app/y").exists());

    let entry = local.log().into_iter().find(|entry| entry.outcome == "AccessDenied").unwrap();
    assert_eq!((entry.operation.as_str(), entry.status), ("GetObject", 403));
    assert!(entry.why.is_some());
}

#[test]
fn no_key_leaves_its_bucket() {
    let scratch = Scratch::new("keys");
    let all =
        policy(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]}"#);
    let mut config = config();
    config.roles = vec![app(&trust_for(SUBJECT), &[&all])];
    config.bucket_folder = Some(scratch.0.clone());
    let local = Local::start(config).unwrap();
    let outside = scratch.0.join("other/secret");
    fs::write(&outside, "IRSACANARY-other").unwrap();
    let keys = credentials(&local);
    let s3 = Call::new(&local, &keys);
    let absolute = format!("/data/{}", outside.display());
    for path in
        ["/data/../other/secret", "/data/%2E%2E/other/secret", "/data/a/../../other/secret", "/data//x", &absolute]
    {
        for (method, body) in [("GET", ""), ("PUT", "mine"), ("DELETE", "")] {
            let answer = s3.send(method, path, body);
            assert_eq!(code(&answer), (400, "InvalidArgument".into()), "{method} {path}: {}", answer.status);
        }
    }
    let copied = s3.changed("PUT", "/data/x", &[("x-amz-copy-source", "data/../other/secret")], "", |_| {});
    assert_eq!(code(&copied), (400, "InvalidArgument".into()), "{}", copied.body);
    assert_eq!(fs::read_to_string(&outside).unwrap(), "IRSACANARY-other");

    // A file is no folder besides.
    assert_eq!(s3.send("PUT", "/data/file", "x").status, 200);
    let below = s3.send("PUT", "/data/file/below", "x");
    assert!(below.text("Message").contains("keeps objects as files"), "{}", below.body);
    assert_eq!(s3.send("PUT", "/data/folder/file", "x").status, 200);
    assert_eq!(code(&s3.send("PUT", "/data/folder", "x")), (400, "InvalidArgument".into()));
    assert_eq!(code(&s3.send("GET", "/data/folder", "")), (404, "NoSuchKey".into()));
    assert_eq!(code(&s3.send("HEAD", "/data/folder", "")).0, 404);
    assert_eq!(s3.send("DELETE", "/data/folder", "").status, 204);
    assert_eq!(s3.send("GET", "/data/folder/file", "").body, "x");
    // A folder that objects left behind is none.
    assert_eq!(s3.send("PUT", "/data/folder/deep/er", "x").status, 200);
    for path in ["/data/folder/file", "/data/folder/deep/er"] {
        assert_eq!(s3.send("DELETE", path, "").status, 204);
    }
    assert_eq!(s3.send("PUT", "/data/folder", "now a file").status, 200);
    let long = format!("/data/{}", "x".repeat(200));
    assert_eq!(code(&s3.send("PUT", &long, "x")), (400, "InvalidArgument".into()));
    assert_eq!(s3.send("PUT", &format!("/data/{}", "x".repeat(150)), "x").status, 200);
}

#[test]
fn large_ones_pass_and_larger_ones_do_not() {
    let scratch = Scratch::new("large");
    let mut config = config();
    config.bucket_folder = Some(scratch.0.clone());
    let local = Local::start(config).unwrap();
    let keys = credentials(&local);
    let s3 = Call::new(&local, &keys);
    let body = "x".repeat(9 << 20);
    assert_eq!(s3.send("PUT", "/data/app/large", &body).status, 200);
    assert_eq!(fs::metadata(scratch.0.join("data/app/large")).unwrap().len(), 9 << 20);
    let claimed = [("content-length", "68719476736")];
    let answer = s3.changed("PUT", "/data/app/larger", &[], "", |request| {
        request.headers.extend(claimed.iter().map(|(name, value)| ((*name).into(), (*value).into())));
    });
    assert_eq!(code(&answer), (400, "EntityTooLarge".into()));
    assert!(answer.header("x-irsa-why").contains("64 MiB"));
    // Everything else keeps its smaller limit.
    assert_eq!(
        send(local.url(), "POST", &[], &"x".repeat((1 << 20) + 1)).map(|answer| answer.status).unwrap_or(413),
        413
    );
}

#[test]
fn a_bucket_has_a_name_of_s3s() {
    for name in ["ab", "Data", "a_b", "../x", "192.168.0.1"] {
        let error = Local::start(config().with_bucket(name)).unwrap_err();
        assert!(error.message().contains("is no name for a bucket"), "{error}");
    }
    // They are down together.
    let local = Local::start(config()).unwrap();
    let keys = credentials(&local);
    local.fault("down 60s").unwrap();
    assert!(exchange_with(&local, &[]).is_err());
    let down = std::panic::catch_unwind(|| Call::new(&local, &keys).send("GET", "/data/app/x", ""));
    assert!(down.is_err(), "no answer came");
    assert_eq!(local.log().last().unwrap().fault, Some("down"));
}
