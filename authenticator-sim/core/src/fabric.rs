//! The passkeys of one provider account, which all its devices have.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use keyrig_ctap::profile::Backup;

use crate::Authenticator;
use crate::state::{Change, CredentialSource, Edit};

/// The passkeys of one provider account: what one of its devices makes, renames or deletes, all of them have, rename or
/// lose when they sync next. BE and BS are the account's, each device tells the same ones.
#[derive(Clone, Debug, Default)]
pub struct Fabric {
    /// By id, without what is each device's own.
    passkeys: BTreeMap<Vec<u8>, CredentialSource>,
    /// The ids in the order in which the account has got them, which devices that are new to them keep.
    order: Vec<Vec<u8>>,
    deleted: BTreeSet<Vec<u8>>,
    /// Of passkeys to come, once somebody has said.
    backup: Option<Backup>,
}

/// A device's part in a [`Fabric`]: what it had when it synced last. A new one has nothing yet.
#[derive(Clone, Debug, Default)]
pub struct Member {
    known: BTreeMap<Vec<u8>, CredentialSource>,
}

impl Fabric {
    /// An account without passkeys.
    pub fn new() -> Self {
        Self::default()
    }

    /// The passkeys' ids.
    pub fn ids(&self) -> impl Iterator<Item = &[u8]> {
        self.passkeys.keys().map(Vec::as_slice)
    }

    /// Sets BE and BS of every passkey, and of those to come.
    pub fn set_backup(&mut self, backup: Backup) {
        self.backup = Some(backup);
        self.passkeys.values_mut().for_each(|source| source.backup = backup);
    }

    /// Sets BE and BS of the passkey with this id; false where there is none.
    pub fn set_credential_backup(&mut self, id: &[u8], backup: Backup) -> bool {
        self.passkeys.get_mut(id).map(|source| source.backup = backup).is_some()
    }

    /// Gives the account what the device has done since it synced last, and the device what the others have done. The
    /// change is for the device's store.
    pub fn sync(&mut self, member: &mut Member, device: &mut Authenticator) -> Change {
        self.take(member, device);
        let change = self.give(device);
        member.known = shared(device).map(|source| (source.id.clone(), source)).collect();
        change
    }

    fn take(&mut self, member: &Member, device: &Authenticator) {
        for id in member.known.keys().filter(|id| device.state().credential(id).is_none()) {
            self.passkeys.remove(id);
            self.order.retain(|known| known != id);
            self.deleted.insert(id.clone());
        }
        let mut by_creation: Vec<&CredentialSource> = device.state().credentials().collect();
        by_creation.sort_by_key(|source| source.created);
        for source in by_creation.into_iter().map(shared_of) {
            let (id, before) = (source.id.clone(), member.known.get(&source.id));
            if self.deleted.contains(&id) || before == Some(&source) {
                continue;
            }
            // BE and BS are the account's, other than those of a passkey that is new to it.
            let backup = match self.passkeys.get(&id) {
                Some(known) => known.backup,
                None => {
                    self.order.push(id.clone());
                    self.backup.unwrap_or(source.backup)
                }
            };
            self.passkeys.insert(id, CredentialSource { backup, ..source });
        }
    }

    fn give(&self, device: &mut Authenticator) -> Change {
        let mut edits = Vec::new();
        let state = &device.context.state;
        for id in self.deleted.iter().filter(|id| state.credential(id).is_some()) {
            edits.push(Edit::RemoveCredential(id.clone()));
        }
        if let Some(backup) = self.backup.filter(|backup| *backup != state.backup) {
            edits.push(Edit::Backup(backup));
        }
        let mut created = state.next_created();
        for (id, passkey) in self.order.iter().filter_map(|id| self.passkeys.get_key_value(id)) {
            let (own_count, own_place) = match state.credential(id) {
                Some(own) if shared_of(own) == *passkey => continue,
                Some(own) => (own.sign_count, own.created),
                None => {
                    created += 1;
                    (0, created - 1)
                }
            };
            let source = CredentialSource { sign_count: own_count, created: own_place, ..passkey.clone() };
            edits.push(Edit::PutCredential(Box::new(source)));
        }
        device.apply(edits)
    }
}

/// What a device's passkeys have in common with those of the others.
fn shared(device: &Authenticator) -> impl Iterator<Item = CredentialSource> {
    device.state().credentials().map(shared_of)
}

/// A passkey without what is each device's own: its counter, and its place in the order of creation.
fn shared_of(source: &CredentialSource) -> CredentialSource {
    CredentialSource { sign_count: 0, created: 0, ..source.clone() }
}
