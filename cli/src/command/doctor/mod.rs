//! `doctor`: everything that stands between this pod and its credentials, looked at in turn, tried, and judged.
//!
//! Seen from here: variables, token file, claims, the way to STS, what STS answers. What only AWS can see (the trust
//! policy, unless it is handed in; the provider; policies of the organisation) is named, so that nobody takes silence for
//! health. The judgement is [`irsa_trust::findings`]'.

mod facts;

use crate::{
    args::{Args, Ended, Word},
    command::token::moment,
    identity::{Identity, Session},
    output,
};
use facts::Facts;
use irsa_core::{
    Code, Error, Timestamp, clock,
    credentials::printable_id,
    effect::HttpRequest,
    endpoint::{Endpoint, Settings},
    error::Kind,
    sts,
    time::Span,
    token::{AUDIENCE, Token},
};
use irsa_trust::findings::{Finding, Judgement, Severity, Verdict, judge};
use serde_json::{Value, json};
use std::time::Duration;

/// So long the endpoint may take to answer when it is only asked whether it is there.
const REACH: Duration = Duration::from_secs(5);

pub fn run(args: &mut Args) -> Result<(), Ended> {
    let (mut identity, mut policy, mut offline) = (Identity::default(), None, false);
    while let Some(word) = args.next()? {
        match &word {
            Word::Flag(flag) if flag == "--trust-policy" => policy = Some(args.value()?),
            Word::Flag(flag) if flag == "--offline" => offline = true,
            _ => identity.take(&word, args)?,
        }
    }
    let session = identity.session();
    let mut facts = Facts::gather(&session, policy.as_deref())?;
    let mut report = Report { json: args.json, checks: Vec::new() };
    variables(&facts, &mut report)?;
    token(&facts, session.host.now().wall, &mut report)?;
    let endpoint = endpoint(&session, &facts, &mut report)?;
    let mut failure = None;
    if !offline {
        if let Some(endpoint) = &endpoint {
            facts.sts_failure = reach(&session, endpoint, &mut report)?;
        }
        failure = exchange(&session, &mut report)?;
    }
    let judgement = judge(&facts.setup(session.host.now().wall));
    let failure = conclude(&facts, &judgement, failure, offline, &mut report)?;
    failure.map_or(Ok(()), |error| Err(error.into()))
}

/// What was looked at; printed at once, or together as JSON.
struct Report {
    json: bool,
    checks: Vec<Value>,
}

#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Ok,
    Warning,
    Failed,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

impl Report {
    fn say(&mut self, outcome: Outcome, what: &str, text: &str) -> Result<(), Error> {
        if self.json {
            self.checks.push(json!({ "check": what, "outcome": outcome.name(), "text": text }));
            return Ok(());
        }
        output::line(&format!("{:<8} {what:<12} {text}", outcome.name()))
    }
}

fn variables(facts: &Facts, report: &mut Report) -> Result<(), Error> {
    let both = facts.role_arn.is_some() && facts.token_file.is_some();
    let said = |name: &str, value: &Option<String>| match value {
        Some(value) => format!("{name} is {value}"),
        None => format!("{name} is not set"),
    };
    let text =
        [said("AWS_ROLE_ARN", &facts.role_arn), said("AWS_WEB_IDENTITY_TOKEN_FILE", &facts.token_file)].join(", ");
    report.say(if both { Outcome::Ok } else { Outcome::Warning }, "variables", &text)
}

/// The token's file and what it says.
fn token(facts: &Facts, now: Timestamp, report: &mut Report) -> Result<(), Error> {
    let Some((text, outcome)) = facts.file_in_words() else { return Ok(()) };
    report.say(outcome, "token file", &text)?;
    let Some(secret) = &facts.token else { return Ok(()) };
    match Token::parse(secret.expose().trim_ascii()) {
        Err(error) => report.say(Outcome::Failed, "token", error.message())?,
        Ok(token) => {
            let claims = token.claims();
            let sub = claims.sub.as_deref().unwrap_or("no subject");
            let end = claims.exp.map_or("no end".into(), |exp| format!("ends {}", moment(exp, now)));
            let text = format!("{sub}, audience {}, {end}", claims.aud.join(" and "));
            report.say(Outcome::Ok, "token", &text)?;
            for warning in token.warnings(now, AUDIENCE) {
                report.say(Outcome::Warning, "token", &warning.to_string())?;
            }
        }
    }
    Ok(())
}

/// Which endpoint the environment chooses.
fn endpoint(session: &Session, facts: &Facts, report: &mut Report) -> Result<Option<Endpoint>, Error> {
    let mut settings = match Settings::from_env(|name| facts.variable(name)) {
        Ok(settings) => settings,
        Err(error) => {
            report.say(Outcome::Failed, "endpoint", &format!("{}; fix: {}", error.message(), error.fix()))?;
            return Ok(None);
        }
    };
    settings.region = session.inputs.options.region.as_deref().or(settings.region);
    match sts::Endpoint::resolve(&settings, None) {
        Ok(endpoint) => {
            let notices: String = endpoint.notices().iter().map(|notice| format!("; {notice}")).collect();
            let outcome = if notices.is_empty() { Outcome::Ok } else { Outcome::Warning };
            report.say(outcome, "endpoint", &format!("{}{notices}", endpoint.url()))?;
            Ok(Some(endpoint))
        }
        // A profile may say the Region: the exchange tells.
        Err(error) => {
            report.say(Outcome::Warning, "endpoint", error.message())?;
            Ok(None)
        }
    }
}

/// Whether anybody answers there, and what their clock says. Gives why not.
fn reach(session: &Session, endpoint: &Endpoint, report: &mut Report) -> Result<Option<String>, Error> {
    let request = HttpRequest {
        method: "GET".into(),
        url: endpoint.url().into(),
        headers: Vec::new(),
        body: Vec::new().into(),
        response_limit: 65_536,
        direct: false,
    };
    let sent = session.host.now();
    let answer =
        session.drive(|io| async move { io.http(request, sent.mono + REACH, "whether STS can be reached").await });
    let received = session.host.now();
    match answer? {
        Err(fault) => {
            let text = fault.to_string();
            report.say(Outcome::Failed, "reach", &text)?;
            Ok(Some(text))
        }
        Ok(response) => {
            let took = received.mono.since(sent.mono).as_millis();
            let skew = clock::skew(&response, sent, received).map_or(0, |millis| millis / 1000);
            let (outcome, clock) = match skew {
                -60..=60 => (Outcome::Ok, "its clock agrees with ours".to_owned()),
                ahead @ 61.. => (Outcome::Warning, format!("its clock is {} ahead of ours", Span(ahead))),
                behind => (Outcome::Warning, format!("its clock is {} behind ours", Span(-behind))),
            };
            report.say(outcome, "reach", &format!("answered within {took} ms; {clock}"))?;
            Ok(None)
        }
    }
}

/// Runs the chain and asks who came of it. Gives why not.
fn exchange(session: &Session, report: &mut Report) -> Result<Option<Error>, Error> {
    let (result, explanation) = session.explained();
    for notice in &explanation.notices {
        report.say(Outcome::Warning, "credentials", notice)?;
    }
    let resolved = match result {
        Ok(resolved) => resolved,
        Err(error) => {
            report.say(Outcome::Failed, "credentials", &in_words(&error))?;
            return Ok(Some(error));
        }
    };
    let credentials = &resolved.credentials;
    let end = credentials.expiration().map_or("they never end".into(), |end| format!("until {end}"));
    let text = format!("{} from {}, {end}", printable_id(credentials.access_key_id()), credentials.source());
    let static_keys = !resolved.renewable && session.inputs.environment.contains_key("AWS_ROLE_ARN");
    report.say(if static_keys { Outcome::Warning } else { Outcome::Ok }, "credentials", &text)?;

    let call = session.call(&resolved, sts::STS, |settings| sts::Endpoint::resolve(settings, None));
    let credentials = resolved.credentials;
    let caller = call.and_then(|call| {
        session.drive(move |io| async move { sts::get_caller_identity(&io, &call, &credentials).await })
    });
    match caller {
        Ok(caller) => report.say(Outcome::Ok, "identity", &caller.arn).map(|()| None),
        // Whoever gave the credentials has only not this call.
        Err(error) if error.code() == Code::StsNoAction => {
            report.say(Outcome::Warning, "identity", &in_words(&error)).map(|()| None)
        }
        Err(error) => {
            report.say(Outcome::Failed, "identity", &in_words(&error))?;
            Ok(Some(error))
        }
    }
}

fn in_words(error: &Error) -> String {
    let id = error.request_id().map(|id| format!(", request id {id}")).unwrap_or_default();
    format!("{}: {} ({}{id})", error.at(), error.message(), error.code().name())
}

/// The findings, what cannot be seen from here, and the error that the command ends in, with the mend of the first.
fn conclude(
    facts: &Facts,
    judgement: &Judgement,
    failure: Option<Error>,
    offline: bool,
    report: &mut Report,
) -> Result<Option<Error>, Error> {
    let cause = judgement.cause();
    // An error's own mend is to compare the trust policy: here that was done.
    let allowed = judgement.verdict == Verdict::Succeeds;
    let failure = failure.map(|error| match facts.denied_though_allowed() {
        Some(fix) if allowed && error.code() == Code::StsAccessDenied && error.at().starts_with("web identity") => {
            error.with_fix(fix)
        }
        _ => error,
    });
    // What was tried outweighs what was judged: only what explains a failure, or may become one, is said of a success.
    let proven = failure.is_none() && !offline;
    let said: Vec<&Finding> =
        judgement.findings.iter().filter(|finding| !proven || finding.severity == Severity::Warning).collect();
    let unseen = unseen(facts, judgement, failure.as_ref(), proven);
    if report.json {
        let all = json!({
            "checks": report.checks,
            "findings": said.iter().map(|finding| finding.to_json()).collect::<Vec<_>>(),
            "unseen": unseen,
            "healthy": failure.is_none() && (proven || cause.is_none()),
            "error": failure.as_ref().map(Error::to_json),
        });
        output::value(&all)?;
    } else {
        for finding in &said {
            output::line(&format!("{:<8} {}: {}", "found", finding.id, finding.message))?;
            output::line(&format!("{:<8} {}", "fix", finding.fix))?;
        }
        for line in &unseen {
            output::line(&format!("{:<8} {line}", "unseen"))?;
        }
    }
    Ok(match (failure, cause) {
        (Some(error), Some(cause)) if error.kind() != Kind::Bug => Some(error.with_fix(cause.fix.clone())),
        (Some(error), _) => Some(error),
        (None, Some(cause)) if offline => Some(
            Error::new(Code::DoctorFound, "doctor", format!("{}: {}", judgement.verdict, cause.message))
                .with_fix(cause.fix.clone()),
        ),
        _ => None,
    })
}

/// What decides and cannot be seen from here.
fn unseen(facts: &Facts, judgement: &Judgement, failure: Option<&Error>, proven: bool) -> Vec<String> {
    let mut lines = Vec::new();
    // What was found explains the failure: nobody need look further.
    if proven || failure.is_some() && judgement.cause().is_some() {
        return lines;
    }
    let name = facts.role_arn.as_deref().and_then(|arn| arn.rsplit('/').next()).unwrap_or("NAME");
    if !facts.has_policy() {
        lines.push(format!(
            "the role's trust policy: aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument > policy.json, then irsa doctor --trust-policy policy.json"
        ));
    }
    let issuer = facts.issuer();
    if judgement.assumed.contains(&"provider") {
        lines.push(format!(
            "whether the role's account has a provider for {}, with the token's audience among its client IDs: aws iam list-open-id-connect-providers",
            issuer.as_deref().unwrap_or("the token's issuer")
        ));
    }
    let refused = failure.is_some_and(|error| error.kind() == Kind::Refused);
    if refused && judgement.verdict == Verdict::Succeeds {
        lines.push(
            "policies of the organisation (SCP, RCP), of a VPC endpoint for STS, and a role that is seconds old: each is refused alike".into(),
        );
    }
    lines
}
