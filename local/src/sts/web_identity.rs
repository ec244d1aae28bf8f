//! AssumeRoleWithWebIdentity: `irsa_trust::federation` decides, here its decision is carried out.

use super::{Operation, Outcome, Sts, end, limits};
use crate::{
    call::Call,
    log::said,
    session::Session,
    wire::{Refusal, Why, tree::Node},
};
use irsa_core::arn::RoleArn;
use irsa_trust::{
    federation::{self, Accepted, Check, Denied, Documents, Fetched},
    oidc::Jws,
};
use std::time::Duration;

impl Sts {
    pub(super) fn assume_role_with_web_identity(
        &self,
        operation: &Operation,
        call: &Call,
        lifetime: Option<Duration>,
    ) -> Outcome {
        let who = claimed(operation);
        let result = operation.duration().and_then(|duration_seconds| {
            let mut connection = call.connection();
            connection.push(("aws:RequestedRegion", self.gate.region.clone()));
            let request = federation::Request {
                role_arn: operation.get("RoleArn"),
                role_session_name: operation.get("RoleSessionName"),
                web_identity_token: operation.get("WebIdentityToken"),
                provider_id: operation.get("ProviderId"),
                duration_seconds,
                policy: operation.get("Policy"),
                policy_arns: operation.members("PolicyArns", ".arn"),
                connection,
            };
            match self.decide(&request, call) {
                Err(denied) => Err(self.refusal(denied, request.role_arn)),
                Ok(accepted) => self.accept(accepted, call, lifetime),
            }
        });
        let (access_key_id, result) = match result {
            Ok((access_key_id, node)) => (Some(access_key_id), Ok(node)),
            Err(refusal) => (None, Err(refusal)),
        };
        Outcome { who, access_key_id, result }
    }

    fn decide(&self, request: &federation::Request<'_>, call: &Call) -> Result<Accepted, Denied> {
        let world = &self.iam.world;
        let failed = Fetched::Failed("the request names no known issuer");
        let Some(provider) = federation::provider_for(world, request) else {
            return federation::decide(world, request, &Documents { discovery: failed, jwks: failed }, call.now);
        };
        let discovery = self.issuer.discovery(&provider.url).to_string();
        let jwks = match self.iam.foreign_keys.get(&provider.url) {
            Some(document) => document.text.clone(),
            None => self.issuer.jwks(call.now).to_string(),
        };
        let documents =
            Documents { discovery: Fetched::Body(discovery.as_bytes()), jwks: Fetched::Body(jwks.as_bytes()) };
        federation::decide(world, request, &documents, call.now)
    }

    /// The lines are those of the evaluation that denied, under the file's name; of any other check, what it compared.
    fn refusal(&self, denied: Denied, role_arn: Option<&str>) -> Refusal {
        let reason = &denied.reason;
        let (place, lines) = match (reason.check, reason.evaluations.last()) {
            (Check::TrustPolicy, Some(evaluation)) => {
                (self.iam.trust_name(role_arn.unwrap_or_default()), evaluation.why())
            }
            (check, _) => (check.name(), vec![reason.what.clone()]),
        };
        let why =
            Why { lines: lines.iter().map(|line| format!("{place}: {line}")).collect(), detail: denied.to_json() };
        Refusal::new(denied.status, denied.code, denied.message).because(why)
    }

    fn accept(&self, accepted: Accepted, call: &Call, lifetime: Option<Duration>) -> Result<(String, Node), Refusal> {
        let role = RoleArn::parse(&accepted.role_arn)
            .map_err(|e| Refusal::new(500, "InternalFailure", e.message().to_owned()))?;
        let end = end(call.now, accepted.duration_seconds, lifetime);
        let session = Session {
            policy: limits(accepted.session_policy, &accepted.policy_arns),
            tags: accepted.tags,
            transitive: accepted.transitive_tag_keys,
            source_identity: accepted.source_identity.clone(),
            ..Session::new(role, &accepted.session_name, end)
        };
        let mut members = vec![
            ("Audience", Node::text(accepted.audience)),
            ("Provider", Node::text(accepted.provider)),
            ("SubjectFromWebIdentityToken", Node::text(accepted.subject)),
        ];
        members.extend(accepted.source_identity.map(|identity| ("SourceIdentity", Node::text(identity))));
        let access_key_id = session.access_key_id().to_owned();
        members.extend(self.hand_out(session));
        Ok((access_key_id, Node::Group(members)))
    }
}

/// Who asks, by a token that nobody has verified yet: for the log.
fn claimed(operation: &Operation) -> String {
    let subject = operation.get("WebIdentityToken").and_then(|token| {
        let claims = Jws::parse(token).ok()?.claims().ok()?;
        Some(said(claims.get("sub")?.as_str()?))
    });
    let role = said(operation.get("RoleArn").unwrap_or_default());
    format!("{}->{role}", subject.as_deref().unwrap_or("-"))
}
