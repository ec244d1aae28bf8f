//! `irsa_core::error`.

use crate::Entry;
use irsa_core::{Code, Error};
use serde_json::json;

pub const ENTRIES: &[Entry] = &[
    ("error.code", |input| {
        let by_name = input["name"].as_str().and_then(Code::from_name);
        let by_number = input["number"].as_u64().and_then(|n| u16::try_from(n).ok()).and_then(Code::from_number);
        let code = by_name.or(by_number);
        Ok(json!(code.map(|code| json!({
            "name": code.name(),
            "number": code.number(),
            "kind": code.kind().name(),
            "fix": code.fix(),
            "retry": code.retry().name(),
            "exit_code": code.exit_code(),
        }))))
    }),
    ("error.make", |input| {
        let text = |key: &str| input[key].as_str().unwrap_or_default().to_owned();
        match Code::from_name(&text("code")) {
            Some(code) => Err(Error::new(code, text("at"), text("message")).with_more(&text("more"))),
            None => Err(Error::bug(text("at"), text("message"))),
        }
    }),
];
