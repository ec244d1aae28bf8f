//! The words behind a command: flags, their values, and what is told to somebody who mistyped one.
//!
//! Which flags a command has is read off its help page, so that the two cannot differ.

use crate::help;
use irsa_core::{Code, Error};
use lexopt::{Arg, Parser, ValueExt};
use std::ffi::OsString;

/// The arguments of one command.
pub struct Args {
    command: &'static str,
    parser: Parser,
    /// `--json` was among them.
    pub json: bool,
}

/// The next of them.
pub enum Word {
    /// `--region` or `-H`, as typed.
    Flag(String),
    /// Anything else.
    Value(OsString),
}

impl Args {
    pub fn new(command: &'static str, words: Vec<OsString>) -> Self {
        Self { command, parser: Parser::from_args(words), json: false }
    }

    /// The next word. `--json` is only taken note of, `--help` ends the parsing.
    pub fn next(&mut self) -> Result<Option<Word>, Ended> {
        loop {
            let word = match self.parser.next().map_err(|e| usage(self.command, e.to_string()))? {
                None => return Ok(None),
                Some(Arg::Short(letter)) => Word::Flag(format!("-{letter}")),
                Some(Arg::Long(name)) => Word::Flag(format!("--{name}")),
                Some(Arg::Value(value)) => Word::Value(value),
            };
            match &word {
                Word::Flag(flag) if flag == "--json" && self.knows("--json") => self.json = true,
                Word::Flag(flag) if flag == "--help" || (flag == "-h") => return Err(Ended::Help(self.command)),
                _ => return Ok(Some(word)),
            }
        }
    }

    /// The value of the flag that came last.
    pub fn value(&mut self) -> Result<String, Ended> {
        let value = self.parser.value().map_err(|e| usage(self.command, e.to_string()))?;
        Ok(value.string().map_err(|e| usage(self.command, e.to_string()))?)
    }

    /// The same as a number.
    pub fn number(&mut self, flag: &str) -> Result<u32, Ended> {
        let text = self.value()?;
        Ok(text.parse().map_err(|_| usage(self.command, format!("{flag} takes a whole number, not “{text}”")))?)
    }

    /// The same, where nothing is too little.
    pub fn positive(&mut self, flag: &str) -> Result<u32, Ended> {
        match self.number(flag)? {
            0 => Err(usage(self.command, format!("{flag} takes 1 or more, not 0")).into()),
            number => Ok(number),
        }
    }

    /// Everything that is left, untouched: another program's arguments.
    pub fn rest(&mut self) -> Result<Vec<OsString>, Ended> {
        Ok(self.parser.raw_args().map_err(|e| usage(self.command, e.to_string()))?.collect())
    }

    /// Whether the command has this flag.
    pub fn knows(&self, flag: &str) -> bool {
        help::flags(self.command).any(|known| known == flag)
    }

    /// The error for a word that nobody takes.
    pub fn unexpected(&self, word: &Word) -> Error {
        match word {
            Word::Flag(flag) => {
                let error = usage(self.command, format!("{} has no flag {flag}", self.command));
                match nearest(flag, help::flags(self.command)) {
                    Some(near) => error.with_fix(format!("write {near}; irsa help {} shows all", self.command)),
                    None => error,
                }
            }
            Word::Value(value) => {
                usage(self.command, format!("{} does not know what to do with {value:?}", self.command))
            }
        }
    }
}

/// Why parsing did not end in a command to run.
pub enum Ended {
    /// This page was asked for.
    Help(&'static str),
    /// The arguments are wrong, or something behind them.
    Error(Error),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Wrong arguments to `command`.
pub fn usage(command: &str, message: impl Into<String>) -> Error {
    Error::new(Code::Usage, "arguments", message).with_fix(format!("see irsa help {command}"))
}

/// The one that was probably meant: at most a third of its letters is off.
pub fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = |off: usize, word: &str| {
        let letters = word.trim_start_matches('-').len();
        off <= letters.div_ceil(3) && off < letters
    };
    let all = known.map(|word| (distance(typed, word), word));
    all.filter(|(off, word)| near(*off, word)).min_by_key(|(off, _)| *off).map(|(_, word)| word)
}

/// Letters to insert, remove or change, or neighbours to swap (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_and_a_far_one_is_not() {
        let known = ["credential-process", "exec", "env", "explain", "sign", "presign", "whoami", "token"];
        let cases = [
            ("credential-proces", Some("credential-process")),
            ("credentialprocess", Some("credential-process")),
            ("whaomi", Some("whoami")),
            ("exce", Some("exec")),
            ("sgin", Some("sign")),
            ("tokens", Some("token")),
            ("s3", None),
            ("", None),
            ("destroy-everything", None),
        ];
        for (typed, expected) in cases {
            assert_eq!(nearest(typed, known.into_iter()), expected, "{typed}");
        }
        assert_eq!((distance("", "abc"), distance("ab", "ba"), distance("kitten", "sitting")), (3, 1, 3));
    }
}
