//! The connection that ureq speaks HTTP over: a socket with an absolute deadline, perhaps TLS on it, and wiped buffers.

use crate::{
    host::{Cancel, Clock},
    net::{Fault, tls::Encrypted},
};
use irsa_core::{Mono, effect::HttpStep};
use std::{
    fmt,
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};
use zeroize::Zeroizing;

/// A byte stream whose reads and writes end at an absolute time.
pub(crate) trait Timed: Read + Write + Send + Sync + 'static {
    /// From now on they end at `until`, with this said: `no answer from … within …`.
    fn limit(&mut self, until: Mono, late: &str);
}

/// A TCP connection under a deadline and a cancel switch.
pub(crate) struct Socket {
    stream: Arc<TcpStream>,
    clock: Clock,
    cancel: Cancel,
    until: Mono,
    late: Box<str>,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, clock: Clock, cancel: &Cancel) -> Self {
        let stream = Arc::new(stream);
        cancel.attach(&stream);
        // Small requests must not wait for more to come. An error here only costs time.
        let _ = stream.set_nodelay(true);
        Self { stream, clock, cancel: cancel.clone(), until: Mono(0), late: Box::default() }
    }

    fn timed<T>(
        &self,
        set: fn(&TcpStream, Option<Duration>) -> io::Result<()>,
        mut act: impl FnMut(&TcpStream) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            let left = self.until.since(self.clock.mono());
            if left == Duration::ZERO {
                return Err(Fault::new(HttpStep::Timeout, self.late.clone()).into());
            }
            set(&self.stream, Some(left))?;
            match act(&self.stream) {
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                _ if self.cancel.is_cancelled() => return Err(Fault::new(HttpStep::Closed, "cancelled").into()),
                done => return done,
            }
        }
    }
}

impl Timed for Socket {
    fn limit(&mut self, until: Mono, late: &str) {
        self.until = until;
        self.late = late.into();
    }
}

impl Read for Socket {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.timed(TcpStream::set_read_timeout, |mut stream| stream.read(into))
    }
}

impl Write for Socket {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        self.timed(TcpStream::set_write_timeout, |mut stream| stream.write(from))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<S: Timed> Timed for Encrypted<S> {
    fn limit(&mut self, until: Mono, late: &str) {
        self.sock.limit(until, late);
    }
}

impl Timed for Box<dyn Timed> {
    fn limit(&mut self, until: Mono, late: &str) {
        (**self).limit(until, late);
    }
}

/// What ureq needs of a connection, for one request.
pub(crate) struct Wire {
    pub stream: Box<dyn Timed>,
    pub tls: bool,
    /// `http://host:port`, put before the path for a proxy that forwards; taken by the first write.
    pub origin: Option<String>,
    pub clock: Clock,
    pub deadline: Mono,
    pub first_byte: Duration,
    /// For faults: who is spoken to.
    pub peer: String,
    pub buffers: Wiped,
    pub answering: bool,
}

impl Transport for Wire {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let output = self.buffers.output.get(..amount).unwrap_or_default();
        if let Some(origin) = self.origin.take() {
            // `POST /path HTTP/1.1` becomes `POST http://host/path HTTP/1.1`.
            let method = output.iter().position(|byte| *byte == b' ').map_or(0, |space| space + 1);
            let (method, rest) = output.split_at(method);
            self.stream.write_all(method)?;
            self.stream.write_all(origin.as_bytes())?;
            self.stream.write_all(rest)?;
        } else {
            self.stream.write_all(output)?;
        }
        self.stream.flush()?;
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        if !self.answering {
            let until = self.clock.mono() + self.first_byte;
            let late = match until < self.deadline {
                true => format!("no answer from {} within {:?}", self.peer, self.first_byte),
                false => format!("no answer from {} at the deadline", self.peer),
            };
            self.stream.limit(until.min(self.deadline), &late);
        }
        let read = self.stream.read(self.buffers.input_append_buf())?;
        if !self.answering {
            self.answering = true;
            self.stream.limit(self.deadline, &format!("the answer of {} was not whole at the deadline", self.peer));
        }
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    fn is_open(&mut self) -> bool {
        // Never used a second time.
        false
    }

    fn is_tls(&self) -> bool {
        self.tls
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("peer", &self.peer).field("tls", &self.tls).finish_non_exhaustive()
    }
}

/// ureq's view of what is written and read; wiped at the end, since tokens and keys pass through.
pub(crate) struct Wiped {
    output: Zeroizing<Vec<u8>>,
    input: Zeroizing<Vec<u8>>,
    start: usize,
    end: usize,
    used: bool,
}

impl Wiped {
    /// The longest header line that can be sent, and the largest head that can be received.
    pub(crate) const SIZE: usize = 32 * 1024;

    pub(crate) fn new() -> Self {
        let room = || Zeroizing::new(vec![0; Self::SIZE]);
        Self { output: room(), input: room(), start: 0, end: 0, used: false }
    }
}

impl Buffers for Wiped {
    fn output(&mut self) -> &mut [u8] {
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        self.input.get(self.start..self.end).unwrap_or_default()
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        if self.start > 0 {
            self.input.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        self.input.get_mut(self.end..).unwrap_or_default()
    }

    fn input_appended(&mut self, amount: usize) {
        self.end = (self.end + amount).min(Self::SIZE);
    }

    fn input_consume(&mut self, amount: usize) {
        self.used = amount > 0;
        self.start = (self.start + amount).min(self.end);
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        (self.input.get_mut(self.end..).unwrap_or_default(), &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.used && self.start < self.end
    }
}
