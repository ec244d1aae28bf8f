//! What RDS asks when a database user's password is a token: a presigned `connect` for the signing name `rds-db`,
//! judged for PAM (docs/local.md shows the script). The token is `HOST:PORT/?Action=connect&DBUser=…&X-Amz-…`, lives
//! 15 minutes at most, and stands for the permission `rds-db:connect` on the database user.
//!
//! The database's host and resource id are the caller's to say; unsaid, any host passes and the id is `*`.

use crate::{
    call::{Call, Gate},
    iam::Iam,
    log::{Entry, said},
    wire::{Why, form},
};
use irsa_trust::policy::Decision;

const ACTION: &str = "rds-db:connect";
/// Seconds.
const LIFETIME: u32 = 900;

/// What became of a token: the log's line, and in it why not.
pub(crate) fn check(call: &Call, gate: &Gate, iam: &Iam, request_id: &str) -> Entry {
    let mut entry = Entry {
        time: call.now,
        operation: ACTION.into(),
        who: "-".into(),
        access_key_id: None,
        status: 403,
        outcome: "AccessDenied".into(),
        fault: None,
        user_agent: said(call.header("user-agent").unwrap_or_default()),
        request_id: request_id.into(),
        why: None,
    };
    match judge(call, gate, iam, &mut entry) {
        Ok(()) => (entry.status, entry.outcome) = (200, "OK".into()),
        Err(why) => entry.why = Some(why),
    }
    entry
}

fn judge(call: &Call, gate: &Gate, iam: &Iam, entry: &mut Entry) -> Result<(), Why> {
    let no = |what: &str| Err(Why::line(what));
    let Ok(body) = std::str::from_utf8(&call.body) else { return no("the body is not UTF-8") };
    let (user, token) = body.split_once('\n').unwrap_or((body, ""));
    let (user, token) = (user.trim_end_matches('\r'), token.trim_end_matches(['\r', '\n']));
    if user.is_empty() || token.is_empty() {
        return no("the body is not two lines, the database user and the token");
    }
    let Some(options) = form::parse(&call.query) else { return no("the query is no form") };
    let Some((host, query)) = token.split_once("/?") else {
        return no("the token is not HOST:PORT/?Action=connect&DBUser=…");
    };
    if let Some(expected) = options.get("host").filter(|expected| !expected.eq_ignore_ascii_case(host)) {
        return Err(Why::line(format!("the token is for {}, the database is {}", said(host), said(expected))));
    }
    let Some(asked) = form::parse(query) else { return no("the token's query is badly encoded") };
    for (name, expected) in [("Action", "connect"), ("DBUser", user)] {
        let values: Vec<&str> = asked.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect();
        match values.as_slice() {
            [value] if *value == expected => {}
            [value] => return Err(Why::line(format!("{name} is {}, not {}", said(value), said(expected)))),
            _ => return Err(Why::line(format!("the token has not one {name}"))),
        }
    }

    let (caller, verified) = gate.presigned(host, query, "rds-db", call.now)?;
    (entry.who, entry.access_key_id) = (caller.arn(), Some(caller.access_key_id().to_owned()));
    if verified.expires.is_none_or(|expires| expires > LIFETIME) {
        return Err(Why::line(format!("X-Amz-Expires is more than {LIFETIME} seconds")));
    }
    let role = &caller.role;
    let id = options.get("resource-id").unwrap_or("*");
    let resource = format!("arn:{}:rds-db:{}:{}:dbuser:{id}/{user}", role.partition().id, gate.region, role.account());
    let permission = iam.permits(&caller, ACTION, &resource, &call.context(&caller, &gate.region));
    if permission.decision() == Decision::Allowed { Ok(()) } else { Err(permission.why()) }
}
