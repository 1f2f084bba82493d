//! Profiles: what a product can do, as data. The YAML loader is in `keyrig-device`.

mod attestation;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::Aaguid;
use crate::cose::Algorithm;
use crate::message::get_info::Info;

pub use attestation::{
    Attestation, AttestationFormat, AuthorityKey, Bits, CaValidity, Chain, Day, ExtensionValue, LeafAlgorithm,
    LeafSubject, NotADay, Octets, Sends, TpmIdentity,
};

/// One product generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The file's name without its ending.
    pub id: String,
    /// The name on the box.
    pub name: String,
    /// Who makes it.
    pub maker: String,
    /// The AAGUID in the authenticator data.
    pub aaguid: Aaguid,
    /// The firmware generation, for people: `5.7.1`.
    #[serde(default)]
    pub firmware: Option<String>,
    /// Where it sits.
    pub attachment: Attachment,
    /// What the client is told, `usb`, `nfc`, `ble`, `smart-card`, `hybrid`, `internal`; getInfo may say less.
    pub transports: Vec<String>,
    /// How it verifies its user.
    pub user_verification: UserVerification,
    /// BE and BS of a new credential.
    #[serde(default)]
    pub backup: Backup,
    /// How it attests when it is asked to.
    pub attestation: Attestation,
    /// What the signature counter counts.
    pub sign_count: SignCount,
    /// Algorithms it makes keys for, the preferred one first; getInfo may not tell them.
    pub algorithms: Vec<Algorithm>,
    /// Discoverable credentials it has room for.
    pub discoverable_credentials: u32,
    /// Lengths of credential ids in bytes.
    pub credential_id: CredentialIdLengths,
    /// Whether U2F signs with server-side credentials that CTAP2 made; CTAP2 does with what U2F made in any case.
    #[serde(default)]
    pub u2f_uses_ctap2_credentials: bool,
    /// Relying parties that may know `minPINLength` from the factory on.
    #[serde(default)]
    pub min_pin_length_rp_ids: Vec<String>,
    /// What its fingerprint sensor can do; of no matter where no finger can be enrolled.
    #[serde(default)]
    pub fingerprint_sensor: FingerprintSensor,
    /// What getInfo says.
    pub get_info: Info,
    /// Observed deviations, by the names of [`quirk`](crate::quirk).
    #[serde(default)]
    pub quirks: Vec<String>,
    /// Where each claim comes from, by the member it is about.
    pub sources: BTreeMap<String, String>,
}

impl Profile {
    /// Whether it has this quirk, one of [`quirk`](crate::quirk).
    pub fn has_quirk(&self, quirk: &str) -> bool {
        self.quirks.iter().any(|name| name == quirk)
    }
}

/// What an authenticator keeps when it becomes another product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// Everything: a firmware update.
    Everything,
    /// The device's own numbers, which are its global counter and its serial number, and its wear; everything else is as
    /// after a reset: a firmware update that wipes.
    Device,
    /// Nothing: a replacement, which is another device.
    Nothing,
}

/// Where an authenticator sits (WebAuthn L3 §5.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    /// It roams.
    CrossPlatform,
    /// It is part of the client's device.
    Platform,
}

impl Attachment {
    /// The value of `authenticatorAttachment`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CrossPlatform => "cross-platform",
            Self::Platform => "platform",
        }
    }
}

/// How an authenticator verifies its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UserVerification {
    /// By a PIN that the platform passes on.
    ClientPin,
    /// By something of its own: a finger, a face, the screen lock.
    BuiltIn,
    /// By something of its own, and by a PIN where that fails or is not set up.
    BuiltInAndClientPin,
    /// Not at all.
    None,
}

impl UserVerification {
    /// Whether it has something of its own to verify by.
    pub const fn has_built_in(self) -> bool {
        matches!(self, Self::BuiltIn | Self::BuiltInAndClientPin)
    }

    /// Whether it takes a PIN from the platform.
    pub const fn has_client_pin(self) -> bool {
        matches!(self, Self::ClientPin | Self::BuiltInAndClientPin)
    }
}

/// BE and BS of a new credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// Backup eligible.
    pub eligible: bool,
    /// Backup state.
    pub state: bool,
}

/// What the signature counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SignCount {
    /// Nothing: always zero.
    Zero,
    /// Every signature of the device.
    Global,
    /// Every signature of the credential.
    PerCredential,
}

/// The limits of a fingerprint sensor, as in a YubiKey Bio where nothing else is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FingerprintSensor {
    /// Fingers that there is room for.
    pub templates: u32,
    /// Good samples that make a template, at least one.
    pub samples: u32,
    /// Bytes of a finger's name at most.
    pub name_length: u32,
}

impl Default for FingerprintSensor {
    fn default() -> Self {
        Self { templates: 5, samples: 5, name_length: 15 }
    }
}

/// Lengths of credential ids in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CredentialIdLengths {
    /// Of a server-side credential.
    pub server_side: u16,
    /// Of a discoverable credential.
    pub discoverable: u16,
}
