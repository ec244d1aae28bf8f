//! `get secret` and `get parameter`: a value of Secrets Manager, or of Parameter Store.

use crate::{
    args::{Args, Ended, Word, nearest, usage},
    identity::{Identity, Session},
    output,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use irsa_core::{
    Error,
    endpoint::Settings,
    services::{
        secrets_manager::{self, GetSecretValue, SecretValue, Value},
        ssm::{self, Ask, GetParameter, Parameter},
    },
};
use serde_json::json;
use std::io::{self, IsTerminal};

pub fn run(args: &mut Args) -> Result<(), Ended> {
    let mut identity = Identity::default();
    let (mut words, mut version_id, mut version_stage) = (Vec::new(), None, None);
    while let Some(word) = args.next()? {
        match &word {
            Word::Value(value) => words.push(value.to_string_lossy().into_owned()),
            Word::Flag(flag) if flag == "--version-id" => version_id = Some(args.value()?.into()),
            Word::Flag(flag) if flag == "--version-stage" => version_stage = Some(args.value()?.into()),
            Word::Flag(_) => identity.take(&word, args)?,
        }
    }
    let (what, name) = match words.as_slice() {
        [what, name] if KINDS.contains(&&**what) => (what.as_str(), name.as_str()),
        [what] if KINDS.contains(&&**what) => return Err(usage("get", format!("which {what}? no name")).into()),
        [what, ..] if nearest(what, KINDS.into_iter()).is_none() => {
            let message = format!("there is no “{what}” to get; get secret and get parameter are all there is so far");
            return Err(usage("get", message).into());
        }
        _ => return Err(usage("get", "write irsa get secret NAME or irsa get parameter NAME").into()),
    };
    let session = identity.session();
    match what {
        "secret" => {
            secret(&session, GetSecretValue { version_id, version_stage, ..GetSecretValue::new(name) }, args.json)
        }
        _ if version_id.is_some() || version_stage.is_some() => {
            let error = usage("get", "--version-id and --version-stage are for secrets");
            Err(error.with_fix(format!("write the version or label behind the name: {name}:3")).into())
        }
        _ => parameter(&session, GetParameter::new(name), args.json),
    }
}

const KINDS: [&str; 2] = ["secret", "parameter"];

fn secret(session: &Session, ask: GetSecretValue, as_json: bool) -> Result<(), Ended> {
    let resolved = session.resolve()?;
    let place = ask.clone();
    let call = session.call(&resolved, secrets_manager::SERVICE, move |settings| place.endpoint(settings))?;
    let credentials = resolved.credentials;
    let secret = session
        .drive(move |io| async move { secrets_manager::get_secret_value(&io, &call, &ask, &credentials).await })?;
    Ok(if as_json { secret_as_json(&secret) } else { as_it_is(secret.value.expose()) }?)
}

fn parameter(session: &Session, ask: GetParameter, as_json: bool) -> Result<(), Ended> {
    let resolved = session.resolve()?;
    let place = ask.clone();
    let choose = move |settings: &Settings<'_>| Ask::Parameter(&place).endpoint(settings);
    let call = session.call(&resolved, ssm::SERVICE, choose)?;
    let credentials = resolved.credentials;
    let parameter = session.drive(move |io| async move { ssm::get_parameter(&io, &call, &ask, &credentials).await })?;
    let value = parameter.value.expose();
    Ok(if as_json { parameter_as_json(&parameter) } else { as_it_is(value.as_bytes()) }?)
}

/// Followed by a line feed on a terminal alone.
fn as_it_is(value: &[u8]) -> Result<(), Error> {
    output::data(value)?;
    if io::stdout().is_terminal() { output::data(b"\n") } else { Ok(()) }
}

fn secret_as_json(secret: &SecretValue) -> Result<(), Error> {
    let (text, binary) = match &secret.value {
        Value::Text(text) => (Some(text.expose()), None),
        Value::Binary(bytes) => (None, Some(STANDARD.encode(bytes.expose()))),
    };
    output::value(&json!({
        "name": secret.name,
        "arn": secret.arn,
        "version_id": secret.version_id,
        "version_stages": secret.version_stages,
        "created": secret.created.map(|time| time.to_string()),
        "text": text,
        "binary": binary,
    }))
}

fn parameter_as_json(parameter: &Parameter) -> Result<(), Error> {
    output::value(&json!({
        "name": parameter.name,
        "arn": parameter.arn,
        "type": parameter.kind.name(),
        "value": parameter.value.expose(),
        "version": parameter.version,
        "selector": parameter.selector,
        "last_modified": parameter.last_modified.map(|time| time.to_string()),
        "data_type": parameter.data_type,
    }))
}
