//! Authenticator data (WebAuthn L3 §6.1).

use keyrig_ctap::auth_data::{AuthData, Flags};
use keyrig_ctap::cbor::Tree;
use serde_json::json;

use super::field::{Decoded, Field, Remarks};
use super::shape::{Part, Shape, aaguid, field, rest};

/// Reads authenticator data.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    let mut remarks = Remarks::default();
    let fields = fields(Part { bytes, base: 0 }, &mut remarks)?;
    Ok(Decoded { title: "authenticator data".into(), length: bytes.len(), fields, remarks, cbor: true })
}

/// The fields of authenticator data, wherever it lies.
pub(crate) fn fields(part: Part<'_>, remarks: &mut Remarks) -> Result<Vec<Field>, String> {
    let data = AuthData::parse(part.bytes).map_err(|e| e.to_string())?;
    let mut fields = vec![
        Field::bytes("rpIdHash", part.shift(0, 32), &data.rp_id_hash),
        flags(part, data.flags, remarks),
        Field::leaf("signCount", part.shift(33, 37), data.sign_count.to_string(), data.sign_count),
    ];
    let mut at = 37;
    if let Some(attested) = &data.attested {
        let id_ends = 55 + attested.credential_id.len();
        let key_ends = id_ends + attested.public_key.bytes().len();
        fields.push(aaguid("aaguid", part.shift(37, 53), attested.aaguid));
        fields.push(Field::bytes("credentialId", part.shift(55, id_ends), &attested.credential_id));
        if attested.credential_id.len() > 1023 {
            remarks.breach(part.base + 53, "the credential id is longer than 1,023 bytes (WebAuthn L3 §7.1)");
        }
        fields.push(item("credentialPublicKey", part, id_ends, key_ends, Shape::CoseKey, remarks));
        at = key_ends;
    }
    if let Some(extensions) = &data.extensions {
        fields.push(item("extensions", part, at, at + extensions.len(), Shape::Plain, remarks));
        at += extensions.len();
    }
    if at < part.bytes.len() {
        remarks.breach(part.base + at, "bytes after everything that the flags announce");
        fields.push(rest("rest", part, at));
    }
    Ok(fields)
}

fn flags(part: Part<'_>, flags: Flags, remarks: &mut Remarks) -> Field {
    let at = part.base + 32;
    if flags.contains(Flags::BS) && !flags.contains(Flags::BE) {
        remarks.breach(at, "BS without BE: backed up, yet not eligible for backup (WebAuthn L3 §6.1.3)");
    }
    for reserved in [Flags::RFU1, Flags::RFU2] {
        if flags.contains(reserved) {
            remarks.breach(at, "a bit reserved for future use is set");
        }
    }
    let names: Vec<&str> = flags.names().collect();
    Field::leaf("flags", part.shift(32, 33), flags.to_string(), json!({"byte": flags.0, "names": names}))
}

fn item(name: &str, part: Part<'_>, start: usize, end: usize, shape: Shape, remarks: &mut Remarks) -> Field {
    let inner = Part { bytes: &part.bytes[start..end], base: part.base + start };
    match Tree::parse(inner.bytes) {
        Ok(tree) => {
            remarks.flaws(inner.base, &tree.flaws);
            field(name, inner, &tree.root, shape, remarks)
        }
        Err(_) => Field::bytes(name, part.shift(start, end), inner.bytes),
    }
}
