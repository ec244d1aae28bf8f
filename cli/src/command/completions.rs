//! `completions`: what a shell needs to complete `irsa`.
//!
//! Commands, their flags and what these take are read off the help pages, so that the two cannot differ.

use crate::{
    args::{Args, Ended, Word, usage},
    help::{self, Takes},
    output,
};
use std::fmt::Write as _;

pub fn run(args: &mut Args) -> Result<(), Ended> {
    let mut script = None;
    while let Some(word) = args.next()? {
        match &word {
            Word::Value(shell) if script.is_none() => {
                script = Some(match shell.to_str() {
                    Some("bash") => bash(),
                    Some("fish") => fish(),
                    Some("zsh") => zsh(),
                    _ => return Err(usage("completions", format!("no completions for {shell:?}")).into()),
                });
            }
            _ => return Err(args.unexpected(&word).into()),
        }
    }
    match script {
        Some(script) => Ok(output::data(script.as_bytes())?),
        None => Err(usage("completions", "which shell's").into()),
    }
}

fn commands() -> impl Iterator<Item = &'static str> {
    help::PAGES.iter().map(|(name, _)| *name).filter(|name| *name != "identity")
}

/// Each flag of a command once, as its page has it.
fn flags(command: &str) -> Vec<(&'static str, Takes)> {
    let mut all: Vec<(&str, Takes)> = Vec::new();
    if command == "help" {
        return all; // its page is the overview, which tells of others' flags
    }
    for (flag, takes) in help::flags_and_values(command) {
        match all.iter_mut().find(|(known, _)| *known == flag) {
            Some((_, known)) if *known == Takes::Nothing => *known = takes,
            Some(_) => {}
            None => all.push((flag, takes)),
        }
    }
    all
}

/// `case` branches for the word after a flag, each with the flags that it serves.
fn after_flags(files: &str, choices: impl Fn(&str) -> String, nothing: &str) -> String {
    let mut branches: Vec<(String, Vec<String>)> = Vec::new();
    for command in commands() {
        for (flag, takes) in flags(command) {
            let action = match takes {
                Takes::Nothing => continue,
                Takes::File => files.to_owned(),
                Takes::One(of) => choices(&of.replace('|', " ")),
                Takes::Text => nothing.to_owned(),
            };
            let flag = format!("{command}:{flag}");
            match branches.iter_mut().find(|(known, _)| *known == action) {
                Some((_, flags)) => flags.push(flag),
                None => branches.push((action, vec![flag])),
            }
        }
    }
    let branch =
        |(action, flags): (String, Vec<String>)| format!("        {}) {action}; return ;;\n", flags.join(" | "));
    branches.into_iter().map(branch).collect()
}

/// `case` branches that say what may follow a command.
fn words(assign: impl Fn(&str, &str) -> String) -> String {
    let mut lines = String::new();
    for command in commands() {
        let flags: Vec<&str> = flags(command).into_iter().map(|(flag, _)| flag).collect();
        let own = help::subcommands(command).collect::<Vec<_>>().join(" ");
        let own = if command == "help" { commands().collect::<Vec<_>>().join(" ") + " identity" } else { own };
        let _ = writeln!(lines, "        {command}) {} ;;", assign(&own, &flags.join(" ")));
    }
    lines
}

fn bash() -> String {
    let names = commands().collect::<Vec<_>>().join(" ");
    let choice = |of: &str| format!("COMPREPLY=($(compgen -W '{of}' -- \"$word\"))");
    let after = after_flags("COMPREPLY=($(compgen -f -- \"$word\"))", choice, "COMPREPLY=()");
    let words = words(|own, flags| format!("own='{own}' flags='{flags}'"));
    format!(
        "# irsa completions bash: source this, or put it into /etc/bash_completion.d/irsa
_irsa() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command=${{COMP_WORDS[1]}} own flags
    COMPREPLY=()
    if [ \"$COMP_CWORD\" -eq 1 ]; then
        COMPREPLY=($(compgen -W '{names} --help --version' -- \"$word\"))
        return
    fi
    case $command:$before in
{after}    esac
    case $command in
{words}    esac
    case $word in
        -*) COMPREPLY=($(compgen -W \"$flags --help\" -- \"$word\")) ;;
        *) if [ \"$COMP_CWORD\" -eq 2 ] && [ -n \"$own\" ]; then COMPREPLY=($(compgen -W \"$own\" -- \"$word\")); fi ;;
    esac
}}
complete -o default -F _irsa irsa
"
    )
}

fn zsh() -> String {
    let named = commands().map(|name| format!("'{name}:{}'", help::about(name).replace('\'', "'\\''")));
    let names = named.collect::<Vec<_>>().join(" ");
    let after = after_flags("_files", |of| format!("compadd -- {of}"), "_message value");
    let words = words(|own, flags| format!("own=({own}) flags=({flags})"));
    format!(
        "#compdef irsa
# irsa completions zsh: put this into a folder of $fpath as _irsa
_irsa() {{
    local -a names own flags
    if (( CURRENT == 2 )); then
        names=({names})
        _describe command names
        return
    fi
    case $words[2]:$words[CURRENT-1] in
{after}    esac
    case $words[2] in
{words}    esac
    if [[ $PREFIX == -* ]]; then
        compadd -- $flags --help
    elif (( CURRENT == 3 )) && (( $#own )); then
        compadd -- $own
    else
        _files
    fi
}}
_irsa \"$@\"
"
    )
}

fn fish() -> String {
    let mut script = String::from(
        "# irsa completions fish: put this into ~/.config/fish/completions/irsa.fish
complete -c irsa -f -n __fish_use_subcommand -l version -d 'which version this is'
",
    );
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
    for command in commands() {
        let about = quoted(help::about(command));
        let _ = writeln!(script, "complete -c irsa -f -n __fish_use_subcommand -a {command} -d '{about}'");
        let seen = format!("complete -c irsa -n '__fish_seen_subcommand_from {command}'");
        for own in help::subcommands(command) {
            let _ = writeln!(script, "{seen} -f -a {own}");
        }
        for (flag, takes) in flags(command) {
            let flag = match flag.strip_prefix("--") {
                Some(long) => format!("-l {long}"),
                None => format!("-s {}", flag.trim_start_matches('-')),
            };
            let takes = match takes {
                Takes::Nothing => String::new(),
                Takes::File => " -r -F".into(),
                Takes::One(of) => format!(" -x -a '{}'", quoted(&of.replace('|', " "))),
                Takes::Text => " -x".into(),
            };
            let _ = writeln!(script, "{seen} {flag}{takes}");
        }
    }
    script
}
