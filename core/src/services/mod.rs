//! Recipes for AWS services: a request comes in, a signed one goes out, an answer is read. Each also as a flow.
//!
//! Secrets Manager's GetSecretValue, Parameter Store's three ways to read parameters, RDS's IAM tokens,
//! S3's objects.

mod answer;
pub mod rds;
mod refused;
pub mod s3;
pub mod secrets_manager;
pub mod ssm;

pub use refused::Refused;

use alloc::string::String;

/// For people: on one line, not too long.
fn shown(text: &str) -> String {
    text.chars().take(200).flat_map(char::escape_debug).collect()
}
