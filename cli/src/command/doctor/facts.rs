//! What can be known of this process without asking anybody: its variables, its token file, who it runs as.

use super::Outcome;
use crate::{args::Ended, command::policy::Document, identity::Session};
use irsa::Cancel;
use irsa_core::{
    Secret, Timestamp,
    flow::Flow,
    time::Span,
    token::{self, Token},
};
use irsa_trust::findings::{self, Fact, File, FileState, Pod, Role, Setup};
use serde_json::Value;
use std::{collections::BTreeMap, fs, io, time::Duration};

const ROLE_ARN: &str = "AWS_ROLE_ARN";
const TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

pub struct Facts {
    env: BTreeMap<String, String>,
    pub role_arn: Option<String>,
    pub token_file: Option<String>,
    file: Option<File>,
    /// How large the file is, and since when it is as it is.
    size: Option<(u64, Option<Duration>)>,
    pub token: Option<Secret>,
    policy: Option<Value>,
    /// Whose policy that is, where `aws iam get-role` said so.
    policy_of: Option<String>,
    session_name: Option<String>,
    duration: Option<u32>,
    uid: Option<u32>,
    gids: Vec<u32>,
    /// Why STS cannot be reached, once somebody tried.
    pub sts_failure: Option<String>,
}

impl Facts {
    /// `policy` is the file of a trust policy, or of what `aws iam get-role` answered.
    pub fn gather(session: &Session, policy: Option<&str>) -> Result<Self, Ended> {
        let options = &session.inputs.options;
        let variables = session.inputs.environment.iter();
        let mut env: BTreeMap<String, String> =
            variables.map(|(name, value)| (name.to_string(), value.expose().to_owned())).collect();
        // A flag stands in the variable's place.
        for (name, flag) in [(ROLE_ARN, &options.role_arn), (TOKEN_FILE, &options.token_file)] {
            env.extend(flag.as_deref().map(|value| (name.to_owned(), value.to_owned())));
        }
        env.extend(options.region.as_deref().map(|region| ("AWS_REGION".to_owned(), region.to_owned())));
        let set = |name: &str| env.get(name).filter(|value| !value.trim().is_empty()).cloned();
        let (role_arn, token_file) = (set(ROLE_ARN), set(TOKEN_FILE));
        let (uid, gids) = ids();
        let document = policy.map(Document::read).transpose()?;
        let policy = document.as_ref().map(|document| document.json().cloned()).transpose()?;
        let mut facts = Self {
            role_arn,
            token_file,
            file: None,
            size: None,
            token: None,
            policy,
            policy_of: document.and_then(|document| document.role),
            session_name: options.session_name.as_deref().map(str::to_owned),
            duration: options.duration_seconds,
            uid,
            gids,
            sts_failure: None,
            env,
        };
        facts.look_at_file(session);
        Ok(facts)
    }

    pub fn variable(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str)
    }

    pub fn has_policy(&self) -> bool {
        self.policy.is_some()
    }

    /// What to look at where STS denied what the policy that was handed in allows.
    pub fn denied_though_allowed(&self) -> Option<String> {
        let role = self.policy.as_ref().and(self.role_arn.as_deref())?;
        if let Some(of) = self.policy_of.as_deref().filter(|of| *of != role) {
            return Some(format!(
                "the trust policy that was handed in is of {of}, and the pod asks for {role}: let the pod ask for the role that is meant (name, path and letter case as they are), or hand in that role's policy"
            ));
        }
        Some(format!(
            "the trust policy that was handed in lets this token in, so see whether it is that of {role}, and whether there is a role spelt just so, path and letter case too (aws iam get-role); wait if the role is seconds old; then look at SCPs, RCPs and the policy of a VPC endpoint for STS"
        ))
    }

    pub fn issuer(&self) -> Option<String> {
        let token = Token::parse(self.token.as_ref()?.expose().trim_ascii()).ok()?;
        token.claims().iss.as_deref().map(str::to_owned)
    }

    fn look_at_file(&mut self, session: &Session) {
        let Some(path) = self.token_file.clone() else { return };
        let found = fs::metadata(&path);
        let (mode, owner) = found.as_ref().map_or((None, None), rights);
        if let Ok(found) = &found {
            self.size = Some((found.len(), found.modified().ok().and_then(|time| time.elapsed().ok())));
        }
        let state = match &found {
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => FileState::Denied,
            Err(_) => FileState::Missing,
            Ok(found) if found.is_dir() => FileState::Directory,
            Ok(_) => {
                let limit = token::file::FILE_LIMIT;
                let deadline = session.deadline();
                let ask = path.clone();
                let mut flow = Flow::new(deadline, |io| async move { io.read_file(&ask, limit, "token").await });
                match session.host.drive(&mut flow, &Cancel::new()) {
                    Ok(Ok(content)) => match std::str::from_utf8(content.bytes.expose()) {
                        Ok("") => FileState::Empty,
                        Ok(text) => {
                            self.token = Some(text.into());
                            FileState::Content
                        }
                        Err(_) => {
                            self.token = Some(String::from_utf8_lossy(content.bytes.expose()).into_owned().into());
                            FileState::Content
                        }
                    },
                    Ok(Err(irsa_core::effect::FileFault::Denied { .. })) => FileState::Denied,
                    // As much of it as shows that it is no token.
                    Ok(Err(irsa_core::effect::FileFault::TooLarge(_))) => {
                        self.token = Some("x".repeat(limit as usize + 1).into());
                        FileState::Content
                    }
                    // Gone between two looks.
                    Ok(Err(_)) | Err(_) => FileState::Missing,
                }
            }
        };
        self.file = Some(File { state, mode, owner });
    }

    /// `None` where no file is named.
    pub fn file_in_words(&self) -> Option<(String, Outcome)> {
        let path = self.token_file.as_deref()?;
        let file = self.file.as_ref()?;
        let mode = file.mode.map(|mode| format!(", mode {mode:04o}")).unwrap_or_default();
        let owner = file.owner.map(|(user, group)| format!(", owner {user}:{group}")).unwrap_or_default();
        let us = self.uid.map(|uid| format!(", read as user {uid}")).unwrap_or_default();
        let age = match self.size {
            Some((_, Some(age))) => format!(", written {} ago", Span(age.as_secs().try_into().unwrap_or(i64::MAX))),
            _ => String::new(),
        };
        let bytes = self.size.map_or(0, |(bytes, _)| bytes);
        Some(match file.state {
            FileState::Content => (format!("{path}: {bytes} bytes{mode}{owner}{us}{age}"), Outcome::Ok),
            FileState::Empty => (format!("{path} is empty{age}"), Outcome::Failed),
            FileState::Missing => (format!("{path} is not there"), Outcome::Failed),
            FileState::Directory => (format!("{path} is a directory"), Outcome::Failed),
            FileState::Denied => (format!("{path} may not be read{mode}{owner}{us}"), Outcome::Failed),
        })
    }

    /// As the judge takes it.
    pub fn setup(&self, now: Timestamp) -> Setup {
        let mut setup = Setup::new(now);
        let files = self.token_file.clone().zip(self.file.clone());
        setup.pod = Fact::Is(Pod {
            env: self.env.clone(),
            files: files.map_or(Fact::Unknown, |file| Fact::Is([file].into())),
            uid: self.uid,
            gids: self.gids.clone(),
            service_account: None,
            annotations: BTreeMap::new(),
            sts_failure: self.sts_failure.clone().map_or(Fact::Unknown, Fact::Is),
        });
        if let Some(token) = &self.token {
            setup.token = findings::Token::Text(token.clone());
        }
        setup.issuer = self.issuer().map_or(Fact::Unknown, Fact::Is);
        if let Some(arn) = &self.role_arn {
            let (arn, trust_policy) = (arn.clone(), self.policy.clone());
            setup.role = Fact::Is(Role { arn, trust_policy, max_session_duration: None, age: None });
        }
        setup.request.session_name.clone_from(&self.session_name);
        setup.request.duration_seconds = self.duration.map(i64::from);
        setup
    }
}

#[cfg(unix)]
fn rights(found: &fs::Metadata) -> (Option<u32>, Option<(u32, u32)>) {
    use std::os::unix::fs::MetadataExt;
    (Some(found.mode() & 0o7777), Some((found.uid(), found.gid())))
}

#[cfg(not(unix))]
fn rights(_: &fs::Metadata) -> (Option<u32>, Option<(u32, u32)>) {
    (None, None)
}

/// User and groups, as Linux tells a process of itself; elsewhere unknown.
fn ids() -> (Option<u32>, Vec<u32>) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    // Real, effective, saved, file system: the last is what files are judged by.
    let last = |name: &str| field(name).split_whitespace().last().and_then(|id| id.parse().ok());
    let groups = field("Groups:").split_whitespace().filter_map(|id| id.parse().ok());
    (last("Uid:"), last("Gid:").into_iter().chain(groups).collect())
}
