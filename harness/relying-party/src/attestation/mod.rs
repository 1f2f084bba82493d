//! Attestation statement formats (WebAuthn L3 §8, CR 2026-05-26), one file each.

mod fido_u2f;
mod none;
mod packed;
mod statement;

use keyrig_ctap::auth_data::{AttestedCredential, AuthData};
use keyrig_ctap::cose::Algorithm;

use crate::Refusal;
use crate::verify::VerifyingKey;

/// Every format that can be verified, sorted by identifier.
pub const ALL: &[&Format] = &[&fido_u2f::FORMAT, &none::FORMAT, &packed::FORMAT];

/// An attestation statement format.
#[derive(Debug)]
pub struct Format {
    /// The attestation statement format identifier.
    pub id: &'static str,
    procedure: fn(&Claim<'_>) -> Result<Voucher, Refusal>,
}

impl Format {
    /// Runs the format's verification procedure.
    pub(crate) fn verify(&self, claim: &Claim<'_>) -> Result<Voucher, Refusal> {
        (self.procedure)(claim)
    }
}

/// The format with this identifier, compared case-sensitively.
pub fn find(id: &str) -> Option<&'static Format> {
    ALL.iter().find(|format| format.id == id).copied()
}

/// The inputs of a verification procedure, and what was read from them before.
pub(crate) struct Claim<'a> {
    pub(crate) statement: &'a [u8],
    pub(crate) auth_data_bytes: &'a [u8],
    pub(crate) auth_data: &'a AuthData,
    pub(crate) credential: &'a AttestedCredential,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: &'a VerifyingKey,
    pub(crate) client_data_hash: &'a [u8],
}

/// Who vouches for the credential.
pub(crate) enum Voucher {
    /// Nobody.
    Nobody,
    /// The credential key itself.
    CredentialKey,
    /// The key of a certificate; the certificates as they came, the leaf first.
    Certificate(Vec<Vec<u8>>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formats_are_sorted_and_found_by_their_exact_name() {
        assert!(ALL.is_sorted_by_key(|format| format.id));
        assert!(find("packed").is_some());
        assert!(find("Packed").is_none());
    }
}
