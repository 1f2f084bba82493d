use aws_lc_rs::agreement::{self, ECDH_P256, UnparsedPublicKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::{SystemRandom, fill};
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use der::asn1::UintRef;
use der::{Decode, Reader, SliceReader};
use keyrig_core::provider::{KeyPair, PrivateKey, ProviderError};
use keyrig_core::{Entropy, Provider};
use keyrig_ctap::cose::{Algorithm, Curve, PublicKey};
use zeroize::Zeroizing;

use super::recent::Recent;

/// ES256, EdDSA and RS256 by AWS-LC. Key generation and ECDSA draw from AWS-LC's own generator, so nothing here comes
/// out the same twice; `keyrig_core::provider::Deterministic` does.
///
/// Parsed keys are kept, the [`AwsLc::ROOM`] most recent ones: parsing costs more than signing.
pub struct AwsLc {
    parsed: Recent<[u8; 32], Parsed>,
    random: SystemRandom,
}

enum Parsed {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(Box<RsaKeyPair>),
}

impl AwsLc {
    /// How many parsed keys are kept.
    pub const ROOM: usize = 1024;

    /// With no key parsed yet.
    pub fn new() -> Self {
        Self { parsed: Recent::new(Self::ROOM), random: SystemRandom::new() }
    }
}

impl Default for AwsLc {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for AwsLc {
    fn generate(&mut self, algorithm: Algorithm, _: &mut dyn Entropy) -> Result<KeyPair, ProviderError> {
        let (private, parsed) = match algorithm {
            Algorithm::ES256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map_err(failed)?;
                let document = pair.to_pkcs8v1().map_err(failed)?;
                (PrivateKey::from_pkcs8(document.as_ref()), Parsed::Es256(pair))
            }
            Algorithm::EDDSA => {
                let pair = Ed25519KeyPair::generate().map_err(failed)?;
                let document = pair.to_pkcs8v1().map_err(failed)?;
                (PrivateKey::from_pkcs8(document.as_ref()), Parsed::EdDsa(pair))
            }
            Algorithm::RS256 => {
                let pair = rsa::KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                let document: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
                (PrivateKey::from_pkcs8(document.as_ref()), Parsed::Rs256(Box::new(pair)))
            }
            other => return Err(ProviderError::Algorithm(other)),
        };
        let public = parsed.public_key();
        self.parsed.insert(fingerprint(&private), parsed);
        Ok(KeyPair { private, public })
    }

    fn sign(&mut self, algorithm: Algorithm, key: &PrivateKey, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        let parsed = self.parsed.get_or_make(fingerprint(key), || Parsed::parse(algorithm, key))?;
        match (algorithm, parsed) {
            (Algorithm::ES256, Parsed::Es256(pair)) => {
                pair.sign(&self.random, message).map(|signature| signature.as_ref().to_vec()).map_err(failed)
            }
            (Algorithm::EDDSA, Parsed::EdDsa(pair)) => Ok(pair.sign(message).as_ref().to_vec()),
            (Algorithm::RS256, Parsed::Rs256(pair)) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.random, message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            _ => Err(ProviderError::Key),
        }
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
    fn parse(algorithm: Algorithm, key: &PrivateKey) -> Result<Self, ProviderError> {
        let pkcs8 = key.pkcs8();
        Ok(match algorithm {
            Algorithm::ES256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8);
                Self::Es256(pair.map_err(unloadable)?)
            }
            Algorithm::EDDSA => Self::EdDsa(Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).map_err(unloadable)?),
            Algorithm::RS256 => Self::Rs256(Box::new(RsaKeyPair::from_pkcs8(pkcs8).map_err(unloadable)?)),
            other => return Err(ProviderError::Algorithm(other)),
        })
    }

    fn public_key(&self) -> PublicKey {
        match self {
            Self::Es256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                PublicKey::Ec2 { curve: Curve::P256, x: x.to_vec(), y: y.to_vec() }
            }
            Self::EdDsa(pair) => PublicKey::Okp { curve: Curve::ED25519, x: pair.public_key().as_ref().to_vec() },
            Self::Rs256(pair) => {
                let (n, e) = rsa_numbers(pair.public_key().as_ref()).expect("AWS-LC encodes RSAPublicKey in DER");
                PublicKey::Rsa { n, e }
            }
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

fn fingerprint(key: &PrivateKey) -> [u8; 32] {
    digest(&SHA256, key.pkcs8()).as_ref().try_into().expect("SHA-256 is 32 bytes")
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
mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
        VerificationAlgorithm,
    };
    use keyrig_core::entropy::Seeded;
    use keyrig_core::provider::{ALGORITHMS, Deterministic};

    use super::*;

    fn verifies(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        let by = |algorithm: &'static dyn VerificationAlgorithm, key: Vec<u8>| {
            UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
        };
        match key {
            PublicKey::Ec2 { x, y, .. } => by(&ECDSA_P256_SHA256_ASN1, [&[4], x.as_slice(), y].concat()),
            PublicKey::Okp { x, .. } => by(&ED25519, x.clone()),
            PublicKey::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
        }
    }

    #[test]
    fn signatures_verify_under_the_key_that_was_given_out() {
        let mut provider = AwsLc::new();
        for &algorithm in ALGORITHMS {
            let pair = provider.generate(algorithm, &mut OsRandom).unwrap();
            let signature = provider.sign(algorithm, &pair.private, b"message").unwrap();
            assert!(verifies(&pair.public, b"message", &signature), "{algorithm}");
            assert!(!verifies(&pair.public, b"massage", &signature), "{algorithm}");
        }
    }

    #[test]
    fn keys_of_one_provider_load_in_the_other() {
        for &algorithm in ALGORITHMS {
            let theirs = Deterministic.generate(algorithm, &mut Seeded::new([7; 32])).unwrap();
            let signature = AwsLc::new().sign(algorithm, &theirs.private, b"message").unwrap();
            assert!(verifies(&theirs.public, b"message", &signature), "{algorithm}");

            let ours = AwsLc::new().generate(algorithm, &mut OsRandom).unwrap();
            let signature = Deterministic.sign(algorithm, &ours.private, b"message").unwrap();
            assert!(verifies(&ours.public, b"message", &signature), "{algorithm}");
        }
    }

    #[test]
    fn both_providers_agree_on_a_secret() {
        let ours = AwsLc::new().generate(Algorithm::ES256, &mut OsRandom).unwrap();
        let theirs = Deterministic.generate(Algorithm::ES256, &mut Seeded::new([8; 32])).unwrap();
        assert_eq!(
            AwsLc::new().agree(&ours.private, &theirs.public),
            Deterministic.agree(&theirs.private, &ours.public)
        );
    }

    #[test]
    fn a_key_of_another_algorithm_is_refused() {
        let mut provider = AwsLc::new();
        let pair = provider.generate(Algorithm::EDDSA, &mut OsRandom).unwrap();
        assert_eq!(provider.sign(Algorithm::ES256, &pair.private, b""), Err(ProviderError::Key));
        assert_eq!(AwsLc::new().sign(Algorithm::ES256, &pair.private, b""), Err(ProviderError::Key));
    }
}
