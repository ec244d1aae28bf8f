//! AssumeRole by a session: role chaining. IAM user guide, "Role chaining", "Cross-account policy evaluation logic".
//!
//! The target's trust policy must allow the caller. The caller's own policies must allow `sts:AssumeRole` too, unless
//! the trust policy names the caller itself, in the same account. At most an hour. Not here: MFA.

use super::{Operation, Sts, end, limits};
use crate::{
    call::Call,
    iam::why,
    session::Session,
    wire::{Refusal, Why, tree::Node},
};
use irsa_core::arn::RoleArn;
use irsa_trust::policy::{Caller, Context, Decision, Policy};
use std::time::Duration;

const HOUR: i64 = 3600;

impl Sts {
    pub(super) fn assume_role(
        &self,
        operation: &Operation,
        call: &Call,
        caller: &Session,
        lifetime: Option<Duration>,
    ) -> Result<Node, Refusal> {
        let asked = Asked::read(operation)?;
        let role = RoleArn::parse(asked.role_arn).map_err(|e| {
            Refusal::new(400, "ValidationError", "Request ARN is invalid").because(Why::line(e.message()))
        })?;

        let mut context = call.context(caller, &self.gate.region);
        context.put("request", "sts:RoleSessionName", [asked.session_name]);
        if let Some(id) = asked.external_id {
            context.put("request", "sts:ExternalId", [id]);
        }
        if let Some(identity) = asked.source_identity {
            context.put("request", "sts:SourceIdentity", [identity]);
        }
        let tags: Vec<(String, String)> = asked.tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        if !tags.is_empty() {
            context.put("request", "aws:TagKeys", tags.iter().map(|(key, _)| key.as_str()));
        }
        for (key, value) in &tags {
            context.put("request", &format!("aws:RequestTag/{key}"), [value.as_str()]);
        }
        let actions = [
            ("sts:AssumeRole", true),
            ("sts:TagSession", !tags.is_empty()),
            ("sts:SetSourceIdentity", asked.source_identity.is_some()),
        ];
        for (action, _) in actions.iter().filter(|(_, asked)| *asked) {
            self.authorize(action, &role, caller, &context)?;
        }

        let duration = asked.duration.unwrap_or(HOUR);
        if duration > HOUR {
            let message =
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
            return Err(Refusal::new(400, "ValidationError", message));
        }
        let policy = asked
            .policy
            .map(Policy::parse)
            .transpose()
            .map_err(|e| Refusal::new(400, "MalformedPolicyDocument", e.message()).because(Why::line(e.fix())))?;
        let kept = caller.tags.iter().filter(|(key, _)| caller.transitive.contains(key));
        let session = Session {
            policy: limits(policy, &operation.members("PolicyArns", ".arn")),
            tags: kept
                .filter(|(key, _)| tags.iter().all(|(k, _)| k != key))
                .cloned()
                .chain(tags.iter().cloned())
                .collect(),
            transitive: caller
                .transitive
                .iter()
                .cloned()
                .chain(asked.transitive.iter().map(|k| (*k).to_owned()))
                .collect(),
            source_identity: caller.source_identity.clone().or(asked.source_identity.map(str::to_owned)),
            ..Session::new(role, asked.session_name, end(call.now, duration.try_into().unwrap_or(3600), lifetime))
        };
        let mut members: Vec<_> =
            session.source_identity.iter().map(|identity| ("SourceIdentity", Node::text(identity))).collect();
        members.extend(self.hand_out(session));
        Ok(Node::Group(members))
    }

    fn authorize(&self, action: &str, role: &RoleArn, caller: &Session, context: &Context) -> Result<(), Refusal> {
        let denied = |why: Why| {
            let message =
                format!("User: {} is not authorized to perform: {action} on resource: {}", caller.arn(), role.as_str());
            Err(Refusal::new(403, "AccessDenied", message).because(why))
        };
        let Some(target) = self.iam.role(role.as_str()) else {
            return denied(Why::line(format!("there is no role {}", role.as_str())));
        };
        let arns = [&*caller.arn(), caller.role.as_str()];
        let account = caller.role.account();
        let trust = self.iam.trusts(target, Caller::Aws { arns: &arns, account }, action, context);
        if trust.1.decision() != Decision::Allowed {
            return denied(why(&[trust]));
        }
        // Without its account the caller is trusted only where the policy names the role, the session, or everybody.
        let itself = self.iam.trusts(target, Caller::Aws { arns: &arns, account: "" }, action, context).1;
        let named = itself.decision() == Decision::Allowed && account == role.account();
        let own = self.iam.permits(caller, action, role.as_str(), context);
        match own.decision() {
            Decision::Allowed => Ok(()),
            Decision::NotAllowed if named => Ok(()),
            _ => denied(own.why()),
        }
    }
}

/// The parameters, within the bounds of the service's model.
struct Asked<'a> {
    role_arn: &'a str,
    session_name: &'a str,
    duration: Option<i64>,
    policy: Option<&'a str>,
    external_id: Option<&'a str>,
    source_identity: Option<&'a str>,
    tags: Vec<(&'a str, &'a str)>,
    transitive: Vec<&'a str>,
}

impl<'a> Asked<'a> {
    fn read(operation: &'a Operation) -> Result<Self, Refusal> {
        let mut faults = Vec::new();
        let mut bounded = |name: &str, value: Option<&'a str>, least: usize, most: usize, others: Option<&str>| {
            let text = value?;
            let length = text.chars().count();
            let mut fault = |must: String| {
                faults.push(format!("Value '{text}' at '{name}' failed to satisfy constraint: Member must {must}"));
            };
            if length < least {
                fault(format!("have length greater than or equal to {least}"));
            }
            if length > most {
                fault(format!("have length less than or equal to {most}"));
            }
            if let Some(others) = others
                && !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || others.contains(c))
            {
                fault(format!("satisfy regular expression pattern: [\\w{others}]*"));
            }
            Some(text)
        };
        let role_arn = bounded("roleArn", operation.get("RoleArn"), 20, 2048, None);
        let session_name = bounded("roleSessionName", operation.get("RoleSessionName"), 2, 64, Some("+=,.@-"));
        let external_id = bounded("externalId", operation.get("ExternalId"), 2, 1224, Some("+=,.@:/-"));
        let source_identity = bounded("sourceIdentity", operation.get("SourceIdentity"), 2, 64, Some("+=,.@-"));
        let keys = operation.members("Tags", ".Key");
        let tags = keys.into_iter().enumerate().map(|(i, key)| {
            let value = operation.get(&format!("Tags.member.{}.Value", i + 1)).unwrap_or_default();
            bounded(&format!("tags.{}.member.key", i + 1), Some(key), 1, 128, None);
            bounded(&format!("tags.{}.member.value", i + 1), Some(value), 0, 256, None);
            (key, value)
        });
        let tags: Vec<_> = tags.collect();
        for (name, missing) in [("roleArn", role_arn.is_none()), ("roleSessionName", session_name.is_none())] {
            if missing {
                faults.push(format!("Value null at '{name}' failed to satisfy constraint: Member must not be null"));
            }
        }
        let duration = operation.duration()?;
        let must = match duration {
            Some(..900) => Some("greater than or equal to 900"),
            Some(43_201..) => Some("less than or equal to 43200"),
            _ => None,
        };
        if let Some((must, seconds)) = must.zip(duration) {
            faults.push(format!(
                "Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value {must}"
            ));
        }
        if tags.len() > 50 {
            faults.push(
                "Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50".into(),
            );
        }
        match (role_arn, session_name) {
            (Some(role_arn), Some(session_name)) if faults.is_empty() => Ok(Self {
                role_arn,
                session_name,
                duration,
                policy: operation.get("Policy"),
                external_id,
                source_identity,
                tags,
                transitive: operation.members("TransitiveTagKeys", ""),
            }),
            _ => {
                let (count, errors) = (faults.len(), if faults.len() == 1 { "error" } else { "errors" });
                let message = format!("{count} validation {errors} detected: {}", faults.join("; "));
                Err(Refusal::new(400, "ValidationError", message))
            }
        }
    }
}
