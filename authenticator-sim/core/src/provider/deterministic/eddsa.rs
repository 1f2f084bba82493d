//! Pure EdDSA (RFC 8032).

use ed25519_dalek::pkcs8::EncodePrivateKey;
use keyrig_ctap::cose::{Curve, PublicKey};

use super::{KeyPair, PrivateKey, ProviderError};

pub(super) fn ed25519_pair(seed: &[u8; 32]) -> Result<KeyPair, ProviderError> {
    let key = ed25519_dalek::SigningKey::from_bytes(seed);
    pair(&key, Curve::ED25519, &key.verifying_key().to_bytes())
}

pub(super) fn ed448_pair(seed: &[u8; 57]) -> Result<KeyPair, ProviderError> {
    let key = ed448_goldilocks::SigningKey::try_from(&seed[..]).map_err(|_| ProviderError::Key)?;
    pair(&key, Curve::ED448, &key.verifying_key().to_bytes())
}

fn pair(key: &impl EncodePrivateKey, curve: Curve, public: &[u8]) -> Result<KeyPair, ProviderError> {
    let private = key.to_pkcs8_der().map_err(|_| ProviderError::Key)?;
    Ok(KeyPair {
        private: PrivateKey::from_pkcs8(private.as_bytes()),
        public: PublicKey::Okp { curve, x: public.to_vec() },
    })
}
