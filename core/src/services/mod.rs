//! Recipes for AWS services: a request comes in, a signed one goes out, an answer is read. Each also as a flow.
//!
//! The first one is Secrets Manager's GetSecretValue.

mod refused;
pub mod secrets_manager;

pub use refused::Refused;
