//! Tasks of tokio that wait for credentials. An exchange blocks, so it runs on a thread for blocking work; it belongs to
//! nobody, so that a task that is dropped ends nothing.

use super::{Cancel, ExchangeId, Shared, Sleeper, Turn};
use irsa_core::{Code, Error, Mono, keeper::Snapshot, keeper::Waiter};
use std::{
    future::poll_fn,
    sync::Arc,
    task::{Poll, Waker},
};
use tokio::{runtime::Handle, time::timeout};

impl Shared {
    /// [`Shared::ask`] for a task.
    pub(in crate::provider) async fn ask_async(self: &Arc<Self>) -> Result<Arc<Snapshot>, Error> {
        let runtime = Handle::try_current()
            .map_err(|e| Error::new(Code::RuntimeMissing, "provider", format!("credentials were awaited: {e}")))?;
        let clock = self.host.clock();
        let until = clock.mono() + self.patience;
        let waiter = match self.request(Sleeper::Task(Waker::noop().clone())) {
            Ok(waiter) => waiter,
            Err(served) => return self.served(served),
        };
        let mut seat = Seat { shared: self, waiter: Some(waiter) };
        loop {
            let idle = self.lock().idle;
            let turn = poll_fn(|context| {
                self.sleep(waiter, context.waker());
                self.turn(Some(waiter), idle).map_or(Poll::Pending, Poll::Ready)
            });
            match timeout(until.min(idle).since(clock.mono()), turn).await {
                Ok(Turn::Answered(result)) => {
                    seat.waiter = None;
                    return self.served(result);
                }
                Ok(Turn::Run(id, deadline)) => {
                    let open = Open { shared: self.clone(), id, reported: false };
                    // It reports by itself; where the runtime ends first, by being dropped.
                    drop(runtime.spawn_blocking(move || open.run(deadline)));
                }
                Ok(Turn::Again) => {}
                Err(_) if clock.mono() < until => self.enter(|_| ()),
                Err(_) => return Err(self.late()),
            }
        }
    }

    /// The task that waits is to be woken by this from now on.
    fn sleep(&self, waiter: Waiter, waker: &Waker) {
        if let Some(waiting) = self.lock().waiting.get_mut(&waiter) {
            match &mut waiting.sleeper {
                Sleeper::Task(known) => known.clone_from(waker),
                Sleeper::Thread(_) => {}
            }
        }
    }
}

/// A task's place among those who wait, given up where the task is dropped.
struct Seat<'a> {
    shared: &'a Shared,
    waiter: Option<Waiter>,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter {
            self.shared.go(waiter, None);
        }
    }
}

/// An exchange on its way to a thread and on it. One that does not come to its end (a runtime that shuts down, a panic in
/// the exchange) is reported as dropped, and somebody else's turn.
struct Open {
    shared: Arc<Shared>,
    id: ExchangeId,
    reported: bool,
}

impl Open {
    fn run(mut self, deadline: Mono) {
        self.reported = self.shared.exchange(self.id, deadline, &Cancel::new(), Mono::NEVER);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.reported {
            self.shared.enter(|inner| inner.drop_exchange(self.shared.host.now(), self.id));
        }
    }
}
