//! The control paths beside STS: tokens, faults, key rotation, the log. For programs on this machine alone, so a
//! request that names another host, comes from a web page or was forwarded is refused.
//!
//! | request | answer |
//! |---|---|
//! | `POST /_irsa/token`, a form of the options of `irsa-local token` | a token |
//! | `POST /_irsa/fault`, lines of a fault script | 204 |
//! | `POST /_irsa/rotate-keys` | 204; the issuer signs with a new key |
//! | `POST /_irsa/rotate-token` | 204; the pod's token file is new |
//! | `POST /_irsa/rds`, a database user and its token, a line each | 200, or 403 and a line of why |
//! | `GET /_irsa/log` | the access log as a JSON list |

use crate::{
    call::{Call, Gate},
    fault::Script,
    iam::Iam,
    keys::uuid,
    log::printable,
    mint::Mint,
    rotation::Rotation,
    server::{Shared, machine_now},
    services::rds,
    wire::{Answer, form},
};
use irsa_core::{Code, Error};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) const PREFIX: &str = "/_irsa/";

pub(crate) struct Control {
    pub(crate) rotation: Arc<Rotation>,
    pub(crate) iam: Arc<Iam>,
    pub(crate) gate: Arc<Gate>,
}

impl Control {
    pub(crate) fn answer(&self, call: &Call, shared: &Shared) -> Answer {
        match guard(call).and_then(|()| self.run(call, shared)) {
            Ok(answer) => answer,
            Err(error) => {
                let body = json!({"code": error.code().name(), "message": error.message(), "fix": error.fix()});
                Answer::json(if error.kind() == irsa_core::Kind::Bug { 500 } else { 400 }, &body)
            }
        }
    }

    fn run(&self, call: &Call, shared: &Shared) -> Result<Answer, Error> {
        let done = || Ok(Answer::new(204, "text/plain", ""));
        let text = || std::str::from_utf8(&call.body).map_err(|_| usage("the body is not UTF-8", "send UTF-8"));
        match (call.method.as_str(), call.path.strip_prefix(PREFIX).unwrap_or_default()) {
            ("POST", "token") => {
                let form = form::parse(text()?)
                    .ok_or_else(|| usage("the body is no form", "send a=b&c=d, percent-encoded"))?;
                let mut mint = Mint::default();
                form.0.iter().try_for_each(|(option, value)| mint.set(option, value))?;
                let token = self.rotation.issuer.token(&mint, machine_now())?;
                Ok(Answer::new(200, "application/jwt", token.expose()))
            }
            ("POST", "fault") => {
                shared.faults.add(Script::parse(text()?, "the body")?)?;
                done()
            }
            ("POST", "rotate-keys") => {
                self.rotation.rotate_keys()?;
                done()
            }
            ("POST", "rotate-token") => {
                self.rotation.write()?;
                done()
            }
            ("POST", "rds") => {
                let entry = rds::check(call, &self.gate, &self.iam, &uuid());
                // One line, for whoever has to put it into a log of its own.
                let why = entry
                    .why
                    .as_ref()
                    .map_or_else(|| "ok".to_owned(), |why| printable(&why.lines.join(" | "), usize::MAX));
                let status = entry.status;
                shared.log.write(entry);
                Ok(Answer::new(status, "text/plain; charset=utf-8", why + "\n"))
            }
            ("GET", "log") => {
                let entries: Vec<Value> = shared.log.entries().iter().map(|entry| entry.to_json()).collect();
                Ok(Answer::json(200, &entries.into()))
            }
            (method, path) => Err(usage(
                &format!("no control path {} {PREFIX}{}", method.escape_default(), path.escape_default()),
                "POST token, fault, rotate-keys, rotate-token or rds, or GET log",
            )),
        }
    }
}

/// A web page cannot set `Host`, and cannot leave `Origin` out of a POST; a proxy says that it forwards.
fn guard(call: &Call) -> Result<(), Error> {
    let host = call.header("host").unwrap_or_default();
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    if !matches!(name, "127.0.0.1" | "[::1]" | "localhost") && name.parse() != Ok(call.source) {
        return Err(usage(&format!("the Host header is “{}”", host.escape_default()), "ask 127.0.0.1 or localhost"));
    }
    for header in ["origin", "x-forwarded-for", "forwarded"] {
        if call.header(header).is_some() {
            return Err(usage(
                &format!("the request has a header {header}"),
                "ask directly, not from a web page or through a proxy",
            ));
        }
    }
    Ok(())
}

fn usage(what: &str, fix: &str) -> Error {
    Error::new(Code::LocalUsage, "control", what).with_fix(fix.to_owned())
}
