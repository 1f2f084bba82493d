//! Extensions of attestation certificates (WebAuthn L3 §8.2.1, §8.2.2, §8.3.1, §8.8).

use alloc::vec::Vec;

use const_oid::ObjectIdentifier;
use der::asn1::{Any, BitString, OctetString, Utf8StringRef};
use der::{Decode, Encode, Sequence};
use keyrig_ctap::Aaguid;
use keyrig_ctap::profile::{ExtensionValue, Profile, TpmIdentity};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectAltName};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

/// `id-fido-gen-ce-aaguid` (WebAuthn L3 §8.2.1).
pub const AAGUID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.4");

/// `id-fido-gen-ce-sernum` (WebAuthn L3 §8.2.2).
pub const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.2");

/// Apple's nonce (WebAuthn L3 §8.8).
const APPLE_NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113635.100.8.2");
const SUBJECT_ALTERNATIVE_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
/// `tcg-kp-AIKCertificate`.
const AIK_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.133.8.3");
/// `tcg-at-tpmManufacturer`, `tcg-at-tpmModel` and `tcg-at-tpmVersion`.
const TPM_ATTRIBUTES: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("2.23.133.2.1"),
    ObjectIdentifier::new_unwrap("2.23.133.2.2"),
    ObjectIdentifier::new_unwrap("2.23.133.2.3"),
];

/// The model that the certificate is for.
///
/// # Errors
///
/// None but those of `der`, which cannot happen with 16 bytes.
pub fn aaguid(aaguid: Aaguid) -> der::Result<Extension> {
    octets(AAGUID, &aaguid.0)
}

/// The serial number of one device.
///
/// # Errors
///
/// A number longer than DER can hold.
pub fn serial_number(number: &[u8]) -> der::Result<Extension> {
    octets(SERIAL_NUMBER, number)
}

/// An extension as `profile` describes it.
///
/// # Errors
///
/// An object identifier that is none, a value that DER cannot hold, or a firmware that the profile does not tell.
pub fn described(oid: &str, value: &ExtensionValue, profile: &Profile) -> der::Result<Extension> {
    let extn_id = ObjectIdentifier::new(oid)?;
    let content = match value {
        ExtensionValue::RawText(text) => text.as_bytes().to_vec(),
        ExtensionValue::OctetString(bytes) => OctetString::new(bytes.0.as_slice())?.to_der()?,
        ExtensionValue::Integer(number) => number.to_der()?,
        ExtensionValue::BitString(bits) => bit_string(&bits.0)?.to_der()?,
        ExtensionValue::Firmware => {
            let version = profile.get_info.firmware_version.ok_or(der::ErrorKind::Failed)?;
            OctetString::new(&version.to_be_bytes()[5..])?.to_der()?
        }
        ExtensionValue::Transports => bit_string(&transports(profile))?.to_der()?,
    };
    extension(extn_id, false, content)
}

/// Bit by bit whether the product has the transport, up to the last that it has.
fn transports(profile: &Profile) -> Vec<bool> {
    const BITS: [&str; 6] = ["", "ble", "usb", "nfc", "internal", "lightning"];
    let has = |name: &&str| profile.transports.iter().any(|transport| transport == name);
    let count = BITS.iter().rposition(has).map_or(0, |last| last + 1);
    BITS[..count].iter().map(has).collect()
}

/// The extended key usage of an attestation identity key, and the TPM as its subject alternative name, critical because
/// there is no subject.
///
/// # Errors
///
/// A text that DER cannot hold.
pub fn tpm(identity: &TpmIdentity) -> der::Result<[Extension; 2]> {
    let texts = [&identity.manufacturer, &identity.model, &identity.version];
    let attribute = |(oid, text): (ObjectIdentifier, &alloc::string::String)| {
        Ok(AttributeTypeAndValue { oid, value: Any::encode_from(&Utf8StringRef::new(text)?)? })
    };
    let attributes = TPM_ATTRIBUTES.into_iter().zip(texts).map(attribute).collect::<der::Result<Vec<_>>>()?;
    let mut names = RdnSequence::default();
    names.push(RelativeDistinguishedName::try_from(attributes)?);
    let name = SubjectAltName(Vec::from([GeneralName::DirectoryName(Name::from_der(&names.to_der()?)?)]));
    let usage = ExtendedKeyUsage(Vec::from([AIK_CERTIFICATE]));
    Ok([
        extension(EXTENDED_KEY_USAGE, false, usage.to_der()?)?,
        extension(SUBJECT_ALTERNATIVE_NAME, true, name.to_der()?)?,
    ])
}

/// `SEQUENCE { nonce [1] EXPLICIT OCTET STRING }`, as Apple's certificates and the W3C's example have it.
///
/// # Errors
///
/// A nonce longer than DER can hold.
pub fn apple_nonce(nonce: &[u8]) -> der::Result<Extension> {
    let nonce = AppleNonce { nonce: OctetString::new(nonce)? };
    extension(APPLE_NONCE, false, nonce.to_der()?)
}

#[derive(Sequence)]
struct AppleNonce {
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT")]
    nonce: OctetString,
}

/// An extension of `content`, which is put into its OCTET STRING.
pub(super) fn extension(extn_id: ObjectIdentifier, critical: bool, content: Vec<u8>) -> der::Result<Extension> {
    Ok(Extension { extn_id, critical, extn_value: OctetString::new(content)? })
}

fn octets(oid: ObjectIdentifier, content: &[u8]) -> der::Result<Extension> {
    extension(oid, false, OctetString::new(content)?.to_der()?)
}

/// A BIT STRING with its trailing zeros, bit 0 in the highest place.
fn bit_string(bits: &[bool]) -> der::Result<BitString> {
    let byte = |part: &[bool]| part.iter().enumerate().fold(0, |byte, (at, bit)| byte | u8::from(*bit) << (7 - at));
    let unused = (8 - bits.len() % 8) % 8;
    // At most seven.
    BitString::new(unused as u8, bits.chunks(8).map(byte).collect::<Vec<_>>())
}
