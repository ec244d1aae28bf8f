//! What credentials are good for: signed calls to STS and Secrets Manager, role chaining, and AWS's codes for what is
//! wrong with a signature, a session token or a permission.

mod support;

use irsa_core::{Credentials, Secret, effect::HttpRequest};
use irsa_local::{Local, Mint, SecretValue, StoredSecret};
use support::*;

const INVALID: &str = "The security token included in the request is invalid.";
const EXPIRED: &str = "The security token included in the request is expired";
const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
    Secret Access Key and signing method. Consult the service documentation for details.";

fn rekeyed(credentials: &Credentials, secret: Option<&str>, token: Option<&Secret>) -> Credentials {
    let secret = secret.map_or_else(|| credentials.secret_access_key().clone(), Secret::from);
    let made = Credentials::new(credentials.access_key_id(), secret, "test");
    token.map_or(made.clone(), |token| made.with_session_token(token.clone()))
}

#[test]
fn the_caller_is_the_assumed_role() {
    let local = start();
    let own = credentials(&local);
    let answer = whoami(&local, &own);
    assert_eq!(answer.text("Arn"), "arn:aws:sts::111122223333:assumed-role/app/pod-1");
    assert_eq!(answer.text("Account"), "111122223333");
    assert!(answer.text("UserId").starts_with("AROA") && answer.text("UserId").ends_with(":pod-1"));
    let log = local.log();
    assert_eq!(log.last().unwrap().who, "arn:aws:sts::111122223333:assumed-role/app/pod-1");
    for entry in log {
        assert_eq!(entry.access_key_id.as_deref(), Some(own.access_key_id()), "{entry}");
    }
}

#[test]
fn keys_and_session_tokens_are_checked_and_end() {
    let local = start();
    let (own, other) = (credentials(&local), credentials(&local));
    let wrong = Secret::from(own.session_token().unwrap().expose().replace('A', "B"));
    let unknown = Credentials::new("ASIAQQQQQQQQQQQQQQQQ", "x", "test").with_session_token("y");
    let cases = [
        ("unknown key", unknown, INVALID, "nobody has the access key id"),
        ("no token", rekeyed(&own, None, None), INVALID, "no session token"),
        ("wrong token", rekeyed(&own, None, Some(&wrong)), INVALID, "not that of ASIA"),
        ("another's token", rekeyed(&own, None, other.session_token()), INVALID, "not that of ASIA"),
        ("wrong secret", rekeyed(&own, Some("x"), own.session_token()), MISMATCH, "the signature is"),
    ];
    for (name, credentials, text, why) in &cases {
        for (answer, codes) in [
            (whoami(&local, credentials), ["InvalidClientTokenId", "SignatureDoesNotMatch"]),
            (secret(&local, credentials, "{}"), ["UnrecognizedClientException", "InvalidSignatureException"]),
        ] {
            let (code, message) = answer.refusal();
            assert_eq!(code, codes[usize::from(*text == MISMATCH)], "{name}");
            assert!(message.starts_with(text), "{name}: {message}");
            let said = answer.header("x-irsa-why");
            assert!(said.contains(why) && !said.contains('?'), "{name}: {said}");
            let json = answer.header("content-type") == "application/x-amz-json-1.1";
            assert_eq!(answer.status, if json { 400 } else { 403 }, "{name}");
            assert_eq!(answer.header("x-amzn-errortype"), if json { &code } else { "" }, "{name}");
        }
    }
    let unsigned = send(local.url(), "POST", &[], "Action=GetCallerIdentity&Version=2011-06-15").unwrap();
    assert_eq!(
        unsigned.refusal(),
        ("MissingAuthenticationToken".into(), "Request is missing Authentication Token".into())
    );
    assert_eq!(whoami(&local, &own).status, 200);

    // By STS's clock the credentials have ended; a signer of that time sees so.
    local.fault("clock +3601s").unwrap();
    let later = now().plus_millis(3_601_000);
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let answer = signed_with(&local, &own, (REGION, "sts"), &[], body, (later, |_| {}));
    assert_eq!((answer.status, answer.refusal()), (403, ("ExpiredToken".into(), EXPIRED.into())));
    let target = [("x-amz-target", "secretsmanager.GetSecretValue")];
    let answer = signed_with(&local, &own, (REGION, "secretsmanager"), &target, "{}", (later, |_| {}));
    assert_eq!((answer.status, answer.refusal()), (400, ("ExpiredTokenException".into(), EXPIRED.into())));
}

#[test]
fn a_signature_covers_what_was_sent_when_and_where() {
    let local = start();
    let own = credentials(&local);
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let call = |scope, at, change: &dyn Fn(&mut HttpRequest)| signed_with(&local, &own, scope, &[], body, (at, change));
    let here = (REGION, "sts");
    let nothing: &dyn Fn(&mut HttpRequest) = &|_| {};
    assert_eq!(call(here, now(), nothing).status, 200);

    let flipped = call(here, now(), &|request| {
        let (_, value) = request.headers.iter_mut().find(|(name, _)| &**name == "authorization").unwrap();
        let text = value.expose().to_owned();
        let last = if text.ends_with('0') { "1" } else { "0" };
        *value = format!("{}{last}", &text[..text.len() - 1]).into();
    });
    let (code, message) = flipped.refusal();
    assert_eq!((code.as_str(), flipped.status), ("SignatureDoesNotMatch", 403));
    let token = own.session_token().unwrap().expose();
    for part in [
        MISMATCH,
        "\n\nThe Canonical String for this request should have been\n'POST\n/\n\n",
        "\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n",
    ] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!message.contains(token), "the token must not go back into a client's log");
    let logged = local.log().pop().unwrap();
    assert!(!logged.to_string().contains(token) && !format!("{logged:?}").contains(own.secret_access_key().expose()));

    let other_body = call(here, now(), &|request| request.body = format!("{body}&more=1").into());
    assert_eq!(other_body.refusal().0, "SignatureDoesNotMatch");

    let texts = [
        (("us-east-1", "sts"), 0, "Credential should be scoped to a valid region, not 'us-east-1'."),
        ((REGION, "s3"), 0, "Credential should be scoped to correct service: 'sts'."),
        (here, -901, "Signature expired: "),
        (here, 905, "Signature not yet current: "),
    ];
    for (scope, seconds, text) in texts {
        let (code, message) = call(scope, now().plus_millis(seconds * 1000), nothing).refusal();
        assert_eq!(code, "SignatureDoesNotMatch");
        assert!(message.starts_with(text), "{message}");
        if seconds != 0 {
            assert!(message.ends_with(if seconds < 0 { " - 15 min.)" } else { " + 15 min.)" }), "{message}");
        }
    }
    let added = call(here, now(), &|request| request.headers.push(("X-Amz-Acl".into(), "x".into())));
    let text = "'x-amz-acl' must be a 'SignedHeader' in the AWS Authorization.";
    assert_eq!((added.status, added.refusal()), (403, ("SignatureDoesNotMatch".into(), text.into())));
    let other_headers = call(here, now(), &|request| {
        request.headers.iter_mut().filter(|(name, _)| &**name == "authorization").for_each(|(_, value)| {
            let changed = value.expose().replace("host;", "");
            *value = changed.into();
        });
    });
    let text = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
    assert_eq!(other_headers.refusal(), ("SignatureDoesNotMatch".into(), text.into()));

    let cut = call(here, now(), &|request| {
        for (name, value) in &mut request.headers {
            if &**name == "authorization" {
                *value = "AWS4-HMAC-SHA256 Credential=x".into();
            }
        }
    });
    assert_eq!((cut.status, cut.refusal().0.as_str()), (400, "IncompleteSignature"));
}

#[test]
fn secrets_are_read_under_the_roles_policy() {
    let mut config = config();
    config.secrets.push(StoredSecret { name: "app/key".into(), value: SecretValue::Binary(vec![0, 255].into()) });
    config = config.with_secret("payroll", "not yours");
    let local = Local::start(config).unwrap();
    let own = credentials(&local);
    let answer = secret(&local, &own, r#"{"SecretId": "app/db"}"#);
    assert_eq!(answer.header("content-type"), "application/x-amz-json-1.1");
    assert_eq!((answer.text("SecretString"), answer.text("Name")), (SECRET.into(), "app/db".into()));
    assert_eq!(answer.text("VersionStages"), "[\"AWSCURRENT\"]");
    let arn = answer.text("ARN");
    assert!(
        arn.starts_with("arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-") && arn.len() == 66,
        "{arn}"
    );
    for id in [arn.as_str(), &arn[..arn.len() - 7]] {
        assert_eq!(secret(&local, &own, &format!(r#"{{"SecretId": "{id}"}}"#)).text("SecretString"), SECRET, "{id}");
    }
    let version = answer.text("VersionId");
    let by_version = format!(r#"{{"SecretId": "app/db", "VersionId": "{version}", "VersionStage": "AWSCURRENT"}}"#);
    assert_eq!(secret(&local, &own, &by_version).text("SecretString"), SECRET);
    assert_eq!(secret(&local, &own, r#"{"SecretId": "app/key"}"#).text("SecretBinary"), "AP8=");

    let me = "arn:aws:sts::111122223333:assumed-role/app/pod-1";
    let because = "because no identity-based policy allows the secretsmanager:GetSecretValue action";
    let denied = secret(&local, &own, r#"{"SecretId": "payroll"}"#);
    let (code, message) = denied.refusal();
    assert_eq!(code, "AccessDeniedException");
    assert!(
        message.starts_with(&format!(
            "User: {me} is not authorized to perform: secretsmanager:GetSecretValue on resource: \
             arn:aws:secretsmanager:eu-west-1:111122223333:secret:payroll-"
        )) && message.ends_with(because),
        "{message}"
    );
    assert!(denied.header("x-irsa-why").starts_with("policy.json: statement 0 (Read): Resource"));
    // Whether a secret exists is nobody's business who may not read it.
    let unknown = secret(&local, &own, r#"{"SecretId": "nowhere"}"#).refusal().1;
    assert_eq!(
        unknown,
        format!(
            "User: {me} is not authorized to perform: secretsmanager:GetSecretValue on resource: nowhere {because}"
        )
    );

    for (body, code, text) in [
        (
            r#"{"SecretId": "app/nowhere"}"#,
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        ),
        (
            r#"{"SecretId": "app/db", "VersionStage": "AWSPREVIOUS"}"#,
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS",
        ),
        (
            r#"{"SecretId": "app/db", "VersionId": "x"}"#,
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret value for VersionId: x",
        ),
        (r#"{}"#, "InvalidParameterException", "You must provide a value for the SecretId parameter."),
        (r#"[]"#, "SerializationException", "The request body is not a JSON object"),
    ] {
        assert_eq!(secret(&local, &own, body).refusal(), (code.into(), text.into()), "{body}");
    }
    let other = [("x-amz-target", "secretsmanager.PutSecretValue")];
    let answer = signed_with(&local, &own, (REGION, "secretsmanager"), &other, "{}", (now(), |_| {}));
    assert_eq!(answer.refusal().0, "UnknownOperationException");
}

#[test]
fn a_deny_and_a_session_policy_limit() {
    let deny = policy(
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*"},
           {"Sid": "Never", "Effect": "Deny", "Action": "secretsmanager:*", "Resource": "*",
            "Condition": {"StringEquals": {"secretsmanager:VersionStage": "AWSPREVIOUS"}}}"#,
    );
    let mut config = config();
    config.roles = vec![app(&trust_for(SUBJECT), &[&deny])];
    let local = Local::start(config).unwrap();
    let denied = secret(&local, &credentials(&local), r#"{"SecretId": "app/db", "VersionStage": "AWSPREVIOUS"}"#);
    assert!(denied.refusal().1.ends_with("with an explicit deny in an identity-based policy"), "{}", denied.body);
    assert!(denied.header("x-irsa-why").contains("statement 1 (Never) denies"), "{}", denied.header("x-irsa-why"));

    let narrow = policy(r#"{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}"#);
    let limited = exchange_with(&local, &[("Policy", &narrow)]).unwrap().credentials();
    let denied = secret(&local, &limited, r#"{"SecretId": "app/db"}"#);
    assert!(denied.refusal().1.ends_with("because no session policy allows the secretsmanager:GetSecretValue action"));
    assert!(
        denied.header("x-irsa-why").starts_with("the session policy: statement 0"),
        "{}",
        denied.header("x-irsa-why")
    );
    let forbid = policy(r#"{"Effect": "Deny", "Action": "secretsmanager:*", "Resource": "*"}"#);
    let limited = exchange_with(&local, &[("Policy", &forbid)]).unwrap().credentials();
    let denied = secret(&local, &limited, r#"{"SecretId": "app/db"}"#);
    assert!(denied.refusal().1.ends_with("with an explicit deny in a session policy"), "{}", denied.body);
    let managed = ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess");
    let limited = exchange_with(&local, &[managed]).unwrap().credentials();
    let denied = secret(&local, &limited, r#"{"SecretId": "app/db"}"#);
    assert!(denied.refusal().1.ends_with("because no session policy allows the secretsmanager:GetSecretValue action"));
    assert_eq!(exchange_with(&local, &[("Policy", "{")]).unwrap().refusal().0, "MalformedPolicyDocument");
}

#[test]
fn a_role_assumes_another() {
    let trust = |principal: &str, condition: &str| {
        policy(&format!(
            r#"{{"Effect": "Allow", "Principal": {{"AWS": "{principal}"}}, "Action": "sts:AssumeRole"{condition}}}"#
        ))
    };
    let may = policy(r#"{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/to-*"}"#);
    let by_account = "arn:aws:iam::111122223333:role/to-account";
    let by_name = "arn:aws:iam::111122223333:role/by-name";
    let abroad = "arn:aws:iam::444455556666:role/abroad";
    let abroad_too = "arn:aws:iam::444455556666:role/to-abroad";
    let external = "arn:aws:iam::444455556666:role/to-external";
    let mut config = config();
    config.roles = vec![
        app(&trust_for(SUBJECT), &[&may]),
        role(by_account, &trust("arn:aws:iam::111122223333:root", ""), &[]),
        role(by_name, &trust(ROLE, ""), &[]),
        role(abroad, &trust(ROLE, ""), &[]),
        role(abroad_too, &trust(ROLE, ""), &[]),
        role(external, &trust(ROLE, r#", "Condition": {"StringEquals": {"sts:ExternalId": "42"}}"#), &[]),
        role(OTHER, &trust("arn:aws:iam::111122223333:role/somebody", ""), &[]),
    ];
    let local = Local::start(config).unwrap();
    let own = credentials(&local);
    let assume = |keys: &Credentials, arn: &str, more: &[(&str, &str)]| {
        let mut all = vec![("Action", "AssumeRole"), ("RoleArn", arn), ("RoleSessionName", "next")];
        all.extend(more);
        sts(&local, keys, &all)
    };
    let answer = assume(&own, by_account, &[]);
    assert_eq!(answer.text("Arn"), "arn:aws:sts::111122223333:assumed-role/to-account/next");
    let next = answer.credentials();
    assert_eq!(whoami(&local, &next).text("Arn"), "arn:aws:sts::111122223333:assumed-role/to-account/next");
    // Named itself, in its own account, it needs no permission besides; in another account it does.
    assert_eq!(assume(&own, by_name, &[]).status, 200);
    assert_eq!(assume(&own, abroad_too, &[]).status, 200);
    assert_eq!(assume(&own, external, &[("ExternalId", "42")]).status, 200);

    let me = "arn:aws:sts::111122223333:assumed-role/app/pod-1";
    for (arn, why) in [
        (abroad, "policy.json: statement 0: Resource"),
        (external, "trust.json: statement 0: StringEquals sts:ExternalId"),
        (OTHER, "trust.json: statement 0: Principal"),
        ("arn:aws:iam::111122223333:role/nobody", "there is no role"),
    ] {
        let answer = assume(&own, arn, &[]);
        let text = format!("User: {me} is not authorized to perform: sts:AssumeRole on resource: {arn}");
        assert_eq!((answer.status, answer.refusal()), (403, ("AccessDenied".into(), text)));
        assert!(answer.header("x-irsa-why").starts_with(why), "{arn}: {}", answer.header("x-irsa-why"));
    }
    let long = assume(&own, by_account, &[("DurationSeconds", "3601")]).refusal();
    let text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
    assert_eq!(long, ("ValidationError".into(), text.into()));
    let many = assume(&own, "x", &[("DurationSeconds", "1"), ("RoleSessionName", "a b")]).refusal().1;
    assert!(many.starts_with("3 validation errors detected: Value 'x' at 'roleArn'"), "{many}");
    assert_eq!(assume(&own, "arn:aws:iam::111122223333:user/x", &[]).refusal().1, "Request ARN is invalid");
    assert_eq!(exchange(&local, &Mint::default()).status, 200);
}

#[test]
fn a_service_that_is_not_here_is_called_so() {
    let local = start();
    let own = credentials(&local);
    let headers = [("x-amz-target", "DynamoDB_20120810.ListTables"), ("content-type", "application/x-amz-json-1.0")];
    let answer = signed_with(&local, &own, (REGION, "dynamodb"), &headers, "{}", (now(), |_| {}));
    assert!(answer.status >= 400, "{}", answer.body);
    assert_eq!(answer.header("x-irsa-why"), "irsa-local has no service 'dynamodb'");
    assert_eq!(local.log().pop().unwrap().why.unwrap().lines, ["irsa-local has no service 'dynamodb'"]);
}
