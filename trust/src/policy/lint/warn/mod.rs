//! What IAM stores although it is a mistake: what a document alone shows.
//!
//! Only statements that allow are asked whether they let in too much; wildcards, variables, empty lists and repeated
//! members are looked at everywhere. What is found is said once, at the place where it is mended.

mod keys;
mod principal;
mod subject;

use super::write::{Condition, Document, Statement};
use super::{MOST_WARNINGS, Place, SIZE, Warning, WarningId};
use crate::json::short;
use crate::policy::{Effect, PrincipalKind, Version};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

/// All warnings of a document; without statements only what stands outside of them.
pub(super) fn of(document: &Document, statements: &[Statement<'_>], place: &Place<'_>) -> Vec<Warning> {
    let mut found = Found(Vec::new());
    if document.size > SIZE {
        let message = format!(
            "{} characters without white space, and IAM takes {SIZE} unless the quota was raised",
            document.size
        );
        let fix = "shorten it, or have the quota “Role trust policy length” raised (to 4,096 at most)";
        found.push(WarningId::OverDefaultSize, "", message, fix);
    }
    for at in &document.doubles {
        let message = "this member stands twice: the last one counts, and this one does nothing".to_owned();
        found.push(WarningId::DuplicateMember, at, message, "keep one of them; put values of both into one array");
    }
    for statement in statements {
        principal::look(statement, statements, place, &mut found);
        let issuers = Issuers::of(statement);
        for condition in &statement.conditions {
            values(condition, document.version, &mut found);
            if statement.effect == Effect::Allow {
                keys::look(condition, statement, &issuers, &mut found);
            }
        }
        match statement.effect {
            Effect::Allow if statement.allows(WEB_IDENTITY) => subject::look(statement, &issuers, &mut found),
            Effect::Allow => {}
            Effect::Deny => keys::deny(statement, &issuers, &mut found),
        }
    }
    found.0
}

pub(super) const WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

/// What was found so far.
struct Found(Vec<Warning>);

impl Found {
    fn push(&mut self, id: WarningId, at: &str, message: String, fix: &str) {
        if self.0.len() < MOST_WARNINGS {
            self.0.push(Warning { id, at: at.to_owned(), message, fix: fix.to_owned() });
        }
    }
}

/// The issuers of a statement's OIDC principals, without `https://`: what its keys begin with.
struct Issuers<'a>(Vec<&'a str>);

impl<'a> Issuers<'a> {
    fn of(statement: &Statement<'a>) -> Self {
        let federated = statement.principals.iter().filter(|(kind, ..)| *kind == PrincipalKind::Federated);
        Self(federated.filter_map(|(_, value, _)| issuer(value)).collect())
    }

    /// The claim, where this is a key of one of them.
    fn claim<'k>(&self, key: &'k str) -> Option<(&'a str, &'k str)> {
        self.0.iter().find_map(|issuer| {
            let (prefix, rest) = (key.get(..issuer.len())?, key.get(issuer.len()..)?);
            Some((*issuer, rest.strip_prefix(':')?)).filter(|_| prefix.eq_ignore_ascii_case(issuer))
        })
    }

    fn first(&self) -> &'a str {
        self.0.first().copied().unwrap_or("ISSUER")
    }
}

/// The issuer of a `Federated` value without its scheme; SAML providers have none.
pub(super) fn issuer(value: &str) -> Option<&str> {
    match value.split_once(":oidc-provider/") {
        Some((_, issuer)) => Some(issuer.trim().trim_start_matches("https://")),
        None => Some(value).filter(|value| !value.contains(":saml-provider/")),
    }
}

/// What is wrong with values under any key.
fn values(condition: &Condition<'_>, version: Version, found: &mut Found) {
    let operator = condition.operator;
    if condition.values.is_empty() {
        let message = format!("{operator} {} has no values", short(condition.key));
        found.push(WarningId::EmptyValues, &condition.at, message, "write the value that is to match");
    }
    for (value, at) in &condition.values {
        if value.contains("${") && operator.has_variables() {
            if version == Version::V2008 {
                let message =
                    format!("{} is taken literally: only Version 2012-10-17 has policy variables", short(value));
                found.push(WarningId::VariableVersion, at, message, "write \"Version\": \"2012-10-17\" at the top");
                continue;
            }
            if let Some(name) = no_variable(value) {
                let message = format!("${{{}}} in {} is no policy variable", short(name), short(value));
                found.push(WarningId::Template, at, message, "write the value that the template was to put in");
                continue;
            }
        }
        if operator.has_variables() && !operator.has_wildcards() && has_wildcard(value) {
            let message = format!("{operator} takes * and ? in {} literally", short(value));
            let like = if operator.is_negated() { "StringNotLike" } else { "StringLike" };
            found.push(WarningId::LiteralWildcard, at, message, &format!("use {like}, or write the whole value"));
        }
    }
}

/// The first `${…}` whose name cannot be that of a condition key: keys have a colon.
fn no_variable(value: &str) -> Option<&str> {
    value.split("${").skip(1).find_map(|rest| {
        let (inside, _) = rest.split_once('}')?;
        let name = inside.split(',').next().unwrap_or_default().trim();
        (!matches!(name, "*" | "?" | "$") && !name.contains(':')).then_some(name)
    })
}

/// True where `*` or `?` stands outside of `${…}`.
fn has_wildcard(value: &str) -> bool {
    let mut parts = value.split("${");
    let wild = |text: &str| text.contains(['*', '?']);
    parts.next().is_some_and(wild) || parts.any(|rest| wild(rest.split_once('}').map_or(rest, |(_, behind)| behind)))
}
