use std::sync::LazyLock;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256K1_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, ED25519,
    ML_DSA_44, ML_DSA_65, ML_DSA_87, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use keyrig_core::entropy::Seeded;
use keyrig_core::provider::ALGORITHMS;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// AWS-LC's judgement; `None` where it does not have the algorithm.
fn verifies(algorithm: Algorithm, key: &PublicKey, message: &[u8], signature: &[u8]) -> Option<bool> {
    let by = |verification: &'static dyn VerificationAlgorithm, key: Vec<u8>| {
        Some(UnparsedPublicKey::new(verification, key).verify(message, signature).is_ok())
    };
    let rsa = |parameters: &'static RsaParameters, n: &[u8], e: &[u8]| {
        Some(RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok())
    };
    let point = |x: &[u8], y: &[u8]| [&[4], x, y].concat();
    match (algorithm.in_webauthn(), key) {
        (Algorithm::ES256, PublicKey::Ec2 { x, y, .. }) => by(&ECDSA_P256_SHA256_ASN1, point(x, y)),
        (Algorithm::ES384, PublicKey::Ec2 { x, y, .. }) => by(&ECDSA_P384_SHA384_ASN1, point(x, y)),
        (Algorithm::ES512, PublicKey::Ec2 { x, y, .. }) => by(&ECDSA_P521_SHA512_ASN1, point(x, y)),
        (Algorithm::ES256K, PublicKey::Ec2 { x, y, .. }) => by(&ECDSA_P256K1_SHA256_ASN1, point(x, y)),
        (Algorithm::EDDSA, PublicKey::Okp { x, .. }) => by(&ED25519, x.clone()),
        (Algorithm::RS256, PublicKey::Rsa { n, e }) => rsa(&RSA_PKCS1_2048_8192_SHA256, n, e),
        (Algorithm::PS256, PublicKey::Rsa { n, e }) => rsa(&RSA_PSS_2048_8192_SHA256, n, e),
        (Algorithm::ML_DSA_44, PublicKey::Akp { public }) => by(&ML_DSA_44, public.clone()),
        (Algorithm::ML_DSA_65, PublicKey::Akp { public }) => by(&ML_DSA_65, public.clone()),
        (Algorithm::ML_DSA_87, PublicKey::Akp { public }) => by(&ML_DSA_87, public.clone()),
        (Algorithm::ED448, PublicKey::Okp { .. }) => None,
        (algorithm, key) => panic!("{algorithm} with {key:?}"),
    }
}

fn assert_verifies(algorithm: Algorithm, key: &PublicKey, signature: &[u8]) {
    let [right, wrong] = [b"message", b"massage"].map(|message| verifies(algorithm, key, message, signature));
    match algorithm {
        Algorithm::ED448 => assert_eq!((right, wrong), (None, None)),
        _ => assert_eq!((right, wrong), (Some(true), Some(false)), "{algorithm}"),
    }
}

#[test]
fn signatures_verify_under_the_key_that_was_given_out() {
    let mut provider = AwsLc::new();
    for &algorithm in ALGORITHMS {
        let pair = provider.generate(algorithm, &mut OsRandom).unwrap();
        let signature = provider.sign(algorithm, &pair.private, b"message").unwrap();
        assert_verifies(algorithm, &pair.public, &signature);
    }
}

#[test]
fn keys_of_one_provider_load_in_the_other() {
    for &algorithm in ALGORITHMS {
        let theirs = Deterministic.generate(algorithm, &mut Seeded::new([7; 32])).unwrap();
        let signature = AwsLc::new().sign(algorithm, &theirs.private, b"message").unwrap();
        assert_verifies(algorithm, &theirs.public, &signature);

        let ours = AwsLc::new().generate(algorithm, &mut OsRandom).unwrap();
        let signature = Deterministic.sign(algorithm, &ours.private, b"message").unwrap();
        assert_verifies(algorithm, &ours.public, &signature);
    }
}

/// Made once: RSA keys take long.
static PAIRS: LazyLock<Vec<(Algorithm, KeyPair)>> = LazyLock::new(|| {
    let mut provider = AwsLc::new();
    ALGORITHMS.iter().map(|&algorithm| (algorithm, provider.generate(algorithm, &mut OsRandom).unwrap())).collect()
});

proptest! {
    #[test]
    fn any_message_is_signed_by_either_provider(
        which: Index,
        message in prop::collection::vec(any::<u8>(), 0..2000),
        other in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let (algorithm, pair) = which.get(&PAIRS);
        let by = |provider: &mut dyn Provider| provider.sign(*algorithm, &pair.private, &message).unwrap();
        for signature in [by(&mut AwsLc::new()), by(&mut Deterministic)] {
            let verifies = |message| verifies(*algorithm, &pair.public, message, &signature);
            prop_assert_ne!(verifies(&message), Some(false));
            prop_assert!(message == other || verifies(&other) != Some(true));
        }
    }
}

#[test]
fn both_providers_agree_on_a_secret() {
    let ours = AwsLc::new().generate(Algorithm::ES256, &mut OsRandom).unwrap();
    let theirs = Deterministic.generate(Algorithm::ES256, &mut Seeded::new([8; 32])).unwrap();
    assert_eq!(AwsLc::new().agree(&ours.private, &theirs.public), Deterministic.agree(&theirs.private, &ours.public));
}

#[test]
fn a_key_of_another_algorithm_is_refused() {
    let scheme = |algorithm: Algorithm| match algorithm.in_webauthn() {
        Algorithm::PS256 => Algorithm::RS256,
        other => other,
    };
    let mut provider = AwsLc::new();
    for (&algorithm, &other) in ALGORITHMS.iter().zip(&ALGORITHMS[1..]).filter(|(a, b)| scheme(**a) != scheme(**b)) {
        let pair = provider.generate(other, &mut OsRandom).unwrap();
        assert_eq!(provider.sign(algorithm, &pair.private, b""), Err(ProviderError::Key), "{algorithm}, parsed");
        assert_eq!(AwsLc::new().sign(algorithm, &pair.private, b""), Err(ProviderError::Key), "{algorithm}");
    }
}

#[test]
fn an_algorithm_that_nobody_has_is_refused() {
    let refused = AwsLc::new().generate(Algorithm::RS1, &mut OsRandom).map(|pair| pair.public);
    assert_eq!(refused, Err(ProviderError::Algorithm(Algorithm::RS1)));
}
