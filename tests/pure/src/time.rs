//! `irsa_core::time`.

use crate::Entry;
use irsa_core::Timestamp;
use serde_json::json;

pub const ENTRIES: &[Entry] = &[
    ("time.parse", |input| {
        let time = Timestamp::parse(input["text"].as_str().expect("text"));
        Ok(time.map_or(json!(null), |t| json!({ "seconds": t.unix(), "nanos": t.subsec_nanos() })))
    }),
    ("time.format", |input| {
        let time = Timestamp::from_unix(input["seconds"].as_i64().expect("seconds"));
        Ok(json!({
            "extended": String::from_utf8_lossy(&time.extended()),
            "basic": String::from_utf8_lossy(&time.basic()),
        }))
    }),
];
