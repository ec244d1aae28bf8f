//! `irsa_core::keeper`: a script of events for one keeper, and everything that comes of them.

use crate::Entry;
use irsa_core::{
    Code, Credentials, Error, Mono, Now, Retry, Timestamp,
    keeper::{ExchangeId, Keeper, Obtained, Output, Reply, Settings, Snapshot, Waiter, skew_millis},
    secret::SecretBytes,
};
use serde_json::{Value, json};
use std::sync::Arc;

pub const ENTRIES: &[Entry] = &[
    // Each event stands at milliseconds of both clocks: `{"at": [wall, mono], "do": …}`.
    ("keeper.replay", |input| {
        let mut settings = Settings::new(input["seed"].as_u64().unwrap_or_default());
        settings.background = input["background"] == true;
        let mut play = Play { keeper: Keeper::new(settings), exported: SecretBytes::default(), lines: Vec::new() };
        for event in input["events"].as_array().expect("events") {
            play.event(event)?;
        }
        Ok(play.lines.into())
    }),
    ("keeper.skew_millis", |input| {
        let date = Timestamp::from_unix_millis(input["date"].as_i64().expect("date"));
        Ok(json!(skew_millis(date, moment(&input["asked"]), moment(&input["answered"]))))
    }),
];

struct Play {
    keeper: Keeper,
    exported: SecretBytes,
    lines: Vec<Value>,
}

impl Play {
    fn event(&mut self, event: &Value) -> Result<(), Error> {
        let now = moment(&event["at"]);
        let number = |key: &str| event[key].as_u64().unwrap_or_default();
        match event["do"].as_str().expect("do") {
            "request" => {
                let line = match self.keeper.handle_request(now) {
                    Reply::Served(result) => json!({ "served": outcome(result, now) }),
                    Reply::Waiting(waiter) => json!({ "waits": waiter.0 }),
                };
                self.lines.push(line);
            }
            "gone" => self.keeper.handle_gone(Waiter(number("waiter"))),
            "obtained" => {
                let mut credentials = Credentials::new(event["key"].as_str().expect("key"), "secret", "replay");
                if let Some(end) = event["expiration"].as_i64() {
                    credentials = credentials.with_expiration(Timestamp::from_unix_millis(end));
                }
                let obtained = match event["skew"].as_i64() {
                    Some(skew) => Obtained { skew_millis: Some(skew), ..credentials.into() },
                    None => credentials.into(),
                };
                self.keeper.handle_exchanged(now, ExchangeId(number("id")), Ok(obtained))?;
            }
            "failed" => {
                let retry = if event["retry"] == "no" { Retry::No } else { Retry::Soon };
                let error = Error::new(Code::Deadline, "replay", "no answer").with_retry(retry);
                self.keeper.handle_exchanged(now, ExchangeId(number("id")), Err(error))?;
            }
            "cancelled" => self.keeper.handle_cancelled(now, ExchangeId(number("id")))?,
            "invalidate" => {
                let taken = self.keeper.handle_invalidate(now, number("generation"));
                self.lines.push(json!({ "invalidated": taken }));
            }
            "export" => {
                self.exported = self.keeper.snapshot().map(|snapshot| snapshot.export(now)).unwrap_or_default();
            }
            "adopt" => {
                let taken = self.keeper.handle_adopt(now, self.exported.expose())?;
                self.lines.push(json!({ "adopted": taken }));
            }
            "failure" => {
                let code = self.keeper.failure().map(|error| error.code().name());
                self.lines.push(json!({ "failure": code }));
            }
            "poll" => {
                while {
                    let output = self.keeper.poll(now);
                    let more = !matches!(output, Output::Idle(_));
                    self.lines.push(output_json(output, now));
                    more
                } {}
            }
            other => panic!("no event is called {other}"),
        }
        Ok(())
    }
}

fn output_json(output: Output, now: Now) -> Value {
    match output {
        Output::Publish(snapshot) => json!({ "publish": snapshot_json(&snapshot, now) }),
        Output::Exchange { id, deadline } => json!({ "exchange": id.0, "deadline": deadline.0 }),
        Output::Abandon(id) => json!({ "abandon": id.0 }),
        Output::Answer(waiter, result) => json!({ "answer": waiter.0, "with": outcome(result, now) }),
        Output::Idle(until) => json!({ "idle": until.0 }),
    }
}

fn outcome(result: Result<Arc<Snapshot>, Error>, now: Now) -> Value {
    match result {
        Ok(snapshot) => snapshot_json(&snapshot, now),
        Err(error) => json!({ "error": error.code().name(), "message": error.message() }),
    }
}

fn snapshot_json(snapshot: &Snapshot, now: Now) -> Value {
    let mono = |moment: Option<Now>| moment.map(|moment| moment.mono.0);
    json!({
        "key": snapshot.credentials().access_key_id(),
        "generation": snapshot.generation(),
        "state": format!("{:?}", snapshot.state(now)),
        "left": snapshot.left(now).map(|left| left.as_millis() as u64),
        "mandatory": mono(snapshot.mandatory()),
        "end": mono(snapshot.end()),
        "advisory": mono(snapshot.advisory()),
        "invalidated": snapshot.is_invalidated(),
    })
}

fn moment(json: &Value) -> Now {
    let wall = Timestamp::from_unix_millis(json[0].as_i64().expect("wall time"));
    Now { wall, mono: Mono(json[1].as_u64().expect("monotonic time")) }
}
