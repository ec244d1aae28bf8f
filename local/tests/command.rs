//! The command: variables, exit codes, signals, tokens, messages.

mod support;

use irsa_trust::oidc::Jws;
use std::{
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Output, Stdio},
};
use support::{form, send, trust_for};

/// What `make demo` plays.
const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/irsa-local.yaml");
const ROLE: &str = "arn:aws:iam::111122223333:role/checkout";

const PROGRAM: &str = env!("CARGO_BIN_EXE_irsa-local");

/// irsa-local, with nothing of this machine's variables but the path, and a minute to end in.
fn irsa_local(args: &[&str]) -> Command {
    let mut command = alone("timeout");
    command.args(["60", PROGRAM]).args(args);
    command
}

fn alone(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).stdin(Stdio::null());
    command
}

fn run(options: &[&str], script: &str) -> Output {
    let options = [&["run", "--config", DEMO, "--quiet"], options, &["--", "sh", "-c", script]].concat();
    irsa_local(&options).output().unwrap()
}

fn demo(file: &str) -> String {
    DEMO.replace("irsa-local.yaml", file)
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A folder of this test's own, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running `serve`, killed at the end of the test.
struct Serve {
    child: Child,
    lines: Vec<String>,
}

impl Serve {
    /// Up to the line that begins with `last`.
    fn start(options: &[&str], last: &str) -> Self {
        let options = [&["serve", "--config", DEMO], options].concat();
        let mut child = alone(PROGRAM).args(options).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            lines.push(line.unwrap());
            if lines.last().is_some_and(|line| line.starts_with(last)) {
                break;
            }
        }
        Self { child, lines }
    }

    fn variable(&self, name: &str) -> String {
        let start = format!("export {name}='");
        let line = self
            .lines
            .iter()
            .find_map(|line| line.strip_prefix(&start))
            .unwrap_or_else(|| panic!("{name}: {:?}", self.lines));
        line.strip_suffix('\'').unwrap().to_owned()
    }

    fn stop(&mut self, signal: &str) -> ExitStatus {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_child_is_a_pod() {
    let script = r#"
        echo "$AWS_ROLE_ARN|$AWS_REGION|$AWS_DEFAULT_REGION|$AWS_STS_REGIONAL_ENDPOINTS|${AWS_ACCESS_KEY_ID-none}|${AWS_PROFILE-none}"
        echo "$AWS_ENDPOINT_URL_STS|$AWS_ENDPOINT_URL_SECRETS_MANAGER|$NO_PROXY|${AWS_CA_BUNDLE-none}"
        echo "$AWS_ENDPOINT_URL|$AWS_ENDPOINT_URL_SSM|$AWS_ENDPOINT_URL_S3"
        echo "$AWS_WEB_IDENTITY_TOKEN_FILE"
        cat "$AWS_WEB_IDENTITY_TOKEN_FILE"; echo
        wc -c < "$AWS_CONFIG_FILE"; wc -c < "$AWS_SHARED_CREDENTIALS_FILE"
        ls -ld "${AWS_WEB_IDENTITY_TOKEN_FILE%/var/run*}"
    "#;
    let mut command = irsa_local(&["run", "--config", DEMO, "--quiet", "--", "sh", "-c", script]);
    command
        .env("AWS_ACCESS_KEY_ID", "AKIASTALE")
        .env("AWS_PROFILE", "mine")
        .env("HTTPS_PROXY", "http://proxy:1")
        .env("NO_PROXY", "x");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let mut lines: Vec<&str> = text(&output.stdout).lines().collect();
    assert_eq!(lines[0], format!("{ROLE}|eu-west-1|eu-west-1|regional|none|none"));
    let parts: Vec<&str> = lines[1].split('|').collect();
    assert!(parts[0].starts_with("http://127.0.0.1:") && parts[0] == parts[1], "{parts:?}");
    assert_eq!(parts[2..], ["x,127.0.0.1,::1,localhost", "none"]);
    assert_eq!(lines.remove(2), [parts[0]; 3].join("|"));
    assert!(lines[2].ends_with("/var/run/secrets/eks.amazonaws.com/serviceaccount/token"));
    assert_eq!(Jws::parse(lines[3]).unwrap().claims().unwrap()["sub"], "system:serviceaccount:shop:checkout");
    assert_eq!((lines[4].trim(), lines[5].trim()), ("0", "0"));
    assert!(lines[6].starts_with("drwx------"), "{}", lines[6]);
    assert!(!PathBuf::from(lines[2]).exists(), "a temporary folder goes with its run");
    assert_eq!(text(&output.stderr), "", "--quiet");

    // A Region that is set already is kept, unless the configuration or an option names one.
    let files = ["service-account", "trust-policy"].map(|name| {
        [format!("--{name}"), demo(&format!("{name}.{}", if name == "trust-policy" { "json" } else { "yaml" }))]
    });
    let mut command = irsa_local(&["run", "--quiet"]);
    command.args(files.concat()).args(["--", "sh", "-c", "echo $AWS_REGION"]);
    assert_eq!(text(&command.output().unwrap().stdout), "eu-west-1\n", "of the issuer's host");
    command.env("AWS_REGION", "eu-north-1");
    assert_eq!(text(&command.output().unwrap().stdout), "eu-north-1\n");
    assert_eq!(text(&run(&["--region", "eu-west-3"], "echo $AWS_REGION").stdout), "eu-west-3\n");
}

#[test]
fn exit_codes_are_the_childs_or_125_to_127() {
    let code = |output: &Output| output.status.code();
    assert_eq!(code(&run(&[], "exit 0")), Some(0));
    assert_eq!(code(&run(&[], "exit 42")), Some(42));
    assert_eq!(code(&run(&[], "kill -KILL $$")), Some(137));
    let cases: [(&[&str], i32, &str, &str); 12] = [
        (
            &["run", "--config", DEMO, "--", "/nowhere/program"],
            127,
            "/nowhere/program: no such program (local-command)",
            "after --",
        ),
        (&["run", "--config", DEMO, "--", DEMO], 126, "(local-command)", "executable"),
        (&["run", "--config", DEMO], 125, "run: no command", "irsa-local run … -- COMMAND"),
        (
            &["run", "--config", "/nowhere.yaml", "--", "true"],
            125,
            "/nowhere.yaml: no such file (local-file)",
            "/nowhere.yaml",
        ),
        (&["run", "--service-account", "x", "--", "true"], 125, "without --trust-policy", "add --trust-policy FILE"),
        (&["serve", "--config", DEMO, "--listen", "0.0.0.0"], 3, "no loopback address (local-address)", "127.0.0.1"),
        (&["serve", "--config", DEMO, "--port", "99999"], 2, "--port 99999", "a port from 1 to 65535"),
        (&["serve", "--config", DEMO, "--listen", "here"], 2, "--listen here", "127.0.0.1 or ::1"),
        (
            &["serve", "--parameter", "x"],
            2,
            "--parameter: no NAME=VALUE (local-usage)",
            "`parameters:` in irsa-local.yaml",
        ),
        (&["run", "--config", DEMO, "--bucket", "Data", "--", "true"], 125, "“Data” is no name for a bucket", "63"),
        (
            &["run", "--config", DEMO, "--secure-parameter", "/ssm=x", "--", "true"],
            125,
            "begins with aws or ssm",
            "/app",
        ),
        (&["serve", "--explode"], 2, "unknown option --explode (local-usage)", "--help"),
    ];
    for (args, exit, message, fix) in cases {
        let output = irsa_local(args).output().unwrap();
        let stderr = text(&output.stderr);
        assert_eq!(code(&output), Some(exit), "{args:?}: {stderr}");
        let lines: Vec<&str> = stderr.lines().collect();
        assert!(
            lines.len() == 2 && lines[0].starts_with("irsa-local: error: ") && lines[0].contains(message),
            "{stderr}"
        );
        assert!(lines[1].starts_with("irsa-local: fix: ") && lines[1].contains(fix), "{stderr}");
    }
    // Without files, one is looked for in the working directory.
    let output = irsa_local(&["run", "--", "true"]).current_dir("/").output().unwrap();
    assert!(
        text(&output.stderr).contains("irsa-local.yaml: no such file, and no other file was named"),
        "{}",
        text(&output.stderr)
    );
    let demo = PathBuf::from(DEMO);
    assert_eq!(
        code(&irsa_local(&["run", "--", "true"]).current_dir(demo.parent().unwrap()).output().unwrap()),
        Some(0)
    );
    let help = irsa_local(&["--help"]).output().unwrap();
    assert!(help.status.success() && text(&help.stdout).starts_with("usage: irsa-local run"));
    assert!(text(&help.stdout).lines().all(|line| line.len() <= 100) && text(&help.stdout).lines().count() <= 50);
}

#[test]
fn signals_go_to_the_child() {
    for (signal, number) in [("-TERM", 15), ("-INT", 2), ("-HUP", 1), ("-USR1", 10), ("-QUIT", 3)] {
        // The child says that it is ready, and what it got.
        let script = format!(
            "trap 'echo got; exit $((100 + {number}))' {}; echo ready; for i in $(seq 200); do sleep 0.1; done",
            &signal[1..]
        );
        let mut command = alone(PROGRAM);
        command.args(["run", "--config", DEMO, "--quiet", "--", "sh", "-c", &script]);
        // Out of the foreground of the terminal that the tests may run in: there Ctrl-C is the terminal's to send.
        let mut child = command.stdout(Stdio::piped()).process_group(0).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        line.clear();
        out.read_to_string(&mut line).unwrap();
        assert_eq!((line.as_str(), child.wait().unwrap().code()), ("got\n", Some(100 + number)), "{signal}");
    }
}

#[test]
fn serve_says_where_it_is_and_stops_when_told() {
    let state = Scratch::new("serve");
    let folder = state.0.to_str().unwrap();
    let mut serve = Serve::start(&["--state", folder], "unset ");
    let url = serve.variable("IRSA_LOCAL_URL");
    assert_eq!(serve.variable("AWS_ENDPOINT_URL_STS"), url);
    assert!(serve.lines.last().unwrap().contains("AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"));
    let token_file = serve.variable("AWS_WEB_IDENTITY_TOKEN_FILE");
    assert!(token_file.starts_with(folder), "{token_file}");

    let exchange = |url: &str, token: &str| {
        let body = form(&[
            ("Action", "AssumeRoleWithWebIdentity"),
            ("Version", "2011-06-15"),
            ("RoleArn", ROLE),
            ("RoleSessionName", "test"),
            ("WebIdentityToken", token),
        ]);
        send(url, "POST", &[], &body).unwrap()
    };
    // By its URL, by the variable, and by its folder: each the same issuer's.
    let token = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    assert_eq!(exchange(&url, &token(&mut irsa_local(&["token", "--url", &url]))).status, 200);
    assert_eq!(exchange(&url, &token(irsa_local(&["token"]).env("IRSA_LOCAL_URL", &url))).status, 200);
    assert_eq!(exchange(&url, &token(&mut irsa_local(&["token", "--state", folder]))).status, 200);
    let wrong = token(
        irsa_local(&["token", "--audience", "vault", "--subject", "me", "--lifetime", "10m"])
            .env("IRSA_LOCAL_URL", &url),
    );
    let claims = Jws::parse(&wrong).unwrap().claims().unwrap();
    assert_eq!((&claims["aud"], &claims["sub"]), (&serde_json::json!(["vault"]), &"me".into()));
    for flag in ["--expired", "--issued-in-future", "--tampered", "--foreign-key", "--unknown-kid"] {
        for place in [["--url", &url], ["--state", folder]] {
            let answer = exchange(&url, &token(&mut irsa_local(&[&["token", flag], &place[..]].concat())));
            assert_eq!(answer.status, 400, "{flag} {place:?}");
        }
    }
    let missing = token(&mut irsa_local(&["token", "--missing-claim", "sub", "--url", &url]));
    assert_eq!(exchange(&url, &missing).refusal().1, "Missing a required claim: sub");
    let refused = irsa_local(&["token", "--role", "nobody", "--url", &url]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("fix: --role checkout"), "{}", text(&refused.stderr));
    let whole = token(&mut irsa_local(&["token", "--url", &url]));
    assert!(!whole.ends_with('\n') && whole.matches('.').count() == 2, "SDKs break on a newline");

    // A port that is taken, by name; and a fixed one.
    let port = url.rsplit(':').next().unwrap();
    let taken = irsa_local(&["serve", "--config", DEMO, "--port", port]).output().unwrap();
    assert_eq!(taken.status.code(), Some(3));
    assert!(text(&taken.stderr).contains(&format!("127.0.0.1 port {port}: ")), "{}", text(&taken.stderr));
    assert!(text(&taken.stderr).contains(&format!("fix: give another port than {port}")), "{}", text(&taken.stderr));
    assert_eq!(serve.stop("-TERM").code(), Some(0));
    assert!(send(&url, "POST", &[], "").is_err());
    let gone = irsa_local(&["token", "--url", &url]).output().unwrap();
    assert_eq!(gone.status.code(), Some(5), "{}", text(&gone.stderr));

    // The folder is kept, and with it the key: a token of before is good after a restart.
    let before = token(&mut irsa_local(&["token", "--state", folder]));
    let mut again = Serve::start(&["--state", folder, "--port", port], "unset ");
    assert_eq!(again.variable("IRSA_LOCAL_URL"), url);
    assert_eq!(exchange(&url, &before).status, 200);
    assert_eq!(again.stop("-INT").code(), Some(0));
    let nothing = irsa_local(&["token", "--state", "/nowhere"]).output().unwrap();
    assert!(
        text(&nothing.stderr).contains("fix: start one with: irsa-local serve --state /nowhere"),
        "{}",
        text(&nothing.stderr)
    );
    let nowhere = irsa_local(&["token"]).output().unwrap();
    assert!(text(&nowhere.stderr).contains("IRSA_LOCAL_URL is not set"));
}

#[test]
fn tls_has_a_ca_of_its_own() {
    let mut serve = Serve::start(&["--tls", "--json"], "{");
    let value: serde_json::Value = serde_json::from_str(&serve.lines[0]).unwrap();
    let (url, ca) = (value["url"].as_str().unwrap(), value["env"]["AWS_CA_BUNDLE"].as_str().unwrap());
    assert!(url.starts_with("https://127.0.0.1:") && value["issuerUrl"].as_str().unwrap().starts_with("https://"));
    assert_eq!(value["unset"][0], "AWS_ACCESS_KEY_ID");
    assert!(std::fs::read_to_string(ca).unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    let output = irsa_local(&["token", "--url", url]).env("AWS_CA_BUNDLE", ca).output().unwrap();
    let claims = Jws::parse(text(&output.stdout)).unwrap().claims().unwrap();
    assert_eq!(claims["iss"], value["issuer"]);
    let distrusted = irsa_local(&["token", "--url", url]).env("AWS_CA_BUNDLE", DEMO).output().unwrap();
    assert_eq!(distrusted.status.code(), Some(5), "{}", text(&distrusted.stderr));
    serve.stop("-TERM");
}

#[test]
fn faults_and_rotation_come_from_the_command_line() {
    let scratch = Scratch::new("faults");
    let script = scratch.0.join("faults.txt");
    std::fs::write(&script, "throttle 1\nexplode").unwrap();
    let output = run(&["--fault", script.to_str().unwrap()], "true");
    assert_eq!(output.status.code(), Some(125));
    assert!(text(&output.stderr).contains("faults.txt line 2: unknown word “explode”"), "{}", text(&output.stderr));

    let log = scratch.0.join("log");
    std::fs::write(&script, "throttle 1").unwrap();
    let options = [
        "--fault",
        script.to_str().unwrap(),
        "--log",
        log.to_str().unwrap(),
        "--log-json",
        "--explain",
        "--rotate",
        "50ms",
    ];
    let options = [&["run", "--config", DEMO], &options[..], &["--", "sh", "-c"]].concat();
    let child = r#"
        cat "$AWS_WEB_IDENTITY_TOKEN_FILE" > "$OUT/first"
        for i in $(seq 200); do cmp -s "$AWS_WEB_IDENTITY_TOKEN_FILE" "$OUT/first" || break; sleep 0.1; done
        ! cmp -s "$AWS_WEB_IDENTITY_TOKEN_FILE" "$OUT/first" || exit 99
        exec "$SELF" token > "$OUT/token"
    "#;
    let output =
        irsa_local(&[&options[..], &[child]].concat()).env("OUT", &scratch.0).env("SELF", PROGRAM).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(std::fs::read_to_string(scratch.0.join("token")).unwrap().starts_with("ey"));
    assert_eq!(text(&output.stderr), "");
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "", "control paths are not logged");
}

#[test]
fn what_iam_stores_although_it_is_a_mistake_is_warned_of_unless_quiet() {
    let scratch = Scratch::new("warns");
    let trust = scratch.0.join("trust.json").display().to_string();
    std::fs::write(&trust, trust_for("system:serviceaccount:demo:*")).unwrap();
    let account = demo("service-account.yaml");
    let said = |more: &[&str]| {
        let options =
            [&["run", "--service-account", &account, "--trust-policy", &trust], more, &["--", "true"]].concat();
        let output = irsa_local(&options).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stderr).to_owned()
    };
    let loud = said(&[]);
    assert!(
        loud.starts_with(&format!("irsa-local: warning: {trust}: /Statement/0/Condition/StringEquals/oidc.eks")),
        "{loud}"
    );
    assert!(loud.contains("(literal-wildcard); use StringLike"), "{loud}");
    assert_eq!(said(&["--quiet"]), "");
}

#[test]
fn buckets_come_from_the_command_line() {
    let scratch = Scratch::new("buckets");
    let folder = scratch.0.join("objects");
    let options = ["--bucket", "data", "--bucket-folder", folder.to_str().unwrap(), "--parameter", "/a=b"];
    let output = run(&options, "exit 3");
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(folder.join("data").is_dir(), "and it stays");
}
