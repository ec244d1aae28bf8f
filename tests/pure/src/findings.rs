//! `irsa_trust::findings` and `irsa_trust::policy::generate`.

use crate::Entry;
use irsa_trust::policy::generate::{Wanted, pretty, statement, subject, trust_policy};
use irsa_trust::{
    documents,
    findings::{IDS, Local},
};
use serde_json::json;

pub const ENTRIES: &[Entry] = &[
    // A set-up: {now, issuer, service_account, providers, role, token: {text} | {header, claims}, keys: {discovery, jwks} |
    // {failed} | {other_certificate}, pod, request, connection}. A member that is missing is unknown, null is absent.
    ("findings.judge", |input| {
        let mut answer = documents::judgement(input)?;
        answer["debug"] = json!(format!("{:?}", documents::setup(input)?));
        Ok(answer)
    }),
    ("findings.ids", |_| {
        let locals = [Local::NotInjected, Local::StaticKeysFirst].map(|local| json!([local.name(), local.what()]));
        Ok(
            json!({ "ids": IDS.iter().map(|known| json!([known.id, known.what])).collect::<Vec<_>>(), "locals": locals }),
        )
    }),
    // {provider, subject} or {provider, namespace, account}; audience?
    ("policy.generate", |input| {
        let text = |name: &str| input[name].as_str().unwrap_or_default();
        let subject = match input["subject"].as_str() {
            Some(subject) => subject.to_owned(),
            None => subject(text("namespace"), text("account")),
        };
        let wanted = Wanted { provider: text("provider"), subject: &subject, audience: input["audience"].as_str() };
        let policy = trust_policy(&wanted);
        Ok(json!({ "policy": policy, "statement": statement(&wanted), "pretty": pretty(&policy) }))
    }),
];
