//! The shared configuration and credentials files: an INI dialect that all AWS SDKs read alike.
//!
//! Follows the AWS SDKs and Tools Reference Guide, "Shared config and credentials files", and the SDKs' shared parser
//! cases (vectors `profile`). Property names are lower-cased; values keep their inner white space; an indented line
//! continues the value before it, and under an empty value it is a sub-property; `#` and `;` start a comment at the
//! start of a line, behind white space in a value, anywhere behind a heading. In the config file a profile is
//! `[profile NAME]`, in the credentials file `[NAME]`; `[profile default]` hides `[default]`; sections and keys met
//! again are merged, the last one wins, the credentials file over the config file. Names that no SDK takes are ignored
//! and noticed. Beyond the reference: a name in quotes (`[profile "my name"]`, as the AWS CLI writes it) may hold
//! spaces, and a byte order mark is skipped.
//! Limits: a file of 1 MiB ([`FILE_LIMIT`], held by whoever reads it), [`NOTICE_LIMIT`] notices.

use crate::{Code, Error, Secret};
use alloc::{boxed::Box, collections::BTreeMap, format, string::String, sync::Arc, vec, vec::Vec};
use core::fmt;

/// The largest config or credentials file that is read, in bytes.
pub const FILE_LIMIT: u32 = 1 << 20;

/// Notices kept of one file; later ones are dropped.
pub const NOTICE_LIMIT: usize = 16;

/// The sections of both files, merged.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    profiles: Sections,
    sso_sessions: Sections,
    services: Sections,
    notices: Vec<String>,
}

type Sections = BTreeMap<Box<str>, Section>;

/// One section: a profile, an `sso-session` or a `services` definition.
#[derive(Clone, Debug, Default)]
pub struct Section {
    properties: BTreeMap<Box<str>, Property>,
}

/// One key's value, and where it stands. Values may be secret, so that all are held as secrets.
#[derive(Clone, Debug)]
pub struct Property {
    value: Secret,
    file: Arc<str>,
    line: u32,
}

/// A file as it was read.
#[derive(Clone, Copy)]
pub struct SharedFile<'t> {
    /// For messages, and for [`Property::file`].
    pub path: &'t str,
    /// The whole content.
    pub content: &'t [u8],
}

/// Without the content: keys stand in it.
impl fmt::Debug for SharedFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedFile({}, {} bytes)", self.path, self.content.len())
    }
}

impl Profiles {
    /// Reads and merges both files, where they are there.
    pub fn parse(config: Option<SharedFile<'_>>, credentials: Option<SharedFile<'_>>) -> Result<Self, Error> {
        let mut all = Self::default();
        if let Some(file) = config {
            all = Reader::read(file, Dialect::Config)?;
        }
        if let Some(file) = credentials {
            let over = Reader::read(file, Dialect::Credentials)?;
            for (name, section) in over.profiles {
                all.profiles.entry(name).or_default().properties.extend(section.properties);
            }
            all.notices.extend(over.notices);
        }
        Ok(all)
    }

    /// A profile by its name without the prefix: `default`, `dev`.
    pub fn profile(&self, name: &str) -> Option<&Section> {
        self.profiles.get(name)
    }

    /// A profile with its name.
    pub(in crate::chain) fn find(&self, name: &str) -> Option<(&str, &Section)> {
        self.profiles.get_key_value(name).map(|(name, section)| (&**name, section))
    }

    /// Every profile with its name, by name.
    pub fn profiles(&self) -> impl Iterator<Item = (&str, &Section)> {
        self.profiles.iter().map(|(name, section)| (&**name, section))
    }

    /// `[sso-session NAME]` of the config file.
    pub fn sso_session(&self, name: &str) -> Option<&Section> {
        self.sso_sessions.get(name)
    }

    /// `[services NAME]` of the config file.
    pub fn services(&self, name: &str) -> Option<&Section> {
        self.services.get(name)
    }

    /// What was ignored, and where.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }
}

impl Section {
    /// The property of that name, in lower case.
    pub fn get(&self, name: &str) -> Option<&Property> {
        self.properties.get(name)
    }

    /// Every property, by name.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &Property)> {
        self.properties.iter().map(|(name, property)| (&**name, property))
    }
}

impl Property {
    /// The value; continued lines are joined by line feeds. It may be a secret.
    pub fn value(&self) -> &Secret {
        &self.value
    }

    /// The file that it stands in.
    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// The line, from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// A sub-property, where the value is a list of them, by its name in lower case. The last one counts.
    pub fn nested(&self, name: &str) -> Option<&str> {
        let lines = self.value.expose().strip_prefix('\n')?.split('\n');
        let pairs = lines.filter_map(|line| without_comment(line, true).split_once('='));
        pairs
            .filter(|(key, _)| key.trim_ascii().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim_ascii())
            .next_back()
    }
}

/// Which of the two files it is: headings differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Config,
    Credentials,
}

/// What a heading opens.
#[derive(Clone, Copy)]
enum Heading<'t> {
    Profile(&'t str),
    /// `[default]` of the config file, which `[profile default]` hides.
    BareDefault,
    SsoSession(&'t str),
    Services(&'t str),
    Ignored,
}

/// A property whose value may go on.
struct Open<'t> {
    /// `None`: a name that no SDK takes.
    name: Option<Box<str>>,
    line: u32,
    /// The value's lines.
    parts: Vec<&'t str>,
}

struct Reader<'t> {
    path: Arc<str>,
    dialect: Dialect,
    line: u32,
    heading: Option<Heading<'t>>,
    open: Option<Open<'t>>,
    bare_default: Option<Section>,
    read: Profiles,
}

impl<'t> Reader<'t> {
    fn read(file: SharedFile<'t>, dialect: Dialect) -> Result<Profiles, Error> {
        let text = text(file)?;
        let path = Arc::from(file.path);
        let mut reader =
            Self { path, dialect, line: 0, heading: None, open: None, bare_default: None, read: Profiles::default() };
        for line in text.split('\n') {
            reader.line = reader.line.saturating_add(1);
            reader.take(line.strip_suffix('\r').unwrap_or(line))?;
        }
        reader.close();
        let Self { bare_default, mut read, .. } = reader;
        if let Some(default) = bare_default
            && !read.profiles.contains_key("default")
        {
            read.profiles.insert("default".into(), default);
        }
        Ok(read)
    }

    fn take(&mut self, line: &'t str) -> Result<(), Error> {
        if line.trim_ascii().is_empty() || line.starts_with(['#', ';']) {
            Ok(())
        } else if line.trim_ascii_start().starts_with('[') {
            self.open_section(line)
        } else if line.starts_with([' ', '\t']) {
            self.go_on(line.trim_ascii())
        } else {
            self.open_property(line)
        }
    }

    fn open_section(&mut self, line: &'t str) -> Result<(), Error> {
        self.close();
        let inner = without_comment(line, false).strip_prefix('[').and_then(|line| line.strip_suffix(']'));
        let inner = inner.ok_or_else(|| self.fault("profile definition must end with ']'"))?.trim_ascii();
        let heading = self.heading(inner);
        match heading {
            Heading::Profile(name) => drop(self.read.profiles.entry(name.into()).or_default()),
            Heading::BareDefault => drop(self.bare_default.get_or_insert_default()),
            Heading::SsoSession(name) => drop(self.read.sso_sessions.entry(name.into()).or_default()),
            Heading::Services(name) => drop(self.read.services.entry(name.into()).or_default()),
            Heading::Ignored => {}
        }
        self.heading = Some(heading);
        Ok(())
    }

    fn heading(&mut self, inner: &'t str) -> Heading<'t> {
        let (kind, name) = match inner.split_once([' ', '\t']) {
            Some((kind @ ("profile" | "sso-session" | "services"), name)) if self.dialect == Dialect::Config => {
                (kind, name)
            }
            _ => ("", inner),
        };
        let Some(name) = identifier(name.trim_ascii()) else {
            self.notice("its name is not one that SDKs take (in quotes it may hold spaces)");
            return Heading::Ignored;
        };
        match (self.dialect, kind) {
            (_, "profile") | (Dialect::Credentials, _) => Heading::Profile(name),
            (_, "sso-session") => Heading::SsoSession(name),
            (_, "services") => Heading::Services(name),
            _ if name == "default" => Heading::BareDefault,
            _ => {
                self.notice(&format!("in the config file it has to be [profile {name}]"));
                Heading::Ignored
            }
        }
    }

    fn open_property(&mut self, line: &'t str) -> Result<(), Error> {
        self.close();
        if self.heading.is_none() {
            return Err(self.fault(NO_HEADING));
        }
        let (name, value) = self.pair(line, "property")?;
        let lower = identifier(name).map(|name| name.to_ascii_lowercase().into_boxed_str());
        if lower.is_none() {
            self.notice("a property's name is not one that SDKs take");
        }
        self.open = Some(Open { name: lower, line: self.line, parts: vec![value] });
        Ok(())
    }

    fn go_on(&mut self, line: &'t str) -> Result<(), Error> {
        let Some(open) = &self.open else {
            return Err(self.fault(match self.heading {
                Some(_) => "expected a property definition, but the line is indented",
                None => NO_HEADING,
            }));
        };
        if open.parts.first().is_some_and(|value| value.is_empty()) {
            self.pair(line, "sub-property")?;
        }
        if let Some(open) = &mut self.open {
            open.parts.push(line);
        }
        Ok(())
    }

    fn pair(&self, line: &'t str, what: &str) -> Result<(&'t str, &'t str), Error> {
        let Some((name, value)) = without_comment(line, true).split_once('=') else {
            return Err(self.fault(&format!("expected an '=' sign defining a {what}")));
        };
        if name.trim_ascii().is_empty() {
            return Err(self.fault(&format!("{what} did not have a name")));
        }
        Ok((name.trim_ascii(), value.trim_ascii()))
    }

    /// Puts the property that was open into its section.
    fn close(&mut self) {
        let Some(Open { name: Some(name), line, parts }) = self.open.take() else { return };
        let section = match self.heading {
            Some(Heading::Profile(of)) => self.read.profiles.get_mut(of),
            Some(Heading::BareDefault) => self.bare_default.as_mut(),
            Some(Heading::SsoSession(of)) => self.read.sso_sessions.get_mut(of),
            Some(Heading::Services(of)) => self.read.services.get_mut(of),
            Some(Heading::Ignored) | None => None,
        };
        if let Some(section) = section {
            let property = Property { value: parts.join("\n").into(), file: self.path.clone(), line };
            section.properties.insert(name, property);
        }
    }

    fn notice(&mut self, why: &str) {
        if self.read.notices.len() < NOTICE_LIMIT {
            self.read.notices.push(format!("{}, line {}: ignored: {why}", self.path, self.line));
        }
    }

    /// The line itself is never shown: a secret may stand in it.
    fn fault(&self, why: &str) -> Error {
        let (path, line) = (&self.path, self.line);
        Error::new(Code::ProfileSyntax, "profile", format!("{path}, line {line}: {why}"))
            .with_fix(format!("mend line {line} of {path}: headings read [profile NAME], properties NAME = VALUE"))
    }
}

const NO_HEADING: &str = "expected a profile definition before the first property";

/// A name that SDKs take: their characters, or anything but control characters in quotes.
fn identifier(name: &str) -> Option<&str> {
    for quote in ['"', '\''] {
        if let Some(inner) = name.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            let plain = |c: char| !c.is_control() && c != '"' && c != '\'';
            return (!inner.is_empty() && inner.chars().all(plain)).then_some(inner);
        }
    }
    let taken = |b: u8| b.is_ascii_alphanumeric() || b"_-/.%@:+".contains(&b);
    (!name.is_empty() && name.bytes().all(taken)).then_some(name)
}

/// The line up to a comment, trimmed. In a value a comment needs white space before it.
fn without_comment(line: &str, behind_space: bool) -> &str {
    let mut space = false;
    let comment = line.char_indices().find(|(_, c)| {
        let found = matches!(c, '#' | ';') && (space || !behind_space);
        space = matches!(c, ' ' | '\t');
        found
    });
    comment.and_then(|(at, _)| line.get(..at)).unwrap_or(line).trim_ascii()
}

/// The content as text without its byte order mark.
fn text(file: SharedFile<'_>) -> Result<&str, Error> {
    let path = file.path;
    let text = core::str::from_utf8(file.content).map_err(|e| {
        let at = e.valid_up_to();
        let line = file.content.iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        let guess = match file.content {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => " (it looks like UTF-16)",
            _ => "",
        };
        Error::new(Code::ProfileEncoding, "profile", format!("{path}, line {line}: byte {at} is not UTF-8{guess}"))
            .with_fix(format!("save {path} as UTF-8"))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

#[cfg(test)]
mod tests;
