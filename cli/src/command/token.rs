//! `token`: what a service-account token says.

use crate::{
    args::{Args, Ended, Word, usage},
    output,
};
use irsa::{Cancel, Host};
use irsa_core::{
    Code, Error, Timestamp,
    flow::Flow,
    time::Span,
    token::{self, Claims, Header, Token, Warning},
};
use serde_json::json;
use std::{
    env,
    io::{self, Read},
    time::Duration,
};
use zeroize::Zeroizing;

const VARIABLE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";

pub fn run(args: &mut Args) -> Result<(), Ended> {
    let (mut file, mut audience) = (None, token::AUDIENCE.to_owned());
    while let Some(word) = args.next()? {
        match word {
            Word::Value(value) if file.is_none() => {
                file = Some(value.into_string().map_err(|_| usage("token", "the file's name is not UTF-8"))?);
            }
            Word::Flag(flag) if flag == "--audience" => audience = args.value()?,
            word => return Err(args.unexpected(&word).into()),
        }
    }
    let named = file.is_some();
    let file = file.or_else(|| env::var(VARIABLE).ok().filter(|path| !path.is_empty()));
    let file = file.ok_or_else(|| {
        usage("token", format!("no file named, and {VARIABLE} is not set"))
            .with_fix("name the file: irsa token /var/run/secrets/eks.amazonaws.com/serviceaccount/token")
    })?;
    let host = Host::from_env();
    let token = if file == "-" {
        from_input()?
    } else {
        from_file(&host, &file, if named { "the argument FILE" } else { VARIABLE })?
    };
    let now = host.now().wall;
    let warnings = token.warnings(now, &audience);
    if args.json {
        let mut all = token.to_json();
        all["file"] = json!(file);
        all["warnings"] = warnings.iter().map(Warning::to_json).collect();
        return Ok(output::value(&all)?);
    }
    output::data(text(token.header(), token.claims(), now).as_bytes())?;
    warnings.iter().for_each(|warning| output::warning(&warning.to_string()));
    Ok(())
}

/// `said_by` is what named the file: where the fix says a variable, it is to say this.
fn from_file(host: &Host, path: &str, said_by: &str) -> Result<Token, Error> {
    let path = path.to_owned();
    let deadline = host.now().mono + Duration::from_secs(5);
    let mut flow = Flow::new(deadline, |io| async move { token::file::read(&io, &path).await });
    host.drive(&mut flow, &Cancel::new()).map_err(|error| {
        let fix = error.fix().replace(VARIABLE, said_by);
        error.with_fix(fix)
    })
}

fn from_input() -> Result<Token, Error> {
    let mut text = Zeroizing::new(String::with_capacity(token::file::FILE_LIMIT as usize));
    let read = io::stdin().lock().take(token::file::FILE_LIMIT.into()).read_to_string(&mut text);
    read.map_err(|e| Error::new(Code::InputUnreadable, "standard input", e.to_string()))?;
    Token::parse(&text)
}

/// A line for each thing that is there.
fn text(header: &Header, claims: &Claims, now: Timestamp) -> String {
    let mut lines = Vec::new();
    let mut say = |name: &str, value: Option<String>| lines.extend(value.map(|value| format!("{name:<16} {value}\n")));
    let owned = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    let key = header.kid.as_deref().map_or(String::new(), |kid| format!(", key {kid}"));
    say("algorithm", header.alg.as_deref().map(|alg| format!("{alg}{key}")));
    say("issuer", owned(&claims.iss));
    say("subject", owned(&claims.sub));
    say("audience", (!claims.aud.is_empty()).then(|| claims.aud.join(", ")));
    say("authorized party", owned(&claims.azp));
    say("issued", claims.iat.map(|time| moment(time, now)));
    say("not before", claims.nbf.filter(|nbf| Some(*nbf) != claims.iat).map(|time| moment(time, now)));
    say("ends", claims.exp.map(|time| moment(time, now)));
    if let Some(kubernetes) = &claims.kubernetes {
        say("namespace", owned(&kubernetes.namespace));
        say("service account", owned(&kubernetes.service_account.name));
        say("pod", owned(&kubernetes.pod.name));
        say("node", owned(&kubernetes.node.name));
    }
    say("source identity", owned(&claims.source_identity));
    say("roles", (!claims.roles.is_empty()).then(|| claims.roles.join(", ")));
    for (tag, value) in &claims.tags.principal {
        let stays = if claims.tags.transitive.contains(tag) { " (transitive)" } else { "" };
        say("tag", Some(format!("{tag} = {value}{stays}")));
    }
    lines.concat()
}

/// A time, and how far it is.
pub fn moment(time: Timestamp, now: Timestamp) -> String {
    match time.unix() - now.unix() {
        ahead @ 0.. => format!("{time} (in {})", Span(ahead)),
        behind => format!("{time} ({} ago)", Span(-behind)),
    }
}
