//! A database user's password as RDS takes it: `/_irsa/rds` judges the token for PAM.

mod support;

use irsa_core::{
    Credentials, Secret, Timestamp,
    sigv4::{self, KeyCache, Payload, Signing},
};
use irsa_local::{Config, Local};
use support::*;

const HOST_PORT: &str = "db.demo.eu-west-1.rds.amazonaws.com:5432";

/// The app's role may connect to any database as `app`, and as `reader` to one.
fn config() -> Config {
    let connect = policy(
        r#"{"Sid": "App", "Effect": "Allow", "Action": "rds-db:connect",
            "Resource": ["arn:aws:rds-db:eu-west-1:111122223333:dbuser:*/app",
                         "arn:aws:rds-db:eu-west-1:111122223333:dbuser:db-ONE/reader"]}"#,
    );
    let mut config = Config::new(vec![app(&trust_for(SUBJECT), &[&connect])]);
    config.region = Some(REGION.into());
    config
}

struct Token<'a> {
    keys: &'a Credentials,
    user: &'a str,
    expires: u32,
    scope: (&'a str, &'a str),
    at: Timestamp,
    query: &'a str,
}

impl<'a> Token<'a> {
    fn new(keys: &'a Credentials) -> Self {
        Self { keys, user: "app", expires: 900, scope: (REGION, "rds-db"), at: now(), query: "Action=connect" }
    }

    fn text(&self) -> String {
        let url = format!("https://{HOST_PORT}/?{}&DBUser={}", self.query, self.user);
        let signing = Signing::new(self.keys, self.scope.0, self.scope.1);
        let signed =
            sigv4::presign("GET", &url, Payload::Bytes(b""), self.expires, &signing, &mut KeyCache::new(), self.at);
        signed.unwrap().expose().strip_prefix("https://").unwrap().to_owned()
    }
}

fn check(local: &Local, user: &str, token: &str, options: &str) -> (u16, String) {
    let url = format!("{}/_irsa/rds{options}", local.url());
    let answer = send(&url, "POST", &[], &format!("{user}\n{token}")).unwrap();
    assert_eq!(answer.body.lines().count(), 1, "{}", answer.body);
    (answer.status, answer.body.trim_end().to_owned())
}

#[test]
fn a_token_logs_in_its_own_user() {
    let local = Local::start(config()).unwrap();
    let keys = credentials(&local);
    let token = Token::new(&keys).text();
    assert_eq!(check(&local, "app", &token, ""), (200, "ok".into()));
    assert_eq!(check(&local, "app", &format!("{token}\n"), ""), (200, "ok".into()));
    assert_eq!(check(&local, "app", &token, &format!("?host={HOST_PORT}")), (200, "ok".into()));
    let reader = Token { user: "reader", ..Token::new(&keys) }.text();
    assert_eq!(check(&local, "reader", &reader, "?resource-id=db-ONE").0, 200);

    let entry = local.log().pop().unwrap();
    assert_eq!((entry.operation.as_str(), entry.outcome.as_str()), ("rds-db:connect", "OK"));
    assert_eq!(entry.access_key_id.as_deref(), Some(keys.access_key_id()));

    let no = |user: &str, token: &str, options: &str, why: &str| {
        let (status, body) = check(&local, user, token, options);
        assert_eq!(status, 403, "{why}: {body}");
        assert!(body.contains(why), "{why}: {body}");
        assert!(!body.contains(keys.session_token().unwrap().expose()), "{why}");
    };
    no("postgres", &token, "", "DBUser is app, not postgres");
    no("reader", &reader, "", "policy.json: statement 0 (App): Resource");
    no("reader", &reader, "?resource-id=db-TWO", "dbuser:db-TWO/reader");
    no("app", &token, "?host=other:5432", "the database is other:5432");
    let flipped = if token.ends_with('0') { "1" } else { "0" };
    no("app", &format!("{}{flipped}", &token[..token.len() - 1]), "", "the signature is");
    no("app", &token.replacen(":5432/", ":5433/", 1), "", "the signature is");
    no("app", &token.replace("DBUser=app", "DBUser=app&DBUser=app"), "", "has not one DBUser");
    no("app", "hunter2", "", "the token is not HOST:PORT");
    no("app", "", "", "two lines");
    no("", &token, "", "two lines");
    no("app", &format!("{HOST_PORT}/?Action=connect&DBUser=app"), "", "");
    no("app", &format!("{HOST_PORT}/?Action=%"), "", "badly encoded");
    let entry = local.log().pop().unwrap();
    assert_eq!((entry.status, entry.outcome.as_str()), (403, "AccessDenied"));
    assert!(entry.why.unwrap().lines[0].contains("badly encoded"));
}

#[test]
fn its_maker_time_and_scope_count() {
    let local = Local::start(config()).unwrap();
    let keys = credentials(&local);
    let rekeyed = |secret: &str, token: Option<&str>| {
        let made = Credentials::new(keys.access_key_id(), Secret::from(secret), "test");
        token.map_or(made.clone(), |token| made.with_session_token(Secret::from(token)))
    };
    let (secret, session) = (keys.secret_access_key().expose(), keys.session_token().unwrap().expose());
    let (wrong, bare) = (rekeyed("IRSACANARY-x", Some(session)), rekeyed(secret, None));
    let (forged, nobody) =
        (rekeyed(secret, Some("IRSACANARY-t")), Credentials::new("ASIAQQQQQQQQQQQQQQQQ", "x", "test"));
    let base = || Token::new(&keys);
    for (token, why) in [
        (Token { keys: &wrong, ..base() }, "the signature is"),
        (Token { keys: &bare, ..base() }, "no session token"),
        (Token { keys: &forged, ..base() }, "not that of ASIA"),
        (Token { keys: &nobody, ..base() }, "nobody has the access key id"),
        (Token { expires: 901, ..base() }, "X-Amz-Expires is more than 900 seconds"),
        (Token { at: now().plus_millis(-901_000), ..base() }, ""),
        (Token { at: now().plus_millis(1_200_000), ..base() }, ""),
        (Token { scope: ("us-east-1", "rds-db"), ..base() }, "us-east-1"),
        (Token { scope: (REGION, "rds"), ..base() }, "rds-db"),
        (Token { query: "Action=CreateDBInstance", ..base() }, "Action is CreateDBInstance, not connect"),
        (Token { query: "Version=1", ..base() }, "has not one Action"),
    ] {
        let (status, body) = check(&local, "app", &token.text(), "");
        assert_eq!(status, 403, "{why}: {body}");
        assert!(body.contains(why), "{why}: {body}");
    }
    assert_eq!(check(&local, "app", &base().text(), "").0, 200);
    // By this clock its keys have ended.
    local.fault("clock +3601s").unwrap();
    let later = Token { at: now().plus_millis(3_601_000), ..base() };
    let (status, body) = check(&local, "app", &later.text(), "");
    assert!(status == 403 && body.contains("ended"), "{body}");

    // As every control path, for this machine alone.
    let url = format!("{}/_irsa/rds", local.url());
    let page = send(&url, "POST", &[("origin", "http://evil")], "app\nx").unwrap();
    assert_eq!((page.status, page.text("code").as_str()), (400, "local-usage"));
    assert_eq!(send(&url, "GET", &[], "").unwrap().status, 400);
}
