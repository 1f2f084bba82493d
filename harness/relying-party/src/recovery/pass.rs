//! Access passes: a help desk hands out a code that is good for one registration.

use std::time::Duration;

use keyrig_ctap::ReasonClass;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Purpose, same_secret};
use crate::audit::By;
use crate::ceremony::{SOMEBODY, check_name};
use crate::clock::Timestamp;
use crate::denied::Denied;
use crate::service::{Service, no_such_account, user_disabled};
use crate::session::Visitor;
use crate::store::{Account, State};

/// What `POST /admin/passes` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PassOrder {
    /// The account.
    username: String,
    /// How many seconds the pass is good for, at most what the policy says, which is also what it is without this.
    #[serde(default)]
    valid_for_seconds: Option<u64>,
    /// The token of an identity proof, where the policy wants a proof.
    #[serde(default)]
    id_proof: Option<String>,
}

/// What `POST /recovery/pass` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PassRequest {
    /// The account.
    username: String,
    /// The code of the pass.
    code: String,
}

/// A pass that was handed out and not used. There is one an account; a new one replaces it.
#[derive(Debug)]
pub(super) struct Pass {
    code: String,
    until: Timestamp,
}

impl Service {
    /// Hands out a pass: 16 hexadecimal digits.
    pub(crate) fn issue_pass(&self, order: &PassOrder) -> Result<Value, Denied> {
        let now = self.now();
        let mut state = self.state();
        let account = state.accounts.get(&order.username).ok_or_else(|| no_such_account(&order.username))?.clone();
        let rules = &self.policy.document().access_pass;
        if !rules.enabled {
            return Err(Denied::new(
                403,
                ReasonClass::Recovery,
                "access_pass_not_allowed",
                "there are no access passes",
            ));
        }
        if account.disabled {
            return Err(user_disabled());
        }
        if rules.proof_required_for_tiers.contains(&self.rules(&account).tier) {
            self.check_proof_for_pass(&mut state, &account, order.id_proof.as_deref())?;
        }
        let lifetime = order.valid_for_seconds.map_or(rules.lifetime.duration(), Duration::from_secs);
        let until = now.after(lifetime.min(rules.lifetime.duration()));
        let code = self.entropy.bytes::<8>().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        state.recoveries.passes.insert(order.username.clone(), Pass { code: code.clone(), until });
        state.audit.log(now, "access_pass_issued", &order.username, By::ADMIN, json!({"expires_at": until}));
        Ok(json!({"code": code, "expires_at": until, "single_use": true}))
    }

    /// Uses a pass up: of many who try at once, one gets in.
    pub(crate) fn use_pass(&self, request: &PassRequest, visitor: &mut Visitor) -> Result<Value, Denied> {
        check_name(&request.username)?;
        let now = self.now();
        let name = request.username.as_str();
        let rules = &self.policy.document().recovery;
        let mut guard = self.state();
        let state = &mut *guard;
        state.recoveries.guesses.check(name, rules, now)?;
        let enabled = state.accounts.get(name).is_some_and(|account| !account.disabled);
        let pass = state.recoveries.passes.get(name).filter(|pass| enabled && now < pass.until);
        if pass.is_some_and(|pass| same_secret(&pass.code, &request.code)) {
            state.recoveries.passes.remove(name);
            state.recoveries.guesses.right(name);
            let by = By { actor: name, method: "access_pass" };
            return Ok(self.begin_enrolment(state, name, by, json!({}).into(), visitor));
        }
        if state.recoveries.guesses.wrong(name, rules, now) {
            state.recoveries.passes.remove(name);
        }
        let by = By { actor: SOMEBODY, method: "access_pass" };
        state.audit.log(now, "access_pass_refused", name, by, json!({}));
        Err(Denied::new(401, ReasonClass::Pass, "pass_invalid", "the pass is wrong, used up or too old"))
    }

    fn check_proof_for_pass(&self, state: &mut State, account: &Account, token: Option<&str>) -> Result<(), Denied> {
        if let Some(token) = token {
            return self.take_id_proof(state, account, token);
        }
        let approved = self.take_approvals(state, account, Purpose::AccessPass);
        approved.map(|_| ()).map_err(|denied| denied.with("purpose", "access_pass"))
    }
}
