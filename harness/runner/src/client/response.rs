//! What the page hands to its relying party (WebAuthn L3 §5.1, "toJSON").

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cose::CoseKey;
use keyrig_ctap::profile::Attachment;
use serde_json::{Map, Value, json};

use super::spki;
use crate::base64url;

/// `RegistrationResponseJSON`.
pub(super) struct Registration<'a> {
    pub(super) credential_id: &'a [u8],
    pub(super) client_data_json: &'a str,
    pub(super) attestation_object: &'a [u8],
    pub(super) auth_data: &'a [u8],
    pub(super) transports: &'a [String],
    pub(super) attachment: Attachment,
    /// `clientExtensionResults`.
    pub(super) extensions: Map<String, Value>,
}

/// `AuthenticationResponseJSON`.
pub(super) struct Authentication<'a> {
    pub(super) credential_id: &'a [u8],
    pub(super) client_data_json: &'a str,
    pub(super) auth_data: &'a [u8],
    pub(super) signature: &'a [u8],
    pub(super) user_handle: Option<&'a [u8]>,
    pub(super) attachment: Attachment,
    /// `clientExtensionResults`.
    pub(super) extensions: Map<String, Value>,
}

impl Registration<'_> {
    /// The JSON.
    pub(super) fn into_json(self) -> Value {
        let mut response = Map::new();
        response.insert("clientDataJSON".to_owned(), base64url::encode(self.client_data_json.as_bytes()).into());
        response.insert("attestationObject".to_owned(), base64url::encode(self.attestation_object).into());
        response.insert("authenticatorData".to_owned(), base64url::encode(self.auth_data).into());
        response.insert("transports".to_owned(), self.transports.into());
        if let Some(key) = self.public_key() {
            if let Some(algorithm) = key.algorithm() {
                response.insert("publicKeyAlgorithm".to_owned(), algorithm.0.into());
            }
            if let Some(spki) = spki::of(&key) {
                response.insert("publicKey".to_owned(), base64url::encode(&spki).into());
            }
        }
        credential(self.credential_id, response, self.attachment, self.extensions)
    }

    /// What `getPublicKey` and `getPublicKeyAlgorithm` look at; `None` where the authenticator data is not such.
    fn public_key(&self) -> Option<CoseKey> {
        AuthData::parse(self.auth_data).ok()?.attested.map(|attested| attested.public_key)
    }
}

impl Authentication<'_> {
    /// The JSON.
    pub(super) fn into_json(self) -> Value {
        let mut response = Map::new();
        response.insert("clientDataJSON".to_owned(), base64url::encode(self.client_data_json.as_bytes()).into());
        response.insert("authenticatorData".to_owned(), base64url::encode(self.auth_data).into());
        response.insert("signature".to_owned(), base64url::encode(self.signature).into());
        if let Some(handle) = self.user_handle {
            response.insert("userHandle".to_owned(), base64url::encode(handle).into());
        }
        credential(self.credential_id, response, self.attachment, self.extensions)
    }
}

fn credential(id: &[u8], response: Map<String, Value>, attachment: Attachment, results: Map<String, Value>) -> Value {
    let id = base64url::encode(id);
    json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "response": response,
        "authenticatorAttachment": attachment.as_str(),
        "clientExtensionResults": results,
    })
}
