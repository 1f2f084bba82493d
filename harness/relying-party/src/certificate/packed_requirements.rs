//! Certificate requirements for packed attestation statements (WebAuthn L3 §8.2.1).

use const_oid::ObjectIdentifier;
use der::Decode;
use der::asn1::OctetStringRef;
use keyrig_ctap::{Aaguid, ReasonClass};

use super::Certificate;
use super::basic_constraints::verify_not_a_ca;
use super::x509::text_attribute;
use crate::Refusal;
use crate::verify::Step;

const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const ORGANIZATIONAL_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// `id-fido-gen-ce-aaguid`.
const AAGUID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.4");

/// Version 3, subject C, O, OU and CN, and not a CA. Whether a name is a UTF8String or a PrintableString is let pass.
pub(crate) fn verify_packed_requirements(leaf: &Certificate, step: Step) -> Result<(), Refusal> {
    let refuse = |reason, message| Err(Refusal::new(ReasonClass::AttestationCertificate, reason, message, step));
    if !leaf.is_version_3() {
        return refuse("certificate_version", "the attestation certificate is not of version 3");
    }
    if text_attribute(leaf.subject(), COUNTRY).is_none_or(|country| country.len() != 2) {
        return refuse("certificate_subject_country", "the certificate's subject has no two-letter country");
    }
    if text_attribute(leaf.subject(), ORGANIZATION).is_none() {
        return refuse("certificate_subject_organization", "the certificate's subject has no organization");
    }
    if text_attribute(leaf.subject(), ORGANIZATIONAL_UNIT) != Some("Authenticator Attestation") {
        let message = "the certificate's subject has no organizational unit \"Authenticator Attestation\"";
        return refuse("certificate_subject_unit", message);
    }
    if text_attribute(leaf.subject(), COMMON_NAME).is_none() {
        return refuse("certificate_subject_common_name", "the certificate's subject has no common name");
    }
    verify_not_a_ca(leaf, step)
}

/// The AAGUID extension, where there is one: not critical, and the AAGUID of the authenticator data.
pub(crate) fn verify_aaguid_extension(leaf: &Certificate, aaguid: Aaguid, step: Step) -> Result<(), Refusal> {
    let refuse =
        |reason, message: String| Err(Refusal::new(ReasonClass::AttestationCertificate, reason, message, step));
    let mut found = leaf.extensions(AAGUID);
    let Some(extension) = found.next() else { return Ok(()) };
    if found.next().is_some() {
        return refuse("certificate_aaguid_twice", "the certificate has two AAGUID extensions".to_owned());
    }
    if extension.critical {
        return refuse("certificate_aaguid_critical", "the certificate's AAGUID extension is critical".to_owned());
    }
    let value = <&OctetStringRef>::from_der(extension.extn_value.as_bytes());
    let Some(certified) = value.ok().and_then(|value| <[u8; 16]>::try_from(value.as_bytes()).ok()).map(Aaguid) else {
        return refuse("certificate_aaguid_malformed", "the certificate's AAGUID is not 16 bytes".to_owned());
    };
    if certified == aaguid {
        return Ok(());
    }
    let message = format!("the certificate is for AAGUID {certified} and the authenticator data has {aaguid}");
    let (class, reason) = (ReasonClass::AttestationAaguidMismatch, "attestation_aaguid_mismatch");
    Err(Refusal::new(class, reason, message, step))
}
