//! `irsa-local serve`: keeps running until SIGINT or SIGTERM; the pod's variables on stdout, as lines for `sh` or as one
//! JSON object.

use super::{
    args::Args,
    run::{in_runtime, listen, next},
    warn,
};
use crate::local::{Local, UNSET};
use irsa_core::Error;
use lexopt::Parser;
use rustix::process::Signal;
use serde_json::json;
use std::io::{self, Write};

const STOPPING: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

pub(super) fn serve(parser: Parser) -> Result<(), Error> {
    let args = match Args::parse(parser, false) {
        Ok(args) => args,
        Err(None) => return Ok(()),
        Err(Some(error)) => return Err(error),
    };
    let config = args.config()?;
    in_runtime(async {
        // Before anything that would be left behind.
        let mut signals = STOPPING.iter().map(|s| listen(*s)).collect::<Result<Vec<_>, _>>()?;
        let local = Local::start(config)?;
        warn(&local, args.quiet);
        let text = if args.json { variables_json(&local) } else { variables_sh(&local) };
        // Whoever closed the pipe does not want them.
        let _ = io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush());
        next(&mut signals).await;
        Ok(())
    })
}

fn variables_sh(local: &Local) -> String {
    let mut text = String::new();
    for (name, value) in local.env() {
        text.push_str(&format!("export {name}='{}'\n", value.replace('\'', "'\\''")));
    }
    text.push_str(&format!("unset {}\n", UNSET.join(" ")));
    text
}

fn variables_json(local: &Local) -> String {
    let value = json!({
        "env": local.env(),
        "unset": UNSET,
        "issuer": local.issuer(),
        "issuerUrl": local.issuer_url(),
        "url": local.url(),
        "tokenFile": local.token_file(),
        "stateFolder": local.state_folder(),
    });
    format!("{value}\n")
}
