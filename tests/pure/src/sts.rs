//! `irsa_core::sts`.

use crate::{Entry, flow::answers};
use irsa_core::{
    Credentials, Error, Mono, Now, Secret, SecretBytes, Timestamp,
    arn::RoleArn,
    call::USER_AGENT,
    clock,
    effect::{HttpRequest, HttpResponse},
    flow::Flow,
    sts::{
        self, AssumeRole, Assumed, Call, Endpoint, SessionName, WebIdentity,
        endpoint::Settings,
        request::{self, Characters, PARAMETERS, Parameter, WEB_IDENTITY_POLICY},
        response::{self, Action},
    },
    token::Token,
};
use serde_json::{Value, json};

pub const ENTRIES: &[Entry] = &[
    // By environment variables, or by the parameters of the rule set; `role` is an ARN.
    ("sts.endpoint", |input| {
        let env = |name: &str| input["env"][name].as_str();
        let mut settings = Settings::from_env(env)?;
        if let Some(params) = input["params"].as_object() {
            let on = |name: &str| params.get(name).and_then(Value::as_bool).unwrap_or_default();
            settings = Settings {
                region: params.get("Region").and_then(Value::as_str),
                legacy_global: on("UseGlobalEndpoint"),
                fips: on("UseFIPS"),
                dual_stack: on("UseDualStack"),
                custom: params.get("Endpoint").and_then(Value::as_str),
            };
        }
        let role = input["role"].as_str().map(RoleArn::parse).transpose()?;
        let endpoint = Endpoint::resolve(&settings, role.as_ref())?;
        Ok(json!({
            "url": endpoint.url(),
            "signing_region": endpoint.signing_region(),
            "custom": endpoint.is_custom(),
            "notices": endpoint.notices().iter().map(ToString::to_string).collect::<Vec<_>>(),
        }))
    }),
    ("sts.session_name", |input| {
        let text = input["text"].as_str().expect("text");
        let own = SessionName::parse(text).map(|name| name.as_str().to_owned()).ok();
        let pod = input["token"].as_str().map(Token::parse).transpose()?;
        let pod = pod.map(|token| SessionName::from_token(&token).as_str().to_owned());
        Ok(json!({ "clean": SessionName::clean(text).as_str(), "own": own, "of_token": pod }))
    }),
    // The table of parameters, `Policy` of a web identity as `WebIdentity.Policy`.
    ("sts.parameters", |_| {
        let of = |name: &str, p: &Parameter| {
            let max = (p.max != usize::MAX).then_some(p.max);
            json!({ "name": name, "min": p.min, "max": max, "characters": pattern(p.characters) })
        };
        let mut all: Vec<Value> = PARAMETERS.iter().map(|p| of(p.name, p)).collect();
        all.push(of("WebIdentity.Policy", &WEB_IDENTITY_POLICY));
        Ok(json!(all))
    }),
    // A request by the names of the API: `{"action", "input", "endpoint"?}`.
    ("sts.request", |given| {
        let call = call(given)?;
        let http = match given["action"].as_str().expect("action") {
            "AssumeRole" => request::assume_role(&call, &assume_role(&given["input"])?)?,
            "AssumeRoleWithWebIdentity" => {
                let token = Token::parse(given["input"]["WebIdentityToken"].as_str().unwrap_or_default())?;
                request::web_identity(&call, &web_identity(&given["input"])?, &token)?
            }
            _ => request::get_caller_identity(&call),
        };
        Ok(sent(&http))
    }),
    // An answer: `{"action", "status", "headers"?, "body"}`.
    ("sts.response", |given| {
        let response = answered(given);
        let action = match given["action"].as_str().expect("action") {
            "AssumeRole" => Action::AssumeRole,
            "AssumeRoleWithWebIdentity" => Action::AssumeRoleWithWebIdentity,
            "GetCallerIdentity" => {
                return response::caller_identity(&response).map(|caller| {
                    json!({ "Account": caller.account, "Arn": caller.arn, "UserId": caller.user_id,
                            "RequestId": caller.request_id })
                });
            }
            other => panic!("no action {other}"),
        };
        assert!(given["action"] == action.name());
        response::assumed(&response, action, "a vector").map(|assumed| shown(&assumed))
    }),
    ("sts.skew", |input| {
        let at = |wall: &str, mono: &str| Now {
            wall: Timestamp::from_unix_millis(input[wall].as_i64().unwrap_or_default()),
            mono: Mono(input[mono].as_u64().unwrap_or_default()),
        };
        Ok(json!(clock::skew(&answered(input), at("sent_wall", "sent"), at("received_wall", "received"))))
    }),
    ("sts.signing_time", |input| {
        let now = Timestamp::from_unix_millis(input["now"].as_i64().unwrap_or_default());
        Ok(json!(clock::signing_time(now, input["skew"].as_i64().unwrap_or_default()).unix_millis()))
    }),
    // The flow, with what the host answers to each question: see `flow::answers`.
    ("sts.web_identity", |given| {
        let (call, ask) = (call(given)?, web_identity(&given["input"])?);
        let flow =
            Flow::new(
                Mono::NEVER,
                |io| async move { sts::web_identity(&io, &call, &ask).await.map(|got| shown(&got)) },
            );
        answers(flow, &given["answers"])
    }),
    // Likewise, signed with `credentials: [key, secret, token]`.
    ("sts.assume_role", |given| {
        let (call, ask, credentials) = (call(given)?, assume_role(&given["input"])?, credentials(given));
        let flow = Flow::new(Mono::NEVER, |io| async move {
            sts::assume_role(&io, &call, &ask, &credentials).await.map(|got| shown(&got))
        });
        answers(flow, &given["answers"])
    }),
    ("sts.get_caller_identity", |given| {
        let (call, credentials) = (call(given)?, credentials(given));
        let flow = Flow::new(Mono::NEVER, |io| async move {
            sts::get_caller_identity(&io, &call, &credentials).await.map(|caller| caller.arn)
        });
        answers(flow, &given["answers"]).map(|arn| json!(arn))
    }),
];

fn credentials(given: &Value) -> Credentials {
    let part = |n: usize| given["credentials"][n].as_str().unwrap_or_default();
    Credentials::new(part(0), part(1), "a vector").with_session_token(part(2))
}

fn pattern(characters: Characters) -> &'static str {
    match characters {
        Characters::Any => "",
        Characters::Digits => r"[\d]*",
        Characters::External => r"[\w+=,.@:\/-]*",
        Characters::Name => r"[\w+=,.@-]*",
        Characters::Policy => r"[\u0009\u000A\u000D\u0020-\u00FF]+",
        Characters::Serial => r"[\w+=/:,.@-]*",
        Characters::Tag => r"[\p{L}\p{Z}\p{N}_.:/=+\-@]",
    }
}

fn call(given: &Value) -> Result<Call, Error> {
    let settings = Settings { custom: given["endpoint"].as_str(), region: Some("us-east-1"), ..Settings::default() };
    Ok(Call { endpoint: Endpoint::resolve(&settings, None)?, user_agent: USER_AGENT.into(), seed: 1 })
}

fn text(input: &Value, name: &str) -> Option<Box<str>> {
    input[name].as_str().map(Box::from)
}

fn texts(input: &Value, name: &str, member: &str) -> Vec<Box<str>> {
    let list = input[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let item = |item: &Value| item.as_str().or(item[member].as_str()).map(Box::from);
    list.iter().filter_map(item).collect()
}

fn pairs(input: &Value, name: &str, one: &str, other: &str) -> Vec<(Box<str>, Box<str>)> {
    let list = input[name].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|item| (text(item, one).unwrap_or_default(), text(item, other).unwrap_or_default())).collect()
}

fn number(input: &Value, name: &str) -> Option<u32> {
    input[name].as_u64().and_then(|n| u32::try_from(n).ok())
}

fn web_identity(input: &Value) -> Result<WebIdentity, Error> {
    let role = RoleArn::parse(input["RoleArn"].as_str().unwrap_or_default())?;
    let mut ask = WebIdentity::new("/token", role);
    ask.session_name = text(input, "RoleSessionName").map(|name| SessionName::parse(&name)).transpose()?;
    ask.duration_seconds = number(input, "DurationSeconds");
    ask.policy = text(input, "Policy");
    ask.policy_arns = texts(input, "PolicyArns", "arn");
    ask.provider_id = text(input, "ProviderId");
    Ok(ask)
}

fn assume_role(input: &Value) -> Result<AssumeRole, Error> {
    let role = RoleArn::parse(input["RoleArn"].as_str().unwrap_or_default())?;
    let mut ask = AssumeRole::new(role, SessionName::parse(input["RoleSessionName"].as_str().unwrap_or_default())?);
    ask.duration_seconds = number(input, "DurationSeconds");
    ask.policy = text(input, "Policy");
    ask.policy_arns = texts(input, "PolicyArns", "arn");
    ask.tags = pairs(input, "Tags", "Key", "Value");
    ask.transitive_tag_keys = texts(input, "TransitiveTagKeys", "");
    ask.external_id = text(input, "ExternalId");
    ask.serial_number = text(input, "SerialNumber");
    ask.token_code = text(input, "TokenCode").map(Secret::new);
    ask.source_identity = text(input, "SourceIdentity");
    let contexts = pairs(input, "ProvidedContexts", "ProviderArn", "ContextAssertion");
    ask.provided_contexts = contexts.into_iter().map(|(arn, assertion)| (arn, Secret::new(assertion))).collect();
    Ok(ask)
}

/// A request, opened up.
pub fn sent(request: &HttpRequest) -> Value {
    let headers: Vec<_> = request.headers.iter().map(|(name, value)| json!([name, value.expose()])).collect();
    json!({
        "method": request.method,
        "url": request.url,
        "headers": headers,
        "body": String::from_utf8_lossy(request.body.expose()),
    })
}

fn body(given: &Value) -> SecretBytes {
    match given.as_array() {
        Some(bytes) => bytes.iter().filter_map(Value::as_u64).map(|byte| byte as u8).collect::<Vec<u8>>().into(),
        None => SecretBytes::from(given.as_str().unwrap_or_default().as_bytes()),
    }
}

/// `{"status", "headers": {name: value}, "body"}`; the status is 200 where it is missing, a list as body holds its bytes.
pub fn answered(given: &Value) -> HttpResponse {
    let headers = given["headers"].as_object().into_iter().flatten();
    HttpResponse {
        status: given["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200),
        headers: headers
            .map(|(name, value)| (Box::from(&**name), Secret::from(value.as_str().unwrap_or_default())))
            .collect(),
        body: body(&given["body"]),
    }
}

fn shown(assumed: &Assumed) -> Value {
    let credentials: &Credentials = &assumed.credentials;
    json!({
        "AccessKeyId": credentials.access_key_id(),
        "SecretAccessKey": credentials.secret_access_key().expose(),
        "SessionToken": credentials.session_token().map(Secret::expose),
        "ExpirationMillis": credentials.expiration().map(Timestamp::unix_millis),
        "Account": credentials.account_id(),
        "Source": credentials.source(),
        "AssumedRoleId": assumed.assumed_role_id,
        "Arn": assumed.assumed_role_arn,
        "SubjectFromWebIdentityToken": assumed.subject,
        "Audience": assumed.audience,
        "Provider": assumed.provider,
        "SourceIdentity": assumed.source_identity,
        "PackedPolicySize": assumed.packed_policy_size,
        "RequestId": assumed.request_id,
        "SkewMillis": assumed.skew_millis,
    })
}
