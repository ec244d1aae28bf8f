//! The command in a pod: against `irsa-local`, whose STS and Secrets Manager verify what they get.
#![cfg(unix)]

use irsa_local::Mint;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
    process::Command,
};

mod pod;

use pod::{DEMO, Outcome, Pod, irsa};

const SECRET: &str = "correct horse battery staple";

#[test]
fn credentials_of_every_form_are_accepted_by_the_services() {
    let pod = Pod::new(false);
    let process = pod.irsa(&["credential-process"]).json();
    assert_eq!((&process["Version"], &process["AccountId"]), (&Value::from(1), &Value::from("111122223333")));
    assert!(process["AccessKeyId"].as_str().unwrap().starts_with("ASIA") && process["SessionToken"].is_string());
    assert!(irsa_core::Timestamp::parse(process["Expiration"].as_str().unwrap()).is_some());

    let who = pod.irsa(&["whoami", "--json"]).json();
    assert_eq!(who["account"], "111122223333");
    assert!(who["arn"].as_str().unwrap().starts_with("arn:aws:sts::111122223333:assumed-role/checkout/checkout-"));
    assert!(pod.irsa(&["whoami"]).good().starts_with("account  111122223333\narn      arn:aws:sts::"));

    // What exec leaves in the environment is enough, and web identity is gone.
    let inner = env!("CARGO_BIN_EXE_irsa");
    let run = pod.irsa(&["exec", "--", inner, "explain", "--json"]);
    assert!(run.err.starts_with("irsa: note: the credentials end in ") && run.err.contains("never gets newer ones"));
    let explained = run.json();
    assert_eq!(explained["credentials"]["source"], "environment");
    assert_eq!(pod.irsa(&["exec", "-q", "--", inner, "whoami", "--json"]).json()["account"], "111122223333");
    assert_eq!(pod.irsa(&["exec", "-q", "--", inner, "get", "secret", "shop/db"]).good(), SECRET);

    let mut keys: BTreeMap<String, String> = serde_json::from_value(pod.irsa(&["env", "--json"]).json()).unwrap();
    keys.insert("AWS_ENDPOINT_URL".into(), pod.local.url().into());
    assert_eq!(irsa(&["whoami", "--json"], &keys).json()["account"], "111122223333");
    let shell = format!("eval \"$({inner} env)\"; {inner} whoami --json");
    let sh = Command::new("sh").args(["-c", &shell]).env_clear().envs(&pod.env).output().unwrap();
    assert!(sh.status.success(), "{}", String::from_utf8_lossy(&sh.stderr));

    let agents: Vec<_> = pod.local.log().into_iter().map(|entry| entry.user_agent).collect();
    assert!(!agents.is_empty() && agents.iter().all(|agent| agent.starts_with("irsa/")), "{agents:?}");
}

/// STS's clock is not this machine's: what is signed goes by STS's, and that is said.
#[test]
fn a_clock_that_is_off_is_said_when_something_is_signed() {
    let pod = Pod::new(false);
    let url = "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15";
    let presign = |said: &str| {
        let signed = pod.irsa(&["presign", "--service", "sts", url]);
        assert_eq!(signed.err.contains("irsa: note: this machine's clock is "), !said.is_empty(), "{}", signed.err);
        assert!(signed.err.contains(said), "{}", signed.err);
        signed.good()
    };
    presign("");
    pod.local.fault("clock +1200s").unwrap();
    let ahead = presign("behind that of STS; the signature is dated by STS's");
    pod.local.fault("clock -200s").unwrap();
    let near = presign("");
    let date = |url: &str| url.split("X-Amz-Date=").nth(1).unwrap()[..16].to_owned();
    assert!(date(&ahead) > date(&near), "{ahead} {near}");
}

#[test]
fn secrets() {
    let pod = Pod::new(false);
    assert_eq!(pod.irsa(&["get", "secret", "shop/db"]).good(), SECRET);
    let all = pod.irsa(&["get", "secret", "shop/db", "--json"]).json();
    assert_eq!((&all["name"], &all["text"], &all["binary"]), (&"shop/db".into(), &SECRET.into(), &Value::Null));
    let arn = all["arn"].as_str().unwrap();
    assert_eq!(pod.irsa(&["get", "secret", arn, "--version-stage", "AWSCURRENT"]).good(), SECRET);
    assert!(pod.irsa(&["get", "secret", "shop/none"]).refused(4, "secret-not-found").contains("shop/none"));
    pod.irsa(&["get", "secret", ""]).refused(2, "service-parameter");
}

#[test]
fn parameters() {
    let pod = Pod::new(false);
    assert_eq!(pod.irsa(&["get", "parameter", "/shop/currency"]).good(), "EUR");
    let all = pod.irsa(&["get", "parameter", "/shop/currency:1", "--json"]).json();
    assert_eq!(
        (&all["name"], &all["value"], &all["type"]),
        (&"/shop/currency".into(), &"EUR".into(), &"String".into())
    );
    assert_eq!((&all["version"], &all["selector"]), (&Value::from(1), &":1".into()));
    let arn = all["arn"].as_str().unwrap();
    assert_eq!(pod.irsa(&["get", "parameter", arn, "--region", "us-east-1"]).good(), "EUR", "an ARN's Region counts");
    let missing = pod.irsa(&["get", "parameter", "/shop/none"]).refused(4, "parameter-not-found");
    assert!(missing.contains("/shop/none"), "{missing}");
    let denied = pod.irsa(&["get", "parameter", "/other/a"]).refused(4, "parameter-denied");
    assert!(
        denied.contains("ssm:GetParameter in the role's policy on arn:aws:ssm:eu-west-1:ACCOUNT:parameter/other/a")
    );
    pod.irsa(&["get", "parameter", "/a", "--version-id", "1"]).refused(2, "usage");
}

/// What RDS would ask of the token, irsa-local does; its policy knows no database, so that it says no after all else fits.
#[test]
fn database_tokens() {
    let pod = Pod::new(false);
    let address = "db.abc123.eu-west-1.rds.amazonaws.com:5432";
    let token = |args: &[&str]| pod.irsa(&[&["rds-token"], args].concat());
    let judge = |token: &str, user: &str| {
        let body = format!("{user}\n{}", token.trim());
        let path = format!("/_irsa/rds?host={address}");
        let authority = pod.local.url().split("://").nth(1).unwrap().to_owned();
        let mut stream = TcpStream::connect(&authority).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let made = token(&[address, "app"]).good();
    assert!(made.starts_with(&format!("{address}/?Action=connect&DBUser=app&X-Amz-Algorithm=")), "{made}");
    let answer = judge(&made, "app");
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("rds-db:connect"), "{answer}");
    let answer = judge(&made.trim().replace("DBUser=app", "DBUser=root"), "root");
    assert!(
        answer.starts_with("HTTP/1.1 403") && !answer.contains("rds-db:connect"),
        "a signature that is wrong: {answer}"
    );
    let all = token(&[address, "app", "--json"]).json();
    assert_eq!(all["region"], "eu-west-1");
    assert!(irsa_core::Timestamp::parse(all["until"].as_str().unwrap()).is_some());
    // The flag before the host's name, that before what is configured.
    let region = |args: &[&str]| token(&[args, &["--json"]].concat()).json()["region"].clone();
    assert_eq!(region(&[address, "app", "--region", "us-east-2"]), "us-east-2");
    assert_eq!(region(&["db.abc123.us-west-2.rds.amazonaws.com:5432", "app"]), "us-west-2");
    assert_eq!(region(&["db.example.com:5432", "app"]), "eu-west-1");
}

#[test]
fn requests_are_signed_sent_and_judged() {
    let pod = Pod::new(false);
    let url = format!("{}/?Action=GetCallerIdentity&Version=2011-06-15", pod.local.url());
    let sent = pod.irsa(&["sign", "--send", "--service", "sts", &url]);
    assert!(sent.err.ends_with(" answered 200\n"), "{}", sent.err);
    assert!(sent.good().contains("<Account>111122223333</Account>"));
    let posted = ["sign", "--send", "--json", "--service", "sts", "-d", "Action=GetCallerIdentity&Version=2011-06-15"];
    let answer = pod.irsa(&[&posted[..], &[pod.local.url()]].concat()).json();
    assert_eq!(answer["status"], 200);
    assert!(answer["body"].as_str().unwrap().contains("<Account>111122223333</Account>"));

    // Another service's signature is refused, and what the server says is data.
    let refused = pod.irsa(&["sign", "--send", "--service", "s3", &url]);
    assert!(refused.out.contains("<Error>"), "{}", refused.out);
    Outcome { out: String::new(), ..refused }.refused(4, "send-refused");

    let presigned = pod.irsa(&["presign", "--service", "sts", "--expires", "60", &url]).good();
    let presigned = presigned.trim_end();
    assert_eq!(fetch(presigned), 200);
    let last = if presigned.ends_with('0') { "1" } else { "0" };
    assert_eq!(fetch(&format!("{}{last}", &presigned[..presigned.len() - 1])), 403);
    let dies = pod.irsa(&["presign", "--service", "sts", "--expires", "7200", &url]);
    assert!(dies.err.starts_with("irsa: warning: the URL dies with the credentials at "), "{}", dies.err);
}

/// The status of a GET, made by hand.
fn fetch(url: &str) -> u16 {
    let (authority, target) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(stream, "GET /{target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn tokens_that_sts_refuses() {
    let pod = Pod::new(false);
    let mint = Mint::default;
    let rows = [
        ("audience", Mint { audience: vec!["vault".into()], ..mint() }, "sts-access-denied"),
        ("subject", Mint { subject: Some("system:serviceaccount:shop:other".into()), ..mint() }, "sts-access-denied"),
        ("expired", Mint { expired: true, ..mint() }, "sts-expired-token"),
        ("tampered", Mint { tampered: true, ..mint() }, "sts-invalid-token"),
        ("foreign", Mint { foreign_key: true, ..mint() }, "sts-invalid-token"),
    ];
    for (name, mint, code) in rows {
        let file = pod.token(name, &mint);
        let file = file.to_str().unwrap();
        let said = pod.irsa(&["credential-process", "--token-file", file]).refused(4, code);
        let token = pod.local.mint(&mint).unwrap();
        assert!(!said.contains(token.expose().rsplit('.').next().unwrap()), "the signature is never said");

        let json = pod.irsa(&["explain", "--json", "--token-file", file]);
        let explained: Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(explained["credentials"], Value::Null);
        let error: Value = serde_json::from_str(&json.err).unwrap();
        let fields: Vec<_> = error["error"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(fields, ["at", "code", "fix", "kind", "message", "request_id", "retry"]);
        assert!(error["error"]["request_id"].is_string() && error["error"]["kind"] == "refused", "{error}");
    }
    pod.irsa(&[
        "exec",
        "--token-file",
        pod.token("e", &Mint { expired: true, ..mint() }).to_str().unwrap(),
        "--",
        "true",
    ])
    .refused(125, "sts-expired-token");
    let wrong = pod.with(&[("AWS_ROLE_ARN", "arn:aws:iam::::role/checkout")]);
    assert!(irsa(&["whoami"], &wrong).refused(3, "arn-colons").contains("AWS_ROLE_ARN"));
}

#[test]
fn an_sts_that_stumbles_is_asked_again_and_one_that_breaks_is_named() {
    let pod = Pod::new(false);
    for stumble in ["throttle 1", "verification-key-blip 1", "html\ncut"] {
        pod.local.fault(stumble).unwrap();
        let outcome = pod.irsa(&["credential-process"]);
        assert_eq!(outcome.code, Some(0), "{stumble}: {}", outcome.err);
    }
    for (fault, exit, code) in [("redirect", 5, "answer-redirect"), ("huge", 5, "answer-too-large")] {
        pod.local.fault(fault).unwrap();
        pod.irsa(&["credential-process"]).refused(exit, code);
    }
    pod.local.fault("down 60s").unwrap();
    pod.irsa(&["credential-process", "--timeout", "2"]).refused(5, "net-closed");
}

#[test]
fn a_region_that_nobody_said_is_told_once() {
    let pod = Pod::new(false);
    let mut env = pod.env.clone();
    env.retain(|name, _| !["AWS_REGION", "AWS_DEFAULT_REGION"].contains(&name.as_str()));
    for args in [&["whoami"][..], &["sign", "https://sts.amazonaws.com/"], &["get", "secret", "shop/db"], &["env"]] {
        let said = irsa(args, &env).err;
        assert_eq!(said.matches("irsa: note: no Region is set; us-east-1 was taken").count(), 1, "{args:?}: {said}");
    }
}

#[test]
fn what_a_flag_says_is_called_by_the_flag() {
    let said =
        irsa(&["whoami", "--role-arn", "'arn:aws:iam::111122223333:role/a'", "--token-file", "/t"], &BTreeMap::new());
    let said = said.refused(3, "arn-placeholder");
    assert!(said.contains("irsa: fix: in --role-arn: take away the quotes"), "{said}");
    let said = irsa(&["whoami", "--token-file", "/t"], &BTreeMap::new()).refused(3, "web-identity-incomplete");
    assert!(said.contains("--token-file is set, but AWS_ROLE_ARN is not"), "{said}");
}

#[test]
fn over_tls_the_bundle_decides() {
    let pod = Pod::new(true);
    assert_eq!(pod.irsa(&["whoami", "--json"]).json()["account"], "111122223333");
    assert_eq!(pod.irsa(&["get", "secret", "shop/db"]).good(), SECRET);
    let mut env = pod.env.clone();
    let bundle = env.remove("AWS_CA_BUNDLE").unwrap();
    env.insert("SSL_CERT_FILE".into(), bundle);
    assert_eq!(irsa(&["whoami", "--json"], &env).json()["account"], "111122223333");
    env.remove("SSL_CERT_FILE");
    let said = irsa(&["whoami"], &env).refused(5, "net-tls");
    assert!(said.contains("does not lead to "), "{said}");
    let said = irsa(&["whoami"], &pod.with(&[("AWS_CA_BUNDLE", DEMO)])).refused(3, "net-invalid");
    assert!(said.contains(&format!("AWS_CA_BUNDLE={DEMO}: no certificate in it")), "{said}");
}

#[test]
fn a_token_that_belongs_to_somebody_else() {
    let pod = Pod::new(false);
    let token = pod.token("private", &Mint::default());
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).unwrap();
    // Only root can become somebody else, and only where they may come this far.
    let nobody = 65_534;
    let may = |path: &Path| {
        Command::new("test").arg("-x").arg(path).uid(nobody).gid(nobody).status().is_ok_and(|status| status.success())
    };
    let irsa = Path::new(env!("CARGO_BIN_EXE_irsa"));
    std::fs::set_permissions(token.parent().unwrap(), std::fs::Permissions::from_mode(0o755)).unwrap();
    if !may(irsa) || !may(token.parent().unwrap()) {
        return;
    }
    let env = pod.with(&[("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap())]);
    let output = Command::new(irsa).arg("whoami").env_clear().envs(&env).uid(nobody).gid(nobody).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let said = Outcome { code: output.status.code(), out: String::new(), err }.refused(3, "token-file-denied");
    assert!(said.contains("(owner 0, mode 0600)") && said.contains("fsGroup"), "{said}");
}
