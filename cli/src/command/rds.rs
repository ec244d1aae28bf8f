//! `rds-token`: the password of a database user.

use crate::{
    args::{Args, Ended, Word, usage},
    identity::Identity,
    output,
};
use irsa_core::{
    clock,
    services::rds::{self, Connect},
    sigv4::KeyCache,
};
use serde_json::json;

pub fn token(args: &mut Args) -> Result<(), Ended> {
    let (mut identity, mut words) = (Identity::default(), Vec::new());
    while let Some(word) = args.next()? {
        match &word {
            Word::Value(value) => words.push(value.to_string_lossy().into_owned()),
            Word::Flag(_) => identity.take(&word, args)?,
        }
    }
    let [address, user] = words.as_slice() else {
        return Err(usage("rds-token", "write irsa rds-token HOST:PORT USER").into());
    };
    // Wrong words are told before anything is sent.
    let mut connect = Connect::new(address, user.as_str())?;
    let session = identity.session();
    let resolved = session.resolve()?;
    let said = session.inputs.options.region.as_deref();
    let region = said.or_else(|| match connect.region() {
        Some(_) => None,
        None => resolved.region.as_ref().map(|region| region.text()),
    });
    if let Some(region) = region {
        connect = connect.with_region(region);
    }
    let now = clock::signing_time(session.host.now().wall, resolved.skew_millis.unwrap_or(0));
    let made = rds::token(&connect, &resolved.credentials, &mut KeyCache::new(), now)?;
    let ends = now.plus_millis(i64::from(rds::EXPIRES) * 1000);
    if made.expires < ends {
        let end = made.expires;
        output::warning(&format!("the token dies with the credentials at {end}, before its own end at {ends}"));
    }
    if args.json {
        let (token, until) = (made.token.expose(), made.expires.to_string());
        return Ok(output::value(&json!({ "token": token, "until": until, "region": made.region }))?);
    }
    Ok(output::line(made.token.expose())?)
}
