//! `local`: hands over to `irsa-local`, which is a program of its own so that this one stays small.

use super::exec::replace;
use crate::args::{Args, Ended};
use irsa_core::{Code, Error};
use std::{env, io::ErrorKind, path::PathBuf, process::Command};

const NAME: &str = if cfg!(windows) { "irsa-local.exe" } else { "irsa-local" };

/// Does not return where `irsa-local` runs.
pub fn run(args: &mut Args) -> Result<(), Ended> {
    let beside = env::current_exe().ok().map(|own| own.with_file_name(NAME)).filter(|path| path.is_file());
    let program = beside.unwrap_or_else(|| PathBuf::from(NAME));
    let e = replace(Command::new(&program).args(args.rest()?));
    let error = match e.kind() {
        ErrorKind::NotFound => {
            Error::new(Code::CommandMissing, "local", "irsa-local is neither beside irsa nor on PATH")
        }
        _ => Error::new(Code::ExecDenied, "local", format!("{}: {e}", program.display())),
    };
    Err(error.into())
}
