//! IAM's API of OpenID Connect providers, as a pure state: an operation in, IAM's answer out.
//!
//! IAM API 2010-05-08: CreateOpenIDConnectProvider and the nine operations beside it. An [`Account`] holds the
//! providers; [`Account::apply`] answers as IAM does, with the wire code and, where somebody saw it, the text
//! ([`Refusal::observed`]). IAM's own contact with the issuer is left out: a provider that is created without
//! thumbprints has none, where IAM would put in that of the issuer's certificate.
//!
//! Observed: the port 443 is dropped, the path counts down to its last slash, host and path keep their case, client ids
//! keep their order and lose repetitions, thumbprints become lower case and keep theirs, and need not be hexadecimal.
//! Sources: recorded answers (`sts-observed`, kind provider-api), the service model, "IAM and STS quotas", and threads;
//! docs/iam-writes.md has a table.
//! Limits: 100 providers an account (or its quota, at most [`MOST_PROVIDERS`]), 100 client ids, 5 thumbprints, 50 tags.
//!
//! ```
//! use irsa_core::Timestamp;
//! use irsa_trust::provider::{Account, Answer, Operation};
//!
//! let mut account = Account::new("aws", "123456789012");
//! let create = Operation::Create {
//!     url: "https://oidc.example:443/id/1".into(),
//!     client_ids: vec!["sts.amazonaws.com".into()],
//!     thumbprints: vec![],
//!     tags: vec![],
//! };
//! let Ok(Answer::Created { arn, .. }) = account.apply(&create, Timestamp::from_unix(0)) else { panic!() };
//! assert_eq!(arn, "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/1");
//! let again = account.apply(&create, Timestamp::from_unix(0)).unwrap_err();
//! assert_eq!(again.code, "EntityAlreadyExists");
//! ```

mod operation;
mod refusal;
mod url;

pub use operation::{Answer, Operation};
pub use refusal::Refusal;

use crate::{federation, tag};
use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};
use irsa_core::Timestamp;

/// The OpenID Connect providers of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    partition: String,
    id: String,
    quota: usize,
    /// By URL without scheme.
    providers: BTreeMap<String, Provider>,
}

/// A provider as IAM keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// `arn:<partition>:iam::<account>:oidc-provider/<url>`.
    pub arn: String,
    /// Host and path, without `https://`: as GetOpenIDConnectProvider shows it.
    pub url: String,
    /// Audiences, in the order they came.
    pub client_ids: Vec<String>,
    /// In lower case, in the order they came.
    pub thumbprints: Vec<String>,
    /// By key, with regard to case.
    pub tags: BTreeMap<String, String>,
    /// When it was created.
    pub created: Timestamp,
}

impl Provider {
    /// As [`federation`] looks at it.
    pub fn to_federation(&self) -> federation::Provider {
        federation::Provider {
            arn: self.arn.clone(),
            url: format!("https://{}", self.url),
            client_ids: self.client_ids.clone(),
        }
    }
}

impl Account {
    /// Without providers. The partition is `aws` or another of AWS's, the id 12 digits; both are taken as they are.
    pub fn new(partition: &str, id: &str) -> Self {
        Self { partition: partition.to_owned(), id: id.to_owned(), quota: PROVIDERS, providers: BTreeMap::new() }
    }

    /// With another quota of providers, at most [`MOST_PROVIDERS`].
    #[must_use]
    pub fn with_quota(mut self, providers: usize) -> Self {
        self.quota = providers.min(MOST_PROVIDERS);
        self
    }

    /// Every provider, by URL.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.providers.values()
    }

    /// IAM's answer. A refusal changes nothing.
    pub fn apply(&mut self, operation: &Operation, now: Timestamp) -> Result<Answer, Refusal> {
        operation.check()?;
        match operation {
            Operation::Create { url, client_ids, thumbprints, tags } => {
                self.create(url, client_ids, thumbprints, tags, now)
            }
            Operation::Get { arn } => Ok(Answer::Provider(self.find(arn)?.clone())),
            Operation::List => Ok(Answer::Arns(self.providers.values().map(|provider| provider.arn.clone()).collect())),
            Operation::AddClientId { arn, client_id } => {
                let provider = self.find_mut(arn)?;
                if !provider.client_ids.contains(client_id) {
                    if provider.client_ids.len() >= CLIENT_IDS {
                        return Err(refusal::quota("ClientIdsPerOpenIdConnectProvider", CLIENT_IDS, false));
                    }
                    provider.client_ids.push(client_id.clone());
                }
                Ok(Answer::Done)
            }
            Operation::RemoveClientId { arn, client_id } => {
                self.find_mut(arn)?.client_ids.retain(|known| known != client_id);
                Ok(Answer::Done)
            }
            Operation::UpdateThumbprints { arn, thumbprints } => {
                if thumbprints.is_empty() {
                    return Err(refusal::input("Thumbprint list must contain at least one entry.", true));
                }
                let thumbprints = lower(thumbprints)?;
                self.find_mut(arn)?.thumbprints = thumbprints;
                Ok(Answer::Done)
            }
            Operation::Tag { arn, tags } => {
                let provider = self.find_mut(arn)?;
                provider.tags = tagged(&provider.tags, tags)?;
                Ok(Answer::Done)
            }
            Operation::Untag { arn, keys } => {
                self.find_mut(arn)?.tags.retain(|key, _| !keys.contains(key));
                Ok(Answer::Done)
            }
            Operation::ListTags { arn, marker, most } => {
                let behind = |key: &str| marker.as_ref().is_none_or(|marker| key > marker.as_str());
                let mut rest = self.find(arn)?.tags.iter().filter(|(key, _)| behind(key));
                let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(100);
                let tags: Vec<_> = rest.by_ref().take(most).map(|(key, value)| (key.clone(), value.clone())).collect();
                let marker = rest.next().and_then(|_| tags.last().map(|(key, _)| key.clone()));
                Ok(Answer::Tags { tags, marker })
            }
            // "Does not fail or return an error if you call the operation for a provider that does not exist."
            Operation::Delete { arn } => {
                self.providers.retain(|_, provider| provider.arn != *arn);
                Ok(Answer::Done)
            }
        }
    }

    fn create(
        &mut self,
        url: &str,
        client_ids: &[String],
        thumbprints: &[String],
        tags: &[(String, String)],
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let url = url::bare(url)?;
        let thumbprints = lower(thumbprints)?;
        let mut seen = BTreeSet::new();
        let client_ids: Vec<String> = client_ids.iter().filter(|id| seen.insert(id.as_str())).cloned().collect();
        if client_ids.len() > CLIENT_IDS {
            return Err(refusal::quota("ClientIdsPerOpenIdConnectProvider", CLIENT_IDS, false));
        }
        let tags = tagged(&BTreeMap::new(), tags)?;
        if self.providers.contains_key(&url) {
            let message = format!("Provider with url https://{url} already exists.");
            return Err(Refusal { code: "EntityAlreadyExists", status: 409, message, observed: true });
        }
        if self.providers.len() >= self.quota {
            return Err(refusal::quota("OpenIdConnectProvidersPerAccount", self.quota, true));
        }
        let arn = format!("arn:{}:iam::{}:oidc-provider/{url}", self.partition, self.id);
        let created = Answer::Created { arn: arn.clone(), tags: tags.clone() };
        let provider = Provider { arn, url: url.clone(), client_ids, thumbprints, tags, created: now };
        self.providers.insert(url, provider);
        Ok(created)
    }

    fn find(&self, arn: &str) -> Result<&Provider, Refusal> {
        let url = self.url_of(arn);
        url.and_then(|url| self.providers.get(url)).ok_or_else(|| refusal::not_found(arn))
    }

    fn find_mut(&mut self, arn: &str) -> Result<&mut Provider, Refusal> {
        let url = self.url_of(arn).map(ToOwned::to_owned);
        url.and_then(|url| self.providers.get_mut(&url)).ok_or_else(|| refusal::not_found(arn))
    }

    /// The URL in an ARN of this account.
    fn url_of<'a>(&self, arn: &'a str) -> Option<&'a str> {
        let rest = arn.strip_prefix("arn:")?.strip_prefix(self.partition.as_str())?.strip_prefix(":iam::")?;
        rest.strip_prefix(self.id.as_str())?.strip_prefix(":oidc-provider/")
    }
}

/// "Fewer than 5" is IAM's word; five are taken, as documented, and six were refused.
fn lower(thumbprints: &[String]) -> Result<Vec<String>, Refusal> {
    if thumbprints.len() > THUMBPRINTS {
        return Err(refusal::input("Thumbprint list must contain fewer than 5 entries.", true));
    }
    Ok(thumbprints.iter().map(|thumbprint| thumbprint.to_ascii_lowercase()).collect())
}

/// What is there, with these in addition or in place.
fn tagged(there: &BTreeMap<String, String>, tags: &[(String, String)]) -> Result<BTreeMap<String, String>, Refusal> {
    let mut all = there.clone();
    let mut seen = BTreeSet::new();
    for (key, value) in tags {
        if !seen.insert(key.as_str()) {
            return Err(refusal::input(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
                false,
            ));
        }
        all.insert(key.clone(), value.clone());
    }
    if all.len() > tag::MOST {
        return Err(refusal::quota("TagsPerOpenIdConnectProvider", tag::MOST, false));
    }
    Ok(all)
}

/// IAM's quota of providers an account, unless it was raised.
pub const PROVIDERS: usize = 100;
/// A higher quota than this counts as this.
pub const MOST_PROVIDERS: usize = 1000;
const CLIENT_IDS: usize = 100;
const THUMBPRINTS: usize = 5;

#[cfg(test)]
mod tests;
