//! `irsa-local run`: a command as the pod's process. Signals go on to it, its exit code comes back (128 + n where signal
//! n ended it), and everything else stops when it ends.

use super::{args::Args, fail, usage, warn};
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

/// The exit code for any other failure of ours, before or beside the child.
pub(super) const OURS: u8 = 125;

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
    let ended = in_runtime(async {
        // Before anything that would be left behind, and before the child: no signal is lost.
        let mut signals = SIGNALS.iter().map(|s| listen(*s)).collect::<Result<Vec<_>, _>>()?;
        let local = Local::start(config)?;
        warn(&local, args.quiet);
        let mut command = Command::new(program);
        command.args(rest).envs(variables(&local));
        for name in UNSET {
            command.env_remove(name);
        }
        match command.spawn() {
            Ok(child) => wait(child, &mut signals).await.map(Ok),
            Err(fault) => Ok(Err(fault)),
        }
    })?;
    Ok(match ended {
        Ok(status) => {
            let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
            code.and_then(|code| u8::try_from(code).ok()).unwrap_or(OURS).into()
        }
        Err(fault) => not_started(&program.to_string_lossy(), &fault),
    })
}

/// Ends as under env(1): 127 no such program, 126 not executable.
fn not_started(program: &str, fault: &std::io::Error) -> ExitCode {
    let program = program.escape_default();
    let (exit, what) = match fault.kind() {
        ErrorKind::NotFound => (127, "no such program".to_owned()),
        _ => (126, fault.to_string()),
    };
    let error = Error::new(Code::LocalCommand, "run", format!("{program}: {what}"))
        .with_fix(format!("write a program that exists and is executable after --, in place of {program}"));
    fail(&error, Some(exit))
}

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
