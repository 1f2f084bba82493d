//! What an AAGUID really is, and what it is often mistaken for.

use crate::Aaguid;

/// What kind of thing carries an AAGUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A roaming security key.
    SecurityKey,
    /// Part of a computer or phone; its credentials stay there.
    Platform,
    /// A provider whose credentials are synchronised.
    Provider,
}

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The AAGUID.
    pub aaguid: Aaguid,
    /// What it is.
    pub name: &'static str,
    /// What kind of thing.
    pub kind: Kind,
    /// What public lists call it by mistake.
    pub mistaken_for: &'static [&'static str],
    /// The profile that describes it, by id; empty where there is none yet.
    pub profile: &'static str,
    /// Where the name comes from.
    pub source: &'static str,
}

/// Every entry, sorted by AAGUID.
pub const ALL: &[Entry] = &[];

/// The entry of `aaguid`.
pub fn find(aaguid: Aaguid) -> Option<&'static Entry> {
    ALL.binary_search_by_key(&aaguid, |entry| entry.aaguid).ok().map(|i| &ALL[i])
}
