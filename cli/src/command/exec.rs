//! `exec`: a command with credentials in its environment, in this process's place.

use super::credentials::{STALE, variables};
use crate::{
    args::{Args, Ended, Word, usage},
    identity::Identity,
    output,
};
use irsa_core::{Code, Error, time::Span};
use std::{
    ffi::OsStr,
    io::{self, ErrorKind},
    process::Command,
};

/// Does not return where the command runs.
pub fn run(args: &mut Args) -> Result<(), Ended> {
    let mut identity = Identity::default();
    let mut quiet = false;
    let command = loop {
        match args.next()? {
            None => break None,
            Some(Word::Value(first)) => break Some((first, args.rest()?)),
            Some(Word::Flag(flag)) if flag == "--quiet" || flag == "-q" => quiet = true,
            Some(word) => identity.take(&word, args)?,
        }
    };
    let Some((program, arguments)) = command else {
        let error = usage("exec", "no command to run").with_fix("write it behind --: irsa exec -- aws s3 ls");
        return Err(error.into());
    };
    let session = identity.session();
    let resolved = session.resolve()?;
    if let Some(end) = resolved.credentials.expiration().filter(|_| !quiet) {
        let left = Span(end.unix() - session.host.now().wall.unix());
        output::note(&format!("the credentials end in {left} ({end}); the command never gets newer ones"));
    }
    let mut command = Command::new(&program);
    command.args(arguments);
    for name in STALE {
        command.env_remove(name);
    }
    command.envs(variables(&resolved));
    Err(failed(&program, &replace(&mut command)).into())
}

/// Exit codes are those of shells and of env(1).
pub fn exit_code(code: Code) -> u8 {
    match code {
        Code::ExecMissing => 127,
        Code::ExecDenied => 126,
        _ => 125,
    }
}

/// Why the program could not be run.
pub fn failed(program: &OsStr, e: &io::Error) -> Error {
    let code = if e.kind() == ErrorKind::NotFound { Code::ExecMissing } else { Code::ExecDenied };
    Error::new(code, "exec", format!("{}: {e}", program.display()))
}

/// Runs another program in this process's place; gives the reason where that does not work.
#[cfg(unix)]
pub fn replace(command: &mut Command) -> io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

/// Waits for it instead, and ends as it does.
#[cfg(not(unix))]
pub fn replace(command: &mut Command) -> io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(125)),
        Err(e) => e,
    }
}
