//! From the text to statements, or IAM's refusal: everything about a document that does not depend on the issuer.
//!
//! IAM user guide, "Grammar of the IAM JSON policy language"; what trust policies may not have, as observed.

use super::document::Node;
use super::{Place, Refusal, Rule};
use crate::json::{short, step};
use crate::policy::{Effect, Operator, PrincipalKind};
use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};

/// A document that is JSON, within IAM's size.
pub(super) struct Document {
    root: Node,
    /// Pointers to members that were replaced.
    #[allow(dead_code)]
    pub doubles: Vec<String>,
}

/// A statement that IAM's grammar takes.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    /// JSON pointer.
    pub at: String,
    pub effect: Effect,
    /// Kind, value, pointer.
    pub principals: Vec<(PrincipalKind, &'a str, String)>,
    /// True for `NotAction`.
    pub not_action: bool,
    /// Each with its pointer.
    pub actions: Vec<(&'a str, String)>,
    pub conditions: Vec<Condition<'a>>,
    /// True where there is a `Condition`, be it empty.
    pub has_condition: bool,
}

/// One operator with one key.
#[derive(Debug)]
pub(super) struct Condition<'a> {
    pub operator: Operator,
    pub key: &'a str,
    pub values: Vec<String>,
    /// JSON pointer to the key's value.
    #[allow(dead_code)]
    pub at: String,
}

pub(super) fn read(text: &str, place: &Place<'_>) -> Result<Document, Refusal> {
    let printable = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}');
    if text.is_empty() || text.chars().count() > MOST_TEXT || !text.chars().all(printable) {
        return Err(Refusal {
            rule: Rule::Text,
            code: "ValidationError",
            message: "The specified value for policyDocument is invalid.".into(),
            observed: false,
            at: String::new(),
            fix: "write 1 to 131,072 characters from U+0020 to U+00FF, tabs and line ends".into(),
        });
    }
    let (root, doubles) = Node::parse(text).map_err(|e| {
        let fix = format!("mend the JSON: {e}");
        malformed(Rule::Json, "", "This policy contains invalid Json", true, &fix)
    })?;
    let size = text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\n' | '\r')).count();
    if size > place.size {
        return Err(Refusal {
            rule: Rule::Size,
            code: "LimitExceeded",
            message: format!("Cannot exceed quota for ACLSizePerRole: {}", place.size),
            observed: true,
            at: String::new(),
            fix: format!("shorten the policy: it has {size} characters without white space"),
        });
    }
    Ok(Document { root, doubles })
}

impl Document {
    pub(super) fn statements(&self) -> Result<Vec<Statement<'_>>, Refusal> {
        let root = &self.root;
        known(root, "", &["Version", "Id", "Statement"])?;
        match root.get("Version").map(|version| (version.text(), version)) {
            None | Some((Some("2008-10-17" | "2012-10-17"), _)) => {}
            Some(_) => {
                let message = "The policy must contain a valid version string.";
                return Err(malformed(Rule::Version, "/Version", message, true, "write \"Version\": \"2012-10-17\""));
            }
        }
        let statements = match root.get("Statement") {
            None | Some(Node::Null) => Vec::new(),
            Some(list) => list.each("/Statement"),
        };
        if statements.is_empty() {
            let at = if root.get("Statement").is_some() { "/Statement" } else { "" };
            return Err(malformed(Rule::Statement, at, SYNTAX, false, "write at least one statement"));
        }
        statements.into_iter().map(|(node, at)| statement(node, at)).collect()
    }
}

fn statement(node: &Node, at: String) -> Result<Statement<'_>, Refusal> {
    known(node, &at, &ELEMENTS)?;
    let effect = match node.get("Effect").map(|effect| (effect.text(), effect)) {
        Some((Some("Allow"), _)) => Effect::Allow,
        Some((Some("Deny"), _)) => Effect::Deny,
        None => return Err(malformed(Rule::Effect, &at, SYNTAX, false, "write \"Effect\": \"Allow\"")),
        Some((text, _)) => {
            let message = text.map_or_else(|| SYNTAX.to_owned(), |text| format!("Invalid effect: {}", short(text)));
            let fix = "write Allow or Deny, spelt so";
            return Err(malformed(Rule::Effect, &step(&at, "Effect"), &message, false, fix));
        }
    };
    for name in ["Resource", "NotResource"] {
        if node.get(name).is_some() {
            let fix = format!("leave out {name}: the role itself is the resource");
            let message = format!("Has prohibited field {name}");
            return Err(malformed(Rule::Resource, &step(&at, name), &message, name == "Resource", &fix));
        }
    }
    let principals = principals(node, &at)?;
    let (not_action, actions) = actions(node, &at)?;
    let conditions = conditions(node, &at)?;
    Ok(Statement {
        has_condition: node.get("Condition").is_some(),
        at,
        effect,
        principals,
        not_action,
        actions,
        conditions,
    })
}

fn principals<'a>(node: &'a Node, at: &str) -> Result<Vec<(PrincipalKind, &'a str, String)>, Refusal> {
    if node.get("NotPrincipal").is_some() {
        let fix = "name who may assume the role by Principal; keep others out by a Deny statement with a condition";
        let message = "Has prohibited field NotPrincipal";
        return Err(malformed(Rule::NotPrincipal, &step(at, "NotPrincipal"), message, false, fix));
    }
    let missing =
        "write \"Principal\": {\"Federated\": \"arn:aws:iam::ACCOUNT:oidc-provider/ISSUER-WITHOUT-https://\"}";
    let Some(principal) = node.get("Principal") else {
        return Err(malformed(Rule::PrincipalMissing, at, "Missing required field Principal", true, missing));
    };
    let at = step(at, "Principal");
    if let Some(text) = principal.text() {
        let rule = if text == "*" { Rule::PrincipalAny } else { Rule::Principal };
        let message = format!("Invalid principal in policy: {}", short(text));
        return Err(malformed(rule, &at, &message, false, missing));
    }
    let kinds = [PrincipalKind::Aws, PrincipalKind::CanonicalUser, PrincipalKind::Federated, PrincipalKind::Service];
    let mut found = Vec::new();
    for (name, values) in principal.members() {
        let at = step(&at, name);
        let Some(kind) = kinds.into_iter().find(|kind| kind.name() == name) else {
            let fix = "there are Federated, AWS and Service, spelt so";
            let message = format!("Invalid principal in policy: {}", short(name));
            return Err(malformed(Rule::Principal, &at, &message, false, fix));
        };
        for (value, at) in values.each(&at) {
            let Some(text) = value.text() else {
                return Err(malformed(Rule::Principal, &at, SYNTAX, false, "write a string, or an array of strings"));
            };
            found.push((kind, text, at));
        }
    }
    if found.is_empty() { Err(malformed(Rule::Principal, &at, SYNTAX, false, missing)) } else { Ok(found) }
}

type Actions<'a> = (bool, Vec<(&'a str, String)>);

fn actions<'a>(node: &'a Node, at: &str) -> Result<Actions<'a>, Refusal> {
    let (negated, name) = match (node.get("Action"), node.get("NotAction")) {
        (None, None) => {
            let fix = "write \"Action\": \"sts:AssumeRoleWithWebIdentity\"";
            return Err(malformed(Rule::ActionMissing, at, "Policy statement must contain actions.", true, fix));
        }
        (Some(_), Some(_)) => {
            let fix = "keep Action, and leave out NotAction";
            return Err(malformed(Rule::Action, &step(at, "NotAction"), SYNTAX, false, fix));
        }
        (negated, _) => (negated.is_none(), if negated.is_none() { "NotAction" } else { "Action" }),
    };
    let at = step(at, name);
    let mut actions = Vec::new();
    for (value, at) in node.get(name).map(|actions| actions.each(&at)).unwrap_or_default() {
        let Some(action) = value.text() else {
            return Err(malformed(Rule::Action, &at, SYNTAX, false, "write a string, or an array of strings"));
        };
        if !ACTIONS.contains(&action) {
            let known = ACTIONS.iter().find(|known| known.eq_ignore_ascii_case(action));
            let fix = known.map_or_else(
                || "write sts:AssumeRoleWithWebIdentity: no wildcards, no other service's actions".to_owned(),
                |known| format!("write {known}: letter case counts here"),
            );
            let message = "AssumeRole policy may only specify STS AssumeRole actions.";
            return Err(malformed(Rule::Action, &at, message, true, &fix));
        }
        actions.push((action, at));
    }
    Ok((negated, actions))
}

fn conditions<'a>(node: &'a Node, at: &str) -> Result<Vec<Condition<'a>>, Refusal> {
    let at = step(at, "Condition");
    let mut conditions = Vec::new();
    for (name, keys) in node.get("Condition").map(Node::members).unwrap_or_default() {
        let at = step(&at, name);
        let Some(operator) = Operator::parse(name) else {
            let message = format!("Invalid Condition type : {}", short(name));
            let fix = "write an operator of IAM, such as StringEquals or StringLike, spelt so";
            return Err(malformed(Rule::Operator, &at, &message, false, fix));
        };
        for (key, values) in keys.members() {
            let at = step(&at, key);
            if let Some((_, rest)) = key.split_once("://") {
                let fix = format!("write {}: no scheme in a condition key", short(rest));
                let message = "Condition can contain only one colon.";
                return Err(malformed(Rule::ConditionKey, &at, message, true, &fix));
            }
            let mut found = Vec::new();
            for (value, at) in values.each(&at) {
                found.push(match value {
                    Node::Text(text) | Node::Number(text) => text.clone(),
                    Node::Bool(value) => value.to_string(),
                    other => {
                        let fix = format!("write a string: {} cannot stand here", other.kind());
                        return Err(malformed(Rule::ConditionValue, &at, SYNTAX, false, &fix));
                    }
                });
            }
            conditions.push(Condition { operator, key, values: found, at });
        }
    }
    Ok(conditions)
}

fn known(node: &Node, at: &str, names: &[&str]) -> Result<(), Refusal> {
    let Node::Object(members) = node else {
        let fix = format!("write an object in place of {}", node.kind());
        return Err(malformed(Rule::Element, at, SYNTAX, false, &fix));
    };
    match members.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some((name, _)) => {
            let fix = format!("there are {}, spelt so", names.join(", "));
            Err(malformed(Rule::Element, &step(at, name), SYNTAX, false, &fix))
        }
    }
}

pub(super) fn malformed(rule: Rule, at: &str, message: &str, observed: bool, fix: &str) -> Refusal {
    Refusal {
        rule,
        code: "MalformedPolicyDocument",
        message: message.to_owned(),
        observed,
        at: at.to_owned(),
        fix: fix.to_owned(),
    }
}

/// IAM's general text, seen for many faults of grammar.
const SYNTAX: &str = "Syntax errors in policy.";
const ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
/// What a trust policy can give, in the only spelling that is taken.
const ACTIONS: [&str; 6] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
];
/// The model's bound of `PolicyDocument`, in characters.
const MOST_TEXT: usize = 131_072;
