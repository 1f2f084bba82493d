//! Client data and its serialisation (WebAuthn L3 §5.8.1).

use std::fmt::Write as _;

/// The contextual bindings of one ceremony, every field free to be set to what it should not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientData {
    /// `webauthn.create` or `webauthn.get`.
    pub kind: String,
    /// The challenge, base64url without padding.
    pub challenge: String,
    /// The caller's origin, serialised.
    pub origin: String,
    /// Whether the caller is in a frame of another origin than the top-level page.
    pub cross_origin: bool,
    /// The top-level page's origin; honest clients set it only where `cross_origin` is true.
    pub top_origin: Option<String>,
    /// Members that the text does not name, each with its value as JSON.
    pub other: Vec<(String, serde_json::Value)>,
}

impl ClientData {
    /// The serialisation of WebAuthn L3 §5.8.1.1, byte for byte.
    pub fn to_json(&self) -> String {
        let mut json = String::from("{\"type\":");
        push_string(&mut json, &self.kind);
        json.push_str(",\"challenge\":");
        push_string(&mut json, &self.challenge);
        json.push_str(",\"origin\":");
        push_string(&mut json, &self.origin);
        json.push_str(if self.cross_origin { ",\"crossOrigin\":true" } else { ",\"crossOrigin\":false" });
        if let Some(top_origin) = &self.top_origin {
            json.push_str(",\"topOrigin\":");
            push_string(&mut json, top_origin);
        }
        for (name, value) in &self.other {
            json.push(',');
            push_string(&mut json, name);
            json.push(':');
            json.push_str(&value.to_string());
        }
        json.push('}');
        json
    }
}

/// `CCDToString` (WebAuthn L3 §5.8.1.1).
fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                write!(json, "\\u{:04x}", u32::from(c)).expect("a string takes what is written to it")
            }
            _ => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;

    fn sample() -> ClientData {
        ClientData {
            kind: "webauthn.create".to_owned(),
            challenge: "AAECAw".to_owned(),
            origin: "https://corp.example.com".to_owned(),
            cross_origin: false,
            top_origin: None,
            other: Vec::new(),
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_text() {
        assert_eq!(
            sample().to_json(),
            r#"{"type":"webauthn.create","challenge":"AAECAw","origin":"https://corp.example.com","crossOrigin":false}"#
        );
        let framed = ClientData {
            cross_origin: true,
            top_origin: Some("https://top.example".to_owned()),
            other: vec![("extra".to_owned(), serde_json::json!({"a": [1]}))],
            ..sample()
        };
        assert_eq!(
            framed.to_json(),
            r#"{"type":"webauthn.create","challenge":"AAECAw","origin":"https://corp.example.com","crossOrigin":true,"topOrigin":"https://top.example","extra":{"a":[1]}}"#
        );
    }

    #[test]
    fn only_what_must_be_escaped_is_escaped() {
        let odd = ClientData { origin: "q\" b\\ n\n u\u{7f} é /".to_owned(), ..sample() };
        assert!(odd.to_json().contains("\"origin\":\"q\\\" b\\\\ n\\u000a u\u{7f} é /\""), "{}", odd.to_json());
        let read: serde_json::Value = serde_json::from_str(&odd.to_json()).unwrap();
        assert_eq!(read["origin"], odd.origin.as_str());
    }

    /// The client data of the W3C's own examples, written again from their members.
    #[test]
    fn the_examples_of_the_text_come_out_byte_for_byte() {
        let vectors: Value =
            serde_json::from_str(include_str!("../../../../vectors/webauthn-l3/relying-party.json")).unwrap();
        let mut seen = 0;
        for case in vectors["cases"].as_array().unwrap() {
            for ceremony in ["registration", "authentication"] {
                let digits = case[ceremony]["clientDataJSON"].as_str().unwrap();
                let bytes: Vec<u8> =
                    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect();
                let mut members: Map<String, Value> = serde_json::from_slice(&bytes).unwrap();
                let mut text = |name: &str| members.shift_remove(name).map(|value| value.as_str().unwrap().to_owned());
                let (kind, challenge) = (text("type").unwrap(), text("challenge").unwrap());
                let (origin, top_origin) = (text("origin").unwrap(), text("topOrigin"));
                let cross_origin = members.shift_remove("crossOrigin").unwrap() == true;
                let other = members.into_iter().collect();
                let data = ClientData { kind, challenge, origin, cross_origin, top_origin, other };
                assert_eq!(data.to_json().as_bytes(), bytes, "{}", data.to_json());
                seen += 1;
            }
        }
        assert!(seen >= 30, "{seen}");
    }
}
