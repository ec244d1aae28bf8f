//! `irsa_trust::policy::lint`.

use crate::Entry;
use irsa_trust::policy::lint::{Place, Rule, SIZE, WarningId, trust_policy};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    // `policy` (a text, or JSON), and of the role: `partition`?, `account`?, `size`?.
    ("policy.lint", |input| {
        let text = match &input["policy"] {
            Value::String(text) => text.clone(),
            json => json.to_string(),
        };
        let place = Place {
            partition: input["partition"].as_str(),
            account: input["account"].as_str(),
            size: input["size"].as_u64().map_or(SIZE, |size| size as usize),
        };
        Ok(trust_policy(&text, &place).to_json())
    }),
    ("policy.lint_names", |_| {
        let rules: Vec<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        let warnings: Vec<_> = WarningId::ALL.iter().map(|id| id.name()).collect();
        Ok(json!({ "rules": rules, "warnings": warnings }))
    }),
];
