//! What the bytes of a credential say, for people.

use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::AuthData;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base64url;
use crate::exchange::to_hex;

/// Authenticator data, decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuthenticatorData {
    /// SHA-256 of the RP ID, in hexadecimal.
    pub rp_id_hash: String,
    /// The flags that are set, by their names.
    pub flags: Vec<String>,
    /// The flags as a number.
    pub flags_byte: u8,
    /// The signature counter.
    pub sign_count: u32,
    /// The AAGUID, at registration.
    pub aaguid: Option<String>,
    /// The credential id, base64url, at registration.
    pub credential_id: Option<String>,
    /// How many bytes stand behind everything that the flags announce.
    pub bytes_left_over: usize,
}

/// Authenticator data and attestation format of a credential in WebAuthn's JSON.
pub(crate) fn of_credential(credential: &Value) -> (Option<AuthenticatorData>, Option<String>) {
    let member = |name: &str| credential.pointer(&format!("/response/{name}"))?.as_str().and_then(base64url::decode);
    match member("attestationObject").and_then(|bytes| AttestationObject::parse(&bytes).ok()) {
        Some(object) => (read(&object.auth_data), Some(object.format)),
        None => (member("authenticatorData").and_then(|bytes| read(&bytes)), None),
    }
}

fn read(bytes: &[u8]) -> Option<AuthenticatorData> {
    let data = AuthData::parse(bytes).ok()?;
    Some(AuthenticatorData {
        rp_id_hash: to_hex(&data.rp_id_hash),
        flags: data.flags.names().map(str::to_owned).collect(),
        flags_byte: data.flags.0,
        sign_count: data.sign_count,
        aaguid: data.attested.as_ref().map(|attested| attested.aaguid.to_string()),
        credential_id: data.attested.as_ref().map(|attested| base64url::encode(&attested.credential_id)),
        bytes_left_over: data.rest.len(),
    })
}
