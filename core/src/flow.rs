//! One conversation with the outside world, written as straight-line async code and polled with no runtime.
//!
//! ```text
//! let result = loop {
//!     match flow.next(now()) {
//!         Step::Ask(effect) => flow.answer(effect.id, host.run(effect))?,
//!         Step::Done(result) => break result,
//!     }
//! };
//! ```
//!
//! The contract: `next` repeats the open question until it is answered; an answer that is late, doubled or of the wrong
//! kind is a typed error and changes nothing; after `Done` there is only the error `flow-finished`; one total deadline
//! holds for the whole flow; dropping it cancels. It never panics and it is `Send`.
//! Limits: a trail of [`TRAIL_LIMIT`] entries, [`EFFECT_LIMIT`] effects.

use crate::{
    Code, Error, Mono, Now,
    chain::Explanation,
    effect::{Answer, Ask, Effect, FileContent, FileFault, HttpFault, HttpRequest, HttpResponse, RunFault, RunOutput},
    secret::SecretBytes,
};
use alloc::{boxed::Box, format, string::String, sync::Arc, vec::Vec};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};
use spin::Mutex;

/// Entries a trail keeps: the first ones.
pub const TRAIL_LIMIT: usize = 256;

/// A flow that asks more than this runs in circles and is ended as a bug of ours.
pub const EFFECT_LIMIT: u32 = 10_000;

/// A conversation that ends in a `T`.
pub struct Flow<T> {
    /// `None` once it is done.
    future: Option<Body<T>>,
    shared: Arc<Mutex<Shared>>,
    deadline: Mono,
}

type Body<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// What `next` gives. This list is complete.
#[derive(Debug)]
pub enum Step<T> {
    /// Do this and answer it.
    Ask(Effect),
    /// The end: given once.
    Done(Result<T, Error>),
}

/// One line of the trail: what was asked, why, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// As in the effect.
    pub why: Arc<str>,
    /// The question in a few words.
    pub what: String,
    /// The answer in a few words; `None` while it is open.
    pub outcome: Option<String>,
    /// When it was first asked.
    pub asked: Mono,
    /// When the flow took the answer up.
    pub answered: Option<Mono>,
}

impl<T> Flow<T> {
    /// Makes a flow that must be done by `deadline`. Nothing runs before the first `next`.
    pub fn new<F, Fut>(deadline: Mono, body: F) -> Self
    where
        F: FnOnce(Io) -> Fut,
        Fut: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let shared = Arc::new(Mutex::new(Shared::default()));
        Self { future: Some(Box::pin(body(Io { shared: shared.clone(), deadline }))), shared, deadline }
    }

    /// Goes on as far as it can: to the open question, or to the result.
    pub fn next(&mut self, now: Now) -> Step<T> {
        let step = self.go_on(now);
        if let Step::Done(_) = step {
            self.future = None;
        }
        step
    }

    fn go_on(&mut self, now: Now) -> Step<T> {
        let Some(future) = self.future.as_mut() else {
            return Step::Done(Err(Error::new(Code::FlowFinished, "flow", "next was called after the result")));
        };
        let Some(mut shared) = self.shared.try_lock() else { return Step::Done(Err(locked())) };
        shared.now = Some(now);
        let open = matches!(shared.slot, Slot::Open(_));
        // `answer` is not told the time; the `next` behind it is the first to know.
        if let (Slot::Answered(_), true) = (&shared.slot, shared.asked as usize <= TRAIL_LIMIT)
            && let Some(line) = shared.trail.last_mut()
        {
            line.answered = Some(now.mono);
        }
        drop(shared);
        // An answer in hand is taken up before the deadline is looked at: a result beats it.
        if !open && let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Step::Done(result);
        }
        match self.shared.try_lock().as_deref() {
            Some(Shared { slot: Slot::Open(effect), .. }) if effect.id > EFFECT_LIMIT => {
                Step::Done(Err(Error::bug("flow", format!("more than {EFFECT_LIMIT} questions"))))
            }
            Some(shared @ Shared { slot: Slot::Open(effect), .. }) if now.mono >= self.deadline => {
                Step::Done(Err(shared.late(effect, now, self.deadline)))
            }
            Some(Shared { slot: Slot::Open(effect), .. }) => Step::Ask(effect.clone()),
            _ => Step::Done(Err(Error::bug("flow", "it waits, but asks nothing"))),
        }
    }

    /// Answers the open question. On an error nothing has changed: the question is still open.
    pub fn answer(&mut self, id: u32, answer: Answer) -> Result<(), Error> {
        if self.future.is_none() {
            return Err(Error::new(Code::FlowFinished, "flow", format!("answer {id} came after the result")));
        }
        let Some(mut shared) = self.shared.try_lock() else {
            return Err(locked());
        };
        let Slot::Open(effect) = &shared.slot else {
            return Err(Error::new(Code::FlowAnswerUnasked, "flow", format!("answer {id} came, no question is open")));
        };
        if effect.id != id {
            let message = format!("answer {id} came, question {} is open", effect.id);
            return Err(Error::new(Code::FlowAnswerUnasked, "flow", message));
        }
        if !effect.ask.fits(&answer) {
            let message = format!("question {id} is “{}”, the answer “{}”", effect.ask.summary(), answer.summary());
            return Err(Error::new(Code::FlowAnswerMismatch, "flow", message));
        }
        if let Some(open) = shared.trail.iter_mut().rev().find(|line| line.outcome.is_none()) {
            open.outcome = Some(answer.summary());
        }
        shared.slot = Slot::Answered(answer);
        Ok(())
    }

    /// Everything asked so far, in order.
    pub fn trail(&self) -> Vec<Trail> {
        self.shared.try_lock().map(|shared| shared.trail.clone()).unwrap_or_default()
    }

    /// What the credential chain looked at so far, where this flow runs one: while it goes on, after a success, after a
    /// failure. Empty in other flows.
    pub fn explanation(&self) -> Explanation {
        self.shared.try_lock().map(|shared| shared.explanation.clone()).unwrap_or_default()
    }

    /// The absolute end that was given to `new`.
    pub fn deadline(&self) -> Mono {
        self.deadline
    }
}

impl<T> core::fmt::Debug for Flow<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let done = self.future.is_none();
        f.debug_struct("Flow").field("done", &done).field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// What the body of a flow holds: the questions, as async functions. Cheap to clone; one question at a time.
#[derive(Clone)]
pub struct Io {
    shared: Arc<Mutex<Shared>>,
    deadline: Mono,
}

impl Io {
    /// The time given to the latest `next`.
    pub fn now(&self) -> Now {
        let unpolled = Now { wall: crate::Timestamp::from_unix(0), mono: Mono(0) };
        self.shared.try_lock().and_then(|shared| shared.now).unwrap_or(unpolled)
    }

    /// The flow's total deadline.
    pub fn deadline(&self) -> Mono {
        self.deadline
    }

    /// Reads a file of at most `limit` bytes.
    pub async fn read_file(&self, path: &str, limit: u32, why: &str) -> Result<Result<FileContent, FileFault>, Error> {
        match self.ask(Ask::ReadFile { path: path.into(), limit }, why).await? {
            Answer::File(answer) => Ok(answer),
            _ => Err(mixed_up()),
        }
    }

    /// Replaces a file.
    pub async fn write_file(&self, path: &str, bytes: SecretBytes, why: &str) -> Result<Result<(), FileFault>, Error> {
        match self.ask(Ask::WriteFile { path: path.into(), bytes: Arc::new(bytes) }, why).await? {
            Answer::Written(answer) => Ok(answer),
            _ => Err(mixed_up()),
        }
    }

    /// Sends a request; its own deadline never outlasts the flow's.
    pub async fn http(
        &self,
        request: HttpRequest,
        deadline: Mono,
        why: &str,
    ) -> Result<Result<HttpResponse, HttpFault>, Error> {
        let ask = Ask::Http { request: Arc::new(request), deadline: deadline.min(self.deadline) };
        match self.ask(ask, why).await? {
            Answer::Http(answer) => Ok(answer),
            _ => Err(mixed_up()),
        }
    }

    /// Runs a program.
    pub async fn run(
        &self,
        argv: &[&str],
        deadline: Mono,
        output_limit: u32,
        why: &str,
    ) -> Result<Result<RunOutput, RunFault>, Error> {
        let argv = argv.iter().map(|part| Box::from(*part)).collect();
        match self.ask(Ask::Run { argv, deadline: deadline.min(self.deadline), output_limit }, why).await? {
            Answer::Ran(answer) => Ok(answer),
            _ => Err(mixed_up()),
        }
    }

    /// Waits, but never past the flow's deadline.
    pub async fn wait_until(&self, time: Mono, why: &str) -> Result<(), Error> {
        match self.ask(Ask::WaitUntil(time.min(self.deadline)), why).await? {
            Answer::Woken => Ok(()),
            _ => Err(mixed_up()),
        }
    }

    /// Adds to the explanation.
    pub(crate) fn explain(&self, change: impl FnOnce(&mut Explanation)) {
        if let Some(mut shared) = self.shared.try_lock() {
            change(&mut shared.explanation);
        }
    }

    /// Asks, and gives the answer. `Unsupported` becomes the error `host-unsupported`.
    async fn ask(&self, ask: Ask, why: &str) -> Result<Answer, Error> {
        let what = ask.summary();
        match (Question { shared: &self.shared, ask: Some((ask, why.into())) }).await? {
            Answer::Unsupported => {
                let message = format!("{why}: this host cannot {what}");
                Err(Error::new(Code::HostUnsupported, "flow", message))
            }
            answer => Ok(answer),
        }
    }
}

#[derive(Default)]
struct Shared {
    now: Option<Now>,
    asked: u32,
    slot: Slot,
    trail: Vec<Trail>,
    explanation: Explanation,
}

#[derive(Default)]
enum Slot {
    #[default]
    Empty,
    Open(Effect),
    Answered(Answer),
}

impl Shared {
    fn late(&self, effect: &Effect, now: Now, deadline: Mono) -> Error {
        let asked = self.trail.iter().rev().find(|line| line.outcome.is_none()).map_or(now.mono, |line| line.asked);
        let message = format!(
            "the deadline passed {} ms ago while “{}” ({}) had been open for {} ms",
            now.mono.since(deadline).as_millis(),
            effect.ask.summary(),
            effect.why,
            now.mono.since(asked).as_millis()
        );
        Error::new(Code::Deadline, String::from(&*effect.why), message)
    }
}

/// Opens a question at its first poll and is ready when the answer lies in the slot.
struct Question<'a> {
    shared: &'a Mutex<Shared>,
    ask: Option<(Ask, Arc<str>)>,
}

impl Future for Question<'_> {
    type Output = Result<Answer, Error>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(mut shared) = self.shared.try_lock() else {
            return Poll::Ready(Err(locked()));
        };
        if let Some((ask, why)) = self.ask.take() {
            if !matches!(shared.slot, Slot::Empty) {
                return Poll::Ready(Err(Error::bug("flow", "two questions at once")));
            }
            shared.asked = shared.asked.saturating_add(1);
            if shared.trail.len() < TRAIL_LIMIT {
                let asked = shared.now.map_or(Mono(0), |now| now.mono);
                let line = Trail { why: why.clone(), what: ask.summary(), outcome: None, asked, answered: None };
                shared.trail.push(line);
            }
            shared.slot = Slot::Open(Effect { id: shared.asked, why, ask });
            return Poll::Pending;
        }
        match core::mem::take(&mut shared.slot) {
            Slot::Answered(answer) => Poll::Ready(Ok(answer)),
            other => {
                shared.slot = other;
                Poll::Pending
            }
        }
    }
}

/// Only one holder polls and only for a moment, so no host can cause this.
fn locked() -> Error {
    Error::bug("flow", "its state is locked")
}

/// `answer` has checked the kind, so no host can cause this.
fn mixed_up() -> Error {
    Error::bug("flow", "an answer of the wrong kind got through")
}

// A host may move a flow to another thread between two questions.
const _: fn() = || {
    fn send<T: Send>() {}
    send::<Flow<crate::Credentials>>();
    send::<Io>();
};

#[cfg(test)]
mod tests;
