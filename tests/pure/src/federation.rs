//! `irsa_trust::federation`.

use crate::Entry;
use irsa_trust::{
    documents,
    federation::{Provider, provider_for},
};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    // `world` {providers: [{arn, url, client_ids}], roles: [{arn, trust_policy, max_session_duration}]}, `request` (the
    // parameters by their API names), `discovery` and `jwks` (a text, {failed: why} or {other_certificate: true}), `now`. A denial is an answer.
    ("federation.decide", documents::decision),
    ("federation.provider", |input| {
        let provider = Provider::new("aws", &string(input, "account"), &string(input, "url"), ["sts.amazonaws.com"]);
        Ok(json!({ "arn": provider.arn, "key_prefix": provider.key_prefix() }))
    }),
    // `url`; null for an issuer that IAM does not know by itself.
    ("federation.built_in", |input| {
        let provider = Provider::built_in(&string(input, "url"));
        Ok(json!(provider.map(|provider| json!({ "arn": provider.arn, "built_in": provider.is_built_in() }))))
    }),
    ("federation.provider_for", |input| {
        let world = documents::world(&input["world"])?;
        Ok(json!(provider_for(&world, &documents::request(&input["request"])?).map(|provider| &provider.arn)))
    }),
];

fn string(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no text {name}")).into()
}
