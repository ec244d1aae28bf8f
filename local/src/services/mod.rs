//! Services that take the credentials, each with its own signing name and policy actions.

pub(crate) mod secrets_manager;
