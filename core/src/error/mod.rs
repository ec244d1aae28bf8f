//! The one error type. For programs: `code` and `kind`; for schedulers: `retry`; for people: the whole text.
//!
//! Seven fields, the same on every face: kind, code, at, message, fix, retry, request_id. Codes, their numbers and
//! their default fixes come from `core/errors.toml`; `code.rs` is made from it. There is no `From` for foreign errors,
//! so that no path and no place is ever lost on the way.

mod code;

pub use code::Code;

use alloc::{borrow::Cow, boxed::Box, string::String};
use core::fmt;
use serde_json::{Value, json};

/// Whose fault it is. This list is complete. Their numbers are the same on every face and never
/// change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// The calling program's: wrong order, wrong argument.
    Misuse = 1,
    /// AWS said no.
    Refused = 2,
    /// A file, a setting or the network is not as it has to be.
    Broken = 3,
    /// Ours.
    Bug = 4,
}

impl Kind {
    /// `misuse`, `refused`, `broken` or `bug`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Misuse => "misuse",
            Self::Refused => "refused",
            Self::Broken => "broken",
            Self::Bug => "bug",
        }
    }
}

/// Whether trying again can help. This list is complete. Their numbers are the same on every face and never
/// change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Retry {
    /// No retry mends it.
    No = 1,
    /// Yes, with exponential back-off and jitter.
    Soon = 2,
    /// Yes, but slowly: the other side is throttling.
    Slowly = 3,
    /// Read the token again first; retry where it has changed, and a few times where it has not.
    Reread = 4,
}

impl Retry {
    /// `no`, `soon`, `slowly` or `reread`.
    pub fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Soon => "soon",
            Self::Slowly => "slowly",
            Self::Reread => "reread",
        }
    }
}

/// What `core/errors.toml` says of a code.
struct Row {
    name: &'static str,
    kind: Kind,
    exit: u8,
    retry: Retry,
    what: &'static str,
    fix: &'static str,
}

impl Code {
    /// The number that every face uses.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// From its number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }

    /// From its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// The name that programs match on, such as `token-missing`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Whose fault.
    pub fn kind(self) -> Kind {
        self.row().kind
    }

    /// What to change, unless the error itself says it more exactly.
    pub fn fix(self) -> &'static str {
        self.row().fix
    }

    /// Whether trying again helps, unless the error itself knows better.
    pub fn retry(self) -> Retry {
        self.row().retry
    }

    /// What has happened, in one sentence.
    pub fn what(self) -> &'static str {
        self.row().what
    }

    /// The exit code of the command.
    pub fn exit_code(self) -> u8 {
        self.row().exit
    }
}

/// What failed, where, what was answered, and what to change.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Fields>);

#[derive(Clone, PartialEq, Eq)]
struct Fields {
    code: Code,
    at: Cow<'static, str>,
    message: String,
    fix: Cow<'static, str>,
    retry: Retry,
    request_id: Option<Box<str>>,
}

impl Error {
    /// `at` is the place in the chain or the call (`web identity`, `sts`), `message` says what happened with its values:
    /// paths, times, ARNs, what STS answered; lower case, no full stop, never a token or a secret.
    pub fn new(code: Code, at: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self(Box::new(Fields {
            code,
            at: at.into(),
            message: message.into(),
            fix: Cow::Borrowed(code.fix()),
            retry: code.retry(),
            request_id: None,
        }))
    }

    /// A broken invariant of ours.
    pub fn bug(at: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(Code::Bug, at, message)
    }

    /// With a fix that names the very file, variable or statement.
    #[must_use]
    pub fn with_fix(mut self, fix: impl Into<Cow<'static, str>>) -> Self {
        self.0.fix = fix.into();
        self
    }

    /// With other retry advice than the code's own.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }

    /// With the request id of the AWS answer.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<Box<str>>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// At another place, where the caller knows it better.
    #[must_use]
    pub fn with_at(mut self, at: impl Into<Cow<'static, str>>) -> Self {
        self.0.at = at.into();
        self
    }

    /// With more said behind the message.
    #[must_use]
    pub fn with_more(mut self, more: &str) -> Self {
        self.0.message.push_str(more);
        self
    }

    /// Whose fault.
    pub fn kind(&self) -> Kind {
        self.0.code.kind()
    }

    /// Which error.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Where in the chain or the call.
    pub fn at(&self) -> &str {
        &self.0.at
    }

    /// What happened.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to change.
    pub fn fix(&self) -> &str {
        &self.0.fix
    }

    /// Whether to try again.
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// The request id of the AWS answer, where there was one.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// All seven fields by their names; `request_id` is null where there is none.
    pub fn to_json(&self) -> Value {
        json!({
            "kind": self.kind().name(),
            "code": self.code().name(),
            "at": self.at(),
            "message": self.message(),
            "fix": self.fix(),
            "retry": self.retry().name(),
            "request_id": self.request_id(),
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let e = &*self.0;
        write!(f, "{}: {} ({}, {}, retry: {}", e.at, e.message, e.code.name(), e.code.kind().name(), e.retry.name())?;
        if let Some(id) = &e.request_id {
            write!(f, ", request id {id}")?;
        }
        write!(f, "); fix: {}", e.fix)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn display_prints_all_seven_fields() {
        let e = Error::new(Code::Deadline, "sts", "no answer after 5s").with_request_id("r-1");
        assert_eq!(
            e.to_string(),
            "sts: no answer after 5s (deadline, broken, retry: soon, request id r-1); fix: look at the open question \
             named in the message: that is what did not answer in time"
        );
    }

    /// Other languages are compiled against these.
    #[test]
    fn numbers_of_kinds_and_advice_do_not_move() {
        for (kind, number) in [(Kind::Misuse, 1), (Kind::Refused, 2), (Kind::Broken, 3), (Kind::Bug, 4)] {
            assert_eq!(kind as u8, number, "{kind:?}");
        }
        for (retry, number) in [(Retry::No, 1), (Retry::Soon, 2), (Retry::Slowly, 3), (Retry::Reread, 4)] {
            assert_eq!(retry as u8, number, "{retry:?}");
        }
    }

    #[test]
    fn numbers_and_names_lead_back() {
        for code in Code::ALL {
            assert_eq!(Code::from_number(code.number()), Some(*code));
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
        assert_eq!(Code::from_number(0), None);
    }
}
