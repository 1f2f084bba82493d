//! Signing in.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::ReasonClass;
use keyrig_ctap::auth_data::Flags;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::decoy::decoy;
use super::registration::descriptor;
use super::{SOMEBODY, challenge_refused, check_extensions, check_name, extension_names};
use crate::Refusal;
use crate::audit::By;
use crate::denied::Denied;
use crate::policy::{Requirement, Rules, SignCountRule};
use crate::service::{Service, user_disabled};
use crate::session::{Login, PendingAuthentication, Scope, Visitor};
use crate::store::{Account, Credential, State};
use crate::verify::{
    self, AuthenticationExpectation, AuthenticationResponse, ExtensionExpectation, Framing, SignCountPolicy,
    Unsolicited, VerifiedAuthentication,
};

/// What `/assertion/options` takes. Whatever it asks for, the policy has the last word.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuthenticationRequest {
    /// The account; without it, whoever has a discoverable credential.
    #[serde(default)]
    username: Option<String>,
    /// User verification.
    #[serde(default)]
    user_verification: Option<Requirement>,
    /// Client extension inputs, passed on as they are.
    #[serde(default)]
    extensions: Option<Map<String, Value>>,
}

/// An assertion that passed the numbered steps, and whose it is.
pub(crate) struct Assertion {
    pub(crate) account: Account,
    pub(crate) credential: Credential,
    pub(crate) verified: VerifiedAuthentication,
}

impl Assertion {
    fn user_verified(&self) -> bool {
        self.verified.flags.contains(Flags::UV)
    }
}

impl Service {
    /// Begins an authentication: `PublicKeyCredentialRequestOptions` in JSON.
    pub(crate) fn authentication_options(
        &self,
        request: AuthenticationRequest,
        visitor: &Visitor,
    ) -> Result<Value, Denied> {
        // The conformance API's clients send an empty name where they mean none.
        let username = request.username.filter(|name| !name.is_empty());
        username.as_deref().map_or(Ok(()), check_name)?;
        let extensions = request.extensions.unwrap_or_default();
        check_extensions(&extensions)?;
        let app_id = extensions.get("appid").map(|app_id| self.own_app_id(app_id)).transpose()?;
        let mut state = self.state();
        let descriptors: Vec<Value> = username.iter().flat_map(|name| self.allowed(&state, name)).collect();
        let user_verification = self.user_verification_for(&state, username.as_deref(), request.user_verification);
        let pending = PendingAuthentication {
            challenge: self.entropy.bytes(),
            allowed: descriptors.iter().filter_map(descriptor_id).collect(),
            username,
            user_verification_required: user_verification == Requirement::Required,
            app_id,
            extensions: extension_names(&extensions),
            until: self.now().after(self.policy.document().session.challenge_lifetime.duration()),
        };
        let options = json!({
            "challenge": BASE64_URL_SAFE_NO_PAD.encode(pending.challenge),
            "timeout": self.challenge_millis(),
            "rpId": self.rp_id,
            "allowCredentials": descriptors,
            "userVerification": user_verification,
            "extensions": extensions,
        });
        if let Some(session) = state.sessions.get_mut(Some(&visitor.sid)) {
            session.authentication = Some(pending);
        }
        Ok(options)
    }

    /// Ends an authentication. It signs the user in.
    pub(crate) fn authenticate(&self, credential: &Value, visitor: &mut Visitor) -> Result<Value, Denied> {
        let response = AuthenticationResponse::from_json(credential)?;
        let mut state = self.state();
        let outcome = self
            .verified_assertion(&mut state, &response, visitor)
            .and_then(|assertion| self.watch_backup_state(&mut state, &assertion, visitor).map(|()| assertion));
        match outcome {
            Ok(assertion) => {
                self.sign_in(&mut state, &assertion, visitor);
                Ok(json!({"username": assertion.account.name}))
            }
            Err(denied) => {
                let known = state.credentials.get(&response.raw_id);
                let username = known.map(|known| known.owner.clone()).unwrap_or_default();
                let credential_id = known.map(|known| BASE64_URL_SAFE_NO_PAD.encode(&known.record.id));
                let details = json!({"reason": denied.reason(), "credential_id": credential_id});
                let by = By::webauthn(SOMEBODY);
                state.audit.log(self.now(), "authentication_refused", &username, by, details);
                Err(denied)
            }
        }
    }

    /// The challenge of this session is used up, whatever comes of it.
    pub(crate) fn verified_assertion(
        &self,
        state: &mut State,
        response: &AuthenticationResponse,
        visitor: &Visitor,
    ) -> Result<Assertion, Denied> {
        let pending = self.take_authentication(state, visitor)?;
        let credential = state.credentials.get(&response.raw_id).ok_or_else(unknown_credential)?;
        if credential.revoked.is_some() {
            return Err(revoked_credential().into());
        }
        let account = state.accounts.get(&credential.owner).ok_or_else(unknown_credential)?;
        if account.disabled {
            return Err(user_disabled());
        }
        let rules = self.rules(account);
        let expectation = self.authentication_expectation(credential, &pending, &rules, response);
        let verified = verify::authentication(&expectation, &credential.record, response)?;
        let assertion = Assertion { account: account.clone(), credential: credential.clone(), verified };
        let evidence = credential.evidence(assertion.user_verified());
        let enforce_all = self.policy.document().enforce_at_authentication;
        match Denied::all(rules.judge_authentication(&evidence, enforce_all)) {
            Some(denied) => Err(denied),
            None => Ok(assertion),
        }
    }

    /// An AppID is asked for by whoever may ask for options: one of another domain would let credentials of that sign in.
    fn own_app_id(&self, app_id: &Value) -> Result<String, Denied> {
        let text = app_id.as_str().unwrap_or_default();
        let rest = text.strip_prefix("https://").unwrap_or_default();
        let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
        let is_ours = host.strip_suffix(&self.rp_id).is_some_and(|before| before.is_empty() || before.ends_with('.'));
        if is_ours && !host.contains(['@', '\\']) {
            return Ok(text.to_owned());
        }
        let message = format!("the AppID is no https URL of {} or of a domain below it", self.rp_id);
        Err(Denied::malformed("extensions.appid", message))
    }

    fn take_authentication(&self, state: &mut State, visitor: &Visitor) -> Result<PendingAuthentication, Denied> {
        let session = state.sessions.get_mut(Some(&visitor.sid));
        let pending = session.and_then(|session| session.authentication.take());
        let pending = pending.ok_or_else(|| {
            challenge_refused(
                "challenge_missing",
                "no authentication has begun in this session, or it has ended",
                "7.2",
            )
        })?;
        if self.now() >= pending.until {
            return Err(challenge_refused("challenge_expired", "the challenge is too old", "7.2").into());
        }
        Ok(pending)
    }

    fn authentication_expectation(
        &self,
        credential: &Credential,
        pending: &PendingAuthentication,
        rules: &Rules,
        response: &AuthenticationResponse,
    ) -> AuthenticationExpectation {
        AuthenticationExpectation {
            challenge: pending.challenge.to_vec(),
            origins: self.accepted_origins(verify::claimed_origin(&response.client_data_json)),
            rp_id: self.rp_id.clone(),
            framing: Framing::SameOriginOnly,
            user_verification_required: pending.user_verification_required,
            allow_credentials: pending.allowed.clone(),
            // Whoever does not own the credential is identified as nobody: no handle is empty. The account's own handle
            // may be younger than the credential, where one came from upstream.
            identified_user: pending.username.as_ref().map(|name| match *name == credential.owner {
                true => credential.record.user_handle.clone(),
                false => Vec::new(),
            }),
            backup_state_is_policy: self.backup_state_is_policy(rules),
            sign_count: match self.policy.document().sign_count {
                SignCountRule::Refuse => SignCountPolicy::Refuse,
                SignCountRule::Record => SignCountPolicy::Record,
                SignCountRule::Ignore => SignCountPolicy::Ignore,
            },
            app_id: pending.app_id.clone(),
            extensions: ExtensionExpectation {
                requested: pending.extensions.clone(),
                unsolicited: Unsolicited::Ignore,
            },
        }
    }

    fn sign_in(&self, state: &mut State, assertion: &Assertion, visitor: &mut Visitor) {
        let now = self.now();
        let Assertion { account, verified, .. } = assertion;
        let name = account.name.as_str();
        if let Some(credential) = state.credentials.get_mut(&verified.credential_id) {
            verified.update(&mut credential.record);
            credential.last_used = Some(now);
        }
        let details = json!({
            "credential_id": BASE64_URL_SAFE_NO_PAD.encode(&verified.credential_id),
            "aaguid": assertion.credential.aaguid,
            "sign_count": verified.sign_count,
            "sign_count_did_not_grow": verified.sign_count_did_not_grow,
            "observations": verified.observations,
        });
        state.audit.log(now, "signed_in", name, By::webauthn(name), details);
        let login = Login {
            username: name.to_owned(),
            scope: Scope::Full,
            credential_id: Some(verified.credential_id.clone()),
            user_verified: assertion.user_verified(),
            since: now,
            until: now.after(self.policy.document().session.lifetime.duration()),
        };
        state.sessions.sign_in(visitor, login, &self.entropy);
    }

    /// The credentials of an account that still work, or a decoy.
    fn allowed(&self, state: &State, username: &str) -> Vec<Value> {
        let rules = state.accounts.get(username).map(|account| self.rules(account));
        let allowed: Vec<Value> = state
            .credentials
            .working(username)
            .map(|credential| {
                let transports = allowed_transports(&credential.transports, rules.as_ref());
                descriptor(&credential.record.id, &transports)
            })
            .collect();
        if allowed.is_empty() { vec![decoy(&self.decoy_key, username)] } else { allowed }
    }

    fn user_verification_for(
        &self,
        state: &State,
        username: Option<&str>,
        requested: Option<Requirement>,
    ) -> Requirement {
        let policy = match username {
            None => self.policy.user_verification_of_strangers(),
            Some(name) => {
                let account = state.accounts.get(name);
                let groups = account.map_or(state.accounts.newcomers(), |account| &account.groups);
                self.policy.rules(groups).user_verification
            }
        };
        policy.or(requested).unwrap_or(Requirement::Preferred)
    }
}

/// The transports of a credential that the policy allows: the client should not even try the others.
fn allowed_transports(transports: &[String], rules: Option<&Rules>) -> Vec<String> {
    let allowed = rules.and_then(|rules| rules.transports.as_ref());
    let passes = |transport: &&String| allowed.is_none_or(|allowed| allowed.contains(transport));
    transports.iter().filter(passes).cloned().collect()
}

fn descriptor_id(descriptor: &Value) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(descriptor["id"].as_str()?).ok()
}

fn unknown_credential() -> Refusal {
    Refusal::new(
        ReasonClass::CredentialUnknown,
        "credential_unknown",
        "nobody has registered this credential",
        "WebAuthn L3 §7.2: Identify the user being authenticated",
    )
}

fn revoked_credential() -> Refusal {
    Refusal::new(
        ReasonClass::CredentialRevoked,
        "credential_revoked",
        "the credential was revoked",
        "WebAuthn L3 §7.2: Identify the user being authenticated",
    )
}
