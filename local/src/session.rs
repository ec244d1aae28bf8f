//! Temporary credentials that were handed out, and whose they are. At most 65,536 at a time; the oldest go first.

use crate::keys::random;
use base64::{Engine, engine::general_purpose::STANDARD};
use irsa_core::{Credentials, Timestamp, arn::RoleArn};
use irsa_trust::policy::{Context, Policy};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

const KEPT: usize = 65_536;

/// A role session.
pub(crate) struct Session {
    pub(crate) credentials: Credentials,
    pub(crate) role: RoleArn,
    /// `RoleSessionName`.
    pub(crate) name: String,
    /// `Policy` of the request: limits what the role may do.
    pub(crate) policy: Option<Policy>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) transitive: Vec<String>,
    pub(crate) source_identity: Option<String>,
}

impl Session {
    /// With new keys that end at `expiration`.
    pub(crate) fn new(role: RoleArn, name: &str, expiration: Timestamp) -> Self {
        // The lengths and first letters are AWS's.
        let key = format!("ASIA{}", base32(&random::<16>()));
        let token = format!("IQoJb3JpZ2luX2Vj{}", STANDARD.encode(random::<384>()));
        let credentials = Credentials::new(&key, STANDARD.encode(random::<30>()), "irsa-local")
            .with_session_token(token)
            .with_expiration(expiration)
            .with_account_id(role.account());
        Self {
            credentials,
            role,
            name: name.into(),
            policy: None,
            tags: Vec::new(),
            transitive: Vec::new(),
            source_identity: None,
        }
    }

    pub(crate) fn access_key_id(&self) -> &str {
        self.credentials.access_key_id()
    }

    /// `arn:aws:sts::<account>:assumed-role/<role name>/<session name>`; the role's path is not part of it.
    pub(crate) fn arn(&self) -> String {
        session_arn(&self.role, &self.name)
    }

    /// `AROA…:<session name>`.
    pub(crate) fn user_id(&self) -> String {
        format!("{}:{}", role_id(&self.role), self.name)
    }

    /// The condition keys that speak of the caller.
    pub(crate) fn put_into(&self, context: &mut Context) {
        context.put("session", "aws:PrincipalArn", [self.role.as_str()]);
        context.put("session", "aws:PrincipalAccount", [self.role.account()]);
        context.put("session", "aws:PrincipalType", ["AssumedRole"]);
        context.put("session", "aws:userid", [self.user_id()]);
        for (key, value) in &self.tags {
            context.put("session", &format!("aws:PrincipalTag/{key}"), [value.as_str()]);
        }
        if let Some(identity) = &self.source_identity {
            context.put("session", "aws:SourceIdentity", [identity.as_str()]);
        }
    }
}

/// The ARN of a session of this role.
pub(crate) fn session_arn(role: &RoleArn, name: &str) -> String {
    format!("arn:{}:sts::{}:assumed-role/{}/{name}", role.partition().id, role.account(), role.name())
}

/// The role's unique id: the same for the same ARN.
fn role_id(role: &RoleArn) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, role.as_str().as_bytes());
    format!("AROA{}", base32(&digest.as_ref()[..17]))
}

/// A letter of AWS's alphabet for each byte.
fn base32(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(b % 32)])).collect()
}

/// All of them, by access key id.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<Store>);

#[derive(Default)]
struct Store {
    by_key: BTreeMap<String, Arc<Session>>,
    /// Access key ids, oldest first.
    order: VecDeque<String>,
}

impl Sessions {
    pub(crate) fn add(&self, session: Session) -> Arc<Session> {
        let session = Arc::new(session);
        let mut store = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if store.order.len() == KEPT
            && let Some(oldest) = store.order.pop_front()
        {
            store.by_key.remove(&oldest);
        }
        let key = session.credentials.access_key_id().to_owned();
        store.order.push_back(key.clone());
        store.by_key.insert(key, session.clone());
        session
    }

    /// Also one that has ended: AWS tells an expired key from an unknown one.
    pub(crate) fn get(&self, access_key_id: &str) -> Option<Arc<Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_key.get(access_key_id).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_look_like_aws_keys() {
        let role = RoleArn::parse("arn:aws:iam::111122223333:role/team/app").unwrap();
        let session = Session::new(role.clone(), "pod-1", Timestamp::from_unix(0));
        let keys = &session.credentials;
        assert!(keys.access_key_id().starts_with("ASIA") && keys.access_key_id().len() == 20);
        assert_eq!(keys.secret_access_key().len(), 40);
        assert_eq!(session.arn(), "arn:aws:sts::111122223333:assumed-role/app/pod-1");
        assert_eq!(session.user_id(), Session::new(role, "pod-1", Timestamp::from_unix(1)).user_id());
        assert!(session.user_id().starts_with("AROA") && session.user_id().len() == 21 + ":pod-1".len());
    }

    #[test]
    fn the_oldest_go_first() {
        let sessions = Sessions::default();
        let role = RoleArn::parse("arn:aws:iam::111122223333:role/app").unwrap();
        let first = sessions.add(Session::new(role.clone(), "s", Timestamp::from_unix(0)));
        let key = first.credentials.access_key_id().to_owned();
        assert!(sessions.get(&key).is_some());
        // Filling it whole takes long in a debug build; the books are enough.
        sessions.0.lock().unwrap().order.extend(std::iter::repeat_n(String::new(), KEPT - 1));
        sessions.add(Session::new(role, "s", Timestamp::from_unix(0)));
        assert!(sessions.get(&key).is_none());
    }
}
