//! `explain`: where credentials come from.

use crate::{
    args::{Args, Ended},
    identity::Identity,
    output,
};
use irsa_core::credentials::printable_id;

pub fn run(args: &mut Args) -> Result<(), Ended> {
    let mut identity = Identity::default();
    while let Some(word) = args.next()? {
        identity.take(&word, args)?;
    }
    let (result, explanation) = identity.session().explained();
    let credentials = result.as_ref().ok().map(|resolved| &resolved.credentials);
    if args.json {
        output::value(&explanation.document(credentials))?;
    } else {
        output::data(explanation.to_string().as_bytes())?;
        if let Some(c) = credentials {
            let end = c.expiration().map_or("they never end".into(), |end| format!("until {end}"));
            output::line(&format!("credentials: {} from {}, {end}", printable_id(c.access_key_id()), c.source()))?;
        }
    }
    Ok(result.map(drop)?)
}
