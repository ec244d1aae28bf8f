use super::*;
use crate::Retry;
use std::string::ToString;

const ARN: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf";

fn call(ask: &GetSecretValue, region: &str) -> Call {
    let settings = Settings { region: Some(region), ..Settings::default() };
    Call { endpoint: ask.endpoint(&settings).unwrap(), user_agent: "test".into(), seed: 0 }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
    let headers = headers.iter().map(|(name, value)| (Box::from(*name), Secret::from(*value))).collect();
    HttpResponse { status, headers, body: body.as_bytes().into() }
}

#[test]
fn a_signed_request() {
    let mut ask = GetSecretValue::new("db/\"main\"\n");
    ask.version_stage = Some("AWSPREVIOUS".into());
    let credentials = Credentials::new("AKID", "SECRET", "test").with_session_token("TOKEN");
    let now = Timestamp::from_unix(1_795_514_400);
    let request = request(&call(&ask, "us-west-2"), &ask, &credentials, &mut KeyCache::new(), now).unwrap();
    assert_eq!((&*request.method, &*request.url), ("POST", "https://secretsmanager.us-west-2.amazonaws.com/"));
    let body = core::str::from_utf8(request.body.expose()).unwrap();
    assert_eq!(body, r#"{"SecretId":"db/\"main\"\u000a","VersionStage":"AWSPREVIOUS"}"#);
    let header = |name: &str| request.headers.iter().find(|(n, _)| &**n == name).map(|(_, value)| value.expose());
    assert_eq!(header("content-type"), Some("application/x-amz-json-1.1"));
    assert_eq!(header("x-amz-target"), Some("secretsmanager.GetSecretValue"));
    assert_eq!(header("x-amz-security-token"), Some("TOKEN"));
    let authorization = header("authorization").unwrap();
    assert!(authorization.contains("AKID/20261124/us-west-2/secretsmanager/aws4_request"), "{authorization}");
    assert!(authorization.contains("x-amz-target"), "the target is signed: {authorization}");
}

#[test]
fn an_arns_region_goes_first() {
    let ask = GetSecretValue::new(ARN);
    let call = call(&ask, "us-west-2");
    assert_eq!(call.endpoint.url(), "https://secretsmanager.eu-west-1.amazonaws.com");
    assert_eq!(call.endpoint.signing_region(), "eu-west-1");
    let custom = Settings { custom: Some("http://127.0.0.1:1"), region: Some("us-west-2"), ..Settings::default() };
    let endpoint = ask.endpoint(&custom).unwrap();
    assert_eq!((endpoint.url(), endpoint.signing_region()), ("http://127.0.0.1:1", "eu-west-1"));
    let named = GetSecretValue::new("db");
    assert_eq!(named.endpoint(&Settings::default()).unwrap_err().code(), Code::RegionMissing);
    let hostile = GetSecretValue::new("arn:aws:secretsmanager:x.evil/:1:secret:db");
    assert_eq!(hostile.endpoint(&Settings::default()).unwrap_err().code(), Code::RegionInvalid);
}

#[test]
fn limits() {
    let long = |n: usize| Box::from("x".repeat(n));
    for (ask, says) in [
        (GetSecretValue::new(""), "SecretId: 0 characters"),
        (GetSecretValue::new(long(2049)), "SecretId: 2049 characters"),
        (GetSecretValue { version_id: Some(long(31)), ..GetSecretValue::new("a") }, "VersionId: 31 characters"),
        (GetSecretValue { version_stage: Some(long(257)), ..GetSecretValue::new("a") }, "VersionStage: 257"),
    ] {
        let error = unsigned(&call(&ask, "us-west-2"), &ask).unwrap_err();
        assert_eq!(error.code(), Code::ServiceParameter);
        assert!(error.message().starts_with(says), "{error}");
    }
}

#[test]
fn text_and_bytes() {
    let body = format!(
        r#"{{"ARN":"{ARN}","CreatedDate":1.5234777236E9,"Name":"db","SecretString":"{{\n  \"user\":\"d\\u00e4\"\n}}",
        "VersionId":"EXAMPLE1-90ab-cdef-fedc-ba987SECRET1","VersionStages":["AWSPREVIOUS","AWSCURRENT"]}}"#
    );
    let value = read(&answer(200, &[], &body)).unwrap();
    assert_eq!(value.value, Value::Text(Secret::from("{\n  \"user\":\"d\\u00e4\"\n}")));
    assert_eq!((value.arn.as_deref(), value.name.as_deref()), (Some(ARN), Some("db")));
    assert_eq!(value.version_id.as_deref(), Some("EXAMPLE1-90ab-cdef-fedc-ba987SECRET1"));
    assert_eq!(value.version_stages, ["AWSPREVIOUS".into(), "AWSCURRENT".into()]);
    assert_eq!(value.created.map(Timestamp::unix_millis), Some(1_523_477_723_600));
    for (encoded, bytes) in [("AP8Q", &[0, 255, 16][..]), ("AA==", &[0]), ("", &[])] {
        let value = read(&answer(200, &[], &format!(r#"{{"SecretBinary":"{encoded}"}}"#))).unwrap();
        assert_eq!((value.value.expose(), matches!(value.value, Value::Binary(_))), (bytes, true));
    }
    let shown = format!("{:?}", read(&answer(200, &[], r#"{"SecretString":"hunter2"}"#)).unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn the_fix_names_the_secret() {
    let ask = GetSecretValue::new("shop/db");
    for (code, names) in [
        ("ResourceNotFoundException", &["shop/db", "us-west-2", "AWS_REGION"][..]),
        ("AccessDeniedException", &["shop/db", "secretsmanager:GetSecretValue"]),
    ] {
        let error = read(&answer(400, &[], &format!(r#"{{"__type":"{code}"}}"#))).unwrap_err();
        let error = advise(error, &call(&ask, "us-west-2"), &ask);
        assert!(names.iter().all(|name| error.fix().contains(name)), "{error}");
    }
}

#[test]
fn refusals() {
    for (code, expected, retry) in [
        ("ResourceNotFoundException", Code::SecretNotFound, Retry::No),
        ("AccessDeniedException", Code::SecretDenied, Retry::No),
        ("DecryptionFailure", Code::SecretDecryption, Retry::No),
        ("InvalidRequestException", Code::SecretState, Retry::No),
        ("ThrottlingException", Code::ServiceThrottled, Retry::Slowly),
        ("InternalServiceError", Code::ServiceInternal, Retry::Soon),
        ("ExpiredTokenException", Code::ServiceCredentials, Retry::No),
        ("UnrecognizedClientException", Code::ServiceCredentials, Retry::No),
        ("InvalidParameterException", Code::ServiceRefused, Retry::No),
    ] {
        let id = ("x-amzn-RequestId", "r");
        let kind = format!("{code}:http://internal.amazon.com/coral/");
        let forms = [
            answer(400, &[id], &format!(r#"{{"__type":"{code}","Message":"why"}}"#)),
            answer(400, &[id], &format!(r#"{{"__type":"com.amazonaws.secretsmanager#{code}","message":"why"}}"#)),
            answer(400, &[id, ("x-amzn-ErrorType", &kind)], r#"{"message":"why"}"#),
            // moto's, from what checks its signatures.
            answer(
                400,
                &[id],
                &format!("<ErrorResponse><Error><Code>{code}</Code><Message>why</Message></Error></ErrorResponse>"),
            ),
        ];
        for form in forms {
            let error = read(&form).unwrap_err();
            assert_eq!((error.code(), error.retry(), error.request_id()), (expected, retry, Some("r")), "{error}");
            let said = format!("Secrets Manager answered GetSecretValue with 400 {code}: why");
            assert_eq!(error.message(), said);
        }
    }
    for (status, body, code) in [
        (503, "no", Code::ServiceInternal),
        (429, "", Code::ServiceThrottled),
        (403, "<html>", Code::ServiceAnswer),
        (302, "", Code::ServiceAnswer),
        (200, "", Code::ServiceAnswer),
        (200, "<html>", Code::ServiceAnswer),
        (200, "{}", Code::ServiceAnswer),
        (200, r#"{"SecretBinary":"%"}"#, Code::ServiceAnswer),
        (200, r#"{"SecretString":"hunter2""#, Code::ServiceAnswer),
        (200, r#"{"SecretString":7}"#, Code::ServiceAnswer),
    ] {
        let error = read(&answer(status, &[], body)).unwrap_err();
        assert_eq!(error.code(), code, "{status} {body}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
