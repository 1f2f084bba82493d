//! An X.509 certificate, as far as attestation needs it.

use const_oid::ObjectIdentifier;
use der::asn1::UintRef;
use der::{Decode, Reader, SliceReader, Tag, Tagged};
use keyrig_ctap::ReasonClass;
use keyrig_ctap::cose::{Curve, PublicKey};
use x509_cert::certificate::Version;
use x509_cert::ext::Extension;
use x509_cert::name::Name;

use crate::Refusal;
use crate::verify::Step;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

const CURVES: &[(ObjectIdentifier, Curve)] = &[
    (ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"), Curve::P256),
    (ObjectIdentifier::new_unwrap("1.3.132.0.34"), Curve::P384),
    (ObjectIdentifier::new_unwrap("1.3.132.0.35"), Curve::P521),
    (ObjectIdentifier::new_unwrap("1.3.132.0.10"), Curve::SECP256K1),
];

/// A certificate that could be read.
pub(crate) struct Certificate(x509_cert::Certificate);

impl Certificate {
    /// Reads DER with nothing after it.
    pub(crate) fn parse(bytes: &[u8], step: Step) -> Result<Self, Refusal> {
        Self::read(bytes).ok_or_else(|| {
            let message = "an attestation certificate is not X.509 in DER";
            Refusal::new(ReasonClass::AttestationCertificate, "certificate_unreadable", message, step)
        })
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        x509_cert::Certificate::from_der(bytes).ok().map(Self)
    }

    pub(super) fn is_version_3(&self) -> bool {
        self.0.tbs_certificate().version() == Version::V3
    }

    pub(super) fn subject(&self) -> &Name {
        self.0.tbs_certificate().subject()
    }

    pub(super) fn issuer(&self) -> &Name {
        self.0.tbs_certificate().issuer()
    }

    /// First and last second of validity, since 1970-01-01T00:00:00Z.
    pub(super) fn validity(&self) -> (u64, u64) {
        let validity = self.0.tbs_certificate().validity();
        (validity.not_before.to_unix_duration().as_secs(), validity.not_after.to_unix_duration().as_secs())
    }

    pub(super) fn extensions(&self, oid: ObjectIdentifier) -> impl Iterator<Item = &Extension> {
        let all = self.0.tbs_certificate().extensions().map_or(&[][..], |extensions| &extensions[..]);
        all.iter().filter(move |extension| extension.extn_id == oid)
    }

    /// The value of an extension, if there is one. Two of a kind are refused (RFC 5280 §4.2).
    pub(super) fn extension(&self, oid: ObjectIdentifier, step: Step) -> Result<Option<&[u8]>, Refusal> {
        let mut found = self.extensions(oid);
        let value = found.next().map(|extension| extension.extn_value.as_bytes());
        if found.next().is_none() {
            return Ok(value);
        }
        let message = format!("the attestation certificate has two extensions {oid}");
        Err(Refusal::new(ReasonClass::AttestationCertificate, "certificate_extension_twice", message, step))
    }

    /// The subject's key as the numbers that COSE has for it.
    pub(crate) fn public_key(&self, step: Step) -> Result<PublicKey, Refusal> {
        self.read_public_key().ok_or_else(|| {
            let message = "the certificate's public key is of a type that cannot be read here";
            Refusal::new(ReasonClass::AttestationCertificate, "certificate_key_unreadable", message, step)
        })
    }

    fn read_public_key(&self) -> Option<PublicKey> {
        let spki = self.0.tbs_certificate().subject_public_key_info();
        let bits = spki.subject_public_key.as_bytes()?;
        match spki.algorithm.oid {
            EC_PUBLIC_KEY => {
                let named = spki.algorithm.parameters.as_ref()?.decode_as::<ObjectIdentifier>().ok()?;
                let curve = CURVES.iter().find(|(oid, _)| *oid == named)?.1;
                let (&4, coordinates) = bits.split_first()? else { return None };
                let (x, y) = coordinates.split_at(coordinates.len() / 2);
                Some(PublicKey::Ec2 { curve, x: x.to_vec(), y: y.to_vec() })
            }
            ED25519 => Some(PublicKey::Okp { curve: Curve::ED25519, x: bits.to_vec() }),
            RSA_ENCRYPTION => rsa_public_key(bits),
            _ => None,
        }
    }
}

/// The first value of an attribute, if it is text and not empty.
pub(super) fn text_attribute(name: &Name, oid: ObjectIdentifier) -> Option<&str> {
    let value = &name.iter().find(|attribute| attribute.oid == oid)?.value;
    let is_text = matches!(value.tag(), Tag::Utf8String | Tag::PrintableString);
    let text = std::str::from_utf8(value.value()).ok()?;
    (is_text && !text.is_empty()).then_some(text)
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }` (RFC 8017 A.1.1).
fn rsa_public_key(der: &[u8]) -> Option<PublicKey> {
    let mut reader = SliceReader::new(der).ok()?;
    let (n, e) =
        reader.sequence(|body| -> der::Result<_> { Ok((UintRef::decode(body)?, UintRef::decode(body)?)) }).ok()?;
    reader.is_finished().then(|| PublicKey::Rsa { n: n.as_bytes().to_vec(), e: e.as_bytes().to_vec() })
}
