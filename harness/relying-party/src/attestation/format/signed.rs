//! What most formats sign, with whose key, and whether it is the credential's.

use keyrig_ctap::ReasonClass;
use keyrig_ctap::cose::{Algorithm, PublicKey};

use super::Claim;
use crate::Refusal;
use crate::certificate::Certificate;
use crate::verify::{Step, VerifyingKey};

/// The concatenation of authenticator data and client data hash.
pub(super) fn message(claim: &Claim<'_>) -> Vec<u8> {
    [claim.auth_data_bytes, claim.client_data_hash].concat()
}

/// The certificate's key, good for `algorithm`.
pub(super) fn certified_key(leaf: &Certificate, algorithm: Algorithm, step: Step) -> Result<VerifyingKey, Refusal> {
    VerifyingKey::new(&leaf.public_key(step)?, algorithm).map_err(|problem| {
        let message = format!("the certificate's key cannot make the signature: {}", problem.message);
        Refusal::new(ReasonClass::AttestationSignature, "attestation_key_unfit", message, step)
    })
}

pub(super) fn verify(key: &VerifyingKey, message: &[u8], signature: &[u8], step: Step) -> Result<(), Refusal> {
    if key.verifies(message, signature) {
        return Ok(());
    }
    Err(invalid(step))
}

pub(super) fn invalid(step: Step) -> Refusal {
    let message = "the attestation signature does not verify";
    Refusal::new(ReasonClass::AttestationSignature, "attestation_signature_invalid", message, step)
}

/// The certificate is for the credential's own key.
pub(super) fn verify_certifies_credential_key(
    claim: &Claim<'_>,
    leaf: &Certificate,
    step: Step,
) -> Result<(), Refusal> {
    if is_credential_key(claim, &leaf.public_key(step)?) {
        return Ok(());
    }
    let message = "the certificate is not for the credential public key";
    Err(Refusal::new(ReasonClass::AttestationCertificate, "certificate_key_differs", message, step))
}

pub(super) fn is_credential_key(claim: &Claim<'_>, key: &PublicKey) -> bool {
    claim.credential.public_key.public_key().is_ok_and(|credential| credential == *key)
}
