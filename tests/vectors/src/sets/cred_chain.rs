//! `cred-chain`: whole resolutions of the Rust and Kotlin SDKs: an environment, a file tree, recorded traffic, a result.
//!
//! Run by the chain itself; what it asks of STS is compared with the recording by method and address (bodies, user
//! agents and dates were not meant to be matched). The folder `profile-provider` is about the profile alone, so there the
//! profile is named by the program. Left out by what a case contains: sources that are not built yet, tokens that are no
//! JWT (the set's README), and the one order that irsa takes from Java instead.

use crate::{Engine, Report, Set, json, same};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, fs, path::Path};

pub const SET: Set = Set { name: "cred-chain", run, least: 16 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    for group in ["default-credential-provider-chain", "kotlin", "profile-provider"] {
        let mut cases: Vec<_> =
            fs::read_dir(folder.join("cred-chain").join(group)).into_iter().flatten().flatten().collect();
        cases.sort_by_key(fs::DirEntry::file_name);
        for case in cases {
            let name = format!("{group}/{}", case.file_name().display());
            let case = Case::read(&case.path(), group == "profile-provider");
            match case.not_ours() {
                Some(why) => report.leave_out(&name, why),
                None => report.case(&name, case.run(engine)),
            }
        }
    }
    let bearer = folder.join("cred-chain/default-token-provider-chain");
    let mut cases: Vec<_> = fs::read_dir(bearer).into_iter().flatten().flatten().map(|case| case.file_name()).collect();
    cases.sort();
    for case in cases {
        let name = format!("default-token-provider-chain/{}", case.display());
        report.leave_out(&name, "bearer tokens are no credentials of AWS's own");
    }
    report
}

struct Case {
    environment: Value,
    files: Map<String, Value>,
    exchanges: Vec<Exchange>,
    result: Value,
    profile_alone: bool,
}

/// One recorded request and its answer.
#[derive(Default)]
struct Exchange {
    method: String,
    url: String,
    status: u64,
    headers: Map<String, Value>,
    body: String,
}

impl Case {
    fn read(folder: &Path, profile_alone: bool) -> Self {
        let mut files = Map::new();
        tree(&folder.join("fs"), "", &mut files);
        let traffic = folder.join("http-traffic.json");
        let traffic = if traffic.exists() { json(&traffic) } else { json!([]) };
        let exchanges = match traffic.as_array() {
            Some(pairs) => pairs.iter().map(Exchange::from_pair).collect(),
            None => Exchange::from_events(&traffic["events"]),
        };
        Self {
            environment: json(&folder.join("env.json")),
            files,
            exchanges,
            result: json(&folder.join("test-case.json"))["result"].take(),
            profile_alone,
        }
    }

    fn set(&self, name: &str) -> bool {
        self.environment.get(name).is_some()
    }

    fn not_ours(&self) -> Option<&'static str> {
        let texts = || self.files.values().filter_map(Value::as_str);
        let configures = |keys: &[&str]| {
            let mut lines = texts().flat_map(str::lines).map(|line| line.replace(' ', "").to_ascii_lowercase());
            lines.any(|line| keys.iter().any(|key| line.starts_with(key)))
        };
        let variables = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
        if variables.into_iter().any(|name| self.set(name)) {
            return Some("the container source is not built yet");
        }
        if self.exchanges.iter().any(|e| e.url.contains("//169.254.")) || configures(&["credential_source=ec2"]) {
            return Some("the instance metadata source is not built yet");
        }
        if configures(&["sso_", "[sso-session"]) {
            return Some("the sso source is not built yet");
        }
        if configures(&["credential_process", "login_session"]) {
            return Some("the sources process and login are not built yet");
        }
        if self.set("AWS_PROFILE") && self.set("AWS_WEB_IDENTITY_TOKEN_FILE") {
            return Some("the profile before web identity: irsa has Java's order, web identity first");
        }
        let token = |(path, text): (&String, &Value)| {
            path.ends_with(".jwt") && text.as_str().is_some_and(|t| t.matches('.').count() != 2)
        };
        if self.files.iter().any(token) && !self.exchanges.is_empty() {
            return Some("its token is no JWT (the set's README), and irsa does not send such");
        }
        None
    }

    fn run(&self, engine: &mut dyn Engine) -> Result<(), String> {
        let answers: Vec<Value> = self
            .exchanges
            .iter()
            .map(|e| json!({ "status": e.status, "headers": e.headers, "body": e.body }))
            .collect();
        let expected = &self.result["Ok"];
        let now = expected["expiry"].as_i64().map(|end| end - 3600);
        let profile = self.environment["AWS_PROFILE"].as_str().unwrap_or("default");
        let options = if self.profile_alone { json!({ "profile": profile }) } else { json!({}) };
        let input = json!({
            "environment": self.environment,
            "files": self.files,
            "http": answers,
            "options": options,
            "now": now,
        });
        let got = engine.ok("chain.resolve", &input)?;
        let error = &got["result"]["error"];
        if let Some(wanted) = self.result["ErrorContains"].as_str() {
            return match CODES.iter().find(|(fragment, _)| wanted.contains(fragment)) {
                Some((_, code)) => same("code", &json!(code), &error["code"]),
                None if error.is_object() => Ok(()),
                None => Err(format!("expected the error “{wanted}”, got {}", got["result"])),
            };
        }
        if error.is_object() {
            return Err(format!("{error}\n{}", got["text"].as_str().unwrap_or_default()));
        }
        let credentials = &got["result"]["credentials"];
        for (theirs, ours) in [
            ("access_key_id", "access_key_id"),
            ("secret_access_key", "secret_access_key"),
            ("session_token", "session_token"),
            ("account_id", "account_id"),
            ("accountId", "account_id"),
            ("expiry", "expiration"),
        ] {
            if let Some(value) = expected.get(theirs) {
                same(theirs, value, &credentials[ours])?;
            }
        }
        let asked: Vec<(String, String)> = got["requests"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|request| (text(&request["method"]).into(), address(text(&request["url"]))))
            .collect();
        let recorded: Vec<_> = self.exchanges.iter().map(|e| (e.method.clone(), address(&e.url))).collect();
        same("requests", recorded, asked)
    }
}

/// The texts of the SDKs' errors, and our codes.
const CODES: &[(&str, &str)] =
    &[("No OpenIDConnect provider found", "sts-no-provider"), ("could not parse profile file", "profile-syntax")];

impl Exchange {
    fn from_pair(pair: &Value) -> Self {
        let (request, response) = (&pair["request"], &pair["response"]);
        Self {
            method: text(&request["method"]).into(),
            url: text(&request["uri"]).into(),
            status: response["status"].as_u64().unwrap_or_default(),
            headers: response["headers"].as_object().cloned().unwrap_or_default(),
            body: text(&response["body"]).into(),
        }
    }

    /// The parts of each connection, in the order of connections.
    fn from_events(events: &Value) -> Vec<Self> {
        let mut connections: BTreeMap<u64, Self> = BTreeMap::new();
        for event in events.as_array().into_iter().flatten() {
            let exchange = connections.entry(event["connection_id"].as_u64().unwrap_or_default()).or_default();
            let action = &event["action"];
            if let Some(request) = action["Request"].get("request") {
                exchange.method = text(&request["method"]).into();
                exchange.url = text(&request["uri"]).into();
            }
            if let Some(response) = action["Response"]["response"].get("Ok") {
                exchange.status = response["status"].as_u64().unwrap_or_default();
                for (name, values) in response["headers"].as_object().into_iter().flatten() {
                    exchange.headers.insert(name.clone(), values[0].clone());
                }
            }
            if action["Data"]["direction"] == "Response" {
                exchange.body += text(&action["Data"]["data"]["Utf8"]);
            }
        }
        connections.into_values().collect()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Without a port that goes without saying and a slash at the end.
fn address(url: &str) -> String {
    url.replace(":443", "").trim_end_matches('/').into()
}

fn tree(folder: &Path, at: &str, files: &mut Map<String, Value>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = format!("{at}/{}", entry.file_name().display());
        match fs::read_to_string(entry.path()) {
            Ok(content) => drop(files.insert(path, content.into())),
            Err(_) => tree(&entry.path(), &path, files),
        }
    }
}
