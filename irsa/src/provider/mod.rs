//! Credentials for a program that runs for long: cached, exchanged once for all threads, replaced before they end.

#[cfg(feature = "aws-credential-types")]
mod aws;
pub(crate) mod events;
#[cfg(feature = "object_store")]
mod object;
mod shared;

use crate::host::{Cancel, Host};
use events::Listener;
pub use events::{Event, Events};
use irsa_core::{
    Code, Credentials, Error, Mono, Secret, SecretBytes,
    chain::{self, Explanation, Inputs},
    flow::Flow,
    keeper::{Obtained, Settings, Snapshot},
};
#[cfg(feature = "object_store")]
pub use object::ObjectStoreCredentials;
use shared::Shared;
use std::{
    env,
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
    /// As the environment says it, on demand, with 30 s for an exchange. The environment is read here, once.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// To say more than the environment does.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The credentials to use now. A cached read takes no lock; otherwise this waits for the exchange, or runs it.
    pub fn credentials(&self) -> Result<Arc<Credentials>, Error> {
        self.read(None, |snapshot| snapshot.credentials().clone())
    }

    /// The same, lent for as long as `work` takes: what many threads read at once without one making another wait.
    pub fn with_credentials<T>(&self, work: impl FnOnce(&Credentials) -> T) -> Result<T, Error> {
        self.read(None, |snapshot| work(snapshot.credentials()))
    }

    /// The same with what is known beside them: the generation (for [`Provider::invalidate`]) and the clock skew.
    /// `cancel` ends the wait of this call; an exchange that others wait for is taken over by one of them.
    pub fn snapshot(&self, cancel: &Cancel) -> Result<Arc<Snapshot>, Error> {
        self.read(Some(cancel), Arc::clone)
    }

    #[inline]
    fn read<T>(&self, cancel: Option<&Cancel>, take: impl FnOnce(&Arc<Snapshot>) -> T) -> Result<T, Error> {
        match self.shared.fresh(take) {
            Ok(taken) => Ok(taken),
            Err(take) => {
                let never = Cancel::new();
                self.shared.ask(cancel.unwrap_or(&never)).map(|snapshot| take(&snapshot))
            }
        }
    }

    /// What is in hand, lent, where it is good enough to be handed out as it is: no exchange, no wait, no lock. `None`
    /// where [`Provider::snapshot`] has to be asked.
    pub fn cached<T>(&self, work: impl FnOnce(&Arc<Snapshot>) -> T) -> Option<T> {
        self.shared.fresh(work).ok()
    }

    /// What is in hand, good or not (see [`Snapshot::state`]): no exchange, no wait. `None` before the first success.
    pub fn latest(&self) -> Option<Arc<Snapshot>> {
        self.shared.latest()
    }

    /// [`Provider::credentials`] for tasks of tokio: what is cached is there at once; else this waits for the exchange,
    /// which runs on a thread for blocking work. Threads and tasks share one exchange. A task that is dropped while it
    /// waits ends nothing: the exchange goes on for the others, and for the cache.
    ///
    /// The runtime needs time enabled. One that is shut down during an exchange waits for its end, at most
    /// [`Builder::timeout`].
    #[cfg(feature = "tokio")]
    pub async fn credentials_async(&self) -> Result<Arc<Credentials>, Error> {
        self.read_async(|snapshot| snapshot.credentials().clone()).await
    }

    /// [`Provider::snapshot`] for tasks of tokio: see [`Provider::credentials_async`]. To cancel it, drop it.
    #[cfg(feature = "tokio")]
    pub async fn snapshot_async(&self) -> Result<Arc<Snapshot>, Error> {
        self.read_async(Arc::clone).await
    }

    #[cfg(feature = "tokio")]
    async fn read_async<T>(&self, take: impl FnOnce(&Arc<Snapshot>) -> T) -> Result<T, Error> {
        match self.shared.fresh(take) {
            Ok(taken) => Ok(taken),
            Err(take) => self.shared.ask_async().await.map(|snapshot| take(&snapshot)),
        }
    }

    /// A service refused the credentials of this generation: the next call gets new ones, if there are any. False where
    /// this changes nothing, since newer ones are in hand or the last invalidation was moments ago.
    pub fn invalidate(&self, generation: u64) -> bool {
        self.shared.with_keeper(|keeper| keeper.handle_invalidate(self.shared.host.now(), generation))
    }

    /// Where the latest exchange looked for credentials, and why each place was passed by or chosen. Empty before the
    /// first one.
    pub fn explain(&self) -> Explanation {
        self.shared.explanation()
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

/// What a provider is made from. Everything absent is a fair start.
#[derive(Debug)]
#[must_use]
pub struct Builder {
    host: Option<Host>,
    inputs: Option<Inputs>,
    options: chain::Options,
    timeout: Duration,
    background: bool,
    headroom: Duration,
    seed: u64,
    events: Listener,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            host: None,
            inputs: None,
            options: chain::Options::default(),
            timeout: Duration::from_secs(30),
            background: false,
            headroom: Duration::ZERO,
            seed: seed(),
            events: Listener::default(),
        }
    }
}

impl Builder {
    /// Another host than [`Host::from_env`].
    pub fn host(mut self, host: Host) -> Self {
        self.host = Some(host);
        self
    }

    /// Another environment than this process's.
    pub fn environment<N: AsRef<str>, V: Into<Secret>>(mut self, variables: impl IntoIterator<Item = (N, V)>) -> Self {
        self.inputs = Some(Inputs::new(variables));
        self
    }

    /// What the program says itself: role, token file, profile, Region and the like.
    pub fn options(mut self, options: chain::Options) -> Self {
        self.options = options;
        self
    }

    /// What one exchange may take in all. A call waits one second longer, so that the exchange's own error is told.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// A thread replaces credentials before anybody has to wait for it. It ends when the provider is dropped.
    pub fn background(mut self, on: bool) -> Self {
        self.background = on;
        self
    }

    /// For a program that hands credentials on to others who keep them: so much is left of them when they are handed
    /// out, as long as exchanges succeed. Of short lives 3/8.
    pub fn headroom(mut self, headroom: Duration) -> Self {
        self.headroom = headroom;
        self
    }

    /// For jitter, instead of the system's randomness.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Tells what happens: refreshes, their failures, attempts made again, stale credentials served. See [`Events`].
    pub fn events(mut self, events: impl Events + 'static) -> Self {
        self.events = Listener::new(events);
        self
    }

    /// The provider. Nothing is exchanged yet.
    pub fn build(mut self) -> Result<Provider, Error> {
        let mut inputs = self.inputs.take().unwrap_or_else(inputs_from_env);
        inputs.options = std::mem::take(&mut self.options);
        inputs.seed = self.seed;
        let inputs = Arc::new(inputs);
        self.build_with(move |deadline| {
            let inputs = inputs.clone();
            Flow::new(deadline, |io| async move { chain::resolve_in(&io, &inputs).await.map(Obtained::from) })
        })
    }

    /// A provider whose exchanges are flows of the program's own, each with the total deadline it is given.
    pub fn build_with(
        self,
        exchange: impl Fn(Mono) -> Flow<Obtained> + Send + Sync + 'static,
    ) -> Result<Provider, Error> {
        let mut settings = Settings::new(self.seed);
        settings.exchange_timeout = self.timeout;
        settings.background = self.background;
        settings.headroom = self.headroom;
        let host = self.host.unwrap_or_else(Host::from_env);
        let shared = Arc::new(Shared::new(host, Box::new(exchange), self.events, settings));
        let refresher = if self.background { Some(Refresher::start(&shared)?) } else { None };
        Ok(Provider { shared, refresher })
    }
}

/// What the chain reads of this process's environment. What is not Unicode is not read.
pub fn inputs_from_env() -> Inputs {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, Secret::from(value.into_string().ok()?)))
    };
    Inputs::new(env::vars_os().filter_map(text))
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
