//! The command irsa-local: `run`, `serve`, `token`. Data on stdout; errors on stderr as `irsa-local: error: …` and
//! `irsa-local: fix: …`; exit codes as `core/errors.toml` says. Under `run`, 125, 126 and 127 are ours and all else is
//! the child's.

mod args;
mod client;
mod run;
mod serve;
mod token;

use irsa_core::{Code, Error};
use std::{ffi::OsString, process::ExitCode};

const USAGE: &str = "\
usage: irsa-local run   [OPTIONS] -- COMMAND [ARGS]   run COMMAND as the pod
       irsa-local serve [OPTIONS]                     keep running; print the pod's variables
       irsa-local token [TOKEN OPTIONS]               a token from a running irsa-local

what is played (irsa-local.yaml, where none of these is given)
  --config FILE             roles, providers and what the services hold, in one file
  --service-account FILE    Kubernetes ServiceAccount with its eks.amazonaws.com/role-arn
  --trust-policy FILE       trust policy of that role
  --policy FILE             permission policy of that role; may be repeated
  --secret NAME=VALUE       a secret in Secrets Manager; may be repeated
  --parameter NAME=VALUE    a String in Parameter Store; may be repeated
  --secure-parameter N=V    a SecureString in it; may be repeated
  --bucket NAME             a bucket in S3; may be repeated
  --bucket-folder DIR       keep objects there; its folders are buckets, too
  --role NAME               the role whose pod is played, where there are several
  --region REGION           default: AWS_REGION, else the cluster's, else the partition's first

how
  --fault FILE              script of failures: throttle 3, slow 2s, down 60s, …
  --rotate SPAN             a new token so often (5s); default: at 80 % of its life
  --issuer-loopback         tokens and policies name the listener's own URL
  --tls                     serve https with a CA of its own
  --port N, --issuer-port N fixed ports; default: free ones
  --listen ADDRESS          127.0.0.1 or ::1
  --state DIR               keep token, keys and CA there; default: a temporary folder
  --log FILE                access log; default: stderr. --quiet: none, and no warnings
  --log-json                access log as JSON lines
  --explain                 after each refusal, its whole evaluation as a JSON line
  --json                    (serve) print the variables as JSON

token options
  --url URL, --state DIR    which irsa-local; default: IRSA_LOCAL_URL
  --role NAME --audience A --subject S --issuer I --lifetime SPAN
  --expired --issued-in-future --tampered --foreign-key --unknown-kid --missing-claim NAME

example: irsa-local run --service-account sa.yaml --trust-policy trust.json --policy app.json \\
             --secret db=hunter2 -- aws secretsmanager get-secret-value --secret-id db
";

/// Runs the command with these arguments, the first of them the program's own name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut parser = lexopt::Parser::from_iter(args);
    let wanted = match parser.next() {
        Ok(Some(lexopt::Arg::Value(word))) => word.to_string_lossy().into_owned(),
        Ok(Some(lexopt::Arg::Long("help") | lexopt::Arg::Short('h'))) => "help".into(),
        Ok(Some(lexopt::Arg::Long("version") | lexopt::Arg::Short('V'))) => "version".into(),
        Ok(_) => return fail(&usage("no command"), None),
        Err(e) => return fail(&usage(e.to_string()), None),
    };
    match wanted.as_str() {
        "run" => run::run(parser).unwrap_or_else(|error| fail(&error, Some(run::OURS))),
        "serve" => finish(serve::serve(parser)),
        "token" => finish(token::token(parser)),
        "help" => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        "version" => {
            println!("irsa-local {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        other => fail(&usage(format!("no command “{}”", other.escape_default())), None),
    }
}

fn finish(result: Result<(), Error>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, None),
    }
}

fn fail(error: &Error, exit: Option<u8>) -> ExitCode {
    eprintln!("irsa-local: error: {}: {} ({})", error.at(), error.message(), error.code().name());
    eprintln!("irsa-local: fix: {}", error.fix());
    exit.unwrap_or(error.code().exit_code()).into()
}

/// Mistakes that IAM would store; nothing where the command was told to be quiet.
fn warn(local: &crate::local::Local, quiet: bool) {
    for line in local.warnings().iter().filter(|_| !quiet) {
        eprintln!("irsa-local: warning: {line}");
    }
}

fn usage(what: impl Into<String>) -> Error {
    Error::new(Code::LocalUsage, "irsa-local", what)
}
