//! The manifests of docs/deploy: they parse, hang together, and what they run runs here, against `irsa-local`.
#![cfg(unix)]

use irsa_local::{Config, Local};
use saphyr_parser::{Event, Parser, StrInput};
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Output, Stdio},
};

const DEPLOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/deploy/");
const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/irsa-local.yaml");
const IRSA: &str = env!("CARGO_BIN_EXE_irsa");

/// Scalars as text: none of the fields looked at here is anything else.
fn documents(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(format!("{DEPLOY}{name}")).unwrap();
    let mut events = Parser::new_from_str(&text);
    let mut all = Vec::new();
    while let Some(event) = events.next() {
        match event.unwrap_or_else(|e| panic!("{name}: {e}")).0 {
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::StreamEnd | Event::Nothing => {}
            event => all.push(value(event, &mut events)),
        }
    }
    all
}

fn value(event: Event<'_>, events: &mut Parser<'_, StrInput<'_>>) -> Value {
    let next = |events: &mut Parser<'_, StrInput<'_>>| match events.next().unwrap().unwrap().0 {
        Event::SequenceEnd | Event::MappingEnd => None,
        Event::Scalar(text, ..) => Some(Value::from(text.into_owned())),
        Event::SequenceStart(anchor, tag) => Some(value(Event::SequenceStart(anchor, tag), events)),
        Event::MappingStart(anchor, tag) => Some(value(Event::MappingStart(anchor, tag), events)),
        other => panic!("{other:?}"),
    };
    match event {
        Event::Scalar(text, ..) => text.into_owned().into(),
        Event::SequenceStart(..) => std::iter::from_fn(|| next(events)).collect(),
        Event::MappingStart(..) => {
            let mut members = Map::new();
            while let Some(key) = next(events) {
                let member = next(events).expect("a value");
                assert!(members.insert(key.as_str().unwrap().into(), member).is_none(), "{key} twice");
            }
            members.into()
        }
        other => panic!("{other:?}"),
    }
}

fn of_kind<'a>(documents: &'a [Value], kind: &str) -> &'a Value {
    documents.iter().find(|document| document["kind"] == kind).unwrap()
}

/// The items of a list by their names.
fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|item| item["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// What a container's environment says, but for what comes from fields.
fn env(container: &Value) -> BTreeMap<String, String> {
    let all = container["env"].as_array().unwrap().iter();
    all.filter_map(|e| Some((e["name"].as_str()?.to_owned(), e["value"].as_str()?.to_owned()))).collect()
}

/// Each path lies in a volume that the container mounts, and the pod has.
fn lies_in_a_volume(path: &str, container: &Value, pod: &Value) -> String {
    let mounts = container["volumeMounts"].as_array().unwrap();
    let holds = |mount: &&Value| path.starts_with(&format!("{}/", mount["mountPath"].as_str().unwrap()));
    let mount = mounts.iter().find(holds).unwrap_or_else(|| panic!("{path} is in no volume"));
    named(&pod["spec"]["volumes"], mount["name"].as_str().unwrap());
    mount["name"].as_str().unwrap().to_owned()
}

fn hardened(container: &Value) {
    let context = &container["securityContext"];
    assert_eq!(
        (&context["allowPrivilegeEscalation"], &context["capabilities"]["drop"][0]),
        (&"false".into(), &"ALL".into())
    );
}

struct Pod {
    local: Local,
    env: BTreeMap<String, String>,
}

impl Pod {
    fn new() -> Self {
        let local = Local::start(Config::from_file(Path::new(DEMO)).unwrap()).unwrap();
        let env = local.env();
        Self { local, env }
    }

    /// As Kubernetes would run it: the manifest's environment, with the token and STS of here.
    fn env_of(&self, container: &Value) -> BTreeMap<String, String> {
        let mut all = env(container);
        for name in ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ENDPOINT_URL_STS"] {
            all.insert(name.into(), self.env[name].clone());
        }
        all
    }
}

fn run(args: &[String], env: &BTreeMap<String, String>) -> Output {
    Command::new(IRSA).args(args).env_clear().envs(env).output().unwrap()
}

#[test]
fn the_sidecar_serves_the_app() {
    let documents = documents("sidecar.yaml");
    let (account, pod) = (of_kind(&documents, "ServiceAccount"), of_kind(&documents, "Pod"));
    assert_eq!(
        account["metadata"]["annotations"],
        Value::Null,
        "the webhook would give the app web identity variables"
    );
    assert_eq!(pod["spec"]["serviceAccountName"], account["metadata"]["name"]);
    assert_eq!(pod["metadata"]["namespace"], account["metadata"]["namespace"]);
    let sidecar = named(&pod["spec"]["initContainers"], "irsa");
    let app = named(&pod["spec"]["containers"], "app");
    assert_eq!(sidecar["restartPolicy"], "Always");
    assert!(pod["spec"]["securityContext"]["runAsUser"].is_string(), "both run as one user");
    hardened(sidecar);
    hardened(app);
    let projected = named(&pod["spec"]["volumes"], "aws-iam-token");
    assert_eq!(projected["projected"]["sources"][0]["serviceAccountToken"]["audience"], "sts.amazonaws.com");

    // What the two say to each other.
    let args = texts(&sidecar["args"]);
    let after = |flag: &str| args[args.iter().position(|arg| arg == flag).unwrap() + 1].clone();
    let (port, file) = (after("--port"), after("--auth-file"));
    let said = env(app);
    assert_eq!(said["AWS_CONTAINER_CREDENTIALS_FULL_URI"], format!("http://127.0.0.1:{port}/v1/credentials"));
    assert_eq!(said["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], file);
    assert!(!said.contains_key("AWS_ROLE_ARN") && !said.contains_key("AWS_WEB_IDENTITY_TOKEN_FILE"));
    assert_eq!(lies_in_a_volume(&file, sidecar, pod), lies_in_a_volume(&file, app, pod));
    lies_in_a_volume(&env(sidecar)["AWS_WEB_IDENTITY_TOKEN_FILE"], sidecar, pod);
    let probe = texts(&sidecar["startupProbe"]["exec"]["command"]);
    assert_eq!(probe[0], "/irsa");
    assert!(probe.windows(2).any(|two| two == ["--port", &port]));

    // The same, here: another port, another folder.
    let here = Pod::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let token = here.local.state_folder().join("authorization");
    let moved = |words: &[String]| -> Vec<String> {
        let move_one = |word: &String| match word {
            word if *word == port => free.clone(),
            word if *word == file => token.to_str().unwrap().to_owned(),
            word => word.clone(),
        };
        words.iter().map(move_one).collect()
    };
    let env = here.env_of(sidecar);
    let mut child = Command::new(IRSA)
        .args(moved(&args))
        .env_clear()
        .envs(&env)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("credentials from web identity") {
        assert!(stderr.read_line(&mut said).unwrap() > 0, "{said}");
    }
    let healthy = run(&moved(&probe[1..]), &BTreeMap::new());
    assert!(healthy.status.success(), "{healthy:?}");
    let mut stream = TcpStream::connect(format!("127.0.0.1:{free}")).unwrap();
    let authorization = fs::read_to_string(&token).unwrap();
    let request =
        format!("GET /v1/credentials HTTP/1.0\r\nHost: 127.0.0.1:{free}\r\nAuthorization: {authorization}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains(r#""AccountId":"111122223333""#));
    let ended = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(ended.success() && child.wait().unwrap().success());
}

#[test]
fn the_pod_says_who_it_is() {
    let documents = documents("pod.yaml");
    let (account, pod) = (of_kind(&documents, "ServiceAccount"), of_kind(&documents, "Pod"));
    let container = named(&pod["spec"]["containers"], "irsa");
    hardened(container);
    assert_eq!(pod["spec"]["serviceAccountName"], account["metadata"]["name"]);
    let role = &account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"];
    assert_eq!(role, env(container)["AWS_ROLE_ARN"].as_str());
    lies_in_a_volume(&env(container)["AWS_WEB_IDENTITY_TOKEN_FILE"], container, pod);
    let here = Pod::new();
    for args in [texts(&container["args"]), vec!["explain".into()]] {
        let came = run(&args, &here.env_of(container));
        assert!(came.status.success(), "{came:?}");
        let out = String::from_utf8(came.stdout).unwrap();
        assert!(out.contains("111122223333") || out.contains("web identity"), "{out}");
    }
}

/// Both manifests speak of one image, by the version that this is.
#[test]
fn the_image_is_the_one_that_is_made() {
    let images: Vec<_> = ["sidecar.yaml", "pod.yaml"]
        .iter()
        .flat_map(|name| {
            let text = fs::read_to_string(format!("{DEPLOY}{name}")).unwrap();
            let lines = text.lines().filter_map(|line| line.trim().strip_prefix("image: ").map(str::to_owned));
            lines.collect::<Vec<_>>()
        })
        .filter(|image| image.contains("/irsa:"))
        .collect();
    let expected = format!("registry.example.com/irsa:{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(images, [expected.clone(), expected]);
}
