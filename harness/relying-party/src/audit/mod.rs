//! What happened, who did it, how and when.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock::Timestamp;

/// Entries that there is room for.
const CAPACITY: usize = 10_000;

/// One line of the audit log.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    /// When.
    pub(crate) at: Timestamp,
    /// What, in snake_case.
    pub(crate) event: String,
    /// The account that it is about.
    pub(crate) username: String,
    /// Who did it: an account, `administrator`, or `somebody` where nobody was signed in.
    pub(crate) actor: String,
    /// How: `webauthn`, `access_pass`, a recovery method, `admin_api`, `scim`.
    pub(crate) method: String,
    /// What else there is to know.
    pub(crate) details: Map<String, Value>,
}

/// Who did something, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct By<'a> {
    pub(crate) actor: &'a str,
    pub(crate) method: &'a str,
}

impl By<'static> {
    /// The administrator, through the admin API.
    pub(crate) const ADMIN: Self = Self { actor: "administrator", method: "admin_api" };
    /// The relying party upstream, through provisioning.
    pub(crate) const UPSTREAM: Self = Self { actor: "upstream", method: "scim" };
}

/// Who acts besides accounts: no account may have such a name.
pub(crate) const NO_ACCOUNTS: [&str; 4] = ["administrator", "rotation", "somebody", "upstream"];

impl<'a> By<'a> {
    /// An account, with its authenticator.
    pub(crate) const fn webauthn(actor: &'a str) -> Self {
        Self { actor, method: "webauthn" }
    }
}

/// The audit log, oldest first.
#[derive(Debug)]
pub(crate) struct Audit {
    entries: VecDeque<Entry>,
    retained: Option<Retained>,
    lost: u64,
}

/// What a policy wants to be kept.
#[derive(Clone, Debug)]
pub(crate) struct Retained {
    /// The event.
    pub(crate) event: String,
    /// For how long.
    pub(crate) span: Duration,
}

impl Audit {
    pub(crate) const fn new(retained: Option<Retained>) -> Self {
        Self { entries: VecDeque::new(), retained, lost: 0 }
    }

    pub(crate) fn log(&mut self, at: Timestamp, event: &str, username: &str, by: By<'_>, details: Value) {
        if self.entries.len() == CAPACITY {
            self.make_room(at);
        }
        let details = match details {
            Value::Object(details) => details,
            _ => Map::new(),
        };
        let (event, username) = (event.to_owned(), username.to_owned());
        let (actor, method) = (by.actor.to_owned(), by.method.to_owned());
        self.entries.push_back(Entry { at, event, username, actor, method, details });
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// How many entries had to give way although they were to be kept.
    pub(crate) const fn lost(&self) -> u64 {
        self.lost
    }

    fn make_room(&mut self, now: Timestamp) {
        let dispensable = self.entries.iter().position(|entry| !self.is_retained(entry, now));
        self.lost += u64::from(dispensable.is_none());
        self.entries.remove(dispensable.unwrap_or(0));
    }

    fn is_retained(&self, entry: &Entry, now: Timestamp) -> bool {
        let until = |retained: &Retained| entry.at.after(retained.span);
        self.retained.as_ref().is_some_and(|retained| retained.event == entry.event && now < until(retained))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn audit() -> Audit {
        Audit::new(Some(Retained { event: "passkey_reset".to_owned(), span: 365 * DAY }))
    }

    fn log(audit: &mut Audit, days: u32, event: &str) {
        audit.log(Timestamp::default().after(days * DAY), event, "alice", By::ADMIN, Value::Null);
    }

    fn count(audit: &Audit, event: &str) -> usize {
        audit.entries().filter(|entry| entry.event == event).count()
    }

    #[test]
    fn what_is_to_be_kept_gives_way_last_and_is_counted() {
        let mut audit = audit();
        log(&mut audit, 0, "passkey_reset");
        for _ in 0..2 * CAPACITY {
            log(&mut audit, 364, "signed_in");
        }
        assert_eq!((audit.entries().count(), count(&audit, "passkey_reset"), audit.lost()), (CAPACITY, 1, 0));
        for _ in 0..CAPACITY {
            log(&mut audit, 364, "passkey_reset");
        }
        assert_eq!((audit.entries().count(), count(&audit, "passkey_reset"), audit.lost()), (CAPACITY, CAPACITY, 1));
    }

    #[test]
    fn what_was_kept_long_enough_gives_way_like_anything_else() {
        let mut audit = audit();
        log(&mut audit, 0, "passkey_reset");
        for _ in 0..CAPACITY {
            log(&mut audit, 365, "signed_in");
        }
        assert_eq!((audit.entries().count(), count(&audit, "passkey_reset"), audit.lost()), (CAPACITY, 0, 0));
    }
}
