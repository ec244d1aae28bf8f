//! The pod's token file, written as the kubelet's AtomicWriter writes a projected volume.
//!
//! `token` is a link to `..data/token`, `..data` a link to a folder named after the time; a new token goes into a new
//! folder, and one rename of the link swaps it in, so that a reader sees the old file or the new one, whole. Modes as
//! the kubelet's: file 0644, folders 0755; above them is one for this user alone. No newline at the end: SDKs break on
//! it.

use crate::keys::random;
use irsa_core::{Code, Error, Secret, Timestamp};
use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

/// Stands for the pod's root, below the state folder.
const TOP: &str = "pod";
/// Where the EKS webhook mounts the volume.
const MOUNT: &str = "var/run/secrets/eks.amazonaws.com/serviceaccount";

/// The projected volume of one pod.
#[derive(Debug)]
pub(crate) struct Volume {
    folder: PathBuf,
}

impl Volume {
    /// Makes the folders below `state`, which exists and may be open to others.
    pub(crate) fn create(state: &Path) -> Result<Self, Error> {
        let (top, folder) = (state.join(TOP), state.join(TOP).join(MOUNT));
        let make = |path: &Path, mode| fs::DirBuilder::new().recursive(true).mode(mode).create(path);
        make(&top, 0o700).and_then(|()| make(&folder, 0o755)).map_err(|e| broken(&folder, &e))?;
        Ok(Self { folder })
    }

    /// The path for `AWS_WEB_IDENTITY_TOKEN_FILE`.
    pub(crate) fn token_file(&self) -> PathBuf {
        self.folder.join("token")
    }

    /// Swaps a new token in.
    pub(crate) fn write(&self, token: &Secret, now: Timestamp) -> Result<(), Error> {
        self.swap(token, now).map_err(|e| broken(&self.folder, &e))
    }

    fn swap(&self, token: &Secret, now: Timestamp) -> io::Result<()> {
        let data = self.folder.join("..data");
        let old = fs::read_link(&data).ok();
        let text = now.to_string();
        let stamp: String =
            text.trim_end_matches('Z').chars().map(|c| if c == '-' || c == 'T' { '_' } else { c }).collect();
        // As Go's `..2006_01_02_15_04_05.` with a random end.
        let name = format!("..{}.{:010}", stamp.replace(':', "_"), u32::from_ne_bytes(random()));
        let new = self.folder.join(&name);
        fs::DirBuilder::new().mode(0o755).create(&new)?;
        let file = new.join("token");
        let mut options = fs::OpenOptions::new();
        io::Write::write_all(
            &mut options.write(true).create_new(true).mode(0o644).open(&file)?,
            token.expose().as_bytes(),
        )?;
        // Whatever this process's umask says.
        fs::set_permissions(&new, fs::Permissions::from_mode(0o755))?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644))?;
        let link = self.folder.join("..data_tmp");
        match fs::remove_file(&link) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => symlink(&name, &link)?,
        }
        fs::rename(&link, &data)?;
        if fs::symlink_metadata(self.token_file()).is_err() {
            symlink("..data/token", self.token_file())?;
        }
        match old {
            Some(old) => fs::remove_dir_all(self.folder.join(old)),
            None => Ok(()),
        }
    }
}

fn broken(folder: &Path, fault: &io::Error) -> Error {
    Error::new(Code::LocalState, "pod", format!("{}: {fault}", folder.display()))
        .with_fix(format!("make {} writable, or give another folder with --state", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Folder;

    #[test]
    fn a_new_token_is_swapped_in_by_one_rename() {
        let state = Folder::temporary().unwrap();
        let volume = Volume::create(state.path()).unwrap();
        let file = volume.token_file();
        assert!(file.ends_with("pod/var/run/secrets/eks.amazonaws.com/serviceaccount/token"));
        volume.write(&"one".into(), Timestamp::from_unix(1_440_938_160)).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"one");
        assert_eq!(fs::read_link(&file).unwrap(), Path::new("..data/token"));
        let first = fs::read_link(volume.folder.join("..data")).unwrap();
        assert!(first.to_str().unwrap().starts_with("..2015_08_30_12_36_00."), "{first:?}");

        // A reader that has the file open keeps what it opened.
        let mut open = fs::File::open(&file).unwrap();
        volume.write(&"two".into(), Timestamp::from_unix(1_440_938_161)).unwrap();
        assert_eq!(io::read_to_string(&mut open).unwrap(), "one");
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert_ne!(fs::read_link(volume.folder.join("..data")).unwrap(), first);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o644);
        assert_eq!(mode(&volume.folder.join("..data")), 0o755);
        assert_eq!((mode(state.path()), mode(&state.path().join("pod"))), (0o700, 0o700));
        let left: Vec<_> = fs::read_dir(&volume.folder).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 3, "token, ..data and one folder: {left:?}");
    }
}
