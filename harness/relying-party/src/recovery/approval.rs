//! Approvals: what other people say about an account.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::ReasonClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{FRESH, quorum};
use crate::audit::By;
use crate::denied::Denied;
use crate::policy::{ApprovalMethod, ApprovalQuorum, RecoveryProof};
use crate::service::{Service, no_such_account};
use crate::session::Scope;
use crate::store::{Account, State};

/// What `POST /admin/approvals` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovalRequest {
    /// The account that the approval is about.
    username: String,
    /// The account that approves.
    approver: String,
    /// What is approved; a recovery if absent.
    #[serde(default)]
    purpose: Purpose,
    /// Which recovery, where the account has asked for several.
    #[serde(default)]
    recovery_id: Option<String>,
    /// Which credential's new backup state, where several wait.
    #[serde(default)]
    credential_id: Option<String>,
}

/// What is approved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// That the account may be recovered: a quorum.
    #[default]
    Recovery,
    /// That the account may get an access pass: a quorum.
    AccessPass,
    /// That the cooldown after a recovery ends now: a quorum.
    Cooldown,
    /// That a new backup state is as it should be: one approver.
    StepUp,
}

impl Service {
    /// Writes an approval down, and does what it completes.
    pub(crate) fn approve(&self, request: &ApprovalRequest) -> Result<Value, Denied> {
        let mut guard = self.state();
        let state = &mut *guard;
        let user = state.accounts.get(&request.username).ok_or_else(|| no_such_account(&request.username))?.clone();
        let approver = state.accounts.get(&request.approver).ok_or_else(|| no_such_account(&request.approver))?.clone();
        let quorum = self.quorum()?;
        self.check_approver(state, quorum, &user, &approver)?;
        let by = By { actor: &approver.name, method: quorum.method.as_str() };
        let answer = match request.purpose {
            Purpose::Recovery => self.approve_recovery(state, request)?,
            Purpose::StepUp => self.approve_backup_state(state, &user, request, by)?,
            Purpose::Cooldown if self.cooldown(&user).is_none() => {
                let message = "no cooldown runs for this account";
                return Err(Denied::new(404, ReasonClass::Cooldown, "cooldown_unknown", message));
            }
            Purpose::AccessPass | Purpose::Cooldown => {
                let key = (user.name.clone(), request.purpose);
                let approvers = state.recoveries.approvals.entry(key).or_default();
                approvers.insert(approver.name.clone());
                let count = approvers.len();
                if request.purpose == Purpose::Cooldown && self.take_approvals(state, &user, Purpose::Cooldown).is_ok()
                {
                    self.end_cooldown(state, &user.name, by);
                }
                json!({"approvals": count})
            }
        };
        let details = json!({"purpose": request.purpose, "approver": approver.name});
        state.audit.log(self.now(), "approved", &user.name, by, details);
        Ok(answer)
    }

    /// The quorum of the recovery workflow.
    pub(super) fn quorum(&self) -> Result<&ApprovalQuorum, Denied> {
        let quorum = self.policy.recovery().proofs.into_iter().find_map(|proof| match proof {
            RecoveryProof::ApprovalQuorum(quorum) => Some(quorum),
            _ => None,
        });
        quorum.ok_or_else(super::request::method_not_allowed)
    }

    /// Uses up the approvals for this purpose, if they are enough.
    pub(super) fn take_approvals(
        &self,
        state: &mut State,
        user: &Account,
        purpose: Purpose,
    ) -> Result<BTreeSet<String>, Denied> {
        let quorum = self.quorum()?;
        let key = (user.name.clone(), purpose);
        let approvers = state.recoveries.approvals.get(&key).cloned().unwrap_or_default();
        if !quorum::is_met(quorum, user, &state.accounts, &approvers) {
            return Err(approval_missing(approvers.len(), quorum));
        }
        state.recoveries.approvals.remove(&key);
        Ok(approvers)
    }

    fn check_approver(
        &self,
        state: &State,
        quorum: &ApprovalQuorum,
        user: &Account,
        approver: &Account,
    ) -> Result<(), Denied> {
        if quorum::stands_for(quorum, user, approver).is_empty() {
            let message = "the approver is in none of the groups that may approve this";
            return Err(Denied::new(403, ReasonClass::ApprovalMissing, "approver_not_entitled", message));
        }
        let now = self.now();
        let fresh = |since| now.since(since) <= FRESH;
        let stepped_up = state.sessions.logins(now).any(|login| {
            login.username == approver.name && login.scope == Scope::Full && login.user_verified && fresh(login.since)
        });
        if quorum.method == ApprovalMethod::WebauthnStepUp && !stepped_up {
            let message = "the approver has not signed in with user verification in the last five minutes";
            return Err(Denied::new(403, ReasonClass::StepUp, "approval_without_step_up", message));
        }
        Ok(())
    }

    fn approve_recovery(&self, state: &mut State, request: &ApprovalRequest) -> Result<Value, Denied> {
        let id = match &request.recovery_id {
            Some(id) => id.clone(),
            None => state.recoveries.only_request_of(&request.username)?,
        };
        let found = state.recoveries.requests.get_mut(&id).filter(|found| found.username == request.username);
        let found = found.ok_or_else(no_such_recovery)?;
        found.approvers.insert(request.approver.clone());
        Ok(json!({"recovery_id": id, "approvals": found.approvers.len()}))
    }

    fn approve_backup_state(
        &self,
        state: &mut State,
        user: &Account,
        request: &ApprovalRequest,
        by: By<'_>,
    ) -> Result<Value, Denied> {
        let named = |id: &[u8]| request.credential_id.as_ref().is_none_or(|n| *n == BASE64_URL_SAFE_NO_PAD.encode(id));
        let waiting = state.credentials.working(&user.name).filter(|c| c.pending_backup_state.is_some());
        let waiting: Vec<_> = waiting.map(|c| c.record.id.clone()).filter(|id| named(id)).collect();
        match waiting.as_slice() {
            [id] => {
                self.store_backup_state(state, id, by);
                Ok(json!({"credential_id": BASE64_URL_SAFE_NO_PAD.encode(id)}))
            }
            [] => Err(Denied::new(404, ReasonClass::StepUp, "step_up_unknown", "no new backup state waits")),
            _ => Err(Denied::new(409, ReasonClass::StepUp, "step_up_ambiguous", "several wait: name the credential")),
        }
    }

    fn end_cooldown(&self, state: &mut State, username: &str, by: By<'_>) {
        if let Some(account) = state.accounts.get_mut(username) {
            account.cooldown_until = None;
        }
        state.audit.log(self.now(), "cooldown_ended", username, by, json!({}));
    }
}

/// Too few people approved, or not the right ones.
pub(super) fn approval_missing(approvals: usize, quorum: &ApprovalQuorum) -> Denied {
    let message = "too few people approved, or not the right ones";
    Denied::new(403, ReasonClass::ApprovalMissing, "approval_missing", message)
        .with("approvals", approvals)
        .with("needed", quorum.count.get())
        .with("from_groups", quorum.from_groups.clone())
}

fn no_such_recovery() -> Denied {
    Denied::new(404, ReasonClass::Recovery, "recovery_unknown", "nobody has asked for such a recovery")
}

impl super::Recoveries {
    fn only_request_of(&self, username: &str) -> Result<String, Denied> {
        let mut ids = self.requests.iter().filter(|(_, request)| request.username == username).map(|(id, _)| id);
        match (ids.next(), ids.next()) {
            (Some(id), None) => Ok(id.to_owned()),
            (None, _) => Err(no_such_recovery()),
            _ => Err(Denied::new(
                409,
                ReasonClass::Recovery,
                "recovery_ambiguous",
                "several browsers asked for a recovery of this account: name the one that you mean",
            )),
        }
    }
}
