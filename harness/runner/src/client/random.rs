//! The client's random numbers, all from one seed.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng as _};

/// The client's random numbers.
pub(super) struct Random(Box<dyn Rng>);

impl Random {
    pub(super) fn new(seed: [u8; 32]) -> Self {
        Self(Box::new(ChaCha20Rng::from_seed(seed)))
    }

    /// The numbers of a published vector, in the order in which they are drawn.
    #[cfg(test)]
    pub(super) fn scripted(numbers: impl Rng + 'static) -> Self {
        Self(Box::new(numbers))
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    pub(super) fn p256_key(&mut self) -> p256::SecretKey {
        loop {
            // All but one in 2^32 candidates are below the group order.
            if let Ok(key) = p256::SecretKey::from_slice(&self.bytes::<32>()) {
                return key;
            }
        }
    }
}
