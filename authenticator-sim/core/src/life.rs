//! What happens to an authenticator over the years, other than by its user: updates, copies, wear, lock-out.
//!
//! Each change is made at once, and is for the store.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use keyrig_ctap::profile::{Backup, Keep, Profile};
use zeroize::Zeroizing;

use crate::Authenticator;
use crate::product::Product;
use crate::state::{Change, Configuration, CredentialSource, Edit, State};

/// A snapshot is of another profile than the authenticator that it is put into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherProfile {
    /// The profile that the snapshot is of.
    pub snapshot: String,
    /// The profile of the authenticator.
    pub authenticator: String,
}

impl fmt::Display for OtherProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the snapshot is of a {}, and this is a {}", self.snapshot, self.authenticator)
    }
}

impl core::error::Error for OtherProfile {}

impl Authenticator {
    /// Makes it a product of `profile`, as an update or a replacement does; it powers up again. A PIN that is too short
    /// there has to be changed; credentials that there is no room for stay, and no more come.
    pub fn upgrade(&mut self, profile: Profile, keep: Keep) -> Change {
        let state = &self.context.state;
        let edits = match keep {
            Keep::Nothing => Vec::from([Edit::Memory(Box::new(State::new(&profile)))]),
            Keep::Device => {
                let reset = Edit::reset(&profile, Configuration::factory(&profile));
                Vec::from([reset, Edit::Backup(profile.backup), Edit::Profile(profile.id.clone())])
            }
            Keep::Everything => {
                let config = state.config.carried_to(&profile);
                let short = state.pin.as_ref().is_some_and(|pin| u64::from(pin.code_points) < config.min_pin_length);
                let force = Edit::ForcePinChange(state.force_pin_change || short);
                let profile_edit = Edit::Profile(profile.id.clone());
                Vec::from([Edit::Configuration(config), force, Edit::Backup(profile.backup), profile_edit])
            }
        };
        let context = &mut self.context;
        context.attester.serve_another();
        Product { profile: context.profile, cut: context.cut } = profile.into();
        let change = self.apply(edits);
        self.power_cycle();
        change
    }

    /// Everything that it remembers, with counters as they were told. It holds private keys.
    pub fn snapshot(&self) -> Zeroizing<Vec<u8>> {
        self.context.state.snapshot()
    }

    /// Remembers what a snapshot has, and nothing else; what was under way is gone. Its counters go on from the snapshot,
    /// and back if they were ahead of it.
    ///
    /// # Errors
    ///
    /// [`OtherProfile`]; nothing has changed then.
    pub fn recall(&mut self, state: State) -> Result<Change, OtherProfile> {
        self.takes(&state)?;
        let change = self.apply(Vec::from([Edit::Memory(Box::new(state))]));
        self.forget_what_is_under_way();
        Ok(change)
    }

    /// Whether [`Authenticator::recall`] would take `state`.
    ///
    /// # Errors
    ///
    /// [`OtherProfile`].
    pub fn takes(&self, state: &State) -> Result<(), OtherProfile> {
        if state.profile() == self.context.profile.id {
            return Ok(());
        }
        Err(OtherProfile { snapshot: state.profile().into(), authenticator: self.context.profile.id.clone() })
    }

    /// Takes over a credential source of another authenticator, as a sync fabric does; it counts as the newest here.
    pub fn import(&mut self, source: CredentialSource) -> Change {
        let created = self.context.state.next_created();
        self.apply(Vec::from([Edit::PutCredential(Box::new(CredentialSource { created, ..source }))]))
    }

    /// Forgets the credential with this id; `None` where there is none.
    pub fn forget(&mut self, id: &[u8]) -> Option<Change> {
        self.context.state.credential(id)?;
        Some(self.apply(Vec::from([Edit::RemoveCredential(id.to_vec())])))
    }

    /// Sets BE and BS of every credential, and of those to come.
    pub fn set_backup(&mut self, backup: Backup) -> Change {
        let sources = self.context.state.credentials().cloned();
        let changed = sources.map(|source| Edit::PutCredential(Box::new(CredentialSource { backup, ..source })));
        let edits = core::iter::once(Edit::Backup(backup)).chain(changed).collect();
        self.apply(edits)
    }

    /// Sets BE and BS of the credential with this id; `None` where there is none.
    pub fn set_credential_backup(&mut self, id: &[u8], backup: Backup) -> Option<Change> {
        let source = self.context.state.credential(id)?.clone();
        Some(self.apply(Vec::from([Edit::PutCredential(Box::new(CredentialSource { backup, ..source }))])))
    }

    /// Wears its storage out until there is room for `room` more discoverable credentials, or gives it back what it had:
    /// it never has more room than its product. Neither a reset nor an update mends it.
    pub fn wear_out(&mut self, room: u32) -> Change {
        let places = self.context.profile.discoverable_credentials;
        let taken = u32::try_from(self.context.state.discoverable_count()).unwrap_or(u32::MAX);
        let worn_out = places.saturating_sub(taken.saturating_add(room));
        self.apply(Vec::from([Edit::WornOut(worn_out)]))
    }

    /// Wipes it as a reset does, and power goes and comes back.
    pub fn wipe(&mut self) -> Change {
        let profile = &self.context.profile;
        let change = self.apply(Vec::from([Edit::reset(profile, Configuration::after_reset(profile))]));
        self.power_cycle();
        change
    }

    /// Locks it as wrong PINs and wrong fingers do, one after the other until none are left: only a reset helps.
    pub fn lock_out(&mut self) -> Change {
        self.apply(Vec::from([Edit::PinRetries(0), Edit::UvRetries(0)]))
    }

    pub(crate) fn apply(&mut self, edits: Vec<Edit>) -> Change {
        edits.iter().for_each(|edit| self.context.state.apply(edit));
        Change { edits }
    }
}
