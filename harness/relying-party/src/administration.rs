//! What an administrator does with accounts and credentials.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::ReasonClass;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::audit::By;
use crate::ceremony::check_name;
use crate::denied::Denied;
use crate::service::{Service, no_such_account};
use crate::store::{Account, Credential, Provenance, State};

/// What `POST /admin/users` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// The name.
    username: String,
    /// The groups; those of newcomers if absent.
    #[serde(default)]
    groups: Option<Vec<String>>,
    /// The name of the manager.
    #[serde(default)]
    manager: Option<String>,
}

/// What `PATCH /admin/users/{name}` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    /// The groups, instead of those before.
    #[serde(default)]
    groups: Option<Vec<String>>,
    /// The name of the manager, instead of the one before.
    #[serde(default)]
    manager: Option<String>,
}

impl Service {
    pub(crate) fn create_user(&self, user: NewUser) -> Result<Value, Denied> {
        check_name(&user.username)?;
        let mut guard = self.state();
        let state = &mut *guard;
        if state.accounts.get(&user.username).is_some() {
            return Err(Denied::new(409, ReasonClass::Malformed, "user_exists", "an account has that name already"));
        }
        state.accounts.expect_room(&user.username)?;
        let groups = user.groups.unwrap_or_else(|| state.accounts.newcomers().to_vec());
        let details = json!({"groups": groups});
        let account = state.accounts.create(&user.username, groups, user.manager, &self.entropy).clone();
        state.audit.log(self.now(), "user_created", &account.name, By::ADMIN, details);
        Ok(self.describe_account(state, &account))
    }

    pub(crate) fn change_user(&self, username: &str, change: UserChange) -> Result<Value, Denied> {
        let mut guard = self.state();
        let state = &mut *guard;
        let account = state.accounts.get_mut(username).ok_or_else(|| no_such_account(username))?;
        account.groups = change.groups.unwrap_or_else(|| account.groups.clone());
        account.manager = change.manager.or_else(|| account.manager.clone());
        let account = account.clone();
        let details = json!({"groups": account.groups, "manager": account.manager});
        state.audit.log(self.now(), "user_changed", username, By::ADMIN, details);
        self.mark_for_push(state, username);
        Ok(self.describe_account(state, &account))
    }

    pub(crate) fn set_user_disabled(&self, username: &str, disabled: bool) -> Result<(), Denied> {
        let mut state = self.state();
        state.accounts.get(username).ok_or_else(|| no_such_account(username))?;
        self.set_disabled(&mut state, username, disabled, By::ADMIN);
        Ok(())
    }

    /// Disables an account, with everything that could get somebody in, or enables it.
    pub(crate) fn set_disabled(&self, state: &mut State, username: &str, disabled: bool, by: By<'_>) {
        if let Some(account) = state.accounts.get_mut(username) {
            account.disabled = disabled;
        }
        if disabled {
            state.sessions.end_all_of(username);
            state.recoveries.forget(username);
        }
        let event = if disabled { "user_disabled" } else { "user_enabled" };
        state.audit.log(self.now(), event, username, by, json!({}));
        self.mark_for_push(state, username);
    }

    pub(crate) fn revoke_credential(&self, id: &str) -> Result<(), Denied> {
        let unknown = || Denied::new(404, ReasonClass::CredentialUnknown, "credential_unknown", "no such credential");
        let id = BASE64_URL_SAFE_NO_PAD.decode(id).map_err(|_| unknown())?;
        let mut state = self.state();
        state.credentials.get(&id).ok_or_else(unknown)?;
        self.revoke(&mut state, &id, By::ADMIN);
        Ok(())
    }

    /// Revokes a credential and ends the sessions that began with it. One that was revoked before stays so.
    pub(crate) fn revoke(&self, state: &mut State, id: &[u8], by: By<'_>) {
        let now = self.now();
        let Some(credential) = state.credentials.get_mut(id).filter(|credential| credential.revoked.is_none()) else {
            return;
        };
        credential.revoked = Some(now);
        let owner = credential.owner.clone();
        state.sessions.end_all_by(id);
        let details = json!({"credential_id": BASE64_URL_SAFE_NO_PAD.encode(id)});
        state.audit.log(now, "credential_revoked", &owner, by, details);
        self.mark_for_push(state, &owner);
    }

    /// All accounts, or one.
    pub(crate) fn list_users(&self, username: Option<&str>) -> Value {
        let state = self.state();
        let wanted = state.accounts.iter().filter(|account| username.is_none_or(|name| account.name == name));
        wanted.map(|account| self.describe_account(&state, account)).collect()
    }

    /// All credentials, or those of one account.
    pub(crate) fn list_credentials(&self, username: Option<&str>) -> Value {
        let state = self.state();
        let wanted = state.credentials.iter().filter(|c| username.is_none_or(|name| c.owner == name));
        wanted.map(|credential| self.describe_credential(&state, credential)).collect()
    }

    /// The audit log, or what is about one account; and how many entries it lost before their time.
    pub(crate) fn list_audit(&self, username: Option<&str>) -> (Value, u64) {
        let state = self.state();
        let wanted = state.audit.entries().filter(|entry| username.is_none_or(|name| entry.username == name));
        (wanted.map(|entry| json!(entry)).collect(), state.audit.lost())
    }

    fn describe_account(&self, state: &State, account: &Account) -> Value {
        let rules = self.rules(account);
        let credentials = state.credentials.working(&account.name).count();
        let minimum = usize::try_from(rules.minimum_credentials).unwrap_or(usize::MAX);
        json!({
            "username": account.name,
            "display_name": account.display_name,
            "groups": account.groups,
            "manager": account.manager,
            "tier": rules.tier,
            "disabled": account.disabled,
            "cooldown_until": account.cooldown_until,
            "credentials": credentials,
            "minimum_credentials": minimum,
            "credentials_missing": minimum.saturating_sub(credentials),
        })
    }

    fn describe_credential(&self, state: &State, credential: &Credential) -> Value {
        let rules = state.accounts.get(&credential.owner).map(|account| self.rules(account));
        let evidence = credential.evidence(true);
        let against = rules.map(|rules| rules.judge_registration(&evidence)).unwrap_or_default();
        json!({
            "id": BASE64_URL_SAFE_NO_PAD.encode(&credential.record.id),
            "username": credential.owner,
            "aaguid": credential.aaguid,
            "be": credential.record.backup_eligible,
            "bs": credential.record.backup_state,
            "pending_bs": credential.pending_backup_state,
            "sign_count": credential.record.sign_count,
            "algorithm": credential.record.public_key.algorithm(),
            "public_key": BASE64_URL_SAFE_NO_PAD.encode(credential.record.public_key.bytes()),
            "transports": credential.transports,
            "attachment": credential.attachment,
            "credential_type": evidence.credential_type(),
            "attestation": {
                "format": credential.attestation_format,
                "kind": credential.attestation,
                "covers_aaguid": credential.aaguid_attested,
            },
            "created": credential.created,
            "last_used": credential.last_used,
            "revoked": credential.revoked,
            "from_upstream": credential.provenance == Provenance::Upstream,
            "violations": against.into_iter().map(|refusal| refusal.reason).collect::<Vec<_>>(),
        })
    }
}
