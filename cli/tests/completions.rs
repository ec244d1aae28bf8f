//! Completions, asked of the shells themselves: bash always, zsh and fish where they are.

use std::process::{Command, Stdio};

fn script(shell: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_irsa")).args(["completions", shell]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// What the last of the words may become.
fn bash(words: &str) -> Vec<String> {
    let count = words.matches('|').count();
    let ask = format!(
        "{}\nIFS='|' read -r -a COMP_WORDS <<<'{words}'\nCOMP_CWORD={count}\n_irsa\necho \"${{COMPREPLY[*]}}\"",
        script("bash")
    );
    let output = Command::new("bash").args(["--norc", "-c", &ask]).output().expect("bash");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn bash_completes() {
    assert_eq!(bash("irsa|cred"), ["credential-process"]);
    assert_eq!(bash("irsa|get|"), ["secret", "parameter"]);
    assert_eq!(bash("irsa|rds"), ["rds-token"]);
    assert_eq!(bash("irsa|sign|--un"), ["--unsigned-payload"]);
    assert_eq!(bash("irsa|env|--format|f"), ["fish"]);
    assert_eq!(bash("irsa|help|ident"), ["identity"]);
    assert!(bash("irsa|whoami|--region|").is_empty());
    let files = bash("irsa|token|--audience|x|Cargo.t");
    assert!(files.is_empty(), "the shell's own completion of files follows: {files:?}");
    assert_eq!(bash("irsa|whoami|--token-file|Cargo.t"), ["Cargo.toml"]);
}

/// Where the shell is not there, its script is at least whole.
#[test]
fn zsh_and_fish_read_their_scripts() {
    for shell in ["zsh", "fish"] {
        let script = script(shell);
        for part in ["credential-process", "unsigned-payload", "secret", "powershell"] {
            assert!(script.contains(part), "{shell}: {part}");
        }
        let Ok(mut child) = Command::new(shell).args(["-n", "/dev/stdin"]).stdin(Stdio::piped()).spawn() else {
            println!("{shell} is not here: its script was not read by it");
            continue;
        };
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), script.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{shell} does not read its script");
    }
}

#[test]
fn an_unknown_shell_is_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_irsa")).args(["completions", "tcsh"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
