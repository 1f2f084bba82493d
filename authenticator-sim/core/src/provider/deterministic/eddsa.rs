//! Pure EdDSA (RFC 8032).

use alloc::vec::Vec;

use der::Encode;
use der::asn1::{ObjectIdentifier, OctetStringRef};
use keyrig_ctap::cose::{Curve, PublicKey};
use p256::pkcs8::PrivateKeyInfoRef;
use spki::AlgorithmIdentifier;
use zeroize::Zeroizing;

use super::{KeyPair, PrivateKey, ProviderError};

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");

pub(super) fn ed25519_pair(seed: &[u8; 32]) -> Result<KeyPair, ProviderError> {
    let key = ed25519_dalek::SigningKey::from_bytes(seed);
    pair(ED25519, seed, Curve::ED25519, &key.verifying_key().to_bytes())
}

pub(super) fn ed448_pair(seed: &[u8; 57]) -> Result<KeyPair, ProviderError> {
    let key = ed448_goldilocks::SigningKey::try_from(&seed[..]).map_err(|_| ProviderError::Key)?;
    pair(ED448, seed, Curve::ED448, &key.verifying_key().to_bytes())
}

fn pair(oid: ObjectIdentifier, seed: &[u8], curve: Curve, public: &[u8]) -> Result<KeyPair, ProviderError> {
    let document = document(oid, seed).map_err(|_| ProviderError::Key)?;
    Ok(KeyPair { private: PrivateKey::from_pkcs8(&document), public: PublicKey::Okp { curve, x: public.to_vec() } })
}

/// Version 1, without the public key (RFC 8410 §7): both crates write version 2, which OpenSSL does not read.
fn document(oid: ObjectIdentifier, seed: &[u8]) -> der::Result<Zeroizing<Vec<u8>>> {
    let seed = Zeroizing::new(OctetStringRef::new(seed)?.to_der()?);
    let algorithm = AlgorithmIdentifier { oid, parameters: None };
    PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(&seed)?).to_der().map(Zeroizing::new)
}
