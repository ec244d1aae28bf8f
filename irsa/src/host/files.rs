//! Files as effects want them: whole, bounded, and with a fault that tells what is wrong with them.
//!
//! Only regular files and character devices (`/dev/null`) are read: a pipe could block for ever.

use irsa_core::{
    effect::{FileContent, FileFault},
    secret::SecretBytes,
};
use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};
use zeroize::Zeroizing;

/// Reads a file of at most `limit` bytes.
pub(super) fn read(path: &str, limit: u32) -> Result<FileContent, FileFault> {
    let known = fs::metadata(path).map_err(|e| fault(path, &e))?;
    if known.is_dir() {
        return Err(FileFault::Directory);
    }
    if !readable_whole(&known) {
        return Err(FileFault::Other("a pipe or socket, not a file".into()));
    }
    if known.len() > u64::from(limit) {
        return Err(FileFault::TooLarge(known.len()));
    }
    let mut file = fs::File::open(path).map_err(|e| fault(path, &e))?;
    let expected = usize::try_from(known.len()).unwrap_or(0);
    let bytes = read_bounded(&mut file, limit, expected).map_err(|e| fault(path, &e))?;
    let bytes = bytes.ok_or(FileFault::TooLarge(0))?;
    let (owner, mode) = owner_and_mode(&known);
    Ok(FileContent { bytes, owner, mode })
}

/// Replaces a file: written beside it with mode 0600, then renamed over it.
pub(super) fn write(path: &str, bytes: &[u8]) -> Result<(), FileFault> {
    let beside = beside(Path::new(path));
    let written = create(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|e| {
        let _ = fs::remove_file(&beside);
        let folder = Path::new(path).parent().and_then(Path::to_str).filter(|folder| !folder.is_empty());
        fault(folder.unwrap_or("."), &e)
    })
}

/// Reads to the end, or gives `None` as soon as it is longer than `limit`. No copy is left behind unwiped.
pub(crate) fn read_bounded(from: &mut dyn Read, limit: u32, expected: usize) -> io::Result<Option<SecretBytes>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // One byte more than expected lets the last read see the end without growing.
    let mut held = Zeroizing::new(vec![0; expected.min(limit).saturating_add(1)]);
    let mut filled = 0;
    loop {
        if filled > limit {
            return Ok(None);
        }
        if filled == held.len() {
            let mut larger = Zeroizing::new(vec![0; (filled * 2).max(4096)]);
            larger[..filled].copy_from_slice(&held);
            held = larger;
        }
        match from.read(&mut held[filled..]) {
            Ok(0) => return Ok(Some(SecretBytes::from(&held[..filled]))),
            Ok(more) => filled += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

fn fault(path: &str, e: &io::Error) -> FileFault {
    match e.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileFault::Missing,
        io::ErrorKind::PermissionDenied => {
            let (owner, mode) = fs::metadata(path).map_or((None, None), |known| owner_and_mode(&known));
            FileFault::Denied { owner, mode }
        }
        io::ErrorKind::IsADirectory => FileFault::Directory,
        _ => FileFault::Other(e.to_string().into()),
    }
}

/// A name in the same folder that no other writer uses.
fn beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.{}.tmp", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    path.with_file_name(name)
}

fn create(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn owner_and_mode(known: &fs::Metadata) -> (Option<u32>, Option<u32>) {
    use std::os::unix::fs::MetadataExt;
    (Some(known.uid()), Some(known.mode() & 0o7777))
}

#[cfg(not(unix))]
fn owner_and_mode(_: &fs::Metadata) -> (Option<u32>, Option<u32>) {
    (None, None)
}

#[cfg(unix)]
fn readable_whole(known: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    known.is_file() || known.file_type().is_char_device()
}

#[cfg(not(unix))]
fn readable_whole(_: &fs::Metadata) -> bool {
    true
}
