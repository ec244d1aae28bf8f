//! The control paths beside STS: tokens, faults, key rotation, the log. For programs on this machine alone, so a
//! request that names another host, comes from a web page or was forwarded is refused.
//!
//! | request | answer |
//! |---|---|
//! | `POST /_irsa/token`, a form of the options of `irsa-local token` | a token |
//! | `POST /_irsa/fault`, lines of a fault script | 204 |
//! | `POST /_irsa/rotate-keys` | 204; the issuer signs with a new key |
//! | `POST /_irsa/rotate-token` | 204; the pod's token file is new |
//! | `GET /_irsa/log` | the access log as a JSON list |

use crate::{
    call::Call,
    fault::Script,
    mint::Mint,
    rotation::Rotation,
    server::{Shared, machine_now},
    wire::{Answer, form},
};
use irsa_core::{Code, Error};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) const PREFIX: &str = "/_irsa/";

pub(crate) struct Control {
    pub(crate) rotation: Arc<Rotation>,
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
            ("GET", "log") => {
                let entries: Vec<Value> = shared.log.entries().iter().map(|entry| entry.to_json()).collect();
                Ok(Answer::json(200, &entries.into()))
            }
            (method, path) => Err(usage(
                &format!("no control path {} {PREFIX}{}", method.escape_default(), path.escape_default()),
                "POST token, fault, rotate-keys or rotate-token, or GET log",
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
