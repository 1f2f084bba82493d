//! Asking for a recovery, with whatever proof there is.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::ReasonClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::approval::approval_missing;
use super::id_proof::id_proof_unknown;
use super::{Proof, Request, quorum};
use crate::audit::By;
use crate::ceremony::{SOMEBODY, check_name};
use crate::denied::Denied;
use crate::policy::{CodeChannel, CredentialType, Factor, RecoveryProof};
use crate::service::{Service, user_disabled};
use crate::session::Visitor;
use crate::store::State;
use crate::verify::{AttestationKind, AuthenticationResponse};

/// What `POST /recovery` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecoveryRequest {
    /// The account.
    username: String,
    /// The method.
    method: Method,
    /// The code that came by text message or mail; without it, one is sent.
    #[serde(default)]
    code: Option<String>,
    /// The token of an identity proof.
    #[serde(default)]
    token: Option<String>,
    /// An assertion over the challenge of `/assertion/options`, as `/assertion/result` takes it.
    #[serde(default)]
    credential: Option<Value>,
}

/// How somebody proves who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Method {
    Sms,
    Email,
    HardwareSecurityKey,
    ApprovalQuorum,
    VideoIdProof,
}

impl Method {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => CodeChannel::Sms.as_str(),
            Self::Email => CodeChannel::Email.as_str(),
            Self::HardwareSecurityKey => "hardware_security_key",
            Self::ApprovalQuorum => "approval_quorum",
            Self::VideoIdProof => "video_id_proof",
        }
    }

    fn is(self, proof: &RecoveryProof) -> bool {
        match proof {
            RecoveryProof::OneTimeCode(CodeChannel::Sms) => self == Self::Sms,
            RecoveryProof::OneTimeCode(CodeChannel::Email) => self == Self::Email,
            RecoveryProof::AssertionFromFactor(Factor::HardwareSecurityKey) => self == Self::HardwareSecurityKey,
            RecoveryProof::ApprovalQuorum(_) => self == Self::ApprovalQuorum,
            RecoveryProof::VideoIdProof(_) => self == Self::VideoIdProof,
        }
    }
}

impl Service {
    /// Takes a proof. A good one leads to a session that can only register a credential.
    pub(crate) fn recover(&self, request: &RecoveryRequest, visitor: &mut Visitor) -> Result<Value, Denied> {
        check_name(&request.username)?;
        let name = request.username.as_str();
        let mut guard = self.state();
        let state = &mut *guard;
        let outcome = self.check_method(request.method).and_then(|()| match request.method {
            Method::Sms => self.recover_by_code(state, request, CodeChannel::Sms),
            Method::Email => self.recover_by_code(state, request, CodeChannel::Email),
            Method::HardwareSecurityKey => self.recover_by_key(state, request, visitor).map(Some),
            Method::ApprovalQuorum => self.recover_by_approvals(state, request, visitor).map(Some),
            Method::VideoIdProof => self.recover_by_id_proof(state, request).map(Some),
        });
        match outcome {
            Ok(Some(proved)) => {
                let by = By { actor: name, method: request.method.as_str() };
                Ok(self.begin_enrolment(state, name, by, proved, visitor))
            }
            Ok(None) => Ok(json!({"next": "code", "method": request.method})),
            Err(denied) => {
                let by = By { actor: SOMEBODY, method: request.method.as_str() };
                state.audit.log(self.now(), "recovery_refused", name, by, json!({"reason": denied.reason()}));
                Err(denied)
            }
        }
    }

    /// The methods that the policy allows.
    pub(crate) fn recovery_methods(&self) -> Value {
        const ALL: [Method; 5] =
            [Method::Sms, Method::Email, Method::HardwareSecurityKey, Method::ApprovalQuorum, Method::VideoIdProof];
        json!(ALL.into_iter().filter(|method| self.check_method(*method).is_ok()).collect::<Vec<_>>())
    }

    fn check_method(&self, method: Method) -> Result<(), Denied> {
        let allowed = self.policy.recovery().proofs.into_iter().any(|proof| method.is(proof));
        if allowed { Ok(()) } else { Err(method_not_allowed()) }
    }

    /// What the audit log tells about a code that was right, or nothing where one was sent.
    fn recover_by_code(
        &self,
        state: &mut State,
        request: &RecoveryRequest,
        channel: CodeChannel,
    ) -> Result<Option<Proof>, Denied> {
        match &request.code {
            None => {
                self.send_code(state, &request.username, channel);
                Ok(None)
            }
            Some(code) => {
                self.take_code(state, &request.username, channel, code)?;
                Ok(Some(json!({}).into()))
            }
        }
    }

    fn recover_by_key(&self, state: &mut State, request: &RecoveryRequest, visitor: &Visitor) -> Result<Proof, Denied> {
        let missing = || Denied::malformed("member_missing", "credential is missing");
        let response = AuthenticationResponse::from_json(request.credential.as_ref().ok_or_else(missing)?)?;
        let assertion = self.verified_assertion(state, &response, visitor)?;
        let evidence = assertion.credential.evidence(true);
        let refuse = |message: &str| Err(Denied::new(403, ReasonClass::Recovery, "recovery_key_not_accepted", message));
        if assertion.account.name != request.username {
            return refuse("the credential belongs to another account");
        }
        let vouched_for = evidence.attestation == AttestationKind::Basic { trusted: true };
        let needs_vouching = self.rules(&assertion.account).attestation_required;
        if evidence.credential_type() != CredentialType::SecurityKey || (needs_vouching && !vouched_for) {
            return refuse("nothing shows that the credential is on a security key");
        }
        let credential_id = assertion.credential.record.id;
        if let Some(credential) = state.credentials.get_mut(&credential_id) {
            assertion.verified.update(&mut credential.record);
            credential.last_used = Some(self.now());
        }
        let details =
            json!({"aaguid": evidence.aaguid, "credential_id": BASE64_URL_SAFE_NO_PAD.encode(&credential_id)});
        Ok(Proof { details, credential_id: Some(credential_id) })
    }

    /// The approvals belong to the browser that asked: who asks later gains nothing from them, nor does whoever knew
    /// its cookie before.
    fn recover_by_approvals(
        &self,
        state: &mut State,
        request: &RecoveryRequest,
        visitor: &mut Visitor,
    ) -> Result<Proof, Denied> {
        let quorum = self.quorum()?;
        state.sessions.renew(visitor, &self.entropy);
        let id = self.request_of(state, &request.username, visitor);
        let approvers = state.recoveries.requests.get(&id).map(|found| found.approvers.clone()).unwrap_or_default();
        let user = state.accounts.get(&request.username);
        if !user.is_some_and(|user| quorum::is_met(quorum, user, &state.accounts, &approvers)) {
            return Err(approval_missing(approvers.len(), quorum).with("recovery_id", id));
        }
        if user.is_some_and(|user| user.disabled) {
            return Err(user_disabled());
        }
        state.recoveries.requests.remove(&id);
        Ok(json!({"approvers": approvers}).into())
    }

    fn request_of(&self, state: &mut State, username: &str, visitor: &Visitor) -> String {
        let known = state.sessions.get(Some(&visitor.sid)).and_then(|session| session.recovery.clone());
        let found = |id: &String| state.recoveries.requests.get(id).is_some_and(|found| found.username == username);
        if let Some(id) = known.filter(found) {
            return id;
        }
        let id = self.entropy.secret();
        state.recoveries.requests.insert(&id, Request { username: username.to_owned(), approvers: BTreeSet::new() });
        if let Some(session) = state.sessions.get_mut(Some(&visitor.sid)) {
            session.recovery = Some(id.clone());
        }
        id
    }

    fn recover_by_id_proof(&self, state: &mut State, request: &RecoveryRequest) -> Result<Proof, Denied> {
        let missing = || Denied::new(403, ReasonClass::Recovery, "id_proof_missing", "token is missing");
        let token = request.token.as_deref().ok_or_else(missing)?;
        let account = state.accounts.get(&request.username).filter(|account| !account.disabled).cloned();
        self.take_id_proof(state, &account.ok_or_else(id_proof_unknown)?, token)?;
        Ok(json!({}).into())
    }
}

/// The policy knows no such proof.
pub(super) fn method_not_allowed() -> Denied {
    let message = "this is not a way to recover an account here";
    Denied::new(403, ReasonClass::Recovery, "recovery_method_not_allowed", message)
}
