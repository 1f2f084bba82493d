//! The receiving side: `PATCH /scim/v2/Users/{name}`.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::cose::CoseKey;
use keyrig_ctap::{Aaguid, ReasonClass};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::SCHEMA;
use crate::audit::By;
use crate::ceremony::check_name;
use crate::denied::Denied;
use crate::service::Service;
use crate::store::{Account, Credential, Provenance, State};
use crate::verify::{AttestationKind, CredentialRecord};

/// What `PATCH /scim/v2/Users/{name}` takes (RFC 7644 §3.5.2).
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct PatchRequest {
    /// `urn:ietf:params:scim:api:messages:2.0:PatchOp`.
    schemas: Vec<String>,
    /// What to do, in order; all of it or nothing.
    #[serde(rename = "Operations")]
    operations: Vec<Operation>,
}

/// One change.
#[derive(Debug, Deserialize, JsonSchema)]
struct Operation {
    /// `replace`.
    op: String,
    /// What changes.
    path: String,
    /// The new value.
    #[serde(default)]
    value: Value,
}

/// A credential as the relying party upstream describes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    cred_id: String,
    aaguid: Aaguid,
    public_key: String,
    #[serde(default)]
    sign_count: u32,
    #[serde(default)]
    uv_initialized: bool,
    #[serde(default)]
    backup_eligible: bool,
    #[serde(default)]
    backup_state: bool,
    #[serde(default)]
    transports: Vec<String>,
    #[serde(default)]
    attachment: Option<String>,
    #[serde(default)]
    attestation_format: Option<String>,
    #[serde(default)]
    attestation_trusted: bool,
    #[serde(default)]
    aaguid_attested: bool,
}

/// What a patch says, read and not yet done.
#[derive(Default)]
struct Change {
    active: Option<bool>,
    user_handle: Option<Vec<u8>>,
    credentials: Option<Vec<(Vec<u8>, CoseKey, Described)>>,
    revoked: Vec<Vec<u8>>,
}

impl Service {
    /// Does what the relying party upstream says about an account. An account that nobody knows is created.
    pub(crate) fn apply_patch(&self, username: &str, request: PatchRequest) -> Result<(), Denied> {
        check_name(username)?;
        let change = Change::read(request)?;
        let mut guard = self.state();
        let state = &mut *guard;
        state.accounts.expect_room(username)?;
        let described = change.credentials.iter().flatten();
        for id in described.map(|(id, ..)| id).chain(&change.revoked) {
            if state.credentials.get(id).is_some_and(|credential| credential.owner != username) {
                let message = "a credential belongs to another account";
                return Err(Denied::new(409, ReasonClass::CredentialExists, "credential_exists", message));
            }
        }
        let newcomer = state.accounts.find_or_prepare(username, &self.entropy);
        let account = state.accounts.admit(newcomer);
        if let Some(handle) = change.user_handle {
            account.user_handle = handle;
        }
        let account = account.clone();
        self.replace_credentials(state, &account, change.credentials);
        for id in change.revoked {
            self.revoke(state, &id, By::UPSTREAM);
        }
        match change.active {
            Some(active) if active == account.disabled => self.set_disabled(state, username, !active, By::UPSTREAM),
            _ => {}
        }
        Ok(())
    }

    fn replace_credentials(
        &self,
        state: &mut State,
        account: &Account,
        described: Option<Vec<(Vec<u8>, CoseKey, Described)>>,
    ) {
        let Some(described) = described else { return };
        let theirs = state.credentials.working(&account.name).filter(|c| c.provenance == Provenance::Upstream);
        let gone = theirs.map(|c| c.record.id.clone()).filter(|id| !described.iter().any(|(known, ..)| known == id));
        let gone: Vec<_> = gone.collect();
        for id in gone {
            self.revoke(state, &id, By::UPSTREAM);
        }
        for (id, public_key, described) in described {
            // What is known keeps what was learnt about it here, revocation above all.
            if state.credentials.get(&id).is_none() {
                let details = json!({"credential_id": described.cred_id, "aaguid": described.aaguid});
                state.audit.log(self.now(), "credential_received", &account.name, By::UPSTREAM, details);
                state.credentials.insert(self.received(account, id, public_key, described));
            }
        }
    }

    fn received(&self, account: &Account, id: Vec<u8>, public_key: CoseKey, described: Described) -> Credential {
        let attestation = match described.attestation_trusted {
            true => AttestationKind::Basic { trusted: true },
            false => AttestationKind::None,
        };
        Credential {
            record: CredentialRecord {
                id,
                user_handle: account.user_handle.clone(),
                public_key,
                sign_count: described.sign_count,
                uv_initialized: described.uv_initialized,
                backup_eligible: described.backup_eligible,
                backup_state: described.backup_state,
            },
            owner: account.name.clone(),
            aaguid: described.aaguid,
            attestation_format: described.attestation_format.unwrap_or_else(|| "none".to_owned()),
            attestation,
            aaguid_attested: described.aaguid_attested,
            transports: described.transports,
            attachment: described.attachment,
            created: self.now(),
            last_used: None,
            revoked: None,
            provenance: Provenance::Upstream,
            pending_backup_state: None,
        }
    }
}

impl Change {
    fn read(request: PatchRequest) -> Result<Self, Denied> {
        if request.schemas != ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] {
            return Err(scim("invalidSyntax", "schemas has to name PatchOp and nothing else"));
        }
        let mut change = Self::default();
        for Operation { op, path, value } in request.operations {
            if !op.eq_ignore_ascii_case("replace") {
                return Err(scim("invalidSyntax", "the one operation known here is replace"));
            }
            match path.strip_prefix(SCHEMA) {
                None if path == "active" => change.active = Some(value_of(value)?),
                Some(":userHandle") => change.user_handle = Some(bytes(&value_of::<String>(value)?)?),
                Some(":credentials") => change.credentials = Some(credentials(value)?),
                Some(":revokedCredentials") => {
                    let ids: Vec<String> = value_of(value)?;
                    change.revoked = ids.iter().map(|id| bytes(id)).collect::<Result<_, _>>()?;
                }
                _ => return Err(scim("invalidPath", "there is no attribute with this path")),
            }
        }
        Ok(change)
    }
}

fn credentials(value: Value) -> Result<Vec<(Vec<u8>, CoseKey, Described)>, Denied> {
    let described: Vec<Described> = value_of(value)?;
    let read = |described: Described| {
        let key = CoseKey::from_bytes(&bytes(&described.public_key)?);
        if key.public_key().is_err() {
            return Err(scim("invalidValue", "a publicKey is not a COSE_Key"));
        }
        Ok((bytes(&described.cred_id)?, key, described))
    };
    described.into_iter().map(read).collect()
}

fn value_of<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Denied> {
    serde_json::from_value(value).map_err(|error| scim("invalidValue", &error.to_string()))
}

fn bytes(text: &str) -> Result<Vec<u8>, Denied> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| !bytes.is_empty());
    bytes.ok_or_else(|| scim("invalidValue", "a value is not base64url without padding, or empty"))
}

fn scim(kind: &'static str, message: &str) -> Denied {
    Denied::malformed("scim_patch", message).with("scimType", kind)
}
