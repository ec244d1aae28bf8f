//! The URL of a provider, as IAM takes it.
//!
//! "Create an OpenID Connect (OIDC) identity provider in IAM": https, a path may follow, no query, no port. Observed:
//! `:443` is dropped, a query and a fragment are InvalidInput with the text "Unknown". Other ports, user names and
//! schemes: the code is likely, nobody was seen to try.

use super::refusal::{Refusal, input, validation};
use alloc::{format, string::String};

/// Host and path as written, without scheme and port.
pub(super) fn bare(url: &str) -> Result<String, Refusal> {
    let invalid = || validation("Invalid Open ID Connect Provider URL".into());
    let rest = url.strip_prefix("https://").ok_or_else(invalid)?;
    if rest.contains(['?', '#']) {
        return Err(input("Unknown", true));
    }
    let (authority, path) = match rest.split_once('/') {
        Some((authority, path)) => (authority, format!("/{path}")),
        None => (rest, String::new()),
    };
    let host = match authority.rsplit_once(':') {
        Some((host, "443")) => host,
        Some(_) => return Err(input("Unknown", false)),
        None => authority,
    };
    let in_host = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    if host.is_empty() || !host.bytes().all(in_host) || !path.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(invalid());
    }
    Ok(format!("{host}{path}"))
}
