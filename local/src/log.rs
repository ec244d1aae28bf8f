//! The access log: one line a request, in memory (the last 10,000) and where [`LogTo`] says. Never a token or a secret:
//! of a request it holds operation, caller, access key id, outcome and user agent alone.

use crate::wire::Why;
use irsa_core::{Code, Error, Timestamp};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    fmt,
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

const KEPT: usize = 10_000;
/// Of what a client says of itself, so many characters are kept.
const SAID: usize = 200;

/// Where lines go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogTo {
    /// The place.
    pub place: Place,
    /// Lines of JSON in place of text.
    pub json: bool,
    /// After each refusal a line of JSON with the whole evaluation: every statement and condition, with what was
    /// compared.
    pub explain: bool,
}

/// Memory alone, standard error, or a file that is appended to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Memory alone.
    #[default]
    Memory,
    /// Standard error.
    Stderr,
    /// A file.
    File(PathBuf),
}

/// One request and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// By the server's clock.
    pub time: Timestamp,
    /// Such as `AssumeRoleWithWebIdentity`, or `GET /path` where it is none.
    pub operation: String,
    /// The caller's ARN; for a web identity its subject and the role asked for, as claimed.
    pub who: String,
    /// The access key id that signed; of AssumeRoleWithWebIdentity, which nobody signs, the one that was handed out.
    pub access_key_id: Option<String>,
    /// HTTP status; 0 where the connection was closed without an answer.
    pub status: u16,
    /// AWS's error code, or `OK`; `-` where a fault left none.
    pub outcome: String,
    /// The line of the fault script that was played on it.
    pub fault: Option<&'static str>,
    /// As the client gave it, cut at 200 characters.
    pub user_agent: String,
    /// As in the answer.
    pub request_id: String,
    /// Why it was refused.
    pub why: Option<Why>,
}

impl Entry {
    /// The line as data.
    pub fn to_json(&self) -> Value {
        json!({
            "time": self.time.to_string(),
            "operation": self.operation,
            "who": self.who,
            "accessKeyId": self.access_key_id,
            "status": self.status,
            "outcome": self.outcome,
            "fault": self.fault,
            "why": self.why.as_ref().map(|why| &why.lines),
            "userAgent": self.user_agent,
            "requestId": self.request_id,
        })
    }

    fn explanation(&self) -> Option<Value> {
        let why = self.why.as_ref()?;
        Some(json!({"requestId": self.request_id, "operation": self.operation, "outcome": self.outcome,
            "why": why.lines, "evaluation": why.detail}))
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time, operation, who, access_key_id, status, outcome, fault, user_agent, request_id, why } = self;
        write!(f, "{time} {operation} {who}")?;
        if let Some(key) = access_key_id {
            write!(f, " key={key}")?;
        }
        write!(f, " {status} {outcome}")?;
        if let Some(fault) = fault {
            write!(f, " fault={fault}")?;
        }
        write!(f, " ua=\"{user_agent}\" id={request_id}")?;
        match why {
            Some(why) => write!(f, " why=\"{}\"", printable(&why.lines.join(" | "), usize::MAX)),
            None => Ok(()),
        }
    }
}

/// What a client said of itself, fit for one line: no control characters, no quotes, cut.
pub(crate) fn said(text: &str) -> String {
    match text {
        "" => "-".into(),
        text => printable(text, SAID),
    }
}

/// Fit for one line, so many characters of it.
pub(crate) fn printable(text: &str, limit: usize) -> String {
    text.chars().take(limit).map(|c| if c.is_control() || c == '"' { '\'' } else { c }).collect()
}

/// The log as it is written.
pub(crate) struct Log {
    to: LogTo,
    state: Mutex<State>,
}

struct State {
    kept: VecDeque<Entry>,
    file: Option<File>,
}

impl Log {
    pub(crate) fn open(to: LogTo) -> Result<Self, Error> {
        let file = match &to.place {
            Place::File(path) => {
                Some(OpenOptions::new().create(true).append(true).open(path).map_err(|e| broken(path, &e))?)
            }
            Place::Memory | Place::Stderr => None,
        };
        Ok(Self { to, state: Mutex::new(State { kept: VecDeque::new(), file }) })
    }

    pub(crate) fn write(&self, entry: Entry) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if self.to.place != Place::Memory {
            let mut text = if self.to.json { entry.to_json().to_string() } else { entry.to_string() };
            text.push('\n');
            if let Some(explanation) = entry.explanation().filter(|_| self.to.explain) {
                text.push_str(&explanation.to_string());
                text.push('\n');
            }
            // A full disk must not stop the server; memory still has the line.
            let _ = match &mut state.file {
                Some(file) => file.write_all(text.as_bytes()),
                None => std::io::stderr().write_all(text.as_bytes()),
            };
        }
        if state.kept.len() == KEPT {
            state.kept.pop_front();
        }
        state.kept.push_back(entry);
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).kept.iter().cloned().collect()
    }
}

fn broken(path: &Path, fault: &std::io::Error) -> Error {
    Error::new(Code::LocalState, "log", format!("{}: {fault}", path.display()))
        .with_fix(format!("make {} writable, or give another file with --log", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line() {
        let entry = Entry {
            time: Timestamp::from_unix(0),
            operation: "GetCallerIdentity".into(),
            who: "-".into(),
            access_key_id: Some("ASIAEXAMPLE".into()),
            status: 403,
            outcome: "InvalidClientTokenId".into(),
            fault: Some("slow"),
            user_agent: said(&format!("evil\"\r\n\u{1b}[2J{}", "x".repeat(500))),
            request_id: "r".into(),
            why: Some(Why::line("a\nb")),
        };
        let text = entry.to_string();
        assert!(!text.contains(|c: char| c.is_control()), "{text:?}");
        assert_eq!(entry.user_agent.len(), SAID);
        assert!(text.ends_with("id=r why=\"a'b\""), "{text}");
        assert!(text.contains(" GetCallerIdentity - key=ASIAEXAMPLE 403 InvalidClientTokenId fault=slow "), "{text}");
        assert_eq!(said(""), "-");
    }
}
