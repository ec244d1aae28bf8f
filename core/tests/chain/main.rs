//! The chain, whole: variables, properties, files and recorded answers in, credentials or a typed error out.

mod bad_input;
mod endpoints;
mod explain;
mod java;
mod keys;
mod profile;
mod scene;
mod strict;
mod web_identity;
