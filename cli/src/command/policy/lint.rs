//! `policy lint`: whether IAM stores a trust policy, and what is odd about it.

use super::Flags;
use crate::{args::Ended, output};
use irsa_core::{Code, Error};
use irsa_trust::policy::lint::{self, Place};

pub fn run(flags: &Flags, json: bool) -> Result<(), Ended> {
    let document = flags.document()?;
    let role = flags.role_arn.as_deref().map(irsa_core::arn::RoleArn::parse).transpose()?;
    let place = Place {
        partition: role.as_ref().map(|role| role.partition().id),
        account: role.as_ref().map(|role| role.account()),
        ..Place::default()
    };
    let report = lint::trust_policy(&document.text, &place);
    if json {
        output::value(&report.to_json())?;
    } else {
        let mut lines = Vec::new();
        match &report.refusal {
            None => lines.push("stored   IAM stores this trust policy".to_owned()),
            Some(refusal) => {
                let seen = if refusal.observed { "" } else { " (IAM's code is sure, its words are not)" };
                lines.push(format!("refused  {}: {}{seen}", refusal.code, refusal.message));
                lines.push(format!("at       {}", place_of(&refusal.at)));
                lines.push(format!("fix      {}", refusal.fix));
            }
        }
        for warning in &report.warnings {
            lines.push(format!("warning  {}: {}", warning.id.name(), warning.message));
            lines.push(format!("at       {}", place_of(&warning.at)));
            lines.push(format!("fix      {}", warning.fix));
        }
        output::line(&lines.join("\n"))?;
    }
    match report.refusal {
        None => Ok(()),
        Some(refusal) => {
            let message = format!("{}: {}", refusal.code, refusal.message);
            Err(Error::new(Code::PolicyWouldRefuse, "policy", message).with_fix(refusal.fix).into())
        }
    }
}

fn place_of(pointer: &str) -> &str {
    if pointer.is_empty() { "the document" } else { pointer }
}
