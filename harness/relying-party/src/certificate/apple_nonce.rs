//! The nonce in a certificate of Apple's anonymous attestation CA (WebAuthn L3 §8.8).

use const_oid::ObjectIdentifier;
use der::asn1::{ContextSpecific, OctetString};
use der::{Decode, Reader, SliceReader};
use keyrig_ctap::ReasonClass;

use super::Certificate;
use crate::Refusal;
use crate::verify::Step;

const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113635.100.8.2");

/// The nonce; there has to be one.
pub(crate) fn apple_nonce(leaf: &Certificate, step: Step) -> Result<Vec<u8>, Refusal> {
    let nonce = leaf.extension(NONCE, step)?.and_then(|value| read(value).ok());
    nonce.ok_or_else(|| {
        let message = "the certificate has no nonce (1.2.840.113635.100.8.2) that can be read";
        Refusal::new(ReasonClass::AttestationCertificate, "certificate_nonce_missing", message, step)
    })
}

/// `SEQUENCE { nonce [1] EXPLICIT OCTET STRING }`: no text says so; Apple's certificates and the W3C's example do.
fn read(value: &[u8]) -> der::Result<Vec<u8>> {
    let mut reader = SliceReader::new(value)?;
    let nonce = reader.sequence(|body| -> der::Result<_> { ContextSpecific::<OctetString>::decode(body) })?;
    reader.finish()?;
    match nonce.tag_number.value() {
        1 => Ok(nonce.value.into_bytes().into()),
        _ => Err(der::ErrorKind::Failed.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tagged_octet_string_with_nothing_around_it_is_a_nonce() {
        let honest = b"\x30\x05\xa1\x03\x04\x01\x07";
        assert_eq!(read(honest).unwrap(), [7]);
        for broken in [
            &b"\x30\x05\xa2\x03\x04\x01\x07"[..],
            b"\x30\x05\xa1\x03\x0c\x01\x07",
            b"\x30\x03\x04\x01\x07",
            b"\xa1\x03\x04\x01\x07",
            b"\x30\x07\xa1\x03\x04\x01\x07\x05\x00",
            b"\x30\x05\xa1\x03\x04\x01\x07\x00",
            &honest[..6],
            b"",
        ] {
            assert!(read(broken).is_err(), "{broken:02x?}");
        }
    }
}
