//! `whoami`: GetCallerIdentity.

use crate::{
    args::{Args, Ended},
    identity::Identity,
    output,
};
use irsa_core::{endpoint::Endpoint, sts};
use serde_json::json;

pub fn run(args: &mut Args) -> Result<(), Ended> {
    let mut identity = Identity::default();
    while let Some(word) = args.next()? {
        identity.take(&word, args)?;
    }
    let session = identity.session();
    let resolved = session.resolve()?;
    let call = session.call(&resolved, sts::STS, |settings| Endpoint::resolve(settings, None))?;
    let credentials = resolved.credentials;
    let caller = session.drive(move |io| async move { sts::get_caller_identity(&io, &call, &credentials).await })?;
    if args.json {
        let all = json!({ "account": caller.account, "arn": caller.arn, "user_id": caller.user_id });
        return Ok(output::value(&all)?);
    }
    let lines = [("account", &caller.account), ("arn", &caller.arn), ("user id", &caller.user_id)];
    Ok(output::data(lines.map(|(name, value)| format!("{name:<8} {value}\n")).concat().as_bytes())?)
}
