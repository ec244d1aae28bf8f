//! What IAM stores.
//!
//! `iam-writes`: `sts-observed`, group provider: what IAM answered when trust policies and OIDC providers were written.
//!
//! Every row runs under the account that stands for the recorded one, and under another account, partition and host:
//! the rule must not hang on the names.
//!
//! `iam-stored`: the trust policies of `setups` and of `article`. Those that the set knows IAM to refuse are refused, at
//! the place that the set names; all others, wrong as they may be, are stored. The article's is warned of three times.

use crate::{Engine, Report, Set, json, same};
use serde_json::{Value, json};
use std::path::Path;

pub const SET: Set = Set { name: "iam-writes", run, least: 235 };
pub const STORED: Set = Set { name: "iam-stored", run: stored, least: 163 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let data = json(&folder.join("sts-observed/cases.json"));
    let rows = data["cases"].as_array().into_iter().flatten();
    let rows = rows.filter(|row| row["group"] == "provider");
    let (writes, api): (Vec<&Value>, Vec<&Value>) = rows.partition(|row| row["kind"] == "trust-write");
    for row in writes {
        let outcome = NAMES.iter().try_for_each(|names| trust_write(engine, &names.fill(row)));
        report.case(row["name"].as_str().unwrap_or_default(), outcome);
    }
    for row in &api {
        let outcome = NAMES.iter().try_for_each(|names| {
            let rows: Vec<Value> = api.iter().map(|row| names.fill(row)).collect();
            provider_api(engine, names, &rows, &names.fill(row))
        });
        report.case(row["name"].as_str().unwrap_or_default(), outcome);
    }
    report
}

fn trust_write(engine: &mut dyn Engine, row: &Value) -> Result<(), String> {
    let answer = engine.ok("policy.lint", &json!({ "policy": row["trust_policy"] }))?;
    places(&row["trust_policy"], &answer)?;
    let refusal = &answer["refusal"];
    let expect = &row["expect"];
    same("code", &expect["code"], &refusal["code"])?;
    same("message", &expect["message"], &refusal["message"])?;
    // A recorded text must not be told as one that nobody saw.
    same("observed", expect["code"].is_string(), refusal["observed"] == true)
}

fn provider_api(engine: &mut dyn Engine, names: &Names, rows: &[Value], row: &Value) -> Result<(), String> {
    let mut steps = before(rows, row);
    let asked = steps.len();
    steps.push(json!({ "operation": row["operation"], "input": row["input"] }));
    let expect = &row["expect"];
    let arn = match &expect["OpenIDConnectProviderArn"] {
        Value::Null => &row["input"]["OpenIDConnectProviderArn"],
        arn => arn,
    };
    steps.push(json!({ "operation": "GetOpenIDConnectProvider", "input": { "OpenIDConnectProviderArn": arn } }));
    let input = json!({ "partition": names.partition, "account": names.account, "steps": steps });
    let answer = engine.ok("provider.run", &input)?;
    let (got, then) = (&answer["steps"][asked], &answer["steps"][asked + 1]);
    if expect["ok"] == true {
        same("ok", true, got.get("ok").is_some()).map_err(|why| format!("{why} {got}"))?;
        if let Some(arn) = expect.get("OpenIDConnectProviderArn") {
            same("ARN", arn, &got["ok"]["OpenIDConnectProviderArn"])?;
        }
    } else {
        same("code", &expect["code"], &got["refused"]["code"])?;
        same("message", &expect["message"], &got["refused"]["message"])?;
        same("observed", &json!(true), &got["refused"]["observed"])?;
    }
    let mut after = expect["after_get"].as_object().into_iter().flatten();
    after.try_for_each(|(name, value)| same(name, value, &then["ok"][name]))
}

/// What must have run. A case that is on the other side of the split is made up from what the row says of its provider.
fn before(rows: &[Value], row: &Value) -> Vec<Value> {
    let Some(name) = row["before"].as_str() else { return Vec::new() };
    if let Some(first) = rows.iter().find(|other| other["name"] == name) {
        let mut steps = before(rows, first);
        steps.push(json!({ "operation": first["operation"], "input": first["input"] }));
        return steps;
    }
    let arn = row["input"]["OpenIDConnectProviderArn"].as_str().unwrap_or_default();
    let Some((_, url)) = arn.split_once(":oidc-provider/") else { return Vec::new() };
    let input = json!({ "Url": format!("https://{url}"), "ClientIDList": row["expect"]["after_get"]["ClientIDList"] });
    vec![json!({ "operation": "CreateOpenIDConnectProvider", "input": input })]
}

fn stored(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let data = json(&folder.join("setups/cases.json"));
    for case in data["cases"].as_array().into_iter().flatten() {
        let name = case["name"].as_str().unwrap_or_default();
        if case["role"].is_null() {
            report.leave_out(name, "there is no role");
        } else {
            report.case(name, setup(engine, case));
        }
    }
    // Another folder may hold set-ups alone.
    let article = folder.join("article/trust-policy.json");
    if !article.exists() {
        report.leave_out("article/trust-policy.json", "it is not in this folder");
        return report;
    }
    let policy = json(&article);
    let outcome = engine.ok("policy.lint", &json!({ "policy": policy })).and_then(|answer| {
        same("refusal", &Value::Null, &answer["refusal"])?;
        let ids: Vec<_> =
            answer["warnings"].as_array().into_iter().flatten().filter_map(|warning| warning["id"].as_str()).collect();
        same("warnings", vec!["provider-spelling", "other-issuer-key", "no-subject"], ids)
    });
    report.case("article/trust-policy.json", outcome);
    report
}

fn setup(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    const REFUSED: &str = "MalformedPolicyDocument";
    let (role, expect) = (&case["role"], &case["expect"]);
    let arn = role["arn"].as_str().unwrap_or_default();
    let fields: Vec<&str> = arn.split(':').collect();
    let input = json!({ "policy": role["trust_policy"], "partition": fields.get(1), "account": fields.get(4) });
    let mut answer = engine.ok("policy.lint", &input)?;
    places(&role["trust_policy"], &answer)?;
    let refusal = answer["refusal"].take();
    let either = expect["also_accept"].as_array().is_some_and(|codes| codes.contains(&json!(REFUSED)));
    if expect["code"] == REFUSED {
        same("code", &json!(REFUSED), &refusal["code"])?;
        let at = format!("/role/trust_policy{}", refusal["at"].as_str().unwrap_or_default());
        return same("where", &expect["where"], &json!(at));
    }
    if either {
        return Ok(());
    }
    same("stored", role["stored"] != false, refusal.is_null()).map_err(|why| format!("{why} {refusal}"))
}

/// Everything that is said is said of a place that the document has.
fn places(policy: &Value, answer: &Value) -> Result<(), String> {
    let said = answer["warnings"]
        .as_array()
        .into_iter()
        .flatten()
        .chain(answer["refusal"].as_object().map(|_| &answer["refusal"]));
    for one in said {
        let at = one["at"].as_str().unwrap_or("none");
        same("a place", true, policy.pointer(at).is_some()).map_err(|why| format!("{why} {one}"))?;
    }
    Ok(())
}

/// How the things of a row are called.
struct Names {
    account: &'static str,
    partition: &'static str,
    host: &'static str,
}

const NAMES: [Names; 2] = [
    Names { account: "111122223333", partition: "aws", host: "issuer.example" },
    Names { account: "998877665544", partition: "aws-us-gov", host: "a-b.c.example.org" },
];

impl Names {
    /// Every text within, with its placeholders filled.
    fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => json!(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(members) => members.iter().map(|(name, value)| (self.text(name), self.fill(value))).collect(),
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        text.replace("{{account}}", self.account)
            .replace("{{host}}", self.host)
            .replace("{{host|upper}}", &self.host.to_uppercase())
            .replace("arn:aws:", &format!("arn:{}:", self.partition))
    }
}
