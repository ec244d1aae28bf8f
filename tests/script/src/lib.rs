//! A host for flows that has everything in memory: files, HTTP answers, programs, and a clock that moves only when told.
//!
//! ```
//! use irsa_core::flow::Flow;
//! use irsa_script::Host;
//!
//! let mut host = Host::new().file("/token", "abc");
//! let deadline = host.deadline(5_000);
//! let flow = Flow::new(deadline, |io| async move {
//!     Ok(io.read_file("/token", 100, "a token").await?.map_or(0, |file| file.bytes.len()))
//! });
//! assert_eq!(host.run(flow).unwrap(), 3);
//! ```
//!
//! HTTP answers are given in the order they were scripted; what was asked is kept for the test to look at. A request
//! without an answer fails as a refused connection does. Files and programs that were not scripted are missing.

use irsa_core::{
    Error, Mono, Now, Secret, Timestamp,
    effect::{
        Answer, Ask, Effect, FileContent, FileFault, HttpFault, HttpRequest, HttpResponse, HttpStep, RunFault,
        RunOutput,
    },
    flow::{Flow, Step},
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

/// The wall clock of a new [`Host`]: 2026-11-24T10:00:00Z.
pub const START: Timestamp = Timestamp::from_unix(1_795_514_400);

/// A host with everything in memory.
#[derive(Clone, Debug)]
pub struct Host {
    now: Now,
    files: BTreeMap<String, VecDeque<Result<FileContent, FileFault>>>,
    http: VecDeque<Exchange>,
    programs: BTreeMap<String, Result<RunOutput, RunFault>>,
    unsupported: Vec<&'static str>,
    effects: Vec<Effect>,
}

#[derive(Clone, Debug)]
struct Exchange {
    takes: Duration,
    answer: Result<HttpResponse, HttpFault>,
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

impl Host {
    /// With no file, no answer, at [`START`].
    pub fn new() -> Self {
        Self {
            now: Now { wall: START, mono: Mono(1_000) },
            files: BTreeMap::new(),
            http: VecDeque::new(),
            programs: BTreeMap::new(),
            unsupported: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// At another wall time.
    #[must_use]
    pub fn at(mut self, wall: Timestamp) -> Self {
        self.now.wall = wall;
        self
    }

    /// With a file. Scripted again, the contents are given one read after the other, and the last one stays.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let content = FileContent { bytes: content.as_ref().into(), owner: None, mode: None };
        self.read(path, Ok(content))
    }

    /// With a file that cannot be read.
    #[must_use]
    pub fn fault(self, path: &str, fault: FileFault) -> Self {
        self.read(path, Err(fault))
    }

    fn read(mut self, path: &str, answer: Result<FileContent, FileFault>) -> Self {
        self.files.entry(path.into()).or_default().push_back(answer);
        self
    }

    /// The next HTTP answer, after 10 ms. Headers as `("Name", "value")`.
    #[must_use]
    pub fn http(self, status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let headers = headers.iter().map(|(name, value)| (Box::from(*name), Secret::from(*value))).collect();
        self.exchange(10, Ok(HttpResponse { status, headers, body: body.as_ref().into() }))
    }

    /// The next HTTP request fails, after 10 ms.
    #[must_use]
    pub fn http_fault(self, step: HttpStep) -> Self {
        self.exchange(10, Err(HttpFault { step, detail: "scripted".into() }))
    }

    /// The next HTTP request takes so many milliseconds and ends so; past its deadline it is a timeout instead.
    #[must_use]
    pub fn exchange(mut self, millis: u64, answer: Result<HttpResponse, HttpFault>) -> Self {
        self.http.push_back(Exchange { takes: Duration::from_millis(millis), answer });
        self
    }

    /// With a program.
    #[must_use]
    pub fn program(mut self, path: &str, answer: Result<RunOutput, RunFault>) -> Self {
        self.programs.insert(path.into(), answer);
        self
    }

    /// Without an ability: `file`, `http`, `run` or `wait`.
    #[must_use]
    pub fn without(mut self, ability: &'static str) -> Self {
        self.unsupported.push(ability);
        self
    }

    /// Both clocks.
    pub fn now(&self) -> Now {
        self.now
    }

    /// So many milliseconds from now.
    pub fn deadline(&self, millis: u64) -> Mono {
        self.now.mono + Duration::from_millis(millis)
    }

    /// Time passes.
    pub fn pass(&mut self, span: Duration) {
        self.now.mono = self.now.mono + span;
        self.now.wall = self.now.wall.plus_millis(i64::try_from(span.as_millis()).unwrap_or(i64::MAX));
    }

    /// Everything that was asked, in order.
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// The HTTP requests among it.
    pub fn requests(&self) -> Vec<Arc<HttpRequest>> {
        let request = |effect: &Effect| match &effect.ask {
            Ask::Http { request, .. } => Some(request.clone()),
            _ => None,
        };
        self.effects.iter().filter_map(request).collect()
    }

    /// The paths that were read among it.
    pub fn paths(&self) -> Vec<String> {
        let path = |effect: &Effect| match &effect.ask {
            Ask::ReadFile { path, .. } => Some(path.to_string()),
            _ => None,
        };
        self.effects.iter().filter_map(path).collect()
    }

    /// HTTP answers that nobody has asked for yet.
    pub fn left(&self) -> usize {
        self.http.len()
    }

    /// Runs a flow to its end.
    pub fn run<T>(&mut self, mut flow: Flow<T>) -> Result<T, Error> {
        self.drive(&mut flow)
    }

    /// Runs a flow to its end and leaves it to be looked at.
    pub fn drive<T>(&mut self, flow: &mut Flow<T>) -> Result<T, Error> {
        loop {
            match flow.next(self.now) {
                Step::Done(result) => return result,
                Step::Ask(effect) => {
                    let (id, answer) = (effect.id, self.answer(effect));
                    flow.answer(id, answer)?;
                }
            }
        }
    }

    /// Answers one effect; time passes as it takes.
    pub fn answer(&mut self, effect: Effect) -> Answer {
        self.effects.push(effect.clone());
        let ability = match &effect.ask {
            Ask::ReadFile { .. } | Ask::WriteFile { .. } => "file",
            Ask::Http { .. } => "http",
            Ask::Run { .. } => "run",
            Ask::WaitUntil(_) => "wait",
            _ => return Answer::Unsupported,
        };
        if self.unsupported.contains(&ability) {
            return Answer::Unsupported;
        }
        match effect.ask {
            Ask::ReadFile { path, limit } => Answer::File(self.read_file(&path, limit)),
            Ask::WriteFile { path, bytes } => {
                let content = FileContent { bytes: (*bytes).clone(), owner: None, mode: Some(0o600) };
                self.files.insert(path.to_string(), VecDeque::from([Ok(content)]));
                Answer::Written(Ok(()))
            }
            Ask::Http { request, deadline } => Answer::Http(self.send(&request, deadline)),
            Ask::Run { argv, .. } => {
                let program = argv.first().and_then(|program| self.programs.get(&**program));
                Answer::Ran(program.cloned().unwrap_or(Err(RunFault::Missing)))
            }
            Ask::WaitUntil(time) => {
                self.pass(time.since(self.now.mono));
                Answer::Woken
            }
            _ => Answer::Unsupported,
        }
    }

    fn read_file(&mut self, path: &str, limit: u32) -> Result<FileContent, FileFault> {
        let Some(contents) = self.files.get_mut(path) else { return Err(FileFault::Missing) };
        let answer = if contents.len() > 1 { contents.pop_front() } else { contents.front().cloned() };
        let content = answer.unwrap_or(Err(FileFault::Missing))?;
        let size = content.bytes.len() as u64;
        if size > u64::from(limit) { Err(FileFault::TooLarge(size)) } else { Ok(content) }
    }

    fn send(&mut self, request: &HttpRequest, deadline: Mono) -> Result<HttpResponse, HttpFault> {
        let none = || Exchange {
            takes: Duration::ZERO,
            answer: Err(HttpFault { step: HttpStep::Connect, detail: "no answer was scripted".into() }),
        };
        let exchange = self.http.pop_front().unwrap_or_else(none);
        let open = deadline.since(self.now.mono);
        if exchange.takes > open {
            self.pass(open);
            return Err(HttpFault { step: HttpStep::Timeout, detail: "scripted".into() });
        }
        self.pass(exchange.takes);
        match exchange.answer {
            Ok(response) if response.body.len() > request.response_limit as usize => {
                Err(HttpFault { step: HttpStep::TooLarge, detail: "scripted".into() })
            }
            answer => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_given_one_after_the_other_and_the_last_one_stays() {
        let mut host = Host::new().file("/t", "").file("/t", "abc").fault("/d", FileFault::Directory);
        let deadline = host.deadline(1);
        let flow = Flow::new(deadline, |io| async move {
            let mut sizes = vec![];
            for path in ["/t", "/t", "/t", "/d", "/none"] {
                let answer = io.read_file(path, 10, "test").await?;
                sizes.push(answer.map(|file| file.bytes.len()).map_err(|fault| fault.to_string()));
            }
            Ok(sizes)
        });
        let wanted = [Ok(0), Ok(3), Ok(3), Err("a directory".into()), Err("missing".into())];
        assert_eq!(host.run(flow).unwrap(), wanted);
        assert_eq!(host.paths().len(), 5);
    }

    #[test]
    fn time_passes_as_scripted_and_a_slow_answer_is_a_timeout() {
        let mut host = Host::new()
            .http(200, &[("Date", "x")], "hello")
            .exchange(700, Ok(HttpResponse { status: 200, headers: vec![], body: Default::default() }));
        let deadline = host.deadline(10_000);
        let flow = Flow::new(deadline, |io| async move {
            let request = || HttpRequest {
                method: "GET".into(),
                url: "http://h/".into(),
                headers: vec![],
                body: Default::default(),
                response_limit: 10,
                direct: false,
            };
            let first = io.http(request(), io.now().mono + Duration::from_millis(500), "first").await?;
            io.wait_until(io.now().mono + Duration::from_millis(100), "pause").await?;
            let second = io.http(request(), io.now().mono + Duration::from_millis(500), "second").await?;
            let third = io.http(request(), io.now().mono + Duration::from_millis(500), "third").await?;
            Ok((first.map(|r| r.status), second.map_err(|f| f.step).err(), third.map_err(|f| f.step).err()))
        });
        let start = host.now().mono;
        let got = host.run(flow).unwrap();
        assert_eq!(got, (Ok(200), Some(HttpStep::Timeout), Some(HttpStep::Connect)));
        assert_eq!(host.now().mono.since(start).as_millis(), 10 + 100 + 500);
        assert_eq!((host.requests().len(), host.left()), (3, 0));
    }
}
