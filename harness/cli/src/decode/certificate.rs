//! Attestation certificates (WebAuthn L3 §8.2.1).

use der::Decode;
use keyrig_ctap::Aaguid;
use keyrig_ctap::cbor::Span;
use x509_cert::Certificate;
use x509_cert::der;

use super::field::{Field, Remarks, counted, hex};
use super::shape::aaguid;

/// `id-fido-gen-ce-aaguid`.
const AAGUID_EXTENSION: der::asn1::ObjectIdentifier =
    der::asn1::ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.4");

/// Reads a DER certificate; one that cannot be read is shown as bytes.
pub(crate) fn field(name: &str, span: Span, bytes: &[u8], remarks: &mut Remarks) -> Field {
    let Ok(certificate) = Certificate::from_der(bytes) else {
        remarks.breach(span.start, "not a DER certificate");
        return Field::bytes(name, span, bytes);
    };
    let tbs = certificate.tbs_certificate();
    let text = |name: &str, text: String| Field { span: None, ..Field::leaf(name, span, text.clone(), text) };
    let validity = tbs.validity();
    let mut fields = vec![
        text("subject", tbs.subject().to_string()),
        text("issuer", tbs.issuer().to_string()),
        text("valid", format!("{} to {}", validity.not_before, validity.not_after)),
    ];
    if let Some(claimed) = aaguid_extension(&certificate) {
        fields.push(Field { span: None, ..aaguid("aaguid", span, claimed) });
    }
    Field {
        text: format!("certificate ({})", counted(bytes.len(), "byte")),
        value: hex(bytes).into(),
        ..Field::parent(name, span, fields)
    }
}

fn aaguid_extension(certificate: &Certificate) -> Option<Aaguid> {
    let extensions = certificate.tbs_certificate().extensions()?;
    let extension = extensions.iter().find(|extension| extension.extn_id == AAGUID_EXTENSION)?;
    let inner = der::asn1::OctetString::from_der(extension.extn_value.as_bytes()).ok()?;
    inner.as_bytes().try_into().ok().map(Aaguid)
}
