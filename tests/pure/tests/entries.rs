//! The entries that no vector set calls.

use irsa_pure::call;
use serde_json::json;

#[test]
fn a_flow_asks_every_question_and_keeps_its_trail() {
    let answer = call("flow.tour", &json!({ "answers": ["missing", "written", "ok", "no program", "woken"] }));
    let trail = json!([
        ["read /token", "missing"],
        ["write /cache", "written"],
        ["POST https://sts.amazonaws.com/", "status 200, 4 bytes"],
        ["run program", "no such program"],
        ["wait", "woken"],
    ]);
    assert_eq!(answer, json!({ "ok": { "content_type": "text/xml", "trail": trail } }));
}

#[test]
fn a_host_that_cannot_ends_a_flow_with_the_question_it_could_not_answer() {
    let answer = call("flow.tour", &json!({ "answers": ["missing", "written", "unsupported"] }));
    assert_eq!(answer["error"]["code"], "host-unsupported");
    assert_eq!(answer["error"]["message"], "send: this host cannot POST https://sts.amazonaws.com/");
}

#[test]
fn an_answer_of_another_kind_is_refused() {
    let answer = call("flow.tour", &json!({ "answers": ["missing", "no program"] }));
    assert_eq!(answer["error"]["code"], "flow-answer-mismatch");
}

#[test]
fn errors_and_secrets() {
    let of = |input| call("error.code", &input)["ok"]["name"].clone();
    assert_eq!(of(json!({ "name": "deadline" })), "deadline");
    assert_eq!(of(json!({ "number": 1 })), "bug");
    assert_eq!(of(json!({ "number": 0 })), json!(null));
    let made = call("error.make", &json!({ "code": "deadline", "at": "sts", "message": "a", "more": ", b" }));
    assert_eq!((&made["error"]["at"], &made["error"]["message"]), (&json!("sts"), &json!("a, b")));
    assert_eq!(call("secret.same", &json!({ "a": "one", "b": "two" })), json!({ "ok": false }));
    assert_eq!(call("secret.same", &json!({ "a": "one", "b": "one" })), json!({ "ok": true }));
}

#[test]
fn time_arithmetic() {
    let answer = call("time.arithmetic", &json!({ "from_millis": 1_500, "plus_millis": 2_000 }));
    assert_eq!(answer["ok"], json!({ "to_millis": 3_500, "difference": 2_000, "mono": 2 }));
    let answer = call("time.format", &json!({ "seconds": 0 }));
    assert_eq!(answer["ok"], json!({ "extended": "1970-01-01T00:00:00Z", "basic": "19700101T000000Z" }));
}

#[test]
fn a_keeper_replays() {
    let second = |at: u64| json!([1_700_000_000_000 + at * 1000, at * 1000]);
    let events = json!([
        { "at": second(0), "do": "request" },
        { "at": second(0), "do": "request" },
        { "at": second(0), "do": "gone", "waiter": 2 },
        { "at": second(0), "do": "poll" },
        { "at": second(1), "do": "cancelled", "id": 1 },
        { "at": second(1), "do": "poll" },
        { "at": second(2), "do": "obtained", "id": 2, "key": "ASIA1", "expiration": 1_700_000_902_000_i64, "skew": 0 },
        { "at": second(2), "do": "poll" },
        { "at": second(3), "do": "export" },
        { "at": second(4), "do": "adopt" },
        { "at": second(5), "do": "invalidate", "generation": 7 },
        { "at": second(5), "do": "invalidate", "generation": 1 },
        { "at": second(6), "do": "request" },
        { "at": second(6), "do": "poll" },
        { "at": second(7), "do": "failed", "id": 3 },
        { "at": second(7), "do": "poll" },
        { "at": second(7), "do": "failure" },
    ]);
    let answer = call("keeper.replay", &json!({ "seed": 1, "events": events }));
    let mut lines = answer["ok"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
    for line in &mut lines {
        // Where the window opens is a matter of the seed.
        for path in ["/publish", "/with"] {
            if let Some(snapshot) = line.pointer_mut(path).and_then(|s| s.as_object_mut()) {
                assert!((602_000..=752_000).contains(&snapshot.remove("advisory").unwrap().as_u64().unwrap()));
            }
        }
    }
    let never = u64::MAX;
    let snapshot = |state: &str, left: u64| {
        json!({
            "key": "ASIA1", "generation": 1, "state": state, "left": left, "mandatory": 842_000, "end": 902_000,
            "invalidated": state == "Mandatory",
        })
    };
    let expected = json!([
        { "waits": 1 },
        { "waits": 2 },
        { "exchange": 1, "deadline": 30_000 },
        { "idle": 35_000 },
        { "exchange": 2, "deadline": 31_000 },
        { "idle": 36_000 },
        { "publish": snapshot("Fresh", 900_000) },
        { "answer": 1, "with": snapshot("Fresh", 900_000) },
        { "idle": never },
        { "adopted": false },
        { "invalidated": false },
        { "invalidated": true },
        { "waits": 3 },
        { "publish": snapshot("Mandatory", 896_000) },
        { "exchange": 3, "deadline": 36_000 },
        { "idle": 41_000 },
        { "answer": 3, "with": snapshot("Mandatory", 895_000) },
        { "idle": never },
        { "failure": "deadline" },
    ]);
    assert_eq!(serde_json::Value::from(lines), expected);
    let skew = json!({ "date": 10_000, "asked": [10_000, 0], "answered": [10_000, 0] });
    assert_eq!(call("keeper.skew_millis", &skew), json!({ "ok": 999 }));
}

#[test]
fn where_calls_go_after_the_chain() {
    let config = "[default]\naws_access_key_id = AKID\naws_secret_access_key = IRSACANARY\nservices = s\n[services s]\n\
                  secrets_manager =\n  endpoint_url = http://127.0.0.1:1\n";
    let mut given = json!({
        "environment": { "HOME": "/h", "AWS_REGION": "eu-west-1" },
        "files": { "/h/.aws/config": config },
    });
    let at = |given: &serde_json::Value| call("chain.endpoint", given)["ok"].clone();
    assert_eq!(at(&given), json!({ "url": "https://sts.eu-west-1.amazonaws.com", "signing_region": "eu-west-1" }));
    given["service"] = "secrets_manager".into();
    assert_eq!(at(&given), json!({ "url": "http://127.0.0.1:1", "signing_region": "eu-west-1" }));
}

#[test]
fn a_body_in_pieces() {
    let answer = call("sigv4.body_hash", &json!({ "pieces": ["one piece, ", "", "and another"] }));
    assert_eq!(answer["ok"], "c0c2873b963bda19c4e9b5100b6ffb65daa8dfb5c788805f30ede2d989e8b849");
}

#[test]
fn parameters_are_gathered_page_by_page() {
    let page = |names: &[&str], next: Option<&str>| {
        let all: Vec<_> = names.iter().map(|name| json!({ "Name": name, "Type": "String", "Value": "v" })).collect();
        json!({ "body": json!({ "Parameters": all, "NextToken": next }).to_string() })
    };
    let get = |most: u64, pages: &[serde_json::Value]| {
        let answer = call(
            "ssm.get",
            &json!({
                "action": "GetParametersByPath",
                "env": { "AWS_REGION": "eu-west-1" },
                "input": { "Path": "/shop" },
                "most": most,
                "answers": pages,
            }),
        );
        match answer["ok"].as_array() {
            Some(all) => all.iter().map(|one| one["Name"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" "),
            None => answer["error"]["code"].as_str().unwrap().to_owned(),
        }
    };
    let pages = [page(&["/shop/a", "/shop/b"], Some("1")), page(&[], Some("2")), page(&["/shop/c"], None)];
    assert_eq!(get(3, &pages), "/shop/a /shop/b /shop/c");
    assert_eq!(get(2, &pages), "service-pages");
    assert_eq!(get(9, &[page(&["/shop/a"], Some("1")), page(&["/shop/b"], Some("1"))]), "service-pages");
    let endless: Vec<_> = (0..200).map(|n| page(&[], Some(&n.to_string()))).collect();
    assert_eq!(get(9, &endless), "service-pages");
    // A page that fails is asked for again, from where it began.
    let again = [pages[0].clone(), json!({ "status": 500 }), page(&["/shop/c"], None)];
    assert_eq!(get(3, &again), "/shop/a /shop/b /shop/c");
}

#[test]
fn one_parameter_and_several() {
    let mut given = json!({ "env": { "AWS_REGION": "eu-west-1" }, "input": { "Name": "/a", "Names": ["/a", "/b"] } });
    given["answers"] = json!([{ "body": r#"{"Parameter":{"Name":"/a","Value":"IRSACANARY"}}"# }]);
    assert_eq!(call("ssm.get", &given)["ok"]["Value"], "IRSACANARY");
    given["answers"] = json!([{ "status": 400, "body": r#"{"__type":"ParameterNotFound"}"# }]);
    let error = &call("ssm.get", &given)["error"];
    assert!(error["code"] == "parameter-not-found" && error["fix"].as_str().unwrap().contains("eu-west-1"), "{error}");
    given["action"] = "GetParameters".into();
    given["answers"] = json!([{ "body": r#"{"Parameters":[{"Name":"/a","Value":"v"}],"InvalidParameters":["/b"]}"# }]);
    assert_eq!(call("ssm.get", &given)["ok"]["InvalidParameters"], json!(["/b"]));
}

#[test]
fn objects_and_lists_as_flows() {
    let mut given = json!({
        "env": { "AWS_REGION": "eu-west-1" },
        "input": { "Bucket": "my-bucket", "Key": "k", "Prefix": "a" },
    });
    let mut run = |operation: &str, answers: serde_json::Value| {
        (given["operation"], given["answers"]) = (operation.into(), answers);
        call("s3.call", &given)
    };
    // A refusal that may pass is asked about again.
    let slow = json!({ "status": 503, "body": "<Error><Code>SlowDown</Code></Error>" });
    let got = run("GetObject", json!([slow, { "headers": { "etag": "\"e\"", "content-length": "2" }, "body": "ab" }]));
    assert_eq!((&got["ok"]["body"], &got["ok"]["head"]["ETag"]), (&json!("ab"), &json!("\"e\"")));
    let large = run("GetObject", json!([{ "body": "x".repeat(1001) }]));
    assert_eq!(large["error"]["code"], "answer-too-large");
    let head = run("HeadObject", json!([{ "status": 404 }]));
    assert!(
        head["error"]["code"] == "object-not-found" && head["error"]["fix"].as_str().unwrap().contains("my-bucket")
    );
    let put = run("PutObject", json!([{ "headers": { "etag": "\"e\"" } }]));
    assert_eq!(put["ok"]["ETag"], "\"e\"");
    let page = |key: &str, next: &str| {
        let more = if next.is_empty() {
            String::new()
        } else {
            format!("<NextContinuationToken>{next}</NextContinuationToken>")
        };
        json!({ "body": format!("<ListBucketResult><Contents><Key>{key}</Key></Contents>{more}</ListBucketResult>") })
    };
    let one = run("ListObjectsV2", json!([page("a", "t")]));
    assert_eq!((&one["ok"]["Contents"][0]["Key"], &one["ok"]["NextContinuationToken"]), (&json!("a"), &json!("t")));
    let all = run("list_all", json!([page("a", "t"), page("b", "")]));
    assert_eq!(all["ok"]["Contents"].as_array().map(Vec::len), Some(2));
    let endless = run("list_all", json!([page("a", "t"), page("b", "t")]));
    assert_eq!(endless["error"]["code"], "service-pages");
    let denied = run("list_all", json!([{ "status": 403, "body": "<Error><Code>AccessDenied</Code></Error>" }]));
    assert!(denied["error"]["fix"].as_str().unwrap().contains("s3:ListBucket on arn:aws:s3:::my-bucket "), "{denied}");
}

#[test]
fn a_head_is_signed_as_the_whole_request_is() {
    let mut given = json!({
        "credentials": { "access_key_id": "AKID", "secret_access_key": "IRSACANARY" },
        "region": "eu-west-1", "service": "s3", "time": "20261124T100000Z", "s3": true,
        "method": "PUT", "path": "/k", "url": "https://my-bucket.s3.eu-west-1.amazonaws.com/k",
        "headers": [], "body": b"a body",
    });
    let whole = call("sigv4.sign", &given);
    assert!(whole["ok"]["headers"].as_array().is_some_and(|all| !all.is_empty()), "{whole}");
    assert_eq!(call("sigv4.sign_head", &given), whole);
    given["body"] = json!(b"another");
    assert_ne!(call("sigv4.sign_head", &given), whole);
}

#[test]
fn what_cannot_be_an_access_key_id_is_not_printed() {
    let printed = |text: &str| call("secret.printable_id", &json!({ "text": text }))["ok"].clone();
    assert_eq!(printed("AKIAIOSFODNN7EXAMPLE"), "AKIAIOSFODNN7EXAMPLE");
    let secret = "IRSACANARY/K7MDENG+bPxRfiCYEXAMPLEKEY00";
    assert!(!printed(secret).as_str().unwrap().contains("IRSACANARY"));
}
