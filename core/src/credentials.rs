//! AWS credentials and whose they are.
//!
//! Immutable once made; the secret parts are [`Secret`]s. Follows the Credentials type of the STS API 2011-06-15.

use crate::{Secret, Timestamp};
use alloc::{borrow::Cow, boxed::Box};

/// An access key id as it may be printed. A text that cannot be one (over 32 characters, or not all word characters) is
/// not given back: it may be the secret access key in the wrong place, which AWS's have 40 characters of.
pub fn printable_id(text: &str) -> &str {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if text.len() <= 32 && text.bytes().all(word) {
        text
    } else {
        "(not printed: no access key id looks like this; are id and secret in each other's place?)"
    }
}

/// An access key, with a session token and an end where it is temporary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    access_key_id: Box<str>,
    secret_access_key: Secret,
    session_token: Option<Secret>,
    expiration: Option<Timestamp>,
    account_id: Option<Box<str>>,
    source: Cow<'static, str>,
}

impl Credentials {
    /// A long-lived key from `source` (a chain source's name, such as `environment`).
    pub fn new(
        access_key_id: &str,
        secret_access_key: impl Into<Secret>,
        source: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
            expiration: None,
            account_id: None,
            source: source.into(),
        }
    }

    /// With the token that temporary keys need beside every signature.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<Secret>) -> Self {
        self.session_token = Some(token.into());
        self
    }

    /// With the moment, by STS's clock, from which AWS refuses them.
    #[must_use]
    pub fn with_expiration(mut self, end: Timestamp) -> Self {
        self.expiration = Some(end);
        self
    }

    /// With the account they belong to (12 digits).
    #[must_use]
    pub fn with_account_id(mut self, account: &str) -> Self {
        self.account_id = Some(account.into());
        self
    }

    /// `AKIA…` or `ASIA…`. Not secret: it stands in every request.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The secret access key.
    pub fn secret_access_key(&self) -> &Secret {
        &self.secret_access_key
    }

    /// The session token, where the key is temporary.
    pub fn session_token(&self) -> Option<&Secret> {
        self.session_token.as_ref()
    }

    /// When they end, by STS's clock. `None`: never.
    pub fn expiration(&self) -> Option<Timestamp> {
        self.expiration
    }

    /// The account, where it is known.
    pub fn account_id(&self) -> Option<&str> {
        self.account_id.as_deref()
    }

    /// Which source of the chain gave them.
    pub fn source(&self) -> &str {
        &self.source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_the_place_of_an_id_is_not_printed() {
        for id in ["AKIDEXAMPLE", "ASIAIOSFODNN7EXAMPLE", "minio_admin-1", ""] {
            assert_eq!(printable_id(id), id);
        }
        for secret in [
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "wJalrXUtnFEMIaK7MDENGabPxRfiCYEXAMPLEKEY",
            "a b",
            "ASIA…EXAMPLE",
        ] {
            assert!(printable_id(secret).starts_with("(not printed"), "{secret}");
        }
    }
}
