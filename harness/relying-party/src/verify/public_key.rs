//! Public keys that are good for their algorithm, and the signatures that they verify: by AWS-LC, Ed448's by
//! ed448-goldilocks.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{self, ParsedPublicKey, PqdsaVerificationAlgorithm, RsaParameters, VerificationAlgorithm};
use ed448_goldilocks::EdwardsPoint;
use ed448_goldilocks::signature::Verifier;
use keyrig_ctap::cose::{Algorithm, Curve, PublicKey};

/// RSA moduli shorter than this are refused, in bits.
const SHORTEST_RSA: usize = 2048;
/// RSA moduli longer than this are refused, in bits.
const LONGEST_RSA: usize = 8192;
/// RSA exponents longer than this are refused, in bytes.
const LONGEST_EXPONENT: usize = 4;

/// A public key that was found good for one algorithm.
pub(crate) struct VerifyingKey(Prepared);

enum Prepared {
    Parsed(ParsedPublicKey),
    Rsa { parameters: &'static RsaParameters, n: Vec<u8>, e: Vec<u8> },
    Ed448(Box<ed448_goldilocks::VerifyingKey>),
}

/// Why a key is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyProblem {
    /// The reason in snake_case.
    pub(crate) reason: &'static str,
    /// What is wrong, for people.
    pub(crate) message: String,
}

/// What an algorithm asks of a key.
enum Scheme {
    Ecdsa { curve: Curve, coordinate: usize, verification: &'static dyn VerificationAlgorithm },
    Ed25519,
    Ed448,
    Rsa(&'static RsaParameters),
    MlDsa { length: usize, verification: &'static PqdsaVerificationAlgorithm },
}

impl Scheme {
    /// The fully specified identifiers of RFC 9864 stand beside the older ones.
    fn of(algorithm: Algorithm) -> Option<Self> {
        let ecdsa = |curve, coordinate, verification| Self::Ecdsa { curve, coordinate, verification };
        let ml_dsa = |length, verification| Self::MlDsa { length, verification };
        Some(match algorithm.in_webauthn() {
            Algorithm::ES256 => ecdsa(Curve::P256, 32, &signature::ECDSA_P256_SHA256_ASN1),
            Algorithm::ES384 => ecdsa(Curve::P384, 48, &signature::ECDSA_P384_SHA384_ASN1),
            Algorithm::ES512 => ecdsa(Curve::P521, 66, &signature::ECDSA_P521_SHA512_ASN1),
            Algorithm::ES256K => ecdsa(Curve::SECP256K1, 32, &signature::ECDSA_P256K1_SHA256_ASN1),
            Algorithm::EDDSA => Self::Ed25519,
            Algorithm::ED448 => Self::Ed448,
            Algorithm::RS256 => Self::Rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
            Algorithm::PS256 => Self::Rsa(&signature::RSA_PSS_2048_8192_SHA256),
            Algorithm::ML_DSA_44 => ml_dsa(1312, &signature::ML_DSA_44),
            Algorithm::ML_DSA_65 => ml_dsa(1952, &signature::ML_DSA_65),
            Algorithm::ML_DSA_87 => ml_dsa(2592, &signature::ML_DSA_87),
            _ => return None,
        })
    }
}

impl VerifyingKey {
    /// Checks that `key` is of the type, curve and size that `algorithm` asks for, and a point on its curve.
    pub(crate) fn new(key: &PublicKey, algorithm: Algorithm) -> Result<Self, KeyProblem> {
        let scheme = Scheme::of(algorithm).ok_or_else(|| KeyProblem {
            reason: "algorithm_not_supported",
            message: format!("{algorithm} is not among the algorithms that can be verified here"),
        })?;
        match (scheme, key) {
            (Scheme::Ecdsa { curve, coordinate, verification }, PublicKey::Ec2 { curve: found, x, y }) => {
                same_curve(*found, curve, algorithm)?;
                ecdsa(x, y, coordinate, verification).map(Self)
            }
            (Scheme::Ed25519, PublicKey::Okp { curve, x }) => {
                same_curve(*curve, Curve::ED25519, algorithm)?;
                ed25519(x).map(Self)
            }
            (Scheme::Ed448, PublicKey::Okp { curve, x }) => {
                same_curve(*curve, Curve::ED448, algorithm)?;
                ed448(x).map(Self)
            }
            (Scheme::Rsa(parameters), PublicKey::Rsa { n, e }) => rsa(n, e, parameters).map(Self),
            (Scheme::MlDsa { length, verification }, PublicKey::Akp { public }) => {
                ml_dsa(public, length, verification).map(Self)
            }
            _ => Err(KeyProblem {
                reason: "key_type_mismatch",
                message: format!("the key is not of the type that {algorithm} asks for"),
            }),
        }
    }

    /// Whether `signature` is this key's over `message`. A high s passes: the text does not forbid it.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Prepared::Parsed(key) => key.verify_sig(message, signature).is_ok(),
            Prepared::Rsa { parameters, n, e } => {
                PublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
            }
            Prepared::Ed448(key) => ed448_goldilocks::Signature::try_from(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
        }
    }
}

fn same_curve(found: Curve, expected: Curve, algorithm: Algorithm) -> Result<(), KeyProblem> {
    if found == expected {
        return Ok(());
    }
    let message = format!("the key is on curve {}, and {algorithm} asks for curve {}", found.0, expected.0);
    Err(KeyProblem { reason: "key_curve_mismatch", message })
}

fn ecdsa(
    x: &[u8],
    y: &[u8],
    coordinate: usize,
    verification: &'static dyn VerificationAlgorithm,
) -> Result<Prepared, KeyProblem> {
    if x.len() != coordinate || y.len() != coordinate {
        let message = format!("the coordinates are {} and {} bytes long, not {coordinate}", x.len(), y.len());
        return Err(KeyProblem { reason: "key_length", message });
    }
    let point = [&[4], x, y].concat();
    ParsedPublicKey::new(verification, point).map(Prepared::Parsed).map_err(|_| KeyProblem {
        reason: "key_not_on_curve",
        message: "the key is not a point on its curve".to_owned(),
    })
}

fn ed25519(x: &[u8]) -> Result<Prepared, KeyProblem> {
    let problem = |reason, message: &str| KeyProblem { reason, message: message.to_owned() };
    let bytes = x.try_into().map_err(|_| problem("key_length", "an Ed25519 key is 32 bytes long"))?;
    let point = ed25519_dalek::VerifyingKey::from_bytes(bytes)
        .map_err(|_| problem("key_not_on_curve", "the key is not a point on its curve"))?;
    if point.is_weak() {
        return Err(problem("key_small_order", "the key is a point of small order"));
    }
    ParsedPublicKey::new(&signature::ED25519, x)
        .map(Prepared::Parsed)
        .map_err(|_| problem("key_not_on_curve", "the key is not a point on its curve"))
}

fn ed448(x: &[u8]) -> Result<Prepared, KeyProblem> {
    let problem = |reason, message: &str| KeyProblem { reason, message: message.to_owned() };
    let bytes: [u8; 57] = x.try_into().map_err(|_| problem("key_length", "an Ed448 key is 57 bytes long"))?;
    let point = ed448_goldilocks::CompressedEdwardsY(bytes).decompress_unchecked().into_option();
    // A number that has to be reduced first is no encoding (RFC 8032 §5.2.3).
    let point = point.filter(|point| point.compress().0 == bytes);
    let point = point.ok_or_else(|| problem("key_not_on_curve", "the key is not a point on its curve"))?;
    // The cofactor is 4.
    if point.to_edwards().double().double() == EdwardsPoint::IDENTITY {
        return Err(problem("key_small_order", "the key is a point of small order"));
    }
    ed448_goldilocks::VerifyingKey::from_bytes(&bytes)
        .map(|key| Prepared::Ed448(Box::new(key)))
        .map_err(|_| problem("key_not_on_curve", "the key is not a point on its curve"))
}

/// Every string of the right length is a key (FIPS 204, algorithm 23).
fn ml_dsa(
    public: &[u8],
    length: usize,
    verification: &'static PqdsaVerificationAlgorithm,
) -> Result<Prepared, KeyProblem> {
    let problem = || {
        let message = format!("the key is {} bytes long, not {length}", public.len());
        KeyProblem { reason: "key_length", message }
    };
    if public.len() != length {
        return Err(problem());
    }
    ParsedPublicKey::new(verification, public).map(Prepared::Parsed).map_err(|_| problem())
}

fn rsa(n: &[u8], e: &[u8], parameters: &'static RsaParameters) -> Result<Prepared, KeyProblem> {
    let problem = |reason, message: String| Err(KeyProblem { reason, message });
    if n.first() == Some(&0) || e.first() == Some(&0) {
        return problem("key_not_minimal", "the modulus or the exponent begins with a zero byte".to_owned());
    }
    let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if !(SHORTEST_RSA..=LONGEST_RSA).contains(&bits) || n.last().is_some_and(|last| last % 2 == 0) {
        return problem("rsa_modulus", format!("the modulus has {bits} bits or is even"));
    }
    let even = e.last().is_none_or(|last| last % 2 == 0);
    if even || e == [1] || e.len() > LONGEST_EXPONENT {
        return problem("rsa_exponent", "the exponent is 1, even or longer than four bytes".to_owned());
    }
    Ok(Prepared::Rsa { parameters, n: n.to_vec(), e: e.to_vec() })
}
