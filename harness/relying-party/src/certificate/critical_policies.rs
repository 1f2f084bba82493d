//! Leaves whose certificate policies are critical, as Microsoft's are for every TPM.
//!
//! rustls-webpki refuses the extension where it is critical and passes over it where it is not. Nobody here asks for a
//! policy, so both are to pass (RFC 5280 §6.1.1: any policy, and none required). It is shown the leaf with the one byte
//! changed that says "critical", and each signature is verified over the bytes as they came.

use std::borrow::Cow;

use const_oid::ObjectIdentifier;
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

use super::Certificate;

const CERTIFICATE_POLICIES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32");
/// How an extension with [`CERTIFICATE_POLICIES`] begins that is critical: the identifier, then a boolean.
const CRITICAL: &[u8] = &[0x06, 3, 0x55, 0x1d, 32, 0x01, 1, 0xff];

/// A leaf as it came, and as rustls-webpki reads it.
pub(super) struct Leaf<'a> {
    original: &'a [u8],
    readable: Cow<'a, [u8]>,
}

impl<'a> Leaf<'a> {
    pub(super) fn new(original: &'a [u8]) -> Self {
        let readable = match critical_byte(original) {
            None => Cow::Borrowed(original),
            Some(at) => {
                let mut changed = original.to_vec();
                changed[at] = 0;
                Cow::Owned(changed)
            }
        };
        Self { original, readable }
    }

    pub(super) fn readable(&self) -> &[u8] {
        &self.readable
    }

    /// Every algorithm of rustls-webpki's, verifying over the bytes as they came.
    pub(super) fn algorithms(&self) -> Vec<Restoring<'_>> {
        let restoring = |algorithm: &&'static _| Restoring { leaf: self, algorithm: *algorithm };
        webpki::ALL_VERIFICATION_ALGS.iter().map(restoring).collect()
    }

    fn restored<'b>(&'b self, message: &'b [u8]) -> &'b [u8] {
        let part = self.readable.windows(message.len().max(1)).position(|part| part == message);
        part.and_then(|start| self.original.get(start..start + message.len())).unwrap_or(message)
    }
}

/// Where the leaf says that its policies are critical, if that is beyond doubt.
fn critical_byte(leaf: &[u8]) -> Option<usize> {
    let certificate = Certificate::read(leaf)?;
    if !certificate.extensions(CERTIFICATE_POLICIES).any(|extension| extension.critical) {
        return None;
    }
    let mut found = leaf.windows(CRITICAL.len()).enumerate().filter(|(_, part)| *part == CRITICAL);
    let (start, _) = found.next()?;
    found.next().is_none().then_some(start + CRITICAL.len() - 1)
}

/// A signature algorithm that is given what the leaf's issuer signed.
pub(super) struct Restoring<'a> {
    leaf: &'a Leaf<'a>,
    algorithm: &'static dyn SignatureVerificationAlgorithm,
}

impl SignatureVerificationAlgorithm for Restoring<'_> {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        self.algorithm.verify_signature(public_key, self.leaf.restored(message), signature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_alg_id()
    }
}

impl std::fmt::Debug for Restoring<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.algorithm.fmt(f)
    }
}
