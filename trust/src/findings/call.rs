//! The set-up as the call that STS gets, and as what IAM holds then.

use super::{Fact, Keys, Setup, Token, pod};
use crate::federation::{self, Accepted, Denied, Documents, Fetched, Provider, Role, World, bare};
use crate::oidc::Jws;
use crate::policy::lint::{self, Place, Refusal, Rule};
use crate::policy::{Policy, generate};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use irsa_core::{Secret, Timestamp, partition::Partition, token};
use serde_json::{Map, Value, json};

/// What is sent, and to what world.
#[derive(Clone)]
pub(super) struct Call {
    pub world: World,
    /// The role asked for.
    pub asked: String,
    pub session: String,
    pub duration: Option<i64>,
    /// `None`: nothing is known of a token.
    pub token: Option<Secret>,
    pub now: Timestamp,
    /// The signature is verified.
    verify: bool,
    /// The trust policy's document.
    pub document: Option<Value>,
    /// IAM would not store it, and it cannot be evaluated either.
    pub unstorable: Option<Refusal>,
    /// IAM would not store it; but it can be evaluated.
    pub refused: Option<Refusal>,
    pub assumed: Vec<&'static str>,
}

impl Call {
    pub fn new(setup: &Setup) -> Self {
        let mut assumed = Vec::new();
        let pod = setup.pod.get();
        let annotated = setup.service_account.get().and_then(super::ServiceAccount::role_arn);
        let asked = pod.and_then(|pod| pod::variable(pod, pod::ROLE_ARN));
        let asked = asked.or(setup.request.role_arn.as_deref()).or(setup.role.get().map(|role| role.arn.as_str()));
        let asked = asked.or(annotated).unwrap_or_default().to_string();
        let (partition, account) = split(&asked).unwrap_or(("aws", "000000000000"));

        let (token, verify) = match &setup.token {
            Token::Text(text) => (Some(text.expose().trim_ascii().into()), setup.keys != Keys::Unknown),
            Token::Claims { header, claims } => (Some(encode(header, claims)), false),
            Token::Unknown => {
                assumed.push("token");
                (expected_claims(setup).map(|claims| encode(&Map::new(), &claims)), false)
            }
        };
        if !verify && !assumed.contains(&"token") {
            assumed.push("signature");
        }
        let claims = token.as_ref().and_then(claims).unwrap_or_default();
        let issuer = claims.get("iss").and_then(Value::as_str).unwrap_or_default();

        let mut providers = match &setup.providers {
            Fact::Is(all) => all.iter().map(normal).collect(),
            Fact::Absent => Vec::new(),
            Fact::Unknown => {
                assumed.push("provider");
                Vec::from([Provider::new(partition, account, issuer, audiences(&claims))])
            }
        };
        // IAM knows some issuers by itself; they are in no account's list.
        if let Some(built_in) = Provider::built_in(issuer)
            && (setup.providers == Fact::Unknown || !providers.iter().any(|provider| provider.url == issuer))
        {
            providers.retain(|provider| provider.url != issuer);
            assumed.retain(|what| *what != "provider");
            providers.push(built_in);
        }
        // STS sees the accounts of its own partition only.
        let endpoint = pod.and_then(pod::endpoint_partition);
        providers.retain(|provider| {
            endpoint.is_none_or(|endpoint| split(&provider.arn).is_none_or(|(partition, _)| partition == endpoint.id))
        });

        let role = setup.role.get();
        let document = role.and_then(|role| role.trust_policy.clone());
        let (mut unstorable, mut refused) = (None, None);
        let mut policy = None;
        if let Some(document) = &document {
            let place = Place { partition: Some(partition), account: Some(account), ..Place::default() };
            refused = lint::trust_policy(&document.to_string(), &place).refusal;
            match Policy::from_json(document) {
                Ok(read) if !refused.as_ref().is_some_and(|refusal| is_grammar(refusal.rule)) => policy = Some(read),
                Ok(_) => unstorable = refused.take(),
                Err(error) => unstorable = Some(refused.take().unwrap_or_else(|| grammar(&error))),
            }
        }
        if document.is_none() && setup.role != Fact::Absent {
            assumed.push("trust policy");
            let provider = format!("arn:{partition}:iam::{account}:oidc-provider/{}", bare(issuer));
            policy = Policy::from_json(&open(&provider)).ok();
        }
        let nobody = Policy { version: crate::policy::Version::V2012, id: None, statements: Vec::new() };
        let mut roles = Vec::new();
        if setup.role != Fact::Absent {
            roles.push(Role {
                arn: role.map_or_else(|| asked.clone(), |role| role.arn.clone()),
                trust_policy: policy.unwrap_or(nobody),
                max_session_duration: role.and_then(|role| role.max_session_duration).unwrap_or(43_200),
            });
        }
        Self {
            world: World { providers, roles },
            asked,
            session: setup.request.session_name.clone().unwrap_or_else(|| "irsa".into()),
            duration: setup.request.duration_seconds,
            token,
            now: setup.now,
            verify,
            document,
            unstorable,
            refused,
            assumed,
        }
    }

    /// What STS answers.
    pub fn decide(&self, setup: &Setup) -> Option<Result<Accepted, Denied>> {
        let request = federation::Request {
            role_arn: Some(&self.asked),
            role_session_name: Some(&self.session),
            web_identity_token: Some(self.token.as_ref()?.expose()),
            duration_seconds: self.duration,
            connection: setup.connection.iter().map(|(key, value)| (key.as_str(), value.clone())).collect(),
            ..federation::Request::default()
        };
        let documents = self.verify.then_some(&setup.keys).and_then(|keys| match keys {
            Keys::Unknown => None,
            Keys::Documents { discovery, jwks } => {
                Some(Documents { discovery: Fetched::Body(discovery), jwks: Fetched::Body(jwks) })
            }
            Keys::Failed(why) => Some(Documents { discovery: Fetched::Failed(why), jwks: Fetched::Failed(why) }),
            Keys::OtherCertificate => {
                Some(Documents { discovery: Fetched::OtherCertificate, jwks: Fetched::OtherCertificate })
            }
        });
        Some(federation::judge(&self.world, &request, documents.as_ref(), self.now))
    }

    /// The token's claims, where it can be read.
    pub fn claims(&self) -> Map<String, Value> {
        self.token.as_ref().and_then(claims).unwrap_or_default()
    }

    /// Another token in its place, taken to be signed.
    pub fn set_claims(&mut self, claims: &Map<String, Value>) {
        self.token = Some(encode(&Map::new(), claims));
        self.verify = false;
    }

    /// From here on the signature counts as good.
    pub fn trust_signature(&mut self) {
        let claims = self.claims();
        self.set_claims(&claims);
    }

    /// Partition and account of the role asked for.
    pub fn place(&self) -> Option<(&str, &str)> {
        split(&self.asked)
    }

    /// The provider that the token meets.
    pub fn provider(&self) -> Option<&Provider> {
        let claims = self.claims();
        let issuer = claims.get("iss")?.as_str()?;
        let (partition, account) = self.place()?;
        let ours = |p: &Provider| p.is_built_in() || split(&p.arn) == Some((partition, account));
        self.world.providers.iter().find(|p| p.url == issuer && ours(p))
    }
}

impl super::ServiceAccount {
    /// What the annotation says, if anything.
    pub(super) fn role_arn(&self) -> Option<&str> {
        let annotation = self.annotations.as_ref()?.get(pod::ANNOTATION)?;
        Some(annotation.as_str()).filter(|arn| !arn.trim().is_empty())
    }
}

/// The audience that the pod's token should have.
pub(super) fn expected_audience(setup: &Setup) -> &str {
    let annotations = setup.service_account.get().and_then(|account| account.annotations.as_ref());
    annotations.and_then(|all| all.get(pod::AUDIENCE)).map_or(token::AUDIENCE, String::as_str)
}

/// Partition and account of an ARN of IAM.
pub(super) fn split(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':');
    match [(); 6].map(|()| parts.next()) {
        [Some("arn"), Some(partition), Some("iam"), Some(""), Some(account), Some(_)] => Some((partition, account)),
        _ => None,
    }
}

/// The partition of the role asked for, where it is one.
pub(super) fn partition_of_arn(arn: &str) -> Option<&'static Partition> {
    Partition::named(split(arn)?.0)
}

/// The audiences of claims.
pub(super) fn audiences(claims: &Map<String, Value>) -> Vec<String> {
    let texts = |value: &Value| match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(Into::into).collect(),
        Value::String(one) => Vec::from([one.clone()]),
        _ => Vec::new(),
    };
    let party = claims.get("azp").and_then(Value::as_str).map(|party| Vec::from([party.into()]));
    party.or_else(|| claims.get("aud").map(texts)).unwrap_or_default()
}

/// IAM shows a URL without its scheme, drops port 443, and takes https only.
pub(super) fn normal(provider: &Provider) -> Provider {
    let url = if provider.url.contains("://") { provider.url.clone() } else { format!("https://{}", provider.url) };
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url.as_str()));
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.strip_suffix(":443").unwrap_or(host);
    Provider { url: format!("{scheme}://{host}{path}"), ..provider.clone() }
}

/// What the pod's token would say, were all right.
fn expected_claims(setup: &Setup) -> Option<Map<String, Value>> {
    let account = setup.service_account.get()?;
    let providers = setup.providers.get().map(Vec::as_slice);
    let of_provider = match providers {
        Some([one]) => Some(normal(one).url),
        _ => None,
    };
    let issuer = setup.issuer.get().cloned().or(of_provider)?;
    let now = setup.now.unix();
    let claims = json!({
        "iss": issuer,
        "sub": generate::subject(&account.namespace, &account.name),
        "aud": [expected_audience(setup)],
        "iat": now,
        "exp": now.saturating_add(3600),
    });
    claims.as_object().cloned()
}

fn claims(token: &Secret) -> Option<Map<String, Value>> {
    Jws::parse(token.expose()).ok()?.claims().ok()
}

/// A token of these parts, with a signature that is none.
fn encode(header: &Map<String, Value>, claims: &Map<String, Value>) -> Secret {
    let mut header = header.clone();
    header.entry("alg").or_insert("RS256".into());
    let part = |map: Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(map).to_string());
    format!("{}.{}.AA", part(header), part(claims.clone())).into()
}

/// Lets in whoever the provider vouches for.
fn open(provider: &str) -> Value {
    json!({ "Statement": {
        "Effect": "Allow",
        "Principal": { "Federated": provider },
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
    }})
}

/// A fault of the document itself. Other refusals are about what a statement says; those can be evaluated nonetheless,
/// for drafts.
fn is_grammar(rule: Rule) -> bool {
    !matches!(
        rule,
        Rule::PrincipalAny
            | Rule::Principal
            | Rule::Federated
            | Rule::Action
            | Rule::ConditionKey
            | Rule::SharedIssuer
            | Rule::Application
            | Rule::Size
            | Rule::Sid
            | Rule::Text
    )
}

fn grammar(error: &irsa_core::Error) -> Refusal {
    let at = error.message().split_once(": ").map_or("", |(at, _)| at);
    Refusal {
        rule: Rule::Element,
        code: "MalformedPolicyDocument",
        message: "Syntax errors in policy.".into(),
        observed: false,
        at: if at.starts_with('/') { at.into() } else { String::new() },
        fix: error.message().into(),
    }
}
