//! Attestation certificates: reading them, what packed attestation asks of them, and the way to a trust anchor.

mod packed_requirements;
mod trust;
mod x509;

pub(crate) use packed_requirements::{verify_aaguid_extension, verify_packed_requirements};
pub(crate) use trust::lead_to_anchor;
pub(crate) use x509::Certificate;
