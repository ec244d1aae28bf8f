//! `irsa doctor` against `irsa-local`: what is healthy is called so, and each fault by its name, with what mends it.
#![cfg(unix)]

mod pod;

use irsa_local::Mint;
use pod::{Outcome, Pod, irsa};
use serde_json::{Value, json};

const POLICY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/trust-policy.json");

fn report(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.out).unwrap_or_else(|e| panic!("{e}: {} {}", outcome.out, outcome.err))
}

fn outcome<'a>(report: &'a Value, check: &str) -> &'a str {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().rfind(|line| line["check"] == check).map_or("", |line| line["outcome"].as_str().unwrap())
}

fn found(report: &Value) -> Vec<&str> {
    report["findings"].as_array().unwrap().iter().map(|finding| finding["id"].as_str().unwrap()).collect()
}

#[test]
fn a_healthy_pod() {
    let pod = Pod::new(true);
    let report = pod.irsa(&["doctor", "--json", "--trust-policy", POLICY]).json();
    for check in ["variables", "token file", "token", "endpoint", "reach", "credentials", "identity"] {
        assert_eq!(outcome(&report, check), "ok", "{check}: {report}");
    }
    assert_eq!((&report["healthy"], &report["findings"], &report["unseen"]), (&json!(true), &json!([]), &json!([])));
    let text = pod.irsa(&["doctor"]).good();
    assert!(text.lines().all(|line| line.starts_with("ok ")) && text.lines().count() == 7, "{text}");
    // Judged alone, the same policy lets it in, and the provider is what nobody saw.
    let alone = pod.irsa(&["doctor", "--json", "--offline", "--trust-policy", POLICY]).json();
    assert_eq!((outcome(&alone, "reach"), &alone["healthy"]), ("", &json!(true)));
    assert_eq!(alone["unseen"].as_array().unwrap().len(), 1);
}

#[test]
fn a_denial_is_explained_by_the_policy_and_without_it_says_how_to_get_it() {
    let pod = Pod::new(false);
    let mint = Mint { subject: Some("system:serviceaccount:shop:other".into()), ..Mint::default() };
    let file = pod.token("other", &mint);
    let file = file.to_str().unwrap();
    let blind = pod.irsa(&["doctor", "--json", "--token-file", file]);
    assert_eq!(blind.code, Some(4));
    let told = report(&blind);
    assert_eq!((&told["error"]["code"], outcome(&told, "credentials")), (&json!("sts-access-denied"), "failed"));
    assert!(told["unseen"][0].as_str().unwrap().contains("aws iam get-role --role-name checkout"), "{told}");
    let seeing = pod.irsa(&["doctor", "--json", "--token-file", file, "--trust-policy", POLICY]);
    assert_eq!(seeing.code, Some(4));
    let told = report(&seeing);
    assert_eq!((found(&told), &told["unseen"]), (vec!["trust-sub-service-account"], &json!([])));
    assert!(seeing.err.contains("system:serviceaccount:shop:other"), "{}", seeing.err);
    // As the API has it: in the answer's JSON, percent-encoded.
    let encode = |b: u8| if b.is_ascii_alphanumeric() { char::from(b).into() } else { format!("%{b:02X}") };
    let encoded: String = std::fs::read(POLICY).unwrap().into_iter().map(encode).collect();
    let role = std::path::Path::new(file).with_file_name("role.json");
    std::fs::write(&role, json!({ "Role": { "AssumeRolePolicyDocument": encoded } }).to_string()).unwrap();
    let role = role.to_str().unwrap();
    let seeing = pod.irsa(&["doctor", "--json", "--offline", "--token-file", file, "--trust-policy", role]);
    assert_eq!(found(&report(&seeing)), ["trust-sub-service-account"]);
    let offline = pod.irsa(&["doctor", "--offline", "--token-file", file, "--trust-policy", POLICY]);
    assert!(offline.code == Some(3) && offline.err.contains("(doctor-found)"), "{}", offline.err);
}

#[test]
fn a_denial_that_the_policy_does_not_explain_does_not_send_back_to_it() {
    let pod = Pod::new(false);
    let policy: Value = serde_json::from_str(&std::fs::read_to_string(POLICY).unwrap()).unwrap();
    let (asked, other) = ("arn:aws:iam::111122223333:role/Checkout", "arn:aws:iam::111122223333:role/checkout");
    for (of, says) in [(asked, "lets this token in"), (other, "is of arn:aws:iam::111122223333:role/checkout")] {
        let answer = json!({ "Role": { "Arn": of, "AssumeRolePolicyDocument": policy } });
        let file = pod.local.state_folder().join("role.json");
        std::fs::write(&file, answer.to_string()).unwrap();
        let told = pod.irsa(&["doctor", "--role-arn", asked, "--trust-policy", file.to_str().unwrap()]);
        assert_eq!(told.code, Some(4));
        let fix = told.err.lines().find(|line| line.starts_with("irsa: fix:")).unwrap();
        assert!(fix.contains(says) && fix.contains("letter case") && !fix.contains("compare"), "{fix}");
    }
}

#[test]
fn faults_of_the_pod_itself() {
    let pod = Pod::new(false);
    let expired = pod.token("expired", &Mint { expired: true, ..Mint::default() });
    type Variables<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Variables<'_>, i32, &str, &str); 5] = [
        (&[("AWS_WEB_IDENTITY_TOKEN_FILE", expired.to_str().unwrap())], 4, "token-expired", "credentials"),
        (&[("AWS_WEB_IDENTITY_TOKEN_FILE", "/no/such/token")], 3, "env-token-file-absent", "token file"),
        (&[("AWS_WEB_IDENTITY_TOKEN_FILE", "/")], 3, "env-token-file-absent", "token file"),
        (
            &[("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9"), ("AWS_MAX_ATTEMPTS", "1")],
            5,
            "env-sts-unreachable",
            "reach",
        ),
        (&[("AWS_ROLE_ARN", "arn:aws:iam::::role/checkout")], 3, "role-arn-malformed", "credentials"),
    ];
    for (variables, exit, id, failed) in cases {
        let said = irsa(&["doctor", "--json", "--timeout", "5"], &pod.with(variables));
        let told = report(&said);
        assert_eq!((said.code, found(&told)[0]), (Some(exit), id), "{told}");
        assert_eq!((outcome(&told, failed), &told["healthy"]), ("failed", &json!(false)), "{told}");
        assert!(told["findings"][0]["fix"].as_str().is_some_and(|fix| !fix.is_empty()));
    }
    let bare = irsa(&["doctor", "--json"], &pod.with(&[("AWS_ROLE_ARN", ""), ("AWS_WEB_IDENTITY_TOKEN_FILE", "")]));
    let told = report(&bare);
    assert_eq!((outcome(&told, "variables"), &told["error"]["code"]), ("warning", &json!("no-credentials")));
}

#[test]
fn a_policy_that_is_none_is_refused_as_irsa_policy_does() {
    let pod = Pod::new(false);
    for command in [&["doctor", "--trust-policy"][..], &["policy", "check"]] {
        let told = |file| pod.irsa(&[command, &[file]].concat());
        told("/no/such/policy").refused(3, "input-unreadable");
        told("/etc/hostname").refused(3, "policy-json");
        // Standard input, which is empty here.
        told("-").refused(3, "policy-json");
    }
}

#[test]
fn a_file_that_is_too_large_is_not_called_missing_or_empty() {
    let pod = Pod::new(false);
    let path = pod.local.state_folder().join("huge");
    std::fs::write(&path, "a".repeat(300_000)).unwrap();
    let path = path.to_str().unwrap();
    let told = pod.irsa(&["doctor", "--offline", "--token-file", path]);
    assert_eq!(told.code, Some(3), "{} {}", told.out, told.err);
    assert!(told.out.contains("300000 bytes") && told.out.contains("failed   token "), "{}", told.out);
    assert!(!told.out.contains("no such file") && !told.out.contains("is not there"), "{}", told.out);
    let told = pod.irsa(&["policy", "check", POLICY, "--token-file", path]).refused(3, "token-file-too-large");
    assert!(told.contains("holds something else"), "{told}");
}
