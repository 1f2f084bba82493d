use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// A COSE algorithm identifier; those nobody has named yet survive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Algorithm(pub i64);

impl Algorithm {
    /// ECDSA with SHA-256, on P-256 in WebAuthn.
    pub const ES256: Self = Self(-7);
    /// EdDSA, with Ed25519 in WebAuthn.
    pub const EDDSA: Self = Self(-8);
    /// ECDSA with SHA-256 on P-256 (RFC 9864).
    pub const ESP256: Self = Self(-9);
    /// EdDSA with Ed25519 (RFC 9864).
    pub const ED25519: Self = Self(-19);
    /// ECDSA with SHA-384, on P-384 in WebAuthn.
    pub const ES384: Self = Self(-35);
    /// ECDSA with SHA-512, on P-521 in WebAuthn.
    pub const ES512: Self = Self(-36);
    /// RSASSA-PSS with SHA-256 and a salt as long as the hash.
    pub const PS256: Self = Self(-37);
    /// ECDSA with SHA-256 on secp256k1.
    pub const ES256K: Self = Self(-47);
    /// ML-DSA-44 (RFC 9964).
    pub const ML_DSA_44: Self = Self(-48);
    /// ML-DSA-65 (RFC 9964).
    pub const ML_DSA_65: Self = Self(-49);
    /// ML-DSA-87 (RFC 9964).
    pub const ML_DSA_87: Self = Self(-50);
    /// ECDSA with SHA-384 on P-384 (RFC 9864).
    pub const ESP384: Self = Self(-51);
    /// ECDSA with SHA-512 on P-521 (RFC 9864).
    pub const ESP512: Self = Self(-52);
    /// EdDSA with Ed448 (RFC 9864).
    pub const ED448: Self = Self(-53);
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub const RS256: Self = Self(-257);
    /// RSASSA-PKCS1-v1_5 with SHA-1.
    pub const RS1: Self = Self(-65535);

    /// Those that have a name here, in the order of their numbers, the greatest first.
    pub const NAMED: &[Self] = &[
        Self::ES256,
        Self::EDDSA,
        Self::ESP256,
        Self::ED25519,
        Self::ES384,
        Self::ES512,
        Self::PS256,
        Self::ES256K,
        Self::ML_DSA_44,
        Self::ML_DSA_65,
        Self::ML_DSA_87,
        Self::ESP384,
        Self::ESP512,
        Self::ED448,
        Self::RS256,
        Self::RS1,
    ];

    /// The registered name.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::ES256 => "ES256",
            Self::EDDSA => "EdDSA",
            Self::ESP256 => "ESP256",
            Self::ED25519 => "Ed25519",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::PS256 => "PS256",
            Self::ES256K => "ES256K",
            Self::ML_DSA_44 => "ML-DSA-44",
            Self::ML_DSA_65 => "ML-DSA-65",
            Self::ML_DSA_87 => "ML-DSA-87",
            Self::ESP384 => "ESP384",
            Self::ESP512 => "ESP512",
            Self::ED448 => "Ed448",
            Self::RS256 => "RS256",
            Self::RS1 => "RS1",
            _ => return None,
        })
    }

    /// The older identifier under which WebAuthn has the same keys and the same signatures, where RFC 9864 gave them a
    /// second one; else this one.
    pub const fn in_webauthn(self) -> Self {
        match self {
            Self::ESP256 => Self::ES256,
            Self::ED25519 => Self::EDDSA,
            Self::ESP384 => Self::ES384,
            Self::ESP512 => Self::ES512,
            other => other,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Debug for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Neither a name of [`Algorithm::NAMED`] nor a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAlgorithm;

impl fmt::Display for NoAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("neither the name of a COSE algorithm, such as ES256, nor a number, such as -7")
    }
}

impl core::error::Error for NoAlgorithm {}

impl FromStr for Algorithm {
    type Err = NoAlgorithm;

    fn from_str(text: &str) -> Result<Self, NoAlgorithm> {
        let named = Self::NAMED.iter().find(|algorithm| algorithm.name() == Some(text));
        named.copied().or_else(|| text.parse().map(Self).ok()).ok_or(NoAlgorithm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_or_a_number_is_read() {
        assert_eq!("ML-DSA-65".parse(), Ok(Algorithm::ML_DSA_65));
        assert_eq!("-49".parse(), Ok(Algorithm::ML_DSA_65));
        assert_eq!("-70000".parse(), Ok(Algorithm(-70_000)));
        assert_eq!("ml-dsa".parse::<Algorithm>(), Err(NoAlgorithm));
    }

    #[test]
    fn what_has_a_name_is_listed_once_in_order() {
        assert!(Algorithm::NAMED.iter().all(|algorithm| algorithm.name().is_some()));
        assert!(Algorithm::NAMED.windows(2).all(|pair| pair[0].0 > pair[1].0));
        let named = (-70_000..100).map(Algorithm).filter(|algorithm| algorithm.name().is_some());
        assert_eq!(named.count(), Algorithm::NAMED.len());
    }
}
