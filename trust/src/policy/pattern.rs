//! Wildcards and policy variables. IAM user guide, "IAM policy elements: Variables and tags".
//!
//! `*` is any text, `?` any one character. `${key}` is the value of a single-valued key of the request,
//! `${key, 'default'}` with a default, `${*}`, `${?}` and `${$}` are those characters. Text that comes from a variable is
//! never a wildcard. A match costs at most pattern times text, without recursion, and is paid for step by step.

use super::Version;
use super::work::{Spent, Work};
use super::{Context, MAX_TRACED};
use alloc::{string::String, vec::Vec};

/// A pattern, one character a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Char(char),
    One,
    Many,
}

/// What a text of a policy stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resolved {
    Pattern(Vec<Token>),
    /// A variable in it has no single value.
    NoValue,
    /// It stands for more characters than the request's longest value has, so it fits none.
    TooLong,
}

/// Turns a text of a policy into a pattern for texts of at most `most` characters.
pub(super) fn resolve(
    text: &str,
    version: Version,
    wildcards: bool,
    context: &Context,
    most: usize,
    work: &mut Work,
) -> Result<Resolved, Spent> {
    work.pay(text.len())?;
    let mut tokens = Vec::with_capacity(text.len());
    // Characters that it stands for at least.
    let mut least = 0;
    let mut rest = text;
    let mut variables = version == Version::V2012;
    while let Some(c) = rest.chars().next() {
        if variables && let Some(inside) = rest.strip_prefix("${") {
            if let Some((name, behind)) = inside.split_once('}') {
                rest = behind;
                let value = match name {
                    "*" | "?" | "$" => name,
                    _ => match variable(name, context) {
                        Some(value) => value,
                        None => return Ok(Resolved::NoValue),
                    },
                };
                // One more than fits is as good as all.
                let enough = most.saturating_sub(least).saturating_add(1);
                work.pay(value.len().min(enough))?;
                let before = tokens.len();
                tokens.extend(value.chars().take(enough).map(Token::Char));
                least += tokens.len() - before;
                // The text itself is no longer than a policy: only variables could fill the memory.
                if least > most {
                    return Ok(if lacks_value(rest, context) { Resolved::NoValue } else { Resolved::TooLong });
                }
                continue;
            }
            // Nothing ends one from here on: not looked for again.
            variables = false;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        let token = match c {
            // Several in a row stand for no more than one.
            '*' if wildcards && tokens.last() == Some(&Token::Many) => continue,
            '*' if wildcards => Token::Many,
            '?' if wildcards => Token::One,
            c => Token::Char(c),
        };
        least += usize::from(token != Token::Many);
        tokens.push(token);
    }
    Ok(Resolved::Pattern(tokens))
}

/// Whether a variable further on has no value: that is the better reason to give.
fn lacks_value(rest: &str, context: &Context) -> bool {
    let names = rest.split("${").skip(1).filter_map(|part| part.split_once('}'));
    names.into_iter().any(|(name, _)| !matches!(name, "*" | "?" | "$") && variable(name, context).is_none())
}

/// A pattern without variables, compared without regard to ASCII case: actions.
pub(super) fn matches_any_case(pattern: &str, text: &str, work: &mut Work) -> Result<bool, Spent> {
    work.pay(text.len())?;
    let text: Vec<char> = text.to_ascii_lowercase().chars().collect();
    let pattern = pattern.to_ascii_lowercase();
    match resolve(&pattern, Version::V2008, true, &Context::new(), text.len(), work)? {
        Resolved::Pattern(tokens) => matches(&tokens, &text, work),
        Resolved::NoValue | Resolved::TooLong => Ok(false),
    }
}

/// The value of `key` or `key, 'default'`.
fn variable<'a>(inside: &'a str, context: &'a Context) -> Option<&'a str> {
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, default)) => (key, Some(default.trim().strip_prefix('\'')?.strip_suffix('\'')?)),
    };
    match context.get(key.trim()).map(|known| known.values.as_slice()) {
        Some([value]) => Some(value),
        // A key of several values can't be a variable, but it is there: the default is for absent ones.
        Some([_, _, ..]) => None,
        Some([]) | None => default,
    }
}

/// Whether the whole text fits the pattern.
pub(super) fn matches(pattern: &[Token], text: &[char], work: &mut Work) -> Result<bool, Spent> {
    work.pay(1 + pattern.len().min(2 * text.len()))?;
    if wants_more(pattern, text.len()) {
        return Ok(false);
    }
    let (mut p, mut t) = (0, 0);
    // Behind the last `*`: where to go on when what follows it does not fit, one character later each time.
    let mut again: Option<(usize, usize)> = None;
    while let Some(c) = text.get(t) {
        work.pay(1)?;
        match pattern.get(p) {
            Some(Token::Many) => {
                p += 1;
                again = Some((p, t));
            }
            Some(Token::One) => (p, t) = (p + 1, t + 1),
            Some(Token::Char(wanted)) if wanted == c => (p, t) = (p + 1, t + 1),
            _ => match &mut again {
                None => return Ok(false),
                Some((behind, from)) => {
                    *from += 1;
                    (p, t) = (*behind, *from);
                }
            },
        }
    }
    Ok(pattern.get(p..).is_none_or(|rest| rest.iter().all(|token| *token == Token::Many)))
}

/// Whether the pattern stands for more than `most` characters. Looks at no more than twice as many tokens.
fn wants_more(pattern: &[Token], most: usize) -> bool {
    pattern.len() > most && pattern.iter().filter(|token| **token != Token::Many).nth(most).is_some()
}

/// ARNs part by part: `*` and `?` stay within one of the first five parts. A lone `*` fits all.
pub(super) fn matches_arn(pattern: &[Token], text: &[char], work: &mut Work) -> Result<bool, Spent> {
    if pattern == [Token::Many] {
        return Ok(true);
    }
    work.pay(1 + pattern.len().min(2 * text.len()) + text.len())?;
    if wants_more(pattern, text.len()) {
        return Ok(false);
    }
    let mut wanted = pattern.splitn(6, |token| *token == Token::Char(':'));
    let mut found = text.splitn(6, |c| *c == ':');
    let mut parts = 0;
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return Ok(parts == 6),
            (Some(wanted), Some(found)) if matches(wanted, found, work)? => parts += 1,
            _ => return Ok(false),
        }
    }
}

/// The beginning of a pattern as text, for people; wildcards as they were written.
pub(super) fn text(pattern: &[Token]) -> String {
    let chars = pattern.iter().take(MAX_TRACED).map(|token| match token {
        Token::Char(c) => *c,
        Token::One => '?',
        Token::Many => '*',
    });
    chars.collect()
}
