//! `irsa_trust::provider`.

use crate::Entry;
use irsa_core::Timestamp;
use irsa_trust::provider::{Account, Operation, PROVIDERS};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    // `partition`?, `account`, `quota`?, `steps` [{operation, input}], at second `now`? of each step: an answer
    // {ok} or {refused}, or null for an operation that there is not; then the providers as federation sees them.
    ("provider.run", |input| {
        let partition = input["partition"].as_str().unwrap_or("aws");
        let account = Account::new(partition, input["account"].as_str().expect("account"));
        let quota = input["quota"].as_u64().map_or(PROVIDERS, |quota| quota as usize);
        let mut account = account.with_quota(quota);
        let now = Timestamp::from_unix(input["now"].as_i64().unwrap_or_default());
        let steps = input["steps"].as_array().expect("steps").iter().map(|step| {
            let operation = Operation::parse(step["operation"].as_str().unwrap_or_default(), &step["input"]);
            match operation.map(|operation| operation.and_then(|operation| account.apply(&operation, now))) {
                None => Value::Null,
                Some(Ok(answer)) => json!({ "ok": answer.to_json() }),
                Some(Err(refusal)) => json!({ "refused": refusal.to_json() }),
            }
        });
        let steps: Vec<Value> = steps.collect();
        let providers = account.providers().map(|provider| {
            let provider = provider.to_federation();
            json!({ "arn": provider.arn, "url": provider.url, "client_ids": provider.client_ids })
        });
        Ok(json!({ "steps": steps, "providers": providers.collect::<Vec<_>>() }))
    }),
];
