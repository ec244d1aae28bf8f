//! What is printed, and where.

use irsa_core::{Code, Error};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Data, to standard output.
pub fn data(bytes: &[u8]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        // Whoever read it has seen enough.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(e) => Err(Error::new(Code::OutputUnwritable, "standard output", e.to_string())),
        Ok(()) => Ok(()),
    }
}

/// A line of data.
pub fn line(text: &str) -> Result<(), Error> {
    data(format!("{text}\n").as_bytes())
}

/// A value of data.
pub fn value(value: &Value) -> Result<(), Error> {
    line(&value.to_string())
}

/// Something a person should know.
pub fn note(text: &str) {
    say(&format!("irsa: note: {text}\n"));
}

/// Something that may be wrong.
pub fn warning(text: &str) {
    say(&format!("irsa: warning: {text}\n"));
}

/// The end of a command that failed: two lines for people, or one of JSON.
pub fn say_error(e: &Error, as_json: bool) {
    if as_json {
        return say(&format!("{}\n", json!({ "error": e.to_json() })));
    }
    let id = e.request_id().map(|id| format!(", request id {id}")).unwrap_or_default();
    say(&format!("irsa: error: {}: {} ({}{id})\nirsa: fix: {}\n", e.at(), e.message(), e.code().name(), e.fix()));
}

fn say(text: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
