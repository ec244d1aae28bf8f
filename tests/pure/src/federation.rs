//! `irsa_trust::federation`.

use crate::Entry;
use irsa_core::{Error, Timestamp};
use irsa_trust::federation::{Documents, Fetched, Provider, Request, Role, World, decide, provider_for};
use irsa_trust::policy::{Evaluation, Policy};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    // `world` {providers: [{arn, url, client_ids}], roles: [{arn, trust_policy, max_session_duration}]}, `request` (the
    // parameters by their API names), `discovery` and `jwks` (a text, {failed: why} or {other_certificate: true}), `now`. A denial is an answer.
    ("federation.decide", |input| {
        let documents = Documents { discovery: fetched(&input["discovery"]), jwks: fetched(&input["jwks"]) };
        let now = Timestamp::from_unix(input["now"].as_i64().expect("now"));
        Ok(match decide(&world(&input["world"])?, &request(&input["request"]), &documents, now) {
            Err(denied) => json!({ "denied": denied.to_json(), "error": denied.to_error().to_string() }),
            Ok(accepted) => json!({ "accepted": {
                "role_arn": accepted.role_arn,
                "subject": accepted.subject,
                "audience": accepted.audience,
                "provider": accepted.provider,
                "issuer": accepted.issuer,
                "session_name": accepted.session_name,
                "duration_seconds": accepted.duration_seconds,
                "tags": accepted.tags,
                "transitive_tag_keys": accepted.transitive_tag_keys,
                "source_identity": accepted.source_identity,
                "role_authorized_by_idp": accepted.role_authorized_by_idp,
                "policy_arns": accepted.policy_arns,
                "evaluations": accepted.evaluations.iter().map(Evaluation::to_json).collect::<Vec<_>>(),
            }}),
        })
    }),
    ("federation.provider", |input| {
        let provider = Provider::new("aws", &string(input, "account"), &string(input, "url"), ["sts.amazonaws.com"]);
        Ok(json!({ "arn": provider.arn, "key_prefix": provider.key_prefix() }))
    }),
    // `url`; null for an issuer that IAM does not know by itself.
    ("federation.built_in", |input| {
        let provider = Provider::built_in(&string(input, "url"));
        Ok(json!(provider.map(|provider| json!({ "arn": provider.arn, "built_in": provider.is_built_in() }))))
    }),
    ("federation.provider_for", |input| {
        let world = world(&input["world"])?;
        Ok(json!(provider_for(&world, &request(&input["request"])).map(|provider| &provider.arn)))
    }),
];

fn world(input: &Value) -> Result<World, Error> {
    let providers = each(&input["providers"]).map(|provider| Provider {
        arn: string(provider, "arn"),
        url: string(provider, "url"),
        client_ids: each(&provider["client_ids"]).filter_map(Value::as_str).map(Into::into).collect(),
    });
    let roles = each(&input["roles"]).map(|role| {
        Ok(Role {
            arn: string(role, "arn"),
            trust_policy: Policy::from_json(&role["trust_policy"])?,
            max_session_duration: role["max_session_duration"].as_u64().map_or(3600, |seconds| seconds as u32),
        })
    });
    Ok(World { providers: providers.collect(), roles: roles.collect::<Result<_, Error>>()? })
}

fn request(input: &Value) -> Request<'_> {
    Request {
        role_arn: input["RoleArn"].as_str(),
        role_session_name: input["RoleSessionName"].as_str(),
        web_identity_token: input["WebIdentityToken"].as_str(),
        provider_id: input["ProviderId"].as_str(),
        duration_seconds: input["DurationSeconds"].as_i64(),
        policy: input["Policy"].as_str(),
        policy_arns: each(&input["PolicyArns"]).filter_map(Value::as_str).collect(),
        connection: each(&input["connection"])
            .filter_map(|pair| Some((pair[0].as_str()?, pair[1].as_str()?.into())))
            .collect(),
    }
}

fn fetched(input: &Value) -> Fetched<'_> {
    match input.as_str() {
        Some(body) => Fetched::Body(body.as_bytes()),
        None if input["other_certificate"] == true => Fetched::OtherCertificate,
        None => Fetched::Failed(input["failed"].as_str().expect("a text, or failed")),
    }
}

fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn string(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no text {name}")).into()
}
