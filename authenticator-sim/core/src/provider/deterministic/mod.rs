//! RustCrypto: signatures depend on key and message alone.

mod ecdsa;
mod eddsa;
mod ml_dsa;
pub(crate) mod rsa;

use alloc::vec::Vec;

use keyrig_ctap::cose::{Algorithm, Curve, PublicKey};
use p256::pkcs8::DecodePrivateKey;
use signature::{SignatureEncoding, Signer};
use zeroize::Zeroizing;

pub(crate) use ecdsa::{p256_pair, pair, secret};

use super::{KeyPair, PrivateKey, Provider, ProviderError};
use crate::Entropy;

/// The provider that vectors and replays use: same entropy, same keys; same key and message, same signature.
///
/// ECDSA takes its nonce from RFC 6979, ML-DSA is the deterministic variant of FIPS 204, EdDSA and PKCS #1 v1.5 know no
/// other way, and the salt of PS256 is derived from key and message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deterministic;

impl Provider for Deterministic {
    fn generate(&mut self, algorithm: Algorithm, entropy: &mut dyn Entropy) -> Result<KeyPair, ProviderError> {
        match algorithm.in_webauthn() {
            Algorithm::ES256 => ecdsa::pair(&ecdsa::secret::<p256::NistP256>(entropy)),
            Algorithm::ES384 => ecdsa::pair(&ecdsa::secret::<p384::NistP384>(entropy)),
            Algorithm::ES512 => ecdsa::pair(&ecdsa::secret::<p521::NistP521>(entropy)),
            Algorithm::ES256K => ecdsa::pair(&ecdsa::secret::<k256::Secp256k1>(entropy)),
            Algorithm::EDDSA => eddsa::ed25519_pair(&drawn(entropy)),
            Algorithm::ED448 => eddsa::ed448_pair(&drawn(entropy)),
            Algorithm::RS256 | Algorithm::PS256 => rsa::generate(entropy),
            Algorithm::ML_DSA_44 => ml_dsa::pair::<::ml_dsa::MlDsa44>(&drawn(entropy)),
            Algorithm::ML_DSA_65 => ml_dsa::pair::<::ml_dsa::MlDsa65>(&drawn(entropy)),
            Algorithm::ML_DSA_87 => ml_dsa::pair::<::ml_dsa::MlDsa87>(&drawn(entropy)),
            _ => Err(ProviderError::Algorithm(algorithm)),
        }
    }

    fn sign(&mut self, algorithm: Algorithm, key: &PrivateKey, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        match algorithm.in_webauthn() {
            Algorithm::ES256 => sign::<p256::ecdsa::SigningKey, p256::ecdsa::DerSignature>(key, message),
            Algorithm::ES384 => sign::<p384::ecdsa::SigningKey, p384::ecdsa::DerSignature>(key, message),
            Algorithm::ES512 => sign::<p521::ecdsa::SigningKey, p521::ecdsa::DerSignature>(key, message),
            Algorithm::ES256K => sign::<k256::ecdsa::SigningKey, k256::ecdsa::DerSignature>(key, message),
            Algorithm::EDDSA => sign::<ed25519_dalek::SigningKey, ed25519_dalek::Signature>(key, message),
            Algorithm::ED448 => sign::<ed448_goldilocks::SigningKey, ed448_goldilocks::Signature>(key, message),
            Algorithm::RS256 => rsa::sign_pkcs1(key, message),
            Algorithm::PS256 => rsa::sign_pss(key, message),
            Algorithm::ML_DSA_44 => ml_dsa::sign::<::ml_dsa::MlDsa44>(key, message),
            Algorithm::ML_DSA_65 => ml_dsa::sign::<::ml_dsa::MlDsa65>(key, message),
            Algorithm::ML_DSA_87 => ml_dsa::sign::<::ml_dsa::MlDsa87>(key, message),
            _ => Err(ProviderError::Algorithm(algorithm)),
        }
    }

    fn agree(&mut self, key: &PrivateKey, peer: &PublicKey) -> Result<Zeroizing<[u8; 32]>, ProviderError> {
        let PublicKey::Ec2 { curve: Curve::P256, x, y } = peer else { return Err(ProviderError::Key) };
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        let peer = p256::PublicKey::from_sec1_bytes(&point).map_err(|_| ProviderError::Key)?;
        let own = p256::SecretKey::from_pkcs8_der(key.pkcs8()).map_err(|_| ProviderError::Key)?;
        let shared = p256::ecdh::diffie_hellman(own.to_nonzero_scalar(), peer.as_affine());
        let mut z = Zeroizing::new([0; 32]);
        z.copy_from_slice(shared.raw_secret_bytes().as_slice());
        Ok(z)
    }
}

impl Deterministic {
    /// The pair of a secret that is written down: an ECDSA scalar, big-endian and at most as long as the curve's
    /// order; the seed of EdDSA (RFC 8032) or of ML-DSA (FIPS 204, ξ).
    ///
    /// # Errors
    ///
    /// [`ProviderError::Key`] where `secret` is none of the algorithm, [`ProviderError::Algorithm`] for RSA (see
    /// [`Deterministic::import_rsa`]) and for algorithms it does not have.
    pub fn import(algorithm: Algorithm, secret: &[u8]) -> Result<KeyPair, ProviderError> {
        match algorithm.in_webauthn() {
            Algorithm::ES256 => ecdsa::pair(&ecdsa::import::<p256::NistP256>(secret)?),
            Algorithm::ES384 => ecdsa::pair(&ecdsa::import::<p384::NistP384>(secret)?),
            Algorithm::ES512 => ecdsa::pair(&ecdsa::import::<p521::NistP521>(secret)?),
            Algorithm::ES256K => ecdsa::pair(&ecdsa::import::<k256::Secp256k1>(secret)?),
            Algorithm::EDDSA => eddsa::ed25519_pair(seed(secret)?),
            Algorithm::ED448 => eddsa::ed448_pair(seed(secret)?),
            Algorithm::ML_DSA_44 => ml_dsa::pair::<::ml_dsa::MlDsa44>(seed(secret)?),
            Algorithm::ML_DSA_65 => ml_dsa::pair::<::ml_dsa::MlDsa65>(seed(secret)?),
            Algorithm::ML_DSA_87 => ml_dsa::pair::<::ml_dsa::MlDsa87>(seed(secret)?),
            _ => Err(ProviderError::Algorithm(algorithm)),
        }
    }

    /// The RSA pair of two primes, big-endian, with the public exponent 65537. They need not be of one length. Whether
    /// they are prime is not tested.
    ///
    /// # Errors
    ///
    /// [`ProviderError::Key`] where they make no key, or one of more than 4096 bits.
    pub fn import_rsa(p: &[u8], q: &[u8]) -> Result<KeyPair, ProviderError> {
        rsa::import(p, q)
    }
}

/// Signs by what the key's PKCS#8 document holds.
fn sign<K: DecodePrivateKey + Signer<S>, S: SignatureEncoding>(
    key: &PrivateKey,
    message: &[u8],
) -> Result<Vec<u8>, ProviderError> {
    let key = K::from_pkcs8_der(key.pkcs8()).map_err(|_| ProviderError::Key)?;
    Ok(key.try_sign(message).map_err(|_| ProviderError::Failed)?.to_vec())
}

fn drawn<const N: usize>(entropy: &mut dyn Entropy) -> Zeroizing<[u8; N]> {
    let mut seed = Zeroizing::new([0; N]);
    entropy.fill(&mut seed[..]);
    seed
}

fn seed<const N: usize>(secret: &[u8]) -> Result<&[u8; N], ProviderError> {
    secret.try_into().map_err(|_| ProviderError::Key)
}

#[cfg(test)]
mod tests;
