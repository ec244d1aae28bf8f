//! The Security Token Service: where it is, what it is asked, what it answers.
//!
//! Follows the STS API 2011-06-15 (Query protocol): POST of a form, never a token in a URL; answers as XML or JSON.
//! [`exchange`] is the part that flows use; the others are its pure pieces.

mod advice;
pub mod endpoint;
mod errors;
pub mod exchange;
pub mod request;
pub mod response;
mod session_name;

pub use crate::call::Call;
pub use endpoint::Endpoint;
pub use exchange::{STS, assume_role, get_caller_identity, web_identity};
pub use request::{AssumeRole, WebIdentity};
pub use response::{Assumed, CallerIdentity};
pub use session_name::SessionName;
