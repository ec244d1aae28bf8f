//! `irsa_core::flow` and `irsa_core::effect`.

use crate::Entry;
use irsa_core::{
    Error, Mono, Now, Secret, Timestamp,
    effect::{Answer, Ask, FileContent, FileFault, HttpFault, HttpRequest, HttpResponse, HttpStep, RunFault},
    flow::{Flow, Io, Step},
    secret::SecretBytes,
};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    // Asks each question once; `answers` names the answer to each.
    ("flow.tour", |input| {
        let mut flow = Flow::new(Mono::NEVER, tour);
        let mut answers = input["answers"].as_array().expect("answers").iter();
        loop {
            match flow.next(Now { wall: Timestamp::from_unix(0), mono: Mono(0) }) {
                Step::Ask(effect) => {
                    let name = answers.next().and_then(Value::as_str).expect("an answer for each question");
                    flow.answer(effect.id, answer(name))?;
                }
                Step::Done(result) => {
                    let trail: Vec<_> = flow.trail().into_iter().map(|line| [Some(line.what), line.outcome]).collect();
                    return result.map(|content_type| json!({ "content_type": content_type, "trail": trail }));
                }
            }
        }
    }),
];

async fn tour(io: Io) -> Result<Option<String>, Error> {
    let body = || SecretBytes::from(&b"body"[..]);
    let _ = io.read_file("/token", 20_000, "read").await?;
    let _ = io.write_file("/cache", body(), "write").await?;
    let request = HttpRequest {
        method: "POST".into(),
        url: "https://sts.amazonaws.com/?secret".into(),
        headers: vec![],
        body: body(),
        response_limit: 65_536,
        direct: false,
    };
    let response = io.http(request, io.deadline(), "send").await?;
    let _ = io.run(&["program", "argument"], io.deadline(), 1_024, "run").await?;
    io.wait_until(io.now().mono, "wait").await?;
    Ok(response.ok().and_then(|response| response.header("Content-Type").map(String::from)))
}

fn answer(name: &str) -> Answer {
    match name {
        "missing" => Answer::File(Err(FileFault::Missing)),
        "no program" => Answer::Ran(Err(RunFault::Missing)),
        "written" => Answer::Written(Ok(())),
        "ok" => Answer::Http(Ok(HttpResponse {
            status: 200,
            headers: vec![("content-type".into(), Secret::new("text/xml"))],
            body: SecretBytes::from(&b"<a/>"[..]),
        })),
        "woken" => Answer::Woken,
        "unsupported" => Answer::Unsupported,
        other => panic!("no answer is called {other}"),
    }
}

/// Runs a flow on answers given one after the other: a text is a file's content, `{"status", "headers", "body"}` an HTTP
/// answer, anything else (or nothing left) a missing file or a closed connection. Waits end at once and take no answer.
pub fn answers<T>(mut flow: Flow<T>, given: &Value) -> Result<T, Error> {
    let mut given = given.as_array().map(Vec::as_slice).unwrap_or_default().iter();
    let mut now = Now { wall: Timestamp::from_unix(1_795_514_400), mono: Mono(0) };
    loop {
        let effect = match flow.next(now) {
            Step::Done(result) => return result,
            Step::Ask(effect) => effect,
        };
        let answer = match effect.ask {
            Ask::WaitUntil(time) => {
                now.mono = now.mono.max(time);
                Answer::Woken
            }
            Ask::ReadFile { .. } => Answer::File(match given.next().and_then(Value::as_str) {
                Some(text) => Ok(FileContent { bytes: text.as_bytes().into(), owner: None, mode: None }),
                None => Err(FileFault::Missing),
            }),
            Ask::Http { .. } => Answer::Http(match given.next() {
                Some(answer) if answer.is_object() => Ok(crate::sts::answered(answer)),
                _ => Err(HttpFault { step: HttpStep::Closed, detail: "nothing was scripted".into() }),
            }),
            _ => Answer::Unsupported,
        };
        flow.answer(effect.id, answer)?;
    }
}
