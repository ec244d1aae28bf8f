//! Exchanges as flows: what is sent, what is tried again, what is said in the end.

use irsa_core::{
    Code, Credentials, Error, Kind, Retry, Timestamp,
    arn::RoleArn,
    call::{ATTEMPTS, CALL_TIMEOUT, Call, REREADS, USER_AGENT},
    effect::{Ask, HttpFault, HttpResponse, HttpStep},
    endpoint::Settings,
    flow::Flow,
    sts::{self, AssumeRole, Assumed, Endpoint, SessionName, WebIdentity},
};
use irsa_script::{Host, START};
use std::collections::BTreeMap;

const FILE: &str = "/token";
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzIn0.c2lnbmF0dXJl";
const OTHER: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ0In0.c2lnbmF0dXJl";
const ROLE: &str = "arn:aws:iam::123456789012:role/team/app";

const OK: &str = r#"<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <Audience>sts.amazonaws.com</Audience>
    <AssumedRoleUser>
      <AssumedRoleId>AROACLKWSDQRAOEXAMPLE:app</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/app/app</Arn>
    </AssumedRoleUser>
    <Provider>arn:aws:iam::123456789012:oidc-provider/oidc.example/id/A</Provider>
    <Credentials>
      <AccessKeyId>ASIAEXAMPLE</AccessKeyId>
      <SecretAccessKey>secret/+key</SecretAccessKey>
      <SessionToken>session+token==</SessionToken>
      <Expiration>2026-11-24T11:00:00Z</Expiration>
    </Credentials>
    <PackedPolicySize>25</PackedPolicySize>
    <SubjectFromWebIdentityToken>system:serviceaccount:demo:app</SubjectFromWebIdentityToken>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>"#;

fn refusal(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>r-2</RequestId></ErrorResponse>"
    )
}

fn call(custom: Option<&str>) -> Call {
    let settings = Settings { region: Some("eu-west-1"), custom, ..Settings::default() };
    Call { endpoint: Endpoint::resolve(&settings, None).unwrap(), user_agent: USER_AGENT.into(), seed: 7 }
}

fn host() -> Host {
    Host::new().file(FILE, format!("{TOKEN}\n"))
}

fn exchange_by(host: &mut Host, call: Call, deadline: u64) -> Result<Assumed, Error> {
    let ask = WebIdentity::new(FILE, RoleArn::parse(ROLE).unwrap());
    let flow = Flow::new(host.deadline(deadline), |io| async move { sts::web_identity(&io, &call, &ask).await });
    host.run(flow)
}

fn exchange(host: &mut Host) -> Result<Assumed, Error> {
    exchange_by(host, call(None), 600_000)
}

#[test]
fn a_token_becomes_credentials() {
    let mut host = host().http(200, &[("Date", "Tue, 24 Nov 2026 10:00:00 GMT")], OK);
    let assumed = exchange(&mut host).unwrap();
    let c = &assumed.credentials;
    assert_eq!((c.access_key_id(), c.secret_access_key().expose()), ("ASIAEXAMPLE", "secret/+key"));
    assert_eq!(c.session_token().unwrap().expose(), "session+token==");
    assert_eq!(c.expiration(), Timestamp::parse("2026-11-24T11:00:00Z"));
    assert_eq!((c.account_id(), c.source()), (Some("123456789012"), "web identity"));
    assert_eq!(assumed.assumed_role_arn.as_deref(), Some("arn:aws:sts::123456789012:assumed-role/app/app"));
    assert_eq!(assumed.assumed_role_id.as_deref(), Some("AROACLKWSDQRAOEXAMPLE:app"));
    assert_eq!(assumed.subject.as_deref(), Some("system:serviceaccount:demo:app"));
    assert_eq!(assumed.audience.as_deref(), Some("sts.amazonaws.com"));
    assert_eq!(assumed.provider.as_deref(), Some("arn:aws:iam::123456789012:oidc-provider/oidc.example/id/A"));
    assert_eq!((assumed.packed_policy_size, assumed.request_id.as_deref()), (Some(25), Some("r-1")));
    assert_eq!(assumed.skew_millis, Some(999), "10 ms under way, and Date is cut to the second");

    let request = &host.requests()[0];
    assert_eq!((&*request.method, &*request.url), ("POST", "https://sts.eu-west-1.amazonaws.com/"));
    let body = String::from_utf8(request.body.expose().to_vec()).unwrap();
    assert_eq!(
        body,
        format!(
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15\
             &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fteam%2Fapp&RoleSessionName=irsa&WebIdentityToken={TOKEN}"
        )
    );
    let header = |name: &str| request.headers.iter().find(|(n, _)| &**n == name).map(|(_, value)| value.expose());
    assert_eq!(header("content-type"), Some("application/x-www-form-urlencoded; charset=utf-8"));
    assert_eq!(header("user-agent"), Some(USER_AGENT));
    assert_eq!(header("authorization"), None);
    let Ask::Http { deadline, .. } = &host.effects()[1].ask else { panic!("{:?}", host.effects()[1]) };
    assert_eq!(deadline.since(irsa_core::Mono(1_000)), CALL_TIMEOUT);
    assert_eq!(host.effects().len(), 2);
}

/// What is answered, the code, how often STS is called in all.
#[test]
fn what_is_tried_again_goes_by_the_text() {
    let (a, r) = (ATTEMPTS as usize, REREADS as usize);
    let key = "Couldn't retrieve verification key from your identity provider,  please reference \
               AssumeRoleWithWebIdentity documentation for requirements";
    let generic = "The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity \
                   documentation for requirements.";
    for (status, code, message, expected, calls) in [
        (400, "InvalidIdentityToken", key, Code::StsVerificationKey, r),
        (400, "InvalidIdentityToken", generic, Code::StsInvalidToken, 1),
        (400, "InvalidIdentityToken", "Incorrect token audience", Code::StsInvalidToken, 1),
        (400, "ExpiredTokenException", "Token expired: current date/time 1 must be before", Code::StsExpiredToken, 1),
        (400, "IDPCommunicationError", "An error occurred", Code::StsIdpCommunication, a),
        (403, "IDPRejectedClaim", "rejected", Code::StsIdpRejectedClaim, 1),
        (403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", Code::StsAccessDenied, 1),
        (400, "Throttling", "Rate exceeded", Code::StsThrottled, a),
        (500, "InternalFailure", "Unknown error validating third-party token", Code::StsInternal, a),
        (503, "ServiceUnavailable", "", Code::StsInternal, a),
        (403, "RegionDisabledException", "STS is not activated in this region", Code::StsRegionDisabled, 1),
        (400, "PackedPolicyTooLarge", "Packed policy consumes 105% of allotted space", Code::StsPackedPolicy, 1),
        (400, "ValidationError", "Request ARN is invalid", Code::StsRoleArnInvalid, 1),
    ] {
        let mut host = host();
        for _ in 0..9 {
            host = host.http(status, &[], refusal(code, message));
        }
        let error = exchange(&mut host).unwrap_err();
        assert_eq!((error.code(), host.requests().len()), (expected, calls), "{error}");
        assert!(
            error
                .message()
                .starts_with(&format!("STS answered AssumeRoleWithWebIdentity with {status} {code}: {message}"))
        );
        assert_eq!(error.request_id(), Some("r-2"));
        if expected != Code::StsExpiredToken {
            assert_eq!(host.paths().len(), calls, "the token is read at every attempt: {error}");
        }
    }
}

#[test]
fn an_expired_token_is_read_again_and_sent_again_only_where_it_changed() {
    let expired = || refusal("ExpiredTokenException", "Token expired");
    let mut host = Host::new().file(FILE, TOKEN).file(FILE, OTHER).http(400, &[], expired()).http(200, &[], OK);
    assert!(exchange(&mut host).is_ok());
    let body = |n: usize| String::from_utf8(host.requests()[n].body.expose().to_vec()).unwrap();
    assert!(body(0).ends_with(TOKEN) && body(1).ends_with(OTHER));

    let mut host = Host::new().file(FILE, TOKEN).http(400, &[], expired());
    let error = exchange(&mut host).unwrap_err();
    assert_eq!((error.code(), host.requests().len(), host.paths().len()), (Code::StsExpiredToken, 1, 2));
    assert!(error.message().ends_with("; /token still holds the same token") && error.fix().contains(FILE), "{error}");
}

#[test]
fn the_token_in_hand_is_kept_while_the_file_is_away() {
    let away = irsa_core::effect::FileFault::Missing;
    let throttled = refusal("Throttling", "Rate exceeded");
    let mut host = Host::new().file(FILE, TOKEN).fault(FILE, away).http(400, &[], throttled).http(200, &[], OK);
    assert!(exchange(&mut host).is_ok());
    assert_eq!(host.requests().len(), 2);
}

#[test]
fn waits_grow_are_jittered_by_the_seed_and_replay() {
    let waits = |seed: u64, code: &str| {
        let mut host = host();
        for _ in 0..ATTEMPTS {
            host = host.http(400, &[], refusal(code, ""));
        }
        exchange_by(&mut host, Call { seed, ..call(None) }, 600_000).unwrap_err();
        let mut now = irsa_core::Mono(1_000);
        let mut waits = vec![];
        for effect in host.effects() {
            match &effect.ask {
                Ask::WaitUntil(time) => {
                    waits.push(time.since(now).as_millis());
                    now = *time;
                }
                Ask::Http { .. } => now = now + std::time::Duration::from_millis(10),
                _ => {}
            }
        }
        waits
    };
    let mut sums = [0, 0, 0];
    for seed in 0..200 {
        let soon = waits(seed, "IDPCommunicationError");
        assert_eq!(soon, waits(seed, "IDPCommunicationError"));
        for (n, (wait, most)) in soon.iter().zip([250, 500, 1000]).enumerate() {
            assert!(*wait < most, "{soon:?}");
            sums[n] += wait;
        }
    }
    // Full jitter: on average half the step.
    for (sum, mean) in sums.into_iter().zip([125, 250, 500]) {
        assert!((sum / 200).abs_diff(mean) < mean / 4, "{sums:?}");
    }
    let slowly: u128 = (0..50).flat_map(|seed| waits(seed, "Throttling")).sum();
    assert!(slowly / 150 > 700, "throttling waits longer: {slowly}");
}

#[test]
fn no_wait_goes_past_the_deadline_and_the_last_error_is_kept() {
    let mut host = host().http(400, &[], refusal("Throttling", "Rate exceeded"));
    let error = exchange_by(&mut host, call(None), 12).unwrap_err();
    assert_eq!((error.code(), error.request_id()), (Code::StsThrottled, Some("r-2")));
    assert!(error.message().ends_with("Rate exceeded; no time is left for another attempt"), "{error}");
    // The flow's deadline cuts the call shorter.
    let slow = Ok(HttpResponse { status: 200, headers: vec![], body: OK.as_bytes().into() });
    let mut host = self::host().exchange(3_000, slow);
    let error = exchange_by(&mut host, call(None), 2_000).unwrap_err();
    assert_eq!((error.code(), host.now().mono.0), (Code::NetTimeout, 3_000), "{error}");
}

/// Everything else that can come instead of STS's answer.
#[test]
fn each_bad_answer_has_a_code_of_its_own() {
    let page = "<!DOCTYPE html><html><head><title>Sign in to Wi-Fi</title></head></html>";
    let answer = |status: u16, headers: &[(&str, &str)], body: &str| host().http(status, headers, body);
    let fault = |step: HttpStep| host().http_fault(step);
    let env = "AWS_ENDPOINT_URL_STS";
    let cases: Vec<(Host, Code, &str, &str)> = vec![
        (answer(200, &[], page), Code::AnswerHtml, "titled “Sign in to Wi-Fi”", env),
        (answer(200, &[], &OK[..OK.len() / 2]), Code::AnswerCut, "XML that breaks off after", "proxy"),
        (host().http(200, &[], vec![b'x'; 10 << 20]), Code::AnswerTooLarge, "answer too large", env),
        (
            answer(302, &[("Location", "https://login.example/x?token=eyJ")], ""),
            Code::AnswerRedirect,
            "302, a redirect to https://login.example/x",
            env,
        ),
        (fault(HttpStep::Closed), Code::NetClosed, "connection closed", "proxy"),
        (answer(200, &[], ""), Code::AnswerEmpty, "no body", env),
        (answer(200, &[], "<a/>"), Code::AnswerUnknown, "no AccessKeyId in it", env),
        (answer(200, &[], "<!DOCTYPE x><a/>"), Code::AnswerMalformed, "DOCTYPE", env),
        (fault(HttpStep::Timeout), Code::NetTimeout, "timeout", env),
        (fault(HttpStep::Resolve), Code::NetResolve, "name resolution", env),
        (fault(HttpStep::Connect), Code::NetConnect, "connect", env),
        (fault(HttpStep::Proxy), Code::NetProxy, "proxy", "HTTPS_PROXY"),
        (fault(HttpStep::ProxyRefused), Code::NetProxyRefused, "refused by the proxy", "user:password@"),
        (fault(HttpStep::Tls), Code::NetTls, "TLS", "AWS_CA_BUNDLE"),
        (fault(HttpStep::Invalid), Code::NetInvalid, "invalid request", env),
        (fault(HttpStep::Unknown), Code::NetUnknown, "unknown", "https"),
        (answer(429, &[], "slow down"), Code::StsThrottled, "429: slow down", "exchange"),
        (
            answer(503, &[], "upstream connect error"),
            Code::StsInternal,
            "503: upstream connect error",
            "the log of the STS",
        ),
        (
            answer(403, &[], r#"{"message": "Forbidden by eyJhbGciOiJSUzI1NiJ9.e30.x"}"#),
            Code::StsRefused,
            "with 403: Forbidden by [token]",
            "code",
        ),
    ];
    let mut seen = BTreeMap::new();
    for (mut host, code, says, fix) in cases {
        // One call's worth of time, so that the answer is the last one too.
        let error = exchange_by(&mut host, call(Some("http://127.0.0.1:1")), 11).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(says), "{error} does not say {says}");
        assert!(error.fix().contains(fix), "{error} does not advise {fix}");
        assert!(!error.to_string().contains("eyJ"), "{error}");
        assert_eq!(seen.insert(code, says), None, "two causes share a code");
    }
}

/// What STS did not say is not explained as if it had: who answers in its place depends on the status.
#[test]
fn a_refusal_without_a_code_points_at_who_gave_it() {
    for (status, fix) in [
        (400, "something else answered"),
        (401, "a proxy or firewall on the way refused"),
        (403, "a proxy or firewall on the way refused"),
        (404, "no STS is at that address"),
        (405, "no STS is at that address"),
        (408, "did not arrive whole"),
        (413, "raise its limit"),
        (431, "raise its limit"),
        (418, "something else answered"),
    ] {
        for body in ["no", "", "{}", "<a/>"] {
            let mut host = host().http(status, &[], body);
            let error = exchange_by(&mut host, call(None), 11).unwrap_err();
            assert_eq!(error.code(), Code::StsRefused, "{error}");
            assert!(error.fix().contains(fix), "{error}");
            assert!(!error.fix().contains("look up the code"), "{error}");
        }
    }
}

#[test]
fn bad_answers_in_other_clothes() {
    let long = format!("{{\"a\":\"{}", "x".repeat(200));
    let deep = format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000));
    let utf8: &[u8] = b"<a>\xFF</a>";
    for (status, headers, body, code) in [
        (200, &[][..], &b"<HTML><body>hello"[..], Code::AnswerHtml),
        (503, &[("content-type", "text/html; charset=utf-8")], b"<h1>Bad gateway</h1>", Code::AnswerHtml),
        (200, &[], b"\xEF\xBB\xBF  <!doctype HTML>", Code::AnswerHtml),
        (200, &[], long.as_bytes(), Code::AnswerCut),
        (200, &[], b"{", Code::AnswerCut),
        (200, &[], b"<", Code::AnswerCut),
        (200, &[], b"<a", Code::AnswerCut),
        (200, &[], b"{\"a\":tru}", Code::AnswerMalformed),
        (200, &[], b"plain words", Code::AnswerMalformed),
        (200, &[], utf8, Code::AnswerMalformed),
        (200, &[], deep.as_bytes(), Code::AnswerMalformed),
        (200, &[], b"<a>&xxe;</a>", Code::AnswerMalformed),
        (200, &[], b"{}", Code::AnswerUnknown),
        (200, &[], b"{\"Credentials\":null}", Code::AnswerUnknown),
        (200, &[], b"   ", Code::AnswerEmpty),
        (204, &[], b"", Code::AnswerEmpty),
        (201, &[], OK.as_bytes(), Code::AnswerUnknown),
        (304, &[], b"", Code::AnswerRedirect),
        (500, &[], b"", Code::StsInternal),
        (403, &[], b"", Code::StsRefused),
        (407, &[], b"", Code::NetProxyRefused),
        (400, &[], b"<a/>", Code::StsRefused),
    ] {
        let mut host = host().http(status, headers, body);
        let error = exchange_by(&mut host, call(None), 11).unwrap_err();
        assert_eq!(error.code(), code, "{status} {:?}: {error}", String::from_utf8_lossy(body).get(..20));
    }
    // A refusal is one whatever its status.
    let mut host = host().http(200, &[], refusal("AccessDenied", "no"));
    assert_eq!(exchange(&mut host).unwrap_err().code(), Code::StsAccessDenied);
}

#[test]
fn what_passes_is_got_over() {
    let mut host = host()
        .http_fault(HttpStep::Closed)
        .http(200, &[], &OK[..700])
        .http(503, &[("content-type", "text/html")], "<h1>no</h1>")
        .http(200, &[], OK);
    assert!(exchange(&mut host).is_ok());
    assert_eq!(host.requests().len(), 4);
}

#[test]
fn the_fix_names_what_was_sent() {
    // {"iss":"https://i.example/x","sub":"system:serviceaccount:demo:app","aud":["vault"]}
    let token = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImtleS0xIn0.eyJpc3MiOiJodHRwczovL2kuZXhhbXBsZS94Iiwic3ViIjoic3lzdGVtOnNlcnZpY2\
                 VhY2NvdW50OmRlbW86YXBwIiwiYXVkIjpbInZhdWx0Il19.c2ln";
    let (iss, sub) = ("https://i.example/x", "system:serviceaccount:demo:app");
    for (code, message, names) in [
        ("AccessDenied", "Not authorized", &[ROLE, FILE, iss, sub, "vault", "seconds old"][..]),
        ("InvalidIdentityToken", "could not be validated", &[FILE, "123456789012", iss, "vault"]),
        (
            "InvalidIdentityToken",
            "No OpenIDConnect provider found in your account for x",
            &[iss, "123456789012", "aws)"],
        ),
        ("InvalidIdentityToken", "Couldn't retrieve verification key", &[iss, "key-1", FILE]),
        ("InvalidIdentityToken", "Missing a required claim: aud", &[FILE, "expirationSeconds"]),
        ("InvalidIdentityToken", "more than one audience", &[FILE, "vault"]),
        ("InvalidIdentityToken", "roles claim", &[FILE, ROLE, "https://aws.amazon.com/roles"]),
        ("ValidationError", "Request ARN is invalid", &[ROLE, "AWS_ROLE_ARN"]),
    ] {
        let mut host = Host::new().file(FILE, token).http(400, &[], refusal(code, message));
        let error = exchange_by(&mut host, call(None), 11).unwrap_err();
        for name in names {
            assert!(error.fix().contains(name), "{error} does not name {name}");
        }
        assert!(!error.to_string().contains("eyJ"), "{error}");
    }
}

#[test]
fn a_token_that_is_echoed_does_not_get_into_the_error() {
    let text =
        format!("1 validation error detected: Value '{TOKEN}' at 'webIdentityToken' failed to satisfy constraint");
    for (status, body) in [(400, refusal("ValidationError", &text)), (400, text.clone()), (500, text[..70].to_owned())]
    {
        let mut host = host().http(status, &[], body);
        let error = exchange_by(&mut host, call(None), 11).unwrap_err().to_string();
        assert!(error.contains("[token]") && !error.contains("eyJ"), "{error}");
    }
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "test")
        .with_session_token("source-token")
}

fn assume(host: &mut Host) -> Result<Assumed, Error> {
    let mut ask = AssumeRole::new(RoleArn::parse(ROLE).unwrap(), SessionName::clean("pod"));
    ask.external_id = Some("id".into());
    let flow = Flow::new(host.deadline(600_000), |io| async move {
        sts::assume_role(&io, &call(None), &ask, &credentials()).await
    });
    host.run(flow)
}

fn header(host: &Host, n: usize, name: &str) -> String {
    let request = &host.requests()[n];
    let value = request.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
    value.map(|(_, value)| value.expose().to_owned()).unwrap_or_default()
}

#[test]
fn a_role_for_other_credentials_is_a_signed_call() {
    let mut host = Host::new().http(200, &[], OK.replace("WithWebIdentity", ""));
    let assumed = assume(&mut host).unwrap();
    assert_eq!((assumed.credentials.source(), assumed.skew_millis), ("assume role", None));
    let authorization = header(&host, 0, "authorization");
    let scope = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/eu-west-1/sts/aws4_request, SignedHeaders=";
    assert!(authorization.starts_with(scope), "{authorization}");
    assert_eq!(header(&host, 0, "x-amz-security-token"), "source-token");
    assert_eq!(header(&host, 0, "x-amz-date"), "20261124T100000Z");
    let body = String::from_utf8(host.requests()[0].body.expose().to_vec()).unwrap();
    assert!(body.starts_with("Action=AssumeRole&Version=2011-06-15&RoleArn=") && body.contains("&ExternalId=id"));
}

#[test]
fn a_refused_signed_call_has_its_own_advice() {
    // No token was sent: the fix does not speak of one.
    let denied = refusal("AccessDenied", "User: arn:aws:iam::111122223333:user/x is not authorized");
    let error = assume(&mut Host::new().http(403, &[], &denied)).unwrap_err();
    assert_eq!(error.code(), Code::StsAccessDenied);
    assert!(error.fix().starts_with(&format!("allow sts:AssumeRole on {ROLE} in the caller's policy")), "{error}");
    assert!(!error.fix().contains("token"), "{error}");
    // The keys are good: their Region is not.
    let scope = refusal("SignatureDoesNotMatch", "Credential should be scoped to a valid region, not 'us-east-1'.");
    let error = assume(&mut Host::new().http(403, &[], &scope)).unwrap_err();
    assert_eq!(error.code(), Code::StsSignature);
    assert!(error.fix().contains("AWS_REGION"), "{error}");
}

#[test]
fn a_wrong_clock_is_corrected_once_by_stss() {
    let date = &[("Date", "Tue, 24 Nov 2026 11:00:00 GMT")];
    let skewed =
        refusal("SignatureDoesNotMatch", "Signature expired: 20261124T100000Z is now earlier than 20261124T105500Z");
    let mut host = Host::new().http(403, date, &skewed).http(200, date, OK);
    let assumed = assume(&mut host).unwrap();
    assert_eq!(header(&host, 0, "x-amz-date"), "20261124T100000Z");
    assert_eq!(header(&host, 1, "x-amz-date"), "20261124T110001Z");
    assert!((3_599_000..3_602_000).contains(&assumed.skew_millis.unwrap()));
    assert!(host.effects().iter().all(|effect| !matches!(effect.ask, Ask::WaitUntil(_))), "at once");
    // Once: if that does not help, it is something else.
    let mut host = Host::new().http(403, date, &skewed).http(403, date, &skewed);
    let error = assume(&mut host).unwrap_err();
    assert_eq!((error.code(), error.retry(), host.requests().len()), (Code::StsClock, Retry::No, 2));
    // Not where the clocks agree, and not where STS did not say what time it is.
    for headers in [&[("Date", "Tue, 24 Nov 2026 10:03:00 GMT")][..], &[]] {
        let mut host =
            Host::new().http(403, headers, refusal("SignatureDoesNotMatch", "The request signature we calculated"));
        let error = assume(&mut host).unwrap_err();
        assert_eq!((error.code(), host.requests().len()), (Code::StsSignature, 1));
    }
}

#[test]
fn the_same_code_means_another_thing_on_a_signed_call() {
    for (code, expected) in [
        ("ExpiredToken", Code::StsCredentialsExpired),
        ("ExpiredTokenException", Code::StsCredentialsExpired),
        ("InvalidClientTokenId", Code::StsCredentials),
        ("AccessDenied", Code::StsAccessDenied),
    ] {
        let mut host =
            Host::new().http(403, &[], refusal(code, "The security token included in the request is expired"));
        let error = assume(&mut host).unwrap_err();
        assert_eq!((error.code(), error.kind(), host.requests().len()), (expected, Kind::Refused, 1));
    }
}

#[test]
fn whose_credentials_these_are() {
    let body = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
                <Arn>arn:aws:sts::123456789012:assumed-role/app/pod</Arn><UserId>AROA:pod</UserId>\
                <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let mut host = Host::new().http(500, &[], "").http(200, &[("x-amzn-RequestId", "r-3")], body);
    let flow = Flow::new(host.deadline(60_000), |io| async move {
        sts::get_caller_identity(&io, &call(None), &credentials()).await
    });
    let caller = host.run(flow).unwrap();
    assert_eq!((&*caller.account, &*caller.user_id), ("123456789012", "AROA:pod"));
    assert_eq!(&*caller.arn, "arn:aws:sts::123456789012:assumed-role/app/pod");
    assert_eq!(caller.request_id.as_deref(), Some("r-3"));
    assert_eq!(host.requests()[1].body.expose(), b"Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!(START.unix(), 1_795_514_400, "the dates above follow from it");
}

#[test]
fn faults_before_the_first_call_make_no_call() {
    let mut host = Host::new();
    assert_eq!(exchange(&mut host).unwrap_err().code(), Code::TokenFileMissing);
    let mut host = self::host();
    let mut ask = WebIdentity::new(FILE, RoleArn::parse(ROLE).unwrap());
    ask.duration_seconds = Some(899);
    let flow = Flow::new(host.deadline(60_000), |io| async move { sts::web_identity(&io, &call(None), &ask).await });
    let error = host.run(flow).unwrap_err();
    assert_eq!((error.code(), host.requests().len()), (Code::RequestLimit, 0), "{error}");
    let fault = HttpFault { step: HttpStep::Resolve, detail: "no such host sts.eu-west-1.amazonaws.com".into() };
    let mut host = self::host().exchange(5, Err(fault));
    let error = exchange_by(&mut host, call(None), 6).unwrap_err();
    assert!(error.fix().contains("AWS_REGION (eu-west-1)") && error.message().contains("no such host"), "{error}");
}
