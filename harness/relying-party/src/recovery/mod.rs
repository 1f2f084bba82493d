//! How somebody who lost every authenticator comes back: proofs, approvals, access passes, and what follows.

mod approval;
mod code;
mod guesses;
mod id_proof;
mod pass;
mod quorum;
mod request;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::audit::By;
use crate::clock::Timestamp;
use crate::service::Service;
use crate::session::{Login, Scope, Visitor};
use crate::store::{Bounded, State};

pub(crate) use approval::{ApprovalRequest, Purpose};
pub(crate) use code::Message;
pub(crate) use guesses::Guesses;
pub(crate) use id_proof::IdProofRecord;
pub(crate) use pass::{PassOrder, PassRequest};
pub(crate) use request::RecoveryRequest;

/// Everything that is remembered about recoveries.
#[derive(Debug)]
pub(crate) struct Recoveries {
    /// Requests that wait for approvals, by id.
    requests: Bounded<Request>,
    /// Approvals that are not about a request, by account and purpose.
    approvals: BTreeMap<(String, Purpose), BTreeSet<String>>,
    id_proofs: BTreeMap<String, id_proof::IdProof>,
    codes: BTreeMap<String, code::Code>,
    passes: BTreeMap<String, pass::Pass>,
    guesses: Guesses,
    outbox: Vec<Message>,
}

/// Somebody's wish to recover an account, as one browser asked for it.
#[derive(Debug)]
struct Request {
    username: String,
    approvers: BTreeSet<String>,
}

impl Default for Recoveries {
    fn default() -> Self {
        Self {
            requests: Bounded::new(10_000),
            approvals: BTreeMap::new(),
            id_proofs: BTreeMap::new(),
            codes: BTreeMap::new(),
            passes: BTreeMap::new(),
            guesses: Guesses::default(),
            outbox: Vec::new(),
        }
    }
}

/// What was proved, for the audit log, and with which credential, if with one.
struct Proof {
    details: Value,
    credential_id: Option<Vec<u8>>,
}

impl From<Value> for Proof {
    fn from(details: Value) -> Self {
        Self { details, credential_id: None }
    }
}

impl Recoveries {
    /// Messages that were sent, oldest first.
    pub(crate) fn outbox(&self) -> &[Message] {
        &self.outbox
    }

    /// Forgets everything that could bring this account back.
    pub(crate) fn forget(&mut self, username: &str) {
        self.requests.retain(|request| request.username != username);
        self.approvals.retain(|(name, _), _| name != username);
        self.id_proofs.retain(|_, proof| !proof.is_about(username));
        self.codes.remove(username);
        self.passes.remove(username);
    }
}

impl Service {
    /// A proof was good: every session of the account ends, and this browser gets one that can only register. That one
    /// ends with the credential that was the proof.
    fn begin_enrolment(
        &self,
        state: &mut State,
        username: &str,
        by: By<'_>,
        proof: Proof,
        visitor: &mut Visitor,
    ) -> Value {
        let now = self.now();
        let event = self.policy.recovery().audit_name.unwrap_or("recovery").to_owned();
        state.audit.log(now, &event, username, by, proof.details);
        state.sessions.end_all_of(username);
        self.cool_down(state, username);
        let until = now.after(self.policy.document().session.enrolment_lifetime.duration());
        let login = Login {
            username: username.to_owned(),
            scope: Scope::RegisterPasskey,
            credential_id: proof.credential_id,
            user_verified: false,
            since: now,
            until,
        };
        state.sessions.sign_in(visitor, login, &self.entropy);
        json!({"scope": Scope::RegisterPasskey, "allowed_actions": ["register_passkey"], "expires_at": until})
    }

    /// A fresh credential was registered after a recovery: the cooldown starts anew, and the credential takes the place
    /// of all others where the policy says so.
    pub(crate) fn finish_recovery(&self, state: &mut State, username: &str, fresh: &[u8]) {
        let now = self.now();
        self.cool_down(state, username);
        let details = json!({"credential_id": BASE64_URL_SAFE_NO_PAD.encode(fresh)});
        state.audit.log(now, "recovery_finished", username, By::webauthn(username), details);
        if !self.policy.document().recovery.revoke_old_credentials {
            return;
        }
        let replaced = state.credentials.working(username).map(|credential| credential.record.id.clone());
        let replaced: Vec<_> = replaced.filter(|id| id != fresh).collect();
        for id in replaced {
            self.revoke(state, &id, By { actor: username, method: "recovery" });
        }
    }

    fn cool_down(&self, state: &mut State, username: &str) {
        let Some(cooldown) = self.policy.recovery().cooldown else { return };
        let until = self.now().after(cooldown.duration());
        // Whoever approved that an earlier one ends knew nothing of this one.
        state.recoveries.approvals.remove(&(username.to_owned(), Purpose::Cooldown));
        if let Some(account) = state.accounts.get_mut(username) {
            account.cooldown_until = account.cooldown_until.max(Some(until));
        }
    }
}

/// How old a session may be in which somebody approves something.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// Whether two secrets are the same, in a time that tells nothing about where they differ.
fn same_secret(a: &str, b: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}

/// Whether something that was made then and lives so long is over.
fn is_over(made: Timestamp, lifetime: Duration, now: Timestamp) -> bool {
    now >= made.after(lifetime)
}
