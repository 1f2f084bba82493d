//! Wire dialects, one file each.

mod fido_conformance;

use serde_json::Value;

use crate::ceremony::{Ceremony, OptionsRequest};

/// How a kind of relying party wants its ceremonies.
#[derive(Debug)]
pub struct Dialect {
    /// The name in target files.
    pub id: &'static str,
    /// The path of the options endpoint.
    pub options_path: fn(Ceremony) -> &'static str,
    /// The body for it.
    pub options_body: fn(Ceremony, Option<&str>, &OptionsRequest) -> Value,
    /// The options, as WebAuthn's JSON, from an accepted answer.
    pub options: fn(Value) -> Result<Value, String>,
    /// The path of the result endpoint.
    pub result_path: fn(Ceremony) -> &'static str,
    /// The body for it, from the client's JSON.
    pub result_body: fn(&Value) -> Value,
    /// What a 2xx answer says: yes, no, or nothing that the dialect knows.
    pub says: fn(&Value) -> Says,
}

/// What the body of a 2xx answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Yes.
    Yes,
    /// No, for all that the status was 2xx.
    No,
    /// Nothing that the dialect knows.
    Nothing,
}

/// Every dialect, sorted by id.
pub(super) const ALL: &[&Dialect] = &[&fido_conformance::DIALECT];

impl Dialect {
    /// The dialect called `id`.
    pub fn find(id: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|dialect| dialect.id == id)
    }
}
