//! What the tests share: a small world of roles, and an HTTP client of a few lines.
#![allow(dead_code)] // Each test program uses its part.

use irsa_core::{
    Credentials, Timestamp,
    arn::RoleArn,
    effect::HttpRequest,
    sigv4::{self, KeyCache, Signing},
};
use irsa_local::{Config, Document, Local, Mint, Role, ServiceAccount};
use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub const ISSUER: &str = "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF";
pub const HOST: &str = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF";
pub const ROLE: &str = "arn:aws:iam::111122223333:role/team/app";
pub const OTHER: &str = "arn:aws:iam::111122223333:role/other";
pub const SUBJECT: &str = "system:serviceaccount:demo:app";
pub const REGION: &str = "eu-west-1";
pub const SECRET: &str = "IRSACANARY-local-secret";

/// A trust policy for this subject.
pub fn trust_for(subject: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Sid": "App", "Effect": "Allow",
            "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{HOST}"}},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {{"StringEquals": {{"{HOST}:aud": "sts.amazonaws.com", "{HOST}:sub": "{subject}"}}}}}}]}}"#
    )
}

/// A statement of a policy of the version 2012-10-17.
pub fn policy(statement: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#)
}

pub fn app(trust: &str, policies: &[&str]) -> Role {
    let manifest = format!(
        "kind: ServiceAccount\nmetadata:\n  name: app\n  namespace: demo\n  annotations:\n    \
         eks.amazonaws.com/role-arn: {ROLE}\n"
    );
    let account = ServiceAccount::parse(&manifest, "service-account.yaml").unwrap();
    Role {
        arn: account.role_arn.clone(),
        trust_policy: Document::new("trust.json", trust),
        policies: policies.iter().map(|text| Document::new("policy.json", *text)).collect(),
        service_account: Some(account),
        max_session_duration: Role::DEFAULT_DURATION,
    }
}

/// A role that no pod has.
pub fn role(arn: &str, trust: &str, policies: &[&str]) -> Role {
    Role { arn: RoleArn::parse(arn).unwrap(), service_account: None, ..app(trust, policies) }
}

/// The app's role may read `app/*`; nothing else exists.
pub fn config() -> Config {
    let read = policy(
        r#"{"Sid": "Read", "Effect": "Allow", "Action": "secretsmanager:GetSecretValue",
            "Resource": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/*"}"#,
    );
    let mut config = Config::new(vec![app(&trust_for(SUBJECT), &[&read])]).with_secret("app/db", SECRET);
    config.region = Some(REGION.into());
    config
}

pub fn start() -> Local {
    Local::start(config()).unwrap()
}

pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_unix_millis(since.as_millis().try_into().unwrap())
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// The text of an XML element or a JSON member of that name, wherever it stands.
    pub fn text(&self, name: &str) -> String {
        if self.body.starts_with('{') {
            let value: serde_json::Value = serde_json::from_str(&self.body).unwrap();
            return find(&value, name).unwrap_or_default();
        }
        let text =
            self.body.split(&format!("<{name}>")).nth(1).and_then(|rest| rest.split("</").next()).unwrap_or_default();
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    }

    /// AWS's code and text.
    pub fn refusal(&self) -> (String, String) {
        match self.text("__type") {
            kind if kind.is_empty() => (self.text("Code"), self.text("Message")),
            kind => (kind, self.text("message")),
        }
    }

    /// The credentials of an exchange that succeeded.
    pub fn credentials(&self) -> Credentials {
        assert_eq!(self.status, 200, "{}", self.body);
        Credentials::new(&self.text("AccessKeyId"), self.text("SecretAccessKey"), "test")
            .with_session_token(self.text("SessionToken"))
            .with_expiration(Timestamp::parse(&self.text("Expiration")).unwrap())
    }
}

fn find(value: &serde_json::Value, name: &str) -> Option<String> {
    let members = value.as_object()?;
    let own = members.get(name).map(|found| found.as_str().map_or_else(|| found.to_string(), str::to_owned));
    own.or_else(|| members.values().find_map(|inner| find(inner, name)))
}

/// One request on a connection of its own. An error where no whole answer came.
pub fn send(url: &str, method: &str, headers: &[(&str, &str)], body: &str) -> io::Result<Answer> {
    let rest = url.strip_prefix("http://").expect("an http URL");
    let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    if headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
        request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    }
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        request += &format!("host: {authority}\r\n");
    }
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.write_all(format!("{request}\r\n{body}").as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let mut lines = head.lines();
    let status =
        lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    let answer = Answer { status, headers, body: body.to_owned() };
    let length = answer.header("content-length").parse().unwrap_or(body.len());
    if length != body.len() && method != "HEAD" {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(answer)
}

pub fn form(pairs: &[(&str, &str)]) -> String {
    let escape = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    pairs.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
}

/// AssumeRoleWithWebIdentity with these parameters beside version, role, session name and the pod's token.
pub fn exchange_with(local: &Local, parameters: &[(&str, &str)]) -> io::Result<Answer> {
    let token = std::fs::read_to_string(local.token_file()).unwrap();
    let mut all = vec![
        ("Action", "AssumeRoleWithWebIdentity"),
        ("Version", "2011-06-15"),
        ("RoleArn", ROLE),
        ("RoleSessionName", "pod-1"),
        ("WebIdentityToken", &token),
    ];
    all.retain(|(name, _)| parameters.iter().all(|(n, _)| n != name));
    all.extend(parameters);
    send(
        local.url(),
        "POST",
        &[("content-type", "application/x-www-form-urlencoded"), ("user-agent", "test/1")],
        &form(&all),
    )
}

pub fn exchange(local: &Local, mint: &Mint) -> Answer {
    exchange_with(local, &[("WebIdentityToken", local.mint(mint).unwrap().expose())]).unwrap()
}

/// The app's own credentials.
pub fn credentials(local: &Local) -> Credentials {
    exchange(local, &Mint::default()).credentials()
}

/// A signed call, changed by `change` after it was signed.
pub fn signed_with(
    local: &Local,
    credentials: &Credentials,
    (region, service): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
    (at, change): (Timestamp, impl FnOnce(&mut HttpRequest)),
) -> Answer {
    let mut request = HttpRequest {
        method: "POST".into(),
        url: format!("{}/", local.url()).into(),
        headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        body: body.to_owned().into(),
        response_limit: 1 << 20,
        direct: false,
    };
    sigv4::sign(&mut request, &Signing::new(credentials, region, service), &mut KeyCache::new(), at).unwrap();
    change(&mut request);
    let headers: Vec<(&str, &str)> = request.headers.iter().map(|(name, value)| (&**name, value.expose())).collect();
    send(&request.url, "POST", &headers, std::str::from_utf8(request.body.expose()).unwrap()).unwrap()
}

/// A call to STS.
pub fn sts(local: &Local, credentials: &Credentials, parameters: &[(&str, &str)]) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let mut all = vec![("Version", "2011-06-15")];
    all.extend(parameters);
    signed_with(local, credentials, (REGION, "sts"), &headers, &form(&all), (now(), |_| {}))
}

pub fn whoami(local: &Local, credentials: &Credentials) -> Answer {
    sts(local, credentials, &[("Action", "GetCallerIdentity")])
}

/// GetSecretValue with this JSON body.
pub fn secret(local: &Local, credentials: &Credentials, body: &str) -> Answer {
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "secretsmanager.GetSecretValue")];
    signed_with(local, credentials, (REGION, "secretsmanager"), &headers, body, (now(), |_| {}))
}

/// A call to Parameter Store.
pub fn ssm(local: &Local, credentials: &Credentials, operation: &str, body: &str) -> Answer {
    let target = format!("AmazonSSM.{operation}");
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target.as_str())];
    signed_with(local, credentials, (REGION, "ssm"), &headers, body, (now(), |_| {}))
}
