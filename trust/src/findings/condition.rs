//! A condition that did not hold: its operator, its key, its values, in the order in which a slip hides the next.

use super::cause::{Fault, Seen, account};
use super::edit::Edit;
use super::names::{self, Absent};
use super::text::{covers, nearest};
use super::value::{audience_cause, claim_of, family, kind_of, subject_cause};
use super::{Finding, in_policy};
use crate::json::{short, step};
use crate::policy::{Condition, ConditionTrace, Quantifier, Statement, StatementTrace, Version};
use alloc::{
    format,
    string::{String, ToString},
};

pub(super) fn condition_place(seen: &Seen<'_>, index: usize, condition: &ConditionTrace) -> String {
    let at = format!("{}/Condition/{}", seen.statement(index), condition.operator);
    step(&at, &condition.key)
}

pub(super) fn condition(
    seen: &Seen<'_>,
    statement: &Statement,
    trace: &StatementTrace,
    (condition, compared): (&Condition, &ConditionTrace),
    resolves: bool,
) -> Fault {
    let place = in_policy(&condition_place(seen, trace.index, compared));
    let found = compared.request_values.as_deref().filter(|values| !values.is_empty());
    let message = format!("{trace}: {compared}");
    let at = (condition.operator.to_string(), condition.key.clone());
    let remove = || Edit::Remove(at.0.clone(), at.1.clone());
    let fault = |id, weight, fix: String, edit| Fault {
        finding: Finding::new(id, place.clone(), message.clone(), fix),
        weight,
        edit,
    };
    let claim = claim_of(&condition.key, seen.issuer());
    let right = match claim {
        Some("sub") => Some(seen.subject.as_str()),
        Some("aud" | "oaud") => Some(seen.audience.as_str()),
        _ => None,
    };
    let set = || right.map_or_else(remove, |right| Edit::Value(at.0.clone(), at.1.clone(), right.into()));

    if family(condition) == "Null" {
        let fix = match found {
            Some(_) => "compare the key's value with StringEquals; Null true holds only where the key is absent",
            None => "remove the condition: this call does not carry the key, and Null false asks for it",
        };
        return fault("trust-operator", 2, fix.into(), remove());
    }
    if condition.values.is_empty() {
        let fix = right.map_or_else(|| "list the values".into(), |right| format!("list the value: {}", short(right)));
        return fault("trust-empty-values", 2, fix, set());
    }
    let Some(found) = found else {
        // The same claim of our issuer stands beside it, and is right: the statement was meant for both issuers.
        let claim = condition.key.rsplit(':').next().unwrap_or_default();
        let ours = format!("{}:{claim}", seen.issuer());
        let doubled = trace.conditions.iter().any(|other| other.matched && other.key.eq_ignore_ascii_case(&ours));
        return missing(seen, condition, fault, at, doubled);
    };
    let found = found.first().map(String::as_str).unwrap_or_default();

    if condition.operator.is_negated() {
        let fix = match right {
            Some(right) => {
                format!("{} keeps out the one that is to be let in: use StringEquals with {}", at.0, short(right))
            }
            None => format!("{} keeps out just this value: remove the condition", at.0),
        };
        return fault("trust-negated-operator", 2, fix, remove());
    }
    let text_key = claim.is_some();
    let (compares, kind) = (family(condition), kind_of(&condition.key));
    let address = kind == "Ip" && compares == "String" && !condition.values.iter().any(|value| value.contains('/'));
    if text_key && compares != "String" || !text_key && !kind.contains(compares) && !address {
        let fix = format!(
            "use an operator for {}: {} does not compare what this key holds",
            if text_key { "texts, StringEquals or StringLike" } else { kind },
            at.0
        );
        return fault(
            "trust-operator",
            2,
            fix,
            if text_key { Edit::Operator(at.0.clone(), at.1.clone(), right.unwrap_or(found).into()) } else { remove() },
        );
    }
    let twin = statement.conditions.iter().zip(&trace.conditions).any(|(other, compared)| {
        let same = other.key.eq_ignore_ascii_case(&condition.key)
            && (other.operator, &other.key) != (condition.operator, &condition.key);
        same && compared.matched
            && !other.operator.is_negated()
            && family(other) != "Null"
            && other.operator.quantifier != Quantifier::All
    });
    if twin {
        let fix = "two conditions on one key must both hold: put the values into one list under one operator, or into two statements";
        return fault("trust-conditions-anded", 2, fix.into(), remove());
    }
    if condition.operator.has_variables() && condition.values.iter().any(|value| value.contains("${")) {
        if seen.policy.version == Version::V2008 && resolves {
            let fix = "write \"Version\": \"2012-10-17\": without it ${…} is plain text";
            return fault("trust-variable-version", 2, fix.into(), Edit::Version);
        }
        let escaped = ["${*}", "${?}", "${$}"].iter().any(|escape| condition.values.iter().any(|v| v.contains(escape)));
        let unresolved = compared.notes.iter().any(|note| note.contains("without a single value"));
        if escaped || unresolved || seen.policy.version == Version::V2008 {
            let fix = match escaped {
                true => "${*}, ${?} and ${$} stand for the characters themselves: write the value, or * alone under StringLike".into(),
                false => right.map_or_else(|| "write the value: the variable has none in this call".into(), |right| format!("write the value itself: {}", short(right))),
            };
            return fault("trust-variable-unresolved", 2, fix, set());
        }
    }
    let like = condition.operator.has_wildcards();
    let wild = |value: &String| value.contains(['*', '?']);
    // Of a list the pattern counts that would fit; one that fits nothing may stand beside the value that was meant.
    let fits = condition.values.iter().any(|value| wild(value) && covers(value, found, false));
    if !like && (fits || condition.values.iter().all(wild)) {
        let fix = format!(
            "* and ? are plain characters under {}: use StringLike, or write {}",
            at.0,
            short(right.unwrap_or(found))
        );
        return fault("trust-wildcard-under-equals", if fits { 1 } else { 3 }, fix, set());
    }
    let causes = condition.values.iter().map(|value| match claim {
        Some("sub") => subject_cause(seen, value, like),
        Some("aud" | "oaud") => audience_cause(seen, value, like),
        _ if value.eq_ignore_ascii_case(found) => ("trust-value-case", 1),
        _ => ("trust-other-key-value", 2),
    });
    let (id, weight) = causes.min_by_key(|(_, weight)| *weight).unwrap_or(("trust-other-key-value", 2));
    let fix = match (id, right) {
        ("trust-other-key-value", _) | (_, None) => {
            format!("the request has {}: change the value, or remove the condition", short(found))
        }
        ("trust-key-claim-swapped", Some(right)) => {
            format!("the value belongs under another key; here stands {}", short(right))
        }
        ("token-azp", _) => {
            "azp counts in the place of aud: have the issuer leave azp out, or name it in the policy".into()
        }
        ("trust-wildcard-misplaced", Some(right)) => format!(
            "* is any text and ? one character, and nothing else is a pattern: write one that covers {}",
            short(right)
        ),
        (
            "trust-sub-namespace" | "trust-sub-service-account" | "trust-sub-swapped" | "trust-sub-format",
            Some(right),
        ) => {
            format!("write {}; or run the pod as the service account that the policy names", short(right))
        }
        (_, Some(right)) => format!("write {}", short(right)),
    };
    let edit = match (right, compares) {
        // The session's name is another one with each program: there is none to be written down.
        (None, "String") if condition.key.eq_ignore_ascii_case("sts:RoleSessionName") => remove(),
        (None, "String" | "Ip" | "Arn") => Edit::Also(at.0.clone(), at.1.clone(), found.into()),
        _ => set(),
    };
    fault(id, weight, fix, edit)
}

/// A key that the request does not carry.
fn missing(
    seen: &Seen<'_>,
    condition: &Condition,
    fault: impl Fn(&'static str, u32, String, Edit) -> Fault,
    at: (String, String),
    doubled: bool,
) -> Fault {
    let issuer = seen.issuer();
    let cause = names::absent(&condition.key, issuer);
    let claim = if condition.key.contains("://") || condition.key.rsplit_once(':').is_some() {
        condition.key.rsplit(':').next().unwrap_or_default()
    } else {
        condition.key.rsplit(['/', '.']).next().unwrap_or_default()
    };
    // Which claim was meant: by the key's end, else by the values.
    let by_value = |value: &String| if *value == seen.subject || account(value).is_some() { "sub" } else { "aud" };
    let meant = match names::CLAIMS.iter().find(|known| claim.eq_ignore_ascii_case(known.trim())) {
        Some(known) => known,
        None => {
            nearest(claim.trim(), &["sub", "aud"]).or_else(|| condition.values.first().map(by_value)).unwrap_or("sub")
        }
    };
    let rename = |claim: &str| Edit::Rename(at.0.clone(), at.1.clone(), format!("{issuer}:{claim}"));
    let right = format!("{issuer}:{meant}");
    let (id, weight, fix, edit) = match cause {
        Absent::Scheme => ("trust-key-scheme", 2, format!("leave out the scheme: {right}"), rename(meant)),
        Absent::Slash => {
            ("trust-key-trailing-slash", 2, format!("the issuer is {issuer}: write {right}"), rename(meant))
        }
        Absent::OtherIssuer if doubled => {
            let fix = "the keys of two issuers in one statement must all be there, and a token has one issuer: write a statement for each";
            ("trust-conditions-anded", 2, fix.into(), Edit::Remove(at.0.clone(), at.1.clone()))
        }
        Absent::OtherIssuer => (
            "trust-key-other-issuer",
            3,
            format!("the key names another issuer than the token's: write {right}"),
            rename(meant),
        ),
        Absent::Spelling => ("trust-key-spelling", 2, format!("write {right}"), rename(meant)),
        Absent::UnknownClaim => {
            let renamed = condition.values.contains(&seen.subject);
            let fix = format!(
                "{} is no condition key of this token: AWS has aud, sub, oaud, amr and email of a token, the latter two where the token has them; compare {issuer}:sub, or remove the condition",
                short(claim)
            );
            let edit = if renamed { rename("sub") } else { Edit::Remove(at.0.clone(), at.1.clone()) };
            ("trust-key-unknown-claim", 2, fix, edit)
        }
        Absent::NotSent => {
            let fix = format!("remove the condition: this call does not carry {}", short(&condition.key));
            ("trust-key-not-sent", 2, fix, Edit::Remove(at.0.clone(), at.1.clone()))
        }
    };
    fault(id, weight, fix, edit)
}
