//! A text with the name of the file that it came from.

use irsa_core::{Code, Error};
use std::{fs, io::Read, path::Path};

const SIZE_LIMIT: u64 = 1 << 20;

/// A policy, a manifest or a key set, and where it stands.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file, for messages; or any words that say where the text came from.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

impl Document {
    /// From a program's own text.
    pub fn new(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// From a file of at most 1 MiB.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        match String::from_utf8(read(path)?) {
            Ok(text) => Ok(Self { name, text }),
            Err(fault) => {
                let at = fault.utf8_error().valid_up_to();
                let message = format!("{name}: not UTF-8 at byte {at}");
                Err(Error::new(Code::LocalFile, "irsa-local", message).with_fix(format!("save {name} as UTF-8")))
            }
        }
    }
}

/// The bytes of a file of at most 1 MiB.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let name = path.display();
    let fault = |what: &str, fix: String| {
        Err(Error::new(Code::LocalFile, "irsa-local", format!("{name}: {what}")).with_fix(fix))
    };
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return fault("no such file", format!("write {name}, or name the right path"));
        }
        Err(e) => return fault(&e.to_string(), format!("make {name} readable to this user")),
    };
    let mut bytes = Vec::new();
    match file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes) {
        Err(e) if e.kind() == std::io::ErrorKind::IsADirectory => {
            fault("a directory", format!("name a file in {name}"))
        }
        Err(e) => fault(&e.to_string(), format!("look at {name}")),
        Ok(_) if bytes.len() as u64 > SIZE_LIMIT => fault("larger than 1 MiB", format!("is {name} the right file?")),
        Ok(_) => Ok(bytes),
    }
}
