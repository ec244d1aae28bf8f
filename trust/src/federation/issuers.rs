//! Claims that become condition keys for some issuers only: those that many customers share, where `sub` and `aud` alone
//! say too little. Source: IAM user guide, "IAM and AWS STS condition context keys", "Available keys for AWS OIDC
//! federation", and the list of condition keys of `AssumeRoleWithWebIdentity` in the service authorization reference.
//! For every other issuer, and every other claim, there is no key.

/// The claims of this issuer (without its scheme) that become condition keys beside `aud`, `oaud`, `sub`, `amr` and
/// `email`. A claim's name is also the key's; a slash in [`GOOGLE`]'s stands for a member within a member.
pub(crate) fn claims(issuer: &str) -> &'static [&'static str] {
    let (host, path) = match issuer.split_once('/') {
        Some((host, path)) => (host, Some(path)),
        None => (issuer, None),
    };
    match (host, path) {
        (GOOGLE_HOST, None) => GOOGLE,
        ("token.actions.githubusercontent.com", _) => GITHUB,
        ("github.com", Some(path)) if path.starts_with("enterprises/") => GITHUB,
        ("gitlab.com", None) => GITLAB,
        ("agent.buildkite.com", None) => BUILDKITE,
        ("oidc.circleci.com", Some(path)) if path.starts_with("org/") => CIRCLECI,
        (host, None) if between(host, "token.actions.", ".ghe.com") => GITHUB,
        (host, None) if between(host, "agent.", ".buildkite.dev") || between(host, "agent.", ".buildkite.site") => {
            BUILDKITE
        }
        (host, None) if between(host, "idcs-", ".identity.oraclecloud.com") => ORACLE,
        _ => &[],
    }
}

/// Google, which IAM knows without a provider of the account.
pub(super) const GOOGLE_HOST: &str = "accounts.google.com";
/// Amazon Cognito's identity pools, likewise.
pub(super) const COGNITO_HOST: &str = "cognito-identity.amazonaws.com";

const GOOGLE: &[&str] = &["google/organization_number"];
const GITHUB: &[&str] = &[
    "actor",
    "actor_id",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "repository_owner_id",
    "workflow",
];
const GITLAB: &[&str] = &[
    "namespace_id",
    "pipeline_source",
    "project_id",
    "ref_protected",
    "runner_environment",
    "user_access_level",
    "user_email",
    "user_id",
    "user_login",
];
const BUILDKITE: &[&str] = &[
    "build_branch",
    "cluster_id",
    "cluster_name",
    "organization_id",
    "organization_slug",
    "pipeline_id",
    "pipeline_slug",
];
const CIRCLECI: &[&str] = &["oidc.circleci.com/project-id"];
const ORACLE: &[&str] = &["rpst_id"];

/// A host with exactly one label, or part of one, between these.
fn between(host: &str, before: &str, after: &str) -> bool {
    let label = host.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    label.is_some_and(|label| !label.is_empty() && !label.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_by_host_and_path() {
        for (issuer, expected) in [
            ("accounts.google.com", GOOGLE),
            ("token.actions.githubusercontent.com", GITHUB),
            ("token.actions.githubusercontent.com/octo-org", GITHUB),
            ("token.actions.octo.ghe.com", GITHUB),
            ("github.com/enterprises/octo", GITHUB),
            ("gitlab.com", GITLAB),
            ("agent.buildkite.com", BUILDKITE),
            ("agent.a.buildkite.dev", BUILDKITE),
            ("agent.a.buildkite.site", BUILDKITE),
            ("oidc.circleci.com/org/0b5b0b5b", CIRCLECI),
            ("idcs-0123.identity.oraclecloud.com", ORACLE),
            // Not theirs, though alike.
            ("gitlab.example.com", &[]),
            ("gitlab.com/path", &[]),
            ("github.com/octo", &[]),
            ("oidc.circleci.com", &[]),
            ("token.actions.a.b.ghe.com", &[]),
            ("token.actions..ghe.com", &[]),
            ("token.actions.ghe.com", &[]),
            ("TOKEN.actions.githubusercontent.com", &[]),
            ("accounts.google.com.example.com", &[]),
            ("oidc.eks.eu-central-1.amazonaws.com/id/0123", &[]),
        ] {
            assert_eq!(claims(issuer), expected, "{issuer}");
        }
    }
}
