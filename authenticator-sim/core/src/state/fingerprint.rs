//! Fingerprints that are enrolled.

use alloc::string::String;
use alloc::vec::Vec;

/// One finger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The template's id.
    pub id: Vec<u8>,
    /// A name for people.
    pub name: Option<String>,
}
