use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::entropy::{Scripted, Seeded};
use crate::provider::ALGORITHMS;

/// Making RSA keys is slow; they have tests of their own.
fn quick() -> impl Iterator<Item = Algorithm> {
    ALGORITHMS.iter().copied().filter(|algorithm| !matches!(*algorithm, Algorithm::RS256 | Algorithm::PS256))
}

#[test]
fn the_same_draws_make_the_same_key_and_the_same_signature() {
    for algorithm in ALGORITHMS.iter().copied() {
        let made = || {
            let pair = Deterministic.generate(algorithm, &mut Seeded::new([7; 32])).unwrap();
            let signature = Deterministic.sign(algorithm, &pair.private, b"message").unwrap();
            (pair.public, signature)
        };
        assert_eq!(made(), made(), "{algorithm}");
    }
}

#[test]
fn another_message_has_another_signature() {
    for algorithm in quick() {
        let pair = Deterministic.generate(algorithm, &mut Seeded::new([7; 32])).unwrap();
        let [one, other] = [b"message", b"massage"].map(|m| Deterministic.sign(algorithm, &pair.private, m).unwrap());
        assert_ne!(one, other, "{algorithm}");
    }
}

#[test]
fn a_secret_that_is_drawn_and_one_that_is_imported_make_the_same_pair() {
    for algorithm in quick() {
        let length = match algorithm.in_webauthn() {
            Algorithm::ES384 => 48,
            Algorithm::ES512 => 66,
            Algorithm::ED448 => 57,
            _ => 32,
        };
        let mut secret = vec![0x5a; length];
        secret[0] = 1;
        let drawn = Deterministic.generate(algorithm, &mut Scripted::new([secret.clone()])).unwrap();
        let imported = Deterministic::import(algorithm, &secret).unwrap();
        assert_eq!((drawn.private, drawn.public), (imported.private, imported.public), "{algorithm}");
    }
}

#[test]
fn leading_zeros_of_a_scalar_may_be_left_out() {
    let long = Deterministic::import(Algorithm::ES512, &[&[0][..], &[0x11; 65]].concat()).unwrap();
    assert_eq!(Deterministic::import(Algorithm::ES512, &[0x11; 65]).unwrap().public, long.public);
}

#[test]
fn rsa_primes_of_different_lengths_make_a_key_that_signs() {
    // Two Mersenne primes: 2^1279 - 1 and 2^2203 - 1.
    let mersenne = |bits: usize| {
        let mut prime = vec![0xff; bits.div_ceil(8)];
        prime[0] = 0xff >> (prime.len() * 8 - bits);
        prime
    };
    let (p, q) = (mersenne(1279), mersenne(2203));
    let pair = Deterministic::import_rsa(&p, &q).unwrap();
    let PublicKey::Rsa { n, e } = &pair.public else { panic!("an RSA key") };
    assert_eq!((n.len(), &e[..]), (436, &[1, 0, 1][..]));
    for algorithm in [Algorithm::RS256, Algorithm::PS256] {
        assert_eq!(Deterministic.sign(algorithm, &pair.private, b"message").unwrap().len(), 436);
    }
    for wrong in [&[][..], &[1], &[0x10; 128], &[0xff; 512]] {
        assert_eq!(Deterministic::import_rsa(wrong, &q).map(|pair| pair.public), Err(ProviderError::Key));
    }
}

#[test]
fn a_key_of_another_algorithm_is_refused() {
    for (algorithm, other) in quick().zip(quick().skip(1)).filter(|(a, b)| a.in_webauthn() != b.in_webauthn()) {
        let pair = Deterministic.generate(other, &mut Seeded::new([7; 32])).unwrap();
        assert_eq!(Deterministic.sign(algorithm, &pair.private, b""), Err(ProviderError::Key), "{algorithm}");
    }
}

#[test]
fn an_algorithm_that_it_does_not_have_is_refused() {
    let unknown = Err(ProviderError::Algorithm(Algorithm::RS1));
    assert_eq!(Deterministic.generate(Algorithm::RS1, &mut Seeded::new([0; 32])).map(|pair| pair.public), unknown);
    let refused = Deterministic.sign(Algorithm::RS1, &PrivateKey::from_pkcs8(&[]), b"");
    assert_eq!(refused.map(|_| ()), unknown.map(|_| ()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The one algorithm that AWS-LC cannot verify beside the other provider's tests.
    #[test]
    fn any_message_is_signed_by_ed448(message in prop::collection::vec(any::<u8>(), 0..2000), seed: [u8; 32]) {
        let pair = Deterministic.generate(Algorithm::ED448, &mut Seeded::new(seed)).unwrap();
        let signature = Deterministic.sign(Algorithm::ED448, &pair.private, &message).unwrap();
        let PublicKey::Okp { curve: Curve::ED448, x } = pair.public else { panic!("an Ed448 key") };
        let key = ed448_goldilocks::VerifyingKey::from_bytes(&x.try_into().unwrap()).unwrap();
        let signature = ed448_goldilocks::Signature::try_from(&signature[..]).unwrap();
        prop_assert!(key.verify_raw(&signature, &message).is_ok());
        prop_assert!(key.verify_raw(&signature, &[&message[..], b"!"].concat()).is_err());
    }

    #[test]
    fn no_secret_and_no_document_panics(bytes in prop::collection::vec(any::<u8>(), 0..80), at in 0..20_usize) {
        for &algorithm in ALGORITHMS {
            let _ = Deterministic::import(algorithm, &bytes);
            let _ = Deterministic.sign(algorithm, &PrivateKey::from_pkcs8(&bytes), b"message");
        }
        let _ = Deterministic::import_rsa(&bytes, &bytes);
        // A document with one byte changed is loaded or refused, whatever it was.
        let algorithm = ALGORITHMS[at % ALGORITHMS.len()];
        if !matches!(algorithm, Algorithm::RS256 | Algorithm::PS256) {
            let pair = Deterministic.generate(algorithm, &mut Seeded::new([7; 32])).unwrap();
            let mut document: Vec<u8> = pair.private.pkcs8().to_vec();
            let place = bytes.len() * 31 % document.len();
            document[place] ^= bytes.first().copied().unwrap_or(1);
            let _ = Deterministic.sign(algorithm, &PrivateKey::from_pkcs8(&document), b"message");
        }
    }
}
