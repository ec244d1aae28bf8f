//! The web identity token: an unverified view, and the file it stands in.
//!
//! Follows RFC 7515 §3.1 (compact form), RFC 7519 §4 (claims), the claims of Kubernetes' bound service-account tokens
//! and those that AWS reads (tags, source identity, roles). Nothing is verified: that is STS's part (and `irsa-trust`'s).
//! Refused is only what cannot be sent: nothing, not three parts, more than 20,000 characters, white space or foreign
//! characters inside. Everything else that looks wrong is a [`Warning`], since STS has the last word.

mod claims;
pub mod file;
mod warning;

pub use claims::{Claims, Header, Kubernetes, Named, Tags};
pub use warning::Warning;

use crate::{Code, Error, Secret, Timestamp};
use alloc::{format, vec::Vec};
use serde_json::{Value, json};

/// The longest token that STS takes, in characters (STS API 2011-06-15).
pub const LIMIT: usize = 20_000;

/// The audience that EKS asks for and AWS expects.
pub const AUDIENCE: &str = "sts.amazonaws.com";

/// A token that can be sent, and what it says of itself.
#[derive(Clone, Debug)]
pub struct Token {
    text: Secret,
    header: Header,
    claims: Claims,
    /// What was odd about its form.
    odd: Vec<Warning>,
}

/// Fewer than three parts, or an empty one.
fn incomplete(token: &str, dots: usize) -> Error {
    let parts: [&str; 3] = {
        let mut split = token.split('.');
        core::array::from_fn(|_| split.next().unwrap_or_default())
    };
    let [header, _, _] = parts;
    if dots == 2 && Header::read(header, &mut Vec::new()).alg.is_some_and(|alg| alg.eq_ignore_ascii_case("none")) {
        return Error::new(Code::TokenUnsigned, AT, format!("alg none and no signature in {} bytes", token.len()));
    }
    let names = ["header", "payload", "signature"];
    let empty: Vec<&str> =
        names.into_iter().zip(parts).filter(|(_, part)| part.is_empty()).map(|(name, _)| name).collect();
    let without = empty.join(" and no ");
    Error::new(
        Code::TokenCut,
        AT,
        format!("{} of 3 parts in {} bytes: there is no {without}", 3 - empty.len(), token.len()),
    )
}

impl Token {
    /// Takes a token as it stands in a file or variable: white space around it is cut off.
    /// The error names what is wrong and where, never the token.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let token = text.trim_ascii();
        let start = text.len() - text.trim_ascii_start().len();
        if token.is_empty() {
            return Err(Error::new(Code::TokenEmpty, AT, format!("{} bytes, nothing but white space", text.len())));
        }
        check_characters(token, start)?;
        let dots = token.bytes().filter(|b| *b == b'.').count();
        if dots != 2 || token.split('.').any(str::is_empty) {
            if dots > 2 {
                let message = format!("{} parts, not 3, in {} bytes", dots + 1, token.len());
                return Err(Error::new(Code::TokenParts, AT, message));
            }
            return Err(incomplete(token, dots));
        }
        if token.len() > LIMIT {
            let message = format!("{} characters, at most {LIMIT} can be sent", token.len());
            return Err(Error::new(Code::TokenTooLong, AT, message));
        }
        let mut odd = Vec::new();
        let mut parts = token.split('.');
        let header = Header::read(parts.next().unwrap_or_default(), &mut odd);
        let claims = Claims::read(parts.next().unwrap_or_default(), &mut odd);
        Ok(Self { text: token.into(), header, claims, odd })
    }

    /// The token itself: for the body of the call alone.
    pub fn secret(&self) -> &Secret {
        &self.text
    }

    /// What the header says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What the payload says.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// All that it says, as plain data: `{header, claims}`, times as ISO 8601.
    pub fn to_json(&self) -> Value {
        json!({ "header": self.header.to_json(), "claims": self.claims.to_json() })
    }

    /// What STS may not like, at the moment `now`, where `audience` is expected (mostly [`AUDIENCE`]).
    pub fn warnings(&self, now: Timestamp, audience: &str) -> Vec<Warning> {
        let mut all = self.odd.clone();
        warning::judge(&self.header, &self.claims, now, audience, &mut all);
        all
    }
}

const AT: &str = "web identity token";

/// Finds the first byte that no token has. Offsets count from the start of the text that was given.
fn check_characters(token: &str, start: usize) -> Result<(), Error> {
    let around = match token.as_bytes().first() {
        Some(b'{' | b'[') => "JSON",
        Some(b'"' | b'\'') => "quotes",
        _ => "",
    };
    if !around.is_empty() {
        let message = format!("the token has {around} around it, from byte {start} on");
        let fix = format!("leave the token alone there, without the {around} around it");
        return Err(Error::new(Code::TokenCharacter, AT, message).with_fix(fix));
    }
    // Nearly all are plain: one look without a branch, which the compiler makes vector code of.
    let plain = |b: u8| b.is_ascii_alphanumeric() | (b == b'-') | (b == b'.') | (b == b'_');
    if token.bytes().fold(true, |all, b| all & plain(b)) {
        return Ok(());
    }
    let mut dots = 0;
    for (at, c) in token.char_indices() {
        match c {
            '.' => dots += 1,
            'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '_' | '=' => {}
            // Standard base64 in the first parts is odd, but STS can be asked.
            '!'..='~' if dots < 2 => {}
            // A whole token, then something else.
            _ if dots == 2 => {
                let (behind, from) = (token.len() - at, start + at);
                let message = match behind {
                    1 => format!("1 byte stands behind the token, byte {from}"),
                    _ => format!("{behind} bytes stand behind the token, from byte {from} on"),
                };
                return Err(Error::new(Code::TokenTrailing, AT, message));
            }
            _ => {
                let message = format!("character {:?} (U+{:04X}) at byte {}", c, u32::from(c), start + at);
                return Err(Error::new(Code::TokenCharacter, AT, message));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
