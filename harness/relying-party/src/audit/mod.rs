//! What happened, who did it, how and when.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock::Timestamp;

/// The newest entries are kept, this many.
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
#[derive(Debug, Default)]
pub(crate) struct Audit(std::collections::VecDeque<Entry>);

impl Audit {
    pub(crate) fn log(&mut self, at: Timestamp, event: &str, username: &str, by: By<'_>, details: Value) {
        if self.0.len() == CAPACITY {
            self.0.pop_front();
        }
        let details = match details {
            Value::Object(details) => details,
            _ => Map::new(),
        };
        let (actor, method) = (by.actor.to_owned(), by.method.to_owned());
        self.0.push_back(Entry { at, event: event.to_owned(), username: username.to_owned(), actor, method, details });
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }
}
