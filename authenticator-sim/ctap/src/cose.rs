//! COSE keys and algorithms (RFC 9052 §7, RFC 9053, RFC 8230).

use alloc::vec::Vec;
use core::fmt;

use coset::iana::{self, EnumI64};
use coset::{CborSerializable, Label, RegisteredLabelWithPrivate};
use serde::{Deserialize, Serialize};

use crate::cbor::{Fields, Tree, Value, Writer};

/// A COSE algorithm identifier; those nobody has named yet survive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Algorithm(pub i64);

impl Algorithm {
    /// ECDSA with SHA-256, on P-256 in WebAuthn.
    pub const ES256: Self = Self(-7);
    /// EdDSA, with Ed25519 in WebAuthn.
    pub const EDDSA: Self = Self(-8);
    /// ECDSA with SHA-384.
    pub const ES384: Self = Self(-35);
    /// ECDSA with SHA-512.
    pub const ES512: Self = Self(-36);
    /// RSASSA-PSS with SHA-256.
    pub const PS256: Self = Self(-37);
    /// ECDSA on secp256k1.
    pub const ES256K: Self = Self(-47);
    /// ML-DSA-44.
    pub const ML_DSA_44: Self = Self(-48);
    /// EdDSA with Ed448 (RFC 9864).
    pub const ED448: Self = Self(-53);
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub const RS256: Self = Self(-257);
    /// RSASSA-PKCS1-v1_5 with SHA-1.
    pub const RS1: Self = Self(-65535);

    /// The registered name.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::ES256 => "ES256",
            Self::EDDSA => "EdDSA",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::PS256 => "PS256",
            Self::ES256K => "ES256K",
            Self::ML_DSA_44 => "ML-DSA-44",
            Self::ED448 => "Ed448",
            Self::RS256 => "RS256",
            Self::RS1 => "RS1",
            _ => return None,
        })
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

/// A curve of RFC 9053 §7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Curve(pub i64);

impl Curve {
    /// NIST P-256.
    pub const P256: Self = Self(1);
    /// NIST P-384.
    pub const P384: Self = Self(2);
    /// NIST P-521.
    pub const P521: Self = Self(3);
    /// Ed25519.
    pub const ED25519: Self = Self(6);
    /// Ed448.
    pub const ED448: Self = Self(7);
    /// secp256k1.
    pub const SECP256K1: Self = Self(8);
}

/// A public key's numbers, big-endian, exactly as on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// An elliptic-curve point (kty 2).
    Ec2 {
        /// The curve.
        curve: Curve,
        /// The x-coordinate.
        x: Vec<u8>,
        /// The y-coordinate.
        y: Vec<u8>,
    },
    /// An octet key pair (kty 1).
    Okp {
        /// The curve.
        curve: Curve,
        /// The public key.
        x: Vec<u8>,
    },
    /// An RSA key (kty 3).
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// The `COSE_Key` in canonical CBOR, with `algorithm` as its `alg`.
    pub fn to_cose(&self, algorithm: Algorithm) -> Vec<u8> {
        let mut out = Writer::new();
        match self {
            Self::Ec2 { curve, x, y } => {
                out.map(5).int(1).int(2).int(3).int(algorithm.0);
                out.int(-1).int(curve.0).int(-2).bytes(x).int(-3).bytes(y)
            }
            Self::Okp { curve, x } => {
                out.map(4).int(1).int(1).int(3).int(algorithm.0);
                out.int(-1).int(curve.0).int(-2).bytes(x)
            }
            Self::Rsa { n, e } => {
                out.map(4).int(1).int(3).int(3).int(algorithm.0);
                out.int(-1).bytes(n).int(-2).bytes(e)
            }
        };
        out.into_bytes()
    }
}

/// Why a `COSE_Key` is of no use as a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFlaw {
    /// Not a `COSE_Key` that coset reads.
    NotACoseKey,
    /// The key type is unknown, or lacks a parameter.
    Incomplete(&'static str),
    /// The y-coordinate is a sign bit; WebAuthn wants both coordinates (WebAuthn L3 §5.8.5).
    Compressed,
}

impl fmt::Display for KeyFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotACoseKey => f.write_str("not a COSE_Key"),
            Self::Incomplete(what) => write!(f, "a COSE_Key without {what}"),
            Self::Compressed => f.write_str("a COSE_Key with a compressed point"),
        }
    }
}

impl core::error::Error for KeyFlaw {}

/// A `COSE_Key` as it came: the bytes always, the typed form where coset can read it.
#[derive(Clone, Debug, PartialEq)]
pub struct CoseKey {
    bytes: Vec<u8>,
    typed: Option<coset::CoseKey>,
}

impl CoseKey {
    /// Keeps `bytes`, whatever they are.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), typed: coset::CoseKey::from_slice(bytes).ok() }
    }

    /// The bytes as they came.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The typed form, where coset can read it.
    pub fn typed(&self) -> Option<&coset::CoseKey> {
        self.typed.as_ref()
    }

    /// The `alg` parameter, also of a key that coset refuses.
    pub fn algorithm(&self) -> Option<Algorithm> {
        match self.typed.as_ref().and_then(|key| key.alg.as_ref()) {
            Some(RegisteredLabelWithPrivate::Assigned(alg)) => Some(Algorithm(alg.to_i64())),
            Some(RegisteredLabelWithPrivate::PrivateUse(alg)) => Some(Algorithm(*alg)),
            _ => {
                let tree = Tree::parse(&self.bytes).ok()?;
                let alg = Fields::of(&tree.root, "COSE_Key").ok()?.int(3)?.as_integer()?;
                Some(Algorithm(alg))
            }
        }
    }

    /// The key's numbers.
    ///
    /// # Errors
    ///
    /// [`KeyFlaw`] where they are not all there.
    pub fn public_key(&self) -> Result<PublicKey, KeyFlaw> {
        let key = self.typed.as_ref().ok_or(KeyFlaw::NotACoseKey)?;
        match &key.kty {
            coset::KeyType::Assigned(iana::KeyType::EC2) => Ok(PublicKey::Ec2 {
                curve: Curve(integer(key, -1, "crv")?),
                x: byte_string(key, -2, "x")?,
                y: match parameter(key, -3) {
                    Some(coset::cbor::Value::Bool(_)) => return Err(KeyFlaw::Compressed),
                    _ => byte_string(key, -3, "y")?,
                },
            }),
            coset::KeyType::Assigned(iana::KeyType::OKP) => {
                Ok(PublicKey::Okp { curve: Curve(integer(key, -1, "crv")?), x: byte_string(key, -2, "x")? })
            }
            coset::KeyType::Assigned(iana::KeyType::RSA) => {
                Ok(PublicKey::Rsa { n: byte_string(key, -1, "n")?, e: byte_string(key, -2, "e")? })
            }
            _ => Err(KeyFlaw::Incomplete("a known kty")),
        }
    }

    /// The raw tree as an owned value, for printing.
    pub fn value(&self) -> Option<Value> {
        Tree::parse(&self.bytes).ok().map(|tree| Value::from(&tree.root))
    }
}

fn parameter(key: &coset::CoseKey, label: i64) -> Option<&coset::cbor::Value> {
    key.params.iter().find(|(l, _)| *l == Label::Int(label)).map(|(_, value)| value)
}

fn integer(key: &coset::CoseKey, label: i64, name: &'static str) -> Result<i64, KeyFlaw> {
    parameter(key, label)
        .and_then(coset::cbor::Value::as_integer)
        .and_then(|n| i64::try_from(n).ok())
        .ok_or(KeyFlaw::Incomplete(name))
}

fn byte_string(key: &coset::CoseKey, label: i64, name: &'static str) -> Result<Vec<u8>, KeyFlaw> {
    parameter(key, label)
        .and_then(coset::cbor::Value::as_bytes)
        .filter(|bytes| !bytes.is_empty())
        .cloned()
        .ok_or(KeyFlaw::Incomplete(name))
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn a_key_round_trips() {
        let key = PublicKey::Ec2 { curve: Curve::P256, x: vec![1; 32], y: vec![2; 32] };
        let cose = CoseKey::from_bytes(&key.to_cose(Algorithm::ES256));
        assert_eq!(cose.public_key(), Ok(key));
        assert_eq!(cose.algorithm(), Some(Algorithm::ES256));
    }

    #[test]
    fn a_key_that_coset_refuses_survives() {
        // Twice the same label: coset refuses it.
        let bytes = [0xa3, 0x01, 0x02, 0x03, 0x26, 0x03, 0x26];
        let cose = CoseKey::from_bytes(&bytes);
        assert_eq!(cose.bytes(), bytes);
        assert_eq!(cose.typed(), None);
        assert_eq!(cose.algorithm(), Some(Algorithm::ES256));
        assert_eq!(cose.public_key(), Err(KeyFlaw::NotACoseKey));
    }
}
