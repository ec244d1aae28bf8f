//! Secrets are wiped before their memory is freed, wherever core holds one.

use irsa_canary::{CANARY, Watcher, leaks_of};
use irsa_core::{
    Credentials, Secret, Timestamp,
    arn::RoleArn,
    call::Call,
    flow::{Flow, Step},
    keeper::{Keeper, Output, Settings},
    services::{
        rds::{self, Connect},
        s3::{self, Object, Operation, get_object, put_object},
        secrets_manager::{GetSecretValue, get_secret_value},
        ssm::{GetParametersByPath, get_parameters_by_path},
    },
    sigv4::{KeyCache, Payload, Request, Signing, sign_into},
    sts::{
        AssumeRole, SessionName,
        endpoint::{self, Endpoint},
        exchange,
        request::WebIdentity,
        response::Assumed,
    },
};
use irsa_script::{Host, START};

#[global_allocator]
static WATCHER: Watcher = Watcher;

const XML: &str = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
    <AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>IRSACANARY/secret&amp;key</SecretAccessKey>\
    <SessionToken>IRSACANARY/session+token</SessionToken><Expiration>2026-11-24T11:00:00Z</Expiration></Credentials>\
    </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
const TOKEN: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.\
    eyJpc3MiOiJodHRwczovL2kiLCJzdWIiOiJzIiwiYXVkIjoic3RzLmFtYXpvbmF3cy5jb20iLCJpYXQiOjE3OTU1MTQzMDAsImV4cCI6MTc5NTUxNzkwMH0.\
    IRSACANARYabcd\n";
const JSON: &str = r#"{"Credentials": {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "IRSACANARY\/secret",
    "SessionToken": "IRSACANARY/session", "Expiration": "2026-11-24T11:00:00Z"}}"#;

#[track_caller]
fn wiped(what: impl FnOnce()) {
    let leaks = leaks_of(what);
    assert!(leaks.is_empty(), "{} blocks were freed with a secret in them:\n{}", leaks.len(), leaks.join("\n"));
}

#[test]
fn the_watcher_sees_what_is_not_wiped() {
    assert_eq!(leaks_of(|| drop(String::from(CANARY))).len(), 1);
    let grown = leaks_of(|| {
        let mut text = String::from(CANARY);
        text.reserve(1_000);
        text.replace_range(.., "");
        text.push_str("overwritten");
    });
    assert_eq!(grown.len(), 1, "growing leaves a copy behind");
    assert_eq!(leaks_of(|| drop(Secret::from(CANARY))).len(), 0);
}

#[test]
fn an_exchange() {
    for (status, body) in [(200, XML), (200, JSON), (200, &XML[..XML.len() - 20]), (500, XML)] {
        wiped(|| {
            let answered = [("Content-Type", "text/plain")];
            let mut host = Host::new().file("/token", TOKEN).http(status, &answered, body);
            let result = host.run(flow(&host));
            assert_eq!(result.is_ok(), status == 200 && body.ends_with(['>', '}']), "{result:?}");
        });
    }
}

#[test]
fn a_role_for_other_credentials() {
    for body in [XML, JSON] {
        wiped(|| {
            let mut host = Host::new().http(200, &[], body);
            let credentials = credentials();
            let ask = AssumeRole::new(role(), SessionName::clean("s"));
            let call = call();
            let flow = Flow::new(host.deadline(60_000), |io| async move {
                exchange::assume_role(&io, &call, &ask, &credentials).await
            });
            host.run(flow).unwrap();
        });
    }
}

#[test]
fn a_secret_that_is_read() {
    // The binary one is the canary in base64.
    for (body, ok) in [
        (r#"{"SecretString":"{\"password\":\"IRSACANARY\n\"}"}"#, true),
        (r#"{"SecretBinary":"SVJTQUNBTkFSWQ=="}"#, true),
        (r#"{"SecretString":"IRSACANARY"#, false),
    ] {
        wiped(|| {
            let mut host = Host::new().http(200, &[], body);
            let credentials = credentials();
            let (ask, call) = (GetSecretValue::new("s"), call());
            let flow =
                Flow::new(
                    host.deadline(60_000),
                    |io| async move { get_secret_value(&io, &call, &ask, &credentials).await },
                );
            assert_eq!(host.run(flow).is_ok(), ok);
        });
    }
}

#[test]
fn parameters_that_are_read() {
    for (body, ok) in [
        (r#"{"Parameters":[{"Value":"IRSACANARY\n"},{"Value":"b"}],"NextToken":null}"#, true),
        (r#"{"Parameters":[{"Value":"IRSACANARY"},{"Name":"b"}]}"#, false),
        (r#"{"Parameters":[{"Value":"IRSACANARY"#, false),
    ] {
        wiped(|| {
            let mut host = Host::new().http(200, &[], body);
            let (credentials, ask, call) = (credentials(), GetParametersByPath::new("/a"), call());
            let flow = Flow::new(host.deadline(60_000), |io| async move {
                get_parameters_by_path(&io, &call, &ask, &credentials, 9).await
            });
            assert_eq!(host.run(flow).is_ok(), ok);
        });
    }
}

#[test]
fn objects_that_are_read_and_written() {
    let object =
        || Object::new("my-bucket", "k").with_header("x-amz-server-side-encryption-customer-key", "IRSACANARY/key");
    for (status, body) in [(200, "IRSACANARY"), (403, "<Error><Code>AccessDenied</Code></Error>"), (403, "")] {
        wiped(|| {
            let mut host = Host::new().http(status, &[("x-amz-meta-a", "IRSACANARY")], body);
            let (credentials, call, object) = (credentials(), call(), object());
            let flow = Flow::new(host.deadline(60_000), |io| async move {
                get_object(&io, &call, &object, 1000, &credentials).await
            });
            assert_eq!(host.run(flow).is_ok(), status == 200);
        });
    }
    wiped(|| {
        let mut host = Host::new().http(500, &[], "").http(200, &[], "");
        let (credentials, call, object) = (credentials(), call(), object());
        let flow = Flow::new(host.deadline(60_000), |io| async move {
            put_object(&io, &call, &object, &"IRSACANARY".to_owned().into(), &credentials).await
        });
        host.run(flow).unwrap();
    });
}

/// A token is a password, and holds the session token.
#[test]
fn tokens_and_urls_that_are_made() {
    wiped(|| {
        let connect = Connect::new("db.abc123.eu-west-1.rds.amazonaws.com:5432", "app").unwrap();
        rds::token(&connect, &credentials(), &mut KeyCache::new(), START).unwrap();
        let (call, object) = (call(), Object::new("my-bucket", "k"));
        s3::presign(&call, Operation::GetObject, &object, 60, &credentials(), &mut KeyCache::new(), START).unwrap();
    });
}

#[test]
fn an_exchange_that_is_dropped_on_the_way() {
    wiped(|| {
        let mut host = Host::new().file("/token", TOKEN);
        let mut flow = flow(&host);
        for _ in 0..2 {
            let Step::Ask(effect) = flow.next(host.now()) else { break };
            let (id, answer) = (effect.id, host.answer(effect));
            let _ = flow.answer(id, answer);
        }
    });
}

#[test]
fn a_keeper_with_credentials_exported_and_adopted() {
    wiped(|| {
        let host = Host::new();
        let mut keeper = Keeper::new(Settings::new(1));
        let _ = keeper.handle_request(host.now());
        let snapshot = loop {
            match keeper.poll(host.now()) {
                Output::Exchange { id, .. } => {
                    keeper.handle_exchanged(host.now(), id, Ok(credentials().into())).unwrap()
                }
                Output::Publish(snapshot) => break snapshot,
                _ => {}
            }
        };
        let exported = snapshot.export(host.now());
        let mut other = Keeper::new(Settings::new(2));
        assert!(other.handle_adopt(host.now(), exported.expose()).unwrap());
        assert_eq!(other.snapshot().unwrap().credentials(), snapshot.credentials());
    });
}

#[test]
fn a_signature_in_both_forms() {
    wiped(|| {
        let credentials = credentials();
        let request =
            Request { method: "GET", path: "/", query: "", headers: [("host", "h")], payload: Payload::Unsigned };
        let signing = Signing::new(&credentials, "eu-west-1", "s3");
        let mut out = [0; 4_096];
        let mut keys = KeyCache::new();
        for signing in [signing.presigned(60), Signing::new(&credentials, "eu-west-1", "s3")] {
            sign_into(&request, &signing, &mut keys, Timestamp::from_unix(0), &mut out).unwrap();
        }
    });
}

fn flow(host: &Host) -> Flow<Assumed> {
    let (call, ask) = (call(), WebIdentity::new("/token", role()));
    Flow::new(host.deadline(60_000), |io| async move { exchange::web_identity(&io, &call, &ask).await })
}

fn role() -> RoleArn {
    RoleArn::parse("arn:aws:iam::123456789012:role/r").unwrap()
}

fn call() -> Call {
    let settings = endpoint::Settings { region: Some("eu-west-1"), ..Default::default() };
    let endpoint = Endpoint::resolve(&settings, Some(&role())).unwrap();
    Call { endpoint, user_agent: "test".into(), seed: 1 }
}

fn credentials() -> Credentials {
    Credentials::new("ASIAEXAMPLE", "IRSACANARY/secret", "test")
        .with_session_token("IRSACANARY/session")
        .with_expiration(START.plus_millis(3_600_000))
}
