//! Credentials for a program that runs for long: cached, exchanged once for all threads, replaced before they end.

mod shared;

use crate::host::{Cancel, Host};
use irsa_core::{
    Code, Credentials, Error, Mono, SecretBytes,
    flow::Flow,
    keeper::{Obtained, Settings, Snapshot},
};
use shared::Shared;
use std::{
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

/// Hands out credentials to any number of threads. Make one and share it.
#[derive(Debug)]
pub struct Provider {
    shared: Arc<Shared>,
    #[expect(dead_code, reason = "held so that it ends with the provider")]
    refresher: Option<Refresher>,
}

/// The one thread there can be.
#[derive(Debug)]
struct Refresher {
    switch: Cancel,
    thread: Option<JoinHandle<()>>,
}

impl Provider {
    /// A provider whose exchanges are flows that `exchange` makes, each with the total deadline it is given.
    pub fn from_flows(
        host: Host,
        options: Options,
        exchange: impl Fn(Mono) -> Flow<Obtained> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let mut settings = Settings::new(options.seed.unwrap_or_else(seed));
        settings.exchange_timeout = options.timeout;
        settings.background = options.background;
        let shared = Arc::new(Shared::new(host, Box::new(exchange), settings));
        let refresher = if options.background { Some(Refresher::start(&shared)?) } else { None };
        Ok(Self { shared, refresher })
    }

    /// The credentials to use now. A cached read takes no lock; otherwise this waits for the exchange, or runs it.
    pub fn credentials(&self) -> Result<Arc<Credentials>, Error> {
        match self.shared.fresh(|snapshot| snapshot.credentials().clone()) {
            Some(credentials) => Ok(credentials),
            None => self.shared.ask(&Cancel::new()).map(|snapshot| snapshot.credentials().clone()),
        }
    }

    /// The same with what is known beside them: the generation (for [`Provider::invalidate`]) and the clock skew.
    /// `cancel` ends the wait of this call; an exchange that others wait for is taken over by one of them.
    pub fn snapshot(&self, cancel: &Cancel) -> Result<Arc<Snapshot>, Error> {
        match self.shared.fresh(Arc::clone) {
            Some(snapshot) => Ok(snapshot),
            None => self.shared.ask(cancel),
        }
    }

    /// A service refused the credentials of this generation: the next call gets new ones, if there are any. False where
    /// this changes nothing, since newer ones are in hand or the last invalidation was moments ago.
    pub fn invalidate(&self, generation: u64) -> bool {
        self.shared.with_keeper(|keeper| keeper.handle_invalidate(self.shared.host.now(), generation))
    }

    /// The cached credentials for another process on this machine, secrets included. `None` where there are none.
    pub fn export(&self) -> Option<SecretBytes> {
        self.shared.latest().map(|snapshot| snapshot.export(self.shared.host.now()))
    }

    /// Takes over what another process has exported. True where it was better than what is in hand.
    pub fn adopt(&self, bytes: &[u8]) -> Result<bool, Error> {
        self.shared.with_keeper(|keeper| keeper.handle_adopt(self.shared.host.now(), bytes))
    }

    /// The host that exchanges run on, for requests of one's own.
    pub fn host(&self) -> &Host {
        &self.shared.host
    }
}

/// How a provider behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// What one exchange may take in all. A call waits one second longer, so that the exchange's own error is told.
    pub timeout: Duration,
    /// A thread replaces credentials before anybody has to wait for it. It ends when the provider is dropped.
    pub background: bool,
    /// For jitter; `None` takes it from the system's randomness.
    pub seed: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), background: false, seed: None }
    }
}

impl Refresher {
    fn start(shared: &Arc<Shared>) -> Result<Self, Error> {
        let switch = Cancel::new();
        shared.set_refresher(&switch);
        let (worker, thrown) = (shared.clone(), switch.clone());
        let thread = thread::Builder::new()
            .name("irsa-refresh".into())
            .spawn(move || worker.refresh(&thrown))
            .map_err(|e| Error::new(Code::HostUnsupported, "provider", format!("no thread for refreshing: {e}")))?;
        Ok(Self { switch, thread: Some(thread) })
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        self.switch.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic in it is its own message; there is nobody left to tell.
            let _ = thread.join();
        }
    }
}

/// A number for jitter that differs from process to process: the system's randomness, as the standard library seeds its
/// hash maps with it, over this process and moment.
pub fn seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one((std::process::id(), std::time::SystemTime::now()))
}

// One provider serves all threads.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Provider>();
    shared::<Host>();
    shared::<Cancel>();
};
