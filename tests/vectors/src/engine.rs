//! What makes the calls of a set: this process, or wasm.

use serde_json::Value;
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// Calls an entry of `irsa_pure` by name.
pub trait Engine {
    /// For the report.
    fn name(&self) -> &'static str;
    /// `{"ok": …}` or `{"error": …}`; an unknown name panics.
    fn call(&mut self, name: &str, input: &Value) -> Value;

    /// The `ok` value, or the error as text.
    fn ok(&mut self, name: &str, input: &Value) -> Result<Value, String> {
        let mut answer = self.call(name, input);
        match answer.get_mut("ok") {
            Some(value) => Ok(value.take()),
            None => Err(answer["error"].to_string()),
        }
    }
}

/// In this process.
pub struct Native;

impl Engine for Native {
    fn name(&self) -> &'static str {
        "native"
    }

    fn call(&mut self, name: &str, input: &Value) -> Value {
        known(name, irsa_pure::call(name, input))
    }
}

/// `irsa_pure.wasm` in Python's wasmtime, driven by `wasm.py`: a line for a call, a line for its answer.
pub struct Wasm {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Wasm {
    /// `python` is one that has wasmtime.
    pub fn start(python: &OsStr, module: &OsStr) -> std::io::Result<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/wasm.py");
        let mut child =
            Command::new(python).arg(script).arg(module).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let requests = child.stdin.take().expect("it is piped");
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        Ok(Self { child, requests, answers })
    }
}

impl Engine for Wasm {
    fn name(&self) -> &'static str {
        "wasm"
    }

    fn call(&mut self, name: &str, input: &Value) -> Value {
        self.requests.write_all(format!("{name} {input}\n").as_bytes()).expect("wasm.py takes a call");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("wasm.py answers");
        let answer: Value = serde_json::from_str(&line).expect("an answer is a line of JSON");
        assert!(answer.get("trap").is_none(), "{name}: {}\n  input {input}", answer["trap"]);
        known(name, answer)
    }
}

impl Drop for Wasm {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn known(name: &str, answer: Value) -> Value {
    assert!(answer.get("unknown").is_none(), "no entry {name}: {answer}");
    answer
}
