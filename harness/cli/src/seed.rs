//! The seed that a run can be replayed with.

use std::hash::{BuildHasher, Hasher, RandomState};

use keyrig_runner::Seed;

/// One that nobody has seen before.
pub(crate) fn fresh() -> Seed {
    let mut bytes = [0; 32];
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&RandomState::new().build_hasher().finish().to_be_bytes());
    }
    Seed::new(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same() {
        assert_ne!(fresh(), fresh());
    }
}
