//! `irsa_trust::findings` and `irsa_trust::policy::generate`.

use crate::Entry;
use irsa_core::Timestamp;
use irsa_trust::federation::Provider;
use irsa_trust::findings::{
    Fact, File, FileState, IDS, Keys, Local, Pod, Request, Role, ServiceAccount, Setup, Token, judge,
};
use irsa_trust::policy::generate::{Wanted, pretty, statement, subject, trust_policy};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub const ENTRIES: &[Entry] = &[
    // A set-up: {now, issuer, service_account, providers, role, token: {text} | {header, claims}, keys: {discovery, jwks} |
    // {failed} | {other_certificate}, pod, request, connection}. A member that is missing is unknown, null is absent.
    ("findings.judge", |input| {
        let setup = setup(input);
        let judgement = judge(&setup);
        let mut answer = judgement.to_json();
        answer["cause"] = json!(judgement.cause().map(|finding| finding.id));
        answer["text"] = json!(judgement.verdict.to_string());
        answer["lines"] = judgement.findings.iter().map(|finding| json!(finding.to_string())).collect();
        answer["debug"] = json!(format!("{setup:?}"));
        Ok(answer)
    }),
    ("findings.ids", |_| {
        let locals = [Local::NotInjected, Local::StaticKeysFirst].map(|local| json!([local.name(), local.what()]));
        Ok(
            json!({ "ids": IDS.iter().map(|known| json!([known.id, known.what])).collect::<Vec<_>>(), "locals": locals }),
        )
    }),
    // {provider, subject} or {provider, namespace, account}; audience?
    ("policy.generate", |input| {
        let text = |name: &str| input[name].as_str().unwrap_or_default();
        let subject = match input["subject"].as_str() {
            Some(subject) => subject.to_owned(),
            None => subject(text("namespace"), text("account")),
        };
        let wanted = Wanted { provider: text("provider"), subject: &subject, audience: input["audience"].as_str() };
        let policy = trust_policy(&wanted);
        Ok(json!({ "policy": policy, "statement": statement(&wanted), "pretty": pretty(&policy) }))
    }),
];

fn setup(input: &Value) -> Setup {
    let mut setup = Setup::new(Timestamp::from_unix(input["now"].as_i64().expect("now")));
    setup.issuer = fact(&input.get("issuer"), text);
    setup.service_account = fact(&input.get("service_account"), |account| ServiceAccount {
        namespace: text(&account["namespace"]),
        name: text(&account["name"]),
        annotations: account.get("annotations").map(texts),
    });
    setup.providers = fact(&input.get("providers"), |all| {
        let all = all.as_array().expect("providers").iter();
        all.map(|provider| Provider {
            arn: text(&provider["arn"]),
            url: text(&provider["url"]),
            client_ids: provider["client_ids"].as_array().into_iter().flatten().map(text).collect(),
        })
        .collect()
    });
    setup.role = fact(&input.get("role"), |role| Role {
        arn: text(&role["arn"]),
        trust_policy: role.get("trust_policy").cloned(),
        max_session_duration: role["max_session_duration"].as_u64().map(|seconds| seconds as u32),
        age: role["age_s"].as_u64(),
    });
    setup.token = match &input["token"] {
        token if token["text"].is_string() => Token::Text(text(&token["text"]).into()),
        token if token["claims"].is_object() => {
            Token::Claims { header: object(&token["header"]), claims: object(&token["claims"]) }
        }
        _ => Token::Unknown,
    };
    let bytes = |value: &Value| value.as_str().unwrap_or_default().as_bytes().to_vec();
    setup.keys = match &input["keys"] {
        keys if keys["jwks"].is_string() => {
            Keys::Documents { discovery: bytes(&keys["discovery"]), jwks: bytes(&keys["jwks"]) }
        }
        keys if keys["failed"].is_string() => Keys::Failed(text(&keys["failed"])),
        keys if keys["other_certificate"] == true => Keys::OtherCertificate,
        _ => Keys::Unknown,
    };
    setup.pod = fact(&input.get("pod"), |pod| Pod {
        env: texts(&pod["env"]),
        files: fact(&pod.get("files"), |files| {
            let files = files.as_object().expect("files").iter();
            files.map(|(path, found)| (path.clone(), file(found))).collect()
        }),
        uid: pod["uid"].as_u64().map(|uid| uid as u32),
        gids: pod["gids"].as_array().into_iter().flatten().filter_map(|gid| Some(gid.as_u64()? as u32)).collect(),
        service_account: pod["service_account"].as_str().map(Into::into),
        annotations: texts(&pod["annotations"]),
        sts_failure: fact(&pod.get("sts_failure"), text),
    });
    setup.request = Request {
        role_arn: input["request"]["role_arn"].as_str().map(Into::into),
        session_name: input["request"]["session_name"].as_str().map(Into::into),
        duration_seconds: input["request"]["duration_seconds"].as_i64(),
    };
    setup.connection = texts(&input["connection"]).into_iter().collect();
    setup
}

/// {state: content|empty|missing|directory|denied, mode: "0644", owner: "0:0"}.
fn file(file: &Value) -> File {
    let state = match file["state"].as_str() {
        Some("empty") => FileState::Empty,
        Some("missing") => FileState::Missing,
        Some("directory") => FileState::Directory,
        Some("denied") => FileState::Denied,
        _ => FileState::Content,
    };
    let owner = file["owner"].as_str().and_then(|owner| owner.split_once(':'));
    File {
        state,
        mode: file["mode"].as_str().and_then(|mode| u32::from_str_radix(mode, 8).ok()),
        owner: owner.and_then(|(user, group)| Some((user.parse().ok()?, group.parse().ok()?))),
    }
}

fn fact<T>(value: &Option<&Value>, read: impl Fn(&Value) -> T) -> Fact<T> {
    match value {
        None => Fact::Unknown,
        Some(Value::Null) => Fact::Absent,
        Some(value) => Fact::Is(read(value)),
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").into()
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}
