//! `policy`: trust policies, judged for a token, held against what IAM stores, and written. Nothing is sent.

mod check;
mod diff;
mod generate;
mod lint;

use crate::args::{Args, Ended, Word, nearest, usage};
use irsa_core::{Code, Error};
use serde_json::Value;
use std::io::{self, Read};

/// What the flags say.
#[derive(Default)]
struct Flags {
    file: Option<String>,
    token_file: Option<String>,
    claims: Option<String>,
    issuer: Option<String>,
    namespace: Option<String>,
    service_account: Option<String>,
    subject: Option<String>,
    audience: Option<String>,
    role_arn: Option<String>,
    provider: Option<String>,
    client_ids: Vec<String>,
    context: Vec<(String, String)>,
    session_name: Option<String>,
}

pub fn run(args: &mut Args) -> Result<(), Ended> {
    let mut flags = Flags::default();
    let mut words = Vec::new();
    while let Some(word) = args.next()? {
        match &word {
            Word::Value(value) => words.push(value.to_string_lossy().into_owned()),
            Word::Flag(flag) => flags.take(&flag.clone(), &word, args)?,
        }
    }
    let known = ["check", "lint", "generate"];
    let mut words = words.into_iter();
    let what = words.next().ok_or_else(|| usage("policy", "check, lint or generate: none is named"))?;
    flags.file = words.next();
    if let Some(more) = words.next() {
        return Err(usage("policy", format!("policy {what} does not know what to do with “{more}”")).into());
    }
    match what.as_str() {
        "check" => check::run(&flags, args.json),
        "lint" => lint::run(&flags, args.json),
        "generate" if flags.file.is_some() => Err(usage("policy", "policy generate reads no file").into()),
        "generate" => generate::run(&flags, args.json),
        other => {
            let near = nearest(other, known.into_iter());
            let error = usage("policy", format!("there is no policy {other}; there are check, lint and generate"));
            Err(near.map_or(error.clone(), |near| error.with_fix(format!("write irsa policy {near}"))).into())
        }
    }
}

impl Flags {
    fn take(&mut self, flag: &str, word: &Word, args: &mut Args) -> Result<(), Ended> {
        let place = match flag {
            "--token-file" => &mut self.token_file,
            "--claims" => &mut self.claims,
            "--issuer" => &mut self.issuer,
            "--namespace" => &mut self.namespace,
            "--service-account" => &mut self.service_account,
            "--subject" => &mut self.subject,
            "--audience" => &mut self.audience,
            "--role-arn" => &mut self.role_arn,
            "--provider" => &mut self.provider,
            "--session-name" => &mut self.session_name,
            "--client-id" => {
                self.client_ids.push(args.value()?);
                return Ok(());
            }
            "--context" => {
                let pair = args.value()?;
                let (key, value) = pair
                    .split_once('=')
                    .ok_or_else(|| usage("policy", format!("--context takes KEY=VALUE, not “{pair}”")))?;
                self.context.push((key.to_owned(), value.to_owned()));
                return Ok(());
            }
            _ => return Err(args.unexpected(word).into()),
        };
        *place = Some(args.value()?);
        Ok(())
    }

    /// The subject that is asked for, if any.
    fn subject(&self) -> Result<Option<String>, Error> {
        match (&self.subject, &self.namespace, &self.service_account) {
            (Some(subject), None, None) => Ok(Some(subject.clone())),
            (None, Some(namespace), Some(account)) => {
                for (flag, name) in [("--namespace", namespace), ("--service-account", account)] {
                    let own = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.*?".contains(&b);
                    if name.is_empty() || !name.bytes().all(own) {
                        let message = format!("{flag} “{name}” is no name of Kubernetes");
                        return Err(usage("policy", message).with_fix("write lower-case letters, digits and dashes"));
                    }
                }
                Ok(Some(irsa_trust::policy::generate::subject(namespace, account)))
            }
            (None, None, None) => Ok(None),
            (Some(_), ..) => {
                Err(usage("policy", "--subject stands beside --namespace or --service-account: one of them is enough"))
            }
            _ => Err(usage("policy", "--namespace and --service-account go together")),
        }
    }

    fn document(&self) -> Result<Document, Error> {
        let file = self.file.as_deref().ok_or_else(|| {
            usage("policy", "no policy: name its file, or - for standard input")
                .with_fix("aws iam get-role --role-name NAME > role.json, then irsa policy lint role.json")
        })?;
        Document::read(file)
    }
}

/// A trust policy as somebody wrote it.
pub(super) struct Document {
    text: String,
    /// `None`: no JSON.
    value: Option<Value>,
    /// The role's ARN, where `aws iam get-role` said it.
    pub(super) role: Option<String>,
}

impl Document {
    /// The file may hold the whole answer of `aws iam get-role`.
    pub(super) fn read(file: &str) -> Result<Self, Error> {
        let text = read(file)?;
        let Ok(value) = serde_json::from_str::<Value>(&text) else {
            return Ok(Self { text, value: None, role: None });
        };
        let role = value.pointer("/Role/Arn").or(value.get("Arn")).and_then(Value::as_str).map(str::to_owned);
        let inner = value.pointer("/Role/AssumeRolePolicyDocument").or(value.get("AssumeRolePolicyDocument")).cloned();
        Ok(match inner {
            None => Self { text, value: Some(value), role },
            // The API's own form, percent-encoded.
            Some(Value::String(encoded)) => {
                let text = decoded(&encoded);
                let value = serde_json::from_str(&text).ok();
                Self { text, value, role }
            }
            Some(inner) => Self { text: inner.to_string(), value: Some(inner), role },
        })
    }

    /// It as JSON, or where that breaks.
    pub(super) fn json(&self) -> Result<&Value, Error> {
        self.value.as_ref().ok_or_else(|| {
            let error = serde_json::from_str::<Value>(&self.text).err().map(|e| e.to_string()).unwrap_or_default();
            Error::new(Code::PolicyJson, "policy", error)
        })
    }
}

/// At most so many bytes are read.
const MOST: u64 = 1 << 20;

/// A file's text; `-` is standard input.
fn read(file: &str) -> Result<String, Error> {
    let mut text = String::new();
    let (place, outcome) = if file == "-" {
        ("standard input", io::stdin().lock().take(MOST).read_to_string(&mut text))
    } else {
        (file, std::fs::File::open(file).and_then(|open| open.take(MOST).read_to_string(&mut text)))
    };
    outcome.map_err(|e| Error::new(Code::InputUnreadable, place.to_owned(), e.to_string()))?;
    Ok(text)
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        rest = behind;
        let digits = |two: &&[u8]| two.iter().all(u8::is_ascii_hexdigit);
        let hex = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok();
        match (first, behind.get(..2).filter(digits).and_then(hex)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
