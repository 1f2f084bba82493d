//! Fingerprints that are enrolled.

use alloc::string::String;
use alloc::vec::Vec;

/// Templates that there is room for, as in a YubiKey Bio.
pub const MAX_FINGERPRINTS: usize = 5;

/// One finger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The template's id.
    pub id: Vec<u8>,
    /// A name for people.
    pub name: Option<String>,
}
