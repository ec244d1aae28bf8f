//! The chain against a host that lies.

use super::{NOW, respond, typed};
use irsa_core::{
    Now, Timestamp,
    chain::{self, Inputs},
    effect::{Answer, Ask, FileContent, FileFault, HttpFault, HttpStep, RunFault, RunOutput},
    error::Kind,
    flow::Step,
};
use std::time::Duration;

/// Questions of one resolution beyond which it counts as endless.
const MOST: usize = 2_000;

/// The first byte chooses the environment; the rest answers the questions in turn. Whatever the answers, the flow ends in
/// bounded steps with credentials or a typed error, refuses an answer of the wrong kind, and after its end says so.
pub fn flow(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    let environment: &[(&str, &str)] = match kind % 4 {
        0 => &[("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/r"), ("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")],
        1 => &[("HOME", "/h"), ("AWS_PROFILE", "p")],
        2 => &[("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/creds")],
        _ => &[("HOME", "/h")],
    };
    let environment = environment.iter().copied().chain([("AWS_REGION", "eu-west-1")]);
    let deadline = NOW.mono + (Duration::from_secs(60));
    let mut flow = chain::resolve(Inputs::new(environment), deadline);
    let mut answers = Answers(rest);
    let mut now = NOW;
    for _ in 0..MOST {
        let effect = match flow.next(now) {
            Step::Ask(effect) => effect,
            Step::Done(result) => {
                match result {
                    Ok(resolved) => assert!(!resolved.credentials.access_key_id().is_empty()),
                    Err(error) => typed(&error),
                }
                let explanation = flow.explanation();
                assert!(explanation.to_string().len() < 200_000);
                match flow.next(now) {
                    Step::Done(Err(error)) => assert_eq!(error.kind(), Kind::Misuse),
                    other => panic!("after its end: {other:?}"),
                }
                return;
            }
        };
        now = answers.later(now, &effect.ask);
        let answer = answers.to(&effect.ask);
        if let Err(error) = flow.answer(effect.id, answer) {
            typed(&error);
            // The question stands; a host that cannot answer says so.
            flow.answer(effect.id, Answer::Unsupported).expect("an answer to the open question");
        }
    }
    panic!("no end after {MOST} questions");
}

/// Bytes that become answers; at their end nothing is there any more.
struct Answers<'a>(&'a [u8]);

impl<'a> Answers<'a> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// Up to the next NUL.
    fn chunk(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let (chunk, rest) = self.0.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        chunk
    }

    /// Waits end when they should; all else takes a while, now and then past the deadline.
    fn later(&mut self, now: Now, ask: &Ask) -> Now {
        let millis = match ask {
            Ask::WaitUntil(time) => time.since(now.mono).as_millis() as u64,
            _ if self.0.first() == Some(&b'~') => 30_000,
            _ => 5,
        };
        let wall = Timestamp::from_unix_millis(now.wall.unix_millis().saturating_add_unsigned(millis));
        Now { wall, mono: now.mono + (Duration::from_millis(millis)) }
    }

    fn to(&mut self, ask: &Ask) -> Answer {
        let how = self.byte();
        if how == b'!' {
            return [Answer::Woken, Answer::Written(Ok(())), Answer::Unsupported][usize::from(self.byte()) % 3].clone();
        }
        match ask {
            Ask::ReadFile { .. } => Answer::File(match how {
                0 | b'-' => Err(FileFault::Missing),
                b'd' => Err(FileFault::Directory),
                b'x' => Err(FileFault::Denied { owner: Some(0), mode: Some(0o600) }),
                _ => Ok(FileContent { bytes: self.chunk().into(), owner: Some(1), mode: Some(0o644) }),
            }),
            Ask::WriteFile { .. } => Answer::Written(Err(FileFault::Missing)),
            Ask::Http { .. } => Answer::Http(match how {
                0 | b'-' => Err(HttpFault { step: HttpStep::Connect, detail: "refused".into() }),
                b't' => Err(HttpFault { step: HttpStep::Timeout, detail: "late".into() }),
                b'4' => Ok(respond(400, "text/xml", self.chunk())),
                b'5' => Ok(respond(503, "text/html", self.chunk())),
                _ => Ok(respond(200, "text/xml", self.chunk())),
            }),
            Ask::Run { .. } => Answer::Ran(match how {
                0 | b'-' => Err(RunFault::Missing),
                _ => Ok(RunOutput {
                    status: i32::from(how == b'1'),
                    stdout: self.chunk().into(),
                    stderr: b""[..].into(),
                }),
            }),
            Ask::WaitUntil(_) => Answer::Woken,
            _ => Answer::Unsupported,
        }
    }
}
