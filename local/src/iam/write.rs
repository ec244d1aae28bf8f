//! What IAM would store of what the configuration says: trust policies by `policy::lint`, providers by `provider`.

use crate::config::Document;
use irsa_core::{
    Code, Error, Timestamp,
    arn::{ProviderArn, RoleArn},
};
use irsa_trust::{
    federation,
    policy::lint::{self, Place},
    provider::{Account, Operation, Refusal},
};
use std::collections::BTreeMap;

/// An error where IAM would not store the role's trust policy, with IAM's text; else a line for each warning.
pub(super) fn trust_policy(role: &RoleArn, document: &Document) -> Result<Vec<String>, Error> {
    // The largest that IAM can be had to take: the account's quota is not known here.
    let place = Place { partition: Some(role.partition().id), account: Some(role.account()), size: lint::MOST_SIZE };
    let report = lint::trust_policy(&document.text, &place);
    let name = &document.name;
    if let Some(refusal) = report.refusal {
        // Whoever looks the text up should know which is IAM's.
        let words = if refusal.observed { "" } else { " (IAM's words were not observed)" };
        let at = if refusal.at.is_empty() { "the document" } else { &refusal.at };
        let message = format!("{name}: {at}: IAM would refuse it: {}: {}{words}", refusal.code, refusal.message);
        return Err(
            Error::new(Code::LocalPolicy, "irsa-local", message).with_fix(format!("{name}: {at}: {}", refusal.fix))
        );
    }
    let line = |warning: lint::Warning| {
        format!("{name}: {}: {} ({}); {}", warning.at, warning.message, warning.id.name(), warning.fix)
    };
    Ok(report.warnings.into_iter().map(line).collect())
}

/// Providers of any accounts, each created as IAM creates them.
#[derive(Default)]
pub(super) struct Providers(BTreeMap<(String, String), Account>);

impl Providers {
    pub(super) fn create(&mut self, arn: &ProviderArn, client_ids: &[String]) -> Result<(), Error> {
        let (partition, account) = (arn.partition().id, arn.account());
        let key = (partition.to_owned(), account.to_owned());
        let account = self.0.entry(key).or_insert_with(|| Account::new(partition, account));
        let create = Operation::Create {
            url: arn.issuer(),
            client_ids: client_ids.to_vec(),
            thumbprints: Vec::new(),
            tags: Vec::new(),
        };
        let refused = |refusal: Refusal| {
            let words = if refusal.observed { "" } else { " (IAM's words were not observed)" };
            let message =
                format!("{}: IAM would not create it: {}: {}{words}", arn.as_str(), refusal.code, refusal.message);
            let fix = "name each provider once, as https://HOST/PATH without port and query, with client ids of 1 to \
                       255 characters";
            Error::new(Code::LocalSetup, "irsa-local", message).with_fix(fix)
        };
        account.apply(&create, Timestamp::from_unix(0)).map(|_| ()).map_err(refused)
    }

    pub(super) fn has(&self, arn: &ProviderArn) -> bool {
        self.0.values().flat_map(Account::providers).any(|provider| provider.arn == arn.as_str())
    }

    pub(super) fn into_world(self) -> Vec<federation::Provider> {
        self.0.values().flat_map(Account::providers).map(|provider| provider.to_federation()).collect()
    }
}
