//! X.509 certificates (RFC 5280).

use alloc::string::String;
use alloc::vec::Vec;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519;
use der::asn1::{Any, PrintableStringRef, Utf8StringRef};
use der::{DateTime, Decode, Encode};
use keyrig_ctap::cose::PublicKey;
use keyrig_ctap::profile::Day;
use keyrig_ctap::seal::CannotVouch;
use sha2::Sha256;
use spki::SubjectPublicKeyInfoRef;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{self, Builder, CertificateBuilder};
use x509_cert::certificate::TbsCertificate;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

use super::authority_key::IssuingKey;
use super::key::subject_public_key_info;

/// "No well-defined expiration date" (RFC 5280 §4.1.2.5).
pub const NO_END: Day = day(9999, 12, 31);

/// A day.
pub const fn day(year: u16, month: u8, day: u8) -> Day {
    Day { year, month, day }
}

/// An attribute of a distinguished name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// CN.
    CommonName,
    /// O.
    Organization,
    /// OU.
    OrganizationalUnit,
    /// C.
    Country,
    /// ST.
    State,
}

/// A certificate before it is issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The subject, in the order of its encoding; it may be empty.
    pub subject: Vec<(Attribute, String)>,
    /// The serial number, big-endian.
    pub serial: [u8; 16],
    /// The day on which it begins to be valid, at midnight UTC.
    pub not_before: Day,
    /// The day with which it ends: at midnight UTC as it begins, or its last second for [`NO_END`].
    pub not_after: Day,
    /// `cA` of the basic constraints.
    pub ca: bool,
    /// What its key signs.
    pub usage: Usage,
    /// The extensions after the basic constraints, the key usage and the key identifiers.
    pub extensions: Vec<Extension>,
}

/// What a certified key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Certificates and their revocation.
    Certificates,
    /// Statements.
    Statements,
}

/// Who signs certificates.
#[derive(Clone)]
pub struct Authority {
    /// Its own subject.
    pub subject: Vec<(Attribute, String)>,
    /// Its key.
    pub key: IssuingKey,
}

impl Authority {
    /// Issues `template` for `key`, DER. An authority that issues for its own key makes a root.
    ///
    /// # Errors
    ///
    /// [`CannotVouch`] where a text is not one that its attribute may hold, such as a country of other letters, or
    /// where X.509 has no form for the key.
    pub fn issue(&self, template: &Template, key: &PublicKey) -> Result<Vec<u8>, CannotVouch> {
        let failed = |_: builder::Error| CannotVouch("the certificate cannot be encoded");
        let encode = || -> builder::Result<Vec<u8>> {
            let info = subject_public_key_info(key)?;
            let form = Form {
                issuer: name(&self.subject)?,
                subject: name(&template.subject)?,
                root: *key == self.key.public(),
                ca: template.ca,
                usage: template.usage,
                extensions: template.extensions.clone(),
            };
            let validity = Validity::new(time(template.not_before)?, time(template.not_after)?);
            let builder = CertificateBuilder::new(form, SerialNumber::new(&template.serial)?, validity, info)?;
            let certificate = match &self.key {
                IssuingKey::P256(key) => {
                    builder.build::<_, p256::ecdsa::DerSignature>(&p256::ecdsa::SigningKey::from(key.clone()))
                }
                IssuingKey::P384(key) => {
                    builder.build::<_, p384::ecdsa::DerSignature>(&p384::ecdsa::SigningKey::from(key.clone()))
                }
                IssuingKey::Rsa(key) => {
                    builder.build::<_, rsa::pkcs1v15::Signature>(&rsa::pkcs1v15::SigningKey::<Sha256>::new(
                        (**key).clone(),
                    ))
                }
            };
            Ok(certificate?.to_der()?)
        };
        encode().map_err(failed)
    }
}

/// Which extensions there are, in which order.
struct Form {
    issuer: Name,
    subject: Name,
    root: bool,
    ca: bool,
    usage: Usage,
    extensions: Vec<Extension>,
}

impl BuilderProfile for Form {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        key: SubjectPublicKeyInfoRef<'_>,
        issuer_key: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> builder::Result<Vec<Extension>> {
        let subject = tbs.subject();
        let mut out = Vec::new();
        let constraints = BasicConstraints { ca: self.ca, path_len_constraint: None };
        let usage = match self.usage {
            Usage::Certificates => KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign),
            Usage::Statements => KeyUsage(KeyUsages::DigitalSignature.into()),
        };
        out.push((true, &constraints).to_extension(subject, &out)?);
        out.push((true, &usage).to_extension(subject, &out)?);
        out.push((false, &SubjectKeyIdentifier::try_from(key)?).to_extension(subject, &out)?);
        if !self.root {
            let authority = AuthorityKeyIdentifier::try_from(issuer_key)?;
            out.push((false, &authority).to_extension(subject, &out)?);
        }
        out.extend(self.extensions.iter().cloned());
        Ok(out)
    }
}

fn name(attributes: &[(Attribute, String)]) -> der::Result<Name> {
    let mut sequence = RdnSequence::default();
    for (attribute, text) in attributes {
        let (oid, value): (ObjectIdentifier, Any) = match attribute {
            Attribute::CommonName => (rfc4519::CN, Any::encode_from(&Utf8StringRef::new(text)?)?),
            Attribute::Organization => (rfc4519::O, Any::encode_from(&Utf8StringRef::new(text)?)?),
            Attribute::OrganizationalUnit => (rfc4519::OU, Any::encode_from(&Utf8StringRef::new(text)?)?),
            Attribute::State => (rfc4519::ST, Any::encode_from(&Utf8StringRef::new(text)?)?),
            Attribute::Country => (rfc4519::C, Any::encode_from(&PrintableStringRef::new(text)?)?),
        };
        sequence.push(RelativeDistinguishedName::try_from(Vec::from([AttributeTypeAndValue { oid, value }]))?);
    }
    Name::from_der(&sequence.to_der()?)
}

fn time(date: Day) -> der::Result<Time> {
    let (hour, minute, second) = if date == NO_END { (23, 59, 59) } else { (0, 0, 0) };
    Ok(Time::from(DateTime::new(date.year, date.month, date.day, hour, minute, second)?))
}
