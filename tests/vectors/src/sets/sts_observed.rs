//! `sts-observed`: what STS answered to tokens, word for word. Groups token, keys, trust and roles.
//!
//! Every row runs twice: under the names that it was recorded with, and with issuer, account, role, key ids, audiences
//! and subject renamed throughout; both must give the recorded answer. Not run: rows marked `propagation` (denied only
//! because a role was some seconds old) and the group provider (IAM's own API: the set `iam-writes`).

use crate::{Engine, Report, Set, json, keys::Keys, same};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, path::Path};

pub const SET: Set = Set { name: "sts-observed", run, least: 125 };

/// Rows of each group in the folder that came with the project.
const GROUPS: [(&str, usize); 4] = [("token", 68), ("keys", 13), ("trust", 21), ("roles", 23)];

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let data = json(&folder.join("sts-observed/cases.json"));
    let keys = Keys::new();
    let mut counts = BTreeMap::new();
    let (mut propagation, mut provider) = (0, 0);
    for row in data["cases"].as_array().into_iter().flatten() {
        let group = row["group"].as_str().unwrap_or_default();
        if row["propagation"] == true {
            propagation += 1;
        } else if group == "provider" {
            provider += 1;
        } else {
            *counts.entry(group).or_insert(0) += 1;
            let outcome = [&RECORDED, &RENAMED].into_iter().try_for_each(|names| {
                let row = Row { row, defaults: &data["defaults"], names, keys: &keys };
                row.run(engine).map_err(|why| format!("as {}: {why}", names.issuer))
            });
            report.case(row["name"].as_str().unwrap_or_default(), outcome);
        }
    }
    println!("  groups: {counts:?}");
    if std::env::var_os("IRSA_VECTORS").is_none() {
        let expected: BTreeMap<_, _> = GROUPS.into_iter().collect();
        report.failed.extend(same("rows of each group", expected, counts).err());
    }
    report.leave_out(&format!("{propagation} rows"), "IAM had not yet spread a new role (the set's README)");
    report.leave_out(
        &format!("{provider} rows of the group provider"),
        "they are about IAM's API: the set iam-writes runs them",
    );
    report
}

/// How the things of a row are called.
struct Names {
    issuer: &'static str,
    account: &'static str,
    role: &'static str,
    kid: fn(&str) -> String,
    /// Other texts, wherever they stand.
    texts: &'static [(&'static str, &'static str)],
}

const RECORDED: Names = Names {
    issuer: "https://issuer.example/probe",
    account: "111122223333",
    role: "oidc-probe",
    kid: str::to_owned,
    texts: &[],
};

const RENAMED: Names = Names {
    issuer: "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF",
    account: "998877665544",
    role: "path/to/Renamed",
    kid: |kid| if kid.is_empty() { String::new() } else { kid.chars().rev().chain("+0".chars()).collect() },
    texts: &[("subject-probe", "system:serviceaccount:apps:web"), ("client-a", "sts.amazonaws.com"), ("client-b", "b")],
};

/// The second of the call.
const NOW: i64 = 1_789_140_000;

struct Row<'a> {
    row: &'a Value,
    defaults: &'a Value,
    names: &'a Names,
    keys: &'a Keys,
}

impl Row<'_> {
    fn run(&self, engine: &mut dyn Engine) -> Result<(), String> {
        let claims = self.times(&self.fill(&self.row["claims"]));
        let payload = match self.row["raw_payload"].as_str() {
            Some(raw) => seconds(self.text(raw)),
            None => claims.to_string(),
        };
        let header = &self.row["header"];
        let token = self.keys.token(header["alg"].as_str().unwrap_or_default(), &self.header(header), &payload);
        let mut request = self.fill(&self.defaults["request"]);
        for (name, value) in self.row["request"].as_object().into_iter().flatten() {
            request[name] = self.fill(value);
        }
        request["WebIdentityToken"] = json!(token);
        let trust = self.row.get("trust_policy").filter(|policy| policy.is_object());
        let input = json!({
            "world": {
                "providers": [{
                    "arn": self.text("{{provider_arn}}"),
                    "url": self.names.issuer,
                    "client_ids": self.fill(&self.row["provider"]["client_ids"]),
                }],
                "roles": [{
                    "arn": self.text("{{role_arn}}"),
                    "trust_policy": self.fill(trust.unwrap_or(&self.defaults["trust_policy"])),
                    "max_session_duration": self.defaults["role"]["MaxSessionDuration"],
                }],
            },
            "request": request,
            "discovery": self.fill(&self.defaults["discovery"]).to_string(),
            "jwks": self.key_set().to_string(),
            "now": NOW,
        });
        let answer = engine.ok("federation.decide", &input)?;
        let signature = token.rsplit('.').next().unwrap_or_default();
        if answer.to_string().contains(signature) {
            return Err(format!("the answer holds the token: {answer}"));
        }
        self.compare(&answer, &claims, &request)
    }

    fn compare(&self, answer: &Value, claims: &Value, request: &Value) -> Result<(), String> {
        let expect = self.fill(&self.row["expect"]);
        if expect["ok"] != true {
            let mut message = expect["message"].as_str().unwrap_or_default().to_owned();
            for (name, value) in [
                ("{{now-300}}", json!(NOW - 300)),
                ("{{now+300}}", json!(NOW + 300)),
                ("{{iat}}", claims["iat"].clone()),
                ("{{exp}}", claims["exp"].clone()),
                ("{{nbf}}", claims["nbf"].clone()),
            ] {
                message = message.replace(name, &value.to_string());
            }
            let denied = &answer["denied"];
            same(
                "answer",
                (&expect["code"], message.as_str()),
                (&denied["code"], denied["message"].as_str().unwrap_or("")),
            )
            .map_err(|why| format!("{why}\n  {answer}"))?;
            let status = match expect["code"].as_str() {
                Some("AccessDenied" | "IDPRejectedClaim") => 403,
                Some("InternalFailure") => 500,
                _ => 400,
            };
            same("status", &json!(status), &denied["status"])?;
            let said = |name: &str| denied[name].as_str().is_some_and(|text| !text.is_empty());
            same("check, what and fix", [true; 3], ["check", "what", "fix"].map(said))?;
            // A refusal of the policy shows what the policy compared.
            let traced = denied["evaluations"].as_array().is_some_and(|list| !list.is_empty());
            return same("trace", denied["check"] == "trust-policy", traced);
        }
        let accepted = &answer["accepted"];
        let provider = self.text("{{provider_arn}}");
        let fields = [
            ("subject", expect["SubjectFromWebIdentityToken"].clone()),
            ("audience", expect["Audience"].clone()),
            ("provider", json!(provider)),
            ("duration_seconds", expect["lifetime_s"].clone()),
            ("source_identity", expect.get("SourceIdentity").cloned().unwrap_or_default()),
            ("session_name", request["RoleSessionName"].clone()),
        ];
        same("Provider", &json!("provider-arn"), &expect["Provider"])?;
        fields
            .into_iter()
            .try_for_each(|(name, value)| same(name, &value, &accepted[name]))
            .map_err(|why| format!("{why}\n  {answer}"))
    }

    /// The header's text, members that were absent left out.
    fn header(&self, header: &Value) -> String {
        let mut members = header.as_object().cloned().unwrap_or_default();
        members.retain(|_, value| !value.is_null());
        if let Some(kid) = members.get("kid").and_then(Value::as_str).map(self.names.kid) {
            members.insert("kid".into(), json!(kid));
        }
        Value::Object(members).to_string()
    }

    fn key_set(&self) -> Value {
        let base = |alg: &str| {
            let mut key = self.keys.public(alg);
            key["kid"] = json!(alg);
            key["alg"] = json!(alg);
            key["use"] = json!("sig");
            key
        };
        let mut keys = Vec::new();
        match self.row["jwks_keys"].as_array() {
            None => keys.extend(["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"].map(base)),
            Some(entries) => {
                for entry in entries {
                    let from = entry["i_from"].as_i64().unwrap_or(0);
                    for i in from..from + entry["repeat"].as_i64().unwrap_or(1) {
                        keys.push(self.key(base(entry["base"].as_str().unwrap_or_default()), entry, i));
                    }
                }
            }
        }
        for key in &mut keys {
            if let Some(kid) = key["kid"].as_str().map(self.names.kid) {
                key["kid"] = json!(kid);
            }
        }
        json!({ "keys": keys })
    }

    /// A key as a row changes it.
    fn key(&self, mut key: Value, entry: &Value, i: i64) -> Value {
        for (name, value) in entry["set"].as_object().into_iter().flatten() {
            key[name] = match (name.as_str(), value.as_str()) {
                ("n", Some("wrong")) => {
                    let right = key["n"].as_str().unwrap_or_default();
                    json!(format!("{}AAAA", &right[..right.len() - 4]))
                }
                ("x5c", _) => json!([self.keys.certificate("RS256")]),
                (_, Some(text)) => json!(text.replace("{{i}}", &i.to_string())),
                _ => value.clone(),
            };
        }
        for name in entry["unset"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            key.as_object_mut().expect("a key").remove(name);
        }
        key
    }

    /// `{"offset": …}` as seconds, a number or a text.
    fn times(&self, claims: &Value) -> Value {
        let mut claims = claims.clone();
        for value in claims.as_object_mut().into_iter().flat_map(Map::values_mut) {
            let Some(offset) = value.get("offset") else { continue };
            let time = match offset.as_i64() {
                Some(whole) => json!(NOW + whole),
                None => json!(NOW as f64 + offset.as_f64().expect("a number")),
            };
            *value = if value["as"] == "string" { json!(time.to_string()) } else { time };
        }
        claims
    }

    /// Every text within, with its placeholders filled and its names changed.
    fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => json!(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(members) => members.iter().map(|(k, v)| (self.text(k), self.fill(v))).collect(),
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        let Names { issuer, account, role, texts, .. } = self.names;
        let role = format!("arn:aws:iam::{account}:role/{role}");
        let host = issuer.trim_start_matches("https://");
        let mut text = text
            .replace("{{issuer}}", issuer)
            .replace("{{account}}", account)
            .replace("{{role_arn}}", &role)
            .replace("{{role_arn|upper}}", &role.to_uppercase())
            .replace("{{provider_arn}}", &format!("arn:aws:iam::{account}:oidc-provider/{host}"));
        for (from, to) in *texts {
            text = text.replace(from, to);
        }
        text
    }
}

/// `{{now-58}}` in a payload that is given as text.
fn seconds(mut text: String) -> String {
    while let Some((before, rest)) = text.split_once("{{now") {
        let (offset, behind) = rest.split_once("}}").expect("a placeholder ends");
        text = format!("{before}{}{behind}", NOW + offset.parse::<i64>().expect("an offset"));
    }
    text
}
