//! `sign` and `presign`: a request that people describe, signed, and perhaps sent.

use crate::{
    args::{Args, Ended, Word, usage},
    guess::Guess,
    identity::{Identity, Session},
    output,
    request::{Described, Request},
};
use irsa_core::{
    Code, Error, Secret, Timestamp,
    chain::Resolved,
    clock,
    effect::{HttpRequest, HttpResponse},
    secret::SecretBytes,
    services::Refused,
    sigv4::{self, KeyCache, Payload, Signing},
    time::Span,
};
use serde_json::json;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// What the two have in common.
struct Asked {
    request: Request,
    session: Session,
    service: Option<String>,
    date: Option<Timestamp>,
    expires: u32,
    unsigned_payload: bool,
    explain: bool,
    send: bool,
}

/// `irsa sign`.
pub fn sign(args: &mut Args) -> Result<(), Ended> {
    let mut asked = Asked::read("sign", args)?;
    let resolved = asked.session.resolve()?;
    let signed = Signed::new(&asked, &resolved, None)?;
    signed.respell(&mut asked.request);
    if asked.explain {
        return Ok(signed.explain(args.json)?);
    }
    if asked.send {
        return Ok(send(&asked, &signed, args.json)?);
    }
    if args.json {
        let headers: serde_json::Map<_, _> =
            sigv4::lines(&signed.added).map(|(name, value)| (name.to_owned(), json!(value))).collect();
        let url = asked.request.url(&asked.request.query);
        return Ok(output::value(&json!({ "method": asked.request.method, "url": url, "headers": headers }))?);
    }
    for (name, value) in sigv4::lines(&signed.added) {
        output::line(&format!("{name}: {value}"))?;
    }
    Ok(())
}

/// `irsa presign`.
pub fn presign(args: &mut Args) -> Result<(), Ended> {
    let mut asked = Asked::read("presign", args)?;
    let resolved = asked.session.resolve()?;
    let signed = Signed::new(&asked, &resolved, Some(asked.expires))?;
    signed.respell(&mut asked.request);
    if asked.explain {
        return Ok(signed.explain(args.json)?);
    }
    let query = std::str::from_utf8(&signed.added).unwrap_or_default();
    let url = Zeroizing::new(asked.request.url(query));
    let ends = signed.time.plus_millis(i64::from(asked.expires) * 1000);
    let credentials_end = resolved.credentials.expiration();
    if let Some(end) = credentials_end.filter(|end| *end < ends) {
        output::warning(&format!("the URL dies with the credentials at {end}, before its own end at {ends}"));
    }
    match args.json {
        true => {
            let until = credentials_end.map_or(ends, |end| end.min(ends)).to_string();
            Ok(output::value(&json!({ "method": asked.request.method, "url": *url, "until": until }))?)
        }
        false => Ok(output::line(&url)?),
    }
}

impl Asked {
    fn read(command: &'static str, args: &mut Args) -> Result<Self, Ended> {
        let (mut described, mut identity) = (Described::default(), Identity::default());
        let (mut service, mut date, mut expires) = (None, None, 900);
        let (mut unsigned_payload, mut explain, mut send) = (false, false, false);
        while let Some(word) = args.next()? {
            match &word {
                Word::Flag(flag) if !args.knows(flag) => return Err(args.unexpected(&word).into()),
                _ if described.take(&word, command, args)? => {}
                Word::Flag(flag) => match flag.as_str() {
                    "--service" => service = Some(args.value()?),
                    "--date" => {
                        let text = args.value()?;
                        let wrong = || usage(command, format!("--date takes 20150830T123600Z, not “{text}”"));
                        date = Some(Timestamp::parse(&text).ok_or_else(wrong)?);
                    }
                    "--expires" => expires = args.number(flag)?,
                    "--unsigned-payload" => unsigned_payload = true,
                    "--explain" => explain = true,
                    "--send" => send = true,
                    _ => identity.take(&word, args)?,
                },
                Word::Value(_) => return Err(args.unexpected(&word).into()),
            }
        }
        if send && explain {
            return Err(usage(command, "--send and --explain are two things").into());
        }
        let request = described.complete(command)?;
        Ok(Self { request, session: identity.session(), service, date, expires, unsigned_payload, explain, send })
    }
}

/// A signature, and what it adds.
struct Signed {
    /// Header lines, or the whole query.
    added: Zeroizing<Vec<u8>>,
    explanation: sigv4::Explanation,
    time: Timestamp,
    /// The path was signed as S3 has it: as the server spells what it decoded.
    s3: bool,
}

impl Signed {
    fn new(asked: &Asked, resolved: &Resolved, expires: Option<u32>) -> Result<Self, Error> {
        let host = asked.request.host();
        let guess = Guess::of(&host);
        let service = asked.service.as_deref().or(guess.service).ok_or_else(|| {
            let message = format!("which service {host} is cannot be seen from its name");
            Error::new(Code::ServiceUnknown, "arguments", message)
        })?;
        let said = asked.session.inputs.options.region.as_deref().or(guess.region);
        let region = said.or_else(|| resolved.region.as_ref().map(|region| region.text())).ok_or_else(|| {
            let message = format!("which Region {host} is in cannot be seen from its name, and AWS_REGION is not set");
            Error::new(Code::RegionMissing, "arguments", message)
                .with_fix("say it: --region eu-west-1, or set AWS_REGION")
        })?;
        let mut signing = match service.starts_with("s3") {
            true => Signing::s3(&resolved.credentials, region),
            false => Signing::new(&resolved.credentials, region, service),
        };
        signing.service = service;
        let s3 = service.starts_with("s3");
        let path = if s3 { with_slashes(&asked.request.path) } else { asked.request.path.as_str().into() };
        let payload = match expires {
            // S3 wants it so: nobody knows the body when the URL is made.
            Some(_) if service.starts_with("s3") => Payload::Unsigned,
            _ if asked.unsigned_payload => Payload::Unsigned,
            _ => Payload::Bytes(&asked.request.body),
        };
        signing.content_sha256 |= asked.unsigned_payload;
        if let Some(expires) = expires {
            signing = signing.presigned(expires);
        }
        let request = sigv4::Request {
            method: &asked.request.method,
            path: &path,
            query: &asked.request.query,
            headers: asked.request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            payload,
        };
        let skew = resolved.skew_millis.unwrap_or(0);
        let now = asked.session.host.now().wall;
        let time = asked.date.unwrap_or_else(|| clock::signing_time(now, skew));
        if asked.date.is_none() && time != now {
            let way = if skew > 0 { "behind" } else { "ahead of" };
            let by = Span(skew.saturating_abs() / 1000);
            output::note(&format!("this machine's clock is {by} {way} that of STS; the signature is dated by STS's"));
        }
        let mut keys = KeyCache::new();
        let explanation = sigv4::explain(&request, &signing, &mut keys, time)?;
        let mut added = Zeroizing::new(vec![0; 4096]);
        let length = loop {
            match sigv4::sign_into(&request, &signing, &mut keys, time, &mut added) {
                Ok(length) => break length,
                Err(sigv4::SignError::TooSmall { needed }) if needed > added.len() => added.resize(needed, 0),
                Err(e) => return Err(e.into()),
            }
        };
        added.truncate(length);
        Ok(Self { added, explanation, time, s3 })
    }

    /// Spells a path of S3's as it was signed (`+` as `%2B`). S3 does that itself; servers that are like it compare the
    /// signature with the path as it came.
    fn respell(&self, request: &mut Request) {
        let signed = self.explanation.canonical_request.expose().lines().nth(1);
        if let Some(path) = signed.filter(|_| self.s3) {
            request.path = path.to_owned();
        }
    }

    fn explain(&self, as_json: bool) -> Result<(), Error> {
        let shown = self.explanation.shown();
        let (to_sign, signature) = (&self.explanation.string_to_sign, &self.explanation.signature);
        if as_json {
            let all = json!({ "canonical_request": shown, "string_to_sign": to_sign, "signature": signature });
            return output::value(&all);
        }
        output::line(&format!("canonical request:\n{shown}\n\nstring to sign:\n{to_sign}\n\nsignature:\n{signature}"))
    }
}

/// A path of S3's with each `%2F` as the slash that S3 reads there. A signature over `%2F` is refused by servers that
/// decode the path before they check it, as S3 does; one over `/` is taken by all.
fn with_slashes(path: &str) -> Cow<'_, str> {
    let mut parts = path.split("%2F").flat_map(|part| part.split("%2f")).peekable();
    let first = parts.next().unwrap_or_default();
    if parts.peek().is_none() {
        return path.into();
    }
    output::note("S3 reads %2F in a path as /: it is signed so");
    parts.fold(first.to_owned(), |path, part| path + "/" + part).into()
}

/// The most that is read of an answer.
const ANSWER_LIMIT: u32 = 64 << 20;

fn send(asked: &Asked, signed: &Signed, as_json: bool) -> Result<(), Error> {
    let request = &asked.request;
    let own = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    // What the signature adds takes the place of what was there.
    let kept = own.filter(|(name, _)| !sigv4::lines(&signed.added).any(|(new, _)| new.eq_ignore_ascii_case(name)));
    let headers = kept.chain(sigv4::lines(&signed.added)).map(|(n, v)| (Box::from(n), Secret::from(v))).collect();
    let answer = asked.session.send(HttpRequest {
        method: request.method.as_str().into(),
        url: request.url(&request.query).into(),
        headers,
        body: SecretBytes::from(request.body.as_slice()),
        response_limit: ANSWER_LIMIT,
        direct: false,
    })?;
    if as_json {
        let headers: serde_json::Map<_, _> =
            answer.headers.iter().map(|(name, value)| (name.to_string(), json!(value.expose()))).collect();
        let body = String::from_utf8_lossy(answer.body.expose());
        output::value(&json!({ "status": answer.status, "headers": headers, "body": body }))?;
    } else {
        output::data(answer.body.expose())?;
    }
    match answer.status {
        status @ 200..400 => {
            output::note(&format!("{} answered {status}", request.authority));
            Ok(())
        }
        status => Err(refusal(asked, &answer, status)),
    }
}

/// What the answer says, where it says it in AWS's words; a HEAD's has none.
fn refusal(asked: &Asked, answer: &HttpResponse, status: u16) -> Error {
    let refused = Refused::of(answer);
    let said = refused.as_ref().map(|refused| format!(" {refused}")).unwrap_or_default();
    let mut error =
        Error::new(Code::SendRefused, "send", format!("{} answered {status}{said}", asked.request.authority));
    if let Some(fix) = refused.and_then(|refused| mend(&refused.code, asked.date.is_some())) {
        error = error.with_fix(fix);
    }
    let id = ["x-amzn-requestid", "x-amz-request-id"].iter().find_map(|name| answer.header(name));
    id.into_iter().fold(error, |error, id| error.with_request_id(id))
}

/// What to change for a code; those of a service alone say it themselves.
fn mend(code: &str, dated: bool) -> Option<&'static str> {
    Some(match code.strip_suffix("Exception").unwrap_or(code) {
        "SignatureDoesNotMatch" | "InvalidSignature" => {
            "see that the secret access key belongs to the key id, and compare irsa sign --explain with what arrived: the \
             service and Region, or a path, query or header that was changed on the way"
        }
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" if dated => "leave --date out",
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => {
            "set this machine's clock: a signature is good for fifteen minutes around its time"
        }
        "AuthorizationHeaderMalformed" | "AuthorizationParametersError" | "AuthorizationQueryParametersError" => {
            "sign for the Region and the service that the message names: --region, --service"
        }
        "AccessDenied" | "UnauthorizedOperation" | "AccessDeniedByPolicy" => {
            "allow this action on this resource to the identity; irsa explain shows whose credentials were used"
        }
        "InvalidTokenId"
        | "InvalidToken"
        | "ExpiredToken"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "UnrecognizedClient" => {
            "use whole and current credentials: key id, secret and session token belong together; irsa explain shows where \
             they came from"
        }
        _ => return None,
    })
}
