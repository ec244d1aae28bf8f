//! Role session names: what CloudTrail shows of a session.
//!
//! STS API 2011-06-15, `roleSessionNameType`: 2 to 64 of `[\w+=,.@-]`, where `\w` is taken as ASCII.

use crate::{Code, Error, token::Token};
use alloc::{
    boxed::Box,
    format,
    string::{String, ToString},
};
use core::fmt;

/// The fewest and the most characters.
pub const LENGTHS: (usize, usize) = (2, 64);

/// A name that STS takes. Exists only if it is one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionName(Box<str>);

impl SessionName {
    /// Takes a name as it stands, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if let Some((at, c)) = text.char_indices().find(|(_, c)| !allowed(*c)) {
            let message = format!("session name: {c:?} at byte {at}, allowed are letters, digits and _+=,.@-");
            return Err(fault(message));
        }
        if !(LENGTHS.0..=LENGTHS.1).contains(&text.len()) {
            return Err(fault(format!("session name: {} characters, not {} to {}", text.len(), LENGTHS.0, LENGTHS.1)));
        }
        Ok(Self(text.into()))
    }

    /// Makes a name of any text: foreign characters become dashes; what is too long is cut and ends in a hash of the
    /// whole, so that two long names that begin alike stay apart; what is too short is filled up.
    pub fn clean(text: &str) -> Self {
        let mut name: String = text.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
        if name.len() > LENGTHS.1 {
            name.truncate(LENGTHS.1 - 9);
            name.push_str(&format!("-{:08x}", hash(text)));
        }
        while name.len() < LENGTHS.0 {
            name.push('-');
        }
        Self(name.into())
    }

    /// The name of the pod that a token is bound to, else of its service account, else `irsa`.
    pub fn from_token(token: &Token) -> Self {
        let kubernetes = token.claims().kubernetes.as_ref();
        let name = kubernetes.and_then(|k| k.pod.name.as_deref().or(k.service_account.name.as_deref()));
        Self::clean(name.unwrap_or("irsa"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SessionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn fault(message: String) -> Error {
    let fix = "set AWS_ROLE_SESSION_NAME (profile key role_session_name) to 2 to 64 of letters, digits and _+=,.@-";
    Error::new(Code::RequestLimit, "sts", message).with_fix(fix.to_string())
}

fn allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

/// FNV-1a, folded to 32 bits: to tell names apart, not to withstand anybody.
fn hash(text: &str) -> u32 {
    let wide = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
    (wide ^ (wide >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_a_name() {
        for (text, name) in [
            ("app-7d4b9c", "app-7d4b9c"),
            ("", "--"),
            ("a", "a-"),
            ("my pod/ü", "my-pod--"),
            ("a+=,.@-_Z9", "a+=,.@-_Z9"),
        ] {
            assert_eq!(SessionName::clean(text).as_str(), name);
        }
        let long = "deployment-with-a-very-long-name-in-a-namespace-".repeat(3);
        let (a, b) = (SessionName::clean(&long), SessionName::clean(&format!("{long}x")));
        assert_eq!((a.as_str().len(), b.as_str().len()), (64, 64));
        assert_ne!(a, b);
        assert_eq!(a.as_str()[..55], b.as_str()[..55]);
        for name in [&a, &b] {
            assert_eq!(SessionName::parse(name.as_str()).as_ref(), Ok(name));
        }
        assert_eq!(SessionName::clean(&"é".repeat(64)).as_str(), "-".repeat(64), "64 characters, not bytes");
    }

    #[test]
    fn a_name_of_ones_own_is_checked() {
        for (text, says) in [
            ("a", "1 characters"),
            (&*"a".repeat(65), "65 characters"),
            ("a b", "' ' at byte 1"),
            ("né", "'é' at byte 1"),
        ] {
            let error = SessionName::parse(text).unwrap_err();
            assert_eq!(error.code(), Code::RequestLimit);
            assert!(error.message().contains(says) && error.fix().contains("AWS_ROLE_SESSION_NAME"), "{error}");
        }
        assert!(SessionName::parse("ab").is_ok() && SessionName::parse(&"a".repeat(64)).is_ok());
    }
}
