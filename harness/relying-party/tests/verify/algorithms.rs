//! Every signature algorithm: what its own library signs is accepted; any other key or signature is refused.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding};
use ed448_goldilocks::signature::{SignatureEncoding, Signer};
use keyrig_ctap::ReasonClass;
use keyrig_ctap::cose::{Algorithm, CoseKey, Curve, PublicKey};
use keyrig_relying_party::verify::{self, AuthenticationResponse};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::forge::{Authentication, Registration, Statement, assert_refusal, sha256};

type Sign = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

/// A credential key. RustCrypto signs and the relying party verifies by AWS-LC; one library does both for RSA, where
/// RustCrypto is slow, and for Ed448, which AWS-LC does not have.
struct Signing {
    algorithm: Algorithm,
    key: PublicKey,
    sign: Box<Sign>,
}

fn signing<S: SignatureEncoding>(
    algorithm: Algorithm,
    key: PublicKey,
    signer: impl Signer<S> + Send + Sync + 'static,
) -> Signing {
    Signing { algorithm, key, sign: Box::new(move |message| signer.sign(message).to_vec()) }
}

fn ec2(curve: Curve, point: &[u8]) -> PublicKey {
    let (x, y) = point[1..].split_at(point.len() / 2);
    PublicKey::Ec2 { curve, x: x.to_vec(), y: y.to_vec() }
}

fn ecdsa() -> Vec<Signing> {
    let p256 = || p256::ecdsa::SigningKey::from_slice(&[5; 32]).unwrap();
    let p384 = || p384::ecdsa::SigningKey::from_slice(&[5; 48]).unwrap();
    let p521 = || p521::ecdsa::SigningKey::from_slice(&[&[0][..], &[5; 65]].concat()).unwrap();
    let k256 = k256::ecdsa::SigningKey::from_slice(&[5; 32]).unwrap();
    let on_p256 = ec2(Curve::P256, p256().verifying_key().to_sec1_point(false).as_bytes());
    let on_p384 = ec2(Curve::P384, p384().verifying_key().to_sec1_point(false).as_bytes());
    let on_p521 = ec2(Curve::P521, p521().verifying_key().to_sec1_point(false).as_bytes());
    let on_k256 = ec2(Curve::SECP256K1, k256.verifying_key().to_sec1_point(false).as_bytes());
    vec![
        signing::<p256::ecdsa::DerSignature>(Algorithm::ES256, on_p256.clone(), p256()),
        signing::<p256::ecdsa::DerSignature>(Algorithm::ESP256, on_p256, p256()),
        signing::<p384::ecdsa::DerSignature>(Algorithm::ES384, on_p384.clone(), p384()),
        signing::<p384::ecdsa::DerSignature>(Algorithm::ESP384, on_p384, p384()),
        signing::<p521::ecdsa::DerSignature>(Algorithm::ES512, on_p521.clone(), p521()),
        signing::<p521::ecdsa::DerSignature>(Algorithm::ESP512, on_p521, p521()),
        signing::<k256::ecdsa::DerSignature>(Algorithm::ES256K, on_k256, k256),
    ]
}

fn eddsa() -> Vec<Signing> {
    let ed25519 = || ed25519_dalek::SigningKey::from_bytes(&[5; 32]);
    let ed448 = ed448_goldilocks::SigningKey::try_from(&[5; 57][..]).unwrap();
    let okp = |curve, x: &[u8]| PublicKey::Okp { curve, x: x.to_vec() };
    let x = okp(Curve::ED25519, ed25519().verifying_key().as_bytes());
    let x448 = okp(Curve::ED448, ed448.verifying_key().as_bytes());
    vec![
        signing::<ed25519_dalek::Signature>(Algorithm::EDDSA, x.clone(), ed25519()),
        signing::<ed25519_dalek::Signature>(Algorithm::ED25519, x, ed25519()),
        signing::<ed448_goldilocks::Signature>(Algorithm::ED448, x448, ed448),
    ]
}

fn ml_dsa() -> Vec<Signing> {
    fn signer<P: ml_dsa::MlDsaParams + 'static>(algorithm: Algorithm) -> Signing {
        let signer = ml_dsa::SigningKey::<P>::from_seed(&[5; 32].into());
        let public = ml_dsa::Keypair::verifying_key(&signer).encode().to_vec();
        signing::<ml_dsa::Signature<P>>(algorithm, PublicKey::Akp { public }, signer)
    }
    vec![
        signer::<ml_dsa::MlDsa44>(Algorithm::ML_DSA_44),
        signer::<ml_dsa::MlDsa65>(Algorithm::ML_DSA_65),
        signer::<ml_dsa::MlDsa87>(Algorithm::ML_DSA_87),
    ]
}

fn rsa() -> Vec<Signing> {
    fn signer(algorithm: Algorithm, encoding: &'static dyn RsaEncoding) -> Signing {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        // SEQUENCE { INTEGER of 257 bytes, the first of them zero; INTEGER 65537 } (RFC 8017 A.1.1)
        let der = pair.public_key().as_ref();
        let key = PublicKey::Rsa { n: der[9..265].to_vec(), e: der[267..].to_vec() };
        let sign = move |message: &[u8]| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
            signature
        };
        Signing { algorithm, key, sign: Box::new(sign) }
    }
    vec![signer(Algorithm::RS256, &RSA_PKCS1_SHA256), signer(Algorithm::PS256, &RSA_PSS_SHA256)]
}

/// Made once: without optimisation, a key takes longer than all that is done with it.
static ALL: LazyLock<Vec<Signing>> =
    LazyLock::new(|| [ecdsa(), eddsa(), ml_dsa(), rsa()].into_iter().flatten().collect());

fn registration(algorithm: Algorithm, key: &PublicKey) -> Registration {
    let mut registration = Registration::honest(Statement::None);
    registration.expected.algorithms = vec![algorithm];
    registration.credential().public_key = CoseKey::from_bytes(&key.to_cose(algorithm));
    registration
}

/// An authentication whose record has the key, and what its authenticator has to sign.
fn authentication(signing: &Signing) -> (Authentication, AuthenticationResponse, Vec<u8>) {
    let mut ceremony = Authentication::honest();
    ceremony.record.public_key = CoseKey::from_bytes(&signing.key.to_cose(signing.algorithm));
    let response = ceremony.response();
    let message = [&response.authenticator_data[..], &sha256(&response.client_data_json)].concat();
    (ceremony, response, message)
}

#[test]
fn each_algorithm_registers_and_signs_in() {
    let mut algorithms: Vec<i64> = ALL.iter().map(|signing| signing.algorithm.0).collect();
    algorithms.sort_unstable_by(|a, b| b.cmp(a));
    let named = Algorithm::NAMED.iter().filter(|algorithm| **algorithm != Algorithm::RS1);
    assert_eq!(algorithms, named.map(|algorithm| algorithm.0).collect::<Vec<_>>());

    for signing in &*ALL {
        let algorithm = signing.algorithm;
        let verified = registration(algorithm, &signing.key).outcome().unwrap_or_else(|e| panic!("{algorithm}: {e}"));
        assert_eq!(verified.algorithm, algorithm);

        let (ceremony, mut response, message) = authentication(signing);
        let outcome = |response: &_| verify::authentication(&ceremony.expected, &ceremony.record, response).map(drop);
        response.signature = (signing.sign)(&message);
        outcome(&response).unwrap_or_else(|e| panic!("{algorithm}: {e}"));
        response.signature = (signing.sign)(&message[1..]);
        assert_refusal(outcome(&response), ReasonClass::Signature, "signature_invalid");
    }
}

#[test]
fn a_key_under_the_algorithm_of_another_is_refused() {
    let family = |algorithm: Algorithm| match algorithm.in_webauthn() {
        Algorithm::PS256 => Algorithm::RS256,
        other => other,
    };
    for signing in &*ALL {
        for algorithm in ALL.iter().map(|other| other.algorithm) {
            let fits = family(algorithm) == family(signing.algorithm);
            match registration(algorithm, &signing.key).outcome() {
                Ok(_) => assert!(fits, "a key of {} passed for {algorithm}", signing.algorithm),
                Err(refusal) => assert!(!fits && refusal.class == ReasonClass::Key, "{algorithm}: {refusal}"),
            }
        }
    }
}

/// What can be wrong with the numbers of a key.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Shorter,
    Longer,
    LeadingZero,
    OtherCurve,
    OffTheCurve,
    EvenExponent,
    EvenModulus,
}

const DAMAGES: [Damage; 7] = [
    Damage::Shorter,
    Damage::Longer,
    Damage::LeadingZero,
    Damage::OtherCurve,
    Damage::OffTheCurve,
    Damage::EvenExponent,
    Damage::EvenModulus,
];

/// The key, damaged; `None` where this cannot be wrong with it.
fn damaged(mut key: PublicKey, damage: Damage, which: bool, at: Index) -> Option<PublicKey> {
    match (&mut key, damage) {
        (PublicKey::Ec2 { curve, .. } | PublicKey::Okp { curve, .. }, Damage::OtherCurve) => curve.0 += 1,
        // Only the negated y would be on the curve too, and it differs in more than one bit.
        (PublicKey::Ec2 { y, .. }, Damage::OffTheCurve) => {
            let at = at.index(y.len());
            y[at] ^= 2;
        }
        (PublicKey::Rsa { e, .. }, Damage::EvenExponent) => *e.last_mut()? ^= 1,
        (PublicKey::Rsa { n, .. }, Damage::EvenModulus) => *n.last_mut()? ^= 1,
        (key, Damage::Shorter | Damage::Longer | Damage::LeadingZero) => {
            let number = match key {
                PublicKey::Ec2 { x, y, .. } => {
                    if which {
                        x
                    } else {
                        y
                    }
                }
                PublicKey::Okp { x, .. } => x,
                PublicKey::Rsa { n, .. } => n,
                PublicKey::Akp { public } => public,
            };
            match damage {
                Damage::Shorter => number.truncate(at.index(number.len().min(200))),
                Damage::Longer => number.extend(vec![0xa5; 1 + at.index(80)].iter().chain(&[0x5a; 1024])),
                _ => number.insert(0, 0),
            }
        }
        _ => return None,
    }
    Some(key)
}

proptest! {
    #[test]
    fn a_damaged_key_is_refused(which: Index, damage in select(&DAMAGES[..]), first: bool, at: Index) {
        let Signing { algorithm, key, .. } = which.get(&ALL);
        let algorithm = *algorithm;
        prop_assert!(registration(algorithm, key).outcome().is_ok());
        if let Some(damaged) = damaged(key.clone(), damage, first, at) {
            let refusal = registration(algorithm, &damaged).outcome().unwrap_err();
            prop_assert_eq!(refusal.class, ReasonClass::Key, "{}: {:?}: {}", algorithm, damage, refusal);
        }
    }

    #[test]
    fn arbitrary_numbers_never_panic(
        algorithm in select(Algorithm::NAMED),
        curve in 0..9_i64,
        first in prop::collection::vec(any::<u8>(), 0..100),
        second in prop::collection::vec(any::<u8>(), 0..5),
    ) {
        let (curve, x, e) = (Curve(curve), first.clone(), second.clone());
        for key in [
            PublicKey::Ec2 { curve, x: x.clone(), y: first.clone() },
            PublicKey::Okp { curve, x: x.clone() },
            PublicKey::Rsa { n: x.repeat(4), e },
            PublicKey::Akp { public: [first, second].concat() },
        ] {
            if let Err(refusal) = registration(algorithm, &key).outcome() {
                prop_assert_eq!(refusal.class, ReasonClass::Key);
            }
        }
    }

    #[test]
    fn an_arbitrary_signature_is_refused(which: Index, signature in prop::collection::vec(any::<u8>(), 0..5000)) {
        let (ceremony, mut response, _) = authentication(which.get(&ALL));
        response.signature = signature;
        let refusal = verify::authentication(&ceremony.expected, &ceremony.record, &response).unwrap_err();
        prop_assert_eq!(refusal.class, ReasonClass::Signature);
    }

    #[test]
    fn a_signature_with_one_bit_turned_is_refused(which: Index, at: Index, bit in 0..8) {
        let signing = which.get(&ALL);
        let (ceremony, mut response, message) = authentication(signing);
        response.signature = (signing.sign)(&message);
        let at = at.index(response.signature.len());
        response.signature[at] ^= 1_u8 << bit;
        let refusal = verify::authentication(&ceremony.expected, &ceremony.record, &response).unwrap_err();
        prop_assert_eq!(refusal.class, ReasonClass::Signature);
    }
}
