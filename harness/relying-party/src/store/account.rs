//! Accounts.

use std::collections::BTreeMap;

use keyrig_ctap::ReasonClass;

use crate::clock::Timestamp;
use crate::denied::Denied;
use crate::entropy::Entropy;

/// Accounts that there is room for.
const CAPACITY: usize = 100_000;

/// Somebody who may sign in.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) name: String,
    /// Random, so that it tells nothing about its owner (WebAuthn L3 §5.4.3).
    pub(crate) user_handle: Vec<u8>,
    pub(crate) display_name: Option<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) manager: Option<String>,
    pub(crate) disabled: bool,
    /// No tier-0 action before then.
    pub(crate) cooldown_until: Option<Timestamp>,
}

impl Account {
    fn new(name: &str, groups: Vec<String>, manager: Option<String>, entropy: &Entropy) -> Self {
        Self {
            name: name.to_owned(),
            user_handle: entropy.bytes::<32>().to_vec(),
            display_name: None,
            groups,
            manager,
            disabled: false,
            cooldown_until: None,
        }
    }
}

/// All accounts by name.
#[derive(Debug)]
pub(crate) struct Accounts {
    by_name: BTreeMap<String, Account>,
    newcomers: Vec<String>,
}

impl Accounts {
    pub(crate) const fn new(newcomers: Vec<String>) -> Self {
        Self { by_name: BTreeMap::new(), newcomers }
    }

    /// Creates an account, or finds the one of that name and leaves it alone.
    pub(crate) fn create(
        &mut self,
        name: &str,
        groups: Vec<String>,
        manager: Option<String>,
        entropy: &Entropy,
    ) -> &mut Account {
        self.by_name.entry(name.to_owned()).or_insert_with(|| Account::new(name, groups, manager, entropy))
    }

    /// The account of that name, or one for a newcomer, which is not kept before somebody admits it.
    pub(crate) fn find_or_prepare(&self, name: &str, entropy: &Entropy) -> Account {
        let newcomer = || Account::new(name, self.newcomers.clone(), None, entropy);
        self.get(name).cloned().unwrap_or_else(newcomer)
    }

    /// Keeps an account, unless there is one of that name.
    pub(crate) fn admit(&mut self, account: Account) -> &mut Account {
        self.by_name.entry(account.name.clone()).or_insert(account)
    }

    /// Refuses where there is no account of that name, and no room for one.
    pub(crate) fn expect_room(&self, name: &str) -> Result<(), Denied> {
        if self.by_name.len() < CAPACITY || self.by_name.contains_key(name) {
            return Ok(());
        }
        let message =
            format!("{CAPACITY} accounts are all there is room for: start the relying party anew to make some");
        Err(Denied::new(503, ReasonClass::UserUnknown, "accounts_full", message))
    }

    pub(crate) fn newcomers(&self) -> &[String] {
        &self.newcomers
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Account> {
        self.by_name.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Account> {
        self.by_name.get_mut(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Account> {
        self.by_name.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_so_many_accounts_and_those_that_are_there_stay() {
        let entropy = Entropy::new(Some([1; 32]));
        let mut accounts = Accounts::new(Vec::new());
        for number in 0..CAPACITY {
            assert!(accounts.expect_room(&number.to_string()).is_ok());
            accounts.create(&number.to_string(), Vec::new(), None, &entropy);
        }
        assert!(accounts.expect_room("0").is_ok());
        let denied = accounts.expect_room("one more").expect_err("there is no room");
        assert_eq!((denied.status(), denied.reason()), (503, "accounts_full"));
    }
}
