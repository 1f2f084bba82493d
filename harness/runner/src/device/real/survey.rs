use keyrig_ctap::Aaguid;
use serde::Serialize;

use super::{RealKey, Slots};
use crate::device::Device as _;

/// What a key says of itself and of its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Survey {
    /// Where it is.
    pub place: String,
    /// What it is called there.
    pub product: String,
    /// `firmwareVersion` of getInfo, whose meaning is the maker's.
    pub firmware_version: Option<u64>,
    /// The device version that CTAPHID tells, whose meaning is the maker's.
    pub device_version: Option<String>,
    /// Its AAGUID; U2F has none.
    pub aaguid: Option<Aaguid>,
    /// `versions` of getInfo, or the one of `U2F_VERSION`.
    pub versions: Vec<String>,
    /// How it is reached, as far as it tells.
    pub transports: Vec<String>,
    /// Its PIN.
    pub pin: PinState,
    /// Whether it verifies its user by itself; `None` where it cannot.
    pub built_in_verification: Option<bool>,
    /// Whether it verifies its user each time.
    pub always_verifies: bool,
    /// Whether enterprise attestation is turned on; `None` where it has none.
    pub enterprise_attestation: Option<bool>,
    /// Discoverable credentials.
    pub credentials: Slots,
}

/// The PIN of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PinState {
    /// Whether there is one; `None` where it takes none.
    pub set: Option<bool>,
    /// Tries that are left.
    pub retries: Option<u64>,
    /// The fewest code points that a new one has.
    pub min_length: u64,
    /// Whether it has to be changed before anything else.
    pub must_change: bool,
}

impl RealKey {
    /// Asks what it is and how it is. With its PIN it tells more of its credentials.
    pub fn survey(&mut self) -> Survey {
        let set = self.info.option("clientPin");
        let retries = if set == Some(true) { self.pin_retries() } else { None };
        let credentials = self.slots();
        let (description, aaguid) = (self.describe(), self.aaguid());
        let info = self.info();
        Survey {
            place: description.id,
            product: description.name,
            firmware_version: info.firmware_version,
            device_version: self.version().map(|[major, minor, build]| format!("{major}.{minor}.{build}")),
            aaguid,
            versions: info.versions.clone(),
            transports: description.transports,
            pin: PinState {
                set,
                retries,
                min_length: info.min_pin_length.unwrap_or(4),
                must_change: info.force_pin_change == Some(true),
            },
            built_in_verification: info.option("uv"),
            always_verifies: info.option("alwaysUv") == Some(true),
            enterprise_attestation: info.option("ep"),
            credentials,
        }
    }
}
