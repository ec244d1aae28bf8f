//! Issuers of which AWS makes further claims into condition keys. IAM user guide, "Available keys for AWS OIDC
//! federation". Only GitHub's list is known here; for other issuers aud, sub, oaud, amr and email are all.

/// The claims beside aud, sub, oaud, amr and email that become keys of this issuer (without its scheme).
pub(crate) fn claims(issuer: &str) -> &'static [&'static str] {
    // An enterprise may have an issuer of its own below the host.
    if issuer.split('/').next() == Some("token.actions.githubusercontent.com") { GITHUB } else { &[] }
}

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
