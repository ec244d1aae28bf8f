//! What is judged here as JSON, and the answers: one form for the command's tests, libirsa and other languages.
//!
//! A member that is missing is not known or not sent; one of another kind than it has to be is an error that names it by a
//! JSON pointer (RFC 6901). Unknown members are passed over.

use crate::{
    federation::{self, Accepted, Documents, Fetched, Provider, World, decide},
    findings::{
        Fact, File, FileState, Judgement, Keys, Pod, Request, Role, ServiceAccount, Setup, Token, judge as judge_setup,
    },
    json::{kind, step},
    oidc::{Discovery, Jwk, Jwks, Jws, PublicKey},
    policy::{Evaluation, Policy},
    provider::{Account, Operation, PROVIDERS},
};
use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use irsa_core::{Code, Error, Timestamp};
use serde_json::{Map, Value, json};

/// `{world, request, discovery, jwks, now}` to `{accepted}` or `{denied, error}`: see [`world`], [`request`] and [`decide`];
/// `discovery` and `jwks` are a text, `{failed: why}` or `{other_certificate: true}`; `now` in seconds.
pub fn decision(document: &Value) -> Result<Value, Error> {
    let document = At::top(document);
    let (world, request) = (world(document.of("world"))?, request(document.of("request"))?);
    let (discovery, jwks) = (document.at("discovery"), document.at("jwks"));
    let documents = Documents { discovery: fetched(&discovery)?, jwks: fetched(&jwks)? };
    let now = Timestamp::from_unix(document.at("now").must(Value::as_i64, "a number of seconds")?);
    Ok(match decide(&world, &request, &documents, now) {
        Err(denied) => json!({ "denied": denied.to_json(), "error": denied.to_error().to_string() }),
        Ok(accepted) => json!({ "accepted": accepted_json(&accepted) }),
    })
}

/// `{providers: [{arn, url, client_ids}], roles: [{arn, trust_policy, max_session_duration}]}`.
pub fn world(document: &Value) -> Result<World, Error> {
    let document = At::top(document);
    let roles = document.at("roles").each(|role| {
        Ok(federation::Role {
            arn: role.at("arn").text()?.into(),
            trust_policy: Policy::from_json(role.of("trust_policy"))?,
            max_session_duration: role.at("max_session_duration").whole()?.unwrap_or(3600),
        })
    })?;
    Ok(World { providers: document.at("providers").each(provider)?, roles })
}

/// The parameters of AssumeRoleWithWebIdentity by their names, and `connection: [[key, value]]`.
pub fn request(document: &Value) -> Result<federation::Request<'_>, Error> {
    let document = At::top(document);
    let text = |name: &str| document.at(name).optional_text();
    Ok(federation::Request {
        role_arn: text("RoleArn")?,
        role_session_name: text("RoleSessionName")?,
        web_identity_token: text("WebIdentityToken")?,
        provider_id: text("ProviderId")?,
        duration_seconds: document.at("DurationSeconds").optional(Value::as_i64, "a number")?,
        policy: text("Policy")?,
        policy_arns: document.at("PolicyArns").each(|arn| arn.text())?,
        connection: document.at("connection").each(|pair| Ok((pair.at("0").text()?, pair.at("1").text()?.into())))?,
    })
}

/// A set-up, judged: the judgement with `cause`, the id of its first finding where the call fails, `text` of its verdict and
/// `lines` of its findings. See [`setup`].
pub fn judgement(document: &Value) -> Result<Value, Error> {
    let judgement: Judgement = judge_setup(&setup(document)?);
    let mut answer = judgement.to_json();
    if let Value::Object(answer) = &mut answer {
        answer.insert("cause".into(), json!(judgement.cause().map(|finding| finding.id)));
        answer.insert("text".into(), json!(judgement.verdict.to_string()));
        answer.insert("lines".into(), judgement.findings.iter().map(|finding| json!(finding.to_string())).collect());
    }
    Ok(answer)
}

/// `{now, issuer, service_account, providers, role, token: {text} | {header, claims}, keys: {discovery, jwks} | {failed} |
/// {other_certificate}, pod, request, connection}`. A member that is missing is unknown, null is absent.
pub fn setup(document: &Value) -> Result<Setup, Error> {
    let top = At::top(document);
    let mut setup = Setup::new(Timestamp::from_unix(top.at("now").must(Value::as_i64, "a number of seconds")?));
    setup.issuer = top.at("issuer").fact(|issuer| issuer.text().map(Into::into))?;
    setup.service_account = top.at("service_account").fact(|account| {
        Ok(ServiceAccount {
            namespace: account.at("namespace").text()?.into(),
            name: account.at("name").text()?.into(),
            annotations: account.at("annotations").known().map(|it| it.texts()).transpose()?,
        })
    })?;
    setup.providers = top.at("providers").fact(|all| all.each(provider))?;
    setup.role = top.at("role").fact(|role| {
        Ok(Role {
            arn: role.at("arn").text()?.into(),
            trust_policy: role.at("trust_policy").value.cloned(),
            max_session_duration: role.at("max_session_duration").whole()?,
            age: role.at("age_s").optional(Value::as_u64, "a number of seconds")?,
        })
    })?;
    let token = top.at("token");
    setup.token = match (token.at("text").optional_text()?, token.at("claims").value) {
        (Some(text), _) => Token::Text(text.into()),
        (None, Some(_)) => Token::Claims { header: token.at("header").object()?, claims: token.at("claims").object()? },
        (None, None) => Token::Unknown,
    };
    let keys = top.at("keys");
    let bytes = |name: &str| keys.at(name).optional_text().map(|text| text.map(|text| text.as_bytes().to_vec()));
    setup.keys = match (bytes("jwks")?, keys.at("failed").optional_text()?) {
        (Some(jwks), _) => Keys::Documents { discovery: bytes("discovery")?.unwrap_or_default(), jwks },
        (None, Some(why)) => Keys::Failed(why.into()),
        _ if keys.at("other_certificate").flag()? => Keys::OtherCertificate,
        _ => Keys::Unknown,
    };
    setup.pod = top.at("pod").fact(pod)?;
    let request = top.at("request");
    setup.request = Request {
        role_arn: request.at("role_arn").optional_text()?.map(Into::into),
        session_name: request.at("session_name").optional_text()?.map(Into::into),
        duration_seconds: request.at("duration_seconds").optional(Value::as_i64, "a number of seconds")?,
    };
    setup.connection = top.at("connection").texts()?.into_iter().collect();
    Ok(setup)
}

fn pod(pod: At<'_>) -> Result<Pod, Error> {
    let files = |files: At<'_>| {
        let members = files.members()?.into_iter();
        members.map(|(path, found)| Ok((path.into(), file(&found)?))).collect::<Result<BTreeMap<String, File>, Error>>()
    };
    Ok(Pod {
        env: pod.at("env").texts()?,
        files: pod.at("files").fact(files)?,
        uid: pod.at("uid").whole()?,
        gids: pod.at("gids").each(|gid| gid.whole().map(Option::unwrap_or_default))?,
        service_account: pod.at("service_account").optional_text()?.map(Into::into),
        annotations: pod.at("annotations").texts()?,
        sts_failure: pod.at("sts_failure").fact(|why| why.text().map(Into::into))?,
    })
}

/// `{state: content|empty|missing|directory|denied, mode: "0644", owner: "0:0"}`.
fn file(file: &At<'_>) -> Result<File, Error> {
    let state = match file.at("state").optional_text()? {
        None | Some("content") => FileState::Content,
        Some("empty") => FileState::Empty,
        Some("missing") => FileState::Missing,
        Some("directory") => FileState::Directory,
        Some("denied") => FileState::Denied,
        Some(_) => return Err(file.at("state").wrong("content, empty, missing, directory or denied")),
    };
    let owner = file.at("owner").optional_text()?.and_then(|owner| owner.split_once(':'));
    Ok(File {
        state,
        mode: file.at("mode").optional_text()?.and_then(|mode| u32::from_str_radix(mode, 8).ok()),
        owner: owner.and_then(|(user, group)| Some((user.parse().ok()?, group.parse().ok()?))),
    })
}

fn provider(provider: At<'_>) -> Result<Provider, Error> {
    Ok(Provider {
        arn: provider.at("arn").text()?.into(),
        url: provider.at("url").text()?.into(),
        client_ids: provider.at("client_ids").each(|id| id.text().map(Into::into))?,
    })
}

fn fetched<'a>(document: &At<'a>) -> Result<Fetched<'a>, Error> {
    match document.value.and_then(Value::as_str) {
        Some(body) => Ok(Fetched::Body(body.as_bytes())),
        None if document.at("other_certificate").flag()? => Ok(Fetched::OtherCertificate),
        None => document.at("failed").text().map(Fetched::Failed),
    }
}

/// What IAM does with OIDC providers: `{partition?, account, quota?, now?, steps: [{operation, input}]}` to `{steps: [{ok} |
/// {refused} | null], providers}`; null for an operation that there is not.
pub fn providers(document: &Value) -> Result<Value, Error> {
    let document = At::top(document);
    let partition = document.at("partition").optional_text()?.unwrap_or("aws");
    let quota = document.at("quota").whole()?.map_or(PROVIDERS, |quota| quota as usize);
    let mut account = Account::new(partition, document.at("account").text()?).with_quota(quota);
    let now = document.at("now").optional(Value::as_i64, "a number of seconds")?;
    let now = Timestamp::from_unix(now.unwrap_or_default());
    let steps: Vec<Value> = document.at("steps").each(|step| {
        let operation = Operation::parse(step.at("operation").optional_text()?.unwrap_or_default(), step.of("input"));
        Ok(match operation.map(|operation| operation.and_then(|operation| account.apply(&operation, now))) {
            None => Value::Null,
            Some(Ok(answer)) => json!({ "ok": answer.to_json() }),
            Some(Err(refusal)) => json!({ "refused": refusal.to_json() }),
        })
    })?;
    let providers = account.providers().map(|provider| {
        let provider = provider.to_federation();
        json!({ "arn": provider.arn, "url": provider.url, "client_ids": provider.client_ids })
    });
    Ok(json!({ "steps": steps, "providers": providers.collect::<Vec<_>>() }))
}

/// A discovery document, and that it is `issuer`'s where one is given.
pub fn discovery(text: &[u8], issuer: Option<&str>) -> Result<Value, Error> {
    let read = Discovery::parse(text)?;
    let read = match issuer {
        Some(issuer) => read.of(issuer)?,
        None => read,
    };
    Ok(json!({
        "issuer": read.issuer,
        "jwks_uri": read.jwks_uri,
        "response_types_supported": read.response_types_supported,
        "subject_types_supported": read.subject_types_supported,
        "id_token_signing_alg_values_supported": read.id_token_signing_alg_values_supported,
    }))
}

/// The keys of a set, and what can be done with each.
pub fn jwks(text: &[u8]) -> Result<Value, Error> {
    let keys = Jwks::parse(text)?.keys().iter().map(jwk).collect();
    Ok(Value::Array(keys))
}

fn jwk(key: &Jwk) -> Value {
    json!({
        "kid": key.kid(),
        "kty": key.key_type(),
        "use": key.usage(),
        "key_ops": key.operations(),
        "complete": key.is_complete(),
        "certificate_agrees": key.certificate_agrees(),
        "key": key.public_key().map_or_else(|e| e.message().to_string(), |key| key.name().to_string()),
    })
}

/// A token whose signature this key has verified.
pub fn verified(token: &str, key: &PublicKey) -> Result<Value, Error> {
    let jws = Jws::parse(token)?;
    jws.verify(key)?;
    Ok(json!({
        "alg": jws.alg(),
        "kid": jws.kid(),
        "critical": jws.has_critical(),
        "key": key.name(),
        "payload": String::from_utf8_lossy(jws.payload()),
        "claims": jws.claims().ok(),
    }))
}

fn accepted_json(accepted: &Accepted) -> Value {
    json!({
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
    })
}

/// A place in a document: what is there, if anything is, and its pointer.
struct At<'a> {
    value: Option<&'a Value>,
    pointer: String,
}

impl<'a> At<'a> {
    fn top(value: &'a Value) -> Self {
        Self { value: Some(value), pointer: String::new() }
    }

    /// A member, or an item by its number.
    fn at(&self, name: &str) -> Self {
        let value = match self.value {
            Some(Value::Array(items)) => name.parse::<usize>().ok().and_then(|at| items.get(at)),
            Some(value) => value.get(name),
            None => None,
        };
        Self { value, pointer: step(&self.pointer, name) }
    }

    /// A member as it stands; null where there is none.
    fn of(&self, name: &str) -> &'a Value {
        self.at(name).value.unwrap_or(&Value::Null)
    }

    /// Where it is there, and not null.
    fn known(self) -> Option<Self> {
        self.value.is_some_and(|value| !value.is_null()).then_some(self)
    }

    fn optional<T>(&self, read: impl FnOnce(&'a Value) -> Option<T>, wanted: &str) -> Result<Option<T>, Error> {
        match self.value {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| self.wrong(wanted)),
        }
    }

    fn must<T>(&self, read: impl FnOnce(&'a Value) -> Option<T>, wanted: &str) -> Result<T, Error> {
        self.optional(read, wanted)?.ok_or_else(|| self.wrong(wanted))
    }

    fn text(&self) -> Result<&'a str, Error> {
        self.must(Value::as_str, "a text")
    }

    fn optional_text(&self) -> Result<Option<&'a str>, Error> {
        self.optional(Value::as_str, "a text")
    }

    fn whole(&self) -> Result<Option<u32>, Error> {
        self.optional(|value| u32::try_from(value.as_u64()?).ok(), "a number from 0 to 4294967295")
    }

    fn flag(&self) -> Result<bool, Error> {
        self.optional(Value::as_bool, "true or false").map(Option::unwrap_or_default)
    }

    fn object(&self) -> Result<Map<String, Value>, Error> {
        self.optional(Value::as_object, "an object").map(|found| found.cloned().unwrap_or_default())
    }

    fn members(&self) -> Result<Vec<(&'a str, Self)>, Error> {
        let members = self.optional(Value::as_object, "an object")?;
        let member = |(name, value): (&'a String, &'a Value)| {
            (name.as_str(), Self { value: Some(value), pointer: step(&self.pointer, name) })
        };
        Ok(members.into_iter().flatten().map(member).collect())
    }

    fn texts(&self) -> Result<BTreeMap<String, String>, Error> {
        self.members()?.into_iter().map(|(name, value)| Ok((name.into(), value.text()?.into()))).collect()
    }

    fn each<T>(&self, mut read: impl FnMut(Self) -> Result<T, Error>) -> Result<Vec<T>, Error> {
        let items = self.optional(Value::as_array, "an array")?;
        let place = |(at, value)| Self { value: Some(value), pointer: step(&self.pointer, at) };
        items.into_iter().flatten().enumerate().map(|item| read(place(item))).collect()
    }

    /// Missing: unknown; null: absent.
    fn fact<T>(self, read: impl FnOnce(Self) -> Result<T, Error>) -> Result<Fact<T>, Error> {
        match self.value {
            None => Ok(Fact::Unknown),
            Some(Value::Null) => Ok(Fact::Absent),
            Some(_) => read(self).map(Fact::Is),
        }
    }

    fn wrong(&self, wanted: &str) -> Error {
        let found = self.value.map_or("missing", kind);
        let place = if self.pointer.is_empty() { "the document" } else { &*self.pointer };
        Error::new(Code::DocumentMalformed, "document", format!("{place} is {found}, it has to be {wanted}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        for (document, message) in [
            (json!(null), "/now is missing, it has to be a number of seconds"),
            (json!({ "now": "x" }), "/now is a string, it has to be a number of seconds"),
            (json!({ "now": 0, "role": { "arn": 1 } }), "/role/arn is a number, it has to be a text"),
            (
                json!({ "now": 0, "pod": { "gids": [-1] } }),
                "/pod/gids/0 is a number, it has to be a number from 0 to 4294967295",
            ),
            (
                json!({ "now": 0, "pod": { "files": { "/a": { "state": "x" } } } }),
                "/pod/files/~1a/state is a string, it has to be content, empty, missing, directory or denied",
            ),
        ] {
            let error = setup(&document).unwrap_err();
            assert_eq!((error.code(), error.message()), (Code::DocumentMalformed, message));
        }
    }

    #[test]
    fn missing_is_unknown_and_null_is_absent() {
        let setup = setup(&json!({ "now": 0, "role": null })).unwrap();
        assert_eq!((setup.role, setup.issuer), (Fact::Absent, Fact::Unknown));
    }
}
