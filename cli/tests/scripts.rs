//! Runs the scripts beside this file: commands, and what has to come of them. Each has a folder of its own and an
//! environment with nothing in it but PATH and HOME (the folder).
//!
//! ```text
//! # a comment
//! env NAME=VALUE         for the commands below; `env NAME` takes it away
//! file NAME              a file in the folder: the indented lines that follow, each with a line feed
//!   content
//! $ irsa token token     a command in the folder; '…' and "…" hold words together, $WORK is the folder,
//!                        $IRSA the program
//! < text                 a line of its standard input
//! ? 2                    its exit code; 0 where it is not written
//! > text                 a line of standard output, in order, all of them
//! ! text                 a line of standard error, likewise
//! ```
//!
//! `…` in an expected line stands for anything within the line. `IRSA_BLESS=1` writes what came into the scripts.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

#[test]
fn scripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut scripts: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    scripts.sort();
    let mut failed = String::new();
    for script in &scripts {
        let name = script.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(script).unwrap();
        let came = run(name, &text, &mut failed);
        if std::env::var_os("IRSA_BLESS").is_some() {
            fs::write(script, came).unwrap();
        }
    }
    assert!(scripts.len() >= 8, "{} scripts", scripts.len());
    assert!(failed.is_empty(), "\n{failed}");
}

/// Gives the script as it would have to be.
fn run(name: &str, script: &str, failed: &mut String) -> String {
    let work = std::env::temp_dir().join(format!("irsa-script-{}-{name}", std::process::id()));
    fs::create_dir(&work).unwrap();
    let place = work.to_str().unwrap().to_owned();
    let mut variables = BTreeMap::from([("HOME".to_owned(), place.clone())]);
    variables.insert("PATH".into(), std::env::var("PATH").unwrap());
    let mut came = String::new();
    let mut lines = script.lines().peekable();
    while let Some(line) = lines.next() {
        came += &format!("{line}\n");
        match line.split_once(' ') {
            Some(("env", setting)) => match setting.split_once('=') {
                Some((name, value)) => drop(variables.insert(name.into(), value.replace("$WORK", &place))),
                None => drop(variables.remove(setting)),
            },
            Some(("file", file)) => {
                let mut content = String::new();
                while let Some(line) = lines.next_if(|line| line.starts_with("  ")) {
                    came += &format!("{line}\n");
                    content += &format!("{}\n", &line[2..]);
                }
                fs::write(work.join(file), content).unwrap();
            }
            Some(("$", command)) => {
                let mut input = String::new();
                while let Some(line) = lines.next_if(|line| line.starts_with("< ")) {
                    came += &format!("{line}\n");
                    input += &format!("{}\n", &line[2..]);
                }
                let mut expected = Vec::new();
                while let Some(line) = lines.next_if(|line| line.starts_with(['?', '>', '!'])) {
                    expected.push(line);
                }
                let got = outcome(command, &input, &variables, &work);
                let same = expected.len() == got.len() && expected.iter().zip(&got).all(|(e, g)| matches(e, g));
                if !same {
                    *failed += &format!(
                        "{name}: {command}\nexpected:\n{}\ncame:\n{}\n\n",
                        expected.join("\n"),
                        got.join("\n")
                    );
                }
                for line in if same { expected.into_iter().map(str::to_owned).collect() } else { got } {
                    came += &format!("{line}\n");
                }
            }
            _ => assert!(line.is_empty() || line.starts_with('#'), "{name}: {line:?} is no line of a script"),
        }
    }
    fs::remove_dir_all(&work).unwrap();
    came
}

fn outcome(command: &str, input: &str, variables: &BTreeMap<String, String>, work: &Path) -> Vec<String> {
    let place = work.to_str().unwrap();
    let words: Vec<_> = words(command)
        .into_iter()
        .map(|word| word.replace("$WORK", place).replace("$IRSA", env!("CARGO_BIN_EXE_irsa")))
        .collect();
    let program = if words[0] == "irsa" { env!("CARGO_BIN_EXE_irsa") } else { &words[0] };
    let mut child = Command::new(program)
        .args(&words[1..])
        .current_dir(work)
        .env_clear()
        .envs(variables)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that does not read its input may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let mut lines = Vec::new();
    match output.status.code() {
        Some(0) => {}
        Some(code) => lines.push(format!("? {code}")),
        None => lines.push("? signal".into()),
    }
    for (mark, bytes) in [('>', output.stdout), ('!', output.stderr)] {
        let text = String::from_utf8(bytes).unwrap().replace(place, "$WORK");
        lines.extend(text.lines().map(|line| format!("{mark} {line}").trim_end().to_owned()));
    }
    lines
}

/// Whether `came` is what `expected` says, with `…` for anything.
fn matches(expected: &str, came: &str) -> bool {
    let mut parts = expected.trim_end().split('…');
    let Some(mut rest) = came.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        let found = if parts.peek().is_none() {
            rest.ends_with(part).then(|| rest.len() - part.len())
        } else {
            rest.find(part)
        };
        match found {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in command.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c == ' ' => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
