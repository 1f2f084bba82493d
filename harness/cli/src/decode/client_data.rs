//! Client data (WebAuthn L3 §5.8.1).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyrig_ctap::cbor::Span;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::field::{Decoded, Field, Remarks, counted, hex};

/// The order in which clients write the members (WebAuthn L3 §5.8.1.1, "Serialization").
const ORDER: [&str; 4] = ["type", "challenge", "origin", "crossOrigin"];

/// Reads client data: the JSON that a client writes and an authenticator signs the hash of.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    let mut remarks = Remarks::default();
    let body = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    if body.len() < bytes.len() {
        remarks.breach(0, "a byte order mark precedes the JSON");
    }
    let members = members(body).map_err(|e| format!("it is not a JSON object: {e}"))?;
    for name in ["type", "challenge", "origin"] {
        if !members.iter().any(|(key, _)| key == name) {
            remarks.breach(0, format!("no member {name:?}"));
        }
    }
    for (i, (key, _)) in members.iter().enumerate() {
        if members[..i].iter().any(|(earlier, _)| earlier == key) {
            remarks.breach(0, format!("the member {key:?} is there twice"));
        }
    }
    if members.iter().map(|(key, _)| key.as_str()).zip(ORDER).any(|(key, expected)| key != expected) {
        remarks.breach(0, "the members are not in the order that clients write (WebAuthn L3 §5.8.1.1)");
    }
    let fields = members.into_iter().map(|(key, value)| field(&key, value, &mut remarks)).collect();
    Ok(Decoded { title: "client data".into(), length: bytes.len(), fields, remarks, cbor: false })
}

fn field(name: &str, value: Value, remarks: &mut Remarks) -> Field {
    let nowhere = Span { start: 0, end: 0 };
    let note = match (name, value.as_str()) {
        ("type", Some("webauthn.create")) => Some("registration".to_string()),
        ("type", Some("webauthn.get")) => Some("authentication".to_string()),
        ("type", _) => Some("neither webauthn.create nor webauthn.get".to_string()),
        ("challenge", Some(text)) => match URL_SAFE_NO_PAD.decode(text) {
            Ok(bytes) => {
                if bytes.len() < 16 {
                    remarks.breach(0, "the challenge has fewer than 16 bytes (WebAuthn L3 §13.4.3)");
                }
                Some(format!("{}: {}", counted(bytes.len(), "byte"), hex(&bytes)))
            }
            Err(_) => {
                remarks.breach(0, "the challenge is not base64url without padding");
                None
            }
        },
        _ => None,
    };
    Field { span: None, note, ..Field::leaf(name, nowhere, value.to_string(), value) }
}

/// The members in their order, duplicates included.
fn members(bytes: &[u8]) -> serde_json::Result<Vec<(String, Value)>> {
    struct Members;

    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(String, Value)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut out = Vec::new();
            while let Some(entry) = map.next_entry()? {
                out.push(entry);
            }
            Ok(out)
        }
    }

    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let out = deserializer.deserialize_map(Members)?;
    deserializer.end().map_err(|e| de::Error::custom(e.to_string()))?;
    Ok(out)
}
