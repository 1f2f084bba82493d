//! Random bytes: from the operating system, or from a seed so that a run can be replayed.

use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// Where challenges, session ids, codes and passes come from.
#[derive(Debug)]
pub(crate) enum Entropy {
    System,
    Seeded(Box<Mutex<ChaCha20Rng>>),
}

impl Entropy {
    pub(crate) fn new(seed: Option<[u8; 32]>) -> Self {
        match seed {
            None => Self::System,
            Some(seed) => Self::Seeded(Box::new(Mutex::new(ChaCha20Rng::from_seed(seed)))),
        }
    }

    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        match self {
            Self::System => aws_lc_rs::rand::fill(&mut out).expect("the operating system has randomness"),
            Self::Seeded(rng) => rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut out),
        }
        out
    }

    /// 32 random bytes in base64url: nobody guesses them.
    pub(crate) fn secret(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_replays_and_the_system_does_not() {
        let (a, b) = (Entropy::new(Some([7; 32])), Entropy::new(Some([7; 32])));
        assert_eq!((a.secret(), a.secret()), (b.secret(), b.secret()));
        assert_ne!(a.secret(), Entropy::new(Some([8; 32])).secret());
        let system = Entropy::new(None);
        assert_ne!(system.secret(), system.secret());
    }
}
