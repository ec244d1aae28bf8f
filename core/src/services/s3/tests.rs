use super::*;
use crate::{Retry, endpoint::Settings};
use std::string::ToString;

const NOW: Timestamp = Timestamp::from_unix(1_795_514_400);

fn call(settings: Settings<'_>) -> Call {
    Call { endpoint: endpoint(&settings).unwrap(), user_agent: "test".into(), seed: 0 }
}

fn aws() -> Call {
    call(Settings { region: Some("eu-west-1"), ..Settings::default() })
}

fn credentials() -> Credentials {
    Credentials::new("AKID", "SECRET", "test").with_session_token("TO/KEN")
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
    let headers = headers.iter().map(|(name, value)| (Box::from(*name), Secret::from(*value))).collect();
    HttpResponse { status, headers, body: body.as_bytes().into() }
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(n, _)| &**n == name).map(|(_, value)| value.expose())
}

#[test]
fn signed_heads() {
    let mut object = Object::new("my-bucket", "a/ä b.txt").with_header("range", "bytes=0-9");
    let made = |operation, object: &Object, payload| {
        request(&aws(), operation, object, payload, &credentials(), &mut KeyCache::new(), NOW).unwrap()
    };
    let get = made(Operation::GetObject, &object, Payload::Bytes(b""));
    assert_eq!((&*get.method, &*get.url), ("GET", "https://my-bucket.s3.eu-west-1.amazonaws.com/a/%C3%A4%20b.txt"));
    assert_eq!((header(&get, "range"), header(&get, "user-agent")), (Some("bytes=0-9"), Some("test")));
    assert_eq!(header(&get, "x-amz-security-token"), Some("TO/KEN"));
    let authorization = header(&get, "authorization").unwrap();
    assert!(authorization.contains("AKID/20261124/eu-west-1/s3/aws4_request"), "{authorization}");
    assert!(authorization.contains("SignedHeaders=host;range;x-amz-content-sha256;"), "{authorization}");

    object.version_id = Some("v/1".into());
    let head = made(Operation::HeadObject, &object, Payload::Bytes(b""));
    assert!(head.method == "HEAD".into() && head.url.ends_with(".txt?versionId=v%2F1"), "{}", head.url);
    let shown = object.clone().with_query("response-content-type", "a/b c");
    let get = made(Operation::GetObject, &shown, Payload::Bytes(b""));
    assert!(get.url.ends_with(".txt?versionId=v%2F1&response-content-type=a%2Fb%20c"), "{}", get.url);

    // Of a body nothing is copied: bytes, their hash, or nothing is signed.
    let put = Object::new("my-bucket", "k").with_header("content-type", "text/plain");
    let mut hash = sigv4::BodyHash::new();
    hash.update(b"a body");
    let hash = hash.finish();
    let by = |payload| made(Operation::PutObject, &put, payload);
    let (bytes, hashed, unsigned) =
        (by(Payload::Bytes(b"a body")), by(Payload::Hash(hash.as_str())), by(Payload::Unsigned));
    assert_eq!(bytes, hashed);
    assert_eq!(header(&bytes, "x-amz-content-sha256"), Some(hash.as_str()));
    assert_eq!(header(&unsigned, "x-amz-content-sha256"), Some("UNSIGNED-PAYLOAD"));
    for one in [bytes, unsigned] {
        assert!(one.body.is_empty() && one.method == "PUT".into());
        assert!(header(&one, "authorization").unwrap().contains("SignedHeaders=content-type;host;"));
    }
}

#[test]
fn keys_stand_as_they_are() {
    for (key, path) in [
        ("/", "//"),
        ("//a//b/", "///a//b/"),
        ("a/./../b", "a/./../b"),
        ("a?b#c&d=e+f@g", "a%3Fb%23c%26d%3De%2Bf%40g"),
        ("100%/%41", "100%25/%2541"),
        ("~-_.", "~-_."),
        ("\u{1}\n", "%01%0A"),
        ("日本", "%E6%97%A5%E6%9C%AC"),
    ] {
        let path = if key.starts_with('/') { path.to_string() } else { format!("/{path}") };
        let object = Object::new("my.bucket", key);
        let got = object.unsigned(&aws(), Operation::GetObject).unwrap();
        assert_eq!(&*got.url, format!("https://s3.eu-west-1.amazonaws.com/my.bucket{path}"));
        request(&aws(), Operation::GetObject, &object, Payload::Bytes(b""), &credentials(), &mut KeyCache::new(), NOW)
            .unwrap();
    }
}

#[test]
fn limits() {
    let long = "ä".repeat(512);
    let version = Object { version_id: Some("v".into()), ..Object::new("my-bucket", "k") };
    for (operation, object, says) in [
        (Operation::GetObject, Object::new("my-bucket", ""), "Key: 0 bytes"),
        (Operation::GetObject, Object::new("my-bucket", format!("{long}x")), "Key: 1025 bytes"),
        (Operation::GetObject, Object::new("my", "k"), "Bucket: “my”"),
        (Operation::PutObject, version, "VersionId"),
        (Operation::GetObject, Object::new("my-bucket", "k").with_header("Host", "evil"), "the header Host"),
    ] {
        let error = object.unsigned(&aws(), operation).unwrap_err();
        assert!(error.code() == Code::ServiceParameter && error.message().starts_with(says), "{error}");
    }
    assert!(Object::new("my-bucket", long).unsigned(&aws(), Operation::GetObject).is_ok());
}

#[test]
fn presigned() {
    let sign = |operation, object: &Object| {
        presign(&aws(), operation, object, 60, &credentials(), &mut KeyCache::new(), NOW).unwrap()
    };
    let mut object = Object::new("my-bucket", "k");
    object.version_id = Some("3".into());
    let url = sign(Operation::GetObject, &object);
    let start = "https://my-bucket.s3.eu-west-1.amazonaws.com/k?versionId=3&X-Amz-Algorithm=AWS4-HMAC-SHA256&";
    assert!(url.expose().starts_with(start), "{}", url.expose());
    let token = "&X-Amz-Security-Token=TO%2FKEN&X-Amz-SignedHeaders=host&";
    assert!(url.expose().contains("&X-Amz-Expires=60") && url.expose().contains(token), "{}", url.expose());
    object.version_id = None;
    let object = object.with_header("content-type", "text/plain");
    let url = sign(Operation::PutObject, &object);
    assert!(url.expose().contains("&X-Amz-SignedHeaders=content-type%3Bhost&"), "{}", url.expose());
    // The token is under the signature.
    let other = Credentials::new("AKID", "SECRET", "test").with_session_token("OTHER");
    let other = presign(&aws(), Operation::PutObject, &object, 60, &other, &mut KeyCache::new(), NOW).unwrap();
    let signature = |url: &Secret| url.expose().rsplit('=').next().map(ToString::to_string);
    assert_ne!(signature(&other), signature(&url));
    for expires in [0, 604_801] {
        let error = presign(&aws(), Operation::GetObject, &object, expires, &other_keys(), &mut KeyCache::new(), NOW);
        assert_eq!(error.unwrap_err().code(), Code::SignExpires);
    }
}

fn other_keys() -> Credentials {
    Credentials::new("AKID", "SECRET", "test")
}

#[test]
fn heads_of_answers() {
    let headers = [
        ("ETag", "\"e\""),
        ("content-length", "10"),
        ("Content-Range", "bytes 0-9/43"),
        ("Content-Type", "text/plain"),
        ("Last-Modified", "Thu, 09 Oct 2014 22:57:28 GMT"),
        ("x-amz-version-id", "null"),
        ("X-Amz-Meta-Owner", "hunter2"),
        ("x-amz-storage-class", "GLACIER_IR"),
    ];
    let part = read(Operation::GetObject, &answer(206, &headers, "0123456789")).unwrap();
    assert_eq!((part.etag.as_deref(), part.length, part.size), (Some("\"e\""), Some(10), Some(43)));
    assert_eq!(part.last_modified, Timestamp::parse("2014-10-09T22:57:28Z"));
    assert_eq!((part.version_id.as_deref(), part.storage_class.as_deref()), (Some("null"), Some("GLACIER_IR")));
    assert_eq!(
        (part.content_type.as_deref(), part.content_range.as_deref()),
        (Some("text/plain"), Some("bytes 0-9/43"))
    );
    assert_eq!(part.metadata, [("owner".into(), Secret::from("hunter2"))]);
    assert!(!format!("{part:?}").contains("hunter2"));
    let whole = read(Operation::HeadObject, &answer(200, &headers[..2], "")).unwrap();
    assert_eq!((whole.length, whole.size), (Some(10), Some(10)));
    let written = read(Operation::PutObject, &answer(200, &[("etag", "\"e\""), ("content-length", "0")], "")).unwrap();
    assert_eq!((written.etag.as_deref(), written.length, written.size), (Some("\"e\""), None, None));
}

#[test]
fn refusals_in_xml() {
    let operation = Operation::GetObject;
    for (status, code, expected, retry) in [
        (404, "NoSuchKey", Code::ObjectNotFound, Retry::No),
        (404, "NoSuchVersion", Code::ObjectNotFound, Retry::No),
        (404, "NoSuchBucket", Code::BucketNotFound, Retry::No),
        (403, "AccessDenied", Code::ObjectDenied, Retry::No),
        (301, "PermanentRedirect", Code::BucketRegion, Retry::No),
        (400, "AuthorizationHeaderMalformed", Code::ServiceCredentials, Retry::No),
        (403, "InvalidObjectState", Code::ObjectArchived, Retry::No),
        (412, "PreconditionFailed", Code::ObjectCondition, Retry::No),
        (503, "SlowDown", Code::ServiceThrottled, Retry::Slowly),
        (500, "InternalError", Code::ServiceInternal, Retry::Soon),
        (403, "InvalidAccessKeyId", Code::ServiceCredentials, Retry::No),
        (400, "ExpiredToken", Code::ServiceCredentials, Retry::No),
        (403, "SignatureDoesNotMatch", Code::ServiceCredentials, Retry::No),
        (403, "RequestTimeTooSkewed", Code::ServiceCredentials, Retry::No),
        (416, "InvalidRange", Code::ServiceRefused, Retry::No),
        (501, "NotImplemented", Code::ServiceInternal, Retry::Soon),
    ] {
        let body = format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>why</Message></Error>");
        let error = read(operation, &answer(status, &[("x-amz-request-id", "r")], &body)).unwrap_err();
        assert_eq!((error.code(), error.retry(), error.request_id()), (expected, retry, Some("r")), "{error}");
        assert_eq!(error.message(), format!("S3 answered GetObject with {status} {code}: why"));
    }
    for (status, body, code) in [(403, "<html>", Code::ServiceAnswer), (502, "<html>", Code::ServiceInternal)] {
        assert_eq!(read(operation, &answer(status, &[], body)).unwrap_err().code(), code);
    }
}

#[test]
fn where_a_bucket_is() {
    let xml = |code: &str, more: &str| format!("<Error><Code>{code}</Code><Message>m</Message>{more}</Error>");
    let region = "<Region>ap-south-1</Region>";
    for (status, headers, body) in [
        (301, &[("x-amz-bucket-region", "ap-south-1")][..], xml("PermanentRedirect", "<Endpoint>x</Endpoint>")),
        (307, &[("x-amz-bucket-region", "ap-south-1")], xml("TemporaryRedirect", "")),
        (400, &[], xml("AuthorizationHeaderMalformed", region)),
        (301, &[("x-amz-bucket-region", "ap-south-1")], String::new()),
        (400, &[("x-amz-bucket-region", "ap-south-1")], String::new()),
    ] {
        let error = read(Operation::HeadObject, &answer(status, headers, &body)).unwrap_err();
        assert_eq!(error.code(), Code::BucketRegion, "{error}");
        assert!(error.fix().contains("AWS_REGION=ap-south-1") && error.message().ends_with("it is in ap-south-1"));
    }
    // One that could not be a host's label is not passed on.
    let odd = answer(301, &[("x-amz-bucket-region", "evil\n.example")], "");
    let error = read(Operation::HeadObject, &odd).unwrap_err();
    assert!(error.code() == Code::BucketRegion && !error.to_string().contains("evil"), "{error}");
}

#[test]
fn refusals_of_head() {
    for (status, code) in [
        (301, Code::BucketRegion),
        (304, Code::ObjectCondition),
        (400, Code::ServiceRefused),
        (403, Code::ObjectDenied),
        (404, Code::ObjectNotFound),
        (405, Code::ObjectNotFound),
        (412, Code::ObjectCondition),
        (416, Code::ServiceAnswer),
        (429, Code::ServiceThrottled),
        (500, Code::ServiceInternal),
        (503, Code::ServiceThrottled),
    ] {
        let error = read(Operation::HeadObject, &answer(status, &[("x-amz-request-id", "r")], "")).unwrap_err();
        assert_eq!((error.code(), error.request_id()), (code, Some("r")), "{status}: {error}");
        assert!(error.message().contains(&status.to_string()), "{error}");
    }
    let error = read(Operation::HeadObject, &answer(400, &[], "")).unwrap_err();
    assert!(error.fix().contains("by GET"), "{error}");
}

#[test]
fn the_fix_names_bucket_and_key() {
    let mut object = Object::new("my-bucket", "a/b");
    let advised = |operation, object: &Object, call: &Call, status| {
        advise(read(operation, &answer(status, &[], "")).unwrap_err(), call, operation, object).fix().to_string()
    };
    let china = call(Settings { region: Some("cn-north-1"), ..Settings::default() });
    assert!(advised(Operation::GetObject, &object, &aws(), 403).contains("s3:GetObject on arn:aws:s3:::my-bucket/a/b"));
    assert!(advised(Operation::GetObject, &object, &aws(), 403).contains("s3:ListBucket"));
    assert!(
        advised(Operation::PutObject, &object, &china, 403).contains("s3:PutObject on arn:aws-cn:s3:::my-bucket/a/b")
    );
    object.version_id = Some("v1".into());
    assert!(advised(Operation::GetObject, &object, &aws(), 403).contains("s3:GetObjectVersion"));
    let missing = advised(Operation::GetObject, &object, &aws(), 404);
    assert!(missing.contains("a/b") && missing.contains("my-bucket") && missing.contains("v1"), "{missing}");
}

#[test]
fn lists() {
    let mut ask = ListObjects::under("my-bucket", "a b/");
    let url = |ask: &ListObjects, call: &Call| {
        list_request(call, ask, &credentials(), &mut KeyCache::new(), NOW).unwrap().url
    };
    let start = "https://my-bucket.s3.eu-west-1.amazonaws.com/?list-type=2";
    assert_eq!(&*url(&ask, &aws()), format!("{start}&prefix=a%20b%2F&encoding-type=url"));
    (ask.delimiter, ask.start_after, ask.max_keys) = (Some("/".into()), Some("a".into()), Some(2));
    ask.continuation_token = Some("t+/=".into());
    let rest =
        "&prefix=a%20b%2F&delimiter=%2F&start-after=a&continuation-token=t%2B%2F%3D&max-keys=2&encoding-type=url";
    assert_eq!(&*url(&ask, &aws()), format!("{start}{rest}"));
    let minio = call(Settings { custom: Some("http://127.0.0.1:9000/p"), ..Settings::default() });
    assert_eq!(&*url(&ask, &minio), format!("http://127.0.0.1:9000/p/my-bucket?list-type=2{rest}"));
    for (ask, says) in [
        (ListObjects::under("my-bucket", "x".repeat(1025)), "prefix: 1025 bytes"),
        (ListObjects { max_keys: Some(0), ..ask.clone() }, "max-keys: 0"),
        (ListObjects { max_keys: Some(1001), ..ask.clone() }, "max-keys: 1001"),
        (ListObjects::new("s3://my-bucket"), "Bucket"),
    ] {
        let error = list_request(&aws(), &ask, &credentials(), &mut KeyCache::new(), NOW).unwrap_err();
        assert!(error.code() == Code::ServiceParameter && error.message().starts_with(says), "{error}");
    }
}

#[test]
fn pages() {
    let page = |more: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <Name>b</Name><Prefix></Prefix>{more}</ListBucketResult>"
        )
    };
    let contents = "<Contents><Key>a%2Fb+c%C3%A4</Key><LastModified>2014-11-21T19:40:05.000Z</LastModified>\
                    <ETag>&quot;e&quot;</ETag><Size>11</Size><StorageClass>STANDARD</StorageClass><Owner><ID>o</ID></Owner></Contents>\
                    <Contents><Size>5000000000</Size><Key>%25 </Key></Contents>\
                    <CommonPrefixes><Prefix>x%2F</Prefix></CommonPrefixes>";
    let cut = "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken><EncodingType>url</EncodingType>";
    let listing = read_list(&answer(200, &[], &page(&format!("{contents}{cut}")))).unwrap();
    let [first, second] = &*listing.objects else { panic!("{listing:?}") };
    assert_eq!((&*first.key, first.size, first.etag.as_deref()), ("a/b cä", Some(11), Some("\"e\"")));
    assert_eq!(first.last_modified, Timestamp::parse("2014-11-21T19:40:05Z"));
    assert_eq!((&*second.key, second.size, second.etag.as_deref()), ("% ", Some(5_000_000_000), None));
    assert_eq!((&*listing.common_prefixes, listing.next_token.as_deref()), (&["x/".into()][..], Some("t")));
    // As they stand where nothing says that they are encoded; spaces too.
    let plain = read_list(&answer(200, &[], &page("<Contents><Key> a%2F+ </Key></Contents>"))).unwrap();
    assert_eq!(&*plain.objects[0].key, " a%2F+ ");
    let empty = read_list(&answer(200, &[], &page("<IsTruncated>false</IsTruncated>"))).unwrap();
    assert_eq!(empty, Listing::default());
    for body in [
        "",
        "<html></html>",
        "<ListBucketResult>",
        "<!DOCTYPE a><ListBucketResult/>",
        "{}",
        "<Error><Code>InternalError</Code></Error>",
        &page("<EncodingType>url</EncodingType><Contents><Key>%2</Key></Contents>"),
        &page("<EncodingType>url</EncodingType><Contents><Key>%FF</Key></Contents>"),
        &page("<IsTruncated>true</IsTruncated>"),
    ] {
        assert_eq!(read_list(&answer(200, &[], body)).unwrap_err().code(), Code::ServiceAnswer, "{body}");
    }
    let denied = read_list(&answer(403, &[], "<Error><Code>AccessDenied</Code></Error>")).unwrap_err();
    assert_eq!(denied.code(), Code::ObjectDenied);
}
