//! `sigv4-legacy`: the first public suite, as three projects keep it. Header form, the path encoded once and normalised.
//!
//! What the set's README disputes is taken as it says; each such case stands below with what is left out of it.

use super::sigv4::{Http, Stages, bytes, folders, name, sign, verify};
use crate::{Engine, Report, Set, json, same};
use serde_json::{Map, Value, json};
use std::path::Path;

pub const SET: Set = Set { name: "sigv4-legacy", run, least: 51 };

/// Another reading of a folded header: its lines joined by commas. The project that reads it so leaves it out itself.
const COMMA_READING: &str = "saibotsivad-variants/get-header-value-multiline";
/// `.sreq` carries a signature that is not in `.authz`.
const SIGNED_OTHERWISE: [&str; 2] =
    ["botocore/get-vanilla-with-session-token", "ruby-variants/post-vanilla-query-space"];
/// `.creq` does not hash to what `.sts` says: that is the hash of the request with its content-length unsigned, as `.sreq`
/// has it. All but `.creq` is compared.
const LENGTH_UNSIGNED: [&str; 2] =
    ["saibotsivad-index/post-x-www-form-urlencoded", "saibotsivad-variants/post-x-www-form-urlencoded"];
/// `.creq` does not hash to what `.sts` says: that is the hash of a request that is not given (its charset is `utf8`).
/// Only `.creq` is compared.
const OTHER_REQUEST: [&str; 2] = [
    "saibotsivad-index/post-x-www-form-urlencoded-parameters",
    "saibotsivad-variants/post-x-www-form-urlencoded-parameters",
];

struct Case {
    name: String,
    request: Http,
    canonical: String,
    to_sign: String,
    authorization: String,
    signed: Http,
}

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let folder = folder.join("sigv4-legacy");
    let mut cases = Vec::new();
    for part in ["botocore", "ruby-variants", "saibotsivad-variants"] {
        for path in folders(&folder.join(part)) {
            let file = |end: &str| bytes(&path.join(format!("{}.{end}", name(&path))));
            let text = |end: &str| String::from_utf8(file(end)).expect("UTF-8");
            cases.push(Case {
                name: format!("{part}/{}", name(&path)),
                request: Http::parse(&file("req")),
                canonical: text("creq"),
                to_sign: text("sts"),
                authorization: text("authz"),
                signed: Http::parse(&file("sreq")),
            });
        }
    }
    let index = json(&folder.join("saibotsivad-index.json"));
    for case in index["tests"]["all"].as_array().into_iter().flatten() {
        let text = |name: &str| case[name].as_str().expect("text").to_owned();
        cases.push(Case {
            name: format!("saibotsivad-index/{}", text("name")),
            request: Http::parse(text("req").as_bytes()),
            canonical: text("creq"),
            to_sign: text("sts"),
            authorization: text("authz"),
            signed: Http::parse(text("sreq").as_bytes()),
        });
    }
    let mut report = Report::default();
    for case in cases {
        if case.name == COMMA_READING {
            report.leave_out(&case.name, "reads a folded header as a list (README of the set)");
        } else {
            let outcome = one(engine, &case);
            report.case(&case.name, outcome);
        }
    }
    report
}

fn one(engine: &mut dyn Engine, case: &Case) -> Result<(), String> {
    let is = |names: &[&str]| names.contains(&&*case.name);
    let authorization = match case.signed.header("authorization") {
        Some(authorization) if is(&LENGTH_UNSIGNED) => authorization,
        _ => case.authorization.trim(),
    };
    let field = |name: &str| {
        let (_, rest) = authorization.split_once(name).expect("a field of the authorization");
        rest.split(',').next().unwrap_or_default().trim()
    };
    let signed_headers: Vec<&str> = field("SignedHeaders=").split(';').collect();
    let token = case.signed.header("x-amz-security-token");
    let mut rest = Map::new();
    rest.insert(
        "credentials".into(),
        json!({
            "access_key_id": "AKIDEXAMPLE",
            "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "session_token": token,
        }),
    );
    rest.insert("region".into(), "us-east-1".into());
    rest.insert("service".into(), "service".into());
    rest.insert("time".into(), "20150830T123600Z".into());
    rest.insert("path_encoding".into(), "once".into());
    rest.insert("normalise".into(), true.into());
    rest.insert("token_after".into(), Value::Bool(!signed_headers.contains(&"x-amz-security-token")));
    // Some leave content-length unsigned.
    rest.insert("headers_signed".into(), "only".into());
    rest.insert("headers_listed".into(), json!(signed_headers));

    if is(&OTHER_REQUEST) {
        let told = engine.ok("sigv4.explain", &case.request.case(&rest))?;
        return same("canonical request", Some(&*case.canonical), told["canonical_request"].as_str());
    }
    let want = Stages {
        canonical_request: (!is(&LENGTH_UNSIGNED)).then(|| case.canonical.clone()),
        string_to_sign: Some(case.to_sign.clone()),
        signature: Some(field("Signature=").to_owned()),
    };
    let signed = sign(engine, &case.request, &rest, &want)?;
    same("authorization", Some(authorization), signed.header("authorization"))?;
    if is(&LENGTH_UNSIGNED) {
        return verify(engine, &case.signed, &rest);
    }
    let theirs = if is(&SIGNED_OTHERWISE) {
        // The request with what `.authz` says.
        let mut headers = vec![json!(["Authorization", authorization])];
        headers.extend(token.map(|token| json!(["X-Amz-Security-Token", token])));
        case.request.clone().with(&Value::Array(headers))
    } else {
        case.signed.clone()
    };
    same("headers", theirs.header_set(), signed.header_set())?;
    verify(engine, &theirs, &rest)
}
