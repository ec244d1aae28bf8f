//! What keeps a pod from calling at all: variables, token file, Region, endpoint.
//!
//! Order of the AWS SDKs' chains: static keys come before web identity. Variables and annotations as
//! amazon-eks-pod-identity-webhook writes and reads them.

use super::{Fact, File, FileState, Finding, Local, Mend, Pod, ServiceAccount, Setup};
use crate::json::{short, step};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use irsa_core::partition::{PARTITIONS, Partition};

pub(super) const ROLE_ARN: &str = "AWS_ROLE_ARN";
pub(super) const TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
pub(super) const ANNOTATION: &str = "eks.amazonaws.com/role-arn";
pub(super) const AUDIENCE: &str = "eks.amazonaws.com/audience";
const ACCESS_KEY: &str = "AWS_ACCESS_KEY_ID";

/// The first of these that fails says why no call is made.
pub(super) fn check(setup: &Setup, findings: &mut Vec<Finding>) -> Option<Local> {
    let pod = setup.pod.get()?;
    let role = variable(pod, ROLE_ARN);
    let file = variable(pod, TOKEN_FILE);
    if variable(pod, ACCESS_KEY).is_some() {
        let place = env(ACCESS_KEY);
        let mut values = Vec::from([(place.clone(), None)]);
        for name in ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            values.extend(pod.env.contains_key(name).then(|| (env(name), None)));
        }
        let message = format!("{ACCESS_KEY} is set in the pod, and most SDKs take it before {TOKEN_FILE}");
        let fix = "remove the static keys from the pod: its env, envFrom, Secrets and ConfigMaps";
        findings.push(Finding::new("env-static-keys-shadow", place, message, fix).with(Mend::Set(values)));
        return Some(Local::StaticKeysFirst);
    }
    let local = match (role, file) {
        (None, None) => {
            findings.push(not_injected(setup, pod));
            Local::NotInjected
        }
        (None, Some(_)) | (Some(_), None) => {
            let (name, local) = match role {
                None => (ROLE_ARN, Local::RoleArnMissing),
                Some(_) => (TOKEN_FILE, Local::TokenFileVariableMissing),
            };
            findings.push(variable_missing(setup, pod, name));
            local
        }
        (Some(_), Some(path)) => match self::file(pod, path, is_blank(setup), findings) {
            Some(local) => local,
            None if region(pod).is_none() && endpoint(pod).is_none() => {
                let message = "neither AWS_REGION nor AWS_DEFAULT_REGION is set, so there is no STS endpoint to call";
                let fix = "set AWS_REGION in the pod; the EKS webhook sets it, others may not";
                findings.push(Finding::new("env-region-missing", "/pod/env", message, fix));
                Local::RegionMissing
            }
            None => {
                let why = pod.sts_failure.get()?;
                let host = endpoint(pod).map_or_else(
                    || format!("sts.{}", region(pod).map(host_of_region).unwrap_or_default()),
                    ToOwned::to_owned,
                );
                let message = format!("{host} cannot be reached from the pod: {}", short(why));
                let fix = "give the pod a way to it: a NAT gateway, HTTPS_PROXY, or an interface endpoint for STS in the VPC, and a network policy that allows it";
                findings.push(Finding::new("env-sts-unreachable", "/pod/network/sts", message, fix));
                Local::StsUnreachable
            }
        },
    };
    Some(local)
}

/// The token that was read is white space.
fn is_blank(setup: &Setup) -> bool {
    matches!(&setup.token, super::Token::Text(text) if text.expose().trim_ascii().is_empty())
}

/// A variable that is set and not empty.
pub(super) fn variable<'a>(pod: &'a Pod, name: &str) -> Option<&'a str> {
    pod.env.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
}

pub(super) fn region(pod: &Pod) -> Option<&str> {
    variable(pod, "AWS_REGION").or_else(|| variable(pod, "AWS_DEFAULT_REGION"))
}

/// An STS endpoint that is set by URL.
pub(super) fn endpoint(pod: &Pod) -> Option<&str> {
    variable(pod, "AWS_ENDPOINT_URL_STS").or_else(|| variable(pod, "AWS_ENDPOINT_URL"))
}

/// The variable that names it.
pub(super) fn endpoint_variable(pod: &Pod) -> &'static str {
    if variable(pod, "AWS_ENDPOINT_URL_STS").is_some() { "AWS_ENDPOINT_URL_STS" } else { "AWS_ENDPOINT_URL" }
}

/// The partition of the STS that is called, where it is one of AWS's.
pub(super) fn endpoint_partition(pod: &Pod) -> Option<&'static Partition> {
    if let Some(url) = endpoint(pod) {
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or_default();
        let mut found = None;
        for partition in PARTITIONS {
            for suffix in [partition.dns_suffix, partition.dual_stack_suffix] {
                let Some(before) = host.strip_suffix(suffix).and_then(|before| before.strip_suffix('.')) else {
                    continue;
                };
                let in_region = before.rsplit('.').next().is_some_and(|region| partition.has(region));
                if in_region {
                    return Some(partition);
                }
                found = found.or(Some(partition));
            }
        }
        return found;
    }
    region(pod).map(Partition::of_region)
}

fn host_of_region(region: &str) -> String {
    format!("{region}.{}", Partition::of_region(region).dns_suffix)
}

pub(super) fn env(name: &str) -> String {
    step("/pod/env", name)
}

/// Neither variable: why the webhook left the pod alone.
fn not_injected(setup: &Setup, pod: &Pod) -> Finding {
    if let Some(other) = other_account(setup, pod) {
        return other;
    }
    let webhook = || {
        let new_pod = "make a new pod (kubectl rollout restart); if that does not help, look at the pod identity webhook and its namespaceSelector, and at eks.amazonaws.com/skip-containers";
        let annotated = setup.service_account.get().is_some_and(|account| account.role_arn().is_some());
        let (message, fix) = if annotated {
            let message = format!(
                "the service account is annotated, yet neither {ROLE_ARN} nor {TOKEN_FILE} is set: the pod is older than the annotation, the webhook was away or does not look at this pod or container"
            );
            (message, new_pod.into())
        } else {
            let message = format!(
                "neither {ROLE_ARN} nor {TOKEN_FILE} is set: the service account lacks the annotation {ANNOTATION}, the pod is older than it, or the webhook was away or does not look at this pod or container"
            );
            let check = format!(
                "see whether the pod's service account has the annotation {ANNOTATION} (kubectl get serviceaccount NAME -o yaml), and add it if not; then {new_pod}"
            );
            (message, check)
        };
        Finding::new("env-webhook-not-injected", "/pod/env", message, fix)
    };
    let Some(account) = setup.service_account.get() else { return webhook() };
    let Some(annotations) = &account.annotations else { return webhook() };
    if account.role_arn().is_some() {
        return webhook();
    }
    let arn = setup.role.get().map_or("arn:aws:iam::ACCOUNT:role/NAME", |role| role.arn.as_str());
    let who = format!("{}/{}", account.namespace, account.name);
    let fix = format!("annotate the service account: {ANNOTATION}: {arn}; then make new pods");
    let at = |place: String, message: String| Finding::new("env-annotation-misplaced", place, message, fix.clone());
    if pod.annotations.contains_key(ANNOTATION) {
        let message = format!("{ANNOTATION} stands on the pod; the webhook reads it from the service account {who}");
        return at(step("/pod/annotations", ANNOTATION), message);
    }
    let set_empty = annotations.contains_key(ANNOTATION);
    if let Some(key) = annotations.iter().find(|(key, value)| !set_empty && means_role(key, value)).map(|(key, _)| key)
    {
        let place = step("/service_account/annotations", key);
        return at(place, format!("service account {who} has the annotation {}, not {ANNOTATION}", short(key)));
    }
    if let Some(key) = pod.annotations.iter().find(|(key, value)| means_role(key, value)).map(|(key, _)| key) {
        let message = format!("the pod has the annotation {}; {who} should have {ANNOTATION}", short(key));
        return at(step("/pod/annotations", key), message);
    }
    let (place, message) = if set_empty {
        let place = step("/service_account/annotations", ANNOTATION);
        (place, format!("{ANNOTATION} of service account {who} is empty"))
    } else {
        ("/service_account/annotations".into(), format!("service account {who} has no annotation {ANNOTATION}"))
    };
    Finding::new("env-annotation-missing", place, message, fix)
        .with(Mend::set(step("/service_account/annotations", ANNOTATION), arn))
}

/// The webhook gave this pod its variables, and the annotation that it read is no longer there.
pub(super) fn annotation_gone(setup: &Setup, pod: &Pod) -> Option<Finding> {
    let account = setup.service_account.get()?;
    account.annotations.as_ref().filter(|_| account.role_arn().is_none())?;
    let role = variable(pod, ROLE_ARN)?;
    // Somebody who mounts a token by hand needs no annotation, and mostly takes another path.
    variable(pod, TOKEN_FILE).filter(|path| *path == DEFAULT_PATH)?;
    let (who, place) = (format!("{}/{}", account.namespace, account.name), "/service_account/annotations");
    let message = format!(
        "the pod has {}, and service account {who} has no annotation {ANNOTATION}: unless the pod's spec sets the variables, the next pod will have none",
        short(role)
    );
    let fix = format!("annotate the service account: {ANNOTATION}: {role}");
    Some(Finding::new("env-annotation-missing", place, message, fix).with(Mend::set(step(place, ANNOTATION), role)))
}

/// An annotation that was meant to name a role.
fn means_role(key: &str, value: &str) -> bool {
    let name: String = key.to_ascii_lowercase().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
    let tail = name.rsplit('/').next().unwrap_or_default();
    value.contains(":role/") || matches!(tail, "role" | "rolearn" | "iamrole" | "iamrolearn")
}

/// The pod runs as another account than the one that is meant.
pub(super) fn other_account(setup: &Setup, pod: &Pod) -> Option<Finding> {
    let wanted = setup.service_account.get()?;
    let runs_as = pod.service_account.as_deref().filter(|runs_as| *runs_as != wanted.name)?;
    let message =
        format!("the pod runs as service account {}, not as {} of {}", short(runs_as), wanted.name, wanted.namespace);
    let fix = format!("set serviceAccountName: {} in the pod's spec, and make new pods", wanted.name);
    let place = "/pod/service_account";
    Some(Finding::new("env-pod-uses-other-account", place, message, fix).with(Mend::set(place, wanted.name.as_str())))
}

fn variable_missing(setup: &Setup, pod: &Pod, name: &'static str) -> Finding {
    let empty = pod.env.contains_key(name);
    let message = format!("{name} is {} in the pod's environment", if empty { "empty" } else { "not set" });
    let fix = "let the webhook set both variables (annotate the service account, make new pods), or set both yourself";
    let value = match name {
        ROLE_ARN => setup.service_account.get().and_then(ServiceAccount::role_arn).map(ToOwned::to_owned),
        _ => Some(DEFAULT_PATH.to_owned()),
    };
    let finding = Finding::new("env-variable-missing", if empty { env(name) } else { "/pod/env".into() }, message, fix);
    match value {
        Some(value) => finding.with(Mend::set(env(name), value)),
        None => finding,
    }
}

/// The token file.
fn file(pod: &Pod, path: &str, blank: bool, findings: &mut Vec<Finding>) -> Option<Local> {
    let Fact::Is(files) = &pod.files else { return None };
    let found = files.get(path);
    let state = match found.map_or(FileState::Missing, |file| file.state) {
        FileState::Content if blank => FileState::Empty,
        state => state,
    };
    let at_file = step("/pod/files", path);
    let elsewhere = files.iter().find(|(_, file)| file.state == FileState::Content).map(|(path, _)| path);
    let (id, place, local, message, fix): (_, _, _, String, String) = match state {
        FileState::Missing => {
            let listed = found.is_some();
            let message = match elsewhere {
                Some(other) => format!("{TOKEN_FILE} is {}, and there is no such file; there is {other}", short(path)),
                None => format!("{TOKEN_FILE} is {}, and there is no such file", short(path)),
            };
            let fix = match (path.contains("://"), listed) {
                (true, _) => format!("write a path, not a URL, into {TOKEN_FILE}"),
                (_, true) => "open it again: the kubelet swaps a symlink; if it stays away, mount the projected volume in this container".into(),
                (_, false) => format!("set {TOKEN_FILE} to where the projected token is mounted, or mount it there"),
            };
            let place = if listed { at_file } else { env(TOKEN_FILE) };
            ("env-token-file-absent", place, Local::TokenFileMissing, message, fix)
        }
        FileState::Directory => {
            let message = format!("{TOKEN_FILE} is {}, a directory", short(path));
            let fix = format!("name the file in it: {}/token", path.trim_end_matches('/'));
            ("env-token-file-absent", env(TOKEN_FILE), Local::TokenFileNotAFile, message, fix)
        }
        _ if found.is_some_and(|file| !may_read(pod, file)) => {
            let file = found?;
            let mode = file.mode.map_or(String::new(), |mode| format!(", mode {mode:04o}"));
            let owner = file.owner.map_or(String::new(), |(user, group)| format!(", owner {user}:{group}"));
            let uid =
                pod.uid.map_or(String::new(), |uid| format!("; the process has user {uid}, groups {:?}", pod.gids));
            let message = format!("{} may not be read{mode}{owner}{uid}", short(path));
            let fix = "set securityContext.fsGroup of the pod (65534 does), or run as the user that owns the file: the kubelet gives a token 0600 unless runAsUser or fsGroup is set";
            ("env-token-file-unreadable", at_file, Local::TokenFileUnreadable, message, fix.into())
        }
        FileState::Empty => {
            let message = format!("{} is empty", short(path));
            let fix = "mount a projected service-account token there; a file that something else writes has to be whole before the pod starts";
            ("token-empty", at_file, Local::TokenEmpty, message, fix.into())
        }
        FileState::Content | FileState::Denied => return None,
    };
    let mut finding = Finding::new(id, place, message, fix);
    if id == "env-token-file-absent"
        && let Some(other) = elsewhere
    {
        finding = finding.with(Mend::set(env(TOKEN_FILE), other.as_str()));
    }
    findings.push(finding);
    Some(local)
}

/// By permission bits, as far as they are known. Root reads all.
fn may_read(pod: &Pod, file: &File) -> bool {
    if file.state == FileState::Denied {
        return false;
    }
    let (Some(uid), Some(mode), Some((owner, group))) = (pod.uid, file.mode, file.owner) else { return true };
    match () {
        () if uid == 0 => true,
        () if uid == owner => mode & 0o400 != 0,
        () if pod.gids.contains(&group) => mode & 0o040 != 0,
        () => mode & 0o004 != 0,
    }
}

const DEFAULT_PATH: &str = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";
