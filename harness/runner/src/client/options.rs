//! Options as WebAuthn's JSON has them (WebAuthn L3 §5.1.9, §5.1.10).

use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY, User};
use keyrig_ctap::profile::Attachment;
use serde_json::Value;

use super::{ClientError, CreationExtensions, Hint, RequestExtensions};
use crate::base64url;

/// `PublicKeyCredentialCreationOptionsJSON`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreationOptions {
    /// `rp.id`; the page's domain if `None`.
    pub rp_id: Option<String>,
    /// `rp.name`.
    pub rp_name: Option<String>,
    /// `user`.
    pub user: User,
    /// `challenge`.
    pub challenge: Vec<u8>,
    /// `pubKeyCredParams`, those of the type `public-key`; ES256 and RS256 where the list is empty.
    pub algorithms: Vec<Algorithm>,
    /// `excludeCredentials`.
    pub exclude: Vec<Descriptor>,
    /// `authenticatorSelection.authenticatorAttachment`.
    pub attachment: Option<Attachment>,
    /// `authenticatorSelection.residentKey`, or what `requireResidentKey` stands for.
    pub resident_key: Requirement,
    /// `authenticatorSelection.userVerification`.
    pub user_verification: Requirement,
    /// `attestation`.
    pub attestation: Conveyance,
    /// `extensions`.
    pub extensions: CreationExtensions,
    /// `hints`, those that are known, the preferred one first.
    pub hints: Vec<Hint>,
    /// `timeout`, in milliseconds.
    pub timeout_ms: Option<u64>,
}

/// `PublicKeyCredentialRequestOptionsJSON`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestOptions {
    /// `rpId`; the page's domain if `None`.
    pub rp_id: Option<String>,
    /// `challenge`.
    pub challenge: Vec<u8>,
    /// `allowCredentials`; any discoverable one where it is empty.
    pub allow: Vec<Descriptor>,
    /// `userVerification`.
    pub user_verification: Requirement,
    /// `extensions`.
    pub extensions: RequestExtensions,
    /// `hints`, those that are known, the preferred one first.
    pub hints: Vec<Hint>,
    /// `timeout`, in milliseconds.
    pub timeout_ms: Option<u64>,
}

/// How much the relying party wants something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// It must be.
    Required,
    /// It should be.
    Preferred,
    /// It should not be.
    Discouraged,
}

/// `attestation` (WebAuthn L3 §5.4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conveyance {
    /// No attestation.
    None,
    /// One that the client may anonymise; this client passes it on.
    Indirect,
    /// As the authenticator made it.
    Direct,
    /// One that may identify the device, where the client and the authenticator have agreed to that; else as direct.
    Enterprise,
}

impl CreationOptions {
    /// Reads the JSON. Unknown members and unknown values of enumerations are passed over, as Web IDL has it.
    ///
    /// # Errors
    ///
    /// `TypeError` names the member that is missing or of another type; the errors of the extensions besides.
    pub fn from_json(json: &Value) -> Result<Self, ClientError> {
        let selection = json.get("authenticatorSelection").unwrap_or(&Value::Null);
        let user = json.get("user").unwrap_or(&Value::Null);
        let id = bytes(user, "id").map_err(|_| bad("user.id"))?;
        if id.is_empty() || id.len() > 64 {
            return Err(ClientError::bad_options(format!("user.id has {} bytes and not 1 to 64", id.len())));
        }
        Ok(Self {
            rp_id: text(json.get("rp").unwrap_or(&Value::Null), "id"),
            rp_name: text(json.get("rp").unwrap_or(&Value::Null), "name"),
            user: User { id, name: text(user, "name"), display_name: text(user, "displayName") },
            challenge: bytes(json, "challenge")?,
            algorithms: algorithms(json)?,
            exclude: descriptors(json, "excludeCredentials")?,
            attachment: match text(selection, "authenticatorAttachment").as_deref() {
                Some("platform") => Some(Attachment::Platform),
                Some("cross-platform") => Some(Attachment::CrossPlatform),
                _ => None,
            },
            resident_key: resident_key(selection),
            user_verification: requirement(selection, "userVerification").unwrap_or(Requirement::Preferred),
            attestation: match text(json, "attestation").as_deref() {
                Some("indirect") => Conveyance::Indirect,
                Some("direct") => Conveyance::Direct,
                Some("enterprise") => Conveyance::Enterprise,
                _ => Conveyance::None,
            },
            extensions: CreationExtensions::from_json(json)?,
            hints: Hint::list(json),
            timeout_ms: json.get("timeout").and_then(Value::as_u64),
        })
    }
}

impl RequestOptions {
    /// Reads the JSON. Unknown members and unknown values of enumerations are passed over, as Web IDL has it.
    ///
    /// # Errors
    ///
    /// `TypeError` names the member that is missing or of another type; the errors of the extensions besides.
    pub fn from_json(json: &Value) -> Result<Self, ClientError> {
        let allow = descriptors(json, "allowCredentials")?;
        Ok(Self {
            rp_id: text(json, "rpId"),
            challenge: bytes(json, "challenge")?,
            extensions: RequestExtensions::from_json(json, &allow)?,
            allow,
            user_verification: requirement(json, "userVerification").unwrap_or(Requirement::Preferred),
            hints: Hint::list(json),
            timeout_ms: json.get("timeout").and_then(Value::as_u64),
        })
    }
}

/// `residentKey` counts where it is known; else `requireResidentKey` does (WebAuthn L3 §5.4.4).
fn resident_key(selection: &Value) -> Requirement {
    requirement(selection, "residentKey").unwrap_or_else(|| {
        match selection.get("requireResidentKey").and_then(Value::as_bool) {
            Some(true) => Requirement::Required,
            _ => Requirement::Discouraged,
        }
    })
}

fn requirement(json: &Value, name: &str) -> Option<Requirement> {
    match json.get(name)?.as_str()? {
        "required" => Some(Requirement::Required),
        "preferred" => Some(Requirement::Preferred),
        "discouraged" => Some(Requirement::Discouraged),
        _ => None,
    }
}

/// An empty list means ES256 and RS256; one without a known type cannot be met (WebAuthn L3 §5.1.3).
fn algorithms(json: &Value) -> Result<Vec<Algorithm>, ClientError> {
    let list = json.get("pubKeyCredParams").and_then(Value::as_array).ok_or_else(|| bad("pubKeyCredParams"))?;
    if list.is_empty() {
        return Ok(vec![Algorithm::ES256, Algorithm::RS256]);
    }
    let of_known_type = list.iter().filter(|entry| entry.get("type").and_then(Value::as_str) == Some(PUBLIC_KEY));
    let algorithms: Vec<_> =
        of_known_type.filter_map(|entry| entry.get("alg").and_then(Value::as_i64)).map(Algorithm).collect();
    if algorithms.is_empty() {
        return Err(ClientError::not_supported("pubKeyCredParams offers no public-key algorithm"));
    }
    Ok(algorithms)
}

fn descriptors(json: &Value, name: &str) -> Result<Vec<Descriptor>, ClientError> {
    let Some(list) = json.get(name).filter(|list| !list.is_null()) else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or_else(|| bad(name))?;
    list.iter()
        .map(|entry| {
            let id = bytes(entry, "id").map_err(|_| bad(&format!("{name}.id")))?;
            let kind = text(entry, "type").ok_or_else(|| bad(&format!("{name}.type")))?;
            let transports = entry.get("transports").and_then(Value::as_array).into_iter().flatten();
            let transports = transports.filter_map(Value::as_str).map(str::to_owned).collect();
            Ok(Descriptor { id, kind, transports })
        })
        .filter(|entry| !matches!(entry, Ok(descriptor) if descriptor.kind != PUBLIC_KEY))
        .collect()
}

fn text(json: &Value, name: &str) -> Option<String> {
    json.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn bytes(json: &Value, name: &str) -> Result<Vec<u8>, ClientError> {
    json.get(name).and_then(Value::as_str).and_then(base64url::decode).ok_or_else(|| bad(name))
}

fn bad(name: &str) -> ClientError {
    ClientError::bad_options(format!("{name} is missing or not what WebAuthn's JSON has there"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn creation() -> Value {
        json!({
            "rp": {"name": "Corp", "id": "corp.example.com"},
            "user": {"id": "AQI", "name": "alice", "displayName": "Alice"},
            "challenge": "AAECAw",
            "pubKeyCredParams": [
                {"type": "public-key", "alg": -7}, {"type": "mystery", "alg": -8}, {"type": "public-key", "alg": -257}
            ],
            "excludeCredentials": [{"type": "public-key", "id": "BQ", "transports": ["usb"]}, {"type": "x", "id": "Bg"}],
            "authenticatorSelection": {"authenticatorAttachment": "cross-platform", "residentKey": "required",
                                       "userVerification": "required"},
            "attestation": "direct", "extensions": {"credProps": true}, "timeout": 60000, "hints": ["security-key"]
        })
    }

    #[test]
    fn options_are_read() {
        let options = CreationOptions::from_json(&creation()).unwrap();
        assert_eq!(options.algorithms, [Algorithm::ES256, Algorithm::RS256]);
        assert_eq!(
            options.exclude,
            [Descriptor { transports: vec!["usb".to_owned()], ..Descriptor::public_key(&[5]) }]
        );
        assert_eq!(options.attachment, Some(Attachment::CrossPlatform));
        assert_eq!(options.hints, [Hint::SecurityKey]);
        assert_eq!((options.resident_key, options.user_verification), (Requirement::Required, Requirement::Required));
        assert_eq!((options.attestation, options.extensions.cred_props), (Conveyance::Direct, true));
        let options = RequestOptions::from_json(&json!({"challenge": "AA", "allowCredentials": null})).unwrap();
        assert_eq!((options.rp_id, options.user_verification), (None, Requirement::Preferred));
    }

    #[test]
    fn defaults_are_those_of_the_text() {
        let mut json = creation();
        for name in ["attestation", "authenticatorSelection", "extensions", "excludeCredentials"] {
            json.as_object_mut().unwrap().remove(name);
        }
        json["pubKeyCredParams"] = json!([]);
        let options = CreationOptions::from_json(&json).unwrap();
        assert_eq!(options.algorithms, [Algorithm::ES256, Algorithm::RS256]);
        assert_eq!((options.resident_key, options.attestation), (Requirement::Discouraged, Conveyance::None));
        json["authenticatorSelection"] = json!({"requireResidentKey": true, "residentKey": "mystery"});
        assert_eq!(CreationOptions::from_json(&json).unwrap().resident_key, Requirement::Required);
    }

    #[test]
    fn broken_options_name_the_member() {
        for (pointer, value, name) in [
            ("/challenge", json!(1), "TypeError"),
            ("/challenge", json!("**"), "TypeError"),
            ("/user/id", json!(""), "TypeError"),
            ("/user/id", json!("A".repeat(87)), "TypeError"),
            ("/pubKeyCredParams", json!({}), "TypeError"),
            ("/pubKeyCredParams/0/type", json!("mystery"), ""),
            ("/pubKeyCredParams", json!([{"type": "mystery", "alg": -7}]), "NotSupportedError"),
            ("/excludeCredentials", json!([{"type": "public-key"}]), "TypeError"),
        ] {
            let mut json = creation();
            *json.pointer_mut(pointer).unwrap() = value;
            let error = CreationOptions::from_json(&json).err();
            assert_eq!(error.map_or("", |e| e.name), name, "{pointer}");
        }
    }
}
