//! Web identity by variables: a role, and the file that its token is read from. This is IRSA.
//!
//! The EKS webhook sets AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE; a JVM may say the same by system properties, the
//! calling program by options, each setting by itself (as the AWS SDK for Java 2.x reads them). One without the other
//! is an error that names the missing one.

use super::{
    Chain, Inputs, Look,
    exchange::{Role, With},
    explain::Found,
    settings::{self, Setting},
};
use crate::{Code, Error};
use alloc::format;

/// The role's ARN and the token's file, wherever they are set.
pub(super) fn settings(inputs: &Inputs) -> [Option<Setting>; 2] {
    let Inputs { options, .. } = inputs;
    let role = inputs.option("role_arn", options.role_arn.as_deref());
    let file = inputs.option("token_file", options.token_file.as_deref());
    [role.or_else(|| inputs.setting(&settings::ROLE_ARN)), file.or_else(|| inputs.setting(&settings::TOKEN_FILE))]
}

pub(super) async fn look(chain: &mut Chain<'_>) -> Result<Look, Error> {
    let [role, file] = settings(chain.inputs);
    let session_name = chain.inputs.setting(&settings::SESSION_NAME);
    let named = [
        (settings::ROLE_ARN.what, &role),
        (settings::TOKEN_FILE.what, &file),
        (settings::SESSION_NAME.what, &session_name),
    ];
    chain.found(named.into_iter().filter_map(|(what, setting)| Some(Found::of(what, setting.as_ref()?))));
    let (arn, file) = match (role, file) {
        (Some(arn), Some(file)) => (arn, file),
        (None, None) => {
            return Ok(Look::Absent("AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE are not set".into()));
        }
        (Some(arn), None) => return Err(incomplete(&arn, "AWS_WEB_IDENTITY_TOKEN_FILE", "the token's path")),
        (None, Some(file)) => return Err(incomplete(&file, "AWS_ROLE_ARN", "the role's ARN")),
    };
    let because = format!("{} and {}", arn.from, file.from);
    let role = Role { arn, session_name, external_id: None, duration: None, profile: None, last: true };
    chain.exchange(&role, With::TokenFile(file), &because).await.map(Look::ready)
}

/// One half is there, the other is not.
pub(super) fn incomplete(there: &Setting, missing: &str, what: &str) -> Error {
    let message = format!("{} is set, but {missing} is not", there.from);
    let fix = format!(
        "set {missing} to {what}, or unset {}; in a pod both come from the annotation eks.amazonaws.com/role-arn of its \
         service account, once the pod is made anew",
        there.from
    );
    Error::new(Code::WebIdentityIncomplete, "web identity", message).with_fix(fix)
}
