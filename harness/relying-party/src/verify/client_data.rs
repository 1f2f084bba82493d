//! Client data (WebAuthn L3 §5.8.1): the steps that both ceremonies share.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use keyrig_ctap::ReasonClass;
use serde::Deserialize;

use super::{Framing, Step};
use crate::Refusal;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The members that verification looks at. Others are passed over, `tokenBinding` among them: Level 3 reserves it.
#[derive(Debug, Deserialize)]
pub(super) struct ClientData {
    r#type: Option<String>,
    challenge: Option<String>,
    origin: Option<String>,
    #[serde(rename = "crossOrigin")]
    cross_origin: Option<bool>,
    #[serde(rename = "topOrigin")]
    top_origin: Option<String>,
}

/// The origin that client data names, before anything about it is known.
pub(crate) fn claimed_origin(bytes: &[u8]) -> Option<String> {
    ClientData::read(bytes)?.origin
}

impl ClientData {
    pub(super) fn parse(bytes: &[u8], step: Step) -> Result<Self, Refusal> {
        Self::read(bytes).ok_or_else(|| {
            let message = "the client data is not a JSON object with one of each member";
            Refusal::new(ReasonClass::ClientData, "client_data_unreadable", message, step)
        })
    }

    /// UTF-8 decode, which strips one byte order mark and replaces what is not UTF-8; then JSON.
    fn read(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes));
        // A derived reader takes an array for a struct; client data is an object.
        let is_object = text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{');
        is_object.then(|| serde_json::from_str(&text).ok()).flatten()
    }

    pub(super) fn verify_type(&self, expected: &str, step: Step) -> Result<(), Refusal> {
        match self.r#type.as_deref() {
            Some(found) if found == expected => Ok(()),
            found => {
                let message = format!("the client data's type is {}, not \"{expected}\"", quoted(found));
                Err(Refusal::new(ReasonClass::Type, "type_mismatch", message, step))
            }
        }
    }

    pub(super) fn verify_challenge(&self, expected: &[u8], step: Step) -> Result<(), Refusal> {
        if self.challenge.as_deref() == Some(BASE64_URL_SAFE_NO_PAD.encode(expected).as_str()) {
            return Ok(());
        }
        let message = "the challenge is not the one in the options";
        Err(Refusal::new(ReasonClass::Challenge, "challenge_mismatch", message, step))
    }

    pub(super) fn verify_origin(&self, expected: &[String], step: Step) -> Result<(), Refusal> {
        if self.origin.as_ref().is_some_and(|origin| expected.contains(origin)) {
            return Ok(());
        }
        let message = format!("the origin {} is not among {}", quoted(self.origin.as_deref()), expected.join(", "));
        Err(Refusal::new(ReasonClass::Origin, "origin_not_expected", message, step))
    }

    pub(super) fn verify_cross_origin(&self, framing: &Framing, step: Step) -> Result<(), Refusal> {
        if self.cross_origin == Some(true) && *framing == Framing::SameOriginOnly {
            let message = "the ceremony ran in a frame of another origin";
            return Err(Refusal::new(ReasonClass::CrossOrigin, "cross_origin_not_expected", message, step));
        }
        Ok(())
    }

    pub(super) fn verify_top_origin(&self, framing: &Framing, step: Step) -> Result<(), Refusal> {
        let Some(top_origin) = &self.top_origin else { return Ok(()) };
        let refuse = |reason, message| Err(Refusal::new(ReasonClass::CrossOrigin, reason, message, step));
        match framing {
            Framing::SameOriginOnly => {
                refuse("top_origin_not_expected", format!("the client data has the top origin \"{top_origin}\""))
            }
            Framing::Under { top_origins } if !top_origins.contains(top_origin) => {
                let expected = top_origins.join(", ");
                refuse("top_origin_mismatch", format!("the top origin \"{top_origin}\" is not among {expected}"))
            }
            Framing::Under { .. } => Ok(()),
        }
    }
}

fn quoted(text: Option<&str>) -> String {
    text.map_or_else(|| "missing".to_owned(), |text| format!("\"{text}\""))
}
