//! Secrets Manager's GetSecretValue: JSON 1.1, API 2017-10-17, under the role's permission policies.
//!
//! Every account has the same secrets, one version each (`AWSCURRENT`). Not here: resource policies, KMS.

use super::Wanted;
use crate::{
    call::{Call, Gate},
    config::{SecretValue, StoredSecret},
    iam::Iam,
    keys::uuid,
    session::Session,
    wire::Refusal,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use irsa_core::{Timestamp, arn::RoleArn};
use serde_json::{Value, json};

pub(crate) const TARGET: &str = "secretsmanager.";

const ACTION: &str = "secretsmanager:GetSecretValue";

pub(crate) struct SecretsManager {
    secrets: Vec<Stored>,
}

struct Stored {
    secret: StoredSecret,
    version: String,
    created: Timestamp,
}

impl SecretsManager {
    pub(crate) fn new(secrets: &[StoredSecret], now: Timestamp) -> Self {
        let stored = |secret: &StoredSecret| Stored { secret: secret.clone(), version: uuid(), created: now };
        Self { secrets: secrets.iter().map(stored).collect() }
    }

    /// The answer to `operation`; `None` where it is not played.
    pub(crate) fn run(
        &self,
        operation: &str,
        call: &Call,
        caller: &Session,
        iam: &Iam,
        gate: &Gate,
    ) -> Option<Result<Value, Refusal>> {
        (operation == "GetSecretValue").then(|| self.get_secret_value(call, caller, iam, gate))
    }

    fn get_secret_value(&self, call: &Call, caller: &Session, iam: &Iam, gate: &Gate) -> Result<Value, Refusal> {
        let body = super::json(call)?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let id = text("SecretId").filter(|id| !id.is_empty() && id.len() <= 2048).ok_or_else(|| {
            Refusal::new(400, "InvalidParameterException", "You must provide a value for the SecretId parameter.")
        })?;

        let stored = self.secrets.iter().find(|stored| stored.is_called(id, &caller.role, &gate.region));
        let resource = match stored {
            Some(stored) => stored.arn(&caller.role, &gate.region),
            None if id.starts_with("arn:") => id.to_owned(),
            None => prefix(&caller.role, &gate.region) + id,
        };
        let mut context = call.context(caller, &gate.region);
        context.put("request", "secretsmanager:SecretId", [resource.as_str()]);
        if let Some(stage) = text("VersionStage") {
            context.put("request", "secretsmanager:VersionStage", [stage]);
        }
        let shown = if stored.is_some() { &resource } else { id };
        super::allowed(iam, caller, &Wanted { action: ACTION, resource: &resource, shown }, &context)?;

        let missing = |what: String| {
            Refusal::new(
                400,
                "ResourceNotFoundException",
                format!("Secrets Manager can't find the specified secret{what}"),
            )
        };
        let stored = stored.ok_or_else(|| missing(".".into()))?;
        if let Some(stage) = text("VersionStage").filter(|stage| *stage != "AWSCURRENT") {
            return Err(missing(format!(" value for staging label: {stage}")));
        }
        if let Some(version) = text("VersionId").filter(|version| *version != stored.version) {
            return Err(missing(format!(" value for VersionId: {version}")));
        }
        let mut answer = json!({
            "ARN": resource,
            "CreatedDate": stored.created.unix(),
            "Name": stored.secret.name,
            "VersionId": stored.version,
            "VersionStages": ["AWSCURRENT"],
        });
        match &stored.secret.value {
            SecretValue::Text(text) => answer["SecretString"] = text.expose().into(),
            SecretValue::Binary(bytes) => answer["SecretBinary"] = STANDARD.encode(bytes.expose()).into(),
        }
        Ok(answer)
    }
}

impl Stored {
    /// By name, whole ARN, or the ARN without its random end.
    fn is_called(&self, id: &str, role: &RoleArn, region: &str) -> bool {
        let name = &self.secret.name;
        id == name || id == self.arn(role, region) || id.strip_prefix(&prefix(role, region)) == Some(name.as_str())
    }

    /// Six characters follow the name; here they follow from it.
    fn arn(&self, role: &RoleArn, region: &str) -> String {
        let digest = ring::digest::digest(&ring::digest::SHA256, self.secret.name.as_bytes());
        let letter =
            |b: &u8| char::from(b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"[usize::from(*b) % 57]);
        let end: String = digest.as_ref()[..6].iter().map(letter).collect();
        format!("{}{}-{end}", prefix(role, region), self.secret.name)
    }
}

fn prefix(role: &RoleArn, region: &str) -> String {
    format!("arn:{}:secretsmanager:{region}:{}:secret:", role.partition().id, role.account())
}
