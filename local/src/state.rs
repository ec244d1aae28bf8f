//! The state folder: token, CA, and a note of what runs there. For this user alone; a temporary one is removed at the
//! end.

use crate::keys::random;
use irsa_core::{Code, Error};
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

    /// Removes a file of [`Folder::write`], where it is still there.
    pub(crate) fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.path.join(name));
    }
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
