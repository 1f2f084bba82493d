//! Credentials as this relying party keeps them.

use std::collections::BTreeMap;

use keyrig_ctap::Aaguid;

use crate::clock::Timestamp;
use crate::policy::Evidence;
use crate::verify::{AttestationKind, CredentialRecord};

/// A credential and what was learnt about it.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    /// What verification needs (WebAuthn L3 §4).
    pub(crate) record: CredentialRecord,
    /// The name of the account that holds it.
    pub(crate) owner: String,
    pub(crate) aaguid: Aaguid,
    pub(crate) attestation_format: String,
    pub(crate) attestation: AttestationKind,
    /// Whether a trusted certificate vouches for the AAGUID.
    pub(crate) aaguid_attested: bool,
    /// What the client reported at registration, unsigned.
    pub(crate) transports: Vec<String>,
    /// What the client reported at registration, unsigned.
    pub(crate) attachment: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) last_used: Option<Timestamp>,
    pub(crate) revoked: Option<Timestamp>,
    pub(crate) provenance: Provenance,
    /// A backup state that was seen and still waits for a step-up.
    pub(crate) pending_backup_state: Option<bool>,
}

/// Where a credential was registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provenance {
    /// Here.
    Registered,
    /// At the relying party upstream, which told us.
    Upstream,
}

impl Credential {
    /// What a policy judges.
    pub(crate) fn evidence(&self, user_verified: bool) -> Evidence {
        Evidence {
            aaguid: self.aaguid,
            backup_eligible: self.record.backup_eligible,
            attestation: self.attestation,
            aaguid_attested: self.aaguid_attested,
            user_verified,
            transports: self.transports.clone(),
            attachment: self.attachment.clone(),
        }
    }
}

/// All credentials by id. A revoked one stays, so that it is known for what it is and its id is never taken again.
#[derive(Debug, Default)]
pub(crate) struct Credentials(BTreeMap<Vec<u8>, Credential>);

impl Credentials {
    pub(crate) fn get(&self, id: &[u8]) -> Option<&Credential> {
        self.0.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &[u8]) -> Option<&mut Credential> {
        self.0.get_mut(id)
    }

    pub(crate) fn insert(&mut self, credential: Credential) {
        self.0.insert(credential.record.id.clone(), credential);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Credential> {
        self.0.values()
    }

    /// All credentials of an account, revoked ones too.
    pub(crate) fn of<'a>(&'a self, owner: &'a str) -> impl Iterator<Item = &'a Credential> {
        self.0.values().filter(move |credential| credential.owner == owner)
    }

    /// The credentials of an account that still work.
    pub(crate) fn working<'a>(&'a self, owner: &'a str) -> impl Iterator<Item = &'a Credential> {
        self.of(owner).filter(|credential| credential.revoked.is_none())
    }
}
