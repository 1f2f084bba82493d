//! Identity proofs: what the provider of video calls reports back.

use keyrig_ctap::ReasonClass;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::is_over;
use crate::audit::By;
use crate::clock::Timestamp;
use crate::denied::Denied;
use crate::policy::{RecoveryProof, VideoIdProof};
use crate::service::{Service, no_such_account};
use crate::store::{Account, State};

/// What `POST /admin/id-proofs` takes: the verdict of a call.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdProofRecord {
    /// Whose identity was proved.
    username: String,
    /// Who made the call.
    provider: String,
    /// The call's token, good for one recovery.
    token: String,
    /// Whether the face is the one on the employee's badge.
    badge_match: bool,
}

/// The verdict of a call.
#[derive(Debug)]
pub(super) struct IdProof {
    username: String,
    provider: String,
    badge_match: bool,
    made: Timestamp,
    used: bool,
}

impl IdProof {
    pub(super) fn is_about(&self, username: &str) -> bool {
        self.username == username
    }
}

impl Service {
    /// Keeps a verdict. A token that is known already keeps its first one.
    pub(crate) fn record_id_proof(&self, record: IdProofRecord) -> Result<(), Denied> {
        let mut state = self.state();
        if state.accounts.get(&record.username).is_none() {
            return Err(no_such_account(&record.username));
        }
        if record.token.is_empty() || state.recoveries.id_proofs.contains_key(&record.token) {
            return Err(Denied::new(409, ReasonClass::Recovery, "id_proof_used", "the token is empty or was used"));
        }
        let details = json!({"provider": record.provider, "badge_match": record.badge_match});
        state.audit.log(self.now(), "id_proof_recorded", &record.username, By::ADMIN, details);
        let proof = IdProof {
            username: record.username,
            provider: record.provider,
            badge_match: record.badge_match,
            made: self.now(),
            used: false,
        };
        state.recoveries.id_proofs.insert(record.token, proof);
        Ok(())
    }

    /// Uses up the proof with this token, if the policy knows such proofs and it is a good one.
    pub(super) fn take_id_proof(&self, state: &mut State, account: &Account, token: &str) -> Result<(), Denied> {
        let wanted = self.video_id_proof().ok_or_else(super::request::method_not_allowed)?;
        let lifetime = self.policy.document().recovery.code_lifetime.duration();
        let refuse = |reason, message| Err(Denied::new(403, ReasonClass::Recovery, reason, message));
        let proof = state.recoveries.id_proofs.get_mut(token).filter(|proof| proof.username == account.name);
        match proof {
            None => Err(id_proof_unknown()),
            Some(proof) if proof.used => refuse("id_proof_used", "the identity proof was used"),
            Some(proof) if is_over(proof.made, lifetime, self.now()) => {
                refuse("id_proof_expired", "the identity proof is too old")
            }
            Some(proof) if proof.provider != wanted.provider => {
                refuse("id_proof_provider", "the identity proof comes from another provider")
            }
            Some(proof) if wanted.require_employee_badge_match && !proof.badge_match => {
                refuse("id_proof_no_match", "the face is not the one on the badge")
            }
            Some(proof) => {
                proof.used = true;
                Ok(())
            }
        }
    }

    fn video_id_proof(&self) -> Option<&VideoIdProof> {
        self.policy.recovery().proofs.into_iter().find_map(|proof| match proof {
            RecoveryProof::VideoIdProof(wanted) => Some(wanted),
            _ => None,
        })
    }
}

/// The same for an account that nobody has: whoever asks learns nothing.
pub(super) fn id_proof_unknown() -> Denied {
    let message = "no identity proof with this token is about this account";
    Denied::new(403, ReasonClass::Recovery, "id_proof_missing", message)
}
