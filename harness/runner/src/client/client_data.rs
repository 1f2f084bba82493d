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
    use serde_json::Value;

    use super::*;
    use crate::base64url;

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

    /// The client data of one of the W3C's own examples, from its seeds.
    fn example(file: &Value, case: &Value, ceremony: &str) -> ClientData {
        const EXTRA: &str = "clientDataJSON may be extended with additional fields in the future, such as this: ";
        let seed = |name: &str| {
            let digits = case[ceremony]["seeds"][name]["value"].as_str().unwrap();
            let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
            (0..digits.len()).step_by(2).map(byte).collect::<Vec<u8>>()
        };
        let has_extra = seed("clientDataFlags")[0] & 1 == 1;
        let extra = has_extra.then(|| EXTRA.to_owned() + &base64url::encode(&seed("extraData")));
        ClientData {
            kind: if ceremony == "registration" { "webauthn.create" } else { "webauthn.get" }.to_owned(),
            challenge: base64url::encode(&seed("challenge")),
            origin: file["origin"].as_str().unwrap().to_owned(),
            cross_origin: case["crossOrigin"] == true,
            top_origin: case["topOrigin"].as_str().map(str::to_owned),
            other: extra.map(|text| ("extraData".to_owned(), Value::from(text))).into_iter().collect(),
        }
    }

    #[test]
    fn the_vectors_of_the_text_come_out_of_their_seeds() {
        let file: Value =
            serde_json::from_str(include_str!("../../../../vectors/webauthn-l3/authenticator.json")).unwrap();
        let (mut same, mut differ) = (0, 0);
        for case in file["cases"].as_array().unwrap() {
            for ceremony in ["registration", "authentication"] {
                let written = example(&file, case, ceremony).to_json();
                let digits: String = written.bytes().map(|byte| format!("{byte:02x}")).collect();
                *if case[ceremony]["clientDataJSON"] == digits { &mut same } else { &mut differ } += 1;
            }
        }
        println!("vectors: webauthn-l3 client data: {same} reproduced, {differ} differ");
        assert_eq!((same, differ), (30, 0));
    }
}
