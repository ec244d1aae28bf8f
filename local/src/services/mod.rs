//! Services that take the credentials, each with its own signing name and policy actions.

pub(crate) mod parameter_store;
pub(crate) mod rds;
pub(crate) mod s3;
pub(crate) mod secrets_manager;

use crate::{call::Call, iam::Iam, session::Session, wire::Refusal};
use irsa_trust::policy::{Context, Decision};
use serde_json::{Map, Value};

/// What a call wants to do. `shown` is the resource as AWS's text names it.
pub(crate) struct Wanted<'a> {
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) shown: &'a str,
}

/// Refused as JSON services say it, where the caller's policies do not allow it.
pub(crate) fn allowed(iam: &Iam, caller: &Session, wanted: &Wanted<'_>, context: &Context) -> Result<(), Refusal> {
    let Wanted { action, resource, shown } = *wanted;
    let permission = iam.permits(caller, action, resource, context);
    if permission.decision() == Decision::Allowed {
        return Ok(());
    }
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: {shown} {}",
        caller.arn(),
        permission.because(action)
    );
    Err(Refusal::new(400, "AccessDeniedException", message).because(permission.why()))
}

/// The body of a JSON service's request.
pub(crate) fn json(call: &Call) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(&call.body)
        .map_err(|_| Refusal::new(400, "SerializationException", "The request body is not a JSON object"))
}
