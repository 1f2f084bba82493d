//! The FIDO2 server conformance API (FIDO Alliance, `Conformance-Test-API.md`).

use serde_json::{Map, Value};

use super::{Dialect, Says};
use crate::ceremony::{Ceremony, OptionsRequest};

pub(super) const DIALECT: Dialect =
    Dialect { id: "fido-conformance", options_path, options_body, options, result_path, result_body, says };

const fn options_path(ceremony: Ceremony) -> &'static str {
    match ceremony {
        Ceremony::Registration => "/attestation/options",
        Ceremony::Authentication => "/assertion/options",
    }
}

const fn result_path(ceremony: Ceremony) -> &'static str {
    match ceremony {
        Ceremony::Registration => "/attestation/result",
        Ceremony::Authentication => "/assertion/result",
    }
}

fn options_body(ceremony: Ceremony, user: Option<&str>, request: &OptionsRequest) -> Value {
    let mut body = Map::new();
    if let Some(user) = user {
        body.insert("username".to_owned(), user.into());
    }
    if let Some(extensions) = &request.extensions {
        body.insert("extensions".to_owned(), extensions.clone());
    }
    let verification = request.user_verification.as_deref();
    if ceremony == Ceremony::Authentication {
        insert(&mut body, "userVerification", verification);
        return body.into();
    }
    insert(&mut body, "displayName", request.display_name.as_deref().or(user));
    insert(&mut body, "attestation", request.attestation.as_deref());
    let mut selection = Map::new();
    insert(&mut selection, "authenticatorAttachment", request.authenticator_attachment.as_deref());
    insert(&mut selection, "residentKey", request.resident_key.as_deref());
    if let Some(resident_key) = &request.resident_key {
        selection.insert("requireResidentKey".to_owned(), (resident_key == "required").into());
    }
    insert(&mut selection, "userVerification", verification);
    if !selection.is_empty() {
        body.insert("authenticatorSelection".to_owned(), selection.into());
    }
    body.into()
}

fn insert(map: &mut Map<String, Value>, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        map.insert(name.to_owned(), value.into());
    }
}

/// The options stand beside `status` and `errorMessage`; some servers wrap them in `publicKey`.
fn options(answer: Value) -> Result<Value, String> {
    let Value::Object(mut members) = answer else { return Err("the answer is not a JSON object".to_owned()) };
    if let Some(inner @ Value::Object(_)) = members.remove("publicKey") {
        return Ok(inner);
    }
    members.retain(|name, _| name != "status" && name != "errorMessage");
    if members.contains_key("challenge") { Ok(members.into()) } else { Err("there is no challenge".to_owned()) }
}

/// The API wants the extension results under the name of the method, WebAuthn under the name of the member.
fn result_body(credential: &Value) -> Value {
    let mut body = credential.clone();
    if let Some(members) = body.as_object_mut()
        && let Some(results) = members.get("clientExtensionResults").cloned()
    {
        members.insert("getClientExtensionResults".to_owned(), results);
    }
    body
}

fn says(answer: &Value) -> Says {
    match answer.get("status").and_then(Value::as_str) {
        Some("ok") => Says::Yes,
        Some("failed") => Says::No,
        _ => Says::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn requests_have_the_members_of_the_api() {
        let request = OptionsRequest {
            attestation: Some("direct".to_owned()),
            user_verification: Some("required".to_owned()),
            resident_key: Some("required".to_owned()),
            extensions: Some(json!({"credProps": true})),
            ..OptionsRequest::default()
        };
        assert_eq!(
            options_body(Ceremony::Registration, Some("alice"), &request),
            json!({
                "username": "alice", "extensions": {"credProps": true}, "displayName": "alice", "attestation": "direct",
                "authenticatorSelection": {
                    "residentKey": "required", "requireResidentKey": true, "userVerification": "required"
                }
            })
        );
        assert_eq!(
            options_body(Ceremony::Authentication, Some("alice"), &request),
            json!({"username": "alice", "extensions": {"credProps": true}, "userVerification": "required"})
        );
        assert_eq!(options_body(Ceremony::Authentication, None, &OptionsRequest::default()), json!({}));
    }

    #[test]
    fn answers_are_read_or_refused() {
        assert_eq!(
            options(json!({"status": "ok", "errorMessage": "", "challenge": "AA"})),
            Ok(json!({"challenge": "AA"}))
        );
        assert_eq!(options(json!({"publicKey": {"challenge": "AA"}})), Ok(json!({"challenge": "AA"})));
        assert!(options(json!({"status": "ok"})).is_err());
        assert!(options(json!("<html>")).is_err());
        assert_eq!(says(&json!({"status": "failed"})), Says::No);
        assert_eq!(says(&json!({"ok": true})), Says::Nothing);
    }
}
