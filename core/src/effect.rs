//! The effect table: everything a flow can ask of its host, and everything a host can answer.
//!
//! This is the contract that C, the JVM, WIT and Envoy follow; docs/effects.md says it in words, `codec` gives it a
//! binary form. Effects are owned and cheap to clone (their payloads are shared). The set may grow: a host answers
//! [`Answer::Unsupported`] to what it does not know. Bodies and file contents are of a wiping type.

use crate::{Code, Mono, Secret, secret::SecretBytes};
use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};
use core::fmt;

/// One question, repeated by `next` until it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Counts up from 1 within a flow. The answer carries it back.
    pub id: u32,
    /// What for, in words a person would use: `web identity token`.
    pub why: Arc<str>,
    /// The question.
    pub ask: Ask,
}

/// The questions. More may come.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ask {
    /// Read a file whole. Answer: [`Answer::File`].
    ReadFile {
        /// As the user gave it.
        path: Arc<str>,
        /// More bytes than this is [`FileFault::TooLarge`].
        limit: u32,
    },
    /// Replace a file at once (write beside it with mode 0600, rename). Answer: [`Answer::Written`].
    WriteFile {
        /// As the user gave it.
        path: Arc<str>,
        /// The new content.
        bytes: Arc<SecretBytes>,
    },
    /// Send a request, follow no redirect, resend nothing. Answer: [`Answer::Http`].
    Http {
        /// What to send.
        request: Arc<HttpRequest>,
        /// Absolute; past it the answer is [`HttpStep::Timeout`].
        deadline: Mono,
    },
    /// Run a program without a shell, with an empty standard input. Answer: [`Answer::Ran`].
    Run {
        /// The program and its arguments.
        argv: Arc<[Box<str>]>,
        /// Absolute; past it the program is killed.
        deadline: Mono,
        /// More bytes than this on its output is [`RunFault::TooLarge`].
        output_limit: u32,
    },
    /// Answer [`Answer::Woken`] once the monotonic clock has reached this.
    WaitUntil(Mono),
}

/// The answers, one for each question, and `Unsupported` for any.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// To [`Ask::ReadFile`].
    File(Result<FileContent, FileFault>),
    /// To [`Ask::WriteFile`].
    Written(Result<(), FileFault>),
    /// To [`Ask::Http`]: any status is an answer; a fault is that there was none.
    Http(Result<HttpResponse, HttpFault>),
    /// To [`Ask::Run`]: any exit status is an answer.
    Ran(Result<RunOutput, RunFault>),
    /// To [`Ask::WaitUntil`].
    Woken,
    /// To any question that this host cannot answer.
    Unsupported,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileContent {
    /// The whole content.
    pub bytes: SecretBytes,
    /// Owner's user id, where the host knows it.
    pub owner: Option<u32>,
    /// Permission bits (such as 0o600), where the host knows them.
    pub mode: Option<u32>,
}

/// Why a file could not be read or written; [`FileFault::number`] numbers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// No such file, or a folder on the way is missing.
    Missing,
    /// There, but not readable (or writable) by this user.
    Denied {
        /// Owner's user id, where the host knows it.
        owner: Option<u32>,
        /// Permission bits, where the host knows them.
        mode: Option<u32>,
    },
    /// A directory.
    Directory,
    /// Larger than the limit; how large, where known, else 0.
    TooLarge(u64),
    /// Anything else, in the system's words.
    Other(Box<str>),
}

/// A request, complete: nothing is to be added but what the connection needs (`Connection`, HTTP/2's own headers).
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST`, …
    pub method: Box<str>,
    /// `http://` or `https://`, host, optional port, path, query; already encoded.
    pub url: Box<str>,
    /// In order, `host` and `content-length` left to the host. Values may be secret.
    pub headers: Vec<(Box<str>, Secret)>,
    /// The body; empty where there is none.
    pub body: SecretBytes,
    /// A longer answer is [`HttpStep::TooLarge`].
    pub response_limit: u32,
    /// Through no proxy, whatever the host's settings and environment say: for endpoints of the node or the container.
    pub direct: bool,
}

/// An answer of any status.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// 100 to 599.
    pub status: u16,
    /// In order, names in any case.
    pub headers: Vec<(Box<str>, Secret)>,
    /// The whole body, decoded from its transfer coding.
    pub body: SecretBytes,
}

impl HttpResponse {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.expose())
    }
}

/// No answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpFault {
    /// Which step broke.
    pub step: HttpStep,
    /// The system's or the library's words, with the address that was tried; never a header or a body.
    pub detail: Box<str>,
}

/// The step at which a request broke. Its numbers are the same on every face and in the encoding; they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum HttpStep {
    /// The URL, the proxy's URL or a header could not be used: nothing was sent.
    Invalid = 1,
    /// The name did not resolve.
    Resolve = 2,
    /// No connection, to the host or the proxy.
    Connect = 3,
    /// The proxy could not be reached, or cannot tunnel at the moment.
    Proxy = 4,
    /// The TLS handshake, certificates included.
    Tls = 5,
    /// The deadline passed.
    Timeout = 6,
    /// The connection ended before the answer was whole.
    Closed = 7,
    /// The answer was longer than the limit.
    TooLarge = 8,
    /// The host cannot tell.
    Unknown = 9,
    /// The proxy answered that it will not tunnel (400 to 499): it will not the next time either.
    ProxyRefused = 10,
}

/// A program that ended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOutput {
    /// Exit status; 128 + n where signal n ended it.
    pub status: i32,
    /// Standard output.
    pub stdout: SecretBytes,
    /// The first 4 KiB of standard error.
    pub stderr: SecretBytes,
}

/// Why a program did not give an output; [`RunFault::number`] numbers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunFault {
    /// No such program.
    Missing,
    /// Not executable by this user.
    Denied,
    /// Killed at the deadline.
    Timeout,
    /// It wrote more than the limit and was killed.
    TooLarge,
    /// Anything else, in the system's words.
    Other(Box<str>),
}

impl Ask {
    /// The question in a few words, for trails and errors: no secret, no body.
    pub fn summary(&self) -> String {
        use alloc::format;
        match self {
            Self::ReadFile { path, .. } => format!("read {path}"),
            Self::WriteFile { path, .. } => format!("write {path}"),
            Self::Http { request, .. } => format!("{} {}", request.method, without_query(&request.url)),
            Self::Run { argv, .. } => format!("run {}", argv.first().map_or("nothing", |program| program)),
            Self::WaitUntil(_) => "wait".into(),
        }
    }

    /// Whether `answer` is of the kind that this question wants.
    pub fn fits(&self, answer: &Answer) -> bool {
        matches!(
            (self, answer),
            (Self::ReadFile { .. }, Answer::File(_))
                | (Self::WriteFile { .. }, Answer::Written(_))
                | (Self::Http { .. }, Answer::Http(_))
                | (Self::Run { .. }, Answer::Ran(_))
                | (Self::WaitUntil(_), Answer::Woken)
                | (_, Answer::Unsupported)
        )
    }
}

impl Answer {
    /// The answer in a few words, for trails: no secret, no body.
    pub fn summary(&self) -> String {
        use alloc::format;
        match self {
            Self::File(Ok(file)) => format!("{} bytes", file.bytes.len()),
            Self::File(Err(fault)) | Self::Written(Err(fault)) => format!("{fault}"),
            Self::Written(Ok(())) => "written".into(),
            Self::Http(Ok(response)) => format!("status {}, {} bytes", response.status, response.body.len()),
            Self::Http(Err(fault)) => format!("{fault}"),
            Self::Ran(Ok(output)) => format!("exit status {}", output.status),
            Self::Ran(Err(fault)) => format!("{fault}"),
            Self::Woken => "woken".into(),
            Self::Unsupported => "unsupported by this host".into(),
        }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Denied { owner: Some(owner), mode: Some(mode) } => {
                write!(f, "permission denied (owner {owner}, mode {mode:04o})")
            }
            Self::Denied { .. } => f.write_str("permission denied"),
            Self::Directory => f.write_str("a directory"),
            Self::TooLarge(0) => f.write_str("too large"),
            Self::TooLarge(size) => write!(f, "too large ({size} bytes)"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for HttpFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step.name(), self.detail)
    }
}

impl FileFault {
    /// 1 to 5, in the order above: the same on every face and in the encoding. They never change.
    pub fn number(&self) -> u8 {
        match self {
            Self::Missing => 1,
            Self::Denied { .. } => 2,
            Self::Directory => 3,
            Self::TooLarge(_) => 4,
            Self::Other(_) => 5,
        }
    }
}

impl RunFault {
    /// 1 to 5, in the order above: the same on every face and in the encoding. They never change.
    pub fn number(&self) -> u8 {
        match self {
            Self::Missing => 1,
            Self::Denied => 2,
            Self::Timeout => 3,
            Self::TooLarge => 4,
            Self::Other(_) => 5,
        }
    }
}

impl HttpStep {
    /// All of them, by their numbers.
    pub const ALL: &'static [Self] = &[
        Self::Invalid,
        Self::Resolve,
        Self::Connect,
        Self::Proxy,
        Self::Tls,
        Self::Timeout,
        Self::Closed,
        Self::TooLarge,
        Self::Unknown,
        Self::ProxyRefused,
    ];

    /// The number that every face uses.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// From its number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|step| step.number() == number)
    }

    /// In a word or two.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid request",
            Self::Resolve => "name resolution",
            Self::Connect => "connect",
            Self::Proxy => "proxy",
            Self::Tls => "TLS",
            Self::Timeout => "timeout",
            Self::Closed => "connection closed",
            Self::TooLarge => "answer too large",
            Self::Unknown => "unknown",
            Self::ProxyRefused => "refused by the proxy",
        }
    }

    /// The error that it becomes.
    pub fn code(self) -> Code {
        match self {
            Self::Invalid => Code::NetInvalid,
            Self::Resolve => Code::NetResolve,
            Self::Connect => Code::NetConnect,
            Self::Proxy => Code::NetProxy,
            Self::Tls => Code::NetTls,
            Self::Timeout => Code::NetTimeout,
            Self::Closed => Code::NetClosed,
            Self::TooLarge => Code::AnswerTooLarge,
            Self::Unknown => Code::NetUnknown,
            Self::ProxyRefused => Code::NetProxyRefused,
        }
    }
}

impl fmt::Display for RunFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "no such program",
            Self::Denied => "not executable",
            Self::Timeout => "killed at its deadline",
            Self::TooLarge => "wrote too much and was killed",
            Self::Other(text) => text,
        })
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &without_query(&self.url))
            .field("headers", &Names(&self.headers))
            .field("body", &self.body)
            .field("response_limit", &self.response_limit)
            .field("direct", &self.direct)
            .finish()
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &Names(&self.headers))
            .field("body", &self.body)
            .finish()
    }
}

/// Header names alone: a value may be a secret.
struct Names<'a>(&'a [(Box<str>, Secret)]);

impl fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// A query may hold a signature or a token (presigned URLs), so it is never shown.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Other languages are compiled against these, and they are on the wire.
    #[test]
    fn numbers_do_not_move() {
        let steps = [
            (HttpStep::Invalid, 1),
            (HttpStep::Resolve, 2),
            (HttpStep::Connect, 3),
            (HttpStep::Proxy, 4),
            (HttpStep::Tls, 5),
            (HttpStep::Timeout, 6),
            (HttpStep::Closed, 7),
            (HttpStep::TooLarge, 8),
            (HttpStep::Unknown, 9),
            (HttpStep::ProxyRefused, 10),
        ];
        assert_eq!(HttpStep::ALL, steps.map(|(step, _)| step));
        for (step, number) in steps {
            assert_eq!((step.number(), HttpStep::from_number(number)), (number, Some(step)));
        }
        assert_eq!((HttpStep::from_number(0), HttpStep::from_number(11)), (None, None));
        let file = [
            (FileFault::Missing, 1),
            (FileFault::Denied { owner: None, mode: None }, 2),
            (FileFault::Directory, 3),
            (FileFault::TooLarge(0), 4),
            (FileFault::Other("".into()), 5),
        ];
        for (fault, number) in file {
            assert_eq!(fault.number(), number, "{fault:?}");
        }
        let run = [
            (RunFault::Missing, 1),
            (RunFault::Denied, 2),
            (RunFault::Timeout, 3),
            (RunFault::TooLarge, 4),
            (RunFault::Other("".into()), 5),
        ];
        for (fault, number) in run {
            assert_eq!(fault.number(), number, "{fault:?}");
        }
    }
}
