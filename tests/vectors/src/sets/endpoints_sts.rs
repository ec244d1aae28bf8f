//! `endpoints`: where STS is (`tests/sts.json`, from botocore's functional tests), and the partitions that it rests on.

use crate::{Engine, Report, Set, json, same};
use serde_json::{Value, json};
use std::path::Path;

pub const SET: Set = Set { name: "endpoints-sts", run, least: 80 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    let tests = json(&folder.join("endpoints/tests/sts.json"));
    for case in tests["testCases"].as_array().into_iter().flatten() {
        let name = case["documentation"].as_str().unwrap_or_default();
        let params = case.get("params").cloned().unwrap_or(json!({}));
        let got = engine.call("sts.endpoint", &json!({ "params": params }));
        let expect = &case["expect"];
        let outcome = match expect["error"].as_str() {
            Some(error) => same("error", &json!(error), &got["error"]["message"]),
            None => {
                // Without a scheme of its own the Region is what it is signed for.
                let scheme = &expect["endpoint"]["properties"]["authSchemes"][0]["signingRegion"];
                let region = if scheme.is_null() { &params["Region"] } else { scheme };
                same("url", &expect["endpoint"]["url"], &got["ok"]["url"]).and_then(|()| {
                    if region.is_null() { Ok(()) } else { same("signing region", region, &got["ok"]["signing_region"]) }
                })
            }
        };
        report.case(name, outcome);
    }
    let table = folder.join("endpoints/partitions.json");
    if table.is_file() {
        partitions(engine, &json(&table), &mut report);
    } else {
        report.leave_out("partitions.json", "not in this folder");
    }
    report
}

/// A case for each Region, and one for each partition.
fn partitions(engine: &mut dyn Engine, file: &Value, report: &mut Report) {
    for partition in file["partitions"].as_array().into_iter().flatten() {
        let (id, outputs) = (&partition["id"], &partition["outputs"]);
        let expected = |known: Value| {
            json!({
                "id": id,
                "dns_suffix": outputs["dnsSuffix"],
                "dual_stack_suffix": outputs["dualStackDnsSuffix"],
                "global_region": outputs["implicitGlobalRegion"],
                "known": known,
            })
        };
        let got = engine.ok("partition.find", &json!({ "id": id }));
        let supported = same(
            "FIPS and dual-stack",
            (&json!(true), &json!(true)),
            (&outputs["supportsFIPS"], &outputs["supportsDualStack"]),
        );
        report.case(&format!("partition {id}"), same("partition", Ok(expected(json!(null))), got).and(supported));
        for region in partition["regions"].as_object().into_iter().flatten().map(|(region, _)| region) {
            let got = engine.ok("partition.find", &json!({ "region": region }));
            report.case(region, same("partition", Ok(expected(json!(true))), got));
        }
    }
}
