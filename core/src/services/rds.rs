//! RDS: the token that is a database user's password, where IAM says who may connect.
//!
//! Follows “IAM database authentication” of the RDS user guide: a presigned GET of `host:port/?Action=connect&DBUser=user`
//! for the service `rds-db`, good for 900 s, without its scheme. Nothing is sent: the database asks AWS about it.
//! Limits: a host name of 1 to 253 bytes, a port from 1 on, a user of 1 to 128 bytes without control characters. RDS knows
//! a database by the endpoint that it gave it, in lower case, so that the host is written so; a CNAME will not do.

use super::shown;
use crate::{
    Code, Credentials, Error, Secret, Timestamp,
    partition::PARTITIONS,
    sigv4::{self, KeyCache, Payload, Signing, append},
};
use alloc::{borrow::Cow, boxed::Box, format, string::String};

/// How long a token lets one in. A connection that is open outlives it.
pub const EXPIRES: u32 = 900;

/// What a database's token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// The endpoint of the instance, cluster or proxy, as RDS shows it.
    pub host: Box<str>,
    /// Its port.
    pub port: u16,
    /// The database's user.
    pub user: Box<str>,
    /// To sign for; `None`: the one in the host name.
    pub region: Option<Box<str>>,
}

/// A token. Whoever has it can connect as this user.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthToken {
    /// The password.
    pub token: Secret,
    /// When it ends: after 900 s, or with the credentials where that is sooner.
    pub expires: Timestamp,
    /// The Region that it was signed for.
    pub region: Box<str>,
}

impl Connect {
    /// At `host:port`, as `user`.
    pub fn new(address: &str, user: impl Into<Box<str>>) -> Result<Self, Error> {
        let said = shown(address);
        let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
        let (host, port) = match bare.rsplit_once(':') {
            _ if bare != address => {
                let fix = format!("leave out the scheme: {}", shown(bare.trim_end_matches('/')));
                return Err(wrong(format!("“{said}” has a scheme")).with_fix(fix));
            }
            Some((host, port)) => (host, port),
            None => {
                let fix = format!("write the port behind the host: {said}:5432 (PostgreSQL) or {said}:3306 (MySQL)");
                return Err(wrong(format!("“{said}” has no port")).with_fix(fix));
            }
        };
        let port =
            Some(port).filter(|port| port.bytes().all(|b| b.is_ascii_digit())).and_then(|port| port.parse().ok());
        let Some(port) = port else {
            return Err(wrong(format!("the port of “{said}” is no number from 1 to 65535")));
        };
        let connect = Self { host: host.into(), port, user: user.into(), region: None };
        connect.check()?;
        Ok(connect)
    }

    /// With the Region to sign for, where it is not to be that of the host name.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<Box<str>>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The Region to sign for: the one that was given, else the one in the host name
    /// (`db.abc123.eu-west-1.rds.amazonaws.com`, in China `db.abc123.rds.cn-north-1.amazonaws.com.cn`).
    pub fn region(&self) -> Option<Cow<'_, str>> {
        if let Some(region) = self.region.as_deref() {
            return Some(region.into());
        }
        let host = self.host.to_ascii_lowercase();
        let suffixes = PARTITIONS.iter().flat_map(|partition| [partition.dns_suffix, partition.dual_stack_suffix]);
        let labels = suffixes.into_iter().find_map(|suffix| host.strip_suffix(suffix)?.strip_suffix('.'))?;
        let mut labels = labels.rsplit('.');
        let of_rds = |label: &str| label == "rds" || label == "rds-preview";
        match (labels.next()?, labels.next()?) {
            (service, region) | (region, service) if of_rds(service) && is_region(region) => {
                Some(String::from(region).into())
            }
            _ => None,
        }
    }

    fn check(&self) -> Result<(), Error> {
        let Self { host, port, user, .. } = self;
        let in_host = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b'_';
        if host.is_empty() || host.len() > 253 || !host.bytes().all(in_host) {
            return Err(wrong(format!("“{}” is no host name", shown(host))));
        }
        if *port == 0 {
            return Err(wrong("the port is 0".into()));
        }
        if user.is_empty() || user.len() > 128 || user.chars().any(char::is_control) {
            let message = format!("the user “{}” has {} bytes, not 1 to 128 that can be read", shown(user), user.len());
            let fix = "name the database's user that rds-db:connect is allowed for, as CREATE USER had it";
            return Err(wrong(message).with_fix(fix));
        }
        Ok(())
    }
}

/// The token for a connection, to be used as the password, over TLS.
pub fn token(
    ask: &Connect,
    credentials: &Credentials,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<AuthToken, Error> {
    ask.check()?;
    let Some(region) = ask.region() else {
        let message = format!("no Region is given, and none is in the host name {}", shown(&ask.host));
        let fix = "name the database's Region (AWS_REGION), or take the endpoint as RDS shows it: NAME.ID.REGION.rds.amazonaws.com";
        return Err(Error::new(Code::RegionMissing, AT, message).with_fix(fix));
    };
    let mut user = alloc::vec::Vec::with_capacity(3 * ask.user.len());
    append(ask.user.as_bytes(), &mut user);
    let user = core::str::from_utf8(&user).unwrap_or_default();
    let host = ask.host.to_ascii_lowercase();
    // The port is signed with the host, but for 443, which is the scheme's own; RDS has none below 1150.
    let url = format!("https://{host}:{}/?Action=connect&DBUser={user}", ask.port);
    let signing = Signing::new(credentials, &region, "rds-db");
    let made = sigv4::presign("GET", &url, Payload::Bytes(b""), EXPIRES, &signing, keys, now)?;
    let token = made.expose().strip_prefix("https://").map(Secret::from);
    let end = Timestamp::from_unix_millis(now.unix_millis().saturating_add(i64::from(EXPIRES) * 1000));
    Ok(AuthToken {
        token: token.ok_or_else(|| Error::bug(AT, "a URL without its scheme was made"))?,
        expires: credentials.expiration().map_or(end, |its| its.min(end)),
        region: region.into_owned().into(),
    })
}

const AT: &str = "rds";

/// `us-gov-west-1`: what a Region looks like, known or not.
fn is_region(label: &str) -> bool {
    label.matches('-').count() >= 2
        && label.starts_with(|c: char| c.is_ascii_lowercase())
        && label.ends_with(|c: char| c.is_ascii_digit())
}

fn wrong(message: String) -> Error {
    Error::new(Code::RdsAddress, AT, message)
}

#[cfg(test)]
mod tests;
