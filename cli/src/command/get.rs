//! `get secret`: a value of Secrets Manager.

use crate::{
    args::{Args, Ended, Word, nearest, usage},
    identity::Identity,
    output,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use irsa_core::services::secrets_manager::{self, GetSecretValue, SecretValue, Value};
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
    let name = match words.as_slice() {
        [what, name] if what == "secret" => name.as_str(),
        [what] if what == "secret" => return Err(usage("get", "which secret? no name").into()),
        [what, ..] if nearest(what, ["secret"].into_iter()).is_none() => {
            return Err(usage("get", format!("there is no “{what}” to get; get secret is all there is so far")).into());
        }
        _ => return Err(usage("get", "write irsa get secret NAME").into()),
    };
    let session = identity.session();
    let resolved = session.resolve()?;
    let ask = GetSecretValue { version_id, version_stage, ..GetSecretValue::new(name) };
    let place = ask.clone();
    let call = session.call(&resolved, secrets_manager::SERVICE, move |settings| place.endpoint(settings))?;
    let credentials = resolved.credentials;
    let secret = session
        .drive(move |io| async move { secrets_manager::get_secret_value(&io, &call, &ask, &credentials).await })?;
    Ok(if args.json { as_json(&secret) } else { as_it_is(&secret) }?)
}

/// Followed by a line feed on a terminal alone.
fn as_it_is(secret: &SecretValue) -> Result<(), irsa_core::Error> {
    output::data(secret.value.expose())?;
    if io::stdout().is_terminal() { output::data(b"\n") } else { Ok(()) }
}

fn as_json(secret: &SecretValue) -> Result<(), irsa_core::Error> {
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
