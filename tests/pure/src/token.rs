//! `irsa_core::token`.

use crate::{Entry, flow::answers};
use irsa_core::{
    Error, Timestamp,
    flow::Flow,
    token::{AUDIENCE, Claims, Kubernetes, Token, file},
};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    // What a token says of itself, and what is to be said of it at `now`.
    ("token.view", |input| {
        let token = Token::parse(input["token"].as_str().expect("token"))?;
        let now = Timestamp::from_unix(input["now"].as_i64().unwrap_or_default());
        let audience = input["audience"].as_str().unwrap_or(AUDIENCE);
        let (header, claims) = (token.header(), token.claims());
        let warnings: Vec<Value> = token
            .warnings(now, audience)
            .iter()
            .map(|warning| json!({ "name": warning.name(), "text": warning.to_string() }))
            .collect();
        Ok(json!({
            "length": token.secret().len(),
            "header": { "alg": header.alg, "kid": header.kid, "typ": header.typ },
            "claims": shown(claims),
            "warnings": warnings,
        }))
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

fn shown(claims: &Claims) -> Value {
    let seconds = |time: Option<Timestamp>| time.map(Timestamp::unix);
    json!({
        "iss": claims.iss,
        "sub": claims.sub,
        "aud": claims.aud,
        "azp": claims.azp,
        "exp": seconds(claims.exp),
        "iat": seconds(claims.iat),
        "nbf": seconds(claims.nbf),
        "kubernetes": claims.kubernetes.as_ref().map(kubernetes),
        "tags": claims.tags.principal,
        "transitive": claims.tags.transitive,
        "source_identity": claims.source_identity,
        "roles": claims.roles,
    })
}

fn kubernetes(from: &Kubernetes) -> Value {
    json!({
        "namespace": from.namespace,
        "service_account": from.service_account.name,
        "pod": from.pod.name,
        "node": from.node.name,
        "legacy": from.legacy,
    })
}
