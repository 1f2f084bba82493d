//! Attestation statement formats (WebAuthn L3 §8, CR 2026-05-26), one file each.

mod android_key;
mod apple;
mod compound;
mod fido_u2f;
mod none;
mod packed;
mod signed;
mod tpm;

use super::{Claim, Voucher};
use crate::Refusal;

pub(crate) use compound::strongest;

/// Every format that can be verified, sorted by identifier.
pub const ALL: &[&Format] = &[
    &android_key::FORMAT,
    &apple::FORMAT,
    &compound::FORMAT,
    &fido_u2f::FORMAT,
    &none::FORMAT,
    &packed::FORMAT,
    &tpm::FORMAT,
];

/// An attestation statement format.
#[derive(Debug)]
pub struct Format {
    /// The attestation statement format identifier.
    pub id: &'static str,
    /// Whether what a certificate vouches for includes the authenticator data, and with it the AAGUID. A compound
    /// statement does not tell which member it was.
    pub vouches_for_aaguid: bool,
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
