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
