//! `irsa_core::flow` and `irsa_core::effect`.

use crate::Entry;
use irsa_core::{
    Error, Mono, Now, Secret, Timestamp,
    effect::{Answer, FileFault, HttpRequest, HttpResponse, RunFault},
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
