//! The model: providers, roles and both kinds of policies, as IAM would hold them.

mod write;

use crate::{
    config::{Config, DEFAULT_AUDIENCE, Document, Role},
    session::Session,
    wire::Why,
};
use irsa_core::{Code, Error, arn::ProviderArn};
use irsa_trust::{
    federation::{self, World},
    policy::{self, Caller, Context, Decision, Evaluation, Policy, PrincipalKind, Question},
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Providers and roles, and what each role may do.
pub(crate) struct Iam {
    pub(crate) world: World,
    /// By role ARN: the file's name and the policy.
    permissions: BTreeMap<String, Vec<(String, Policy)>>,
    /// By role ARN: the trust policy's file.
    trust_names: BTreeMap<String, String>,
    /// By issuer: the key set of one that is not played here.
    pub(crate) foreign_keys: BTreeMap<String, Document>,
    /// What IAM stores although it is a mistake, a line each.
    pub(crate) warnings: Vec<String>,
}

impl Iam {
    /// `loopback`: the URL of the listener, where it is to stand in place of every issuer that is played here.
    pub(crate) fn new(config: &Config, loopback: Option<&str>) -> Result<Self, Error> {
        let mut iam = Self {
            world: World::default(),
            permissions: BTreeMap::new(),
            trust_names: BTreeMap::new(),
            foreign_keys: BTreeMap::new(),
            warnings: Vec::new(),
        };
        for role in &config.roles {
            iam.add_role(role)?;
        }
        iam.world.providers = match &config.providers {
            None => iam.infer_providers(config)?,
            Some(providers) => {
                let mut created = write::Providers::default();
                for provider in providers {
                    created.create(&provider.arn, &provider.client_ids)?;
                    if let Some(jwks) = &provider.jwks {
                        iam.foreign_keys.insert(provider.arn.issuer(), jwks.clone());
                    }
                }
                created.into_world()
            }
        };
        if let Some(url) = loopback {
            iam.move_issuers(url);
        }
        Ok(iam)
    }

    /// The issuer that a role's trust policy names: the one in the role's own account, if there are several.
    pub(crate) fn issuer_of(&self, role: &Role) -> Result<String, Error> {
        let name = self.trust_names.get(role.arn.as_str()).map_or("the trust policy", String::as_str);
        let policy =
            self.world.roles.iter().find(|known| known.arn == role.arn.as_str()).map(|role| &role.trust_policy);
        let named: Vec<&String> = policy.into_iter().flat_map(federated).collect();
        let account = format!(":iam::{}:", role.arn.account());
        let arn = named.iter().find(|arn| arn.contains(&account)).or(named.first()).ok_or_else(|| {
            let fix = format!(
                "{name}: write as Principal: {{\"Federated\": \"arn:{}:iam::{}:oidc-provider/ISSUER-WITHOUT-https://\"}}",
                role.arn.partition().id,
                role.arn.account()
            );
            let message = format!("{name} names no OIDC provider, so there is no issuer to play");
            Error::new(Code::LocalSetup, "irsa-local", message).with_fix(fix)
        })?;
        // A provider that was moved to the listener has its URL; any other is an https one.
        if let Some(provider) = self.world.providers.iter().find(|provider| &provider.arn == *arn) {
            return Ok(provider.url.clone());
        }
        let parsed = ProviderArn::parse(arn).map_err(|e| {
            let fix = format!("{name}, Federated: {}", e.fix());
            e.with_at("irsa-local").with_fix(fix)
        })?;
        Ok(parsed.issuer())
    }

    /// Whether the session's role, and its session policy, allow this; and the evaluations that say so or not.
    pub(crate) fn permits(&self, session: &Session, action: &str, resource: &str, context: &Context) -> Permission {
        let question = Question { caller: None, action, resource: Some(resource), context };
        let own = self.permissions.get(session.role.as_str()).map(Vec::as_slice).unwrap_or_default();
        let identity: Vec<(&str, Evaluation)> =
            own.iter().map(|(name, policy)| (name.as_str(), policy::evaluate(policy, &question))).collect();
        let own = identity.iter().fold(Decision::NotAllowed, |seen, (_, e)| seen.or(e.decision()));
        let mut evaluations: Vec<_> = identity.into_iter().map(|(name, e)| (name.to_owned(), e)).collect();
        let limit = session.policy.as_ref().map(|policy| policy::evaluate(policy, &question));
        let of_session = limit.as_ref().map_or(Decision::Allowed, Evaluation::decision);
        evaluations.extend(limit.map(|evaluation| ("the session policy".to_owned(), evaluation)));
        Permission { own, of_session, evaluations }
    }

    /// Whether the role's trust policy lets this caller assume it.
    pub(crate) fn trusts(
        &self,
        role: &federation::Role,
        caller: Caller<'_>,
        action: &str,
        context: &Context,
    ) -> (String, Evaluation) {
        let question = Question { caller: Some(caller), action, resource: None, context };
        let name = self.trust_names.get(&role.arn).cloned().unwrap_or_default();
        (name, policy::evaluate(&role.trust_policy, &question))
    }

    /// The file that a role's trust policy came from.
    pub(crate) fn trust_name(&self, role_arn: &str) -> &str {
        self.trust_names.get(role_arn).map_or("", String::as_str)
    }

    pub(crate) fn role(&self, arn: &str) -> Option<&federation::Role> {
        self.world.roles.iter().find(|role| role.arn == arn)
    }

    fn add_role(&mut self, role: &Role) -> Result<(), Error> {
        let arn = role.arn.as_str().to_owned();
        if self.permissions.contains_key(&arn) {
            let message = format!("two roles have the ARN {arn}");
            return Err(
                Error::new(Code::LocalSetup, "irsa-local", message).with_fix("name each role once in irsa-local.yaml")
            );
        }
        self.warnings.extend(write::trust_policy(&role.arn, &role.trust_policy)?);
        let policies = role.policies.iter().map(|document| Ok((document.name.clone(), parse(document)?)));
        self.permissions.insert(arn.clone(), policies.collect::<Result<_, Error>>()?);
        self.trust_names.insert(arn.clone(), role.trust_policy.name.clone());
        self.world.roles.push(federation::Role {
            arn,
            trust_policy: parse(&role.trust_policy)?,
            max_session_duration: u32::try_from(role.max_session_duration.as_secs()).unwrap_or(u32::MAX),
        });
        Ok(())
    }

    /// What the trust policies name exists, and takes the audiences that the service accounts ask for.
    fn infer_providers(&self, config: &Config) -> Result<Vec<federation::Provider>, Error> {
        let asked = config.roles.iter().filter_map(|role| role.service_account.as_ref()).map(|a| a.audience.as_str());
        let client_ids: BTreeSet<&str> = asked.chain([DEFAULT_AUDIENCE]).collect();
        let client_ids: Vec<String> = client_ids.into_iter().map(str::to_owned).collect();
        let mut created = write::Providers::default();
        let named = self.world.roles.iter().flat_map(|role| federated(&role.trust_policy));
        for arn in named.filter_map(|arn| ProviderArn::parse(arn).ok()) {
            if !created.has(&arn) {
                created.create(&arn, &client_ids)?;
            }
        }
        Ok(created.into_world())
    }

    /// The listener's URL takes the place of the issuers: in providers, principals and condition keys.
    fn move_issuers(&mut self, url: &str) {
        let new = url.split_once("://").map_or(url, |(_, rest)| rest);
        for provider in &mut self.world.providers {
            if self.foreign_keys.contains_key(&provider.url) {
                continue;
            }
            let (old_arn, old) = (provider.arn.clone(), provider.key_prefix().to_owned());
            let head = old_arn.strip_suffix(&old).unwrap_or_default();
            provider.arn = format!("{head}{new}");
            provider.url = url.to_owned();
            for statement in self.world.roles.iter_mut().flat_map(|role| &mut role.trust_policy.statements) {
                for (_, value) in statement.principals.iter_mut().flat_map(|principals| &mut principals.values) {
                    if *value == old_arn {
                        value.clone_from(&provider.arn);
                    }
                }
                for condition in &mut statement.conditions {
                    let claim = condition.key.strip_prefix(&old).and_then(|rest| rest.strip_prefix(':'));
                    if let Some(claim) = claim {
                        condition.key = format!("{new}:{claim}");
                    }
                }
            }
        }
    }
}

/// What the policies of a session say of a request.
pub(crate) struct Permission {
    /// The role's policies.
    own: Decision,
    /// The session policy, which limits them; allowed where there is none.
    of_session: Decision,
    evaluations: Vec<(String, Evaluation)>,
}

impl Permission {
    pub(crate) fn decision(&self) -> Decision {
        self.own.and(self.of_session)
    }

    /// The end of AWS's text: which kind of policy stood in the way.
    pub(crate) fn because(&self, action: &str) -> String {
        match (self.own, self.of_session) {
            (Decision::Denied, _) => "with an explicit deny in an identity-based policy".into(),
            (_, Decision::Denied) => "with an explicit deny in a session policy".into(),
            (Decision::Undecided, _) | (_, Decision::Undecided) => {
                "because its policies take too long to evaluate".into()
            }
            (Decision::Allowed, _) => format!("because no session policy allows the {action} action"),
            _ => format!("because no identity-based policy allows the {action} action"),
        }
    }

    /// Why it is not allowed, from the evaluations that decided.
    pub(crate) fn why(&self) -> Why {
        why(&self.evaluations)
    }
}

/// Lines and data of evaluations, each under the name of its policy; those that allow say nothing here.
pub(crate) fn why(evaluations: &[(String, Evaluation)]) -> Why {
    let mut lines = Vec::new();
    for (name, evaluation) in evaluations.iter().filter(|(_, e)| e.decision() != Decision::Allowed) {
        lines.extend(evaluation.why().into_iter().map(|line| format!("{name}: {line}")));
    }
    if evaluations.is_empty() {
        lines.push("the role has no permission policy".into());
    }
    let detail =
        evaluations.iter().map(|(name, evaluation)| json!({"policy": name, "evaluation": evaluation.to_json()}));
    Why { lines, detail: detail.collect() }
}

fn federated(policy: &Policy) -> impl Iterator<Item = &String> {
    let principals = policy.statements.iter().filter_map(|statement| statement.principals.as_ref());
    principals
        .flat_map(|principals| &principals.values)
        .filter(|(kind, value)| *kind == PrincipalKind::Federated && value.starts_with("arn:"))
        .map(|(_, value)| value)
}

fn parse(document: &Document) -> Result<Policy, Error> {
    Policy::parse(&document.text).map_err(|e| {
        let message = format!("{}: {}", document.name, e.message());
        Error::new(Code::LocalPolicy, "irsa-local", message).with_fix(format!("{}: {}", document.name, e.fix()))
    })
}
