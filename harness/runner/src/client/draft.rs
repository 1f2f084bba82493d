//! What the client is about to ask of the authenticator: the client seam.

use keyrig_ctap::cose::Algorithm;
use serde::Serialize;

use super::ClientData;

/// What the client is about to ask of the authenticator. A client-seam tamper changes it after every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientDraft {
    /// The client data, not yet hashed.
    pub client_data: ClientData,
    /// The algorithms offered to the authenticator, the preferred one first; empty at authentication.
    pub algorithms: Vec<Algorithm>,
    /// The algorithms that the authenticator says it has; empty where it does not say.
    pub supported: Vec<Algorithm>,
    /// The RP ID that the authenticator is told.
    pub rp_id: String,
}

/// Options that a client passes over although it is honest otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ignore {
    /// `authenticatorAttachment`: any authenticator will do.
    pub attachment: bool,
    /// `attestation`: treated as `none`.
    pub attestation: bool,
    /// `userVerification`: treated as `discouraged`.
    pub user_verification: bool,
    /// `residentKey`: treated as `discouraged`.
    pub resident_key: bool,
    /// `excludeCredentials`: treated as empty.
    pub exclude_credentials: bool,
    /// `allowCredentials`: treated as empty, so that a discoverable credential answers.
    pub allow_credentials: bool,
}

impl Ignore {
    /// The options' names.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [
            (self.attachment, "authenticatorAttachment"),
            (self.attestation, "attestation"),
            (self.user_verification, "userVerification"),
            (self.resident_key, "residentKey"),
            (self.exclude_credentials, "excludeCredentials"),
            (self.allow_credentials, "allowCredentials"),
        ]
        .into_iter()
        .filter(|(ignored, _)| *ignored)
        .map(|(_, name)| name)
    }
}

/// What a client leaves out when it asks for an assertion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Withhold {
    /// User presence: `up` is false.
    pub presence: bool,
    /// User verification.
    pub verification: bool,
}
