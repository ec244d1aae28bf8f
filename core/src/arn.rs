//! ARNs of roles and of OIDC providers.
//!
//! Follows “IAM identifiers” of the IAM user guide: `arn:<partition>:iam::<account>:role<path><name>`, the path `/` or
//! `/a/b/` with at most 512 characters, the name 1 to 64 of `[A-Za-z0-9_+=,.@-]`. Limits: 20 to 2,048 characters
//! (STS API 2011-06-15, `arnType`), an account of digits, a partition that is known.

use crate::{Code, Error, partition::Partition};
use alloc::{boxed::Box, format, string::String};
use core::{fmt, ops::Range};

/// The shortest ARN that STS takes, in characters.
pub const ARN_MIN: usize = 20;
/// The longest.
pub const ARN_MAX: usize = 2048;

/// A role that STS can be asked for. Exists only if it parsed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RoleArn(Parts);

/// An IAM OIDC provider. Exists only if it parsed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProviderArn(Parts);

impl RoleArn {
    /// The error names the part that is wrong and its fix shows how it should read.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let parts = Parts::parse(text, "role", "arn:aws:iam::123456789012:role/NAME")?;
        let (path, name) = path_and_name(parts.rest());
        if name.is_empty() || name.len() > 64 || !name.bytes().all(in_name) {
            let message = format!("role name “{}” in {}", shown(name), shown(text));
            return Err(Error::new(Code::ArnName, AT, message).with_fix(name_fix(name)));
        }
        if path.len() > 512 || !path.bytes().all(|b| b.is_ascii_graphic()) || path.contains("//") {
            let message = format!("path “{}” in {}", shown(path), shown(text));
            return Err(Error::new(Code::ArnName, AT, message).with_fix(path_fix(path)));
        }
        Ok(Self(parts))
    }

    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Its partition.
    pub fn partition(&self) -> &'static Partition {
        self.0.partition
    }

    /// The digits of its account. AWS's have 12; any other number is a mistake, but one for AWS to judge.
    pub fn account(&self) -> &str {
        self.0.account()
    }

    /// `/`, or `/a/b/`.
    pub fn path(&self) -> &str {
        path_and_name(self.0.rest()).0
    }

    /// The name alone, without its path.
    pub fn name(&self) -> &str {
        path_and_name(self.0.rest()).1
    }
}

impl ProviderArn {
    /// As [`RoleArn::parse`], for `arn:<partition>:iam::<account>:oidc-provider/<host><path>`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let parts = Parts::parse(text, "oidc-provider", PROVIDER)?;
        let url = parts.rest().strip_prefix('/').unwrap_or_default();
        if url.contains("://") {
            let fix = format!("leave out the scheme: {PROVIDER}");
            return Err(Error::new(Code::ArnName, AT, format!("“{}” holds a scheme", shown(text))).with_fix(fix));
        }
        if url.is_empty() || !url.bytes().all(|b| b.is_ascii_graphic()) {
            let fix = format!("write the issuer without https:// at the end: {PROVIDER}");
            return Err(
                Error::new(Code::ArnName, AT, format!("issuer “{}” in {}", shown(url), shown(text))).with_fix(fix)
            );
        }
        Ok(Self(parts))
    }

    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Its partition.
    pub fn partition(&self) -> &'static Partition {
        self.0.partition
    }

    /// The digits of its account, as [`RoleArn::account`] has them.
    pub fn account(&self) -> &str {
        self.0.account()
    }

    /// Host and path of the issuer, without `https://`: what condition keys begin with.
    pub fn host_and_path(&self) -> &str {
        self.0.rest().strip_prefix('/').unwrap_or_default()
    }

    /// The issuer's URL, as tokens carry it in `iss`.
    pub fn issuer(&self) -> String {
        format!("https://{}", self.host_and_path())
    }
}

const AT: &str = "arn";
const PROVIDER: &str = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE";

/// What is wrong with a role's name, and what to type.
fn name_fix(name: &str) -> String {
    if name.is_empty() {
        return "write the role's name behind role/: role/NAME, or role/team/NAME with a path".into();
    }
    if name.contains(['*', '?']) {
        return "write the one role's whole name: there are no wildcards in an ARN that is assumed".into();
    }
    if name.len() > 64 {
        return format!(
            "write the role's name as IAM shows it; this one has {} characters, the most are 64",
            name.len()
        );
    }
    let wrong: String = name.chars().filter(|c| !u8::try_from(*c).is_ok_and(in_name)).take(3).collect();
    format!("write the role's name as IAM shows it: letters, digits and +=,.@_-, not “{}”", shown(&wrong))
}

/// What is wrong with a role's path, and what to type.
fn path_fix(path: &str) -> String {
    if path.contains("//") {
        return "write one slash between the parts of the path: role/team/app".into();
    }
    if path.len() > 512 {
        return format!("write the path as IAM shows it; this one has {} characters, the most are 512", path.len());
    }
    "write the path as IAM shows it: printable ASCII without spaces, such as role/team/app".into()
}

/// What both kinds have: a text that was split and checked up to the resource.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Parts {
    text: Box<str>,
    partition: &'static Partition,
    /// Where the account stands.
    account: Range<usize>,
    /// Bytes before what follows the resource's kind.
    rest: usize,
}

impl Parts {
    fn parse(text: &str, kind: &str, example: &str) -> Result<Self, Error> {
        let fault = |code, message| {
            let error = Error::new(code, AT, message);
            // The fix that these codes have by themselves shows a role.
            let shows_a_role = matches!(
                code,
                Code::ArnPlaceholder | Code::ArnColons | Code::ArnCut | Code::ArnResource | Code::ArnService
            );
            Err(match kind {
                "oidc-provider" if shows_a_role => {
                    error.with_fix(format!("write the provider's ARN as IAM shows it, such as {example}"))
                }
                _ => error,
            })
        };
        let said = shown(text);
        if text.starts_with(['"', '\'', '“', '‘']) && text.contains("arn:") {
            let error = Error::new(Code::ArnPlaceholder, AT, format!("{said} stands in quotes"));
            return Err(error.with_fix("take away the quotes around it: they became part of the value"));
        }
        if !text.starts_with("arn:") || text.contains(['$', '<', '{', ' ']) {
            return fault(Code::ArnPlaceholder, format!("“{said}” is no ARN"));
        }
        let fields: [&str; 6] = {
            let mut split = text.splitn(6, ':');
            core::array::from_fn(|_| split.next().unwrap_or_default())
        };
        let [_, partition, service, region, account, resource] = fields;
        let colons = text.bytes().filter(|b| *b == b':').count();
        if kind == "role" && service == "sts" && resource.starts_with("assumed-role/") {
            let role = resource.split('/').nth(1).unwrap_or_default();
            let fix = format!(
                "write the role's own ARN, with its path if it has one: arn:{partition}:iam::{account}:role/{role}"
            );
            return Err(Error::new(Code::ArnAssumedRole, AT, format!("{said} is a session's ARN")).with_fix(fix));
        }
        if colons < 5 {
            return fault(Code::ArnCut, format!("{said} has {colons} of 5 colons; it should read like {example}"));
        }
        if service == "iam" && kind == "oidc-provider" && resource.starts_with("oidc-provider/") && colons == 6 {
            let host = resource.split('/').nth(1).unwrap_or_default();
            if host
                .split_once(':')
                .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
            {
                let message = format!("{said} has a port");
                let fix = "leave out the port: IAM's providers have none, and an issuer at another port than 443 cannot be one";
                return fault(Code::ArnColons, message).map_err(|e| e.with_fix(fix));
            }
        }
        // A scheme has a colon too; the provider's own check names it better.
        if service == "iam" && (colons > 5 || !region.is_empty()) && !text.contains("://") {
            let what = if colons > 5 { format!("{colons} colons") } else { "a Region".into() };
            return fault(Code::ArnColons, format!("{said} has {what}; it should read like {example}"));
        }
        if service != "iam" {
            return fault(Code::ArnService, format!("{said} is of the service “{}”, not iam", shown(service)));
        }
        let Some(partition) = Partition::named(partition) else {
            return fault(Code::ArnPartition, format!("partition “{}” in {said}", shown(partition)));
        };
        if account.bytes().any(|b| b.is_ascii_alphabetic()) {
            return fault(Code::ArnPlaceholder, format!("account “{}” in {said} is a placeholder", shown(account)));
        }
        // One of 11 digits is sent: AWS judges it, and the caller is told (see `RoleArn::account`).
        if account.is_empty() || !account.bytes().all(|b| b.is_ascii_digit()) {
            return fault(Code::ArnAccount, format!("account “{}” in {said}", shown(account)));
        }
        let Some(rest) = resource.strip_prefix(kind).filter(|rest| rest.starts_with('/')) else {
            let other = resource.split(['/', ':']).next().unwrap_or_default();
            let message =
                format!("{said} is of the kind “{}”, not {kind}; it should read like {example}", shown(other));
            return fault(Code::ArnResource, message);
        };
        let length = text.chars().count();
        if !(ARN_MIN..=ARN_MAX).contains(&length) {
            let message = format!("{said} has {length} characters, not {ARN_MIN} to {ARN_MAX}");
            let fix = format!("write the ARN alone, as IAM shows it; it reads like {example}");
            return fault(Code::ArnName, message).map_err(|e| e.with_fix(fix));
        }
        Ok(Self {
            partition,
            account: text.len() - resource.len() - 1 - account.len()..text.len() - resource.len() - 1,
            rest: text.len() - rest.len(),
            text: text.into(),
        })
    }

    fn account(&self) -> &str {
        self.text.get(self.account.clone()).unwrap_or_default()
    }

    fn rest(&self) -> &str {
        self.text.get(self.rest..).unwrap_or_default()
    }
}

/// `/a/b/name` into `/a/b/` and `name`.
fn path_and_name(rest: &str) -> (&str, &str) {
    rest.rfind('/').and_then(|slash| rest.split_at_checked(slash + 1)).unwrap_or(("", rest))
}

fn in_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b)
}

/// At most 120 characters of what somebody wrote, for a message.
fn shown(text: &str) -> String {
    let mut said: String = text.chars().take(120).flat_map(char::escape_debug).collect();
    if text.chars().nth(120).is_some() {
        said.push('…');
    }
    said
}

macro_rules! as_text {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0.text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.text)
            }
        }
    )*};
}

as_text!(RoleArn, ProviderArn);

#[cfg(test)]
mod tests;
