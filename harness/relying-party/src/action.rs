//! What somebody does who is signed in.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::ReasonClass;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::audit::By;
use crate::clock::Timestamp;
use crate::denied::Denied;
use crate::service::{Service, not_signed_in, user_disabled};
use crate::session::{Login, Scope};
use crate::store::{Account, State};

/// What `POST /session/actions` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActionRequest {
    /// The tier that the action is for; 0 is the most privileged.
    tier: u8,
}

impl Service {
    /// Who is signed in, and what they may do.
    pub(crate) fn describe_session(&self, cookie: Option<&str>) -> Result<Value, Denied> {
        let state = self.state();
        let login = state.sessions.login(cookie, self.now()).ok_or_else(not_signed_in)?;
        let account = state.accounts.get(&login.username).ok_or_else(not_signed_in)?;
        let rules = self.rules(account);
        let minimum = usize::try_from(rules.minimum_credentials).unwrap_or(usize::MAX);
        let credentials = state.credentials.working(&account.name).count();
        Ok(json!({
            "username": login.username,
            "scope": login.scope,
            "tier": rules.tier,
            "groups": account.groups,
            "credential_id": login.credential_id.as_ref().map(|id| BASE64_URL_SAFE_NO_PAD.encode(id)),
            "user_verified": login.user_verified,
            "since": login.since,
            "expires_at": login.until,
            "cooldown_until": self.cooldown(account),
            "credentials_missing": minimum.saturating_sub(credentials),
        }))
    }

    /// Does something that only a tier may do: nothing, but it says whether it would.
    pub(crate) fn act(&self, cookie: Option<&str>, request: &ActionRequest) -> Result<Value, Denied> {
        let mut state = self.state();
        let login = self.signed_in(&state, cookie)?;
        let account = state.accounts.get(&login.username).ok_or_else(not_signed_in)?.clone();
        let outcome = self.check_action(&state, &login, &account, request.tier);
        let (event, details) = match &outcome {
            Ok(()) => ("action_done", json!({"tier": request.tier})),
            Err(denied) => ("action_refused", json!({"tier": request.tier, "reason": denied.reason()})),
        };
        state.audit.log(self.now(), event, &account.name, By { actor: &account.name, method: "session" }, details);
        outcome.map(|()| json!({"tier": request.tier}))
    }

    /// Ends the session.
    pub(crate) fn log_out(&self, cookie: Option<&str>) {
        if let Some(sid) = cookie {
            self.state().sessions.end(sid);
        }
    }

    fn check_action(&self, state: &State, login: &Login, account: &Account, tier: u8) -> Result<(), Denied> {
        if account.disabled {
            return Err(user_disabled());
        }
        let rules = self.rules(account);
        if tier < rules.tier {
            let message = format!("the action is for tier {tier}, the account is in tier {}", rules.tier);
            return Err(Denied::new(403, ReasonClass::Session, "tier_not_permitted", message));
        }
        if let Some(until) = self.cooldown(account).filter(|_| tier == 0) {
            let message = format!("the account was recovered: no tier-0 action before {until}");
            let denied = Denied::new(403, ReasonClass::Cooldown, "recovery_cooldown", message);
            return Err(denied.with("cooldown_until", until.to_string()));
        }
        self.check_credential_still_good(state, login, account)
    }

    /// A session outlives the rules under which it began; with `enforce_at_authentication` its credential does not.
    fn check_credential_still_good(&self, state: &State, login: &Login, account: &Account) -> Result<(), Denied> {
        let credential = login.credential_id.as_ref().and_then(|id| state.credentials.get(id));
        let evidence = match credential.filter(|credential| credential.revoked.is_none()) {
            Some(credential) if login.scope == Scope::Full => credential.evidence(login.user_verified),
            _ => return Err(not_signed_in()),
        };
        let enforce_all = self.policy.document().enforce_at_authentication;
        let refusals = self.rules(account).judge_authentication(&evidence, enforce_all);
        let forbidden = refusals.into_iter().map(|refusal| refusal.with_status(403)).collect();
        Denied::all(forbidden).map_or(Ok(()), Err)
    }

    /// Until when no tier-0 action is done, if a cooldown runs.
    pub(crate) fn cooldown(&self, account: &Account) -> Option<Timestamp> {
        account.cooldown_until.filter(|until| self.now() < *until)
    }
}
