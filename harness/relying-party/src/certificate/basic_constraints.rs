//! Whether a certificate is a CA's.

use const_oid::ObjectIdentifier;
use der::Decode;
use keyrig_ctap::ReasonClass;
use x509_cert::ext::pkix::BasicConstraints;

use super::Certificate;
use crate::Refusal;
use crate::verify::Step;

const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");

/// The basic constraints extension is there, once, and its CA component is false.
pub(super) fn verify_not_a_ca(leaf: &Certificate, step: Step) -> Result<(), Refusal> {
    let refuse = |reason, message| Err(Refusal::new(ReasonClass::AttestationCertificate, reason, message, step));
    match read(leaf) {
        Some(BasicConstraints { ca: false, .. }) => Ok(()),
        Some(_) => refuse("certificate_is_ca", "the attestation certificate is a CA's"),
        None => refuse("certificate_basic_constraints", "the attestation certificate has no basic constraints"),
    }
}

fn read(leaf: &Certificate) -> Option<BasicConstraints> {
    let mut found = leaf.extensions(BASIC_CONSTRAINTS);
    let extension = found.next()?;
    if found.next().is_some() {
        return None;
    }
    BasicConstraints::from_der(extension.extn_value.as_bytes()).ok()
}
