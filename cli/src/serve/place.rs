//! Where a server can be found: the socket it listens on, and the files that lie there while it runs.
//!
//! Files have mode 0600 and appear whole, by a rename. At the end everything is taken away again, unless somebody else
//! has put something in its place meanwhile. What a killed server left behind, the next one replaces.

use irsa_core::{Code, Error};
use rustix::{fs::Mode, process::umask};
use std::{
    env,
    fs::{self, DirBuilder, OpenOptions},
    io::{self, ErrorKind, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener},
    os::unix::{
        fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt},
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// A port of this machine's loopback; 0 for a free one.
pub fn listen(port: u16, ipv6: bool) -> Result<TcpListener, Error> {
    let address: IpAddr = if ipv6 { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() };
    TcpListener::bind((address, port)).map_err(|e| refused(format!("{address} port {port}: {e}")))
}

/// What lies around. Dropped, it is taken away.
#[derive(Default)]
pub struct Place {
    files: Vec<(PathBuf, Zeroizing<Vec<u8>>)>,
    /// With its device and inode.
    socket: Option<(PathBuf, u64, u64)>,
    folder: Option<PathBuf>,
}

impl Place {
    /// A socket of mode 0600. Not to be called where other threads make files: the umask is the process's.
    pub fn socket(&mut self, path: &Path) -> Result<UnixListener, Error> {
        let wrong = |e: &dyn std::fmt::Display| refused(format!("{}: {e}", path.display()));
        match fs::symlink_metadata(path) {
            Ok(known) if !known.file_type().is_socket() => return Err(wrong(&"it exists, and is no socket")),
            Ok(_) => match UnixStream::connect(path) {
                Err(e) if e.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path).map_err(|e| wrong(&e))?,
                Err(e) => return Err(wrong(&e)),
                Ok(_) => return Err(wrong(&"another server answers there")),
            },
            Err(_) => {}
        }
        let before = umask(Mode::from_raw_mode(0o177));
        let bound = UnixListener::bind(path);
        umask(before);
        let listener = bound.map_err(|e| wrong(&e))?;
        let known = fs::symlink_metadata(path).map_err(|e| wrong(&e))?;
        self.socket = Some((path.into(), known.dev(), known.ino()));
        Ok(listener)
    }

    /// A file with this content.
    pub fn file(&mut self, path: &Path, content: &[u8]) -> Result<(), Error> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}.tmp", std::process::id()));
        // What has this name is another process's of the same number, long gone.
        let _ = fs::remove_file(&beside);
        let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside);
        let written = created.and_then(|mut file| file.write_all(content)).and_then(|()| fs::rename(&beside, path));
        written.map_err(|e| {
            let _ = fs::remove_file(&beside);
            Error::new(Code::ServeFile, "serve", format!("{}: {e}", path.display()))
        })?;
        self.files.push((path.into(), Zeroizing::new(content.into())));
        Ok(())
    }

    /// A file of this name in a folder that nobody else can enter.
    pub fn private_file(&mut self, name: &str, unique: &str, content: &[u8]) -> Result<PathBuf, Error> {
        let folder = env::temp_dir().join(format!("irsa-serve-{unique}"));
        DirBuilder::new().mode(0o700).create(&folder).map_err(|e| {
            Error::new(Code::ServeFile, "serve", format!("{}: {e}", folder.display()))
                .with_fix("name a file of your own with --auth-file, or a folder that can be written to with TMPDIR")
        })?;
        self.folder = Some(folder.clone());
        let path = folder.join(name);
        self.file(&path, content)?;
        Ok(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What cannot be removed has been replaced or taken away, and nobody is left to be told.
        for (path, content) in &self.files {
            if fs::read(path).map(Zeroizing::new).is_ok_and(|there| there == *content) {
                let _ = fs::remove_file(path);
            }
        }
        if let Some((path, device, inode)) = &self.socket
            && fs::symlink_metadata(path).is_ok_and(|known| known.dev() == *device && known.ino() == *inode)
        {
            let _ = fs::remove_file(path);
        }
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// A token that somebody else made.
pub fn read_token(path: &Path) -> Result<Zeroizing<String>, Error> {
    let fault =
        |what: &dyn std::fmt::Display| Error::new(Code::ServeFile, "serve", format!("{}: {what}", path.display()));
    let mut text = Zeroizing::new(String::with_capacity(TOKEN_LIMIT + 1));
    let limit = u64::try_from(TOKEN_LIMIT).unwrap_or(u64::MAX) + 1;
    let read = fs::File::open(path).and_then(|file| file.take(limit).read_to_string(&mut text));
    match read.map_err(|e: io::Error| fault(&e))? {
        0..TOKEN_LEAST => Err(fault(&"a token of under 16 characters can be guessed")),
        length if length > TOKEN_LIMIT => Err(fault(&"over 2,048 characters")),
        _ if text.ends_with('\n') => {
            Err(fault(&"it ends in a line feed, which SDKs would send").with_fix("write it without: printf %s"))
        }
        _ if !text.bytes().all(|b| b.is_ascii_graphic()) => Err(fault(&"not all of it is visible ASCII")),
        _ => Ok(text),
    }
}

const TOKEN_LEAST: usize = 16;
const TOKEN_LIMIT: usize = 2048;

fn refused(message: String) -> Error {
    Error::new(Code::ServeAddress, "serve", message)
}
