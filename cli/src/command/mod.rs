//! The commands, and which one was meant.

mod completions;
mod credentials;
mod doctor;
mod exec;
mod explain;
mod get;
mod local;
mod policy;
mod rds;
#[cfg(unix)]
mod serve;
mod sign;
mod token;
mod whoami;

use crate::{
    args::{self, Args, Ended, usage},
    help, output,
};
use irsa_core::Error;
use std::ffi::OsString;

/// What a command came to, and how its failure is told.
pub struct Outcome {
    pub result: Result<(), Error>,
    /// Errors as JSON.
    pub json: bool,
    /// Another exit code than the error's own.
    pub exit: Option<u8>,
}

/// Runs the command that the words name.
pub fn run(mut words: Vec<OsString>) -> Outcome {
    let command = if words.is_empty() { "help".into() } else { words.remove(0) };
    let command = command.to_string_lossy().into_owned();
    let name = match command.as_str() {
        "-h" | "--help" => "help",
        "-V" | "--version" => "--version",
        other => help::PAGES.iter().map(|(name, _)| *name).find(|name| *name == other).unwrap_or_default(),
    };
    // Then another program's exit codes are to be told from ours.
    let runs = name == "exec" || name == "serve" && words.iter().any(|word| word == "--");
    let mut args = Args::new(name, words);
    let ended = match name {
        "completions" => completions::run(&mut args),
        "credential-process" => credentials::process(&mut args),
        "doctor" => doctor::run(&mut args),
        "env" => credentials::env(&mut args),
        "exec" => exec::run(&mut args),
        "explain" => explain::run(&mut args),
        "get" => get::run(&mut args),
        "local" => local::run(&mut args),
        "policy" => policy::run(&mut args),
        "presign" => sign::presign(&mut args),
        "rds-token" => rds::token(&mut args),
        #[cfg(unix)]
        "serve" => serve::run(&mut args),
        #[cfg(not(unix))]
        "serve" => Err(Error::new(irsa_core::Code::HostUnsupported, "serve", "irsa serve needs a Unix").into()),
        "sign" => sign::sign(&mut args),
        "token" => token::run(&mut args),
        "whoami" => whoami::run(&mut args),
        "help" => page(&mut args),
        "--version" => output::line(&version()).map_err(Ended::from),
        _ => Err(unknown(&command).into()),
    };
    let result = match ended {
        Ok(()) => Ok(()),
        Err(Ended::Help(name)) => output::data(help::page(name).unwrap_or(help::OVERVIEW).as_bytes()),
        Err(Ended::Error(error)) => Err(error),
    };
    let exit = result.as_ref().err().filter(|_| runs).map(|error| exec::exit_code(error.code()));
    Outcome { result, json: args.json, exit }
}

fn page(args: &mut Args) -> Result<(), Ended> {
    let mut name = "help";
    while let Some(word) = args.next()? {
        match word {
            args::Word::Value(typed) => {
                let typed = typed.to_string_lossy();
                let known = help::PAGES.iter().map(|(name, _)| *name).find(|name| *name == typed);
                name = known.ok_or_else(|| unknown(&typed))?;
            }
            flag => return Err(args.unexpected(&flag).into()),
        }
    }
    Err(Ended::Help(name))
}

/// With the commit, where `make dist` has built it.
fn version() -> String {
    let commit = option_env!("IRSA_COMMIT").map(|commit| format!(" ({commit})")).unwrap_or_default();
    format!("irsa {}{commit}", env!("CARGO_PKG_VERSION"))
}

fn unknown(typed: &str) -> Error {
    let error = usage("", format!("there is no command “{typed}”"));
    match args::nearest(typed, help::PAGES.iter().map(|(name, _)| *name)) {
        Some(near) => error.with_fix(format!("write irsa {near}; irsa help shows all")),
        None => error.with_fix("irsa help shows all commands"),
    }
}
