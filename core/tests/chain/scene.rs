//! One run of the chain on a scripted host.

use irsa_core::{
    Code, Error,
    chain::{self, Explanation, Inputs, Resolved},
    effect::FileFault,
};
use irsa_script::Host;

pub const ROLE: &str = "arn:aws:iam::123456789012:role/app";
pub const TOKEN_FILE: &str = "/var/run/token";
/// Three parts that nothing is wrong with; STS is scripted, so that nobody looks at the signature.
pub const TOKEN: &str = concat!(
    "eyJhbGciOiJSUzI1NiJ9.",
    "eyJpc3MiOiJodHRwczovL2lzc3VlciIsInN1YiI6InN5c3RlbTpzZXJ2aWNlYWNjb3VudDpuczphcHAiLCJhdWQiOlsic3RzLmFt",
    "YXpvbmF3cy5jb20iXSwiaWF0IjoxNzk1NTE0MDAwLCJleHAiOjE3OTU2MDA0MDB9",
    ".c2lnbmF0dXJl"
);
/// What must never be printed.
pub const SECRETS: [&str; 3] = ["hunter2", "sessiontoken2", TOKEN];

#[derive(Clone)]
pub struct Scene {
    pub host: Host,
    pub inputs: Inputs,
    pub millis: u64,
}

/// What came of it.
pub struct Seen {
    pub host: Host,
    pub result: Result<Resolved, Error>,
    pub explanation: Explanation,
}

impl Scene {
    pub fn new() -> Self {
        Self { host: Host::new(), inputs: Inputs::default(), millis: 60_000 }
    }

    /// With the two variables of IRSA, their file, and a Region.
    pub fn irsa() -> Self {
        Self::new()
            .env("AWS_ROLE_ARN", ROLE)
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", TOKEN_FILE)
            .env("AWS_REGION", "eu-west-1")
            .file(TOKEN_FILE, TOKEN)
    }

    /// With a home and a config file in it.
    pub fn config(text: &str) -> Self {
        Self::new().env("HOME", "/home").file("/home/.aws/config", text)
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.inputs.environment.insert(name.into(), value.into());
        self
    }

    pub fn property(mut self, name: &str, value: &str) -> Self {
        self.inputs.properties.insert(name.into(), value.into());
        self
    }

    pub fn options(mut self, change: impl FnOnce(&mut chain::Options)) -> Self {
        change(&mut self.inputs.options);
        self
    }

    pub fn strict(self, on: bool) -> Self {
        self.options(|o| o.strict = Some(on))
    }

    pub fn file(mut self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.host = self.host.file(path, content);
        self
    }

    pub fn fault(mut self, path: &str, fault: FileFault) -> Self {
        self.host = self.host.fault(path, fault);
        self
    }

    /// STS answers with this key.
    pub fn sts(mut self, key: &str) -> Self {
        self.host = self.host.http(200, &[], assumed(key));
        self
    }

    /// STS says no, and no retry helps.
    pub fn refused(mut self) -> Self {
        let body = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
                    <Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>\
                    </Error><RequestId>r-1</RequestId></ErrorResponse>";
        self.host = self.host.http(403, &[], body);
        self
    }

    pub fn run(mut self) -> Seen {
        let mut flow = chain::resolve(self.inputs, self.host.deadline(self.millis));
        let result = self.host.drive(&mut flow);
        let seen = Seen { result, explanation: flow.explanation(), host: self.host };
        seen.keeps_secrets();
        seen
    }
}

impl Seen {
    /// The access key id, or the error's code.
    pub fn outcome(&self) -> Result<&str, Code> {
        self.result.as_ref().map(|r| r.credentials.access_key_id()).map_err(Error::code)
    }

    pub fn resolved(&self) -> &Resolved {
        self.result.as_ref().unwrap_or_else(|e| panic!("{e}\n{}", self.explanation))
    }

    pub fn error(&self) -> &Error {
        match &self.result {
            Ok(resolved) => panic!("{resolved:?}"),
            Err(error) => error,
        }
    }

    /// `source: outcome` of every place, in order.
    pub fn places(&self) -> Vec<String> {
        self.explanation.places.iter().map(|p| format!("{}: {}", p.source.name(), p.outcome.name())).collect()
    }

    /// The form of the nth request to STS.
    pub fn form(&self, number: usize) -> String {
        String::from_utf8(self.host.requests()[number].body.expose().to_vec()).unwrap()
    }

    fn keeps_secrets(&self) {
        let said = format!("{:?} {} {}", self.result, self.explanation, self.explanation.to_json());
        let trail = format!("{:?}", self.explanation);
        for secret in SECRETS {
            assert!(!said.contains(secret) && !trail.contains(secret), "{secret} in {said}");
        }
    }
}

fn assumed(key: &str) -> String {
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>{key}</AccessKeyId><SecretAccessKey>hunter2</SecretAccessKey>\
         <SessionToken>sessiontoken2</SessionToken><Expiration>2026-11-24T11:00:00Z</Expiration></Credentials>\
         <AssumedRoleUser><AssumedRoleId>AROA:s</AssumedRoleId>\
         <Arn>arn:aws:sts::123456789012:assumed-role/app/s</Arn></AssumedRoleUser></AssumeRoleResult>\
         <ResponseMetadata><RequestId>r-2</RequestId></ResponseMetadata></AssumeRoleResponse>"
    )
}
