//! The container-credentials endpoint: a server of one thread for programs on this machine.
//!
//! All sockets are polled; nothing that a client does or leaves undone makes another wait. A second thread waits for the
//! provider where nothing is in hand, once for all clients. Limits: [`CONNECTION_LIMIT`] connections (then whoever has
//! been silent for longest makes room), 8 KiB for a head, times in `connection`.

mod connection;
mod endpoint;
mod http;
mod place;

pub use endpoint::{Endpoint, HEALTH, PATH};
pub use place::{Place, listen, read_token};

use crate::output;
use connection::{Connection, Reply};
use endpoint::{Answer, Wanted};
use irsa::{
    Cancel,
    core::keeper::{Snapshot, State},
};
use irsa_core::{Error, time::Span};
use rustix::{
    event::{self, PollFd, PollFlags, Timespec},
    fd::{AsFd, BorrowedFd, OwnedFd},
};
use std::{
    collections::BTreeSet,
    io::{self, Read, Write},
    net::TcpListener,
    os::unix::net::{UnixListener, UnixStream},
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// So many clients at once. Each costs a descriptor and, while it sends, 8 KiB.
const CONNECTION_LIMIT: usize = 256;
/// So long a client waits for newer credentials while there are some in hand: SDKs give up after a second or two.
const PATIENCE: Duration = Duration::from_millis(800);

/// Where clients come from.
pub enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    fn accept(&self) -> io::Result<OwnedFd> {
        match self {
            Self::Tcp(listener) => {
                let (socket, _) = listener.accept()?;
                socket.set_nonblocking(true)?;
                // Answers are one write; there is nothing to wait for.
                socket.set_nodelay(true)?;
                Ok(socket.into())
            }
            Self::Unix(listener) => {
                let (socket, _) = listener.accept()?;
                socket.set_nonblocking(true)?;
                Ok(socket.into())
            }
        }
    }

    fn set_nonblocking(&self) -> io::Result<()> {
        match self {
            Self::Tcp(listener) => listener.set_nonblocking(true),
            Self::Unix(listener) => listener.set_nonblocking(true),
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(listener) => listener.as_fd(),
            Self::Unix(listener) => listener.as_fd(),
        }
    }
}

/// A server that runs. It ends when this is dropped.
pub struct Running {
    switch: Cancel,
    wake: UnixStream,
    threads: Vec<JoinHandle<()>>,
}

impl Running {
    /// Begins to answer, and to look for credentials.
    pub fn start(listener: Listener, endpoint: Endpoint) -> io::Result<Self> {
        listener.set_nonblocking()?;
        let (woken, wake) = UnixStream::pair()?;
        woken.set_nonblocking(true)?;
        wake.set_nonblocking(true)?;
        let (demand, demands) = mpsc::channel();
        let (outcome, outcomes) = mpsc::channel();
        let switch = Cancel::new();
        let asker = Asker { demands, outcome, provider: endpoint.provider.clone(), wake: wake.try_clone()? };
        let server = Server {
            listener,
            endpoint,
            connections: Vec::new(),
            woken,
            demand,
            outcomes,
            asked: None,
            failure: None,
            told: BTreeSet::new(),
        };
        let (to_ask, to_serve) = (switch.clone(), switch.clone());
        let ask = thread::Builder::new().name("irsa-ask".into()).spawn(move || asker.run(&to_ask))?;
        let serve = thread::Builder::new().name("irsa-serve".into()).spawn(move || server.run(&to_serve))?;
        Ok(Self { switch, wake, threads: vec![serve, ask] })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.switch.cancel();
        rouse(&self.wake);
        for thread in self.threads.drain(..) {
            // A panic in it is its own message.
            let _ = thread.join();
        }
    }
}

/// A full pipe wakes as well.
fn rouse(mut wake: &UnixStream) {
    let _ = wake.write(&[0]);
}

/// Waits for the provider, so that the server need not.
struct Asker {
    demands: Receiver<()>,
    outcome: Sender<Result<Arc<Snapshot>, Error>>,
    provider: Arc<irsa::Provider>,
    wake: UnixStream,
}

impl Asker {
    fn run(&self, switch: &Cancel) {
        while self.demands.recv().is_ok() && !switch.is_cancelled() {
            if self.outcome.send(self.provider.snapshot(switch)).is_err() {
                return;
            }
            rouse(&self.wake);
        }
    }
}

struct Server {
    listener: Listener,
    endpoint: Endpoint,
    connections: Vec<Connection>,
    woken: UnixStream,
    demand: Sender<()>,
    outcomes: Receiver<Result<Arc<Snapshot>, Error>>,
    /// Since when the asker has been asking.
    asked: Option<Instant>,
    /// Why there are no credentials.
    failure: Option<Error>,
    /// What was told on standard error, so that it is told once.
    told: BTreeSet<String>,
}

impl Server {
    fn run(mut self, switch: &Cancel) {
        self.ask();
        while !switch.is_cancelled() {
            let ready = self.wait();
            let now = Instant::now();
            while self.woken.read(&mut [0; 64]).is_ok_and(|more| more > 0) {}
            while let Ok(outcome) = self.outcomes.try_recv() {
                self.take(now, outcome);
            }
            for i in ready.connections {
                match self.connections.get_mut(i) {
                    // It is looked at for this alone: the client has gone.
                    Some(connection) if connection.is_waiting() => connection.close(),
                    _ => self.go_on(i, now),
                }
            }
            if ready.listener {
                self.accept(now);
            }
            self.look_at_clocks(now);
            self.connections.retain(|connection| !connection.is_closed());
        }
    }

    /// Until something is to be done.
    fn wait(&self) -> Ready {
        let full = self.connections.len() >= CONNECTION_LIMIT && !self.connections.iter().any(Connection::is_silent);
        let mut all = vec![PollFd::new(&self.woken, PollFlags::IN)];
        all.push(PollFd::new(&self.listener, if full { PollFlags::empty() } else { PollFlags::IN }));
        for connection in &self.connections {
            let flags = match connection {
                _ if connection.wants_to_write() => PollFlags::OUT,
                _ if connection.is_waiting() => PollFlags::empty(),
                _ => PollFlags::IN,
            };
            all.push(PollFd::from_borrowed_fd(connection.socket(), flags));
        }
        let now = Instant::now();
        let patience = self.asked.map(|asked| asked + PATIENCE).filter(|until| *until > now);
        let until = self.connections.iter().map(Connection::until).chain(patience).min();
        // A millisecond more than is left: no round for nothing.
        let left = until.map(|until| until.saturating_duration_since(now) + Duration::from_millis(1));
        let hurry = self.connections.iter().any(Connection::is_ready);
        let left = if hurry { Some(Duration::ZERO) } else { left };
        let left = left.map(|left| Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        });
        // Interrupted or not: whatever is ready shows again.
        let _ = event::poll(&mut all, left.as_ref());
        let ready = |fd: &PollFd<'_>| !fd.revents().is_empty();
        let connections = self.connections.iter().zip(all.iter().skip(2)).enumerate();
        let connections = connections.filter(|(_, (connection, fd))| connection.is_ready() || ready(fd));
        Ready { listener: all.get(1).is_some_and(ready), connections: connections.map(|(i, _)| i).collect() }
    }

    fn accept(&mut self, now: Instant) {
        // A few at a time, so that those who are here get on as well.
        for _ in 0..32 {
            if self.connections.len() >= CONNECTION_LIMIT && !self.make_room() {
                return;
            }
            match self.listener.accept() {
                Ok(socket) => {
                    self.connections.push(Connection::new(socket, now));
                    self.go_on(self.connections.len() - 1, now);
                }
                Err(e) if [io::ErrorKind::WouldBlock, io::ErrorKind::ConnectionAborted].contains(&e.kind()) => return,
                Err(e) => {
                    // Out of descriptors, most likely.
                    self.tell(&format!("a client could not be let in: {e}"));
                    if !self.make_room() {
                        thread::sleep(Duration::from_millis(50));
                    }
                    return;
                }
            }
        }
    }

    /// Closes the connection that has been silent for longest. False where each one waits for us.
    fn make_room(&mut self) -> bool {
        let silent = self.connections.iter_mut().filter(|connection| connection.is_silent());
        let Some(oldest) = silent.min_by_key(|connection| connection.since) else { return false };
        oldest.close();
        self.connections.retain(|connection| !connection.is_closed());
        true
    }

    fn go_on(&mut self, i: usize, now: Instant) {
        let Self { endpoint, connections, failure, asked, .. } = self;
        let Some(connection) = connections.get_mut(i) else { return };
        let mut refused = Vec::new();
        let (mut health, mut waits) = (false, false);
        connection.go_on(now, &mut |request| match endpoint.judge(request) {
            Err((status, error)) => {
                let body = endpoint::said(&error);
                refused.push(error);
                Reply::Answer(status, body)
            }
            Ok(Wanted::Health) => {
                health = true;
                let (status, body) = endpoint.health(failure.as_ref());
                Reply::Answer(status, body)
            }
            Ok(Wanted::Credentials) => match at_once(endpoint, asked.is_some()) {
                Some(result) => {
                    let (status, body) = answer(endpoint, result);
                    Reply::Answer(status, body)
                }
                None => {
                    waits = true;
                    Reply::Wait
                }
            },
        });
        for error in refused {
            self.tell(&format!("refused: {} ({})", error.message(), error.code().name()));
        }
        if waits || health && self.endpoint.in_hand().is_none() {
            self.ask();
        }
    }

    fn ask(&mut self) {
        if self.asked.is_none() && self.demand.send(()).is_ok() {
            self.asked = Some(Instant::now());
        }
    }

    /// The provider has answered: so are all who wait.
    fn take(&mut self, now: Instant, outcome: Result<Arc<Snapshot>, Error>) {
        self.asked = None;
        match &outcome {
            Ok(snapshot) => {
                self.failure = None;
                let credentials = snapshot.credentials();
                let left = snapshot.left(self.endpoint.now()).map(|left| Span(left.as_secs().cast_signed()));
                let ends = left.map(|left| format!(", which end in {left}")).unwrap_or_default();
                for notice in self.endpoint.provider.explain().notices {
                    self.tell(&notice);
                }
                output::note(&format!("credentials from {}{ends}", credentials.source()));
            }
            Err(error) => {
                let text = format!("{}: {} ({})", error.at(), error.message(), error.code().name());
                if self.failure.as_ref().is_none_or(|known| known.code() != error.code()) {
                    output::warning(&format!("no credentials: {text}; fix: {}", error.fix()));
                }
                self.failure = Some(error.clone());
            }
        }
        let (status, body) = answer(&self.endpoint, outcome);
        self.answer_all(now, status, &body);
    }

    fn answer_all(&mut self, now: Instant, status: u16, body: &str) {
        for i in 0..self.connections.len() {
            if self.connections[i].is_waiting() {
                self.connections[i].answer(now, status, body);
                self.go_on(i, now);
            }
        }
    }

    fn look_at_clocks(&mut self, now: Instant) {
        if self.asked.is_some_and(|asked| now >= asked + PATIENCE)
            && let Some(snapshot) = self.endpoint.in_hand()
        {
            // The end is near and no answer is: what is in hand is better than none.
            let (status, body) = endpoint::credentials(&snapshot, self.endpoint.now());
            self.answer_all(now, status, &body);
        }
        for i in 0..self.connections.len() {
            if now >= self.connections[i].until() {
                self.connections[i].overdue(now, &endpoint::malformed("the head did not come within 5 s"));
                self.go_on(i, now);
            }
        }
    }

    fn tell(&mut self, text: &str) {
        if self.told.len() < 64 && self.told.insert(text.into()) {
            output::note(text);
        }
    }
}

struct Ready {
    listener: bool,
    connections: Vec<usize>,
}

/// What there is without waiting. `None`: it has to come first.
fn at_once(endpoint: &Endpoint, asked: bool) -> Option<Result<Arc<Snapshot>, Error>> {
    if asked {
        // What the keeper says while an exchange runs. It is not disturbed: where the asker is still on its way, a look
        // would begin an exchange and give it back, and the third in a row that is given back counts as failed.
        return endpoint.in_hand().filter(|snapshot| snapshot.state(endpoint.now()) <= State::Advisory).map(Ok);
    }
    now_or_never(endpoint)
}

/// What the provider says without waiting. `None`: it would have to.
fn now_or_never(endpoint: &Endpoint) -> Option<Result<Arc<Snapshot>, Error>> {
    let thrown = Cancel::new();
    thrown.cancel();
    match endpoint.provider.snapshot(&thrown) {
        Err(error) if error.code() == irsa_core::Code::Cancelled => None,
        result => Some(result),
    }
}

fn answer(endpoint: &Endpoint, result: Result<Arc<Snapshot>, Error>) -> Answer {
    match result {
        Ok(snapshot) => endpoint::credentials(&snapshot, endpoint.now()),
        Err(error) => endpoint::failure(&error),
    }
}

#[cfg(test)]
mod tests;
