//! The command irsa-local.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    irsa_local::command::main(std::env::args_os())
}
