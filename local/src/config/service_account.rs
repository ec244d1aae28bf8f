//! The ServiceAccount manifest: which role the pod is to have, for which audience, and how long its token lives.
//!
//! Annotations as amazon-eks-pod-identity-webhook reads them: `eks.amazonaws.com/role-arn`, `…/audience`,
//! `…/token-expiration` (seconds; below 600 the kubelet's token request would be refused, so 600 is taken),
//! `…/sts-regional-endpoints`.

use super::{json::Reader, yaml};
use irsa_core::{Code, Error, arn::RoleArn};
use serde_json::Value;
use std::time::Duration;

/// The audience that the webhook asks for where no annotation says another.
pub const DEFAULT_AUDIENCE: &str = "sts.amazonaws.com";

const PREFIX: &str = "eks.amazonaws.com/";
const DEFAULT_LIFETIME: u64 = 86_400;
const SHORTEST_LIFETIME: u64 = 600;

/// A Kubernetes service account with a role.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    /// `metadata.namespace`; `default` where the manifest has none.
    pub namespace: String,
    /// `metadata.name`.
    pub name: String,
    /// The annotation `eks.amazonaws.com/role-arn`.
    pub role_arn: RoleArn,
    /// The annotation `eks.amazonaws.com/audience`, else `sts.amazonaws.com`.
    pub audience: String,
    /// The annotation `eks.amazonaws.com/token-expiration`, else a day.
    pub token_lifetime: Duration,
    /// False where the annotation `eks.amazonaws.com/sts-regional-endpoints` says so: then
    /// `AWS_STS_REGIONAL_ENDPOINTS` is not set.
    pub regional_sts: bool,
}

impl ServiceAccount {
    /// From a manifest, which may hold other documents beside the one ServiceAccount. `name` is the file, for errors.
    pub fn parse(text: &str, name: &str) -> Result<Self, Error> {
        let documents = yaml::parse(text, name)?;
        let mut accounts = documents.iter().filter(|document| document["kind"] == "ServiceAccount");
        let annotated =
            |document: &&Value| document["metadata"]["annotations"][format!("{PREFIX}role-arn")].is_string();
        let found: Vec<&Value> = accounts.clone().filter(annotated).collect();
        match (found.as_slice(), accounts.next()) {
            ([account], _) => Self::from_value(account, name),
            ([], None) => Err(error(
                name,
                "holds no ServiceAccount",
                &format!("give the manifest that has `kind: ServiceAccount`; {name} has none"),
            )),
            ([], Some(account)) => Err(error(
                name,
                &format!(
                    "the ServiceAccount {} has no annotation eks.amazonaws.com/role-arn",
                    account["metadata"]["name"]
                ),
                &format!(
                    "{name}: add under metadata.annotations: eks.amazonaws.com/role-arn: arn:aws:iam::ACCOUNT:role/NAME"
                ),
            )),
            (several, _) => Err(error(
                name,
                &format!("{} ServiceAccounts have a role", several.len()),
                "name one manifest for each role in irsa-local.yaml",
            )),
        }
    }

    /// `system:serviceaccount:<namespace>:<name>`.
    pub fn subject(&self) -> String {
        format!("system:serviceaccount:{}:{}", self.namespace, self.name)
    }

    fn from_value(account: &Value, name: &str) -> Result<Self, Error> {
        let root = Reader::new(account, name, Code::LocalManifest);
        let metadata = root.need("metadata")?;
        let annotations = metadata.need("annotations")?;
        let annotation = |key: &str| annotations.get(&format!("{PREFIX}{key}")).map(|value| value.text()).transpose();
        let role_arn = annotation("role-arn")?.unwrap_or_default();
        let role_arn = RoleArn::parse(&role_arn).map_err(|e| {
            let fix = format!("{name}, annotation eks.amazonaws.com/role-arn: {}", e.fix());
            e.with_at("service account").with_fix(fix)
        })?;
        let lifetime = match annotation("token-expiration")? {
            None => DEFAULT_LIFETIME,
            Some(text) => text.parse().map_err(|_| {
                error(
                    name,
                    &format!("eks.amazonaws.com/token-expiration is “{text}”"),
                    &format!(
                        "{name}: write the annotation eks.amazonaws.com/token-expiration in seconds, such as \"3600\""
                    ),
                )
            })?,
        };
        Ok(Self {
            namespace: metadata.get("namespace").map_or(Ok("default".into()), |value| value.text())?,
            name: metadata.need("name")?.text()?,
            role_arn,
            audience: annotation("audience")?.unwrap_or_else(|| DEFAULT_AUDIENCE.into()),
            token_lifetime: Duration::from_secs(lifetime.clamp(SHORTEST_LIFETIME, 1 << 32)),
            regional_sts: annotation("sts-regional-endpoints")?.is_none_or(|text| text != "false"),
        })
    }
}

fn error(name: &str, what: &str, fix: &str) -> Error {
    Error::new(Code::LocalManifest, "service account", format!("{name}: {what}")).with_fix(fix.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "apiVersion: v1
kind: ServiceAccount
metadata:
  name: app
  namespace: demo
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app
";

    #[test]
    fn reads_the_annotations() {
        let plain = ServiceAccount::parse(PLAIN, "sa.yaml").unwrap();
        assert_eq!(plain.subject(), "system:serviceaccount:demo:app");
        assert_eq!((plain.audience.as_str(), plain.token_lifetime.as_secs()), ("sts.amazonaws.com", 86_400));
        assert!(plain.regional_sts);

        let full = PLAIN.replace("  namespace: demo\n", "")
            + "    eks.amazonaws.com/audience: vault\n    eks.amazonaws.com/token-expiration: \"0\"\n    \
               eks.amazonaws.com/sts-regional-endpoints: \"false\"\n---\nkind: Service\n";
        let full = ServiceAccount::parse(&full, "sa.yaml").unwrap();
        assert_eq!(full.subject(), "system:serviceaccount:default:app");
        assert_eq!((full.audience.as_str(), full.token_lifetime.as_secs()), ("vault", 600));
        assert!(!full.regional_sts);
    }

    #[test]
    fn says_what_is_missing() {
        let none = PLAIN.replace("eks.amazonaws.com/role-arn", "other");
        let two = format!("{PLAIN}---\n{PLAIN}");
        let arn = PLAIN.replace("iam::111122223333", "iam::::111122223333");
        let life = format!("{PLAIN}    eks.amazonaws.com/token-expiration: 1h\n");
        let cases = [
            ("kind: Pod\n", "holds no ServiceAccount", "kind: ServiceAccount"),
            (&none, "has no annotation eks.amazonaws.com/role-arn", "sa.yaml: add under metadata.annotations"),
            (&two, "2 ServiceAccounts have a role", "irsa-local.yaml"),
            (&arn, "arn:aws:iam::::111122223333:role/app", "sa.yaml, annotation eks.amazonaws.com/role-arn"),
            (&life, "token-expiration is “1h”", "in seconds"),
        ];
        for (text, message, fix) in cases {
            let error = ServiceAccount::parse(text, "sa.yaml").unwrap_err();
            assert!(error.message().contains(message), "{error}");
            assert!(error.fix().contains(fix), "{error}");
        }
    }
}
