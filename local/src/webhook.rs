//! What amazon-eks-pod-identity-webhook puts into a container: variables, and the projection of a token.
//!
//! A variable that the container sets itself is kept. Both of the role's variables are left out where it has one of them,
//! both of the Region's where it has one of them.

use crate::ServiceAccount;

/// Where the kubelet mounts the token on Linux.
#[cfg(test)]
const MOUNT: &str = "/var/run/secrets/eks.amazonaws.com/serviceaccount";

/// What the webhook knows beside the service account.
pub(crate) struct Settings<'a> {
    /// The cluster's Region, where the webhook was told one.
    pub region: Option<&'a str>,
    /// The token file as the container sees it.
    pub token_file: &'a str,
}

/// The variables that are added to those that the container has, in the webhook's order.
pub(crate) fn inject(
    account: &ServiceAccount,
    settings: &Settings<'_>,
    has: impl Fn(&str) -> bool,
) -> Vec<(&'static str, String)> {
    let lacks = |names: &[&str]| !names.iter().any(|name| has(name));
    let mut added = Vec::new();
    if account.regional_sts && lacks(&["AWS_STS_REGIONAL_ENDPOINTS"]) {
        added.push(("AWS_STS_REGIONAL_ENDPOINTS", "regional".to_owned()));
    }
    if let Some(region) = settings.region.filter(|_| lacks(&["AWS_REGION", "AWS_DEFAULT_REGION"])) {
        added.push(("AWS_DEFAULT_REGION", region.to_owned()));
        added.push(("AWS_REGION", region.to_owned()));
    }
    if lacks(&["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"]) {
        added.push(("AWS_ROLE_ARN", account.role_arn.as_str().to_owned()));
        added.push(("AWS_WEB_IDENTITY_TOKEN_FILE", settings.token_file.to_owned()));
    }
    added
}

#[cfg(test)]
mod tests {
    //! Against the pods of the webhook's own tests, in `../shared/vectors` or where `IRSA_VECTORS` says.

    use super::*;
    use crate::config::yaml;
    use serde_json::{Value, json};
    use std::path::{Path, PathBuf};

    const TEST: &str = "testing.eks.amazonaws.com/";

    #[test]
    fn as_the_webhook_does() {
        let folder = match std::env::var_os("IRSA_VECTORS") {
            Some(folder) => PathBuf::from(folder),
            None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"),
        };
        let mut pods = files(&folder.join("irsa-webhook"));
        pods.retain(|path| path.extension().is_some_and(|e| e == "yaml"));
        if pods.is_empty() {
            println!("webhook: 0 ran (no vectors folder)");
            let needed = std::env::var("CI").is_ok_and(|ci| ci == "true") && std::env::var_os("IRSA_VECTORS").is_none();
            assert!(!needed, "the vectors folder is missing");
            return;
        }
        let (mut ran, mut containers) = (0, 0);
        for path in &pods {
            let text = std::fs::read_to_string(path).unwrap();
            // Some name it twice, which the reader of manifests refuses.
            let mut lines: Vec<&str> = text.lines().collect();
            let named = |line: &&&str| line.starts_with("  serviceAccountName:");
            if lines.iter().filter(named).count() > 1 {
                lines.remove(lines.iter().position(|line| named(&line)).unwrap());
            }
            let pod = yaml::parse(&lines.join("\n"), "pod.yaml").unwrap().remove(0);
            match pod_of(&pod) {
                Err(why) => println!("webhook: left out: {}: {why}", path.file_name().unwrap().display()),
                Ok(count) => (ran, containers) = (ran + 1, containers + count),
            }
        }
        println!("webhook: {ran} ran, {containers} containers");
    }

    /// How many containers were compared, or why none.
    fn pod_of(pod: &Value) -> Result<usize, &'static str> {
        let annotations = &pod["metadata"]["annotations"];
        let said = |name: &str| annotations[format!("{TEST}{name}")].as_str();
        let of_pod = |name: &str| annotations[format!("eks.amazonaws.com/{name}")].as_str();
        if said("skip") == Some("true") {
            return Err("skipped in the webhook's own tests");
        }
        if said("containercredentials/uri").is_some() {
            return Err("container credentials (Pod Identity) are played nowhere");
        }
        let Some(role) = said("serviceAccount/roleArn") else { return Err("its service account has no role") };
        let regional = said("serviceAccount/sts-regional-endpoints").or(said("handler/injectSTS")).unwrap_or("false");
        let expiration = of_pod("token-expiration")
            .or(said("serviceAccount/token-expiration"))
            .or(said("handler/expiration"))
            .unwrap_or("86400");
        let manifest = json!({ "kind": "ServiceAccount", "metadata": { "name": "default", "annotations": {
            "eks.amazonaws.com/role-arn": role,
            "eks.amazonaws.com/audience": said("serviceAccount/audience").unwrap_or("sts.amazonaws.com"),
            "eks.amazonaws.com/sts-regional-endpoints": regional,
            "eks.amazonaws.com/token-expiration": expiration,
        }}});
        let account = ServiceAccount::parse(&manifest.to_string(), "sa.yaml").unwrap();
        let systems = ["kubernetes.io/os", "beta.kubernetes.io/os"];
        let windows = systems.iter().any(|name| pod["spec"]["nodeSelector"][*name] == "windows");
        let token_file = format!("{}/token", said("handler/mountPath").unwrap_or(MOUNT));
        let token_file = if windows { format!("C:{}", token_file.replace('/', "\\")) } else { token_file };
        let settings = Settings { region: said("handler/region"), token_file: &token_file };
        let skipped: Vec<&str> = of_pod("skip-containers").unwrap_or_default().split(',').map(str::trim).collect();

        let patch: Value = serde_json::from_str(said("expectedPatch").unwrap_or_default()).unwrap_or_default();
        let mut compared = 0;
        for step in patch.as_array().into_iter().flatten() {
            let kind = step["path"].as_str().unwrap().trim_start_matches("/spec/").to_owned();
            if kind.starts_with("volumes") {
                let volume = if step["value"].is_array() { &step["value"][0] } else { &step["value"] };
                let projected = &volume["projected"]["sources"][0]["serviceAccountToken"];
                assert_eq!(projected["audience"], account.audience);
                assert_eq!(projected["expirationSeconds"], account.token_lifetime.as_secs());
            }
            if !kind.to_lowercase().ends_with("containers") {
                continue;
            }
            for (container, expected) in list(&pod["spec"][&kind]).iter().zip(list(&step["value"])) {
                let mut env = list(&container["env"]);
                if !skipped.contains(&container["name"].as_str().unwrap()) {
                    let has = |name: &str| env.iter().any(|variable| variable["name"] == name);
                    let added = inject(&account, &settings, has);
                    env.extend(added.into_iter().map(|(name, value)| json!({ "name": name, "value": value })));
                }
                assert_eq!(env, list(&expected["env"]), "{}", container["name"]);
                compared += 1;
            }
        }
        Ok(compared)
    }

    fn list(value: &Value) -> Vec<Value> {
        value.as_array().cloned().unwrap_or_default()
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
        }
        all.sort();
        all
    }
}
