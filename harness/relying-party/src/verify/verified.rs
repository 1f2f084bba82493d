//! What a verified ceremony says.

use keyrig_ctap::Aaguid;
use keyrig_ctap::auth_data::Flags;
use keyrig_ctap::cose::{Algorithm, CoseKey};
use serde::Serialize;

use crate::attestation;

/// A credential record (WebAuthn L3 §4), as far as verification needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct CredentialRecord {
    /// The credential id.
    pub id: Vec<u8>,
    /// The user handle of the account that holds it.
    pub user_handle: Vec<u8>,
    /// The credential public key.
    pub public_key: CoseKey,
    /// The last signature counter.
    pub sign_count: u32,
    /// Whether the user was ever verified with it.
    pub uv_initialized: bool,
    /// Backup eligibility at registration.
    pub backup_eligible: bool,
    /// The last backup state.
    pub backup_state: bool,
}

/// A registration that passed every numbered step.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedRegistration {
    /// The credential id.
    pub credential_id: Vec<u8>,
    /// The credential public key, valid for its algorithm.
    pub public_key: CoseKey,
    /// The algorithm, one of those offered.
    pub algorithm: Algorithm,
    /// The authenticator's type, as it claims; see [`Self::aaguid_is_attested`].
    pub aaguid: Aaguid,
    /// The flags.
    pub flags: Flags,
    /// The signature counter.
    pub sign_count: u32,
    /// The attestation.
    pub attestation: Attestation,
    /// The transports, as the client reports them: unsigned.
    pub transports: Vec<String>,
    /// The attachment, as the client reports it: unsigned.
    pub authenticator_attachment: Option<String>,
    /// What is worth telling and no reason to refuse.
    pub observations: Vec<Observation>,
}

impl VerifiedRegistration {
    /// Whether the credential may be backed up.
    pub fn backup_eligible(&self) -> bool {
        self.flags.contains(Flags::BE)
    }

    /// Whether the credential is backed up now.
    pub fn backup_state(&self) -> bool {
        self.flags.contains(Flags::BS)
    }

    /// Whether a trusted certificate vouches for the AAGUID. A FIDO U2F statement does not sign it.
    pub fn aaguid_is_attested(&self) -> bool {
        self.attestation.kind == AttestationKind::Basic { trusted: true }
            && attestation::find(&self.attestation.format).is_some_and(|format| format.vouches_for_aaguid)
    }

    /// The record to store for the account with this user handle (WebAuthn L3 §7.1, "Let credentialRecord be").
    pub fn record(&self, user_handle: Vec<u8>) -> CredentialRecord {
        CredentialRecord {
            id: self.credential_id.clone(),
            user_handle,
            public_key: self.public_key.clone(),
            sign_count: self.sign_count,
            uv_initialized: self.flags.contains(Flags::UV),
            backup_eligible: self.backup_eligible(),
            backup_state: self.backup_state(),
        }
    }
}

/// What the attestation statement was worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// The attestation statement format identifier.
    pub format: String,
    /// The kind.
    pub kind: AttestationKind,
    /// The certificates in DER, the leaf first; empty without `x5c`.
    pub chain: Vec<Vec<u8>>,
    /// Why a certificate leads to no trust anchor, for people.
    pub untrusted_because: Option<String>,
}

/// Kinds of attestation (WebAuthn L3 §6.5.3), as far as verification can tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttestationKind {
    /// No attestation.
    None,
    /// The credential key vouches for itself.
    SelfAttested,
    /// A certificate vouches (basic, or by an attestation CA).
    Basic {
        /// Whether it leads to a trust anchor.
        trusted: bool,
    },
}

/// Something worth telling that is no reason to refuse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Observation {
    /// The name in snake_case.
    pub name: &'static str,
    /// What was seen, for people.
    pub message: String,
}

impl Observation {
    pub(crate) fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, message: message.into() }
    }
}

/// An authentication that passed every numbered step.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedAuthentication {
    /// The credential id.
    pub credential_id: Vec<u8>,
    /// The user handle of the account that signed in.
    pub user_handle: Vec<u8>,
    /// The flags.
    pub flags: Flags,
    /// The signature counter.
    pub sign_count: u32,
    /// Whether the counter did not grow though one of the two is not zero: a signal of a clone, no proof.
    pub sign_count_did_not_grow: bool,
    /// Whether backup eligibility is not what the record says; refused before where backup state is policy.
    pub backup_eligibility_changed: bool,
    /// Whether the backup state is not what the record says.
    pub backup_state_changed: bool,
    /// What is worth telling and no reason to refuse.
    pub observations: Vec<Observation>,
}

impl VerifiedAuthentication {
    /// Brings the record up to date (WebAuthn L3 §7.2, "Update credentialRecord with new state values").
    ///
    /// Call it after every further check has passed. `uv_initialized` stays: raising it takes another factor.
    pub fn update(&self, record: &mut CredentialRecord) {
        record.sign_count = self.sign_count;
        record.backup_state = self.flags.contains(Flags::BS);
    }
}
