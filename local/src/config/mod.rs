//! What is played: roles with their policies and service accounts, OIDC providers, secrets, and how to serve them.
//!
//! A [`Config`] comes from the files that users have (a ServiceAccount manifest, a trust policy, a permission policy) or
//! from an `irsa-local.yaml` that names several of them. Files are limited to 1 MiB.

mod document;
mod file;
mod json;
mod service_account;
pub(crate) mod yaml;

pub use document::Document;
pub use service_account::{DEFAULT_AUDIENCE, ServiceAccount};

pub(crate) use document::read;

use crate::{fault::Script, log::LogTo, services::parameter_store};
use irsa_core::{
    Code, Error, Secret,
    arn::{ProviderArn, RoleArn},
};
use std::{net::IpAddr, path::Path, path::PathBuf, time::Duration};

/// Of an advanced parameter.
const PARAMETER_LIMIT: usize = 8192;

/// Everything that [`Local::start`](crate::Local::start) needs.
#[derive(Clone, Debug)]
pub struct Config {
    /// The roles that exist. At least one has a service account.
    pub roles: Vec<Role>,
    /// The OIDC providers that exist. `None`: those that the trust policies name, each in the account that its ARN
    /// says, with the audiences of the service accounts as client ids.
    pub providers: Option<Vec<Provider>>,
    /// What Secrets Manager holds, in every account.
    pub secrets: Vec<StoredSecret>,
    /// What Parameter Store holds, in every account.
    pub parameters: Vec<StoredParameter>,
    /// The buckets that S3 has, beside those in `bucket_folder`.
    pub buckets: Vec<String>,
    /// Where objects are kept: a folder for each bucket, a file for each object. `None`: in the state folder.
    pub bucket_folder: Option<PathBuf>,
    /// The Region; `None`: the first of the role's partition.
    pub region: Option<String>,
    /// Name or ARN of the role whose pod is played; `None`: the first that has a service account.
    pub role: Option<String>,
    /// Where to listen: a loopback address.
    pub address: IpAddr,
    /// The issuer's port; 0: a free one.
    pub issuer_port: u16,
    /// The port of STS and the services; 0: a free one.
    pub port: u16,
    /// Serve over TLS, with a CA of its own.
    pub tls: bool,
    /// Tokens, discovery and policies name the listener's own URL in place of the issuer that the trust policy names.
    pub issuer_loopback: bool,
    /// Write a new token so often; `None`: at 80 % of its life, as the kubelet does.
    pub rotate: Option<Duration>,
    /// What goes wrong, in order.
    pub faults: Script,
    /// Folder for token, keys and CA, kept afterwards; `None`: a temporary one, removed at the end.
    pub state: Option<PathBuf>,
    /// Where the access log goes, besides memory.
    pub log: LogTo,
}

/// A role in IAM.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its ARN.
    pub arn: RoleArn,
    /// Who may assume it.
    pub trust_policy: Document,
    /// What it may do: identity-based policies.
    pub policies: Vec<Document>,
    /// The service account that is to have it. `None`: only other roles assume it.
    pub service_account: Option<ServiceAccount>,
    /// `MaxSessionDuration`; IAM's default is an hour.
    pub max_session_duration: Duration,
}

/// An OIDC provider in IAM.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its ARN, which names account and issuer.
    pub arn: ProviderArn,
    /// The audiences it knows.
    pub client_ids: Vec<String>,
    /// The key set of an issuer that is not played here; `None`: the one played here signs.
    pub jwks: Option<Document>,
}

/// A secret in Secrets Manager.
#[derive(Clone, Debug)]
pub struct StoredSecret {
    /// Its name.
    pub name: String,
    /// Its current value.
    pub value: SecretValue,
}

/// Text or bytes.
#[derive(Clone, Debug)]
pub enum SecretValue {
    /// Given back as `SecretString`.
    Text(Secret),
    /// Given back as `SecretBinary`.
    Binary(irsa_core::secret::SecretBytes),
}

/// A parameter in Parameter Store.
#[derive(Clone, Debug)]
pub struct StoredParameter {
    /// Its name: with slashes it begins with one.
    pub name: String,
    /// Its current value.
    pub value: ParameterValue,
}

/// What a parameter is, of at most 8 KiB.
#[derive(Clone, Debug)]
pub enum ParameterValue {
    /// A `String`.
    Text(String),
    /// A `StringList`: what is given back has commas between these.
    List(Vec<String>),
    /// A `SecureString`, given back in clear where decryption is asked for.
    Secure(Secret),
}

impl ParameterValue {
    /// The type's name at AWS.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "String",
            Self::List(_) => "StringList",
            Self::Secure(_) => "SecureString",
        }
    }

    /// As AWS gives it back.
    pub(crate) fn joined(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(items) => items.join(","),
            Self::Secure(secret) => secret.expose().to_owned(),
        }
    }
}

impl Config {
    /// With these roles, on free ports of 127.0.0.1, and all else at its default.
    pub fn new(roles: Vec<Role>) -> Self {
        Self {
            roles,
            providers: None,
            secrets: Vec::new(),
            parameters: Vec::new(),
            buckets: Vec::new(),
            bucket_folder: None,
            region: None,
            role: None,
            address: IpAddr::from([127, 0, 0, 1]),
            issuer_port: 0,
            port: 0,
            tls: false,
            issuer_loopback: false,
            rotate: None,
            faults: Script::default(),
            state: None,
            log: LogTo::default(),
        }
    }

    /// From an `irsa-local.yaml`; the paths in it are relative to its folder.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        file::load(path)
    }

    /// From one ServiceAccount manifest, one trust policy and any number of permission policies.
    pub fn from_files(service_account: &Path, trust_policy: &Path, policies: &[PathBuf]) -> Result<Self, Error> {
        let manifest = Document::read(service_account)?;
        let account = ServiceAccount::parse(&manifest.text, &manifest.name)?;
        Ok(Self::new(vec![Role {
            arn: account.role_arn.clone(),
            trust_policy: Document::read(trust_policy)?,
            policies: policies.iter().map(|path| Document::read(path)).collect::<Result<_, _>>()?,
            service_account: Some(account),
            max_session_duration: Role::DEFAULT_DURATION,
        }]))
    }

    /// With a secret that is a text.
    #[must_use]
    pub fn with_secret(mut self, name: &str, value: impl Into<Secret>) -> Self {
        self.secrets.push(StoredSecret { name: name.into(), value: SecretValue::Text(value.into()) });
        self
    }

    /// With a parameter that is a `String`.
    #[must_use]
    pub fn with_parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.push(StoredParameter { name: name.into(), value: ParameterValue::Text(value.into()) });
        self
    }

    /// With a bucket.
    #[must_use]
    pub fn with_bucket(mut self, name: &str) -> Self {
        self.buckets.push(name.into());
        self
    }

    /// S3 would take these names.
    pub(crate) fn check_buckets(&self) -> Result<(), Error> {
        match self.buckets.iter().find(|name| !s3s::path::check_bucket_name(name)) {
            None => Ok(()),
            Some(name) => {
                let name = name.escape_default();
                let message = format!("“{name}” is no name for a bucket");
                Err(Error::new(Code::LocalSetup, "irsa-local", message).with_fix(format!(
                    "bucket “{name}”: use 3 to 63 lower-case letters, digits, . and -, and no address"
                )))
            }
        }
    }

    /// Parameter Store would take these.
    pub(crate) fn check_parameters(&self) -> Result<(), Error> {
        for (at, StoredParameter { name, value }) in self.parameters.iter().enumerate() {
            let twice = || self.parameters[..at].iter().any(|other| other.name == *name);
            let (what, fix) = match (parameter_store::name_fault(name), value.joined().len()) {
                (Some(fault), _) => (fault.to_owned(), "give it a name such as /app/db/host"),
                (None, 0) => ("is empty".to_owned(), "give it a value"),
                (None, size) if size > PARAMETER_LIMIT => {
                    (format!("has more than {PARAMETER_LIMIT} bytes"), "keep larger values in secrets")
                }
                (None, _) if twice() => ("is there twice".to_owned(), "name each parameter once"),
                _ => continue,
            };
            let name = name.escape_default();
            return Err(Error::new(Code::LocalSetup, "irsa-local", format!("the parameter “{name}” {what}"))
                .with_fix(format!("parameter “{name}”: {fix}")));
        }
        Ok(())
    }

    /// The role whose pod is played.
    pub fn pod_role(&self) -> Result<(&Role, &ServiceAccount), Error> {
        let mut of_pods = self.roles.iter().filter_map(|role| Some((role, role.service_account.as_ref()?)));
        let found = match &self.role {
            None => of_pods.next(),
            Some(wanted) => of_pods.find(|(role, _)| role.arn.name() == wanted || role.arn.as_str() == wanted),
        };
        found.ok_or_else(|| {
            let known: Vec<&str> =
                self.roles.iter().filter(|r| r.service_account.is_some()).map(|r| r.arn.name()).collect();
            let message = match &self.role {
                Some(wanted) => format!("no role “{wanted}” with a service account"),
                None => "no role has a service account".into(),
            };
            let fix = match known.as_slice() {
                [] => "give one: --service-account FILE, or `service-account` of a role in irsa-local.yaml".into(),
                known => format!("--role {}", known.join(" or --role ")),
            };
            Error::new(Code::LocalSetup, "irsa-local", message).with_fix(fix)
        })
    }

    /// The Region that is played: the one that was said, that of the cluster whose `issuer` this is, or the first of
    /// the role's partition.
    pub(crate) fn region(&self, issuer: &str) -> Result<String, Error> {
        let of_cluster = || {
            let host = issuer.strip_prefix("https://oidc.eks.")?.split('/').next()?;
            let (region, suffix) = host.split_once('.')?;
            suffix.starts_with("amazonaws.com").then(|| region.to_owned())
        };
        match self.region.clone().or_else(of_cluster) {
            Some(region) => Ok(region),
            None => Ok(self.pod_role()?.0.arn.partition().global_region.to_owned()),
        }
    }
}

impl Role {
    /// IAM's own default of `MaxSessionDuration`.
    pub const DEFAULT_DURATION: Duration = Duration::from_secs(3600);
}
