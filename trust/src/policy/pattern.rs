//! Wildcards and policy variables. IAM user guide, "IAM policy elements: Variables and tags".
//!
//! `*` is any text, `?` any one character. `${key}` is the value of a single-valued key of the request,
//! `${key, 'default'}` with a default, `${*}`, `${?}` and `${$}` are those characters. Text that comes from a variable is
//! never a wildcard. Work of a match: at most pattern times text, no recursion.

use super::{Context, MAX_POLICY, Version};
use alloc::{string::String, vec::Vec};

/// A pattern, one character a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Char(char),
    One,
    Many,
}

/// Turns a text of a policy into a pattern; `None` where a variable has no single value, or makes the pattern larger
/// than a policy may be.
pub(super) fn resolve(text: &str, version: Version, wildcards: bool, context: &Context) -> Option<Vec<Token>> {
    let mut tokens = Vec::with_capacity(text.len());
    let mut rest = text;
    let mut variables = version == Version::V2012;
    while let Some(c) = rest.chars().next() {
        if variables && let Some(inside) = rest.strip_prefix("${") {
            if let Some((name, behind)) = inside.split_once('}') {
                rest = behind;
                match name {
                    "*" | "?" | "$" => tokens.extend(name.chars().map(Token::Char)),
                    _ => tokens.extend(variable(name, context)?.chars().map(Token::Char)),
                }
                if tokens.len() > MAX_POLICY {
                    return None;
                }
                continue;
            }
            // Nothing ends one from here on: not looked for again.
            variables = false;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        tokens.push(match c {
            '*' if wildcards => Token::Many,
            '?' if wildcards => Token::One,
            c => Token::Char(c),
        });
    }
    Some(tokens)
}

/// A pattern without variables, compared without regard to ASCII case: actions.
pub(super) fn matches_any_case(pattern: &str, text: &str) -> bool {
    let tokens = resolve(&pattern.to_ascii_lowercase(), Version::V2008, true, &Context::new());
    tokens.is_some_and(|tokens| matches(&tokens, &text.to_ascii_lowercase()))
}

/// The value of `key` or `key, 'default'`.
fn variable<'a>(inside: &'a str, context: &'a Context) -> Option<&'a str> {
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, default)) => (key, Some(default.trim().strip_prefix('\'')?.strip_suffix('\'')?)),
    };
    match context.get(key.trim()).map(|known| known.values.as_slice()) {
        Some([value]) => Some(value),
        Some([_, _, ..]) => None,
        Some([]) | None => default,
    }
}

/// Whether the whole text fits the pattern.
pub(super) fn matches(pattern: &[Token], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    if wants_more(pattern, text.len()) {
        return false;
    }
    let (mut p, mut t) = (0, 0);
    // Behind the last `*`: where to go on when what follows it does not fit, one character later each time.
    let mut again: Option<(usize, usize)> = None;
    while let Some(c) = text.get(t) {
        match pattern.get(p) {
            Some(Token::Many) => {
                p += 1;
                again = Some((p, t));
            }
            Some(Token::One) => (p, t) = (p + 1, t + 1),
            Some(Token::Char(wanted)) if wanted == c => (p, t) = (p + 1, t + 1),
            _ => match &mut again {
                None => return false,
                Some((behind, from)) => {
                    *from += 1;
                    (p, t) = (*behind, *from);
                }
            },
        }
    }
    pattern.get(p..).is_none_or(|rest| rest.iter().all(|token| *token == Token::Many))
}

/// Whether the pattern stands for more than `most` characters. Looks no further than that.
fn wants_more(pattern: &[Token], most: usize) -> bool {
    pattern.iter().filter(|token| **token != Token::Many).nth(most).is_some()
}

/// ARNs part by part: `*` and `?` stay within one of the first five parts. A lone `*` fits all.
pub(super) fn matches_arn(pattern: &[Token], text: &str) -> bool {
    if pattern == [Token::Many] {
        return true;
    }
    if wants_more(pattern, text.len()) {
        return false;
    }
    let mut wanted = pattern.splitn(6, |token| *token == Token::Char(':'));
    let mut found = text.splitn(6, ':');
    let mut parts = 0;
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return parts == 6,
            (Some(wanted), Some(found)) if matches(wanted, found) => parts += 1,
            _ => return false,
        }
    }
}

/// A pattern without wildcards as text; wildcards as they were written.
pub(super) fn text(pattern: &[Token]) -> String {
    let chars = pattern.iter().map(|token| match token {
        Token::Char(c) => *c,
        Token::One => '?',
        Token::Many => '*',
    });
    chars.collect()
}
