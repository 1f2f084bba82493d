//! Where random bytes come from.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::convert::Infallible;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng, TryCryptoRng, TryRng};

/// A source of random bytes.
pub trait Entropy: Send {
    /// Fills `out`.
    fn fill(&mut self, out: &mut [u8]);
}

/// ChaCha20 from a seed: the same seed draws the same bytes.
#[derive(Clone, Debug)]
pub struct Seeded(ChaCha20Rng);

impl Seeded {
    /// The stream of `seed`.
    pub fn new(seed: [u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(seed))
    }
}

impl Entropy for Seeded {
    fn fill(&mut self, out: &mut [u8]) {
        self.0.fill_bytes(out);
    }
}

/// Draws that were written down beforehand, as published vectors do; what comes after them is seeded with zeros.
#[derive(Clone, Debug)]
pub struct Scripted {
    draws: VecDeque<Vec<u8>>,
    rest: Seeded,
}

impl Scripted {
    /// Each draw takes the next entry if it has the length that is asked for.
    pub fn new<const N: usize>(draws: [Vec<u8>; N]) -> Self {
        Self { draws: draws.into(), rest: Seeded::new([0; 32]) }
    }

    /// How many entries were not drawn yet.
    pub fn left(&self) -> usize {
        self.draws.len()
    }
}

impl Entropy for Scripted {
    fn fill(&mut self, out: &mut [u8]) {
        let fits = self.draws.front().is_some_and(|draw| draw.len() == out.len());
        match self.draws.pop_front() {
            Some(draw) if fits => out.copy_from_slice(&draw),
            unfit => {
                if let Some(draw) = unfit {
                    self.draws.push_front(draw);
                }
                self.rest.fill(out);
            }
        }
    }
}

/// An [`Entropy`] in the shape that RustCrypto asks for.
pub(crate) struct Draws<'a>(pub(crate) &'a mut dyn Entropy);

impl TryRng for Draws<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Draws<'_> {}
