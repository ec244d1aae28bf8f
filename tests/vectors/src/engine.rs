//! What makes the calls of a set: this process, or wasm.

use serde_json::Value;

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
        let answer = irsa_pure::call(name, input);
        assert!(answer.get("unknown").is_none(), "no entry {name}");
        answer
    }
}
