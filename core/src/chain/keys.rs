//! Keys that come ready-made: the JVM's system properties, and the environment.
//!
//! Names of the AWS SDK for Java 2.x and of the AWS SDKs and Tools Reference Guide. Each of the two is a source of its
//! own: half a key here and half there make none. `AWS_CREDENTIAL_EXPIRATION` and `AWS_ACCOUNT_ID` are optional.

use super::{
    Chain, Look, Ready, Source,
    explain::Found,
    settings::{Origin, Setting},
};
use crate::{Code, Credentials, Error, Timestamp, credentials::printable_id};
use alloc::{format, vec::Vec};

/// The names of one source.
struct Names {
    source: Source,
    get: fn(&super::Inputs, &'static str) -> Option<Setting>,
    access_key_id: &'static str,
    secret_access_key: &'static str,
    session_token: &'static str,
    account_id: &'static str,
    expiration: Option<&'static str>,
}

const PROPERTIES: Names = Names {
    source: Source::Properties,
    get: super::Inputs::property,
    access_key_id: "aws.accessKeyId",
    secret_access_key: "aws.secretAccessKey",
    session_token: "aws.sessionToken",
    account_id: "aws.accountId",
    expiration: None,
};

const ENVIRONMENT: Names = Names {
    source: Source::Environment,
    get: super::Inputs::variable,
    access_key_id: "AWS_ACCESS_KEY_ID",
    secret_access_key: "AWS_SECRET_ACCESS_KEY",
    session_token: "AWS_SESSION_TOKEN",
    account_id: "AWS_ACCOUNT_ID",
    expiration: Some("AWS_CREDENTIAL_EXPIRATION"),
};

pub(super) fn properties(chain: &mut Chain<'_>) -> Result<Look, Error> {
    look(chain, &PROPERTIES)
}

pub(super) fn environment(chain: &mut Chain<'_>) -> Result<Look, Error> {
    look(chain, &ENVIRONMENT)
}

fn look(chain: &mut Chain<'_>, names: &Names) -> Result<Look, Error> {
    let get = |name| (names.get)(chain.inputs, name);
    let parts = Parts {
        access_key_id: get(names.access_key_id),
        secret_access_key: get(names.secret_access_key),
        session_token: get(names.session_token),
        account_id: get(names.account_id),
    };
    chain.found(parts.found());
    let Some(mut credentials) = parts.credentials(
        names.source.name(),
        [names.access_key_id, names.secret_access_key],
        &format!("set both {} and {}, or neither", names.access_key_id, names.secret_access_key),
    )?
    else {
        return Ok(Look::Absent(format!("{} and {} are not set", names.access_key_id, names.secret_access_key)));
    };
    if let Some(end) = names.expiration.and_then(get) {
        chain.found([Found::of("expiration", &end)]);
        let Some(time) = Timestamp::parse(end.text()) else {
            return Err(end.invalid("a time such as 2026-11-24T10:00:00Z"));
        };
        if time <= chain.io.now().wall {
            let message = format!("the keys expired at {time}, says {}", end.from);
            return Err(Error::new(Code::KeysExpired, names.source.name(), message)
                .with_fix(format!("set new keys, or unset {} and its keys", end.from)));
        }
        credentials = credentials.with_expiration(time);
    }
    Ok(Look::ready(Ready::new(credentials, format!("{} and {}", names.access_key_id, names.secret_access_key))))
}

/// A key in parts, from wherever.
pub(super) struct Parts {
    pub access_key_id: Option<Setting>,
    pub secret_access_key: Option<Setting>,
    pub session_token: Option<Setting>,
    pub account_id: Option<Setting>,
}

impl Parts {
    /// What is there, without the secrets.
    pub fn found(&self) -> Vec<Found> {
        let all = [
            self.access_key_id
                .as_ref()
                .map(|s| Found { value: Some(printable_id(s.text()).into()), ..Found::secret("access key id", s) }),
            self.secret_access_key.as_ref().map(|s| Found::secret("secret access key", s)),
            self.session_token.as_ref().map(|s| Found::secret("session token", s)),
            self.account_id.as_ref().map(|s| Found::of("account", s)),
        ];
        all.into_iter().flatten().collect()
    }

    /// The whole key; `None` where there is no part of one. `names` are those of the halves, for the error.
    pub fn credentials(&self, source: &'static str, names: [&str; 2], fix: &str) -> Result<Option<Credentials>, Error> {
        let [id_name, secret_name] = names;
        let half = |there: &Origin, missing: &str| {
            let message = format!("{there} is set, but {missing} is not");
            Err(Error::new(Code::KeysIncomplete, source, message).with_fix(alloc::string::String::from(fix)))
        };
        let (id, secret) = match (&self.access_key_id, &self.secret_access_key) {
            (Some(id), Some(secret)) => (id, secret),
            (Some(id), None) => return half(&id.from, secret_name),
            (None, Some(secret)) => return half(&secret.from, id_name),
            (None, None) => return Ok(None),
        };
        let mut credentials = Credentials::new(id.text(), secret.value.clone(), source);
        if let Some(token) = &self.session_token {
            credentials = credentials.with_session_token(token.value.clone());
        }
        if let Some(account) = &self.account_id {
            credentials = credentials.with_account_id(account.text());
        }
        Ok(Some(credentials))
    }
}
