//! `policy check`: whether STS lets a token in by a trust policy, why, and what mends it.

use super::{Flags, diff};
use crate::{
    args::{Ended, usage},
    output,
};
use irsa::Host;
use irsa_core::{
    Code, Error, Timestamp,
    arn::{ProviderArn, RoleArn},
    token::{AUDIENCE, file},
};
use irsa_trust::{
    federation::Provider,
    findings::{Fact, Finding, Judgement, Mend, Role, Setup, Severity, Token, Verdict, judge},
    policy::{Evaluation, generate::pretty},
};
use serde_json::{Map, Value, json};
use std::env;

pub fn run(flags: &Flags, json: bool) -> Result<(), Ended> {
    let document = flags.document()?;
    let policy = document.json()?;
    let (setup, made_up) = setup(flags, policy)?;
    let judgement = judge(&setup);
    let mended = judgement.findings.iter().find_map(|finding| match &finding.mend {
        Some(Mend::Policy(policy)) => Some(policy),
        _ => None,
    });
    let change = mended.map(|mended| diff::lines(&pretty(policy), &pretty(mended)));
    if json {
        let mut all = judgement.to_json();
        all["diff"] = json!(change);
        if let Some(assumed) = all["assumed"].as_array_mut() {
            assumed.extend(made_up.iter().map(|(name, _)| Value::from(*name)));
        }
        output::value(&all)?;
    } else {
        output::data(text(&judgement, change.as_deref(), &made_up).as_bytes())?;
    }
    let Some(cause) = judgement.cause() else { return Ok(()) };
    let code = match judgement.verdict {
        Verdict::NotStored { .. } => Code::PolicyWouldRefuse,
        _ => Code::StsWouldRefuse,
    };
    Err(Error::new(code, "policy", format!("{}; {} at {}", judgement.verdict, cause.id, cause.place))
        .with_fix(cause.fix.clone())
        .into())
}

/// What is judged: the policy, and the token or what is said of one. And what was made up for it.
fn setup(flags: &Flags, policy: &Value) -> Result<(Setup, Vec<MadeUp>), Ended> {
    let mut made_up = Vec::new();
    let mut setup = Setup::new(Host::from_env().now().wall);
    let provider = flags.provider.as_deref().map(ProviderArn::parse).transpose()?;
    let named = first_provider(policy);
    setup.token = token(flags, provider.as_ref().or(named.as_ref()), &mut setup.now)?;

    let role = flags.role_arn.clone().or_else(|| env::var("AWS_ROLE_ARN").ok().filter(|arn| !arn.is_empty()));
    let role = match role {
        Some(arn) => arn,
        // Any role of the account will do.
        None => match provider.as_ref().or(named.as_ref()) {
            Some(arn) => format!("arn:{}:iam::{}:role/of-this-policy", arn.partition().id, twelve(arn.account())),
            None => format!("arn:aws:iam::{NOBODY}:role/of-this-policy"),
        },
    };
    if RoleArn::parse(&role)?.account() == NOBODY {
        made_up.push(("account", format!("the account {NOBODY}, since nobody names the role's: give --role-arn")));
    }
    if let (Token::Claims { claims, .. }, None, None, None) = (&setup.token, &flags.claims, &flags.issuer, &provider) {
        let issuer = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
        made_up
            .push(("issuer", format!("the issuer {issuer}, which the policy itself names: give --issuer, or a token")));
    }
    setup.role = Fact::Is(Role { arn: role, trust_policy: Some(policy.clone()), ..Role::default() });
    setup.pod = Fact::Absent;

    if let Some(provider) = provider {
        let mut client_ids = flags.client_ids.clone();
        if client_ids.is_empty() {
            client_ids.extend(audiences(&setup.token));
        }
        let arn = provider.as_str().to_owned();
        setup.providers = Fact::Is(vec![Provider { arn, url: provider.issuer(), client_ids }]);
    }
    if let (Some(issuer), true) = (&flags.issuer, flags.token_file.is_some() || flags.claims.is_some()) {
        setup.issuer = Fact::Is(issuer.clone());
    }
    setup.request.session_name.clone_from(&flags.session_name);
    setup.connection.clone_from(&flags.context);
    Ok((setup, made_up))
}

/// What nobody said and had to be something: its name, and in words.
type MadeUp = (&'static str, String);

/// Stands where no account is known.
const NOBODY: &str = "000000000000";

fn twelve(account: &str) -> &str {
    if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) { account } else { NOBODY }
}

/// The token's text, or claims: of a file, or of flags.
fn token(flags: &Flags, provider: Option<&ProviderArn>, now: &mut Timestamp) -> Result<Token, Ended> {
    if let Some(path) = &flags.claims {
        let claims: Map<String, Value> = serde_json::from_str(&super::read(path)?)
            .map_err(|e| usage("policy", format!("{path} is no JSON object of claims: {e}")))?;
        // The policy is asked about, not the hour: claims are judged at the time they were made.
        if let Some(made) = claims.get("iat").and_then(Value::as_i64) {
            *now = Timestamp::from_unix(made);
        }
        return Ok(Token::Claims { header: Map::new(), claims: completed(claims, *now) });
    }
    if let Some(subject) = flags.subject()? {
        let issuer = flags.issuer.clone().or_else(|| provider.map(ProviderArn::issuer)).ok_or_else(|| {
            usage("policy", "no issuer is given, and the policy names no provider whose ARN can be read")
                .with_fix("add --issuer URL (aws eks describe-cluster --name NAME --query cluster.identity.oidc.issuer) or --provider ARN; irsa policy lint FILE says what is odd about the policy")
        })?;
        let audience = flags.audience.as_deref().unwrap_or(AUDIENCE);
        let claims = json!({ "iss": issuer, "sub": subject, "aud": audience });
        let claims = claims.as_object().cloned().unwrap_or_default();
        return Ok(Token::Claims { header: Map::new(), claims: completed(claims, *now) });
    }
    let path = flags.token_file.clone().or_else(|| env::var("AWS_WEB_IDENTITY_TOKEN_FILE").ok());
    let path = path.filter(|path| !path.is_empty()).ok_or_else(|| {
        usage("policy", "which token? none is named")
            .with_fix("add --token-file FILE, --claims FILE, or --namespace NAME --service-account NAME")
    })?;
    let text = super::read(&path)?;
    if text.len() > file::FILE_LIMIT as usize {
        let message = format!("{path} is too large, a token's file has at most {} bytes", file::FILE_LIMIT);
        let fix = format!("name the token's own file; {path} holds something else");
        return Err(Error::new(Code::TokenFileTooLarge, "policy", message).with_fix(fix).into());
    }
    Ok(Token::Text(text.into()))
}

/// With the times that every token has.
fn completed(mut claims: Map<String, Value>, now: Timestamp) -> Map<String, Value> {
    claims.entry("iat").or_insert(now.unix().into());
    claims.entry("exp").or_insert((now.unix() + 3600).into());
    claims
}

fn audiences(token: &Token) -> Vec<String> {
    let aud = match token {
        Token::Claims { claims, .. } => claims.get("azp").or(claims.get("aud")).cloned(),
        Token::Text(text) => irsa_core::token::Token::parse(text.expose()).ok().map(|token| {
            let claims = token.claims();
            claims.azp.as_ref().map_or_else(|| json!(claims.aud), |azp| json!(azp))
        }),
        Token::Unknown => None,
    };
    match aud {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The first OIDC provider that the policy names, as far as it can be read.
fn first_provider(policy: &Value) -> Option<ProviderArn> {
    let statements = match policy.get("Statement")? {
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    };
    let federated = statements.into_iter().filter_map(|statement| statement.pointer("/Principal/Federated"));
    let values = federated.flat_map(|value| match value {
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    });
    values.filter_map(Value::as_str).find_map(|arn| ProviderArn::parse(arn).ok())
}

fn text(judgement: &Judgement, change: Option<&[String]>, made_up: &[MadeUp]) -> String {
    let mut lines = vec![format!("verdict  {}", judgement.verdict)];
    for evaluation in &judgement.evaluations {
        lines.push(format!("action   {}: {}", evaluation.action, evaluation.decision().name()));
        statements(evaluation, &mut lines);
    }
    for finding in &judgement.findings {
        found(finding, &mut lines);
    }
    if let Some(change) = change {
        lines.push("mend     the policy, so that this token and nobody new is let in:".to_owned());
        lines.extend(change.iter().map(|line| format!("  {line}")));
    }
    let assumed: Vec<&str> = judgement.assumed.iter().copied().filter(|what| *what != "trust policy").collect();
    if !assumed.is_empty() {
        lines.push(format!("assumed  {} (not looked at, taken to be right)", assumed.join(", ")));
    }
    lines.extend(made_up.iter().map(|(_, what)| format!("assumed  {what}")));
    lines.join("\n") + "\n"
}

/// Each statement, and each thing in it.
fn statements(evaluation: &Evaluation, lines: &mut Vec<String>) {
    for statement in &evaluation.statements {
        let applies = if statement.applies() { "applies" } else { "does not apply" };
        lines.push(format!("  {statement} ({}) {applies}", statement.effect.name()));
        let mark = |matched: bool, undecided: bool| match (matched, undecided) {
            (true, _) => "yes",
            (_, true) => "?",
            _ => "no",
        };
        lines.extend(statement.elements.iter().map(|e| format!("    {:<4} {e}", mark(e.matched, e.undecided))));
        lines.extend(statement.conditions.iter().map(|c| format!("    {:<4} {c}", mark(c.matched, c.undecided))));
    }
}

fn found(finding: &Finding, lines: &mut Vec<String>) {
    let kind = match finding.severity {
        Severity::Error => "found",
        Severity::Warning => "warning",
    };
    lines.push(format!("{kind:<8} {}: {}", finding.id, finding.message));
    lines.push(format!("at       {}", finding.place));
    lines.push(format!("fix      {}", finding.fix));
}
