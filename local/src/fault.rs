//! A script of failures: one a line, applied to the next exchanges in order. An exchange is a request for credentials
//! (AssumeRoleWithWebIdentity, AssumeRole); `down` and `clock` touch every request to STS and the services.
//!
//! | line | what the exchange meets |
//! |---|---|
//! | `throttle 3` | the next three: 400 Throttling “Rate exceeded” |
//! | `verification-key-blip 2` | the next two: InvalidIdentityToken, as when STS cannot fetch the issuer's keys |
//! | `propagation 2` | the next two: AccessDenied, as while IAM spreads a new role |
//! | `unavailable 2` | the next two: 503 ServiceUnavailable |
//! | `expired 1` | the next one: ExpiredTokenException, as for a token that was not rotated |
//! | `slow 2s` | its right answer, so much later |
//! | `drip` | its right answer, a byte a second |
//! | `cut` | the first half of its right answer, then the connection ends |
//! | `html` | a page of HTML with status 200, as a captive portal gives it |
//! | `huge` | 10 MiB of XML |
//! | `redirect` | 302 to another place |
//! | `down 60s` | from here on, for so long: every connection closed without an answer |
//! | `clock +400s` | from here on: the server's clock is so far ahead (`-`: behind; `clock 0s` mends it) |
//! | `lifetime 15s` | from here on: credentials live so long, whatever was asked (`lifetime off` mends it) |
//!
//! Empty lines and `#` comments are skipped. Limits: 10,000 lines, counts to 1,000,000.

use crate::span::parse_span;
use irsa_core::{Code, Error};
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const LINE_LIMIT: usize = 10_000;
const COUNT_LIMIT: u32 = 1_000_000;

/// A script that parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script(Vec<Line>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Next(u32, Fault),
    Down(Duration),
    /// Milliseconds ahead.
    Clock(i64),
    Lifetime(Option<Duration>),
}

/// What one exchange meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Throttle,
    KeyBlip,
    Propagation,
    Unavailable,
    Expired,
    Slow(Duration),
    Drip,
    Cut,
    Html,
    Huge,
    Redirect,
}

impl Fault {
    /// The word that plays it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::KeyBlip => "verification-key-blip",
            Self::Propagation => "propagation",
            Self::Unavailable => "unavailable",
            Self::Expired => "expired",
            Self::Slow(_) => "slow",
            Self::Drip => "drip",
            Self::Cut => "cut",
            Self::Html => "html",
            Self::Huge => "huge",
            Self::Redirect => "redirect",
        }
    }
}

impl Script {
    /// Reads a script; `name` is where it came from, for errors.
    pub fn parse(text: &str, name: &str) -> Result<Self, Error> {
        let mut lines = Vec::new();
        for (i, line) in text.lines().enumerate() {
            let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_ascii_whitespace().collect();
            let number = i + 1;
            if number > LINE_LIMIT {
                return Err(error(name, number, &format!("more than {LINE_LIMIT} lines"), "write a shorter script"));
            }
            let parsed = match words.as_slice() {
                [] => continue,
                ["throttle", count] => Line::Next(times(count, name, number)?, Fault::Throttle),
                ["verification-key-blip", count] => Line::Next(times(count, name, number)?, Fault::KeyBlip),
                ["propagation", count] => Line::Next(times(count, name, number)?, Fault::Propagation),
                ["unavailable", count] => Line::Next(times(count, name, number)?, Fault::Unavailable),
                ["expired", count] => Line::Next(times(count, name, number)?, Fault::Expired),
                ["slow", span] => Line::Next(1, Fault::Slow(duration(span, name, number)?)),
                ["drip"] => Line::Next(1, Fault::Drip),
                ["cut"] => Line::Next(1, Fault::Cut),
                ["html"] => Line::Next(1, Fault::Html),
                ["huge"] => Line::Next(1, Fault::Huge),
                ["redirect"] => Line::Next(1, Fault::Redirect),
                ["down", span] => Line::Down(duration(span, name, number)?),
                ["clock", offset] => Line::Clock(signed(offset, name, number)?),
                ["lifetime", "off"] => Line::Lifetime(None),
                ["lifetime", span] => Line::Lifetime(Some(duration(span, name, number)?)),
                [word, ..] => {
                    let known = FORMS.iter().find(|form| form.split(' ').next() == Some(word));
                    return Err(match known {
                        Some(form) => {
                            error(name, number, &format!("“{}”", words.join(" ")), &format!("write `{form}`"))
                        }
                        None => error(
                            name,
                            number,
                            &format!("unknown word “{}”", word.escape_default()),
                            &format!("use one of: {}", FORMS.join(", ")),
                        ),
                    });
                }
            };
            lines.push(parsed);
        }
        Ok(Self(lines))
    }
}

const FORMS: [&str; 14] = [
    "throttle 3",
    "slow 2s",
    "verification-key-blip 2",
    "clock +400s",
    "lifetime 15s",
    "down 60s",
    "html",
    "cut",
    "huge",
    "redirect",
    "drip",
    "propagation 2",
    "unavailable 2",
    "expired 1",
];

/// The script as it is played.
pub(crate) struct Faults(Mutex<State>);

#[derive(Default)]
struct State {
    lines: VecDeque<Line>,
    down_until: Option<Instant>,
    clock: i64,
    lifetime: Option<Duration>,
}

/// What has to happen to a request.
pub(crate) enum Play {
    /// Close the connection.
    Down,
    /// Answer, with or without a fault.
    Answer(Option<Fault>),
}

impl Faults {
    pub(crate) fn new(script: Script) -> Self {
        let mut state = State { lines: script.0.into(), ..State::default() };
        state.settle();
        Self(Mutex::new(state))
    }

    /// Appends to what is left.
    pub(crate) fn add(&self, script: Script) -> Result<(), Error> {
        let mut state = self.state();
        if state.lines.len() + script.0.len() > LINE_LIMIT {
            let message = format!("{} lines are still to be played", state.lines.len());
            return Err(Error::new(Code::LocalFaultScript, "fault script", message)
                .with_fix(format!("at most {LINE_LIMIT} lines wait at a time; let some exchanges pass")));
        }
        state.lines.extend(script.0);
        state.settle();
        Ok(())
    }

    /// The server's clock, in milliseconds ahead of this machine's.
    pub(crate) fn clock(&self) -> i64 {
        self.state().clock
    }

    /// The lifetime that credentials are to have.
    pub(crate) fn lifetime(&self) -> Option<Duration> {
        self.state().lifetime
    }

    /// What the next request meets; `exchange`: it is one for credentials.
    pub(crate) fn next(&self, exchange: bool, now: Instant) -> Play {
        let mut state = self.state();
        if exchange
            && state.down_until.is_none()
            && let Some(Line::Down(span)) = state.lines.front()
        {
            state.down_until = Some(now + *span);
            state.lines.pop_front();
        }
        if let Some(end) = state.down_until {
            if now < end {
                return Play::Down;
            }
            state.down_until = None;
            state.settle();
        }
        if !exchange {
            return Play::Answer(None);
        }
        let fault = match state.lines.front_mut() {
            Some(Line::Next(left, fault)) => {
                let fault = *fault;
                *left -= 1;
                if *left == 0 {
                    state.lines.pop_front();
                }
                Some(fault)
            }
            _ => None,
        };
        state.settle();
        Play::Answer(fault)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Lines that change a setting hold as soon as they stand first: nothing else is to happen before them.
    fn settle(&mut self) {
        if self.down_until.is_some() {
            return;
        }
        while let Some(line) = self.lines.front() {
            match line {
                Line::Clock(offset) => self.clock = *offset,
                Line::Lifetime(span) => self.lifetime = *span,
                Line::Next(..) | Line::Down(_) => return,
            }
            self.lines.pop_front();
        }
    }
}

fn times(text: &str, name: &str, line: usize) -> Result<u32, Error> {
    text.parse().ok().filter(|count| (1..=COUNT_LIMIT).contains(count)).ok_or_else(|| {
        error(
            name,
            line,
            &format!("“{}” is no count", text.escape_default()),
            &format!("write a number from 1 to {COUNT_LIMIT}"),
        )
    })
}

fn duration(text: &str, name: &str, line: usize) -> Result<Duration, Error> {
    parse_span(text, "").map_err(|_| {
        error(name, line, &format!("“{}” is no span of time", text.escape_default()), "write a span such as 2s or 5m")
    })
}

fn signed(text: &str, name: &str, line: usize) -> Result<i64, Error> {
    let (sign, span) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    Ok(sign * i64::try_from(duration(span, name, line)?.as_millis()).unwrap_or(i64::MAX))
}

fn error(name: &str, line: usize, what: &str, fix: &str) -> Error {
    Error::new(Code::LocalFaultScript, "fault script", format!("{name} line {line}: {what}"))
        .with_fix(format!("{name} line {line}: {fix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(faults: &Faults, now: Instant) -> Result<Option<Fault>, ()> {
        match faults.next(true, now) {
            Play::Down => Err(()),
            Play::Answer(fault) => Ok(fault),
        }
    }

    #[test]
    fn plays_line_after_line() {
        let script = "# a bad day\n\nclock -5m\nthrottle 2\nslow 250ms # late\nlifetime 15s\ncut\ndown 60s\nlifetime off\nhtml\n";
        let faults = Faults::new(Script::parse(script, "f").unwrap());
        let start = Instant::now();
        assert_eq!((faults.clock(), faults.lifetime()), (-300_000, None));
        assert_eq!(next(&faults, start), Ok(Some(Fault::Throttle)));
        assert!(matches!(faults.next(false, start), Play::Answer(None)), "only exchanges take a line");
        assert_eq!(next(&faults, start), Ok(Some(Fault::Throttle)));
        assert_eq!(faults.lifetime(), None);
        assert_eq!(next(&faults, start), Ok(Some(Fault::Slow(Duration::from_millis(250)))));
        assert_eq!(faults.lifetime(), Some(Duration::from_secs(15)));
        assert_eq!(next(&faults, start), Ok(Some(Fault::Cut)));
        assert!(matches!(faults.next(false, start), Play::Answer(None)), "an exchange is what starts `down`");
        assert_eq!(next(&faults, start), Err(()));
        assert!(matches!(faults.next(false, start + Duration::from_secs(59)), Play::Down), "then all requests meet it");
        assert_eq!(next(&faults, start + Duration::from_secs(59)), Err(()));
        assert_eq!(faults.lifetime(), Some(Duration::from_secs(15)), "what follows waits for the end");
        assert_eq!(next(&faults, start + Duration::from_secs(60)), Ok(Some(Fault::Html)));
        assert_eq!(faults.lifetime(), None);
        assert_eq!(next(&faults, start), Ok(None));
        faults.add(Script::parse("clock +400s\nredirect", "f").unwrap()).unwrap();
        assert_eq!((faults.clock(), next(&faults, start)), (400_000, Ok(Some(Fault::Redirect))));
    }

    #[test]
    fn names_line_and_word() {
        let cases = [
            ("throttle 1\nexplode\n", "f line 2: unknown word “explode”", "use one of: throttle 3"),
            ("throttle", "f line 1: “throttle”", "write `throttle 3`"),
            ("html 3", "f line 1: “html 3”", "write `html`"),
            ("throttle 0", "“0” is no count", "from 1 to"),
            ("throttle many", "“many” is no count", "from 1 to"),
            ("slow 2", "“2” is no span", "such as 2s"),
            ("clock --5s", "“-5s” is no span", "such as 2s"),
            ("Throttle 3", "unknown word “Throttle”", "throttle 3"),
            ("\u{1b}[31m", "unknown word “\\u{1b}[31m”", ""),
        ];
        for (text, message, fix) in cases {
            let error = Script::parse(text, "f").unwrap_err();
            assert_eq!(error.code(), Code::LocalFaultScript);
            assert!(error.message().contains(message) && error.fix().contains(fix), "{error}");
        }
        assert!(Script::parse(&"\n".repeat(LINE_LIMIT + 1), "f").is_err());
        let many = Script::parse(&"cut\n".repeat(LINE_LIMIT), "f").unwrap();
        assert!(Faults::new(many.clone()).add(many).unwrap_err().fix().contains("at most"));
    }
}
