//! The state folder: the token as the kubelet lays it out, the CA's certificate, and, where the user keeps the folder,
//! the signing keys and the pods, so that tokens outlive a restart and `irsa-local token --state` can make more. For
//! this user alone; a temporary one holds no key and is removed at the end.

use crate::{
    config::read,
    issuer::Issuer,
    keys::{Key, Ring, random},
    mint::{Mint, Pod},
    server::machine_now,
};
use irsa_core::{Code, Error, arn::RoleArn};
use serde_json::{Value, json};
use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// A folder of mode 0700.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    /// The user's own; made where it is missing, kept at the end.
    pub(crate) fn at(path: &Path) -> Result<Self, Error> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path).and_then(|()| path.canonicalize());
        Ok(Self { path: made.map_err(|e| broken(path, &e))?, temporary: false })
    }

    pub(crate) fn temporary() -> Result<Self, Error> {
        let path = std::env::temp_dir().join(format!("irsa-local-{:016x}", u64::from_ne_bytes(random())));
        // Not recursive: a folder that is there already is somebody else's.
        fs::DirBuilder::new().mode(0o700).create(&path).map_err(|e| broken(&path, &e))?;
        Ok(Self { path, temporary: true })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file of mode 0600 below the folder, at once, and says where it is.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        let written = || -> io::Result<()> {
            let parent = path.parent().unwrap_or(&self.path);
            fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
            let beside = path.with_extension("new");
            let mut options = fs::OpenOptions::new();
            let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
            io::Write::write_all(&mut file, bytes)?;
            fs::rename(&beside, &path)
        };
        written().map_err(|e| broken(&path, &e))?;
        Ok(path)
    }

    /// The keys of an earlier run in this folder, else a new one; where the folder is kept, kept in it.
    pub(crate) fn ring(&self) -> Result<Ring, Error> {
        if self.temporary {
            return Ok(Ring::new(vec![Key::generate()?]));
        }
        let mut keys = stored_keys(&self.path)?;
        if keys.is_empty() {
            keys.push(Key::generate()?);
            self.keep_key(&keys[0])?;
        }
        Ok(Ring::new(keys))
    }

    /// Keeps a key that is to sign from now on, where the folder is kept.
    pub(crate) fn keep_key(&self, key: &Key) -> Result<(), Error> {
        match self.temporary {
            true => Ok(()),
            false => self.write(&format!("{KEYS}/{:013}.pk8", machine_now().unix_millis()), key.pkcs8()).map(drop),
        }
    }

    /// Keeps who the tokens are of.
    pub(crate) fn keep_pods(&self, pods: &[(RoleArn, Pod)]) -> Result<(), Error> {
        let pods: Vec<Value> =
            pods.iter().map(|(role, pod)| json!({"role": role.as_str(), "pod": pod.to_json()})).collect();
        self.write(PODS, Value::from(pods).to_string().as_bytes()).map(drop)
    }
}

const KEYS: &str = "keys";
const KEYS_LIMIT: usize = 10;
const PODS: &str = "pods.json";

/// A token from what a state folder holds, whether an irsa-local runs there or not.
pub(crate) fn token(folder: &Path, mint: &Mint) -> Result<String, Error> {
    let nothing = |what: String| {
        Error::new(Code::LocalState, "token", format!("{}: {what}", folder.display()))
            .with_fix(format!("start one with: irsa-local serve --state {}", folder.display()))
    };
    let pods: Vec<Value> =
        serde_json::from_slice(&read(&folder.join(PODS)).map_err(|e| nothing(e.message().to_owned()))?)
            .map_err(|e| nothing(format!("{PODS}: {e}")))?;
    let pods: Option<Vec<_>> = pods
        .iter()
        .map(|entry| Some((RoleArn::parse(entry["role"].as_str()?).ok()?, Pod::from_json(&entry["pod"])?)))
        .collect();
    let keys = stored_keys(folder)?;
    match pods {
        Some(pods) if !keys.is_empty() => {
            let token = Issuer::new(String::new(), Ring::new(keys), pods).token(mint, machine_now())?;
            Ok(token.expose().to_owned())
        }
        _ => Err(nothing("holds no signing key of an irsa-local".into())),
    }
}

/// The last few, in the order in which they signed.
fn stored_keys(folder: &Path) -> Result<Vec<Key>, Error> {
    let mut paths: Vec<PathBuf> = match fs::read_dir(folder.join(KEYS)) {
        Ok(entries) => entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == "pk8"))
            .collect(),
        Err(_) => Vec::new(),
    };
    paths.sort();
    paths.drain(..paths.len().saturating_sub(KEYS_LIMIT));
    let key = |path: &PathBuf| {
        Key::from_pkcs8(&read(path)?).map_err(|e| {
            Error::new(Code::LocalState, "irsa-local", format!("{}: {}", path.display(), e.message()))
                .with_fix(format!("remove {}", path.display()))
        })
    };
    paths.iter().map(key).collect()
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

fn broken(path: &Path, fault: &io::Error) -> Error {
    Error::new(Code::LocalState, "irsa-local", format!("{}: {fault}", path.display()))
        .with_fix(format!("make {} writable, or give another folder with --state", path.display()))
}
