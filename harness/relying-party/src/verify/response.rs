//! What the client sent, read strictly from its JSON (WebAuthn L3 §5.1, `RegistrationResponseJSON` and
//! `AuthenticationResponseJSON`).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::ReasonClass;
use serde_json::{Map, Value};

use super::Step;
use crate::Refusal;

const REGISTRATION: Step = Step { section: "7.1", words: "Let response be credential.response" };
const AUTHENTICATION: Step = Step { section: "7.2", words: "Let response be credential.response" };

/// The answer to `navigator.credentials.create()`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegistrationResponse {
    /// The credential id (`rawId`, or `id` where the client sends no `rawId`).
    pub raw_id: Vec<u8>,
    /// The client data, exactly as signed.
    pub client_data_json: Vec<u8>,
    /// The attestation object.
    pub attestation_object: Vec<u8>,
    /// The transports, as the client reports them.
    pub transports: Vec<String>,
    /// The attachment, as the client reports it.
    pub authenticator_attachment: Option<String>,
    /// The client extension outputs by identifier.
    pub client_extension_results: Map<String, Value>,
}

/// The answer to `navigator.credentials.get()`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuthenticationResponse {
    /// The credential id (`rawId`, or `id` where the client sends no `rawId`).
    pub raw_id: Vec<u8>,
    /// The client data, exactly as signed.
    pub client_data_json: Vec<u8>,
    /// The authenticator data, exactly as signed.
    pub authenticator_data: Vec<u8>,
    /// The assertion signature.
    pub signature: Vec<u8>,
    /// The user handle, if the authenticator returned one.
    pub user_handle: Option<Vec<u8>>,
    /// The attachment, as the client reports it.
    pub authenticator_attachment: Option<String>,
    /// The client extension outputs by identifier.
    pub client_extension_results: Map<String, Value>,
}

impl RegistrationResponse {
    /// Reads `{id, rawId, type, response: {clientDataJSON, attestationObject, transports}, …}`.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] of class `malformed` names the first member that is missing or of another type.
    pub fn from_json(credential: &Value) -> Result<Self, Refusal> {
        let credential = Members::of(credential, "credential", REGISTRATION)?;
        let response = credential.object("response")?;
        Ok(Self {
            raw_id: credential.id()?,
            client_data_json: response.bytes("clientDataJSON")?,
            attestation_object: response.bytes("attestationObject")?,
            transports: response.strings("transports")?,
            authenticator_attachment: credential.optional_string("authenticatorAttachment")?,
            client_extension_results: credential.extension_results()?,
        })
    }
}

impl AuthenticationResponse {
    /// Reads `{id, rawId, type, response: {clientDataJSON, authenticatorData, signature, userHandle}, …}`.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] of class `malformed` names the first member that is missing or of another type.
    pub fn from_json(credential: &Value) -> Result<Self, Refusal> {
        let credential = Members::of(credential, "credential", AUTHENTICATION)?;
        let response = credential.object("response")?;
        Ok(Self {
            raw_id: credential.id()?,
            client_data_json: response.bytes("clientDataJSON")?,
            authenticator_data: response.bytes("authenticatorData")?,
            signature: response.bytes("signature")?,
            user_handle: response.optional_bytes("userHandle")?,
            authenticator_attachment: credential.optional_string("authenticatorAttachment")?,
            client_extension_results: credential.extension_results()?,
        })
    }
}

/// A JSON object whose members are read by name.
struct Members<'a> {
    object: &'a Map<String, Value>,
    path: &'static str,
    step: Step,
}

impl<'a> Members<'a> {
    fn of(value: &'a Value, path: &'static str, step: Step) -> Result<Self, Refusal> {
        match value {
            Value::Object(object) => Ok(Self { object, path, step }),
            _ => Err(Refusal::new(ReasonClass::Malformed, "not_an_object", format!("{path} is not an object"), step)),
        }
    }

    /// The member, where null counts as absent.
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn refuse(&self, name: &str, reason: &'static str, what: &str) -> Refusal {
        Refusal::new(ReasonClass::Malformed, reason, format!("{}.{name} {what}", self.path), self.step)
    }

    fn object(&self, name: &'static str) -> Result<Members<'a>, Refusal> {
        let value = self.get(name).ok_or_else(|| self.refuse(name, "member_missing", "is missing"))?;
        Members::of(value, name, self.step)
    }

    fn optional_string(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.refuse(name, "member_not_a_string", "is not a string")),
        }
    }

    fn optional_bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let decode = |text: String| {
            BASE64_URL_SAFE_NO_PAD
                .decode(text)
                .map_err(|_| self.refuse(name, "member_not_base64url", "is not base64url without padding"))
        };
        self.optional_string(name)?.map(decode).transpose()
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, Refusal> {
        self.optional_bytes(name)?
            .filter(|bytes| !bytes.is_empty())
            .ok_or_else(|| self.refuse(name, "member_missing", "is missing or empty"))
    }

    fn strings(&self, name: &str) -> Result<Vec<String>, Refusal> {
        let not_strings = || self.refuse(name, "member_not_strings", "is not an array of strings");
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        let items = value.as_array().ok_or_else(not_strings)?;
        items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(not_strings)).collect()
    }

    fn id(&self) -> Result<Vec<u8>, Refusal> {
        match self.optional_string("type")?.as_deref() {
            Some("public-key") => {}
            _ => return Err(self.refuse("type", "credential_type", "is not \"public-key\"")),
        }
        let id = self.bytes("id")?;
        match self.optional_bytes("rawId")? {
            Some(raw_id) if raw_id != id => Err(self.refuse("rawId", "raw_id_differs", "is not the same as id")),
            _ => Ok(id),
        }
    }

    /// `clientExtensionResults`, or `getClientExtensionResults` as the FIDO conformance API spells it.
    fn extension_results(&self) -> Result<Map<String, Value>, Refusal> {
        for name in ["clientExtensionResults", "getClientExtensionResults"] {
            match self.get(name) {
                None => {}
                Some(Value::Object(results)) => return Ok(results.clone()),
                Some(_) => return Err(self.refuse(name, "member_not_an_object", "is not an object")),
            }
        }
        Ok(Map::new())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn honest() -> Value {
        json!({
            "id": "AQID", "rawId": "AQID", "type": "public-key", "authenticatorAttachment": null,
            "response": {"clientDataJSON": "e30", "attestationObject": "oA", "transports": ["usb", "quantum"]},
            "clientExtensionResults": {"credProps": {"rk": true}},
        })
    }

    #[test]
    fn an_honest_response_is_read() {
        let response = RegistrationResponse::from_json(&honest()).unwrap();
        assert_eq!(response.raw_id, [1, 2, 3]);
        assert_eq!(response.client_data_json, b"{}");
        assert_eq!(response.transports, ["usb", "quantum"]);
        assert!(response.client_extension_results.contains_key("credProps"));
    }

    #[test]
    fn each_broken_shape_has_its_reason() {
        let cases = [
            ("/id", json!(null), "member_missing"),
            ("/id", json!(7), "member_not_a_string"),
            ("/id", json!("AQID="), "member_not_base64url"),
            ("/id", json!("AQI+"), "member_not_base64url"),
            ("/id", json!(""), "member_missing"),
            ("/rawId", json!("AQIE"), "raw_id_differs"),
            ("/type", json!("password"), "credential_type"),
            ("/response", json!([]), "not_an_object"),
            ("/response/attestationObject", json!(null), "member_missing"),
            ("/response/clientDataJSON", json!("e30="), "member_not_base64url"),
            ("/response/transports", json!("usb"), "member_not_strings"),
            ("/response/transports", json!([1]), "member_not_strings"),
            ("/clientExtensionResults", json!([]), "member_not_an_object"),
        ];
        for (path, value, reason) in cases {
            let mut credential = honest();
            *credential.pointer_mut(path).unwrap() = value;
            let refusal = RegistrationResponse::from_json(&credential).unwrap_err();
            assert_eq!((refusal.class, refusal.reason.as_str()), (ReasonClass::Malformed, reason), "{path}");
        }
    }

    #[test]
    fn an_absent_user_handle_is_none() {
        let mut credential = json!({
            "id": "AQID", "type": "public-key",
            "response": {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": null},
        });
        assert_eq!(AuthenticationResponse::from_json(&credential).unwrap().user_handle, None);
        credential["response"]["userHandle"] = json!("");
        assert_eq!(AuthenticationResponse::from_json(&credential).unwrap().user_handle, Some(vec![]));
    }
}
