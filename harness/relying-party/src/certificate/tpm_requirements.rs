//! Certificate requirements for TPM attestation statements (WebAuthn L3 §8.3.1).

use const_oid::ObjectIdentifier;
use der::Decode;
use keyrig_ctap::ReasonClass;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectAltName};
use x509_cert::name::Name;

use super::Certificate;
use super::basic_constraints::verify_not_a_ca;
use super::x509::text_attribute;
use crate::Refusal;
use crate::verify::Step;

const SUBJECT_ALTERNATIVE_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
/// `tcg-kp-AIKCertificate`.
const AIK_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.8.3");
/// `tcg-at-tpmManufacturer`.
const MANUFACTURER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.2.1");
/// `tcg-at-tpmModel`.
const MODEL: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.2.2");
/// `tcg-at-tpmVersion`.
const VERSION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.2.3");

/// Version 3, no subject, the TPM's manufacturer, model and version as its alternative name, the key usage of an
/// attestation identity key, and not a CA. Whether the alternative name is critical is let pass, and so is a
/// manufacturer that nobody has registered: the W3C's example names `id:00000000`.
pub(crate) fn verify_tpm_requirements(aik: &Certificate, step: Step) -> Result<(), Refusal> {
    if !aik.is_version_3() {
        return refuse("certificate_version", "the attestation certificate is not of version 3", step);
    }
    if !aik.subject().is_empty() {
        return refuse("certificate_subject_not_empty", "the certificate's subject is not empty", step);
    }
    verify_alternative_name(aik, step)?;
    verify_key_usage(aik, step)?;
    verify_not_a_ca(aik, step)
}

/// A directory name with the three attributes, in one relative name or in several (WebAuthn L3 §8.3.1, and there section
/// 3.2.9 of the TCG EK Credential Profile).
fn verify_alternative_name(aik: &Certificate, step: Step) -> Result<(), Refusal> {
    let names = aik
        .extension(SUBJECT_ALTERNATIVE_NAME, step)?
        .and_then(|value| SubjectAltName::from_der(value).ok())
        .map_or(Vec::new(), |names| names.0);
    let Some(tpm) = names.iter().find_map(directory_name) else {
        let message = "the certificate has no directory name as its subject alternative name";
        return refuse("certificate_alternative_name", message, step);
    };
    if text_attribute(tpm, MANUFACTURER).and_then(identifier).is_none_or(|digits| digits.len() != 8) {
        let message = "the alternative name has no TPM manufacturer, \"id:\" and eight hexadecimal digits";
        return refuse("certificate_tpm_manufacturer", message, step);
    }
    if text_attribute(tpm, MODEL).is_none() {
        return refuse("certificate_tpm_model", "the alternative name has no TPM model", step);
    }
    if text_attribute(tpm, VERSION).and_then(identifier).is_none() {
        let message = "the alternative name has no TPM version, \"id:\" and hexadecimal digits";
        return refuse("certificate_tpm_version", message, step);
    }
    Ok(())
}

fn verify_key_usage(aik: &Certificate, step: Step) -> Result<(), Refusal> {
    let usages = aik.extension(EXTENDED_KEY_USAGE, step)?.and_then(|value| ExtendedKeyUsage::from_der(value).ok());
    if usages.is_some_and(|usages| usages.0.contains(&AIK_CERTIFICATE)) {
        return Ok(());
    }
    let message = "the certificate's extended key usage does not name attestation identity keys (2.23.133.8.3)";
    refuse("certificate_extended_key_usage", message, step)
}

fn directory_name(name: &GeneralName) -> Option<&Name> {
    match name {
        GeneralName::DirectoryName(name) => Some(name),
        _ => None,
    }
}

/// The hexadecimal digits after "id:", at least one.
fn identifier(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("id:")?;
    (!digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit())).then_some(digits)
}

fn refuse(reason: &'static str, message: &'static str, step: Step) -> Result<(), Refusal> {
    Err(Refusal::new(ReasonClass::AttestationCertificate, reason, message, step))
}
