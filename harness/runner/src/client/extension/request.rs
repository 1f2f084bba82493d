//! The extensions of an authentication.

use keyrig_ctap::cbor::Value as Cbor;
use keyrig_ctap::message::Descriptor;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::get_assertion::Response;
use keyrig_ctap::message::get_info::Info;
use serde_json::{Map, Value, json};

use super::outputs::{Outputs, as_bytes};
use super::prf::{self, PrfInputs};
use super::{LargeBlobUse, input, large_blob, payment};
use crate::base64url;
use crate::client::random::Random;
use crate::client::user_verification::Token;
use crate::client::{ClientError, Link, Stop};

const CRED_BLOB: &str = "credBlob";
const GET_CRED_BLOB: &str = "getCredBlob";

/// `extensions` in the options of an authentication. Those that this client does not know are passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestExtensions {
    /// `appid` (WebAuthn L3 §10.1.1).
    pub app_id: Option<String>,
    /// `prf` (WebAuthn L3 §10.1.4).
    pub prf: Option<PrfInputs>,
    /// `largeBlob` (WebAuthn L3 §10.1.5), where it asks for something.
    pub large_blob: Option<LargeBlobUse>,
    /// `getCredBlob` (CTAP 2.3 §12.2).
    pub cred_blob: bool,
}

impl RequestExtensions {
    /// Reads `extensions` of the options of an authentication with any credential of `allow`.
    ///
    /// # Errors
    ///
    /// `TypeError` names the member that is of another type; `NotSupportedError` and `SyntaxError` what the text
    /// refuses; `NotAllowedError` a payment.
    pub fn from_json(options: &Value, allow: &[Descriptor]) -> Result<Self, ClientError> {
        if input::object(options, "extensions")?.is_none() {
            return Ok(Self::default());
        }
        let extensions = &options["extensions"];
        if input::text(extensions, "appidExclude")?.is_some() {
            return Err(ClientError::not_supported("appidExclude has no place in an authentication"));
        }
        payment::at_sign_in(extensions)?;
        Ok(Self {
            app_id: input::text(extensions, "appid")?.map(str::to_owned),
            prf: PrfInputs::at_sign_in(extensions, allow)?,
            large_blob: LargeBlobUse::from_json(extensions, allow.len())?,
            cred_blob: input::flag(extensions, GET_CRED_BLOB)? == Some(true),
        })
    }
}

/// The extensions of one authentication under way.
pub(in crate::client) struct Use<'a> {
    pub(super) wanted: &'a RequestExtensions,
    pub(super) info: &'a Info,
    asked: prf::Asked,
}

impl<'a> Use<'a> {
    /// Begins.
    pub(in crate::client) fn begin(wanted: &'a RequestExtensions, info: &'a Info) -> Self {
        Self { wanted, info, asked: prf::Asked::default() }
    }

    /// Whether a result is only to be had with user verification, whatever the options say of it.
    pub(in crate::client) fn needs_verification(&self) -> bool {
        let hmac_secret = matches!(prf::Means::of(self.info), Some(prf::Means::HmacSecret { .. }));
        hmac_secret && self.wanted.prf.as_ref().is_some_and(|prf| prf.eval.is_some() || !prf.by_credential.is_empty())
    }

    /// Whether the inputs depend on which credential will answer.
    pub(in crate::client) fn depends_on_the_credential(&self) -> bool {
        self.wanted.prf.as_ref().is_some_and(|prf| !prf.by_credential.is_empty())
    }

    /// What a token has to permit besides the assertion.
    pub(in crate::client) fn permissions(&self) -> Permissions {
        let writes = matches!(self.wanted.large_blob, Some(LargeBlobUse::Write(_)));
        let to_array = large_blob::Means::of(self.info) == Some(large_blob::Means::Array);
        if writes && to_array { Permissions::LBW } else { Permissions::default() }
    }

    /// The extension inputs for the authenticator, where the credential `id` will answer, if that is known.
    pub(in crate::client) fn inputs(
        &mut self,
        id: Option<&[u8]>,
        verified: bool,
        link: &mut Link<'_>,
        random: &mut Random,
    ) -> Result<Option<Vec<u8>>, Stop> {
        let mut inputs: Vec<(Cbor, Cbor)> = Vec::new();
        if self.wanted.cred_blob && self.info.extensions.iter().any(|offered| offered == CRED_BLOB) {
            inputs.push((CRED_BLOB.into(), true.into()));
        }
        if let Some((means, asked)) = large_blob::Means::of(self.info).zip(self.wanted.large_blob.as_ref()) {
            inputs.push(large_blob::at_sign_in(means, asked));
        }
        let evaluation = self.wanted.prf.as_ref().and_then(|prf| prf.for_credential(id));
        if let Some((means, evaluation)) = prf::Means::of(self.info).zip(evaluation)
            && (verified || means == prf::Means::Prf)
        {
            inputs.push(self.asked.at_sign_in(means, evaluation, (link, self.info, random))?);
        }
        Ok((!inputs.is_empty()).then(|| Cbor::Map(inputs).to_canonical()))
    }

    /// `clientExtensionResults`; large blobs are read and written now. `by_app_id` says that the AppID took the place of
    /// the RP ID.
    pub(in crate::client) fn results(
        &self,
        answer: &Response,
        by_app_id: bool,
        token: Option<&Token>,
        link: &mut Link<'_>,
        random: &mut Random,
    ) -> Result<Map<String, Value>, Stop> {
        let outputs = Outputs::of(&answer.auth_data, answer.unsigned_extensions.as_deref());
        let mut results = Map::new();
        if self.wanted.app_id.is_some() {
            results.insert("appid".to_owned(), by_app_id.into());
        }
        if self.wanted.prf.is_some() {
            let values = self.asked.results(&outputs);
            results.insert("prf".to_owned(), values.map_or_else(|| json!({}), |values| json!({"results": values})));
        }
        if let Some(asked) = &self.wanted.large_blob {
            let key = answer.large_blob_key.as_deref();
            let told = match large_blob::Means::of(self.info) {
                Some(large_blob::Means::Direct) => large_blob::told(asked, &outputs),
                _ => large_blob::through_array(asked, key, token, (link, self.info, random))?,
            };
            results.insert("largeBlob".to_owned(), told);
        }
        if let Some(blob) = outputs.signed(CRED_BLOB).and_then(as_bytes).filter(|_| self.wanted.cred_blob) {
            results.insert(GET_CRED_BLOB.to_owned(), base64url::encode(blob).into());
        }
        Ok(results)
    }
}
