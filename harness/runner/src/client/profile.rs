//! Client profiles: the habits of one browser or platform, as data.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::HintHabit;
use crate::device::foreign::Speaker;

/// The habits of one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientProfile {
    /// The file's name without its ending.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// What it does with the AAGUID where the options ask for no attestation.
    pub aaguid_under_none: AaguidHabit,
    /// The longest timeout that it grants, in milliseconds, and the one it grants where none is asked for.
    pub longest_timeout_ms: u64,
    /// What it makes of hints that contradict the attachment.
    pub hints: HintHabit,
    /// When it asks for enterprise attestation.
    pub enterprise: EnterpriseHabit,
    /// The RP IDs that its administrator lists: they get enterprise attestation.
    #[serde(default)]
    pub enterprise_rp_ids: Vec<String>,
    /// Who speaks CTAP with the authenticator.
    #[serde(default)]
    pub speaker: Speaker,
    /// Where each claim comes from.
    pub source: String,
}

/// What a client does with the AAGUID where the options ask for no attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AaguidHabit {
    /// It stays.
    Keep,
    /// That of an authenticator reached by USB, NFC or BLE becomes zero; that of the client's own device and of a
    /// phone stays.
    ZeroRoaming,
}

/// What a client does where the options ask for enterprise attestation for an RP ID that its administrator does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnterpriseHabit {
    /// It asks for a plain one.
    Never,
    /// It leaves that to the list in the authenticator.
    ListOfAuthenticator,
}

/// `enterpriseAttestation` 1: the list of RP IDs is in the authenticator (CTAP 2.3 §7.1).
const VENDOR_FACILITATED: u64 = 1;

/// `enterpriseAttestation` 2: the platform has looked at its own list.
const PLATFORM_MANAGED: u64 = 2;

const EMBEDDED: [&str; 4] = [
    include_str!("profiles/chromium-156.yaml"),
    include_str!("profiles/ctap-hid-fido2.yaml"),
    include_str!("profiles/l3.yaml"),
    include_str!("profiles/l3-managed.yaml"),
];

static ALL: LazyLock<Vec<ClientProfile>> = LazyLock::new(|| {
    EMBEDDED.iter().map(|text| serde_saphyr::from_str(text).expect("the embedded client profiles are tested")).collect()
});

impl ClientProfile {
    /// `enterpriseAttestation` for `rp_id`, where the options ask for it.
    pub(super) fn enterprise_attestation(&self, rp_id: &str) -> Option<u64> {
        if self.enterprise_rp_ids.iter().any(|listed| listed == rp_id) {
            return Some(PLATFORM_MANAGED);
        }
        (self.enterprise == EnterpriseHabit::ListOfAuthenticator).then_some(VENDOR_FACILITATED)
    }

    /// Every client profile, sorted by id.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The client profile called `id`.
    pub fn find(id: &str) -> Option<&'static Self> {
        ALL.iter().find(|profile| profile.id == id)
    }

    /// The text of Level 3 and nobody's habits.
    pub fn l3() -> &'static Self {
        Self::find("l3").expect("the embedded client profiles are tested")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_profiles_are_read_and_sorted() {
        let ids: Vec<_> = ClientProfile::all().iter().map(|profile| profile.id.as_str()).collect();
        assert_eq!(ids, ["chromium-156", "ctap-hid-fido2", "l3", "l3-managed"]);
        assert_eq!(ClientProfile::l3().aaguid_under_none, AaguidHabit::Keep);
    }
}
