//! Service-account tokens as kube-apiserver makes them (TokenRequest, bound to a pod), right ones and wrong ones.
//!
//! Header `alg` and `kid`, no `typ`; `aud` a list; `nbf` = `iat`; `kubernetes.io` with namespace, node, pod and
//! serviceaccount; claims in alphabetical order.

use crate::{
    config::ServiceAccount,
    keys::{Key, random, uuid},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use irsa_core::{Code, Error, Secret, Timestamp, arn::RoleArn};
use serde_json::{Value, json};
use std::time::Duration;

/// How a token is to differ from the pod's own. The default: not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mint {
    /// Name or ARN of the role whose service account is meant; `None`: the pod's.
    pub role: Option<String>,
    /// `aud`, in place of the service account's audience.
    pub audience: Vec<String>,
    /// `sub`.
    pub subject: Option<String>,
    /// `iss`.
    pub issuer: Option<String>,
    /// How long it lives.
    pub lifetime: Option<Duration>,
    /// It ended an hour ago.
    pub expired: bool,
    /// `iat` lies an hour ahead.
    pub issued_in_future: bool,
    /// One bit of its signature is turned.
    pub tampered: bool,
    /// Signed with a key that the issuer never published, under the right key's id.
    pub foreign_key: bool,
    /// Signed with the right key under an id that the issuer does not know.
    pub unknown_kid: bool,
    /// Claims to leave out.
    pub missing_claims: Vec<String>,
}

impl Mint {
    /// The options of `irsa-local token`, without their dashes.
    pub(crate) const OPTIONS: [&str; 11] = [
        "role",
        "audience",
        "subject",
        "issuer",
        "lifetime",
        "expired",
        "issued-in-future",
        "tampered",
        "foreign-key",
        "unknown-kid",
        "missing-claim",
    ];

    /// Whether the option stands alone, without a value.
    pub(crate) fn is_flag(option: &str) -> bool {
        matches!(option, "expired" | "issued-in-future" | "tampered" | "foreign-key" | "unknown-kid")
    }

    /// Sets one option; flags take any value.
    pub(crate) fn set(&mut self, option: &str, value: &str) -> Result<(), Error> {
        match option {
            "role" => self.role = Some(value.into()),
            "audience" => self.audience.push(value.into()),
            "subject" => self.subject = Some(value.into()),
            "issuer" => self.issuer = Some(value.into()),
            "lifetime" => self.lifetime = Some(crate::span::parse_span(value, "--lifetime")?),
            "expired" => self.expired = true,
            "issued-in-future" => self.issued_in_future = true,
            "tampered" => self.tampered = true,
            "foreign-key" => self.foreign_key = true,
            "unknown-kid" => self.unknown_kid = true,
            "missing-claim" => self.missing_claims.push(value.into()),
            other => {
                let known = Self::OPTIONS.map(|option| format!("--{option}")).join(", ");
                return Err(Error::new(
                    Code::LocalUsage,
                    "token",
                    format!("unknown option --{}", other.escape_default()),
                )
                .with_fix(format!("use some of: {known}")));
            }
        }
        Ok(())
    }

    /// The options that make the same `Mint` again.
    pub(crate) fn options(&self) -> Vec<(&'static str, String)> {
        let mut options = Vec::new();
        options.extend(self.role.iter().map(|v| ("role", v.clone())));
        options.extend(self.audience.iter().map(|v| ("audience", v.clone())));
        options.extend(self.subject.iter().map(|v| ("subject", v.clone())));
        options.extend(self.issuer.iter().map(|v| ("issuer", v.clone())));
        options.extend(self.lifetime.map(|v| ("lifetime", format!("{}ms", v.as_millis()))));
        for (flag, set) in [
            ("expired", self.expired),
            ("issued-in-future", self.issued_in_future),
            ("tampered", self.tampered),
            ("foreign-key", self.foreign_key),
            ("unknown-kid", self.unknown_kid),
        ] {
            options.extend(set.then(|| (flag, "true".to_owned())));
        }
        options.extend(self.missing_claims.iter().map(|v| ("missing-claim", v.clone())));
        options
    }
}

/// A pod of a service account, as a token names it.
#[derive(Clone, Debug)]
pub(crate) struct Pod {
    pub(crate) account: ServiceAccount,
    /// `iss` of its tokens.
    pub(crate) issuer: String,
    account_uid: String,
    name: String,
    uid: String,
    node: String,
    node_uid: String,
}

impl Pod {
    pub(crate) fn new(account: ServiceAccount, issuer: String, region: &str) -> Self {
        // The letters that Kubernetes draws names from.
        let letters = random::<15>().map(|b| char::from(b"bcdfghjklmnpqrstvwxz2456789"[usize::from(b) % 27]));
        let (set, pod): (String, String) = (letters[..10].iter().collect(), letters[10..].iter().collect());
        let [a, b] = random();
        Self {
            name: format!("{}-{set}-{pod}", account.name),
            node: format!("ip-10-0-{a}-{b}.{region}.compute.internal"),
            account_uid: uuid(),
            uid: uuid(),
            node_uid: uuid(),
            account,
            issuer,
        }
    }

    /// For the state folder.
    pub(crate) fn to_json(&self) -> Value {
        let account = &self.account;
        json!({
            "issuer": self.issuer, "name": self.name, "uid": self.uid, "node": self.node, "nodeUid": self.node_uid,
            "account": {
                "namespace": account.namespace, "name": account.name, "uid": self.account_uid,
                "roleArn": account.role_arn.as_str(), "audience": account.audience,
                "tokenLifetime": account.token_lifetime.as_secs(),
            },
        })
    }

    /// From [`Pod::to_json`].
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let text = |value: &Value, name: &str| Some(value.get(name)?.as_str()?.to_owned());
        let account = value.get("account")?;
        Some(Self {
            account: ServiceAccount {
                namespace: text(account, "namespace")?,
                name: text(account, "name")?,
                role_arn: RoleArn::parse(&text(account, "roleArn")?).ok()?,
                audience: text(account, "audience")?,
                token_lifetime: Duration::from_secs(account.get("tokenLifetime")?.as_u64()?),
                regional_sts: true,
            },
            issuer: text(value, "issuer")?,
            account_uid: text(account, "uid")?,
            name: text(value, "name")?,
            uid: text(value, "uid")?,
            node: text(value, "node")?,
            node_uid: text(value, "nodeUid")?,
        })
    }

    /// A token for this pod, signed with `key`; `foreign` makes the key for `--foreign-key`.
    pub(crate) fn token(
        &self,
        mint: &Mint,
        now: Timestamp,
        key: &Key,
        foreign: impl FnOnce() -> Result<Key, Error>,
    ) -> Result<Secret, Error> {
        const HOUR: i64 = 3600;
        let lifetime = mint.lifetime.unwrap_or(self.account.token_lifetime).as_secs().cast_signed();
        let now = now.unix();
        let (iat, exp) = match mint.expired {
            true => (now - HOUR - lifetime, now - HOUR),
            false => (now, now + lifetime),
        };
        let mut claims = json!({
            "aud": if mint.audience.is_empty() { vec![self.account.audience.clone()] } else { mint.audience.clone() },
            "exp": exp,
            "iat": if mint.issued_in_future { now + HOUR } else { iat },
            "iss": mint.issuer.as_ref().unwrap_or(&self.issuer),
            "jti": uuid(),
            "kubernetes.io": {
                "namespace": self.account.namespace,
                "node": {"name": self.node, "uid": self.node_uid},
                "pod": {"name": self.name, "uid": self.uid},
                "serviceaccount": {"name": self.account.name, "uid": self.account_uid},
            },
            "nbf": iat,
            "sub": mint.subject.clone().unwrap_or_else(|| self.account.subject()),
        });
        for claim in &mint.missing_claims {
            if claims.as_object_mut().and_then(|members| members.remove(claim)).is_none() {
                return Err(Error::new(
                    Code::LocalUsage,
                    "token",
                    format!("a token has no claim “{}”", claim.escape_default()),
                )
                .with_fix("--missing-claim: name one of aud, exp, iat, iss, jti, kubernetes.io, nbf, sub"));
            }
        }
        let kid = if mint.unknown_kid { URL_SAFE_NO_PAD.encode(random::<32>()) } else { key.kid().to_owned() };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mut token = format!("{}.{}", part(&json!({"alg": "RS256", "kid": kid})), part(&claims));
        let mut signature = match mint.foreign_key {
            true => foreign()?.sign(token.as_bytes(), exp)?,
            false => key.sign(token.as_bytes(), exp)?,
        };
        if mint.tampered {
            signature[100] ^= 1;
        }
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token.into())
    }
}
