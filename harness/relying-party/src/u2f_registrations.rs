//! Registrations of the U2F years, taken over from wherever they were kept: the key handle is the credential id, and
//! the AppID that it is scoped to is asked for by the extension `appid` (WebAuthn L3 §10.1.1).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::cose::{Algorithm, CoseKey, Curve, PublicKey};
use keyrig_ctap::{Aaguid, ReasonClass};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::audit::By;
use crate::denied::Denied;
use crate::service::{Service, no_such_account};
use crate::store::{Credential, Provenance};
use crate::verify::{AttestationKind, CredentialRecord, VerifyingKey};

/// What `POST /admin/u2f-registrations` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct U2fRegistration {
    /// The name of the account.
    username: String,
    /// The key handle, base64url.
    key_handle: String,
    /// The public key, an uncompressed point of P-256, base64url.
    public_key: String,
    /// The last counter that was seen; zero if absent.
    #[serde(default)]
    counter: u32,
}

impl Service {
    /// Keeps it as a credential of the account.
    pub(crate) fn take_over(&self, registration: U2fRegistration) -> Result<Value, Denied> {
        let U2fRegistration { username, key_handle, public_key, counter } = registration;
        let id = bytes("key_handle", &key_handle)?;
        if id.is_empty() || id.len() > usize::from(u8::MAX) {
            return Err(Denied::malformed("key_handle", "a key handle has 1 to 255 bytes"));
        }
        let public_key = point(&bytes("public_key", &public_key)?)?;
        let mut guard = self.state();
        let state = &mut *guard;
        let account = state.accounts.get(&username).ok_or_else(|| no_such_account(&username))?.clone();
        if state.credentials.get(&id).is_some() {
            let message = "the key handle is registered already";
            return Err(Denied::new(409, ReasonClass::CredentialExists, "credential_exists", message));
        }
        let now = self.now();
        state.credentials.insert(Credential {
            record: CredentialRecord {
                id,
                user_handle: account.user_handle.clone(),
                public_key,
                sign_count: counter,
                uv_initialized: false,
                backup_eligible: false,
                backup_state: false,
            },
            owner: account.name.clone(),
            aaguid: Aaguid::ZERO,
            attestation_format: "none".to_owned(),
            attestation: AttestationKind::None,
            aaguid_attested: false,
            transports: Vec::new(),
            attachment: None,
            created: now,
            last_used: None,
            revoked: None,
            provenance: Provenance::Registered,
            pending_backup_state: None,
        });
        state.audit.log(now, "credential_taken_over", &account.name, By::ADMIN, json!({"credential_id": key_handle}));
        self.mark_for_push(state, &account.name);
        Ok(json!({"credential_id": key_handle}))
    }
}

fn bytes(member: &'static str, text: &str) -> Result<Vec<u8>, Denied> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| Denied::malformed(member, format!("{member} is not base64url")))
}

fn point(bytes: &[u8]) -> Result<CoseKey, Denied> {
    let no_key = || Denied::malformed("public_key", "the public key is no uncompressed point of P-256");
    let (0x04, point) = bytes.split_first().map(|(form, point)| (*form, point)).ok_or_else(no_key)? else {
        return Err(no_key());
    };
    let (x, y) = point.split_at(point.len() / 2);
    let key = PublicKey::Ec2 { curve: Curve::P256, x: x.to_vec(), y: y.to_vec() };
    VerifyingKey::new(&key, Algorithm::ES256).map_err(|_| no_key())?;
    Ok(CoseKey::from(key.to_cose(Algorithm::ES256)))
}
