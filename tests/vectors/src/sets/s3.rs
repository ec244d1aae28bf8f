//! `s3`: where buckets are (`endpoints/tests/s3.json`, `endpoint-engine`), presigned URLs (`fixed-signatures`), requests
//! and answers of S3's own examples (`service-examples`, by the model in `sts-model`), paths and refusals of the protocol
//! it speaks (`protocol`).

use super::{refusals, sigv4::parameters};
use crate::{Engine, Report, Set, json, same};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, path::Path};

pub const SET: Set = Set { name: "s3", run, least: 85 };

fn run(engine: &mut dyn Engine, folder: &Path) -> Report {
    let mut report = Report::default();
    endpoints(engine, &mut report, &json(&folder.join("endpoints/tests/s3.json")));
    hostable(engine, &mut report, &json(&folder.join("endpoint-engine/test-cases/is-virtual-hostable-s3-bucket.json")));
    presigned(engine, &mut report, &json(&folder.join("fixed-signatures/cases.json")));
    let model = json(&folder.join("sts-model/s3.subset.json"));
    examples(engine, &mut report, &json(&folder.join("service-examples/s3.json")), &model);
    paths(engine, &mut report, &json(&folder.join("protocol/input/rest-xml.json")));
    refusals::run(engine, &mut report, folder, "rest-xml.json", "s3.read", &json!({}), "S3 answered GetObject");
    report
}

fn endpoints(engine: &mut dyn Engine, report: &mut Report, tests: &Value) {
    let mut left_out = BTreeMap::<_, usize>::new();
    for case in tests["testCases"].as_array().into_iter().flatten() {
        let name = case["documentation"].as_str().unwrap_or_default();
        let params = case.get("params").cloned().unwrap_or(json!({}));
        match not_ours(&params) {
            Some(why) => *left_out.entry(why).or_default() += 1,
            None => report.case(name, endpoint(engine, &params, &case["expect"])),
        }
    }
    left_out.iter().for_each(|(why, count)| report.leave_out(&format!("{count} endpoints"), why));
}

/// Why a case asks for what irsa does not do.
fn not_ours(params: &Value) -> Option<&'static str> {
    let bucket = params["Bucket"].as_str().unwrap_or_default();
    let on = |name: &str| params[name] == true;
    let in_name = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    Some(match bucket {
        _ if bucket.starts_with("arn:") => "access points by ARN are refused",
        _ if ["--x-s3", "--xa-s3"].iter().any(|end| bucket.ends_with(end)) || on("UseS3ExpressControlEndpoint") => {
            "directory buckets are refused"
        }
        _ if bucket.ends_with("--op-s3") => "Outposts are refused",
        _ if on("Accelerate") => "there is no setting for transfer acceleration",
        _ if on("UseGlobalEndpoint") => "there is no setting for the global endpoint; aws-global is",
        _ if on("UseObjectLambdaEndpoint") => "WriteGetObjectResponse is not called",
        _ if params.get("Bucket").is_some()
            && params.get("Endpoint").is_none()
            && (bucket.len() < 3 || !bucket.bytes().all(in_name)) =>
        {
            "no bucket at AWS has such a name: it is refused"
        }
        _ => return None,
    })
}

fn endpoint(engine: &mut dyn Engine, params: &Value, expect: &Value) -> Result<(), String> {
    // The SDKs put the bucket before the host of a custom endpoint, which irsa does where it is told so.
    let style = match (&params["ForcePathStyle"], params.get("Endpoint")) {
        (Value::Bool(true), _) => "path",
        (_, Some(_)) => "virtual",
        _ => "auto",
    };
    let given = json!({
        "params": params, "style": style, "input": { "Bucket": params["Bucket"], "Key": "key" },
        "payload": { "bytes": "" }, "now": 1_795_514_400,
    });
    let place = engine.call("s3.endpoint", &given);
    if let Some(error) = expect["error"].as_str() {
        let codes: &[&str] = match error {
            // Both are wrong in some cases; either may be said.
            _ if error.contains("FIPS") || error.contains("dual-stack") => {
                &["endpoint-fips-custom", "endpoint-dualstack-custom", "setting-invalid"]
            }
            _ if error.contains("region must be set") => &["region-missing"],
            _ if error.contains("Invalid region") => &["region-invalid"],
            _ if error.contains("not a valid URI") => &["endpoint-url"],
            _ => return Err(format!("an error that was not expected to be expected: {error}")),
        };
        let code = place["error"]["code"].as_str().unwrap_or("no error");
        return if codes.contains(&code) { Ok(()) } else { Err(format!("expected {error}, got {place}")) };
    }
    let url = expect["endpoint"]["url"].as_str().unwrap_or_default();
    let scheme = &expect["endpoint"]["properties"]["authSchemes"][0];
    same("scheme", "sigv4", scheme["name"].as_str().unwrap_or_default())?;
    same("signing region", &scheme["signingRegion"], &place["ok"]["signing_region"])?;
    if params.get("Bucket").is_none() {
        return same("url", &json!(url), &place["ok"]["url"]);
    }
    let got = engine.ok("s3.request", &given)?;
    same("url", &json!(format!("{url}/key")), &got["url"])?;
    let authorization = header(&got, "authorization").unwrap_or_default();
    let scope = format!("/{}/s3/aws4_request", scheme["signingRegion"].as_str().unwrap_or_default());
    if authorization.contains(&scope) { Ok(()) } else { Err(format!("not {scope}: {authorization}")) }
}

fn hostable(engine: &mut dyn Engine, report: &mut Report, tests: &Value) {
    for case in tests["testCases"].as_array().into_iter().flatten() {
        let bucket = &case["params"]["BucketName"];
        // A custom endpoint, so that a name is not refused but goes into the path.
        let given = json!({
            "params": { "Region": "us-east-1", "Endpoint": "https://s3.amazonaws.com" }, "style": "virtual",
            "input": { "Bucket": bucket, "Key": "key" },
        });
        let path = format!("https://s3.amazonaws.com/{}", bucket.as_str().unwrap_or_default());
        let url = case["expect"]["endpoint"]["url"].as_str().unwrap_or(&path);
        let outcome = engine.ok("s3.request", &given);
        let outcome = outcome.and_then(|got| same("url", &json!(format!("{url}/key")), &got["url"]));
        report.case(&format!("hostable: {}", bucket.as_str().unwrap_or_default()), outcome);
    }
}

fn presigned(engine: &mut dyn Engine, report: &mut Report, data: &Value) {
    let cases = data["cases"].as_array().into_iter().flatten();
    for case in cases.filter(|case| case["kind"] == "presign" || case["name"] == "s3-header-awsdocs-list-objects") {
        let name = case["name"].as_str().unwrap_or_default();
        match case["service"].as_str() {
            Some("s3") if case["kind"] == "presign" => report.case(name, presign(engine, case)),
            Some("s3") => {
                report.leave_out(name, "of the first version of ListObjects; its signature is in fixed-signatures")
            }
            _ => report.leave_out(name, "of another service; its signature is in fixed-signatures"),
        }
    }
}

fn presign(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let (request, expected) = (&case["request"], &case["expected"]);
    let host = request["host"].as_str().unwrap_or_default();
    let (bucket, base) = host.split_once('.').ok_or("a host without a bucket")?;
    // The endpoint that the settings give, or else a custom one, as access points have.
    let region = case["region"].as_str().unwrap_or_default();
    let params = match base {
        "s3.amazonaws.com" => json!({ "Region": "aws-global" }),
        _ if base == format!("s3.{region}.amazonaws.com") => json!({ "Region": region }),
        _ => json!({ "Region": region, "Endpoint": format!("https://{base}") }),
    };
    let operation = match request["method"].as_str() {
        Some("PUT") => "PutObject",
        Some("HEAD") => "HeadObject",
        _ => "GetObject",
    };
    let time = engine.ok("time.parse", &json!({ "text": case["timestamp"] }))?;
    let key = request["path"].as_str().unwrap_or_default().trim_start_matches('/');
    let given = json!({
        "params": params, "style": "virtual", "operation": operation, "credentials": case["credentials"],
        "expires": case["expires"], "now": time["seconds"],
        "input": { "Bucket": bucket, "Key": key, "query": request["query"], "headers": request["headers"] },
    });
    let got = engine.ok("s3.presign", &given)?;
    same("method", &request["method"], &got["method"])?;
    let (address, query) = got["url"].as_str().unwrap_or_default().split_once('?').ok_or("a URL without a query")?;
    same("address", &*format!("https://{host}{}", request["path"].as_str().unwrap_or_default()), address)?;
    let query = parameters(query);
    for (name, value) in
        [("X-Amz-Signature", &expected["signature"]), ("X-Amz-SignedHeaders", &expected["signed_headers"])]
    {
        let want = format!("{name}={}", value.as_str().unwrap_or_default().replace(';', "%3B"));
        if !query.contains(&want) {
            return Err(format!("not {want}: {query:?}"));
        }
    }
    Ok(())
}

fn examples(engine: &mut dyn Engine, report: &mut Report, examples: &Value, model: &Value) {
    let mut others = 0;
    for (action, cases) in examples["examples"].as_object().into_iter().flatten() {
        for case in cases.as_array().into_iter().flatten() {
            let name = case["id"].as_str().unwrap_or_default();
            let outcome = match &**action {
                "GetObject" | "HeadObject" | "PutObject" => object(engine, model, action, case),
                "ListObjectsV2" => list(engine, case),
                _ => {
                    others += 1;
                    continue;
                }
            };
            report.case(name, outcome);
        }
    }
    report.leave_out(&format!("{others} examples"), "of calls that irsa does not make");
}

/// Request and answer of an example, each member where the model has it.
fn object(engine: &mut dyn Engine, model: &Value, action: &str, case: &Value) -> Result<(), String> {
    let operation = &model["operations"][action];
    let members = |of: &str| &model["shapes"][operation[of]["shape"].as_str().unwrap_or_default()]["members"];
    let (input, mut headers) = (&case["input"], Vec::new());
    for (name, value) in input.as_object().into_iter().flatten() {
        let member = &members("input")[name];
        match member["location"].as_str() {
            Some("header") => {
                headers.push(json!([member["locationName"].as_str().map(str::to_ascii_lowercase), value]))
            }
            Some("uri") => {}
            None if name == "Body" => {}
            _ => return Err(format!("{name} is sent as {member}")),
        }
    }
    let given = json!({
        "operation": action, "params": { "Region": "us-east-1" }, "payload": { "bytes": input["Body"] },
        "input": { "Bucket": input["Bucket"], "Key": input["Key"], "headers": headers },
    });
    let got = engine.ok("s3.request", &given)?;
    same("method", &operation["http"]["method"], &got["method"])?;
    let text = |name: &str| input[name].as_str().unwrap_or_default();
    let url = format!("https://{}.s3.us-east-1.amazonaws.com/{}", text("Bucket"), text("Key"));
    same("url", &json!(url), &got["url"])?;
    for pair in &headers {
        same("header", pair[1].as_str(), header(&got, pair[0].as_str().unwrap_or_default()))?;
    }
    let (mut answer, mut wanted) = (Map::new(), Map::new());
    for (name, value) in case["output"].as_object().into_iter().flatten() {
        match members("output")[name]["locationName"].as_str() {
            Some(header) if value.is_string() => drop(answer.insert(header.into(), value.clone())),
            _ if name == "Metadata" => {}
            _ => return Err(format!("{name} is answered otherwise")),
        }
        if ["ETag", "VersionId", "ContentType", "ContentRange"].contains(&&**name) {
            wanted.insert(name.clone(), value.clone());
        }
        if name == "ContentLength" {
            wanted.insert(name.clone(), json!(value.as_str().and_then(|length| length.parse::<u64>().ok())));
        }
    }
    let status = if answer.contains_key("Content-Range") { 206 } else { 200 };
    let read = engine.ok("s3.read", &json!({ "operation": action, "status": status, "headers": answer }))?;
    for (name, value) in &wanted {
        same(name, value, &read[name])?;
    }
    let modified = case["output"].get("LastModified").is_some();
    same("has LastModified", modified, read["LastModifiedMillis"].is_number())
}

fn list(engine: &mut dyn Engine, case: &Value) -> Result<(), String> {
    let mut input = case["input"].clone();
    let most = input["MaxKeys"].as_str().and_then(|most| most.parse::<u64>().ok());
    input["MaxKeys"] = json!(most);
    let got = engine.ok("s3.list_request", &json!({ "params": { "Region": "us-east-1" }, "input": input }))?;
    let bucket = input["Bucket"].as_str().unwrap_or_default();
    let query = format!("list-type=2&max-keys={}&encoding-type=url", most.unwrap_or_default());
    same("url", &json!(format!("https://{bucket}.s3.us-east-1.amazonaws.com/?{query}")), &got["url"])?;
    let mut body = String::new();
    xml("ListBucketResult", &case["output"], &mut body);
    let read = engine.ok("s3.read_list", &json!({ "body": body }))?;
    same("token", &case["output"]["NextContinuationToken"], &read["NextContinuationToken"])?;
    let wanted = case["output"]["Contents"].as_array().cloned().unwrap_or_default();
    same("count", Some(wanted.len()), read["Contents"].as_array().map(Vec::len))?;
    for (wanted, got) in wanted.iter().zip(read["Contents"].as_array().into_iter().flatten()) {
        for name in ["Key", "Size", "ETag", "StorageClass"] {
            same(name, &wanted[name], &got[name])?;
        }
        let time = engine.ok("time.parse", &json!({ "text": wanted["LastModified"] }))?;
        let millis = time["seconds"].as_i64().unwrap_or_default() * 1000;
        same("LastModified", &json!(millis), &got["LastModifiedMillis"])?;
    }
    Ok(())
}

/// As S3 writes it: lists are flat.
fn xml(name: &str, value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| xml(name, item, out)),
        Value::Object(members) => {
            out.push_str(&format!("<{name}>"));
            members.iter().for_each(|(name, value)| xml(name, value, out));
            out.push_str(&format!("</{name}>"));
        }
        Value::String(text) => {
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
            out.push_str(&format!("<{name}>{text}</{name}>"));
        }
        other => out.push_str(&format!("<{name}>{other}</{name}>")),
    }
}

/// What the protocol makes of labels in a path, and of a text in a query.
fn paths(engine: &mut dyn Engine, report: &mut Report, suites: &Value) {
    let cases =
        suites.as_array().into_iter().flatten().flat_map(|suite| suite["cases"].as_array().into_iter().flatten());
    let mut others = 0;
    for case in cases {
        let name = case["id"].as_str().unwrap_or_default();
        let (key, from) = match name {
            "HttpRequestLabelEscaping" => (&case["params"]["string"], "/HttpRequestWithLabels/"),
            "HttpRequestWithGreedyLabelInPath" => {
                (&case["params"]["baz"], "/HttpRequestWithGreedyLabelInPath/foo/hello/baz/")
            }
            _ => {
                others += 1;
                continue;
            }
        };
        let uri = case["serialized"]["uri"].as_str().unwrap_or_default();
        let given = json!({
            "params": { "Region": "us-east-1" }, "input": { "Bucket": "bucket", "Key": key, "VersionId": key },
        });
        let outcome = engine.ok("s3.request", &given).and_then(|got| {
            let rest = uri.strip_prefix(from).ok_or("another path")?;
            // A key's slashes are not escaped, whatever label it is.
            let encoded =
                if name == "HttpRequestLabelEscaping" { rest.split('/').next().unwrap_or_default() } else { rest };
            let path = encoded.replace("%2F", "/");
            let url =
                format!("https://bucket.s3.us-east-1.amazonaws.com/{path}?versionId={}", encoded.replace('/', "%2F"));
            same("url", &json!(url), &got["url"])
        });
        report.case(name, outcome);
    }
    report.leave_out(&format!("{others} requests of rest-xml.json"), "of shapes that no service of ours has");
}

fn header<'a>(request: &'a Value, name: &str) -> Option<&'a str> {
    let pairs = request["headers"].as_array()?;
    pairs.iter().find(|pair| pair[0] == name)?[1].as_str()
}
