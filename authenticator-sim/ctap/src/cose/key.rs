//! A `COSE_Key` as it came and as it is made.

use alloc::vec::Vec;
use core::fmt;

use coset::iana::{self, EnumI64};
use coset::{CborSerializable, Label, RegisteredLabelWithPrivate};

use super::{Algorithm, Curve};
use crate::cbor::{Fields, Tree, Value, Writer};

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
    /// A key whose `alg` alone says what it is (kty 7, RFC 9964).
    Akp {
        /// The public key.
        public: Vec<u8>,
    },
}

impl PublicKey {
    /// The `COSE_Key` in canonical CBOR, with `algorithm` as its `alg`.
    pub fn to_cose(&self, algorithm: Algorithm) -> Vec<u8> {
        let mut out = Writer::with_capacity(FRAME + self.numbers());
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
            Self::Akp { public } => {
                out.map(3).int(1).int(7).int(3).int(algorithm.0);
                out.int(-1).bytes(public)
            }
        };
        out.into_bytes()
    }

    /// How many bytes its numbers have together.
    fn numbers(&self) -> usize {
        match self {
            Self::Ec2 { x, y, .. } => x.len() + y.len(),
            Self::Okp { x, .. } => x.len(),
            Self::Rsa { n, e } => n.len() + e.len(),
            Self::Akp { public } => public.len(),
        }
    }
}

/// More bytes than a `COSE_Key` has beside its numbers.
const FRAME: usize = 32;

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

/// A `COSE_Key` as it came, read when somebody asks for what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoseKey {
    bytes: Vec<u8>,
}

impl From<Vec<u8>> for CoseKey {
    /// Keeps `bytes`, whatever they are.
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }
}

impl CoseKey {
    /// Keeps `bytes`, whatever they are.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::from(bytes.to_vec())
    }

    /// The bytes as they came.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The typed form, where coset can read it.
    pub fn typed(&self) -> Option<coset::CoseKey> {
        coset::CoseKey::from_slice(&self.bytes).ok()
    }

    /// The `alg` parameter, also of a key that coset refuses.
    pub fn algorithm(&self) -> Option<Algorithm> {
        match self.typed().and_then(|key| key.alg) {
            Some(RegisteredLabelWithPrivate::Assigned(alg)) => Some(Algorithm(alg.to_i64())),
            Some(RegisteredLabelWithPrivate::PrivateUse(alg)) => Some(Algorithm(alg)),
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
        let key = &self.typed().ok_or(KeyFlaw::NotACoseKey)?;
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
            coset::KeyType::Assigned(iana::KeyType::AKP) => Ok(PublicKey::Akp { public: byte_string(key, -1, "pub")? }),
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
    fn keys_of_every_type_and_algorithm_round_trip() {
        let numbers = || vec![7; 57];
        let keys = [
            PublicKey::Ec2 { curve: Curve::P521, x: numbers(), y: numbers() },
            PublicKey::Okp { curve: Curve::ED448, x: numbers() },
            PublicKey::Rsa { n: numbers(), e: vec![1, 0, 1] },
            PublicKey::Akp { public: vec![7; 2592] },
        ];
        for (key, &algorithm) in keys.iter().flat_map(|key| Algorithm::NAMED.iter().map(move |a| (key, a))) {
            let bytes = key.to_cose(algorithm);
            assert!(crate::cbor::parse_canonical(&bytes).is_ok(), "{algorithm}");
            let cose = CoseKey::from_bytes(&bytes);
            assert_eq!((cose.public_key().as_ref(), cose.algorithm()), (Ok(key), Some(algorithm)));
        }
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
