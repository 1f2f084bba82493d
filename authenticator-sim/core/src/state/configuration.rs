//! What authenticatorConfig changes.

use alloc::string::String;
use alloc::vec::Vec;

use keyrig_ctap::profile::Profile;

/// Code points of a PIN where getInfo says nothing (CTAP 2.3 §6.4, `minPINLength`).
const LEAST_PIN_LENGTH: u64 = 4;

/// The settings of an authenticator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// `alwaysUv`.
    pub always_uv: bool,
    /// `minPINLength`, in code points.
    pub min_pin_length: u64,
    /// Relying parties that may know `minPINLength` and whether there is a complexity policy.
    pub min_pin_length_rp_ids: Vec<String>,
    /// Whether enterprise attestation is enabled.
    pub enterprise_attestation: bool,
    /// `longTouchForReset`.
    pub long_touch_for_reset: bool,
    /// Whether a PIN has to be other than simple.
    pub pin_complexity: bool,
}

impl Configuration {
    /// The settings as `profile` leaves the factory.
    pub fn factory(profile: &Profile) -> Self {
        let info = &profile.get_info;
        Self {
            always_uv: info.option("alwaysUv").unwrap_or(false),
            min_pin_length: info.min_pin_length.unwrap_or(LEAST_PIN_LENGTH),
            min_pin_length_rp_ids: profile.min_pin_length_rp_ids.clone(),
            enterprise_attestation: info.option("ep").unwrap_or(false),
            long_touch_for_reset: info.long_touch_for_reset.unwrap_or(false),
            pin_complexity: info.pin_complexity_policy.unwrap_or(false),
        }
    }

    /// The settings after a reset: as they left the factory, but for enterprise attestation, which a reset ends
    /// (CTAP 2.3 §7.1.3).
    pub(crate) fn after_reset(profile: &Profile) -> Self {
        Self { enterprise_attestation: false, ..Self::factory(profile) }
    }

    /// The settings after an update that makes another product of it: what it can still be set to stays, and no PIN may
    /// be shorter than either product wants it.
    pub(crate) fn carried_to(&self, profile: &Profile) -> Self {
        let (factory, info) = (Self::factory(profile), &profile.get_info);
        Self {
            always_uv: info.option("alwaysUv").is_some() && (self.always_uv || factory.always_uv),
            min_pin_length: self.min_pin_length.max(factory.min_pin_length),
            min_pin_length_rp_ids: self.min_pin_length_rp_ids.clone(),
            enterprise_attestation: info.option("ep").is_some() && self.enterprise_attestation,
            long_touch_for_reset: info.long_touch_for_reset.is_some()
                && (self.long_touch_for_reset || factory.long_touch_for_reset),
            pin_complexity: self.pin_complexity || factory.pin_complexity,
        }
    }
}
