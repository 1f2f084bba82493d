//! What happened in one step, in the form that reports and findings keep.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ceremony::Record;
use crate::decoded::{self, AuthenticatorData};
use crate::exchange::{CtapExchange, Exchange, to_hex};
use crate::outcome::Outcome;

/// What a step was in its scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A step of the file.
    Step,
    /// The same as the attack without its lie, before it.
    LeadingControl,
    /// A step of the file that has controls.
    Attack,
    /// The same as the attack without its lie, after it.
    TrailingControl,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Step => "step",
            Self::LeadingControl => "control before",
            Self::Attack => "attack",
            Self::TrailingControl => "control after",
        })
    }
}

/// What happened in one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepReport {
    /// Its place in the scenario, from one.
    pub number: usize,
    /// Its line in the scenario's file, from one.
    pub line: u64,
    /// What it was.
    pub role: Role,
    /// What was done.
    pub action: String,
    /// What it was for.
    pub note: Option<String>,
    /// How it had to end.
    pub expected: String,
    /// How it ended.
    pub outcome: String,
    /// The reason class of a refusal.
    pub class: Option<String>,
    /// The target's own words for a refusal.
    pub reason: Option<String>,
    /// What sets it apart from its controls, in words.
    pub difference: Option<String>,
    /// What was found when something was compared.
    pub detail: Option<String>,
    /// The ceremony, if it was one.
    pub ceremony: Option<CeremonyReport>,
    /// The requests and their answers.
    pub exchanges: Vec<Exchange>,
}

/// A ceremony as it was performed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CeremonyReport {
    /// `registration` or `authentication`.
    pub kind: String,
    /// The account, if one was named.
    pub user: Option<String>,
    /// The client profile's id.
    pub client: String,
    /// The options as the target sent them.
    pub options: Value,
    /// The client data, decoded.
    pub client_data: Option<Value>,
    /// The authenticator data that was sent, decoded.
    pub authenticator_data: Option<AuthenticatorData>,
    /// The attestation statement's format.
    pub attestation_format: Option<String>,
    /// The credential as it was sent.
    pub credential: Value,
    /// The credential id, base64url.
    pub credential_id: Option<String>,
    /// The lies that were told.
    pub tampers: Vec<String>,
    /// Each field that honesty would have sent otherwise.
    pub fields: Vec<FieldDifference>,
    /// What the hints in the options come to with the authenticator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hints: Option<String>,
    /// Options that the client passed over.
    pub ignored: Vec<String>,
    /// Whether a session followed, where that can be asked.
    pub session: Option<SessionReport>,
    /// What client and authenticator said to each other.
    pub ctap: Vec<CtapReport>,
}

/// A field that honesty would have sent otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldDifference {
    /// Where.
    pub path: String,
    /// What honesty would have sent.
    pub honest: String,
    /// What was sent.
    pub sent: String,
}

/// What the session check said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionReport {
    /// Whether there is a session.
    pub alive: bool,
    /// The answer's body.
    pub body: Value,
}

/// One CTAP message and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CtapReport {
    /// The command's name.
    pub command: String,
    /// The status's name.
    pub status: String,
    /// Command byte and parameters, in hexadecimal.
    pub request: String,
    /// Status byte and response, in hexadecimal.
    pub response: String,
}

impl CeremonyReport {
    /// What `record` says.
    pub(crate) fn of(record: &Record) -> Self {
        let (authenticator_data, attestation_format) = decoded::of_credential(&record.credential);
        Self {
            kind: record.ceremony.as_str().to_owned(),
            user: record.user.clone(),
            client: record.client.clone(),
            options: record.options.clone(),
            client_data: serde_json::from_str(&record.client_data_json).ok(),
            authenticator_data,
            attestation_format,
            credential: record.credential.clone(),
            credential_id: record.credential_id.clone(),
            tampers: record.tampers.clone(),
            fields: record
                .fields
                .iter()
                .map(|field| FieldDifference {
                    path: field.path.clone(),
                    honest: field.honest.clone(),
                    sent: field.sent.clone(),
                })
                .collect(),
            hints: record.hints.clone(),
            ignored: record.ignored.clone(),
            session: record
                .session
                .as_ref()
                .map(|session| SessionReport { alive: session.alive, body: session.body.clone() }),
            ctap: record.ctap.iter().map(CtapReport::of).collect(),
        }
    }
}

#[cfg(test)]
impl CeremonyReport {
    pub(crate) fn empty(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            user: None,
            client: "l3".to_owned(),
            options: Value::Null,
            client_data: None,
            authenticator_data: None,
            attestation_format: None,
            credential: Value::Null,
            credential_id: None,
            tampers: Vec::new(),
            fields: Vec::new(),
            hints: None,
            ignored: Vec::new(),
            session: None,
            ctap: Vec::new(),
        }
    }
}

impl CtapReport {
    fn of(exchange: &CtapExchange) -> Self {
        Self {
            command: exchange.command.clone(),
            status: exchange.status.clone(),
            request: to_hex(&exchange.request),
            response: to_hex(&exchange.response),
        }
    }
}

impl StepReport {
    /// Fills in how it ended.
    pub(crate) fn ended(&mut self, outcome: &Outcome) {
        self.outcome = outcome.to_string();
        self.class = outcome.class().map(|class| class.as_str().to_owned());
        self.reason = match outcome {
            Outcome::Rejected { reason, .. } => reason.clone(),
            _ => None,
        };
    }
}
