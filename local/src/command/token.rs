//! `irsa-local token`: a token on stdout, without a newline at its end, right or wrong as the options say.

use super::{USAGE, args::wrong, client, usage};
use crate::{mint::Mint, wire::form};
use irsa_core::{Code, Error};
use lexopt::{Arg, Parser, ValueExt};
use std::{
    env,
    io::{self, Write},
    path::PathBuf,
};

pub(super) fn token(mut parser: Parser) -> Result<(), Error> {
    let mut mint = Mint::default();
    let (mut url, mut state): (Option<String>, Option<PathBuf>) = (None, None);
    while let Some(arg) = parser.next().map_err(wrong)? {
        match arg {
            Arg::Long("help") | Arg::Short('h') => {
                print!("{USAGE}");
                return Ok(());
            }
            Arg::Long("url") => url = Some(parser.value().and_then(ValueExt::string).map_err(wrong)?),
            Arg::Long("state") => state = Some(parser.value().map_err(wrong)?.into()),
            Arg::Long(option) => {
                let option = option.to_owned();
                let value = match Mint::is_flag(&option) || !Mint::OPTIONS.contains(&option.as_str()) {
                    true => String::new(),
                    false => parser.value().and_then(ValueExt::string).map_err(wrong)?,
                };
                mint.set(&option, &value)?;
            }
            other => return Err(wrong(other.unexpected())),
        }
    }
    let token = match (url, state) {
        (Some(_), Some(_)) => return Err(usage("--url beside --state").with_fix("give one of the two")),
        (None, Some(folder)) => crate::state::token(&folder, &mint)?,
        (url, None) => {
            let url =
                url.or_else(|| env::var("IRSA_LOCAL_URL").ok().filter(|url| !url.is_empty())).ok_or_else(|| {
                    Error::new(Code::LocalControl, "token", "neither --url nor --state, and IRSA_LOCAL_URL is not set")
                })?;
            asked(&url, &mint)?
        }
    };
    // No newline: SDKs break on one in a token file.
    io::stdout().write_all(token.as_bytes()).map_err(|e| Error::new(Code::LocalState, "token", format!("stdout: {e}")))
}

/// From the irsa-local that serves there.
fn asked(url: &str, mint: &Mint) -> Result<String, Error> {
    let options = mint.options();
    let body = form::encode(options.iter().map(|(option, value)| (*option, value.as_str())));
    client::post(url, "/_irsa/token", &body)
}
