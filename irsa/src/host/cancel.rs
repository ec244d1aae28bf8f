//! A switch that another thread throws: waits end at once, sockets in use are shut down.
//!
//! Limit: a TCP connect that is under way ends at its own step timeout, since the standard library cannot interrupt it.

use crate::host::Clock;
use irsa_core::{Code, Error, Mono};
use std::{
    net::{Shutdown, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

/// Cancels what runs with it. Clones are the same switch; once thrown it stays thrown.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    cancelled: bool,
    sockets: Vec<Weak<TcpStream>>,
    children: Vec<Weak<Inner>>,
}

/// How a wait ended.
pub(crate) enum Waited<T> {
    Ready(T),
    Cancelled,
    Late,
}

impl Cancel {
    /// A switch that is not thrown.
    pub fn new() -> Self {
        Self::default()
    }

    /// Throws it.
    pub fn cancel(&self) {
        let mut state = self.lock();
        state.cancelled = true;
        for socket in state.sockets.drain(..).filter_map(|socket| socket.upgrade()) {
            // An error means that it is closed already.
            let _ = socket.shutdown(Shutdown::Both);
        }
        let children = std::mem::take(&mut state.children);
        self.0.changed.notify_all();
        drop(state);
        children.iter().filter_map(Weak::upgrade).for_each(|child| Self(child).cancel());
    }

    /// A switch that is thrown with this one, and can be thrown and woken without it.
    pub(crate) fn child(&self) -> Self {
        let child = Self::default();
        let mut state = self.lock();
        child.lock().cancelled = state.cancelled;
        state.children.retain(|known| known.strong_count() > 0);
        state.children.push(Arc::downgrade(&child.0));
        child
    }

    /// Whether it was thrown.
    pub fn is_cancelled(&self) -> bool {
        self.lock().cancelled
    }

    /// The error that a cancelled call ends in.
    pub(crate) fn error(at: &'static str) -> Error {
        Error::new(Code::Cancelled, at, "the caller cancelled it")
    }

    /// Shuts this socket down too when the switch is thrown; at once, where it was thrown already.
    pub(crate) fn attach(&self, socket: &Arc<TcpStream>) {
        let mut state = self.lock();
        if state.cancelled {
            let _ = socket.shutdown(Shutdown::Both);
            return;
        }
        state.sockets.retain(|known| known.strong_count() > 0);
        state.sockets.push(Arc::downgrade(socket));
    }

    /// Waits until `ready` gives something, looking again after every [`Cancel::wake`].
    pub(crate) fn wait<T>(&self, clock: Clock, until: Mono, mut ready: impl FnMut() -> Option<T>) -> Waited<T> {
        let mut state = self.lock();
        loop {
            if state.cancelled {
                return Waited::Cancelled;
            }
            if let Some(value) = ready() {
                return Waited::Ready(value);
            }
            let left = until.since(clock.mono());
            if left == Duration::ZERO {
                return Waited::Late;
            }
            state = self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Makes every wait look again. What it looks at must have been written before.
    pub(crate) fn wake(&self) {
        // Under the lock, so that a waiter is either before its look or already waiting.
        let _state = self.lock();
        self.0.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
