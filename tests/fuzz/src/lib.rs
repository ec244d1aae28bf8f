//! Fuzz targets: what must hold for any bytes at all.
//!
//! None may panic, hang or grow: libFuzzer sees to the first two and limits memory. Beyond that each target states a
//! property, named at its head. `tools/fuzz.sh` builds them with coverage and runs them on the corpus that
//! `tools/fuzz_corpus.py` makes of the vectors; `cargo +nightly fuzz run <target>` in this folder does as well.

mod flow;
mod signing;

pub use flow::flow;
pub use signing::{canonical, verify};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use irsa_core::{
    Error, Mono, Now, Timestamp,
    arn::{ProviderArn, RoleArn},
    chain::profile::{Profiles, SharedFile},
    codec,
    effect::HttpResponse,
    endpoint::Settings,
    error::Kind,
    keeper::{Keeper, Settings as KeeperSettings},
    services::{s3, secrets_manager, ssm},
    sts::{
        Endpoint, SessionName,
        response::{self, Action},
    },
    token::Token,
};
use irsa_trust::{
    oidc::{Algorithm, Discovery, Jwks, Jws},
    policy::{Caller, Context, Decision, Policy, Question, evaluate, lint},
};

/// 2026-11-24T10:00:00Z.
pub(crate) const NOW: Now = Now { wall: Timestamp::from_unix(1_795_514_400), mono: Mono(1_000) };

/// An error is one for the person who must mend it: no bug of ours, of a size that one can read.
pub(crate) fn typed(error: &Error) {
    assert_ne!(error.kind(), Kind::Bug, "{error}");
    assert!(!error.message().is_empty() && !error.fix().is_empty(), "{error}");
    let size = error.to_string().len();
    assert!(size < 20_000, "an error of {size} bytes");
}

fn text_of(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

/// As a token file's content, and as the claims of a token. A token that was read has its limits, gives a session name
/// that STS takes, and does not show its signature.
pub fn token(data: &[u8]) {
    let wrapped =
        format!("{}.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#), BASE64_URL_SAFE_NO_PAD.encode(data));
    for text in text_of(data).into_iter().chain([wrapped.as_str()]) {
        match Token::parse(text) {
            Ok(token) => {
                assert!(token.secret().len() <= 20_000);
                for warning in token.warnings(NOW.wall, "sts.amazonaws.com") {
                    assert!(!warning.name().is_empty() && warning.to_string().len() < 20_000);
                }
                let name = SessionName::from_token(&token);
                assert!(SessionName::parse(name.as_str()).is_ok(), "{name:?}");
                let signature = token.secret().expose().rsplit('.').next().unwrap_or_default();
                assert!(signature.len() < 8 || !format!("{token:?}").contains(signature));
            }
            Err(error) => typed(&error),
        }
        if let Ok(jws) = Jws::parse(text) {
            let _ = (jws.alg(), jws.kid(), jws.has_critical(), jws.payload().len());
            if let Err(error) = jws.claims() {
                typed(&error);
            }
        }
    }
}

/// Answers of STS as XML, and of S3: what a list holds, decoded, is never longer than the list.
pub fn sts_xml(data: &[u8]) {
    answer(data, "text/xml");
    let (status, body) = status(data);
    let response = respond(status, "application/xml", body);
    match s3::read_list(&response) {
        Ok(listing) => {
            let keys: usize = listing.objects.iter().map(|object| object.key.len()).sum();
            let prefixes: usize = listing.common_prefixes.iter().map(|prefix| prefix.len()).sum();
            assert!(keys + prefixes <= body.len());
        }
        Err(error) => typed(&error),
    }
    if let Err(error) = s3::read(s3::Operation::GetObject, &response) {
        typed(&error);
    }
}

/// Answers of STS as JSON, of Secrets Manager, and of Parameter Store.
pub fn sts_json(data: &[u8]) {
    answer(data, "application/x-amz-json-1.1");
    let (status, body) = status(data);
    let response = respond(status, "application/x-amz-json-1.1", body);
    match secrets_manager::read(&response) {
        Ok(secret) => assert!(secret.value.expose().len() <= body.len()),
        Err(error) => typed(&error),
    }
    match ssm::read("GetParameters", &response) {
        Ok(all) => assert!(all.parameters.iter().map(|one| one.value.len()).sum::<usize>() <= body.len()),
        Err(error) => typed(&error),
    }
}

/// An answer with credentials has all three parts and an end.
fn answer(data: &[u8], kind: &str) {
    let (status, body) = status(data);
    let response = respond(status, kind, body);
    for action in [Action::AssumeRoleWithWebIdentity, Action::AssumeRole] {
        match response::assumed(&response, action, "fuzz") {
            Ok(assumed) => {
                assert!((200..300).contains(&status));
                assert!(!assumed.credentials.access_key_id().is_empty());
                assert!(!assumed.credentials.secret_access_key().is_empty());
                assert!(assumed.credentials.session_token().is_some() && assumed.credentials.expiration().is_some());
            }
            Err(error) => typed(&error),
        }
    }
    if let Err(error) = response::caller_identity(&response) {
        typed(&error);
    }
}

/// The first byte chooses among the statuses that STS answers with.
fn status(data: &[u8]) -> (u16, &[u8]) {
    match data {
        // A corpus of plain documents stays what it is.
        [b'<' | b'{' | b'[' | b'"', ..] | [] => (200, data),
        [first, body @ ..] => ([200, 400, 403, 413, 429, 500, 503, 302][usize::from(*first) % 8], body),
    }
}

pub(crate) fn respond(status: u16, kind: &str, body: &[u8]) -> HttpResponse {
    let headers = [("content-type", kind), ("date", "Tue, 24 Nov 2026 10:00:00 GMT"), ("x-amzn-requestid", "r")];
    HttpResponse {
        status,
        headers: headers.iter().map(|(name, value)| (Box::from(*name), (*value).into())).collect(),
        body: body.into(),
    }
}

/// Config and credentials files, parted by a NUL. Each property stands in a line that is there, and is found by name.
pub fn ini(data: &[u8]) {
    let (config, credentials) = match data.iter().position(|byte| *byte == 0) {
        Some(at) => (&data[..at], Some(&data[at + 1..])),
        None => (data, None),
    };
    let files = (
        Some(SharedFile { path: "config", content: config }),
        credentials.map(|content| SharedFile { path: "credentials", content }),
    );
    match Profiles::parse(files.0, files.1) {
        Ok(all) => {
            let lines = data.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
            for (name, section) in all.profiles() {
                assert!(all.profile(name).is_some());
                for (key, property) in section.properties() {
                    assert!(section.get(key).is_some());
                    assert!((1..=lines).contains(&(property.line() as usize)), "line {}", property.line());
                    assert!(property.value().len() <= data.len());
                    let _ = property.nested("endpoint_url");
                }
            }
            let _ = (all.sso_session("a").is_some(), all.services("a").is_some(), all.notices().len());
        }
        Err(error) => typed(&error),
    }
}

/// Key sets, single keys and discovery documents. No key takes a signature that nobody made.
pub fn jwks(data: &[u8]) {
    if let Err(error) = Discovery::parse(data).and_then(|found| found.of("https://oidc.example/id/A")) {
        typed(&error);
    }
    let set = match Jwks::parse(data) {
        Ok(set) => set,
        Err(error) => return typed(&error),
    };
    for (n, key) in set.keys().iter().take(4).enumerate() {
        let _ = (key.kid(), key.key_type(), key.usage(), key.operations(), key.is_complete());
        let _ = key.certificate_agrees();
        match key.public_key() {
            // One signature is enough: it is the dear part.
            Ok(public) if n == 0 => {
                for alg in [Algorithm::Rs256, Algorithm::Es256] {
                    assert!(public.verify(alg, b"signed", &[0; 64]).is_err());
                }
            }
            Ok(_) => {}
            Err(error) => typed(&error),
        }
    }
    if let Err(error) = set.find(Algorithm::Rs256, Some("1")) {
        typed(&error);
    }
}

/// A policy, judged as IAM does when it is written, and decided. What IAM would store can be read; what is said of it is
/// said of a place that it has. The decision is the one that its own trace tells: no statement applies, nothing is
/// allowed.
pub fn policy(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    let report = lint::trust_policy(text, &lint::Place::default());
    if let Ok(document) = serde_json::from_str::<serde_json::Value>(text) {
        let said = report.warnings.iter().map(|warning| (&warning.at, &warning.message, &warning.fix));
        for (at, message, fix) in said.chain(report.refusal.iter().map(|r| (&r.at, &r.message, &r.fix))) {
            assert!(document.pointer(at).is_some(), "{at}: {message}");
            assert!(message.len() + fix.len() < 20_000);
        }
    }
    if report.refusal.is_none() {
        assert!(Policy::parse(text).is_ok(), "stored, and cannot be read");
    }
    let policy = match Policy::parse(text) {
        Ok(policy) => policy,
        Err(error) => return typed(&error),
    };
    let provider = "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/A";
    let mut context = Context::new();
    context.put("token", "oidc.example/id/A:sub", ["system:serviceaccount:shop:checkout"]);
    context.put("token", "oidc.example/id/A:aud", ["sts.amazonaws.com"]);
    context.put("token", "aws:TagKeys", ["a", "b"]);
    context.put("request", "aws:CurrentTime", ["2026-11-24T10:00:00Z"]);
    context.put("request", "aws:SourceIp", ["203.0.113.7"]);
    context.put("request", "aws:EpochTime", ["1795514400"]);
    let caller = Some(Caller::Federated(provider));
    let action = "sts:AssumeRoleWithWebIdentity";
    let evaluation = evaluate(&policy, &Question { caller, action, resource: None, context: &context });
    assert_eq!(evaluation.statements.len(), policy.statements.len());
    let applies = evaluation.statements.iter().any(|statement| statement.applies());
    assert_eq!(applies, evaluation.decision() != Decision::NotAllowed);
    let size = evaluation.to_json().to_string().len() + evaluation.why().iter().map(String::len).sum::<usize>();
    assert!(size < 40 * data.len() + 40_000, "a trace of {size} bytes");
}

/// Effects, answers and snapshots as bytes: what decodes encodes to the same, and a keeper survives what it adopts.
pub fn codec(data: &[u8]) {
    match codec::decode_effect(data) {
        Ok(effect) => assert_eq!(codec::encode_effect(&effect).expose(), data),
        Err(error) => typed(&error),
    }
    let _ = codec::effect_id(data);
    match codec::decode_answer(data) {
        Ok((id, answer)) => assert_eq!(codec::encode_answer(id, &answer).expose(), data),
        Err(error) => typed(&error),
    }
    let mut keeper = Keeper::new(KeeperSettings::new(7));
    match keeper.handle_adopt(NOW, data) {
        Ok(taken) => assert_eq!(taken, keeper.snapshot().is_some()),
        Err(error) => typed(&error),
    }
    let _ = (keeper.poll(NOW), keeper.handle_request(NOW), keeper.poll(NOW));
}

/// Short texts: ARNs, times, session names, endpoints. What was read prints as it was read, or reads again the same.
pub fn text(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    match RoleArn::parse(text) {
        Ok(arn) => assert_eq!(arn.as_str().len(), text.trim().len()),
        Err(error) => typed(&error),
    }
    match ProviderArn::parse(text) {
        Ok(arn) => assert!(arn.issuer().ends_with(arn.host_and_path())),
        Err(error) => typed(&error),
    }
    if let Some(time) = Timestamp::parse(text) {
        let _ = (time.basic(), time.extended());
        assert_eq!(Timestamp::parse(&time.to_string()).map(Timestamp::unix), Some(time.unix()), "{text}");
    }
    assert!(SessionName::parse(SessionName::clean(text).as_str()).is_ok());
    let settings = Settings { region: Some("eu-west-1"), custom: Some(text), ..Settings::default() };
    match Endpoint::resolve(&settings, None) {
        Ok(endpoint) => assert!(endpoint.url().starts_with("http")),
        Err(error) => typed(&error),
    }
    let settings = Settings { region: Some(text), ..Settings::default() };
    match Endpoint::resolve(&settings, None) {
        Ok(endpoint) => assert!(endpoint.url().starts_with("https://") && !endpoint.is_custom()),
        Err(error) => typed(&error),
    }
}
