//! Private keys on named curves as documents.

use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::signature::{EcdsaKeyPair, KeyPair as _};
use der::asn1::{BitStringRef, ObjectIdentifier, OctetStringRef};
use der::{Encode, Sequence};
use keyrig_ctap::cose::Curve;
use zeroize::Zeroizing;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// RFC 5208 §5.
#[derive(Sequence)]
struct PrivateKeyInfo<'a> {
    version: u8,
    algorithm: Algorithm,
    private_key: &'a OctetStringRef,
}

/// RFC 5480 §2.1.1.
#[derive(Sequence)]
struct Algorithm {
    algorithm: ObjectIdentifier,
    curve: ObjectIdentifier,
}

/// RFC 5915 §3.
#[derive(Sequence)]
struct EcPrivateKey<'a> {
    version: u8,
    private_key: &'a OctetStringRef,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    public_key: BitStringRef<'a>,
}

/// The key with its public half, byte for byte as `to_pkcs8v1` has it; that computes the public half once more, which
/// takes longer than all else that is not arithmetic in a registration.
pub(super) fn document(pair: &EcdsaKeyPair, curve: Curve) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let scalar: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes()?;
    encode(scalar.as_ref(), pair.public_key().as_ref(), curve).ok_or(Unspecified)
}

fn encode(scalar: &[u8], point: &[u8], curve: Curve) -> Option<Zeroizing<Vec<u8>>> {
    let key = EcPrivateKey {
        version: 1,
        private_key: OctetStringRef::new(scalar).ok()?,
        public_key: BitStringRef::from_bytes(point).ok()?,
    };
    let key = Zeroizing::new(key.to_der().ok()?);
    let document = PrivateKeyInfo {
        version: 0,
        algorithm: Algorithm { algorithm: EC_PUBLIC_KEY, curve: named(curve)? },
        private_key: OctetStringRef::new(&key).ok()?,
    };
    document.to_der().ok().map(Zeroizing::new)
}

/// RFC 5480 §2.1.1.1; SEC 2 for the last.
fn named(curve: Curve) -> Option<ObjectIdentifier> {
    Some(match curve {
        Curve::P256 => ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
        Curve::P384 => ObjectIdentifier::new_unwrap("1.3.132.0.34"),
        Curve::P521 => ObjectIdentifier::new_unwrap("1.3.132.0.35"),
        Curve::SECP256K1 => ObjectIdentifier::new_unwrap("1.3.132.0.10"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING,
        ECDSA_P521_SHA512_ASN1_SIGNING,
    };

    use super::*;

    #[test]
    fn documents_are_what_aws_lc_writes() {
        let curves = [
            (&ECDSA_P256_SHA256_ASN1_SIGNING, Curve::P256),
            (&ECDSA_P384_SHA384_ASN1_SIGNING, Curve::P384),
            (&ECDSA_P521_SHA512_ASN1_SIGNING, Curve::P521),
            (&ECDSA_P256K1_SHA256_ASN1_SIGNING, Curve::SECP256K1),
        ];
        for (algorithm, curve) in curves {
            // Some scalars begin with zeros.
            for _ in 0..300 {
                let pair = EcdsaKeyPair::generate(algorithm).unwrap();
                assert_eq!(&document(&pair, curve).unwrap()[..], pair.to_pkcs8v1().unwrap().as_ref(), "{curve:?}");
            }
        }
    }
}
