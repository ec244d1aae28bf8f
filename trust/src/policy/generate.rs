//! The trust policy that lets in one subject and nobody else.
//!
//! IAM user guide, "Creating a role for OpenID Connect federation"; for shared issuers its "Identity-provider controls
//! for shared OIDC providers": `sub` is always named, so that these are met too.
//!
//! ```
//! use irsa_trust::policy::generate::{Wanted, subject, trust_policy};
//!
//! let policy = trust_policy(&Wanted {
//!     provider: "arn:aws:iam::111122223333:oidc-provider/oidc.example",
//!     subject: &subject("apps", "web"),
//!     audience: Some("sts.amazonaws.com"),
//! });
//! let condition = &policy["Statement"][0]["Condition"]["StringEquals"];
//! assert_eq!(condition["oidc.example:sub"], "system:serviceaccount:apps:web");
//! ```

use alloc::{format, string::String};
use serde_json::{Map, Value, json};

/// Who is to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The ARN of the OIDC provider.
    pub provider: &'a str,
    /// What the token's `sub` is to be. With `*` or `?` it is a pattern.
    pub subject: &'a str,
    /// What its audience is to be.
    pub audience: Option<&'a str>,
}

/// The subject of a Kubernetes service account.
pub fn subject(namespace: &str, account: &str) -> String {
    format!("system:serviceaccount:{namespace}:{account}")
}

/// A whole document with one statement.
pub fn trust_policy(wanted: &Wanted<'_>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [statement(wanted)] })
}

/// The statement alone, to be put into a policy that has others.
pub fn statement(wanted: &Wanted<'_>) -> Value {
    let issuer = wanted.provider.split_once(":oidc-provider/").map_or(wanted.provider, |(_, issuer)| issuer);
    let mut equal = Map::new();
    if let Some(audience) = wanted.audience {
        equal.insert(format!("{issuer}:aud"), audience.into());
    }
    let sub = format!("{issuer}:sub");
    let mut condition = Map::new();
    if wanted.subject.contains(['*', '?']) {
        condition.insert("StringLike".into(), json!({ sub: wanted.subject }));
    } else {
        equal.insert(sub, wanted.subject.into());
    }
    if !equal.is_empty() {
        condition.insert("StringEquals".into(), Value::Object(equal));
    }
    json!({
        "Effect": "Allow",
        "Principal": { "Federated": wanted.provider },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    })
}

/// A policy as people write it: two spaces, members in IAM's order, short arrays on lines of their own.
pub fn pretty(policy: &Value) -> String {
    let mut out = String::new();
    write(policy, 0, &mut out);
    out.push('\n');
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        (0..depth).for_each(|_| out.push_str("  "));
    };
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                line(out, depth + 1);
                write(item, depth + 1, out);
            }
            line(out, depth);
            out.push(']');
        }
        Value::Object(members) if !members.is_empty() => {
            out.push('{');
            let rank = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
            let mut members: alloc::vec::Vec<_> = members.iter().collect();
            members.sort_by(|a, b| (rank(a.0), a.0).cmp(&(rank(b.0), b.0)));
            for (i, (name, value)) in members.into_iter().enumerate() {
                out.push_str(if i == 0 { "" } else { "," });
                line(out, depth + 1);
                out.push_str(&format!("{}: ", Value::from(name.as_str())));
                write(value, depth + 1, out);
            }
            line(out, depth);
            out.push('}');
        }
        other => out.push_str(&format!("{other}")),
    }
}

/// Members of policies, as the guide writes them.
const ORDER: [&str; 12] = [
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];
