//! `rds`: the tokens of `fixed-signatures` as the recipe makes them, with the Region from the host name.

use super::sigv4::parameters;
use crate::{Engine, Report, Set, json, same};
use serde_json::{Value, json};
use std::path::Path;

pub const SET: Set = Set { name: "rds", run, least: 2 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let data = json(&folder.join("fixed-signatures/cases.json"));
    for case in data["cases"].as_array().into_iter().flatten().filter(|case| case["kind"] == "rds-token") {
        let name = case["name"].as_str().unwrap_or_default();
        for region in [None, case["region"].as_str()] {
            let name = format!("{name}{}", if region.is_some() { " (region given)" } else { "" });
            report.case(&name, token(engine, case, region));
        }
    }
    let endpoints = json(&folder.join("endpoints/tests/rds.json"));
    let count = endpoints["testCases"].as_array().map_or(0, Vec::len);
    report.leave_out(&format!("{count} endpoints"), "of the API that manages databases, which irsa does not call");
    report
}

fn token(engine: &mut dyn Engine, case: &Value, region: Option<&str>) -> Result<(), String> {
    let request = &case["request"];
    let user = request["query"].as_array().into_iter().flatten().find(|pair| pair[0] == "DBUser").map(|pair| &pair[1]);
    let time = engine.ok("time.parse", &json!({ "text": case["timestamp"] }))?;
    let given = json!({
        "address": request["host"], "user": user, "region": region, "credentials": case["credentials"],
        "now": time["seconds"],
    });
    let got = engine.ok("rds.token", &given)?;
    let split = |token: &Value| {
        let token = token.as_str().unwrap_or_default().to_owned();
        let (address, query) = token.split_once('?').unwrap_or_default();
        (address.to_owned(), parameters(query))
    };
    same("token", split(&case["expected"]["token"]), split(&got["token"]))?;
    same("region", (&case["region"], &case["region"]), (&got["region"], &got["found"]))
}
