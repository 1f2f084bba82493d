//! Attestation keys, derived from names, and public keys as certificates hold them.

use alloc::string::String;

use const_oid::ObjectIdentifier;
use der::asn1::{Any, BitString, UintRef};
use der::{Encode, Sequence};
use keyrig_ctap::cose::{Algorithm, Curve, PublicKey};
use keyrig_ctap::seal::CannotVouch;
use p256::SecretKey;
use sha2::{Digest, Sha256};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::Provider;
use crate::entropy::Seeded;
use crate::provider::{Deterministic, KeyPair, p256_pair};

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// Named curves (RFC 5480 §2.1.1.1; SEC 2 for the last).
const NAMED: [(Curve, ObjectIdentifier); 4] = [
    (Curve::P256, ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7")),
    (Curve::P384, ObjectIdentifier::new_unwrap("1.3.132.0.34")),
    (Curve::P521, ObjectIdentifier::new_unwrap("1.3.132.0.35")),
    (Curve::SECP256K1, ObjectIdentifier::new_unwrap("1.3.132.0.10")),
];

/// `id-Ed25519` and `id-Ed448` (RFC 8410).
const EDWARDS: [(Curve, ObjectIdentifier); 2] = [
    (Curve::ED25519, ObjectIdentifier::new_unwrap("1.3.101.112")),
    (Curve::ED448, ObjectIdentifier::new_unwrap("1.3.101.113")),
];

/// `id-ml-dsa-44` and its sisters, by the bytes of a public key (RFC 9881).
const ML_DSA: [(usize, ObjectIdentifier); 3] = [
    (1312, ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17")),
    (1952, ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18")),
    (2592, ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19")),
];

/// `key` as a certificate holds it, also where it is no point on its curve.
///
/// # Errors
///
/// Another type or curve than X.509 has a name for.
pub fn subject_public_key_info(key: &PublicKey) -> der::Result<SubjectPublicKeyInfoOwned> {
    let unnamed = || der::Error::from(der::ErrorKind::Failed);
    let (oid, parameters, bits) = match key {
        PublicKey::Ec2 { curve, x, y } => {
            let (_, named) = NAMED.iter().find(|(known, _)| known == curve).ok_or_else(unnamed)?;
            (EC_PUBLIC_KEY, Some(Any::encode_from(named)?), [&[4], x.as_slice(), y].concat())
        }
        PublicKey::Okp { curve, x } => {
            let (_, oid) = EDWARDS.iter().find(|(known, _)| known == curve).ok_or_else(unnamed)?;
            (*oid, None, x.clone())
        }
        PublicKey::Rsa { n, e } => {
            let numbers = RsaPublicKey { modulus: UintRef::new(n)?, public_exponent: UintRef::new(e)? };
            (RSA_ENCRYPTION, Some(Any::null()), numbers.to_der()?)
        }
        PublicKey::Akp { public } => {
            let (_, oid) = ML_DSA.iter().find(|(length, _)| *length == public.len()).ok_or_else(unnamed)?;
            (*oid, None, public.clone())
        }
    };
    let algorithm = AlgorithmIdentifierOwned { oid, parameters };
    Ok(SubjectPublicKeyInfoOwned { algorithm, subject_public_key: BitString::from_bytes(&bits)? })
}

/// RFC 8017 A.1.1.
#[derive(Sequence)]
struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
}

/// The P-256 scalar of these names.
pub(super) fn derive(parts: &[&str]) -> SecretKey {
    (0..=u8::MAX)
        .find_map(|attempt| SecretKey::from_slice(&digest("private key", parts, attempt)).ok())
        .expect("one of 256 digests is a scalar of P-256")
}

/// The key pair of these names.
pub(super) fn derive_pair(algorithm: Algorithm, parts: &[&str]) -> Result<KeyPair, CannotVouch> {
    let failed = |_| CannotVouch("the leaf's key cannot be made");
    match algorithm {
        Algorithm::ES256 => p256_pair(&derive(parts)).map_err(failed),
        Algorithm::RS256 => {
            let mut entropy = Seeded::new(digest("private key", parts, 0));
            Deterministic.generate(algorithm, &mut entropy).map_err(failed)
        }
        _ => Err(CannotVouch("leaves have keys for ES256 and RS256 only")),
    }
}

/// The certificate serial number of these names.
pub(super) fn derive_serial(parts: &[&str]) -> [u8; 16] {
    let mut serial = [0; 16];
    serial.copy_from_slice(&digest("serial number", parts, 0)[..16]);
    serial
}

pub(super) fn digest(purpose: &str, parts: &[&str], attempt: u8) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"keyrig attestation");
    for part in [purpose].iter().chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update([attempt]);
    hash.finalize().into()
}

/// Bytes as a name.
pub(super) fn hex(bytes: &[u8]) -> String {
    use core::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a String takes what is written to it");
        out
    })
}
