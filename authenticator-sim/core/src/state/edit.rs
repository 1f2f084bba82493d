//! Changes to the state, as a store has to write them.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use keyrig_ctap::message::large_blobs::INITIAL;
use keyrig_ctap::profile::{Backup, Profile};

use super::{
    Configuration, CredentialSource, Fingerprint, MAX_PIN_RETRIES, MAX_UV_RETRIES, PersistentToken, Pin, State, Stored,
};

/// Edits that belong together: a store writes all of them or none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// In the order in which they happened.
    pub edits: Vec<Edit>,
}

/// One edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// A credential is new, or differs from what was stored under its id.
    PutCredential(Box<CredentialSource>),
    /// The credential with this id is gone.
    RemoveCredential(Vec<u8>),
    /// After a power cut the counter goes on from here.
    SignCount {
        /// Of this credential; of the whole authenticator if `None`.
        credential: Option<Vec<u8>>,
        /// Nothing higher has been told when this is persisted.
        up_to: u32,
    },
    /// The PIN is another one.
    Pin(Pin),
    /// Wrong PINs that are left.
    PinRetries(u8),
    /// Failed built-in verifications that are left.
    UvRetries(u8),
    /// Whether the PIN has to be changed before it is of use.
    ForcePinChange(bool),
    /// The settings are others.
    Configuration(Configuration),
    /// The persistent token is another one, or nobody's.
    PersistentToken(Option<PersistentToken>),
    /// What is behind `encIdentifier`.
    Identifier([u8; 16]),
    /// Built-in verifications since the PIN was entered last.
    UvCount(u64),
    /// A finger is enrolled, or has another name.
    PutFingerprint(Fingerprint),
    /// The finger with this template id is none of ours any more.
    RemoveFingerprint(Vec<u8>),
    /// The serialized large-blob array is another one.
    LargeBlobs(Vec<u8>),
    /// The serial number of the device, which never changes afterwards.
    SerialNumber([u8; 8]),
    /// BE and BS of new credentials.
    Backup(Backup),
    /// It is of the profile with this id from now on.
    Profile(String),
    /// This many places for discoverable credentials are worn out.
    WornOut(u32),
    /// It remembers this and nothing else.
    Memory(Box<State>),
    /// Credentials, PIN, fingerprints and large blobs are gone; the counter of the whole authenticator stays.
    Reset {
        /// `forcePINChange` as it leaves the factory.
        force_pin_change: bool,
        /// The settings after a reset.
        config: Configuration,
    },
}

impl Edit {
    /// A reset of an authenticator of `profile`, which has the settings `config` afterwards.
    pub(crate) fn reset(profile: &Profile, config: Configuration) -> Self {
        Self::Reset { force_pin_change: profile.get_info.force_pin_change.unwrap_or(false), config }
    }
}

impl State {
    /// Makes an edit; a store that is read back does the same.
    pub fn apply(&mut self, edit: &Edit) {
        match edit {
            Edit::PutCredential(source) => self.put(source),
            Edit::RemoveCredential(id) => self.remove(id),
            Edit::SignCount { credential: None, up_to } => self.sign_count.persisted = *up_to,
            Edit::SignCount { credential: Some(id), up_to } => {
                if let Some(stored) = self.credentials.get_mut(id.as_slice()) {
                    stored.persisted = *up_to;
                }
            }
            Edit::Pin(pin) => self.pin = Some(pin.clone()),
            Edit::PinRetries(left) => self.pin_retries = *left,
            Edit::UvRetries(left) => self.uv_retries = *left,
            Edit::ForcePinChange(force) => self.force_pin_change = *force,
            Edit::Configuration(config) => self.config = config.clone(),
            Edit::PersistentToken(token) => self.persistent_token = token.clone(),
            Edit::Identifier(identifier) => self.identifier = Some(*identifier),
            Edit::UvCount(count) => self.uv_count = *count,
            Edit::PutFingerprint(finger) => match self.fingerprints.iter_mut().find(|other| other.id == finger.id) {
                Some(known) => known.clone_from(finger),
                None => self.fingerprints.push(finger.clone()),
            },
            Edit::RemoveFingerprint(id) => self.fingerprints.retain(|finger| finger.id != *id),
            Edit::LargeBlobs(serialized) => self.large_blobs = serialized.clone(),
            Edit::SerialNumber(number) => self.serial_number = Some(*number),
            Edit::Backup(backup) => self.backup = *backup,
            Edit::Profile(id) => self.profile.clone_from(id),
            Edit::WornOut(places) => self.worn_out = *places,
            Edit::Memory(state) => self.clone_from(state),
            Edit::Reset { force_pin_change, config } => {
                self.pin = None;
                self.pin_retries = MAX_PIN_RETRIES;
                self.uv_retries = MAX_UV_RETRIES;
                self.force_pin_change = *force_pin_change;
                self.config = config.clone();
                self.persistent_token = None;
                self.identifier = None;
                self.uv_count = 0;
                self.count_change();
                self.fingerprints.clear();
                self.large_blobs = INITIAL.to_vec();
                self.credentials.clear();
                self.discoverable.clear();
            }
        }
    }

    fn put(&mut self, source: &CredentialSource) {
        self.remove(&source.id);
        if source.discoverable {
            self.count_change();
            let ids = self.discoverable.entry(source.rp_id.clone()).or_default();
            let place = ids.partition_point(|(created, id)| (*created, id) <= (source.created, &source.id));
            ids.insert(place, (source.created, source.id.clone()));
        }
        self.created = self.created.max(source.created.saturating_add(1));
        let stored = Stored { source: source.clone(), persisted: source.sign_count };
        self.credentials.insert(source.id.as_slice().into(), Box::new(stored));
    }

    fn remove(&mut self, id: &[u8]) {
        let Some(Stored { source, .. }) = self.credentials.remove(id).map(|stored| *stored) else { return };
        if source.discoverable {
            self.count_change();
        }
        if let Some(ids) = self.discoverable.get_mut(&source.rp_id) {
            ids.retain(|(_, other)| other != id);
            if ids.is_empty() {
                self.discoverable.remove(&source.rp_id);
            }
        }
    }

    fn count_change(&mut self) {
        self.discoverable_changes = self.discoverable_changes.wrapping_add(1);
    }
}
