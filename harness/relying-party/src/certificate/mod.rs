//! Attestation certificates: reading them, what each format asks of them, and the way to a trust anchor.

mod android_key_description;
mod apple_nonce;
mod basic_constraints;
mod critical_policies;
mod packed_requirements;
mod tpm_requirements;
mod trust;
mod x509;

pub(crate) use android_key_description::{AuthorizationList, KeyDescription};
pub(crate) use apple_nonce::apple_nonce;
pub(crate) use packed_requirements::{verify_aaguid_extension, verify_packed_requirements};
pub(crate) use tpm_requirements::verify_tpm_requirements;
pub(crate) use trust::lead_to_anchor;
pub(crate) use x509::Certificate;
