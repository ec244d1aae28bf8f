//! The options of `run` and `serve`, and the configuration that they make with the files they name.

use super::{USAGE, usage};
use crate::{
    config::{Config, Document, ParameterValue, SecretValue, StoredParameter, StoredSecret},
    fault::Script,
    log::{LogTo, Place},
    span::parse_span,
};
use irsa_core::Error;
use lexopt::{Arg, Parser, ValueExt};
use std::{env, ffi::OsString, net::IpAddr, path::PathBuf, time::Duration};

const CONFIG: &str = "irsa-local.yaml";

/// What the command line says.
#[derive(Default)]
pub(super) struct Args {
    config: Option<PathBuf>,
    service_account: Option<PathBuf>,
    trust_policy: Option<PathBuf>,
    policies: Vec<PathBuf>,
    secrets: Vec<StoredSecret>,
    parameters: Vec<StoredParameter>,
    buckets: Vec<String>,
    bucket_folder: Option<PathBuf>,
    role: Option<String>,
    region: Option<String>,
    fault: Option<PathBuf>,
    rotate: Option<Duration>,
    issuer_loopback: bool,
    tls: bool,
    port: u16,
    issuer_port: u16,
    address: Option<IpAddr>,
    state: Option<PathBuf>,
    log: Option<PathBuf>,
    /// Neither an access log nor warnings.
    pub(super) quiet: bool,
    log_json: bool,
    explain: bool,
    /// `serve`: variables as JSON.
    pub(super) json: bool,
    /// `run`: what stands behind `--`, or from the first word on.
    pub(super) command: Vec<OsString>,
}

impl Args {
    /// `Err(None)`: help was asked for, and printed.
    pub(super) fn parse(mut parser: Parser, with_command: bool) -> Result<Self, Option<Error>> {
        let mut args = Self::default();
        loop {
            // What follows -- is the child's, even where it looks like an option.
            match parser.next().map_err(wrong)? {
                None => return Ok(args),
                Some(Arg::Long("help") | Arg::Short('h')) => {
                    print!("{USAGE}");
                    return Err(None);
                }
                Some(Arg::Value(first)) if with_command => {
                    args.command.push(first);
                    args.command.extend(parser.raw_args().map_err(wrong)?);
                    return Ok(args);
                }
                Some(Arg::Long(name)) => {
                    let name = name.to_owned();
                    args.option(&name, &mut parser)?;
                }
                Some(other) => return Err(Some(wrong(other.unexpected()))),
            }
        }
    }

    fn option(&mut self, option: &str, parser: &mut Parser) -> Result<(), Error> {
        let mut text = || -> Result<String, Error> { parser.value().and_then(ValueExt::string).map_err(wrong) };
        match option {
            "config" => self.config = Some(text()?.into()),
            "service-account" => self.service_account = Some(text()?.into()),
            "trust-policy" => self.trust_policy = Some(text()?.into()),
            "policy" => self.policies.push(text()?.into()),
            "secret" => {
                let (name, value) = pair(option, &text()?)?;
                self.secrets.push(StoredSecret { name, value: SecretValue::Text(value.into()) });
            }
            "parameter" => {
                let (name, value) = pair(option, &text()?)?;
                self.parameters.push(StoredParameter { name, value: ParameterValue::Text(value) });
            }
            "secure-parameter" => {
                let (name, value) = pair(option, &text()?)?;
                self.parameters.push(StoredParameter { name, value: ParameterValue::Secure(value.into()) });
            }
            "bucket" => self.buckets.push(text()?),
            "bucket-folder" => self.bucket_folder = Some(text()?.into()),
            "role" => self.role = Some(text()?),
            "region" => self.region = Some(text()?),
            "fault" => self.fault = Some(text()?.into()),
            "rotate" => self.rotate = Some(parse_span(&text()?, "--rotate")?),
            "issuer-loopback" => self.issuer_loopback = true,
            "tls" => self.tls = true,
            "port" => self.port = number(option, &text()?)?,
            "issuer-port" => self.issuer_port = number(option, &text()?)?,
            "listen" => self.address = Some(number(option, &text()?)?),
            "state" => self.state = Some(text()?.into()),
            "log" => self.log = Some(text()?.into()),
            "quiet" => self.quiet = true,
            "log-json" => self.log_json = true,
            "explain" => self.explain = true,
            "json" => self.json = true,
            other => return Err(usage(format!("unknown option --{}", other.escape_default()))),
        }
        Ok(())
    }

    /// Reads the files.
    pub(super) fn config(&self) -> Result<Config, Error> {
        let mut config = match (&self.config, &self.service_account, &self.trust_policy) {
            (None, Some(account), Some(trust)) => Config::from_files(account, trust, &self.policies)?,
            (None, Some(_), None) => {
                return Err(usage("--service-account without --trust-policy").with_fix("add --trust-policy FILE"));
            }
            (None, None, Some(_)) => {
                return Err(usage("--trust-policy without --service-account").with_fix("add --service-account FILE"));
            }
            (Some(path), None, None) if self.policies.is_empty() => Config::from_file(path)?,
            (Some(_), ..) => {
                return Err(usage("--config beside --service-account, --trust-policy or --policy")
                    .with_fix("name the files in the --config file, or leave it out"));
            }
            (None, None, None) if self.policies.is_empty() => Config::from_file(CONFIG.as_ref()).map_err(|e| {
                let fix =
                    format!("give --service-account, --trust-policy and --policy, or --config FILE; or write {CONFIG}");
                e.with_more(", and no other file was named").with_fix(fix)
            })?,
            (None, None, None) => {
                return Err(usage("--policy without --service-account")
                    .with_fix("add --service-account FILE and --trust-policy FILE"));
            }
        };
        config.secrets.extend(self.secrets.iter().cloned());
        config.parameters.extend(self.parameters.iter().cloned());
        config.buckets.extend(self.buckets.iter().cloned());
        config.bucket_folder = self.bucket_folder.clone().or(config.bucket_folder);
        config.role = self.role.clone().or(config.role);
        // The webhook keeps a Region that the pod has already.
        let of_env = || {
            ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|name| env::var(name).ok().filter(|v| !v.is_empty()))
        };
        config.region = self.region.clone().or(config.region).or_else(of_env);
        if let Some(path) = &self.fault {
            let script = Document::read(path)?;
            config.faults = Script::parse(&script.text, &script.name)?;
        }
        config.rotate = self.rotate;
        config.issuer_loopback = self.issuer_loopback;
        config.tls = self.tls;
        config.port = self.port;
        config.issuer_port = self.issuer_port;
        config.address = self.address.unwrap_or(config.address);
        config.state.clone_from(&self.state);
        config.log = LogTo {
            place: match &self.log {
                _ if self.quiet => Place::Memory,
                Some(path) => Place::File(path.clone()),
                None => Place::Stderr,
            },
            json: self.log_json,
            explain: self.explain,
        };
        Ok(config)
    }
}

/// `NAME=VALUE`.
fn pair(option: &str, text: &str) -> Result<(String, String), Error> {
    let key = if option == "secret" { "secrets" } else { "parameters" };
    match text.split_once('=').filter(|(name, _)| !name.is_empty()) {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(usage(format!("--{option}: no NAME=VALUE"))
            .with_fix(format!("write --{option} NAME=VALUE, or `{key}:` in irsa-local.yaml"))),
    }
}

fn number<T: std::str::FromStr>(option: &str, text: &str) -> Result<T, Error> {
    let fix =
        if option == "listen" { "write 127.0.0.1 or ::1" } else { "write a port from 1 to 65535, or 0 for a free one" };
    text.parse().map_err(|_| usage(format!("--{option} {}: no such thing", text.escape_default())).with_fix(fix))
}

pub(super) fn wrong(error: lexopt::Error) -> Error {
    usage(error.to_string())
}
