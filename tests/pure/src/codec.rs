//! `irsa_core::codec`: effects and answers in words (as in tests/vectors/effects) and as bytes in hexadecimal.
//!
//! Content is a text, or `{"hex": …}` where it is none.

use crate::Entry;
use irsa_core::{
    Mono, Secret,
    codec::{decode_answer, decode_effect, effect_id, encode_answer, encode_effect},
    effect::{
        Answer, Ask, Effect, FileContent, FileFault, HttpFault, HttpRequest, HttpResponse, HttpStep, RunFault,
        RunOutput,
    },
    secret::SecretBytes,
};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    ("effect.step", |input| {
        let number = u8::try_from(input["number"].as_u64().expect("number")).unwrap_or(0);
        let step = HttpStep::from_number(number);
        Ok(json!(
            step.map(|step| json!({ "name": step_name(step), "number": step.number(), "code": step.code().name() }))
        ))
    }),
    ("codec.encode_effect", |input| Ok(to_hex(encode_effect(&effect(input)).expose()))),
    ("codec.decode_effect", |input| decode_effect(&from_hex(input)).map(|effect| effect_json(&effect))),
    ("codec.effect_id", |input| effect_id(&from_hex(input)).map(|id| json!(id))),
    ("codec.encode_answer", |input| {
        Ok(to_hex(encode_answer(number(&input["id"]), &answer(&input["answer"])).expose()))
    }),
    ("codec.decode_answer", |input| {
        let (id, answer) = decode_answer(&from_hex(input))?;
        Ok(json!({ "id": id, "answer": answer_json(&answer) }))
    }),
];

fn effect(json: &Value) -> Effect {
    let (name, ask) = only(&json["ask"]);
    let ask = match name {
        "read-file" => Ask::ReadFile { path: text(&ask["path"]).into(), limit: number(&ask["limit"]) },
        "write-file" => Ask::WriteFile { path: text(&ask["path"]).into(), bytes: content(&ask["bytes"]).into() },
        "http" => Ask::Http {
            request: HttpRequest {
                method: text(&ask["method"]).into(),
                url: text(&ask["url"]).into(),
                headers: headers(&ask["headers"]),
                body: content(&ask["body"]),
                response_limit: number(&ask["response_limit"]),
                direct: ask["direct"].as_bool().expect("direct"),
            }
            .into(),
            deadline: Mono(ask["deadline"].as_u64().expect("deadline")),
        },
        "run" => Ask::Run {
            argv: list(&ask["argv"]).iter().map(|part| text(part).into()).collect(),
            deadline: Mono(ask["deadline"].as_u64().expect("deadline")),
            output_limit: number(&ask["output_limit"]),
        },
        "wait-until" => Ask::WaitUntil(Mono(ask["time"].as_u64().expect("time"))),
        other => panic!("no effect is called {other}"),
    };
    Effect { id: number(&json["id"]), why: text(&json["why"]).into(), ask }
}

fn effect_json(effect: &Effect) -> Value {
    let ask = match &effect.ask {
        Ask::ReadFile { path, limit } => json!({ "read-file": { "path": &**path, "limit": limit } }),
        Ask::WriteFile { path, bytes } => {
            json!({ "write-file": { "path": &**path, "bytes": content_json(bytes.expose()) } })
        }
        Ask::Http { request, deadline } => json!({ "http": {
            "deadline": deadline.0,
            "method": request.method,
            "url": request.url,
            "headers": headers_json(&request.headers),
            "body": content_json(request.body.expose()),
            "response_limit": request.response_limit,
            "direct": request.direct,
        } }),
        Ask::Run { argv, deadline, output_limit } => {
            json!({ "run": { "argv": &**argv, "deadline": deadline.0, "output_limit": output_limit } })
        }
        Ask::WaitUntil(time) => json!({ "wait-until": { "time": time.0 } }),
        _ => panic!("an effect without a name: give it one here and in effect()"),
    };
    json!({ "id": effect.id, "why": &*effect.why, "ask": ask })
}

fn answer(json: &Value) -> Answer {
    let (name, it) = only(json);
    match name {
        "unsupported" => Answer::Unsupported,
        "file" => Answer::File(outcome(it, file_fault, |it| FileContent {
            bytes: content(&it["bytes"]),
            owner: maybe(&it["owner"]),
            mode: maybe(&it["mode"]),
        })),
        "written" => Answer::Written(outcome(it, file_fault, |_| ())),
        "http" => Answer::Http(outcome(
            it,
            |it| HttpFault { step: step(text(&it["step"])), detail: text(&it["detail"]).into() },
            |it| HttpResponse {
                status: u16::try_from(number(&it["status"])).expect("status"),
                headers: headers(&it["headers"]),
                body: content(&it["body"]),
            },
        )),
        "ran" => Answer::Ran(outcome(it, run_fault, |it| RunOutput {
            status: it["status"].as_i64().and_then(|status| status.try_into().ok()).expect("status"),
            stdout: content(&it["stdout"]),
            stderr: content(&it["stderr"]),
        })),
        "woken" => Answer::Woken,
        other => panic!("no answer is called {other}"),
    }
}

fn answer_json(answer: &Answer) -> Value {
    match answer {
        Answer::Unsupported => json!({ "unsupported": {} }),
        Answer::File(Ok(file)) => json!({ "file": { "ok": {
            "bytes": content_json(file.bytes.expose()),
            "owner": file.owner,
            "mode": file.mode,
        } } }),
        Answer::File(Err(fault)) => json!({ "file": { "fault": file_fault_json(fault) } }),
        Answer::Written(Ok(())) => json!({ "written": { "ok": {} } }),
        Answer::Written(Err(fault)) => json!({ "written": { "fault": file_fault_json(fault) } }),
        Answer::Http(Ok(response)) => json!({ "http": { "ok": {
            "status": response.status,
            "headers": headers_json(&response.headers),
            "body": content_json(response.body.expose()),
        } } }),
        Answer::Http(Err(fault)) => {
            json!({ "http": { "fault": { "step": step_name(fault.step), "detail": fault.detail } } })
        }
        Answer::Ran(Ok(output)) => json!({ "ran": { "ok": {
            "status": output.status,
            "stdout": content_json(output.stdout.expose()),
            "stderr": content_json(output.stderr.expose()),
        } } }),
        Answer::Ran(Err(fault)) => json!({ "ran": { "fault": run_fault_json(fault) } }),
        Answer::Woken => json!({ "woken": {} }),
        _ => panic!("an answer without a name: give it one here and in answer()"),
    }
}

fn outcome<T, F>(json: &Value, fault: fn(&Value) -> F, value: fn(&Value) -> T) -> Result<T, F> {
    match only(json) {
        ("ok", it) => Ok(value(it)),
        ("fault", it) => Err(fault(it)),
        (other, _) => panic!("neither ok nor fault: {other}"),
    }
}

fn file_fault(json: &Value) -> FileFault {
    match only(json) {
        ("missing", _) => FileFault::Missing,
        ("denied", it) => FileFault::Denied { owner: maybe(&it["owner"]), mode: maybe(&it["mode"]) },
        ("directory", _) => FileFault::Directory,
        ("too-large", it) => FileFault::TooLarge(it["size"].as_u64().expect("size")),
        ("other", it) => FileFault::Other(text(&it["detail"]).into()),
        (other, _) => panic!("no fault is called {other}"),
    }
}

fn file_fault_json(fault: &FileFault) -> Value {
    match fault {
        FileFault::Missing => json!({ "missing": {} }),
        FileFault::Denied { owner, mode } => json!({ "denied": { "owner": owner, "mode": mode } }),
        FileFault::Directory => json!({ "directory": {} }),
        FileFault::TooLarge(size) => json!({ "too-large": { "size": size } }),
        FileFault::Other(detail) => json!({ "other": { "detail": detail } }),
    }
}

fn run_fault(json: &Value) -> RunFault {
    match only(json) {
        ("missing", _) => RunFault::Missing,
        ("denied", _) => RunFault::Denied,
        ("timeout", _) => RunFault::Timeout,
        ("too-large", _) => RunFault::TooLarge,
        ("other", it) => RunFault::Other(text(&it["detail"]).into()),
        (other, _) => panic!("no fault is called {other}"),
    }
}

fn run_fault_json(fault: &RunFault) -> Value {
    match fault {
        RunFault::Missing => json!({ "missing": {} }),
        RunFault::Denied => json!({ "denied": {} }),
        RunFault::Timeout => json!({ "timeout": {} }),
        RunFault::TooLarge => json!({ "too-large": {} }),
        RunFault::Other(detail) => json!({ "other": { "detail": detail } }),
    }
}

const STEPS: [(&str, HttpStep); 10] = [
    ("invalid", HttpStep::Invalid),
    ("resolve", HttpStep::Resolve),
    ("connect", HttpStep::Connect),
    ("proxy", HttpStep::Proxy),
    ("tls", HttpStep::Tls),
    ("timeout", HttpStep::Timeout),
    ("closed", HttpStep::Closed),
    ("too-large", HttpStep::TooLarge),
    ("unknown", HttpStep::Unknown),
    ("proxy-refused", HttpStep::ProxyRefused),
];

fn step(name: &str) -> HttpStep {
    STEPS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no step is called {name}")).1
}

fn step_name(step: HttpStep) -> &'static str {
    STEPS.iter().find(|(_, known)| *known == step).expect("a step without a name: give it one in STEPS").0
}

fn headers(json: &Value) -> Vec<(Box<str>, Secret)> {
    list(json).iter().map(|pair| (text(&pair[0]).into(), Secret::from(text(&pair[1])))).collect()
}

fn headers_json(headers: &[(Box<str>, Secret)]) -> Value {
    headers.iter().map(|(name, value)| json!([name, value.expose()])).collect()
}

fn content(json: &Value) -> SecretBytes {
    match json.as_str() {
        Some(text) => text.as_bytes().into(),
        None => from_hex(json).into(),
    }
}

fn content_json(bytes: &[u8]) -> Value {
    std::str::from_utf8(bytes).map_or_else(|_| to_hex(bytes), |text| json!(text))
}

fn to_hex(bytes: &[u8]) -> Value {
    json!({ "hex": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() })
}

fn from_hex(json: &Value) -> Vec<u8> {
    let digits: Vec<u8> =
        text(&json["hex"]).chars().map(|c| c.to_digit(16).expect("a hexadecimal digit") as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn only(json: &Value) -> (&str, &Value) {
    let mut members = json.as_object().expect("an object").iter();
    match (members.next(), members.next()) {
        (Some((name, value)), None) => (name, value),
        _ => panic!("not an object of one member: {json}"),
    }
}

fn text(json: &Value) -> &str {
    json.as_str().unwrap_or_else(|| panic!("not a text: {json}"))
}

fn list(json: &Value) -> &[Value] {
    json.as_array().unwrap_or_else(|| panic!("not a list: {json}"))
}

fn number(json: &Value) -> u32 {
    json.as_u64().and_then(|number| number.try_into().ok()).unwrap_or_else(|| panic!("not a number of 32 bits: {json}"))
}

fn maybe(json: &Value) -> Option<u32> {
    (!json.is_null()).then(|| number(json))
}
