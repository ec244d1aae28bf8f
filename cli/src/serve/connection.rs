//! One client's connection: what was read of it, what it waits for, what is still to be written.
//!
//! Never blocks. Its buffers hold the authorization token and credentials, have their full size from the start, and are
//! wiped. Limits: [`HEAD_TIME`] for a head, [`IDLE_TIME`] between two, [`WRITE_TIME`] for an answer.

use super::http::{self, HEAD_LIMIT, Head};
use rustix::{
    fd::{AsFd, BorrowedFd, OwnedFd},
    io::Errno,
    net::{self, Shutdown},
};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// A head has to be whole so long after its first byte, or after the connection was made.
pub const HEAD_TIME: Duration = Duration::from_secs(5);
/// A connection may do nothing for so long.
pub const IDLE_TIME: Duration = Duration::from_secs(60);
/// An answer has to be taken within so long.
pub const WRITE_TIME: Duration = Duration::from_secs(5);
/// What a refused client still sends is thrown away for so long and up to so many bytes: closing at once would tear
/// down the connection before it has read why.
const DRAIN_TIME: Duration = Duration::from_secs(1);
const DRAIN_LIMIT: usize = 256 * 1024;
/// Reads, heads and writes in one turn: some ten requests.
const STEPS: usize = 32;

pub struct Connection {
    socket: OwnedFd,
    read: Zeroizing<Vec<u8>>,
    state: State,
    /// There was more to do than one turn allows.
    ready: bool,
    /// It is closed then, whatever it does.
    until: Instant,
    /// When it came, or was last answered: the one that has made others wait the longest goes first.
    pub since: Instant,
}

enum State {
    /// A head, or the first byte of one.
    Reading,
    /// Credentials.
    Waiting(Asked),
    Writing {
        bytes: Zeroizing<Vec<u8>>,
        sent: usize,
        close: bool,
    },
    Draining(usize),
    Closed,
}

/// What of a request counts for its answer.
#[derive(Clone, Copy)]
pub struct Asked {
    pub head_only: bool,
    pub close: bool,
}

/// What to do with a request: answer it, or have it wait for credentials.
pub enum Reply {
    Answer(u16, Zeroizing<String>),
    Wait,
}

impl Connection {
    /// Of a socket that does not block.
    pub fn new(socket: OwnedFd, now: Instant) -> Self {
        Self {
            socket,
            read: Zeroizing::new(Vec::new()),
            state: State::Reading,
            ready: false,
            until: now + HEAD_TIME,
            since: now,
        }
    }

    pub fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    pub fn until(&self) -> Instant {
        self.until
    }

    /// The next thing is the client's to do, be it to read: it can be let go.
    pub fn is_silent(&self) -> bool {
        matches!(self.state, State::Reading | State::Writing { .. } | State::Draining(_))
    }

    pub fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting(_))
    }

    pub fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    /// It is to be looked at when the socket can be written to; else when it can be read.
    pub fn wants_to_write(&self) -> bool {
        matches!(self.state, State::Writing { .. })
    }

    /// It can go on without the socket.
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// Does what can be done without waiting, and not for ever. `judge` is called for each whole head.
    pub fn go_on(&mut self, now: Instant, judge: &mut dyn FnMut(&http::Request<'_>) -> Reply) {
        self.ready = false;
        for _ in 0..STEPS {
            let more = match &mut self.state {
                State::Reading => self.take(now, judge) || self.fill(now),
                State::Writing { .. } => self.write(now),
                State::Draining(_) => self.drain(),
                State::Waiting(_) | State::Closed => false,
            };
            if !more {
                return;
            }
        }
        // The others have their turn first.
        self.ready = !self.is_waiting();
    }

    /// The answer for one that waits.
    pub fn answer(&mut self, now: Instant, status: u16, body: &str) {
        if let State::Waiting(asked) = self.state {
            self.begin(now, status, body, asked);
        }
    }

    /// Its time is over: one that was in the middle of a head is told so.
    pub fn overdue(&mut self, now: Instant, body: &str) {
        match self.state {
            State::Reading if !self.read.is_empty() => {
                self.begin(now, 408, body, Asked { head_only: false, close: true });
            }
            _ => self.state = State::Closed,
        }
    }

    pub fn close(&mut self) {
        self.state = State::Closed;
    }

    /// A whole head out of what was read. True where there was one.
    fn take(&mut self, now: Instant, judge: &mut dyn FnMut(&http::Request<'_>) -> Reply) -> bool {
        if self.read.is_empty() {
            return false;
        }
        let (length, asked, reply) = match http::head(&self.read) {
            Head::Partial => return false,
            Head::Bad(status, reason) => {
                let body = super::endpoint::malformed(reason);
                (self.read.len(), Asked { head_only: false, close: true }, Reply::Answer(status, body))
            }
            Head::Whole(request, length) => {
                let asked = Asked { head_only: request.method == "HEAD", close: request.close };
                (length, asked, judge(&request))
            }
        };
        self.forget(length);
        match reply {
            Reply::Wait => {
                self.state = State::Waiting(asked);
                // The exchange has a time limit of its own.
                self.until = now + Duration::from_secs(24 * 3600);
            }
            Reply::Answer(status, body) => {
                // Whoever was refused has nothing more to say here.
                let close = asked.close || status != 200 && status != 503;
                self.begin(now, status, &body, Asked { close, ..asked });
            }
        }
        true
    }

    fn begin(&mut self, now: Instant, status: u16, body: &str, asked: Asked) {
        let bytes = http::answer(status, body, asked.close, asked.head_only);
        self.state = State::Writing { bytes, sent: 0, close: asked.close };
        self.until = now + WRITE_TIME;
    }

    /// Wipes the first bytes and moves the rest to the front.
    fn forget(&mut self, length: usize) {
        let rest = self.read.len() - length;
        self.read.copy_within(length.., 0);
        self.read[rest..].fill(0);
        self.read.truncate(rest);
    }

    /// True where there is something new to look at.
    fn fill(&mut self, now: Instant) -> bool {
        if self.read.capacity() == 0 {
            self.read.reserve_exact(HEAD_LIMIT);
        }
        let held = self.read.len();
        self.read.resize(HEAD_LIMIT, 0);
        let result = rustix::io::read(&self.socket, &mut self.read[held..]);
        self.read.truncate(held + result.unwrap_or(0));
        match result {
            Ok(0) => self.state = State::Closed,
            Ok(_) => {
                if held == 0 {
                    self.until = now + HEAD_TIME;
                }
                return true;
            }
            Err(Errno::INTR) => return true,
            Err(Errno::AGAIN) => {}
            Err(_) => self.state = State::Closed,
        }
        false
    }

    fn write(&mut self, now: Instant) -> bool {
        let State::Writing { bytes, sent, close } = &mut self.state else { return false };
        match rustix::io::write(&self.socket, &bytes[*sent..]) {
            Ok(more) => *sent += more,
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return false,
            Err(_) => {
                self.state = State::Closed;
                return false;
            }
        }
        if *sent < bytes.len() {
            return true;
        }
        if *close {
            self.state = State::Draining(DRAIN_LIMIT);
            self.until = now + DRAIN_TIME;
            // An error means that it is closed already, which the next read shows.
            let _ = net::shutdown(&self.socket, Shutdown::Write);
        } else {
            self.state = State::Reading;
            self.since = now;
            self.until = now + if self.read.is_empty() { IDLE_TIME } else { HEAD_TIME };
        }
        true
    }

    fn drain(&mut self) -> bool {
        let State::Draining(left) = &mut self.state else { return false };
        let mut thrown = Zeroizing::new([0; 4096]);
        match rustix::io::read(&self.socket, &mut thrown[..]) {
            Ok(0) => self.state = State::Closed,
            Ok(more) if more <= *left => {
                *left -= more;
                return true;
            }
            Err(Errno::INTR) => return true,
            Err(Errno::AGAIN) => {}
            Ok(_) | Err(_) => self.state = State::Closed,
        }
        false
    }
}
