//! What goes in: a set-up, as far as it is known.

use crate::federation::Provider;
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::fmt;
use irsa_core::{Secret, Timestamp};
use serde_json::{Map, Value};

/// What is known of a thing. This list is complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fact<T> {
    /// Nobody looked: it is taken to be right.
    #[default]
    Unknown,
    /// Somebody looked: there is none.
    Absent,
    /// This.
    Is(T),
}

impl<T> Fact<T> {
    /// What it is, where it is known and there.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            _ => None,
        }
    }
}

/// A set-up, as far as it is known.
#[derive(Clone, Debug)]
pub struct Setup {
    /// When the call is made.
    pub now: Timestamp,
    /// What the cluster (or CI system) writes into `iss`.
    pub issuer: Fact<String>,
    /// The account that the pod is meant to run as; [`Fact::Absent`] outside of Kubernetes.
    pub service_account: Fact<ServiceAccount>,
    /// All OIDC providers that could matter, of any account. `url` with or without `https://`.
    pub providers: Fact<Vec<Provider>>,
    /// The role that exists.
    pub role: Fact<Role>,
    /// What is sent as the token.
    pub token: Token,
    /// What the issuer publishes.
    pub keys: Keys,
    /// The process that calls; [`Fact::Absent`] where the call is made with what is in [`Setup::request`].
    pub pod: Fact<Pod>,
    /// The call's other parameters.
    pub request: Request,
    /// Condition keys that the connection brings, such as `aws:SourceIp`.
    pub connection: Vec<(String, String)>,
}

impl Setup {
    /// Nothing known but the time.
    pub fn new(now: Timestamp) -> Self {
        Self {
            now,
            issuer: Fact::Unknown,
            service_account: Fact::Unknown,
            providers: Fact::Unknown,
            role: Fact::Unknown,
            token: Token::Unknown,
            keys: Keys::Unknown,
            pod: Fact::Unknown,
            request: Request::default(),
            connection: Vec::new(),
        }
    }
}

/// A Kubernetes service account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its annotations; `None` where nobody looked.
    pub annotations: Option<BTreeMap<String, String>>,
}

/// An IAM role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// Its trust policy, as the document stands; `None` where nobody looked.
    pub trust_policy: Option<Value>,
    /// `MaxSessionDuration` in seconds; `None` where nobody looked.
    pub max_session_duration: Option<u32>,
    /// Seconds since it was made; `None` where it is not new.
    pub age: Option<u64>,
}

/// The token.
#[derive(Clone, Debug, Default)]
pub enum Token {
    /// Nobody looked.
    #[default]
    Unknown,
    /// What the file holds, or what is sent.
    Text(Secret),
    /// What it says; form and signature are taken to be right.
    Claims {
        /// The header.
        header: Map<String, Value>,
        /// The payload.
        claims: Map<String, Value>,
    },
}

/// What AWS would get from the issuer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keys {
    /// Nobody looked: the signature is taken to be good.
    #[default]
    Unknown,
    /// Both documents.
    Documents {
        /// `<issuer>/.well-known/openid-configuration`.
        discovery: Vec<u8>,
        /// What is at its `jwks_uri`.
        jwks: Vec<u8>,
    },
    /// They could not be fetched, for this reason.
    Failed(String),
    /// The server's certificate is not one that the provider's thumbprints stand for.
    OtherCertificate,
}

/// The calling process and what is around it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Pod {
    /// Its environment.
    pub env: BTreeMap<String, String>,
    /// The files that matter, by path: at least what `AWS_WEB_IDENTITY_TOKEN_FILE` names; unknown where nobody looked.
    pub files: Fact<BTreeMap<String, File>>,
    /// User id.
    pub uid: Option<u32>,
    /// Groups, the supplementary ones too.
    pub gids: Vec<u32>,
    /// The service account that it does run as; `None` where nobody looked.
    pub service_account: Option<String>,
    /// The pod's own annotations.
    pub annotations: BTreeMap<String, String>,
    /// Whether STS answers: [`Fact::Absent`] it does, [`Fact::Is`] why not.
    pub sts_failure: Fact<String>,
}

/// Without the values of variables, which may be secret.
impl fmt::Debug for Pod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pod")
            .field("env", &self.env.keys().collect::<Vec<_>>())
            .field("files", &self.files)
            .field("uid", &self.uid)
            .field("service_account", &self.service_account)
            .finish_non_exhaustive()
    }
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// What came of reading it, or what is known of it.
    pub state: FileState,
    /// Permission bits, such as `0o640`.
    pub mode: Option<u32>,
    /// User and group.
    pub owner: Option<(u32, u32)>,
}

/// What a file is. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// It has content (which is [`Setup::token`]), as far as anybody may read it.
    Content,
    /// Nothing in it.
    Empty,
    /// Not there.
    Missing,
    /// A directory.
    Directory,
    /// Reading it was refused.
    Denied,
}

/// The call's parameters, as far as they are not in the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The role, where no pod's `AWS_ROLE_ARN` says it.
    pub role_arn: Option<String>,
    /// `RoleSessionName`.
    pub session_name: Option<String>,
    /// `DurationSeconds`.
    pub duration_seconds: Option<i64>,
}
