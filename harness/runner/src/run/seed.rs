//! Seeds: one for the run, and one for each thing in it that follows from the first.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// Where every key, lie and random number of a run comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl Seed {
    /// From 32 bytes, random ones for a new run.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The seed of a part, by its names; other names, other bytes.
    #[must_use]
    pub fn of(&self, names: &[&str]) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.0);
        for name in names {
            hash.update(u64::try_from(name.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(name.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// The bytes.
    pub const fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Seed {
    type Err = String;

    /// 64 hexadecimal digits are taken as they are; any other text is hashed.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("a seed has at least one character".to_owned());
        }
        let digits = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !digits {
            return Ok(Self(Sha256::digest(text.as_bytes()).into()));
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|error| error.to_string())?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_seed_is_the_same_seed() {
        let seed: Seed = "a word".parse().expect("any text");
        assert_eq!(seed.to_string().parse::<Seed>(), Ok(seed));
        assert_ne!(seed.of(&["ab", "c"]), seed.of(&["a", "bc"]));
    }
}
