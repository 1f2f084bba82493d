//! The extensions of a registration.

use keyrig_ctap::cbor::Value as Cbor;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::make_credential::Response;
use serde_json::{Map, Value, json};

use super::outputs::{Outputs, as_bool};
use super::prf::{self, PrfInputs};
use super::{Protection, Support, cred_protect, input, large_blob, payment};
use crate::client::random::Random;
use crate::client::{ClientError, Link, Stop};

const CRED_BLOB: &str = "credBlob";
const MIN_PIN_LENGTH: &str = "minPinLength";
const PIN_COMPLEXITY_POLICY: &str = "pinComplexityPolicy";

/// `extensions` in the options of a registration. Those that this client does not know are passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreationExtensions {
    /// `appidExclude` (WebAuthn L3 §10.1.2).
    pub app_id_exclude: Option<String>,
    /// `credProps` (WebAuthn L3 §10.1.3).
    pub cred_props: bool,
    /// `prf` (WebAuthn L3 §10.1.4).
    pub prf: Option<PrfInputs>,
    /// `largeBlob` (WebAuthn L3 §10.1.5).
    pub large_blob: Option<Support>,
    /// `credentialProtectionPolicy` and `enforceCredentialProtectionPolicy` (CTAP 2.3 §12.1).
    pub protection: Option<Protection>,
    /// `credBlob` (CTAP 2.3 §12.2).
    pub cred_blob: Option<Vec<u8>>,
    /// `minPinLength` (CTAP 2.3 §12.5).
    pub min_pin_length: bool,
    /// `pinComplexityPolicy` (CTAP 2.3 §12.6).
    pub pin_complexity_policy: bool,
    /// `payment.isPayment` (CTAP 2.3 §12.9).
    pub payment: bool,
}

impl CreationExtensions {
    /// Reads `extensions` of the options of a registration.
    ///
    /// # Errors
    ///
    /// `TypeError` names the member that is of another type; `NotSupportedError` a member of the other ceremony.
    pub fn from_json(options: &Value) -> Result<Self, ClientError> {
        if input::object(options, "extensions")?.is_none() {
            return Ok(Self::default());
        }
        let extensions = &options["extensions"];
        if input::text(extensions, "appid")?.is_some() {
            return Err(ClientError::not_supported("appid has no place in a registration"));
        }
        let is_set = |name| Ok::<_, ClientError>(input::flag(extensions, name)? == Some(true));
        Ok(Self {
            app_id_exclude: input::text(extensions, "appidExclude")?.map(str::to_owned),
            cred_props: is_set("credProps")?,
            prf: PrfInputs::at_creation(extensions)?,
            large_blob: Support::from_json(extensions)?,
            protection: Protection::from_json(extensions)?,
            cred_blob: input::bytes(extensions, CRED_BLOB)?,
            min_pin_length: is_set(MIN_PIN_LENGTH)?,
            pin_complexity_policy: is_set(PIN_COMPLEXITY_POLICY)?,
            payment: payment::at_creation(extensions, options)?,
        })
    }
}

/// The extensions of one registration under way.
pub(in crate::client) struct Creation<'a> {
    pub(super) wanted: &'a CreationExtensions,
    pub(super) info: &'a Info,
    discoverable: bool,
    asked: prf::Asked,
}

impl<'a> Creation<'a> {
    /// Begins.
    ///
    /// # Errors
    ///
    /// `NotAllowedError` where the authenticator lacks what the options insist on.
    pub(in crate::client) fn begin(
        wanted: &'a CreationExtensions,
        info: &'a Info,
        discoverable: bool,
    ) -> Result<Self, ClientError> {
        if let Some(protection) = wanted.protection {
            protection.check(info)?;
        }
        let has_room = large_blob::Means::for_new(info, discoverable).is_some();
        if wanted.large_blob == Some(Support::Required) && !has_room {
            return Err(ClientError::not_allowed("the authenticator keeps no large blob for such a credential"));
        }
        Ok(Self { wanted, info, discoverable, asked: prf::Asked::default() })
    }

    /// Whether a result is only to be had with user verification, whatever the options say of it.
    pub(in crate::client) fn needs_verification(&self) -> bool {
        let evaluates = self.wanted.prf.as_ref().is_some_and(|prf| prf.eval.is_some());
        evaluates && prf::Means::of(self.info) == Some(prf::Means::HmacSecret { at_creation: true })
    }

    /// The extension inputs for the authenticator; `None` where there are none.
    pub(in crate::client) fn inputs(
        &mut self,
        verified: bool,
        link: &mut Link<'_>,
        random: &mut Random,
    ) -> Result<Option<Vec<u8>>, Stop> {
        let mut inputs: Vec<(Cbor, Cbor)> = Vec::new();
        let mut put = |id: &str, value: Option<Cbor>| {
            if let Some(value) = value.filter(|_| self.info.extensions.iter().any(|offered| offered == id)) {
                inputs.push((id.into(), value));
            }
        };
        let wanted = self.wanted;
        put(cred_protect::ID, wanted.protection.map(|protection| protection.level.into()));
        put(CRED_BLOB, wanted.cred_blob.clone().map(Cbor::from));
        put(MIN_PIN_LENGTH, wanted.min_pin_length.then_some(true.into()));
        put(PIN_COMPLEXITY_POLICY, wanted.pin_complexity_policy.then_some(true.into()));
        put(payment::ID, wanted.payment.then_some(true.into()));
        if let Some((means, support)) = self.large_blob_means().zip(wanted.large_blob) {
            inputs.push(large_blob::at_creation(means, support));
        }
        if let Some((prf, means)) = wanted.prf.as_ref().zip(prf::Means::of(self.info)) {
            let possible =
                means == prf::Means::Prf || means == prf::Means::HmacSecret { at_creation: true } && verified;
            let evaluation = prf.eval.as_ref().filter(|_| possible);
            inputs.extend(self.asked.at_creation(means, evaluation, (link, self.info, random))?);
        }
        Ok((!inputs.is_empty()).then(|| Cbor::Map(inputs).to_canonical()))
    }

    fn large_blob_means(&self) -> Option<large_blob::Means> {
        large_blob::Means::for_new(self.info, self.discoverable)
    }

    /// `clientExtensionResults`.
    pub(in crate::client) fn results(&self, made: &Response) -> Map<String, Value> {
        let outputs = Outputs::of(&made.auth_data, made.unsigned_extensions.as_deref());
        let mut results = Map::new();
        if self.wanted.app_id_exclude.is_some() {
            results.insert("appidExclude".to_owned(), true.into());
        }
        if self.wanted.cred_props {
            results.insert("credProps".to_owned(), json!({"rk": self.discoverable}));
        }
        if self.wanted.prf.is_some() {
            let mut prf = json!({"enabled": prf::Asked::enabled(&outputs)});
            if let Some(values) = self.asked.results(&outputs) {
                prf["results"] = values;
            }
            results.insert("prf".to_owned(), prf);
        }
        if self.wanted.large_blob.is_some() {
            let key = made.large_blob_key.as_deref();
            let supported = large_blob::is_supported(self.large_blob_means(), key, &outputs);
            results.insert("largeBlob".to_owned(), json!({"supported": supported}));
        }
        if self.wanted.cred_blob.is_some() {
            let kept = outputs.signed(CRED_BLOB).and_then(as_bool) == Some(true);
            results.insert(CRED_BLOB.to_owned(), kept.into());
        }
        results
    }
}
