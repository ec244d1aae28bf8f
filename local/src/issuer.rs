//! The cluster's OIDC issuer: discovery document, key set, tokens. OpenID Connect Discovery 1.0; the documents' members
//! are those of kube-apiserver and EKS.
//!
//! Tokens name the issuer of the trust policy (`https://oidc.eks…`); its documents are served by the loopback listener
//! and read by STS from here.

use crate::{
    config::Role,
    keys::{Key, Ring},
    mint::{Mint, Pod},
};
use irsa_core::{Code, Error, Secret, Timestamp, arn::RoleArn};
use serde_json::{Value, json};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where the key set is, below the listener's URL.
pub(crate) const JWKS_PATH: &str = "/openid/v1/jwks";

pub(crate) struct Issuer {
    /// The listener's URL.
    url: String,
    ring: Mutex<Ring>,
    /// The pods of the roles that have a service account; the one that is played comes first.
    pods: Vec<(RoleArn, Pod)>,
}

impl Issuer {
    pub(crate) fn new(url: String, ring: Ring, pods: Vec<(RoleArn, Pod)>) -> Self {
        Self { url, ring: Mutex::new(ring), pods }
    }

    /// The issuers that are played: `iss` of the pods' tokens.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = &str> {
        self.pods.iter().map(|(_, pod)| pod.issuer.as_str())
    }

    pub(crate) fn discovery(&self, issuer: &str) -> Value {
        json!({
            "issuer": issuer,
            "jwks_uri": format!("{}{JWKS_PATH}", self.url),
            "authorization_endpoint": "urn:kubernetes:programmatic_authorization",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["sub", "iss"],
        })
    }

    pub(crate) fn jwks(&self, now: Timestamp) -> Value {
        self.ring().jwks(now)
    }

    /// A token of the pod, or as `mint` wants it.
    pub(crate) fn token(&self, mint: &Mint, now: Timestamp) -> Result<Secret, Error> {
        let is = |arn: &RoleArn, wanted: &String| arn.name() == wanted || arn.as_str() == wanted;
        let found = self.pods.iter().find(|(arn, _)| mint.role.as_ref().is_none_or(|wanted| is(arn, wanted)));
        let (_, pod) = found.ok_or_else(|| {
            let known: Vec<&str> = self.pods.iter().map(|(arn, _)| arn.name()).collect();
            let wanted = mint.role.as_deref().unwrap_or_default();
            Error::new(
                Code::LocalUsage,
                "token",
                format!("no role “{}” with a service account", wanted.escape_default()),
            )
            .with_fix(format!("--role {}", known.join(" or --role ")))
        })?;
        let key = self.ring().signing();
        pod.token(mint, now, &key, Key::generate)
    }

    /// From now on `key` signs; the old ones verify until their tokens have ended.
    pub(crate) fn rotate(&self, key: Key) {
        self.ring().rotate(key);
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The issuer of a role that no pod has: none.
pub(crate) fn pod(role: &Role, issuer: String, region: &str) -> Option<(RoleArn, Pod)> {
    let account = role.service_account.clone()?;
    Some((role.arn.clone(), Pod::new(account, issuer, region)))
}
