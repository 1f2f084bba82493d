mod pkcs8;

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::agreement::{self, ECDH_P256, UnparsedPublicKey};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::{SystemRandom, fill};
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING,
    ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _,
    ML_DSA_44_SIGNING, ML_DSA_65_SIGNING, ML_DSA_87_SIGNING, PqdsaKeyPair, PqdsaSigningAlgorithm, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use der::asn1::UintRef;
use der::{Decode, Reader, SliceReader};
use keyrig_core::provider::{Deterministic, KeyPair, PrivateKey, ProviderError};
use keyrig_core::{Entropy, Provider};
use keyrig_ctap::cose::{Algorithm, Curve, PublicKey};
use zeroize::Zeroizing;

use super::recent::Recent;

/// Every algorithm by AWS-LC but Ed448, which it does not have: [`Deterministic`] makes and uses those keys. AWS-LC draws
/// from its own generator for keys, ECDSA, PSS and ML-DSA, so nothing here comes out the same twice; [`Deterministic`]
/// does.
///
/// Parsed keys are kept for the whole process, at most [`AwsLc::ROOM`] recent ones: parsing costs more than signing.
#[derive(Clone, Copy, Debug, Default)]
pub struct AwsLc;

static PARSED: LazyLock<Mutex<Recent<PrivateKey, Arc<Parsed>>>> =
    LazyLock::new(|| Mutex::new(Recent::new(AwsLc::ROOM)));

fn parsed_keys() -> MutexGuard<'static, Recent<PrivateKey, Arc<Parsed>>> {
    PARSED.lock().unwrap_or_else(PoisonError::into_inner)
}

enum Parsed {
    Ecdsa(EcdsaKeyPair, Curve),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
    MlDsa(Box<PqdsaKeyPair>),
}

/// What an algorithm asks of AWS-LC.
enum Scheme {
    Ecdsa(&'static EcdsaSigningAlgorithm, Curve),
    Ed25519,
    Rsa(&'static dyn RsaEncoding),
    MlDsa(&'static PqdsaSigningAlgorithm),
}

impl Scheme {
    fn of(algorithm: Algorithm) -> Option<Self> {
        Some(match algorithm.in_webauthn() {
            Algorithm::ES256 => Self::Ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING, Curve::P256),
            Algorithm::ES384 => Self::Ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING, Curve::P384),
            Algorithm::ES512 => Self::Ecdsa(&ECDSA_P521_SHA512_ASN1_SIGNING, Curve::P521),
            Algorithm::ES256K => Self::Ecdsa(&ECDSA_P256K1_SHA256_ASN1_SIGNING, Curve::SECP256K1),
            Algorithm::EDDSA => Self::Ed25519,
            Algorithm::RS256 => Self::Rsa(&RSA_PKCS1_SHA256),
            Algorithm::PS256 => Self::Rsa(&RSA_PSS_SHA256),
            Algorithm::ML_DSA_44 => Self::MlDsa(&ML_DSA_44_SIGNING),
            Algorithm::ML_DSA_65 => Self::MlDsa(&ML_DSA_65_SIGNING),
            Algorithm::ML_DSA_87 => Self::MlDsa(&ML_DSA_87_SIGNING),
            _ => return None,
        })
    }
}

impl AwsLc {
    /// How many parsed keys are kept at most.
    pub const ROOM: usize = 1024;

    /// A handle on AWS-LC, which costs nothing.
    pub const fn new() -> Self {
        Self
    }
}

impl Provider for AwsLc {
    fn generate(&mut self, algorithm: Algorithm, entropy: &mut dyn Entropy) -> Result<KeyPair, ProviderError> {
        let Some(scheme) = Scheme::of(algorithm) else { return Deterministic.generate(algorithm, entropy) };
        let (private, parsed) = Parsed::generate(&scheme).map_err(failed)?;
        let public = parsed.public_key();
        parsed_keys().insert(private.clone(), Arc::new(parsed));
        Ok(KeyPair { private, public })
    }

    fn sign(&mut self, algorithm: Algorithm, key: &PrivateKey, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        let Some(scheme) = Scheme::of(algorithm) else { return Deterministic.sign(algorithm, key, message) };
        let parsed = parsed_keys().with(key, || Parsed::parse(&scheme, key).map(Arc::new), Arc::clone)?;
        parsed.sign(&scheme, message)
    }

    fn agree(&mut self, key: &PrivateKey, peer: &PublicKey) -> Result<Zeroizing<[u8; 32]>, ProviderError> {
        let PublicKey::Ec2 { curve: Curve::P256, x, y } = peer else { return Err(ProviderError::Key) };
        let own = agreement::PrivateKey::from_private_key_der(&ECDH_P256, key.pkcs8()).map_err(unloadable)?;
        let point = UnparsedPublicKey::new(&ECDH_P256, [&[4], x.as_slice(), y].concat());
        agreement::agree(&own, point, ProviderError::Key, |secret| {
            secret.try_into().map(Zeroizing::new).map_err(|_| ProviderError::Failed)
        })
    }
}

impl Parsed {
    fn generate(scheme: &Scheme) -> Result<(PrivateKey, Self), Unspecified> {
        let private = |document: &[u8]| PrivateKey::from_pkcs8(document);
        Ok(match scheme {
            Scheme::Ecdsa(algorithm, curve) => {
                let pair = EcdsaKeyPair::generate(algorithm)?;
                (PrivateKey::from(pkcs8::document(&pair, *curve)?), Self::Ecdsa(pair, *curve))
            }
            Scheme::Ed25519 => {
                let pair = Ed25519KeyPair::generate()?;
                (private(pair.to_pkcs8v1()?.as_ref()), Self::Ed25519(pair))
            }
            Scheme::Rsa(_) => {
                let pair = rsa::KeyPair::generate(KeySize::Rsa2048)?;
                let document: Pkcs8V1Der<'_> = pair.as_der()?;
                (private(document.as_ref()), Self::Rsa(Box::new(pair)))
            }
            Scheme::MlDsa(algorithm) => {
                let pair = PqdsaKeyPair::generate(algorithm)?;
                (private(pair.to_pkcs8v1()?.as_ref()), Self::MlDsa(Box::new(pair)))
            }
        })
    }

    fn parse(scheme: &Scheme, key: &PrivateKey) -> Result<Self, ProviderError> {
        let pkcs8 = key.pkcs8();
        Ok(match scheme {
            Scheme::Ecdsa(algorithm, curve) => {
                Self::Ecdsa(EcdsaKeyPair::from_pkcs8(algorithm, pkcs8).map_err(unloadable)?, *curve)
            }
            Scheme::Ed25519 => Self::Ed25519(Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(unloadable)?),
            Scheme::Rsa(_) => Self::Rsa(Box::new(RsaKeyPair::from_pkcs8(pkcs8).map_err(unloadable)?)),
            Scheme::MlDsa(algorithm) => {
                Self::MlDsa(Box::new(PqdsaKeyPair::from_pkcs8(algorithm, pkcs8).map_err(unloadable)?))
            }
        })
    }

    fn sign(&self, scheme: &Scheme, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        match (scheme, self) {
            (Scheme::Ecdsa(_, asked), Self::Ecdsa(pair, own)) if asked == own => {
                pair.sign(&SystemRandom::new(), message).map(|signature| signature.as_ref().to_vec()).map_err(failed)
            }
            (Scheme::Ed25519, Self::Ed25519(pair)) => Ok(pair.sign(message).as_ref().to_vec()),
            (Scheme::Rsa(encoding), Self::Rsa(pair)) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &SystemRandom::new(), message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            (Scheme::MlDsa(asked), Self::MlDsa(pair)) if *asked == pair.algorithm() => {
                let mut signature = vec![0; asked.signature_len()];
                pair.sign(message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            _ => Err(ProviderError::Key),
        }
    }

    fn public_key(&self) -> PublicKey {
        match self {
            Self::Ecdsa(pair, curve) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                PublicKey::Ec2 { curve: *curve, x: x.to_vec(), y: y.to_vec() }
            }
            Self::Ed25519(pair) => PublicKey::Okp { curve: Curve::ED25519, x: pair.public_key().as_ref().to_vec() },
            Self::Rsa(pair) => {
                let (n, e) = rsa_numbers(pair.public_key().as_ref()).expect("AWS-LC encodes RSAPublicKey in DER");
                PublicKey::Rsa { n, e }
            }
            Self::MlDsa(pair) => PublicKey::Akp { public: pair.public_key().as_ref().to_vec() },
        }
    }
}

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017, appendix A.1.1).
fn rsa_numbers(der: &[u8]) -> der::Result<(Vec<u8>, Vec<u8>)> {
    SliceReader::new(der)?.sequence(|fields| {
        let (n, e) = (UintRef::decode(fields)?, UintRef::decode(fields)?);
        Ok((n.as_bytes().to_vec(), e.as_bytes().to_vec()))
    })
}

fn failed<E>(_: E) -> ProviderError {
    ProviderError::Failed
}

fn unloadable<E>(_: E) -> ProviderError {
    ProviderError::Key
}

/// Random bytes from AWS-LC's generator, which the operating system seeds.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandom;

impl Entropy for OsRandom {
    fn fill(&mut self, out: &mut [u8]) {
        fill(out).expect("the operating system has randomness");
    }
}

#[cfg(test)]
mod tests;
