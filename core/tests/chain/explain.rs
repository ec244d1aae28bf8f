//! The explanation: there after a success, a failure and a deadline; as JSON and as text.

use crate::scene::{ROLE, Scene, TOKEN_FILE};
use irsa_core::{Code, chain, effect::HttpStep, flow::Flow};

#[test]
fn as_text() {
    let seen = Scene::irsa().sts("ASIA1").run();
    assert_eq!(
        seen.explanation.to_string(),
        format!(
            "rule: strict (AWS_ROLE_ARN is set)\n\
             Region: eu-west-1 (AWS_REGION)\n\
             1. system properties: not-configured: aws.accessKeyId and aws.secretAccessKey are not set\n\
             2. environment: not-configured: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set\n\
             3. web identity: chosen: AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE (10 ms)\n     \
                  role ARN: {ROLE} (AWS_ROLE_ARN)\n     \
                  token file: {TOKEN_FILE} (AWS_WEB_IDENTITY_TOKEN_FILE)\n\
             4. profile: not-reached: the chain ended before it\n\
             5. container: not-reached: the chain ended before it\n\
             6. instance metadata: not-reached: the chain ended before it\n"
        )
    );
}

#[test]
fn as_json() {
    let seen = Scene::irsa().refused().run();
    let json = seen.explanation.to_json();
    assert_eq!(json["strict"]["rule"], "strict");
    assert_eq!(json["region"]["value"], "eu-west-1");
    let sources = json["sources"].as_array().unwrap();
    assert_eq!(sources.len(), 6);
    let web_identity = &sources[2];
    assert_eq!((&web_identity["source"], &web_identity["outcome"]), (&"web identity".into(), &"failed".into()));
    assert_eq!(web_identity["found"][0]["from"], "AWS_ROLE_ARN");
    assert_eq!(web_identity["error"]["code"], "sts-access-denied");
    assert_eq!(web_identity["error"]["request_id"], "r-1");
    assert_eq!(web_identity["ms"], 10);
    assert_eq!(sources[3]["outcome"], "not-reached");
}

#[test]
fn secrets_are_said_to_be_set_and_no_more() {
    let seen = Scene::new()
        .env("AWS_ACCESS_KEY_ID", "AKENV")
        .env("AWS_SECRET_ACCESS_KEY", "hunter2")
        .env("AWS_SESSION_TOKEN", "sessiontoken2")
        .run();
    let found = &seen.explanation.to_json()["sources"][1]["found"];
    assert_eq!(found[0]["value"], "AKENV");
    assert_eq!((&found[1]["what"], &found[1]["value"]), (&"secret access key".into(), &serde_json::Value::Null));
    assert!(seen.explanation.to_string().contains("session token: set (AWS_SESSION_TOKEN)"));
}

#[test]
fn after_a_deadline_it_says_which_source_was_open() {
    let mut scene = Scene::irsa();
    scene.millis = 3_000;
    for _ in 0..4 {
        scene.host = scene
            .host
            .exchange(60_000, Err(irsa_core::effect::HttpFault { step: HttpStep::Closed, detail: "x".into() }));
    }
    // A host that lets the deadline pass: time goes on while the question is open.
    let deadline = scene.host.deadline(3_000);
    let mut flow = chain::resolve(scene.inputs, deadline);
    let mut now = scene.host.now();
    let error = loop {
        match flow.next(now) {
            irsa_core::flow::Step::Done(result) => break result.unwrap_err(),
            irsa_core::flow::Step::Ask(effect) => match effect.ask {
                irsa_core::effect::Ask::Http { .. } => now.mono = deadline,
                _ => {
                    let id = effect.id;
                    let answer = scene.host.answer(effect);
                    flow.answer(id, answer).unwrap();
                }
            },
        }
    };
    assert_eq!(error.code(), Code::Deadline);
    let places: Vec<_> = flow.explanation().places.iter().map(|p| p.outcome.name()).collect();
    assert_eq!(places, ["not-configured", "not-configured", "open", "not-reached", "not-reached", "not-reached"]);
}

#[test]
fn within_another_flow_it_lies_in_that_flow() {
    let mut scene = Scene::irsa().sts("ASIA1");
    let inputs = scene.inputs.clone();
    let mut flow = Flow::new(scene.host.deadline(60_000), |io| async move {
        let resolved = chain::resolve_in(&io, &inputs).await?;
        let _ = io.read_file("/more", 10, "something else").await?;
        Ok(resolved.credentials.access_key_id().to_owned())
    });
    assert_eq!(scene.host.drive(&mut flow).unwrap(), "ASIA1");
    assert_eq!(flow.explanation().places[2].outcome.name(), "chosen");
    assert!(Flow::<()>::new(scene.host.deadline(1), |_| async { Ok(()) }).explanation().places.is_empty());
}

#[test]
fn only_what_means_something_here_is_kept_of_the_environment() {
    let all = [("PATH", "/bin"), ("DB_PASSWORD", "x"), ("AWS_REGION", "r"), ("HOME", "/h"), ("IRSA_STRICT", "true")];
    let inputs = chain::Inputs::new(all);
    assert_eq!(
        inputs.environment.keys().map(|name| &**name).collect::<Vec<_>>(),
        ["AWS_REGION", "HOME", "IRSA_STRICT"]
    );
}
