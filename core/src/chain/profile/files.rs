//! Where the shared files are, which profile is meant, and reading both once for the whole chain.
//!
//! Follows the AWS SDKs and Tools Reference Guide, "Location of the shared config and credentials files": the paths of
//! AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE (and their system properties), else `.aws/config` and
//! `.aws/credentials` in the home: HOME, USERPROFILE, HOMEDRIVE and HOMEPATH, the system property user.home. `~` at the
//! start of a path is the home. The profile: the option, AWS_PROFILE, AWS_DEFAULT_PROFILE, else `default`.
//! A file that is not there is no fault. Limits: [`FILE_LIMIT`].

use super::parse::{FILE_LIMIT, Profiles, Section, SharedFile};
use crate::{
    Code, Error,
    chain::{
        Inputs,
        explain::Found,
        settings::{self, Origin, Setting},
    },
    effect::{FileContent, FileFault},
    flow::Io,
};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

/// Both files as they were read, and the profile that was asked for.
pub(in crate::chain) struct Files {
    /// The profile's name, and who said it.
    pub profile: Setting,
    /// The sections, or why they could not be had.
    pub read: Result<Profiles, Error>,
    /// What was looked at, for the explanation.
    pub found: Vec<Found>,
}

/// Where a file is looked for, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The path, with the home put in.
    pub path: String,
    /// A variable or property that names the file, or the one that names the home.
    pub from: Origin,
    /// Whether the file itself was named.
    pub named: bool,
}

/// The paths of the config and the credentials file, where they can be known.
pub fn locations(inputs: &Inputs) -> [Option<Location>; 2] {
    [(&settings::CONFIG_FILE, "config"), (&settings::CREDENTIALS_FILE, "credentials")].map(|(key, name)| {
        let home = home(inputs);
        match inputs.setting(key) {
            Some(Setting { value, from }) => {
                let path = match (value.expose().strip_prefix('~'), &home) {
                    (Some(rest), Some((home, _))) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
                        format!("{home}{rest}")
                    }
                    _ => value.expose().to_owned(),
                };
                Some(Location { path, from, named: true })
            }
            None => home.map(|(home, from)| {
                let slash = if home.contains('\\') && !home.contains('/') { '\\' } else { '/' };
                let home = home.strip_suffix(slash).unwrap_or(&home);
                Location { path: format!("{home}{slash}.aws{slash}{name}"), from, named: false }
            }),
        }
    })
}

fn home(inputs: &Inputs) -> Option<(String, Origin)> {
    let plain = |setting: Setting| (setting.text().to_owned(), setting.from);
    let windows = || {
        let (drive, from) = inputs.variable("HOMEDRIVE").map(plain)?;
        let (path, _) = inputs.variable("HOMEPATH").map(plain)?;
        Some((drive + &path, from))
    };
    let variable = |name| inputs.variable(name).map(plain);
    variable("HOME")
        .or_else(|| variable("USERPROFILE"))
        .or_else(windows)
        .or_else(|| inputs.property("user.home").map(plain))
}

/// The profile that is meant: its name, and who said it.
pub fn selected(inputs: &Inputs) -> Setting {
    inputs
        .option("profile", inputs.options.profile.as_deref())
        .or_else(|| inputs.setting(&settings::PROFILE))
        .unwrap_or_else(|| Setting { value: "default".into(), from: Origin::Default })
}

impl Files {
    /// Reads both. `Err` only where the flow itself is broken.
    pub async fn read(io: &Io, inputs: &Inputs) -> Result<Self, Error> {
        let profile = selected(inputs);
        let asked_for = profile.from != Origin::Default;
        let mut found = Vec::new();
        let mut contents = [None, None];
        let mut fault = None;
        for ((place, what), content) in
            locations(inputs).into_iter().zip(["config file", "credentials file"]).zip(&mut contents)
        {
            let Some(place) = place else { continue };
            let said = match io.read_file(&place.path, FILE_LIMIT, what).await {
                Ok(Ok(read)) => {
                    let said = format!("{}: {} bytes", place.path, read.bytes.len());
                    *content = Some((place.path, read));
                    said
                }
                Ok(Err(problem)) => {
                    let said = format!("{}: {problem}", place.path);
                    if !harmless(&problem, place.named || asked_for) {
                        fault.get_or_insert_with(|| unreadable(what, &place, &problem));
                    }
                    said
                }
                Err(e) if e.code() == Code::HostUnsupported => format!("{}: this host reads no files", place.path),
                Err(e) => return Err(e),
            };
            found.push(Found { what, from: place.from, value: Some(said.into()) });
        }
        let read = match fault {
            Some(fault) => Err(fault),
            None => {
                let [config, credentials] = &contents;
                Profiles::parse(config.as_ref().map(shared), credentials.as_ref().map(shared))
            }
        };
        Ok(Self { profile, read, found })
    }

    /// The section of the profile that is meant, where it can be had.
    pub fn section(&self) -> Option<&Section> {
        self.read.as_ref().ok()?.profile(self.profile.text())
    }
}

fn shared((path, content): &(String, FileContent)) -> SharedFile<'_> {
    SharedFile { path, content: content.bytes.expose() }
}

/// A home that belongs to somebody else is no configuration: nobody asked for anything in it.
fn harmless(fault: &FileFault, asked_for: bool) -> bool {
    match fault {
        FileFault::Missing => true,
        FileFault::Denied { mode: None, .. } => !asked_for,
        _ => false,
    }
}

fn unreadable(what: &str, place: &Location, fault: &FileFault) -> Error {
    let Location { path, from, named } = place;
    let mend = if *named { format!("{from} or {path}") } else { path.clone() };
    let (code, fix) = match fault {
        FileFault::Denied { .. } => (Code::ProfileFileDenied, format!("let this process read {path} (chmod, chown)")),
        FileFault::Directory => (Code::ProfileFileDirectory, format!("mend {mend}: it has to be a file")),
        FileFault::TooLarge(_) => {
            (Code::ProfileFileTooLarge, format!("mend {mend}: a {what} has at most {FILE_LIMIT} bytes"))
        }
        FileFault::Missing | FileFault::Other(_) => {
            (Code::ProfileFileUnreadable, format!("look at the disk or volume of {path}"))
        }
    };
    Error::new(code, "profile", format!("the {what} {path} ({from}): {fault}")).with_fix(fix)
}
