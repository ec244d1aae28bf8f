//! The cluster's part over time: new signing keys when asked, and the kubelet's: it writes the pod's token and renews it at 80 % of its life, or as often as `--rotate` says.

use crate::{issuer::Issuer, keys::Key, mint::Mint, pod::Volume, serve::stopped, server::machine_now, state::Folder};
use irsa_core::Error;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time};

pub(crate) struct Rotation {
    pub(crate) issuer: Arc<Issuer>,
    folder: Arc<Folder>,
    /// One writer at a time.
    volume: Mutex<Volume>,
    every: Duration,
}

impl Rotation {
    /// `lifetime` is that of the tokens; `every` overrules the kubelet's rule.
    pub(crate) fn new(
        issuer: Arc<Issuer>,
        folder: Arc<Folder>,
        lifetime: Duration,
        every: Option<Duration>,
    ) -> Result<Self, Error> {
        // A zero would spin.
        let every = every.unwrap_or(lifetime.mul_f64(0.8)).max(Duration::from_millis(50));
        let volume = Mutex::new(Volume::create(folder.path())?);
        Ok(Self { issuer, folder, volume, every })
    }

    pub(crate) fn token_file(&self) -> PathBuf {
        self.volume.lock().unwrap_or_else(PoisonError::into_inner).token_file()
    }

    /// Writes a new token now.
    pub(crate) fn write(&self) -> Result<(), Error> {
        let now = machine_now();
        let token = self.issuer.token(&Mint::default(), now)?;
        self.volume.lock().unwrap_or_else(PoisonError::into_inner).write(&token, now)
    }

    /// A new signing key, as when a cluster rotates it; the token in the file stays as it is.
    pub(crate) fn rotate_keys(&self) -> Result<(), Error> {
        let key = Key::generate()?;
        self.folder.keep_key(&key)?;
        self.issuer.rotate(key);
        Ok(())
    }

    /// Until `stop` says true. A write that fails is said on standard error and tried again at the next turn, as the
    /// kubelet does: until then the old token stays.
    pub(crate) async fn run(&self, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                () = stopped(&mut stop) => return,
                () = time::sleep(self.every) => {}
            }
            if let Err(error) = self.write() {
                eprintln!("irsa-local: warning: {error}");
            }
        }
    }
}
