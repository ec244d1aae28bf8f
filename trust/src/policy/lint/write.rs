//! From the text to statements, or IAM's refusal: everything about a document that does not depend on the issuer.
//!
//! IAM user guide, "Grammar of the IAM JSON policy language"; what trust policies may not have, as observed. A refusal
//! has one place: the first in the order of the document, within a statement in the order of this file. Which of
//! several faults IAM names first is not known, but that it looks at actions before it looks at the issuer.

use super::document::Node;
use super::principal::{self, Principal};
use super::{MOST_SIZE, Place, Refusal, Rule};
use crate::json::{short, step};
use crate::policy::{Effect, Operator, Version};
use alloc::{
    borrow::ToOwned,
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};

/// A document that is JSON, within IAM's size.
pub(super) struct Document {
    root: Node,
    pub version: Version,
    /// Characters, white space not counted.
    pub size: usize,
    /// Pointers to members that were replaced.
    pub doubles: Vec<String>,
}

/// A statement that IAM's grammar takes.
pub(super) struct Statement<'a> {
    /// JSON pointer.
    pub at: String,
    pub effect: Effect,
    pub principals: Vec<Principal<'a>>,
    /// True for `NotAction`.
    pub not_action: bool,
    /// Each with its pointer.
    pub actions: Vec<(&'a str, String)>,
    pub conditions: Vec<Condition<'a>>,
    /// True where there is a `Condition`, be it empty.
    pub has_condition: bool,
}

/// One operator with one key.
pub(super) struct Condition<'a> {
    pub operator: Operator,
    pub key: &'a str,
    /// Each with its pointer.
    pub values: Vec<(String, String)>,
    /// JSON pointer to the key's value.
    pub at: String,
}

impl Condition<'_> {
    /// True where these are the values.
    pub(super) fn is(&self, values: &[&str]) -> bool {
        self.values.iter().map(|(value, _)| value.as_str()).eq(values.iter().copied())
    }
}

impl Statement<'_> {
    /// Whether this action, in the spelling that IAM stores, is among those of the statement.
    pub(super) fn allows(&self, action: &str) -> bool {
        self.not_action != self.actions.iter().any(|(known, _)| *known == action)
    }
}

/// The text as the API bounds it, as JSON, and within the quota.
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
    if text.starts_with(' ') {
        let message = "JSON strings must not have leading spaces";
        let fix = "begin the document with {, as <<- does in place of << where it stands in Terraform";
        return Err(malformed(Rule::LeadingSpace, "", message, true, fix));
    }
    let size = text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\n' | '\r')).count();
    let most = place.size.min(MOST_SIZE);
    if size > most {
        return Err(Refusal {
            rule: Rule::Size,
            code: "LimitExceeded",
            message: format!("Cannot exceed quota for ACLSizePerRole: {most}"),
            observed: true,
            at: String::new(),
            fix: format!("shorten the policy by {} characters, white space not counted", size - most),
        });
    }
    let version = match root.get("Version").and_then(Node::text) {
        Some("2012-10-17") => Version::V2012,
        _ => Version::V2008,
    };
    Ok(Document { root, version, size, doubles })
}

impl Document {
    /// All statements, or the first refusal.
    pub(super) fn statements(&self) -> Result<Vec<Statement<'_>>, Refusal> {
        let root = &self.root;
        known(root, "", &["Version", "Id", "Statement"])?;
        match root.get("Version").map(Node::text) {
            None | Some(Some("2008-10-17" | "2012-10-17")) => {}
            Some(_) => {
                let fix = "write \"Version\": \"2012-10-17\"";
                return Err(malformed(Rule::Version, "/Version", SYNTAX, false, fix));
            }
        }
        if root.get("Id").is_some_and(|id| id.text().is_none()) {
            return Err(malformed(Rule::Element, "/Id", SYNTAX, false, "write a string, or leave Id out"));
        }
        let statements = root.get("Statement").map(|list| list.each("/Statement")).unwrap_or_default();
        if statements.is_empty() {
            let at = if root.get("Statement").is_some() { "/Statement" } else { "" };
            return Err(malformed(Rule::Statement, at, SYNTAX, false, "write at least one statement"));
        }
        let mut sids = BTreeSet::new();
        for (node, at) in &statements {
            sid(node, at, &mut sids)?;
        }
        statements.into_iter().map(|(node, at)| statement(node, at)).collect()
    }
}

fn sid<'a>(node: &'a Node, at: &str, seen: &mut BTreeSet<&'a str>) -> Result<(), Refusal> {
    let Some(sid) = node.get("Sid") else { return Ok(()) };
    let at = step(at, "Sid");
    let Some(text) = sid.text() else {
        return Err(malformed(Rule::Sid, &at, SYNTAX, false, "write a string, or leave Sid out"));
    };
    if !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        let message = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular \
                       expression [0-9A-Za-z]*";
        return Err(malformed(Rule::Sid, &at, message, true, "use letters and digits alone"));
    }
    if !text.is_empty() && !seen.insert(text) {
        let message = "Statement IDs (SID) in a single policy must be unique.";
        return Err(malformed(Rule::Sid, &at, message, true, "give each statement a Sid of its own, or none"));
    }
    Ok(())
}

fn statement(node: &Node, at: String) -> Result<Statement<'_>, Refusal> {
    known(node, &at, &ELEMENTS)?;
    let effect = match node.get("Effect").map(Node::text) {
        Some(Some("Allow")) => Effect::Allow,
        Some(Some("Deny")) => Effect::Deny,
        None => return Err(malformed(Rule::Effect, &at, SYNTAX, false, "write \"Effect\": \"Allow\"")),
        Some(_) => {
            let fix = "write Allow or Deny, spelt so";
            return Err(malformed(Rule::Effect, &step(&at, "Effect"), SYNTAX, false, fix));
        }
    };
    for name in ["Resource", "NotResource"] {
        if node.get(name).is_some() {
            let fix = format!("leave out {name}: the role itself is the resource");
            let message = format!("Has prohibited field {name}");
            return Err(malformed(Rule::Resource, &step(&at, name), &message, name == "Resource", &fix));
        }
    }
    let principals = principal::read(node, &at)?;
    let (not_action, actions) = actions(node, &at)?;
    let conditions = conditions(node, &at)?;
    let has_condition = node.get("Condition").is_some();
    Ok(Statement { at, effect, principals, not_action, actions, conditions, has_condition })
}

type Actions<'a> = (bool, Vec<(&'a str, String)>);

fn actions<'a>(node: &'a Node, at: &str) -> Result<Actions<'a>, Refusal> {
    let (negated, name, list) = match (node.get("Action"), node.get("NotAction")) {
        (Some(_), Some(_)) => {
            let fix = "keep Action, and leave out NotAction";
            return Err(malformed(Rule::Action, &step(at, "NotAction"), SYNTAX, false, fix));
        }
        (Some(list), None) => (false, "Action", list),
        (None, Some(list)) => (true, "NotAction", list),
        (None, None) => return Err(no_action(at)),
    };
    let at = step(at, name);
    let mut actions = Vec::new();
    for (value, at) in list.each(&at) {
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
    if actions.is_empty() { Err(no_action(&at)) } else { Ok((negated, actions)) }
}

fn no_action(at: &str) -> Refusal {
    let fix = "write \"Action\": \"sts:AssumeRoleWithWebIdentity\"";
    malformed(Rule::ActionMissing, at, "Policy statement must contain actions.", false, fix)
}

fn conditions<'a>(node: &'a Node, at: &str) -> Result<Vec<Condition<'a>>, Refusal> {
    let at = step(at, "Condition");
    let Some(block) = node.get("Condition") else { return Ok(Vec::new()) };
    let form = "write it as {\"StringEquals\": {\"KEY\": \"VALUE\"}}";
    if !block.is_object() {
        return Err(malformed(Rule::Element, &at, SYNTAX, false, form));
    }
    let mut conditions = Vec::new();
    for (name, keys) in block.members() {
        let at = step(&at, name);
        let operator = Operator::parse(name);
        if !keys.is_object() {
            // A key where the operator should stand was seen to give this text.
            return Err(malformed(Rule::Operator, &at, SYNTAX, keys.text().is_some() && operator.is_none(), form));
        }
        let Some(operator) = operator else {
            let fix = "write an operator of IAM, such as StringEquals or StringLike, spelt so";
            return Err(malformed(Rule::Operator, &at, SYNTAX, false, fix));
        };
        for (key, values) in keys.members() {
            let at = step(&at, key);
            if let Some((_, rest)) = key.split_once("://") {
                let fix = format!("write {}: no scheme in a condition key", short(rest));
                let message = "Condition can contain only one colon.";
                return Err(malformed(Rule::ConditionKey, &at, message, true, &fix));
            }
            let values = values.each(&at).into_iter().map(value).collect::<Result<_, _>>()?;
            conditions.push(Condition { operator, key, values, at });
        }
    }
    Ok(conditions)
}

fn value((node, at): (&Node, String)) -> Result<(String, String), Refusal> {
    match node {
        Node::Text(text) | Node::Number(text) => Ok((text.clone(), at)),
        Node::Bool(value) => Ok((value.to_string(), at)),
        other => {
            let fix = format!("write a string: {} cannot stand here", other.kind());
            Err(malformed(Rule::ConditionValue, &at, SYNTAX, false, &fix))
        }
    }
}

fn known(node: &Node, at: &str, names: &[&str]) -> Result<(), Refusal> {
    if !node.is_object() {
        let fix = format!("write an object in place of {}", node.kind());
        return Err(malformed(Rule::Element, at, SYNTAX, false, &fix));
    }
    match node.members().iter().find(|(name, _)| !names.contains(&name.as_str())) {
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

/// IAM's text for faults of grammar: seen for permission policies and for a condition without its operator. That a
/// trust policy's other faults get it is likely, and marked as not observed.
pub(super) const SYNTAX: &str = "Syntax errors in policy.";
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
