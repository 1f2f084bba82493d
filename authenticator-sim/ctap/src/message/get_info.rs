//! authenticatorGetInfo (CTAP 2.3 §6.4).

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::Aaguid;
use crate::cbor::{
    DecodeError, Fields, Node, Problem, Value, expect_array, expect_bool, expect_bytes, expect_text, expect_uint,
    parse_canonical,
};
use crate::cose::Algorithm;
use crate::message::PUBLIC_KEY;
use crate::u2f;

/// What an authenticator says of itself. Member numbers stand beside the members.
///
/// In a profile file this is the section `get_info`; `aaguid` comes from the profile itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Info {
    /// 0x01: `FIDO_2_1`, `U2F_V2` and the like.
    pub versions: Vec<String>,
    /// 0x02: extension identifiers.
    #[serde(default)]
    pub extensions: Vec<String>,
    /// 0x03.
    #[serde(skip)]
    pub aaguid: Aaguid,
    /// 0x04: what is absent has the default of the specification.
    #[serde(default)]
    pub options: BTreeMap<String, bool>,
    /// 0x05: bytes; 1024 if absent.
    #[serde(default)]
    pub max_msg_size: Option<u64>,
    /// 0x06: in order of preference.
    #[serde(default)]
    pub pin_uv_auth_protocols: Vec<u64>,
    /// 0x07.
    #[serde(default)]
    pub max_credential_count_in_list: Option<u64>,
    /// 0x08: bytes.
    #[serde(default)]
    pub max_credential_id_length: Option<u64>,
    /// 0x09.
    #[serde(default)]
    pub transports: Vec<String>,
    /// 0x0A: in order of preference.
    #[serde(default)]
    pub algorithms: Vec<Algorithm>,
    /// 0x0B: bytes.
    #[serde(default)]
    pub max_serialized_large_blob_array: Option<u64>,
    /// 0x0C.
    #[serde(default)]
    pub force_pin_change: Option<bool>,
    /// 0x0D: code points; 4 if absent.
    #[serde(default)]
    pub min_pin_length: Option<u64>,
    /// 0x0E.
    #[serde(default)]
    pub firmware_version: Option<u64>,
    /// 0x0F: bytes.
    #[serde(default)]
    pub max_cred_blob_length: Option<u64>,
    /// 0x10.
    #[serde(default)]
    pub max_rp_ids_for_set_min_pin_length: Option<u64>,
    /// 0x11.
    #[serde(default)]
    pub preferred_platform_uv_attempts: Option<u64>,
    /// 0x12: bits of the FIDO registry of user verification methods.
    #[serde(default)]
    pub uv_modality: Option<u64>,
    /// 0x13.
    #[serde(default)]
    pub certifications: BTreeMap<String, u64>,
    /// 0x14.
    #[serde(default)]
    pub remaining_discoverable_credentials: Option<u64>,
    /// 0x15.
    #[serde(default)]
    pub vendor_prototype_config_commands: Option<Vec<u64>>,
    /// 0x16.
    #[serde(default)]
    pub attestation_formats: Vec<String>,
    /// 0x17.
    #[serde(default)]
    pub uv_count_since_last_pin_entry: Option<u64>,
    /// 0x18.
    #[serde(default)]
    pub long_touch_for_reset: Option<bool>,
    /// 0x19: 32 bytes.
    #[serde(skip)]
    pub enc_identifier: Option<Vec<u8>>,
    /// 0x1A.
    #[serde(default)]
    pub transports_for_reset: Vec<String>,
    /// 0x1B.
    #[serde(default)]
    pub pin_complexity_policy: Option<bool>,
    /// 0x1C: the URL; a byte string on the wire.
    #[serde(default)]
    pub pin_complexity_policy_url: Option<String>,
    /// 0x1D: bytes; 63 if absent.
    #[serde(default)]
    pub max_pin_length: Option<u64>,
    /// 0x1E: 32 bytes.
    #[serde(skip)]
    pub enc_cred_store_state: Option<Vec<u8>>,
    /// 0x1F: subcommands of authenticatorConfig.
    #[serde(default)]
    pub authenticator_config_commands: Option<Vec<u64>>,
}

impl Info {
    /// An option's value, where it is told.
    pub fn option(&self, name: &str) -> Option<bool> {
        self.options.get(name).copied()
    }

    /// What is known of an authenticator that speaks U2F and nothing else: it has no getInfo.
    pub fn of_u2f() -> Self {
        Self { versions: Vec::from([u2f::VERSION.to_string()]), ..Self::default() }
    }

    /// Whether U2F messages are understood.
    pub fn speaks_u2f(&self) -> bool {
        self.versions.iter().any(|version| version == u2f::VERSION)
    }

    /// Whether CTAP2 messages are understood: U2F is not the one version that is told.
    pub fn speaks_ctap2(&self) -> bool {
        self.versions != [u2f::VERSION]
    }

    /// The longest message in bytes.
    pub fn max_message_size(&self) -> u64 {
        self.max_msg_size.unwrap_or(1024)
    }

    /// The response map in canonical form; empty lists and maps are left out.
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Members::default();
        map.texts(0x01, &self.versions);
        map.texts(0x02, &self.extensions);
        map.put(0x03, self.aaguid.0.to_vec());
        map.flags(0x04, &self.options);
        map.maybe(0x05, self.max_msg_size);
        map.numbers(0x06, &self.pin_uv_auth_protocols);
        map.maybe(0x07, self.max_credential_count_in_list);
        map.maybe(0x08, self.max_credential_id_length);
        map.texts(0x09, &self.transports);
        map.algorithms(0x0a, &self.algorithms);
        map.maybe(0x0b, self.max_serialized_large_blob_array);
        map.maybe(0x0c, self.force_pin_change);
        map.maybe(0x0d, self.min_pin_length);
        map.maybe(0x0e, self.firmware_version);
        map.maybe(0x0f, self.max_cred_blob_length);
        map.maybe(0x10, self.max_rp_ids_for_set_min_pin_length);
        map.maybe(0x11, self.preferred_platform_uv_attempts);
        map.maybe(0x12, self.uv_modality);
        map.certifications(0x13, &self.certifications);
        map.maybe(0x14, self.remaining_discoverable_credentials);
        map.maybe(0x15, self.vendor_prototype_config_commands.as_deref().map(numbers));
        map.texts(0x16, &self.attestation_formats);
        map.maybe(0x17, self.uv_count_since_last_pin_entry);
        map.maybe(0x18, self.long_touch_for_reset);
        map.maybe(0x19, self.enc_identifier.clone());
        map.texts(0x1a, &self.transports_for_reset);
        map.maybe(0x1b, self.pin_complexity_policy);
        map.maybe(0x1c, self.pin_complexity_policy_url.as_ref().map(|url| url.as_bytes().to_vec()));
        map.maybe(0x1d, self.max_pin_length);
        map.maybe(0x1e, self.enc_cred_store_state.clone());
        map.maybe(0x1f, self.authenticator_config_commands.as_deref().map(numbers));
        Value::Map(map.0).to_canonical()
    }

    /// Reads the response map.
    ///
    /// # Errors
    ///
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let root = parse_canonical(bytes)?;
        let f = Reader(Fields::of(&root, "")?);
        let aaguid = f.0.require(0x03, "aaguid")?;
        Ok(Self {
            versions: f.texts(0x01, "versions")?,
            extensions: f.texts(0x02, "extensions")?,
            aaguid: Aaguid(expect_bytes(aaguid, "aaguid")?.try_into().map_err(|_| DecodeError {
                at: aaguid.span.start,
                field: "aaguid",
                problem: Problem::Length,
            })?),
            options: f.entries(0x04, "options", expect_bool)?,
            max_msg_size: f.number(0x05, "maxMsgSize")?,
            pin_uv_auth_protocols: f.numbers(0x06, "pinUvAuthProtocols")?.unwrap_or_default(),
            max_credential_count_in_list: f.number(0x07, "maxCredentialCountInList")?,
            max_credential_id_length: f.number(0x08, "maxCredentialIdLength")?,
            transports: f.texts(0x09, "transports")?,
            algorithms: f.algorithms(0x0a)?,
            max_serialized_large_blob_array: f.number(0x0b, "maxSerializedLargeBlobArray")?,
            force_pin_change: f.flag(0x0c, "forcePINChange")?,
            min_pin_length: f.number(0x0d, "minPINLength")?,
            firmware_version: f.number(0x0e, "firmwareVersion")?,
            max_cred_blob_length: f.number(0x0f, "maxCredBlobLength")?,
            max_rp_ids_for_set_min_pin_length: f.number(0x10, "maxRPIDsForSetMinPINLength")?,
            preferred_platform_uv_attempts: f.number(0x11, "preferredPlatformUvAttempts")?,
            uv_modality: f.number(0x12, "uvModality")?,
            certifications: f.entries(0x13, "certifications", expect_uint)?,
            remaining_discoverable_credentials: f.number(0x14, "remainingDiscoverableCredentials")?,
            vendor_prototype_config_commands: f.numbers(0x15, "vendorPrototypeConfigCommands")?,
            attestation_formats: f.texts(0x16, "attestationFormats")?,
            uv_count_since_last_pin_entry: f.number(0x17, "uvCountSinceLastPinEntry")?,
            long_touch_for_reset: f.flag(0x18, "longTouchForReset")?,
            enc_identifier: f.0.optional_bytes(0x19, "encIdentifier")?,
            transports_for_reset: f.texts(0x1a, "transportsForReset")?,
            pin_complexity_policy: f.flag(0x1b, "pinComplexityPolicy")?,
            pin_complexity_policy_url: f
                .0
                .optional_bytes(0x1c, "pinComplexityPolicyURL")?
                .map(|url| String::from_utf8_lossy(&url).into_owned()),
            max_pin_length: f.number(0x1d, "maxPINLength")?,
            enc_cred_store_state: f.0.optional_bytes(0x1e, "encCredStoreState")?,
            authenticator_config_commands: f.numbers(0x1f, "authenticatorConfigCommands")?,
        })
    }
}

#[derive(Default)]
struct Members(Vec<(Value, Value)>);

impl Members {
    fn put(&mut self, key: u64, value: impl Into<Value>) {
        self.0.push((Value::Unsigned(key), value.into()));
    }

    fn maybe(&mut self, key: u64, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    fn texts(&mut self, key: u64, texts: &[String]) {
        if !texts.is_empty() {
            self.put(key, Value::Array(texts.iter().map(|text| Value::from(text.as_str())).collect()));
        }
    }

    fn numbers(&mut self, key: u64, list: &[u64]) {
        if !list.is_empty() {
            self.put(key, numbers(list));
        }
    }

    fn flags(&mut self, key: u64, options: &BTreeMap<String, bool>) {
        if !options.is_empty() {
            let entries = options.iter().map(|(name, value)| (Value::from(name.as_str()), Value::Bool(*value)));
            self.put(key, Value::Map(entries.collect()));
        }
    }

    fn certifications(&mut self, key: u64, levels: &BTreeMap<String, u64>) {
        if !levels.is_empty() {
            let entries = levels.iter().map(|(name, level)| (Value::from(name.as_str()), Value::Unsigned(*level)));
            self.put(key, Value::Map(entries.collect()));
        }
    }

    fn algorithms(&mut self, key: u64, algorithms: &[Algorithm]) {
        if !algorithms.is_empty() {
            let entry = |algorithm: &Algorithm| {
                Value::Map(Vec::from([
                    (Value::from("alg"), Value::from(algorithm.0)),
                    (Value::from("type"), Value::from(PUBLIC_KEY)),
                ]))
            };
            self.put(key, Value::Array(algorithms.iter().map(entry).collect()));
        }
    }
}

fn numbers(list: &[u64]) -> Value {
    Value::Array(list.iter().map(|n| Value::Unsigned(*n)).collect())
}

struct Reader<'n, 'a>(Fields<'n, 'a>);

impl Reader<'_, '_> {
    fn number(&self, key: u64, name: &'static str) -> Result<Option<u64>, DecodeError> {
        self.0.uint(key).map(|n| expect_uint(n, name)).transpose()
    }

    fn flag(&self, key: u64, name: &'static str) -> Result<Option<bool>, DecodeError> {
        self.0.uint(key).map(|n| expect_bool(n, name)).transpose()
    }

    fn texts(&self, key: u64, name: &'static str) -> Result<Vec<String>, DecodeError> {
        let Some(node) = self.0.uint(key) else { return Ok(Vec::new()) };
        expect_array(node, name)?.iter().map(|n| expect_text(n, name).map(str::to_string)).collect()
    }

    fn numbers(&self, key: u64, name: &'static str) -> Result<Option<Vec<u64>>, DecodeError> {
        let Some(node) = self.0.uint(key) else { return Ok(None) };
        expect_array(node, name)?.iter().map(|n| expect_uint(n, name)).collect::<Result<_, _>>().map(Some)
    }

    fn entries<T>(
        &self,
        key: u64,
        name: &'static str,
        read: impl Fn(&Node<'_>, &'static str) -> Result<T, DecodeError>,
    ) -> Result<BTreeMap<String, T>, DecodeError> {
        let Some(node) = self.0.uint(key) else { return Ok(BTreeMap::new()) };
        Fields::of(node, name)?
            .entries()
            .iter()
            .map(|(k, v)| Ok((expect_text(k, name)?.to_string(), read(v, name)?)))
            .collect()
    }

    fn algorithms(&self, key: u64) -> Result<Vec<Algorithm>, DecodeError> {
        let Some(node) = self.0.uint(key) else { return Ok(Vec::new()) };
        expect_array(node, "algorithms")?
            .iter()
            .map(|entry| {
                let alg = Fields::of(entry, "algorithms")?.require_text("alg")?;
                let problem = Problem::NotA("an integer");
                let error = DecodeError { at: alg.span.start, field: "alg", problem };
                alg.as_integer().map(Algorithm).ok_or(error)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    /// YubiKey 5 Nano 5.4.3, rebuilt from public libfido2 logs (issues #686 and #800).
    const YUBIKEY_5_4_3: &str = "ac0183665532465f5632684649444f5f325f306c4649444f5f325f315f50524502826b6372656450726f746563746b686d61632d7365637265740350ee882879721c491397753dfcce97072a04a562726bf5627570f564706c6174f469636c69656e7450696ef57563726564656e7469616c4d676d7450726576696577f5051904b00682020107080818800981637573620a82a263616c672664747970656a7075626c69632d6b6579a263616c672764747970656a7075626c69632d6b65790d040e1a00050403";

    #[test]
    fn a_real_key_is_read_and_written_back_byte_for_byte() {
        let bytes: Vec<u8> = (0..YUBIKEY_5_4_3.len() / 2)
            .map(|i| u8::from_str_radix(&YUBIKEY_5_4_3[2 * i..2 * i + 2], 16).unwrap())
            .collect();
        let info = Info::decode(&bytes).unwrap();
        assert_eq!(info.aaguid.to_string(), "ee882879-721c-4913-9775-3dfcce97072a");
        assert_eq!(info.pin_uv_auth_protocols, [2, 1]);
        assert_eq!(info.encode(), bytes);
    }
}
