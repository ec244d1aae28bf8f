//! What IAM says when it does not do an operation. Codes and statuses are those of the service model.

use alloc::{borrow::ToOwned, format, string::String};
use serde_json::{Value, json};

/// IAM's refusal of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// On the wire: `InvalidInput`, `ValidationError`, `EntityAlreadyExists`, `LimitExceeded` or `NoSuchEntity`.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// IAM's text, word for word, if `observed`.
    pub message: String,
    /// True where the text was recorded, or quoted by somebody who got it; else the code is that of the model and the
    /// words are in IAM's manner.
    pub observed: bool,
}

impl Refusal {
    /// `{code, status, message, observed}`.
    pub fn to_json(&self) -> Value {
        json!({ "code": self.code, "status": self.status, "message": self.message, "observed": self.observed })
    }
}

pub(super) fn input(message: &str, observed: bool) -> Refusal {
    Refusal { code: "InvalidInput", status: 400, message: message.to_owned(), observed }
}

pub(super) fn validation(message: String) -> Refusal {
    Refusal { code: "ValidationError", status: 400, message, observed: false }
}

pub(super) fn quota(name: &str, most: usize, observed: bool) -> Refusal {
    let message = format!("Cannot exceed quota for {name}: {most}");
    Refusal { code: "LimitExceeded", status: 409, message, observed }
}

pub(super) fn not_found(arn: &str) -> Refusal {
    let message = format!("OpenIDConnect Provider not found for arn {arn}");
    Refusal { code: "NoSuchEntity", status: 404, message, observed: false }
}
