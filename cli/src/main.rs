//! The command `irsa`: a pod's AWS identity on the command line. Small, quick to start.
//!
//! How it speaks: `irsa: error: …` and `irsa: fix: …` on standard error, data alone on standard output; lower case, no
//! full stop. Exit codes: 2 usage, 3 configuration, 4 refused, 5 network, 70 a bug of ours; under `exec` 125, 126 and
//! 127 are ours and all else is the child's.
#![forbid(unsafe_code)]

mod args;
mod command;
mod guess;
mod help;
mod identity;
mod output;
mod request;
#[cfg(unix)]
mod serve;

use irsa_core::{Code, Error};
use std::process::ExitCode;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        output::say_error(&Error::bug("irsa", panic.to_string().replace('\n', " ")), false);
        std::process::exit(Code::Bug.exit_code().into());
    }));
    let words = std::env::args_os().skip(1).collect();
    let outcome = command::run(words);
    match outcome.result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::say_error(&error, outcome.json);
            ExitCode::from(outcome.exit.unwrap_or_else(|| error.code().exit_code()))
        }
    }
}
