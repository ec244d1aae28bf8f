//! `article`: the samples that people start from. The answer with its … characters is read, the role ARN is told to be
//! a placeholder, the flat claims of Kubernetes are seen; of the trust policy it is said that its key is another issuer's than its
//! principal, that its account is none, and that every subject is let in.

use crate::{Engine, Report, Set, json, same};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use std::path::Path;

pub const SET: Set = Set { name: "article", run, least: 4 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let folder = folder.join("article");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();

    let body = text("sts-response.json");
    let sample = json(&folder.join("sts-response.json"));
    let got = engine.ok("sts.response", &json!({ "action": "AssumeRoleWithWebIdentity", "body": body }));
    let outcome = got.and_then(|got| {
        for member in ["AccessKeyId", "SecretAccessKey", "SessionToken"] {
            same(member, &sample["Credentials"][member], &got[member])?;
        }
        let end = engine.ok("time.parse", &json!({ "text": sample["Credentials"]["Expiration"] }))?;
        same("Expiration", end["seconds"].as_i64().map(|s| s * 1000), got["ExpirationMillis"].as_i64())?;
        for member in ["AssumedRoleId", "Arn"] {
            same(member, &sample["AssumedRoleUser"][member], &got[member])?;
        }
        same("account", &json!("123456789012"), &got["Account"])
    });
    report.case("sts-response.json", outcome);

    let manifest = text("service-account.yaml");
    let arn = manifest.lines().find_map(|line| line.trim().strip_prefix("eks.amazonaws.com/role-arn:"));
    let got = engine.call("arn.role", &json!({ "arn": arn.unwrap_or_default().trim() }));
    report.case("service-account.yaml", same("code", &json!("arn-placeholder"), &got["error"]["code"]));

    let claims = json(&folder.join("token-claims.json"));
    let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let token = format!("{}.{}.c2ln", part(r#"{"alg":"RS256","kid":"k"}"#), part(&text("token-claims.json")));
    let now = claims["iat"].as_i64().unwrap_or_default() + 60;
    let outcome = engine.ok("token.view", &json!({ "token": token, "now": now })).and_then(|got| {
        let seen = &got["claims"];
        for member in ["iss", "sub"] {
            same(member, &claims[member], &seen[member])?;
        }
        for member in ["exp", "iat"] {
            let time = engine.ok("time.format", &json!({ "seconds": claims[member] }))?;
            same(member, &time["extended"], &seen[member])?;
        }
        same("aud", &json!([claims["aud"]]), &seen["aud"])?;
        let kubernetes = &seen["kubernetes"];
        same("namespace", &claims["kubernetes.io/serviceaccount/namespace"], &kubernetes["namespace"])?;
        same("account", &claims["kubernetes.io/serviceaccount/name"], &kubernetes["service_account"]["name"])?;
        same("legacy", &json!(true), &kubernetes["legacy"])?;
        same("warnings", &json!([]), &got["warnings"])
    });
    report.case("token-claims.json", outcome);

    let policy = text("trust-policy.json");
    let outcome = engine.ok("policy.lint", &json!({ "policy": policy })).and_then(|linted| {
        let said: Vec<&str> =
            linted["warnings"].as_array().into_iter().flatten().filter_map(|warning| warning["id"].as_str()).collect();
        for id in ["other-issuer-key", "provider-spelling", "no-subject"] {
            same(id, true, said.contains(&id))?;
        }
        // For a token of the issuer that its principal names.
        let mut claims = claims.clone();
        let issuer = policy.split("oidc-provider/").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        claims["iss"] = json!(format!("https://{issuer}"));
        let role = json!({
            "arn": "arn:aws:iam::111122223333:role/sample",
            "trust_policy": json(&folder.join("trust-policy.json")),
        });
        let setup = json!({ "now": now, "token": { "header": {}, "claims": claims }, "role": role, "pod": null });
        let judged = engine.ok("findings.judge", &setup)?;
        same("code", &json!("AccessDenied"), &judged["verdict"]["code"])?;
        let ids: Vec<&str> =
            judged["findings"].as_array().into_iter().flatten().filter_map(|found| found["id"].as_str()).collect();
        same("findings", vec!["principal-spelling", "trust-key-spelling"], ids)?;
        same("mend", true, judged["findings"][0]["mend"]["policy"].is_object())
    });
    report.case("trust-policy.json", outcome);
    report
}
