//! What an authenticator remembers through a power cut, in plain ordered maps.

mod configuration;
mod credential;
mod edit;
mod fingerprint;
mod record;
mod snapshot;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use keyrig_ctap::message::large_blobs::INITIAL;
use keyrig_ctap::profile::{Backup, Profile};
use zeroize::Zeroizing;

pub use configuration::Configuration;
pub(crate) use credential::kept;
pub use credential::{CredentialSource, LargeBlob, Protection};
pub use edit::{Change, Edit};
pub use fingerprint::Fingerprint;
pub use record::{FORMAT, Part};
pub use snapshot::NotASnapshot;

/// PIN retries after a correct PIN (CTAP 2.3 §6.5.2: at most 8).
pub const MAX_PIN_RETRIES: u8 = 8;

/// Built-in verification retries after a correct one (CTAP 2.3 §6.5.2 leaves the number to the maker).
pub const MAX_UV_RETRIES: u8 = 3;

/// Everything that has to outlive a power cut.
///
/// Signature counters are persisted ahead in steps, so that a signature seldom waits for a store; after a power cut they
/// go on from what was persisted ([`State::power_up`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The id of the profile that it is of.
    profile: String,
    pub(crate) pin: Option<Pin>,
    pub(crate) pin_retries: u8,
    pub(crate) uv_retries: u8,
    pub(crate) force_pin_change: bool,
    pub(crate) config: Configuration,
    /// Of new credentials.
    pub(crate) backup: Backup,
    /// Places for discoverable credentials that take none any more.
    pub(crate) worn_out: u32,
    /// The counter of the whole authenticator.
    pub(crate) sign_count: Count,
    /// Of the device, if anybody has asked for it yet; it stays through resets.
    pub(crate) serial_number: Option<[u8; 8]>,
    /// If anybody has asked for it since the PIN changed.
    pub(crate) persistent_token: Option<PersistentToken>,
    /// What is behind `encIdentifier`, if anybody has asked for it since the last reset.
    pub(crate) identifier: Option<[u8; 16]>,
    /// Built-in verifications since the PIN was entered last.
    pub(crate) uv_count: u64,
    /// In the order of their enrolment.
    fingerprints: Vec<Fingerprint>,
    large_blobs: Vec<u8>,
    /// Changes of what discoverable credentials there are.
    discoverable_changes: u64,
    created: u64,
    /// Boxed, as a leaf of the map has room for eleven.
    credentials: BTreeMap<Box<[u8]>, Box<Stored>>,
    /// Place in the order of creation and id, by RP ID, oldest first.
    discoverable: BTreeMap<String, Vec<(u64, Vec<u8>)>>,
}

/// The persistent `pinUvAuthToken`.
pub type PersistentToken = Zeroizing<[u8; 32]>;

/// A PIN that is set: only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// `LEFT(SHA-256(pin), 16)`.
    pub hash: Zeroizing<[u8; 16]>,
    /// Its length in Unicode code points.
    pub code_points: u8,
}

/// A signature counter: what was told last, and what was persisted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) told: u32,
    pub(crate) persisted: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Stored {
    source: CredentialSource,
    persisted: u32,
}

impl State {
    /// An authenticator as it leaves the factory.
    pub fn new(profile: &Profile) -> Self {
        Self {
            profile: profile.id.clone(),
            pin: None,
            pin_retries: MAX_PIN_RETRIES,
            uv_retries: MAX_UV_RETRIES,
            force_pin_change: profile.get_info.force_pin_change.unwrap_or(false),
            config: Configuration::factory(profile),
            backup: profile.backup,
            worn_out: 0,
            sign_count: Count::default(),
            serial_number: None,
            persistent_token: None,
            identifier: None,
            uv_count: 0,
            discoverable_changes: 0,
            fingerprints: enrolled(profile),
            large_blobs: INITIAL.to_vec(),
            created: 0,
            credentials: BTreeMap::new(),
            discoverable: BTreeMap::new(),
        }
    }

    /// The id of the profile that it is of.
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// Whether a PIN is set.
    pub fn pin_is_set(&self) -> bool {
        self.pin.is_some()
    }

    /// Whether the PIN has to be changed before anything else.
    pub fn pin_must_change(&self) -> bool {
        self.force_pin_change
    }

    /// What authenticatorConfig changes.
    pub fn configuration(&self) -> &Configuration {
        &self.config
    }

    /// Wrong PINs that are left.
    pub fn pin_retries(&self) -> u8 {
        self.pin_retries
    }

    /// Failed built-in verifications that are left.
    pub fn uv_retries(&self) -> u8 {
        self.uv_retries
    }

    /// BE and BS of new credentials.
    pub fn backup(&self) -> Backup {
        self.backup
    }

    /// How often discoverable credentials have come, changed or gone.
    pub(crate) fn discoverable_changes(&self) -> u64 {
        self.discoverable_changes
    }

    /// The fingers that are enrolled, in the order of their enrolment.
    pub fn fingerprints(&self) -> &[Fingerprint] {
        &self.fingerprints
    }

    /// The serialized large-blob array.
    pub fn large_blobs(&self) -> &[u8] {
        &self.large_blobs
    }

    /// The credential with this id.
    pub fn credential(&self, id: &[u8]) -> Option<&CredentialSource> {
        self.credentials.get(id).map(|stored| &stored.source)
    }

    /// All credentials, by id.
    pub fn credentials(&self) -> impl Iterator<Item = &CredentialSource> {
        self.credentials.values().map(|stored| &stored.source)
    }

    /// The discoverable credentials of a relying party, newest first.
    pub fn discoverable(&self, rp_id: &str) -> impl Iterator<Item = &CredentialSource> {
        self.discoverable.get(rp_id).into_iter().flatten().rev().filter_map(|(_, id)| self.credential(id))
    }

    /// The RP IDs that have discoverable credentials, sorted.
    pub fn relying_parties(&self) -> impl Iterator<Item = &str> {
        self.discoverable.keys().map(String::as_str)
    }

    /// How many discoverable credentials there are.
    pub fn discoverable_count(&self) -> usize {
        self.discoverable.values().map(Vec::len).sum()
    }

    /// The next place in the order of creation.
    pub(crate) fn next_created(&self) -> u64 {
        self.created
    }

    /// Counters go on from what was persisted.
    pub fn power_up(&mut self) {
        self.sign_count.told = self.sign_count.persisted;
        for stored in self.credentials.values_mut() {
            stored.source.sign_count = stored.persisted;
        }
    }

    /// Sets the signature counter of a credential; true if it has outrun what was persisted.
    pub(crate) fn tell_sign_count(&mut self, id: &[u8], told: u32) -> bool {
        match self.credentials.get_mut(id) {
            Some(stored) => {
                stored.source.sign_count = told;
                told > stored.persisted
            }
            None => false,
        }
    }
}

/// A product that leaves the factory with `bioEnroll: true` has a finger already.
fn enrolled(profile: &Profile) -> Vec<Fingerprint> {
    let has_one = profile.get_info.option("bioEnroll") == Some(true);
    has_one.then(|| Fingerprint { id: Vec::from([0, 0]), name: None }).into_iter().collect()
}
