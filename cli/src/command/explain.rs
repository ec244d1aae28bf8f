//! `explain`: where credentials come from.

use crate::{
    args::{Args, Ended},
    identity::Identity,
    output,
};
use irsa_core::credentials::printable_id;
use serde_json::json;

pub fn run(args: &mut Args) -> Result<(), Ended> {
    let mut identity = Identity::default();
    while let Some(word) = args.next()? {
        identity.take(&word, args)?;
    }
    let (result, explanation) = identity.session().explained();
    let credentials = result.as_ref().ok().map(|resolved| &resolved.credentials);
    if args.json {
        let mut all = explanation.to_json();
        all["credentials"] = json!(credentials.map(|c| json!({
            "source": c.source(),
            "access_key_id": printable_id(c.access_key_id()),
            "expiration": c.expiration().map(|end| end.to_string()),
            "account": c.account_id(),
        })));
        output::value(&all)?;
    } else {
        output::data(explanation.to_string().as_bytes())?;
        if let Some(c) = credentials {
            let end = c.expiration().map_or("they never end".into(), |end| format!("until {end}"));
            output::line(&format!("credentials: {} from {}, {end}", printable_id(c.access_key_id()), c.source()))?;
        }
    }
    Ok(result.map(drop)?)
}
