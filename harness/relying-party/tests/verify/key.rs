//! Credential public keys that are of no use, and algorithms that nobody offered.

use keyrig_ctap::ReasonClass;
use keyrig_ctap::cose::{Algorithm, CoseKey, Curve, PublicKey};

use crate::forge::{Registration, Statement, cose, credential_key, registration_refused};

#[track_caller]
fn refused(key: &[u8], class: ReasonClass, reason: &str) {
    let attack = |r: &mut Registration| r.credential().public_key = CoseKey::from_bytes(key);
    registration_refused(Registration::honest(Statement::None), attack, class, reason);
}

#[track_caller]
fn useless(key: &PublicKey, algorithm: Algorithm, reason: &str) {
    refused(&key.to_cose(algorithm), ReasonClass::Key, reason);
}

fn coordinates() -> (Vec<u8>, Vec<u8>) {
    match cose(&credential_key()).public_key() {
        Ok(PublicKey::Ec2 { x, y, .. }) => (x, y),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_algorithm_that_was_not_offered_is_refused() {
    let (x, y) = coordinates();
    let key = PublicKey::Ec2 { curve: Curve::P384, x, y };
    refused(&key.to_cose(Algorithm::ES384), ReasonClass::AlgorithmNotOffered, "algorithm_not_offered");
    let attack = |r: &mut Registration| r.expected.algorithms = vec![Algorithm::EDDSA, Algorithm::RS256];
    let honest = Registration::honest(Statement::None);
    registration_refused(honest, attack, ReasonClass::AlgorithmNotOffered, "algorithm_not_offered");
}

#[test]
fn an_algorithm_that_was_offered_and_cannot_be_verified_is_refused() {
    let mut honest = Registration::honest(Statement::None);
    honest.expected.algorithms.push(Algorithm::RS1);
    let key = PublicKey::Rsa { n: vec![0xc5; 256], e: vec![1, 0, 1] }.to_cose(Algorithm::RS1);
    let attack = |r: &mut Registration| r.credential().public_key = CoseKey::from_bytes(&key);
    registration_refused(honest, attack, ReasonClass::Key, "algorithm_not_supported");
}

#[test]
fn a_key_of_another_type_or_curve_is_refused() {
    let (x, y) = coordinates();
    let ec = |curve| PublicKey::Ec2 { curve, x: x.clone(), y: y.clone() };
    useless(&ec(Curve::SECP256K1), Algorithm::ES256, "key_curve_mismatch");
    useless(&ec(Curve::P384), Algorithm::ES256, "key_curve_mismatch");
    useless(&ec(Curve::P256), Algorithm::RS256, "key_type_mismatch");
    useless(&ec(Curve::P256), Algorithm::EDDSA, "key_type_mismatch");
    useless(&PublicKey::Okp { curve: Curve::ED448, x: x.clone() }, Algorithm::EDDSA, "key_curve_mismatch");
}

#[test]
fn a_p256_key_that_is_no_uncompressed_point_of_the_curve_is_refused() {
    let (x, y) = coordinates();
    let ec = |x: &[u8], y: &[u8]| PublicKey::Ec2 { curve: Curve::P256, x: x.to_vec(), y: y.to_vec() };
    let mut off = y.clone();
    off[31] ^= 1;
    useless(&ec(&x, &off), Algorithm::ES256, "key_not_on_curve");
    useless(&ec(&[0; 32], &[0; 32]), Algorithm::ES256, "key_not_on_curve");
    useless(&ec(&[0xff; 32], &y), Algorithm::ES256, "key_not_on_curve");
    useless(&ec(&x[1..], &y), Algorithm::ES256, "key_length");
    useless(&ec(&[&[0], &x[..]].concat(), &y), Algorithm::ES256, "key_length");
    // {1: 2, 3: -7, -1: 1, -2: x, -3: true}
    let compressed = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], &x[..], &[0x22, 0xf5]].concat();
    refused(&compressed, ReasonClass::Key, "key_unreadable");
}

#[test]
fn a_key_with_optional_parameters_or_without_alg_is_refused() {
    let (x, y) = coordinates();
    let point = [&[0x20, 1, 0x21, 0x58, 32], &x[..], &[0x22, 0x58, 32], &y].concat();
    // {1: 2, 3: -7, 4: [2], …} has key_ops
    let operations = [&[0xa6, 1, 2, 3, 0x26, 4, 0x81, 2], &point[..]].concat();
    refused(&operations, ReasonClass::Key, "key_with_optional_parameters");
    // {…, -4: h'01'} has the private key
    let private = [&[0xa6, 1, 2, 3, 0x26], &point[..], &[0x23, 0x41, 1]].concat();
    refused(&private, ReasonClass::Key, "key_with_optional_parameters");
    let without_alg = [&[0xa4, 1, 2], &point[..]].concat();
    refused(&without_alg, ReasonClass::Key, "key_without_algorithm");
    let twice = [&[0xa6, 1, 2, 3, 0x26, 3, 0x26], &point[..]].concat();
    refused(&twice, ReasonClass::Malformed, "key_not_canonical");
}

#[test]
fn an_ed25519_key_of_small_order_is_refused() {
    let okp = |x: &[u8]| PublicKey::Okp { curve: Curve::ED25519, x: x.to_vec() };
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut minus_one = [0xff; 32];
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    for point in [identity, [0; 32], minus_one] {
        useless(&okp(&point), Algorithm::EDDSA, "key_small_order");
    }
    let mut off = [0; 32];
    off[0] = 2;
    useless(&okp(&off), Algorithm::EDDSA, "key_not_on_curve");
    useless(&okp(&[7; 31]), Algorithm::EDDSA, "key_length");

    let mut honest = Registration::honest(Statement::None);
    // RFC 8032 §7.1, test 1.
    let x = b"\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\
              \x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";
    honest.credential().public_key = CoseKey::from_bytes(&okp(x).to_cose(Algorithm::EDDSA));
    honest.outcome().expect("an honest Ed25519 key is accepted");
}

#[test]
fn an_ed448_key_of_small_order_is_refused() {
    let useless = |x: &[u8], reason| {
        let mut honest = Registration::honest(Statement::None);
        honest.expected.algorithms.push(Algorithm::ED448);
        let key = PublicKey::Okp { curve: Curve::ED448, x: x.to_vec() }.to_cose(Algorithm::ED448);
        let attack = |r: &mut Registration| r.credential().public_key = CoseKey::from_bytes(&key);
        registration_refused(honest, attack, ReasonClass::Key, reason);
    };
    // p = 2^448 - 2^224 - 1, little-endian.
    let mut p = [0xff; 57];
    (p[28], p[56]) = (0xfe, 0);
    let near_p = |low: u8| [&[low], &p[1..]].concat();
    let mut identity = [0; 57];
    identity[0] = 1;
    let mut negative = [0; 57];
    negative[56] = 0x80;
    for point in [&identity[..], &[0; 57], &negative, &near_p(0xfe)] {
        useless(point, "key_small_order");
    }
    let mut off = [0; 57];
    off[0] = 2;
    useless(&off, "key_not_on_curve");
    // Numbers that are reduced modulo p before they are points.
    useless(&near_p(0xff), "key_not_on_curve");
    useless(&[0xff; 57], "key_not_on_curve");
    useless(&[7; 56], "key_length");
}

#[test]
fn a_weak_rsa_key_is_refused() {
    let rsa = |n: &[u8], e: &[u8]| PublicKey::Rsa { n: n.to_vec(), e: e.to_vec() };
    let strong = [0xc5; 256];
    let exponent = [1, 0, 1];
    for (n, e, reason) in [
        (&[0xc5; 64][..], &exponent[..], "rsa_modulus"),
        (&strong[1..], &exponent, "rsa_modulus"),
        (&[0x05; 256], &exponent, "rsa_modulus"),
        (&[0xc5; 1025], &exponent, "rsa_modulus"),
        (&[0xc4; 256], &exponent, "rsa_modulus"),
        (&strong, &[1], "rsa_exponent"),
        (&strong, &[2], "rsa_exponent"),
        (&strong, &[1, 0, 0, 0, 1], "rsa_exponent"),
        (&strong, &[0, 1, 0, 1], "key_not_minimal"),
    ] {
        useless(&rsa(n, e), Algorithm::RS256, reason);
    }
    let mut honest = Registration::honest(Statement::None);
    honest.credential().public_key = CoseKey::from_bytes(&rsa(&strong, &exponent).to_cose(Algorithm::RS256));
    honest.outcome().expect("2048 bits and 65537 are accepted");
}
