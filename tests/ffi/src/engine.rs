//! Which call of a set is which function of irsa.h.
//!
//! Every answer is held against that of core in this process, member by member, as far as C has the member; an error with
//! all of its seven fields. What C has no function for is answered by core, and counted: tests/coverage.toml says why.

use crate::{api::Api, c::Outcome, chain, documents, effects, sign, sts};
use irsa_vectors::Engine;
use serde_json::{Value, json};
use std::collections::BTreeMap;

type Entry = fn(&Api, &Value) -> Outcome;

/// Operations by the names of tests/pure.
pub const ENTRIES: &[(&str, Entry)] = &[
    ("arn.role", documents::role),
    ("chain.resolve", chain::resolve),
    ("codec.decode_answer", |api, input| effects::decode(api, "answer", input)),
    ("codec.decode_effect", |api, input| effects::decode(api, "effect", input)),
    ("codec.effect_id", effects::effect_id),
    ("codec.encode_answer", |api, input| effects::encode(api, "answer", input)),
    ("codec.encode_effect", |api, input| effects::encode(api, "effect", input)),
    ("federation.decide", documents::decide),
    ("findings.judge", documents::judge),
    ("oidc.discovery", documents::discovery),
    ("oidc.jwks", documents::jwks),
    ("oidc.verify", documents::verify),
    ("policy.lint", documents::lint),
    ("provider.run", documents::providers),
    ("secrets_manager.endpoint", |api, input| documents::endpoint(api, "secretsmanager", input)),
    ("sigv4.body_hash", sign::body_hash),
    ("sigv4.explain", sign::explain),
    ("sigv4.presign", sign::presign),
    ("sigv4.sign", sign::sign),
    ("sigv4.sign_into", sign::sign_into),
    ("sigv4.signing_key", sign::signing_key),
    ("sigv4.verify", sign::verify),
    ("sts.endpoint", |api, input| documents::endpoint(api, "sts", input)),
    ("sts.response", sts::response),
    ("sts.skew", sts::skew),
    ("time.parse", documents::time_parse),
    ("token.view", sts::token),
];

/// libirsa.so, by the functions of its header.
pub struct C {
    api: Api,
    /// Calls that C made, and those that it has no function for.
    pub made: BTreeMap<String, usize>,
    pub not_made: BTreeMap<String, usize>,
    /// Texts with a NUL within, which C does not take.
    pub refused: usize,
}

impl C {
    /// The library at `path`.
    pub fn load(path: &str) -> Result<Self, String> {
        Ok(Self { api: Api::load(path)?, made: BTreeMap::new(), not_made: BTreeMap::new(), refused: 0 })
    }
}

impl Engine for C {
    fn name(&self) -> &'static str {
        "C"
    }

    fn call(&mut self, name: &str, input: &Value) -> Value {
        let mut input = input.clone();
        if name == "chain.resolve" && input["seed"].is_null() {
            // C takes none for the system's randomness.
            input["seed"] = json!(1);
        }
        let natively = irsa_pure::call(name, &input);
        assert!(natively.get("unknown").is_none(), "no entry {name}");
        let Some((_, entry)) = ENTRIES.iter().find(|(known, _)| *known == name) else {
            *self.not_made.entry(name.into()).or_default() += 1;
            return natively;
        };
        *self.made.entry(name.into()).or_default() += 1;
        let answer = match entry(&self.api, &input) {
            Ok(value) => json!({ "ok": value }),
            Err(error) => json!({ "error": error }),
        };
        if has_nul(&input) && answer["error"]["code"] == "c-text" {
            // Rule 5 of irsa.h: a text has no NUL within. What core says of one cannot be asked through C.
            self.refused += 1;
            return natively;
        }
        if let Err(at) = within(&answer, &natively) {
            panic!("{name}: C and core differ at {at}\n  input {input}\n  C     {answer}\n  core  {natively}");
        }
        answer
    }
}

fn has_nul(input: &Value) -> bool {
    match input {
        Value::String(text) => text.contains('\0'),
        Value::Array(all) => all.iter().any(has_nul),
        Value::Object(all) => all.values().any(has_nul),
        _ => false,
    }
}

/// Every member of `part` is the same in `whole`; else where it is not.
fn within(part: &Value, whole: &Value) -> Result<(), String> {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part.iter().try_for_each(|(name, value)| {
            let other = whole.get(name).ok_or_else(|| format!("/{name}"))?;
            within(value, other).map_err(|at| format!("/{name}{at}"))
        }),
        (Value::Array(part), Value::Array(whole)) if part.len() == whole.len() => {
            let mut pairs = part.iter().zip(whole).enumerate();
            pairs.try_for_each(|(at, (part, whole))| within(part, whole).map_err(|rest| format!("/{at}{rest}")))
        }
        _ if part == whole => Ok(()),
        _ => Err(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_found_wherever_it_is() {
        let whole = json!({ "ok": { "a": [1, { "b": "x", "c": null }], "d": 2 } });
        assert_eq!(within(&json!({ "ok": { "a": [1, { "b": "x" }] } }), &whole), Ok(()));
        assert_eq!(within(&json!({ "ok": { "a": [1, { "b": "y" }] } }), &whole), Err("/ok/a/1/b".into()));
        assert_eq!(within(&json!({ "ok": { "a": [1] } }), &whole), Err("/ok/a".into()));
        assert_eq!(within(&json!({ "error": {} }), &whole), Err("/error".into()));
    }
}
