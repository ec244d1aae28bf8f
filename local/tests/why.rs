//! The reason of a refusal is that of the very evaluation that refused: change one value, and decision and reason
//! change together, on the wire, in the log and in the explanation.

mod support;

use irsa_local::{Local, LogTo, Mint, Place};
use serde_json::Value;
use support::*;

/// A file of this test's own.
fn log_file(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}.log", std::process::id()))
}

#[test]
fn decision_and_reason_change_together() {
    let file = log_file("why");
    let outcome = |trust: &str| {
        let _ = std::fs::remove_file(&file);
        let mut config = config();
        config.roles = vec![app(trust, &[])];
        config.log = LogTo { place: Place::File(file.clone()), json: false, explain: true };
        let local = Local::start(config).unwrap();
        let answer = exchange(&local, &Mint::default());
        let lines: Vec<String> = std::fs::read_to_string(&file).unwrap().lines().map(str::to_owned).collect();
        (answer, local.log().pop().unwrap(), lines)
    };
    let right = trust_for(SUBJECT);
    // One value, one key, one operator, one effect; each by itself turns the decision.
    let key = format!("{HOST}:sub");
    let cases = [
        (
            right.replace(SUBJECT, "system:serviceaccount:prod:app"),
            vec![
                format!("StringEquals {key}"),
                "policy wants system:serviceaccount:prod:app".into(),
                format!("token says {SUBJECT}"),
            ],
        ),
        (
            right.replace("\"sts.amazonaws.com\"", "\"vault\""),
            vec![
                format!("StringEquals {HOST}:aud"),
                "policy wants vault".into(),
                "token says sts.amazonaws.com".into(),
            ],
        ),
        (right.replace(&key, &format!("{HOST}X:sub")), vec![format!("StringEquals {HOST}X:sub")]),
        (
            right.replace("StringEquals", "StringNotEquals"),
            vec![format!("StringNotEquals {key}"), format!("StringNotEquals {HOST}:aud")],
        ),
        (right.replace("AssumeRoleWithWebIdentity", "AssumeRole"), vec!["Action: policy says sts:AssumeRole,".into()]),
        (right.replace("\"Allow\"", "\"Deny\""), vec!["statement 0 (App) denies".into()]),
    ];
    for (trust, parts) in cases {
        let (answer, entry, lines) = outcome(&trust);
        assert_eq!((answer.status, entry.outcome.as_str()), (403, "AccessDenied"), "{trust}");
        let why = entry.why.clone().unwrap();
        let header = answer.header("x-irsa-why");
        for part in &parts {
            assert!(header.contains(part), "{part}: {header}");
        }
        assert!(header.starts_with("trust.json: statement 0 (App)"), "{header}");
        assert_eq!(header, why.lines.join(" | "), "log and header are one");
        let [line, explanation] = lines.as_slice() else { panic!("{lines:?}") };
        assert!(line.contains(header) && line.contains(answer.header("x-amzn-requestid")), "{line}");

        // The explanation's own comparisons decide, and the reason is theirs: nothing else is asked.
        let explained: Value = serde_json::from_str(explanation).unwrap();
        assert_eq!(explained["requestId"], answer.header("x-amzn-requestid"));
        assert_eq!(explained["evaluation"], why.detail);
        let statements = &why.detail["evaluations"][0]["statements"];
        let deny = statements[0]["effect"] == "Deny";
        assert_eq!(statements[0]["applies"], deny, "{statements}");
        let failed = ["elements", "conditions"].iter().flat_map(|kind| statements[0][kind].as_array().unwrap());
        let failed: Vec<&Value> = failed.filter(|test| test["matched"] == false).collect();
        assert_eq!(failed.len(), if deny { 0 } else { why.lines.len() }, "{header}");
        for (test, line) in failed.iter().zip(&why.lines) {
            let name = test["key"].as_str().or(test["element"].as_str()).unwrap();
            assert!(line.contains(name), "{name}: {line}");
        }
    }
    // And back to the right value: allowed, with nothing to explain.
    let (answer, entry, lines) = outcome(&right);
    assert_eq!((answer.status, entry.why, lines.len()), (200, None, 1));
    assert_eq!(answer.header("x-irsa-why"), "");
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn the_log_is_lines_of_json_where_wanted() {
    let file = log_file("json");
    let mut config = config();
    config.log = LogTo { place: Place::File(file.clone()), json: true, explain: false };
    let local = Local::start(config).unwrap();
    let token = std::fs::read_to_string(local.token_file()).unwrap();
    let own = exchange_with(&local, &[]).unwrap().credentials();
    secret(&local, &own, r#"{"SecretId": "app/db"}"#);
    secret(&local, &own, r#"{"SecretId": "x"}"#);
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seen: Vec<_> =
        lines.iter().map(|line| (line["operation"].as_str().unwrap(), line["status"].as_u64().unwrap())).collect();
    assert_eq!(seen, [("AssumeRoleWithWebIdentity", 200), ("GetSecretValue", 200), ("GetSecretValue", 400)]);
    assert_eq!(lines[0]["who"], format!("{SUBJECT}->{ROLE}"));
    assert!(lines[2]["why"][0].as_str().unwrap().contains("policy.json: statement 0 (Read)"));
    for canary in [SECRET, own.secret_access_key().expose(), own.session_token().unwrap().expose(), &token] {
        assert!(!text.contains(canary), "a secret is in the log");
    }
    std::fs::remove_file(&file).unwrap();
}
