//! `irsa_core::time`.

use crate::Entry;
use irsa_core::{Mono, Timestamp};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    ("time.parse", |input| {
        let time = Timestamp::parse(input["text"].as_str().expect("text"));
        Ok(time.map_or(json!(null), |t| json!({ "seconds": t.unix(), "nanos": t.subsec_nanos() })))
    }),
    ("time.format", |input| {
        let time = Timestamp::from_parts(whole(&input["seconds"]), 0);
        Ok(json!({
            "extended": String::from_utf8_lossy(&time.extended()),
            "basic": String::from_utf8_lossy(&time.basic()),
        }))
    }),
    ("time.arithmetic", |input| {
        let from = Timestamp::from_unix_millis(whole(&input["from_millis"]));
        let to = from.plus_millis(whole(&input["plus_millis"]));
        let mono = Mono(to.unix_millis().unsigned_abs()).since(Mono(from.unix_millis().unsigned_abs()));
        Ok(json!({ "to_millis": to.unix_millis(), "difference": to.millis_since(from), "mono": mono.as_secs() }))
    }),
];

fn whole(value: &Value) -> i64 {
    value.as_i64().expect("a whole number")
}
