//! Everything a relying party remembers, in memory.

mod account;
mod credential;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::audit::{Audit, Retained};
use crate::config::Config;
use crate::entropy::Entropy;
use crate::policy::Policy;
use crate::recovery::Recoveries;
use crate::rotation::Downstreams;
use crate::session::Sessions;

pub(crate) use account::{Account, Accounts};
pub(crate) use credential::{Credential, Credentials, Provenance};

/// Everything a relying party remembers.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) accounts: Accounts,
    pub(crate) credentials: Credentials,
    pub(crate) sessions: Sessions,
    pub(crate) recoveries: Recoveries,
    pub(crate) downstreams: Downstreams,
    pub(crate) audit: Audit,
}

impl State {
    pub(crate) fn new(config: &Config, entropy: &Entropy) -> Self {
        let mut accounts = Accounts::new(config.users.newcomers.clone());
        for user in &config.users.users {
            accounts.create(&user.name, user.groups.clone(), user.manager.clone(), entropy);
        }
        Self {
            accounts,
            credentials: Credentials::default(),
            sessions: Sessions::default(),
            recoveries: Recoveries::default(),
            downstreams: Downstreams::default(),
            audit: Audit::new(retained(&config.policy)),
        }
    }
}

/// What the policy wants to be kept of the audit log.
fn retained(policy: &Policy) -> Option<Retained> {
    let recovery = policy.recovery();
    let span = Duration::from_secs(86_400).saturating_mul(recovery.retain_days?);
    Some(Retained { event: recovery.audit_name?.to_owned(), span })
}

/// A map that forgets its least recently written entry when it is full, so that strangers cannot fill the memory.
#[derive(Debug)]
pub(crate) struct Bounded<V> {
    capacity: usize,
    writes: u64,
    entries: BTreeMap<String, (u64, V)>,
    by_age: BTreeMap<u64, String>,
}

impl<V> Bounded<V> {
    pub(crate) const fn new(capacity: usize) -> Self {
        Self { capacity, writes: 0, entries: BTreeMap::new(), by_age: BTreeMap::new() }
    }

    pub(crate) fn insert(&mut self, key: &str, value: V) {
        self.remove(key);
        if self.entries.len() >= self.capacity
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.entries.remove(&oldest);
        }
        self.writes += 1;
        self.by_age.insert(self.writes, key.to_owned());
        self.entries.insert(key.to_owned(), (self.writes, value));
    }

    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        self.entries.get(key).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        let (age, value) = self.entries.remove(key)?;
        self.by_age.remove(&age);
        Some(value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.entries.iter().map(|(key, (_, value))| (key.as_str(), value))
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&V) -> bool) {
        self.entries.retain(|_, (age, value)| {
            let keep = keep(value);
            if !keep {
                self.by_age.remove(age);
            }
            keep
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_map_forgets_what_was_written_first() {
        let mut map = Bounded::new(2);
        for (key, value) in [("a", 1), ("b", 2), ("a", 3), ("c", 4)] {
            map.insert(key, value);
        }
        assert_eq!((map.get("a"), map.get("b"), map.get("c")), (Some(&3), None, Some(&4)));
        map.retain(|value| *value == 4);
        map.insert("d", 5);
        assert_eq!((map.get("a"), map.get("c"), map.get("d")), (None, Some(&4), Some(&5)));
    }
}
