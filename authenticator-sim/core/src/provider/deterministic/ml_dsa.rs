//! Pure ML-DSA with an empty context (FIPS 204, RFC 9964); a private key is its seed (RFC 9881 §6).

use alloc::vec::Vec;

use keyrig_ctap::cose::PublicKey;
use ml_dsa::pkcs8::spki::AssociatedAlgorithmIdentifier;
use ml_dsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, der};
use ml_dsa::{MlDsaParams, SigningKey};
use signature::Keypair;

use super::{KeyPair, PrivateKey, ProviderError};

pub(super) fn pair<P>(seed: &[u8; 32]) -> Result<KeyPair, ProviderError>
where
    P: MlDsaParams + AssociatedAlgorithmIdentifier<Params = der::AnyRef<'static>>,
{
    let key = SigningKey::<P>::from_seed(&(*seed).into());
    let private = key.to_pkcs8_der().map_err(|_| ProviderError::Key)?;
    Ok(KeyPair {
        private: PrivateKey::from_pkcs8(private.as_bytes()),
        public: PublicKey::Akp { public: key.verifying_key().encode().to_vec() },
    })
}

pub(super) fn sign<P>(key: &PrivateKey, message: &[u8]) -> Result<Vec<u8>, ProviderError>
where
    P: MlDsaParams + AssociatedAlgorithmIdentifier<Params = der::AnyRef<'static>>,
{
    let key = SigningKey::<P>::from_pkcs8_der(key.pkcs8()).map_err(|_| ProviderError::Key)?;
    let signature = key.expanded_key().sign_deterministic(message, &[]).map_err(|_| ProviderError::Failed)?;
    Ok(signature.encode().to_vec())
}
