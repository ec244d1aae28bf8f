//! `irsa serve`: credentials to programs that know the container endpoint, and nothing to anybody else.
#![cfg(unix)]

use irsa_local::{Config, Local};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpStream},
    os::unix::{
        fs::PermissionsExt,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/irsa-local.yaml");
const IRSA: &str = env!("CARGO_BIN_EXE_irsa");
/// Of one's own, for `--auth-from`.
const OWN_TOKEN: &str = "IRSACANARY-of-one's-own";

/// A pod whose STS is here.
struct Pod {
    local: Local,
    env: BTreeMap<String, String>,
}

impl Pod {
    fn new() -> Self {
        let local = Local::start(Config::from_file(Path::new(DEMO)).unwrap()).unwrap();
        let mut env = local.env();
        env.insert("PATH".into(), std::env::var("PATH").unwrap());
        env.insert("HOME".into(), "/nowhere".into());
        Self { local, env }
    }

    fn exchanges(&self) -> usize {
        self.local.log().iter().filter(|entry| entry.operation == "AssumeRoleWithWebIdentity").count()
    }

    /// A server with these flags, once it has said how it is reached.
    fn serve(&self, flags: &[&str]) -> Served {
        Served::start(flags, &self.env)
    }

    fn irsa(&self, args: &[&str]) -> (Option<i32>, String, String) {
        irsa(args, &self.env)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.local.state_folder().join(name)
    }
}

fn irsa(args: &[&str], env: &BTreeMap<String, String>) -> (Option<i32>, String, String) {
    let output = Command::new(IRSA).args(args).env_clear().envs(env).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

struct Served {
    child: Child,
    variables: BTreeMap<String, String>,
    port: u16,
    token: String,
}

impl Served {
    fn start(flags: &[&str], env: &BTreeMap<String, String>) -> Self {
        let mut child = Command::new(IRSA)
            .args(["serve", "--json"])
            .args(flags)
            .env_clear()
            .envs(env)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        // To the end: standard output is closed once everything is said.
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        let variables: BTreeMap<String, String> = serde_json::from_str(&said).unwrap_or_default();
        let url = variables.get("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        let port = url.map_or(0, |url| url.rsplit(':').next().unwrap().split('/').next().unwrap().parse().unwrap());
        let file = variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        let token = file.map(|file| std::fs::read_to_string(file).unwrap()).unwrap_or_default();
        Self { child, variables, port, token }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// The answer to a request, connection closed.
    fn ask(&self, request: &str) -> Answer {
        exchange(self.connect(), request.as_bytes())
    }

    /// A right request, with more header lines.
    fn right(&self, lines: &str) -> String {
        format!(
            "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: {}\r\n{lines}\r\n",
            self.port, self.token
        )
    }

    fn credentials(&self) -> Value {
        self.ask(&self.right("Connection: close\r\n")).good()
    }

    /// Ends it as Kubernetes does; what it said on standard error.
    fn end(mut self) -> String {
        signal("TERM", &self.child);
        let status = self.child.wait().unwrap();
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(status.code(), Some(0), "{said}");
        said
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(name: &str, child: &Child) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.into(), body: body.into() }
    }

    fn good(self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        serde_json::from_str(&self.body).unwrap()
    }

    #[track_caller]
    fn refused(self, status: u16, code: &str) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"));
        assert_eq!((self.status, body["code"].as_str()), (status, Some(code)), "{self:?}");
        assert!(body["message"].as_str().is_some_and(|message| message.contains("; fix: ")), "{self:?}");
        assert_eq!((&body["Code"], &body["Message"]), (&body["code"], &body["message"]));
        body["message"].as_str().unwrap().to_owned()
    }
}

fn exchange(mut stream: impl Read + Write, request: &[u8]) -> Answer {
    stream.write_all(request).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    Answer::read(&text)
}

/// One answer of a connection that stays open.
fn next(reader: &mut BufReader<TcpStream>) -> Answer {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "it ended: {head:?}");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Answer::read(&(head + &String::from_utf8(body).unwrap()))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[track_caller]
fn eventually(what: &str, mut true_at_last: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !true_at_last() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what} did not come true");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn credentials_for_the_providers_of_sdks_and_a_clean_end() {
    let pod = Pod::new();
    let served = pod.serve(&[]);
    let file = PathBuf::from(&served.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(std::fs::metadata(file.parent().unwrap()).unwrap().permissions().mode() & 0o7777, 0o700);
    assert!(served.token.len() == 43 && served.token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));

    let credentials = served.credentials();
    let names: Vec<_> = credentials.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["AccessKeyId", "AccountId", "Expiration", "SecretAccessKey", "Token"]);
    assert!(credentials["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
    assert_eq!(credentials["AccountId"], "111122223333");
    let end = irsa_core::Timestamp::parse(credentials["Expiration"].as_str().unwrap()).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!((3_500..=3_600).contains(&(end.unix() - i64::try_from(now).unwrap())), "{end}");

    // All clients have the same, from one exchange; HEAD has everything but the body.
    let keep = served.connect();
    let mut reader = BufReader::new(keep.try_clone().unwrap());
    for _ in 0..20 {
        (&keep).write_all(served.right("").as_bytes()).unwrap();
        assert_eq!(next(&mut reader).good(), credentials);
    }
    let get = served.ask(&served.right("Connection: close\r\n"));
    let head = served.ask(&served.right("Connection: close\r\n").replace("GET ", "HEAD "));
    assert_eq!((head.head, head.body.as_str()), (get.head, ""));
    assert_eq!(pod.exchanges(), 1);

    let health = served.ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").good();
    assert_eq!((health["status"].as_str(), health["generation"].as_u64()), (Some("ok"), Some(1)));
    assert!((3_500..=3_600).contains(&health["seconds_left"].as_u64().unwrap()));
    let (code, out, _) = pod.irsa(&["serve", "--health", "--port", &served.port.to_string()]);
    assert!(code == Some(0) && out.starts_with(r#"{"generation":1,"seconds_left":3"#), "{out}");

    let secrets =
        [&served.token, &text(&credentials["SecretAccessKey"]), &text(&credentials["Token"])].map(String::from);
    let (port, said) = (served.port, served.end());
    assert!(secrets.iter().all(|secret| secret.len() > 20 && !said.contains(secret)), "a secret was said");
    assert!(said.contains("irsa: note: serving on http://127.0.0.1:"), "{said}");
    assert!(said.contains("irsa: note: credentials from web identity, which end in "), "{said}");
    assert!(!file.exists() && !file.parent().unwrap().exists());
    let (code, _, err) = pod.irsa(&["serve", "--health", "--port", &port.to_string()]);
    assert!(code == Some(3) && err.contains("(serve-unhealthy)"), "{err}");
}

#[test]
fn nobody_else_gets_them() {
    let pod = Pod::new();
    let served = pod.serve(&[]);
    served.credentials();
    let right = served.right("");
    let refused = |request: &str, status, code| served.ask(request).refused(status, code);
    let line = format!("Authorization: {}\r\n", served.token);
    let last = served.token.as_bytes()[42];
    let mut almost = served.token.clone();
    almost.replace_range(42.., if last == b'A' { "B" } else { "A" });

    refused(&right.replace(&line, ""), 401, "serve-unauthorized");
    for wrong in
        ["", "x", &almost, &served.token[..42], &format!("{}x", served.token), &format!("Bearer {}", served.token)]
    {
        refused(&right.replace(&line, &format!("Authorization: {wrong}\r\n")), 403, "serve-unauthorized");
    }
    for host in ["evil.example", "evil.example:80", "10.0.0.1", "127.0.0.1.evil.example", "localhost.evil.example", ""]
    {
        let request = right.replace(&format!("127.0.0.1:{}", served.port), host);
        let said = refused(&request, 403, "serve-forbidden");
        assert!(said.contains(host));
        // Nor is it told how they are.
        refused(&request.replace("/v1/credentials", "/healthz"), 403, "serve-forbidden");
    }
    for lines in
        ["X-Forwarded-For: 127.0.0.1\r\n", "Forwarded: for=127.0.0.1\r\n", "Via: 1.1 proxy\r\n", "Origin: null\r\n"]
    {
        refused(&served.right(lines), 403, "serve-forbidden");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"] {
        let answer = served.ask(&right.replace("GET ", &format!("{method} ")));
        assert!(answer.head.contains("\r\nallow: GET, HEAD\r\n"), "{answer:?}");
        answer.refused(405, "serve-request");
    }
    for path in
        ["/", "/v1", "/v1/credentials/", "/v1/credentials/../credentials", "/V1/credentials", "//v1/credentials"]
    {
        refused(&right.replace("/v1/credentials", path), 404, "serve-request");
    }
    refused(&served.right("Content-Length: 3\r\n"), 413, "serve-request");
    refused(&served.right("Transfer-Encoding: chunked\r\n"), 413, "serve-request");
    refused(&right.replace("Host:", "X:"), 400, "serve-request");
    refused("\x16\x03\x01\x02\x00\x01\x00\x01\x7c\x03\x03", 400, "serve-request");
    refused(&right.replace("/v1", "http://127.0.0.1/v1"), 400, "serve-request");

    // It is all the same to those who may.
    served.credentials();
    let said = served.end();
    assert!(said.contains(r#"irsa: note: refused: "evil.example" in Host"#), "{said}");
    assert!(said.contains("(serve-unauthorized)") && !said.contains(&almost[..42]), "{said}");
}

#[test]
fn clients_that_misbehave_hold_nobody_up() {
    let pod = Pod::new();
    let served = pod.serve(&[]);
    let credentials = served.credentials();

    // Pipelined: in order, the last one closing.
    let hundred = served.right("").repeat(99) + &served.right("Connection: close\r\n");
    let mut stream = served.connect();
    stream.write_all(hundred.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(text.matches("HTTP/1.1 200 OK\r\n").count(), 100);
    assert_eq!(text.matches("\"AccessKeyId\"").count(), 100);

    // A byte at a time, and half closed.
    let mut stream = served.connect();
    for byte in served.right("").bytes() {
        stream.write_all(&[byte]).unwrap();
    }
    stream.shutdown(Shutdown::Write).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(Answer::read(&text).good(), credentials);

    // More than a head may be, all of it sent before anything is read.
    let huge = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    served.ask(&huge).refused(431, "serve-request");
    served.ask(&served.right(&"X: y\r\n".repeat(100))).refused(431, "serve-request");

    // Four hundred that say nothing, or begin and go no further: each of the others is answered at once.
    let mut silent = Vec::new();
    for i in 0..400 {
        let mut stream = served.connect();
        if i % 2 == 0 {
            stream.write_all(b"GET /v1/cred").unwrap();
        }
        silent.push(stream);
        if i % 40 == 0 {
            assert_eq!(served.credentials(), credentials);
        }
    }
    assert_eq!(served.credentials(), credentials);
    if let Ok(open) = std::fs::read_dir(format!("/proc/{}/fd", served.child.id())) {
        // Of the server itself there are a dozen.
        assert!(open.count() <= 256 + 20, "clients beyond the limit are kept");
    }
    // The last of those who began are told why they are let go.
    let mut text = String::new();
    silent[398].read_to_string(&mut text).unwrap();
    Answer::read(&text).refused(408, "serve-request");
    drop(silent);

    // Two hundred at once.
    let open: Vec<_> = (0..200).map(|_| served.connect()).collect();
    for mut stream in &open {
        stream.write_all(served.right("").as_bytes()).unwrap();
    }
    for stream in open {
        assert_eq!(next(&mut BufReader::new(stream)).good(), credentials);
    }
    // Gone before the answer, and torn down.
    for _ in 0..50 {
        served.connect().write_all(served.right("").as_bytes()).unwrap();
    }
    assert_eq!(served.credentials(), credentials);
    assert_eq!(pod.exchanges(), 1);
    served.end();
}

#[test]
fn newer_credentials_come_before_the_end_and_old_ones_serve_while_sts_fails() {
    let pod = Pod::new();
    pod.local.fault("lifetime 8s").unwrap();
    let served = pod.serve(&[]);
    let mut seen = std::collections::BTreeSet::new();
    eventually("a fourth set of credentials", || {
        let credentials = served.credentials();
        let end = irsa_core::Timestamp::parse(credentials["Expiration"].as_str().unwrap()).unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        assert!(end.unix() >= i64::try_from(now).unwrap(), "ended when it came");
        seen.insert(credentials["AccessKeyId"].to_string());
        seen.len() >= 4
    });
    assert!(pod.exchanges() <= seen.len() + 1);

    // STS fails: what is in hand is served, then the failure is told, as one that SDKs try again.
    pod.local.fault("lifetime off\ndown 4s").unwrap();
    let failed = std::cell::Cell::new(false);
    eventually("the end of what was in hand, and newer credentials after it", || {
        let answer = served.ask(&served.right("Connection: close\r\n"));
        match answer.status {
            200 => failed.get() && !seen.contains(&answer.good()["AccessKeyId"].to_string()),
            _ => {
                failed.set(true);
                assert!(answer.head.contains("\r\nretry-after: 1\r\n"), "{answer:?}");
                answer.refused(503, "net-closed");
                false
            }
        }
    });
    served.end();
}

#[test]
fn a_refusal_of_sts_is_told_in_its_words() {
    let pod = Pod::new();
    let wrong = pod.serve(&["--role-arn", "arn:aws:iam::111122223333:role/other"]);
    let message = wrong.ask(&wrong.right("Connection: close\r\n")).refused(403, "sts-access-denied");
    assert!(message.contains("Not authorized to perform sts:AssumeRoleWithWebIdentity"), "{message}");
    let health = wrong.ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_eq!((health.status, health.body.as_str()), (503, r#"{"code":"sts-access-denied","status":"failing"}"#));
    let (code, _, err) = pod.irsa(&["serve", "--health", "--port", &wrong.port.to_string()]);
    assert!(code == Some(3) && err.contains("(serve-unhealthy)") && err.contains("sts-access-denied"), "{err}");
    let said = wrong.end();
    assert!(said.contains("irsa: warning: no credentials: ") && said.contains("; fix: "), "{said}");

    // A setting that is wrong: SDKs need not try again.
    let malformed = pod.serve(&["--role-arn", "role/checkout"]);
    malformed.ask(&malformed.right("Connection: close\r\n")).refused(400, "arn-placeholder");
    // A token file that is not there may come.
    let missing = pod.serve(&["--token-file", "/nowhere/token"]);
    missing.ask(&missing.right("Connection: close\r\n")).refused(503, "token-file-missing");
}

#[test]
fn clients_wait_together_for_a_slow_exchange() {
    let pod = Pod::new();
    pod.local.fault("slow 2s").unwrap();
    let served = pod.serve(&[]);
    let health = served.ask("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_eq!((health.status, health.body.as_str()), (503, r#"{"status":"starting"}"#));
    let open: Vec<_> = (0..50).map(|_| served.connect()).collect();
    for mut stream in &open {
        stream.write_all(served.right("").as_bytes()).unwrap();
    }
    // Some go away meanwhile.
    let open: Vec<_> = open.into_iter().skip(10).collect();
    for stream in open {
        next(&mut BufReader::new(stream)).good();
    }
    assert_eq!(pod.exchanges(), 1);
    served.end();
}

#[test]
fn a_unix_socket_is_for_its_owner_and_stale_ones_are_replaced() {
    let pod = Pod::new();
    let path = pod.path("serve.sock");
    let name = path.to_str().unwrap();
    // Left behind by a server that was killed.
    drop(UnixListener::bind(&path).unwrap());
    let served = pod.serve(&["--socket", name]);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    let ask = |lines: &str| {
        let stream = UnixStream::connect(&path).unwrap();
        let request = format!("GET /v1/credentials HTTP/1.1\r\n{lines}Connection: close\r\n\r\n");
        exchange(stream, request.as_bytes())
    };
    assert!(ask("Host: localhost\r\n").good()["AccessKeyId"].is_string());
    ask("Host: evil.example\r\n").refused(403, "serve-forbidden");
    assert_eq!(pod.irsa(&["serve", "--health", "--socket", name]).0, Some(0));

    // One that hangs is not waited for.
    let deaf = pod.path("deaf.sock");
    let _listener = UnixListener::bind(&deaf).unwrap();
    let asks = ["serve", "--health", "--socket", deaf.to_str().unwrap()];
    let mut asks = Command::new(IRSA).args(asks).env_clear().stderr(Stdio::null()).spawn().unwrap();
    eventually("an end", || asks.try_wait().unwrap().is_some());
    assert!(!asks.wait().unwrap().success());

    // Nobody's socket is taken away.
    let (code, _, err) = pod.irsa(&["serve", "--socket", name]);
    assert!(code == Some(3) && err.contains("another server answers there (serve-address)"), "{err}");
    assert!(path.exists());
    served.end();
    assert!(!path.exists());
    std::fs::write(&path, "a file").unwrap();
    let (code, _, err) = pod.irsa(&["serve", "--socket", name]);
    assert!(code == Some(3) && err.contains("is no socket (serve-address)"), "{err}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a file");

    // With a token, where one is asked for.
    std::fs::remove_file(&path).unwrap();
    let token = pod.path("socket-token");
    let served = pod.serve(&["--socket", name, "--auth-file", token.to_str().unwrap()]);
    let request = |lines: &str| {
        let text = format!("GET /v1/credentials HTTP/1.1\r\nHost: localhost\r\n{lines}Connection: close\r\n\r\n");
        exchange(UnixStream::connect(&path).unwrap(), text.as_bytes())
    };
    request("").refused(401, "serve-unauthorized");
    request(&format!("Authorization: {}\r\n", std::fs::read_to_string(&token).unwrap())).good();
    served.end();
}

#[test]
fn files_that_the_user_names() {
    let pod = Pod::new();
    let (auth, port) = (pod.path("auth"), pod.path("port"));
    let (auth_name, port_name) = (auth.to_str().unwrap(), port.to_str().unwrap());
    std::fs::write(&auth, "what a killed server left").unwrap();
    let served = pod.serve(&["--auth-file", auth_name, "--port-file", port_name]);
    assert_eq!(served.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], auth_name);
    assert_eq!(std::fs::metadata(&auth).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(std::fs::read_to_string(&port).unwrap(), served.port.to_string());
    served.credentials();
    eventually("health", || pod.irsa(&["serve", "--health", "--port-file", port_name]).0 == Some(0));

    // Another server's file is not taken away by the first one's end.
    let second = pod.serve(&["--auth-file", auth_name]);
    served.end();
    assert!(!port.exists());
    assert_eq!(std::fs::read_to_string(&auth).unwrap(), second.token);
    second.end();
    assert!(!auth.exists());

    std::fs::write(&auth, OWN_TOKEN).unwrap();
    let own = pod.serve(&["--auth-from", auth_name]);
    assert_eq!(own.token, OWN_TOKEN);
    own.credentials();
    own.end();
    assert_eq!(std::fs::read_to_string(&auth).unwrap(), OWN_TOKEN);
    for (token, why) in [
        (format!("{OWN_TOKEN}\n"), "it ends in a line feed"),
        ("IRSACANARY".into(), "under 16 characters"),
        ("IRSACANARY and a space".into(), "visible ASCII"),
        ("IRSACANARY".repeat(300), "over 2,048"),
    ] {
        std::fs::write(&auth, token).unwrap();
        let (code, _, err) = pod.irsa(&["serve", "--auth-from", auth_name]);
        assert!(code == Some(3) && err.contains(why) && err.contains("(serve-file)"), "{err}");
    }
    let (code, _, err) = pod.irsa(&["serve", "--auth-file", "/nowhere/auth"]);
    assert!(code == Some(3) && err.contains("/nowhere/auth") && err.contains("(serve-file)"), "{err}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (code, _, err) = pod.irsa(&["serve", "--port", &taken.local_addr().unwrap().port().to_string()]);
    assert!(code == Some(3) && err.contains("(serve-address)"), "{err}");
}

#[test]
fn a_command_has_a_server_of_its_own() {
    let pod = Pod::new();
    let script = r#"
        test -z "$AWS_ROLE_ARN$AWS_WEB_IDENTITY_TOKEN_FILE$AWS_ACCESS_KEY_ID" || exit 1
        test -n "$AWS_REGION" && test -s "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE" || exit 2
        echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI $AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
        "$0" serve --health --port "$(echo "$AWS_CONTAINER_CREDENTIALS_FULL_URI" | sed 's/.*:\([0-9]*\).*/\1/')" >&2 || exit 3
        exit 7"#;
    let (code, out, err) = pod.irsa(&["serve", "--", "sh", "-c", script, IRSA]);
    assert_eq!(code, Some(7), "{err}");
    let (url, file) = out.trim().split_once(' ').unwrap();
    assert!(url.starts_with("http://127.0.0.1:") && url.ends_with("/v1/credentials"), "{out}");
    assert!(!Path::new(file).exists());

    // Signals go to the command, and what it ends of shows.
    let mut child = Command::new(IRSA)
        .args(["serve", "--", "sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.1; done"])
        .env_clear()
        .envs(&pod.env)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    signal("TERM", &child);
    assert_eq!((line.as_str(), child.wait().unwrap().code()), ("ready\n", Some(9)));
    // One that comes before there are credentials finds nothing to clean up.
    let (folder, deaf) = (pod.path("folder"), std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    std::fs::create_dir(&folder).unwrap();
    let mut child = Command::new(IRSA)
        .args(["serve", "--", "true"])
        .env_clear()
        .envs(&pod.env)
        .env("AWS_ENDPOINT_URL_STS", format!("http://{}", deaf.local_addr().unwrap()))
        .env("TMPDIR", &folder)
        .spawn()
        .unwrap();
    drop(deaf.accept().unwrap());
    signal("TERM", &child);
    child.wait().unwrap();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    let (code, ..) = pod.irsa(&["serve", "--", "sh", "-c", "kill -KILL $$"]);
    assert_eq!(code, Some(137));

    // Ours.
    let (code, _, err) = pod.irsa(&["serve", "--", "no-such-command"]);
    assert!(code == Some(127) && err.contains("(exec-missing)"), "{err}");
    let (code, _, err) = pod.irsa(&["serve", "--role-arn", "arn:aws:iam::111122223333:role/other", "--", "true"]);
    assert!(code == Some(125) && err.contains("(sts-access-denied"), "{err}");
    let (code, _, err) = pod.irsa(&["serve", "--socket", "x", "--", "true"]);
    assert!(code == Some(125) && err.contains("(usage)"), "{err}");
}

#[test]
fn a_shell_goes_on_when_everything_is_said() {
    let pod = Pod::new();
    let script = r#"eval "$("$0" serve --port-file "$1" & echo "SERVER=$!")"; test -z "$AWS_ROLE_ARN" || exit 1
        "$0" serve --health --port-file "$1" >&2 || sleep 1; "$0" serve --health --port-file "$1" || exit 2
        cat "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE" | wc -l; kill $SERVER"#;
    let port = pod.path("shell-port");
    let (sender, receiver) = mpsc::channel();
    let (env, port) = (pod.env.clone(), port.to_str().unwrap().to_owned());
    std::thread::spawn(move || {
        let output = Command::new("sh").args(["-c", script, IRSA, &port]).env_clear().envs(env).output().unwrap();
        sender.send(output)
    });
    let output = receiver.recv_timeout(Duration::from_secs(60)).expect("the shell still waits");
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success() && out.contains("\"status\":\"ok\"") && out.trim().ends_with('0'), "{out}{err}");
}

#[test]
fn ipv6_loopback() {
    let pod = Pod::new();
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return;
    }
    let served = pod.serve(&["--ipv6"]);
    assert!(served.variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"].starts_with("http://[::1]:"));
    let stream = TcpStream::connect(("::1", served.port)).unwrap();
    let request = served.right("Connection: close\r\n").replace("127.0.0.1", "[::1]");
    exchange(stream, request.as_bytes()).good();
    let port = served.port.to_string();
    assert_eq!(pod.irsa(&["serve", "--health", "--ipv6", "--port", &port]).0, Some(0));
    served.end();
}

#[test]
fn keys_that_never_end_are_served_with_an_end() {
    let env = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "IRSACANARY\"\\key")];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let served = Served::start(&[], &env);
    let credentials = served.credentials();
    assert_eq!((&credentials["SecretAccessKey"], &credentials["Token"]), (&"IRSACANARY\"\\key".into(), &"".into()));
    assert!(credentials["Expiration"].as_str().unwrap().ends_with('Z'));
    let said = served.end();
    assert!(!said.contains("IRSACANARY"), "{said}");
}
