//! `irsa-local.yaml`: several roles, providers and what the services hold, in one file. docs/local.md shows every key.

use super::{
    Config, Document, ParameterValue, Provider, Role, SecretValue, ServiceAccount, StoredParameter, StoredSecret,
    json::Reader, read, service_account, yaml,
};
use crate::span::parse_span;
use irsa_core::{
    Code, Error,
    arn::{ProviderArn, RoleArn},
};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

pub(super) fn load(file: &Path) -> Result<Config, Error> {
    let document = Document::read(file)?;
    let name = &document.name;
    let documents = yaml::parse(&document.text, name)?;
    let [value] = documents.as_slice() else {
        return Err(Error::new(
            Code::LocalManifest,
            "irsa-local",
            format!("{name}: holds {} documents", documents.len()),
        )
        .with_fix(format!("write one document with `roles:` into {name}")));
    };
    let folder = file.parent().map(Path::to_owned).unwrap_or_default();
    let root = Reader::new(value, name, Code::LocalManifest);
    root.only(&["region", "role", "roles", "providers", "secrets", "parameters", "buckets", "bucket-folder"])?;
    let roles = root.need("roles")?.items()?.iter().map(|item| role(item, &folder)).collect::<Result<_, _>>()?;
    let mut config = Config::new(roles);
    config.region = root.get("region").map(|value| value.text()).transpose()?;
    config.role = root.get("role").map(|value| value.text()).transpose()?;
    if let Some(providers) = root.get("providers") {
        config.providers =
            Some(providers.items()?.iter().map(|item| provider(item, &folder)).collect::<Result<_, _>>()?);
    }
    if let Some(secrets) = root.get("secrets") {
        for (name, value) in secrets.members()? {
            config.secrets.push(StoredSecret { name: name.to_owned(), value: secret(&value, &folder)? });
        }
    }
    if let Some(parameters) = root.get("parameters") {
        for (name, value) in parameters.members()? {
            config.parameters.push(StoredParameter { name: name.to_owned(), value: parameter(&value, &folder)? });
        }
    }
    if let Some(buckets) = root.get("buckets") {
        config.buckets = buckets.items()?.iter().map(Reader::text).collect::<Result<_, _>>()?;
    }
    config.bucket_folder = root.get("bucket-folder").map(|value| path(&value, &folder)).transpose()?;
    Ok(config)
}

fn role(item: &Reader<'_>, folder: &Path) -> Result<Role, Error> {
    item.only(&["service-account", "role-arn", "trust-policy", "policy", "max-session-duration"])?;
    let service_account = match item.get("service-account") {
        None => None,
        Some(value) => {
            let manifest = document(&value, folder)?;
            Some(ServiceAccount::parse(&manifest.text, &manifest.name)?)
        }
    };
    let arn = match (item.get("role-arn"), &service_account) {
        (Some(value), None) => arn(&value, RoleArn::parse)?,
        (None, Some(account)) => account.role_arn.clone(),
        (None, None) => {
            return Err(item.error("names neither a service account nor a role", "add `service-account` or `role-arn`"));
        }
        (Some(_), Some(_)) => {
            return Err(item.error(
                "has `role-arn` beside `service-account`",
                "leave `role-arn` out: the manifest names the role",
            ));
        }
    };
    let policies = match item.get("policy") {
        None => Vec::new(),
        Some(value) => value.one_or_many()?.iter().map(|one| document(one, folder)).collect::<Result<_, _>>()?,
    };
    Ok(Role {
        arn,
        trust_policy: document(&item.need("trust-policy")?, folder)?,
        policies,
        service_account,
        max_session_duration: match item.get("max-session-duration") {
            None => Role::DEFAULT_DURATION,
            Some(value) => session_duration(&value)?,
        },
    })
}

/// IAM takes 3,600 to 43,200 seconds; a plain number counts as seconds, as in IAM.
fn session_duration(value: &Reader<'_>) -> Result<Duration, Error> {
    let text = value.text()?;
    let span = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => parse_span(&text, value.path())?,
    };
    if !(3600..=43_200).contains(&span.as_secs()) {
        return Err(value.error(&format!("is {text}"), "IAM takes 1h to 12h"));
    }
    Ok(span)
}

fn provider(item: &Reader<'_>, folder: &Path) -> Result<Provider, Error> {
    item.only(&["arn", "client-ids", "jwks"])?;
    let client_ids = match item.get("client-ids") {
        None => vec![service_account::DEFAULT_AUDIENCE.to_owned()],
        Some(list) => list.items()?.iter().map(Reader::text).collect::<Result<_, _>>()?,
    };
    Ok(Provider {
        arn: arn(&item.need("arn")?, ProviderArn::parse)?,
        client_ids,
        jwks: item.get("jwks").map(|value| document(&value, folder)).transpose()?,
    })
}

fn arn<T>(value: &Reader<'_>, parse: impl Fn(&str) -> Result<T, Error>) -> Result<T, Error> {
    parse(&value.text()?).map_err(|e| {
        let place = value.error("", "");
        let fix = format!("{}{}", place.fix(), e.fix());
        e.with_at("irsa-local").with_fix(fix)
    })
}

/// A path to a file, or the document itself written in place.
fn document(value: &Reader<'_>, folder: &Path) -> Result<Document, Error> {
    match value.value() {
        Value::Object(_) => Ok(Document::new(&value.place(), value.value().to_string())),
        _ => Document::read(&path(value, folder)?),
    }
}

fn secret(value: &Reader<'_>, folder: &Path) -> Result<SecretValue, Error> {
    if !value.value().is_object() {
        return Ok(SecretValue::Text(value.text()?.into()));
    }
    value.only(&["file", "binary-file"])?;
    match (value.get("file"), value.get("binary-file")) {
        (Some(file), None) => Ok(SecretValue::Text(Document::read(&path(&file, folder)?)?.text.into())),
        (None, Some(file)) => Ok(SecretValue::Binary(read(&path(&file, folder)?)?.into())),
        _ => Err(value.error("names no file, or two", "write a text, `file: PATH` or `binary-file: PATH`")),
    }
}

/// A text, a list of texts, or a mapping that says where the text is, or that it is secure.
fn parameter(value: &Reader<'_>, folder: &Path) -> Result<ParameterValue, Error> {
    match value.value() {
        Value::Array(_) => {
            return Ok(ParameterValue::List(value.items()?.iter().map(Reader::text).collect::<Result<_, _>>()?));
        }
        Value::Object(_) => value.only(&["file", "secure", "secure-file"])?,
        _ => return Ok(ParameterValue::Text(value.text()?)),
    }
    let read = |file: &Reader<'_>| Ok::<_, Error>(Document::read(&path(file, folder)?)?.text);
    match (value.get("file"), value.get("secure"), value.get("secure-file")) {
        (Some(file), None, None) => Ok(ParameterValue::Text(read(&file)?)),
        (None, Some(text), None) => Ok(ParameterValue::Secure(text.text()?.into())),
        (None, None, Some(file)) => Ok(ParameterValue::Secure(read(&file)?.into())),
        _ => Err(value.error(
            "says nothing, or two things",
            "write a text, a list, `secure: TEXT`, `file: PATH` or `secure-file: PATH`",
        )),
    }
}

fn path(value: &Reader<'_>, folder: &Path) -> Result<PathBuf, Error> {
    Ok(folder.join(value.text()?))
}
