//! What happened.

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use super::Ceremony;
use crate::environment_error::EnvironmentError;
use crate::exchange::{CtapExchange, Exchange};
use crate::outcome::Outcome;
use crate::tamper::{CannotLie, Difference};

/// All that a stranger needs to believe the outcome.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// Which ceremony.
    pub ceremony: Ceremony,
    /// The account's name, if one was given.
    pub user: Option<String>,
    /// The options as the target sent them, `null` if it sent none.
    pub options: Value,
    /// The client data as it was hashed, empty if the client stopped before.
    pub client_data_json: String,
    /// The credential as it was sent, `null` if none was.
    pub credential: Value,
    /// What client and authenticator said to each other.
    pub ctap: Vec<CtapExchange>,
    /// What client and target said to each other.
    pub exchanges: Vec<Exchange>,
    /// How far it got.
    pub stage: Stage,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether a session proves the outcome, where the target has a session check.
    pub session: Option<SessionCheck>,
    /// The credential id, base64url, as the honest authenticator had it.
    pub credential_id: Option<String>,
    /// The client profile's id.
    pub client: String,
    /// The lies that were told.
    pub tampers: Vec<String>,
    /// Each field that is not what an honest client and authenticator would have sent.
    pub fields: Vec<Difference>,
    /// What the hints in the options come to with the authenticator; `None` where there are none.
    pub hints: Option<String>,
    /// Options that an honest client passed over because it was told to.
    pub ignored: Vec<String>,
}

/// How far a ceremony got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The options endpoint said no.
    Options,
    /// The client or the authenticator said no.
    Client,
    /// The result endpoint answered.
    Result,
}

/// What the target's session check said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionCheck {
    /// Whether there is a session.
    pub alive: bool,
    /// The answer's body.
    pub body: Value,
}

/// Why a ceremony could not be performed.
#[derive(Debug, Error)]
pub enum CeremonyError {
    /// A lie cannot be told here: the scenario is not applicable.
    #[error(transparent)]
    CannotLie(#[from] CannotLie),
    /// The client has no way to do it: the scenario is not applicable.
    #[error("{0}")]
    Unable(String),
    /// Trouble in the tool or around it.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
}
