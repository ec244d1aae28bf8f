use super::*;
use std::{string::ToString, vec::Vec};

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
    let headers = headers.iter().map(|(name, value)| (Box::from(*name), Secret::from(*value))).collect::<Vec<_>>();
    HttpResponse { status, headers, body: body.as_bytes().into() }
}

fn read(body: &str) -> Result<Assumed, Error> {
    assumed(&answer(200, &[], body), Action::AssumeRoleWithWebIdentity, "test")
}

const KEYS: &str = "<Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey>\
                    <SessionToken>T</SessionToken><Expiration>2026-11-24T10:00:00Z</Expiration></Credentials>";

#[test]
fn the_forms_in_which_credentials_come() {
    let json = r#"{"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T","Expiration":"#;
    let user = r#""AssumedRoleUser":{"Arn":"arn:aws:sts::123456789012:assumed-role/r/s","AssumedRoleId":"I"}"#;
    let xml_user = "<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn>\
                    <AssumedRoleId>I</AssumedRoleId></AssumedRoleUser>";
    for body in [
        // AWS's own, moto's without the declaration and with microseconds, and in another order and with prefixes.
        format!("<R><X>{KEYS}{xml_user}</X></R>"),
        format!("<?xml version='1.0' encoding='UTF-8'?>\n<R><X>{xml_user}{KEYS}</X></R>"),
        format!("<R><X>{xml_user}{}</X></R>", KEYS.replace("00Z", "00.098286Z")),
        format!(
            "<a:R xmlns:a='u'><a:X>{}</a:X></a:R>",
            format!("{KEYS}{xml_user}")
                .replace("</", "</a:")
                .replace("<A", "<a:A")
                .replace("<C", "<a:C")
                .replace("<S", "<a:S")
                .replace("<E", "<a:E")
        ),
        // The Query protocol's JSON, and what the aws CLI prints.
        format!(
            r#"{{"AssumeRoleResponse":{{"AssumeRoleResult":{{"Credentials":{json}1.7955144E9}},{user}}},
            "ResponseMetadata":{{"RequestId":"q"}}}}}}"#
        ),
        format!(r#"{{"Credentials":{json}"2026-11-24T10:00:00+00:00"}},{user}}}"#),
        format!(r#"{{"Credentials":{json}1795514400}},{user},"PackedPolicySize":3,"Other":[{{"Arn":"x"}}],"N":null}}"#),
    ] {
        let assumed = read(&body).expect(&body);
        let c = &assumed.credentials;
        assert_eq!((c.access_key_id(), c.secret_access_key().expose()), ("A", "S"), "{body}");
        assert_eq!(c.session_token().map(Secret::expose), Some("T"));
        assert_eq!(c.expiration().map(Timestamp::unix), Some(1_795_514_400), "{body}");
        assert_eq!((c.account_id(), c.source()), (Some("123456789012"), "test"));
        assert_eq!(assumed.assumed_role_id.as_deref(), Some("I"));
        assert_eq!(assumed.assumed_role_arn.as_deref(), Some("arn:aws:sts::123456789012:assumed-role/r/s"));
    }
}

/// A proxy's page may show the request that it refused.
#[test]
fn a_page_that_repeats_the_token() {
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";
    let error = read(&format!("<html><title>refused WebIdentityToken={token}</title>")).unwrap_err();
    assert_eq!(error.code(), Code::AnswerHtml);
    assert!(error.message().contains("titled “refused") && !error.message().contains("eyJ"), "{error}");
}

#[test]
fn minios_answer() {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AssumeRoleWithWebIdentityResponse \
         xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleWithWebIdentityResult><AssumedRoleUser>\
         <Arn></Arn><AssumeRoleId></AssumeRoleId></AssumedRoleUser>{KEYS}<SubjectFromWebIdentityToken>sub\
         </SubjectFromWebIdentityToken></AssumeRoleWithWebIdentityResult><ResponseMetadata><RequestId>18AB</RequestId>\
         </ResponseMetadata></AssumeRoleWithWebIdentityResponse>"
    );
    let assumed = read(&body).unwrap();
    assert_eq!((&assumed.assumed_role_arn, &assumed.assumed_role_id), (&None, &None));
    assert_eq!((assumed.subject.as_deref(), assumed.request_id.as_deref()), (Some("sub"), Some("18AB")));
    assert_eq!(assumed.credentials.account_id(), None);
}

#[test]
fn values_are_taken_as_they_stand() {
    let body = format!(
        "<R><X>{}</X></R>",
        KEYS.replace(">S<", ">a&amp;b&#x3D;<![CDATA[<c>]]><").replace(">T<", ">\n  line\n  line  <")
    );
    let assumed = read(&body).unwrap();
    assert_eq!(assumed.credentials.secret_access_key().expose(), "a&b=<c>");
    assert_eq!(assumed.credentials.session_token().unwrap().expose(), "line\n  line");
    let json =
        r#"{"Credentials":{"AccessKeyId":"A","SecretAccessKey":"a\/b\u003d\"","SessionToken":"…","Expiration":1}}"#;
    let assumed = read(json).unwrap();
    assert_eq!(assumed.credentials.secret_access_key().expose(), "a/b=\"");
    assert_eq!(assumed.credentials.session_token().unwrap().expose(), "…");
}

#[test]
fn each_member_is_needed() {
    for (without, says) in [
        ("AccessKeyId", "no AccessKeyId in it"),
        ("SecretAccessKey", "no SecretAccessKey in it"),
        ("SessionToken", "no SessionToken in it"),
        ("Expiration", "no Expiration in it"),
    ] {
        let error = read(&format!("<R>{}</R>", KEYS.replace(without, "Other"))).unwrap_err();
        assert_eq!(error.code(), Code::AnswerUnknown);
        assert!(error.message().ends_with(says), "{error}");
    }
    for time in ["soon", "", "1e400", "-1", "2026-11-24", "NaN"] {
        let error = read(&format!("<R>{}</R>", KEYS.replace("2026-11-24T10:00:00Z", time))).unwrap_err();
        assert!(error.message().ends_with("its Expiration is no time"), "{time}: {error}");
    }
    let error = caller_identity(&answer(200, &[], "<R><Arn>a</Arn><UserId>u</UserId></R>")).unwrap_err();
    assert!(error.message().ends_with("no Account in it"), "{error}");
}

#[test]
fn a_refusal_in_any_form() {
    let xml =
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no &amp; no</Message></Error>";
    for (body, id) in [
        (format!("{xml}<RequestId>body</RequestId></ErrorResponse>"), "body"),
        (format!("{xml}</ErrorResponse>"), "header"),
        (
            "<Error><Code>AccessDenied</Code><Message>no &amp; no</Message><RequestId>s3</RequestId></Error>".into(),
            "s3",
        ),
        (
            "<Response><Errors><Error><Code>AccessDenied</Code><Message>no &amp; no</Message></Error></Errors>\
             <RequestID>ec2</RequestID></Response>"
                .into(),
            "ec2",
        ),
        (r#"{"Error":{"Code":"AccessDenied","Message":"no & no","Type":"Sender"},"RequestId":"json"}"#.into(), "json"),
        (r#"{"__type":"com.amazonaws.sts#AccessDeniedException:http://x","message":"no & no"}"#.into(), "header"),
        (r#"{"code":"AccessDenied","message":"no & no"}"#.into(), "header"),
    ] {
        let response = answer(403, &[("x-amzn-RequestId", "header")], &body);
        let error = assumed(&response, Action::AssumeRole, "test").unwrap_err();
        assert_eq!((error.code(), error.request_id()), (Code::StsAccessDenied, Some(id)), "{body}");
        assert!(error.message().starts_with("STS answered AssumeRole with 403 AccessDenied"), "{error}");
        assert!(error.message().ends_with(": no & no"), "{error}");
    }
}

#[test]
fn an_answer_that_is_called_a_page() {
    let read = |kind: &str, status: u16, body: &str| {
        let error = caller_identity(&answer(status, &[("content-type", kind)], body)).unwrap_err();
        (error.code(), error.message().rsplit(": ").next().unwrap_or_default().to_string())
    };
    let refused = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ErrorResponse><Errors><Error><Code>SignatureDoesNotMatch</Code>\
                   <Message>why</Message><Type>Sender</Type></Error></Errors></ErrorResponse>";
    for body in [refused, refused.split_once('\n').unwrap().1] {
        assert_eq!(read("text/html; charset=utf-8", 403, body), (Code::StsSignature, "why".into()));
    }
    let page = "<?xml version=\"1.0\"?>\n<html xmlns=\"x\"><head><title>t</title></head></html>";
    for (kind, body) in [("text/html", page), ("text/html", "<p>Response"), ("text/xml", "<HTML><Error></HTML>")] {
        assert_eq!(read(kind, 403, body).0, Code::AnswerHtml, "{body}");
    }
    let body = "<GetCallerIdentityResponse><R><Account>1</Account><Arn>a</Arn><UserId>u</UserId></R></GetCallerIdentityResponse>";
    assert_eq!(&*caller_identity(&answer(200, &[("content-type", "text/html")], body)).unwrap().arn, "a");
}

#[test]
fn secrets_of_an_answer_are_in_no_error() {
    let body = format!("<R>{}</R>", KEYS.replace(">S<", ">hunter2<").replace(">A<", "><"));
    let errors = [
        read(&body).unwrap_err(),
        read(&body.replace("</R>", "")).unwrap_err(),
        read(&body.replace("<R>", "hunter2")).unwrap_err(),
        read(r#"{"Credentials":{"SecretAccessKey":"hunter2"}"#).unwrap_err(),
        assumed(&answer(200, &[("content-type", "text/html")], &body), Action::AssumeRole, "x").unwrap_err(),
    ];
    for error in errors {
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    let shown = format!("{:?}", read(&body.replace("><", ">A<")));
    assert!(!shown.contains("hunter2"), "{shown}");
}
