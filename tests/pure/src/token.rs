//! `irsa_core::token`.

use crate::{Entry, flow::answers};
use irsa_core::{
    Error, Timestamp,
    flow::Flow,
    token::{AUDIENCE, Token, Warning, file},
};
use serde_json::json;

pub const ENTRIES: &[Entry] = &[
    // What a token says of itself, and what is to be said of it at `now`.
    ("token.view", |input| {
        let token = Token::parse(input["token"].as_str().expect("token"))?;
        let now = Timestamp::from_unix(input["now"].as_i64().unwrap_or_default());
        let audience = input["audience"].as_str().unwrap_or(AUDIENCE);
        let mut answer = token.to_json();
        answer["length"] = json!(token.secret().len());
        assert_eq!(answer["header"]["alg"], json!(token.header().alg));
        assert_eq!(answer["claims"]["iss"], json!(token.claims().iss));
        answer["warnings"] = token.warnings(now, audience).iter().map(Warning::to_json).collect();
        Ok(answer)
    }),
    // Reads a token file; `reads` are what the host answers, one after the other.
    ("token.file", |input| {
        let flow = Flow::new(irsa_core::Mono::NEVER, |io| async move {
            let token: Result<Token, Error> = file::read(&io, "/token").await;
            token.map(|token| token.secret().len())
        });
        answers(flow, &input["reads"]).map(|length| json!(length))
    }),
];
