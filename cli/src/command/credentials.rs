//! `credential-process` and `env`: credentials, printed.

use crate::{
    args::{Args, Ended, Word, usage},
    identity::Identity,
    output,
};
use irsa_core::{Credentials, Error, chain::Resolved};
use serde_json::{Value, json};
use std::fmt::Write;
use zeroize::Zeroizing;

/// Variables that would win over the keys, or that belong to other ones.
pub const STALE: &[&str] = &[
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CREDENTIAL_FILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
];

/// The variables that say what was resolved.
pub fn variables(resolved: &Resolved) -> Vec<(&'static str, String)> {
    let credentials = &resolved.credentials;
    let mut all = vec![
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id().to_owned()),
        ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key().expose().to_owned()),
    ];
    all.extend(credentials.session_token().map(|token| ("AWS_SESSION_TOKEN", token.expose().to_owned())));
    all.extend(credentials.expiration().map(|end| ("AWS_CREDENTIAL_EXPIRATION", end.to_string())));
    if let Some(region) = &resolved.region {
        all.extend(["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| (name, region.text().to_owned())));
    }
    all
}

/// `irsa credential-process`.
pub fn process(args: &mut Args) -> Result<(), Ended> {
    let mut identity = Identity::default();
    while let Some(word) = args.next()? {
        identity.take(&word, args)?;
    }
    let resolved = identity.session().resolve()?;
    Ok(output::value(&version_1(&resolved.credentials))?)
}

/// The SDKs and Tools Reference Guide, "Process credential provider".
fn version_1(credentials: &Credentials) -> Value {
    let mut all = json!({
        "Version": 1,
        "AccessKeyId": credentials.access_key_id(),
        "SecretAccessKey": credentials.secret_access_key().expose(),
    });
    // Absent, not null: a null makes some SDKs fail.
    let optional = [
        ("SessionToken", credentials.session_token().map(|token| token.expose().to_owned())),
        ("Expiration", credentials.expiration().map(|end| end.to_string())),
        ("AccountId", credentials.account_id().map(str::to_owned)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            all[name] = value.into();
        }
    }
    all
}

/// `irsa env`.
pub fn env(args: &mut Args) -> Result<(), Ended> {
    let mut identity = Identity::default();
    let mut format = None;
    while let Some(word) = args.next()? {
        match &word {
            Word::Flag(flag) if flag == "--format" => format = Some(args.value()?),
            _ => identity.take(&word, args)?,
        }
    }
    let format = Format::named("env", format.as_deref(), args.json)?;
    let resolved = identity.session().resolve()?;
    Ok(output::data(format.write(&variables(&resolved)).as_bytes())?)
}

/// A shell's way to set and unset variables.
#[derive(Clone, Copy, Debug)]
pub enum Format {
    Sh,
    Fish,
    PowerShell,
    Json,
}

impl Format {
    /// The one that `--format` of `command` names.
    pub fn named(command: &str, name: Option<&str>, json: bool) -> Result<Self, Error> {
        match name {
            None if json => Ok(Self::Json),
            None | Some("sh") => Ok(Self::Sh),
            Some("fish") => Ok(Self::Fish),
            Some("powershell") => Ok(Self::PowerShell),
            Some("json") => Ok(Self::Json),
            Some(other) => Err(usage(command, format!("--format takes sh, fish, powershell or json, not “{other}”"))),
        }
    }

    /// What sets these variables, and unsets the others of [`STALE`].
    pub fn write(self, variables: &[(&str, String)]) -> Zeroizing<String> {
        if let Self::Json = self {
            let all: serde_json::Map<_, _> = variables.iter().map(|(n, v)| ((*n).to_owned(), json!(v))).collect();
            return Zeroizing::new(format!("{}\n", Value::Object(all)));
        }
        let mut text = Zeroizing::new(String::new());
        let stale = STALE.iter().filter(|name| variables.iter().all(|(set, _)| set != *name));
        // Writing to a String does not fail.
        for name in stale {
            let _ = match self {
                Self::Sh => writeln!(text, "unset {name}"),
                Self::Fish => writeln!(text, "set -e {name}"),
                _ => writeln!(text, "Remove-Item Env:{name} -ErrorAction SilentlyContinue"),
            };
        }
        for (name, value) in variables {
            let _ = match self {
                Self::Sh => writeln!(text, "export {name}='{}'", value.replace('\'', r"'\''")),
                Self::Fish => {
                    writeln!(text, "set -gx {name} '{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
                }
                _ => writeln!(text, "$Env:{name} = '{}'", value.replace('\'', "''")),
            };
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_is_quoted_its_own_way() {
        let value = "a'b\\c $d";
        let last = |format: Format| {
            let text = format.write(&[("AWS_ACCESS_KEY_ID", value.into())]);
            text.lines().last().unwrap().to_owned()
        };
        assert_eq!(last(Format::Sh), r"export AWS_ACCESS_KEY_ID='a'\''b\c $d'");
        assert_eq!(last(Format::Fish), r"set -gx AWS_ACCESS_KEY_ID 'a\'b\\c $d'");
        assert_eq!(last(Format::PowerShell), r"$Env:AWS_ACCESS_KEY_ID = 'a''b\c $d'");
        assert_eq!(last(Format::Json), r#"{"AWS_ACCESS_KEY_ID":"a'b\\c $d"}"#);
        let text = Format::Sh.write(&[("AWS_ACCESS_KEY_ID", value.into())]);
        assert!(text.starts_with("unset AWS_ACCESS_KEY\n") && !text.contains("unset AWS_ACCESS_KEY_ID\n"));
    }
}
