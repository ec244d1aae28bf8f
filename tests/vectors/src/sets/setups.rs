//! `setups`: whole IRSA set-ups, right and wrong. Verdict, code, message and cause of each; our mends and the set's own
//! are judged again.
//!
//! A cause agrees where the first finding's id, by [`TAGS`], is the case's `cause` or one of `also_cause`. A set-up that
//! is right must have no finding of severity error; warnings may be said. Places and mends that are no policies are
//! compared too, and how many agree is printed.

use crate::{Engine, Report, Set, json, keys::Keys, same};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, path::Path};

pub const SET: Set = Set { name: "setups", run, least: 162 };

/// The ids that are not called as the set calls the cause.
const TAGS: &[(&str, &str)] = &[("policy-refused", "policy-malformed")];

/// The second of the call.
const NOW: i64 = 1_789_140_000;

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let data = json(&folder.join("setups/cases.json"));
    let keys = Keys::new();
    let mut count = Count::default();
    for case in data["cases"].as_array().into_iter().flatten() {
        let name = case["name"].as_str().unwrap_or_default();
        let outcome = with_defaults(case, &data["defaults"]).and_then(|case| judged(engine, &keys, &case, &mut count));
        report.case(name, outcome);
    }
    count.print(&data["about"]["causes"]);
    report
}

/// How many agree, of how many.
#[derive(Default)]
struct Count {
    all: BTreeMap<&'static str, (usize, usize)>,
    causes: BTreeMap<String, (usize, usize)>,
    places: Vec<String>,
    uncured: Vec<String>,
}

impl Count {
    fn one(&mut self, what: &'static str, agrees: bool) {
        let (agree, of) = self.all.entry(what).or_default();
        *agree += usize::from(agrees);
        *of += 1;
    }

    fn print(&self, causes: &Value) {
        let all = self.all.iter().map(|(what, (agree, of))| format!("{what} {agree}/{of}"));
        println!("  agree: {}", all.collect::<Vec<_>>().join(", "));
        let known = causes.as_object().map_or(0, Map::len);
        println!("  causes met: {} of {known}", self.causes.len());
        if std::env::var_os("IRSA_VERBOSE").is_some() {
            self.places.iter().chain(&self.uncured).for_each(|line| println!("  {line}"));
        }
    }
}

fn judged(engine: &mut dyn Engine, keys: &Keys, case: &Value, count: &mut Count) -> Result<(), String> {
    let answer = engine.ok("findings.judge", &input(case, keys))?;
    let expect = &case["expect"];
    let (verdict, findings) = (&answer["verdict"], &answer["findings"]);
    let first = &findings[0];
    let mut wrong = Vec::new();
    let mut check = |count: &mut Count, what: &'static str, outcome: Result<(), String>| {
        count.one(what, outcome.is_ok());
        wrong.extend(outcome.err());
    };

    check(count, "verdict", same("ok", &expect["ok"], &verdict["ok"]));
    let accepted = expect["also_accept"].as_array().is_some_and(|also| also.contains(&verdict["code"]));
    let unknown = expect["code"].is_null() && expect["ok"] == false;
    if !accepted && !unknown {
        check(count, "code", same("code", &expect["code"], &verdict["code"]));
    }
    if let Some(message) = expect["message"].as_str().filter(|_| expect["code"] == verdict["code"]) {
        let message = filled(message, &times(&case["token"]["claims"]));
        check(count, "message", same("message", json!(message), verdict["message"].clone()));
    }

    let cause = expect["cause"].as_str().unwrap_or_default();
    let id = first["id"].as_str().unwrap_or_default();
    let tag = TAGS.iter().find(|(ours, _)| *ours == id).map_or(id, |(_, tag)| tag);
    let healthy = cause == "ok";
    let agrees = if healthy {
        findings.as_array().is_some_and(|all| all.iter().all(|finding| finding["severity"] != "error"))
    } else {
        tag == cause || expect["also_cause"].as_array().is_some_and(|also| also.contains(&json!(tag)))
    };
    let entry = count.causes.entry(cause.into()).or_default();
    *entry = (entry.0 + usize::from(agrees), entry.1 + 1);
    let got = || format!("cause:\n  expected {cause} or {}\n  got      {}", expect["also_cause"], answer["lines"]);
    check(count, if healthy { "healthy" } else { "cause" }, if agrees { Ok(()) } else { Err(got()) });
    if !healthy && agrees {
        count.one("cause itself", tag == cause);
        count.one("where", expect["where"] == first["place"]);
        if expect["where"] != first["place"] {
            count.places.push(format!("{}: where {} got {}", case["name"], expect["where"], first["place"]));
        }
    }

    // What the set mends, and what we mend, judged again.
    let mend = &expect["mend"];
    let curable = expect["next"].is_null();
    if mend["policy"].is_object() {
        let outcome = cures(engine, keys, case, &mend["policy"], false);
        check(count, "its policy mends", outcome.map_err(|why| format!("its mend: {why}")));
    } else if let Some(set) = mend["set"].as_object().filter(|_| curable) {
        let outcome = sets(engine, keys, case, set).map_err(|why| format!("its mend: {why}"));
        check(count, "its other mends", outcome);
    }
    let ours = &first["mend"];
    if ours["policy"].is_object() && expect["ok"] == false {
        let outcome = cures(engine, keys, case, &ours["policy"], true);
        check(count, "our policy mends", outcome.map_err(|why| format!("our mend {}: {why}", ours["policy"])));
    } else if let Some(set) = ours["set"].as_object().filter(|_| curable && expect["ok"] == false) {
        let outcome = sets(engine, keys, case, set);
        count.uncured.extend(outcome.as_ref().err().map(|why| format!("{}: {ours}: {why}", case["name"])));
        count.one("our other mends", outcome.is_ok());
    }
    count.one("a mend given", !ours.is_null() || healthy);
    let told = answer.to_string();
    if told.contains(SIGNATURE_MARK) {
        wrong.push("the answer holds the token".into());
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n  ")) }
}

/// The mended policy lets this token in and keeps others out; `strict`: nobody is let in who was not before.
fn cures(engine: &mut dyn Engine, keys: &Keys, case: &Value, policy: &Value, strict: bool) -> Result<(), String> {
    let with = |policy: &Value| {
        let mut case = case.clone();
        case["role"]["trust_policy"] = policy.clone();
        case
    };
    let mut ok = |case: &Value| -> Result<bool, String> {
        Ok(engine.ok("findings.judge", &input(case, keys))?["verdict"]["ok"] == true)
    };
    let mended = with(policy);
    if !ok(&mended)? {
        let answer = engine.ok("findings.judge", &input(&mended, keys))?;
        // What lies behind the policy is not for the policy to mend.
        let behind = strict && !case["expect"]["next"].is_null();
        if behind && answer["verdict"]["check"] != "trust-policy" {
            return Ok(());
        }
        return Err(format!("the token is not let in: {}", answer["lines"]));
    }
    let sub = case["token"]["claims"]["sub"].as_str().unwrap_or_default();
    let mut others: Vec<(&str, Value)> = Vec::new();
    let parts: Vec<&str> = sub.split(':').collect();
    if let ["system", "serviceaccount", namespace, name] = parts.as_slice() {
        let account = |namespace: &str, name: &str| json!(format!("system:serviceaccount:{namespace}:{name}"));
        others.push(("sub", account("elsewhere", name)));
        others.push(("sub", account("elsewhere", "someone")));
        others.push(("sub", account(&format!("{namespace}x"), name)));
        if strict {
            others.push(("sub", account(namespace, "someone")));
            others.push(("sub", account(namespace, "default")));
            others.push(("sub", account(namespace, &format!("{name}-2"))));
        }
    } else if strict {
        others.push(("sub", json!("someone")));
        others.push(("sub", json!(format!("{sub}-2"))));
    }
    others.push(("iss", json!("https://issuer.elsewhere.example")));
    for (claim, value) in others {
        let other = |mut case: Value| {
            case["token"]["claims"][claim] = value.clone();
            if claim == "iss" {
                let host = "issuer.elsewhere.example";
                let account =
                    case["role"]["arn"].as_str().unwrap_or_default().split(":role/").next().unwrap_or_default();
                let provider = json!({
                    "arn": format!("{account}:oidc-provider/{host}"),
                    "url": value,
                    "client_ids": case["provider"]["client_ids"],
                });
                case["other_providers"] = json!([provider]);
            }
            case
        };
        if ok(&other(mended.clone()))? && !(strict && ok(&other(case.clone()))?) {
            return Err(format!("{claim} {value} is let in"));
        }
    }
    Ok(())
}

fn sets(engine: &mut dyn Engine, keys: &Keys, case: &Value, set: &Map<String, Value>) -> Result<(), String> {
    let mut case = case.clone();
    for (pointer, value) in set {
        let (before, last) = pointer.rsplit_once('/').ok_or("no pointer")?;
        let last = last.replace("~1", "/").replace("~0", "~");
        let Some(parent) = case.pointer_mut(before) else { return Err(format!("no {before}")) };
        match (parent, value.is_null()) {
            (Value::Object(members), true) => drop(members.remove(&last)),
            (Value::Object(members), false) => drop(members.insert(last, value.clone())),
            _ => return Err(format!("no object {before}")),
        }
    }
    let answer = engine.ok("findings.judge", &input(&case, keys))?;
    if answer["verdict"]["ok"] == true { Ok(()) } else { Err(format!("{} {}", answer["verdict"], answer["lines"])) }
}

/// Members that a case lacks are taken whole.
fn with_defaults(case: &Value, defaults: &Value) -> Result<Value, String> {
    let mut case = case.clone();
    for (name, value) in defaults.as_object().into_iter().flatten() {
        let members = case.as_object_mut().ok_or("a case is an object")?;
        members.entry(name.clone()).or_insert_with(|| value.clone());
    }
    let arn = case["role"]["arn"].as_str().unwrap_or_default().to_owned();
    if case["pod"]["env"]["AWS_ROLE_ARN"] == "{{role_arn}}" {
        case["pod"]["env"]["AWS_ROLE_ARN"] = json!(arn);
    }
    Ok(case)
}

/// A case as the entry takes it.
fn input(case: &Value, keys: &Keys) -> Value {
    let claims = times(&case["token"]["claims"]);
    let header = &case["token"]["header"];
    let jwt = jwt(keys, header, &claims, case["token"]["signature"].as_str().unwrap_or("valid"));
    let text = match case["token"]["raw"].as_str() {
        Some(raw) => raw.replace("{{jwt}}", &jwt),
        None => jwt,
    };
    let issuer = claims["iss"].as_str().unwrap_or_default();
    let mut providers: Vec<Value> = case["other_providers"].as_array().cloned().unwrap_or_default();
    if case["provider"].is_object() {
        providers.insert(0, case["provider"].clone());
    }
    let mut request = case["request"].clone();
    if case["pod"].is_null() {
        request["role_arn"] = case["role"]["arn"].clone();
    }
    let mut connection = Map::new();
    if let Some(address) = case["request"]["source_ip"].as_str() {
        connection.insert("aws:SourceIp".into(), json!(address));
    }
    let mut input = json!({
        "now": NOW,
        "issuer": case["cluster"]["issuer"],
        "service_account": case["service_account"],
        "providers": providers,
        "role": case["role"],
        "token": { "text": text },
        "keys": documents(keys, issuer, header, case["jwks"].as_str().unwrap_or_default()),
        "pod": pod(&case["pod"]),
        "request": request,
        "connection": connection,
    });
    if let Some(account) = input["service_account"].as_object_mut() {
        account.entry("annotations").or_insert_with(|| json!({}));
    }
    input
}

fn pod(pod: &Value) -> Value {
    if pod.is_null() {
        return Value::Null;
    }
    let mut pod = pod.clone();
    for file in pod["files"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        let state = match file["content"].as_str() {
            Some(state @ ("empty" | "missing" | "directory")) => state.to_owned(),
            _ => "content".into(),
        };
        file["state"] = json!(state);
    }
    let failure = pod["network"]["sts"].as_str().filter(|state| !["ok", "reachable"].contains(state));
    pod["sts_failure"] = json!(failure);
    pod
}

fn documents(keys: &Keys, issuer: &str, header: &Value, state: &str) -> Value {
    let alg = header["alg"].as_str().filter(|alg| alg.starts_with("ES")).unwrap_or("RS256");
    let key = |kid: &str| {
        let mut key = keys.public(alg);
        key["kid"] = json!(kid);
        key["use"] = json!("sig");
        key
    };
    let set = match state {
        "unreachable" => return json!({ "failed": "timeout" }),
        "thumbprint-mismatch" => return json!({ "other_certificate": true }),
        "lacks-kid" => vec![key("another-key")],
        "several-keys" => vec![key("key-1"), key("key-2")],
        _ => vec![key(header["kid"].as_str().unwrap_or("key-1"))],
    };
    let discovery = json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    });
    json!({ "discovery": discovery.to_string(), "jwks": json!({ "keys": set }).to_string() })
}

fn jwt(keys: &Keys, header: &Value, claims: &Value, signature: &str) -> String {
    let alg = header["alg"].as_str().unwrap_or_default();
    let known = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"].contains(&alg);
    let (header, payload) = (header.to_string(), claims.to_string());
    let unsigned = format!("{}.{}", URL_SAFE_NO_PAD.encode(&header), URL_SAFE_NO_PAD.encode(&payload));
    let other = |text: &str| {
        let token = keys.token(if known { alg } else { "RS256" }, &header, text);
        format!("{unsigned}.{}", token.rsplit('.').next().unwrap_or_default())
    };
    match signature {
        "none" => format!("{unsigned}."),
        "tampered" | "foreign-key" => other("something else"),
        _ if known => keys.token(alg, &header, &payload),
        _ => other("of another kind"),
    }
}

/// `{"offset": …}` as seconds.
fn times(claims: &Value) -> Value {
    let mut claims = claims.clone();
    for value in claims.as_object_mut().into_iter().flat_map(Map::values_mut) {
        let Some(offset) = value.get("offset") else { continue };
        let time = match offset.as_i64() {
            Some(whole) => json!(NOW + whole),
            None => json!(NOW as f64 + offset.as_f64().unwrap_or_default()),
        };
        *value = if value["as"] == "string" { json!(time.to_string()) } else { time };
    }
    claims
}

fn filled(message: &str, claims: &Value) -> String {
    let mut message = message.to_owned();
    for (name, value) in [
        ("{{now-300}}", json!(NOW - 300)),
        ("{{now+300}}", json!(NOW + 300)),
        ("{{iat}}", claims["iat"].clone()),
        ("{{exp}}", claims["exp"].clone()),
        ("{{nbf}}", claims["nbf"].clone()),
    ] {
        message = message.replace(name, &value.to_string());
    }
    message
}

/// Header of every token of the set in base64url: no answer may have it.
const SIGNATURE_MARK: &str = "eyJhbGciOi";
