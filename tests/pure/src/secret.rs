//! `irsa_core::secret` and what may be printed of credentials.

use crate::Entry;
use irsa_core::{credentials::printable_id, secret::same};
use serde_json::json;

pub const ENTRIES: &[Entry] = &[
    ("secret.same", |input| {
        let bytes = |key: &str| input[key].as_str().expect("text").as_bytes();
        Ok(json!(same(bytes("a"), bytes("b"))))
    }),
    ("secret.printable_id", |input| Ok(json!(printable_id(input["text"].as_str().expect("text"))))),
];
