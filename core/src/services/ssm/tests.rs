use super::*;
use crate::{Retry, Secret};
use std::string::ToString;

const ARN: &str = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db";

fn call(ask: Ask<'_>, region: &str) -> Call {
    let settings = Settings { region: Some(region), ..Settings::default() };
    Call { endpoint: ask.endpoint(&settings).unwrap(), user_agent: "test".into(), seed: 0 }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
    let headers = headers.iter().map(|(name, value)| (Box::from(*name), Secret::from(*value))).collect();
    HttpResponse { status, headers, body: body.as_bytes().into() }
}

#[test]
fn signed_requests() {
    let one = GetParameter::new("/shop/\"db\":3");
    let several = GetParameters { with_decryption: false, ..GetParameters::new(["a", ARN]) };
    let mut path = GetParametersByPath::new("/shop/");
    (path.recursive, path.max_results, path.next_token) = (true, Some(3), Some("t\"1".into()));
    let first = GetParametersByPath { with_decryption: false, ..GetParametersByPath::new("/") };
    let credentials = Credentials::new("AKID", "SECRET", "test").with_session_token("TOKEN");
    for (ask, region, body) in [
        (Ask::Parameter(&one), "us-west-2", r#"{"Name":"/shop/\"db\":3","WithDecryption":true}"#.to_string()),
        (Ask::Parameters(&several), "eu-west-1", format!(r#"{{"Names":["a","{ARN}"]}}"#)),
        (
            Ask::Path(&path),
            "us-west-2",
            r#"{"Path":"/shop/","Recursive":true,"MaxResults":3,"NextToken":"t\"1","WithDecryption":true}"#.into(),
        ),
        (Ask::Path(&first), "us-west-2", r#"{"Path":"/"}"#.into()),
    ] {
        let now = Timestamp::from_unix(1_795_514_400);
        let request = request(&call(ask, "us-west-2"), ask, &credentials, &mut KeyCache::new(), now).unwrap();
        assert_eq!(&*request.url, format!("https://ssm.{region}.amazonaws.com/"));
        assert_eq!((&*request.method, core::str::from_utf8(request.body.expose())), ("POST", Ok(&*body)));
        let header = |name: &str| request.headers.iter().find(|(n, _)| &**n == name).map(|(_, value)| value.expose());
        assert_eq!(header("content-type"), Some("application/x-amz-json-1.1"));
        assert_eq!(header("x-amz-target"), Some(&*format!("AmazonSSM.{}", ask.action())));
        let authorization = header("authorization").unwrap();
        assert!(authorization.contains(&format!("AKID/20261124/{region}/ssm/aws4_request")), "{authorization}");
    }
}

#[test]
fn limits() {
    let (empty, long) = (GetParameter::new(""), GetParameter::new("x".repeat(2049)));
    let none = GetParameters::new(Vec::<Box<str>>::new());
    let many = GetParameters::new((0..11).map(|n| n.to_string()));
    let one_long = GetParameters::new(["a".to_string(), "x".repeat(2049)]);
    let regions = GetParameters::new(["a", ARN, "arn:aws:ssm:us-east-1:123456789012:parameter/x"]);
    let (relative, of_arn) = (GetParametersByPath::new("shop"), GetParametersByPath::new(ARN));
    let zero = GetParametersByPath { max_results: Some(0), ..GetParametersByPath::new("/") };
    let eleven = GetParametersByPath { max_results: Some(11), ..GetParametersByPath::new("/") };
    for (ask, says) in [
        (Ask::Parameter(&empty), "Name: 0 characters"),
        (Ask::Parameter(&long), "Name: 2049 characters"),
        (Ask::Parameters(&none), "Names: 0 names"),
        (Ask::Parameters(&many), "Names: 11 names"),
        (Ask::Parameters(&one_long), "Names: 2049 characters"),
        (Ask::Parameters(&regions), "Names: ARNs of two Regions, eu-west-1 and us-east-1"),
        (Ask::Path(&relative), "Path: “shop” does not begin with a slash"),
        (Ask::Path(&of_arn), "Path: “arn:"),
        (Ask::Path(&zero), "MaxResults: 0"),
        (Ask::Path(&eleven), "MaxResults: 11"),
    ] {
        let error = unsigned(&call(ask, "us-west-2"), ask).unwrap_err();
        assert_eq!(error.code(), Code::ServiceParameter);
        assert!(error.message().starts_with(says), "{error}");
    }
}

#[test]
fn one_several_and_pages() {
    let parameter = |name: &str, value: &str| {
        format!(
            r#"{{"ARN":"{ARN}","DataType":"text","LastModifiedDate":1.582657288996E9,"Name":"{name}",
            "Type":"SecureString","Value":"{value}","Version":3,"Selector":":3","Odd":[1]}}"#
        )
    };
    let one = read("GetParameter", &answer(200, &[], &format!(r#"{{"Parameter":{}}}"#, parameter("/a", "h\\u00e4"))))
        .unwrap();
    let [found] = &*one.parameters else { panic!("{one:?}") };
    assert_eq!((found.value.expose(), found.kind, found.version), ("hä", ParameterKind::SecureString, Some(3)));
    assert_eq!((found.name.as_deref(), found.arn.as_deref()), (Some("/a"), Some(ARN)));
    assert_eq!((found.selector.as_deref(), found.data_type.as_deref()), (Some(":3"), Some("text")));
    assert_eq!(found.last_modified.map(Timestamp::unix_millis), Some(1_582_657_288_996));
    let body = format!(
        r#"{{"InvalidParameters":["/x","/y"],"Parameters":[{},{}]}}"#,
        parameter("/a", "1"),
        parameter("/b", "2")
    );
    let several = read("GetParameters", &answer(200, &[], &body)).unwrap();
    let values: Vec<&str> = several.parameters.iter().map(|one| one.value.expose()).collect();
    assert_eq!((values, &*several.invalid), (std::vec!["1", "2"], &["/x".into(), "/y".into()][..]));
    let page = read("GetParametersByPath", &answer(200, &[], r#"{"Parameters":[],"NextToken":"t"}"#)).unwrap();
    assert_eq!((page.parameters.len(), page.next_token.as_deref()), (0, Some("t")));
    let last = read("GetParametersByPath", &answer(200, &[], r#"{"Parameters":[],"NextToken":null}"#)).unwrap();
    assert_eq!(last.next_token, None);
    for (kind, expected) in
        [("String", ParameterKind::String), ("StringList", ParameterKind::StringList), ("X", ParameterKind::Other)]
    {
        let body = format!(r#"{{"Parameter":{{"Type":"{kind}","Value":""}}}}"#);
        assert_eq!(read("GetParameter", &answer(200, &[], &body)).unwrap().parameters[0].kind, expected);
    }
    let shown =
        format!("{:?}", read("GetParameter", &answer(200, &[], r#"{"Parameter":{"Value":"hunter2"}}"#)).unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn refusals() {
    for (code, message, expected, retry) in [
        ("ParameterNotFound", "", Code::ParameterNotFound, Retry::No),
        ("ParameterVersionNotFound", "no version", Code::ParameterNotFound, Retry::No),
        ("AccessDeniedException", "not authorized to perform: ssm:GetParameter", Code::ParameterDenied, Retry::No),
        ("AccessDeniedException", "not authorized to perform: kms:Decrypt on", Code::ParameterDecryption, Retry::No),
        (
            "AccessDeniedException",
            "The ciphertext refers to a customer master key that does not exist, or you may not",
            Code::ParameterDecryption,
            Retry::No,
        ),
        ("InvalidKeyId", "Invalid keyId x", Code::ParameterDecryption, Retry::No),
        ("KMSDisabledException", "", Code::ParameterDecryption, Retry::No),
        ("ThrottlingException", "Rate exceeded", Code::ServiceThrottled, Retry::Slowly),
        ("InternalServerError", "", Code::ServiceInternal, Retry::Soon),
        ("ExpiredTokenException", "", Code::ServiceCredentials, Retry::No),
        ("UnrecognizedClientException", "", Code::ServiceCredentials, Retry::No),
        ("ValidationException", "", Code::ServiceRefused, Retry::No),
    ] {
        let body = format!(r#"{{"__type":"com.amazonaws.ssm#{code}","message":"{message}"}}"#);
        let error = read("GetParameter", &answer(400, &[("x-amzn-RequestId", "r")], &body)).unwrap_err();
        assert_eq!((error.code(), error.retry(), error.request_id()), (expected, retry, Some("r")), "{error}");
        assert_eq!(error.message(), format!("Parameter Store answered GetParameter with 400 {code}: {message}"));
    }
    for (status, body, code) in [
        (503, "no", Code::ServiceInternal),
        (429, "", Code::ServiceThrottled),
        (403, "<html>", Code::ServiceAnswer),
        (200, "", Code::ServiceAnswer),
        (200, "{}", Code::ServiceAnswer),
        (200, r#"{"Parameter":{"Name":"hunter2"}}"#, Code::ServiceAnswer),
        (200, r#"{"Parameter":"hunter2"}"#, Code::ServiceAnswer),
        (200, r#"{"Parameters":[]}"#, Code::ServiceAnswer),
        (200, r#"{"Parameters":{}}"#, Code::ServiceAnswer),
        (200, r#"{"Parameter":{"Value":"hunter2""#, Code::ServiceAnswer),
    ] {
        let error = read("GetParameter", &answer(status, &[], body)).unwrap_err();
        assert_eq!(error.code(), code, "{status} {body}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn the_fix_names_what_was_asked_for() {
    let (named, versioned) = (GetParameter::new("/shop/db:3"), GetParameter::new(format!("{ARN}:3")));
    let (several, path) = (GetParameters::new(["/a", "b"]), GetParametersByPath::new("/shop/"));
    for (ask, code, names) in [
        (Ask::Parameter(&named), "ParameterNotFound", &["/shop/db:3", "us-west-2", "AWS_REGION"][..]),
        (
            Ask::Parameter(&named),
            "AccessDeniedException",
            &["ssm:GetParameter ", "arn:aws:ssm:us-west-2:ACCOUNT:parameter/shop/db"],
        ),
        (
            Ask::Parameter(&versioned),
            "AccessDeniedException",
            &["arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db"],
        ),
        (Ask::Parameters(&several), "AccessDeniedException", &["ssm:GetParameters ", "/a, b"]),
        (Ask::Path(&path), "AccessDeniedException", &["ssm:GetParametersByPath", "ACCOUNT:parameter/shop and", "/*"]),
        (Ask::Path(&path), "InvalidKeyId", &["kms:Decrypt", "/shop/"]),
    ] {
        let error = read(ask.action(), &answer(400, &[], &format!(r#"{{"__type":"{code}"}}"#))).unwrap_err();
        let error = advise(error, &call(ask, "us-west-2"), ask);
        assert!(names.iter().all(|name| error.fix().contains(name)), "{error}");
        assert!(!error.fix().ends_with(":3"), "{error}");
    }
}
