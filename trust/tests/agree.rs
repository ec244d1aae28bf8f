//! Two evaluators, one answer: trust's, and a naive one that was written from the IAM user guide alone, on policies and
//! requests made from a seed. Compared are the decision, what each condition came to, and that the trace decides as the
//! decision does. `IRSA_LONG=1` asks ten times as much.

#[path = "agree/generate.rs"]
mod generate;
#[path = "agree/naive.rs"]
mod naive;

use generate::{Seed, TESTS, case, decorated};
use irsa_trust::policy::{Caller, Context, Decision, Effect, Evaluation, Policy, Question, evaluate};
use naive::Request;
use serde_json::Value;
use std::collections::BTreeMap;

#[test]
fn both_evaluators_agree() {
    let long = std::env::var_os("IRSA_LONG").is_some_and(|long| !long.is_empty());
    let rounds = if long { 1_500 } else { 150 };
    let mut seed = Seed(20_261_124);
    let mut decisions = BTreeMap::<&str, usize>::new();
    let mut operators = BTreeMap::<String, [usize; 2]>::new();
    let mut disagreements = Vec::new();
    for _ in 0..rounds {
        for operator in TESTS.iter().flat_map(|test| decorated(test)) {
            let (policy, request) = case(&mut seed, &operator);
            let mut seen = Vec::new();
            let decision = naive::decide(&policy, &request, &mut seen);
            *decisions.entry(decision).or_default() += 1;
            for (operator, held) in seen {
                operators.entry(operator).or_default()[usize::from(held)] += 1;
            }
            if let Err(why) = compare(&policy, &request, decision) {
                disagreements.push(format!("{why}\n  {policy}\n  {} {:?}", request.action, request.keys));
            }
        }
    }
    let cases: usize = decisions.values().sum();
    let mut tests = BTreeMap::<&str, [usize; 2]>::new();
    for (operator, [failed, held]) in &operators {
        let test = operator.rsplit(':').next().unwrap();
        let sums = tests.entry(test.trim_end_matches("IfExists")).or_default();
        *sums = [sums[0] + failed, sums[1] + held];
    }
    println!("agree: {cases} policies, {decisions:?}");
    for (test, [failed, held]) in &tests {
        println!("agree: {test}: {} conditions, {held} held, {failed} did not", failed + held);
    }
    let least = operators.values().map(|[failed, held]| failed + held).min().unwrap();
    println!("agree: {} operators with set operators and IfExists, each at least {least} times", operators.len());
    println!("agree: {} disagreements", disagreements.len());
    assert!(disagreements.is_empty(), "{}", disagreements.iter().take(5).cloned().collect::<Vec<_>>().join("\n"));
    for decision in ["allowed", "denied", "not-allowed"] {
        assert!(decisions[decision] * 10 > cases, "{decisions:?}");
    }
    assert!(decisions["allowed"] * 5 >= cases && decisions["allowed"] * 5 <= cases * 4, "{decisions:?}");
    assert_eq!(tests.len(), TESTS.len());
    for test in TESTS {
        let [failed, held] = tests[test];
        assert!(failed + held >= 1_000 && failed.min(held) >= 100, "{test}: {held} held, {failed} did not");
    }
}

fn compare(policy: &Value, request: &Request, decision: &str) -> Result<(), String> {
    let parsed = Policy::parse(&policy.to_string()).map_err(|error| error.to_string())?;
    let mut context = Context::new();
    for (key, values) in &request.keys {
        context.put("test", key, values.clone());
    }
    let resource = request.resource.as_deref();
    let caller = resource.is_none().then_some(Caller::Federated(&request.provider));
    let question = Question { caller, action: &request.action, resource, context: &context };
    let evaluation = evaluate(&parsed, &question);
    let ours = match evaluation.decision() {
        Decision::Allowed => "allowed",
        Decision::Denied => "denied",
        Decision::NotAllowed => "not-allowed",
        Decision::Undecided => "undecided",
    };
    if ours != decision {
        return Err(format!("trust says {ours}, the guide {decision}"));
    }
    conditions(policy, request, &evaluation)?;
    traces(&evaluation, ours)
}

/// Each condition by itself: two wrongs in one statement could hide each other.
fn conditions(policy: &Value, request: &Request, evaluation: &Evaluation) -> Result<(), String> {
    let statements = policy["Statement"].as_array().cloned().unwrap_or_else(|| vec![policy["Statement"].clone()]);
    for (statement, trace) in statements.iter().zip(&evaluation.statements) {
        for condition in &trace.conditions {
            let values = &statement["Condition"][&condition.operator][&condition.key];
            let alone = serde_json::json!({
                "Version": policy["Version"],
                "Statement": {
                    "Effect": "Allow",
                    "Principal": {"Federated": request.provider},
                    "Action": "*",
                    "Resource": "*",
                    "Condition": {&condition.operator: {&condition.key: values}},
                },
            });
            let held = naive::decide(&alone, request, &mut Vec::new()) == "allowed";
            if held != condition.matched {
                return Err(format!("{} {values}: trust says {}", condition.operator, condition.matched));
            }
        }
    }
    Ok(())
}

/// The decision once more, from what people and programs are shown.
fn traces(evaluation: &Evaluation, decision: &str) -> Result<(), String> {
    let json = evaluation.to_json();
    let (mut allowed, mut denied) = (false, false);
    for (shown, trace) in json["statements"].as_array().unwrap().iter().zip(&evaluation.statements) {
        let matched = |name: &str| shown[name].as_array().unwrap().iter().all(|one| one["matched"] == true);
        let applies = matched("elements") && matched("conditions");
        if shown["applies"] != applies || trace.applies() != applies {
            return Err(format!("statement {} does not apply as it shows", trace.index));
        }
        allowed |= applies && trace.effect == Effect::Allow;
        denied |= applies && trace.effect == Effect::Deny;
    }
    let shown = match (denied, allowed) {
        (true, _) => ("denied", "explicitly denied"),
        (_, true) => ("allowed", "allowed"),
        _ => ("not-allowed", "not allowed"),
    };
    if shown.0 != decision || json["decision"] != shown.1 || evaluation.why().is_empty() {
        return Err(format!("the trace says {}, the decision is {decision}: {:?}", shown.1, evaluation.why()));
    }
    Ok(())
}
