//! Programs as effects want them: no shell, no input, a deadline, a cap on what they write.
//!
//! Limit: the program itself is killed, not what it has started; whatever of that holds its output open keeps the
//! answer waiting until the deadline.

use crate::host::{Cancel, Clock, cancel::Waited, files::read_bounded};
use irsa_core::{
    Mono,
    effect::{RunFault, RunOutput},
    secret::SecretBytes,
};
use std::{
    io::{self, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// What is kept of standard error.
const STDERR_KEPT: u32 = 4096;

/// Runs `argv` to its end.
pub(super) fn run(
    argv: &[Box<str>],
    deadline: Mono,
    output_limit: u32,
    clock: Clock,
    cancel: &Cancel,
) -> Result<RunOutput, RunFault> {
    let (program, arguments) = argv.split_first().ok_or_else(|| RunFault::Other("no program named".into()))?;
    let mut child = Command::new(&**program)
        .args(arguments.iter().map(|argument| &**argument))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| fault(&e))?;
    let ended = read(&mut child, deadline, output_limit, clock, cancel);
    if ended.is_err() {
        // It may have ended meanwhile; either way it is gone and reaped after this.
        let _ = child.kill();
        let _ = child.wait();
    }
    ended
}

fn read(
    child: &mut Child,
    deadline: Mono,
    output_limit: u32,
    clock: Clock,
    cancel: &Cancel,
) -> Result<RunOutput, RunFault> {
    let stdout = drain(child.stdout.take(), cancel, move |from| read_bounded(from, output_limit, 0))?;
    let stderr = drain(child.stderr.take(), cancel, |from| {
        let kept = read_bounded(&mut from.take(STDERR_KEPT.into()), STDERR_KEPT, 0)?;
        // The rest is read and dropped, so that the program does not block on a full pipe.
        io::copy(from, &mut io::sink())?;
        Ok(kept)
    })?;
    let status = watch(child, [&stdout, &stderr], deadline, clock, cancel)?;
    Ok(RunOutput { status: number(status), stdout: stdout.take(), stderr: stderr.take() })
}

/// What a thread has read from a pipe, once it has: `Some(None)` where that was too much.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Option<Option<SecretBytes>>>>);

impl Pipe {
    fn fits(&self) -> Option<bool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(Option::is_some)
    }

    fn take(&self) -> SecretBytes {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().flatten().unwrap_or_default()
    }
}

/// Reads a pipe on a thread of its own, which ends when the pipe does.
fn drain<P: Read + Send + 'static>(
    from: Option<P>,
    cancel: &Cancel,
    read: impl FnOnce(&mut dyn Read) -> io::Result<Option<SecretBytes>> + Send + 'static,
) -> Result<Pipe, RunFault> {
    let pipe = Pipe::default();
    let (filled, cancel) = (pipe.clone(), cancel.clone());
    let reading = thread::Builder::new().spawn(move || {
        // A pipe that breaks has ended.
        let kept = from.map_or(Ok(None), |mut from| read(&mut from)).unwrap_or_else(|_| Some(SecretBytes::default()));
        *filled.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        cancel.wake();
    });
    match reading {
        Ok(_) => Ok(pipe),
        Err(e) => Err(RunFault::Other(format!("no thread to read its output: {e}").into())),
    }
}

fn watch(
    child: &mut Child,
    [stdout, stderr]: [&Pipe; 2],
    deadline: Mono,
    clock: Clock,
    cancel: &Cancel,
) -> Result<ExitStatus, RunFault> {
    let closed = cancel.wait(clock, deadline, || match stdout.fits()? {
        true => stderr.fits().map(|_| Ok(())),
        false => Some(Err(RunFault::TooLarge)),
    });
    match closed {
        Waited::Ready(result) => result?,
        Waited::Late => return Err(RunFault::Timeout),
        Waited::Cancelled => return Err(RunFault::Other("cancelled".into())),
    }
    // Both pipes are closed, so it has ended or is about to.
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait().map_err(|e| RunFault::Other(e.to_string().into()))? {
            return Ok(status);
        }
        match cancel.wait(clock, deadline.min(clock.mono() + pause), || None::<()>) {
            Waited::Cancelled => return Err(RunFault::Other("cancelled".into())),
            _ if clock.mono() >= deadline => return Err(RunFault::Timeout),
            _ => pause = (pause * 2).min(Duration::from_millis(50)),
        }
    }
}

fn fault(e: &io::Error) -> RunFault {
    match e.kind() {
        io::ErrorKind::NotFound => RunFault::Missing,
        io::ErrorKind::PermissionDenied => RunFault::Denied,
        _ => RunFault::Other(e.to_string().into()),
    }
}

#[cfg(unix)]
fn number(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

#[cfg(not(unix))]
fn number(status: ExitStatus) -> i32 {
    status.code().unwrap_or(-1)
}
