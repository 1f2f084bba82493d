//! `getPublicKey` (WebAuthn L3 §5.2.1.1): a COSE key as `SubjectPublicKeyInfo`, DER.

use der::Encode as _;
use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use keyrig_ctap::cose::{Algorithm, CoseKey, Curve, PublicKey};
use spki::{AlgorithmIdentifier, SubjectPublicKeyInfo};

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");
const ML_DSA_44: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17");
const ML_DSA_65: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18");
const ML_DSA_87: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

#[derive(der::Sequence)]
struct RsaPublicKey<'a> {
    n: UintRef<'a>,
    e: UintRef<'a>,
}

/// The DER of a key whose form is known; `None` of any other, as the text has it.
pub(super) fn of(key: &CoseKey) -> Option<Vec<u8>> {
    match key.public_key().ok()? {
        PublicKey::Ec2 { curve, x, y } => {
            let curve = match curve {
                Curve::P256 => P256,
                Curve::P384 => P384,
                Curve::P521 => P521,
                Curve::SECP256K1 => SECP256K1,
                _ => return None,
            };
            encode(EC_PUBLIC_KEY, Some(AnyRef::from(&curve)), &[&[4], x.as_slice(), &y].concat())
        }
        PublicKey::Okp { curve: Curve::ED25519, x } => encode(ED25519, None, &x),
        PublicKey::Okp { curve: Curve::ED448, x } => encode(ED448, None, &x),
        PublicKey::Okp { .. } => None,
        PublicKey::Akp { public } => {
            let oid = match key.algorithm()? {
                Algorithm::ML_DSA_44 => ML_DSA_44,
                Algorithm::ML_DSA_65 => ML_DSA_65,
                Algorithm::ML_DSA_87 => ML_DSA_87,
                _ => return None,
            };
            encode(oid, None, &public)
        }
        PublicKey::Rsa { n, e } => {
            let key = RsaPublicKey { n: UintRef::new(&n).ok()?, e: UintRef::new(&e).ok()? };
            encode(RSA, Some(AnyRef::NULL), &key.to_der().ok()?)
        }
    }
}

fn encode(oid: ObjectIdentifier, parameters: Option<AnyRef<'_>>, key: &[u8]) -> Option<Vec<u8>> {
    let algorithm = AlgorithmIdentifier { oid, parameters };
    SubjectPublicKeyInfo { algorithm, subject_public_key: BitStringRef::from_bytes(key).ok()? }.to_der().ok()
}

#[cfg(test)]
mod tests {
    use ml_dsa::Keypair as _;
    use p256::elliptic_curve::sec1::ToSec1Point as _;
    use p256::pkcs8::EncodePublicKey;

    use super::*;

    #[track_caller]
    fn same(key: &PublicKey, algorithm: Algorithm, by_another_crate: &impl EncodePublicKey) {
        let der = of(&CoseKey::from_bytes(&key.to_cose(algorithm))).unwrap();
        assert_eq!(der, by_another_crate.to_public_key_der().unwrap().as_bytes(), "{algorithm}");
    }

    fn ec2(curve: Curve, point: &[u8]) -> PublicKey {
        let (x, y) = point[1..].split_at(point.len() / 2);
        PublicKey::Ec2 { curve, x: x.to_vec(), y: y.to_vec() }
    }

    #[test]
    fn a_point_has_the_bytes_that_another_crate_gives_it() {
        let on_p256 = p256::SecretKey::from_slice(&[5; 32]).unwrap().public_key();
        same(&ec2(Curve::P256, on_p256.to_sec1_point(false).as_bytes()), Algorithm::ES256, &on_p256);
        let on_p384 = p384::SecretKey::from_slice(&[5; 48]).unwrap().public_key();
        same(&ec2(Curve::P384, on_p384.to_sec1_point(false).as_bytes()), Algorithm::ES384, &on_p384);
        let on_p521 = p521::SecretKey::from_slice(&[&[0][..], &[5; 65]].concat()).unwrap().public_key();
        same(&ec2(Curve::P521, on_p521.to_sec1_point(false).as_bytes()), Algorithm::ES512, &on_p521);
        let on_k256 = k256::SecretKey::from_slice(&[5; 32]).unwrap().public_key();
        same(&ec2(Curve::SECP256K1, on_k256.to_sec1_point(false).as_bytes()), Algorithm::ES256K, &on_k256);
    }

    #[test]
    fn a_string_of_octets_has_the_bytes_that_another_crate_gives_it() {
        let okp = |curve, x: &[u8]| PublicKey::Okp { curve, x: x.to_vec() };
        let ed25519 = ed25519_dalek::SigningKey::from_bytes(&[5; 32]).verifying_key();
        same(&okp(Curve::ED25519, ed25519.as_bytes()), Algorithm::EDDSA, &ed25519);
        let ed448 = ed448_goldilocks::SigningKey::try_from(&[5; 57][..]).unwrap().verifying_key();
        same(&okp(Curve::ED448, ed448.as_bytes()), Algorithm::ED448, &ed448);
        let ml_dsa_44 = ml_dsa::SigningKey::<ml_dsa::MlDsa44>::from_seed(&[5; 32].into()).verifying_key();
        same(&PublicKey::Akp { public: ml_dsa_44.encode().to_vec() }, Algorithm::ML_DSA_44, &ml_dsa_44);
        let ml_dsa_65 = ml_dsa::SigningKey::<ml_dsa::MlDsa65>::from_seed(&[5; 32].into()).verifying_key();
        same(&PublicKey::Akp { public: ml_dsa_65.encode().to_vec() }, Algorithm::ML_DSA_65, &ml_dsa_65);
        let ml_dsa_87 = ml_dsa::SigningKey::<ml_dsa::MlDsa87>::from_seed(&[5; 32].into()).verifying_key();
        same(&PublicKey::Akp { public: ml_dsa_87.encode().to_vec() }, Algorithm::ML_DSA_87, &ml_dsa_87);
    }

    #[test]
    fn what_is_no_key_has_no_bytes() {
        assert_eq!(of(&CoseKey::from_bytes(&[0xa0])), None);
    }
}
