//! RSA (RFC 8017) with SHA-256.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use keyrig_ctap::cose::PublicKey;
use p256::elliptic_curve::bigint::ConcatenatingMul;
use rsa::pkcs1::RsaPrivateKeyRef;
use rsa::pkcs1::der::Decode;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, PrivateKeyInfoRef};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPrivateKey};
use sha2::Sha256;
use signature::{RandomizedSigner, SignatureEncoding, Signer};

use super::{KeyPair, PrivateKey, ProviderError};
use crate::Entropy;
use crate::entropy::{Draws, Seeded};

/// Bits of a new key.
const BITS: usize = 2048;
/// The longest modulus that is imported, in bits.
const LONGEST: usize = 4096;
/// The public exponent.
const EXPONENT: u64 = 65_537;

pub(super) fn generate(entropy: &mut dyn Entropy) -> Result<KeyPair, ProviderError> {
    pair(&search(entropy, BITS)?)
}

/// A private key with a modulus of `bits`.
pub(crate) fn search(entropy: &mut dyn Entropy, bits: usize) -> Result<RsaPrivateKey, ProviderError> {
    RsaPrivateKey::new(&mut Draws(entropy), bits).map_err(|_| ProviderError::Failed)
}

/// The public half of `key`.
pub(crate) fn public(key: &RsaPrivateKey) -> PublicKey {
    let big_endian = |bytes: &[u8]| bytes[bytes.iter().take_while(|byte| **byte == 0).count()..].to_vec();
    PublicKey::Rsa { n: big_endian(&key.n().to_be_bytes()), e: big_endian(&key.e().to_be_bytes()) }
}

pub(super) fn import(p: &[u8], q: &[u8]) -> Result<KeyPair, ProviderError> {
    pair(&from_primes(p, q)?)
}

/// RSASSA-PKCS1-v1_5.
pub(super) fn sign_pkcs1(key: &PrivateKey, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
    let key = rsa::pkcs1v15::SigningKey::<Sha256>::new(load(key)?);
    Ok(key.try_sign(message).map_err(|_| ProviderError::Failed)?.to_vec())
}

/// RSASSA-PSS with a salt as long as the hash. Key and message choose the salt, as RFC 6979 lets them choose a nonce.
pub(super) fn sign_pss(key: &PrivateKey, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.pkcs8()).map_err(|_| ProviderError::Key)?;
    mac.update(message);
    let mut salts = Seeded::new(mac.finalize().into_bytes().into());
    let key = rsa::pss::SigningKey::<Sha256>::new(load(key)?);
    let signature = key.try_sign_with_rng(&mut Draws(&mut salts), message).map_err(|_| ProviderError::Failed)?;
    Ok(signature.to_vec())
}

/// `key` as a provider keeps it.
pub(crate) fn pair(key: &RsaPrivateKey) -> Result<KeyPair, ProviderError> {
    let private = key.to_pkcs8_der().map_err(|_| ProviderError::Key)?;
    Ok(KeyPair { private: PrivateKey::from_pkcs8(private.as_bytes()), public: public(key) })
}

/// The key that a provider keeps as `key`.
pub(crate) fn load(key: &PrivateKey) -> Result<RsaPrivateKey, ProviderError> {
    RsaPrivateKey::from_pkcs8_der(key.pkcs8()).or_else(|_| load_uneven(key))
}

/// A key whose primes are of different lengths, which the document's own reader refuses.
fn load_uneven(key: &PrivateKey) -> Result<RsaPrivateKey, ProviderError> {
    let document = PrivateKeyInfoRef::from_der(key.pkcs8()).map_err(|_| ProviderError::Key)?;
    let numbers = RsaPrivateKeyRef::from_der(document.private_key.as_bytes()).map_err(|_| ProviderError::Key)?;
    let key = from_primes(numbers.prime1.as_bytes(), numbers.prime2.as_bytes())?;
    let same = BoxedUint::from_be_slice_vartime(numbers.public_exponent.as_bytes()) == *key.e();
    same.then_some(key).ok_or(ProviderError::Key)
}

/// The private key of these primes, big-endian.
pub(crate) fn from_primes(p: &[u8], q: &[u8]) -> Result<RsaPrivateKey, ProviderError> {
    if p.is_empty() || q.is_empty() || p.len() + q.len() > LONGEST / 8 + 2 {
        return Err(ProviderError::Key);
    }
    let (p, q) = (BoxedUint::from_be_slice_vartime(p), BoxedUint::from_be_slice_vartime(q));
    let one = BoxedUint::one();
    if p <= one || q <= one {
        return Err(ProviderError::Key);
    }
    let n = p.concatenating_mul(&q);
    let totient = (&p - &one).concatenating_mul(&(&q - &one));
    let exponent = BoxedUint::from(EXPONENT);
    let wide = BoxedUint::from_be_slice(&EXPONENT.to_be_bytes(), totient.bits_precision());
    let totient = totient.into_nz().into_option().ok_or(ProviderError::Key)?;
    let d = wide.ok().and_then(|e| e.invert_mod(&totient).into_option()).ok_or(ProviderError::Key)?;
    RsaPrivateKey::from_components_with_wide_primes(n, exponent, d, Vec::from([p, q])).map_err(|_| ProviderError::Key)
}
