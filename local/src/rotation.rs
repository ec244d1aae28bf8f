//! The kubelet's part: writes the pod's token and renews it at 80 % of its life, or as often as `--rotate` says.

use crate::{issuer::Issuer, mint::Mint, pod::Volume, server::machine_now};
use irsa_core::Error;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time};

pub(crate) struct Rotation {
    pub(crate) issuer: Arc<Issuer>,
    /// One writer at a time.
    volume: Mutex<Volume>,
    every: Duration,
}

impl Rotation {
    /// `lifetime` is that of the tokens; `every` overrules the kubelet's rule.
    pub(crate) fn new(issuer: Arc<Issuer>, volume: Volume, lifetime: Duration, every: Option<Duration>) -> Self {
        // A zero would spin.
        let every = every.unwrap_or(lifetime.mul_f64(0.8)).max(Duration::from_millis(50));
        Self { issuer, volume: Mutex::new(volume), every }
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

    /// Until `stop` says true. A write that fails is said on standard error and tried again at the next turn, as the
    /// kubelet does: until then the old token stays.
    pub(crate) async fn run(&self, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = time::sleep(self.every) => {}
            }
            if let Err(error) = self.write() {
                eprintln!("irsa-local: warning: {error}");
            }
        }
    }
}
