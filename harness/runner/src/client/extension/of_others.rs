//! Extensions where another program speaks CTAP: those that it knows, in the form that it takes.

use serde_json::{Map, Value, json};

use super::creation::Creation;
use super::outputs::{Outputs, as_bytes};
use super::request::Use;
use super::{cred_protect, prf};
use crate::base64url;
use keyrig_ctap::message::get_assertion::Response;

const CRED_BLOB: &str = "credBlob";
const HMAC_SECRET: &str = "hmac-secret";
const MIN_PIN_LENGTH: &str = "minPinLength";

/// What another program is told of the extensions of a registration.
pub(in crate::client) struct CreationInputs {
    pub(in crate::client) protection: Option<u64>,
    pub(in crate::client) blob: Option<Vec<u8>>,
    pub(in crate::client) hmac_secret: bool,
    pub(in crate::client) min_pin_length: bool,
}

/// What another program is told of the extensions of an authentication.
pub(in crate::client) struct RequestInputs {
    pub(in crate::client) blob: bool,
    pub(in crate::client) salts: Vec<[u8; 32]>,
}

impl Creation<'_> {
    /// What the options want of the authenticator; the first extension that no other program knows in place of it.
    pub(in crate::client) fn inputs_of_others(&self) -> Result<CreationInputs, &'static str> {
        let wanted = self.wanted;
        let unknown = [
            (wanted.app_id_exclude.is_some(), "appidExclude"),
            (wanted.large_blob.is_some(), "largeBlob"),
            (wanted.pin_complexity_policy, "pinComplexityPolicy"),
            (wanted.payment, "payment"),
        ];
        if let Some((_, name)) = unknown.into_iter().find(|(asked, _)| *asked) {
            return Err(name);
        }
        let has = |id: &str| self.info.extensions.iter().any(|offered| offered == id);
        Ok(CreationInputs {
            protection: wanted.protection.map(|protection| protection.level).filter(|_| has(cred_protect::ID)),
            blob: wanted.cred_blob.clone().filter(|_| has(CRED_BLOB)),
            hmac_secret: wanted.prf.is_some() && has(HMAC_SECRET),
            min_pin_length: wanted.min_pin_length && has(MIN_PIN_LENGTH),
        })
    }
}

impl Use<'_> {
    /// What the options want of the authenticator, where the credential `id` will answer, if that is known; the first
    /// extension that no other program knows in place of it.
    pub(in crate::client) fn inputs_of_others(&self, id: Option<&[u8]>) -> Result<RequestInputs, &'static str> {
        let unknown = [(self.wanted.app_id.is_some(), "appid"), (self.wanted.large_blob.is_some(), "largeBlob")];
        if let Some((_, name)) = unknown.into_iter().find(|(asked, _)| *asked) {
            return Err(name);
        }
        let means = prf::Means::of(self.info).filter(|means| *means != prf::Means::Prf);
        let evaluation = self.wanted.prf.as_ref().and_then(|prf| prf.for_credential(id)).filter(|_| means.is_some());
        Ok(RequestInputs {
            blob: self.wanted.cred_blob && self.info.extensions.iter().any(|offered| offered == CRED_BLOB),
            salts: evaluation.map(prf::Evaluation::salts).unwrap_or_default(),
        })
    }

    /// `clientExtensionResults`; `secrets` are what the salts gave.
    pub(in crate::client) fn results_of_others(&self, answer: &Response, secrets: &[[u8; 32]]) -> Map<String, Value> {
        let outputs = Outputs::of(&answer.auth_data, None);
        let mut results = Map::new();
        if self.wanted.prf.is_some() {
            let named = ["first", "second"].into_iter().zip(secrets);
            let values: Map<String, Value> =
                named.map(|(name, secret)| (name.to_owned(), base64url::encode(secret).into())).collect();
            let prf = if values.is_empty() { json!({}) } else { json!({"results": values}) };
            results.insert("prf".to_owned(), prf);
        }
        if let Some(blob) = outputs.signed(CRED_BLOB).and_then(as_bytes).filter(|_| self.wanted.cred_blob) {
            results.insert("getCredBlob".to_owned(), base64url::encode(blob).into());
        }
        results
    }
}
