//! `irsa_trust::policy`.

use crate::Entry;
use irsa_trust::policy::{Caller, Context, Decision, Policy, Question, evaluate};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    // `policy` (a text, or JSON), `action`, `resource`?, `federated`? or `arns` and `account`?, `context` {key: [value]}.
    ("policy.evaluate", |input| {
        let policy = policy(&input["policy"])?;
        let mut context = Context::new();
        for (key, values) in input["context"].as_object().into_iter().flatten() {
            context.put("request", key, strings(values));
        }
        let arns = strings(&input["arns"]);
        let caller = match (input["federated"].as_str(), input["account"].as_str()) {
            (Some(provider), _) => Some(Caller::Federated(provider)),
            (None, Some(account)) => Some(Caller::Aws { arns: &arns, account }),
            (None, None) => None,
        };
        let action = input["action"].as_str().expect("action");
        let evaluation =
            evaluate(&policy, &Question { caller, action, resource: input["resource"].as_str(), context: &context });
        let mut answer = evaluation.to_json();
        answer["why"] = json!(evaluation.why());
        answer["allowed"] = json!(evaluation.decision() == Decision::Allowed);
        answer["applies"] = evaluation.statements.iter().map(|statement| statement.applies()).collect();
        answer["may_apply"] = evaluation.statements.iter().map(|statement| statement.may_apply()).collect();
        Ok(answer)
    }),
    ("policy.parse", |input| {
        let policy = policy(&input["policy"])?;
        let conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
        let operators = conditions.map(|c| {
            json!({
                "operator": c.operator.to_string(),
                "negated": c.operator.is_negated(),
                "wildcards": c.operator.has_wildcards(),
                "variables": c.operator.has_variables(),
            })
        });
        let operators: Vec<Value> = operators.collect();
        Ok(json!({ "id": policy.id, "statements": policy.statements.len(), "operators": operators }))
    }),
    // Two decisions of `allowed`, `denied`, `undecided`, `not`: of one identity, and of a policy under a limit.
    ("policy.combine", |input| {
        let decision = |name: &str| match input[name].as_str() {
            Some("allowed") => Decision::Allowed,
            Some("denied") => Decision::Denied,
            Some("undecided") => Decision::Undecided,
            _ => Decision::NotAllowed,
        };
        let (a, b) = (decision("a"), decision("b"));
        Ok(json!({ "or": a.or(b).name(), "and": a.and(b).name() }))
    }),
    ("policy.context", |input| {
        let mut context = Context::new();
        context.put("request", "aws:TagKeys", ["a", "b"]);
        let found = context.get(input["key"].as_str().expect("key")).map(|known| &known.values);
        Ok(json!({ "found": found, "keys": context.iter().map(|known| &known.key).collect::<Vec<_>>() }))
    }),
];

fn policy(value: &Value) -> Result<Policy, irsa_core::Error> {
    value.as_str().map_or_else(|| Policy::from_json(value), Policy::parse)
}

fn strings(values: &Value) -> Vec<&str> {
    values.as_array().into_iter().flatten().map(|value| value.as_str().expect("a text")).collect()
}
