//! The signature of an attestation identity key, and the hash in it.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY;
use keyrig_ctap::cose::{Algorithm, PublicKey};

use super::signed;
use crate::Refusal;
use crate::certificate::Certificate;
use crate::verify::Step;

/// Verifies `signature` over `message`. RS1 passes here and nowhere else: the TPMs behind Windows Hello sign with it.
pub(super) fn verify(
    aik: &Certificate,
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
    step: Step,
) -> Result<(), Refusal> {
    if algorithm != Algorithm::RS1 {
        return signed::verify(&signed::certified_key(aik, algorithm, step)?, message, signature, step);
    }
    // RS256 asks the same of a key.
    signed::certified_key(aik, Algorithm::RS256, step)?;
    match aik.public_key(step)? {
        PublicKey::Rsa { n, e } if verifies_rs1(&n, &e, message, signature) => Ok(()),
        _ => Err(signed::invalid(step)),
    }
}

fn verifies_rs1(n: &[u8], e: &[u8], message: &[u8], signature: &[u8]) -> bool {
    PublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, message, signature).is_ok()
}

/// The hash that a signature algorithm employs.
pub(super) fn hash(algorithm: Algorithm) -> Option<&'static digest::Algorithm> {
    match algorithm {
        Algorithm::ES256 | Algorithm::ESP256 | Algorithm::ES256K | Algorithm::RS256 | Algorithm::PS256 => Some(&SHA256),
        Algorithm::ES384 | Algorithm::ESP384 => Some(&SHA384),
        Algorithm::ES512 | Algorithm::ESP512 => Some(&SHA512),
        Algorithm::RS1 => Some(&SHA1_FOR_LEGACY_USE_ONLY),
        _ => None,
    }
}
