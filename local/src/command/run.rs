//! `irsa-local run`: a command as the pod's process. Signals go on to it, its exit code comes back (128 + n where signal
//! n ended it), and everything else stops when it ends.

use super::{args::Args, usage};
use crate::local::{Local, UNSET};
use irsa_core::{Code, Error};
use lexopt::Parser;
use rustix::{process, termios};
use std::{
    collections::BTreeMap,
    env,
    io::ErrorKind,
    os::unix::process::ExitStatusExt,
    process::{ExitCode, ExitStatus},
};
use tokio::{
    process::{Child, Command},
    signal::unix::{Signal, SignalKind, signal},
};

/// What is forwarded.
const SIGNALS: [process::Signal; 6] = [
    process::Signal::HUP,
    process::Signal::INT,
    process::Signal::QUIT,
    process::Signal::TERM,
    process::Signal::USR1,
    process::Signal::USR2,
];

pub(super) fn run(parser: Parser) -> Result<ExitCode, Error> {
    let args = match Args::parse(parser, true) {
        Ok(args) => args,
        Err(None) => return Ok(ExitCode::SUCCESS),
        Err(Some(error)) => return Err(error),
    };
    let [program, rest @ ..] = args.command.as_slice() else {
        return Err(usage("run: no command").with_fix("write the command after --: irsa-local run … -- COMMAND"));
    };
    let config = args.config()?;
    let status = in_runtime(async {
        // Before anything that would be left behind, and before the child: no signal is lost.
        let mut signals = SIGNALS.iter().map(|s| listen(*s)).collect::<Result<Vec<_>, _>>()?;
        let local = Local::start(config)?;
        let mut command = Command::new(program);
        command.args(rest).envs(variables(&local));
        for name in UNSET {
            command.env_remove(name);
        }
        let child = command.spawn().map_err(|e| not_started(&program.to_string_lossy(), &e))?;
        wait(child, &mut signals).await
    })?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(125);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(125)))
}

/// As under env(1): 127 no such program, 126 not executable, 125 anything else of ours.
pub(super) fn exit_code(error: &Error) -> u8 {
    match error.code() {
        Code::LocalCommand if error.message().contains(MISSING) => 127,
        Code::LocalCommand => 126,
        _ => 125,
    }
}

const MISSING: &str = "no such program";

/// A runtime of this thread, for signals and the child.
pub(super) fn in_runtime<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Error::new(Code::Bug, "irsa-local", e.to_string()))?.block_on(work)
}

/// The pod's, and: where a proxy is set, this machine is not asked through it.
fn variables(local: &Local) -> BTreeMap<String, String> {
    let mut variables = local.env();
    let proxied = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
        .iter()
        .any(|name| env::var_os(name).is_some() || env::var_os(name.to_ascii_lowercase()).is_some());
    if proxied {
        for name in ["NO_PROXY", "no_proxy"] {
            let before = env::var(name).map(|value| value + ",").unwrap_or_default();
            variables.insert(name.into(), before + "127.0.0.1,::1,localhost");
        }
    }
    variables
}

async fn wait(mut child: Child, signals: &mut [(process::Signal, Signal)]) -> Result<ExitStatus, Error> {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(process::Pid::from_raw);
    loop {
        tokio::select! {
            status = child.wait() => return status.map_err(|e| Error::new(Code::Bug, "run", e.to_string())),
            signal = next(signals) => {
                if let Some(pid) = pid.filter(|_| !terminal_sends(signal)) {
                    // It may have ended just now.
                    let _ = process::kill_process(pid, signal);
                }
            }
        }
    }
}

/// The first of the signals that comes.
pub(super) async fn next(signals: &mut [(process::Signal, Signal)]) -> process::Signal {
    std::future::poll_fn(|cx| {
        let came = signals.iter_mut().find_map(|(number, signal)| signal.poll_recv(cx).is_ready().then_some(*number));
        came.map_or(std::task::Poll::Pending, std::task::Poll::Ready)
    })
    .await
}

pub(super) fn listen(number: process::Signal) -> Result<(process::Signal, Signal), Error> {
    let kind = SignalKind::from_raw(number.as_raw());
    Ok((number, signal(kind).map_err(|e| Error::new(Code::Bug, "run", format!("signals: {e}")))?))
}

/// Ctrl-C and Ctrl-\ reach the whole foreground group of a terminal, the child too: it must not get them twice.
fn terminal_sends(signal: process::Signal) -> bool {
    if !matches!(signal, process::Signal::INT | process::Signal::QUIT) {
        return false;
    }
    let terminal = std::fs::File::open("/dev/tty");
    terminal.is_ok_and(|tty| termios::tcgetpgrp(tty).is_ok_and(|group| group == process::getpgrp()))
}

fn not_started(program: &str, fault: &std::io::Error) -> Error {
    let program = program.escape_default();
    let what = match fault.kind() {
        ErrorKind::NotFound => MISSING.to_owned(),
        _ => fault.to_string(),
    };
    Error::new(Code::LocalCommand, "run", format!("{program}: {what}"))
        .with_fix(format!("write a program that exists and is executable after --, in place of {program}"))
}
