//! `irsa_core::secret`.

use crate::Entry;
use irsa_core::secret::same;
use serde_json::json;

pub const ENTRIES: &[Entry] = &[("secret.same", |input| {
    let bytes = |key: &str| input[key].as_str().expect("text").as_bytes();
    Ok(json!(same(bytes("a"), bytes("b"))))
})];
