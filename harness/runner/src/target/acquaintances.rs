//! The accounts that were registered at a target: what somebody who knows another user knows of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What is known of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Acquaintance {
    /// Its user handle.
    pub(crate) user_handle: Option<Vec<u8>>,
    /// The id of the credential that was registered last.
    pub(crate) credential_id: Option<Vec<u8>>,
}

/// What is known of each account, by name.
#[derive(Debug, Default)]
pub(super) struct Acquaintances(Mutex<BTreeMap<String, Acquaintance>>);

impl Acquaintances {
    pub(super) fn remember(&self, user: &str, acquaintance: Acquaintance) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(user.to_owned(), acquaintance);
    }

    pub(super) fn of(&self, user: &str) -> Option<Acquaintance> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(user).cloned()
    }
}
