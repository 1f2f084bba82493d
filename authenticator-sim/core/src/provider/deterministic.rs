//! RustCrypto: signatures depend on key and message alone (RFC 6979, RFC 8032, PKCS #1 v1.5).

use alloc::vec::Vec;

use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use keyrig_ctap::cose::{Algorithm, Curve, PublicKey};
use p256::elliptic_curve::sec1::ToSec1Point;
use rsa::traits::PublicKeyParts;
use sha2::Sha256;
use signature::{SignatureEncoding, Signer};
use zeroize::Zeroizing;

use super::{KeyPair, PrivateKey, Provider, ProviderError};
use crate::Entropy;
use crate::entropy::Draws;

/// Bits of a new RSA key.
const RSA_BITS: usize = 2048;

/// The provider that vectors and replays use: same entropy, same keys; same key and message, same signature.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deterministic;

impl Provider for Deterministic {
    fn generate(&mut self, algorithm: Algorithm, entropy: &mut dyn Entropy) -> Result<KeyPair, ProviderError> {
        match algorithm {
            Algorithm::ES256 => p256_pair(&p256_scalar(entropy)),
            Algorithm::EDDSA => ed25519_pair(entropy),
            Algorithm::RS256 => rsa_pair(entropy),
            other => Err(ProviderError::Algorithm(other)),
        }
    }

    fn sign(&mut self, algorithm: Algorithm, key: &PrivateKey, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        let failed = |_| ProviderError::Failed;
        match algorithm {
            Algorithm::ES256 => {
                let key = p256::ecdsa::SigningKey::from(load_p256(key)?);
                let signature: p256::ecdsa::DerSignature = key.try_sign(message).map_err(failed)?;
                Ok(signature.to_vec())
            }
            Algorithm::EDDSA => {
                let key = ed25519_dalek::SigningKey::from_pkcs8_der(key.pkcs8()).map_err(|_| ProviderError::Key)?;
                Ok(key.try_sign(message).map_err(failed)?.to_vec())
            }
            Algorithm::RS256 => {
                let key = rsa::RsaPrivateKey::from_pkcs8_der(key.pkcs8()).map_err(|_| ProviderError::Key)?;
                let key = rsa::pkcs1v15::SigningKey::<Sha256>::new(key);
                Ok(key.try_sign(message).map_err(failed)?.to_vec())
            }
            other => Err(ProviderError::Algorithm(other)),
        }
    }

    fn agree(&mut self, key: &PrivateKey, peer: &PublicKey) -> Result<Zeroizing<[u8; 32]>, ProviderError> {
        let PublicKey::Ec2 { curve: Curve::P256, x, y } = peer else { return Err(ProviderError::Key) };
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        let peer = p256::PublicKey::from_sec1_bytes(&point).map_err(|_| ProviderError::Key)?;
        let shared = p256::ecdh::diffie_hellman(load_p256(key)?.to_nonzero_scalar(), peer.as_affine());
        let mut z = Zeroizing::new([0; 32]);
        z.copy_from_slice(shared.raw_secret_bytes().as_slice());
        Ok(z)
    }
}

/// The pair of a P-256 scalar.
pub(crate) fn p256_pair(key: &p256::SecretKey) -> Result<KeyPair, ProviderError> {
    let point = key.public_key().to_sec1_point(false);
    let (Some(x), Some(y)) = (point.x(), point.y()) else { return Err(ProviderError::Key) };
    let private = key.to_pkcs8_der().map_err(|_| ProviderError::Key)?;
    Ok(KeyPair {
        private: PrivateKey::from_pkcs8(private.as_bytes()),
        public: PublicKey::Ec2 { curve: Curve::P256, x: x.to_vec(), y: y.to_vec() },
    })
}

/// A P-256 scalar: 32 bytes at a time until they are one.
pub(crate) fn p256_scalar(entropy: &mut dyn Entropy) -> p256::SecretKey {
    let mut bytes = Zeroizing::new([0; 32]);
    loop {
        entropy.fill(&mut bytes[..]);
        if let Ok(key) = p256::SecretKey::from_slice(&bytes[..]) {
            return key;
        }
    }
}

fn load_p256(key: &PrivateKey) -> Result<p256::SecretKey, ProviderError> {
    p256::SecretKey::from_pkcs8_der(key.pkcs8()).map_err(|_| ProviderError::Key)
}

fn ed25519_pair(entropy: &mut dyn Entropy) -> Result<KeyPair, ProviderError> {
    let mut seed = Zeroizing::new([0; 32]);
    entropy.fill(&mut seed[..]);
    let key = ed25519_dalek::SigningKey::from_bytes(&seed);
    let private = key.to_pkcs8_der().map_err(|_| ProviderError::Key)?;
    Ok(KeyPair {
        private: PrivateKey::from_pkcs8(private.as_bytes()),
        public: PublicKey::Okp { curve: Curve::ED25519, x: key.verifying_key().to_bytes().to_vec() },
    })
}

fn rsa_pair(entropy: &mut dyn Entropy) -> Result<KeyPair, ProviderError> {
    let key = rsa::RsaPrivateKey::new(&mut Draws(entropy), RSA_BITS).map_err(|_| ProviderError::Failed)?;
    let private = key.to_pkcs8_der().map_err(|_| ProviderError::Key)?;
    let big_endian = |bytes: &[u8]| bytes[bytes.iter().take_while(|byte| **byte == 0).count()..].to_vec();
    Ok(KeyPair {
        private: PrivateKey::from_pkcs8(private.as_bytes()),
        public: PublicKey::Rsa { n: big_endian(&key.n().to_be_bytes()), e: big_endian(&key.e().to_be_bytes()) },
    })
}
