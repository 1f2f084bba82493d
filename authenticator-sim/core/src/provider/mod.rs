//! Keys and what is done with them.

mod deterministic;
mod size;

use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};

use keyrig_ctap::cose::{Algorithm, PublicKey};
use zeroize::Zeroizing;

pub use deterministic::Deterministic;
pub(crate) use deterministic::{p256_pair, pair, rsa, secret};
pub use size::Size;

use crate::Entropy;

/// A private key: PKCS#8 in DER, so that what one provider made another can load.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(Zeroizing<Vec<u8>>);

impl PrivateKey {
    /// Keeps `pkcs8` without looking into it.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Self {
        Self(Zeroizing::new(pkcs8.to_vec()))
    }

    /// The PKCS#8 document.
    pub fn pkcs8(&self) -> &[u8] {
        &self.0
    }
}

impl From<Zeroizing<Vec<u8>>> for PrivateKey {
    /// Keeps a PKCS#8 document without looking into it.
    fn from(pkcs8: Zeroizing<Vec<u8>>) -> Self {
        Self(pkcs8)
    }
}

impl Hash for PrivateKey {
    /// Of its last bytes, which are no frame that others have too.
    fn hash<H: Hasher>(&self, state: &mut H) {
        const ENOUGH: usize = 16;
        let document = self.pkcs8();
        state.write(document.last_chunk::<ENOUGH>().map_or(document, <[u8; ENOUGH]>::as_slice));
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

/// A fresh key.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// The private half.
    pub private: PrivateKey,
    /// The public half.
    pub public: PublicKey,
}

/// Why a provider could not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderError {
    /// It makes no keys of this algorithm.
    Algorithm(Algorithm),
    /// The key is not one it can load, or not a point on the curve.
    Key,
    /// The arithmetic failed.
    Failed,
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm(algorithm) => write!(f, "the provider has no {algorithm}"),
            Self::Key => f.write_str("the provider cannot load the key"),
            Self::Failed => f.write_str("the provider failed"),
        }
    }
}

impl core::error::Error for ProviderError {}

/// Makes keys, signs, and agrees on secrets.
pub trait Provider: Send {
    /// A new key pair for one of [`ALGORITHMS`]; key agreement uses an ES256 pair.
    ///
    /// # Errors
    ///
    /// [`ProviderError::Algorithm`] for an algorithm it does not have.
    fn generate(&mut self, algorithm: Algorithm, entropy: &mut dyn Entropy) -> Result<KeyPair, ProviderError>;

    /// Signs `message` in the form WebAuthn wants: ECDSA in DER, the others as they are (WebAuthn L3 §6.5.5).
    ///
    /// # Errors
    ///
    /// [`ProviderError`] where the key cannot be loaded.
    fn sign(&mut self, algorithm: Algorithm, key: &PrivateKey, message: &[u8]) -> Result<Vec<u8>, ProviderError>;

    /// ECDH on P-256: the x-coordinate of the shared point.
    ///
    /// # Errors
    ///
    /// [`ProviderError::Key`] where `peer` is not a point on P-256.
    fn agree(&mut self, key: &PrivateKey, peer: &PublicKey) -> Result<Zeroizing<[u8; 32]>, ProviderError>;
}

/// The algorithms that every provider has: by [`Deterministic`] where its own library does not.
pub const ALGORITHMS: &[Algorithm] = &[
    Algorithm::ES256,
    Algorithm::EDDSA,
    Algorithm::ESP256,
    Algorithm::ED25519,
    Algorithm::ES384,
    Algorithm::ES512,
    Algorithm::PS256,
    Algorithm::ES256K,
    Algorithm::ML_DSA_44,
    Algorithm::ML_DSA_65,
    Algorithm::ML_DSA_87,
    Algorithm::ESP384,
    Algorithm::ESP512,
    Algorithm::ED448,
    Algorithm::RS256,
];
