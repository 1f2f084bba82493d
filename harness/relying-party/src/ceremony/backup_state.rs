//! The backup-state monitor: a credential that was on one device and now is elsewhere as well.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::ReasonClass;
use keyrig_ctap::auth_data::Flags;
use serde_json::json;

use super::authentication::Assertion;
use crate::audit::By;
use crate::denied::Denied;
use crate::policy::OnBackupStateChange;
use crate::service::Service;
use crate::session::Visitor;
use crate::store::State;

impl Service {
    /// Compares the backup state with the one on record. Where it changed and the tier has to step up, there is no
    /// session, and the new state waits until another credential of the same account vouches for it in this session.
    pub(super) fn watch_backup_state(
        &self,
        state: &mut State,
        assertion: &Assertion,
        visitor: &Visitor,
    ) -> Result<(), Denied> {
        let monitor = &self.policy.document().backup_state_monitor;
        if monitor.on_change == OnBackupStateChange::Ignore {
            return Ok(());
        }
        if !assertion.verified.backup_state_changed {
            self.complete_step_up(state, assertion, visitor);
            return Ok(());
        }
        let seen = assertion.verified.flags.contains(Flags::BS);
        self.log_change(state, assertion, seen);
        let tier = self.rules(&assertion.account).tier;
        if monitor.on_change != OnBackupStateChange::StepUp || !monitor.step_up_tiers.contains(&tier) {
            return Ok(());
        }
        if let Some(credential) = state.credentials.get_mut(&assertion.verified.credential_id) {
            credential.pending_backup_state = Some(seen);
        }
        if let Some(session) = state.sessions.get_mut(Some(&visitor.sid)) {
            session.step_up = Some(assertion.verified.credential_id.clone());
        }
        let message = "the credential's backup state changed: sign in with another credential in this session first";
        Err(Denied::new(403, ReasonClass::StepUp, "step_up_required", message)
            .with("credential_id", BASE64_URL_SAFE_NO_PAD.encode(&assertion.verified.credential_id)))
    }

    /// Once for each change: while the new state waits, seeing it again is no news.
    fn log_change(&self, state: &mut State, assertion: &Assertion, seen: bool) {
        if assertion.credential.pending_backup_state == Some(seen) {
            return;
        }
        let details = json!({
            "credential_id": BASE64_URL_SAFE_NO_PAD.encode(&assertion.verified.credential_id),
            "before": assertion.credential.record.backup_state,
            "after": seen,
        });
        let name = assertion.account.name.as_str();
        state.audit.log(self.now(), "backup_state_changed", name, By::webauthn(name), details);
    }

    /// Another credential of the same account vouches, if this session waits for one.
    fn complete_step_up(&self, state: &mut State, assertion: &Assertion, visitor: &Visitor) {
        let waiting = state.sessions.get_mut(Some(&visitor.sid)).and_then(|session| session.step_up.take());
        let Some(waiting) = waiting else { return };
        let owner = state.credentials.get(&waiting).map(|credential| credential.owner.as_str());
        if waiting != assertion.verified.credential_id && owner == Some(&assertion.account.name) {
            let name = assertion.account.name.as_str();
            self.store_backup_state(state, &waiting, By::webauthn(name));
        } else if let Some(session) = state.sessions.get_mut(Some(&visitor.sid)) {
            session.step_up = Some(waiting);
        }
    }

    /// Stores the backup state that waits, and says whether one did.
    pub(crate) fn store_backup_state(&self, state: &mut State, credential_id: &[u8], by: By<'_>) -> bool {
        let Some(credential) = state.credentials.get_mut(credential_id) else { return false };
        let Some(seen) = credential.pending_backup_state.take() else { return false };
        credential.record.backup_state = seen;
        let owner = credential.owner.clone();
        let details = json!({"credential_id": BASE64_URL_SAFE_NO_PAD.encode(credential_id), "backup_state": seen});
        state.audit.log(self.now(), "backup_state_accepted", &owner, by, details);
        true
    }
}
