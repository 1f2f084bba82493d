//! Registering a credential.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::ReasonClass;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{LONGEST_NAME, SOMEBODY, challenge_refused, check_extensions, check_name, extension_names};
use crate::audit::By;
use crate::denied::Denied;
use crate::policy::{AdditionalCredentials, Attachment, Conveyance, Evidence, MemberOrder, Requirement, Rules};
use crate::service::{Service, user_disabled};
use crate::session::{Login, PendingRegistration, Scope, Visitor};
use crate::store::{Account, Credential, Provenance, State};
use crate::verify::{
    self, AcceptableAttestation, ExtensionExpectation, Framing, RegistrationExpectation, RegistrationResponse,
    Unsolicited, VerifiedRegistration,
};

/// What `/attestation/options` takes. Whatever it asks for, the policy has the last word.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RegistrationRequest {
    /// The account; one that nobody knows is created in the groups of newcomers.
    username: String,
    /// What the authenticator shows.
    display_name: String,
    /// What the authenticator should be like.
    #[serde(default)]
    authenticator_selection: Option<Selection>,
    /// The attestation conveyance.
    #[serde(default)]
    attestation: Option<Conveyance>,
    /// Client extension inputs, passed on as they are.
    #[serde(default)]
    extensions: Option<Map<String, Value>>,
}

/// What the authenticator should be like (WebAuthn L3 §5.4.4).
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Selection {
    #[serde(default)]
    authenticator_attachment: Option<Attachment>,
    #[serde(default)]
    resident_key: Option<Requirement>,
    #[serde(default)]
    require_resident_key: Option<bool>,
    #[serde(default)]
    user_verification: Option<Requirement>,
}

impl Service {
    /// Begins a registration: `PublicKeyCredentialCreationOptions` in JSON.
    pub(crate) fn registration_options(
        &self,
        request: RegistrationRequest,
        visitor: &Visitor,
    ) -> Result<Value, Denied> {
        check_name(&request.username)?;
        check_display_name(&request.display_name)?;
        request.extensions.as_ref().map_or(Ok(()), check_extensions)?;
        let now = self.now();
        let mut state = self.state();
        self.check_may_enrol(&state, &request.username, visitor)?;
        let mut account = state.accounts.find_or_prepare(&request.username, &self.entropy);
        account.display_name = Some(request.display_name.clone());
        let rules = self.rules(&account);
        let pending = PendingRegistration {
            challenge: self.entropy.bytes(),
            account: account.clone(),
            algorithms: rules.algorithms.clone(),
            user_verification_required: wanted_user_verification(&rules, &request) == Requirement::Required,
            extensions: extension_names(&wanted_extensions(&request)),
            until: now.after(self.policy.document().session.challenge_lifetime.duration()),
        };
        let options = self.creation_options(&state, &account, &rules, &request, &pending.challenge);
        if let Some(session) = state.sessions.get_mut(Some(&visitor.sid)) {
            session.registration = Some(pending);
        }
        Ok(options)
    }

    /// Ends a registration. It signs the user in.
    pub(crate) fn register(&self, credential: &Value, visitor: &mut Visitor) -> Result<Value, Denied> {
        let response = RegistrationResponse::from_json(credential)?;
        let mut state = self.state();
        let pending = self.take_registration(&mut state, visitor)?;
        let outcome = self.verified_registration(&state, &pending, &response, visitor);
        let (at, username) = (self.now(), pending.account.name.as_str());
        match outcome {
            Ok((account, verified)) => {
                let credential_id = BASE64_URL_SAFE_NO_PAD.encode(&verified.credential_id);
                self.keep(&mut state, &account, &verified, visitor);
                Ok(json!({"credential_id": credential_id}))
            }
            Err(denied) => {
                let details = json!({"reason": denied.reason()});
                state.audit.log(at, "registration_refused", username, By::webauthn(SOMEBODY), details);
                Err(denied)
            }
        }
    }

    fn take_registration(&self, state: &mut State, visitor: &Visitor) -> Result<PendingRegistration, Denied> {
        let session = state.sessions.get_mut(Some(&visitor.sid));
        let pending = session.and_then(|session| session.registration.take());
        let pending = pending.ok_or_else(|| {
            challenge_refused("challenge_missing", "no registration has begun in this session, or it has ended", "7.1")
        })?;
        if self.now() >= pending.until {
            return Err(challenge_refused("challenge_expired", "the challenge is too old", "7.1").into());
        }
        Ok(pending)
    }

    fn verified_registration(
        &self,
        state: &State,
        pending: &PendingRegistration,
        response: &RegistrationResponse,
        visitor: &Visitor,
    ) -> Result<(Account, VerifiedRegistration), Denied> {
        let account = self.account_now(state, pending)?;
        self.check_may_enrol(state, &account.name, visitor)?;
        let verified = verify::registration(&self.registration_expectation(pending, response), response)?;
        if state.credentials.get(&verified.credential_id).is_some() {
            return Err(verify::credential_exists().into());
        }
        let evidence = Evidence {
            aaguid: verified.aaguid,
            backup_eligible: verified.backup_eligible(),
            attestation: verified.attestation.kind,
            aaguid_attested: verified.aaguid_is_attested(),
            user_verified: verified.flags.contains(keyrig_ctap::auth_data::Flags::UV),
            transports: verified.transports.clone(),
            attachment: verified.authenticator_attachment.clone(),
        };
        match Denied::all(self.rules(&account).judge_registration(&evidence)) {
            Some(denied) => Err(denied.with("aaguid", verified.aaguid.to_string())),
            None => Ok((account, verified)),
        }
    }

    /// The account as it is now, under the display name of this ceremony.
    fn account_now(&self, state: &State, pending: &PendingRegistration) -> Result<Account, Denied> {
        let display_name = pending.account.display_name.clone();
        match state.accounts.get(&pending.account.name) {
            None => Ok(pending.account.clone()),
            Some(account) if account.user_handle == pending.account.user_handle => {
                Ok(Account { display_name, ..account.clone() })
            }
            Some(_) => {
                let message = "somebody else got this name in the meantime";
                Err(challenge_refused("challenge_of_another_account", message, "7.1").into())
            }
        }
    }

    fn registration_expectation(
        &self,
        pending: &PendingRegistration,
        response: &RegistrationResponse,
    ) -> RegistrationExpectation {
        RegistrationExpectation {
            challenge: pending.challenge.to_vec(),
            origins: self.accepted_origins(verify::claimed_origin(&response.client_data_json)),
            rp_id: self.rp_id.clone(),
            framing: Framing::SameOriginOnly,
            user_verification_required: pending.user_verification_required,
            algorithms: pending.algorithms.clone(),
            conditional_create: false,
            extensions: ExtensionExpectation {
                requested: pending.extensions.clone(),
                unsolicited: Unsolicited::Ignore,
            },
            any_member_order: self.policy.document().attestation_object_order == MemberOrder::Any,
            attestation: AcceptableAttestation::ANY,
            trust_anchors: self.trust_anchors.clone(),
            now: self.now().as_unix(),
        }
    }

    /// Stores the credential, ends what it replaces, and signs its owner in.
    fn keep(&self, state: &mut State, account: &Account, verified: &VerifiedRegistration, visitor: &mut Visitor) {
        let (now, name) = (self.now(), account.name.as_str());
        let rules = &self.policy.document().session;
        let credential = Credential {
            record: verified.record(account.user_handle.clone()),
            owner: name.to_owned(),
            aaguid: verified.aaguid,
            attestation_format: verified.attestation.format.clone(),
            attestation: verified.attestation.kind,
            aaguid_attested: verified.aaguid_is_attested(),
            transports: verified.transports.clone(),
            attachment: verified.authenticator_attachment.clone(),
            created: now,
            last_used: None,
            revoked: None,
            provenance: Provenance::Registered,
            pending_backup_state: None,
        };
        let details = json!({
            "credential_id": BASE64_URL_SAFE_NO_PAD.encode(&verified.credential_id),
            "aaguid": verified.aaguid,
            "be": verified.backup_eligible(),
            "bs": verified.backup_state(),
            "observations": verified.observations,
        });
        let login = state.sessions.login(Some(&visitor.sid), now).filter(|login| login.username == name);
        let recovering = login.is_some_and(|login| login.scope == Scope::RegisterPasskey);
        state.accounts.admit(account.clone()).display_name.clone_from(&account.display_name);
        state.credentials.insert(credential);
        state.audit.log(now, "credential_registered", name, By::webauthn(name), details);
        if recovering {
            self.finish_recovery(state, name, &verified.credential_id);
        }
        let login = Login {
            username: name.to_owned(),
            scope: Scope::Full,
            credential_id: Some(verified.credential_id.clone()),
            user_verified: verified.flags.contains(keyrig_ctap::auth_data::Flags::UV),
            since: now,
            until: now.after(rules.lifetime.duration()),
        };
        state.sessions.sign_in(visitor, login, &self.entropy);
        self.mark_for_push(state, name);
    }

    /// An account that has a credential gets another one only from its owner, unless the policy lets anybody add one; one
    /// that nobody knows needs room.
    fn check_may_enrol(&self, state: &State, username: &str, visitor: &Visitor) -> Result<(), Denied> {
        state.accounts.expect_room(username)?;
        let disabled = state.accounts.get(username).is_some_and(|account| account.disabled);
        let login = state.sessions.login(Some(&visitor.sid), self.now());
        let owner = login.is_some_and(|login| login.username == username);
        let anybody = self.policy.document().enrolment.additional_credentials == AdditionalCredentials::Anybody;
        if disabled {
            return Err(user_disabled());
        }
        if owner || anybody || state.credentials.of(username).next().is_none() {
            return Ok(());
        }
        Err(Denied::new(
            403,
            ReasonClass::Session,
            "sign_in_required",
            "an account that has had a credential gets another one only from its owner, signed in or in a recovery",
        ))
    }

    fn creation_options(
        &self,
        state: &State,
        account: &Account,
        rules: &Rules,
        request: &RegistrationRequest,
        challenge: &[u8],
    ) -> Value {
        let selection = request.authenticator_selection.as_ref();
        let resident_key = rules.resident_key.or_else(|| requested_resident_key(selection?));
        let resident_key = resident_key.unwrap_or(Requirement::Preferred);
        let mut authenticator_selection = json!({
            "residentKey": resident_key,
            "requireResidentKey": resident_key == Requirement::Required,
            "userVerification": wanted_user_verification(rules, request),
        });
        if let Some(attachment) = rules.attachment.or_else(|| selection?.authenticator_attachment) {
            authenticator_selection["authenticatorAttachment"] = json!(attachment);
        }
        let existing = state.credentials.working(&account.name);
        json!({
            "rp": {"id": self.rp_id, "name": "keyrig relying party"},
            "user": {
                "id": BASE64_URL_SAFE_NO_PAD.encode(&account.user_handle),
                "name": account.name,
                "displayName": account.display_name,
            },
            "challenge": BASE64_URL_SAFE_NO_PAD.encode(challenge),
            "pubKeyCredParams": rules.algorithms.iter().map(|a| json!({"type": "public-key", "alg": a})).collect::<Value>(),
            "timeout": self.challenge_millis(),
            "excludeCredentials": existing.map(|c| descriptor(&c.record.id, &c.transports)).collect::<Value>(),
            "authenticatorSelection": authenticator_selection,
            "hints": rules.hints,
            "attestation": rules.conveyance.or(request.attestation).unwrap_or(Conveyance::None),
            "extensions": wanted_extensions(request),
        })
    }

    /// How long a challenge is good for, in milliseconds.
    pub(super) fn challenge_millis(&self) -> u64 {
        let lifetime = self.policy.document().session.challenge_lifetime.duration();
        u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX)
    }
}

/// Refuses names for show that are too long to remember. They may be empty (WebAuthn L3 §5.4.3).
fn check_display_name(name: &str) -> Result<(), Denied> {
    if name.len() <= LONGEST_NAME {
        return Ok(());
    }
    Err(Denied::malformed("displayName", format!("a name for show has at most {LONGEST_NAME} bytes")))
}

/// A credential descriptor (WebAuthn L3 §5.8.3) in JSON.
pub(super) fn descriptor(id: &[u8], transports: &[String]) -> Value {
    let mut descriptor = json!({"type": "public-key", "id": BASE64_URL_SAFE_NO_PAD.encode(id)});
    if !transports.is_empty() {
        descriptor["transports"] = json!(transports);
    }
    descriptor
}

fn wanted_user_verification(rules: &Rules, request: &RegistrationRequest) -> Requirement {
    let requested = request.authenticator_selection.as_ref().and_then(|selection| selection.user_verification);
    rules.user_verification.or(requested).unwrap_or(Requirement::Preferred)
}

fn requested_resident_key(selection: &Selection) -> Option<Requirement> {
    let level1 = selection.require_resident_key.map(|required| match required {
        true => Requirement::Required,
        false => Requirement::Discouraged,
    });
    selection.resident_key.or(level1)
}

fn wanted_extensions(request: &RegistrationRequest) -> Map<String, Value> {
    let mut extensions = request.extensions.clone().unwrap_or_default();
    extensions.insert("credProps".to_owned(), true.into());
    extensions
}
