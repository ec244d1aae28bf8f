//! Issuers, condition keys and provider ARNs that are nearly, but not quite, the right ones.

use super::text::{distance, is_template, nearest};
use crate::federation::{bare, issuer_claims};
use irsa_core::partition::{PARTITIONS, Partition};

/// How one issuer's name (without its scheme) stands to another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    Same,
    /// But for letter case.
    Case,
    /// But for a slash at the end.
    Slash,
    /// Cut short, lengthened, mistyped, or not a name at all.
    Misspelt,
    /// Another issuer.
    Other,
}

pub(super) fn likeness(theirs: &str, ours: &str) -> Likeness {
    if theirs == ours {
        return Likeness::Same;
    }
    if theirs.eq_ignore_ascii_case(ours) {
        return Likeness::Case;
    }
    if theirs.trim_end_matches('/').eq_ignore_ascii_case(ours.trim_end_matches('/')) {
        return Likeness::Slash;
    }
    let (lower, wanted) = (theirs.to_ascii_lowercase(), ours.to_ascii_lowercase());
    let host = host_of(&lower);
    let is_host = host.contains('.') && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b));
    if !is_host || theirs.contains(['*', '?', ' ', '\t']) || is_template(theirs) || theirs.contains(['<', '>', ':']) {
        return Likeness::Misspelt;
    }
    match (eks(theirs), eks(ours)) {
        (Some(_), _) => return Likeness::Other,
        // The id stands in it, or it begins as EKS's issuers do and is cut or put together wrongly.
        (None, Some((_, id))) => {
            let near = lower.contains(&id.to_ascii_lowercase()) || host.contains("eks") || wanted.contains(&lower);
            return if near { Likeness::Misspelt } else { Likeness::Other };
        }
        (None, None) => {}
    }
    let same_host = host == host_of(&wanted);
    let cut = wanted.contains(&lower) || !same_host && lower.contains(&wanted);
    let slip = !same_host && distance(host, host_of(&wanted)) <= 2;
    if cut || slip { Likeness::Misspelt } else { Likeness::Other }
}

/// Region and id of an EKS issuer: `oidc.eks.<region>.<suffix>/id/<id>`.
pub(super) fn eks(issuer: &str) -> Option<(&str, &str)> {
    let (host, id) = issuer.split_once("/id/")?;
    let (region, suffix) = host.strip_prefix("oidc.eks.")?.split_once('.')?;
    let known = PARTITIONS.iter().any(|p| p.has(region) && suffix == p.dns_suffix);
    let is_id = id.len() == 32 && id.bytes().all(|b| b.is_ascii_alphanumeric());
    (known && is_id).then_some((region, id))
}

/// The partition that an issuer of EKS belongs to.
pub(super) fn partition_of(issuer: &str) -> Option<&'static Partition> {
    let host = host_of(bare(issuer));
    let (region, _) = host.strip_prefix("oidc.eks.").or_else(|| host.strip_prefix("oidc-eks."))?.split_once('.')?;
    PARTITIONS.iter().find(|partition| partition.has(region))
}

/// Whether a provider for `theirs` was meant for `ours`.
pub(super) fn was_meant(theirs: &str, ours: &str) -> bool {
    match likeness(theirs, ours) {
        Likeness::Same => false,
        Likeness::Case | Likeness::Slash | Likeness::Misspelt => true,
        Likeness::Other => match (eks(theirs), eks(ours)) {
            // The same cluster in another Region's name; another id is another cluster.
            (Some((_, a)), Some((_, b))) => a.eq_ignore_ascii_case(b),
            (None, None) => {
                // The same names in another order (a bucket before or behind the host), or the same host.
                let split = |text: &str| -> alloc::collections::BTreeSet<alloc::string::String> {
                    text.to_ascii_lowercase().split(['.', '/']).map(Into::into).collect()
                };
                let (a, b) = (split(theirs), split(ours));
                a.is_subset(&b) || b.is_subset(&a) || host_of(theirs) == host_of(ours) || distance(theirs, ours) <= 3
            }
            _ => false,
        },
    }
}

/// Why a condition key that the request lacks is not the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    Scheme,
    Slash,
    OtherIssuer,
    Spelling,
    UnknownClaim,
    NotSent,
}

/// `ours`: the token's issuer without its scheme.
pub(super) fn absent(key: &str, ours: &str) -> Absent {
    if key.contains("://") {
        return Absent::Scheme;
    }
    let Some((issuer, claim)) = key.rsplit_once(':') else { return Absent::Spelling };
    if key.contains(char::is_whitespace) || claim.is_empty() || is_template(key) {
        return Absent::Spelling;
    }
    let prefix = key.split(':').next().unwrap_or_default();
    if !prefix.contains(['.', '/']) && SERVICES.iter().any(|service| service.eq_ignore_ascii_case(prefix)) {
        if key.to_ascii_lowercase().starts_with("arn:") {
            return Absent::Spelling;
        }
        let known = KEYS.iter().any(|known| known.eq_ignore_ascii_case(key));
        let slip =
            !known && (CLAIMS.contains(&claim) || nearest(key, KEYS).is_some_and(|near| distance(near, key) <= 2));
        return if slip { Absent::Spelling } else { Absent::NotSent };
    }
    // A claim's name may have colons of its own.
    let doubled = key.contains("::") && !key.starts_with("arn:");
    let within = !doubled && key.get(..ours.len()).is_some_and(|start| start.eq_ignore_ascii_case(ours));
    if within && key.get(ours.len()..).is_some_and(|rest| rest.starts_with(':')) {
        // A pattern or a placeholder is no name.
        if claim.contains(['<', '>', '*', '?']) {
            return Absent::Spelling;
        }
        let documented = issuer_claims(ours).iter().any(|known| known.eq_ignore_ascii_case(claim));
        return if documented { Absent::NotSent } else { Absent::UnknownClaim };
    }
    match likeness(issuer, ours) {
        Likeness::Same | Likeness::Case => Absent::UnknownClaim,
        Likeness::Slash => Absent::Slash,
        Likeness::Misspelt => Absent::Spelling,
        Likeness::Other => Absent::OtherIssuer,
    }
}

fn host_of(issuer: &str) -> &str {
    issuer.split('/').next().unwrap_or_default()
}

/// The claims that become keys of every issuer.
pub(super) const CLAIMS: &[&str] = &["aud", "sub", "oaud", "amr", "email"];

/// Prefixes of keys that belong to no issuer.
const SERVICES: &[&str] = &["aws", "sts", "iam", "ec2", "eks", "kms", "s3", "lambda", "saml", "cognito-identity"];

/// Keys that could be meant by one that is nearly so.
const KEYS: &[&str] = &[
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalType",
    "aws:Referer",
    "aws:RequestedRegion",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:TagKeys",
    "aws:UserAgent",
    "aws:userid",
    "aws:username",
    "aws:VpcSourceIp",
    "sts:AWSServiceName",
    "sts:DurationSeconds",
    "sts:ExternalId",
    "sts:RoleAuthorizedByIdp",
    "sts:RoleSessionName",
    "sts:SourceIdentity",
    "sts:TransitiveTagKeys",
];
