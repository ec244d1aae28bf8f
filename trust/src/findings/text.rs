//! Comparing texts as a person would who looks for the slip: letters that differ, patterns, placeholders.

use alloc::{string::String, vec::Vec};

/// Letters to insert, remove or change, of the first 128 of each.
pub(super) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(MOST).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(MOST).enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        for (above, y) in row.windows(2).zip(&b) {
            let [diagonal, up] = above else { continue };
            let left = next.last().copied().unwrap_or_default();
            next.push((diagonal + usize::from(x != *y)).min(up + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// The one of `known` that was probably meant: at most a third of its letters is off.
pub(super) fn nearest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = typed.to_ascii_lowercase();
    let all = known.iter().map(|word| (distance(&lower, &word.to_ascii_lowercase()), *word));
    all.filter(|(off, word)| *off * 3 <= word.len()).min_by_key(|(off, _)| *off).map(|(_, word)| word)
}

/// Text that a template, shell or renderer should have replaced.
pub(super) fn is_template(text: &str) -> bool {
    ["${", "{{", "}}", "$(", "%{", "<%", "#{", "%("].iter().any(|mark| text.contains(mark)) || has_shell_name(text)
}

/// `$NAMESPACE`: a dollar sign before a letter. Behind it ends a regular expression instead.
fn has_shell_name(text: &str) -> bool {
    text.split('$').skip(1).any(|behind| behind.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
}

/// Characters that mean something in regular expressions, globs of shells, or SQL, and nothing in a policy.
pub(super) fn is_other_pattern(text: &str) -> bool {
    text.contains(['^', '$', '|', '[', ']', '(', ')', '\\', '+', '{', '}', '%']) || text.contains(".*")
}

/// The literal pieces of a pattern, separators at their ends cut off.
pub(super) fn pieces(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split(['*', '?']).map(|piece| piece.trim_matches([':', '/', '-', '.'])).filter(|piece| !piece.is_empty())
}

/// Whether a pattern covers a text, by regard to case or not.
pub(super) fn covers(pattern: &str, text: &str, any_case: bool) -> bool {
    let fold = |text: &str| if any_case { text.to_ascii_lowercase() } else { String::from(text) };
    crate::policy::covers(&fold(pattern), &fold(text))
}

const MOST: usize = 128;
